//! The hot writes, as data. What comes to be gets its id from the writer.

use std::sync::Arc;

use pipit_model::event::Standing;
use pipit_model::read_position::ReadPosition;
use pipit_model::tweet::{Mention, ReplyAudience, Tweet};
use pipit_model::visibility::Visibility;
use pipit_model::{HeldId, MediaId, TweetId, UserId};

/// One write, checked as far as it can be without reading the database.
#[derive(Debug, Clone)]
pub enum Command {
    /// Store a tweet or a reply.
    Post(NewTweet),
    /// Turn a tweet or reply into a tombstone.
    Delete {
        /// Which.
        tweet_id: TweetId,
        /// Who asks; must be its author.
        user_id: UserId,
    },
    /// Like, or like no longer.
    Like {
        /// Who.
        user_id: UserId,
        /// What; never a retweet.
        tweet_id: TweetId,
        /// How it shall stand.
        to: Standing,
    },
    /// Retweet, or take it back.
    Retweet {
        /// Who.
        user_id: UserId,
        /// What; never a retweet.
        tweet_id: TweetId,
        /// How it shall stand.
        to: Standing,
    },
    /// Keep a tweet for later, or keep it no longer.
    Bookmark {
        /// Who.
        user_id: UserId,
        /// What; never a retweet.
        tweet_id: TweetId,
        /// How it shall stand.
        to: Standing,
    },
    /// Follow (or ask to, if the account is locked), or do so no longer.
    Follow {
        /// Who.
        user_id: UserId,
        /// Whom; never oneself.
        followed_user_id: UserId,
        /// How it shall stand.
        to: Standing,
    },
    /// Answer somebody who asks to follow.
    AnswerRequest {
        /// Who asks.
        user_id: UserId,
        /// Who was asked, and answers.
        followed_user_id: UserId,
        /// What.
        answer: RequestAnswer,
    },
    /// Block, which ends all follows between the two, or block no longer.
    Block {
        /// Who.
        user_id: UserId,
        /// Whom; never oneself.
        blocked_user_id: UserId,
        /// How it shall stand.
        to: Standing,
    },
    /// Note how far somebody has read; an id below the one noted before changes nothing.
    Read {
        /// Who.
        user_id: UserId,
        /// What.
        position: ReadPosition,
        /// Up to this id.
        last_id: i64,
    },
}

/// What somebody who asks to follow is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestAnswer {
    /// From now on they follow.
    Accept,
    /// They do not; they may ask again.
    Reject,
}

/// A tweet or reply to be stored.
#[derive(Debug, Clone)]
pub struct NewTweet {
    /// Its author.
    pub user_id: UserId,
    /// Its text, checked.
    pub content: String,
    /// Its hashtags as they are indexed.
    pub hashtags: Vec<String>,
    /// Those of the mentioned handles that exist.
    pub mentions: Vec<Mention>,
    /// The tweet it answers; never a retweet.
    pub reply_to: Option<TweetId>,
    /// The tweet it shows below its text; never a retweet.
    pub quote_of: Option<TweetId>,
    /// Pictures of its author that wait to be posted.
    pub media: Vec<MediaId>,
    /// Whom it is for.
    pub visibility: Visibility,
    /// Who may answer, if it begins a conversation.
    pub reply_audience: ReplyAudience,
    /// Whether its author says that its pictures are not for everybody.
    pub sensitive: bool,
    /// The held tweet that it was: its pictures wait with it.
    pub held: Option<HeldId>,
    /// What makes a repeated request answer with what the first one made.
    pub idempotency: Option<IdempotencyKey>,
}

/// A client's `Idempotency-Key`, bound to who sent it and to what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Hash of the sender and the key, 64 hexadecimal digits.
    pub key_hash: String,
    /// Hash of the request, 64 hexadecimal digits.
    pub request_hash: String,
}

/// What a command came to.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A tweet was stored.
    Posted(Arc<Tweet>),
    /// The same request had stored this tweet before.
    Existing(TweetId),
    /// It stands as it was asked for.
    Done,
}
