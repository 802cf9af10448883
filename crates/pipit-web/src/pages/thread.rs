//! One tweet, with what it answers above and its replies below.

use std::collections::HashSet;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::{Answers, TweetView};
use pipit_model::TweetId;
use pipit_model::page::ListName;
use pipit_model::tweet::{Kind, ReplyAudience};
use pipit_model::visibility::Visibility;

use crate::Web;
use crate::card::Card;
use crate::error::Failure;
use crate::extract::{Cursor, Path, Query, tweet_id};
use crate::forms::Composer;
use crate::links;
use crate::page::{self, Section, Shell};
use crate::view::{self, Feed, Reading, ReplyingTo, TweetModel};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "pages/thread.html")]
pub(crate) struct ThreadPage<'a> {
    pub shell: &'a Shell,
    pub card: Card,
    pub ancestors: Vec<TweetModel<'a>>,
    pub tweet: TweetModel<'a>,
    /// Only for someone signed in who may answer.
    pub composer: Option<Composer>,
    /// Who may answer, where that is not everybody.
    pub restriction: Option<&'static str>,
    /// Whether the viewer muted the conversation; [`None`] for someone not signed in.
    pub muted: Option<bool>,
    /// Whether there is something behind the link to hidden answers.
    pub has_hidden: bool,
    pub feed: Feed<TweetModel<'a>>,
}

/// How the viewer stands to a tweet's conversation.
struct Around {
    audience: ReplyAudience,
    /// The conversation, if the viewer began it.
    hosts: Option<TweetId>,
    may_reply: bool,
    muted: Option<bool>,
}

impl Around {
    async fn of(web: &Web, visitor: &Visitor, view: &TweetView) -> Result<Self, Failure> {
        let caller = visitor.caller();
        let (audience, began) = web.pipit.conversation(caller, view).await?;
        let hosts = began.then(|| view.shown().card.tweet().conversation_id);
        let (may_reply, muted) = match caller {
            None => (false, None),
            Some(caller) => (
                web.pipit.may_reply(caller, view).await?,
                Some(web.pipit.is_conversation_muted(caller, view).await?),
            ),
        };
        Ok(Self { audience, hosts, may_reply, muted })
    }
}

/// What a tweet answers.
fn parent(view: &TweetView) -> Option<TweetId> {
    match view.card.tweet().kind {
        Kind::Reply { to, .. } => Some(to),
        _ => None,
    }
}

/// Conversations together: each answer below what it answers and the answers that this has already,
/// if it stands on the page at all. Those that come first stay first.
fn in_branches(views: impl Iterator<Item = TweetView>) -> Vec<TweetView> {
    let mut placed: Vec<TweetView> = Vec::new();
    for view in views {
        let to = parent(&view);
        let Some(above) = placed.iter().position(|above| Some(above.id()) == to) else {
            placed.push(view);
            continue;
        };
        let mut branch = HashSet::from([placed[above].id()]);
        let mut end = above + 1;
        while let Some(next) = placed.get(end)
            && parent(next).is_some_and(|to| branch.contains(&to))
        {
            branch.insert(next.id());
            end += 1;
        }
        placed.insert(end, view);
    }
    placed
}

/// Tweets below one another. Where one answers the one right above it, or that which the page is about,
/// its place says so.
fn chain<'a>(
    views: &'a [TweetView],
    about: Option<TweetId>,
    reading: Reading,
) -> Vec<TweetModel<'a>> {
    let mut above = None;
    let mut below = |view: &'a TweetView| {
        let mut model = TweetModel::new(view, reading);
        if let Some(to) = parent(view) {
            model.chained = above == Some(to) && model.folded.is_none();
            if model.chained || about == Some(to) {
                model.replying_to = ReplyingTo::Nothing;
            }
        }
        // Nothing hangs on what is folded up.
        above = model.folded.is_none().then(|| view.id());
        model
    };
    views.iter().map(&mut below).collect()
}

/// The answers that whoever began the conversation hid.
#[derive(Template)]
#[template(path = "pages/hidden.html")]
pub(crate) struct HiddenPage<'a> {
    pub shell: &'a Shell,
    /// The thread that they are of.
    pub up: String,
    pub feed: Feed<TweetModel<'a>>,
}

pub(crate) async fn get_hidden(
    State(web): State<Web>,
    visitor: Visitor,
    Path((_, id)): Path<(String, String)>,
    Query(Cursor { cursor }): Query<Cursor>,
) -> Result<Response, Failure> {
    let id = tweet_id(&id)?;
    let list = (ListName::Thread, id.0);
    let page = web.pipit.page(list.0, list.1, cursor.as_deref(), None)?;
    let thread = web.pipit.thread(visitor.caller(), id, Answers::Hidden, page).await?;
    let title = visitor.preferences.w.filters.hidden_replies;
    let shell = Shell::new(&web, &visitor, Section::Elsewhere, title).await?;
    let around = Around::of(&web, &visitor, &thread.tweet).await?;
    let reading = Reading { hosts: around.hosts, ..shell.reading() };
    let up = view::href(&thread.tweet);
    let feed = Feed::new(&web, list, &thread.descendants, |below| TweetModel::new(below, reading));
    Ok(page::html(StatusCode::OK, &HiddenPage { shell: &shell, up, feed }))
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
    let mut thread = web.pipit.thread(visitor.caller(), id, Answers::Shown, page).await?;
    let author = thread.tweet.author.user();
    if handle != author.handle || id != thread.tweet.id() {
        // Only the id counts: a handle may be mistyped, and a retweet shows what it passed on.
        return Ok(links::moved(&view::href(&thread.tweet)));
    }
    let on_pipit = visitor.preferences.w.on_pipit;
    let title = format!("{} (@{}) {on_pipit}", author.name, author.handle);
    let mut own = match thread.descendants.items.as_slice() {
        // Most tweets were answered by nobody.
        [] => Vec::new(),
        _ => web.pipit.own_chain(visitor.caller(), &thread.tweet).await?,
    };
    thread.descendants.items.retain(|view| !own.iter().any(|own| own.id() == view.id()));
    if cursor.is_some() {
        // They stood on the first page.
        own.clear();
    }
    let below = in_branches(own.into_iter().chain(thread.descendants.items));
    let shell = Shell::new(&web, &visitor, Section::Elsewhere, title).await?;
    let around = Around::of(&web, &visitor, &thread.tweet).await?;
    let reading = Reading { hosts: around.hosts, ..shell.reading() };
    let mut tweet = TweetModel::new(&thread.tweet, reading);
    if thread.ancestors.last().is_some_and(|above| Some(above.id()) == parent(&thread.tweet)) {
        tweet.replying_to = ReplyingTo::Nothing;
    }
    let composer = match &visitor.viewer {
        // An answer that would not stand on this page leads to its own.
        Some(viewer) if around.may_reply => {
            let back = if thread.descendants.next.is_none() { &*tweet.href } else { "" };
            Some(Composer::new(viewer, reading.now, Some(&thread.tweet), back))
        }
        _ => None,
    };
    let is_listed = thread.tweet.card.tweet().visibility == Visibility::Public;
    let page = page::html(
        StatusCode::OK,
        &ThreadPage {
            shell: &shell,
            card: Card::of_tweet(&web, &thread.tweet),
            ancestors: chain(&thread.ancestors, None, reading),
            composer,
            restriction: match around.audience {
                ReplyAudience::Everyone => None,
                ReplyAudience::Followed => Some(shell.w.filters.only_followed),
                ReplyAudience::Mentioned => Some(shell.w.filters.only_mentioned),
            },
            muted: around.muted,
            has_hidden: thread.has_hidden,
            tweet,
            feed: Feed::of(&web, list, chain(&below, Some(id), reading), thread.descendants.next),
        },
    );
    Ok(if is_listed { page } else { page::unlisted(page) })
}
