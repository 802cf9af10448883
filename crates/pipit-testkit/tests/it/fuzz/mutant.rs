//! Good input with a few things wrong: what is wrong from end to end is refused at its beginning.

use arbtest::arbitrary::{Result, Unstructured};

const CHANGES_MAX: u32 = 8;
const RUN_MAX: usize = 40;
/// Longer ones only take longer.
const BYTES_MAX: usize = 40_000;
/// Bytes at which programs stumble.
const ODD: [u8; 12] = [0, 1, 9, b'\n', b'%', b'"', b'\\', 0x7f, 0x80, 0xc3, 0xfe, 0xff];

/// A place in so many bytes, its end included.
fn place(u: &mut Unstructured<'_>, len: usize) -> Result<usize> {
    u.int_in_range(0..=len)
}

/// One of the seeds, changed a few times; words are what the format is made of.
pub(super) fn bytes<S: AsRef<[u8]>>(
    u: &mut Unstructured<'_>,
    seeds: &[S],
    words: &[&str],
) -> Result<Vec<u8>> {
    let mut bytes = u.choose(seeds)?.as_ref().to_vec();
    for _ in 0..u.int_in_range(0..=CHANGES_MAX)? {
        change(u, &mut bytes, seeds, words)?;
        bytes.truncate(BYTES_MAX);
    }
    Ok(bytes)
}

/// The same as text.
pub(super) fn text<S: AsRef<[u8]>>(
    u: &mut Unstructured<'_>,
    seeds: &[S],
    words: &[&str],
) -> Result<String> {
    Ok(String::from_utf8_lossy(&bytes(u, seeds, words)?).into_owned())
}

fn change<S: AsRef<[u8]>>(
    u: &mut Unstructured<'_>,
    bytes: &mut Vec<u8>,
    seeds: &[S],
    words: &[&str],
) -> Result<()> {
    let at = place(u, bytes.len())?;
    let end = (at + u.int_in_range(0..=RUN_MAX)?).min(bytes.len());
    match u.int_in_range(0..=7)? {
        0 => {
            let flip = 1 << u.int_in_range(0..=7)?;
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= flip;
            }
        }
        1 => {
            let odd = *u.choose(&ODD)?;
            if let Some(byte) = bytes.get_mut(at) {
                *byte = odd;
            }
        }
        2 => {
            let word = u.choose(words)?.bytes();
            bytes.splice(at..at, word);
        }
        3 => drop(bytes.drain(at..end)),
        4 => {
            let (run, times) = (bytes[at..end].to_vec(), u.int_in_range(1..=200)?);
            bytes.splice(at..at, run.repeat(times));
        }
        5 => {
            let other = u.choose(seeds)?.as_ref();
            let from = place(u, other.len())?;
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
        6 => {
            let noise = u.bytes((end - at).min(u.len()))?.to_vec();
            bytes.splice(at..end, noise);
        }
        _ => bytes.truncate(at),
    }
    Ok(())
}
