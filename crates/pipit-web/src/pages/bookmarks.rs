//! What the viewer keeps for later. Nobody else ever sees it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_model::page::ListName;

use crate::Web;
use crate::error::Failure;
use crate::extract::{Cursor, Query};
use crate::page::{self, Section, Shell};
use crate::view::{Feed, TweetModel};
use crate::visitor::{SignedIn, Visitor};

#[derive(Template)]
#[template(path = "pages/bookmarks.html")]
pub(crate) struct BookmarksPage<'a> {
    pub shell: &'a Shell,
    pub feed: Feed<TweetModel<'a>>,
}

pub(crate) async fn get_bookmarks(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Query(Cursor { cursor }): Query<Cursor>,
) -> Result<Response, Failure> {
    let list = (ListName::Bookmarks, viewer.id().0);
    let page = web.pipit.page(list.0, list.1, cursor.as_deref(), None)?;
    let tweets = web.pipit.bookmarks(viewer.caller, page).await?;
    let title = visitor.preferences.w.bookmarks;
    let shell = Shell::new(&web, &visitor, Section::Bookmarks, title).await?;
    let reading = shell.reading();
    let feed = Feed::new(&web, list, &tweets, |tweet| TweetModel::new(tweet, reading));
    Ok(page::html(StatusCode::OK, &BookmarksPage { shell: &shell, feed }))
}
