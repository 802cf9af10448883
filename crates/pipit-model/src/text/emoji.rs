//! Where an emoji ends, however many code points it is made of (Unicode Technical Standard 51).
//!
//! By code points and not by grapheme clusters, because a cluster may be of any length: a thousand
//! accents or joined people would count as one emoji and carry a tweet past its limit.

use unicode_properties::{EmojiStatus, UnicodeEmoji};

use super::chars::{EMOJI_SELECTOR, KEYCAP};

const JOINER: char = '\u{200D}';
const BLACK_FLAG: char = '\u{1F3F4}';
const CANCEL_TAG: char = '\u{E007F}';

/// Emoji in one joined sequence: a family of four, a kiss of two people, a heart and a mouth are
/// the longest there are.
const MAX_JOINED: usize = 4;

/// Tags in a flag of a part of a country, such as `gbsct` for Scotland (ISO 3166-2 codes without
/// the hyphen).
const MAX_TAGS: usize = 6;

/// How many bytes the emoji at the start of `text` takes; `None` if none stands there.
///
/// Only what is shown as an emoji: digits, `#` and `*` need their keycap, `©` and `®` the emoji
/// selector.
pub(super) fn prefix_len(text: &str) -> Option<usize> {
    let mut len = single_len(text)?;
    for _ in 1..MAX_JOINED {
        let joined =
            text.get(len..).and_then(|rest| rest.strip_prefix(JOINER)).and_then(single_len);
        let Some(joined) = joined else { break };
        len += JOINER.len_utf8() + joined;
    }
    Some(len)
}

/// One emoji with what modifies it, without anything joined to it.
fn single_len(text: &str) -> Option<usize> {
    let mut chars = text.chars();
    let base = chars.next()?;
    let next = chars.next();
    match base {
        '0'..='9' | '#' | '*' => keycap_len(text),
        _ if is_regional_indicator(base) => {
            let other = next.filter(|&c| is_regional_indicator(c))?;
            Some(base.len_utf8() + other.len_utf8())
        }
        _ if !base.is_emoji_char() => None,
        // Of the characters that weigh 1, these alone are emoji with a selector and plain text
        // without.
        '\u{A9}' | '\u{AE}' if next != Some(EMOJI_SELECTOR) => None,
        BLACK_FLAG => {
            Some(modified_len(base, next) + text.get(base.len_utf8()..).map_or(0, tags_len))
        }
        _ => Some(modified_len(base, next)),
    }
}

/// The emoji and its selector or skin tone.
fn modified_len(base: char, next: Option<char>) -> usize {
    let modifier = next.filter(|&c| {
        c == EMOJI_SELECTOR || matches!(c, '\u{1F3FB}'..='\u{1F3FF}') && takes_skin_tone(base)
    });
    base.len_utf8() + modifier.map_or(0, char::len_utf8)
}

/// A digit, `#` or `*`, perhaps a selector, and the key around it.
fn keycap_len(text: &str) -> Option<usize> {
    let rest = text.get(1..)?;
    let key = rest.strip_prefix(EMOJI_SELECTOR).unwrap_or(rest).strip_prefix(KEYCAP)?;
    Some(text.len() - key.len())
}

/// Tags up to and with the one that ends them; 0 if they are not ended.
fn tags_len(text: &str) -> usize {
    let tags = text
        .chars()
        .take(MAX_TAGS)
        .take_while(|c| matches!(c, '\u{E0020}'..='\u{E007E}'))
        .map(char::len_utf8)
        .sum();
    match text.get(tags..).and_then(|rest| rest.chars().next()) {
        Some(CANCEL_TAG) if tags > 0 => tags + CANCEL_TAG.len_utf8(),
        _ => 0,
    }
}

fn is_regional_indicator(c: char) -> bool {
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}')
}

fn takes_skin_tone(c: char) -> bool {
    matches!(
        c.emoji_status(),
        EmojiStatus::EmojiModifierBase | EmojiStatus::EmojiPresentationAndModifierBase
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_emoji_is_one_however_it_is_made() {
        for emoji in [
            "😀",
            "🐱",
            "☺",
            "☺\u{FE0F}",
            "❤",
            "❤\u{FE0F}",
            "✈\u{FE0F}",
            "‼\u{FE0F}",
            "™",
            "㊗\u{FE0F}",
            "©\u{FE0F}",
            "®\u{FE0F}",
            "#\u{FE0F}\u{20E3}",
            "*\u{FE0F}\u{20E3}",
            "1\u{FE0F}\u{20E3}",
            "1\u{20E3}",
            "👋🏽",
            "☝🏿",
            "🏽",
            "🇩🇪",
            "🇯🇵",
            "🏴",
            "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
            "🏴\u{200D}☠\u{FE0F}",
            "🏳\u{FE0F}\u{200D}🌈",
            "👨\u{200D}👩\u{200D}👧\u{200D}👦",
            "👩🏻\u{200D}❤\u{FE0F}\u{200D}💋\u{200D}👩🏿",
            "🧑🏽\u{200D}🦯\u{200D}➡\u{FE0F}",
            "🏃🏽\u{200D}♀\u{FE0F}",
            "👁\u{FE0F}\u{200D}🗨\u{FE0F}",
        ] {
            assert_eq!(prefix_len(emoji), Some(emoji.len()), "{emoji}");
            assert_eq!(prefix_len(&format!("{emoji}x")), Some(emoji.len()), "{emoji}x");
        }
    }

    #[test]
    fn what_is_not_an_emoji() {
        for text in [
            "",
            "a",
            "1",
            "#",
            "*",
            "#a",
            "1\u{FE0F}",
            "©",
            "®",
            "🇩",
            "🇩x",
            "漢",
            "\u{200D}",
            "\u{FE0F}",
            "é",
        ] {
            assert_eq!(prefix_len(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_emoji_has_an_end() {
        let accents = format!("😀{}", "\u{301}".repeat(1000));
        assert_eq!(prefix_len(&accents), Some("😀".len()));
        let people = ["👩"; 100].join("\u{200D}");
        assert_eq!(prefix_len(&people), Some(4 * "👩".len() + 3 * JOINER.len_utf8()));
        let tags = format!("🏴{}", "\u{E0061}".repeat(100));
        assert_eq!(prefix_len(&tags), Some("🏴".len()));
        let tones = "👋🏽🏽🏽";
        assert_eq!(prefix_len(tones), Some("👋🏽".len()));
        assert_eq!(prefix_len("😀🏽"), Some("😀".len()));
        assert_eq!(prefix_len("🇩🇪🇯🇵"), Some("🇩🇪".len()));
        assert_eq!(prefix_len("😀\u{200D}"), Some("😀".len()));
        assert_eq!(prefix_len("😀\u{200D}a"), Some("😀".len()));
    }
}
