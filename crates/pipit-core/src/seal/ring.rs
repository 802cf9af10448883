//! The key ring as a file or a setting: a line a key, `number made secret`.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use pipit_model::{Error, Result, Timestamp};

/// What stands above the keys.
const HEADING: &str = "# The keys that open what Pipit's database holds sealed. Whoever has this file and the database\n\
     # can read it; without this file nobody can. Keep a copy, and not beside the database's.\n\
     # The last key seals. `pipit keys rotate` adds one.\n";

/// Where the ring is.
#[derive(Clone)]
pub enum KeyPlace {
    /// A file that only its owner may read; all nodes need the same.
    File(PathBuf),
    /// The ring itself, as the file would hold it.
    Given(String),
}

impl fmt::Debug for KeyPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Given(_) => f.write_str("Given(***)"),
        }
    }
}

/// A key as it lies in the ring.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct NamedKey {
    /// Its number; a higher one is newer.
    pub number: u32,
    /// When it was made, as text.
    pub made: String,
    secret: [u8; 32],
}

impl fmt::Debug for NamedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NamedKey({})", self.number)
    }
}

impl NamedKey {
    fn new(number: u32, now: Timestamp) -> Result<Self> {
        let mut secret = [0; 32];
        aws_lc_rs::rand::fill(&mut secret)
            .map_err(|_| Error::Internal("the machine has no randomness".to_owned()))?;
        Ok(Self { number, made: now.to_string(), secret })
    }

    #[cfg(test)]
    pub(super) fn of(number: u32, secret: [u8; 32]) -> Self {
        Self { number, made: "now".to_owned(), secret }
    }

    pub(super) fn secret(&self) -> &[u8] {
        &self.secret
    }

    pub(super) fn line(&self) -> String {
        format!("{} {} {}", self.number, self.made, BASE64.encode(self.secret))
    }

    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        let (number, made, secret) = (words.next()?, words.next()?, words.next()?);
        let secret = BASE64.decode(secret).ok()?.try_into().ok()?;
        let number = number.parse().ok().filter(|number| *number > 0)?;
        words.next().is_none().then(|| Self { number, made: made.to_owned(), secret })
    }
}

/// A new key as a line of a ring: for nodes that are given theirs by setting.
///
/// # Errors
/// If the machine has no randomness.
pub fn new_key_line(number: u32, now: Timestamp) -> Result<String> {
    Ok(NamedKey::new(number, now)?.line())
}

/// What to do where there is no ring yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IfMissing {
    /// Make one.
    Make,
    /// The database was sealed by one: without it, it stays shut.
    Refuse,
}

impl KeyPlace {
    /// What changes when the ring does.
    pub(super) fn version(&self) -> Option<(SystemTime, u64)> {
        let Self::File(path) = self else { return None };
        let known = std::fs::metadata(path).ok()?;
        Some((known.modified().ok()?, known.len()))
    }

    pub(super) fn read(&self, missing: IfMissing, now: Timestamp) -> Result<Vec<NamedKey>> {
        if let Self::File(path) = self
            && !path.exists()
        {
            if missing == IfMissing::Refuse {
                return Err(Error::Internal(format!(
                    "the key ring {} is missing, and this database is sealed: put the ring back, \
                     from the other nodes or from where its copy is kept",
                    path.display()
                )));
            }
            make(path, now)?;
        }
        self.read_again()
    }

    pub(super) fn read_again(&self) -> Result<Vec<NamedKey>> {
        match self {
            Self::File(path) => parse(&std::fs::read_to_string(path).map_err(failed(path))?),
            Self::Given(text) => parse(text),
        }
        .map_err(|error| match self {
            Self::File(path) => Error::Internal(format!("{}: {error}", path.display())),
            Self::Given(_) => error,
        })
    }

    /// Held while the ring is changed: two at once would each add a key of the same number.
    pub(crate) fn lock(&self) -> Result<Option<File>> {
        let Self::File(path) = self else { return Ok(None) };
        let lock = path.with_extension("lock");
        let file = File::create(&lock).map_err(failed(&lock))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => {
                Err(Error::Forbidden("another process rotates the keys: wait until it is done"))
            }
            Err(TryLockError::Error(error)) => Err(failed(&lock)(error)),
        }
    }

    /// Adds a new key.
    pub(crate) fn add(&self, now: Timestamp) -> Result<()> {
        let mut keys = self.read_again()?;
        let newest = keys.last().map_or(0, |key| key.number);
        keys.push(NamedKey::new(newest + 1, now)?);
        self.replace(&keys)
    }

    /// Forgets the keys that are older than this one.
    pub(crate) fn forget_before(&self, number: u32) -> Result<()> {
        // What is given by setting is its owner's to shorten.
        let Self::File(_) = self else { return Ok(()) };
        let mut keys = self.read_again()?;
        keys.retain(|key| key.number >= number);
        self.replace(&keys)
    }

    /// Puts a new file in the place of the old one, in one go.
    fn replace(&self, keys: &[NamedKey]) -> Result<()> {
        let Self::File(path) = self else {
            return Err(Error::Forbidden(
                "the key ring is a setting: add a line of `pipit keys new` to it on every node",
            ));
        };
        let beside = path.with_extension("new");
        // One that a rotation left that was killed.
        match std::fs::remove_file(&beside) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(&beside)(error)),
        }
        write_new(&beside, keys)?;
        std::fs::rename(&beside, path).map_err(failed(path))?;
        sync_folder(path)
    }
}

/// Makes the first ring. Another process may do so at the same moment: whichever is there first
/// stays, and is whole.
fn make(path: &Path, now: Timestamp) -> Result<()> {
    let beside = path.with_extension(format!("new-{}", std::process::id()));
    write_new(&beside, &[NamedKey::new(1, now)?])?;
    let linked = std::fs::hard_link(&beside, path);
    std::fs::remove_file(&beside).map_err(failed(&beside))?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(failed(path)(error)),
        _ => sync_folder(path),
    }
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> Error + '_ {
    |error| Error::Internal(format!("the key ring {}: {error}", path.display()))
}

fn parse(text: &str) -> Result<Vec<NamedKey>> {
    let lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut keys: Vec<NamedKey> = Vec::new();
    for line in lines {
        // What is wrong with it is not said in its words: it may be a secret.
        let damaged = || Error::Internal("a line of the key ring is damaged".to_owned());
        let key = NamedKey::parse(line).ok_or_else(damaged)?;
        if keys.last().is_some_and(|before| before.number >= key.number) {
            return Err(Error::Internal("the keys of the ring are not in order".to_owned()));
        }
        keys.push(key);
    }
    Ok(keys)
}

/// Writes a file that was not there, which nobody else may read.
fn write_new(path: &Path, keys: &[NamedKey]) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let lines: String = keys.iter().map(|key| key.line() + "\n").collect();
    let write = |mut file: File| {
        file.write_all(HEADING.as_bytes())?;
        file.write_all(lines.as_bytes())?;
        file.sync_all()
    };
    options.open(path).and_then(write).map_err(failed(path))
}

/// So that the file is there after a power cut too.
fn sync_folder(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(path))
}
