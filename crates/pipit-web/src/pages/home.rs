//! The home timeline, with the composer above it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::{Asked, Form, TweetView, Written};
use pipit_model::Error;
use pipit_model::page::{ListName, Listed};

use crate::Web;
use crate::error::Failure;
use crate::extract::{Cursor, Query};
use crate::forms::Composer;
use crate::page::{self, Section, Shell};
use crate::view::{Feed, TweetModel, once};
use crate::visitor::{SignedIn, Visitor};

#[derive(Template)]
#[template(path = "pages/home.html")]
pub(crate) struct HomePage<'a> {
    pub shell: &'a Shell,
    /// Only on the first page.
    pub composer: Option<Composer>,
    /// [`HomeFeed`] as it was written, now or before.
    pub feed: &'a str,
}

/// The tweets of a home.
#[derive(Template)]
#[template(path = "pages/home_feed.html")]
struct HomeFeed<'a> {
    shell: &'a Shell,
    is_first: bool,
    left_off: LeftOff,
    feed: Feed<TweetModel<'a>>,
}

/// Where the reader stopped reading last time.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct LeftOff {
    /// The newest tweet on this page that was seen, if newer ones stand above it.
    pub above: Option<i64>,
    /// The page that starts there, if it is a later one.
    pub link: Option<String>,
}

impl LeftOff {
    /// On a page of these tweets that starts below `before`; `seen` is the newest tweet that the
    /// reader has seen.
    fn new(
        seen: i64,
        before: Option<i64>,
        ids: &[i64],
        page_at: impl FnOnce(i64) -> String,
    ) -> Self {
        if seen == 0 {
            return Self::default();
        }
        match (ids.iter().position(|id| *id <= seen), before) {
            // The newest of all: nothing is new.
            (Some(0), None) => Self::default(),
            // The page before ended with what was seen already.
            (Some(0), Some(before)) if before <= seen => Self::default(),
            (Some(at), _) => Self { above: Some(ids[at]), link: None },
            (None, None) if !ids.is_empty() => Self { above: None, link: Some(page_at(seen + 1)) },
            (None, _) => Self::default(),
        }
    }
}

pub(crate) async fn get_home(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Query(Cursor { cursor }): Query<Cursor>,
) -> Result<Response, Failure> {
    let list = (ListName::Home, viewer.id().0);
    let page = web.pipit.page(list.0, list.1, cursor.as_deref(), None)?;
    let seen = web.pipit.read_positions(viewer.caller).await?.home;
    let shell = Shell::new(&web, &visitor, Section::Home, visitor.preferences.w.home).await?;
    let reading = shell.reading();
    let page_at =
        |before| format!("/home?cursor={}", web.pipit.seal_cursor(list.0, list.1, before));
    let write = |tweets: &Listed<TweetView>| {
        let items = once(&tweets.items, reading);
        let ids: Vec<i64> = items.iter().map(|tweet| tweet.anchor).collect();
        let feed = Feed::of(&web, list, items, tweets.next);
        let until = feed.items.iter().map(TweetModel::until).min();
        let left_off = LeftOff::new(seen, page.after, &ids, page_at);
        let is_first = page.after.is_none();
        let body = page::fragment(&HomeFeed { shell: &shell, is_first, left_off, feed })?;
        Ok(Written { body: body.into(), until })
    };
    // Its forms lead back here: an address that somebody made up is not worth a page of its own.
    let is_usual = shell.here == "/home";
    let form = || Form::of(("home", shell.w.lang, seen, reading.pinned));
    let (reader, asked) = (Some(viewer.caller), Asked::Home(viewer.caller));
    let feed = web.pipit.written_page(reader, asked, page, is_usual.then(form), write).await?;
    let no_text = |error| Error::Internal(format!("a page is no text: {error}"));
    Ok(page::html(
        StatusCode::OK,
        &HomePage {
            shell: &shell,
            composer: cursor.is_none().then(|| Composer::new(&viewer, reading.now, None, "/home")),
            feed: std::str::from_utf8(&feed).map_err(no_text)?,
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_off(seen: i64, before: Option<i64>, ids: &[i64]) -> (Option<i64>, Option<String>) {
        let LeftOff { above, link } = LeftOff::new(seen, before, ids, |before| before.to_string());
        (above, link)
    }

    #[test]
    fn the_line_stands_between_what_is_new_and_what_was_seen() {
        let ids = [9, 7, 5];
        assert_eq!(left_off(0, None, &ids), (None, None), "nothing was ever seen");
        assert_eq!(left_off(9, None, &ids), (None, None), "nothing is new");
        assert_eq!(left_off(7, None, &ids), (Some(7), None));
        assert_eq!(left_off(8, None, &ids), (Some(7), None), "the one seen is gone");
        assert_eq!(left_off(4, None, &ids), (None, Some("5".into())), "on a later page");
        assert_eq!(left_off(4, None, &[]), (None, None));
        // Later pages.
        assert_eq!(left_off(9, Some(10), &ids), (Some(9), None), "all above it was new");
        assert_eq!(left_off(10, Some(10), &ids), (None, None), "it stood above");
        assert_eq!(left_off(12, Some(10), &ids), (None, None));
        assert_eq!(left_off(4, Some(10), &ids), (None, None));
    }
}
