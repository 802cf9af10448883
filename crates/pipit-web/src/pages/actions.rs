//! The buttons of tweets and people: each does one thing and leads back to where it was pressed.

use axum::extract::State;
use axum::response::Response;
use pipit_model::Error;
use pipit_model::event::Standing;

use crate::Web;
use crate::error::Failure;
use crate::extract::{Form, Path, tweet_id, user_ref};
use crate::forms::BackForm;
use crate::links;
use crate::visitor::SignedIn;

type OfTweet = Path<(String, String)>;

async fn set_like(
    web: Web,
    SignedIn(viewer): SignedIn,
    Path((handle, id)): OfTweet,
    form: BackForm,
    to: Standing,
) -> Result<Response, Failure> {
    web.pipit.set_like(viewer.caller, tweet_id(&id)?, to).await?;
    Ok(links::see_other(form.or(&format!("/@{handle}/{id}"))))
}

pub(crate) async fn like(
    State(web): State<Web>,
    viewer: SignedIn,
    path: OfTweet,
    Form(form): Form<BackForm>,
) -> Result<Response, Failure> {
    set_like(web, viewer, path, form, Standing::Set).await
}

pub(crate) async fn unlike(
    State(web): State<Web>,
    viewer: SignedIn,
    path: OfTweet,
    Form(form): Form<BackForm>,
) -> Result<Response, Failure> {
    set_like(web, viewer, path, form, Standing::Unset).await
}

async fn set_retweet(
    web: Web,
    SignedIn(viewer): SignedIn,
    Path((handle, id)): OfTweet,
    form: BackForm,
    to: Standing,
) -> Result<Response, Failure> {
    web.pipit.set_retweet(viewer.caller, tweet_id(&id)?, to).await?;
    Ok(links::see_other(form.or(&format!("/@{handle}/{id}"))))
}

pub(crate) async fn retweet(
    State(web): State<Web>,
    viewer: SignedIn,
    path: OfTweet,
    Form(form): Form<BackForm>,
) -> Result<Response, Failure> {
    set_retweet(web, viewer, path, form, Standing::Set).await
}

pub(crate) async fn unretweet(
    State(web): State<Web>,
    viewer: SignedIn,
    path: OfTweet,
    Form(form): Form<BackForm>,
) -> Result<Response, Failure> {
    set_retweet(web, viewer, path, form, Standing::Unset).await
}

async fn set_bookmark(
    web: Web,
    SignedIn(viewer): SignedIn,
    Path((handle, id)): OfTweet,
    form: BackForm,
    to: Standing,
) -> Result<Response, Failure> {
    web.pipit.set_bookmark(viewer.caller, tweet_id(&id)?, to).await?;
    Ok(links::see_other(form.or(&format!("/@{handle}/{id}"))))
}

pub(crate) async fn bookmark(
    State(web): State<Web>,
    viewer: SignedIn,
    path: OfTweet,
    Form(form): Form<BackForm>,
) -> Result<Response, Failure> {
    set_bookmark(web, viewer, path, form, Standing::Set).await
}

pub(crate) async fn unbookmark(
    State(web): State<Web>,
    viewer: SignedIn,
    path: OfTweet,
    Form(form): Form<BackForm>,
) -> Result<Response, Failure> {
    set_bookmark(web, viewer, path, form, Standing::Unset).await
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

async fn set_pin(
    web: Web,
    SignedIn(viewer): SignedIn,
    Path((handle, id)): OfTweet,
    form: BackForm,
    to: Standing,
) -> Result<Response, Failure> {
    web.pipit.set_pin(viewer.caller, tweet_id(&id)?, to).await?;
    Ok(links::see_other(form.or(&links::profile(&handle))))
}

pub(crate) async fn pin(
    State(web): State<Web>,
    viewer: SignedIn,
    path: OfTweet,
    Form(form): Form<BackForm>,
) -> Result<Response, Failure> {
    set_pin(web, viewer, path, form, Standing::Set).await
}

pub(crate) async fn unpin(
    State(web): State<Web>,
    viewer: SignedIn,
    path: OfTweet,
    Form(form): Form<BackForm>,
) -> Result<Response, Failure> {
    set_pin(web, viewer, path, form, Standing::Unset).await
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
