//! Someone's page: who they are, and what they posted, answered, showed and like.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::{Posts, Relationship, TweetView, UserView};
use pipit_model::Error;
use pipit_model::page::{ListName, Listed};

use crate::Web;
use crate::card::Card;
use crate::error::Failure;
use crate::extract::{Cursor, Path, Query, user_ref};
use crate::format::{Moment, count, month};
use crate::links;
use crate::page::{self, Section, Shell};
use crate::pieces::{self, Piece};
use crate::view::{Feed, PersonRow, Reading, TweetModel};
use crate::visitor::Visitor;
use crate::words::Words;

#[derive(Template)]
#[template(path = "pages/profile.html")]
pub(crate) struct ProfilePage<'a> {
    pub shell: &'a Shell,
    pub card: Card,
    pub row: PersonRow<'a>,
    /// The address of their wide picture.
    pub banner: Option<&'a str>,
    pub links: Vec<LinkText<'a>>,
    pub joined: String,
    pub tweets: String,
    pub following: String,
    pub followers: String,
    /// The followers' unit.
    pub followers_are: &'static str,
    pub tabs: Vec<Tab>,
    /// How the viewer stands to them; nothing for visitors and oneself.
    pub tie: Option<Relationship>,
    /// What of it is said.
    pub tie_said: Option<String>,
    /// What is said where there is nothing.
    pub empty: (&'static str, String),
    /// Where its owner can do something about it.
    pub is_start: bool,
    /// Later pages show less of the person.
    pub is_first: bool,
    /// Stands above all others.
    pub pinned: Option<TweetModel<'a>>,
    pub feed: Feed<TweetModel<'a>>,
}

/// A link of theirs, under the name by which the template of texts takes one.
pub(crate) struct LinkText<'a> {
    pub text: Vec<Piece<'a>>,
}

/// A part of what someone did.
pub(crate) struct Tab {
    pub href: String,
    pub label: &'static str,
    pub current: bool,
}

/// Which part is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Posts(Posts),
    /// One's own likes, which nobody else sees.
    Likes,
}

impl Part {
    fn list(self) -> ListName {
        match self {
            Self::Posts(posts) => posts.list(),
            Self::Likes => ListName::Liked,
        }
    }

    fn tabs(self, handle: &str, is_me: bool, w: &Words) -> Vec<Tab> {
        let parts = [
            ("", w.tweets_tab, Self::Posts(Posts::Tweets)),
            ("/replies", w.replies_tab, Self::Posts(Posts::All)),
            ("/media", w.pictures_tab, Self::Posts(Posts::Media)),
            ("/likes", w.likes_tab, Self::Likes),
        ];
        let shown = parts.into_iter().filter(|(_, _, part)| is_me || *part != Self::Likes);
        let tab = |(path, label, part)| Tab {
            href: format!("{}{path}", links::profile(handle)),
            label,
            current: part == self,
        };
        shown.map(tab).collect()
    }

    /// What an empty one says.
    fn empty(self, handle: &str, w: &Words) -> (&'static str, String) {
        match self {
            Self::Posts(Posts::Media) => (w.no_pictures, (w.no_pictures_text)(handle)),
            Self::Posts(_) => (w.no_tweets, (w.no_tweets_text)(handle)),
            Self::Likes => (w.nothing_liked, w.nothing_liked_text.to_owned()),
        }
    }
}

type OfUser = Path<String>;

pub(crate) async fn get_profile(
    State(web): State<Web>,
    visitor: Visitor,
    Path(handle): OfUser,
    Query(cursor): Query<Cursor>,
) -> Result<Response, Failure> {
    show(&web, &visitor, &handle, cursor, Part::Posts(Posts::Tweets)).await
}

pub(crate) async fn get_replies(
    State(web): State<Web>,
    visitor: Visitor,
    Path(handle): OfUser,
    Query(cursor): Query<Cursor>,
) -> Result<Response, Failure> {
    show(&web, &visitor, &handle, cursor, Part::Posts(Posts::All)).await
}

pub(crate) async fn get_media(
    State(web): State<Web>,
    visitor: Visitor,
    Path(handle): OfUser,
    Query(cursor): Query<Cursor>,
) -> Result<Response, Failure> {
    show(&web, &visitor, &handle, cursor, Part::Posts(Posts::Media)).await
}

pub(crate) async fn get_likes(
    State(web): State<Web>,
    visitor: Visitor,
    Path(handle): OfUser,
    Query(cursor): Query<Cursor>,
) -> Result<Response, Failure> {
    show(&web, &visitor, &handle, cursor, Part::Likes).await
}

async fn show(
    web: &Web,
    visitor: &Visitor,
    handle: &str,
    Cursor { cursor }: Cursor,
    part: Part,
) -> Result<Response, Failure> {
    let view = web.pipit.user(visitor.caller(), &user_ref(handle)?).await?;
    let id = view.card.user().id;
    let list = (part.list(), id.0);
    let page = web.pipit.page(list.0, list.1, cursor.as_deref(), None)?;
    let viewer = visitor.viewer.as_ref().filter(|viewer| viewer.id() == id);
    let mut tweets = match (part, viewer) {
        (Part::Posts(posts), _) => {
            web.pipit.user_timeline(visitor.caller(), id, posts, page).await?
        }
        (Part::Likes, Some(me)) => web.pipit.liked_tweets(me.caller, page).await?,
        (Part::Likes, None) => return Err(Error::NotFound("page").into()),
    };
    let pinned = match (part, &cursor) {
        (Part::Posts(Posts::Tweets), None) => {
            web.pipit.pinned_tweet(visitor.caller(), &view.card).await?
        }
        _ => None,
    };
    if let Some(pinned) = &pinned {
        // It is on the page already.
        tweets.items.retain(|tweet| tweet.id() != pinned.id());
    }
    let section = if viewer.is_some() { Section::Me } else { Section::Elsewhere };
    let user = view.card.user();
    let title = format!("{} (@{})", user.name, user.handle);
    let shell = Shell::new(web, visitor, section, title).await?;
    let page = profile_page(web, &shell, &view, part, (&tweets, pinned.as_ref(), cursor.is_none()));
    Ok(page::html(StatusCode::OK, &page))
}

fn profile_page<'a>(
    web: &Web,
    shell: &'a Shell,
    view: &'a UserView,
    part: Part,
    (tweets, pinned, is_first): (&'a Listed<TweetView>, Option<&'a TweetView>, bool),
) -> ProfilePage<'a> {
    let (user, counts, reading) = (view.card.user(), view.card.counts, shell.reading());
    let w = shell.w;
    let is_me = reading.viewer == Some(user.id);
    let link = |link: &'a String| LinkText { text: pieces::of_bio(link) };
    ProfilePage {
        shell,
        card: Card::of_user(web, view),
        row: PersonRow::new(view, reading),
        banner: user.banner.as_deref(),
        links: user.links.iter().map(link).collect(),
        joined: (w.joined)(&month(user.created_at, w)),
        tweets: w.counted(counts.tweets, w.tweets),
        following: count(counts.following, w),
        followers: count(counts.followers, w),
        followers_are: (w.followers)(counts.followers),
        tabs: part.tabs(&user.handle, is_me, w),
        empty: match view.relationship {
            Some(tie) if tie.is_severed() => {
                (w.ties.nothing_to_see, w.ties.nothing_to_see_text.to_owned())
            }
            _ => part.empty(&user.handle, w),
        },
        tie: view.relationship,
        tie_said: view.relationship.and_then(|tie| said(tie, &user.handle, reading)),
        is_start: is_me && part == Part::Posts(Posts::Tweets),
        is_first,
        pinned: pinned.map(|tweet| TweetModel::new(tweet, reading)),
        feed: Feed::new(web, (part.list(), user.id.0), tweets, |tweet| {
            TweetModel::new(tweet, reading)
        }),
    }
}

/// What keeps the two apart, if something does.
fn said(tie: Relationship, handle: &str, reading: Reading) -> Option<String> {
    let w = reading.w;
    if tie.blocking {
        return Some((w.ties.you_block)(handle));
    }
    if tie.blocked_by {
        return Some((w.ties.blocks_you)(handle));
    }
    let until = tie.muted_until.map(|end| Moment::new(end, reading.now, w).full.to_string());
    match until {
        Some(until) => Some((w.ties.you_mute_until)(handle, &until)),
        None => tie.muting.then(|| (w.ties.you_mute)(handle)),
    }
}
