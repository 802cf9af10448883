//! Table `server_keys`: secrets that all nodes share: they sign tokens and cursors.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "server_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Base64 without padding, sealed.
    pub secret: String,
    pub created_at: i64,
    /// The number of the key that sealed it; 0 while it is in the clear.
    pub sealed_with: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
