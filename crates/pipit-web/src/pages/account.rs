//! Signing up, in and out.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use pipit_core::{SignIn, SignUp};
use pipit_model::Error;
use serde::Deserialize;

use crate::error::Failure;
use crate::extract::{Form, Query};
use crate::forms::{self, Complaint, FormView, LoginForm, SignUpForm};
use crate::page::{self, Bare};
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
}

/// Where to go once signed in.
#[derive(Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    next: String,
    /// Whether somebody who is signed in wants to be somebody else.
    #[serde(default)]
    again: String,
}

fn local_or_home(next: &str) -> &str {
    links::local_path(next).unwrap_or("/home")
}

/// `next` as it is handed on, without one that would lead elsewhere.
fn handed_on(next: &str) -> String {
    links::local_path(next).unwrap_or_default().to_owned()
}

fn signup_page(
    status: StatusCode,
    preferences: Preferences,
    form: &SignUpForm,
    complaint: Option<Complaint>,
) -> Response {
    let w = preferences.w;
    let next = handed_on(&form.next);
    page::html(
        status,
        &SignUpPage {
            shell: Bare::new(w.create_your_account, preferences),
            form: FormView::new(form.fields(w), complaint),
            key: form.key.clone(),
            login_href: links::login(&next),
            next,
        },
    )
}

pub(crate) async fn get_signup(
    State(web): State<Web>,
    visitor: Visitor,
    Query(Next { next, .. }): Query<Next>,
) -> Response {
    if visitor.viewer.is_some() {
        return links::see_other(local_or_home(&next));
    }
    let key = forms::new_key(web.pipit.clock().now());
    let form = SignUpForm { key, next, ..SignUpForm::default() };
    signup_page(StatusCode::OK, visitor.preferences, &form, None)
}

pub(crate) async fn post_signup(
    State(web): State<Web>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(form): Form<SignUpForm>,
) -> Result<Response, Failure> {
    let new = SignUp {
        handle: form.handle.clone(),
        name: Some(form.name.clone()),
        email: form.email.clone(),
        password: form.password.clone(),
    };
    if let Err(error) = web.pipit.sign_up(new, form.request_key()).await {
        let complaint = Complaint::from_error(error, visitor.preferences.w)?;
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(signup_page(status, visitor.preferences, &form, Some(complaint)));
    }
    match begin_session(&web, &headers, &form.handle, &form.password, &form.next).await {
        // Only if the key belonged to an account opened with another password.
        Err(Error::Unauthenticated(_)) => Ok(links::see_other("/login")),
        other => Ok(other?),
    }
}

fn login_page(
    status: StatusCode,
    preferences: Preferences,
    form: &LoginForm,
    complaint: Option<Complaint>,
) -> Response {
    let w = preferences.w;
    let next = handed_on(&form.next);
    let signup_href = match next.as_str() {
        "" => "/signup".to_owned(),
        next => format!("/signup?next={}", links::encode(next)),
    };
    page::html(
        status,
        &LoginPage {
            shell: Bare::new(w.welcome_back, preferences),
            form: FormView::new(form.fields(w), complaint),
            next,
            signup_href,
        },
    )
}

pub(crate) async fn get_login(
    visitor: Visitor,
    Query(Next { next, again }): Query<Next>,
) -> Response {
    if visitor.viewer.is_some() && again.is_empty() {
        return links::see_other(local_or_home(&next));
    }
    let form = LoginForm { next, ..LoginForm::default() };
    login_page(StatusCode::OK, visitor.preferences, &form, None)
}

pub(crate) async fn post_login(
    State(web): State<Web>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(form): Form<LoginForm>,
) -> Result<Response, Failure> {
    let complaint = match begin_session(&web, &headers, &form.login, &form.password, &form.next)
        .await
    {
        Ok(response) => {
            // The browser forgets the session it had: nobody else shall use it.
            end_session(&web, &visitor).await?;
            return Ok(response);
        }
        Err(Error::Unauthenticated(_)) => Complaint::general(visitor.preferences.w.wrong_password),
        Err(error) => Complaint::from_error(error, visitor.preferences.w)?,
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(login_page(status, visitor.preferences, &form, Some(complaint)))
}

async fn begin_session(
    web: &Web,
    headers: &HeaderMap,
    login: &str,
    password: &str,
    next: &str,
) -> pipit_model::Result<Response> {
    let user_agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let form = SignIn {
        login: login.to_owned(),
        password: password.to_owned(),
        user_agent: user_agent.unwrap_or_default().to_owned(),
    };
    let session = web.pipit.sign_in(form, None).await?;
    let mut response = links::see_other(local_or_home(next));
    let cookie = cookie::set(web, &session, web.pipit.clock().now())
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
    if let Some(viewer) = &visitor.viewer {
        match web.pipit.end_session(viewer.caller, viewer.caller.session_id).await {
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
