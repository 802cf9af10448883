//! Table `second_factors`: secrets of authenticator apps.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "second_factors")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: i64,
    /// Sealed.
    pub secret: String,
    /// The number of the key that sealed it.
    pub sealed_with: i64,
    pub created_at: i64,
    /// When its first code was typed: from then on it is asked for.
    pub confirmed_at: Option<i64>,
    /// The step of the last code that was taken: it and those before are taken no more.
    pub last_step: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
