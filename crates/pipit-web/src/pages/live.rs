//! What keeps an open page alive: the home's stream that says what is new, new tweets as a fragment,
//! and the place that the home's reader has come to.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::response::sse::Event;
use pipit_core::{LiveEvent, StreamPlace, TweetView};
use pipit_http::{LastEventId, sse};
use pipit_model::limits::STREAM_CATCH_UP_MAX;
use pipit_model::page::{ListName, Listed};
use pipit_model::read_position::ReadPosition;
use pipit_model::{Error, TweetId, UserId};
use serde::Deserialize;

use crate::Web;
use crate::error::Failure;
use crate::extract::{Form, Query, id};
use crate::page::{self, Section, Shell, unread_shown};
use crate::view::{TweetModel, once};
use crate::visitor::{SignedIn, Visitor};

/// How long a browser waits before it opens a stream again that broke off.
const RETRY: Duration = Duration::from_secs(3);

#[derive(Deserialize)]
pub(crate) struct StreamQuery {
    /// The newest tweet on the page or the last event, where the browser has not heard anything yet.
    above: Option<String>,
}

/// Says what happens; the page then fetches what it wants to show.
pub(crate) async fn get_stream(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    LastEventId(last): LastEventId,
    Query(StreamQuery { above }): Query<StreamQuery>,
) -> Result<Response, Failure> {
    let refused = |()| Error::invalid("above", "must be the id of a tweet or of an event");
    let above = above.map(|above| above.parse().map_err(refused)).transpose()?;
    let stream = web.pipit.open_stream(viewer.caller, last.or(above)).await?;
    let viewer = viewer.id();
    Ok(sse::answer(stream, move |event, place| present(event, place, viewer)))
}

fn present(event: LiveEvent, place: &StreamPlace, viewer: UserId) -> Option<Event> {
    let event_of = |name, json: String| Event::default().event(name).data(json);
    let with_id = |name, id: TweetId| event_of(name, format!(r#"{{"id":"{id}"}}"#));
    Some(match event {
        LiveEvent::Start => Event::default().id(place.to_string()).retry(RETRY).comment("live"),
        LiveEvent::Gap(_) => event_of("gap", "{}".to_owned()),
        LiveEvent::Tweet(view) if is_own_retweet(&view, Some(viewer)) => return None,
        LiveEvent::Tweet(view) => with_id("tweet", view.id()).id(place.to_string()),
        LiveEvent::Deleted(id) => with_id("delete", id),
        // The number says it all.
        LiveEvent::Notified(_) => return None,
        LiveEvent::Unread(count) => {
            event_of("unread", format!(r#"{{"shown":"{}"}}"#, unread_shown(count)))
        }
        LiveEvent::Reset => event_of("reset", "{}".to_owned()),
    })
}

/// What the viewer passes on is no news to them: it stands on the open page already.
fn is_own_retweet(view: &TweetView, viewer: Option<UserId>) -> bool {
    view.retweet_of.is_some() && Some(view.author.user().id) == viewer
}

/// Tweets to be put into an open page.
#[derive(Template)]
#[template(path = "pages/new_tweets.html")]
pub(crate) struct NewTweets<'a> {
    pub shell: &'a Shell,
    pub tweets: Vec<TweetModel<'a>>,
    pub gap: Option<GapLink>,
}

/// The way to tweets that were left out.
pub(crate) struct GapLink {
    /// As a page.
    pub href: String,
    /// As a fragment like this one.
    pub fill: String,
}

/// What is asked of a list: its page, or what stands on it above a tweet that the reader has.
#[derive(Deserialize)]
pub(crate) struct ListQuery {
    pub cursor: Option<String>,
    pub above: Option<String>,
}

/// An open page of a list.
struct OpenPage<'a> {
    list: (ListName, i64),
    /// The list's address.
    href: &'a str,
    /// That of its fragments.
    fragments: &'a str,
    /// The newest tweet that the page has (below the gap, when one is filled).
    above: TweetId,
}

impl OpenPage<'_> {
    /// New tweets as a fragment.
    async fn answer(
        &self,
        web: &Web,
        visitor: &Visitor,
        new: &Listed<TweetView>,
    ) -> Result<Response, Failure> {
        let mut shell = Shell::new(web, visitor, Section::Elsewhere, "").await?;
        // Buttons lead back to the page that these tweets are put into.
        self.href.clone_into(&mut shell.here);
        let reading = shell.reading();
        let gap = new.next.map(|next| {
            let cursor = web.pipit.seal_cursor(self.list.0, self.list.1, next);
            GapLink {
                href: format!("{}?cursor={cursor}", self.href),
                fill: format!("{}?above={}&cursor={cursor}", self.fragments, self.above),
            }
        });
        let new = new.items.iter().filter(|view| !is_own_retweet(view, reading.viewer));
        let tweets = once(new, reading);
        Ok(page::html(StatusCode::OK, &NewTweets { shell: &shell, tweets, gap }))
    }
}

/// Of a page of the list at an address, what stands above a tweet that an open page of it has.
pub(crate) async fn above(
    web: &Web,
    visitor: &Visitor,
    (list, href): ((ListName, i64), &str),
    mut page: Listed<TweetView>,
    above: &str,
) -> Result<Response, Failure> {
    let above = TweetId(id(above)?);
    let before = page.items.len();
    page.items.retain(|view| view.id() > above);
    let is_reached = page.items.len() < before;
    page.next = page.next.filter(|next| !is_reached && *next > above.0);
    OpenPage { list, href, fragments: href, above }.answer(web, visitor, &page).await
}

#[derive(Deserialize)]
pub(crate) struct NewQuery {
    above: String,
    /// Where a gap goes on.
    cursor: Option<String>,
}

/// The newest tweets of the home above one that the page has, at most a hundred.
pub(crate) async fn get_new(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Query(NewQuery { above, cursor }): Query<NewQuery>,
) -> Result<Response, Failure> {
    let above = TweetId(id(&above)?);
    let list = (ListName::Home, viewer.id().0);
    let before = web.pipit.page(list.0, list.1, cursor.as_deref(), None)?.after;
    let max = STREAM_CATCH_UP_MAX;
    let new = web.pipit.home_above(viewer.caller, above, before, max).await?;
    let page = OpenPage { list, href: "/home", fragments: "/home/new", above };
    page.answer(&web, &visitor, &new).await
}

#[derive(Deserialize)]
pub(crate) struct PositionForm {
    last_read_id: String,
}

/// Notes how far the reader has come.
pub(crate) async fn post_position(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    Form(form): Form<PositionForm>,
) -> Result<StatusCode, Failure> {
    let last_id = id(&form.last_read_id)?;
    web.pipit.set_read_position(viewer.caller, ReadPosition::Home, last_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
