//! Hashtags: where one ends, and how two are compared.

use unicode_normalization::UnicodeNormalization;

use super::chars::{
    EMOJI_SELECTOR, KEYCAP, TEXT_SELECTOR, char_at, char_before, is_decimal_digit, is_hash_sign,
    is_letter_or_mark, is_scheme_end, is_variation_selector,
};

/// Where the hashtag whose `#` or `＃` stands at byte `at` ends; `None` if that is no hashtag.
///
/// Source: Twitter's text rules. The body is letters, marks, decimal digits, `_` and a few joiners
/// of any script, with at least one letter or mark. Neither a character of a body nor `&` may stand
/// before it (`a#b`, `&#39;`), except the selector that ends an emoji; neither another hash sign
/// nor `://` may follow (`#a#b`, `#http://…`).
///
/// One thing is stricter than there: a selector or a keycap is not the letter a hashtag needs, so
/// `#1️⃣` is none.
pub(super) fn end(text: &str, at: usize) -> Option<usize> {
    if char_before(text, at).is_some_and(keeps_hashtag_away) {
        return None;
    }
    let start = at + char_at(text, at)?.len_utf8();
    if matches!(char_at(text, start), Some(EMOJI_SELECTOR | KEYCAP)) {
        return None;
    }
    let mut end = start;
    let mut has_letter = false;
    while let Some(c) = char_at(text, end).filter(|&c| is_body(c)) {
        has_letter |= is_letter_or_mark(c) && !is_variation_selector(c) && c != KEYCAP;
        end += c.len_utf8();
    }
    let goes_on = char_at(text, end).is_some_and(is_hash_sign) || is_scheme_end(text, end);
    (has_letter && !goes_on).then_some(end)
}

fn keeps_hashtag_away(before: char) -> bool {
    before == '&' || is_body(before) && !matches!(before, EMOJI_SELECTOR | TEXT_SELECTOR)
}

fn is_body(c: char) -> bool {
    is_letter_or_mark(c) || is_decimal_digit(c) || is_joiner(c)
}

/// What stands inside words though it is neither letter, mark nor digit.
fn is_joiner(c: char) -> bool {
    matches!(
        c,
        '_'
        | '\u{B7}' // Catalan l·l
        | '\u{5BE}' | '\u{5F3}' | '\u{5F4}' // Hebrew maqaf, geresh, gershayim
        | '\u{F0B}' | '\u{F0C}' // Tibetan tsheg
        | '\u{200C}' | '\u{200D}' // the joiners of Persian, Hindi, Sinhala …
        | '\u{3003}' | '\u{301C}' | '\u{309B}' | '\u{309C}' // Japanese
        | '\u{30A0}' | '\u{30FB}' | '\u{FF5E}' // Japanese
        | '\u{A67E}'
    ) // Cyrillic kavyka
}

/// A hashtag's body as it is compared and indexed: two hashtags are the same if their keys are
/// equal.
///
/// NFC, and case-folded in full (Unicode's "toCasefold": lower-, upper- and lower-cased character
/// by character), so `ß` = `ss` = `ẞ`, `ſ` = `s`, `ς` = `σ`. Two things go beyond Unicode's table.
/// The Turkish `İ` and `ı` are `i`, so that `#İstanbul`, `#istanbul` and `#ISTANBUL` are one tag
/// whatever keyboard wrote it. Variation selectors are dropped, since nobody sees them. Accents,
/// widths and joiners do count. The key of a key is the key.
#[must_use]
pub fn hashtag_key(body: &str) -> String {
    if body.is_ascii() {
        return body.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(body.len());
    // Decomposed first: an accent must not hide the letter below it (İ is I and a dot).
    for c in body.chars().filter(|&c| !is_variation_selector(c)).nfd() {
        if c == '\u{307}' && folded.ends_with('i') {
            continue;
        }
        let lower = c.to_lowercase();
        folded.extend(lower.flat_map(char::to_uppercase).flat_map(char::to_lowercase));
    }
    folded.nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{EntityKind, entities};

    fn hashtags(text: &str) -> Vec<&str> {
        entities(text)
            .iter()
            .filter(|e| e.kind == EntityKind::Hashtag)
            .map(|e| e.body(text))
            .collect()
    }

    #[test]
    fn hashtags_in_any_script() {
        for (text, expected) in [
            ("#hello world", vec!["hello"]),
            ("a #b c", vec!["b"]),
            ("＃ｆｕｌｌ１２３", vec!["ｆｕｌｌ１２３"]),
            ("#café #mañana #Čeština #Ċaoiṁín", vec!["café", "mañana", "Čeština", "Ċaoiṁín"]),
            ("#cafe\u{301}!", vec!["cafe\u{301}"]),
            ("日本。#日本語ハッシュタグ。", vec!["日本語ハッシュタグ"]),
            (
                "#サッカー #ｻｯｶｰ #ﾊﾟﾋﾟ #メ～テレ #各〃",
                vec!["サッカー", "ｻｯｶｰ", "ﾊﾟﾋﾟ", "メ～テレ", "各〃"],
            ),
            ("#트위터 anyway", vec!["트위터"]),
            ("#сорока, #Київ", vec!["сорока", "Київ"]),
            (
                "#سیاست #برنامه_نویسی #می\u{200C}خواهم",
                vec!["سیاست", "برنامه_نویسی", "می\u{200C}خواهم"],
            ),
            ("#הכותל #וכו׳ #מ״כ #עַל־יְדֵי", vec!["הכותל", "וכו׳", "מ״כ", "עַל־יְדֵי"]),
            ("#महात्मा_१२३४ #हिन्दी", vec!["महात्मा_१२३४", "हिन्दी"]),
            ("#ශ්\u{200D}රීලංකා #ผู้เริ่ม #བོད་སྐད་", vec!["ශ්\u{200D}රීලංකා", "ผู้เริ่ม", "བོད་སྐད་"]),
            ("#il·lusió", vec!["il·lusió"]),
            ("\u{200F}#עברית\u{200E} \u{2067}#عربي\u{2069}", vec!["עברית", "عربي"]),
            ("#\u{20021} #\u{16F04}\u{16F51}", vec!["\u{20021}", "\u{16F04}\u{16F51}"]),
        ] {
            assert_eq!(hashtags(text), expected, "{text}");
        }
    }

    #[test]
    fn a_letter_is_needed() {
        for (text, expected) in [
            ("#1a #a1 #_a #1_a", vec!["1a", "a1", "_a", "1_a"]),
            ("#1", vec![]),
            ("#_", vec![]),
            ("#123 #1_2 #・ #१२३ #〃", vec![]),
            ("#", vec![]),
            ("# a", vec![]),
            ("#!", vec![]),
            ("#😀", vec![]),
            ("#\u{FE0F}\u{20E3}", vec![]),
            ("#\u{20E3}", vec![]),
            ("#\u{FE0F}a", vec![]),
            ("#1\u{FE0F}\u{20E3}", vec![]),
            ("#a1\u{FE0F}\u{20E3}", vec!["a1\u{FE0F}\u{20E3}"]),
            ("#\u{200D}", vec![]),
            ("#²", vec![]),
        ] {
            assert_eq!(hashtags(text), expected, "{text}");
        }
    }

    #[test]
    fn what_may_stand_before() {
        for (text, expected) in [
            ("a#b", vec![]),
            ("é#b", vec![]),
            ("日本#日本", vec![]),
            ("1#b _#b ・#b", vec![]),
            ("&#nbsp;", vec![]),
            (".#b (#c) /#d ’#e", vec!["b", "c", "d", "e"]),
            ("##a", vec!["a"]),
            ("＃#a", vec!["a"]),
            ("@#a", vec!["a"]),
            ("❤\u{FE0F}#a ❤\u{FE0E}#b 😀#c ✌🏿#d", vec!["a", "b", "c", "d"]),
            ("\n#a\t#b\u{3000}#c", vec!["a", "b", "c"]),
        ] {
            assert_eq!(hashtags(text), expected, "{text}");
        }
    }

    #[test]
    fn what_may_stand_after() {
        for (text, expected) in [
            ("#a. #b! #c: #d", vec!["a", "b", "c", "d"]),
            ("#a#b", vec![]),
            ("#a＃b", vec![]),
            ("#a#", vec![]),
            ("#a #b#", vec!["a"]),
            ("#http://a.com #https://a.com", vec![]),
            ("#dodge/#answer", vec!["dodge", "answer"]),
            ("#love❤\u{FE0F}", vec!["love"]),
            ("#a@b", vec!["a"]),
            ("#test.com", vec!["test"]),
        ] {
            assert_eq!(hashtags(text), expected, "{text}");
        }
    }

    #[test]
    fn equal_keys() {
        for (left, right) in [
            ("Rust", "rUST"),
            ("café", "CAFE\u{301}"),
            ("straße", "STRASSE"),
            ("straße", "STRAẞE"),
            ("ſoviel", "soviel"),
            ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
            ("İstanbul", "istanbul"),
            ("I\u{307}stanbul", "ISTANBUL"),
            ("ışık", "IŞIK"),
            ("сорока", "СОРОКА"),
            ("Ａ", "ａ"),
            ("\u{212A}", "k"),
            ("ﬁn", "FIN"),
            ("ꮳꮃꭹ", "ᏣᎳᎩ"),
            ("ქართული", "ᲥᲐᲠᲗᲣᲚᲘ"),
            ("ᾳ", "ΑΙ"),
            ("a\u{FE0F}", "a"),
            ("\u{1112}\u{1161}\u{11AB}", "한"),
        ] {
            assert_eq!(hashtag_key(left), hashtag_key(right), "{left} {right}");
        }
    }

    #[test]
    fn different_keys() {
        for (left, right) in
            [("cafe", "café"), ("a", "ａ"), ("ハ", "バ"), ("a_b", "ab"), ("カ", "ｶ")]
        {
            assert_ne!(hashtag_key(left), hashtag_key(right), "{left} {right}");
        }
    }

    #[test]
    fn the_key_of_a_key_is_the_key_for_every_character() {
        // The planes that have letters, one character at a time among what could disturb it.
        for c in '\0'..='\u{1FFFF}' {
            let key = hashtag_key(&format!("i{c}\u{307}\u{301}\u{345}"));
            assert_eq!(hashtag_key(&key), key, "{c:?}");
        }
    }
}
