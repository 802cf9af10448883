//! Mentions: where one ends.

use super::chars::{char_at, char_before, is_at_sign, is_latin_accent, is_scheme_end};
use crate::limits::HANDLE_CHARS_MAX;

/// Where the mention whose `@` or `＠` stands at byte `at` ends; `None` if that is no mention.
///
/// Source: Twitter's text rules. The handle is ASCII letters, digits and `_`. Before it may not
/// stand one of those or `! # $ % & * @ ＠` (it would be an e-mail address or noise), except a lone
/// `RT`; after it may not stand `@`, an accented Latin letter (the name goes on) or `://`.
///
/// Two things differ: Twitter still reads 20 characters and cuts longer runs, here a run that is
/// longer than a handle can be is no mention; and there are no lists, so in `@bob/list` the mention
/// is `@bob`.
pub(super) fn end(text: &str, at: usize) -> Option<usize> {
    if char_before(text, at).is_some_and(keeps_mention_away) && !follows_retweet_mark(text, at) {
        return None;
    }
    let start = at + char_at(text, at)?.len_utf8();
    let len =
        text.get(start..)?.bytes().take(HANDLE_CHARS_MAX + 1).take_while(|&b| is_handle(b)).count();
    if len == 0 || len > HANDLE_CHARS_MAX {
        return None;
    }
    let end = start + len;
    let goes_on = char_at(text, end).is_some_and(|c| is_at_sign(c) || is_latin_accent(c))
        || is_scheme_end(text, end);
    (!goes_on).then_some(end)
}

fn is_handle(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

fn keeps_mention_away(before: char) -> bool {
    before.is_ascii_alphanumeric()
        || matches!(before, '_' | '!' | '#' | '$' | '%' | '&' | '*')
        || is_at_sign(before)
}

/// Whether a lone `RT`, in any case, stands before byte `at`: people write `RT@bob` by hand. In
/// `@rt@bob` it is a name.
fn follows_retweet_mark(text: &str, at: usize) -> bool {
    let mut back = text.get(..at).unwrap_or("").chars().rev();
    matches!((back.next(), back.next()), (Some('t' | 'T'), Some('r' | 'R')))
        && !back.next().is_some_and(|c| {
            c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '~' | '.' | '-') || is_at_sign(c)
        })
}

#[cfg(test)]
mod tests {
    use crate::text::{EntityKind, entities};

    fn mentions(text: &str) -> Vec<&str> {
        entities(text)
            .iter()
            .filter(|e| e.kind == EntityKind::Mention)
            .map(|e| e.body(text))
            .collect()
    }

    #[test]
    fn handles() {
        for (text, expected) in [
            ("@bob", vec!["bob"]),
            ("hi @Bob_1, and @12345!", vec!["Bob_1", "12345"]),
            ("＠bob", vec!["bob"]),
            ("@", vec![]),
            ("@ bob", vec![]),
            ("@é", vec![]),
            ("@bob-smith @bob's @bob. (@bob)", vec!["bob", "bob", "bob", "bob"]),
            ("@bob/list", vec!["bob"]),
            ("@test.com", vec!["test"]),
            ("@bobの", vec!["bob"]),
            ("の@bobに", vec!["bob"]),
            ("привет @bob, मिलो @asha_९", vec!["bob", "asha_"]),
            ("\u{200F}@bob שלום \u{2066}@eve\u{2069}", vec!["bob", "eve"]),
            ("@a\n@b\t@c", vec!["a", "b", "c"]),
        ] {
            assert_eq!(mentions(text), expected, "{text}");
        }
    }

    #[test]
    fn fifteen_characters_and_no_more() {
        assert_eq!(mentions("@abcdefghijklmno"), ["abcdefghijklmno"]);
        assert_eq!(mentions("@abcdefghijklmno!"), ["abcdefghijklmno"]);
        assert!(mentions("@abcdefghijklmnop").is_empty());
        assert!(mentions(&format!("@{}", "a".repeat(10_000))).is_empty());
    }

    #[test]
    fn what_may_stand_before() {
        for (text, expected) in [
            ("Olé!@bob", vec![]),
            ("a@bob", vec![]),
            ("1@bob _@bob #@bob $@bob %@bob &@bob *@bob", vec![]),
            ("@@a", vec![]),
            ("@＠a", vec![]),
            (".@bob", vec!["bob"]),
            ("/@bob -@bob +@bob :@bob", vec!["bob", "bob", "bob", "bob"]),
            ("😀@bob", vec!["bob"]),
            ("RT @a", vec!["a"]),
            ("RT:@a", vec!["a"]),
            ("RT@a rt@b Rt@c", vec!["a", "b", "c"]),
            ("ART@a .RT@a @RT@a", vec![]),
            ("日RT@a", vec!["a"]),
        ] {
            assert_eq!(mentions(text), expected, "{text}");
        }
    }

    #[test]
    fn what_may_stand_after() {
        for (text, expected) in [
            ("@a@b", vec![]),
            ("@_@ (cc: @bob)", vec!["bob"]),
            ("@bob＠x", vec![]),
            ("@aliceìnheiro", vec![]),
            ("@bob\u{301}", vec![]),
            ("@http://a.com", vec![]),
            ("@bob:", vec!["bob"]),
            ("@bob#tag", vec!["bob"]),
        ] {
            assert_eq!(mentions(text), expected, "{text}");
        }
    }

    #[test]
    fn an_email_address_mentions_nobody() {
        for text in [
            "bob@example.com",
            "a.b+c@d.example",
            "x@y",
            "mailto:bob@example.com",
            "@bob@example.social",
        ] {
            assert!(mentions(text).is_empty(), "{text}");
        }
    }
}
