//! What works on bytes and text alone.

use std::io::Cursor;

use arbtest::arbitrary::{Result, Unstructured};
use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, ImageFormat, RgbImage, RgbaImage};
use pipit_media::{Shape, process};
use pipit_model::limits::UPLOAD_BYTES_MAX;
use pipit_model::text;
use pipit_model::tweet::Draft;

use super::{mutant, run};

const TEXTS: [&str; 6] = [
    "Hello, world! #AI @bob https://example.org/a?b=c#d",
    "今朝の空がとてもきれいだった。 #朝の空 example.みんな",
    "RT @a: www.example.co.uk/(x)_y, http://xn--p1ai.xn--p1ai:80/",
    "👩‍👩‍👧‍👦🇩🇪👍🏽 #️⃣ e\u{301} \u{202e}abc\u{200b}",
    "@@@###://.. .com -.de _.x http://",
    "هذا الصباح #قهوة\u{200f} @noor",
];
const PIECES: [&str; 14] = [
    "#", "@", "＠", "://", "http://", ".com", ".", "xn--", "\u{301}", "\u{200d}", "🇩", "日", "_",
    "-",
];

fn try_text(u: &mut Unstructured<'_>) -> Result<()> {
    let text = mutant::text(u, &TEXTS, &PIECES)?;
    let entities = text::entities(&text);
    let mut end = 0;
    for entity in &entities {
        assert!(entity.byte_start >= end && entity.byte_end > entity.byte_start, "{text:?}");
        let place = entity.byte_start as usize..entity.byte_end as usize;
        assert!(text.get(place).is_some_and(|whole| whole.ends_with(entity.body(&text))));
        end = entity.byte_end;
    }
    let _length = text::weighted_length(&text, &entities);
    let pieces = text::segments(&text, &entities).count();
    assert!(pieces <= 2 * entities.len() + 1);
    let _href = text::url_href(&text);
    let _key = text::hashtag_key(&text);
    if let Ok(draft) = Draft::new(&text) {
        // What is stored is taken again as it is.
        let again = Draft::new(&draft.content).expect("a tweet is a tweet");
        assert_eq!(again.content, draft.content);
    }
    Ok(())
}

#[test]
fn fuzz_text() {
    run("text", try_text);
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("encoded");
    bytes.into_inner()
}

/// Small ones: there is more to be tried.
pub(super) fn pictures() -> Vec<Vec<u8>> {
    let photo = RgbImage::from_fn(40, 30, |x, y| image::Rgb([x as u8 * 6, y as u8 * 8, 90]));
    let photo = DynamicImage::from(photo);
    let formats = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif];
    let mut all = formats.map(|format| encoded(&photo, format)).to_vec();
    let mut moving = Vec::new();
    let mut encoder = GifEncoder::new(&mut moving);
    for n in 0..3 {
        let frame = RgbaImage::from_pixel(12, 9, image::Rgba([n * 80, 0, 100, 255]));
        encoder.encode_frame(Frame::new(frame)).expect("a frame");
    }
    drop(encoder);
    all.push(moving);
    all.push(encoded(&DynamicImage::new_luma8(7, 5), ImageFormat::Png));
    all
}

#[test]
fn fuzz_images() {
    let seeds = pictures();
    run("images", |u| {
        let bytes = mutant::bytes(u, &seeds, &["\u{1}", "IDAT", "IHDR", "RIFF", "GIF89a", "Exif"])?;
        let shape = *u.choose(&[Shape::Whole, Shape::Avatar])?;
        if let Ok(picture) = process(&bytes, shape) {
            // What comes out is a picture, whatever went in.
            image::load_from_memory(&picture.large.bytes).expect("a picture of ours");
            assert!(picture.large.bytes.len() <= 2 * UPLOAD_BYTES_MAX);
        }
        Ok(())
    });
}
