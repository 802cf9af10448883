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
    /// Whether the caller follows it; only for one hashtag asked for by a signed-in caller, and in
    /// the list of those followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub following: Option<bool>,
}

impl From<&pipit_core::Hashtag> for Hashtag {
    fn from(hashtag: &pipit_core::Hashtag) -> Self {
        Self {
            id: hashtag.id.0,
            id_str: hashtag.id.to_string(),
            name: hashtag.name.clone(),
            tweet_count: hashtag.tweet_count,
            following: None,
        }
    }
}

impl From<&pipit_core::HashtagView> for Hashtag {
    fn from(view: &pipit_core::HashtagView) -> Self {
        Self { following: view.following, ..Self::from(&view.hashtag) }
    }
}

/// A hashtag that more people use than usually do.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Trend {
    /// Its id.
    pub id: i64,
    /// The same as text.
    pub id_str: String,
    /// As it is compared: folded, without the sigil.
    #[schema(example = "ai")]
    pub name: String,
    /// Tweets and replies with it, at any time.
    pub tweet_count: i64,
    /// Tweets and replies with it in the last 24 hours.
    pub uses: u64,
    /// People who wrote them. Both are estimates where more was posted than memory holds.
    pub accounts: u64,
    /// Uses hour by hour, 24 numbers, the last hour last.
    pub history: Vec<u64>,
}

impl From<&pipit_core::Trend> for Trend {
    fn from(trend: &pipit_core::Trend) -> Self {
        Self {
            id: trend.hashtag.id.0,
            id_str: trend.hashtag.id.to_string(),
            name: trend.hashtag.name.clone(),
            tweet_count: trend.hashtag.tweet_count,
            uses: trend.uses,
            accounts: trend.accounts,
            history: trend.history.to_vec(),
        }
    }
}

/// Hashtags that trend, best first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrendPage {
    /// The hashtags.
    pub hashtags: Vec<Trend>,
}

/// A list of chosen people.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// Its id.
    pub id: i64,
    /// The same as text.
    pub id_str: String,
    /// What its owner calls it.
    #[schema(example = "Birds")]
    pub name: String,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// People on it.
    pub member_count: i64,
}

impl From<&pipit_model::list::List> for List {
    fn from(list: &pipit_model::list::List) -> Self {
        Self {
            id: list.id.0,
            id_str: list.id.to_string(),
            name: list.name.clone(),
            created_at: list.created_at.to_string(),
            member_count: list.member_count,
        }
    }
}

/// The caller's lists, newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListPage {
    /// The lists.
    pub lists: Vec<List>,
}

/// Hashtags.
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
