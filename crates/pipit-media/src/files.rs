//! Where the files of pictures are: in a folder, in a bucket of S3, or (in tests) in memory. Behind
//! `object_store`, so that a store elsewhere is a variant more and nothing else.

mod bucket;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use pipit_model::media::file_format;
use pipit_model::{Error, Result};

pub use bucket::{AccessKey, Bucket};

/// Where files are to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a folder, which is made if it is not there.
    Folder(PathBuf),
    /// In a bucket of S3, or of a server that speaks its protocol; it must be there.
    S3(Bucket),
    /// Nowhere: gone with the process.
    Memory,
}

/// As a person at a terminal knows it.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::S3(bucket) => write!(f, "{bucket}"),
            Self::Memory => write!(f, "memory"),
        }
    }
}

/// Stored, read and deleted to see whether a place can be used: no picture's name.
const TRIAL: &str = "00000000000000000000000000000000.png";

/// The files. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Files(Arc<dyn ObjectStore>);

impl Files {
    /// Opens a place, and tries whether files can be stored, read and deleted there: who runs a
    /// server learns at its start what is wrong, not from the first picture.
    ///
    /// # Errors
    /// [`Error::Unavailable`] with what the place says, if it cannot be used.
    pub async fn open(place: &Place) -> Result<Self> {
        let files = Self::connect(place)?;
        let tried = async {
            files.put(TRIAL, TRIAL.as_bytes().to_vec()).await?;
            // Another node that starts now may have deleted it.
            files.get(TRIAL).await?;
            files.delete(TRIAL).await
        };
        let unusable =
            |error| Error::Unavailable(format!("pictures cannot go to {place}: {error}"));
        tried.await.map_err(unusable)?;
        Ok(files)
    }

    fn connect(place: &Place) -> Result<Self> {
        match place {
            Place::Memory => Ok(Self(Arc::new(InMemory::new()))),
            Place::S3(bucket) => Ok(Self(bucket.connect()?)),
            Place::Folder(folder) => {
                let unavailable = |error: &dyn std::fmt::Display| {
                    let folder = folder.display();
                    Error::Unavailable(format!("the folder of pictures {folder}: {error}"))
                };
                std::fs::create_dir_all(folder).map_err(|error| unavailable(&error))?;
                let store = LocalFileSystem::new_with_prefix(folder);
                // What is acknowledged survives a power cut.
                let store = store.map_err(|error| unavailable(&error))?.with_fsync(true);
                Ok(Self(Arc::new(store)))
            }
        }
    }

    /// Opens a place of which is only read: nothing is tried.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if there can be no such place.
    pub fn open_to_read(place: &Place) -> Result<Self> {
        if let Place::Folder(folder) = place
            && !folder.exists()
        {
            let folder = folder.display();
            return Err(Error::Unavailable(format!(
                "the folder of pictures {folder} is not there"
            )));
        }
        Self::connect(place)
    }

    /// The names of all files that are ours, in no order.
    pub fn names(&self) -> impl Stream<Item = Result<String>> + Send + use<> {
        let ours = |found: object_store::Result<ObjectMeta>| {
            let name = found.map(|file| file.location.filename().map(str::to_owned));
            let name = name.map_err(|error| failed(&error)).transpose()?;
            match name {
                Ok(name) if file_format(&name).is_none() || name == TRIAL => None,
                name => Some(name),
            }
        };
        self.0.list(None).filter_map(move |found| std::future::ready(ours(found)))
    }

    /// Whether there is a file of this name.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the place does not answer.
    pub async fn has(&self, name: &str) -> Result<bool> {
        match self.0.head(&path(name)?).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Stores a file.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the place has no room or does not answer.
    pub async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<()> {
        self.0.put(&path(name)?, bytes.into()).await.map(|_| ()).map_err(|error| failed(&error))
    }

    /// Reads a file; [`None`] if there is none of this name.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the place does not answer.
    pub async fn get(&self, name: &str) -> Result<Option<Bytes>> {
        let found = match self.0.get(&path(name)?).await {
            Ok(found) => found.bytes().await,
            Err(error) => Err(error),
        };
        match found {
            Ok(bytes) => Ok(Some(bytes)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Deletes a file; one that is not there is fine.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the place does not answer.
    pub async fn delete(&self, name: &str) -> Result<()> {
        match self.0.delete(&path(name)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(&error)),
        }
    }
}

/// Only names of ours become paths. By their first two digits, so that no folder grows without end.
fn path(name: &str) -> Result<Path> {
    file_format(name).ok_or(Error::NotFound("picture"))?;
    let folder = name.get(..2).unwrap_or_default();
    Ok(Path::from_iter([folder, name]))
}

fn failed(error: &object_store::Error) -> Error {
    // What it says itself is often in what caused it.
    let mut text = format!("the store of pictures: {error}");
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    Error::Unavailable(text)
}

#[cfg(test)]
mod tests;
