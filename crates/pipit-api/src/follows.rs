//! Following.

use axum::Json as Answer;
use axum::extract::State;
use axum::response::Response;
use pipit_core::{Caller, Pipit, RequestAnswer};
use pipit_http::{Bearer, MaybeBearer, Path, Problem, Query};
use pipit_model::event::Standing;
use pipit_model::page::ListName;

use crate::paging::{PageParams, next_cursor, user_page};
use crate::tweets::user_ref;
use crate::wire;

async fn set_follow(
    pipit: &Pipit,
    who: Caller,
    id: &str,
    to: Standing,
) -> Result<Answer<wire::Relationship>, Problem> {
    Ok(Answer(pipit.set_follow(who, &user_ref(id)?, to).await?.into()))
}

/// Follows an account, or asks to if it is locked; doing it again changes nothing.
#[utoipa::path(
    put, path = "/users/{id}/follow", tag = "users", security(("bearer" = [])),
    params(("id" = String, Path, description = "An id or a handle.")),
    responses((status = 200, body = wire::Relationship), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn follow_user(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
) -> Result<Answer<wire::Relationship>, Problem> {
    set_follow(&pipit, caller, &id, Standing::Set).await
}

/// Follows an account, or asks to, no longer; doing it again changes nothing.
#[utoipa::path(
    delete, path = "/users/{id}/follow", tag = "users", security(("bearer" = [])),
    params(("id" = String, Path, description = "An id or a handle.")),
    responses((status = 200, body = wire::Relationship), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn unfollow_user(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
) -> Result<Answer<wire::Relationship>, Problem> {
    set_follow(&pipit, caller, &id, Standing::Unset).await
}

/// Who follows an account, newest first.
#[utoipa::path(
    get, path = "/followers/{id}", tag = "users", security((), ("bearer" = [])),
    params(("id" = String, Path, description = "An id or a handle."), PageParams),
    responses((status = 200, body = wire::UserPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_followers(
    State(pipit): State<Pipit>,
    MaybeBearer(reader): MaybeBearer,
    Path(id): Path<String>,
    Query(params): Query<PageParams>,
) -> Result<Response, Problem> {
    let user_id = pipit.resolve_user(&user_ref(&id)?).await?;
    let page = params.page(&pipit, ListName::Followers, user_id.0)?;
    let listed = pipit.followers(reader, user_id, page).await?;
    let next = next_cursor(&pipit, ListName::Followers, user_id.0, &listed);
    Ok(user_page(&listed, next))
}

/// Whom an account follows, newest first.
#[utoipa::path(
    get, path = "/following/{id}", tag = "users", security((), ("bearer" = [])),
    params(("id" = String, Path, description = "An id or a handle."), PageParams),
    responses((status = 200, body = wire::UserPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_following(
    State(pipit): State<Pipit>,
    MaybeBearer(reader): MaybeBearer,
    Path(id): Path<String>,
    Query(params): Query<PageParams>,
) -> Result<Response, Problem> {
    let user_id = pipit.resolve_user(&user_ref(&id)?).await?;
    let page = params.page(&pipit, ListName::Following, user_id.0)?;
    let listed = pipit.following(reader, user_id, page).await?;
    let next = next_cursor(&pipit, ListName::Following, user_id.0, &listed);
    Ok(user_page(&listed, next))
}

/// Who asks to follow the caller, newest first.
#[utoipa::path(
    get, path = "/users/me/follow_requests", tag = "users", security(("bearer" = [])),
    params(PageParams),
    responses((status = 200, body = wire::UserPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_follow_requests(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Query(params): Query<PageParams>,
) -> Result<Response, Problem> {
    let (list, subject) = (ListName::FollowRequests, caller.user_id.0);
    let listed = pipit.follow_requests(caller, params.page(&pipit, list, subject)?).await?;
    let next = next_cursor(&pipit, list, subject, &listed);
    Ok(user_page(&listed, next))
}

/// Lets somebody who asks follow the caller; where nobody asks, nothing changes.
#[utoipa::path(
    put, path = "/users/me/follow_requests/{id}", tag = "users", security(("bearer" = [])),
    params(("id" = String, Path, description = "Who asks: an id or a handle.")),
    responses((status = 200, body = wire::Relationship), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn accept_follow_request(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
) -> Result<Answer<wire::Relationship>, Problem> {
    let answer = RequestAnswer::Accept;
    Ok(Answer(pipit.answer_follow_request(caller, &user_ref(&id)?, answer).await?.into()))
}

/// Refuses somebody who asks to follow the caller. They are not told, and may ask again.
#[utoipa::path(
    delete, path = "/users/me/follow_requests/{id}", tag = "users", security(("bearer" = [])),
    params(("id" = String, Path, description = "Who asks: an id or a handle.")),
    responses((status = 200, body = wire::Relationship), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn reject_follow_request(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
) -> Result<Answer<wire::Relationship>, Problem> {
    let answer = RequestAnswer::Reject;
    Ok(Answer(pipit.answer_follow_request(caller, &user_ref(&id)?, answer).await?.into()))
}

/// Makes somebody follow the caller no longer. They are not told.
#[utoipa::path(
    delete, path = "/users/me/followers/{id}", tag = "users", security(("bearer" = [])),
    params(("id" = String, Path, description = "An id or a handle.")),
    responses((status = 200, body = wire::Relationship), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn remove_follower(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<String>,
) -> Result<Answer<wire::Relationship>, Problem> {
    Ok(Answer(pipit.remove_follower(caller, &user_ref(&id)?).await?.into()))
}
