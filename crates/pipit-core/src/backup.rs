//! A backup: everything that a database holds, as it was at one moment, and the pictures, in a folder
//! that any of the databases is restored from.
//!
//! `manifest.json` is written last, and says of every other file how long it is and what its SHA-256
//! is: a backup that broke off or was damaged is not restored. `tables/NAME.jsonl.gz` has a line a
//! row, in the order of the table's key. `pictures.jsonl.gz` has a line a file of `pictures/`, which
//! is laid out as a server's own folder.
//!
//! One way for all databases, and the only one: a copy of SQLite's file would be restored into SQLite
//! alone, and hold what was deleted in the pages that it no longer uses.

mod manifest;
mod pictures;
mod rows;

use std::path::{Path, PathBuf};

use pipit_media::{Files, Place as MediaPlace};
use pipit_model::limits::DUMP_STEP_ROWS;
use pipit_model::{Error, Result, Timestamp};
use pipit_store::dump::{Cell, Snapshot, Table};

use crate::Settings;
use crate::file_set::FileSet;
use crate::seal::KeyPlace;
pub use manifest::Manifest;
pub(crate) use manifest::{FORMAT, PicturesEntry, TableEntry};
pub(crate) use pictures::{PictureFile, checked, copy};
pub(crate) use rows::{RowReader, RowWriter, Value, file_hash};

/// How far something long is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// What is done at this moment.
    pub what: &'a str,
    /// How much of it is done,
    pub done: u64,
    /// and of how much.
    pub total: u64,
}

/// Who hears of it.
pub(crate) type Told<'a> = &'a mut (dyn FnMut(Progress<'_>) + Send);

/// Whether the keys go into the backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithKeys {
    /// They are kept elsewhere: who gets hold of the backup alone cannot read what is sealed.
    No,
    /// They are in it: it opens everything.
    Yes,
}

pub(crate) const MANIFEST: &str = "manifest.json";
pub(crate) const TABLES: &str = "tables";
pub(crate) const PICTURES: &str = "pictures";
pub(crate) const PICTURE_LIST: &str = "pictures.jsonl.gz";
pub(crate) const KEYS: &str = "keys";

/// What is wrong with a backup, for people.
pub(crate) fn wrong(message: String) -> Error {
    Error::conflict("backup", message)
}

pub(crate) fn failed(path: &Path) -> impl Fn(std::io::Error) -> Error + '_ {
    |error| wrong(format!("{}: {error}", path.display()))
}

/// Makes a backup of a database, whoever serves it meanwhile, in a folder that is not there yet or
/// empty. Its schema is left as it is.
///
/// # Errors
/// If the database, the pictures or the folder cannot be used; the folder then has no manifest.
pub async fn back_up(
    settings: &Settings,
    folder: &Path,
    keys: WithKeys,
    now: Timestamp,
    told: Told<'_>,
) -> Result<Manifest> {
    make_folder(folder)?;
    let from = Files::open_to_read(&settings.media)?;
    let to = Files::open(&MediaPlace::Folder(folder.join(PICTURES))).await?;
    // Most pictures are there before the moment that the backup is of: whatever is deleted from then
    // on has been copied.
    let mut copied = pictures::copy_all(&from, &to, told).await?;
    let snapshot = Snapshot::open(&settings.database_url).await?;
    let tables = dump_tables(&snapshot, folder, told).await?;
    let wanted = pictures::copy_missing(&snapshot, (&from, &to), &mut copied, told).await?;
    let (schema, database) = (snapshot.schema().await?, snapshot.backend_name().to_owned());
    snapshot.close().await?;
    let pictures = pictures::list(&to, &wanted, folder, told).await?;
    pictures::delete_others(&to, &copied, &wanted.files).await?;
    if keys == WithKeys::Yes {
        copy_keys(&settings.keys, folder)?;
    }
    let manifest = Manifest {
        format: FORMAT,
        pipit: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: now.to_string(),
        database,
        schema,
        tables,
        pictures,
        keys_included: keys == WithKeys::Yes,
    };
    manifest.write(folder)?;
    Ok(manifest)
}

/// What is in it is nobody else's business: it has hashes of passwords, and letters.
fn make_folder(folder: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.recursive(true);
    builder.create(folder).map_err(failed(folder))?;
    let mut entries = std::fs::read_dir(folder).map_err(failed(folder))?;
    if entries.next().is_some() {
        let folder = folder.display();
        return Err(wrong(format!("{folder} is not empty: name a folder that is not there yet")));
    }
    builder.create(folder.join(TABLES)).map_err(failed(folder))
}

async fn dump_tables(
    snapshot: &Snapshot,
    folder: &Path,
    told: Told<'_>,
) -> Result<Vec<TableEntry>> {
    let tables = snapshot.tables().await?;
    let (mut total, mut done) = (0, 0);
    for table in &tables {
        total += snapshot.count(table).await?;
    }
    let mut entries = Vec::new();
    for table in &tables {
        told(Progress { what: &table.name, done, total });
        let mut rows_told = |rows| told(Progress { what: &table.name, done: done + rows, total });
        let entry = dump_table(snapshot, table, folder, &mut rows_told).await?;
        done += entry.rows;
        entries.push(entry);
    }
    Ok(entries)
}

async fn dump_table(
    snapshot: &Snapshot,
    table: &Table,
    folder: &Path,
    told: &mut (dyn FnMut(u64) + Send),
) -> Result<TableEntry> {
    let mut writer = RowWriter::create(&table_file(folder, &table.name))?;
    let (key, mut after, mut rows) = (table.key(), None::<Vec<Cell>>, 0);
    loop {
        let some = snapshot.rows(table, after.as_deref(), DUMP_STEP_ROWS).await?;
        let Some(last) = some.last() else { break };
        after = Some(key.iter().map(|at| last[*at].clone()).collect());
        rows += some.len() as u64;
        for row in some {
            writer.write(&row.into_iter().map(Value::from).collect::<Vec<_>>())?;
        }
        told(rows);
    }
    let columns = table.column_names().into_iter().map(str::to_owned).collect();
    let (bytes, sha256) = writer.finish()?;
    Ok(TableEntry { name: table.name.clone(), columns, rows, bytes, sha256 })
}

pub(crate) fn table_file(folder: &Path, table: &str) -> PathBuf {
    folder.join(TABLES).join(format!("{table}.jsonl.gz"))
}

fn copy_keys(place: &KeyPlace, folder: &Path) -> Result<()> {
    let text = match place {
        KeyPlace::File(path) => std::fs::read_to_string(path).map_err(failed(path))?,
        KeyPlace::Given(text) => text.clone(),
    };
    let path = folder.join(KEYS);
    write_private(&path, text.as_bytes())
}

/// Writes a file that was not there, which nobody else may read.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path).map_err(failed(path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed(path))
}

/// The pictures of a backup: which files, and which pictures lack theirs.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) files: FileSet,
    pub(crate) lost: Vec<i64>,
}
