//! The description of this door, and a page to read it.

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::IntoResponse;
use axum::routing::get;
use pipit_http::{Need, Problem, Route};
use pipit_model::scope;
use utoipa::openapi::path::PathItem;
use utoipa::openapi::security::{
    AuthorizationCode, ClientCredentials, Flow, HttpAuthScheme, HttpBuilder, OAuth2, Scopes,
    SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{OpenApi as Document, RefOr, Response};
use utoipa::{Modify, OpenApi};

use crate::needs::NEEDS;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// The page loads its own files only. Swagger's widgets set styles on elements and draw their icons
/// from `data:` addresses; scripts are files.
const PAGE_CSP: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'",
);

/// The same for everybody, until there is a new version.
const HOURLY: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// What is said of the whole.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Pipit",
        description = "A feed of short tweets: post, follow, like, retweet, reply, read.\n\n\
            JSON in and out. Sign in with `POST /sessions` and send the token as \
            `Authorization: Bearer TOKEN`. Lists are newest first; `limit` is 1 to 100 (20 if left \
            out), `cursor` is what the page before answered as `next_cursor` (null at the end). \
            The id of a user in a path is a number or a handle. Ids are 63-bit numbers, with a \
            twin `…_str` for languages that lose such integers. Errors are RFC 9457 \
            `application/problem+json`. `Idempotency-Key` on a POST makes a repeated request \
            answer with what the first one made, for 24 hours. Apps get their tokens by OAuth 2.1; \
            each operation names the scopes that it needs.",
        license(name = "MIT OR Apache-2.0")
    ),
    components(schemas(crate::wire::Problem, crate::tweets::Only)),
    modifiers(&BearerToken),
)]
pub(crate) struct Description;

struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, openapi: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("The token that POST /sessions answered."))
            .build();
        if let Some(components) = openapi.components.as_mut() {
            components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
            let names = scope::ALL.iter().map(|scope| (scope.name(), scope.name()));
            let scopes: Scopes = names.collect();
            let flows = [
                Flow::AuthorizationCode(AuthorizationCode::new(
                    "/oauth/authorize",
                    "/oauth/token",
                    scopes.clone(),
                )),
                Flow::ClientCredentials(ClientCredentials::new("/oauth/token", scopes)),
            ];
            components.add_security_scheme("oauth", SecurityScheme::OAuth2(OAuth2::new(flows)));
        }
    }
}

/// Says what the handlers' own descriptions leave out.
pub(crate) fn complete(openapi: &mut Document) {
    name_scopes(openapi);
    for item in openapi.paths.paths.values_mut() {
        let all = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in all.into_iter().flatten() {
            for (status, answer) in &mut operation.responses.responses {
                if let RefOr::T(answer) = answer {
                    describe(status, answer);
                }
            }
        }
    }
}

/// A word for each answer; and what goes wrong is told as a problem.
fn describe(status: &str, answer: &mut Response) {
    let is_problem = status == "default";
    let word = if is_problem { "What is wrong, and what would be right." } else { "Done." };
    if answer.description.is_empty() {
        word.clone_into(&mut answer.description);
    }
    if is_problem {
        let content = std::mem::take(&mut answer.content).into_values();
        answer.content =
            content.map(|content| ("application/problem+json".to_owned(), content)).collect();
    }
}

/// Writes beside each operation that takes a token which scopes an app's must have.
fn name_scopes(openapi: &mut Document) {
    for (method, path, need) in NEEDS {
        let (Need::Scopes(scopes), Some(item)) = (need, openapi.paths.paths.get_mut(*path)) else {
            continue;
        };
        let operation = match *method {
            "GET" => &mut item.get,
            "POST" => &mut item.post,
            "PUT" => &mut item.put,
            "PATCH" => &mut item.patch,
            _ => &mut item.delete,
        };
        if let Some(security) = operation.as_mut().and_then(|found| found.security.as_mut()) {
            let names = scopes.iter().map(|scope| scope.name());
            security.push(SecurityRequirement::new("oauth", names));
        }
    }
}

/// The operations of a path.
pub(crate) fn methods(path: &str, item: &PathItem) -> Vec<Route> {
    let all = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    let described = all.into_iter().filter(|(_, operation)| operation.is_some());
    described.map(|(method, _)| Route::new(method, path)).collect()
}

/// What [`routes`] adds. Swagger's page is a router of its own.
pub(crate) fn list() -> [Route; 2] {
    ["/openapi.json", "/docs/"].map(|path| Route::new("GET", path))
}

pub(crate) fn routes(openapi: &Document) -> Router {
    let json = openapi.to_json().expect("a description of text and numbers");
    let config = Config::new(["/openapi.json"]).try_it_out_enabled(true).filter(true);
    // By default it shows the page's address to somebody else.
    let config = config.validator_url("none");
    let page: Router = SwaggerUi::new("/docs").config(config).into();
    let page = page.layer(middleware::from_fn(async |request, next: Next| {
        let mut response = next.run(request).await;
        if response.status() == StatusCode::NOT_FOUND {
            return Problem::no_such_path().into_response();
        }
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, PAGE_CSP);
        headers.insert(header::CACHE_CONTROL, HOURLY);
        response
    }));
    let document = move || {
        let json = json.clone();
        let kind = HeaderValue::from_static("application/json");
        async move { ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, HOURLY)], json) }
    };
    Router::new().route("/openapi.json", get(document)).merge(page)
}
