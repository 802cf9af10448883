//! Hosts: the run of labels in a link, and where in it the domain name ends.

use std::ops::Range;

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::chars::{char_at, is_at_sign, script};
use super::punycode::{MAX_LABEL_LEN, to_ascii};

/// The longest domain name (RFC 1035, without the final dot).
const MAX_HOST_LEN: usize = 253;
/// More labels cannot fit into [`MAX_HOST_LEN`].
const MAX_LABELS: usize = MAX_HOST_LEN.div_ceil(2);

/// Country domains that are used as if they were general ones.
const SPECIAL_COUNTRIES: [&str; 2] = ["co", "tv"];

/// The domain name in a link.
pub(super) struct Host {
    /// The byte after the last.
    pub(super) end: usize,
    /// Whether it is one label and a country's domain, as `foo.de`: without a path that is more
    /// often a missing space.
    pub(super) is_short: bool,
}

/// What a host is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Letters {
    /// After `http://`: letters, marks, digits and symbols of any script.
    Any,
    /// Without a scheme: scripts with spaces between words, and one of them in a label, since in
    /// `это.example.comтекст` nothing else says where the link ends.
    OneScript,
}

/// The host that begins at byte `at`, after a scheme.
pub(super) fn after_scheme(text: &str, at: usize) -> Option<Host> {
    let run = run(text, at, Letters::Any);
    let host = choose(text, &run)?;
    // `http://user@example.com` would lead elsewhere than it seems to.
    (!char_at(text, host.end).is_some_and(is_at_sign)).then_some(host)
}

/// The host that begins at byte `at`, without a scheme.
pub(super) fn bare(text: &str, at: usize) -> Option<Host> {
    let run = run(text, at, Letters::OneScript);
    // The part of an e-mail address before its `@` looks like a host.
    let may_be_email = |c: char| is_at_sign(c) || c == '+';
    if char_at(text, run.end).is_some_and(may_be_email) {
        return None;
    }
    let host = choose(text, &run)?;
    (!char_at(text, host.end).is_some_and(|c| may_be_email(c) || c == '-')).then_some(host)
}

/// Labels with single dots between them.
struct Run {
    /// Where each label stands; no more than [`MAX_LABELS`] and one, which is already too many.
    labels: Vec<Range<usize>>,
    /// The byte after the last label, of however many.
    end: usize,
}

fn run(text: &str, at: usize, letters: Letters) -> Run {
    let mut run = Run { labels: Vec::new(), end: at };
    let mut start = at;
    loop {
        let end = label_end(text, start, letters);
        if end == start {
            return run;
        }
        let is_last = char_at(text, end) != Some('.');
        // Most runs are plain words: one label, no host, nothing to remember.
        let is_word = is_last && run.labels.is_empty();
        if !is_word && run.labels.len() <= MAX_LABELS {
            run.labels.push(start..end);
        }
        run.end = end;
        if is_last {
            return run;
        }
        start = end + 1;
    }
}

fn label_end(text: &str, start: usize, letters: Letters) -> usize {
    let mut end = start;
    let mut before = None;
    while let Some(c) = char_at(text, end) {
        let script = script(c);
        let fits = c.is_ascii_alphanumeric()
            || matches!(c, '-' | '_')
            || match letters {
                Letters::Any => is_host_letter(c),
                Letters::OneScript => script.is_some(),
            };
        let changes = letters == Letters::OneScript
            && script.is_some()
            && before.is_some()
            && script != before;
        if !fits || changes {
            return end;
        }
        before = script.or(before);
        end += c.len_utf8();
    }
    end
}

/// What may stand in a name beyond ASCII: `✪df.ws` and `☃.net` exist.
fn is_host_letter(c: char) -> bool {
    use GeneralCategoryGroup::{Letter, Mark, Number, Symbol};
    !c.is_ascii() && matches!(c.general_category_group(), Letter | Mark | Number | Symbol)
}

/// The longest domain name at the start of the run that ends in a known top-level domain.
fn choose(text: &str, run: &Run) -> Option<Host> {
    let label = |index: usize| {
        run.labels.get(index).and_then(|place| text.get(place.clone())).unwrap_or("")
    };
    if run.labels.len() > MAX_LABELS {
        return None;
    }
    let well_formed = (0..run.labels.len()).take_while(|&index| is_label(label(index))).count();
    for index in (1..run.labels.len()).rev() {
        // Those before the registered name may have `_` inside, the registered name may not.
        let name = label(index - 1);
        if well_formed < index || name.contains('_') {
            continue;
        }
        let Some(tld) = top_level(label(index)) else {
            continue;
        };
        let mut len = tld.ascii_len;
        for before in 0..index {
            len += to_ascii(label(before))?.len() + 1;
            if len > MAX_HOST_LEN {
                return None;
            }
        }
        let end = run.labels.get(index)?.start + tld.len;
        return Some(Host { end, is_short: index == 1 && tld.is_country });
    }
    None
}

fn is_label(label: &str) -> bool {
    let edge = |c| matches!(c, '-' | '_');
    let broken_punycode = has_punycode_prefix(label) && !label.is_ascii();
    !label.is_empty() && !label.starts_with(edge) && !label.ends_with(edge) && !broken_punycode
}

fn has_punycode_prefix(label: &str) -> bool {
    label.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("xn--"))
}

/// The top-level domain at the start of a label.
struct TopLevel {
    /// Bytes in the text.
    len: usize,
    /// Octets in the domain name system.
    ascii_len: usize,
    is_country: bool,
}

/// Text goes on directly after a domain in scripts without spaces (`example.comを見て`), so an ASCII
/// domain need not be the whole label. One in another script must be: nothing tells where it ends.
///
/// The list does not say which domains in other scripts are countries'. Those count as such, which
/// is the careful side.
fn top_level(label: &str) -> Option<TopLevel> {
    let is_inside = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-' && has_punycode_prefix(label);
    let len = label.bytes().take_while(is_inside).count();
    let ascii = label.get(..len)?;
    if len <= MAX_LABEL_LEN && tld::exist_case_insensitive(ascii) {
        let is_special =
            SPECIAL_COUNTRIES.iter().any(|special| special.eq_ignore_ascii_case(ascii));
        let is_country = len == 2 && !is_special || has_punycode_prefix(ascii);
        return Some(TopLevel { len, ascii_len: len, is_country });
    }
    if label.is_ascii() {
        return None;
    }
    let ascii = to_ascii(label)?;
    tld::exist(&ascii).then_some(TopLevel {
        len: label.len(),
        ascii_len: ascii.len(),
        is_country: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str, host: Option<Host>) -> Option<(&str, bool)> {
        host.map(|host| (&text[..host.end], host.is_short))
    }

    #[test]
    fn after_a_scheme() {
        for (text, expected) in [
            ("example.com/x", Some(("example.com", false))),
            ("example.de", Some(("example.de", true))),
            ("www.example.de", Some(("www.example.de", false))),
            ("日本語.jp", Some(("日本語.jp", true))),
            ("example.comを見て", Some(("example.com", false))),
            ("example.みんな", Some(("example.みんな", true))),
            ("example.みんなの", None),
            ("example.xn--q9jyb4c/", Some(("example.xn--q9jyb4c", true))),
            ("bücher.example.vermögensberatung", Some(("bücher.example.vermögensberatung", false))),
            ("a_b.c-d.com", Some(("a_b.c-d.com", false))),
            ("a.com.b_c.com", Some(("a.com", false))),
            ("a.com-b", Some(("a.com", false))),
            ("example.com@evil.com", None),
            ("-a.com", None),
            ("com", None),
            ("", None),
        ] {
            assert_eq!(parts(text, after_scheme(text, 0)), expected, "{text}");
        }
    }

    #[test]
    fn without_a_scheme() {
        for (text, expected) in [
            ("example.com", Some(("example.com", false))),
            ("example.co", Some(("example.co", false))),
            ("example.CO", Some(("example.CO", false))),
            ("example.cc", Some(("example.cc", true))),
            ("пример.рф", Some(("пример.рф", true))),
            ("пример.com", Some(("пример.com", false))),
            ("example.comтекст", Some(("example.com", false))),
            ("приветexample.com", None),
            ("日本.com", None),
            ("a.com-b", None),
            ("a.com+b", None),
            ("a.com.b@c.com", None),
        ] {
            assert_eq!(parts(text, bare(text, 0)), expected, "{text}");
        }
    }
}
