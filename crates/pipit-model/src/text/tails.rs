//! What follows the host of a link: path, query and fragment.

use super::chars::{char_at, script};

/// How deep parentheses may be nested, as in `/We_Up_(Album_Version_(Edited))`. The limit also
/// keeps the scan linear: a character is looked at by at most this many unfinished groups.
const MAX_DEPTH: u32 = 2;

/// Where path, query and fragment that begin at byte `at` end; `at` if there are none.
///
/// Source: Twitter's text rules. The tail ends after the last character that is more likely part of
/// an address than of the sentence around it: `.` `,` `!` `?` `:` `;` `'` and the like belong to it
/// only if more of it follows, parentheses only in pairs.
///
/// Three things are wider than there: letters of all scripts with spaces between words are part of
/// it (Twitter: Latin and Cyrillic), pairs of parentheses also in queries, and a query or fragment
/// may follow the host directly.
pub(super) fn end(text: &str, at: usize) -> usize {
    if !matches!(char_at(text, at), Some('/' | '?' | '#')) {
        return at;
    }
    let mut end = at;
    let mut pos = at;
    let mut in_query = false;
    while let Some(c) = char_at(text, pos) {
        if c == '(' {
            let Some(group_end) = group_end(text, pos, in_query, 1) else {
                break;
            };
            (pos, end) = (group_end, group_end);
            continue;
        }
        in_query |= c == '?';
        if !is_inner(c, in_query) {
            break;
        }
        // A `#` directly after the host is a fragment only if something follows it.
        let closes = is_closing(c, in_query) && !(pos == at && c == '#');
        pos += c.len_utf8();
        if closes {
            end = pos;
        }
    }
    end
}

/// Where the parenthesis at byte `at` is closed; `None` if it is not, or is empty.
fn group_end(text: &str, at: usize, in_query: bool, depth: u32) -> Option<usize> {
    let mut pos = at + 1;
    loop {
        match char_at(text, pos)? {
            ')' => return (pos > at + 1).then_some(pos + 1),
            '(' if depth < MAX_DEPTH => pos = group_end(text, pos, in_query, depth + 1)?,
            c if is_inner(c, in_query) => pos += c.len_utf8(),
            _ => return None,
        }
    }
}

fn is_inner(c: char, in_query: bool) -> bool {
    let punctuation = matches!(
        c,
        '!' | '*'
            | '\''
            | ';'
            | ':'
            | ','
            | '.'
            | '$'
            | '%'
            | '['
            | ']'
            | '\u{2013}'
            | '~'
            | '@'
            | '|'
            | '&'
    );
    punctuation || c == '?' && in_query || is_closing(c, in_query)
}

/// Whether the tail may end with this.
fn is_closing(c: char, in_query: bool) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '+' | '-' | '=' | '_' | '#' | '/')
        || c == '&' && in_query
        || script(c).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_tail_ends() {
        for (tail, rest) in [
            ("", ""),
            (" x", " x"),
            (".", "."),
            ("/", ""),
            ("/a", ""),
            ("/a b", " b"),
            ("/a.", "."),
            ("/a...", "..."),
            ("/a.b", ""),
            ("/a,b;c:d!e'f", ""),
            ("/a, b", ", b"),
            ("/a?", "?"),
            ("/a!?", "!?"),
            ("/a?b=c&d", ""),
            ("/a?b=c&", ""),
            ("/a&", "&"),
            ("/,,,,", ",,,,"),
            ("/a/b/", ""),
            ("/a+ /", " /"),
            ("/a-", ""),
            ("/%20x%", "%"),
            ("/@user/", ""),
            ("/@", "@"),
            ("/a–b–", "–"),
            ("/\"x\"", "\"x\""),
            ("/<b>", "<b>"),
            ("/a\\b", "\\b"),
            ("/русский/ελλάδα/ישראל/ایران/भारत", ""),
            ("/日本", "日本"),
            ("/a한국", "한국"),
            ("/a\u{2069}", "\u{2069}"),
            ("/cafe\u{301}", ""),
            ("/😀", "😀"),
        ] {
            assert_eq!(&tail[end(tail, 0)..], rest, "{tail}");
        }
    }

    #[test]
    fn parentheses_come_in_pairs() {
        for (tail, rest) in [
            ("/X_(y)", ""),
            ("/X_(y).", "."),
            ("/X_(y))", ")"),
            ("/a)", ")"),
            ("/a).", ")."),
            ("/S(dfd346)/x", ""),
            ("/We_Up_(Album_Version_(Edited))/", ""),
            ("/a(b(c)(d))", ""),
            ("/a(b(c(d)))", "(b(c(d)))"),
            ("/a()", "()"),
            ("/a(b", "(b"),
            ("/a(b c)", "(b c)"),
            ("/(a)", ""),
            ("/x(v=VS.100).aspx", ""),
            ("/?q=(foo)", ""),
            ("/?q=f(o?o)", ""),
            ("/?q=1)", ")"),
        ] {
            assert_eq!(&tail[end(tail, 0)..], rest, "{tail}");
        }
    }

    #[test]
    fn queries_and_fragments() {
        for (tail, rest) in [
            ("/#", ""),
            ("/#x", ""),
            ("/#!/x", ""),
            ("/#search?q=iphone%20-filter%3Alinks", ""),
            ("?x=1", ""),
            ("?", "?"),
            ("?!", "?!"),
            ("?#foo", ""),
            ("#x", ""),
            ("#", "#"),
            ("#.", "#."),
            ("?a=b#c?d", ""),
            ("/a#b#c", ""),
        ] {
            assert_eq!(&tail[end(tail, 0)..], rest, "{tail}");
        }
    }
}
