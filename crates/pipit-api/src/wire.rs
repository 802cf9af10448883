//! The shapes of the REST contract.

mod filters;
mod held;
mod ids;
mod lists;
mod media;
mod notification;
mod problem;
mod report;
mod requests;
mod security;
mod tweet;
mod user;

pub use filters::{ConversationMute, Filter, FilterPage, Filtered, Keyword, PutFilter};
pub use held::HeldTweet;
pub use lists::{
    Hashtag, HashtagPage, List, ListPage, SessionList, SessionRow, Thread, Trend, TrendPage,
    TweetPage, UserPage,
};
pub use media::{Media, UpdateMedia, UploadMedia, UploadPicture};
pub(crate) use notification::write_notification;
pub use notification::{
    Deleted, Gap, Notification, NotificationPage, ReadPosition, SetReadPosition, UnreadCount,
};
pub use problem::Problem;
pub use report::{Report, Rule, RulePage};
pub use requests::{
    CreateReport, CreateSession, CreateTweet, CreateUser, MuteUser, NameList, UpdateMe,
};
pub use security::{
    ConfirmEmail, ConfirmFactor, CreateProof, EmailAddress, OfferedFactor, RecoveryCodes,
    RequestReset, ResetPassword, SecondFactor, SetPassword,
};
pub(crate) use tweet::write_tweet;
pub use tweet::{Entities, HashtagEntity, MentionEntity, Tweet, UrlEntity};
pub use user::{Author, Relationship, Session, User};
