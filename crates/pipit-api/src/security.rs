//! What guards an account: its password and its second factor.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use pipit_core::Pipit;
use pipit_http::{Bearer, Json, Problem};

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
