//! A text as the pieces that a template renders: plain stretches and links.

use pipit_model::text::{self, Entity, EntityKind};
use pipit_model::tweet::Mention;

use crate::links::Href;

/// Characters of a link that are shown.
const URL_CHARS_SHOWN: usize = 34;

/// A stretch of a text. Nothing in it is markup; the template escapes it all.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Plain text, with its line breaks.
    Plain(&'a str),
    /// A hashtag or a mention.
    Inside { href: Href<'a>, text: &'a str },
    /// A link that leads away.
    Outside { href: String, shown: String },
}

/// The pieces of a tweet. Only mentions of people who exist are links.
pub(crate) fn of_tweet<'a>(
    content: &'a str,
    entities: &[Entity],
    mentions: &[Mention],
) -> Vec<Piece<'a>> {
    let mut at = 0;
    text::segments(content, entities)
        .map(|segment| {
            // Taken from the content itself, so that the pieces outlive the entities.
            let end = at + segment.text.len();
            let text = content.get(at..end).unwrap_or_default();
            at = end;
            match segment.entity {
                Some(entity) => link(text, entity.body(content), entity.kind, mentions),
                None => Piece::Plain(text),
            }
        })
        .collect()
}

fn link<'a>(shown: &'a str, body: &'a str, kind: EntityKind, mentions: &[Mention]) -> Piece<'a> {
    let is_known = || mentions.iter().any(|m| m.handle_key.eq_ignore_ascii_case(body));
    match kind {
        EntityKind::Hashtag => Piece::Inside { href: Href::Tag(body), text: shown },
        EntityKind::Mention if is_known() => {
            Piece::Inside { href: Href::Profile(body), text: shown }
        }
        EntityKind::Mention => Piece::Plain(shown),
        EntityKind::Url => Piece::Outside { href: text::url_href(body), shown: shorten(body) },
    }
}

/// The pieces of a bio, where nobody has looked up whom it mentions.
pub(crate) fn of_bio(bio: &str) -> Vec<Piece<'_>> {
    of_tweet(bio, &text::entities(bio), &[])
}

/// A link without what everybody knows. The whole host always stays: it says who is behind it.
fn shorten(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let host_chars = rest.split(['/', '?', '#']).next().unwrap_or_default().chars().count();
    let room = URL_CHARS_SHOWN.max(host_chars);
    match rest.char_indices().nth(room) {
        None => rest.to_owned(),
        Some((end, _)) => format!("{}…", rest.get(..end).unwrap_or(rest)),
    }
}

#[cfg(test)]
mod tests {
    use pipit_model::UserId;

    use super::*;

    #[test]
    fn only_mentions_that_resolved_are_links() {
        let content = "@Ann and @nobody on #Zürich: a.com";
        let mentions = [Mention { user_id: UserId(1), handle_key: "ann".into() }];
        let outside = Piece::Outside { href: "https://a.com".into(), shown: "a.com".into() };
        let expected = vec![
            Piece::Inside { href: Href::Profile("Ann"), text: "@Ann" },
            Piece::Plain(" and "),
            Piece::Plain("@nobody"),
            Piece::Plain(" on "),
            Piece::Inside { href: Href::Tag("Zürich"), text: "#Zürich" },
            Piece::Plain(": "),
            outside,
        ];
        assert_eq!(of_tweet(content, &text::entities(content), &mentions), expected);
    }

    #[test]
    fn links_are_shortened_but_never_their_host() {
        assert_eq!(shorten("https://example.org/"), "example.org");
        assert_eq!(shorten("http://a.com/日本/x"), "a.com/日本/x");
        let long = format!("https://a.com/{}", "日".repeat(60));
        assert_eq!(shorten(&long), format!("a.com/{}…", "日".repeat(URL_CHARS_SHOWN - 6)));
        let host = format!("bank.com.{}.evil.com", "x".repeat(40));
        assert_eq!(shorten(&format!("https://{host}/login")), format!("{host}…"));
    }
}
