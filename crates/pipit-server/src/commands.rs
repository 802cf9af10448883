//! One file a command.

pub(crate) mod backup;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod invite;
pub(crate) mod keys;
pub(crate) mod migrate;
pub(crate) mod moderate;
mod progress;
pub(crate) mod serve;
pub(crate) mod user;

use std::fs::{File, TryLockError};
use std::path::Path;

use anyhow::{Context, bail};
use pipit_core::{KeyPlace, Pipit};
use pipit_model::Clock;

use crate::config::Settings;

/// Opens the service on the configured database, making the data folder if it is needed.
async fn open(settings: &Settings, clock: Clock) -> anyhow::Result<Pipit> {
    make_folders(settings)?;
    Pipit::open(&settings.core(), clock).await.with_context(|| {
        let database = settings.database_for_people();
        format!("opening the database {database} and the pictures in {}", settings.media)
    })
}

/// Makes the folders that the database and the keys are to be in.
fn make_folders(settings: &Settings) -> anyhow::Result<()> {
    if let Some(folder) = settings.sqlite_file().as_deref().and_then(Path::parent) {
        make_folder(folder)?;
    }
    if let KeyPlace::File(file) = &settings.keys
        && let Some(folder) = file.parent().filter(|folder| *folder != Path::new(""))
    {
        make_folder(folder)?;
    }
    Ok(())
}

fn make_folder(path: &Path) -> anyhow::Result<()> {
    let mut folder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        // What is in it is nobody else's business.
        folder.mode(0o700);
    }
    folder
        .recursive(true)
        .create(path)
        .with_context(|| format!("making the data folder {}", path.display()))
}

/// Holds an embedded database for one server: a second one on the same file would not hear of the
/// first one's writes, and serve old pages.
fn lock_database(database: &Path) -> anyhow::Result<File> {
    if let Some(folder) = database.parent() {
        make_folder(folder)?;
    }
    let lock = database.with_extension("lock");
    let file = File::create(&lock).with_context(|| format!("opening {}", lock.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!(
            "another pipit serves the database {} already: stop it, or use --data-dir",
            database.display()
        ),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("locking {}", lock.display()))
        }
    }
}
