//! Files from pixels.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ImageEncoder};
use pipit_model::limits::PICTURE_BYTES_MAX;
use pipit_model::media::Format;
use pipit_model::{Error, Result};

use crate::process::{File, refused};

/// Where more is no longer seen in photographs.
const JPEG_QUALITY: u8 = 84;

/// Whether one sees through any of its pixels.
pub(crate) fn is_see_through(image: &DynamicImage) -> bool {
    image.color().has_alpha() && image.to_rgba8().pixels().any(|pixel| pixel[3] < 255)
}

pub(crate) fn in_format(image: &DynamicImage, format: Format) -> Result<File> {
    match format {
        Format::Jpeg => jpeg(image),
        Format::Png | Format::Gif => png(image),
    }
}

pub(crate) fn jpeg(image: &DynamicImage) -> Result<File> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
    encoder.encode_image(&image.to_rgb8()).map_err(|error| failed(&error))?;
    Ok(File { bytes, format: Format::Jpeg })
}

pub(crate) fn png(image: &DynamicImage) -> Result<File> {
    let mut bytes = Vec::new();
    let encoder =
        PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive);
    let (width, height) = (image.width(), image.height());
    let written = if is_see_through(image) {
        encoder.write_image(&image.to_rgba8(), width, height, image::ExtendedColorType::Rgba8)
    } else {
        encoder.write_image(&image.to_rgb8(), width, height, image::ExtendedColorType::Rgb8)
    };
    written.map_err(|error| failed(&error))?;
    Ok(File { bytes, format: Format::Png })
}

/// A file that is not too large to be kept.
pub(crate) fn bounded(file: File) -> Result<File> {
    if file.bytes.len() > PICTURE_BYTES_MAX {
        return Err(refused("is too large even when it is made smaller: choose a simpler picture"));
    }
    Ok(file)
}

pub(crate) fn failed(error: &image::ImageError) -> Error {
    Error::Internal(format!("encoding a picture failed: {error}"))
}
