//! People and sessions on the wire.

use pipit_core::{SignedIn, UserCard, UserView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An account.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Its id.
    pub id: i64,
    /// The same as text.
    pub id_str: String,
    /// Its handle, in the spelling chosen at sign-up.
    pub handle: String,
    /// Its display name.
    pub name: String,
    /// What the person says of themselves.
    pub bio: String,
    /// The address of a picture; one that starts with `/` is on this server.
    pub avatar_url: Option<String>,
    /// The address of a wide picture on this server.
    pub banner_url: Option<String>,
    /// Addresses of their own, at most four.
    pub links: Vec<String>,
    /// The tweet that stands first on their page; it may be gone.
    pub pinned_tweet_id: Option<i64>,
    /// The same as text.
    pub pinned_tweet_id_str: Option<String>,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// Tweets and replies, without retweets.
    pub tweet_count: i64,
    /// Accounts that follow this one.
    pub follower_count: i64,
    /// Accounts that this one follows.
    pub following_count: i64,
    /// Whether it decides itself who follows it: following it makes a request.
    pub locked: bool,
    /// Whom the caller's tweets are for unless they say otherwise; only of one's own account, in the
    /// answer to `PATCH /users/me`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_visibility: Option<String>,
    /// How the caller stands to this account; only for a signed-in caller and somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relationship: Option<Relationship>,
}

impl From<&UserView> for User {
    fn from(view: &UserView) -> Self {
        let (user, counts) = (view.card.user(), view.card.counts);
        Self {
            id: user.id.0,
            id_str: user.id.to_string(),
            handle: user.handle.clone(),
            name: user.name.clone(),
            bio: user.bio.clone(),
            avatar_url: user.profile_picture.clone(),
            banner_url: user.banner.clone(),
            links: user.links.clone(),
            pinned_tweet_id: user.pinned.map(|id| id.0),
            pinned_tweet_id_str: user.pinned.map(|id| id.to_string()),
            created_at: user.created_at.to_string(),
            tweet_count: counts.tweets,
            follower_count: counts.followers,
            following_count: counts.following,
            locked: user.locked,
            default_visibility: None,
            relationship: view.relationship.map(Relationship::from),
        }
    }
}

impl User {
    /// One's own account, with what nobody else is told.
    pub(crate) fn own(view: &UserView) -> Self {
        let usual = view.card.user().default_visibility.name().to_owned();
        Self { default_visibility: Some(usual), ..Self::from(view) }
    }
}

/// How the caller stands to an account.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the wire has a field for each")]
pub struct Relationship {
    /// The caller follows it.
    pub following: bool,
    /// It follows the caller.
    pub followed_by: bool,
    /// The caller asks to follow it.
    pub requested: bool,
    /// It asks to follow the caller.
    pub requested_by: bool,
    /// The caller blocks it.
    pub blocking: bool,
    /// It blocks the caller.
    pub blocked_by: bool,
    /// The caller mutes it.
    pub muting: bool,
    /// Until when, if the mute has an end: RFC 3339, UTC.
    pub muted_until: Option<String>,
}

impl From<pipit_core::Relationship> for Relationship {
    fn from(relationship: pipit_core::Relationship) -> Self {
        Self {
            following: relationship.following,
            followed_by: relationship.followed_by,
            requested: relationship.requested,
            requested_by: relationship.requested_by,
            blocking: relationship.blocking,
            blocked_by: relationship.blocked_by,
            muting: relationship.muting,
            muted_until: relationship.muted_until.map(|end| end.to_string()),
        }
    }
}

/// The author, as it stands in each tweet.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Author {
    /// Their id.
    pub id: i64,
    /// The same as text.
    pub id_str: String,
    /// Their handle.
    pub handle: String,
    /// Their display name.
    pub name: String,
    /// The address of their picture.
    pub avatar_url: Option<String>,
}

impl From<&UserCard> for Author {
    fn from(card: &UserCard) -> Self {
        let user = card.user();
        Self {
            id: user.id.0,
            id_str: user.id.to_string(),
            handle: user.handle.clone(),
            name: user.name.clone(),
            avatar_url: user.profile_picture.clone(),
        }
    }
}

/// A session that has begun.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// To be sent as `Authorization: Bearer TOKEN`. A secret.
    pub token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: String,
    /// RFC 3339, UTC.
    pub expires_at: String,
    /// Who signed in.
    pub user: User,
}

impl From<SignedIn> for Session {
    fn from(signed_in: SignedIn) -> Self {
        Self {
            token: signed_in.token,
            token_type: "Bearer".to_owned(),
            expires_at: signed_in.expires_at.to_string(),
            user: User::from(&signed_in.user),
        }
    }
}
