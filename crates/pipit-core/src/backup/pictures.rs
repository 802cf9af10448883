//! The pictures of a backup. Their files never change: they come and go.

use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use futures_util::{StreamExt, TryStreamExt, stream};
use pipit_media::Files;
use pipit_model::Result;
use pipit_model::limits::{DUMP_STEP_ROWS, PICTURES_COPIED_AT_ONCE};
use pipit_store::dump::Snapshot;
use serde::{Deserialize, Serialize};

use super::{PICTURE_LIST, PicturesEntry, Progress, RowWriter, Told, Wanted, wrong};
use crate::file_set::FileSet;
use crate::keys::hex;

/// A file of a picture, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PictureFile {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

/// Copies a file, one in memory at a time; whether it was there.
pub(crate) async fn copy((from, to): (&Files, &Files), name: &str) -> Result<bool> {
    match from.get(name).await? {
        Some(bytes) => to.put(name, bytes.into()).await.map(|()| true),
        None => Ok(false),
    }
}

/// Copies all files that there are; answers which.
pub(super) async fn copy_all(from: &Files, to: &Files, told: Told<'_>) -> Result<FileSet> {
    let mut listed = FileSet::default();
    let mut names = std::pin::pin!(from.names());
    while let Some(name) = names.try_next().await? {
        listed.insert(&name);
    }
    let (mut done, total) = (0, listed.len());
    let mut copied = FileSet::default();
    let under_way = stream::iter(listed.names()).map(|name| async move {
        let there = copy((from, to), &name).await?;
        Ok::<_, pipit_model::Error>((name, there))
    });
    let mut finished = std::pin::pin!(under_way.buffer_unordered(PICTURES_COPIED_AT_ONCE));
    while let Some((name, there)) = finished.try_next().await? {
        if there {
            copied.insert(&name);
        }
        done += 1;
        told(Progress { what: "pictures", done, total });
    }
    Ok(copied)
}

/// Copies what the snapshot's pictures still lack.
pub(super) async fn copy_missing(
    snapshot: &Snapshot,
    places: (&Files, &Files),
    copied: &mut FileSet,
    told: Told<'_>,
) -> Result<Wanted> {
    let mut wanted = Wanted::default();
    let (mut after, mut done) = (0, 0);
    loop {
        let some = snapshot.pictures(after, DUMP_STEP_ROWS).await?;
        let Some(last) = some.last() else { return Ok(wanted) };
        after = last.id.0;
        for picture in &some {
            let names = [picture.files.large_name(), picture.files.small_name()];
            let mut whole = true;
            for name in &names {
                if !copied.contains(name) {
                    if copy(places, name).await? {
                        copied.insert(name);
                    } else {
                        whole = false;
                    }
                }
            }
            // One that is not in use may not be there yet, or no longer.
            if !whole && picture.in_use {
                wanted.lost.push(picture.id.0);
            } else {
                for name in names.iter().filter(|name| copied.contains(name)) {
                    wanted.files.insert(name);
                }
            }
        }
        done += some.len() as u64;
        told(Progress { what: "pictures", done, total: done });
    }
}

/// Writes the list of the files, as they lie there now.
pub(super) async fn list(
    to: &Files,
    wanted: &Wanted,
    folder: &Path,
    told: Told<'_>,
) -> Result<PicturesEntry> {
    let mut writer = RowWriter::create(&folder.join(PICTURE_LIST))?;
    let (mut files, mut bytes, total) = (0, 0, wanted.files.len());
    for name in wanted.files.names() {
        let file = described(to, &name).await?;
        let file = file.ok_or_else(|| wrong(format!("{name} is gone from the backup")))?;
        (files, bytes) = (files + 1, bytes + file.bytes);
        writer.write(&file)?;
        told(Progress { what: "checking pictures", done: files, total });
    }
    let (_, sha256) = writer.finish()?;
    Ok(PicturesEntry { files, bytes, sha256, lost: wanted.lost.clone() })
}

async fn described(place: &Files, name: &str) -> Result<Option<PictureFile>> {
    let bytes = place.get(name).await?;
    Ok(bytes.map(|bytes| PictureFile {
        name: name.to_owned(),
        bytes: bytes.len() as u64,
        sha256: hex(digest(&SHA256, &bytes).as_ref()),
    }))
}

/// What somebody deleted before the moment of the backup is not kept in it.
pub(super) async fn delete_others(to: &Files, copied: &FileSet, wanted: &FileSet) -> Result<()> {
    for name in copied.names().filter(|name| !wanted.contains(name)) {
        to.delete(&name).await?;
    }
    Ok(())
}

/// Checks that a file is as it was listed.
pub(crate) async fn checked(place: &Files, file: &PictureFile) -> Result<()> {
    match described(place, &file.name).await? {
        Some(found) if found == *file => Ok(()),
        Some(_) => Err(wrong(format!("picture {} is damaged: use another backup", file.name))),
        None => Err(wrong(format!("picture {} is missing: use another backup", file.name))),
    }
}
