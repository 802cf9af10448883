//! The home timeline.

use axum::extract::State;
use axum::response::Response;
use pipit_core::Pipit;
use pipit_http::{Bearer, Problem, Query};
use pipit_model::page::ListName;

use crate::paging::{PageParams, next_cursor, tweet_page};
use crate::wire;

/// The caller's home timeline: the newest of everyone they follow, and their own.
#[utoipa::path(
    get, path = "/timeline", tag = "timelines", security(("bearer" = [])),
    params(PageParams),
    responses((status = 200, body = wire::TweetPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn get_timeline(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Query(params): Query<PageParams>,
) -> Result<Response, Problem> {
    let subject = caller.user_id.0;
    let page = params.page(&pipit, ListName::Home, subject)?;
    let listed = pipit.home_timeline(caller, page).await?;
    let next = next_cursor(&pipit, ListName::Home, subject, &listed);
    Ok(tweet_page(&listed.items, next.as_deref()))
}
