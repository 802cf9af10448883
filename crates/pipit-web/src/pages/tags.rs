//! Everything with one hashtag.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::hashtag_subject;
use pipit_model::Error;
use pipit_model::page::ListName;
use pipit_model::tweet::named_hashtag_key;

use crate::Web;
use crate::error::Failure;
use crate::extract::{Cursor, Path, Query};
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
    if named_hashtag_key(&name).is_none() {
        return Err(Error::NotFound("hashtag").into());
    }
    let list = (ListName::Hashtag, hashtag_subject(&name));
    let page = web.pipit.page(list.0, list.1, cursor.as_deref(), None)?;
    let tweets = web.pipit.hashtag_timeline(visitor.caller(), &name, page).await?;
    // One that nobody used yet is a page too: an invitation to be the first.
    let used = match web.pipit.hashtag(&name).await {
        Ok(hashtag) => hashtag.tweet_count,
        Err(Error::NotFound(_)) => 0,
        Err(error) => return Err(error.into()),
    };
    let title = format!("#{name}");
    let shell = Shell::new(&web, &visitor, Section::Elsewhere, title).await?;
    let (reading, w) = (shell.reading(), shell.w);
    Ok(page::html(
        StatusCode::OK,
        &TagPage {
            shell: &shell,
            name: &name,
            tweets: w.counted(used, w.tweets),
            feed: Feed::new(&web, list, &tweets, |tweet| TweetModel::new(tweet, reading)),
        },
    ))
}
