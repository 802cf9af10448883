//! What a tweet, a user and a timeline *are*: ids, text rules, visibility, limits, events, errors.
//!
//! Owns: every rule that can be decided without asking anybody.
//! Must not know: async, SQL, HTTP, JSON, the clock of the machine, randomness.
//! To add one: a new concept gets a file of its own here first, then one of the same name in each
//! layer above.

pub mod app;
pub mod automod;
pub mod error;
pub mod event;
pub mod filter;
pub mod ids;
pub mod limits;
pub mod list;
pub mod media;
pub mod moderation;
pub mod network;
pub mod notification;
pub mod page;
pub mod read_position;
pub mod report;
pub mod role;
pub mod scope;
pub mod search;
pub mod server_block;
pub mod text;
pub mod time;
pub mod tweet;
pub mod user;
pub mod visibility;
mod words;

pub use error::{Error, Result};
pub use ids::{
    ActionId, AppId, FilterId, HashtagId, HeldId, IdGenerator, ListId, MediaId, NotificationId,
    ReportId, RuleId, SessionId, TweetId, UserId,
};
pub use role::{AccountState, Role};
pub use time::{Clock, Timestamp};
pub use words::folded;
