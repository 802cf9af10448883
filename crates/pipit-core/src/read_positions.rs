//! How far people have read, kept for their next visit and their other devices.

use pipit_model::limits::CLOCK_SKEW_SECS;
use pipit_model::read_position::{ReadPosition, ReadPositions};
use pipit_model::{Error, Result};
use pipit_store::Command;

use crate::{Caller, Pipit};

impl Pipit {
    /// How far the caller has read.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn read_positions(&self, caller: Caller) -> Result<ReadPositions> {
        Ok(self.0.feed.read_positions(caller.user_id).await?)
    }

    /// Notes how far the caller has read. A place only moves forward: an id below the one noted
    /// before, as a second device sends it, changes nothing. Answers with the places as they are.
    ///
    /// # Errors
    /// [`Error::InvalidField`] for an id that cannot be one yet: the place could never move again.
    pub async fn set_read_position(
        &self,
        caller: Caller,
        position: ReadPosition,
        last_id: i64,
    ) -> Result<ReadPositions> {
        if !(0..self.ids_end()).contains(&last_id) {
            return Err(Error::invalid(
                "last_read_id",
                "must be the id of something you have read",
            ));
        }
        let user_id = caller.user_id;
        if self.read_positions(caller).await?.get(position) < last_id {
            self.0.store.write(Command::Read { user_id, position, last_id }).await?;
        }
        self.read_positions(caller).await
    }

    /// No id that any node has given out is as high.
    pub(crate) fn ids_end(&self) -> i64 {
        let ahead = self.0.clock.now().plus_secs(CLOCK_SKEW_SECS).0 << 16;
        ahead.max(self.0.ids.bound())
    }
}
