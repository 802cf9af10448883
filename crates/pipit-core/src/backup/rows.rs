//! A file of JSON lines, gzipped, with its length and SHA-256.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Lines, Read, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use pipit_model::Result;
use pipit_store::dump::Cell;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{failed, wrong};
use crate::keys::hex;

/// A value as it is written; null where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Value {
    Number(i64),
    Text(String),
    Null,
}

impl From<Cell> for Value {
    fn from(cell: Cell) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Number(number) => Self::Number(number),
            Cell::Text(text) => Self::Text(text),
        }
    }
}

impl From<Value> for Cell {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Number(number) => Self::Number(number),
            Value::Text(text) => Self::Text(text),
        }
    }
}

/// Writes one.
pub(crate) struct RowWriter {
    path: PathBuf,
    gzip: GzEncoder<Hashed>,
}

impl RowWriter {
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let file = File::create_new(path).map_err(failed(path))?;
        let hashed =
            Hashed { file: BufWriter::new(file), context: Context::new(&SHA256), bytes: 0 };
        // What is written while others wait for the database is written quickly.
        let gzip = GzEncoder::new(hashed, Compression::fast());
        Ok(Self { path: path.to_owned(), gzip })
    }

    pub(crate) fn write(&mut self, row: &impl Serialize) -> Result<()> {
        let mut write = || -> std::io::Result<()> {
            serde_json::to_writer(&mut self.gzip, row)?;
            self.gzip.write_all(b"\n")
        };
        write().map_err(failed(&self.path))
    }

    /// Its length and SHA-256, once it is on the disk.
    pub(crate) fn finish(self) -> Result<(u64, String)> {
        let failed = failed(&self.path);
        let hashed = self.gzip.finish().map_err(&failed)?;
        let file = hashed.file.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(&failed)?;
        Ok((hashed.bytes, hex(hashed.context.finish().as_ref())))
    }
}

struct Hashed {
    file: BufWriter<File>,
    context: Context,
    bytes: u64,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.context.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Reads one, line by line.
pub(crate) struct RowReader {
    path: PathBuf,
    lines: Lines<BufReader<GzDecoder<BufReader<File>>>>,
}

impl RowReader {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(failed(path))?;
        let lines = BufReader::new(GzDecoder::new(BufReader::new(file))).lines();
        Ok(Self { path: path.to_owned(), lines })
    }

    /// The next lines; none at the end.
    pub(crate) fn some<T: DeserializeOwned>(&mut self, limit: usize) -> Result<Vec<T>> {
        let mut some = Vec::new();
        for line in self.lines.by_ref().take(limit) {
            let line = line.map_err(failed(&self.path))?;
            let damaged = |error| {
                wrong(format!("{} is damaged: {error}: use another backup", self.path.display()))
            };
            some.push(serde_json::from_str(&line).map_err(damaged)?);
        }
        Ok(some)
    }
}

/// The length and SHA-256 of a file.
pub(crate) fn file_hash(path: &Path) -> std::io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let (mut context, mut bytes) = (Context::new(&SHA256), 0);
    let mut some = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut some)?;
        if read == 0 {
            return Ok((bytes, hex(context.finish().as_ref())));
        }
        context.update(&some[..read]);
        bytes += read as u64;
    }
}
