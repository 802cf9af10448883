//! A backup back into an empty database, whichever that is: all of it or, whatever happens, nothing.

use std::collections::BTreeSet;
use std::path::Path;

use futures_util::{StreamExt, TryStreamExt, stream};
use pipit_media::{Files, Place as MediaPlace};
use pipit_model::limits::{DUMP_STEP_ROWS, PICTURES_COPIED_AT_ONCE};
use pipit_model::{Error, MediaId, Result};
use pipit_store::dump::{Cell, Loader, Table};

use crate::Settings;
use crate::backup::{
    KEYS, MANIFEST, Manifest, PICTURE_LIST, PICTURES, PictureFile, Progress, RowReader, TableEntry,
    Told, Value, checked, copy, failed, file_hash, table_file, write_private, wrong,
};
use crate::seal::KeyPlace;

/// Reads all of a backup, and finds out whether it is as it was made.
///
/// # Errors
/// With the first file that is not.
pub async fn check_backup(folder: &Path, told: Told<'_>) -> Result<Manifest> {
    let manifest = Manifest::read(folder)?;
    let total = manifest.tables.len() as u64;
    for (done, table) in (0..).zip(&manifest.tables) {
        told(Progress { what: "checking tables", done, total });
        let path = table_file(folder, &table.name);
        same_hash(&path, &table.sha256, Some(table.bytes))?;
    }
    same_hash(&folder.join(PICTURE_LIST), &manifest.pictures.sha256, None)?;
    let place = Files::open_to_read(&MediaPlace::Folder(folder.join(PICTURES)))?;
    let (mut done, total) = (0, manifest.pictures.files);
    let mut listed = RowReader::open(&folder.join(PICTURE_LIST))?;
    loop {
        let some: Vec<PictureFile> = listed.some(DUMP_STEP_ROWS as usize)?;
        if some.is_empty() {
            break;
        }
        for file in &some {
            checked(&place, file).await?;
        }
        done += some.len() as u64;
        told(Progress { what: "checking pictures", done, total });
    }
    if done != total {
        return Err(wrong(format!("{PICTURE_LIST} lists {done} files and not {total}")));
    }
    Ok(manifest)
}

fn same_hash(path: &Path, sha256: &str, bytes: Option<u64>) -> Result<()> {
    let found = match file_hash(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(wrong(format!("{} is missing: use another backup", path.display())));
        }
        found => found.map_err(failed(path))?,
    };
    if found.1 != sha256 || bytes.is_some_and(|bytes| bytes != found.0) {
        return Err(wrong(format!(
            "{} is damaged: it is not what {} says; use another backup",
            path.display(),
            MANIFEST
        )));
    }
    Ok(())
}

/// Restores a backup into the database, the place of pictures and, if it has them, the keys that the
/// settings name. The database must be empty, or not be there yet.
///
/// # Errors
/// If the backup is damaged, the database is not empty, or something cannot be written; the database
/// is then as empty as before.
pub async fn restore(settings: &Settings, folder: &Path, told: Told<'_>) -> Result<Manifest> {
    let manifest = check_backup(folder, told).await?;
    // Before anything is copied: is it the right database at all?
    let loader = Loader::open(&settings.database_url, &manifest.schema).await?;
    loader.abandon().await?;
    if manifest.keys_included {
        restore_keys(&settings.keys, folder)?;
    }
    restore_pictures(settings, folder, &manifest, told).await?;
    let loader = Loader::open(&settings.database_url, &manifest.schema).await?;
    restore_tables(&loader, folder, &manifest, told).await?;
    let lost: Vec<MediaId> = manifest.pictures.lost.iter().copied().map(MediaId).collect();
    loader.forget_pictures(&lost).await?;
    let total = manifest.tables.iter().find(|table| table.name == "tweets").map_or(0, |t| t.rows);
    loader.index(&mut |done| told(Progress { what: "search index", done, total })).await?;
    loader.commit().await?;
    Ok(manifest)
}

/// Keys that are there already stay.
fn restore_keys(place: &KeyPlace, folder: &Path) -> Result<()> {
    let kept = folder.join(KEYS);
    let text = std::fs::read_to_string(&kept).map_err(failed(&kept))?;
    match place {
        KeyPlace::Given(_) => Ok(()),
        KeyPlace::File(path) if path.exists() => Ok(()),
        KeyPlace::File(path) => write_private(path, text.as_bytes()),
    }
}

async fn restore_pictures(
    settings: &Settings,
    folder: &Path,
    manifest: &Manifest,
    told: Told<'_>,
) -> Result<()> {
    let from = Files::open_to_read(&MediaPlace::Folder(folder.join(PICTURES)))?;
    let to = Files::open(&settings.media).await?;
    let (mut done, total) = (0, manifest.pictures.files);
    let mut listed = RowReader::open(&folder.join(PICTURE_LIST))?;
    loop {
        let some: Vec<PictureFile> = listed.some(DUMP_STEP_ROWS as usize)?;
        if some.is_empty() {
            return Ok(());
        }
        let places = (&from, &to);
        let copies = some.into_iter().map(|file| async move {
            if copy(places, &file.name).await? {
                return Ok(());
            }
            Err(wrong(format!("picture {} is missing: use another backup", file.name)))
        });
        let copies = stream::iter(copies).buffer_unordered(PICTURES_COPIED_AT_ONCE);
        copies
            .try_for_each(|()| {
                done += 1;
                told(Progress { what: "pictures", done, total });
                std::future::ready(Ok::<_, Error>(()))
            })
            .await?;
    }
}

async fn restore_tables(
    loader: &Loader,
    folder: &Path,
    manifest: &Manifest,
    told: Told<'_>,
) -> Result<()> {
    let tables = loader.tables().await?;
    let (mut done, total) = (0, manifest.rows());
    for entry in &manifest.tables {
        told(Progress { what: &entry.name, done, total });
        let table = tables.iter().find(|table| table.name == entry.name);
        let table = ordered(table, entry)?;
        let mut reader = RowReader::open(&table_file(folder, &entry.name))?;
        let mut rows = 0;
        loop {
            let some: Vec<Vec<Value>> = reader.some(DUMP_STEP_ROWS as usize)?;
            if some.is_empty() {
                break;
            }
            rows += some.len() as u64;
            let cells = |row: Vec<Value>| row.into_iter().map(Cell::from).collect();
            loader.insert(&table, some.into_iter().map(cells).collect()).await?;
            told(Progress { what: &entry.name, done: done + rows, total });
        }
        if rows != entry.rows {
            let (name, said) = (&entry.name, entry.rows);
            return Err(wrong(format!(
                "{name} has {rows} rows and not {said}: use another backup"
            )));
        }
        done += rows;
    }
    Ok(())
}

/// The table with its columns as the backup has them.
fn ordered(table: Option<&Table>, entry: &TableEntry) -> Result<Table> {
    let differs = || {
        let why = "the schema says otherwise: use the version of pipit that made the backup";
        wrong(format!("table {} is not what it was: {why}", entry.name))
    };
    let table = table.ok_or_else(differs)?;
    let has: BTreeSet<&str> = table.column_names().into_iter().collect();
    let wants: BTreeSet<&str> = entry.columns.iter().map(String::as_str).collect();
    if has != wants || entry.columns.len() != wants.len() {
        return Err(differs());
    }
    let column = |name: &String| table.columns.iter().find(|column| column.name == *name).cloned();
    Ok(Table {
        name: table.name.clone(),
        columns: entry.columns.iter().filter_map(column).collect(),
    })
}
