//! Pictures: what is kept of one, what it is called, how it is described.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::ids::MediaId;
use crate::limits::DESCRIPTION_CHARS_MAX;
use crate::text::{self, TextError};

/// A picture of a tweet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// Its id.
    pub id: MediaId,
    /// Where its files are.
    pub files: MediaFiles,
    /// Whether it moves.
    pub kind: MediaKind,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// What is to be seen on it, in its author's words; may be empty.
    pub description: String,
    /// Its mean colour, shown until it is there.
    pub colour: Colour,
}

/// Whether a picture moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MediaKind {
    /// It does not.
    Image,
    /// It does; its preview does not.
    Animation,
}

/// What a picture is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaUse {
    /// To be posted with a tweet.
    Tweet,
    /// The square picture of a profile.
    Avatar,
    /// The wide picture of a profile.
    Banner,
}

/// How a picture's file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// Photographs.
    Jpeg,
    /// Drawings, and whatever one can see through.
    Png,
    /// Animations.
    Gif,
}

impl Format {
    /// The end of its file's name.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Gif => "gif",
        }
    }

    /// What a browser is told of it.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
        }
    }

    /// By the end of a name.
    #[must_use]
    pub fn of_extension(extension: &str) -> Option<Self> {
        [Self::Jpeg, Self::Png, Self::Gif].into_iter().find(|f| f.extension() == extension)
    }
}

/// The names of a picture's two files: a key that nobody guesses, and how each is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaFiles {
    /// [`KEY_DIGITS`] hexadecimal digits.
    pub key: String,
    /// The picture.
    pub large: Format,
    /// Its preview.
    pub small: Format,
}

/// Digits of a picture's key: 128 bits, so that who is not told an address does not find it.
pub const KEY_DIGITS: usize = 32;

impl MediaFiles {
    /// The name of the picture's file.
    #[must_use]
    pub fn large_name(&self) -> String {
        format!("{}.{}", self.key, self.large.extension())
    }

    /// The name of its preview's file.
    #[must_use]
    pub fn small_name(&self) -> String {
        format!("{}-s.{}", self.key, self.small.extension())
    }

    /// The address of the picture on this server.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{MEDIA_PATH}{}", self.large_name())
    }

    /// The address of its preview on this server.
    #[must_use]
    pub fn preview_url(&self) -> String {
        format!("{MEDIA_PATH}{}", self.small_name())
    }
}

/// The address of a profile picture's preview, if the picture is on this server: both files are
/// written alike.
#[must_use]
pub fn preview_of(url: &str) -> Option<String> {
    let name = url.strip_prefix(MEDIA_PATH)?;
    let (key, extension) = name.split_once('.')?;
    file_format(name).map(|_| format!("{MEDIA_PATH}{key}-s.{extension}"))
}

/// What the addresses of all pictures start with.
pub const MEDIA_PATH: &str = "/media/p/";

/// The format of the file of this name, if it is a name of ours.
#[must_use]
pub fn file_format(name: &str) -> Option<Format> {
    let (stem, extension) = name.split_once('.')?;
    let key = stem.strip_suffix("-s").unwrap_or(stem);
    let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    let is_ours = key.len() == KEY_DIGITS && key.bytes().all(is_digit);
    Format::of_extension(extension).filter(|_| is_ours)
}

/// Red, green and blue, a byte each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colour(pub u32);

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:06x}", self.0 & 0x00ff_ffff)
    }
}

/// A description as typed, cleaned; it may be empty.
///
/// # Errors
/// [`Error::InvalidField`] on `description`.
pub fn description(typed: &str) -> Result<String> {
    let too_long =
        || Error::invalid("description", "is too long: describe it in at most 1,500 characters");
    // Nothing of this size passes; it is refused before it is worked on.
    if typed.len() > DESCRIPTION_CHARS_MAX * 16 {
        return Err(too_long());
    }
    let cleaned = match text::clean(typed) {
        Ok(cleaned) => cleaned,
        Err(TextError::Empty) => String::new(),
        Err(TextError::ForbiddenCharacter(found)) => {
            let code = u32::from(found);
            let message = format!("must not contain the character U+{code:04X}: remove it");
            return Err(Error::invalid("description", message));
        }
    };
    if cleaned.chars().count() > DESCRIPTION_CHARS_MAX {
        return Err(too_long());
    }
    Ok(cleaned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_ours_are_files() {
        let key = "0123456789abcdef0123456789abcdef";
        let files = MediaFiles { key: key.into(), large: Format::Gif, small: Format::Png };
        assert_eq!(file_format(&files.large_name()), Some(Format::Gif));
        assert_eq!(file_format(&files.small_name()), Some(Format::Png));
        assert_eq!(files.preview_url(), format!("/media/p/{key}-s.png"));
        assert_eq!(preview_of(&files.url()), Some(format!("/media/p/{key}-s.gif")));
        assert_eq!(preview_of("https://elsewhere.example/a.png"), None);
        for bad in [
            "",
            "..",
            "../pipit.db",
            "a.jpg",
            &format!("{key}.svg"),
            &format!("{key}.html"),
            key,
            &format!("{key}.jpg.html"),
            &format!("{}.jpg", key.to_uppercase()),
            &format!("../{}.jpg", &key[3..]),
            &format!("{key}-s-s.jpg"),
        ] {
            assert_eq!(file_format(bad), None, "{bad}");
        }
    }

    #[test]
    fn descriptions() {
        assert_eq!(description(" A bird \n").expect("fine"), "A bird");
        assert_eq!(description("  ").expect("fine"), "");
        assert!(description(&"ä".repeat(1500)).is_ok());
        for bad in ["ä".repeat(1501), "x".repeat(30_000), "a\0".to_owned()] {
            let refused = description(&bad);
            assert!(matches!(refused, Err(Error::InvalidField { field: "description", .. })));
        }
        assert_eq!(Colour(0x0a_0b_0c).to_string(), "#0a0b0c");
    }
}
