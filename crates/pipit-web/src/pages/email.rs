//! What is done by e-mail: a new password, confirming an address, changing it.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use pipit_core::EmailChange;
use pipit_http::SentBy;
use pipit_model::Error;
use serde::Deserialize;

use crate::Web;
use crate::error::Failure;
use crate::extract::{Form, Query};
use crate::forms::{Complaint, EmailForm, FormView, NewPasswordForm, ResetForm, TokenForm};
use crate::links;
use crate::page::{self, Bare, Section, Shell};
use crate::pages::settings::Done;
use crate::preferences::Preferences;
use crate::visitor::{SignedIn, Viewer, Visitor};

/// Something that is said, and the way on.
#[derive(Template)]
#[template(path = "pages/said.html")]
pub(crate) struct SaidPage<'a> {
    pub shell: Bare,
    pub text: &'a str,
    pub next: &'a str,
    /// Where that leads.
    pub label: &'static str,
}

#[derive(Template)]
#[template(path = "pages/reset.html")]
pub(crate) struct ResetPage {
    pub shell: Bare,
    pub form: FormView,
}

#[derive(Template)]
#[template(path = "pages/reset_new.html")]
pub(crate) struct NewPasswordPage<'a> {
    pub shell: Bare,
    pub form: FormView,
    pub token: &'a str,
}

#[derive(Template)]
#[template(path = "pages/confirm_email.html")]
pub(crate) struct ConfirmEmailPage<'a> {
    pub shell: Bare,
    pub token: &'a str,
}

#[derive(Template)]
#[template(path = "pages/email.html")]
pub(crate) struct EmailPage<'a> {
    pub shell: &'a Shell,
    pub form: FormView,
    pub email: String,
    pub done: Option<&'static str>,
    pub sends_mail: bool,
}

/// What stands in a link that was sent.
#[derive(Deserialize)]
pub(crate) struct Token {
    #[serde(default)]
    token: String,
}

/// A page that only says something.
pub(crate) fn said(
    preferences: Preferences,
    title: &'static str,
    text: &str,
    next: &str,
) -> Response {
    let shell = Bare::new(title, preferences);
    let label = if next == "/login" { shell.w.sign_in } else { shell.w.security.go_on };
    page::html(StatusCode::OK, &SaidPage { shell, text, next, label })
}

/// Pages with a link's token in their address are kept by nobody.
fn not_kept(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let none = HeaderValue::from_static("no-referrer");
    response.headers_mut().insert(header::REFERRER_POLICY, none);
    response
}

fn stale(preferences: Preferences) -> Response {
    let s = &preferences.w.security;
    said(preferences, s.link_stale, s.link_stale_text, "/reset-password")
}

fn reset_page(
    preferences: Preferences,
    form: &ResetForm,
    complaint: Option<Complaint>,
) -> Response {
    let w = preferences.w;
    let shell = Bare::new(w.security.forgot, preferences);
    let form = FormView::new(form.fields(w), complaint);
    page::html(form.status(), &ResetPage { shell, form })
}

pub(crate) async fn get_reset(State(web): State<Web>, visitor: Visitor) -> Response {
    let s = &visitor.preferences.w.security;
    if !web.pipit.sends_mail() {
        return said(visitor.preferences, s.no_mail, s.no_mail_text, "/login");
    }
    reset_page(visitor.preferences, &ResetForm::default(), None)
}

pub(crate) async fn post_reset(
    State(web): State<Web>,
    visitor: Visitor,
    SentBy(client): SentBy,
    Form(form): Form<ResetForm>,
) -> Result<Response, Failure> {
    match web.pipit.request_reset(&form.login, client.network).await {
        Ok(()) => {
            let s = &visitor.preferences.w.security;
            Ok(said(visitor.preferences, s.check_mail, s.reset_sent_text, "/login"))
        }
        Err(error) => {
            let complaint = Complaint::from_error(error, visitor.preferences.w)?;
            Ok(reset_page(visitor.preferences, &form, Some(complaint)))
        }
    }
}

fn new_password_page(
    preferences: Preferences,
    token: &str,
    complaint: Option<Complaint>,
) -> Response {
    let w = preferences.w;
    let shell = Bare::new(w.security.new_password, preferences);
    let form = FormView::new(NewPasswordForm::fields(w), complaint);
    not_kept(page::html(form.status(), &NewPasswordPage { shell, form, token }))
}

pub(crate) async fn get_new_password(
    State(web): State<Web>,
    visitor: Visitor,
    Query(Token { token }): Query<Token>,
) -> Result<Response, Failure> {
    match web.pipit.check_reset(&token).await {
        Ok(()) => Ok(new_password_page(visitor.preferences, &token, None)),
        Err(Error::Unauthenticated(_)) => Ok(stale(visitor.preferences)),
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn post_new_password(
    State(web): State<Web>,
    visitor: Visitor,
    Form(form): Form<TokenForm>,
) -> Result<Response, Failure> {
    match web.pipit.reset_password(&form.token, form.password).await {
        Ok(()) => {
            let s = &visitor.preferences.w.security;
            Ok(said(visitor.preferences, s.password_set, s.password_set_text, "/login"))
        }
        Err(Error::Unauthenticated(_)) => Ok(stale(visitor.preferences)),
        Err(error) => {
            let complaint = Complaint::from_error(error, visitor.preferences.w)?;
            Ok(new_password_page(visitor.preferences, &form.token, Some(complaint)))
        }
    }
}

/// Mail programs open links to look at them: only the button confirms.
pub(crate) async fn get_confirm_email(
    visitor: Visitor,
    Query(Token { token }): Query<Token>,
) -> Response {
    let shell = Bare::new(visitor.preferences.w.security.confirm_email, visitor.preferences);
    not_kept(page::html(StatusCode::OK, &ConfirmEmailPage { shell, token: &token }))
}

pub(crate) async fn post_confirm_email(
    State(web): State<Web>,
    visitor: Visitor,
    Form(form): Form<TokenForm>,
) -> Result<Response, Failure> {
    let s = &visitor.preferences.w.security;
    match web.pipit.confirm_email(&form.token).await {
        Ok(()) => Ok(said(visitor.preferences, s.email_confirmed, s.email_confirmed_text, "/home")),
        Err(Error::Unauthenticated(_)) => {
            Ok(said(visitor.preferences, s.link_stale, s.link_stale_text, "/settings/account"))
        }
        Err(error) => Err(error.into()),
    }
}

async fn email_page(
    (web, visitor, viewer): (&Web, &Visitor, &Viewer),
    form: EmailForm,
    done: Option<&str>,
    complaint: Option<Complaint>,
) -> Result<Response, Failure> {
    let w = visitor.preferences.w;
    let shell = Shell::new(web, visitor, Section::Settings, w.security.account).await?;
    let email = web.pipit.own_email(viewer.caller).await?;
    let form = FormView::new(form.fields(w), complaint);
    let done = done.map(|done| match done {
        "sent" => w.security.confirm_sent,
        _ => w.security.email_changed,
    });
    let sends_mail = web.pipit.sends_mail();
    Ok(page::html(form.status(), &EmailPage { shell: &shell, form, email, done, sends_mail }))
}

pub(crate) async fn get_account(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Failure> {
    let form = EmailForm::default();
    email_page((&web, &visitor, &viewer), form, done.as_deref(), None).await
}

pub(crate) async fn post_account(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Form(form): Form<EmailForm>,
) -> Result<Response, Failure> {
    if !web.pipit.is_proven(viewer.caller).await? {
        return Ok(links::see_other("/settings/confirm?next=%2Fsettings%2Faccount"));
    }
    match web.pipit.change_email(viewer.caller, &form.email).await {
        Ok(EmailChange::Sent) => Ok(links::see_other("/settings/account?done=sent")),
        Ok(EmailChange::Changed) => Ok(links::see_other("/settings/account?done=changed")),
        Err(error) => {
            let complaint = Complaint::from_error(error, visitor.preferences.w)?;
            email_page((&web, &visitor, &viewer), form, None, Some(complaint)).await
        }
    }
}
