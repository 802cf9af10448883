//! What an `@` or a `#` that somebody is writing may become: for scripts.

use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use pipit_model::page::ListName;
use serde::{Deserialize, Serialize};

use crate::Web;
use crate::error::Failure;
use crate::extract::Query;
use crate::visitor::SignedIn;

/// As many as one looks through.
const SUGGESTIONS: usize = 6;
/// People followed who are looked at, the newest first.
const FOLLOWED: i64 = 100;

const HEADERS: [(HeaderName, &str); 2] =
    [(header::CACHE_CONTROL, "private, no-cache"), (header::VARY, "Cookie")];

#[derive(Deserialize)]
pub(crate) struct Word {
    q: String,
}

#[derive(Serialize)]
struct Suggestions {
    suggestions: Vec<Suggestion>,
}

/// A word as it would stand in the text, and more of what it means.
#[derive(Serialize)]
struct Suggestion {
    text: String,
    name: String,
}

pub(crate) async fn get_complete(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    Query(Word { q }): Query<Word>,
) -> Result<Response, Failure> {
    let begun = q.get(1..).map(str::to_lowercase).unwrap_or_default();
    let mut suggestions = match q.chars().next() {
        Some('@') => {
            let (list, me) = (ListName::Following, viewer.id());
            let page = web.pipit.page(list, me.0, None, Some(FOLLOWED))?;
            let people = web.pipit.following(Some(viewer.caller), me, page).await?.items;
            let users = people.iter().map(|view| view.card.user());
            let fits = |text: &str| text.to_lowercase().starts_with(&begun);
            let found = users.filter(|user| fits(&user.handle) || fits(&user.name));
            let text = |handle: &str| format!("@{handle}");
            found.map(|u| Suggestion { text: text(&u.handle), name: u.name.clone() }).collect()
        }
        Some('#') => {
            let trends = web.pipit.trending_hashtags().await?;
            let found = trends.iter().map(|trend| &trend.hashtag.name);
            let found = found.filter(|name| name.starts_with(&begun));
            found.map(|n| Suggestion { text: format!("#{n}"), name: String::new() }).collect()
        }
        _ => Vec::new(),
    };
    suggestions.truncate(SUGGESTIONS);
    Ok((HEADERS, axum::Json(Suggestions { suggestions })).into_response())
}
