//! An error, as [`pipit_http::Problem`] writes it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// RFC 9457 problem details. The table of types is in `docs/errors-and-status.md`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Stable: `urn:pipit:problem:` and a word.
    #[schema(example = "urn:pipit:problem:invalid-field")]
    pub r#type: String,
    /// The same for every problem of this type.
    #[schema(example = "Invalid field")]
    pub title: String,
    /// The status of the answer.
    #[schema(example = 422)]
    pub status: u16,
    /// What is wrong this time, and what would be right.
    pub detail: String,
    /// The field that is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "content")]
    pub field: Option<String>,
    /// What to tell the operator.
    pub request_id: String,
}
