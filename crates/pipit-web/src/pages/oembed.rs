//! oEmbed 1.0: a tweet as others may show it on their own pages. Asked by their servers, in JSON.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use pipit_http::{Problem, Query};
use pipit_model::{Error, TweetId};
use serde::{Deserialize, Serialize};

use crate::format::Moment;
use crate::words::Words;
use crate::{Web, links, view};

/// As wide as the embedding may be, in pixels.
const WIDTH_MAX: u32 = 550;
/// How long others may keep an answer.
const CACHE_SECS: u32 = 3600;

#[derive(Deserialize)]
pub(crate) struct OembedQuery {
    url: String,
    format: Option<String>,
    maxwidth: Option<u32>,
}

#[derive(Serialize)]
struct Oembed<'a> {
    version: &'a str,
    r#type: &'a str,
    provider_name: &'a str,
    provider_url: String,
    author_name: &'a str,
    author_url: String,
    url: &'a str,
    html: String,
    width: u32,
    height: Option<u32>,
    cache_age: u32,
}

#[derive(Template)]
#[template(path = "partials/oembed.html")]
struct Quotation<'a> {
    content: &'a str,
    name: &'a str,
    handle: &'a str,
    url: &'a str,
    at: Moment,
}

/// The id in the address of a tweet of ours.
fn tweet_of(web: &Web, url: &str) -> Option<TweetId> {
    let path = url.strip_prefix(web.public_url.trim_end_matches('/'))?.strip_prefix("/@")?;
    let (_, id) = path.split(['?', '#']).next()?.split_once('/')?;
    id.parse().ok().filter(|id| *id > 0).map(TweetId)
}

pub(crate) async fn get_oembed(
    State(web): State<Web>,
    Query(query): Query<OembedQuery>,
) -> Result<Response, Problem> {
    if query.format.as_deref().is_some_and(|format| format != "json") {
        return Err(Problem::new(
            StatusCode::NOT_IMPLEMENTED,
            "not-implemented",
            "Not implemented",
            "Only format=json is served.",
        ));
    }
    let id = tweet_of(&web, &query.url).ok_or(Error::NotFound("tweet"))?;
    let view = web.pipit.tweet(None, id).await?;
    let shown = view.shown();
    let (author, tweet) = (shown.author.user(), shown.card.tweet());
    let url = web.absolute(&view::href(shown));
    let quotation = Quotation {
        content: &tweet.content,
        name: &author.name,
        handle: &author.handle,
        url: &url,
        at: Moment::new(tweet.timestamp, web.pipit.clock().now(), <&Words>::default()),
    };
    let html = quotation.render();
    let html = html.map_err(|error| Error::Internal(format!("a template failed: {error}")))?;
    let answer = Oembed {
        version: "1.0",
        r#type: "rich",
        provider_name: "Pipit",
        provider_url: web.absolute("/"),
        author_name: &author.name,
        author_url: web.absolute(&links::profile(&author.handle)),
        url: &url,
        html,
        width: query.maxwidth.unwrap_or(WIDTH_MAX).min(WIDTH_MAX),
        height: None,
        cache_age: CACHE_SECS,
    };
    let cache = format!("public, max-age={CACHE_SECS}");
    Ok(([(header::CACHE_CONTROL, cache)], Json(answer)).into_response())
}
