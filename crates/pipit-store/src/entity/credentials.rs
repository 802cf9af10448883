//! Table `credentials`: how a person proves who they are; never leaves the store but for checking.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credentials")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: i64,
    /// Sealed.
    pub email: String,
    /// By which it is found: a keyed hash of the address, unique.
    pub email_key: String,
    pub password_hash: String,
    /// The number of the key that sealed it; 0 while it is in the clear.
    pub sealed_with: i64,
    /// When somebody showed that they get what is sent there.
    pub email_confirmed_at: Option<i64>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
