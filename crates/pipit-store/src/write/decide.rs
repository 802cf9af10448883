//! What a command means for the rows it is about. Pure: no SQL, no waiting; a command that is
//! refused has changed nothing.

use std::sync::Arc;

use pipit_model::event::{Event, Standing};
use pipit_model::limits::NOTIFIED_PER_TWEET_MAX;
use pipit_model::media::Media;
use pipit_model::notification::NotificationKind;
use pipit_model::read_position::ReadPosition;
use pipit_model::tweet::{Entry, Kind, Quote, Tweet, TweetCounts};
use pipit_model::user::UserCounts;
use pipit_model::visibility::{Visibility, may_be_passed_on};
use pipit_model::{AccountState, HashtagId, IdGenerator, MediaId, Timestamp, TweetId, UserId};

use super::command::{Command, NewTweet, Outcome};
use super::notices::Notice;
use super::state::{HashtagRow, KeyRow, State, UserRow};
use super::ties::{answer_request, block, follow};
use crate::entity::{media, tweets};
use crate::error::StoreError;
use crate::media::{is_held, media_from, waits_to_be_posted};
use crate::tweets::{from_row, kind_code, to_row};

const NOT_PASSED_ON: &str = "this tweet is for its author's followers: it cannot be passed on";

pub(super) type Decided = Result<Outcome, StoreError>;

/// Gives out the ids of what comes to be: later commands get higher ids, and nothing else writes
/// between them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Births<'a> {
    pub(super) ids: &'a IdGenerator,
    pub(super) now: Timestamp,
}

impl Births<'_> {
    pub(super) fn next(self) -> i64 {
        self.ids.next(self.now)
    }
}

/// Applies one command to the state and notes what is to be announced.
pub(super) fn decide(
    state: &mut State,
    command: &Command,
    births: Births<'_>,
    events: &mut Vec<Event>,
) -> Decided {
    match command {
        Command::Post(tweet) => post(state, tweet, births, events),
        Command::Delete { tweet_id, user_id } => {
            delete(state, *tweet_id, *user_id, births.now, events)
        }
        Command::Like { user_id, tweet_id, to } => {
            like(state, (*user_id, *tweet_id), *to, births, events)
        }
        Command::Bookmark { user_id, tweet_id, to } => {
            bookmark(state, (*user_id, *tweet_id), *to, births, events)
        }
        Command::Retweet { user_id, tweet_id, to } => match to {
            Standing::Set => retweet(state, (*user_id, *tweet_id), births, events),
            Standing::Unset => {
                unretweet(state, (*user_id, *tweet_id), births, events);
                Ok(Outcome::Done)
            }
        },
        Command::Follow { user_id, followed_user_id, to } => {
            follow(state, (*user_id, *followed_user_id), *to, births, events)
        }
        Command::AnswerRequest { user_id, followed_user_id, answer } => {
            answer_request(state, (*user_id, *followed_user_id), *answer, births, events)
        }
        Command::Block { user_id, blocked_user_id, to } => {
            block(state, (*user_id, *blocked_user_id), *to, births, events)
        }
        Command::Read { user_id, position, last_id } => {
            read(state, (*user_id, *position), *last_id, events)
        }
    }
}

/// Numbers and tells the counts that differ after all commands of a batch, each once.
pub(super) fn count(state: &mut State, events: &mut Vec<Event>) {
    let differs = |(id, row): &(&i64, &tweets::Model)| {
        state.tweets.original(id).map(counts_of) != Some(counts_of(row))
    };
    let tweets: Vec<i64> =
        state.tweets.updated().iter().filter(|row| differs(row)).map(|(id, _)| **id).collect();
    for id in tweets {
        state.tweets.edit(&id, |row| {
            row.count_version += 1;
            events.push(Event::TweetCounted(TweetId(id), counts_of(row)));
        });
    }
    let users: Vec<i64> = state.users.updated().iter().map(|(id, _)| **id).collect();
    for id in users {
        state.users.edit(&id, |row| {
            row.count_version += 1;
            let UserRow { tweets, followers, following, count_version: version, .. } = *row;
            let counts = UserCounts { tweets, followers, following, version };
            events.push(Event::UserCounted(UserId(id), counts));
        });
    }
}

fn counts_of(row: &tweets::Model) -> TweetCounts {
    let (likes, retweets, replies) = (row.like_count, row.retweet_count, row.reply_count);
    TweetCounts { likes, retweets, replies, version: row.count_version }
}

fn post(state: &mut State, new: &NewTweet, births: Births<'_>, events: &mut Vec<Event>) -> Decided {
    if let Some(key) = &new.idempotency
        && let Some(before) = state.keys.get(&key.key_hash)
    {
        return if before.request_hash == key.request_hash {
            Ok(Outcome::Existing(TweetId(before.resource_id)))
        } else {
            Err(StoreError::KeyReused)
        };
    }
    acting_user(state, new.user_id)?;
    let parent = new.reply_to.map(|id| live_tweet(state, id).cloned()).transpose()?;

    let quote = new.quote_of.map(|id| quoted(state, id)).transpose()?;
    let media = waiting_media(state, new, births.now)?;

    let mut tweet = stored(TweetId(births.next()), new, parent.as_ref());
    (tweet.quote, tweet.media) = (quote, media);
    let tweet = Arc::new(tweet);
    attach_media(state, &tweet);
    state.tweets.set(tweet.id.0, to_row(&tweet));
    state.users.edit(&new.user_id.0, |user| user.tweets += 1);
    if let Some(parent) = parent {
        state.tweets.edit(&parent.id, |parent| parent.reply_count += 1);
    }
    let mut hashtags = Vec::with_capacity(new.hashtags.len());
    for name in &new.hashtags {
        let row = state.hashtags.get(name).copied();
        let row = row.unwrap_or_else(|| HashtagRow { id: births.next(), tweets: 0 });
        hashtags.push(HashtagId(row.id));
        state.hashtags.set(name.clone(), HashtagRow { tweets: row.tweets + 1, ..row });
        state.new_links.push((name.clone(), tweet.id.0));
    }
    for mention in &new.mentions {
        state.new_mentions.push((tweet.id.0, mention.user_id.0, mention.handle_key.clone()));
    }
    tell_of_post(state, &tweet, births);
    if let Some(key) = &new.idempotency {
        let row = KeyRow { request_hash: key.request_hash.clone(), resource_id: tweet.id.0 };
        state.keys.set(key.key_hash.clone(), row);
    }
    events.push(Event::posted(tweet.clone(), hashtags.into()));
    Ok(Outcome::Posted(tweet))
}

fn stored(id: TweetId, new: &NewTweet, parent: Option<&tweets::Model>) -> Tweet {
    let kind = parent.map_or(Kind::Tweet, |parent| Kind::Reply {
        to: TweetId(parent.id),
        to_user: UserId(parent.user_id),
    });
    Tweet {
        content: new.content.clone(),
        kind,
        conversation_id: parent.map_or(id, |parent| TweetId(parent.conversation_id)),
        mentions: new.mentions.clone(),
        visibility: new.visibility,
        reply_audience: new.reply_audience,
        sensitive: new.sensitive,
        ..Tweet::blank(id, new.user_id)
    }
}

fn quoted(state: &State, id: TweetId) -> Result<Quote, StoreError> {
    let of = live_tweet(state, id)?;
    if !may_be_passed_on(Visibility::from_code(of.visibility)) {
        return Err(StoreError::Forbidden(NOT_PASSED_ON));
    }
    Ok(Quote { of: id, of_user: UserId(of.user_id) })
}

/// The pictures of a new tweet, if all are its author's and wait to be posted.
fn waiting_media(state: &State, new: &NewTweet, now: Timestamp) -> Result<Vec<Media>, StoreError> {
    let find = |id: &MediaId| {
        let row = state.media.get(&id.0).filter(|row| row.user_id == new.user_id.0);
        let waits = |row: &&media::Model| match new.held {
            Some(_) => is_held(row),
            None => waits_to_be_posted(row, now),
        };
        let row = row.filter(waits);
        row.cloned().map(media_from).ok_or(StoreError::NotFound("media"))
    };
    new.media.iter().map(find).collect()
}

fn attach_media(state: &mut State, tweet: &Tweet) {
    for (position, media) in tweet.media.iter().enumerate() {
        state.media.edit(&media.id.0, |row| {
            row.tweet_id = Some(tweet.id.0);
            row.position = position as i64;
            row.expires_at = 0;
        });
    }
}

fn delete(
    state: &mut State,
    tweet_id: TweetId,
    user_id: UserId,
    now: Timestamp,
    events: &mut Vec<Event>,
) -> Decided {
    let row = live_tweet(state, tweet_id)?.clone();
    if row.user_id != user_id.0 {
        return Err(StoreError::Forbidden("only its author may delete a tweet"));
    }
    let tweet = from_row(row, Vec::new(), Vec::new());
    // What a person deletes is gone from the database too; the tombstone holds only its place.
    state.tweets.edit(&tweet_id.0, |row| {
        row.deleted_at = Some(now.0);
        row.content.clear();
    });
    state.users.edit(&user_id.0, |user| user.tweets -= 1);
    if let Kind::Reply { to, .. } = tweet.kind {
        state.tweets.edit(&to.0, |parent| parent.reply_count -= 1);
    }
    let mut hashtags = Vec::new();
    for name in tweet.hashtag_keys() {
        hashtags.extend(state.hashtags.get(&name).map(|row| HashtagId(row.id)));
        state.hashtags.edit(&name, |row| row.tweets -= 1);
        state.dead_links.push((name, tweet_id.0));
    }
    let told: Vec<i64> =
        state.mentioned.iter().filter(|(id, _)| *id == tweet_id.0).map(|(_, user)| *user).collect();
    for notice in notices_of_post(&tweet, told) {
        state.notices.take(notice);
    }
    state.notices.take_of_tweet(user_id.0, tweet_id.0);
    events.push(Event::TweetDeleted { entry: tweet.entry(), hashtags: hashtags.into() });
    let is_of_it =
        |entry: &&Entry| matches!(entry.kind, Kind::Retweet { of, .. } if of == tweet_id);
    let retweets = state.retweets_of_deleted.iter().filter(is_of_it);
    events.extend(retweets.copied().map(Event::RetweetGone));
    Ok(Outcome::Done)
}

/// Tells those whom a tweet answers or mentions.
fn tell_of_post(state: &mut State, tweet: &Tweet, births: Births<'_>) {
    let mentioned = tweet.mentions.iter().map(|mention| mention.user_id.0);
    for notice in notices_of_post(tweet, mentioned) {
        state.notices.make_of(notice, tweet.visibility, || births.next());
    }
}

/// What a tweet tells, by those it mentions: each person once, of the answer before the quote and
/// of the quote before the mention.
fn notices_of_post(tweet: &Tweet, mentioned: impl IntoIterator<Item = i64>) -> Vec<Notice> {
    let (tweet_id, actor_id) = (tweet.id.0, tweet.user_id.0);
    let answered = match tweet.kind {
        Kind::Reply { to_user, .. } => Some(to_user.0),
        Kind::Tweet | Kind::Retweet { .. } => None,
    };
    let quoted = tweet.quote.map(|quote| quote.of_user.0).filter(|user| Some(*user) != answered);
    let notice = |kind, user_id| Notice { user_id, kind, tweet_id, actor_id };
    let reply = answered.map(|user_id| notice(NotificationKind::Reply, user_id));
    let quote = quoted.map(|user_id| notice(NotificationKind::Quote, user_id));
    let is_told = |user: &i64| Some(*user) == answered || Some(*user) == quoted;
    let others = mentioned.into_iter().filter(|user| !is_told(user));
    let mentions = others.map(|user| notice(NotificationKind::Mention, user));
    reply.into_iter().chain(quote).chain(mentions).collect()
}

/// Tells a tweet's author what somebody did to it, or takes that back.
fn tell_author(
    state: &mut State,
    kind: NotificationKind,
    (actor, tweet_id): (UserId, TweetId),
    to: Standing,
    births: Births<'_>,
) {
    let Some(tweet) = state.tweets.get(&tweet_id.0) else {
        return;
    };
    let notice = Notice { user_id: tweet.user_id, kind, tweet_id: tweet_id.0, actor_id: actor.0 };
    let before = match kind {
        NotificationKind::Retweet => tweet.retweet_count,
        _ => tweet.like_count,
    };
    match to {
        Standing::Set if before < NOTIFIED_PER_TWEET_MAX => {
            state.notices.make(notice, || births.next());
        }
        Standing::Set => {}
        Standing::Unset => state.notices.take(notice),
    }
}

/// Only what is there is marked; a mark can be taken away from anything.
fn may_mark(
    state: &State,
    (user_id, tweet_id): (UserId, TweetId),
    to: Standing,
) -> Result<(), StoreError> {
    if to.is_set() {
        acting_user(state, user_id)?;
        live_tweet(state, tweet_id)?;
    }
    Ok(())
}

fn like(
    state: &mut State,
    (user_id, tweet_id): (UserId, TweetId),
    to: Standing,
    births: Births<'_>,
    events: &mut Vec<Event>,
) -> Decided {
    may_mark(state, (user_id, tweet_id), to)?;
    if state.likes.turn((user_id.0, tweet_id.0), to, || births.next()) {
        let step = if to.is_set() { 1 } else { -1 };
        tell_author(state, NotificationKind::Like, (user_id, tweet_id), to, births);
        state.tweets.edit(&tweet_id.0, |tweet| tweet.like_count += step);
        events.push(Event::Liked { user_id, tweet_id, now: to });
    }
    Ok(Outcome::Done)
}

fn bookmark(
    state: &mut State,
    (user_id, tweet_id): (UserId, TweetId),
    to: Standing,
    births: Births<'_>,
    events: &mut Vec<Event>,
) -> Decided {
    may_mark(state, (user_id, tweet_id), to)?;
    if state.bookmarks.turn((user_id.0, tweet_id.0), to, || births.next()) {
        events.push(Event::Bookmarked { user_id, tweet_id, now: to });
    }
    Ok(Outcome::Done)
}

fn retweet(
    state: &mut State,
    (user_id, tweet_id): (UserId, TweetId),
    births: Births<'_>,
    events: &mut Vec<Event>,
) -> Decided {
    acting_user(state, user_id)?;
    let of = live_tweet(state, tweet_id)?;
    let of_user = UserId(of.user_id);
    let visibility = Visibility::from_code(of.visibility);
    if of_user != user_id && !may_be_passed_on(visibility) {
        return Err(StoreError::Forbidden(NOT_PASSED_ON));
    }
    let pair = (user_id.0, tweet_id.0);
    if state.retweets.get(&pair).is_some() {
        return Ok(Outcome::Done);
    }
    let id = TweetId(births.next());
    let kind = Kind::Retweet { of: tweet_id, of_user };
    let entry = Arc::new(Tweet { kind, visibility, ..Tweet::blank(id, user_id) });
    state.tweets.set(id.0, to_row(&entry));
    state.retweets.set(pair, id.0);
    tell_author(state, NotificationKind::Retweet, (user_id, tweet_id), Standing::Set, births);
    state.tweets.edit(&tweet_id.0, |tweet| tweet.retweet_count += 1);
    events.push(Event::posted(entry, Arc::new([])));
    events.push(Event::Retweeted { user_id, tweet_id, now: Standing::Set });
    Ok(Outcome::Done)
}

fn unretweet(
    state: &mut State,
    (user_id, tweet_id): (UserId, TweetId),
    births: Births<'_>,
    events: &mut Vec<Event>,
) {
    let pair = (user_id.0, tweet_id.0);
    let Some(id) = state.retweets.get(&pair).copied() else {
        return;
    };
    if let Some(row) = state.tweets.get(&id).cloned() {
        let entry = from_row(row, Vec::new(), Vec::new()).entry();
        events.push(Event::TweetDeleted { entry, hashtags: Arc::new([]) });
    }
    tell_author(state, NotificationKind::Retweet, (user_id, tweet_id), Standing::Unset, births);
    state.tweets.remove(id);
    state.retweets.remove(pair);
    state.tweets.edit(&tweet_id.0, |tweet| tweet.retweet_count -= 1);
    events.push(Event::Retweeted { user_id, tweet_id, now: Standing::Unset });
}

fn read(
    state: &mut State,
    (user_id, position): (UserId, ReadPosition),
    last_id: i64,
    events: &mut Vec<Event>,
) -> Decided {
    live_user(state, user_id)?;
    let key = (user_id.0, position);
    if state.read_positions.get(&key).is_none_or(|before| *before < last_id) {
        state.read_positions.set(key, last_id);
        events.push(Event::ReadUpTo { user_id, position, last_id });
    }
    Ok(Outcome::Done)
}

/// How many accounts a user follows, if the user is there.
pub(super) fn live_user(state: &State, id: UserId) -> Result<i64, StoreError> {
    match state.users.get(&id.0) {
        Some(user) if !user.deleted && !user.state.is_shut_out() => Ok(user.following),
        _ => Err(StoreError::NotFound("user")),
    }
}

/// The same, of somebody who wants to do something new.
pub(super) fn acting_user(state: &State, id: UserId) -> Result<i64, StoreError> {
    let following = live_user(state, id)?;
    match state.users.get(&id.0) {
        Some(user) if !user.state.may_write() => Err(StoreError::Forbidden(AccountState::FROZEN)),
        _ => Ok(following),
    }
}

fn live_tweet(state: &State, id: TweetId) -> Result<&tweets::Model, StoreError> {
    match state.tweets.get(&id.0) {
        Some(row) if row.deleted_at.is_none() && row.kind != kind_code::RETWEET => Ok(row),
        _ => Err(StoreError::NotFound("tweet")),
    }
}
