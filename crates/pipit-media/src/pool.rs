//! Few pictures at a time, on threads of their own: uploads can starve neither the feed nor the
//! machine's memory.

use std::sync::Arc;

use pipit_model::limits::{PICTURES_AT_ONCE, UPLOADS_AT_ONCE};
use pipit_model::{Error, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::process::{Picture, Shape, process};

/// Where pictures are worked on.
#[derive(Debug)]
pub struct Pool {
    uploads: Arc<Semaphore>,
    at_work: Arc<Semaphore>,
}

/// Room for one upload, from its first byte until it is stored. Kept by whoever reads it.
#[derive(Debug)]
pub struct UploadPlace(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl Default for Pool {
    fn default() -> Self {
        Self {
            uploads: Arc::new(Semaphore::new(UPLOADS_AT_ONCE)),
            at_work: Arc::new(Semaphore::new(PICTURES_AT_ONCE)),
        }
    }
}

impl Pool {
    /// Room for an upload, before any of it is read.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if there are too many already.
    pub fn enter(&self) -> Result<UploadPlace> {
        let busy = |_| Error::Unavailable("too many uploads at once".to_owned());
        self.uploads.clone().try_acquire_owned().map(UploadPlace).map_err(busy)
    }

    /// Makes a picture when it is its turn.
    ///
    /// # Errors
    /// As [`process`].
    pub async fn process(&self, bytes: Vec<u8>, shape: Shape) -> Result<Picture> {
        let turn = self.at_work.clone().acquire_owned().await;
        let turn = turn.map_err(|_| Error::Unavailable("the server is stopping".to_owned()))?;
        let work = move || {
            // Kept to the end of the work, also if whoever asked has gone away.
            let _turn = turn;
            process(&bytes, shape)
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| Error::Internal(format!("working on a picture failed: {error}")))?
    }
}
