//! Notifications and places on the wire.

use pipit_core::NotificationView;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::tweet::{write_author, write_tweet};
use super::{Author, Tweet, ids};

/// Something that the caller is told.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Notification {
    /// Its id.
    pub id: i64,
    /// The same as text.
    pub id_str: String,
    /// `mention`, `reply`, `like`, `retweet`, `quote`, `follow` or `follow_request`.
    #[schema(example = "like")]
    pub r#type: String,
    /// RFC 3339, UTC, with milliseconds.
    #[schema(example = "2026-11-22T17:43:00.123Z")]
    pub timestamp: String,
    /// Who did it.
    pub user: Author,
    /// The caller's tweet that was liked or retweeted, or the tweet that mentions, answers or quotes;
    /// null for a follow and for a request to follow.
    pub tweet: Option<Tweet>,
}

/// Appends a notification as JSON, its parts rendered before.
pub(crate) fn write_notification(out: &mut Vec<u8>, view: &NotificationView) {
    let notification = &view.notification;
    let (id, kind) = (notification.id, notification.kind.name());
    let at = id.timestamp();
    // Numbers, names and times of ours: nothing in them needs to be escaped.
    let head = format!(r#"{{"id":{id},"id_str":"{id}","type":"{kind}","timestamp":"{at}","user":"#);
    out.extend_from_slice(head.as_bytes());
    write_author(out, &view.actor);
    out.extend_from_slice(br#","tweet":"#);
    match &view.tweet {
        Some(tweet) => write_tweet(out, tweet),
        None => out.extend_from_slice(b"null"),
    }
    out.push(b'}');
}

/// A page of notifications, newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotificationPage {
    /// The notifications.
    pub notifications: Vec<Notification>,
    /// Where the next page starts; null at the end.
    pub next_cursor: Option<String>,
}

/// How many notifications are unread.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnreadCount {
    /// 0 to 100, which also stands for more.
    #[schema(minimum = 0, maximum = 100)]
    pub count: usize,
}

/// How far the caller has read.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadPosition {
    /// The newest entry that was seen; 0 if none was.
    pub last_read_id: i64,
    /// The same as text.
    pub last_read_id_str: String,
}

impl From<i64> for ReadPosition {
    fn from(last_read_id: i64) -> Self {
        Self { last_read_id, last_read_id_str: last_read_id.to_string() }
    }
}

/// How far the caller has read now.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetReadPosition {
    /// The newest entry that was seen.
    #[serde(deserialize_with = "ids::required")]
    pub last_read_id: i64,
}

/// Where a stream left something out.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// What was left out starts with the page of `/timeline` at this cursor, and ends where the
    /// caller has tweets.
    pub cursor: String,
}

/// A tweet that is gone.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Deleted {
    /// Its id.
    pub id: i64,
    /// The same as text.
    pub id_str: String,
}
