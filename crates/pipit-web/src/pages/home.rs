//! The home timeline, with the composer above it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_model::page::ListName;

use crate::Web;
use crate::error::Failure;
use crate::extract::{Cursor, Query};
use crate::forms::Composer;
use crate::page::{self, Section, Shell};
use crate::view::{Feed, TweetModel};
use crate::visitor::{SignedIn, Visitor};

#[derive(Template)]
#[template(path = "pages/home.html")]
pub(crate) struct HomePage<'a> {
    pub shell: &'a Shell,
    /// Only on the first page.
    pub composer: Option<Composer>,
    pub feed: Feed<TweetModel<'a>>,
}

pub(crate) async fn get_home(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Query(Cursor { cursor }): Query<Cursor>,
) -> Result<Response, Failure> {
    let list = (ListName::Home, viewer.id().0);
    let page = web.pipit.page(list.0, list.1, cursor.as_deref(), None)?;
    let tweets = web.pipit.home_timeline(viewer.caller, page).await?;
    let shell = Shell::new(&web, &visitor, Section::Home, visitor.preferences.w.home).await?;
    let reading = shell.reading();
    Ok(page::html(
        StatusCode::OK,
        &HomePage {
            shell: &shell,
            composer: cursor.is_none().then(|| Composer::new(reading.now, None, "/home")),
            feed: Feed::new(&web, list, &tweets, |tweet| TweetModel::new(tweet, reading)),
        },
    ))
}
