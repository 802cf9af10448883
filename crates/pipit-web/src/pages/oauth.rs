//! A person lets an app in, or does not.
//!
//! The page asks; the answer is a form of ours like any other (refused from other sites, never in a
//! frame). All that the app asked for travels in the form and is checked again with the answer.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pipit_core::{Authorization, Consent, NotAuthorized};
use pipit_model::Error;
use pipit_model::app::scheme;
use pipit_model::scope::Scopes;
use serde::Deserialize;

use crate::error::Failure;
use crate::extract::{Form, Query};
use crate::page::{self, Bare, CSP};
use crate::preferences::Preferences;
use crate::visitor::{SignedIn, Viewer, Visitor};
use crate::words::Words;
use crate::{Web, links};

/// What an app asks for, in the address of the page and again in its form.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct AskedFor {
    #[serde(default)]
    pub response_type: String,
    #[serde(default)]
    pub client_id: String,
    #[serde(default)]
    pub redirect_uri: String,
    #[serde(default)]
    pub scope: String,
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub code_challenge: String,
    #[serde(default)]
    pub code_challenge_method: String,
    /// The person is to sign in anew.
    #[serde(default)]
    force_login: String,
}

/// A person's answer.
#[derive(Deserialize)]
pub(crate) struct Answer {
    decision: String,
    #[serde(flatten)]
    asked: AskedFor,
}

impl AskedFor {
    fn for_core(&self) -> Authorization {
        Authorization {
            response_type: self.response_type.clone(),
            client_id: self.client_id.clone(),
            redirect_uri: self.redirect_uri.clone(),
            scope: self.scope.clone(),
            state: self.state.clone(),
            code_challenge: self.code_challenge.clone(),
            code_challenge_method: self.code_challenge_method.clone(),
        }
    }

    /// Names and values of the form's hidden fields.
    pub(crate) fn fields(&self) -> [(&'static str, &str); 7] {
        [
            ("response_type", &self.response_type),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", &self.scope),
            ("state", &self.state),
            ("code_challenge", &self.code_challenge),
            ("code_challenge_method", &self.code_challenge_method),
        ]
    }

    /// The address of this page without the wish for another sign-in, which is then fulfilled.
    fn address(&self) -> String {
        let pairs = self.fields().into_iter().filter(|(_, value)| !value.is_empty());
        let pairs = pairs.map(|(name, value)| format!("{name}={}", links::encode(value)));
        format!("/oauth/authorize?{}", pairs.collect::<Vec<_>>().join("&"))
    }
}

#[derive(Template)]
#[template(path = "pages/authorize.html")]
pub(crate) struct AuthorizePage<'a> {
    pub shell: Bare,
    pub app: &'a str,
    pub website: Option<&'a str>,
    pub handle: &'a str,
    /// What the app may do, in words.
    pub rights: Vec<&'static str>,
    /// Where the person is led; nowhere if the code is shown to them.
    pub destination: Option<String>,
    pub asked: &'a AskedFor,
    pub other_href: String,
}

#[derive(Template)]
#[template(path = "pages/app_code.html")]
pub(crate) struct CodePage<'a> {
    pub shell: Bare,
    pub code: &'a str,
}

#[derive(Template)]
#[template(path = "pages/app_refused.html")]
pub(crate) struct RefusedPage<'a> {
    pub shell: Bare,
    pub detail: &'a str,
}

/// What the scopes are in words, those left out that others contain.
pub(crate) fn rights(scopes: Scopes, w: &Words) -> Vec<&'static str> {
    let is_contained = |scope| scopes.iter().any(|other| other != scope && other.contains(scope));
    let mut rights: Vec<&'static str> =
        scopes.iter().filter(|scope| !is_contained(*scope)).map(w.apps.scope).collect();
    rights.dedup();
    rights
}

pub(crate) async fn get_authorize(
    State(web): State<Web>,
    visitor: Visitor,
    Query(asked): Query<AskedFor>,
) -> Result<Response, Failure> {
    let consent = match web.pipit.check_authorization(asked.for_core()).await {
        Ok(consent) => consent,
        Err(refused) => return not_authorized(refused, visitor.preferences),
    };
    let wants_anew = ["true", "1"].contains(&asked.force_login.as_str());
    let Some(viewer) = visitor.viewer.as_ref().filter(|_| !wants_anew) else {
        return Ok(links::see_other(&other_account(&asked)));
    };
    Ok(consent_page(&consent, &asked, viewer, visitor.preferences))
}

/// Signing in, as anybody, and back to the question.
fn other_account(asked: &AskedFor) -> String {
    format!("{}&again=1", links::login(&asked.address()))
}

fn consent_page(
    consent: &Consent,
    asked: &AskedFor,
    viewer: &Viewer,
    preferences: Preferences,
) -> Response {
    let w = preferences.w;
    let destination = (!consent.is_out_of_band()).then(|| destination(&consent.redirect_uri));
    // Browsers also hold the address that the form's answer leads to against this rule.
    let form_action = destination.as_ref().map_or_else(String::new, |to| format!(" {to}"));
    let mut response = page::html(
        StatusCode::OK,
        &AuthorizePage {
            shell: Bare::new(w.apps.let_in, preferences),
            app: &consent.app.name,
            website: consent.app.website.as_deref(),
            handle: &viewer.card.user().handle,
            rights: rights(consent.scopes, w),
            destination,
            asked,
            other_href: other_account(asked),
        },
    );
    let csp = CSP.replace("form-action 'self'", &format!("form-action 'self'{form_action}"));
    if let Ok(csp) = HeaderValue::from_str(&csp) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, csp);
    }
    response
}

/// Where an address leads, as a person can judge it and a policy names it: its origin, or the scheme
/// of an app.
fn destination(uri: &str) -> String {
    let scheme = scheme(uri).unwrap_or_default();
    let rest = uri.get(scheme.len() + 1..).and_then(|rest| rest.strip_prefix("//"));
    let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let host = rest.map(|rest| rest.split(['/', '?']).next().unwrap_or_default());
    match host {
        // Policies know no addresses in brackets.
        Some(host) if is_web && !host.contains('[') => format!("{scheme}://{host}"),
        _ => format!("{scheme}:"),
    }
}

fn not_authorized(refused: NotAuthorized, preferences: Preferences) -> Result<Response, Failure> {
    let detail = match refused {
        NotAuthorized::There(address) => return Ok(lead_back(&address)),
        NotAuthorized::Here(Error::InvalidField { field, message }) => {
            preferences.w.complaint(field, &message)
        }
        NotAuthorized::Here(Error::Forbidden(why)) => format!("{why}."),
        NotAuthorized::Here(error) => return Err(error.into()),
    };
    let shell = Bare::new(preferences.w.apps.refused, preferences);
    Ok(page::html(StatusCode::BAD_REQUEST, &RefusedPage { shell, detail: &detail }))
}

/// To the app. The address is one that it registered, all of it visible ASCII.
fn lead_back(address: &str) -> Response {
    let mut response = links::see_other(address);
    *response.status_mut() = StatusCode::FOUND;
    response
}

pub(crate) async fn post_authorize(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Form(Answer { decision, asked }): Form<Answer>,
) -> Result<Response, Failure> {
    let consent = match web.pipit.check_authorization(asked.for_core()).await {
        Ok(consent) => consent,
        Err(refused) => return not_authorized(refused, visitor.preferences),
    };
    let is_out_of_band = consent.is_out_of_band();
    if decision != "allow" {
        if !is_out_of_band {
            return Ok(lead_back(&consent.denied()));
        }
        let w = visitor.preferences.w;
        let shell = Bare::new(w.apps.let_in, visitor.preferences);
        return Ok(page::html(StatusCode::OK, &RefusedPage { shell, detail: w.apps.denied }));
    }
    let code = web.pipit.authorize_app(viewer.caller, &consent).await?;
    if is_out_of_band {
        return Ok(lead_back(&format!("/oauth/authorize/native?code={code}")));
    }
    Ok(lead_back(&consent.granted(&code)))
}

/// A code in an address.
#[derive(Deserialize)]
pub(crate) struct Native {
    #[serde(default)]
    code: String,
}

/// Shows a code, to be copied; nothing else that somebody put into the address.
pub(crate) async fn get_native(
    visitor: Visitor,
    Query(Native { code }): Query<Native>,
) -> Result<Response, Failure> {
    let is_code =
        code.len() == 43 && code.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if !is_code {
        return Err(Error::NotFound("code").into());
    }
    let shell = Bare::new(visitor.preferences.w.apps.code_title, visitor.preferences);
    let page = page::html(StatusCode::OK, &CodePage { shell, code: &code });
    Ok(([(header::CACHE_CONTROL, "no-store")], page).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::ALL;

    #[test]
    fn destinations_are_told_by_origin_or_scheme() {
        for (uri, expected) in [
            ("https://a.example/cb?x=1", "https://a.example"),
            ("http://127.0.0.1:8000?x", "http://127.0.0.1:8000"),
            ("http://[::1]:80/", "http:"),
            ("icecubesapp://", "icecubesapp:"),
            ("com.example.app:/oauth", "com.example.app:"),
        ] {
            assert_eq!(destination(uri), expected);
        }
    }

    #[test]
    fn what_is_contained_is_not_said_twice() {
        let scopes = Scopes::parse("read read:lists write:media write:media follow").expect("good");
        assert_eq!(rights(scopes, ALL[0]).len(), 3);
        for w in ALL {
            for scope in pipit_model::scope::ALL {
                assert!(!(w.apps.scope)(*scope).is_empty());
            }
        }
    }
}
