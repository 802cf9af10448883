//! Pictures: handed in, described, made that of a profile, handed out, cleared away.

use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use pipit_media::{Picture, Shape, UploadPlace};
use pipit_model::limits::{MEDIA_STEP_ROWS, MEDIA_WAITING_SECS};
use pipit_model::media::{KEY_DIGITS, Media, MediaFiles, MediaUse, description, file_format};
use pipit_model::user::UserRef;
use pipit_model::{Error, MediaId, Result};
use pipit_store::NewMedia;

use crate::{Caller, Pipit, RequestKey, UserView, keys};

/// Steps of clearing away in one run.
const STEPS_PER_RUN: u32 = 50;

/// A picture as somebody hands it in.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The file, whatever it is.
    pub bytes: Vec<u8>,
    /// What is to be seen on it, as typed.
    pub description: String,
}

/// A file as it is handed out.
#[derive(Debug, Clone)]
pub struct MediaFile {
    /// What a browser is to take it for, and nothing else.
    pub content_type: &'static str,
    /// All of it.
    pub bytes: Bytes,
}

/// A picture's two files, by their names.
type NamedFiles = [(String, Vec<u8>); 2];

impl Pipit {
    /// Room for one upload, before any of it is read; given back when it is dropped.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if there are too many at once.
    pub fn begin_upload(&self) -> Result<UploadPlace> {
        self.0.pictures.enter()
    }

    /// Keeps a picture until it is posted, for a day.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `file` for what is no picture or too large, or on `description`.
    pub async fn upload_media(
        &self,
        caller: Caller,
        upload: Upload,
        key: RequestKey<'_>,
    ) -> Result<Media> {
        self.require_writable(caller).await?;
        let description = description(&upload.description)?;
        let idempotency = key.map(|key| {
            let file = hex(digest(&SHA256, &upload.bytes).as_ref());
            let scope = format!("media of {}", caller.user_id);
            keys::idempotency(&scope, key, &[&file, &description])
        });
        if let Some(key) = &idempotency
            && let Some(id) = self.0.store.find_idempotent(key).await?
        {
            return self.media(caller, MediaId(id)).await;
        }
        let picture = self.0.pictures.process(upload.bytes, Shape::Whole).await?;
        let (new, files) = self.new_media(caller, picture, MediaUse::Tweet)?;
        let media = Media { description, ..new.media };
        let new = NewMedia { media: media.clone(), idempotency, ..new };
        match self.store_media(new, files).await? {
            None => Ok(media),
            Some(existing) => self.media(caller, existing).await,
        }
    }

    /// Describes a picture of the caller's anew, posted or not.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the caller has no such picture; [`Error::InvalidField`].
    pub async fn describe_media(&self, caller: Caller, id: MediaId, typed: &str) -> Result<Media> {
        self.require_writable(caller).await?;
        let description = description(typed)?;
        self.media(caller, id).await?;
        self.0.store.set_media_description(caller.user_id, id, description).await?;
        self.media(caller, id).await
    }

    /// A picture of the caller's own.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none.
    pub async fn media(&self, caller: Caller, id: MediaId) -> Result<Media> {
        let now = self.0.clock.now();
        let media = self.0.store.find_media(caller.user_id, id, now).await?;
        media.ok_or(Error::NotFound("picture"))
    }

    /// Makes a picture the caller's avatar or banner, cut to its shape.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `file` for what is no picture or too large.
    pub async fn set_profile_media(
        &self,
        caller: Caller,
        bytes: Vec<u8>,
        used_as: MediaUse,
    ) -> Result<UserView> {
        self.require_writable(caller).await?;
        let shape = match used_as {
            MediaUse::Avatar => Shape::Avatar,
            MediaUse::Banner => Shape::Banner,
            MediaUse::Tweet => Shape::Whole,
        };
        let own = UserRef::Id(caller.user_id);
        let card = self.find_user(&own).await?;
        let picture = self.0.pictures.process(bytes, shape).await?;
        let (new, files) = self.new_media(caller, picture, used_as)?;
        let (id, url) = (new.media.id, new.media.files.url());
        self.store_media(new, files).await?;
        self.0.store.set_profile_media(card.user(), id, used_as, url).await?;
        self.delete_media_now().await;
        self.user(Some(caller), &own).await
    }

    /// The file of this name; [`None`] if there is none.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the place where files are does not answer.
    pub async fn media_file(&self, name: &str) -> Result<Option<MediaFile>> {
        let Some(format) = file_format(name) else { return Ok(None) };
        let bytes = self.0.files.get(name).await?;
        Ok(bytes.map(|bytes| MediaFile { content_type: format.content_type(), bytes }))
    }

    /// Deletes the files of pictures that nobody posted in time, and of tweets and profiles that
    /// are gone.
    ///
    /// # Errors
    /// If the database or the place of the files is away; the rest waits for the next run.
    pub async fn delete_expired_media(&self) -> Result<()> {
        for _ in 0..STEPS_PER_RUN {
            let now = self.0.clock.now();
            let expired = self.0.store.list_expired_media(now, MEDIA_STEP_ROWS).await?;
            if expired.is_empty() {
                break;
            }
            for media in &expired {
                self.0.files.delete(&media.files.large_name()).await?;
                self.0.files.delete(&media.files.small_name()).await?;
            }
            let ids: Vec<MediaId> = expired.iter().map(|media| media.id).collect();
            self.0.store.delete_media(&ids).await?;
        }
        Ok(())
    }

    /// The same at once, after something was deleted. That is done, whether this succeeds or not:
    /// what it leaves is cleared away later.
    pub(crate) async fn delete_media_now(&self) {
        if let Err(error) = self.delete_expired_media().await {
            tracing::warn!(%error, "the files of deleted pictures are still there");
        }
    }

    /// The row and the files of a picture that waits to be used.
    fn new_media(
        &self,
        caller: Caller,
        picture: Picture,
        used_as: MediaUse,
    ) -> Result<(NewMedia, NamedFiles)> {
        let now = self.0.clock.now();
        let Picture { kind, width, height, colour, large, small } = picture;
        let key = new_key()?;
        let files = MediaFiles { key, large: large.format, small: small.format };
        let bytes = (large.bytes.len() + small.bytes.len()) as u64;
        let contents = [(files.large_name(), large.bytes), (files.small_name(), small.bytes)];
        let id = MediaId(self.0.ids.next(now));
        let description = String::new();
        let media = Media { id, files, kind, width, height, description, colour };
        let expires_at = now.plus_secs(MEDIA_WAITING_SECS);
        let user_id = caller.user_id;
        let new = NewMedia { media, user_id, used_as, bytes, expires_at, idempotency: None };
        Ok((new, contents))
    }

    /// First the row, then the files: whatever happens in between, they are cleared away one day.
    async fn store_media(&self, new: NewMedia, files: NamedFiles) -> Result<Option<MediaId>> {
        let existing = self.0.store.insert_media(new, self.0.clock.now()).await?;
        if existing.is_none() {
            for (name, bytes) in files {
                self.0.files.put(&name, bytes).await?;
            }
        }
        Ok(existing)
    }
}

/// Random, so that nobody finds a picture who was not told where it is.
fn new_key() -> Result<String> {
    let mut bytes = [0; KEY_DIGITS / 2];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| Error::Internal("the machine has no randomness".to_owned()))?;
    Ok(hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut digits, byte| {
        // Writing to a string does not fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}
