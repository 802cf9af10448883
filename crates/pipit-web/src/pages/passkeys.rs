//! Passkeys: added and removed by whose they are, and signed in with.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::{Passkey, PasskeyAsked, PasskeySite};
use pipit_http::SentBy;
use pipit_model::{ActionId, Error};
use serde::Deserialize;

use super::account::{self, LoginPlace};
use super::security::{self, unproven};
use crate::Web;
use crate::error::Failure;
use crate::extract::{Form, Path};
use crate::format::Moment;
use crate::forms::{Complaint, LoginForm};
use crate::links;
use crate::view::Reading;
use crate::visitor::{SignedIn, Viewer, Visitor};

/// A passkey as its owner sees it.
pub(crate) struct PasskeyRow {
    pub id: i64,
    pub name: String,
    pub added: Moment,
    pub used: Option<Moment>,
}

impl PasskeyRow {
    fn new(passkey: Passkey, Reading { now, w, .. }: Reading) -> Self {
        Self {
            id: passkey.id,
            name: passkey.name,
            added: Moment::new(ActionId(passkey.id).timestamp(), now, w),
            used: passkey.used_at.map(|at| Moment::new(at, now, w)),
        }
    }
}

/// What the page about security shows of passkeys.
pub(crate) struct Passkeys {
    pub rows: Vec<PasskeyRow>,
    /// What a new one is asked for with; not before its owner has shown who they are.
    pub asked: Option<PasskeyAsked>,
    /// What is wrong with the last one.
    pub error: Option<String>,
}

impl Passkeys {
    /// None where browsers know none.
    pub(crate) async fn of(
        web: &Web,
        viewer: &Viewer,
        reading: Reading,
        error: Option<String>,
    ) -> Result<Option<Self>, Failure> {
        let Some(site) = PasskeySite::of(&web.public_url) else { return Ok(None) };
        let passkeys = web.pipit.passkeys(viewer.caller).await?;
        let asked = if web.pipit.is_proven(viewer.caller).await? {
            Some(web.pipit.ask_for_passkey(viewer.caller, &site).await?)
        } else {
            None
        };
        let rows = passkeys.into_iter().map(|passkey| PasskeyRow::new(passkey, reading)).collect();
        Ok(Some(Self { rows, asked, error }))
    }
}

/// The site that passkeys are for; to others there is nothing here.
fn site_of(web: &Web) -> Result<PasskeySite, Error> {
    PasskeySite::of(&web.public_url).ok_or(Error::NotFound("page"))
}

/// What a browser answers with.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct PasskeyForm {
    ticket: String,
    credential: String,
    name: String,
    next: String,
}

/// A browser that signs in with a passkey.
pub(crate) async fn post_login(
    State(web): State<Web>,
    visitor: Visitor,
    SentBy(client): SentBy,
    Form(form): Form<PasskeyForm>,
) -> Result<Response, Failure> {
    let site = site_of(&web)?;
    let answer = (form.ticket.as_str(), form.credential.as_str());
    let why = match web.pipit.sign_in_by_passkey(&site, answer, client).await {
        Ok(session) => return account::change_session(&web, &visitor, &session, &form.next).await,
        Err(Error::Unauthenticated(why) | Error::Forbidden(why)) => why,
        Err(error) => return Err(error.into()),
    };
    let reason = visitor.preferences.w.reason(why).into_owned();
    let complaint = Complaint::general(pipit_http::problem::sentence(&reason));
    let again = LoginForm { next: form.next, ..LoginForm::default() };
    let place = LoginPlace { web: &web, status: StatusCode::UNPROCESSABLE_ENTITY };
    account::login_page(place, visitor.preferences, &again, Some(complaint))
}

pub(crate) async fn post_passkey(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Form(form): Form<PasskeyForm>,
) -> Result<Response, Failure> {
    let site = site_of(&web)?;
    if let Some(away) = unproven(&web, &viewer).await? {
        return Ok(away);
    }
    let answer = (form.ticket.as_str(), form.credential.as_str());
    let w = visitor.preferences.w;
    let text = match web.pipit.add_passkey(viewer.caller, &site, answer, &form.name).await {
        Ok(()) => return Ok(links::see_other("/settings/security?done=passkey")),
        Err(Error::Unauthenticated(why) | Error::Forbidden(why)) => {
            pipit_http::problem::sentence(&w.reason(why))
        }
        Err(error) => Complaint::from_error(error, w)?.text,
    };
    security::passkey_refused(&web, &visitor, &viewer, text).await
}

pub(crate) async fn remove_passkey(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    if let Some(away) = unproven(&web, &viewer).await? {
        return Ok(away);
    }
    match web.pipit.remove_passkey(viewer.caller, id).await {
        // Removed already, as by a double click.
        Ok(()) | Err(Error::NotFound(_)) => {
            Ok(links::see_other("/settings/security?done=passkey-removed"))
        }
        Err(error) => Err(error.into()),
    }
}
