//! Links: where one begins and ends, and where it leads.

use unicode_normalization::UnicodeNormalization;

use super::chars::{Script, char_at, char_before, is_at_sign, is_hash_sign, script};
use super::punycode::to_ascii;
use super::{hosts, tails};

/// Longer links are plain text (Twitter's limit); browsers and servers give up not far above.
const MAX_URL_CHARS: usize = 4096;
/// Digits of the largest port.
const MAX_PORT_LEN: usize = 5;

/// A link, up to the byte after its last.
pub(super) enum Found {
    Url(usize),
    /// Longer than [`MAX_URL_CHARS`]: to be passed over as a whole.
    TooLong(usize),
}

/// The link that begins at byte `at`, if one does.
///
/// Source: Twitter's text rules. A link is `http://` or `https://` and a host with a known
/// top-level domain, or such a host alone, with an optional port, path, query and fragment. No link
/// begins directly after an ASCII letter or digit, `@`, `$` or `#`; without a scheme, neither after
/// `-`, `_`, `.`, `/` (part of something longer) nor inside an e-mail address. Without a scheme,
/// one label in a country's domain needs a path (`foo.de/x`; alone it is more often a missing
/// space), except in `.co` and `.tv`.
///
/// Addresses without a top-level domain (IP addresses, `localhost`) and with a user name are no
/// links: nobody shares the first, and the second serve to deceive.
pub(super) fn find(text: &str, at: usize) -> Option<Found> {
    let first = char_at(text, at).filter(|&c| may_begin(c))?;
    let before = char_before(text, at);
    if before
        .is_some_and(|c| c.is_ascii_alphanumeric() || is_at_sign(c) || is_hash_sign(c) || c == '$')
    {
        return None;
    }
    if let Some(host_start) = scheme_end(text, at) {
        let host = hosts::after_scheme(text, host_start)?;
        return Some(found(text, at, port_end(text, host.end)));
    }
    if before.is_some_and(|before| keeps_bare_away(before, first)) {
        return None;
    }
    let host = hosts::bare(text, at)?;
    let tail_start = port_end(text, host.end);
    if host.is_short && char_at(text, tail_start) != Some('/') {
        return None;
    }
    Some(found(text, at, tail_start))
}

fn may_begin(c: char) -> bool {
    c.is_ascii_alphanumeric() || script(c).is_some()
}

/// Whether a bare domain that begins with `first` may not stand after `before`.
///
/// A change of script begins a new word. That this is decided by two characters makes the whole
/// linear: inside a run that was looked at once, no second look begins.
fn keeps_bare_away(before: char, first: char) -> bool {
    let same_word = |before: Script| script(first).is_none_or(|first| first == before);
    matches!(before, '-' | '_' | '.' | '/') || script(before).is_some_and(same_word)
}

/// The byte after `http://` or `https://` at byte `at`, in any case.
fn scheme_end(text: &str, at: usize) -> Option<usize> {
    ["http://", "https://"].iter().find_map(|scheme| {
        let end = at + scheme.len();
        text.get(at..end)?.eq_ignore_ascii_case(scheme).then_some(end)
    })
}

/// The byte after `:8080` at byte `at`; `at` if no port stands there.
fn port_end(text: &str, at: usize) -> usize {
    let digits = text.get(at..).and_then(|rest| rest.strip_prefix(':')).unwrap_or("");
    match digits.bytes().take(MAX_PORT_LEN + 1).take_while(u8::is_ascii_digit).count() {
        len @ 1..=MAX_PORT_LEN => at + 1 + len,
        _ => at,
    }
}

fn found(text: &str, start: usize, tail_start: usize) -> Found {
    let end = tails::end(text, tail_start);
    let chars = text.get(start..end).map_or(0, |url| url.chars().count());
    if chars > MAX_URL_CHARS { Found::TooLong(end) } else { Found::Url(end) }
}

/// The address a URL entity points to: with a scheme as typed, a bare domain gets `https://`.
#[must_use]
pub fn url_href(body: &str) -> String {
    match scheme_end(body, 0) {
        Some(_) => body.to_owned(),
        None => format!("https://{body}"),
    }
}

/// The host that a URL entity leads to, in the form in which hosts are compared.
#[must_use]
pub fn url_host(body: &str) -> String {
    let start = scheme_end(body, 0).unwrap_or(0);
    let rest = body.get(start..).unwrap_or("");
    host_key(rest.split([':', '/', '?', '#']).next().unwrap_or(""))
}

/// A host as it is compared: as the domain name system calls it, without case and final dot.
#[must_use]
pub fn host_key(host: &str) -> String {
    let host: String = host.nfkc().collect();
    let label = |label: &str| to_ascii(label).unwrap_or_else(|| label.to_lowercase());
    host.trim_end_matches('.').split('.').map(label).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests;
