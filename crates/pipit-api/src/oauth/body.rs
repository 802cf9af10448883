//! What apps send, as JSON or as a form, and how they say which app they are.

use axum::body::Bytes;
use axum::extract::{Form, FromRequest, Request};
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use pipit_core::OAuthError;
use serde::de::DeserializeOwned;

use super::Refusal;

/// A body of JSON or of a form. What is there twice is refused: which one is meant is anybody's
/// guess.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let unreadable = || OAuthError::InvalidRequest("the body is no JSON and no form of ours");
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        if kind.eq_ignore_ascii_case("application/json") {
            let bytes = Bytes::from_request(request, state).await.map_err(|_| unreadable())?;
            return Ok(Self(serde_json::from_slice(&bytes).map_err(|_| unreadable())?));
        }
        let Form(form) = Form::from_request(request, state).await.map_err(|_| unreadable())?;
        Ok(Self(form))
    }
}

/// Which app somebody says to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Client {
    pub(super) id: String,
    pub(super) secret: Option<String>,
}

/// By HTTP Basic or in the body; by both only if they say the same.
pub(super) fn client(
    headers: &HeaderMap,
    id: Option<String>,
    secret: Option<String>,
) -> Result<Client, OAuthError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        let missing = OAuthError::InvalidRequest("client_id is missing");
        return id.filter(|id| !id.is_empty()).map(|id| Client { id, secret }).ok_or(missing);
    };
    let (by_header, password) = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, encoded)| BASE64.decode(encoded.trim()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.split_once(':').map(|(id, pw)| (id.to_owned(), pw.to_owned())))
        .ok_or(OAuthError::InvalidClient)?;
    if id.is_some_and(|id| id != by_header) || secret.is_some_and(|secret| secret != password) {
        return Err(OAuthError::InvalidRequest("the header and the body name different apps"));
    }
    Ok(Client { id: by_header, secret: Some(password) })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn an_app_says_who_it_is_in_one_way() {
        let said = |basic: Option<&str>, id: Option<&str>, secret: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(basic) = basic {
                let value = HeaderValue::from_str(basic).expect("a header");
                headers.insert(header::AUTHORIZATION, value);
            }
            let client = client(&headers, id.map(str::to_owned), secret.map(str::to_owned));
            client.map(|client| (client.id, client.secret)).map_err(|error| error.code())
        };
        let app = |secret: &str| Ok(("7".to_owned(), Some(secret.to_owned())));
        // `7:s`
        assert_eq!(said(Some("Basic Nzpz"), None, None), app("s"));
        assert_eq!(said(Some("basic Nzpz"), Some("7"), Some("s")), app("s"));
        assert_eq!(said(Some("Basic Nzpz"), Some("8"), None), Err("invalid_request"));
        assert_eq!(said(Some("Basic Nzpz"), None, Some("t")), Err("invalid_request"));
        assert_eq!(said(Some("Bearer x"), Some("7"), None), Err("invalid_client"));
        assert_eq!(said(Some("Basic ?"), None, None), Err("invalid_client"));
        assert_eq!(said(None, Some("7"), None), Ok(("7".to_owned(), None)));
        assert_eq!(said(None, Some(""), Some("s")), Err("invalid_request"));
    }
}
