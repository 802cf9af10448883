//! Filters, and conversations not to be heard of: the caller's own, and nobody else's.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use pipit_core::{Caller, Pipit};
use pipit_http::{Bearer, IdempotencyKey, Json, Path, Problem};
use pipit_model::event::Standing;
use pipit_model::{FilterId, TweetId};

use crate::{paging, wire};

/// The caller's filters, newest first; at most 50, those that have ended among them.
#[utoipa::path(
    get, path = "/users/me/filters", tag = "filters", security(("bearer" = [])),
    responses((status = 200, body = wire::FilterPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_filters(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
) -> Result<Answer<wire::FilterPage>, Problem> {
    let filters = pipit.filters(caller).await?.iter().map(wire::Filter::from).collect();
    Ok(Answer(wire::FilterPage { filters }))
}

/// Makes a filter. It holds at once, for what was posted before too.
#[utoipa::path(
    post, path = "/users/me/filters", tag = "filters", security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request \
        answer with the filter that the first one made.")),
    request_body = wire::PutFilter,
    responses((status = 201, body = wire::Filter), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn create_filter(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    key: IdempotencyKey,
    Json(body): Json<wire::PutFilter>,
) -> Result<Response, Problem> {
    let filter = pipit.create_filter(caller, body.draft()?, key.as_deref()).await?;
    Ok((StatusCode::CREATED, Answer(wire::Filter::from(&filter))).into_response())
}

/// One of the caller's filters.
#[utoipa::path(
    get, path = "/users/me/filters/{id}", tag = "filters", security(("bearer" = [])),
    params(("id" = i64, Path)),
    responses((status = 200, body = wire::Filter), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn get_filter(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
) -> Result<Answer<wire::Filter>, Problem> {
    Ok(Answer(wire::Filter::from(&pipit.filter(caller, FilterId(id)).await?)))
}

/// Puts a filter in the place of one of the caller's.
#[utoipa::path(
    put, path = "/users/me/filters/{id}", tag = "filters", security(("bearer" = [])),
    params(("id" = i64, Path)), request_body = wire::PutFilter,
    responses((status = 200, body = wire::Filter), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn update_filter(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
    Json(body): Json<wire::PutFilter>,
) -> Result<Answer<wire::Filter>, Problem> {
    let filter = pipit.set_filter(caller, FilterId(id), body.draft()?).await?;
    Ok(Answer(wire::Filter::from(&filter)))
}

/// Deletes one of the caller's filters.
#[utoipa::path(
    delete, path = "/users/me/filters/{id}", tag = "filters", security(("bearer" = [])),
    params(("id" = i64, Path)),
    responses((status = 204), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn delete_filter(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
) -> Result<StatusCode, Problem> {
    pipit.delete_filter(caller, FilterId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn set_mute(
    pipit: &Pipit,
    who: Caller,
    id: i64,
    to: Standing,
) -> Result<Answer<wire::ConversationMute>, Problem> {
    let id = pipit.set_conversation_mute(who, TweetId(id), to).await?;
    Ok(Answer(wire::ConversationMute {
        conversation_id: id.0,
        conversation_id_str: id.to_string(),
        muted: to.is_set(),
    }))
}

/// Tells the caller no more of what happens in this tweet's conversation; doing it again changes
/// nothing.
#[utoipa::path(
    put, path = "/tweets/{id}/mute", tag = "filters", security(("bearer" = [])),
    params(("id" = i64, Path)),
    responses((status = 200, body = wire::ConversationMute), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn mute_conversation(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
) -> Result<Answer<wire::ConversationMute>, Problem> {
    set_mute(&pipit, caller, id, Standing::Set).await
}

/// Tells the caller again of what happens in this tweet's conversation.
#[utoipa::path(
    delete, path = "/tweets/{id}/mute", tag = "filters", security(("bearer" = [])),
    params(("id" = i64, Path)),
    responses((status = 200, body = wire::ConversationMute), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn unmute_conversation(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
) -> Result<Answer<wire::ConversationMute>, Problem> {
    set_mute(&pipit, caller, id, Standing::Unset).await
}

/// Shows an answer in a conversation that the caller began only to those who ask for hidden ones;
/// doing it again changes nothing.
#[utoipa::path(
    put, path = "/tweets/{id}/hidden", tag = "tweets", security(("bearer" = [])),
    params(("id" = i64, Path)),
    responses((status = 200, body = wire::Tweet), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn hide_reply(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    Ok(paging::tweet(&pipit.set_hidden(caller, TweetId(id), Standing::Set).await?))
}

/// Shows a hidden answer to everybody again.
#[utoipa::path(
    delete, path = "/tweets/{id}/hidden", tag = "tweets", security(("bearer" = [])),
    params(("id" = i64, Path)),
    responses((status = 200, body = wire::Tweet), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn unhide_reply(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    Ok(paging::tweet(&pipit.set_hidden(caller, TweetId(id), Standing::Unset).await?))
}
