//! Table `idempotency_keys`: what an `Idempotency-Key` made, for as long as it may be repeated.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    /// Who sent it (a user's id; 0 for sign-up) and the key, hashed together.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_hash: String,
    /// The hash of the request, to refuse the same key on another one.
    pub request_hash: String,
    /// The id of what was made.
    pub resource_id: i64,
    pub created_at: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
