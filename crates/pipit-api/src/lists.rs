//! Lists of chosen people: the caller's own, and nobody else's. What their people post is
//! `GET /tweets?list_id=`.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use pipit_core::{Caller, Pipit};
use pipit_http::{Bearer, IdempotencyKey, Json, Path, Problem, Query};
use pipit_model::ListId;
use pipit_model::event::Standing;
use pipit_model::page::ListName;

use crate::paging::{PageParams, next_cursor, user_page};
use crate::tweets::user_ref;
use crate::wire;

/// The caller's lists, newest first; at most 100.
#[utoipa::path(
    get, path = "/users/me/lists", tag = "lists", security(("bearer" = [])),
    responses((status = 200, body = wire::ListPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_lists(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
) -> Result<Answer<wire::ListPage>, Problem> {
    let lists = pipit.lists(caller).await?.iter().map(wire::List::from).collect();
    Ok(Answer(wire::ListPage { lists }))
}

/// Makes a list.
#[utoipa::path(
    post, path = "/users/me/lists", tag = "lists", security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request \
        answer with the list that the first one made.")),
    request_body = wire::NameList,
    responses((status = 201, body = wire::List), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn create_list(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    key: IdempotencyKey,
    Json(body): Json<wire::NameList>,
) -> Result<Response, Problem> {
    let list = pipit.create_list(caller, &body.name, key.as_deref()).await?;
    Ok((StatusCode::CREATED, Answer(wire::List::from(&list))).into_response())
}

/// One of the caller's lists.
#[utoipa::path(
    get, path = "/users/me/lists/{id}", tag = "lists", security(("bearer" = [])),
    params(("id" = i64, Path)),
    responses((status = 200, body = wire::List), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn get_list(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
) -> Result<Answer<wire::List>, Problem> {
    Ok(Answer(wire::List::from(&pipit.list(caller, ListId(id)).await?)))
}

/// Gives one of the caller's lists another name.
#[utoipa::path(
    patch, path = "/users/me/lists/{id}", tag = "lists", security(("bearer" = [])),
    params(("id" = i64, Path)), request_body = wire::NameList,
    responses((status = 200, body = wire::List), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn update_list(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
    Json(body): Json<wire::NameList>,
) -> Result<Answer<wire::List>, Problem> {
    Ok(Answer(wire::List::from(&pipit.rename_list(caller, ListId(id), &body.name).await?)))
}

/// Deletes one of the caller's lists.
#[utoipa::path(
    delete, path = "/users/me/lists/{id}", tag = "lists", security(("bearer" = [])),
    params(("id" = i64, Path)),
    responses((status = 204), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn delete_list(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
) -> Result<StatusCode, Problem> {
    pipit.delete_list(caller, ListId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The people on one of the caller's lists, those added last first.
#[utoipa::path(
    get, path = "/users/me/lists/{id}/members", tag = "lists", security(("bearer" = [])),
    params(("id" = i64, Path), PageParams),
    responses((status = 200, body = wire::UserPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_list_members(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
    Query(params): Query<PageParams>,
) -> Result<Response, Problem> {
    let page = params.page(&pipit, ListName::ListMembers, id)?;
    let listed = pipit.list_members(caller, ListId(id), page).await?;
    let next = next_cursor(&pipit, ListName::ListMembers, id, &listed);
    Ok(user_page(&listed, next))
}

async fn set_member(
    pipit: &Pipit,
    who: Caller,
    (id, user): (i64, String),
    to: Standing,
) -> Result<Answer<wire::List>, Problem> {
    let list = pipit.set_list_member(who, ListId(id), &user_ref(&user)?, to).await?;
    Ok(Answer(wire::List::from(&list)))
}

/// Puts someone on a list; doing it again changes nothing. They need not be followed, and do not
/// learn of it.
#[utoipa::path(
    put, path = "/users/me/lists/{id}/members/{user}", tag = "lists", security(("bearer" = [])),
    params(("id" = i64, Path), ("user" = String, Path, description = "An id or a handle.")),
    responses((status = 200, body = wire::List), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn add_list_member(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(path): Path<(i64, String)>,
) -> Result<Answer<wire::List>, Problem> {
    set_member(&pipit, caller, path, Standing::Set).await
}

/// Takes someone off a list; doing it again changes nothing.
#[utoipa::path(
    delete, path = "/users/me/lists/{id}/members/{user}", tag = "lists", security(("bearer" = [])),
    params(("id" = i64, Path), ("user" = String, Path, description = "An id or a handle.")),
    responses((status = 200, body = wire::List), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn remove_list_member(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(path): Path<(i64, String)>,
) -> Result<Answer<wire::List>, Problem> {
    set_member(&pipit, caller, path, Standing::Unset).await
}
