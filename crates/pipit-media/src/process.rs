//! A picture is decoded, within limits that are checked before it is, and encoded anew: nothing of
//! what was handed in is kept but its pixels. Where it was taken, what hides behind it and what else
//! it could be read as are gone.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, Limits};
use pipit_model::limits::{
    AVATAR_SIDE, BANNER_SIDES, PICTURE_MEMORY_MAX, PICTURE_PIXELS_MAX, PICTURE_SIDE_MAX,
    PREVIEW_SIDE_MAX, UPLOAD_BYTES_MAX,
};
use pipit_model::media::{Colour, Format, MediaKind};
use pipit_model::{Error, Result};

use crate::{animation, encode};

/// Pixels on the side of a profile picture's preview: what stands beside a tweet, on a dense screen.
const SMALL_AVATAR_SIDE: u32 = 96;

/// How a picture is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Not at all; made smaller where it is too large.
    Whole,
    /// The square in its middle.
    Avatar,
    /// The wide stripe in its middle.
    Banner,
}

/// One encoded file.
#[derive(Debug, Clone)]
pub struct File {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How they are written.
    pub format: Format,
}

/// A picture, ready to be stored.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Whether it moves.
    pub kind: MediaKind,
    /// Pixels of the large file.
    pub width: u32,
    /// Pixels of the large file.
    pub height: u32,
    /// The mean of all.
    pub colour: Colour,
    /// The picture.
    pub large: File,
    /// Its preview, which never moves.
    pub small: File,
}

/// A refusal that its author can do something about.
pub(crate) fn refused(message: &'static str) -> Error {
    Error::invalid("file", message)
}

/// Makes a picture of what was handed in. Its name and declared type do not matter: its bytes say
/// what it is. Takes up to a few seconds of a core: see [`crate::Pool`].
///
/// # Errors
/// [`Error::InvalidField`] on `file` for what is no picture, is damaged, or is too large.
pub fn process(bytes: &[u8], shape: Shape) -> Result<Picture> {
    if bytes.len() > UPLOAD_BYTES_MAX {
        return Err(refused("is too large: at most 10 MB"));
    }
    let format = kind_of(bytes)?;
    if format == ImageFormat::Gif && shape == Shape::Whole && animation::moves(bytes)? {
        return animation::process(bytes);
    }
    let (image, source) = decode(bytes, format)?;
    Ok(match shape {
        Shape::Whole => {
            let large = fit(image, PICTURE_SIDE_MAX);
            still(&large, &fit(large.clone(), PREVIEW_SIDE_MAX), source)?
        }
        Shape::Avatar => {
            let fill = |image: &DynamicImage, side| {
                image.resize_to_fill(side, side, FilterType::CatmullRom)
            };
            let large = fill(&image, AVATAR_SIDE);
            still(&large, &fill(&large, SMALL_AVATAR_SIDE), source)?
        }
        Shape::Banner => {
            let (width, height) = BANNER_SIDES;
            let large = image.resize_to_fill(width, height, FilterType::CatmullRom);
            still(&large, &fit(large.clone(), PREVIEW_SIDE_MAX), source)?
        }
    })
}

/// What the first bytes say it is.
fn kind_of(bytes: &[u8]) -> Result<ImageFormat> {
    match image::guess_format(bytes) {
        Ok(
            kind @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP | ImageFormat::Gif),
        ) => Ok(kind),
        _ => Err(refused("is no picture that we know: choose a PNG, JPEG, WebP or GIF")),
    }
}

/// What is known of where the pixels come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// It had lost something before.
    Lossy,
    /// Each pixel is as it was meant.
    Exact,
}

/// The upright picture, at most twice as large as it will be kept.
fn decode(bytes: &[u8], format: ImageFormat) -> Result<(DynamicImage, Source)> {
    let read = Cursor::new(bytes);
    match format {
        ImageFormat::Jpeg => {
            is_whole_jpeg(bytes)?;
            Ok((pixels(JpegDecoder::new(read).map_err(damaged)?)?, Source::Lossy))
        }
        ImageFormat::WebP => Ok((pixels(WebPDecoder::new(read).map_err(damaged)?)?, Source::Lossy)),
        ImageFormat::Gif => Ok((pixels(GifDecoder::new(read).map_err(damaged)?)?, Source::Exact)),
        _ => {
            let decoder = PngDecoder::with_limits(read, limits()).map_err(damaged)?;
            Ok((pixels(decoder)?, Source::Exact))
        }
    }
}

/// The decoder fills what is missing of a JPEG with grey and says nothing. In what is coded no such
/// pair of bytes can be: a whole one has an end behind the start of its last scan.
fn is_whole_jpeg(bytes: &[u8]) -> Result<()> {
    let last = |mark: u8| bytes.windows(2).rposition(|pair| pair == [0xff, mark]);
    let (end, scan) = (last(0xd9), last(0xda));
    if end.is_some() && end > scan { Ok(()) } else { Err(broken_off()) }
}

fn broken_off() -> Error {
    refused("is damaged or broken off: choose another copy of the picture")
}

/// The cause would mean nothing to whoever chose the file.
pub(crate) fn damaged(_: image::ImageError) -> Error {
    broken_off()
}

pub(crate) fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(PICTURE_MEMORY_MAX);
    limits
}

/// Refuses what is too large before any memory is taken for it.
pub(crate) fn check_size(decoder: &impl ImageDecoder) -> Result<()> {
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(broken_off());
    }
    let too_large = u64::from(width) * u64::from(height) > PICTURE_PIXELS_MAX
        || decoder.total_bytes() > PICTURE_MEMORY_MAX;
    if too_large {
        return Err(refused("has too many pixels: at most 25 million, like 5000 × 5000"));
    }
    Ok(())
}

fn pixels(mut decoder: impl ImageDecoder) -> Result<DynamicImage> {
    check_size(&decoder)?;
    decoder.set_limits(limits()).map_err(damaged)?;
    let orientation = decoder.orientation().map_err(damaged)?;
    let image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    // First the cheap way, so that all else is done with few pixels; then upright.
    let twice = 2 * PICTURE_SIDE_MAX;
    let is_large = image.width().max(image.height()) > twice;
    let mut image = if is_large { image.thumbnail(twice, twice) } else { image };
    image.apply_orientation(orientation);
    Ok(image)
}

/// A picture that is not larger than this, in its own proportions.
pub(crate) fn fit(image: DynamicImage, side: u32) -> DynamicImage {
    if image.width().max(image.height()) <= side {
        return image;
    }
    image.resize(side, side, FilterType::CatmullRom)
}

fn still(large: &DynamicImage, small: &DynamicImage, source: Source) -> Result<Picture> {
    let file = match source {
        _ if encode::is_see_through(large) => encode::png(large)?,
        Source::Lossy => encode::jpeg(large)?,
        // Of a drawing the exact form is often the smaller one.
        Source::Exact => {
            let (png, jpeg) = (encode::png(large)?, encode::jpeg(large)?);
            if png.bytes.len() <= jpeg.bytes.len() * 3 / 2 { png } else { jpeg }
        }
    };
    let preview = encode::in_format(small, file.format)?;
    Ok(Picture {
        kind: MediaKind::Image,
        width: large.width(),
        height: large.height(),
        colour: mean_colour(small),
        large: encode::bounded(file)?,
        small: preview,
    })
}

/// The mean of a picture's pixels; what one can see through counts as white.
pub(crate) fn mean_colour(image: &DynamicImage) -> Colour {
    let few = image.thumbnail_exact(8, 8).to_rgba8();
    let mut sums = [0_u32; 3];
    for pixel in few.pixels() {
        let alpha = u32::from(pixel[3]);
        for (sum, channel) in sums.iter_mut().zip(pixel.0) {
            *sum += (u32::from(channel) * alpha + 255 * (255 - alpha)) / 255;
        }
    }
    let [red, green, blue] = sums.map(|sum| sum / 64);
    Colour(red << 16 | green << 8 | blue)
}
