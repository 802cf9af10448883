//! The buttons of tweets and people: each does one thing and leads back to where it was pressed.

use axum::extract::State;
use axum::response::Response;
use pipit_http::routes::{Methods, post};
use pipit_model::Error;
use pipit_model::event::Standing;

use crate::Web;
use crate::error::Failure;
use crate::extract::{Form, Path, tweet_id, user_ref};
use crate::forms::BackForm;
use crate::links;
use crate::visitor::SignedIn;

type OfTweet = Path<(String, String)>;

/// What a button does to a tweet, or takes back.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Deed {
    Like,
    Retweet,
    Bookmark,
    Pin,
    /// Hear no more of its conversation.
    Mute,
    /// Hide it below a tweet of the viewer's.
    Hide,
}

/// The address that such a button sends its form to.
pub(crate) fn of_tweet(deed: Deed, to: Standing) -> Methods<Web> {
    let handler = async move |State(web): State<Web>,
                              SignedIn(viewer): SignedIn,
                              Path((handle, id)): OfTweet,
                              Form(form): Form<BackForm>|
                -> Result<Response, Failure> {
        let (pipit, caller, tweet) = (&web.pipit, viewer.caller, tweet_id(&id)?);
        match deed {
            Deed::Like => drop(pipit.set_like(caller, tweet, to).await?),
            Deed::Retweet => drop(pipit.set_retweet(caller, tweet, to).await?),
            Deed::Bookmark => drop(pipit.set_bookmark(caller, tweet, to).await?),
            Deed::Pin => drop(pipit.set_pin(caller, tweet, to).await?),
            Deed::Hide => drop(pipit.set_hidden(caller, tweet, to).await?),
            Deed::Mute => {
                pipit.set_conversation_mute(caller, tweet, to).await?;
            }
        }
        let own_page = match deed {
            Deed::Pin => links::profile(&handle),
            _ => format!("/@{handle}/{id}"),
        };
        Ok(links::see_other(form.or(&own_page)))
    };
    post(handler)
}

pub(crate) async fn delete(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    Path((handle, id)): OfTweet,
    Form(form): Form<BackForm>,
) -> Result<Response, Failure> {
    match web.pipit.delete_tweet(viewer.caller, tweet_id(&id)?).await {
        // Gone already, as by a double click: that is what was wanted.
        Ok(()) | Err(Error::NotFound(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let profile = links::profile(&handle);
    let back = form.or(&profile);
    // The tweet's own page is no more.
    let is_gone = links::without_anchor(back).starts_with(&format!("/@{handle}/{id}"));
    Ok(links::see_other(if is_gone { &profile } else { back }))
}

async fn set_follow(
    web: Web,
    SignedIn(viewer): SignedIn,
    Path(handle): Path<String>,
    form: BackForm,
    to: Standing,
) -> Result<Response, Failure> {
    web.pipit.set_follow(viewer.caller, &user_ref(&handle)?, to).await?;
    Ok(links::see_other(form.or(&links::profile(&handle))))
}

pub(crate) async fn follow(
    State(web): State<Web>,
    viewer: SignedIn,
    path: Path<String>,
    Form(form): Form<BackForm>,
) -> Result<Response, Failure> {
    set_follow(web, viewer, path, form, Standing::Set).await
}

pub(crate) async fn unfollow(
    State(web): State<Web>,
    viewer: SignedIn,
    path: Path<String>,
    Form(form): Form<BackForm>,
) -> Result<Response, Failure> {
    set_follow(web, viewer, path, form, Standing::Unset).await
}
