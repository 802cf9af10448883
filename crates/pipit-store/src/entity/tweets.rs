//! Table `tweets`: tweets, replies and retweets.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tweets")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub user_id: i64,
    /// Milliseconds since 1970.
    pub timestamp: i64,
    pub content: String,
    /// 0 tweet, 1 reply, 2 retweet: the public timeline reads one kind by index.
    pub kind: i16,
    pub reply_to_id: Option<i64>,
    pub reply_to_user_id: Option<i64>,
    pub conversation_id: i64,
    pub retweet_of_id: Option<i64>,
    pub retweet_of_user_id: Option<i64>,
    pub like_count: i64,
    pub retweet_count: i64,
    pub reply_count: i64,
    /// How often the counts above changed.
    pub count_version: i64,
    /// Its pictures are in `media`.
    pub media_count: i16,
    pub quote_of_id: Option<i64>,
    pub quote_of_user_id: Option<i64>,
    /// Whom it is for; a code of `pipit_model::visibility::Visibility`.
    pub visibility: i16,
    /// A code of `pipit_model::tweet::ReplyAudience`.
    pub reply_audience: i16,
    /// 1 for a reply that whoever began the conversation hid.
    pub hidden: i16,
    /// Bits: 1 if its author, 2 if the moderators say that its pictures are not for everybody.
    pub is_sensitive: i16,
    /// Set on a tombstone.
    pub deleted_at: Option<i64>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
