//! Lists of people: who follows, who is followed, who liked, who retweeted.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::UserView;
use pipit_model::page::{ListName, Listed};

use crate::Web;
use crate::error::Failure;
use crate::extract::{Cursor, Path, Query, tweet_id, user_ref};
use crate::links;
use crate::page::{self, Section, Shell};
use crate::view::{self, Feed, PersonRow};
use crate::visitor::Visitor;
use crate::words::Words;

/// A list beside the one shown.
pub(crate) struct Tab {
    pub href: String,
    pub label: &'static str,
    pub current: bool,
}

#[derive(Template)]
#[template(path = "pages/people.html")]
pub(crate) struct PeoplePage<'a> {
    pub shell: &'a Shell,
    pub heading: String,
    /// Where the list belongs to.
    pub up: String,
    pub tabs: [Tab; 2],
    pub empty: &'static str,
    pub feed: Feed<PersonRow<'a>>,
}

/// What is said around a list.
struct Around {
    heading: String,
    up: String,
    tabs: [Tab; 2],
    empty: &'static str,
}

fn tabs(up: &str, names: [(&'static str, &'static str); 2], current: usize) -> [Tab; 2] {
    let [first, second] = names;
    let tab = |(path, label): (&str, &'static str), at| Tab {
        href: format!("{up}/{path}"),
        label,
        current: at == current,
    };
    [tab(first, 0), tab(second, 1)]
}

async fn render(
    web: &Web,
    visitor: &Visitor,
    list: (ListName, i64),
    people: &Listed<UserView>,
    around: Around,
) -> Result<Response, Failure> {
    let Around { heading, up, tabs, empty } = around;
    let shell = Shell::new(web, visitor, Section::Elsewhere, heading.clone()).await?;
    let reading = shell.reading();
    let feed = Feed::new(web, list, people, |person| PersonRow::new(person, reading));
    let page = PeoplePage { shell: &shell, heading, up, tabs, empty, feed };
    Ok(page::html(StatusCode::OK, &page))
}

/// Who follows and is followed, beside each other.
fn follows(w: &Words) -> [(&'static str, &'static str); 2] {
    [("followers", w.followers_tab), ("following", w.following_tab)]
}

/// Who liked and who retweeted, beside each other.
fn reactions(w: &Words) -> [(&'static str, &'static str); 2] {
    [("likes", w.likes_tab), ("retweets", w.retweets_tab)]
}

pub(crate) async fn get_followers(
    State(web): State<Web>,
    visitor: Visitor,
    Path(handle): Path<String>,
    Query(Cursor { cursor }): Query<Cursor>,
) -> Result<Response, Failure> {
    let user = web.pipit.user(visitor.caller(), &user_ref(&handle)?).await?;
    let user = user.card.user();
    let list = (ListName::Followers, user.id.0);
    let page = web.pipit.page(list.0, list.1, cursor.as_deref(), None)?;
    let people = web.pipit.followers(visitor.caller(), user.id, page).await?;
    let up = links::profile(&user.handle);
    let w = visitor.preferences.w;
    let around = Around {
        heading: (w.who_follows)(&user.handle),
        tabs: tabs(&up, follows(w), 0),
        up,
        empty: w.no_followers,
    };
    render(&web, &visitor, list, &people, around).await
}

pub(crate) async fn get_following(
    State(web): State<Web>,
    visitor: Visitor,
    Path(handle): Path<String>,
    Query(Cursor { cursor }): Query<Cursor>,
) -> Result<Response, Failure> {
    let user = web.pipit.user(visitor.caller(), &user_ref(&handle)?).await?;
    let user = user.card.user();
    let list = (ListName::Following, user.id.0);
    let page = web.pipit.page(list.0, list.1, cursor.as_deref(), None)?;
    let people = web.pipit.following(visitor.caller(), user.id, page).await?;
    let up = links::profile(&user.handle);
    let w = visitor.preferences.w;
    let around = Around {
        heading: (w.whom_follows)(&user.handle),
        tabs: tabs(&up, follows(w), 1),
        up,
        empty: w.no_following,
    };
    render(&web, &visitor, list, &people, around).await
}

pub(crate) async fn get_likes(
    State(web): State<Web>,
    visitor: Visitor,
    Path((_, id)): Path<(String, String)>,
    Query(Cursor { cursor }): Query<Cursor>,
) -> Result<Response, Failure> {
    let tweet = web.pipit.tweet(visitor.caller(), tweet_id(&id)?).await?;
    let id = tweet.shown().id();
    let list = (ListName::Likes, id.0);
    let page = web.pipit.page(list.0, list.1, cursor.as_deref(), None)?;
    let people = web.pipit.likers(visitor.caller(), id, page).await?;
    let up = view::href(&tweet);
    let w = visitor.preferences.w;
    let around = Around {
        heading: w.liked_by.to_owned(),
        tabs: tabs(&up, reactions(w), 0),
        up,
        empty: w.no_likes,
    };
    render(&web, &visitor, list, &people, around).await
}

pub(crate) async fn get_retweets(
    State(web): State<Web>,
    visitor: Visitor,
    Path((_, id)): Path<(String, String)>,
    Query(Cursor { cursor }): Query<Cursor>,
) -> Result<Response, Failure> {
    let tweet = web.pipit.tweet(visitor.caller(), tweet_id(&id)?).await?;
    let id = tweet.shown().id();
    let list = (ListName::Retweets, id.0);
    let page = web.pipit.page(list.0, list.1, cursor.as_deref(), None)?;
    let people = web.pipit.retweeters(visitor.caller(), id, page).await?;
    let up = view::href(&tweet);
    let w = visitor.preferences.w;
    let around = Around {
        heading: w.retweeted_by.to_owned(),
        tabs: tabs(&up, reactions(w), 1),
        up,
        empty: w.no_retweets,
    };
    render(&web, &visitor, list, &people, around).await
}
