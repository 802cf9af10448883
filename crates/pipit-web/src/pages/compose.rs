//! Writing a tweet or a reply, with pictures, quoting another one or not.

use askama::Template;
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::{NewPost, Submitted, TweetView};
use pipit_http::UploadForm;
use pipit_http::upload::is_upload;
use pipit_model::visibility::Visibility;
use pipit_model::{Error, MediaId, TweetId};
use serde::Deserialize;

use crate::Web;
use crate::error::Failure;
use crate::extract::{Form, Query, tweet_id};
use crate::forms::{Complaint, ComposeForm, Composer};
use crate::links;
use crate::page::{self, Section, Shell};
use crate::uploads::{self, Pictures};
use crate::view::{self, QuotedTweet, TweetModel};
use crate::visitor::{SignedIn, Visitor};

#[derive(Template)]
#[template(path = "pages/compose.html")]
pub(crate) struct ComposePage<'a> {
    pub shell: &'a Shell,
    /// What is answered.
    pub parent: Option<TweetModel<'a>>,
    /// What is quoted.
    pub quoted: Option<QuotedTweet<'a>>,
    pub composer: Composer,
}

#[derive(Deserialize)]
pub(crate) struct ComposeQuery {
    reply_to: Option<String>,
    quote: Option<String>,
    /// What to begin with: from a link that somebody made, or shared with the installed app.
    text: Option<String>,
    url: Option<String>,
}

/// The tweets that a new one is about.
#[derive(Default)]
struct Around {
    parent: Option<TweetView>,
    quoted: Option<TweetView>,
}

pub(crate) async fn get_compose(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Query(query): Query<ComposeQuery>,
) -> Result<Response, Failure> {
    let find = async |id: Option<&str>| match id {
        Some(id) => Ok(Some(web.pipit.tweet(visitor.caller(), tweet_id(id)?).await?)),
        None => Ok::<_, Failure>(None),
    };
    let around = Around {
        parent: find(query.reply_to.as_deref()).await?,
        quoted: find(query.quote.as_deref()).await?,
    };
    let shown = |view: Option<&TweetView>| view.map(|view| view.shown().id().0);
    let parent = around.parent.as_ref();
    // A reply leads to itself below what it answers; a tweet to the top of home.
    let back = if parent.is_some() { "" } else { "/home" };
    let mut composer = Composer::new(&viewer, web.pipit.clock().now(), parent, back);
    composer.quote = shown(around.quoted.as_ref());
    let begun: Vec<String> = [query.text, query.url].into_iter().flatten().collect();
    composer.content = begun.join(" ");
    render(&web, &visitor, StatusCode::OK, &around, composer).await
}

/// Whom a new tweet is for; as usual where a form does not say.
fn named_visibility(name: &str) -> Result<Option<Visibility>, Error> {
    if name.is_empty() { Ok(None) } else { Visibility::parse("visibility", name).map(Some) }
}

pub(crate) async fn post_compose(
    State(web): State<Web>,
    visitor: Visitor,
    request: Request,
) -> Result<Response, Failure> {
    let w = visitor.preferences.w;
    let (form, pictures) = if is_upload(request.headers()) {
        let parts = UploadForm::from_request(request, &web).await?;
        uploads::read_compose(&web, &visitor, parts).await?
    } else {
        let Form(form) = Form::<ComposeForm>::from_request(request, &web).await?;
        (form, Pictures::default())
    };
    let Some(viewer) = &visitor.viewer else {
        // Sending them to sign in would lose what they wrote.
        let composer = form.again(w.signed_out_composing.to_owned(), pictures.kept, w);
        return render(&web, &visitor, StatusCode::FORBIDDEN, &Around::default(), composer).await;
    };
    let named = |id: &str| if id.is_empty() { Ok(None) } else { tweet_id(id).map(Some) };
    let (reply_to, quote_of) = (named(&form.reply_to)?, named(&form.quote)?);
    let media: Vec<MediaId> = pictures.kept.iter().map(|kept| kept.id).collect();
    let posted = if let Some(refused) = pictures.refused {
        Err(refused)
    } else {
        let key = form.request_key(&media);
        let post = NewPost {
            content: &form.content,
            reply_to,
            quote_of,
            media: &media,
            visibility: named_visibility(&form.visibility)?,
            reply_audience: form.audience(),
            sensitive: !form.sensitive.is_empty(),
        };
        let posted = web.pipit.submit_tweet(viewer.caller, post, key.as_deref()).await;
        posted.map_err(|error| uploads::told(error, w))
    };
    match posted {
        // Nothing shows it but the page that says so.
        Ok(Submitted::Held(held)) => {
            Ok(links::see_other(&format!("/settings/standing#held-{}", held.id)))
        }
        Ok(Submitted::Posted(tweet)) => {
            let back = links::local_path(&form.back).map(links::without_anchor);
            let back = back.map_or_else(|| view::href(&tweet), str::to_owned);
            Ok(links::see_other(&format!("{back}#tweet-{}", tweet.id())))
        }
        Err(refused) => {
            // Whatever the reason, what was written stays on the page.
            let (status, Complaint { field, text }) = refused?;
            let find = async |id: Option<TweetId>, named: &str| match id {
                // If it cannot be shown (again), the text still is.
                Some(id) if field != named => web.pipit.tweet(visitor.caller(), id).await.ok(),
                _ => None,
            };
            let around = Around {
                parent: find(reply_to, "reply_to_id").await,
                quoted: find(quote_of, "quote_of_id").await,
            };
            let composer = form.again(text, pictures.kept, w);
            render(&web, &visitor, status, &around, composer).await
        }
    }
}

async fn render(
    web: &Web,
    visitor: &Visitor,
    status: StatusCode,
    around: &Around,
    composer: Composer,
) -> Result<Response, Failure> {
    let title = composer.title(visitor.preferences.w);
    let mut shell = Shell::new(web, visitor, Section::Compose, title).await?;
    if status != StatusCode::OK {
        // This page is the answer to a form: its address leads nowhere one could go back to.
        let parent = around.parent.as_ref();
        shell.here = parent.map_or_else(|| "/home".to_owned(), view::href);
        shell.login_href = links::login("/compose");
    }
    let reading = shell.reading();
    let parent = around.parent.as_ref().map(|parent| TweetModel::new(parent, reading));
    let quoted = around.quoted.as_ref().map(|quoted| QuotedTweet::new(quoted, reading));
    Ok(page::html(status, &ComposePage { shell: &shell, parent, quoted, composer }))
}
