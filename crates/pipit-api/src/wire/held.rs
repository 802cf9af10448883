//! Tweets that wait for review.

use pipit_model::automod;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A tweet that waits for review: only its author sees it, at `/settings/standing`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeldTweet {
    /// Its id while it waits; a tweet that it becomes has another.
    pub held_id: i64,
    /// The same as text.
    pub held_id_str: String,
    /// What it says.
    pub content: String,
    /// When it was handed in.
    #[schema(example = "2026-11-24T17:43:00.123Z")]
    pub timestamp: String,
    /// `waiting`, or `rejected` where the same request is repeated later.
    #[schema(example = "waiting")]
    pub state: String,
}

impl From<&automod::HeldTweet> for HeldTweet {
    fn from(held: &automod::HeldTweet) -> Self {
        Self {
            held_id: held.id.0,
            held_id_str: held.id.to_string(),
            content: held.content.clone(),
            timestamp: held.id.timestamp().to_string(),
            state: if held.state.is_open() { "waiting" } else { "rejected" }.to_owned(),
        }
    }
}
