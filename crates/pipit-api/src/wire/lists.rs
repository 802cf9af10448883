//! Pages and other answers that hold several things. Those of tweets are written by hand from
//! rendered tweets ([`crate::paging`]); the types here say what they look like.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Tweet, User};

/// A page of tweets, newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TweetPage {
    /// The tweets.
    pub tweets: Vec<Tweet>,
    /// Where the next page starts; null at the end.
    pub next_cursor: Option<String>,
}

/// A page of people, newest relation first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserPage {
    /// The people.
    pub users: Vec<User>,
    /// Where the next page starts; null at the end.
    pub next_cursor: Option<String>,
}

/// A tweet with what stands above and below it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Thread {
    /// What it answers, first of the conversation first; empty on later pages.
    pub ancestors: Vec<Tweet>,
    /// The tweet.
    pub tweet: Tweet,
    /// Direct and indirect answers, oldest first.
    pub descendants: Vec<Tweet>,
    /// Where the next page of answers starts; null at the end.
    pub next_cursor: Option<String>,
}

/// A hashtag.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hashtag {
    /// Its id.
    pub id: i64,
    /// The same as text.
    pub id_str: String,
    /// As it is compared: folded, without the sigil.
    #[schema(example = "ai")]
    pub name: String,
    /// Tweets and replies with it.
    pub tweet_count: i64,
    /// How often it was used in the last 24 hours, at most 10,000 uses of all hashtags being
    /// looked at; only in the list of trends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recent_count: Option<u64>,
}

impl From<&pipit_core::Hashtag> for Hashtag {
    fn from(hashtag: &pipit_core::Hashtag) -> Self {
        Self {
            id: hashtag.id.0,
            id_str: hashtag.id.to_string(),
            name: hashtag.name.clone(),
            tweet_count: hashtag.tweet_count,
            recent_count: None,
        }
    }
}

/// Hashtags, most used first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HashtagPage {
    /// The hashtags.
    pub hashtags: Vec<Hashtag>,
}

/// One of the caller's sessions.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionRow {
    /// Its id.
    pub id: i64,
    /// The same as text.
    pub id_str: String,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC.
    pub expires_at: String,
    /// What the browser or app called itself.
    pub user_agent: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// The caller's sessions, newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionList {
    /// The sessions.
    pub sessions: Vec<SessionRow>,
}
