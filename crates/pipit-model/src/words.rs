//! Looking for words in what people write: those that a reader does not want to see, and those that
//! a server does not take.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::error::{Error, Result};
use crate::filter::Matching;
use crate::text::hashtag_key;

/// Finds any number of words in one pass over a text.
#[derive(Debug, Default)]
pub(crate) struct WordFinder {
    automaton: Option<AhoCorasick>,
    matching: Vec<Matching>,
}

impl WordFinder {
    /// For these words, as typed.
    ///
    /// # Errors
    /// [`Error::Internal`] if they are too much, which limits forbid.
    pub(crate) fn new<'a>(words: impl Iterator<Item = (&'a str, Matching)>) -> Result<Self> {
        let (patterns, matching): (Vec<_>, Vec<_>) =
            words.map(|(word, matching)| (folded(word).trim().to_owned(), matching)).unzip();
        if patterns.is_empty() {
            return Ok(Self::default());
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(patterns)
            .map_err(|error| Error::Internal(format!("words cannot be made ready: {error}")))?;
        Ok(Self { automaton: Some(automaton), matching })
    }

    /// Whether there is nothing to look for.
    pub(crate) fn is_empty(&self) -> bool {
        self.automaton.is_none()
    }

    /// Bytes it takes, roughly.
    pub(crate) fn bytes(&self) -> usize {
        self.automaton.as_ref().map_or(0, AhoCorasick::memory_usage)
            + self.matching.capacity() * size_of::<Matching>()
    }

    /// The places, among the words, of those that stand in a text that is [`folded`].
    pub(crate) fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = usize> + 'a {
        let mut bounds: Option<Vec<usize>> = None;
        let found = self.automaton.iter().flat_map(move |words| words.find_overlapping_iter(text));
        let stands = move |found: &aho_corasick::Match| {
            if self.matching[found.pattern().as_usize()] == Matching::Anywhere {
                return true;
            }
            let bounds = bounds.get_or_insert_with(|| word_bounds(text));
            let is_bound = |at: usize| bounds.binary_search(&at).is_ok();
            is_bound(found.start()) && is_bound(found.end())
        };
        found.filter(stands).map(|found| found.pattern().as_usize())
    }
}

/// Where words begin and end (Unicode, annex 29).
fn word_bounds(text: &str) -> Vec<usize> {
    text.split_word_bound_indices().map(|(at, _)| at).chain([text.len()]).collect()
}

/// A text as it is compared: without case and differences of width, without what nobody sees, and
/// with one space between words.
#[must_use]
pub fn folded(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let visible = text.chars().filter(|c| !is_invisible(*c));
    if text.is_ascii() {
        plain.extend(visible);
    } else {
        plain.extend(visible.nfkc());
    }
    let mut spaced = String::with_capacity(plain.len());
    for c in plain.chars() {
        let c = if c.is_whitespace() { ' ' } else { c };
        if c != ' ' || !spaced.ends_with(' ') {
            spaced.push(c);
        }
    }
    hashtag_key(&spaced)
}

/// Characters that only hide a word: soft hyphens, zero-width ones, marks of direction, selectors.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
    )
}

/// A [`folded`] text with the letters that digits and signs stand for (`v1agr4`), in both ways to
/// read a 1; nothing if none does.
pub(crate) fn without_leet(text: &str) -> Vec<String> {
    let letter = |c: char, one: char| match c {
        '0' => 'o',
        '1' | '!' | '|' => one,
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    let read = |one: char| text.chars().map(|c| letter(c, one)).collect::<String>();
    let (as_i, as_l) = (read('i'), read('l'));
    if as_i == text {
        return Vec::new();
    }
    if as_i == as_l { vec![as_i] } else { vec![as_i, as_l] }
}
