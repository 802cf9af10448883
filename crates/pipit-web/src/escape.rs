//! Text as HTML, for everything that templates write: as askama's own escaper has it, but looked at
//! sixteen bytes at a time. A page is mostly text without a single such character.

use std::fmt::{self, Write};

use askama::filters::Escaper;

/// Bytes looked at together: as wide as every x86-64's and ARM's vectors.
const CHUNK: usize = 16;

/// Escapes what would be markup, in texts and in attributes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Html;

impl Escaper for Html {
    fn write_escaped_str<W: Write>(&self, mut to: W, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some((plain, character, more)) = next_special(rest) {
            if !plain.is_empty() {
                to.write_str(plain)?;
            }
            to.write_str(character)?;
            rest = more;
        }
        if rest.is_empty() { Ok(()) } else { to.write_str(rest) }
    }
}

/// What stands before the first special character, that one escaped, and what stands behind it.
#[inline]
fn next_special(text: &str) -> Option<(&str, &'static str, &str)> {
    let (at, escaped) = find_special(text.as_bytes())?;
    Some((text.get(..at)?, escaped, text.get(at + 1..)?))
}

#[inline]
fn find_special(bytes: &[u8]) -> Option<(usize, &'static str)> {
    let (chunks, rest) = bytes.as_chunks::<CHUNK>();
    // Without a way out in the middle, so that it becomes one comparison of vectors.
    let is_plain = |chunk: &&[u8; CHUNK]| !chunk.iter().fold(false, |any, b| any | is_special(*b));
    let plain = chunks.iter().take_while(is_plain).count() * CHUNK;
    let rest = if plain < bytes.len() - rest.len() { bytes.get(plain..)? } else { rest };
    rest.iter().enumerate().find_map(|(n, byte)| Some((plain + n, escaped(*byte)?)))
}

#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "without branches, for the vectors")]
fn is_special(byte: u8) -> bool {
    (byte == b'"') | (byte == b'&') | (byte == b'\'') | (byte == b'<') | (byte == b'>')
}

#[inline]
fn escaped(byte: u8) -> Option<&'static str> {
    Some(match byte {
        b'"' => "&#34;",
        b'&' => "&#38;",
        b'\'' => "&#39;",
        b'<' => "&#60;",
        b'>' => "&#62;",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use askama::filters::Html as Askamas;

    use super::*;

    fn by(escaper: impl Escaper, text: &str) -> String {
        let mut html = String::new();
        assert!(escaper.write_escaped_str(&mut html, text).is_ok());
        html
    }

    #[test]
    fn every_character_at_every_place_is_as_askama_has_it() {
        for special in ["", "\"", "&", "'", "<", ">", "&&", "é", "日<本", "\0", "%=?;"] {
            for before in 0..40 {
                for after in [0, 1, 15, 16, 17, 33] {
                    let text = format!("{}{special}{}>", "a".repeat(before), "ü".repeat(after));
                    assert_eq!(by(Html, &text), by(Askamas, &text));
                }
            }
        }
    }
}
