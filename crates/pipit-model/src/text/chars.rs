//! Looking at a text without ever panicking, and the classes of characters several rules speak of.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// The emoji presentation selector; after `#` it makes an emoji, not a hashtag.
pub(super) const EMOJI_SELECTOR: char = '\u{FE0F}';
/// The text presentation selector.
pub(super) const TEXT_SELECTOR: char = '\u{FE0E}';
/// The key around a digit or `#` in keycap emoji.
pub(super) const KEYCAP: char = '\u{20E3}';

/// The character that begins at byte `at`; `None` at the end and anywhere that is not a boundary.
pub(super) fn char_at(text: &str, at: usize) -> Option<char> {
    #[cfg(test)]
    work::count();
    text.get(at..)?.chars().next()
}

/// The character that ends at byte `at`.
pub(super) fn char_before(text: &str, at: usize) -> Option<char> {
    #[cfg(test)]
    work::count();
    text.get(..at)?.chars().next_back()
}

/// Whether `://` begins at byte `at`: what stands before it is a scheme, not a tag or a handle.
pub(super) fn is_scheme_end(text: &str, at: usize) -> bool {
    text.get(at..).is_some_and(|rest| rest.starts_with("://"))
}

pub(super) fn is_hash_sign(c: char) -> bool {
    matches!(c, '#' | '＃')
}

pub(super) fn is_at_sign(c: char) -> bool {
    matches!(c, '@' | '＠')
}

pub(super) fn is_letter_or_mark(c: char) -> bool {
    c.is_ascii_alphabetic()
        || !c.is_ascii()
            && matches!(
                c.general_category_group(),
                GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark
            )
}

pub(super) fn is_decimal_digit(c: char) -> bool {
    c.is_ascii_digit() || !c.is_ascii() && c.general_category() == GeneralCategory::DecimalNumber
}

/// Characters that choose a glyph and say nothing: they neither make a hashtag nor tell two of them
/// apart.
pub(super) fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// The Latin letters beyond ASCII, and the accents put on them, that Twitter's rules name.
pub(super) fn is_latin_accent(c: char) -> bool {
    matches!(
        c,
        '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{24F}'
            | '\u{253}' | '\u{254}' | '\u{256}' | '\u{257}' | '\u{259}' | '\u{25B}' | '\u{263}'
            | '\u{268}' | '\u{26F}' | '\u{272}' | '\u{289}' | '\u{28B}' | '\u{2BB}'
            | '\u{300}'..='\u{36F}' | '\u{1E00}'..='\u{1EFF}'
    )
}

/// Scripts that put spaces between words, so that a run of their letters is one word and may be
/// part of a link.
///
/// Twitter's rules take Latin everywhere and Cyrillic in paths only. Chinese, Japanese, Korean,
/// Thai and the like are left out as there: their sentences go on directly after a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    /// ASCII letters and [`is_latin_accent`].
    Latin,
    /// Greek, Cyrillic, Armenian, Hebrew, Arabic … Devanagari … Sinhala, Georgian. Not told apart
    /// from each other.
    Spaced,
}

/// The script of a letter, mark or digit that may be part of a link; `None` for ASCII digits and
/// everything else.
pub(super) fn script(c: char) -> Option<Script> {
    if c.is_ascii_alphabetic() || is_latin_accent(c) {
        return Some(Script::Latin);
    }
    let spaced =
        matches!(c, '\u{370}'..='\u{DFF}' | '\u{10A0}'..='\u{10FF}' | '\u{1F00}'..='\u{1FFF}');
    (spaced && (is_letter_or_mark(c) || is_decimal_digit(c))).then_some(Script::Spaced)
}

/// Counts the looks at a text, so that a test can show that the work grows with the length and not
/// with its square.
#[cfg(test)]
pub(super) mod work {
    use std::cell::Cell;

    thread_local! {
        static LOOKS: Cell<u64> = const { Cell::new(0) };
    }

    pub(super) fn count() {
        LOOKS.with(|looks| looks.set(looks.get() + 1));
    }

    /// The looks since the last call.
    pub(in crate::text) fn take() -> u64 {
        LOOKS.with(Cell::take)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_beside_the_text_or_into_a_character_gives_none() {
        assert_eq!(char_at("é", 0), Some('é'));
        assert_eq!(char_at("é", 1), None);
        assert_eq!(char_at("é", 2), None);
        assert_eq!(char_at("é", 99), None);
        assert_eq!(char_before("é", 2), Some('é'));
        assert_eq!(char_before("é", 1), None);
        assert_eq!(char_before("é", 0), None);
        assert_eq!(char_before("é", 99), None);
    }

    #[test]
    fn scripts_that_may_be_part_of_a_link() {
        for c in "aZéßřếəʻ\u{301}".chars() {
            assert_eq!(script(c), Some(Script::Latin), "{c}");
        }
        for c in "жΩἀاשहिა٣".chars() {
            assert_eq!(script(c), Some(Script::Spaced), "{c}");
        }
        for c in "5漢あカ한ไ×÷،؟।\u{61C}\u{200E} ".chars() {
            assert_eq!(script(c), None, "{c}");
        }
    }
}
