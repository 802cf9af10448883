//! Everything with one hashtag.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_model::page::ListName;

use crate::Web;
use crate::error::Failure;
use crate::extract::{Cursor, Path, Query};
use crate::format::counted;
use crate::page::{self, Section, Shell};
use crate::view::{Feed, TweetModel};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "pages/tag.html")]
pub(crate) struct TagPage<'a> {
    pub shell: &'a Shell,
    pub name: &'a str,
    pub tweets: String,
    pub feed: Feed<TweetModel<'a>>,
}

pub(crate) async fn get_tag(
    State(web): State<Web>,
    visitor: Visitor,
    Path(name): Path<String>,
    Query(Cursor { cursor }): Query<Cursor>,
) -> Result<Response, Failure> {
    let hashtag = web.pipit.hashtag(&name).await?;
    let list = (ListName::Hashtag, hashtag.id.0);
    let page = web.pipit.page(list.0, list.1, cursor.as_deref(), None)?;
    let tweets = web.pipit.hashtag_timeline(visitor.caller(), &hashtag.name, page).await?;
    let title = format!("#{}", hashtag.name);
    let shell = Shell::new(&web, &visitor, Section::Elsewhere, title).await?;
    let reading = shell.reading();
    Ok(page::html(StatusCode::OK, &TagPage {
        shell: &shell,
        name: &hashtag.name,
        tweets: counted(hashtag.tweet_count, "tweet", "tweets"),
        feed: Feed::new(&web, list, &tweets, |tweet| TweetModel::new(tweet, reading)),
    }))
}
