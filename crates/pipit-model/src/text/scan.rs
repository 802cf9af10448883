//! The one pass that finds all entities.

use super::chars::char_at;
use super::urls::Found;
use super::{Entity, EntityKind, hashtags, mentions, urls};

/// All entities in order of appearance, never overlapping.
///
/// What begins first wins, so a `#` or `@` inside a link is part of the link. The text is best a
/// clean one ([`clean()`](super::clean())); any other is read as it is. A text of 4 GiB or more has no
/// entities, since their places could not be told.
#[must_use]
pub fn entities(text: &str) -> Vec<Entity> {
    let mut found = Vec::new();
    if u32::try_from(text.len()).is_err() {
        return found;
    }
    let mut points = Points { text, byte: 0, point: 0 };
    let links_end = last_dot_inside(text);
    let mut at = 0;
    while let Some(c) = char_at(text, at) {
        let (kind, end) = match c {
            '#' | '＃' => (Some(EntityKind::Hashtag), hashtags::end(text, at)),
            '@' | '＠' => (Some(EntityKind::Mention), mentions::end(text, at)),
            _ if at >= links_end => (None, None),
            _ => match urls::find(text, at) {
                Some(Found::Url(end)) => (Some(EntityKind::Url), Some(end)),
                Some(Found::TooLong(end)) => (None, Some(end)),
                None => (None, None),
            },
        };
        let end = match (kind, end) {
            (Some(kind), Some(end)) => {
                found.push(points.entity(kind, at, end));
                end
            }
            (None, Some(end)) => end,
            (_, None) => at + c.len_utf8(),
        };
        at = end;
    }
    found
}

/// Where the last dot is that something follows; 0 if there is none. Each link has one in its host:
/// behind it none begins, and most texts need not be searched for any.
fn last_dot_inside(text: &str) -> usize {
    let follows = |dot: &usize| {
        text.as_bytes()
            .get(dot + 1)
            .is_some_and(|next| !next.is_ascii_whitespace() && *next != b'.')
    };
    text.rmatch_indices('.').map(|(dot, _)| dot).find(follows).unwrap_or(0)
}

/// Turns bytes into code points, going forwards only, so that all of it together is one pass.
struct Points<'a> {
    text: &'a str,
    byte: usize,
    point: u32,
}

impl Points<'_> {
    fn entity(&mut self, kind: EntityKind, byte_start: usize, byte_end: usize) -> Entity {
        Entity {
            kind,
            start: self.at(byte_start),
            end: self.at(byte_end),
            byte_start: fit(byte_start),
            byte_end: fit(byte_end),
        }
    }

    fn at(&mut self, byte: usize) -> u32 {
        let between = self.text.get(self.byte..byte).unwrap_or("");
        self.point = self.point.saturating_add(fit(between.chars().count()));
        self.byte = byte;
        self.point
    }
}

/// Places fit, because longer texts were turned away.
fn fit(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use EntityKind::{Hashtag, Mention, Url};

    #[test]
    fn places_in_code_points() {
        for (text, expected) in [
            ("", vec![]),
            ("#a", vec![(Hashtag, 0, 2)]),
            ("会議中 #hashtag 会議中", vec![(Hashtag, 4, 12)]),
            ("皆さん見てください！ http://google.com", vec![(Url, 11, 28)]),
            ("の@usernameに", vec![(Mention, 1, 10)]),
            (
                "😀😀 #a 👨\u{200D}👩\u{200D}👧 @b é c.com",
                vec![(Hashtag, 3, 5), (Mention, 12, 14), (Url, 17, 22)],
            ),
            ("\u{2066}\u{202A}test abcdef.com", vec![(Url, 7, 17)]),
            ("＃あ＠b", vec![(Hashtag, 0, 2), (Mention, 2, 4)]),
        ] {
            let places: Vec<_> = entities(text).iter().map(|e| (e.kind, e.start, e.end)).collect();
            assert_eq!(places, expected, "{text}");
        }
    }

    #[test]
    fn what_begins_first_wins() {
        for (text, expected) in [
            ("http://a.com/#x", vec![(Url, "http://a.com/#x")]),
            ("http://a.com/@bob a.com/#x", vec![(Url, "http://a.com/@bob"), (Url, "a.com/#x")]),
            ("#日本example.com", vec![(Hashtag, "日本example")]),
            ("#日本http://a.com", vec![(Url, "http://a.com")]),
            ("@bob.com", vec![(Mention, "bob")]),
            ("#a @b c.com", vec![(Hashtag, "a"), (Mention, "b"), (Url, "c.com")]),
            ("http://a.com #x", vec![(Url, "http://a.com"), (Hashtag, "x")]),
            ("http://a.com,#x", vec![(Url, "http://a.com"), (Hashtag, "x")]),
        ] {
            let found: Vec<_> = entities(text).iter().map(|e| (e.kind, e.body(text))).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
