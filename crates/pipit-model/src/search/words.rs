//! The words of a text, as they are compared: folded, and cut where their script needs it.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::limits::INDEXED_WORD_CHARS_MAX;

/// The words of a text in their order.
///
/// Without case, accents, vowel points and differences of width: `É` = `e`, `ｶ` = `カ`, `ß` = `ss`,
/// `أ` = `ا`. A word is a run of letters, marks and digits. Chinese, Japanese, Korean, Thai, Lao,
/// Khmer and Burmese have no spaces that would tell (or hang endings on words): each of their
/// characters is a word, and what a person looks for is found as a run of them, inside longer ones
/// too.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    if text.is_ascii() {
        // Most texts, and nothing to fold but case.
        let parts = text.split(|c: char| !c.is_ascii_alphanumeric());
        let cut = |part: &str| part.chars().take(INDEXED_WORD_CHARS_MAX).collect::<String>();
        let parts = parts.filter(|part| !part.is_empty());
        return parts.map(|part| cut(part).to_ascii_lowercase()).collect();
    }
    let plain = text.nfkd().filter(|c| !is_ornament(*c));
    let lower = plain.flat_map(char::to_lowercase).flat_map(char::to_uppercase);
    let folded: String =
        lower.flat_map(char::to_lowercase).nfkd().filter(|c| !is_ornament(*c)).nfc().collect();
    let mut words = Words::default();
    for c in folded.chars() {
        match class(c) {
            Class::Mark => words.append(c),
            Class::Letter if stands_alone(c) => {
                words.end();
                words.append(c);
                words.is_single = true;
            }
            Class::Letter => {
                if words.is_single {
                    words.end();
                }
                words.append(c);
            }
            Class::Other => words.end(),
        }
    }
    words.end();
    words.done
}

#[derive(Default)]
struct Words {
    done: Vec<String>,
    current: String,
    chars: usize,
    /// The current word is one character of a script without spaces, and perhaps its marks.
    is_single: bool,
}

impl Words {
    /// What is too long to be a word is cut, here and in what is looked for alike.
    fn append(&mut self, c: char) {
        if self.chars < INDEXED_WORD_CHARS_MAX {
            self.current.push(c);
            self.chars += 1;
        }
    }

    fn end(&mut self) {
        if !self.current.is_empty() {
            self.done.push(std::mem::take(&mut self.current));
        }
        self.chars = 0;
        self.is_single = false;
    }
}

enum Class {
    Letter,
    Mark,
    Other,
}

fn class(c: char) -> Class {
    if c.is_ascii() {
        return if c.is_ascii_alphanumeric() { Class::Letter } else { Class::Other };
    }
    match c.general_category_group() {
        GeneralCategoryGroup::Letter => Class::Letter,
        GeneralCategoryGroup::Mark => Class::Mark,
        _ if c.general_category() == GeneralCategory::DecimalNumber => Class::Letter,
        _ => Class::Other,
    }
}

/// What is written or left out as one likes: accents, vowel points of Hebrew and Arabic, joiners,
/// selectors, the lengthening stroke, the soft hyphen.
fn is_ornament(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{300}'..='\u{36F}' | '\u{591}'..='\u{5C7}' | '\u{610}'..='\u{61A}'
            | '\u{640}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{6D6}'..='\u{6DC}'
            | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{20E3}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}'
    )
}

/// Letters of scripts that put no spaces between words, or hang endings on them.
fn stands_alone(c: char) -> bool {
    matches!(c,
        '\u{E00}'..='\u{EFF}' // Thai, Lao
        | '\u{1000}'..='\u{109F}' // Burmese
        | '\u{1100}'..='\u{11FF}' // Hangul letters
        | '\u{1780}'..='\u{17FF}' // Khmer
        | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30FF}' // kana
        | '\u{3100}'..='\u{312F}' | '\u{31A0}'..='\u{31BF}' | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' // Han
        | '\u{AC00}'..='\u{D7FF}' // Hangul
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}'
    )
}
