//! Who is listening, and to whom: an author's tweet is handed to those of their followers who are
//! there, at the cost of their number and not of the number of streams.
//!
//! For each live reader the hub keeps whom they follow, current by the same events as the caches,
//! and for each author the live readers who follow them. It is told by the writer after the caches,
//! in the order of the commits; it never waits for a stream.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pipit_model::event::{Event, Standing as Follows};
use pipit_model::limits::{STREAM_QUEUE_MAX, STREAMS_MAX, STREAMS_PER_USER_MAX};
use pipit_model::read_position::ReadPosition;
use pipit_model::tweet::Entry;
use pipit_model::{Error, Result, SessionId, UserId, visibility};
use tokio::sync::mpsc;

use super::Signal;
use crate::Caller;

pub(crate) type StreamId = u64;

/// How a stream stands with the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is told of everything.
    Told,
    /// It was too slow, or everything may have changed: what it has is good, but not all.
    LeftBehind,
    /// It must not hand out anything any more.
    Ended,
}

/// A standing that the hub sets and the stream reads.
#[derive(Debug, Default)]
struct SharedStanding(AtomicU8);

impl SharedStanding {
    fn set(&self, standing: Standing) {
        self.0.store(standing as u8, Ordering::SeqCst);
    }

    fn get(&self) -> Standing {
        match self.0.load(Ordering::SeqCst) {
            0 => Standing::Told,
            1 => Standing::LeftBehind,
            _ => Standing::Ended,
        }
    }
}

/// A stream's place in the hub; given up when it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    hub: Arc<Hub>,
    user_id: UserId,
    id: StreamId,
    standing: Arc<SharedStanding>,
}

impl Seat {
    pub(crate) fn standing(&self) -> Standing {
        self.standing.get()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut streams = self.hub.streams();
        streams.remove(self.user_id, |outlet| outlet.id == self.id, None);
        streams.vacate(self.user_id);
    }
}

/// All streams of this node.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    streams: Mutex<Streams>,
}

#[derive(Debug, Default)]
struct Streams {
    closed: bool,
    next_id: StreamId,
    /// Seats taken, also by streams that are told nothing any more but still hold a connection.
    seats: usize,
    seats_of: HashMap<UserId, usize>,
    readers: HashMap<UserId, Reader>,
    /// The live readers in whose home an author's tweets are.
    audience: HashMap<UserId, HashSet<UserId>>,
    /// Whose session it is, of those that have streams.
    sessions: HashMap<SessionId, UserId>,
}

#[derive(Debug)]
struct Reader {
    follows: Followed,
    outlets: Vec<Outlet>,
}

/// Whom a reader follows.
#[derive(Debug)]
enum Followed {
    /// It is being looked up; what changed meanwhile, in order.
    Asked(Vec<(UserId, Follows)>),
    Known(HashSet<UserId>),
}

#[derive(Debug)]
struct Outlet {
    id: StreamId,
    session_id: SessionId,
    signals: mpsc::Sender<Signal>,
    standing: Arc<SharedStanding>,
}

impl Hub {
    /// Takes a place for a stream. It is told of notifications at once, and of tweets from the call
    /// of [`Hub::follow`] on.
    pub(crate) fn sit_down(
        hub: &Arc<Self>,
        caller: Caller,
    ) -> Result<(Seat, mpsc::Receiver<Signal>)> {
        let mut streams = hub.streams();
        if streams.closed || streams.seats >= STREAMS_MAX {
            return Err(Error::Unavailable("no more streams are opened".to_owned()));
        }
        let seats = streams.seats_of.entry(caller.user_id).or_default();
        if *seats >= STREAMS_PER_USER_MAX {
            return Err(Error::Unavailable("this account has too many streams".to_owned()));
        }
        *seats += 1;
        streams.seats += 1;
        let fresh = || Reader { follows: Followed::Asked(Vec::new()), outlets: Vec::new() };
        let id = streams.next_id;
        let reader = streams.readers.entry(caller.user_id).or_insert_with(fresh);
        let (signals, receiver) = mpsc::channel(STREAM_QUEUE_MAX);
        let standing = Arc::new(SharedStanding::default());
        let session_id = caller.session_id;
        reader.outlets.push(Outlet { id, session_id, signals, standing: standing.clone() });
        streams.sessions.insert(session_id, caller.user_id);
        streams.next_id += 1;
        drop(streams);
        let seat = Seat { hub: hub.clone(), user_id: caller.user_id, id, standing };
        Ok((seat, receiver))
    }

    /// Says whom a reader follows, as it was looked up after they sat down.
    pub(crate) fn follow(&self, user_id: UserId, followees: &[UserId]) {
        let mut streams = self.streams();
        let Some(reader) = streams.readers.get_mut(&user_id) else {
            return;
        };
        // Another stream of the same reader may have been faster.
        let Followed::Asked(changes) = &mut reader.follows else {
            return;
        };
        let changes = std::mem::take(changes);
        let mut known: HashSet<UserId> = followees.iter().copied().collect();
        for (followed, now) in changes {
            match now {
                Follows::Set => known.insert(followed),
                Follows::Unset => known.remove(&followed),
            };
        }
        let authors: Vec<UserId> = known.iter().copied().chain([user_id]).collect();
        reader.follows = Followed::Known(known);
        for author in authors {
            streams.audience.entry(author).or_default().insert(user_id);
        }
    }

    /// Tells the streams what was committed.
    pub(crate) fn tell(&self, events: &[Event]) {
        let mut streams = self.streams();
        if streams.readers.is_empty() {
            return;
        }
        for event in events {
            streams.tell(event);
        }
    }

    /// Ends all streams and takes no more.
    pub(crate) fn close(&self) {
        let mut streams = self.streams();
        streams.end_all(Standing::Ended);
        streams.closed = true;
    }

    pub(crate) fn len(&self) -> usize {
        self.streams().seats
    }

    fn streams(&self) -> MutexGuard<'_, Streams> {
        // Each change is whole before anything in it could panic.
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Streams {
    fn tell(&mut self, event: &Event) {
        match event {
            Event::TweetPosted { entry, .. } => self.tell_audience(entry, Signal::Posted(*entry)),
            Event::TweetDeleted { entry, .. } | Event::RetweetGone(entry) => {
                self.tell_audience(entry, Signal::Deleted(entry.id));
            }
            Event::Notified(told) => self.tell_reader(told.user_id, Signal::Notified(*told)),
            // What those whom they hide did counts no longer, or again.
            Event::Blocked { user_id, blocked_user_id, .. } => {
                self.tell_reader(*user_id, Signal::Unread);
                self.tell_reader(*blocked_user_id, Signal::Unread);
            }
            Event::NotificationsTaken(user_id)
            | Event::MutesChanged(user_id)
            | Event::ReadUpTo { user_id, position: ReadPosition::Notifications, .. } => {
                self.tell_reader(*user_id, Signal::Unread);
            }
            Event::Followed { user_id, followed_user_id, now } => {
                self.followed(*user_id, *followed_user_id, *now);
            }
            Event::SessionEnded(id) => {
                if let Some(user_id) = self.sessions.get(id).copied() {
                    self.remove(user_id, |o| o.session_id == *id, Some(Standing::Ended));
                }
            }
            Event::StreamsEnded(user_id) => {
                self.remove(*user_id, |_| true, Some(Standing::Ended));
            }
            // Sessions may have ended too: whoever comes back is looked at anew.
            Event::Unknown => self.end_all(Standing::LeftBehind),
            _ => {}
        }
    }

    /// Tells those in whose home an entry belongs.
    fn tell_audience(&mut self, entry: &Entry, signal: Signal) {
        let Some(audience) = self.audience.get(&entry.user_id) else {
            return;
        };
        let mut slow = Vec::new();
        for user_id in audience {
            let Some(reader) = self.readers.get(user_id) else { continue };
            let Followed::Known(follows) = &reader.follows else { continue };
            if visibility::belongs_in_home(entry, *user_id, |user| follows.contains(&user)) {
                slow.extend(reader.tell(signal).map(|id| (*user_id, id)));
            }
        }
        self.leave_behind(slow);
    }

    fn tell_reader(&mut self, user_id: UserId, signal: Signal) {
        let Some(reader) = self.readers.get(&user_id) else {
            return;
        };
        let slow: Vec<_> = reader.tell(signal).map(|id| (user_id, id)).collect();
        self.leave_behind(slow);
    }

    fn leave_behind(&mut self, slow: Vec<(UserId, StreamId)>) {
        for (user_id, id) in slow {
            self.remove(user_id, |outlet| outlet.id == id, Some(Standing::LeftBehind));
        }
    }

    fn followed(&mut self, user_id: UserId, followed: UserId, now: Follows) {
        let Some(reader) = self.readers.get_mut(&user_id) else {
            return;
        };
        match (&mut reader.follows, now) {
            (Followed::Asked(changes), _) => changes.push((followed, now)),
            (Followed::Known(known), Follows::Set) => {
                known.insert(followed);
                self.audience.entry(followed).or_default().insert(user_id);
            }
            (Followed::Known(known), Follows::Unset) => {
                known.remove(&followed);
                leave(&mut self.audience, followed, user_id);
            }
        }
    }

    /// Gives up those of a reader's streams that are meant; what they have been told already they
    /// may still hand out, unless they have ended.
    fn remove(
        &mut self,
        user_id: UserId,
        meant: impl Fn(&Outlet) -> bool,
        standing: Option<Standing>,
    ) {
        let Some(reader) = self.readers.get_mut(&user_id) else {
            return;
        };
        let gone: Vec<Outlet> = reader.outlets.extract_if(.., |outlet| meant(outlet)).collect();
        for outlet in &gone {
            if let Some(standing) = standing {
                outlet.standing.set(standing);
            }
            if !reader.outlets.iter().any(|other| other.session_id == outlet.session_id) {
                self.sessions.remove(&outlet.session_id);
            }
        }
        if !reader.outlets.is_empty() {
            return;
        }
        let reader = self.readers.remove(&user_id);
        if let Some(Reader { follows: Followed::Known(known), .. }) = reader {
            for author in known.into_iter().chain([user_id]) {
                leave(&mut self.audience, author, user_id);
            }
        }
    }

    fn end_all(&mut self, standing: Standing) {
        for outlet in self.readers.values().flat_map(|reader| &reader.outlets) {
            outlet.standing.set(standing);
        }
        self.readers.clear();
        self.audience.clear();
        self.sessions.clear();
    }

    /// A stream is gone, and its connection with it.
    fn vacate(&mut self, user_id: UserId) {
        self.seats -= 1;
        if let Some(seats) = self.seats_of.get_mut(&user_id) {
            *seats -= 1;
            if *seats == 0 {
                self.seats_of.remove(&user_id);
            }
        }
    }
}

impl Reader {
    /// Tells all streams of this reader; those that have no room are named.
    fn tell(&self, signal: Signal) -> impl Iterator<Item = StreamId> {
        let is_full = move |outlet: &&Outlet| outlet.signals.try_send(signal).is_err();
        self.outlets.iter().filter(is_full).map(|outlet| outlet.id)
    }
}

/// An author's tweets are in this reader's home no longer.
fn leave(audience: &mut HashMap<UserId, HashSet<UserId>>, author: UserId, reader: UserId) {
    if let Some(readers) = audience.get_mut(&author) {
        readers.remove(&reader);
        if readers.is_empty() {
            audience.remove(&author);
        }
    }
}

#[cfg(test)]
mod tests;
