//! What guards an account.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What shows who somebody is: one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateProof {
    /// The caller's password.
    pub password: Option<String>,
    /// A code of their second factor.
    pub otp: Option<String>,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPassword {
    /// 8 characters to 256 bytes, any characters; not one of those that are guessed first.
    #[schema(example = "correct horse battery", min_length = 8)]
    pub password: String,
}

/// The first code of an app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmFactor {
    /// What the app shows now.
    #[schema(example = "123456", max_length = 64)]
    pub code: String,
}

/// How a second factor stands.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactor {
    /// Whether codes are asked for.
    pub enabled: bool,
    /// Recovery codes that are left.
    #[schema(minimum = 0)]
    pub recovery_codes: u64,
}

/// A secret for an authenticator app.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferedFactor {
    /// As it is typed into an app: Base32.
    pub secret: String,
    /// As an app reads it from a QR code.
    pub otpauth_url: String,
}

/// Codes that each stand in for one code of the app.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryCodes {
    /// However they are typed: case, spaces and hyphens do not matter.
    pub recovery_codes: Vec<String>,
}

/// Who asks for a new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestReset {
    /// Handle or e-mail address.
    #[schema(example = "ada")]
    pub login: String,
}

/// A new password by a link that was sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// What stands in the link behind `token=`.
    pub token: String,
    /// 8 characters to 256 bytes, any characters; not one of those that are guessed first.
    #[schema(example = "correct horse battery", min_length = 8)]
    pub password: String,
}

/// An e-mail address.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailAddress {
    /// Shown to nobody else.
    #[schema(example = "ada@example.org", max_length = 254)]
    pub email: String,
}

/// An address to be confirmed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmEmail {
    /// What stands in the link behind `token=`.
    pub token: String,
}
