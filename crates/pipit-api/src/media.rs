//! Pictures.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pipit_core::{Pipit, Upload};
use pipit_http::routes::{Routes, get};
use pipit_http::{Bearer, IdempotencyKey, Json, Part, Path, Problem, UploadForm};
use pipit_model::media::MediaUse;
use pipit_model::{Error, MediaId};

use crate::{Api, wire};

/// A picture never changes and its name is never used again. Opened on its own it can do nothing,
/// whatever a browser takes it for.
const FILE_HEADERS: [(HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'; frame-ancestors 'none'"),
    (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
];

/// The files of pictures, which are no part of the described API: their addresses are in it.
pub(crate) fn files() -> Routes<Api> {
    Routes::new().route("/media/p/{file}", get(get_file))
}

async fn get_file(
    State(pipit): State<Pipit>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let file = pipit.media_file(&name).await?.ok_or(Error::NotFound("picture"))?;
    let content_type = [(header::CONTENT_TYPE, file.content_type)];
    Ok((FILE_HEADERS, content_type, file.bytes).into_response())
}

/// Takes a picture, to be posted within 24 hours. It is encoded anew: nothing is kept but what is
/// to be seen.
#[utoipa::path(
    post, path = "/media", tag = "media", security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request \
        answer with the picture that the first one stored.")),
    request_body(content = wire::UploadMedia, content_type = "multipart/form-data"),
    responses((status = 201, body = wire::Media), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn create_media(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    key: IdempotencyKey,
    form: UploadForm,
) -> Result<Response, Problem> {
    let (bytes, description) = read(form).await?;
    let upload = Upload { bytes, description: description.unwrap_or_default() };
    let media = pipit.upload_media(caller, upload, key.as_deref()).await?;
    Ok((StatusCode::CREATED, Answer(wire::Media::from(&media))).into_response())
}

/// Describes a picture of one's own anew, posted or not.
#[utoipa::path(
    patch, path = "/media/{id}", tag = "media", security(("bearer" = [])),
    params(("id" = i64, Path)),
    request_body = wire::UpdateMedia,
    responses((status = 200, body = wire::Media), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn update_media(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
    Json(body): Json<wire::UpdateMedia>,
) -> Result<Answer<wire::Media>, Problem> {
    let media = pipit.describe_media(caller, MediaId(id), &body.description).await?;
    Ok(Answer(wire::Media::from(&media)))
}

/// Makes a picture the caller's, cut to a square of 400 pixels.
#[utoipa::path(
    put, path = "/users/me/avatar", tag = "users", security(("bearer" = [])),
    request_body(content = wire::UploadPicture, content_type = "multipart/form-data"),
    responses((status = 200, body = wire::User), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn set_avatar(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    form: UploadForm,
) -> Result<Answer<wire::User>, Problem> {
    let (bytes, _) = read(form).await?;
    let view = pipit.set_profile_media(caller, bytes, MediaUse::Avatar).await?;
    Ok(Answer(wire::User::from(&view)))
}

/// Makes a picture the caller's banner, cut to 1500 × 500 pixels.
#[utoipa::path(
    put, path = "/users/me/banner", tag = "users", security(("bearer" = [])),
    request_body(content = wire::UploadPicture, content_type = "multipart/form-data"),
    responses((status = 200, body = wire::User), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn set_banner(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    form: UploadForm,
) -> Result<Answer<wire::User>, Problem> {
    let (bytes, _) = read(form).await?;
    let view = pipit.set_profile_media(caller, bytes, MediaUse::Banner).await?;
    Ok(Answer(wire::User::from(&view)))
}

/// The file and the description of a form, which is read to its end whatever is wrong with it: who
/// still sends does not listen.
async fn read(mut form: UploadForm) -> Result<(Vec<u8>, Option<String>), Problem> {
    let (mut file, mut description, mut wrong) = (None, None, None);
    while let Some(part) = form.next().await? {
        match part {
            Part::File { field, bytes } if field == "file" && file.is_none() => match bytes {
                Ok(bytes) => file = Some(bytes),
                Err(error) => wrong = Some(error),
            },
            Part::Text { field, value } if field == "description" => description = Some(value),
            Part::File { .. } => wrong = Some(Error::invalid("file", "must be one file")),
            Part::Text { .. } => {
                wrong = Some(Error::invalid("file", "must be sent with description only"));
            }
        }
    }
    match (wrong, file) {
        (Some(error), _) => Err(error.into()),
        (None, Some(file)) => Ok((file, description)),
        (None, None) => Err(Error::invalid("file", "is missing: send a picture").into()),
    }
}
