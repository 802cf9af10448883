//! A text in pieces, for those who render it.

use std::slice;

use super::Entity;

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment<'a> {
    /// The piece; never empty.
    pub text: &'a str,
    /// The entity it is; `None` for plain text.
    pub entity: Option<&'a Entity>,
}

/// Splits a text into plain pieces and entities, in order: all pieces joined are the text.
///
/// That holds for any entities; those that do not fit the text, or overlap the one before, are
/// passed over.
pub fn segments<'a>(text: &'a str, entities: &'a [Entity]) -> impl Iterator<Item = Segment<'a>> {
    Segments { text, at: 0, entities: entities.iter(), held: None }
}

struct Segments<'a> {
    text: &'a str,
    at: usize,
    entities: slice::Iter<'a, Entity>,
    /// The entity at `at`, while the plain text before it is given out.
    held: Option<Segment<'a>>,
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        if let Some(segment) = self.held.take() {
            return Some(segment);
        }
        for entity in self.entities.by_ref() {
            let place = entity.bytes();
            let plain = self.text.get(self.at..place.start);
            let inside = self.text.get(place.clone()).filter(|inside| !inside.is_empty());
            let (Some(plain), Some(inside)) = (plain, inside) else {
                continue;
            };
            self.at = place.end;
            let segment = Segment { text: inside, entity: Some(entity) };
            if plain.is_empty() {
                return Some(segment);
            }
            self.held = Some(segment);
            return Some(Segment { text: plain, entity: None });
        }
        let plain = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        self.at = self.text.len();
        Some(Segment { text: plain, entity: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::entities;

    #[test]
    fn pieces_in_order() {
        for (text, expected) in [
            ("", vec![]),
            ("plain", vec!["plain"]),
            ("#a", vec!["[#a]"]),
            (
                "日 #a, @b: http://c.com/d!",
                vec!["日 ", "[#a]", ", ", "[@b]", ": ", "[http://c.com/d]", "!"],
            ),
            ("＃あ＠b.", vec!["[＃あ]", "[＠b]", "."]),
            ("#a.com@b", vec!["[#a]", ".com@b"]),
            ("a.co/.@b", vec!["[a.co/.@b]"]),
        ] {
            let found = entities(text);
            let pieces: Vec<_> = segments(text, &found)
                .map(|s| s.entity.map_or_else(|| s.text.to_owned(), |_| format!("[{}]", s.text)))
                .collect();
            assert_eq!(pieces, expected, "{text}");
        }
    }

    #[test]
    fn entities_of_another_text_do_no_harm() {
        let mut strange = entities("#abc @def ghi.com");
        strange.reverse();
        strange.extend(entities("é #日本 @x"));
        for text in ["", "é", "日本日本日本日本", "#abc @def ghi.com"] {
            let joined: String = segments(text, &strange).map(|s| s.text).collect();
            assert_eq!(joined, text);
        }
    }
}
