//! Everything with one hashtag.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::hashtag_subject;
use pipit_http::routes::{Methods, post};
use pipit_model::Error;
use pipit_model::event::Standing;
use pipit_model::page::ListName;
use pipit_model::tweet::named_hashtag_key;

use crate::Web;
use crate::card::Card;
use crate::error::Failure;
use crate::extract::{Form, Path, Query};
use crate::forms::BackForm;
use crate::links;
use crate::page::{self, Section, Shell};
use crate::pages::live::{self, ListQuery};
use crate::view::{Feed, TweetModel};
use crate::visitor::{SignedIn, Visitor};

#[derive(Template)]
#[template(path = "pages/tag.html")]
pub(crate) struct TagPage<'a> {
    pub shell: &'a Shell,
    pub card: Card,
    pub name: &'a str,
    /// The page's own address, and the start of those of its actions.
    pub href: String,
    pub tweets: String,
    /// Where an open page asks for what is new: the first one of someone who is signed in.
    pub new: Option<String>,
    /// Where one writes with it.
    pub write: String,
    /// Nobody can follow what nobody used.
    pub is_used: bool,
    /// [`None`] for someone not signed in.
    pub following: Option<bool>,
    pub feed: Feed<TweetModel<'a>>,
}

pub(crate) async fn get_tag(
    State(web): State<Web>,
    visitor: Visitor,
    Path(name): Path<String>,
    Query(ListQuery { cursor, above }): Query<ListQuery>,
) -> Result<Response, Failure> {
    if named_hashtag_key(&name).is_none() {
        return Err(Error::NotFound("hashtag").into());
    }
    let list = (ListName::Hashtag, hashtag_subject(&name));
    let page = web.pipit.page(list.0, list.1, cursor.as_deref(), None)?;
    let tweets = web.pipit.hashtag_timeline(visitor.caller(), &name, page).await?;
    let href = links::tag(&name);
    if let Some(above) = above {
        return live::above(&web, &visitor, (list, &href), tweets, &above).await;
    }
    // One that nobody used yet is a page too: an invitation to be the first.
    let hashtag = match web.pipit.hashtag(visitor.caller(), &name).await {
        Ok(view) => Some(view),
        Err(Error::NotFound(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let title = format!("#{name}");
    let shell = Shell::new(&web, &visitor, Section::Elsewhere, title).await?;
    let (reading, w) = (shell.reading(), shell.w);
    let used = hashtag.as_ref().map_or(0, |view| view.hashtag.tweet_count);
    Ok(page::html(
        StatusCode::OK,
        &TagPage {
            shell: &shell,
            card: Card::of_hashtag(&web, &name, hashtag.as_ref(), w),
            name: &name,
            new: (cursor.is_none() && visitor.viewer.is_some()).then(|| href.clone()),
            href,
            tweets: w.counted(used, w.tweets),
            write: format!("/compose?text=%23{}%20", links::encode(&name)),
            is_used: hashtag.is_some(),
            following: hashtag.and_then(|view| view.following),
            feed: Feed::new(&web, list, &tweets, |tweet| TweetModel::new(tweet, reading)),
        },
    ))
}

/// The address that the button to follow a hashtag, or to follow it no longer, sends its form to.
pub(crate) fn follow(to: Standing) -> Methods<Web> {
    let handler = async move |State(web): State<Web>,
                              SignedIn(viewer): SignedIn,
                              Path(name): Path<String>,
                              Form(form): Form<BackForm>|
                -> Result<Response, Failure> {
        web.pipit.set_hashtag_follow(viewer.caller, &name, to).await?;
        Ok(links::see_other(form.or(&links::tag(&name))))
    };
    post(handler)
}
