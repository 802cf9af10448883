//! Writing a tweet or a reply.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::{NewPost, TweetView};
use serde::Deserialize;

use crate::Web;
use crate::error::Failure;
use crate::extract::{Form, Query, tweet_id};
use crate::forms::{Complaint, ComposeForm, Composer};
use crate::links;
use crate::page::{self, Section, Shell};
use crate::view::{self, TweetModel};
use crate::visitor::{SignedIn, Visitor};

#[derive(Template)]
#[template(path = "pages/compose.html")]
pub(crate) struct ComposePage<'a> {
    pub shell: &'a Shell,
    /// What is answered.
    pub parent: Option<TweetModel<'a>>,
    pub composer: Composer,
}

#[derive(Deserialize)]
pub(crate) struct ComposeQuery {
    reply_to: Option<String>,
}

pub(crate) async fn get_compose(
    State(web): State<Web>,
    _: SignedIn,
    visitor: Visitor,
    Query(query): Query<ComposeQuery>,
) -> Result<Response, Failure> {
    let parent = match query.reply_to.as_deref() {
        Some(id) => Some(web.pipit.tweet(visitor.caller(), tweet_id(id)?).await?),
        None => None,
    };
    let reply_to = parent.as_ref().map(|parent| parent.shown().id().0);
    // A reply leads to itself below what it answers; a tweet to the top of home.
    let back = if reply_to.is_some() { "" } else { "/home" };
    let composer = Composer::new(web.pipit.clock().now(), reply_to, back);
    render(&web, &visitor, StatusCode::OK, parent.as_ref(), composer).await
}

pub(crate) async fn post_compose(
    State(web): State<Web>,
    visitor: Visitor,
    Form(form): Form<ComposeForm>,
) -> Result<Response, Failure> {
    let Some(viewer) = &visitor.viewer else {
        // Sending them to sign in would lose what they wrote.
        let error = "You are signed out. Sign in in another tab, then post this again.".to_owned();
        return render(&web, &visitor, StatusCode::FORBIDDEN, None, form.again(error)).await;
    };
    let reply_to = match form.reply_to.as_str() {
        "" => None,
        id => Some(tweet_id(id)?),
    };
    let key = form.request_key();
    let post = NewPost { content: &form.content, reply_to, ..NewPost::default() };
    match web.pipit.post_tweet(viewer.caller, post, key.as_deref()).await {
        Ok(tweet) => {
            let back = links::local_path(&form.back).map(links::without_anchor);
            let back = back.map_or_else(|| view::href(&tweet), str::to_owned);
            Ok(links::see_other(&format!("{back}#tweet-{}", tweet.id())))
        }
        Err(error) => {
            // Whatever the reason, what was written stays on the page.
            let (status, field, text) = match Complaint::from_error(error) {
                Ok(Complaint { field, text }) => (StatusCode::UNPROCESSABLE_ENTITY, field, text),
                Err(Failure::Problem(problem)) => (problem.status, "", problem.detail.into()),
                Err(failure) => return Err(failure),
            };
            // If the tweet answered cannot be shown (again), the text still is.
            let parent = match reply_to {
                Some(id) if field != "reply_to_id" => {
                    web.pipit.tweet(visitor.caller(), id).await.ok()
                }
                _ => None,
            };
            let composer = form.again(text);
            render(&web, &visitor, status, parent.as_ref(), composer).await
        }
    }
}

async fn render(
    web: &Web,
    visitor: &Visitor,
    status: StatusCode,
    parent: Option<&TweetView>,
    composer: Composer,
) -> Result<Response, Failure> {
    let title = if composer.reply_to.is_some() { "Reply" } else { "Post" };
    let mut shell = Shell::new(web, visitor, Section::Compose, title).await?;
    if status != StatusCode::OK {
        // This page is the answer to a form: its address leads nowhere one could go back to.
        shell.here = parent.map_or_else(|| "/home".to_owned(), view::href);
        shell.login_href = links::login("/compose");
    }
    let reading = shell.reading();
    let parent = parent.map(|parent| TweetModel::new(parent, reading));
    Ok(page::html(status, &ComposePage { shell: &shell, parent, composer }))
}
