//! Someone's page: who they are and what they posted and retweeted.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::Posts;
use pipit_model::page::ListName;

use crate::Web;
use crate::error::Failure;
use crate::extract::{Cursor, Path, Query, user_ref};
use crate::format::{count, counted, month};
use crate::page::{self, Section, Shell};
use crate::view::{Feed, PersonRow, TweetModel};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "pages/profile.html")]
pub(crate) struct ProfilePage<'a> {
    pub shell: &'a Shell,
    pub row: PersonRow<'a>,
    pub joined: String,
    pub tweets: String,
    pub following: String,
    pub followers: String,
    /// The followers' unit.
    pub followers_are: &'static str,
    /// Later pages show less of the person.
    pub is_first: bool,
    pub feed: Feed<TweetModel<'a>>,
}

pub(crate) async fn get_profile(
    State(web): State<Web>,
    visitor: Visitor,
    Path(handle): Path<String>,
    Query(Cursor { cursor }): Query<Cursor>,
) -> Result<Response, Failure> {
    let view = web.pipit.user(visitor.caller(), &user_ref(&handle)?).await?;
    let user = view.card.user();
    let list = (ListName::User, user.id.0);
    let page = web.pipit.page(list.0, list.1, cursor.as_deref(), None)?;
    let tweets = web.pipit.user_timeline(visitor.caller(), user.id, Posts::All, page).await?;
    let is_me = visitor.viewer.as_ref().is_some_and(|viewer| viewer.id() == user.id);
    let section = if is_me { Section::Me } else { Section::Elsewhere };
    let title = format!("{} (@{})", user.name, user.handle);
    let shell = Shell::new(&web, &visitor, section, title).await?;
    let reading = shell.reading();
    let counts = view.card.counts;
    Ok(page::html(
        StatusCode::OK,
        &ProfilePage {
            shell: &shell,
            row: PersonRow::new(&view, reading),
            joined: month(user.created_at),
            tweets: counted(counts.tweets, "tweet", "tweets"),
            following: count(counts.following),
            followers: count(counts.followers),
            followers_are: if counts.followers == 1 { "follower" } else { "followers" },
            is_first: cursor.is_none(),
            feed: Feed::new(&web, list, &tweets, |tweet| TweetModel::new(tweet, reading)),
        },
    ))
}
