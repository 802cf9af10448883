//! The parameters of a page, and pages as answers.

use axum::body::Bytes;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use pipit_core::{Asked, Caller, Form, NotificationView, Pipit, TweetView, UserView, Written};
use pipit_http::Problem;
use pipit_model::page::{ListName, Listed, Page};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::wire;

/// Where a page starts and how long it is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageParams {
    /// What the page before answered as `next_cursor`; the start of the list if left out.
    pub(crate) cursor: Option<String>,
    /// Entries wanted, 1 to 100; 20 if left out.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub(crate) limit: Option<i64>,
}

impl PageParams {
    pub(crate) fn page(
        &self,
        pipit: &Pipit,
        list: ListName,
        subject: i64,
    ) -> pipit_model::Result<Page> {
        pipit.page(list, subject, self.cursor.as_deref(), self.limit)
    }
}

/// The cursor of a list's next page.
pub(crate) fn next_cursor<T>(
    pipit: &Pipit,
    list: ListName,
    subject: i64,
    listed: &Listed<T>,
) -> Option<String> {
    listed.next.map(|after| pipit.seal_cursor(list, subject, after))
}

/// A page of a list of tweets: rendered tweets, joined.
pub(crate) fn tweet_page(
    pipit: &Pipit,
    list: (ListName, i64),
    listed: &Listed<TweetView>,
) -> Response {
    json(write_tweet_page(pipit, list, listed))
}

/// The page of a timeline: as it was written last, if nothing in it changed.
pub(crate) async fn timeline_page(
    pipit: &Pipit,
    (reader, asked): (Option<Caller>, Asked<'_>),
    list: (ListName, i64),
    params: &PageParams,
) -> Result<Response, Problem> {
    let page = params.page(pipit, list.0, list.1)?;
    let write = |listed: &Listed<TweetView>| {
        let mut body = write_tweet_page(pipit, list, listed);
        // It may be kept for long.
        body.shrink_to_fit();
        Ok(Written { body: Bytes::from(body), until: None })
    };
    Ok(json(pipit.written_page(reader, asked, page, Some(Form::of("json")), write).await?))
}

fn write_tweet_page(
    pipit: &Pipit,
    (list, subject): (ListName, i64),
    listed: &Listed<TweetView>,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 + listed.items.len() * 1100);
    out.push(b'{');
    write_tweets(&mut out, "tweets", &listed.items);
    write_cursor(&mut out, next_cursor(pipit, list, subject, listed).as_deref());
    out
}

/// One tweet.
pub(crate) fn tweet(view: &TweetView) -> Response {
    let mut out = Vec::with_capacity(1100);
    wire::write_tweet(&mut out, view);
    json(out)
}

/// A thread.
pub(crate) fn thread(thread: &pipit_core::Thread, next_cursor: Option<&str>) -> Response {
    let mut out = Vec::with_capacity(64 + thread.descendants.items.len() * 1100);
    out.push(b'{');
    write_tweets(&mut out, "ancestors", &thread.ancestors);
    out.extend_from_slice(br#","tweet":"#);
    wire::write_tweet(&mut out, &thread.tweet);
    out.push(b',');
    write_tweets(&mut out, "descendants", &thread.descendants.items);
    write_cursor(&mut out, next_cursor);
    json(out)
}

/// A page of notifications.
pub(crate) fn notification_page(
    notifications: &[NotificationView],
    next_cursor: Option<&str>,
) -> Response {
    let mut out = Vec::with_capacity(64 + notifications.len() * 1400);
    out.push(b'{');
    write_list(&mut out, "notifications", notifications, wire::write_notification);
    write_cursor(&mut out, next_cursor);
    json(out)
}

/// A page of people.
pub(crate) fn user_page(listed: &Listed<UserView>, next_cursor: Option<String>) -> Response {
    let users = listed.items.iter().map(wire::User::from).collect();
    axum::Json(wire::UserPage { users, next_cursor }).into_response()
}

fn write_tweets(out: &mut Vec<u8>, name: &str, tweets: &[TweetView]) {
    write_list(out, name, tweets, wire::write_tweet);
}

fn write_list<T>(out: &mut Vec<u8>, name: &str, items: &[T], write: fn(&mut Vec<u8>, &T)) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":[");
    for (n, item) in items.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

/// Closes the object too. Cursors are base64: nothing in them needs to be escaped.
fn write_cursor(out: &mut Vec<u8>, next_cursor: Option<&str>) {
    out.extend_from_slice(br#","next_cursor":"#);
    match next_cursor {
        Some(cursor) => {
            out.push(b'"');
            out.extend_from_slice(cursor.as_bytes());
            out.push(b'"');
        }
        None => out.extend_from_slice(b"null"),
    }
    out.push(b'}');
}

fn json(body: impl Into<Bytes>) -> Response {
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json)], body.into()).into_response()
}
