//! Table `media`: pictures that were handed in, with and without the tweet they belong to.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "media")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub user_id: i64,
    /// The tweet it was posted with.
    pub tweet_id: Option<i64>,
    /// Its place among the tweet's.
    pub position: i64,
    /// What it is for: 0 a tweet, 1 a profile picture, 2 a banner.
    pub used_as: i16,
    /// 0 image, 1 animation.
    pub kind: i16,
    /// How its files are written: 0 JPEG, 1 PNG, 2 GIF.
    pub large_format: i16,
    pub small_format: i16,
    /// What its files are named by.
    pub file_key: String,
    pub width: i64,
    pub height: i64,
    /// Of both files.
    pub bytes: i64,
    /// Red, green, blue.
    pub colour: i64,
    pub description: String,
    pub created_at: i64,
    /// Until when it waits to be posted, or since when it is to be cleared away; 0 while in use.
    pub expires_at: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
