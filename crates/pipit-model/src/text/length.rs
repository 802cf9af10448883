//! The length of a text as its limit counts it.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::{Entity, EntityKind, emoji};

/// What a link counts, whatever its length: that of Twitter's short links.
const URL_LENGTH: u32 = 23;
/// What an emoji counts, however many code points it is made of.
const EMOJI_LENGTH: u32 = 2;

/// Weighted length in characters, given the entities of the same text.
///
/// Source: "Counting characters" in Twitter's developer docs, configuration 3. A character counts 1
/// in U+0000–10FF, U+2000–200D, U+2010–201F and U+2032–2037 (alphabets, spaces, quotes) and 2
/// elsewhere (Chinese, Japanese, Korean and the rest); an emoji counts 2; a link counts 23. The
/// text is counted as if in NFC.
#[must_use]
pub fn weighted_length(text: &str, entities: &[Entity]) -> u32 {
    let mut length: u32 = 0;
    let mut at = 0;
    for url in entities.iter().filter(|entity| entity.kind == EntityKind::Url) {
        let place = url.bytes();
        // Entities of another text are passed over, as in `segments`.
        if let (Some(plain), Some(_)) = (text.get(at..place.start), text.get(place.clone())) {
            length = length.saturating_add(plain_length(plain)).saturating_add(URL_LENGTH);
            at = place.end;
        }
    }
    length.saturating_add(plain_length(text.get(at..).unwrap_or("")))
}

fn plain_length(text: &str) -> u32 {
    if text.is_ascii() {
        return u32::try_from(text.len()).unwrap_or(u32::MAX);
    }
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => composed_length(text),
        IsNormalized::No | IsNormalized::Maybe => composed_length(&text.nfc().collect::<String>()),
    }
}

fn composed_length(text: &str) -> u32 {
    let mut length: u32 = 0;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (len, weight) = match emoji::prefix_len(rest) {
            Some(len) => (len, EMOJI_LENGTH),
            None => (c.len_utf8(), weight(c)),
        };
        length = length.saturating_add(weight);
        rest = rest.get(len..).unwrap_or("");
    }
    length
}

fn weight(c: char) -> u32 {
    match c {
        '\0'..='\u{10FF}'
        | '\u{2000}'..='\u{200D}'
        | '\u{2010}'..='\u{201F}'
        | '\u{2032}'..='\u{2037}' => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::entities;

    fn length(text: &str) -> u32 {
        weighted_length(text, &entities(text))
    }

    #[test]
    fn characters() {
        for (text, expected) in [
            ("", 0),
            ("hello", 5),
            ("a\nb\tc", 5),
            ("Olé", 3),
            ("привет", 6),
            ("שלום", 4),
            ("مرحبا", 5),
            ("हिन्दी", 6),
            ("ქართული", 7),
            ("日本語", 6),
            ("カタカナ", 8),
            ("한국", 4),
            ("Ａ", 2),
            ("\u{10FF}\u{1100}", 3),
            ("\u{2000}\u{200D}\u{200E}\u{200F}", 6),
            ("\u{2010}“”\u{201F}…\u{2032}\u{2037}\u{2038}", 10),
            ("€", 2),
            ("\u{202A}\u{2066}", 4),
            ("\u{10000}\u{10FFFF}", 4),
            ("#tag @bob", 9),
            ("A lié géts halfway arøünd", 25),
        ] {
            assert_eq!(length(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_text_is_counted_in_nfc() {
        for (text, expected) in [
            ("Cafe\u{301}", 4),
            ("\u{1112}\u{1161}\u{11AB}", 2),
            ("A\u{FB2C}", 4),
            ("A\u{301}B", 2),
        ] {
            assert_eq!(length(text), expected, "{text:?}");
        }
    }

    #[test]
    fn emoji() {
        for (text, expected) in [
            ("😀", 2),
            ("H🐱☺👨\u{200D}👩\u{200D}👧\u{200D}👦", 7),
            ("🙋🏽👨\u{200D}🎤", 4),
            ("🇩🇪🇯🇵", 4),
            ("🇩", 2),
            ("#\u{FE0F}\u{20E3}", 2),
            ("1\u{FE0F}\u{20E3}2\u{20E3}", 4),
            ("©", 1),
            ("©\u{FE0F}", 2),
            ("🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}", 2),
            ("Unicode 9.0 emoji: 🤠; 💃; 💃🏾", 29),
            ("😷👾😡🔥💩", 10),
        ] {
            assert_eq!(length(text), expected, "{text}");
        }
    }

    #[test]
    fn nothing_hides_behind_an_emoji() {
        assert_eq!(length(&format!("😀{}", "\u{301}".repeat(300))), 302);
        assert_eq!(length(&["👩"; 400].join("\u{200D}")), 299);
        assert!(length(&format!("🏴{}", "\u{E0061}".repeat(300))) > 280);
    }

    #[test]
    fn links() {
        for (text, expected) in [
            ("http://test.com", 23),
            ("test.com", 23),
            ("Hi http://test.co", 26),
            ("Test https://test.com test https://test.com test.com test", 86),
            ("日本http://a.com/日本", 4 + 23 + 4),
            ("http://", 7),
            ("😀a.com😀", 27),
        ] {
            assert_eq!(length(text), expected, "{text}");
        }
        assert_eq!(length(&format!("http://a.com/{}", "x".repeat(1000))), 23);
        assert_eq!(length(&format!("{} http://a.com", "x".repeat(256))), 280);
    }

    #[test]
    fn entities_of_another_text_do_no_harm() {
        let strange = entities("日本 http://a.com/x b.com");
        for text in ["", "é", "日本日本日本日本日本"] {
            assert!(weighted_length(text, &strange) <= length(text) + 2 * URL_LENGTH);
        }
    }
}
