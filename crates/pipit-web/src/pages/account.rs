//! Signing up, in and out.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use pipit_core::{PasskeyAsked, PasskeySite, SignIn, SignUp, SignUpMode, SignedIn, Step};
use pipit_http::SentBy;
use pipit_model::Error;
use pipit_model::limits::{CODE_BYTES_MAX, SIGN_UP_REASON_CHARS_MAX};
use serde::Deserialize;

use crate::error::Failure;
use crate::extract::{Form, Query};
use crate::forms::{self, CodeForm, Complaint, Field, FormView, Kind, LoginForm, SignUpForm};
use crate::page::{self, Bare};
use crate::pages::email;
use crate::preferences::Preferences;
use crate::visitor::Visitor;
use crate::{Web, cookie, links};

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

#[derive(Template)]
#[template(path = "pages/signup.html")]
pub(crate) struct SignUpPage {
    pub shell: Bare,
    pub form: FormView,
    pub key: String,
    pub next: String,
    /// The other page, for those who have an account.
    pub login_href: String,
}

#[derive(Template)]
#[template(path = "pages/login.html")]
pub(crate) struct LoginPage {
    pub shell: Bare,
    pub form: FormView,
    pub next: String,
    pub signup_href: String,
    /// What a passkey is asked for with, where browsers know any.
    pub passkey: Option<PasskeyAsked>,
}

#[derive(Template)]
#[template(path = "pages/code.html")]
pub(crate) struct CodePage<'a> {
    pub shell: Bare,
    pub form: FormView,
    pub ticket: &'a str,
    pub next: String,
}

/// Where to go once signed in.
#[derive(Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    pub next: String,
    /// Whether somebody who is signed in wants to be somebody else.
    #[serde(default)]
    pub again: String,
}

/// The same, with an invitation.
#[derive(Deserialize)]
pub(crate) struct Invited {
    #[serde(default)]
    invite: String,
    #[serde(default)]
    next: String,
}

fn local_or_home(next: &str) -> &str {
    links::local_path(next).unwrap_or("/home")
}

/// `next` as it is handed on, without one that would lead elsewhere.
fn handed_on(next: &str) -> String {
    links::local_path(next).unwrap_or_default().to_owned()
}

fn signup_page(
    (web, status): (&Web, StatusCode),
    preferences: Preferences,
    form: &SignUpForm,
    complaint: Option<Complaint>,
) -> Response {
    let w = preferences.w;
    let next = handed_on(&form.next);
    let mut fields = form.fields(w);
    match web.pipit.sign_up_mode() {
        SignUpMode::Open => {}
        SignUpMode::Approval if form.invite.is_empty() => fields.push(
            Field::new("reason", w.entry.why, Kind::Lines, "off")
                .value(&form.reason)
                .length(1, SIGN_UP_REASON_CHARS_MAX)
                .hint(w.entry.why_hint),
        ),
        // Who is invited need not wait.
        SignUpMode::Approval | SignUpMode::Invitation => fields.push(
            Field::new("invite", w.security.invite, Kind::Code, "off")
                .value(&form.invite)
                .length(1, CODE_BYTES_MAX)
                .hint(w.security.invite_hint),
        ),
        SignUpMode::Closed => {
            let s = &w.security;
            return email::said(preferences, s.signup_closed, s.signup_closed_text, "/login");
        }
    }
    page::html(
        status,
        &SignUpPage {
            shell: Bare::new(w.create_your_account, preferences),
            form: FormView::new(fields, complaint),
            key: form.key.clone(),
            login_href: links::login(&next),
            next,
        },
    )
}

pub(crate) async fn get_signup(
    State(web): State<Web>,
    visitor: Visitor,
    Query(Invited { invite, next }): Query<Invited>,
) -> Response {
    if visitor.viewer.is_some() {
        return links::see_other(local_or_home(&next));
    }
    let key = forms::new_key(web.pipit.clock().now());
    let form = SignUpForm { invite, key, next, ..SignUpForm::default() };
    signup_page((&web, StatusCode::OK), visitor.preferences, &form, None)
}

pub(crate) async fn post_signup(
    State(web): State<Web>,
    visitor: Visitor,
    SentBy(client): SentBy,
    Form(form): Form<SignUpForm>,
) -> Result<Response, Failure> {
    let new = SignUp {
        handle: form.handle.clone(),
        name: Some(form.name.clone()),
        email: form.email.clone(),
        password: form.password.clone(),
        invite: Some(form.invite.clone()),
        reason: Some(form.reason.clone()),
        network: client.network,
    };
    if let Err(error) = web.pipit.sign_up(new, form.request_key()).await {
        let complaint = Complaint::from_error(error, visitor.preferences.w)?;
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(signup_page((&web, status), visitor.preferences, &form, Some(complaint)));
    }
    let sign_in = SignIn { login: form.handle, password: form.password, otp: None, client };
    match web.pipit.sign_in(sign_in, None).await {
        Ok(session) => Ok(let_in(&web, &session, &form.next)?),
        // Only if the key belonged to an account opened with another password, or long ago.
        Err(Error::Unauthenticated(_) | Error::InvalidField { .. }) => {
            Ok(links::see_other("/login"))
        }
        Err(Error::Forbidden(_)) => {
            let s = &visitor.preferences.w.security;
            Ok(email::said(visitor.preferences, s.check_mail, s.check_mail_text, "/login"))
        }
        Err(error) => Err(error.into()),
    }
}

/// On which site, and as what answer, the form to sign in is shown.
pub(crate) struct LoginPlace<'a> {
    pub web: &'a Web,
    pub status: StatusCode,
}

pub(crate) fn login_page(
    LoginPlace { web, status }: LoginPlace<'_>,
    preferences: Preferences,
    form: &LoginForm,
    complaint: Option<Complaint>,
) -> Result<Response, Failure> {
    let w = preferences.w;
    let site = PasskeySite::of(&web.public_url);
    let passkey = site.map(|site| web.pipit.ask_to_sign_in(&site)).transpose()?;
    let mut fields = form.fields(w);
    if passkey.is_some() {
        // The browser offers passkeys where it offers names.
        fields[0].autocomplete = "username webauthn";
    }
    let next = handed_on(&form.next);
    let signup_href = match next.as_str() {
        "" => "/signup".to_owned(),
        next => format!("/signup?next={}", links::encode(next)),
    };
    let form = FormView::new(fields, complaint);
    let shell = Bare::new(w.welcome_back, preferences);
    Ok(page::html(status, &LoginPage { shell, form, next, signup_href, passkey }))
}

pub(crate) async fn get_login(
    State(web): State<Web>,
    visitor: Visitor,
    Query(Next { next, again }): Query<Next>,
) -> Result<Response, Failure> {
    if visitor.viewer.is_some() && again.is_empty() {
        return Ok(links::see_other(local_or_home(&next)));
    }
    let form = LoginForm { next, ..LoginForm::default() };
    let place = LoginPlace { web: &web, status: StatusCode::OK };
    login_page(place, visitor.preferences, &form, None)
}

pub(crate) async fn post_login(
    State(web): State<Web>,
    visitor: Visitor,
    SentBy(client): SentBy,
    Form(form): Form<LoginForm>,
) -> Result<Response, Failure> {
    let (login, password) = (form.login.clone(), form.password.clone());
    let sign_in = SignIn { login, password, otp: None, client };
    let complaint = match web.pipit.begin_sign_in(sign_in).await {
        Ok(Step::SignedIn(session)) => {
            return change_session(&web, &visitor, &session, &form.next).await;
        }
        Ok(Step::NeedsCode(ticket)) => {
            let form = CodeForm { ticket, next: form.next, ..CodeForm::default() };
            return Ok(code_page(StatusCode::OK, visitor.preferences, &form, None));
        }
        Err(Error::Unauthenticated(_)) => Complaint::general(visitor.preferences.w.wrong_password),
        Err(Error::Forbidden(why)) => {
            let reason = visitor.preferences.w.reason(why).into_owned();
            Complaint::general(pipit_http::problem::sentence(&reason))
        }
        Err(error) => Complaint::from_error(error, visitor.preferences.w)?,
    };
    let place = LoginPlace { web: &web, status: StatusCode::UNPROCESSABLE_ENTITY };
    login_page(place, visitor.preferences, &form, Some(complaint))
}

fn code_page(
    status: StatusCode,
    preferences: Preferences,
    form: &CodeForm,
    complaint: Option<Complaint>,
) -> Response {
    let w = preferences.w;
    let page = CodePage {
        shell: Bare::new(w.security.second_step, preferences),
        form: FormView::new(CodeForm::fields(w), complaint),
        ticket: &form.ticket,
        next: handed_on(&form.next),
    };
    page::html(status, &page)
}

/// The second step: the code of the authenticator app, or a recovery code.
pub(crate) async fn post_code(
    State(web): State<Web>,
    visitor: Visitor,
    SentBy(client): SentBy,
    Form(form): Form<CodeForm>,
) -> Result<Response, Failure> {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    match web.pipit.finish_sign_in(&form.ticket, &form.otp, client).await {
        Ok(session) => change_session(&web, &visitor, &session, &form.next).await,
        Err(Error::Unauthenticated(_)) => {
            let complaint = Complaint::general(visitor.preferences.w.security.took_too_long);
            let again = LoginForm { next: form.next, ..LoginForm::default() };
            let place = LoginPlace { web: &web, status };
            login_page(place, visitor.preferences, &again, Some(complaint))
        }
        Err(Error::InvalidField { field: "otp", .. }) => {
            let text = visitor.preferences.w.security.wrong_code.to_owned();
            let complaint = Complaint { field: "otp", text };
            Ok(code_page(status, visitor.preferences, &form, Some(complaint)))
        }
        Err(error) => Err(error.into()),
    }
}

/// The same, in place of the session that the browser had: nobody else shall use that.
pub(crate) async fn change_session(
    web: &Web,
    visitor: &Visitor,
    session: &SignedIn,
    next: &str,
) -> Result<Response, Failure> {
    end_session(web, visitor).await?;
    Ok(let_in(web, session, next)?)
}

/// Leads on with the session in a cookie.
fn let_in(web: &Web, session: &SignedIn, next: &str) -> pipit_model::Result<Response> {
    let is_shut_out = session.user.card.user().state.is_shut_out();
    let to = if is_shut_out { "/settings/standing" } else { local_or_home(next) };
    let mut response = links::see_other(to);
    let cookie = cookie::set(web, session, web.pipit.clock().now())
        .ok_or_else(|| Error::Internal("a token that is no cookie".to_owned()))?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

pub(crate) async fn post_logout(
    State(web): State<Web>,
    visitor: Visitor,
) -> Result<Response, Failure> {
    end_session(&web, &visitor).await?;
    Ok(farewell(&web))
}

/// Ends the session that the browser came with, if it came with one.
async fn end_session(web: &Web, visitor: &Visitor) -> Result<(), Failure> {
    if let Some(caller) = visitor.caller().or(visitor.suspended) {
        match web.pipit.end_session(caller, caller.session_id).await {
            // Ended already, as by a double click.
            Ok(()) | Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Leads to the start, with nothing left in the browser: not even pages to go back to.
pub(crate) fn farewell(web: &Web) -> Response {
    let mut response = links::see_other("/");
    if let Some(cleared) = cookie::clear(web) {
        response.headers_mut().insert(header::SET_COOKIE, cleared);
    }
    response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\""));
    response
}
