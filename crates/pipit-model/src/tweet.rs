//! A tweet: what an author hands in ([`Draft`]), what is stored ([`Tweet`]) and the few words of
//! it that a timeline needs ([`Entry`]).

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::ids::{MediaId, TweetId, UserId};
use crate::limits::{
    HASHTAG_CHARS_MAX, HASHTAGS_PER_TWEET_MAX, MENTIONS_PER_TWEET_MAX, TWEET_BYTES_MAX,
    TWEET_WEIGHT_MAX,
};
use crate::media::Media;
use crate::text::{self, EntityKind, TextError};
use crate::time::Timestamp;
use crate::visibility::Visibility;

/// One line of a timeline, without its text: what merging and the timeline's rules look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The tweet's, reply's or retweet's own id.
    pub id: TweetId,
    /// Who posted or retweeted.
    pub user_id: UserId,
    /// Which of the three it is.
    pub kind: Kind,
}

/// The three kinds of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// A tweet that stands by itself.
    Tweet,
    /// An answer to another tweet.
    Reply {
        /// The tweet answered.
        to: TweetId,
        /// Its author.
        to_user: UserId,
    },
    /// Somebody's tweet, passed on.
    Retweet {
        /// The tweet passed on; never itself a retweet.
        of: TweetId,
        /// Its author.
        of_user: UserId,
    },
}

/// Who may answer in a conversation: said by the tweet that begins it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReplyAudience {
    /// Everybody.
    #[default]
    Everyone,
    /// Those whom its author follows, and those it mentions.
    Followed,
    /// Those it mentions.
    Mentioned,
}

impl ReplyAudience {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Everyone, Self::Followed, Self::Mentioned];

    /// A stable number for it: what the database holds.
    #[must_use]
    pub fn code(self) -> i16 {
        match self {
            Self::Everyone => 0,
            Self::Followed => 1,
            Self::Mentioned => 2,
        }
    }

    /// The one with this number; the narrowest for one that a later version stored.
    #[must_use]
    pub fn from_code(code: i16) -> Self {
        Self::ALL.into_iter().find(|one| one.code() == code).unwrap_or(Self::Mentioned)
    }

    /// Its name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Followed => "followed",
            Self::Mentioned => "mentioned",
        }
    }

    /// The one with this name.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `reply_audience` if there is none.
    pub fn parse(name: &str) -> Result<Self> {
        let unknown =
            || Error::invalid("reply_audience", "must be everyone, followed or mentioned");
        Self::ALL.into_iter().find(|one| one.name() == name).ok_or_else(unknown)
    }
}

/// A tweet that another one shows below its own text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The tweet shown; never a retweet.
    pub of: TweetId,
    /// Its author.
    pub of_user: UserId,
}

/// A stored tweet, reply or retweet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tweet {
    /// Its id; the time is in it.
    pub id: TweetId,
    /// Who posted it.
    pub user_id: UserId,
    /// When.
    pub timestamp: Timestamp,
    /// Plain text in NFC; empty for a retweet.
    pub content: String,
    /// Tweet, reply or retweet.
    pub kind: Kind,
    /// The first tweet of the conversation; its own id if it starts one.
    pub conversation_id: TweetId,
    /// Likes, retweets and replies at the time of reading.
    pub counts: TweetCounts,
    /// The people it mentions.
    pub mentions: Vec<Mention>,
    /// The tweet it quotes.
    pub quote: Option<Quote>,
    /// Its pictures, in their order.
    pub media: Vec<Media>,
    /// Whom it is for; of a retweet, whom the tweet passed on is for.
    pub visibility: Visibility,
    /// Who may answer in the conversation that it begins.
    pub reply_audience: ReplyAudience,
    /// Its pictures are shown only to who asks for them: its author or the moderators said so.
    pub sensitive: bool,
    /// A reply that whoever began the conversation hid: shown to those who ask for hidden ones.
    pub hidden: bool,
    /// A tombstone: it is shown to nobody, but its replies keep their place.
    pub deleted: bool,
}

impl Tweet {
    /// A tweet that says nothing yet, stands by itself and is for everybody.
    #[must_use]
    pub fn blank(id: TweetId, user_id: UserId) -> Self {
        Self {
            id,
            user_id,
            timestamp: id.timestamp(),
            content: String::new(),
            kind: Kind::Tweet,
            conversation_id: id,
            counts: TweetCounts::default(),
            mentions: Vec::new(),
            quote: None,
            media: Vec::new(),
            visibility: Visibility::Public,
            reply_audience: ReplyAudience::Everyone,
            sensitive: false,
            hidden: false,
            deleted: false,
        }
    }

    /// What a timeline needs of it.
    #[must_use]
    pub fn entry(&self) -> Entry {
        Entry { id: self.id, user_id: self.user_id, kind: self.kind }
    }

    /// The hashtags of the text as they are indexed, each once: none of a tweet that is not public.
    #[must_use]
    pub fn hashtag_keys(&self) -> Vec<String> {
        if self.visibility != Visibility::Public {
            return Vec::new();
        }
        hashtag_keys(&self.content, &text::entities(&self.content))
    }
}

/// How often a tweet was liked, retweeted and answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TweetCounts {
    /// People who like it.
    pub likes: i64,
    /// People who retweeted it.
    pub retweets: i64,
    /// Replies to it that are not deleted.
    pub replies: i64,
    /// How often these changed: of two, the higher is the newer.
    pub version: i64,
}

impl TweetCounts {
    /// The newer of two.
    #[must_use]
    pub fn or_newer(self, told: Self) -> Self {
        if told.version > self.version { told } else { self }
    }
}

/// Someone a tweet mentions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// The person.
    pub user_id: UserId,
    /// Their handle in lower case, to find its place in the text.
    pub handle_key: String,
}

/// How a tweet is to be posted, besides what it says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewTweetTerms {
    /// The tweet it answers.
    pub reply_to: Option<TweetId>,
    /// The tweet it shows below its text.
    pub quote_of: Option<TweetId>,
    /// Pictures of its author that wait to be posted, in their order.
    pub media: Vec<MediaId>,
    /// Whom it is for.
    pub visibility: Visibility,
    /// Who may answer, if it begins a conversation.
    pub reply_audience: ReplyAudience,
    /// Whether its pictures are shown only to who asks for them.
    pub sensitive: bool,
}

/// A tweet as its author hands it in, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Cleaned text in NFC.
    pub content: String,
    /// Hashtags as they are indexed, each once.
    pub hashtags: Vec<String>,
    /// Handles it mentions, in lower case, each once; not all need to exist.
    pub mentioned_handles: Vec<String>,
}

impl Draft {
    /// Checks a text against the rules of [`text`] and finds its entities.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `content`, saying which rule it breaks.
    pub fn new(content: &str) -> Result<Self> {
        let draft = Self::beside_pictures(content)?;
        if draft.content.is_empty() {
            return Err(Error::invalid("content", "must not be empty: write something"));
        }
        Ok(draft)
    }

    /// The same for a text beside pictures, which may be empty.
    ///
    /// # Errors
    /// As above.
    pub fn beside_pictures(content: &str) -> Result<Self> {
        if content.len() > TWEET_BYTES_MAX {
            return Err(too_long());
        }
        let content = match text::clean(content) {
            Ok(content) => content,
            Err(TextError::Empty) => String::new(),
            Err(TextError::ForbiddenCharacter(found)) => {
                let code = u32::from(found);
                let message = format!("must not contain the character U+{code:04X}: remove it");
                return Err(Error::invalid("content", message));
            }
        };
        let entities = text::entities(&content);
        if text::weighted_length(&content, &entities) > TWEET_WEIGHT_MAX {
            return Err(too_long());
        }
        let mut mentioned_handles = Vec::new();
        for entity in entities.iter().filter(|e| e.kind == EntityKind::Mention) {
            push_new(&mut mentioned_handles, entity.body(&content).to_ascii_lowercase());
        }
        if mentioned_handles.len() > MENTIONS_PER_TWEET_MAX {
            return Err(Error::invalid("content", "must not mention more than 30 people"));
        }
        let hashtags = hashtag_keys(&content, &entities);
        Ok(Self { content, hashtags, mentioned_handles })
    }
}

fn too_long() -> Error {
    Error::invalid("content", "is too long: at most 280 characters, links count 23, emoji 2")
}

fn hashtag_keys(content: &str, entities: &[text::Entity]) -> Vec<String> {
    let mut keys = Vec::new();
    for entity in entities.iter().filter(|entity| entity.kind == EntityKind::Hashtag) {
        let key = text::hashtag_key(entity.body(content));
        if key.chars().count() <= HASHTAG_CHARS_MAX {
            push_new(&mut keys, key);
        }
    }
    keys.truncate(HASHTAGS_PER_TWEET_MAX);
    keys
}

/// The key of a hashtag that somebody asks for by name (without its sigil), if a tweet could carry
/// it.
#[must_use]
pub fn named_hashtag_key(name: &str) -> Option<String> {
    if name.len() > TWEET_BYTES_MAX {
        return None;
    }
    let typed = format!("#{name}");
    let entities = text::entities(&typed);
    let whole = entities
        .first()
        .is_some_and(|entity| entity.byte_start == 0 && entity.byte_end as usize == typed.len());
    if whole { hashtag_keys(&typed, &entities).pop() } else { None }
}

/// Appends what is not there yet; the lists are at most a few dozen long.
fn push_new(list: &mut Vec<String>, item: String) {
    if !list.contains(&item) {
        list.push(item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_knows_its_hashtags_and_mentions_once_each() {
        let draft = Draft::new("Hi @Bob and @bob, #AI #ai #Zürich").expect("valid");
        assert_eq!(draft.mentioned_handles, ["bob"]);
        assert_eq!(draft.hashtags, ["ai", "zürich"]);
    }

    #[test]
    fn a_hashtag_is_named_as_a_tweet_could_carry_it() {
        assert_eq!(named_hashtag_key("AI").as_deref(), Some("ai"));
        assert_eq!(named_hashtag_key("朝の空").as_deref(), Some("朝の空"));
        for bad in ["", "1", "a b", "a\0", "a#b", "http://a.b", &"a".repeat(101)] {
            assert_eq!(named_hashtag_key(bad), None, "{bad}");
        }
    }

    #[test]
    fn bad_texts_are_refused_with_the_field_named() {
        let long = "a".repeat(281);
        let huge = "a".repeat(TWEET_BYTES_MAX + 1);
        for bad in ["", " \n\t ", "nul\0", "\u{feff}", &long, &huge] {
            let error = Draft::new(bad).expect_err(bad);
            assert!(matches!(error, Error::InvalidField { field: "content", .. }), "{error}");
        }
        assert!(Draft::beside_pictures(" \n").expect("nothing to say").content.is_empty());
        assert!(Draft::beside_pictures(&long).is_err());
        assert!(Draft::new(&"a".repeat(280)).is_ok());
        assert!(Draft::new(&"語".repeat(140)).is_ok());
        assert!(Draft::new(&"語".repeat(141)).is_err());
    }
}
