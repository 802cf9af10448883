//! Good and bad pictures, made here.

use std::io::Cursor;
use std::sync::Arc;

use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, DynamicImage, Frame, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use pipit_model::Error;
use pipit_model::limits::UPLOAD_BYTES_MAX;
use pipit_model::media::{Format, MediaKind};

use crate::{Picture, Pool, Shape, process};

fn photo(width: u32, height: u32) -> DynamicImage {
    // Noise of a kind: no drawing.
    let mut state = 7_u32;
    RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Rgb([(x % 251) as u8 ^ (state >> 28) as u8, (y % 241) as u8, (state >> 24) as u8])
    })
    .into()
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("encoded");
    bytes.into_inner()
}

fn whole(bytes: &[u8]) -> Picture {
    process(bytes, Shape::Whole).expect("a picture")
}

fn refusal(bytes: &[u8]) -> String {
    match process(bytes, Shape::Whole) {
        Err(Error::InvalidField { field: "file", message }) => message.into_owned(),
        other => panic!("{other:?}"),
    }
}

fn decoded(file: &crate::File) -> DynamicImage {
    image::load_from_memory(&file.bytes).expect("a picture of ours")
}

fn gif(frames: usize, side: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, 30);
    encoder.set_repeat(Repeat::Infinite).expect("repeats");
    for n in 0..frames {
        let image = RgbaImage::from_pixel(side, side, Rgba([n as u8 * 9, 0, 100, 255]));
        let delay = Delay::from_numer_denom_ms(80, 1);
        encoder.encode_frame(Frame::from_parts(image, 0, 0, delay)).expect("a frame");
    }
    drop(encoder);
    bytes
}

/// A GIF of one pixel that is shown so many times, without the cost of encoding each.
fn endless_gif(frames: usize) -> Vec<u8> {
    let one = gif(1, 1);
    let start = one.windows(2).position(|pair| pair == [0x21, 0xf9]).expect("a frame");
    let frame = &one[start..one.len() - 1];
    let mut bytes = one[..start].to_vec();
    for _ in 0..frames {
        bytes.extend_from_slice(frame);
    }
    bytes.push(0x3b);
    bytes
}

/// A PNG's header that promises so many pixels.
fn promising_png(width: u32, height: u32) -> Vec<u8> {
    let mut png = encoded(&photo(1, 1), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 }
        })
    };
    !bytes.iter().fold(u32::MAX, step)
}

/// A JPEG with EXIF: turned by a quarter, and where it was taken.
fn jpeg_with_exif(image: &DynamicImage) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    tiff.extend_from_slice(&2_u16.to_le_bytes());
    // Orientation 6: to be turned clockwise.
    for (tag, kind, value) in [(0x0112_u16, 3_u16, 6_u32), (0x8825, 4, 38)] {
        tiff.extend_from_slice(&tag.to_le_bytes());
        tiff.extend_from_slice(&kind.to_le_bytes());
        tiff.extend_from_slice(&1_u32.to_le_bytes());
        tiff.extend_from_slice(&value.to_le_bytes());
    }
    tiff.extend_from_slice(&0_u32.to_le_bytes());
    tiff.extend_from_slice(b"GPSLatitude 52.5200N SECRET-PLACE");
    let mut segment = b"Exif\0\0".to_vec();
    segment.extend_from_slice(&tiff);
    let jpeg = encoded(image, ImageFormat::Jpeg);
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend_from_slice(&[0xff, 0xe1]);
    bytes.extend_from_slice(&(segment.len() as u16 + 2).to_be_bytes());
    bytes.extend_from_slice(&segment);
    bytes.extend_from_slice(&jpeg[2..]);
    bytes
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

#[test]
fn each_format_becomes_a_picture_of_bounded_size() {
    for (format, image) in [
        (ImageFormat::Jpeg, photo(2400, 1200)),
        (ImageFormat::Png, photo(2400, 1200)),
        (ImageFormat::WebP, photo(1700, 850)),
        (ImageFormat::Gif, photo(1700, 850)),
    ] {
        let picture = whole(&encoded(&image, format));
        assert_eq!(picture.kind, MediaKind::Image);
        assert_eq!((picture.width, picture.height), (1600, 800), "{format:?}");
        assert_eq!(picture.large.format, Format::Jpeg, "{format:?}");
        let (large, small) = (decoded(&picture.large), decoded(&picture.small));
        assert_eq!((large.width(), large.height()), (1600, 800));
        assert_eq!((small.width(), small.height()), (600, 300));
    }
    let small = whole(&encoded(&photo(30, 20), ImageFormat::Jpeg));
    assert_eq!((small.width, small.height), (30, 20), "never made larger");
}

#[test]
fn what_one_sees_through_stays_so_and_drawings_stay_exact() {
    let glass =
        RgbaImage::from_fn(40, 40, |x, _| Rgba([200, 10, 10, if x < 20 { 0 } else { 255 }]));
    let picture = whole(&encoded(&glass.into(), ImageFormat::Png));
    assert_eq!((picture.large.format, picture.small.format), (Format::Png, Format::Png));
    assert_eq!(decoded(&picture.large).to_rgba8().get_pixel(0, 0)[3], 0);
    let drawing = RgbImage::from_fn(200, 200, |x, _| Rgb(if x < 100 { [0; 3] } else { [255; 3] }));
    let picture = whole(&encoded(&drawing.into(), ImageFormat::Png));
    assert_eq!(picture.large.format, Format::Png);
    let red = RgbImage::from_pixel(90, 10, Rgb([250, 20, 30]));
    assert_eq!(whole(&encoded(&red.into(), ImageFormat::Png)).colour.to_string(), "#fa141e");
}

#[test]
fn profiles_are_cut_from_the_middle() {
    let image = encoded(&photo(900, 300), ImageFormat::Jpeg);
    let avatar = process(&image, Shape::Avatar).expect("an avatar");
    assert_eq!((avatar.width, avatar.height), (400, 400));
    let small = decoded(&avatar.small);
    assert_eq!((small.width(), small.height(), avatar.small.format), (96, 96, avatar.large.format));
    let banner = process(&image, Shape::Banner).expect("a banner");
    assert_eq!((banner.width, banner.height), (1500, 500));
    // One that moves does not beside a name.
    let still = process(&gif(3, 20), Shape::Avatar).expect("an avatar");
    assert_eq!(still.kind, MediaKind::Image);
}

#[test]
fn where_it_was_taken_is_gone_and_it_stands_upright() {
    let bytes = jpeg_with_exif(&photo(60, 30));
    assert!(holds(&bytes, b"SECRET-PLACE"));
    let picture = whole(&bytes);
    assert_eq!((picture.width, picture.height), (30, 60));
    for file in [&picture.large, &picture.small] {
        assert!(!holds(&file.bytes, b"SECRET-PLACE") && !holds(&file.bytes, b"Exif"));
    }
}

#[test]
fn animations_keep_moving() {
    let picture = whole(&gif(5, 30));
    assert_eq!((picture.kind, picture.large.format), (MediaKind::Animation, Format::Gif));
    assert_ne!(picture.small.format, Format::Gif);
    let decoder = image::codecs::gif::GifDecoder::new(Cursor::new(&picture.large.bytes));
    let frames = image::AnimationDecoder::into_frames(decoder.expect("a GIF"));
    let frames = frames.collect_frames().expect("frames");
    assert_eq!(frames.len(), 5);
    assert_eq!(frames[0].delay().numer_denom_ms(), (80, 1));
}

#[test]
fn too_much_is_refused_before_it_is_decoded() {
    assert!(refusal(&promising_png(65_000, 65_000)).contains("too many pixels"));
    assert!(refusal(&promising_png(5001, 5000)).contains("too many pixels"));
    let mut huge = gif(2, 1);
    huge[6..10].copy_from_slice(&[0xff; 4]);
    assert!(refusal(&huge).contains("too many pixels"));
    assert!(refusal(&endless_gif(100_000)).contains("too long an animation"));
    assert_eq!(whole(&endless_gif(200)).kind, MediaKind::Animation);
    assert!(refusal(&vec![0; 50 << 20]).contains("too large"));
    let mut padded = encoded(&photo(5, 5), ImageFormat::Jpeg);
    padded.resize(UPLOAD_BYTES_MAX + 1, 0);
    assert!(refusal(&padded).contains("too large"));
}

#[test]
fn what_is_no_picture_is_refused() {
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let html = b"<!doctype html><script>alert(1)</script>";
    let bmp = b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0";
    let lies: [&[u8]; 8] = [b"", b"x", svg, html, b"MZ\x90\0", b"%PDF-1.7", b"PK\x03\x04", bmp];
    for bytes in lies {
        assert!(refusal(bytes).contains("choose a PNG, JPEG, WebP or GIF"));
    }
    // The right first bytes and nothing else.
    let starts: [&[u8]; 4] =
        [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBP", b"GIF89a"];
    for start in starts {
        let mut bytes = start.to_vec();
        bytes.extend_from_slice(html);
        let refused = refusal(&bytes);
        // What a GIF's header would say is its size.
        let expected = if start == b"GIF89a" { "too many pixels" } else { "damaged" };
        assert!(refused.contains(expected), "{start:?}: {refused}");
    }
}

#[test]
fn what_is_broken_off_is_refused() {
    let image = photo(300, 300);
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let bytes = encoded(&image, format);
        for part in [bytes.len() / 2, bytes.len() * 9 / 10] {
            assert!(refusal(&bytes[..part]).contains("damaged"), "{format:?} {part}");
        }
    }
    let bytes = gif(5, 50);
    assert!(refusal(&bytes[..bytes.len() / 2]).contains("damaged"));
}

#[test]
fn what_hides_behind_a_picture_is_gone() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let mut bytes = encoded(&photo(50, 50), format);
        bytes.extend_from_slice(b"\r\n<script>alert('polyglot')</script>PK\x03\x04");
        if format == ImageFormat::WebP {
            let length = bytes.len() as u32 - 8;
            bytes[4..8].copy_from_slice(&length.to_le_bytes());
        }
        match process(&bytes, Shape::Whole) {
            Ok(picture) => {
                assert!(!holds(&picture.large.bytes, b"polyglot"), "{format:?}");
                assert!(!holds(&picture.small.bytes, b"polyglot"), "{format:?}");
            }
            Err(error) => assert!(matches!(error, Error::InvalidField { field: "file", .. })),
        }
    }
}

#[tokio::test]
async fn uploads_beyond_the_bound_are_turned_away() {
    let pool = Arc::new(Pool::default());
    let places: Vec<_> = std::iter::from_fn(|| pool.enter().ok()).collect();
    assert_eq!(places.len(), pipit_model::limits::UPLOADS_AT_ONCE);
    assert!(matches!(pool.enter(), Err(Error::Unavailable(_))));
    drop(places);
    let bytes = encoded(&photo(20, 20), ImageFormat::Png);
    assert_eq!(pool.process(bytes, Shape::Whole).await.expect("made").width, 20);
}
