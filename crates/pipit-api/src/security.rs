//! What guards an account: its password, its second factor, its e-mail address.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use pipit_core::{EmailChange, Pipit};
use pipit_http::{Bearer, Json, Problem, SentBy};

use crate::wire;

/// What is shown once is kept by nobody in between.
fn once(body: impl serde::Serialize) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Answer(body)).into_response()
}

/// Changes the password; every other session ends. The session must have shown within the last 15
/// minutes whose it is.
#[utoipa::path(
    put, path = "/users/me/password", tag = "security", security(("bearer" = [])),
    request_body = wire::SetPassword,
    responses((status = 204), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn set_password(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Json(body): Json<wire::SetPassword>,
) -> Result<StatusCode, Problem> {
    pipit.change_password(caller, body.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How the caller's second factor stands.
#[utoipa::path(
    get, path = "/users/me/second-factor", tag = "security", security(("bearer" = [])),
    responses(
        (status = 200, body = wire::SecondFactor),
        (status = "default", body = wire::Problem),
    ),
)]
pub(crate) async fn get_second_factor(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
) -> Result<Response, Problem> {
    let state = pipit.second_factor(caller).await?;
    Ok(once(wire::SecondFactor { enabled: state.is_on, recovery_codes: state.recovery_codes }))
}

/// Offers a secret for an authenticator app; it is shown once. Codes are asked for from the moment
/// that `PUT` was sent the first one.
#[utoipa::path(
    post, path = "/users/me/second-factor", tag = "security", security(("bearer" = [])),
    responses(
        (status = 200, body = wire::OfferedFactor),
        (status = "default", body = wire::Problem),
    ),
)]
pub(crate) async fn offer_second_factor(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
) -> Result<Response, Problem> {
    let offered = pipit.offer_second_factor(caller).await?;
    Ok(once(wire::OfferedFactor { secret: offered.secret, otpauth_url: offered.address }))
}

/// Confirms the secret that was offered with a code of the app. Answers the recovery codes, each of
/// which stands in for one code; they are shown once.
#[utoipa::path(
    put, path = "/users/me/second-factor", tag = "security", security(("bearer" = [])),
    request_body = wire::ConfirmFactor,
    responses(
        (status = 200, body = wire::RecoveryCodes),
        (status = "default", body = wire::Problem),
    ),
)]
pub(crate) async fn confirm_second_factor(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Json(body): Json<wire::ConfirmFactor>,
) -> Result<Response, Problem> {
    let recovery_codes = pipit.confirm_second_factor(caller, &body.code).await?;
    Ok(once(wire::RecoveryCodes { recovery_codes }))
}

/// Asks for codes no longer.
#[utoipa::path(
    delete, path = "/users/me/second-factor", tag = "security", security(("bearer" = [])),
    responses((status = 204), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn remove_second_factor(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
) -> Result<StatusCode, Problem> {
    pipit.remove_second_factor(caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes new recovery codes, shown once; the old ones are good no longer.
#[utoipa::path(
    post, path = "/users/me/recovery-codes", tag = "security", security(("bearer" = [])),
    responses(
        (status = 200, body = wire::RecoveryCodes),
        (status = "default", body = wire::Problem),
    ),
)]
pub(crate) async fn renew_recovery_codes(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
) -> Result<Response, Problem> {
    let recovery_codes = pipit.renew_recovery_codes(caller).await?;
    Ok(once(wire::RecoveryCodes { recovery_codes }))
}

/// Sends a link to a new password, if there is such an account; the answer is the same if there is
/// none.
#[utoipa::path(
    post, path = "/password-resets", tag = "security",
    request_body = wire::RequestReset,
    responses((status = 202), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn request_reset(
    State(pipit): State<Pipit>,
    SentBy(client): SentBy,
    Json(body): Json<wire::RequestReset>,
) -> Result<StatusCode, Problem> {
    pipit.request_reset(&body.login, client.network).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Sets a new password by the link that was sent. It works once, within 30 minutes; every session ends.
#[utoipa::path(
    put, path = "/password-resets", tag = "security",
    request_body = wire::ResetPassword,
    responses((status = 204), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn reset_password(
    State(pipit): State<Pipit>,
    Json(body): Json<wire::ResetPassword>,
) -> Result<StatusCode, Problem> {
    pipit.reset_password(&body.token, body.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The caller's e-mail address.
#[utoipa::path(
    get, path = "/users/me/email", tag = "security", security(("bearer" = [])),
    responses(
        (status = 200, body = wire::EmailAddress),
        (status = "default", body = wire::Problem),
    ),
)]
pub(crate) async fn get_email(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
) -> Result<Response, Problem> {
    Ok(once(wire::EmailAddress { email: pipit.own_email(caller).await? }))
}

/// Asks for another e-mail address: 202 if a link was sent to it that confirms it, 204 if it is the
/// caller's at once, since the server sends no mail.
#[utoipa::path(
    put, path = "/users/me/email", tag = "security", security(("bearer" = [])),
    request_body = wire::EmailAddress,
    responses((status = 202), (status = 204), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn change_email(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Json(body): Json<wire::EmailAddress>,
) -> Result<StatusCode, Problem> {
    Ok(match pipit.change_email(caller, &body.email).await? {
        EmailChange::Sent => StatusCode::ACCEPTED,
        EmailChange::Changed => StatusCode::NO_CONTENT,
    })
}

/// Confirms an e-mail address by the link that was sent to it.
#[utoipa::path(
    post, path = "/email-confirmations", tag = "security",
    request_body = wire::ConfirmEmail,
    responses((status = 204), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn confirm_email(
    State(pipit): State<Pipit>,
    Json(body): Json<wire::ConfirmEmail>,
) -> Result<StatusCode, Problem> {
    pipit.confirm_email(&body.token).await?;
    Ok(StatusCode::NO_CONTENT)
}
