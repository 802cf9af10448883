//! What an `@` or a `#` that somebody is writing may become: for scripts.

use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use pipit_core::{Caller, Pipit, UserView};
use pipit_model::page::{ListName, Page};
use pipit_model::{Error, Result as Found};
use serde::{Deserialize, Serialize};

use crate::Web;
use crate::error::Failure;
use crate::extract::Query;
use crate::visitor::SignedIn;

/// As many as one looks through.
const SUGGESTIONS: usize = 6;
/// People found who are looked at: those followed among them come first.
const FOUND: i64 = 30;

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
    let begun = q.get(1..).unwrap_or_default();
    let found = match q.chars().next() {
        Some('@') => people(&web.pipit, viewer.caller, begun).await,
        Some('#') => hashtags(&web.pipit, begun).await,
        _ => Ok(Vec::new()),
    };
    let suggestions = match found {
        Ok(suggestions) => suggestions,
        // Begun with what no name has: there is nothing to suggest.
        Err(Error::InvalidField { field: "q", .. }) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    Ok((HEADERS, axum::Json(Suggestions { suggestions })).into_response())
}

/// Whom one follows and is called so, then all others; before a letter is typed, whom one followed
/// last.
async fn people(pipit: &Pipit, caller: Caller, begun: &str) -> Found<Vec<Suggestion>> {
    let me = caller.user_id;
    let mut people: Vec<UserView> = if begun.is_empty() {
        let page = pipit.page(ListName::Following, me.0, None, Some(SUGGESTIONS as i64))?;
        pipit.following(Some(caller), me, page).await?.items
    } else {
        pipit.search_people(Some(caller), begun, Page::new(Some(FOUND), None)?).await?.items
    };
    // Stable: otherwise as the search ranks them.
    people.sort_by_key(|view| !view.relationship.is_some_and(|it| it.following));
    people.truncate(SUGGESTIONS);
    let suggestion = |view: &UserView| {
        let user = view.card.user();
        Suggestion { text: format!("@{}", user.handle), name: user.name.clone() }
    };
    Ok(people.iter().map(suggestion).collect())
}

/// Those used most; before a letter is typed, those that trend.
async fn hashtags(pipit: &Pipit, begun: &str) -> Found<Vec<Suggestion>> {
    let suggestion = |name: &String| Suggestion { text: format!("#{name}"), name: String::new() };
    if begun.is_empty() {
        let trends = pipit.trending_hashtags().await?;
        let names = trends.iter().map(|trend| &trend.hashtag.name);
        return Ok(names.take(SUGGESTIONS).map(suggestion).collect());
    }
    let found = pipit.search_hashtags(begun, SUGGESTIONS).await?;
    Ok(found.iter().map(|hashtag| suggestion(&hashtag.name)).collect())
}
