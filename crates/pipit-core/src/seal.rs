//! Sealing what identifies or unlocks a person: AES-256-GCM under a ring of numbered keys.
//!
//! A record is `version, key number, nonce, ciphertext, tag`, in Base64; the row and the column it
//! belongs to are authenticated with it, so that it opens nowhere else. What is sealed is found by a
//! keyed hash. The newest key seals, all keys open; `pipit keys rotate` adds one and has everything
//! sealed anew.

mod ring;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use pipit_model::user::Email;
use pipit_model::{Error, Result, Timestamp};
use pipit_store::{Sealed, SealedColumn, SealedEmail};

pub(crate) use ring::{IfMissing, NamedKey};
pub use ring::{KeyPlace, new_key_line};

/// The form of a record; another one gets another number.
const VERSION: u8 = 1;
/// Version and key number.
const HEAD_BYTES: usize = 5;

/// Where a sealed value belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'a> {
    /// A column of a row.
    Row(SealedColumn, i64),
    /// A secret that the nodes share.
    ServerKey(&'a str),
    /// Handed out, to come back: what for.
    Ticket(&'static str),
}

impl Place<'_> {
    /// What is authenticated with the value. None of the parts holds a slash but the last.
    fn authenticated(self) -> String {
        match self {
            Self::Row(column, id) => {
                let (table, _, name) = column.place();
                format!("{table}/{name}/{id}")
            }
            Self::ServerKey(id) => format!("server_keys/secret/{id}"),
            Self::Ticket(purpose) => format!("/ticket/{purpose}"),
        }
    }
}

/// One key of the ring, made ready.
struct Key {
    named: NamedKey,
    seals: LessSafeKey,
    finds: hmac::Key,
}

impl Key {
    fn new(named: NamedKey) -> Result<Self> {
        // One secret, two uses: neither tells anything of the other.
        let secret = hmac::Key::new(HMAC_SHA256, named.secret());
        let derived = |purpose: &str| hmac::sign(&secret, purpose.as_bytes());
        let seals = UnboundKey::new(&AES_256_GCM, derived("seal").as_ref())
            .map_err(|_| Error::Internal("a key of the ring is no key".to_owned()))?;
        let finds = hmac::Key::new(HMAC_SHA256, derived("find").as_ref());
        Ok(Self { named, seals: LessSafeKey::new(seals), finds })
    }

    /// A number that tells this key from any other of the same number, and nothing else of it.
    fn check(&self) -> String {
        BASE64.encode(&hmac::sign(&self.finds, b"check").as_ref()[..9])
    }
}

/// The keys as they are at one moment.
pub(crate) struct Keys(Vec<Key>);

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}

impl Keys {
    fn new(named: Vec<NamedKey>) -> Result<Self> {
        let keys = named.into_iter().map(Key::new).collect::<Result<Vec<_>>>()?;
        if keys.is_empty() {
            return Err(Error::Internal("the key ring is empty".to_owned()));
        }
        Ok(Self(keys))
    }

    /// The number of the key that seals.
    pub(crate) fn newest(&self) -> i64 {
        self.0.last().map_or(0, |key| i64::from(key.named.number))
    }

    /// Number and check of each key.
    pub(crate) fn checks(&self) -> Vec<(u32, String)> {
        self.0.iter().map(|key| (key.named.number, key.check())).collect()
    }

    pub(crate) fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Sealed> {
        let failed = |_| Error::Internal("sealing failed".to_owned());
        let key = self.0.last().ok_or_else(|| Error::Internal("no key".to_owned()))?;
        let mut nonce = [0; NONCE_LEN];
        aws_lc_rs::rand::fill(&mut nonce).map_err(failed)?;
        let mut record = vec![VERSION];
        record.extend_from_slice(&key.named.number.to_be_bytes());
        record.extend_from_slice(&nonce);
        let mut sealed = plain.to_vec();
        let aad = Aad::from(place.authenticated());
        let nonce = Nonce::assume_unique_for_key(nonce);
        key.seals.seal_in_place_append_tag(nonce, aad, &mut sealed).map_err(failed)?;
        record.append(&mut sealed);
        Ok(Sealed { text: BASE64.encode(record), key: i64::from(key.named.number) })
    }

    /// What was sealed in this place; what is still in the clear is taken as it is.
    pub(crate) fn open(&self, place: Place<'_>, sealed: &Sealed) -> Result<Vec<u8>> {
        if sealed.key == 0 {
            return Ok(sealed.text.clone().into_bytes());
        }
        self.open_record(place, &sealed.text).ok_or_else(|| {
            let place = place.authenticated();
            Error::Internal(format!("{place} does not open with any key of the ring"))
        })
    }

    /// The same for a record on its own; nothing if it is none of ours.
    pub(crate) fn open_record(&self, place: Place<'_>, record: &str) -> Option<Vec<u8>> {
        let bytes = BASE64.decode(record).ok()?;
        let (head, rest) = bytes.split_at_checked(HEAD_BYTES)?;
        let (nonce, sealed) = rest.split_at_checked(NONCE_LEN)?;
        let (version, number) = head.split_first()?;
        let number = u32::from_be_bytes(number.try_into().ok()?);
        let key = self.0.iter().find(|key| key.named.number == number)?;
        if *version != VERSION {
            return None;
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut opened = sealed.to_vec();
        let aad = Aad::from(place.authenticated());
        let plain = key.seals.open_in_place(nonce, aad, &mut opened).ok()?;
        Some(plain.to_vec())
    }

    /// The same as text.
    pub(crate) fn open_text(&self, place: Place<'_>, sealed: &Sealed) -> Result<String> {
        let damaged = |_| Error::Internal("a sealed text is none".to_owned());
        String::from_utf8(self.open(place, sealed)?).map_err(damaged)
    }

    /// By which an address is found: a hash by each key, the newest first.
    pub(crate) fn email_hashes(&self, email: &Email) -> Vec<String> {
        let canonical = email.key();
        let hash = |key: &Key| {
            let hash = hmac::sign(&key.finds, format!("email/{canonical}").as_bytes());
            BASE64.encode(hash)
        };
        self.0.iter().rev().map(hash).collect()
    }

    /// An address of somebody's as it is stored.
    pub(crate) fn seal_email(&self, user_id: i64, email: &Email) -> Result<SealedEmail> {
        let place = Place::Row(SealedColumn::Email, user_id);
        let sealed = self.seal(place, email.as_str().as_bytes())?;
        Ok(SealedEmail { sealed, keys: self.email_hashes(email) })
    }
}

/// The ring, wherever it lies: read again when it has changed, since another process may rotate it.
pub(crate) struct Seals {
    place: KeyPlace,
    known: Mutex<Known>,
}

struct Known {
    keys: Arc<Keys>,
    /// When the file was written, and how long it is.
    version: Option<(SystemTime, u64)>,
}

impl fmt::Debug for Seals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seals(***)")
    }
}

impl Seals {
    /// Opens the ring. `make` says whether a new one may be made where there is none: not beside a
    /// database that was sealed by another.
    pub(crate) fn open(place: KeyPlace, make: IfMissing, now: Timestamp) -> Result<Self> {
        let version = place.version();
        let keys = Arc::new(Keys::new(place.read(make, now)?)?);
        // A file that was made just now has another version: it is read once more, that is all.
        Ok(Self { place, known: Mutex::new(Known { keys, version }) })
    }

    /// The keys as they are now.
    pub(crate) fn keys(&self) -> Result<Arc<Keys>> {
        let version = self.place.version();
        // Each change is whole before anything in it could panic.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if version != known.version {
            known.keys = Arc::new(Keys::new(self.place.read_again()?)?);
            known.version = version;
        }
        Ok(known.keys.clone())
    }

    pub(crate) fn place(&self) -> &KeyPlace {
        &self.place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(secrets: &[u8]) -> Keys {
        let named = secrets.iter().zip(1..).map(|(byte, number)| NamedKey::of(number, [*byte; 32]));
        Keys::new(named.collect()).expect("keys")
    }

    const HERE: Place<'_> = Place::Row(SealedColumn::Email, 7);

    #[test]
    fn what_is_sealed_opens_in_its_place_alone() {
        let keys = keys(&[1]);
        let sealed = keys.seal(HERE, b"ann@example.org").expect("sealed");
        assert_eq!(
            (sealed.key, keys.open_text(HERE, &sealed).expect("opened").as_str()),
            (1, "ann@example.org")
        );
        assert!(!sealed.text.contains('@') && sealed.text.len() < 100);
        for other in [
            Place::Row(SealedColumn::Email, 8),
            Place::Row(SealedColumn::UserAgent, 7),
            Place::ServerKey("7"),
            Place::Ticket("7"),
        ] {
            assert!(keys.open(other, &sealed).is_err(), "{other:?}");
        }
        let again = keys.seal(HERE, b"ann@example.org").expect("sealed");
        assert_ne!(sealed.text, again.text, "the same text never looks the same");
    }

    #[test]
    fn no_byte_of_a_record_can_be_changed() {
        let keys = keys(&[1]);
        let sealed = keys.seal(HERE, b"secret").expect("sealed");
        let bytes = BASE64.decode(&sealed.text).expect("Base64");
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(keys.open_record(HERE, &BASE64.encode(changed)), None, "byte {at}");
        }
        for length in 0..bytes.len() {
            assert_eq!(keys.open_record(HERE, &BASE64.encode(&bytes[..length])), None, "{length}");
        }
        assert_eq!(keys.open_record(HERE, "no Base64!"), None);
    }

    #[test]
    fn the_newest_key_seals_and_all_open() {
        let (old, both, new) = (keys(&[1]), keys(&[1, 2]), keys(&[9, 2]));
        let by_old = old.seal(HERE, b"a").expect("sealed");
        let by_new = both.seal(HERE, b"b").expect("sealed");
        assert_eq!((by_old.key, by_new.key), (1, 2));
        assert_eq!(both.open(HERE, &by_old).expect("opened"), b"a");
        assert_eq!(new.open(HERE, &by_new).expect("opened"), b"b");
        assert!(old.open(HERE, &by_new).is_err(), "a key it does not have");
        assert!(new.open(HERE, &by_old).is_err(), "another key of the same number");
        assert_ne!(old.checks()[0], new.checks()[0]);
    }

    #[test]
    fn addresses_are_found_whatever_their_case() {
        let keys = keys(&[1, 2]);
        let hashes = |text| keys.email_hashes(&Email::new(text).expect("an address"));
        assert_eq!(hashes("Ann@Example.org"), hashes("ann@example.ORG"));
        assert_eq!(hashes("ann@example.org").len(), 2);
        assert_ne!(hashes("ann@example.org")[0], hashes("ann@example.org")[1]);
        assert_ne!(hashes("ann@example.org")[0], hashes("bob@example.org")[0]);
    }

    #[test]
    fn keys_are_never_printed() {
        let named = NamedKey::of(3, [0x41; 32]);
        let place = KeyPlace::Given(named.line());
        let secret = named.line().split(' ').next_back().expect("a secret").to_owned();
        let keys = Keys::new(vec![named.clone()]).expect("keys");
        let printed = format!("{named:?} {place:?} {keys:?}");
        assert!(
            !printed.contains(&secret) && !printed.contains("AAAA") && !printed.contains("65"),
            "{printed}"
        );
    }
}
