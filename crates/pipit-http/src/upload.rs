//! Forms with files: read part by part, so that only one file of a form is in memory at a time.

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRef, FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use pipit_core::{Pipit, UploadPlace};
use pipit_model::limits::{UPLOAD_BODY_MAX, UPLOAD_BYTES_MAX, UPLOAD_FORM_BYTES};
use pipit_model::{Error, Result as Checked};

use crate::Problem;

/// To be put around the routes that take such forms. More is read than is taken: who sends too much
/// is told so in words, and not by a connection that breaks.
pub fn body_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(UPLOAD_BODY_MAX)
}

/// Whether a request brings such a form.
#[must_use]
pub fn is_upload(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|text| {
        text.get(..20).is_some_and(|start| start.eq_ignore_ascii_case("multipart/form-data;"))
    })
}

/// A form with files, on its way in.
#[derive(Debug)]
pub struct UploadForm {
    parts: Multipart,
    _place: UploadPlace,
}

/// One part of such a form.
#[derive(Debug)]
pub enum Part {
    /// Something typed.
    Text {
        /// Its name.
        field: String,
        /// What was typed.
        value: String,
    },
    /// A file, or an empty place for one.
    File {
        /// Its name in the form, not the file's own.
        field: String,
        /// Its bytes; [`Error::InvalidField`] on `file` if it has too many.
        bytes: Checked<Vec<u8>>,
    },
}

impl UploadForm {
    /// The next part; [`None`] at the end.
    ///
    /// # Errors
    /// A problem for a form that is broken or altogether too long.
    pub async fn next(&mut self) -> Result<Option<Part>, Problem> {
        let Some(part) = self.parts.next_field().await.map_err(|e| unreadable(&e))? else {
            return Ok(None);
        };
        let field = part.name().unwrap_or_default().to_owned();
        if part.file_name().is_some() {
            let bytes = read(part, UPLOAD_BYTES_MAX).await?;
            let too_large = || Error::invalid("file", "is too large: at most 10 MB");
            return Ok(Some(Part::File { field, bytes: bytes.ok_or_else(too_large) }));
        }
        let text = read(part, UPLOAD_FORM_BYTES).await?.map(String::from_utf8);
        match text {
            Some(Ok(value)) => Ok(Some(Part::Text { field, value })),
            Some(Err(_)) => Err(broken()),
            None => Err(too_long()),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for UploadForm
where
    Pipit: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_upload(request.headers()) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "Unsupported media type",
                "Send the picture as multipart/form-data, in the field file.",
            ));
        }
        let place = Pipit::from_ref(state).begin_upload()?;
        let parts = Multipart::from_request(request, state).await.map_err(|_| broken())?;
        Ok(Self { parts, _place: place })
    }
}

/// All of a part, or [`None`] if there is more of it than this, which is then read and forgotten.
async fn read(mut part: Field<'_>, max: usize) -> Result<Option<Vec<u8>>, Problem> {
    let mut bytes = Some(Vec::new());
    while let Some(chunk) = part.chunk().await.map_err(|e| unreadable(&e))? {
        bytes = bytes.filter(|bytes| bytes.len() + chunk.len() <= max);
        if let Some(bytes) = &mut bytes {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(bytes)
}

fn unreadable(error: &MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { too_long() } else { broken() }
}

fn too_long() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body-too-large",
        "Body too large",
        "That is too much at once: a picture may have at most 10 MB.",
    )
    .of_field("file")
}

fn broken() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "bad-request",
        "Bad request",
        "The form could not be read to its end.",
    )
}
