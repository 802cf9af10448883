//! Hashtags.

use axum::Json as Answer;
use axum::extract::State;
use pipit_core::{Caller, Pipit};
use pipit_http::{Bearer, MaybeBearer, Path, Problem, Query};
use pipit_model::event::Standing;
use pipit_model::page::Page;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::wire;

/// Which hashtags are looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchParams {
    /// How they begin, in any spelling, with or without the sigil.
    q: String,
    /// Entries wanted, 1 to 100; 20 if left out.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// Hashtags that begin as asked for, most used first.
#[utoipa::path(
    get, path = "/hashtags", tag = "hashtags", params(SearchParams),
    responses((status = 200, body = wire::HashtagPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_hashtags(
    State(pipit): State<Pipit>,
    Query(SearchParams { q, limit }): Query<SearchParams>,
) -> Result<Answer<wire::HashtagPage>, Problem> {
    let limit = Page::new(limit, None)?.limit();
    let hashtags = pipit.search_hashtags(&q, limit).await?;
    Ok(Answer(wire::HashtagPage { hashtags: hashtags.iter().map(wire::Hashtag::from).collect() }))
}

/// The hashtags that more people used in the last 24 hours than usually do.
#[utoipa::path(
    get, path = "/hashtags/trending", tag = "hashtags",
    responses((status = 200, body = wire::TrendPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_trending_hashtags(
    State(pipit): State<Pipit>,
) -> Result<Answer<wire::TrendPage>, Problem> {
    let trends = pipit.trending_hashtags().await?;
    Ok(Answer(wire::TrendPage { hashtags: trends.iter().map(wire::Trend::from).collect() }))
}

/// The hashtags that the caller follows, newest follow first; at most 200.
#[utoipa::path(
    get, path = "/hashtags/followed", tag = "hashtags", security(("bearer" = [])),
    responses((status = 200, body = wire::HashtagPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_followed_hashtags(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
) -> Result<Answer<wire::HashtagPage>, Problem> {
    let hashtags = pipit.followed_hashtags(caller).await?;
    let followed =
        |hashtag| wire::Hashtag { following: Some(true), ..wire::Hashtag::from(hashtag) };
    Ok(Answer(wire::HashtagPage { hashtags: hashtags.iter().map(followed).collect() }))
}

/// One hashtag, in any spelling, without its sigil.
#[utoipa::path(
    get, path = "/hashtags/{name}", tag = "hashtags", security((), ("bearer" = [])),
    params(("name" = String, Path)),
    responses((status = 200, body = wire::Hashtag), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn get_hashtag(
    State(pipit): State<Pipit>,
    MaybeBearer(reader): MaybeBearer,
    Path(name): Path<String>,
) -> Result<Answer<wire::Hashtag>, Problem> {
    Ok(Answer(wire::Hashtag::from(&pipit.hashtag(reader, &name).await?)))
}

async fn set_follow(
    pipit: &Pipit,
    who: Caller,
    name: &str,
    to: Standing,
) -> Result<Answer<wire::Hashtag>, Problem> {
    Ok(Answer(wire::Hashtag::from(&pipit.set_hashtag_follow(who, name, to).await?)))
}

/// Follows a hashtag; doing it again changes nothing. The home timeline stays as it is.
#[utoipa::path(
    put, path = "/hashtags/{name}/follow", tag = "hashtags", security(("bearer" = [])),
    params(("name" = String, Path)),
    responses((status = 200, body = wire::Hashtag), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn follow_hashtag(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(name): Path<String>,
) -> Result<Answer<wire::Hashtag>, Problem> {
    set_follow(&pipit, caller, &name, Standing::Set).await
}

/// Follows a hashtag no longer; doing it again changes nothing.
#[utoipa::path(
    delete, path = "/hashtags/{name}/follow", tag = "hashtags", security(("bearer" = [])),
    params(("name" = String, Path)),
    responses((status = 200, body = wire::Hashtag), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn unfollow_hashtag(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(name): Path<String>,
) -> Result<Answer<wire::Hashtag>, Problem> {
    set_follow(&pipit, caller, &name, Standing::Unset).await
}
