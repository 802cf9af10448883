//! Sessions.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use pipit_core::{Pipit, Proof, SessionView, SignIn};
use pipit_http::{Bearer, IdempotencyKey, Json, Path, Problem, SentBy};
use pipit_model::{Error, SessionId};

use crate::wire;

/// Signs in.
#[utoipa::path(
    post, path = "/sessions", tag = "sessions",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request \
        answer with the session that the first one began.")),
    request_body = wire::CreateSession,
    responses((status = 201, body = wire::Session), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn create_session(
    State(pipit): State<Pipit>,
    SentBy(client): SentBy,
    key: IdempotencyKey,
    Json(body): Json<wire::CreateSession>,
) -> Result<Response, Problem> {
    let wire::CreateSession { login, password, otp } = body;
    let form = SignIn { login, password, otp, client };
    let signed_in = pipit.sign_in(form, key.as_deref()).await?;
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::CREATED, no_store, Answer(wire::Session::from(signed_in))).into_response())
}

/// The caller's sessions, newest first.
#[utoipa::path(
    get, path = "/sessions", tag = "sessions", security(("bearer" = [])),
    responses((status = 200, body = wire::SessionList), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn list_sessions(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
) -> Result<Answer<wire::SessionList>, Problem> {
    let row = |SessionView { session, user_agent }: SessionView| wire::SessionRow {
        id: session.id.0,
        id_str: session.id.to_string(),
        created_at: session.created_at.to_string(),
        expires_at: session.expires_at.to_string(),
        user_agent,
        current: session.id == caller.session_id,
    };
    let sessions = pipit.sessions(caller).await?.into_iter().map(row).collect();
    Ok(Answer(wire::SessionList { sessions }))
}

/// Ends one of the caller's sessions; its token is refused from now on.
#[utoipa::path(
    delete, path = "/sessions/{id}", tag = "sessions", security(("bearer" = [])),
    params(("id" = i64, Path)),
    responses((status = 204), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn delete_session(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Path(id): Path<i64>,
) -> Result<StatusCode, Problem> {
    pipit.end_session(caller, SessionId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs out: ends the session that asks.
#[utoipa::path(
    delete, path = "/sessions/current", tag = "sessions", security(("bearer" = [])),
    responses((status = 204), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn delete_current_session(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
) -> Result<StatusCode, Problem> {
    pipit.end_session(caller, caller.session_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows again that it is the caller: with their password, or a code of their second factor. For 15
/// minutes this session may then change what guards the account.
#[utoipa::path(
    post, path = "/sessions/current/proof", tag = "sessions", security(("bearer" = [])),
    request_body = wire::CreateProof,
    responses((status = 204), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn prove_current_session(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Json(body): Json<wire::CreateProof>,
) -> Result<StatusCode, Problem> {
    let proof = match (body.password, body.otp) {
        (Some(password), _) => Proof::Password(password),
        (None, Some(code)) => Proof::Code(code),
        (None, None) => return Err(Error::invalid("password", "or otp is needed").into()),
    };
    pipit.prove(caller, proof).await?;
    Ok(StatusCode::NO_CONTENT)
}
