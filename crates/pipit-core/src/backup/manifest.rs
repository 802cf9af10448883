//! What a backup holds.

use std::path::Path;

use pipit_model::Result;
use serde::{Deserialize, Serialize};

use super::{MANIFEST, failed, write_private, wrong};

/// The form of a backup; another one gets another number.
pub(crate) const FORMAT: u32 = 1;

/// Of what a backup is, and what must be in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Its form.
    pub format: u32,
    /// The version of Pipit that made it.
    pub pipit: String,
    /// When: the tables are as they were a little later.
    pub made_at: String,
    /// Which database it was of; it can be restored into any.
    pub database: String,
    /// The names of the steps of its schema.
    pub schema: Vec<String>,
    /// The tables.
    pub tables: Vec<TableEntry>,
    /// The pictures.
    pub pictures: PicturesEntry,
    /// Whether the keys are in it.
    pub keys_included: bool,
}

/// A table in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableEntry {
    /// Its name.
    pub name: String,
    /// The names of its columns, in the order of the values of a row.
    pub columns: Vec<String>,
    /// How many rows it has.
    pub rows: u64,
    /// How long its file is.
    pub bytes: u64,
    /// The SHA-256 of its file.
    pub sha256: String,
}

/// The pictures in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PicturesEntry {
    /// How many files.
    pub files: u64,
    /// How long they are together.
    pub bytes: u64,
    /// The SHA-256 of the list of them.
    pub sha256: String,
    /// Pictures whose files were not there: deleted while the backup was made, or lost before. A
    /// restored database does without them.
    pub lost: Vec<i64>,
}

impl Manifest {
    /// How many rows all tables have together.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// Reads that of a backup.
    ///
    /// # Errors
    /// If there is none, or it is of another form.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(MANIFEST);
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(wrong(format!(
                    "{} has no {MANIFEST}: it is no backup, or one that broke off while it was made",
                    folder.display()
                )));
            }
            text => text.map_err(failed(&path))?,
        };
        let damaged =
            |error| wrong(format!("{} is damaged: {error}: use another backup", path.display()));
        let manifest: Self = serde_json::from_str(&text).map_err(damaged)?;
        if manifest.format != FORMAT {
            return Err(wrong(format!(
                "{} is of form {}, and this version knows form {FORMAT}: restore it with pipit {}",
                folder.display(),
                manifest.format,
                manifest.pipit
            )));
        }
        Ok(manifest)
    }

    /// Writes it beside its place and then there, in one go: where it is, all else is.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        let (path, beside) = (folder.join(MANIFEST), folder.join("manifest.new"));
        let text = serde_json::to_vec_pretty(self).map_err(|error| wrong(error.to_string()))?;
        write_private(&beside, &text)?;
        std::fs::rename(&beside, &path).map_err(failed(&path))?;
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder))
    }
}
