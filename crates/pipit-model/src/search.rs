//! Search: what a person asks for, and by what a tweet or a person is found.
//!
//! A text becomes tokens here ([`tokens`]), and so does a question ([`Query`]); the databases only
//! keep an index of tokens and intersect. So all of them find the same, in every script, and
//! [`Search::matches`] says what that is.
//!
//! A token is ASCII letters and digits, at least three: no database splits, stems or ignores one.
//! Its first two letters say what it is; what is not ASCII, or is long, stands there as a hash.

mod words;

use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::limits::{INDEXED_WORDS_MAX, SEARCH_BYTES_MAX, SEARCH_TERMS_MAX};
use crate::text::{EntityKind, entities, hashtag_key};
use crate::tweet::named_hashtag_key;
use crate::user::Handle;

pub use words::words;

/// Longer words stand in a token as their hash.
const PLAIN_BYTES_MAX: usize = 40;
/// Words of one search for people: nobody has a longer name.
const PERSON_WORDS_MAX: usize = 6;

/// Whether pictures hang on a tweet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attached {
    /// Text only.
    Nothing,
    /// At least one.
    Media,
}

/// The kinds of tokens.
mod kind {
    pub(super) const WORD: char = 'w';
    pub(super) const HASHTAG: char = 'h';
    pub(super) const MENTION: char = 'm';
    pub(super) const AUTHOR: char = 'a';
    pub(super) const LINKS: char = 'l';
    pub(super) const MEDIA: char = 'p';
}

/// What a tweet is found by: its words in their order, and behind them its author, its hashtags,
/// whom it mentions, and what it has.
#[must_use]
pub fn tokens(user_id: UserId, content: &str, attached: Attached) -> Vec<String> {
    let mut found = word_tokens(content);
    found.truncate(INDEXED_WORDS_MAX);
    let first_fact = found.len();
    found.push(author(user_id));
    for entity in entities(content) {
        let body = entity.body(content);
        let fact = match entity.kind {
            EntityKind::Hashtag => token(kind::HASHTAG, &hashtag_key(body)),
            EntityKind::Mention => token(kind::MENTION, &body.to_ascii_lowercase()),
            EntityKind::Url => token(kind::LINKS, "1"),
        };
        if !found[first_fact..].contains(&fact) && found.len() < 2 * INDEXED_WORDS_MAX {
            found.push(fact);
        }
    }
    if attached == Attached::Media {
        found.push(token(kind::MEDIA, "1"));
    }
    found
}

fn author(user_id: UserId) -> String {
    token(kind::AUTHOR, &user_id.to_string())
}

fn word_tokens(text: &str) -> Vec<String> {
    words(text).iter().map(|word| token(kind::WORD, word)).collect()
}

/// `x`, the kind, and the text; or `y`, the kind, and its hash.
fn token(kind: char, text: &str) -> String {
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if plain && text.len() <= PLAIN_BYTES_MAX {
        return format!("x{kind}{text}");
    }
    // FNV-1a: it is stored, and has to stay the same for ever.
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("y{kind}{:016x}", text.bytes().fold(0xcbf2_9ce4_8422_2325, fold))
}

/// A search for tweets, as typed.
///
/// Terms stand beside each other and all must hold: words, `"phrases"`, `#hashtags`, `@handles`,
/// `from:handle`, `has:links`, `has:media`, and `since:` and `until:` with a date. A `-` before a
/// term turns it around. What looks like an operator and is none is words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    wanted: Vec<Term>,
    unwanted: Vec<Term>,
    /// Milliseconds since 1970.
    times: Range<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    /// Tokens that stand one after the other.
    Tokens(Vec<String>),
    /// By the person with this handle, in lower case.
    From(String),
}

/// A search for tweets, ready for a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Runs of tokens that a tweet must have; at least one.
    pub all: Vec<Vec<String>>,
    /// Runs of tokens that it must not have.
    pub none: Vec<Vec<String>>,
    /// The ids that it may have.
    pub ids: Range<i64>,
}

impl Query {
    /// Reads what a person typed.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `q` if nothing is looked for, or too much.
    pub fn parse(typed: &str) -> Result<Self> {
        if typed.len() > SEARCH_BYTES_MAX {
            return Err(Error::invalid("q", "is too long: look for fewer words"));
        }
        let mut query = Self { times: 0..i64::MAX, ..Self::default() };
        let mut rest = typed.trim_start();
        while !rest.is_empty() {
            let (part, after) = Part::first_of(rest);
            query.add(&part)?;
            rest = after.trim_start();
        }
        if query.wanted.len() + query.unwanted.len() > SEARCH_TERMS_MAX {
            return Err(Error::invalid("q", "has more than 20 terms: look for fewer"));
        }
        if query.wanted.is_empty() {
            let message =
                "needs something to look for: a word, a #hashtag, an @handle or from:handle";
            return Err(Error::invalid("q", message));
        }
        Ok(query)
    }

    fn add(&mut self, part: &Part<'_>) -> Result<()> {
        let operator = part.text.split_once(':').filter(|_| !part.is_quoted);
        let term = match operator {
            Some(("since", date)) => {
                self.times.start = self.times.start.max(start_of_day(date)?);
                return Ok(());
            }
            Some(("until", date)) => {
                self.times.end = self.times.end.min(start_of_day(date)?);
                return Ok(());
            }
            Some(("has", "links")) => Term::Tokens(vec![token(kind::LINKS, "1")]),
            Some(("has", "media" | "images")) => Term::Tokens(vec![token(kind::MEDIA, "1")]),
            Some(("from", handle)) => match handle_key(handle.trim_start_matches('@')) {
                Some(key) => Term::From(key),
                None => Term::Tokens(word_tokens(part.text)),
            },
            _ => Term::Tokens(part.tokens()),
        };
        if term != Term::Tokens(Vec::new()) {
            if part.is_negated { &mut self.unwanted } else { &mut self.wanted }.push(term);
        }
        Ok(())
    }

    /// The handles after `from:`, in lower case.
    #[must_use]
    pub fn handles(&self) -> Vec<String> {
        let terms = self.wanted.iter().chain(&self.unwanted);
        let handle = |term: &Term| match term {
            Term::From(handle) => Some(handle.clone()),
            Term::Tokens(_) => None,
        };
        terms.filter_map(handle).collect()
    }

    /// The search, with people in place of their handles; [`None`] if it asks for what somebody
    /// wrote who is not there.
    #[must_use]
    pub fn resolve(&self, user_id: impl Fn(&str) -> Option<UserId>) -> Option<Search> {
        let run = |term: &Term| match term {
            Term::Tokens(run) => Some(run.clone()),
            Term::From(handle) => Some(vec![author(user_id(handle)?)]),
        };
        let id = |ms: i64| if ms > i64::MAX >> 16 { i64::MAX } else { ms << 16 };
        Some(Search {
            all: self.wanted.iter().map(run).collect::<Option<_>>()?,
            none: self.unwanted.iter().filter_map(run).collect(),
            ids: id(self.times.start)..id(self.times.end),
        })
    }
}

impl Search {
    /// Whether a tweet with these tokens and this id is found.
    #[must_use]
    pub fn matches(&self, tokens: &[String], id: i64) -> bool {
        let has = |run: &Vec<String>| tokens.windows(run.len()).any(|window| window == run);
        self.ids.contains(&id) && self.all.iter().all(has) && !self.none.iter().any(has)
    }
}

/// One term as typed.
struct Part<'a> {
    text: &'a str,
    is_negated: bool,
    is_quoted: bool,
}

impl<'a> Part<'a> {
    /// The first part of a text that does not begin with white space, and what is behind it.
    fn first_of(typed: &'a str) -> (Self, &'a str) {
        let (is_negated, typed) = match typed.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, typed),
        };
        let quotes = ['"', '“', '”', '„'];
        if let Some(quoted) = typed.strip_prefix(quotes) {
            // A quotation that nobody closed goes on to the end.
            let (text, after) = quoted.split_once(quotes).unwrap_or((quoted, ""));
            return (Self { text, is_negated, is_quoted: true }, after);
        }
        let (text, after) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
        (Self { text, is_negated, is_quoted: false }, after)
    }

    fn tokens(&self) -> Vec<String> {
        let fact = match self.text.chars().next() {
            _ if self.is_quoted => None,
            Some('#' | '＃') => named_hashtag_key(self.text.trim_start_matches(['#', '＃']))
                .map(|key| token(kind::HASHTAG, &key)),
            Some('@' | '＠') => handle_key(self.text.trim_start_matches(['@', '＠']))
                .map(|key| token(kind::MENTION, &key)),
            _ => None,
        };
        fact.map_or_else(|| word_tokens(self.text), |fact| vec![fact])
    }
}

fn handle_key(typed: &str) -> Option<String> {
    Handle::new(typed).ok().map(|handle| handle.key())
}

/// A day begins at midnight in UTC, for everyone.
fn start_of_day(date: &str) -> Result<i64> {
    let refused = || Error::invalid("q", "with since: or until: needs a date like 2026-11-24");
    let day = Date::strptime("%Y-%m-%d", date).map_err(|_| refused())?;
    let midnight = day.to_zoned(TimeZone::UTC).map_err(|_| refused())?;
    Ok(midnight.timestamp().as_millisecond().max(0))
}

/// What a person is found by: their handle, and the words of it and of their name.
#[must_use]
pub fn person_words(handle_key: &str, name: &str) -> Vec<String> {
    let mut found = vec![handle_key.to_owned()];
    found.extend(words(handle_key));
    found.extend(words(name));
    found.sort_unstable();
    found.dedup();
    found
}

/// The beginnings of words that a search for people asks for: whoever has a word for each is found.
///
/// # Errors
/// [`Error::InvalidField`] on `q` if nothing is looked for, or too much.
pub fn person_prefixes(typed: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for part in bounded(typed)?.split_whitespace() {
        let part = part.trim_start_matches(['@', '＠']);
        if !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            found.push(part.to_ascii_lowercase());
        } else {
            found.extend(words(part));
        }
    }
    found.truncate(PERSON_WORDS_MAX);
    if found.is_empty() {
        return Err(Error::invalid("q", "needs a handle or a name to look for"));
    }
    Ok(found)
}

/// How the hashtags begin that a search asks for.
///
/// # Errors
/// [`Error::InvalidField`] on `q` if nothing is looked for, or too much.
pub fn hashtag_prefix(typed: &str) -> Result<String> {
    let first = bounded(typed)?.split_whitespace().next().unwrap_or_default();
    let prefix = hashtag_key(first.trim_start_matches(['#', '＃']));
    if prefix.is_empty() || prefix.contains('\0') {
        return Err(Error::invalid("q", "needs the first letters of a hashtag"));
    }
    Ok(prefix)
}

fn bounded(typed: &str) -> Result<&str> {
    if typed.len() > SEARCH_BYTES_MAX {
        return Err(Error::invalid("q", "is too long: look for fewer words"));
    }
    Ok(typed)
}

#[cfg(test)]
mod tests;
