//! Bookmarks.

use axum::extract::State;
use axum::response::Response;
use pipit_core::{Caller, Pipit};
use pipit_http::{Bearer, Path, Problem, Query};
use pipit_model::TweetId;
use pipit_model::event::Standing;
use pipit_model::page::ListName;

use crate::paging::{self, PageParams, tweet_page};
use crate::wire;

async fn set_bookmark(
    pipit: &Pipit,
    who: Caller,
    id: i64,
    to: Standing,
) -> Result<Response, Problem> {
    Ok(paging::tweet(&pipit.set_bookmark(who, TweetId(id), to).await?))
}

/// Keeps a tweet for later; doing it again changes nothing. Nobody else learns of it.
#[utoipa::path(
    put, path = "/tweets/{id}/bookmark", tag = "tweets", security(("bearer" = [])),
    params(("id" = i64, Path)),
    responses((status = 200, body = wire::Tweet), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn bookmark_tweet(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    set_bookmark(&pipit, caller, id, Standing::Set).await
}

/// Keeps a tweet no longer; doing it again changes nothing.
#[utoipa::path(
    delete, path = "/tweets/{id}/bookmark", tag = "tweets", security(("bearer" = [])),
    params(("id" = i64, Path)),
    responses((status = 200, body = wire::Tweet), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn unbookmark_tweet(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    set_bookmark(&pipit, caller, id, Standing::Unset).await
}

/// What the caller keeps, newest bookmark first.
#[utoipa::path(
    get, path = "/users/me/bookmarks", tag = "timelines", security(("bearer" = [])),
    params(PageParams),
    responses((status = 200, body = wire::TweetPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_bookmarks(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Query(params): Query<PageParams>,
) -> Result<Response, Problem> {
    let list = (ListName::Bookmarks, caller.user_id.0);
    let page = params.page(&pipit, list.0, list.1)?;
    let listed = pipit.bookmarks(caller, page).await?;
    Ok(tweet_page(&pipit, list, &listed))
}
