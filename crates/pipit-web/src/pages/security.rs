//! What guards one's account: the password, the second factor, showing again who one is.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use pipit_core::{FactorState, OfferedFactor, Proof};
use qrcode::{Color, QrCode};

use crate::Web;
use crate::error::Failure;
use crate::extract::{Form, Query};
use crate::forms::{
    CodeForm, Complaint, FirstCodeForm, FormView, NewPasswordForm, PasswordForm, ProofForm,
};
use crate::links;
use crate::page::{self, Section, Shell};
use crate::pages::account::Next;
use crate::pages::passkeys::Passkeys;
use crate::pages::settings::Done;
use crate::visitor::{SignedIn, Viewer, Visitor};

/// Where all of this leads back to.
const HERE: &str = "/settings/security";

#[derive(Template)]
#[template(path = "pages/security.html")]
pub(crate) struct SecurityPage<'a> {
    pub shell: &'a Shell,
    pub form: FormView,
    pub factor: FactorState,
    pub codes_left: String,
    /// What was done, in words.
    pub done: Option<&'static str>,
    pub passkeys: Option<Passkeys>,
}

#[derive(Template)]
#[template(path = "pages/second_factor.html")]
pub(crate) struct SecondFactorPage<'a> {
    pub shell: &'a Shell,
    pub form: FormView,
    pub offered: &'a OfferedFactor,
    pub picture: Picture,
}

#[derive(Template)]
#[template(path = "pages/recovery_codes.html")]
pub(crate) struct RecoveryCodesPage<'a> {
    pub shell: &'a Shell,
    pub codes: &'a [String],
}

#[derive(Template)]
#[template(path = "pages/confirm.html")]
pub(crate) struct ConfirmPage<'a> {
    pub shell: &'a Shell,
    pub form: FormView,
    pub has_code: bool,
    pub next: String,
}

/// A QR code as the path of an SVG.
pub(crate) struct Picture {
    /// Modules along an edge, with the empty margin that readers need.
    pub size: usize,
    pub path: String,
}

impl Picture {
    /// Empty modules around a code.
    const MARGIN: usize = 4;

    /// The picture of a text; [`None`] if it is too long for one.
    fn new(text: &str) -> Option<Self> {
        let code = QrCode::new(text).ok()?;
        let width = code.width();
        let dark = code.to_colors().into_iter().enumerate().filter(|(_, c)| *c == Color::Dark);
        let square = |(at, _)| {
            let (x, y) = (at % width + Self::MARGIN, at / width + Self::MARGIN);
            format!("M{x} {y}h1v1h-1z")
        };
        Some(Self { size: width + 2 * Self::MARGIN, path: dark.map(square).collect() })
    }
}

/// An answer that holds what is shown once: nobody keeps it.
fn shown_once(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Leads to where one shows who one is, unless one has done so of late.
pub(crate) async fn unproven(web: &Web, viewer: &Viewer) -> Result<Option<Response>, Failure> {
    if web.pipit.is_proven(viewer.caller).await? {
        return Ok(None);
    }
    Ok(Some(links::see_other("/settings/confirm?next=%2Fsettings%2Fsecurity")))
}

async fn security_page(
    (web, visitor, viewer): (&Web, &Visitor, &Viewer),
    done: Option<&str>,
    complaint: Option<Complaint>,
    passkey_error: Option<String>,
) -> Result<Response, Failure> {
    let w = visitor.preferences.w;
    let shell = Shell::new(web, visitor, Section::Settings, w.security.title).await?;
    let factor = web.pipit.second_factor(viewer.caller).await?;
    let form = FormView::new(NewPasswordForm::fields(w), complaint);
    let done = done.map(|done| match done {
        "password" => w.security.password_changed,
        "removed" => w.security.factor_removed,
        "passkey" => w.entry.passkey_added,
        "passkey-removed" => w.entry.passkey_removed,
        _ => w.security.confirmed,
    });
    let codes_left = (w.security.codes_left)(factor.recovery_codes);
    let refused = passkey_error.is_some();
    let passkeys = Passkeys::of(web, viewer, shell.reading(), passkey_error).await?;
    let page = SecurityPage { shell: &shell, form, factor, codes_left, done, passkeys };
    let status = if refused { StatusCode::UNPROCESSABLE_ENTITY } else { page.form.status() };
    Ok(page::html(status, &page))
}

/// The page again, with what is wrong with a new passkey.
pub(crate) async fn passkey_refused(
    web: &Web,
    visitor: &Visitor,
    viewer: &Viewer,
    why: String,
) -> Result<Response, Failure> {
    security_page((web, visitor, viewer), None, None, Some(why)).await
}

pub(crate) async fn get_security(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Failure> {
    security_page((&web, &visitor, &viewer), done.as_deref(), None, None).await
}

pub(crate) async fn post_password(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Form(form): Form<NewPasswordForm>,
) -> Result<Response, Failure> {
    if let Some(away) = unproven(&web, &viewer).await? {
        return Ok(away);
    }
    match web.pipit.change_password(viewer.caller, form.password).await {
        Ok(()) => Ok(links::see_other("/settings/security?done=password")),
        Err(error) => {
            let complaint = Complaint::from_error(error, visitor.preferences.w)?;
            security_page((&web, &visitor, &viewer), None, Some(complaint), None).await
        }
    }
}

async fn factor_page(
    web: &Web,
    visitor: &Visitor,
    offered: &OfferedFactor,
    complaint: Option<Complaint>,
) -> Result<Response, Failure> {
    let w = visitor.preferences.w;
    let shell = Shell::new(web, visitor, Section::Settings, w.security.set_up_factor).await?;
    let too_long = || pipit_model::Error::Internal("an address too long for a picture".to_owned());
    let picture = Picture::new(&offered.address).ok_or_else(too_long)?;
    let form = FormView::new(FirstCodeForm::fields(w), complaint);
    let page = SecondFactorPage { shell: &shell, form, offered, picture };
    Ok(shown_once(page::html(page.form.status(), &page)))
}

pub(crate) async fn offer_factor(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
) -> Result<Response, Failure> {
    if let Some(away) = unproven(&web, &viewer).await? {
        return Ok(away);
    }
    let offered = web.pipit.offer_second_factor(viewer.caller).await?;
    factor_page(&web, &visitor, &offered, None).await
}

async fn codes_page(web: &Web, visitor: &Visitor, codes: &[String]) -> Result<Response, Failure> {
    let title = visitor.preferences.w.security.recovery_codes;
    let shell = Shell::new(web, visitor, Section::Settings, title).await?;
    let page = RecoveryCodesPage { shell: &shell, codes };
    Ok(shown_once(page::html(StatusCode::OK, &page)))
}

pub(crate) async fn confirm_factor(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Form(form): Form<FirstCodeForm>,
) -> Result<Response, Failure> {
    if let Some(away) = unproven(&web, &viewer).await? {
        return Ok(away);
    }
    match web.pipit.confirm_second_factor(viewer.caller, &form.code).await {
        Ok(codes) => codes_page(&web, &visitor, &codes).await,
        Err(pipit_model::Error::InvalidField { .. }) => {
            let offered = web.pipit.waiting_second_factor(viewer.caller).await?;
            let text = visitor.preferences.w.security.wrong_code.to_owned();
            let complaint = Complaint { field: "code", text };
            factor_page(&web, &visitor, &offered, Some(complaint)).await
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn renew_codes(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
) -> Result<Response, Failure> {
    if let Some(away) = unproven(&web, &viewer).await? {
        return Ok(away);
    }
    let codes = web.pipit.renew_recovery_codes(viewer.caller).await?;
    codes_page(&web, &visitor, &codes).await
}

pub(crate) async fn remove_factor(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
) -> Result<Response, Failure> {
    if let Some(away) = unproven(&web, &viewer).await? {
        return Ok(away);
    }
    web.pipit.remove_second_factor(viewer.caller).await?;
    Ok(links::see_other("/settings/security?done=removed"))
}

async fn confirm_page(
    (web, visitor, viewer): (&Web, &Visitor, &Viewer),
    next: &str,
    complaint: Option<Complaint>,
) -> Result<Response, Failure> {
    let w = visitor.preferences.w;
    let shell = Shell::new(web, visitor, Section::Settings, w.security.confirm).await?;
    let has_code = web.pipit.second_factor(viewer.caller).await?.is_on;
    let mut fields = PasswordForm::fields(w);
    if has_code {
        // One of the two is enough: neither is required by the browser.
        fields.extend(CodeForm::fields(w));
        for field in &mut fields {
            field.min = 0;
        }
    }
    let form = FormView::new(fields, complaint);
    let next = links::local_path(next).unwrap_or(HERE).to_owned();
    Ok(page::html(form.status(), &ConfirmPage { shell: &shell, form, has_code, next }))
}

pub(crate) async fn get_confirm(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Query(Next { next, .. }): Query<Next>,
) -> Result<Response, Failure> {
    confirm_page((&web, &visitor, &viewer), &next, None).await
}

pub(crate) async fn post_confirm(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Form(form): Form<ProofForm>,
) -> Result<Response, Failure> {
    let proof =
        if form.otp.is_empty() { Proof::Password(form.password) } else { Proof::Code(form.otp) };
    match web.pipit.prove(viewer.caller, proof).await {
        Ok(()) => Ok(links::see_other(links::local_path(&form.next).unwrap_or(HERE))),
        Err(error) => {
            let complaint = Complaint::from_error(error, visitor.preferences.w)?;
            confirm_page((&web, &visitor, &viewer), &form.next, Some(complaint)).await
        }
    }
}
