//! Hashtags.

use axum::Json as Answer;
use axum::extract::State;
use pipit_core::Pipit;
use pipit_http::{Path, Problem};

use crate::wire;

/// The hashtags most used in the last 24 hours.
#[utoipa::path(
    get, path = "/hashtags/trending", tag = "hashtags",
    responses((status = 200, body = wire::HashtagPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_trending_hashtags(
    State(pipit): State<Pipit>,
) -> Result<Answer<wire::HashtagPage>, Problem> {
    let trends = pipit.trending_hashtags().await?;
    let row = |trend: &pipit_core::Trend| wire::Hashtag {
        recent_count: Some(trend.uses),
        ..wire::Hashtag::from(&trend.hashtag)
    };
    Ok(Answer(wire::HashtagPage { hashtags: trends.iter().map(row).collect() }))
}

/// One hashtag, in any spelling, without its sigil.
#[utoipa::path(
    get, path = "/hashtags/{name}", tag = "hashtags",
    params(("name" = String, Path)),
    responses((status = 200, body = wire::Hashtag), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn get_hashtag(
    State(pipit): State<Pipit>,
    Path(name): Path<String>,
) -> Result<Answer<wire::Hashtag>, Problem> {
    Ok(Answer(wire::Hashtag::from(&pipit.hashtag(&name).await?)))
}
