//! Cursors: where the next page starts, sealed so that only ours are taken.

use aws_lc_rs::hmac::{self, HMAC_SHA256, Key};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use pipit_model::page::{ListName, Page};
use pipit_model::text::hashtag_key;
use pipit_model::{Error, Result};

use crate::Pipit;
use crate::keys::hex;

/// Bytes of the seal that a cursor carries: guessing 2^64 of them is not worth a page.
const SEAL_BYTES: usize = 8;

/// The key that seals cursors.
#[derive(Debug)]
pub(crate) struct Cursors(Key);

impl Cursors {
    pub(crate) fn new(secret: &[u8]) -> Self {
        Self(Key::new(HMAC_SHA256, secret))
    }

    fn seal(&self, list: ListName, subject: i64, after: [u8; 8]) -> [u8; SEAL_BYTES] {
        let mut signed = vec![list.code()];
        signed.extend_from_slice(&subject.to_be_bytes());
        signed.extend_from_slice(&after);
        self.sign(&signed)
    }

    /// A seal for a text that begins with no list's code, as letters and digits.
    pub(crate) fn seal_text(&self, text: &str) -> String {
        hex(&self.sign(format!("text:{text}").as_bytes()))
    }

    fn sign(&self, bytes: &[u8]) -> [u8; SEAL_BYTES] {
        let tag = hmac::sign(&self.0, bytes);
        let mut seal = [0; SEAL_BYTES];
        seal.copy_from_slice(&tag.as_ref()[..SEAL_BYTES]);
        seal
    }
}

/// A number for a hashtag's name in any spelling, to bind its cursors to it.
#[must_use]
pub fn hashtag_subject(name: &str) -> i64 {
    fnv(hashtag_key(name).as_bytes())
}

/// A number for what was searched for, to bind its cursors to it.
#[must_use]
pub fn search_subject(q: &str) -> i64 {
    fnv(q.as_bytes())
}

/// FNV-1a, which stays the same on every node.
fn fnv(bytes: &[u8]) -> i64 {
    let fold = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, fold).cast_signed()
}

impl Pipit {
    /// A cursor for the page after an entry, good only for this list of this subject (a user, a
    /// tweet, a hashtag; 0 where there is only one such list).
    #[must_use]
    pub fn seal_cursor(&self, list: ListName, subject: i64, after: i64) -> String {
        let after = after.to_be_bytes();
        let mut bytes = after.to_vec();
        bytes.extend_from_slice(&self.0.cursors.seal(list, subject, after));
        BASE64.encode(bytes)
    }

    /// The page a caller asks for.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `limit`, or on `cursor` if it is not one of ours for this list.
    pub fn page(
        &self,
        list: ListName,
        subject: i64,
        cursor: Option<&str>,
        limit: Option<i64>,
    ) -> Result<Page> {
        let after = cursor.map(|cursor| self.open_cursor(list, subject, cursor)).transpose()?;
        Page::new(limit, after)
    }

    fn open_cursor(&self, list: ListName, subject: i64, cursor: &str) -> Result<i64> {
        let refused =
            || Error::invalid("cursor", "is not one that this list gave out: start without it");
        let bytes = BASE64.decode(cursor).map_err(|_| refused())?;
        let (after, seal) = bytes.split_first_chunk::<8>().ok_or_else(refused)?;
        let expected = self.0.cursors.seal(list, subject, *after);
        // Both are public values of fixed length: comparing them in constant time is habit.
        aws_lc_rs::constant_time::verify_slices_are_equal(seal, &expected)
            .map_err(|_| refused())?;
        Ok(i64::from_be_bytes(*after))
    }
}
