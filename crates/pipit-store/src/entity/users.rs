//! Table `users`: accounts, as everybody may see them.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub handle: String,
    /// The handle in lower case, unique.
    pub handle_key: String,
    pub name: String,
    pub bio: String,
    pub profile_picture: Option<String>,
    pub banner: Option<String>,
    /// One a line.
    pub links: String,
    pub pinned_tweet_id: Option<i64>,
    /// 1 if it decides itself who follows it.
    pub locked: i16,
    /// Whom its tweets are for unless it says otherwise.
    pub default_visibility: i16,
    pub created_at: i64,
    pub tweet_count: i64,
    pub follower_count: i64,
    pub following_count: i64,
    /// How often the counts above changed.
    pub count_version: i64,
    /// Set on a tombstone.
    pub deleted_at: Option<i64>,
    /// When all that a deleted account left behind was cleared away.
    pub purged_at: Option<i64>,
    /// 0 user, 1 moderator, 2 admin.
    pub role: i16,
    /// 0 active, 1 limited, 2 frozen, 3 suspended.
    pub state: i16,
    /// 1 while something from the moderators has not been looked at.
    pub has_notice: i16,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
