//! Table `sessions`: sign-ins that have not ended, of people and of their apps.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub user_id: i64,
    pub created_at: i64,
    pub expires_at: i64,
    /// Sealed.
    pub user_agent: String,
    /// The number of the key that sealed it; 0 while it is in the clear.
    pub sealed_with: i64,
    /// When its owner last showed who they are.
    pub proved_at: i64,
    pub app_id: Option<i64>,
    pub scopes: Option<String>,
    pub token_hash: Option<String>,
    pub used_at: Option<i64>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
