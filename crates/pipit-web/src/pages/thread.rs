//! One tweet, with what it answers above and its replies below.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_model::page::ListName;

use crate::Web;
use crate::card::Card;
use crate::error::Failure;
use crate::extract::{Cursor, Path, Query, tweet_id};
use crate::forms::Composer;
use crate::links;
use crate::page::{self, Section, Shell};
use crate::view::{self, Feed, TweetModel};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "pages/thread.html")]
pub(crate) struct ThreadPage<'a> {
    pub shell: &'a Shell,
    pub card: Card,
    pub ancestors: Vec<TweetModel<'a>>,
    pub tweet: TweetModel<'a>,
    /// Only for someone signed in.
    pub composer: Option<Composer>,
    pub feed: Feed<TweetModel<'a>>,
}

pub(crate) async fn get_thread(
    State(web): State<Web>,
    visitor: Visitor,
    Path((handle, id)): Path<(String, String)>,
    Query(Cursor { cursor }): Query<Cursor>,
) -> Result<Response, Failure> {
    let id = tweet_id(&id)?;
    let list = (ListName::Thread, id.0);
    let page = web.pipit.page(list.0, list.1, cursor.as_deref(), None)?;
    let thread = web.pipit.thread(visitor.caller(), id, page).await?;
    let author = thread.tweet.author.user();
    if handle != author.handle || id != thread.tweet.id() {
        // Only the id counts: a handle may be mistyped, and a retweet shows what it passed on.
        return Ok(links::moved(&view::href(&thread.tweet)));
    }
    let on_pipit = visitor.preferences.w.on_pipit;
    let title = format!("{} (@{}) {on_pipit}", author.name, author.handle);
    let shell = Shell::new(&web, &visitor, Section::Elsewhere, title).await?;
    let reading = shell.reading();
    let tweet = TweetModel::new(&thread.tweet, reading);
    let composer = visitor.viewer.as_ref();
    let composer =
        composer.map(|viewer| Composer::new(viewer, reading.now, Some(&thread.tweet), &tweet.href));
    Ok(page::html(
        StatusCode::OK,
        &ThreadPage {
            shell: &shell,
            card: Card::of_tweet(&web, &thread.tweet),
            ancestors: thread
                .ancestors
                .iter()
                .map(|above| TweetModel::new(above, reading))
                .collect(),
            composer,
            tweet,
            feed: Feed::new(&web, list, &thread.descendants, |below| {
                TweetModel::new(below, reading)
            }),
        },
    ))
}
