//! Pictures on the wire.

use pipit_model::media::MediaKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A picture. Addresses are on this server and relative to it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// Its id.
    pub id: i64,
    /// The same as text.
    pub id_str: String,
    /// `image`, or `animation` for a GIF that moves.
    #[schema(example = "image")]
    pub kind: String,
    /// The picture, at most 1600 pixels on its long side.
    #[schema(example = "/media/p/0123456789abcdef0123456789abcdef.jpg")]
    pub url: String,
    /// A smaller one that does not move, at most 600 pixels on its long side.
    pub preview_url: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// What is to be seen on it; may be empty.
    pub description: String,
    /// Its mean colour, to be shown until it is there.
    #[schema(example = "#7a5c3e")]
    pub colour: String,
}

impl From<&pipit_model::media::Media> for Media {
    fn from(media: &pipit_model::media::Media) -> Self {
        let kind = match media.kind {
            MediaKind::Image => "image",
            MediaKind::Animation => "animation",
        };
        Self {
            id: media.id.0,
            id_str: media.id.to_string(),
            kind: kind.to_owned(),
            url: media.files.url(),
            preview_url: media.files.preview_url(),
            width: media.width,
            height: media.height,
            description: media.description.clone(),
            colour: media.colour.to_string(),
        }
    }
}

/// A picture as it is handed in: `multipart/form-data`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described: the form is read part by part")]
pub struct UploadMedia {
    /// PNG, JPEG, `WebP` or GIF, at most 10 MB and 25 million pixels.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// What is to be seen on it, at most 1,500 characters.
    description: Option<String>,
}

/// A picture of a profile as it is handed in: `multipart/form-data`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described: the form is read part by part")]
pub struct UploadPicture {
    /// PNG, JPEG, `WebP` or GIF, at most 10 MB and 25 million pixels.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// What is changed of a picture.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateMedia {
    /// What is to be seen on it, at most 1,500 characters.
    #[schema(example = "A small bird on a fence", max_length = 1500)]
    pub description: String,
}
