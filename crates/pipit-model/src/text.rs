//! The text of a tweet: what may be stored, what stands in it, how long it is.
//!
//! Owns: the entities (`#hashtags`, `@mentions`, links) and their places, the weighted length, the
//! cleaning of what a person typed, the form in which hashtags are compared. HTML, JSON, the
//! character counter and the hashtag index all come from [`entities`]. The rules are Twitter's
//! ("Counting characters" in its developer docs, and the behaviour of its open-source text
//! library); where Pipit differs, the place that differs says so and why.
//!
//! Must not know: users (whether `@bob` exists), HTML, limits (how long is too long).
//!
//! Everything here is total and linear: any `&str` has an answer, in one pass, without a panic. All
//! looking at text goes through `chars`, whose functions answer `None` where slicing would panic.
//!
//! A new kind of entity is a file with `fn end(text, at) -> Option<usize>` and a line in `scan`.

mod chars;
mod clean;
mod emoji;
mod hashtags;
mod hosts;
mod length;
mod mentions;
mod punycode;
mod scan;
mod segments;
mod tails;
mod urls;

#[cfg(test)]
mod properties;

use std::ops::Range;

pub use clean::{TextError, clean};
pub use hashtags::hashtag_key;
pub use length::weighted_length;
pub use scan::entities;
pub use segments::{Segment, segments};
pub use urls::{host_key, url_host, url_href};

/// What stands at a place in a tweet's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntityKind {
    /// `#tag` or `＃tag`, in any script.
    Hashtag,
    /// `@handle` or `＠handle`. That somebody has the handle is not known here.
    Mention,
    /// `http://…`, `https://…`, or a bare domain such as `example.com/path`.
    Url,
}

/// One entity and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entity {
    /// What it is.
    pub kind: EntityKind,
    /// First code point, the sigil included.
    pub start: u32,
    /// Code point after the last.
    pub end: u32,
    /// First byte, the sigil included.
    pub byte_start: u32,
    /// Byte after the last.
    pub byte_end: u32,
}

impl Entity {
    /// The text without its sigil (`#` `＃` `@` `＠`); for a URL, all of it.
    ///
    /// `text` is the text the entity was found in; for any other text the answer means nothing, and
    /// is empty where the place does not exist.
    #[must_use]
    pub fn body<'a>(&self, text: &'a str) -> &'a str {
        let whole = text.get(self.bytes()).unwrap_or("");
        match self.kind {
            EntityKind::Url => whole,
            EntityKind::Hashtag | EntityKind::Mention => {
                let mut chars = whole.chars();
                chars.next();
                chars.as_str()
            }
        }
    }

    /// The place in bytes.
    fn bytes(&self) -> Range<usize> {
        self.byte_start as usize..self.byte_end as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_has_no_sigil_and_a_url_is_all_body() {
        let text = "日 #a ＃b @c ＠d e.com";
        let bodies: Vec<_> = entities(text).iter().map(|e| e.body(text)).collect();
        assert_eq!(bodies, ["a", "b", "c", "d", "e.com"]);
    }

    #[test]
    fn a_place_that_is_not_in_the_text_has_an_empty_body() {
        let entity = entities("#abc")[0];
        assert_eq!(entity.body(""), "");
        assert_eq!(entity.body("日日"), "");
    }
}
