//! What a person typed becomes what is stored.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::chars::is_variation_selector;

/// Why a text may not be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing that can be seen.
    #[error("the text is empty")]
    Empty,
    /// A character no tweet may contain.
    #[error("the text contains the forbidden character U+{:04X}", u32::from(*.0))]
    ForbiddenCharacter(char),
}

/// What a person typed, as it is stored: NFC, CRLF and CR become LF, surrounding white space is
/// trimmed.
///
/// Cleaning a clean text changes nothing. Directional marks, joiners and all other format
/// characters are kept: Arabic, Hebrew, Persian, Sinhala and emoji need them. Source: Twitter's
/// "Counting characters" (texts are counted in NFC; U+FFFE, U+FEFF and U+FFFF are invalid);
/// controls are Pipit's addition, because databases, terminals and feeds choke on them.
///
/// # Errors
/// [`TextError::ForbiddenCharacter`] with the first U+FFFE, U+FEFF, U+FFFF, or control other than
/// CR, LF and tab. [`TextError::Empty`] if only white space and invisible characters are there,
/// which would show as an empty tweet.
pub fn clean(text: &str) -> Result<String, TextError> {
    if let Some(forbidden) = text.chars().find(|&c| is_forbidden(c)) {
        return Err(TextError::ForbiddenCharacter(forbidden));
    }
    let composed: String = text.replace("\r\n", "\n").replace('\r', "\n").nfc().collect();
    let trimmed = composed.trim();
    if trimmed.chars().all(is_invisible) {
        return Err(TextError::Empty);
    }
    Ok(trimmed.to_owned())
}

fn is_forbidden(c: char) -> bool {
    match c {
        '\n' | '\r' | '\t' => false,
        '\u{FFFE}' | '\u{FEFF}' | '\u{FFFF}' => true,
        _ => c.is_control(),
    }
}

/// White space, format characters, and the few letters, marks and symbols that are drawn as
/// nothing.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || is_variation_selector(c)
        || matches!(c,
            '\u{34F}' // combining grapheme joiner
            | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' // Hangul fillers
            | '\u{17B4}' | '\u{17B5}' // Khmer inherent vowels
            | '\u{180B}'..='\u{180F}' // Mongolian selectors
            | '\u{2800}') // Braille blank
        || c.general_category() == GeneralCategory::Format
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored() {
        for (typed, stored) in [
            ("hello", "hello"),
            ("  hello \n\t", "hello"),
            ("\u{3000}こんにちは\u{A0}", "こんにちは"),
            ("a\r\nb\rc\nd\n\re", "a\nb\nc\nd\n\ne"),
            ("a\tb  c", "a\tb  c"),
            ("Cafe\u{301}", "Café"),
            ("\u{1112}\u{1161}\u{11AB}", "한"),
            ("\u{212B}", "Å"),
            // A composition exclusion: NFC takes it apart.
            ("\u{FB2C}", "\u{5E9}\u{5BC}\u{5C1}"),
            // Directional marks stay where they are.
            ("\u{200F}שלום\u{200E}", "\u{200F}שלום\u{200E}"),
            ("\u{2067}مرحبا\u{2069}", "\u{2067}مرحبا\u{2069}"),
            ("👩\u{200D}👩\u{200D}👧", "👩\u{200D}👩\u{200D}👧"),
            ("می\u{200C}خواهم", "می\u{200C}خواهم"),
            ("#", "#"),
            ("\u{301}", "\u{301}"),
            ("<b>&amp;</b>", "<b>&amp;</b>"),
        ] {
            assert_eq!(clean(typed).as_deref(), Ok(stored), "{typed:?}");
            assert_eq!(clean(stored).as_deref(), Ok(stored), "again: {typed:?}");
        }
    }

    #[test]
    fn what_may_not_be_stored() {
        for c in [
            '\0', '\u{1}', '\u{8}', '\u{B}', '\u{C}', '\u{1B}', '\u{7F}', '\u{80}', '\u{85}',
            '\u{9F}', '\u{FEFF}', '\u{FFFE}', '\u{FFFF}',
        ] {
            for text in [format!("{c}"), format!("a{c}b"), format!("a{c}"), format!("{c}a")] {
                assert_eq!(clean(&text), Err(TextError::ForbiddenCharacter(c)), "{text:?}");
            }
        }
    }

    #[test]
    fn what_nobody_could_see() {
        for text in [
            "",
            " ",
            "\r\n",
            "\t\n",
            "\u{3000}\u{2003}",
            "\u{200B}",
            "\u{200D}\u{200C}",
            "\u{200E}\u{200F}",
            "\u{AD}",
            " \u{2060} ",
            "\u{FE0F}",
            "\u{3164}",
            "\u{2800}",
            "\u{E0020}",
            "\u{2028}",
            "\u{115F}\u{1160}",
        ] {
            assert_eq!(clean(text), Err(TextError::Empty), "{text:?}");
        }
    }

    #[test]
    fn the_message_names_the_character() {
        let message = clean("a\0").map_err(|error| error.to_string());
        assert_eq!(message, Err("the text contains the forbidden character U+0000".to_owned()));
    }
}
