//! What may have been, at any time: posts, and what was between people and tweets.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::history::{Answer, Ask, At, Audience, Call, History, Tie};

/// For what may still happen.
const NEVER: At = At::MAX;

pub(super) struct Model {
    lag: At,
    pub(super) posts: HashMap<u64, Post>,
    /// The keys of those whose ids are known.
    pub(super) by_id: BTreeMap<i64, u64>,
    ties: HashMap<(i64, Tie), Vec<Change>>,
    deletions: HashMap<i64, Vec<Change>>,
}

/// All attempts to post one tweet.
pub(super) struct Post {
    pub(super) key: u64,
    pub(super) author: i64,
    pub(super) audience: Audience,
    pub(super) reply_to: Option<i64>,
    /// When the first attempt began.
    pub(super) began: At,
    /// When it was first acknowledged.
    pub(super) acknowledged: Option<At>,
    /// What the acknowledgements called it: one id, if all is well.
    pub(super) ids: BTreeSet<i64>,
    /// Whether an attempt failed: then it may be there without an acknowledgement.
    pub(super) in_doubt: bool,
}

/// Something that was switched on or off, or may have been.
#[derive(Clone, Copy)]
struct Change {
    by: i64,
    began: At,
    /// [`NEVER`] if it failed: then it may yet come.
    ended: At,
    on: bool,
}

/// From when until when something must hold to be relied on, and who looks.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) by: i64,
    pub(super) from: At,
    pub(super) until: At,
}

impl Look {
    pub(super) fn of(call: &Call) -> Self {
        Self { by: call.by, from: call.began, until: call.ended }
    }
}

impl Model {
    pub(super) fn of(history: &History) -> Self {
        let mut model = Self {
            lag: history.lag,
            posts: HashMap::new(),
            by_id: BTreeMap::new(),
            ties: HashMap::new(),
            deletions: HashMap::new(),
        };
        for call in &history.calls {
            model.add(call);
        }
        model
    }

    fn add(&mut self, call: &Call) {
        let gone = matches!(call.answer, Answer::Refused(404));
        let ended = match (&call.answer, &call.ask) {
            (Answer::Failed(_), _) => NEVER,
            // It may have been done, and then, as the tweet was to be shown, somebody had deleted it
            // or blocked the caller.
            (_, Ask::Tie { tie: Tie::Like(_) | Tie::Retweet(_), .. }) if gone => NEVER,
            (Answer::Refused(status), _) if *status != 404 => return,
            _ => call.ended,
        };
        match &call.ask {
            Ask::Post { key, audience, reply_to } if !gone => {
                self.add_post(call, *key, *audience, *reply_to);
            }
            // Not found is what a second attempt is told.
            Ask::Delete { tweet } => {
                let change = Change { by: call.by, began: call.began, ended, on: true };
                let changes = self.deletions.entry(*tweet).or_default();
                if !gone || !changes.is_empty() {
                    changes.push(change);
                }
            }
            Ask::Tie { tie, on } if !gone || ended == NEVER => {
                let change = Change { by: call.by, began: call.began, ended, on: *on };
                self.ties.entry((call.by, *tie)).or_default().push(change);
                if let (Tie::Block(other), true) = (tie, on) {
                    // The two follow each other no more.
                    let change = Change { on: false, ..change };
                    self.ties.entry((call.by, Tie::Follow(*other))).or_default().push(change);
                    self.ties.entry((*other, Tie::Follow(call.by))).or_default().push(change);
                }
            }
            _ => {}
        }
    }

    fn add_post(&mut self, call: &Call, key: u64, audience: Audience, reply_to: Option<i64>) {
        let post = self.posts.entry(key).or_insert_with(|| Post {
            key,
            author: call.by,
            audience,
            reply_to,
            began: call.began,
            acknowledged: None,
            ids: BTreeSet::new(),
            in_doubt: false,
        });
        post.began = post.began.min(call.began);
        match call.answer {
            Answer::Posted(id) => {
                post.acknowledged = Some(post.acknowledged.unwrap_or(NEVER).min(call.ended));
                post.ids.insert(id);
                self.by_id.insert(id, key);
            }
            _ => post.in_doubt = true,
        }
    }

    /// When a change that ended then is seen by this reader at the latest.
    pub(super) fn seen_from(&self, ended: At, by: i64, reader: i64) -> At {
        ended.saturating_add(if by == reader { 0 } else { self.lag })
    }

    /// What a tie is all the time while somebody looks; nothing if it may have changed.
    pub(super) fn tie(&self, owner: i64, tie: Tie, look: Look) -> Option<bool> {
        let changes = self.ties.get(&(owner, tie)).map_or(&[][..], Vec::as_slice);
        let seen = |change: &Change| self.seen_from(change.ended, change.by, look.by);
        // Before the first there was nothing: as if it had been switched off.
        let start = Change { by: look.by, began: 0, ended: 0, on: false };
        let settled = changes.iter().filter(|change| seen(change) <= look.from);
        let last = settled.max_by_key(|change| change.began).copied().unwrap_or(start);
        let is_start = last.ended == 0;
        let may_differ = changes.iter().any(|change| {
            change.on != last.on
                && change.began < look.until
                && (is_start || seen(change) > last.began)
        });
        (!may_differ).then_some(last.on)
    }

    /// Whether a tweet is deleted all the time while somebody looks; nothing if it may be either.
    pub(super) fn deleted(&self, tweet: i64, look: Look) -> Option<bool> {
        let changes = self.deletions.get(&tweet).map_or(&[][..], Vec::as_slice);
        if changes.iter().any(|c| self.seen_from(c.ended, c.by, look.by) <= look.from) {
            return Some(true);
        }
        (!changes.iter().any(|change| change.began < look.until)).then_some(false)
    }

    /// Whether the reader may see what this author wrote for these.
    pub(super) fn may_see(&self, author: i64, audience: Audience, look: Look) -> Option<bool> {
        if author == look.by {
            return Some(true);
        }
        let theirs = self.tie(author, Tie::Block(look.by), look);
        let own = self.tie(look.by, Tie::Block(author), look);
        match (theirs, own, audience) {
            (Some(true), _, _) | (_, Some(true), _) => Some(false),
            (Some(false), Some(false), Audience::Everybody) => Some(true),
            (Some(false), Some(false), Audience::Followers) => self.follows(author, look),
            (_, _, Audience::Followers) if self.follows(author, look) == Some(false) => Some(false),
            _ => None,
        }
    }

    /// Whether the reader follows this author.
    pub(super) fn follows(&self, author: i64, look: Look) -> Option<bool> {
        self.tie(look.by, Tie::Follow(author), look)
    }

    /// Whether it is in the reader's home, as far as a simple rule can tell: not of replies.
    pub(super) fn in_home(&self, post: &Post, look: Look) -> Option<bool> {
        if post.author == look.by {
            return Some(true);
        }
        match (self.follows(post.author, look), self.may_see(post.author, post.audience, look)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }

    /// All ties that were ever touched.
    pub(super) fn touched(&self) -> impl Iterator<Item = (i64, Tie)> {
        self.ties.keys().copied()
    }

    /// Whether somebody may have tried to delete it.
    pub(super) fn deletion_tried(&self, tweet: i64) -> bool {
        self.deletions.get(&tweet).is_some_and(|changes| !changes.is_empty())
    }
}
