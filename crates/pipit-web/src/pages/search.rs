//! Search of tweets, people and hashtags.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::{TweetView, UserView, search_subject};
use pipit_model::Error;
use pipit_model::limits::{PAGE_DEFAULT, SEARCH_BYTES_MAX};
use pipit_model::page::{ListName, Listed};
use serde::Deserialize;

use crate::error::Failure;
use crate::extract::Query;
use crate::page::{self, Section, Shell};
use crate::pages::lists::TagRow;
use crate::view::{Feed, PersonRow, TweetModel};
use crate::visitor::Visitor;
use crate::{Web, links};

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Wanted {
    #[default]
    Tweets,
    People,
    Hashtags,
}

impl Wanted {
    fn name(self) -> &'static str {
        match self {
            Self::Tweets => "tweets",
            Self::People => "people",
            Self::Hashtags => "hashtags",
        }
    }
}

/// A search as its form sends it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct SearchQuery {
    q: String,
    r#type: Wanted,
    cursor: Option<String>,
}

/// One of the three sides of a search.
pub(crate) struct Tab {
    pub href: String,
    pub label: &'static str,
    pub current: bool,
}

/// What was found, as shown.
pub(crate) enum Found<'a> {
    /// Nothing was asked for yet.
    Nothing,
    Tweets(Feed<TweetModel<'a>>),
    People(Feed<PersonRow<'a>>),
    Hashtags(Feed<TagRow>),
}

#[derive(Template)]
#[template(path = "pages/search.html")]
pub(crate) struct SearchPage<'a> {
    pub shell: &'a Shell,
    pub q: &'a str,
    /// The side shown, as the form sends it.
    pub wanted: &'static str,
    pub tabs: [Tab; 3],
    /// What is wrong with what was typed.
    pub error: Option<String>,
    pub found: Found<'a>,
}

impl SearchPage<'_> {
    /// Bytes that the field takes.
    pub(crate) fn longest() -> usize {
        SEARCH_BYTES_MAX
    }
}

/// What the core found.
enum Answer {
    Nothing,
    Tweets(Listed<TweetView>),
    People(Listed<UserView>),
    Hashtags(Vec<pipit_core::Hashtag>),
}

async fn ask(web: &Web, visitor: &Visitor, query: &SearchQuery) -> Result<Answer, Error> {
    let q = query.q.as_str();
    if q.trim().is_empty() {
        return Ok(Answer::Nothing);
    }
    let page = |list| web.pipit.page(list, search_subject(q), query.cursor.as_deref(), None);
    Ok(match query.r#type {
        Wanted::Tweets => {
            let page = page(ListName::FoundTweets)?;
            Answer::Tweets(web.pipit.search_tweets(visitor.caller(), q, page).await?)
        }
        Wanted::People => {
            let page = page(ListName::FoundPeople)?;
            Answer::People(web.pipit.search_people(visitor.caller(), q, page).await?)
        }
        Wanted::Hashtags => {
            Answer::Hashtags(web.pipit.search_hashtags(q, PAGE_DEFAULT as usize).await?)
        }
    })
}

pub(crate) async fn get_search(
    State(web): State<Web>,
    visitor: Visitor,
    Query(query): Query<SearchQuery>,
) -> Result<Response, Failure> {
    let w = visitor.preferences.w;
    let (answer, error) = match ask(&web, &visitor, &query).await {
        Ok(answer) => (answer, None),
        Err(Error::InvalidField { field: "q", message }) => {
            (Answer::Nothing, Some((w.search_refused)(&w.reason(&message))))
        }
        Err(error) => return Err(error.into()),
    };
    let q = query.q.trim();
    let title = if q.is_empty() { w.search.to_owned() } else { (w.search_for)(q) };
    let mut shell = Shell::new(&web, &visitor, Section::Explore, title).await?;
    shell.has_search = false;
    let reading = shell.reading();
    let href = |wanted: Wanted| {
        let q = links::encode(&query.q);
        format!("/search?q={q}&type={}", wanted.name())
    };
    let subject = search_subject(&query.q);
    let found = match &answer {
        Answer::Nothing => Found::Nothing,
        Answer::Tweets(tweets) => {
            let list = (ListName::FoundTweets, subject);
            let feed = Feed::new(&web, list, tweets, |tweet| TweetModel::new(tweet, reading));
            Found::Tweets(feed.under(&href(query.r#type)))
        }
        Answer::People(people) => {
            let list = (ListName::FoundPeople, subject);
            let feed = Feed::new(&web, list, people, |person| PersonRow::new(person, reading));
            Found::People(feed.under(&href(query.r#type)))
        }
        Answer::Hashtags(hashtags) => {
            let items = hashtags.iter().map(|hashtag| TagRow::new(&hashtag.name)).collect();
            Found::Hashtags(Feed { items, next: None })
        }
    };
    let tab = |wanted, label| Tab { href: href(wanted), label, current: query.r#type == wanted };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = SearchPage {
        shell: &shell,
        q: &query.q,
        wanted: query.r#type.name(),
        tabs: [
            tab(Wanted::Tweets, w.tweets_tab),
            tab(Wanted::People, w.people),
            tab(Wanted::Hashtags, w.hashtags),
        ],
        error,
        found,
    };
    Ok(page::html(status, &page))
}
