//! Blocking and muting.

use axum::Json as Answer;
use axum::extract::State;
use axum::response::Response;
use pipit_core::{Caller, Pipit};
use pipit_http::{Bearer, MaybeJson, Path, Problem, Query};
use pipit_model::event::Standing;
use pipit_model::page::ListName;

use crate::paging::{PageParams, next_cursor, user_page};
use crate::tweets::user_ref;
use crate::wire;

async fn set_block(
    pipit: &Pipit,
    who: Caller,
    id: &str,
    to: Standing,
) -> Result<Answer<wire::Relationship>, Problem> {
    Ok(Answer(pipit.set_block(who, &user_ref(id)?, to).await?.into()))
}

/// Blocks an account: the two follow each other no more, and neither sees what the other writes.
/// Doing it again changes nothing.
#[utoipa::path(
    put, path = "/users/{id}/block", tag = "users", security(("bearer" = [])),
    params(("id" = String, Path, description = "An id or a handle.")),
    responses((status = 200, body = wire::Relationship), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn block_user(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
) -> Result<Answer<wire::Relationship>, Problem> {
    set_block(&pipit, caller, &id, Standing::Set).await
}

/// Blocks an account no longer; what was followed before is not followed again.
#[utoipa::path(
    delete, path = "/users/{id}/block", tag = "users", security(("bearer" = [])),
    params(("id" = String, Path, description = "An id or a handle.")),
    responses((status = 200, body = wire::Relationship), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn unblock_user(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
) -> Result<Answer<wire::Relationship>, Problem> {
    set_block(&pipit, caller, &id, Standing::Unset).await
}

/// Mutes an account, for a time or without an end: it is neither in the caller's timelines nor are
/// they told of what it does. It does not learn of it. Doing it again sets the end anew.
#[utoipa::path(
    put, path = "/users/{id}/mute", tag = "users", security(("bearer" = [])),
    params(("id" = String, Path, description = "An id or a handle.")),
    request_body(content = Option<wire::MuteUser>, description = "May be left out."),
    responses((status = 200, body = wire::Relationship), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn mute_user(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
    MaybeJson(body): MaybeJson<wire::MuteUser>,
) -> Result<Answer<wire::Relationship>, Problem> {
    let seconds = body.and_then(|body| body.duration);
    Ok(Answer(pipit.mute(caller, &user_ref(&id)?, seconds).await?.into()))
}

/// Mutes an account no longer; doing it again changes nothing.
#[utoipa::path(
    delete, path = "/users/{id}/mute", tag = "users", security(("bearer" = [])),
    params(("id" = String, Path, description = "An id or a handle.")),
    responses((status = 200, body = wire::Relationship), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn unmute_user(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
) -> Result<Answer<wire::Relationship>, Problem> {
    Ok(Answer(pipit.unmute(caller, &user_ref(&id)?).await?.into()))
}

/// Whom the caller blocks, newest first.
#[utoipa::path(
    get, path = "/users/me/blocks", tag = "users", security(("bearer" = [])),
    params(PageParams),
    responses((status = 200, body = wire::UserPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_blocks(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Query(params): Query<PageParams>,
) -> Result<Response, Problem> {
    let (list, subject) = (ListName::Blocks, caller.user_id.0);
    let listed = pipit.blocks(caller, params.page(&pipit, list, subject)?).await?;
    let next = next_cursor(&pipit, list, subject, &listed);
    Ok(user_page(&listed, next))
}

/// Whom the caller mutes, newest first.
#[utoipa::path(
    get, path = "/users/me/mutes", tag = "users", security(("bearer" = [])),
    params(PageParams),
    responses((status = 200, body = wire::UserPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_mutes(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Query(params): Query<PageParams>,
) -> Result<Response, Problem> {
    let (list, subject) = (ListName::Mutes, caller.user_id.0);
    let listed = pipit.mutes(caller, params.page(&pipit, list, subject)?).await?;
    let next = next_cursor(&pipit, list, subject, &listed);
    Ok(user_page(&listed, next))
}
