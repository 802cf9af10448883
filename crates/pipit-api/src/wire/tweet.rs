//! A tweet on the wire, and how it is written without being serialised again.
//!
//! What of a tweet never changes is rendered once and kept beside it (`TweetBody::rendered`), as
//! is its author (`Profile::rendered`); a page is those bytes with the counts and the reader's
//! marks in between. [`Tweet`] says what comes out; a test reads it back.

use pipit_core::{Marks, Quoted, TweetCard, TweetView, UserCard};
use pipit_model::text::{EntityKind, url_href};
use pipit_model::tweet::Kind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Author, Filtered, Media};

/// Room for most tweets, so that they are not moved as they grow.
const JSON_BYTES: usize = 1200;

/// A tweet, a reply or a retweet, as the caller sees it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the contract")]
pub struct Tweet {
    /// Its id.
    pub id: i64,
    /// The same as text.
    pub id_str: String,
    /// Its author, or who retweeted.
    pub user_id: i64,
    /// The same as text.
    pub user_id_str: String,
    /// RFC 3339, UTC, with milliseconds.
    #[schema(example = "2026-11-22T17:43:00.123Z")]
    pub timestamp: String,
    /// Plain text; empty for a retweet.
    pub content: String,
    /// The tweet it answers.
    pub reply_to_id: Option<i64>,
    /// The same as text.
    pub reply_to_id_str: Option<String>,
    /// The first tweet of the conversation.
    pub conversation_id: i64,
    /// The same as text.
    pub conversation_id_str: String,
    /// The tweet it quotes.
    pub quote_of_id: Option<i64>,
    /// The same as text.
    pub quote_of_id_str: Option<String>,
    /// Hashtags, mentions and links in the text.
    pub entities: Entities,
    /// Its pictures, at most four.
    pub media: Vec<Media>,
    /// Its pictures are to be shown only to who asks for them: its author or the moderators said so.
    pub sensitive: bool,
    /// Whom it is for: `public`, `unlisted` (not on the public timeline, in hashtags and searches) or
    /// `followers`.
    #[schema(example = "public")]
    pub visibility: String,
    /// Its author, or who retweeted.
    pub user: Author,
    /// The tweet passed on.
    #[schema(no_recursion)]
    pub retweet_of: Option<Box<Tweet>>,
    /// The tweet it quotes, with `quote_of` null; null too where it is deleted or not to be seen.
    #[schema(no_recursion)]
    pub quote_of: Option<Box<Tweet>>,
    /// People who like it.
    pub like_count: i64,
    /// People who retweeted it.
    pub retweet_count: i64,
    /// Answers to it.
    pub reply_count: i64,
    /// The caller likes it (of a retweet: the tweet passed on).
    pub liked: bool,
    /// The caller retweeted it (of a retweet: the tweet passed on).
    pub retweeted: bool,
    /// The caller keeps it (of a retweet: the tweet passed on).
    pub bookmarked: bool,
    /// Who may answer in the conversation that it begins: `everyone`, `followed` (whom its author
    /// follows or it mentions) or `mentioned`. Of an answer: `everyone`, its conversation's holds.
    pub reply_audience: String,
    /// An answer that whoever began the conversation hid.
    pub hidden: bool,
    /// The caller's filter by which it is to be folded up.
    pub filtered: Option<Filtered>,
}

/// What stands where in a text: indices are code points, ends exclusive, sigils included.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Entities {
    /// Hashtags.
    pub hashtags: Vec<HashtagEntity>,
    /// Mentions of people who exist.
    pub mentions: Vec<MentionEntity>,
    /// Links.
    pub urls: Vec<UrlEntity>,
}

/// A hashtag in a text.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HashtagEntity {
    /// As typed, without the sigil.
    pub text: String,
    /// First code point.
    pub start: u32,
    /// After the last code point.
    pub end: u32,
}

/// A mention in a text.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MentionEntity {
    /// As typed, without the sigil.
    pub handle: String,
    /// Who is meant.
    pub user_id: i64,
    /// The same as text.
    pub user_id_str: String,
    /// First code point.
    pub start: u32,
    /// After the last code point.
    pub end: u32,
}

/// A link in a text.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UrlEntity {
    /// Where it leads; with a scheme, also if none was typed.
    pub url: String,
    /// First code point.
    pub start: u32,
    /// After the last code point.
    pub end: u32,
}

/// The fields of [`Tweet`] that never change, in its order.
#[derive(Serialize)]
struct Unchanging<'a> {
    id: i64,
    id_str: String,
    user_id: i64,
    user_id_str: String,
    timestamp: String,
    content: &'a str,
    reply_to_id: Option<i64>,
    reply_to_id_str: Option<String>,
    conversation_id: i64,
    conversation_id_str: String,
    quote_of_id: Option<i64>,
    quote_of_id_str: Option<String>,
    entities: Entities,
    media: Vec<Media>,
    sensitive: bool,
    visibility: &'static str,
    reply_audience: &'static str,
    hidden: bool,
}

/// Appends a tweet as JSON.
pub(crate) fn write_tweet(out: &mut Vec<u8>, view: &TweetView) {
    // An object without its closing brace: what changes follows.
    out.extend_from_slice(view.card.body.rendered.get_or_init(|| render_body(&view.card)));
    out.extend_from_slice(br#","user":"#);
    write_author(out, &view.author);
    match &view.retweet_of {
        Some(of) => {
            out.extend_from_slice(br#","retweet_of":"#);
            write_tweet(out, of);
        }
        None => out.extend_from_slice(br#","retweet_of":null"#),
    }
    match &view.quoted {
        Quoted::Tweet(of) => {
            out.extend_from_slice(br#","quote_of":"#);
            write_tweet(out, of);
        }
        Quoted::Nothing | Quoted::Gone => out.extend_from_slice(br#","quote_of":null"#),
    }
    let counts = view.card.counts;
    write_number(out, br#","like_count":"#, counts.likes);
    write_number(out, br#","retweet_count":"#, counts.retweets);
    write_number(out, br#","reply_count":"#, counts.replies);
    write_marks(out, view.marks);
    match &view.folded_by {
        Some(by) => {
            out.extend_from_slice(br#","filtered":"#);
            out.extend_from_slice(&to_json(&Filtered::from(by)));
            out.push(b'}');
        }
        None => out.extend_from_slice(br#","filtered":null}"#),
    }
}

/// Appends an author as JSON.
pub(super) fn write_author(out: &mut Vec<u8>, author: &UserCard) {
    out.extend_from_slice(author.profile.rendered.get_or_init(|| render_author(author)));
}

fn write_number(out: &mut Vec<u8>, name: &[u8], value: i64) {
    out.extend_from_slice(name);
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

fn write_marks(out: &mut Vec<u8>, marks: Marks) {
    // Most have none, and are written at once.
    if marks == Marks::default() {
        out.extend_from_slice(br#","liked":false,"retweeted":false,"bookmarked":false"#);
        return;
    }
    write_flag(out, br#","liked":"#, marks.liked);
    write_flag(out, br#","retweeted":"#, marks.retweeted);
    write_flag(out, br#","bookmarked":"#, marks.bookmarked);
}

fn write_flag(out: &mut Vec<u8>, name: &[u8], value: bool) {
    out.extend_from_slice(name);
    out.extend_from_slice(if value { b"true" } else { b"false" });
}

fn render_body(card: &TweetCard) -> Box<[u8]> {
    let tweet = card.tweet();
    let reply_to = match tweet.kind {
        Kind::Reply { to, .. } => Some(to.0),
        Kind::Tweet | Kind::Retweet { .. } => None,
    };
    let unchanging = Unchanging {
        id: tweet.id.0,
        id_str: tweet.id.to_string(),
        user_id: tweet.user_id.0,
        user_id_str: tweet.user_id.to_string(),
        timestamp: tweet.timestamp.to_string(),
        content: &tweet.content,
        reply_to_id: reply_to,
        reply_to_id_str: reply_to.map(|id| id.to_string()),
        conversation_id: tweet.conversation_id.0,
        conversation_id_str: tweet.conversation_id.to_string(),
        quote_of_id: tweet.quote.map(|quote| quote.of.0),
        quote_of_id_str: tweet.quote.map(|quote| quote.of.to_string()),
        entities: entities(card),
        media: tweet.media.iter().map(Media::from).collect(),
        sensitive: tweet.sensitive,
        visibility: tweet.visibility.name(),
        reply_audience: tweet.reply_audience.name(),
        hidden: tweet.hidden,
    };
    let mut json = to_json(&unchanging);
    json.pop();
    json.into_boxed_slice()
}

fn render_author(author: &UserCard) -> Box<[u8]> {
    to_json(&Author::from(author)).into_boxed_slice()
}

/// JSON of plain structs with text and numbers, which cannot fail.
fn to_json(value: &impl Serialize) -> Vec<u8> {
    let mut json = Vec::with_capacity(JSON_BYTES);
    serde_json::to_writer(&mut json, value).expect("text and numbers are JSON");
    json
}

fn entities(card: &TweetCard) -> Entities {
    let tweet = card.tweet();
    let mut entities = Entities::default();
    for entity in &card.body.entities {
        let (start, end, body) = (entity.start, entity.end, entity.body(&tweet.content));
        match entity.kind {
            EntityKind::Hashtag => {
                entities.hashtags.push(HashtagEntity { text: body.to_owned(), start, end });
            }
            EntityKind::Url => entities.urls.push(UrlEntity { url: url_href(body), start, end }),
            EntityKind::Mention => {
                let meant = |m: &&_| mentions(m, body);
                if let Some(mention) = tweet.mentions.iter().find(meant) {
                    entities.mentions.push(MentionEntity {
                        handle: body.to_owned(),
                        user_id: mention.user_id.0,
                        user_id_str: mention.user_id.to_string(),
                        start,
                        end,
                    });
                }
            }
        }
    }
    entities
}

fn mentions(mention: &pipit_model::tweet::Mention, body: &str) -> bool {
    mention.handle_key.eq_ignore_ascii_case(body)
}
