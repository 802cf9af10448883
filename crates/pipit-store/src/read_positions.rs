//! How far people have read.

use pipit_model::UserId;
use pipit_model::read_position::{ReadPosition, ReadPositions};
use sea_orm::ConnectionTrait;

use crate::Store;
use crate::error::StoreError;

impl Store {
    /// A person's places.
    pub async fn find_read_positions(&self, user_id: UserId) -> Result<ReadPositions, StoreError> {
        let sql = self.sql("SELECT name, last_id FROM read_positions WHERE user_id = ");
        let mut places = ReadPositions::default();
        for row in self.rows(sql.bind(user_id.0)).await? {
            let name: String = row.try_get_by_index(0)?;
            let named = [ReadPosition::Home, ReadPosition::Notifications];
            // Names of a newer version are none of ours.
            if let Some(position) = named.into_iter().find(|position| position.name() == name) {
                places.advance(position, row.try_get_by_index(1)?);
            }
        }
        Ok(places)
    }
    /// Forgets how far a deleted account had read.
    pub async fn delete_read_positions_of(&self, user_id: UserId) -> Result<(), StoreError> {
        let delete = self.sql("DELETE FROM read_positions WHERE user_id = ").bind(user_id.0).done();
        self.write_rarely(async move |tx| {
            tx.execute_raw(delete).await?;
            Ok((tx, (), Vec::new()))
        })
        .await
    }
}
