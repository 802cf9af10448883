//! Pictures: rows that say where the files are. A file is deleted before its row, so that no file
//! is forgotten: whatever is to go has `expires_at` in the past until it is gone.

use std::collections::HashMap;

use pipit_model::event::Event;
use pipit_model::limits::MEDIA_WAITING_MAX;
use pipit_model::media::{Colour, Format, Media, MediaFiles, MediaKind, MediaUse};
use pipit_model::user::User;
use pipit_model::{MediaId, Timestamp, TweetId, UserId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    FromQueryResult, QueryFilter,
};

use crate::Store;
use crate::entity::{media, users};
use crate::error::StoreError;
use crate::row::Row;
use crate::sql::Sql;
use crate::users::{changed, insert_key, lock_user};
use crate::write::command::IdempotencyKey;

/// Rows to be cleared away have a time that has always passed.
pub(crate) const LONG_AGO: i64 = 1;

/// A picture to be stored.
#[derive(Debug, Clone)]
pub struct NewMedia {
    /// What of it will be shown.
    pub media: Media,
    /// Whose it is.
    pub user_id: UserId,
    /// What it is for.
    pub used_as: MediaUse,
    /// Bytes of both files.
    pub bytes: u64,
    /// Until when it waits to be used.
    pub expires_at: Timestamp,
    /// What makes a repeated request answer with what the first one made.
    pub idempotency: Option<IdempotencyKey>,
}

/// A picture's files, to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiredMedia {
    /// Which.
    pub id: MediaId,
    /// Where they are.
    pub files: MediaFiles,
}

impl Store {
    /// Stores a picture that waits to be used: [`None`] if it is new, the id if the same request
    /// stored it before.
    pub async fn insert_media(
        &self,
        new: NewMedia,
        now: Timestamp,
    ) -> Result<Option<MediaId>, StoreError> {
        let key = new.idempotency.clone();
        match (self.insert_new_media(new, now).await, key) {
            (Ok(()), _) => Ok(None),
            // The same request was faster.
            (Err(error @ StoreError::Clash(_)), Some(key)) => {
                Ok(Some(MediaId(self.find_idempotent(&key).await?.ok_or(error)?)))
            }
            (Err(error), _) => Err(error),
        }
    }

    async fn insert_new_media(&self, new: NewMedia, now: Timestamp) -> Result<(), StoreError> {
        let (id, user_id) = (new.media.id.0, new.user_id);
        let row = to_row(&new, now);
        self.write_rarely(async move |tx| {
            lock_user(&tx, user_id).await?;
            if waiting_of(&tx, user_id).await? >= MEDIA_WAITING_MAX {
                return Err(StoreError::Limit(
                    "100 pictures of yours wait to be posted: post them, or wait a day",
                ));
            }
            media::Entity::insert(media::ActiveModel::from(row))
                .exec_without_returning(&tx)
                .await?;
            if let Some(key) = new.idempotency {
                insert_key(&tx, key, id, now).await?;
            }
            Ok((tx, (), Vec::new()))
        })
        .await
    }

    /// A picture of someone's that is not to be cleared away.
    pub async fn find_media(
        &self,
        user_id: UserId,
        id: MediaId,
        now: Timestamp,
    ) -> Result<Option<Media>, StoreError> {
        let row = media::Entity::find_by_id(id.0).one(self.read()).await?;
        let row = row.filter(|row| row.user_id == user_id.0 && is_kept(row, now));
        Ok(row.map(media_from))
    }

    /// Describes a picture of one's own anew.
    pub async fn set_media_description(
        &self,
        user_id: UserId,
        id: MediaId,
        description: String,
    ) -> Result<(), StoreError> {
        let edit = media::ActiveModel { description: Set(description), ..Default::default() };
        self.write_rarely(async move |tx| {
            let row = locked(&tx, id).await?.filter(|row| row.user_id == user_id.0);
            let row = row.ok_or(StoreError::NotFound("media"))?;
            let by_id = media::Column::Id.eq(id.0);
            media::Entity::update_many().set(edit).filter(by_id).exec(&tx).await?;
            let changed = row.tweet_id.map(|id| Event::TweetChanged(TweetId(id)));
            Ok((tx, (), changed.into_iter().collect()))
        })
        .await
    }

    /// Makes a stored picture that of a profile; the one before is to be cleared away.
    pub async fn set_profile_media(
        &self,
        user: &User,
        id: MediaId,
        used_as: MediaUse,
        url: String,
    ) -> Result<(), StoreError> {
        let mut edit = users::ActiveModel::default();
        match used_as {
            MediaUse::Avatar => edit.profile_picture = Set(Some(url)),
            MediaUse::Banner => edit.banner = Set(Some(url)),
            MediaUse::Tweet => return Err(StoreError::NotFound("media")),
        }
        let (user_id, changed) = (user.id, changed(user));
        self.write_rarely(async move |tx| {
            lock_user(&tx, user_id).await?;
            discard_profile_media(&tx, user_id, &[used_as]).await?;
            let in_use = media::ActiveModel { expires_at: Set(0), ..Default::default() };
            let by_id = media::Column::Id.eq(id.0);
            media::Entity::update_many().set(in_use).filter(by_id).exec(&tx).await?;
            let by_id = users::Column::Id.eq(user_id.0);
            users::Entity::update_many().set(edit).filter(by_id).exec(&tx).await?;
            Ok((tx, (), vec![changed]))
        })
        .await
    }

    /// Pictures whose time is over: their files are to be deleted, then they.
    pub async fn list_expired_media(
        &self,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<ExpiredMedia>, StoreError> {
        let sql = self
            .sql("SELECT * FROM media WHERE expires_at > 0 AND expires_at <= ")
            .bind(now.0)
            .push(" ORDER BY expires_at LIMIT ")
            .bind(limit as i64);
        let rows = media::Model::find_by_statement(sql.done()).all(self.read()).await?;
        let expired = |row| {
            let Media { id, files, .. } = media_from(row);
            ExpiredMedia { id, files }
        };
        Ok(rows.into_iter().map(expired).collect())
    }

    /// Forgets pictures whose files are deleted.
    pub async fn delete_media(&self, ids: &[MediaId]) -> Result<(), StoreError> {
        let sql = self.sql("DELETE FROM media WHERE id IN ").list(ids.iter().map(|id| id.0));
        self.write_rarely(async move |tx| {
            tx.execute_raw(sql.done()).await?;
            Ok((tx, (), Vec::new()))
        })
        .await
    }

    /// Someone's tweets with pictures, newest first.
    pub async fn list_media_tweets(
        &self,
        user_id: UserId,
        before: i64,
        limit: u64,
    ) -> Result<Vec<TweetId>, StoreError> {
        let sql = self
            .sql("SELECT DISTINCT tweet_id FROM media WHERE user_id = ")
            .bind(user_id.0)
            .push(" AND tweet_id < ")
            .bind(before)
            .push(" ORDER BY tweet_id DESC LIMIT ")
            .bind(limit as i64);
        let rows = self.rows(sql).await?;
        rows.iter().map(|row| Ok(TweetId(row.try_get_by_index(0)?))).collect()
    }

    /// The pictures of some tweets, each in its place.
    pub(crate) async fn media_of(
        &self,
        tweet_ids: &[i64],
    ) -> Result<HashMap<i64, Vec<Media>>, StoreError> {
        let mut media: HashMap<i64, Vec<Media>> = HashMap::new();
        if tweet_ids.is_empty() {
            return Ok(media);
        }
        let sql =
            self.sql("SELECT tweet_id, id, file_key, large_format, small_format, kind, width, ");
        let sql = sql.push("height, description, colour FROM media WHERE tweet_id IN ");
        let sql = sql.list(tweet_ids.iter().copied()).push(" ORDER BY tweet_id, position");
        for row in self.rows(sql).await? {
            media.entry(row.try_get_by_index(0)?).or_default().push(media_from_row(&row)?);
        }
        Ok(media)
    }
}

/// Forgets pictures whose files are lost: their tweets and profiles do without them, and they are to
/// be cleared away.
pub(crate) async fn forget_pictures(
    tx: &DatabaseTransaction,
    pictures: &[MediaId],
) -> Result<(), StoreError> {
    let db = tx.get_database_backend();
    for id in pictures {
        let Some(row) = locked(tx, *id).await? else { continue };
        if let Some(tweet_id) = row.tweet_id {
            let less =
                "UPDATE tweets SET media_count = media_count - 1 WHERE media_count > 0 AND id = ";
            tx.execute_raw(Sql::new(db, less).bind(tweet_id).done()).await?;
        }
        let user_id = row.user_id;
        let url = media_from(row).files.url();
        for column in ["profile_picture", "banner"] {
            let sql = Sql::new(db, &format!("UPDATE users SET {column} = NULL WHERE id = "));
            let sql = sql.bind(user_id).push(&format!(" AND {column} = ")).bind(url.clone());
            tx.execute_raw(sql.done()).await?;
        }
        let sql = Sql::new(db, "UPDATE media SET tweet_id = NULL, expires_at = ").bind(LONG_AGO);
        tx.execute_raw(sql.push(" WHERE id = ").bind(id.0).done()).await?;
    }
    Ok(())
}

/// Marks the pictures of a profile as to be cleared away.
pub(crate) async fn discard_profile_media(
    tx: &DatabaseTransaction,
    user_id: UserId,
    used_as: &[MediaUse],
) -> Result<(), StoreError> {
    let sql = Sql::new(tx.get_database_backend(), "UPDATE media SET expires_at = ")
        .bind(LONG_AGO)
        .push(" WHERE user_id = ")
        .bind(user_id.0)
        .push(" AND tweet_id IS NULL AND expires_at = 0 AND used_as IN ")
        .list(used_as.iter().map(|used_as| use_code(*used_as)));
    tx.execute_raw(sql.done()).await?;
    Ok(())
}

async fn waiting_of(tx: &DatabaseTransaction, user_id: UserId) -> Result<u64, StoreError> {
    let sql = Sql::new(
        tx.get_database_backend(),
        "SELECT COUNT(*) FROM media WHERE tweet_id IS NULL AND user_id = ",
    );
    let row = tx.query_one_raw(sql.bind(user_id.0).done()).await?;
    let count = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?;
    Ok(count.unwrap_or(0).cast_unsigned())
}

async fn locked(tx: &DatabaseTransaction, id: MediaId) -> Result<Option<media::Model>, StoreError> {
    let sql = Sql::new(tx.get_database_backend(), "SELECT * FROM media WHERE id = ");
    let sql = sql.bind(id.0).for_update();
    Ok(media::Model::find_by_statement(sql.done()).one(tx).await?)
}

/// Whether a row is not to be cleared away.
pub(crate) fn is_kept(row: &media::Model, now: Timestamp) -> bool {
    row.expires_at == 0 || row.expires_at > now.0
}

/// Whether a row waits to be posted with a tweet.
pub(crate) fn waits_to_be_posted(row: &media::Model, now: Timestamp) -> bool {
    row.tweet_id.is_none() && row.used_as == use_code(MediaUse::Tweet) && row.expires_at > now.0
}

/// What a picture is for that waits with its tweet for review.
const HELD: i16 = 3;

/// Whether a row waits with its tweet for review.
pub(crate) fn is_held(row: &media::Model) -> bool {
    row.tweet_id.is_none() && row.used_as == HELD && row.expires_at == 0
}

/// Makes pictures that wait to be posted wait for review, with no end; no other tweet takes them.
pub(crate) async fn hold_media(
    tx: &DatabaseTransaction,
    user_id: UserId,
    ids: &[MediaId],
    now: Timestamp,
) -> Result<(), StoreError> {
    for id in ids {
        let row = locked(tx, *id).await?.filter(|row| row.user_id == user_id.0);
        row.filter(|row| waits_to_be_posted(row, now)).ok_or(StoreError::NotFound("media"))?;
        let sql =
            Sql::new(tx.get_database_backend(), "UPDATE media SET expires_at = 0, used_as = ");
        tx.execute_raw(sql.bind(HELD).push(" WHERE id = ").bind(id.0).done()).await?;
    }
    Ok(())
}

/// Marks pictures that wait for review as to be cleared away: these, or all of an account.
pub(crate) async fn discard_held_media(
    tx: &DatabaseTransaction,
    user_id: UserId,
    ids: Option<&[MediaId]>,
) -> Result<(), StoreError> {
    let sql = Sql::new(tx.get_database_backend(), "UPDATE media SET expires_at = ").bind(LONG_AGO);
    let sql = sql.push(" WHERE user_id = ").bind(user_id.0);
    let sql = sql.push(" AND tweet_id IS NULL AND expires_at = 0 AND used_as = ").bind(HELD);
    let sql = match ids {
        Some(ids) => sql.push(" AND id IN ").list(ids.iter().map(|id| id.0)),
        None => sql,
    };
    tx.execute_raw(sql.done()).await?;
    Ok(())
}

fn use_code(used_as: MediaUse) -> i16 {
    match used_as {
        MediaUse::Tweet => 0,
        MediaUse::Avatar => 1,
        MediaUse::Banner => 2,
    }
}

fn format_code(format: Format) -> i16 {
    match format {
        Format::Jpeg => 0,
        Format::Png => 1,
        Format::Gif => 2,
    }
}

pub(crate) fn format_of(code: i16) -> Format {
    match code {
        1 => Format::Png,
        2 => Format::Gif,
        _ => Format::Jpeg,
    }
}

fn kind_of(code: i16) -> MediaKind {
    if code == 1 { MediaKind::Animation } else { MediaKind::Image }
}

/// Sizes and colours fit 32 bits.
fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

pub(crate) fn media_from(row: media::Model) -> Media {
    Media {
        id: MediaId(row.id),
        files: MediaFiles {
            key: row.file_key,
            large: format_of(row.large_format),
            small: format_of(row.small_format),
        },
        kind: kind_of(row.kind),
        width: small(row.width),
        height: small(row.height),
        description: row.description,
        colour: Colour(small(row.colour)),
    }
}

/// The same of the columns that [`Store::media_of`] reads.
fn media_from_row(row: &Row) -> Result<Media, DbErr> {
    Ok(Media {
        id: MediaId(row.try_get_by_index(1)?),
        files: MediaFiles {
            key: row.try_get_by_index(2)?,
            large: format_of(row.try_get_by_index(3)?),
            small: format_of(row.try_get_by_index(4)?),
        },
        kind: kind_of(row.try_get_by_index(5)?),
        width: small(row.try_get_by_index(6)?),
        height: small(row.try_get_by_index(7)?),
        description: row.try_get_by_index(8)?,
        colour: Colour(small(row.try_get_by_index(9)?)),
    })
}

fn to_row(new: &NewMedia, now: Timestamp) -> media::Model {
    let media = &new.media;
    media::Model {
        id: media.id.0,
        user_id: new.user_id.0,
        tweet_id: None,
        position: 0,
        used_as: use_code(new.used_as),
        kind: i16::from(media.kind == MediaKind::Animation),
        large_format: format_code(media.files.large),
        small_format: format_code(media.files.small),
        file_key: media.files.key.clone(),
        width: media.width.into(),
        height: media.height.into(),
        bytes: new.bytes.cast_signed(),
        colour: media.colour.0.into(),
        description: media.description.clone(),
        created_at: now.0,
        expires_at: new.expires_at.0,
    }
}
