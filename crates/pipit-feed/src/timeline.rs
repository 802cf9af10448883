//! A page of any timeline: from the logs as far as they reach, then on from the database.

use std::sync::Arc;

use pipit_model::limits::PAGE_ROUNDS_MAX;
use pipit_model::tweet::{Entry, Kind};
use pipit_model::{HashtagId, Timestamp, UserId, visibility};
use pipit_store::{Entries, Source, StoreError};

use crate::Feed;
use crate::followees::Followees;
use crate::lists::Members;
use crate::log::LogKey;
use crate::merge::Stretch;
use crate::ties::Ties;

/// Entries asked of the database beyond those wanted: they fill the logs for the next page.
const READ_AHEAD: usize = 43;
/// Entries looked at in one round, where the rules drop nearly all of them.
const LOOK_MAX: usize = 512;
/// A page far down that needs more logs than these is not kept in them: to tell thousands of logs
/// what a page of twenty holds costs more than to look the next one up.
const DEEP_LOGS_KEPT: usize = 1000;
/// Authors named in one statement; all three databases take at least twice as many values.
const AUTHORS_PER_QUERY: usize = 10_000;

/// Which timeline.
#[derive(Debug, Clone)]
pub enum Timeline {
    /// What someone follows, and their own.
    Home {
        /// Whose it is.
        reader: UserId,
        /// Whom they follow.
        followees: Arc<Followees>,
    },
    /// What the people on a list post.
    List(Arc<Members>),
    /// What someone posted and retweeted, or a part of it.
    Author(UserId, AuthorPart),
    /// Everything with a hashtag.
    Hashtag(HashtagId),
    /// Everybody's tweets, without replies and retweets.
    Public,
}

/// Which of an author's entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthorPart {
    /// Everything.
    All,
    /// Tweets and retweets.
    Tweets,
    /// Replies.
    Replies,
}

impl Timeline {
    /// The log at a place of the merge; a home has its reader's own last.
    pub(crate) fn key(&self, place: usize) -> LogKey {
        match self {
            Self::Home { reader, followees } => {
                LogKey::Author(followees.ids().get(place).copied().unwrap_or(*reader))
            }
            // A list that nobody is on has no logs, and is never asked for one.
            Self::List(members) => {
                LogKey::Author(members.ids().get(place).copied().unwrap_or(UserId(0)))
            }
            Self::Author(author, _) => LogKey::Author(*author),
            Self::Hashtag(hashtag) => LogKey::Hashtag(*hashtag),
            Self::Public => LogKey::Public,
        }
    }

    fn admits(&self, entry: &Entry) -> bool {
        match self {
            Self::Home { reader, followees } => {
                visibility::belongs_in_home(entry, *reader, |user| followees.contains(user))
            }
            Self::List(members) => {
                visibility::belongs_in_list(entry, |user| members.contains(user))
            }
            Self::Author(_, part) => match (part, entry.kind) {
                (AuthorPart::All, _) => true,
                (AuthorPart::Tweets, kind) => !matches!(kind, Kind::Reply { .. }),
                (AuthorPart::Replies, kind) => matches!(kind, Kind::Reply { .. }),
            },
            Self::Hashtag(_) | Self::Public => true,
        }
    }
}

/// A part of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its entries, newest first.
    pub entries: Vec<Entry>,
    /// All entries with at least this id were looked at; 0 at the end of the timeline.
    pub examined: i64,
}

impl Feed {
    /// The newest `want` entries of a timeline with `id < before`, newest first, without what is by,
    /// or passes on, somebody whom `ties` hide; fewer if the timeline ends before, or if next to
    /// nothing in it is admitted.
    ///
    /// # Errors
    /// What the database says.
    pub async fn entries(
        &self,
        timeline: &Timeline,
        ties: Option<&Ties>,
        before: i64,
        want: usize,
        now: Timestamp,
    ) -> Result<Found, StoreError> {
        let mut page = Vec::with_capacity(want);
        let ties = ties.filter(|ties| !ties.is_empty());
        let is_kept_out = |entry: &Entry| {
            ties.is_some_and(|ties| visibility::is_kept_out(entry, |user| ties.hides(user, now)))
        };
        let admits = |entry: &Entry| timeline.admits(entry) && !is_kept_out(entry);
        let horizon = self.store.horizon(now);
        // A read from the top goes all the way up, though the page does not show what is still on
        // its way: a log that is kept must have it.
        let mut reach = if before < horizon { before } else { i64::MAX };
        let mut before = before.min(horizon);
        for round in 0..PAGE_ROUNDS_MAX {
            // Half as many again, for what the rules drop. If that left room, they drop much: the
            // next look goes twice as far.
            let look = want.max(LOOK_MAX.min((want + want / 2) << round.min(8)));
            let mut known = self.caches.known(timeline, before, look);
            if !known.blocked.is_empty() {
                self.fill(timeline, &mut known, (before, reach), look).await?;
            }
            known.entries.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.id));
            known.entries.dedup_by_key(|entry| entry.id);
            let room = want - page.len();
            page.extend(known.entries.into_iter().filter(admits).take(room));
            (before, reach) = (before.min(known.from), known.from);
            if page.len() == want || before <= 0 {
                break;
            }
        }
        // Where the rounds ran out (next to nothing was admitted), the next page goes on.
        Ok(Found { entries: page, examined: before.max(0) })
    }

    /// Completes a stretch with what the blocked logs hold in it, and shortens it to what is then
    /// known of all logs.
    async fn fill(
        &self,
        timeline: &Timeline,
        known: &mut Stretch,
        (before, reach): (i64, i64),
        want: usize,
    ) -> Result<(), StoreError> {
        let blocked: Vec<LogKey> = known.blocked.iter().map(|place| timeline.key(*place)).collect();
        let read = if reach < i64::MAX && blocked.len() > DEEP_LOGS_KEPT {
            self.read(&blocked, known.from, reach, want).await?
        } else {
            let tickets = self.caches.tickets(&blocked);
            let read = self.read(&blocked, known.from, reach, want + READ_AHEAD).await?;
            self.caches.extend_logs(&blocked, &tickets, &read, reach);
            read
        };
        known.from = read.from;
        known.entries.retain(|entry| entry.id.0 >= read.from);
        known.entries.extend(read.entries.iter().filter(|entry| entry.id.0 < before));
        Ok(())
    }

    /// What the database has of these logs with `from <= id < before`, or the newest part of it.
    async fn read(
        &self,
        keys: &[LogKey],
        from: i64,
        before: i64,
        limit: usize,
    ) -> Result<Entries, StoreError> {
        let mut all = Entries::none(from);
        let mut authors: Vec<UserId> = Vec::new();
        for key in keys {
            let source = match key {
                LogKey::Author(author) => {
                    authors.push(*author);
                    continue;
                }
                LogKey::Hashtag(hashtag) => Source::Hashtag(*hashtag),
                LogKey::Public => Source::Public,
            };
            all.merge(self.store.list_entries(source, all.from, before, limit as u64).await?);
        }
        for authors in authors.chunks(AUTHORS_PER_QUERY) {
            let source = Source::Authors(authors);
            all.merge(self.store.list_entries(source, all.from, before, limit as u64).await?);
        }
        Ok(all)
    }
}
