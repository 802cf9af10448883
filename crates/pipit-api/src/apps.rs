//! Apps: registered by anybody, and told what they are.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::HeaderMap;
use pipit_core::{Pipit, RegisteredApp};
use pipit_http::bearer_access;
use pipit_model::Error;
use pipit_model::app::{App, AppForm};
use pipit_model::scope::Scope;
use serde::{Deserialize, Serialize};

use crate::oauth::{Body, Refusal};

/// What an app registers with.
#[derive(Deserialize)]
pub(crate) struct CreateApp {
    #[serde(default)]
    client_name: String,
    redirect_uris: Option<Addresses>,
    #[serde(default)]
    scopes: String,
    #[serde(default)]
    website: Option<String>,
}

/// In JSON a list, in a form lines.
#[derive(Deserialize)]
#[serde(untagged)]
enum Addresses {
    Lines(String),
    List(Vec<String>),
}

/// An app as everybody may see it.
#[derive(Serialize)]
pub(crate) struct Application {
    id: String,
    name: String,
    website: Option<String>,
    scopes: Vec<&'static str>,
    redirect_uris: Vec<String>,
    /// The same, as older apps read it.
    redirect_uri: String,
    /// The same: never null.
    vapid_key: &'static str,
}

/// An app as it is told itself, once.
#[derive(Serialize)]
pub(crate) struct CredentialApplication {
    #[serde(flatten)]
    app: Application,
    client_id: String,
    client_secret: String,
    /// It does not expire.
    client_secret_expires_at: u8,
}

impl From<App> for Application {
    fn from(app: App) -> Self {
        Self {
            id: app.id.to_string(),
            name: app.name,
            website: app.website,
            scopes: app.scopes.iter().map(Scope::name).collect(),
            redirect_uri: app.redirect_uris.join("\n"),
            redirect_uris: app.redirect_uris,
            vapid_key: "",
        }
    }
}

/// `POST /api/v1/apps`
pub(crate) async fn create_app(
    State(pipit): State<Pipit>,
    Body(form): Body<CreateApp>,
) -> Result<Answer<CredentialApplication>, Refusal> {
    let redirect_uris = match form.redirect_uris {
        Some(Addresses::List(list)) => list,
        Some(Addresses::Lines(lines)) => lines.split_whitespace().map(str::to_owned).collect(),
        None => Vec::new(),
    };
    let form = AppForm {
        name: form.client_name,
        redirect_uris,
        scopes: form.scopes,
        website: form.website.unwrap_or_default(),
    };
    let RegisteredApp { app, secret } = pipit.register_app(form).await?;
    Ok(Answer(CredentialApplication {
        client_id: app.id.to_string(),
        client_secret: secret,
        client_secret_expires_at: 0,
        app: app.into(),
    }))
}

/// `GET /api/v1/apps/verify_credentials`: which app the token belongs to, whatever it may do.
pub(crate) async fn verify_credentials(
    State(pipit): State<Pipit>,
    headers: HeaderMap,
) -> Result<Answer<Application>, Refusal> {
    let access = bearer_access(&headers, &pipit).await?;
    let grant = access.and_then(pipit_core::Access::grant);
    let no_app = || Error::Unauthenticated("send the token of an app");
    let app = pipit.app(grant.ok_or_else(no_app)?.app_id).await?;
    Ok(Answer(app.into()))
}
