//! OAuth 2.1 as apps speak it (RFC 6749, 7009, 7636, 8414): tokens, and where everything is. What a
//! person sees of it is a page of the web.
//!
//! These addresses and shapes are the standard's and the Mastodon API's, not those of our contract:
//! errors are `{error, error_description}`.

mod body;

use axum::Json as Answer;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pipit_core::{IssuedToken, OAuthError, PasswordGrant, Pipit, TokenRequest};
use pipit_http::routes::{Routes, get, post};
use pipit_http::{Problem, SentBy, bearer_access};
use pipit_model::Error;
use pipit_model::scope::{self, Scope};
use pipit_model::user::UserRef;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Api, apps};
pub(crate) use body::Body;
use body::{Client, client};

pub(crate) fn routes() -> Routes<Api> {
    Routes::new()
        .route("/api/v1/apps", post(apps::create_app))
        .route("/api/v1/apps/verify_credentials", get(apps::verify_credentials))
        .route("/oauth/token", post(create_token))
        .route("/oauth/revoke", post(revoke_token))
        .route("/oauth/userinfo", get(get_userinfo).post(get_userinfo))
        .route("/.well-known/oauth-authorization-server", get(get_metadata))
}

/// A failure in the words of the standard.
pub(crate) struct Refusal(OAuthError);

impl From<OAuthError> for Refusal {
    fn from(error: OAuthError) -> Self {
        Self(error)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self(OAuthError::Other(error))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, why) = match self.0 {
            OAuthError::Other(error) => {
                let problem = Problem::from(error);
                let code = match problem.status {
                    StatusCode::UNPROCESSABLE_ENTITY => "validation_failed",
                    StatusCode::UNAUTHORIZED => "invalid_token",
                    StatusCode::FORBIDDEN => "insufficient_scope",
                    StatusCode::NOT_FOUND => "not_found",
                    StatusCode::TOO_MANY_REQUESTS => "slow_down",
                    StatusCode::SERVICE_UNAVAILABLE => "temporarily_unavailable",
                    _ => "server_error",
                };
                (problem.status, code, problem.detail.into_owned())
            }
            error => {
                let status = match error {
                    OAuthError::InvalidClient => StatusCode::UNAUTHORIZED,
                    OAuthError::UnauthorizedClient(_) => StatusCode::FORBIDDEN,
                    _ => StatusCode::BAD_REQUEST,
                };
                (status, error.code(), error.to_string())
            }
        };
        let body = Answer(json!({ "error": code, "error_description": why }));
        let mut response = (status, NO_STORE, body).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let how = if code == "invalid_client" { "Basic realm=\"Pipit\"" } else { "Bearer" };
            let how = HeaderValue::from_static(how);
            response.headers_mut().insert(header::WWW_AUTHENTICATE, how);
        }
        response
    }
}

const NO_STORE: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// What `POST /oauth/token` takes; what else an app sends is not looked at.
#[derive(Deserialize)]
pub(crate) struct CreateToken {
    #[serde(default)]
    grant_type: String,
    client_id: Option<String>,
    client_secret: Option<String>,
    #[serde(default)]
    code: String,
    #[serde(default)]
    redirect_uri: String,
    code_verifier: Option<String>,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
}

async fn create_token(
    State(api): State<Api>,
    headers: HeaderMap,
    SentBy(sent_by): SentBy,
    Body(form): Body<CreateToken>,
) -> Result<Response, Refusal> {
    let Client { id, secret } = client(&headers, form.client_id, form.client_secret)?;
    if form.grant_type.is_empty() {
        return Err(OAuthError::InvalidRequest("grant_type is missing").into());
    }
    if form.grant_type == "authorization_code" && form.code.is_empty() {
        return Err(OAuthError::InvalidRequest("code is missing").into());
    }
    let form = TokenRequest {
        grant_type: form.grant_type,
        client_id: id,
        client_secret: secret,
        code: form.code,
        redirect_uri: form.redirect_uri,
        code_verifier: form.code_verifier,
        scope: form.scope,
        username: form.username,
        password: form.password,
        network: sent_by.network,
    };
    let IssuedToken { token, scopes, created_at } =
        api.pipit.issue_token(form, api.password_grant).await?;
    let token = json!({
        "access_token": token,
        "token_type": "Bearer",
        "scope": scopes.to_string(),
        "created_at": created_at.secs(),
    });
    Ok((NO_STORE, Answer(token)).into_response())
}

/// What `POST /oauth/revoke` takes.
#[derive(Deserialize)]
pub(crate) struct RevokeToken {
    client_id: Option<String>,
    client_secret: Option<String>,
    #[serde(default)]
    token: String,
}

async fn revoke_token(
    State(pipit): State<Pipit>,
    headers: HeaderMap,
    Body(form): Body<RevokeToken>,
) -> Result<Answer<Value>, Refusal> {
    let Client { id, secret } = client(&headers, form.client_id, form.client_secret)?;
    pipit.revoke_token(&id, secret.as_deref(), &form.token).await?;
    Ok(Answer(json!({})))
}

/// Who a token acts for, to apps that only want to know that.
async fn get_userinfo(
    State(api): State<Api>,
    headers: HeaderMap,
) -> Result<Answer<Value>, Refusal> {
    let access = bearer_access(&headers, &api.pipit).await?;
    let missing = || Error::Unauthenticated("send a token: Authorization: Bearer TOKEN");
    let caller = access.ok_or_else(missing)?.with_one_of(&[Scope::Profile, Scope::ReadAccounts])?;
    let nobody = || Error::Forbidden("this token belongs to an app alone, and to no person");
    let caller = caller.ok_or_else(nobody)?;
    let view = api.pipit.user(Some(caller), &UserRef::Id(caller.user_id)).await?;
    let user = view.card.user();
    let url = &api.public_url;
    // A picture of ours is an address without a host.
    let picture = user.profile_picture.as_ref().map(|picture| match picture.strip_prefix('/') {
        Some(path) => format!("{url}/{path}"),
        None => picture.clone(),
    });
    Ok(Answer(json!({
        "iss": url,
        "sub": user.id.to_string(),
        "name": user.name,
        "preferred_username": user.handle,
        "profile": format!("{url}/@{}", user.handle),
        "picture": picture,
    })))
}

/// Where everything is (RFC 8414).
async fn get_metadata(State(api): State<Api>) -> Answer<Value> {
    let at = |path: &str| format!("{}{path}", api.public_url);
    let mut grant_types = vec!["authorization_code", "client_credentials"];
    if api.password_grant == PasswordGrant::On {
        grant_types.push("password");
    }
    let scopes: Vec<&str> = scope::ALL.iter().map(|scope| scope.name()).collect();
    Answer(json!({
        "issuer": at(""),
        "authorization_endpoint": at("/oauth/authorize"),
        "token_endpoint": at("/oauth/token"),
        "revocation_endpoint": at("/oauth/revoke"),
        "userinfo_endpoint": at("/oauth/userinfo"),
        "app_registration_endpoint": at("/api/v1/apps"),
        "service_documentation": at("/docs"),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "code_challenge_methods_supported": ["S256"],
        "grant_types_supported": grant_types,
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }))
}
