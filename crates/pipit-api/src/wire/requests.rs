//! Bodies of requests. Unknown fields are refused: a misspelt one would otherwise do nothing.

use serde::Deserialize;
use utoipa::ToSchema;

use super::ids;

/// What someone signs up with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUser {
    /// 1 to 15 of `A–Z a–z 0–9 _`, at least one of them no digit. Compared without case.
    #[schema(example = "ada", min_length = 1, max_length = 15, pattern = "^[A-Za-z0-9_]+$")]
    pub handle: String,
    /// Up to 50 characters; the handle if left out.
    #[schema(example = "Ada Lovelace", max_length = 50)]
    pub name: Option<String>,
    /// Shown to nobody else.
    #[schema(example = "ada@example.org", max_length = 254)]
    pub email: String,
    /// 8 characters to 256 bytes, any characters.
    #[schema(example = "correct horse battery", min_length = 8)]
    pub password: String,
    /// The code of an invitation, where one is needed.
    pub invite: Option<String>,
    /// Why they want to join, where moderators decide about it: up to 500 characters.
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// What someone signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSession {
    /// Handle or e-mail address.
    #[schema(example = "ada")]
    pub login: String,
    /// The password.
    #[schema(example = "correct horse battery")]
    pub password: String,
    /// A code of the second factor, or a recovery code; where it is needed and missing, the answer is
    /// 422 on `otp`.
    pub otp: Option<String>,
}

/// What someone posts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTweet {
    /// 1 to 280 weighted characters: links count 23, emoji and CJK 2 each. Beside pictures it may be
    /// empty.
    #[schema(example = "Hello, world! #AI")]
    pub content: String,
    /// If given, must be the caller's own id.
    #[serde(default, deserialize_with = "ids::optional")]
    pub user_id: Option<i64>,
    /// The tweet this one answers.
    #[serde(default, deserialize_with = "ids::optional")]
    pub reply_to_id: Option<i64>,
    /// The tweet this one shows below its text.
    #[serde(default, deserialize_with = "ids::optional")]
    pub quote_of_id: Option<i64>,
    /// Up to four pictures that `POST /media` took from the caller in the last 24 hours, in their
    /// order.
    #[serde(default, deserialize_with = "ids::list")]
    pub media_ids: Vec<i64>,
    /// Whom it is for: `public`, `unlisted` or `followers`. If left out, as the caller's settings
    /// say; an answer to a tweet for few is for no more.
    #[schema(example = "public")]
    pub visibility: Option<String>,
    /// Who may answer, if it begins a conversation: `everyone`, `followed` (whom the caller follows,
    /// and those it mentions) or `mentioned`; `everyone` if left out.
    #[schema(example = "everyone")]
    pub reply_audience: Option<String>,
    /// Whether its pictures are to be shown only to who asks for them.
    #[serde(default)]
    pub sensitive: bool,
}

/// For how long someone is muted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MuteUser {
    /// Seconds from now, at most ten years; without an end if left out.
    #[schema(example = 86400, minimum = 1, maximum = 315_360_000)]
    pub duration: Option<i64>,
}

/// What a list is to be called.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NameList {
    /// 1 to 50 characters, one line.
    #[schema(example = "Birds", min_length = 1, max_length = 50)]
    pub name: String,
}

/// What someone changes of their profile; what is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateMe {
    /// Up to 50 characters; empty falls back to the handle.
    #[schema(example = "Ada", max_length = 50)]
    pub name: Option<String>,
    /// Up to 160 characters.
    #[schema(example = "Poetical science.", max_length = 160)]
    pub bio: Option<String>,
    /// Addresses of their own, at most four of at most 200 bytes, all of them.
    #[schema(example = json!(["https://example.org"]), max_items = 4)]
    pub links: Option<Vec<String>>,
    /// Only null, which removes the banner; `PUT /users/me/banner` sets one.
    #[serde(default, deserialize_with = "ids::nullable")]
    #[schema(value_type = Option<String>, example = json!(null))]
    pub banner: Option<Option<String>>,
    /// An address that starts with `https://`; null removes the picture. `PUT /users/me/avatar` takes
    /// a file.
    #[serde(default, deserialize_with = "ids::nullable")]
    #[schema(value_type = Option<String>, example = "https://example.org/ada.png")]
    pub profile_picture: Option<Option<String>>,
    /// Whether they decide themselves who follows them. Those who asked before it is unset still wait
    /// for an answer.
    pub locked: Option<bool>,
    /// Whom their tweets are for unless they say otherwise: `public`, `unlisted` or `followers`.
    #[schema(example = "public")]
    pub default_visibility: Option<String>,
}

/// What somebody tells the moderators.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateReport {
    /// Whom it is about.
    #[serde(deserialize_with = "ids::required")]
    pub user_id: i64,
    /// Up to 20 of their tweets, which show it.
    #[serde(default, deserialize_with = "ids::list")]
    pub tweet_ids: Vec<i64>,
    /// `spam`, `violation` (of a rule of this server), `legal` or `other`, which needs a comment.
    #[schema(example = "spam")]
    pub category: String,
    /// The rule that is broken, one of `GET /rules`; only with `violation`.
    #[serde(default, deserialize_with = "ids::optional")]
    pub rule_id: Option<i64>,
    /// Up to 1,000 characters.
    #[serde(default)]
    #[schema(example = "Sells followers.", max_length = 1000)]
    pub comment: String,
}
