//! Accounts.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use pipit_core::{Pipit, SignUp, search_subject};
use pipit_http::{Bearer, IdempotencyKey, Json, MaybeBearer, Path, Problem, Query, SentBy};
use pipit_model::AccountState;
use pipit_model::page::{ListName, Listed, Page};
use pipit_model::user::ProfileEdit;
use pipit_model::visibility::Visibility;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::paging::{PageParams, next_cursor, tweet_page, user_page};
use crate::tweets::user_ref;
use crate::wire;

/// Opens an account.
#[utoipa::path(
    post, path = "/users", tag = "users",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request \
        answer with the account that the first one opened.")),
    request_body = wire::CreateUser,
    responses(
        (status = 201, body = wire::User),
        (status = 202, body = wire::User, description = "The account waits for approval."),
        (status = "default", body = wire::Problem),
    ),
)]
pub(crate) async fn create_user(
    State(pipit): State<Pipit>,
    SentBy(client): SentBy,
    key: IdempotencyKey,
    Json(body): Json<wire::CreateUser>,
) -> Result<Response, Problem> {
    let wire::CreateUser { handle, name, email, password, invite, reason } = body;
    let network = client.network;
    let form = SignUp { handle, name, email, password, invite, reason, network };
    let view = pipit.sign_up(form, key.as_deref()).await?;
    // It is there, and waits to be let in.
    let status = match view.card.user().state {
        AccountState::Waiting => StatusCode::ACCEPTED,
        _ => StatusCode::CREATED,
    };
    Ok((status, Answer(wire::User::from(&view))).into_response())
}

/// Which people are looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchParams {
    /// How their handle, or the words of their name, begin.
    q: String,
    /// What the page before answered as `next_cursor`; the start of the list if left out.
    cursor: Option<String>,
    /// Entries wanted, 1 to 100; 20 if left out.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// People whose handle or name begins as asked for: whose handle it is, then those with the most
/// followers.
#[utoipa::path(
    get, path = "/users", tag = "users", security((), ("bearer" = [])), params(SearchParams),
    responses((status = 200, body = wire::UserPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_users(
    State(pipit): State<Pipit>,
    MaybeBearer(reader): MaybeBearer,
    Query(SearchParams { q, cursor, limit }): Query<SearchParams>,
) -> Result<Response, Problem> {
    let list = (ListName::FoundPeople, search_subject(&q));
    let page = PageParams { cursor, limit }.page(&pipit, list.0, list.1)?;
    let listed = pipit.search_people(reader, &q, page).await?;
    let next = next_cursor(&pipit, list.0, list.1, &listed);
    Ok(user_page(&listed, next))
}

/// How many are suggested.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuggestParams {
    /// Entries wanted, 1 to 100; 20 if left out. There are never more than 30.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// People the caller may like to follow: those whom the people they follow follow, then those of
/// the active with the most followers. There is one page.
#[utoipa::path(
    get, path = "/users/suggested", tag = "users", security((), ("bearer" = [])),
    params(SuggestParams),
    responses((status = 200, body = wire::UserPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_suggested_users(
    State(pipit): State<Pipit>,
    MaybeBearer(reader): MaybeBearer,
    Query(SuggestParams { limit }): Query<SuggestParams>,
) -> Result<Response, Problem> {
    let limit = Page::new(limit, None)?.limit();
    let items = pipit.suggested_users(reader, limit).await?;
    Ok(user_page(&Listed { items, next: None }, None))
}

/// One account, by id or handle.
#[utoipa::path(
    get, path = "/users/{id}", tag = "users", security((), ("bearer" = [])),
    params(("id" = String, Path, description = "An id or a handle.")),
    responses((status = 200, body = wire::User), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn get_user(
    State(pipit): State<Pipit>,
    MaybeBearer(reader): MaybeBearer,
    Path(id): Path<String>,
) -> Result<Answer<wire::User>, Problem> {
    let view = pipit.user(reader, &user_ref(&id)?).await?;
    Ok(Answer(wire::User::from(&view)))
}

/// Changes the caller's profile.
#[utoipa::path(
    patch, path = "/users/me", tag = "users", security(("bearer" = [])),
    request_body = wire::UpdateMe,
    responses((status = 200, body = wire::User), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn update_me(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Json(body): Json<wire::UpdateMe>,
) -> Result<Answer<wire::User>, Problem> {
    let wire::UpdateMe { name, bio, links, banner, profile_picture, locked, .. } = body;
    let visibility = body.default_visibility.as_deref();
    let default_visibility =
        visibility.map(|name| Visibility::parse("default_visibility", name)).transpose()?;
    let edit =
        ProfileEdit { name, bio, profile_picture, banner, links, locked, default_visibility };
    let view = pipit.edit_profile(caller, edit).await?;
    Ok(Answer(wire::User::own(&view)))
}

/// What the caller likes, newest like first. Nobody else sees it.
#[utoipa::path(
    get, path = "/users/me/likes", tag = "users", security(("bearer" = [])),
    params(PageParams),
    responses((status = 200, body = wire::TweetPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_liked_tweets(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Query(params): Query<PageParams>,
) -> Result<Response, Problem> {
    let list = (ListName::Liked, caller.user_id.0);
    let page = params.page(&pipit, list.0, list.1)?;
    let listed = pipit.liked_tweets(caller, page).await?;
    Ok(tweet_page(&pipit, list, &listed))
}

/// Deletes the caller's account and all that it wrote. This cannot be undone.
#[utoipa::path(
    delete, path = "/users/me", tag = "users", security(("bearer" = [])),
    responses((status = 204), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn delete_me(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
) -> Result<StatusCode, Problem> {
    pipit.delete_account(caller).await?;
    Ok(StatusCode::NO_CONTENT)
}
