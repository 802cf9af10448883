//! GIFs that move: decoded and encoded frame by frame, so that only one is in memory at a time.

use std::io::Cursor;

use image::codecs::gif::{GifDecoder, GifEncoder, Repeat};
use image::{AnimationDecoder, DynamicImage, Frame, ImageDecoder, RgbaImage};
use pipit_model::Result;
use pipit_model::limits::{
    ANIMATION_FRAMES_MAX, ANIMATION_PIXELS_MAX, PICTURE_BYTES_MAX, PICTURE_SIDE_MAX,
    PREVIEW_SIDE_MAX,
};
use pipit_model::media::{Format, MediaKind};

use crate::encode::{self, failed};
use crate::process::{File, Picture, check_size, damaged, fit, limits, mean_colour, refused};

/// How fast colours are chosen, 1 to 30: from 10 on one seldom sees it.
const SPEED: i32 = 20;

fn open(bytes: &[u8]) -> Result<GifDecoder<Cursor<&[u8]>>> {
    let mut decoder = GifDecoder::new(Cursor::new(bytes)).map_err(damaged)?;
    check_size(&decoder)?;
    decoder.set_limits(limits()).map_err(damaged)?;
    Ok(decoder)
}

/// Whether it has a second frame.
pub(crate) fn moves(bytes: &[u8]) -> Result<bool> {
    let mut frames = open(bytes)?.into_frames();
    frames.next().transpose().map_err(damaged)?;
    // A second one that is damaged is found out when all are read.
    Ok(frames.next().is_some())
}

pub(crate) fn process(bytes: &[u8]) -> Result<Picture> {
    let decoder = open(bytes)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let frames_max = (ANIMATION_PIXELS_MAX / pixels).min(ANIMATION_FRAMES_MAX as u64) as usize;
    let mut made = Vec::new();
    let mut first = None;
    {
        let mut encoder = GifEncoder::new_with_speed(&mut made, SPEED);
        encoder.set_repeat(Repeat::Infinite).map_err(|error| failed(&error))?;
        for (n, frame) in decoder.into_frames().enumerate() {
            if n == frames_max {
                return Err(too_long());
            }
            let frame = shrunk(frame.map_err(damaged)?);
            if first.is_none() {
                first = Some(frame.buffer().clone());
            }
            encoder.encode_frame(frame).map_err(|error| failed(&error))?;
        }
    }
    if made.len() > PICTURE_BYTES_MAX {
        return Err(too_long());
    }
    let first = DynamicImage::from(first.unwrap_or_else(|| RgbaImage::new(1, 1)));
    let (width, height) = (first.width(), first.height());
    let preview = fit(first, PREVIEW_SIDE_MAX);
    let format = if encode::is_see_through(&preview) { Format::Png } else { Format::Jpeg };
    Ok(Picture {
        kind: MediaKind::Animation,
        width,
        height,
        colour: mean_colour(&preview),
        large: File { bytes: made, format: Format::Gif },
        small: encode::in_format(&preview, format)?,
    })
}

fn too_long() -> pipit_model::Error {
    refused(
        "is too long an animation: at most 200 frames, and 25 million pixels in all frames together",
    )
}

/// A frame that is not larger than any picture; shown as long as it was meant to be.
fn shrunk(frame: Frame) -> Frame {
    let delay = frame.delay();
    let image = fit(DynamicImage::from(frame.into_buffer()), PICTURE_SIDE_MAX);
    Frame::from_parts(image.into_rgba8(), 0, 0, delay)
}
