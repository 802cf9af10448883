//! Live streams: what happens to a reader's home and notifications, as it happens.
//!
//! A stream is told by the [`hub`] after each commit, reads what it was told of like any page does
//! (so it never delivers what a page would not show), and starts by catching up from the home. What
//! it sends is therefore all that the home gains, once and in order, across any number of
//! reconnects, on any node: a [`StreamPlace`] says where it goes on.

pub(crate) mod hub;
mod place;

use std::collections::VecDeque;
use std::time::Duration;

use pipit_model::filter::FilterContext;
use pipit_model::limits::STREAM_CATCH_UP_MAX;
use pipit_model::notification::Notification;
use pipit_model::tweet::Entry;
use pipit_model::visibility::Occasion;
use pipit_model::{Error, Result, Timestamp, TweetId};
use tokio::sync::mpsc;

use self::hub::{Hub, Seat, Standing};
pub use self::place::StreamPlace;
use self::place::settled;
use crate::{Caller, NotificationView, Pipit, TweetView};

/// Between two looks whether a batch has been written.
const SETTLE_STEP: Duration = Duration::from_millis(1);
/// A longer wait is cut in pieces: timers do not reach as far as a session may last.
const WAIT_MAX: Duration = Duration::from_hours(1);

/// What the hub tells a stream: ids, to be read like a page.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Signal {
    /// The reader's home has a new entry.
    Posted(Entry),
    /// One of its entries is gone.
    Deleted(TweetId),
    /// The reader is told of something.
    Notified(Notification),
    /// How much the reader has not read changed otherwise.
    Unread,
}

/// What happens on a stream.
#[derive(Debug, Clone)]
pub enum LiveEvent {
    /// It begins: [`LiveStream::place`] is where.
    Start,
    /// Tweets between what the reader has and those that follow were left out: they are the home
    /// below this entry.
    Gap(TweetId),
    /// The home has a new entry.
    Tweet(Box<TweetView>),
    /// An entry of the home is gone.
    Deleted(TweetId),
    /// The reader is told of something.
    Notified(Box<NotificationView>),
    /// So many notifications are unread now; 100 also stands for more.
    Unread(usize),
    /// The stream ends and something may be missing: open another one after the last id.
    Reset,
}

/// An open stream. It ends when its session does, when its reader is too slow, and when the server
/// stops.
#[derive(Debug)]
pub struct LiveStream {
    pipit: Pipit,
    caller: Caller,
    seat: Seat,
    signals: mpsc::Receiver<Signal>,
    /// To be handed out before anything else.
    ready: VecDeque<LiveEvent>,
    /// What was handed out.
    place: StreamPlace,
    /// What was handed out or made ready.
    taken: StreamPlace,
    /// When the home was last read whole.
    read_at: Timestamp,
    /// Up to where nothing is to come any more.
    settled: TweetId,
    expires_at: Timestamp,
    over: bool,
}

impl Pipit {
    /// Opens a stream of what the caller's home gains after this place; from now on if none is given.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if the session has ended, [`Error::Unavailable`] if there are too
    /// many streams or the server is about to stop.
    pub async fn open_stream(
        &self,
        caller: Caller,
        after: Option<StreamPlace>,
    ) -> Result<LiveStream> {
        // Who names an id of the future would wait for it. (One that a stream was told of may still be
        // above what pages show.)
        let possible = after.filter(|after| after.floor().0 < self.ids_end());
        let is_fresh = possible.is_none();
        let now = self.0.clock.now();
        // Of other nodes, older ones may be on their way.
        let from_now = || StreamPlace::after(self.newest_id().min(self.settled_at(now)));
        let after = possible.unwrap_or_else(from_now);
        // First the seat, then the look at the session and at whom its reader follows: whatever
        // changes meanwhile is told.
        let (seat, signals) = Hub::sit_down(&self.0.hub, caller)?;
        let ended = || Error::Unauthenticated("the session has ended: sign in again");
        let session = self.0.feed.session(caller.session_id).await?.ok_or_else(ended)?;
        if session.user_id != caller.user_id || session.expires_at <= self.0.clock.now() {
            return Err(ended());
        }
        let followees = self.0.feed.followees(caller.user_id).await?;
        self.0.hub.follow(caller.user_id, followees.ids());
        self.settle().await;
        let mut stream = LiveStream {
            pipit: self.clone(),
            caller,
            seat,
            signals,
            ready: VecDeque::from([LiveEvent::Start]),
            place: after.clone(),
            taken: after,
            read_at: now,
            settled: TweetId(0),
            expires_at: session.expires_at,
            over: false,
        };
        stream.catch_up().await?;
        if is_fresh {
            // What it holds so far the reader has, or can read.
            stream.skip_ready();
        }
        let unread = self.unread_notifications(caller).await?;
        stream.ready.push_back(LiveEvent::Unread(unread));
        Ok(stream)
    }

    /// Up to where nothing is to come any more, where all was heard until then: on a node that is
    /// alone, everything comes in order.
    fn settled_at(&self, heard_until: Timestamp) -> TweetId {
        self.heard_until().map_or(TweetId::MAX, |_| settled(heard_until))
    }

    /// Ends all streams and opens no more: the server is about to stop.
    pub fn end_streams(&self) {
        self.0.hub.close();
    }

    /// How many streams are open.
    #[must_use]
    pub fn streams(&self) -> usize {
        self.0.hub.len()
    }

    /// Waits until the batch that is being written now can be read: its tweets were told before this
    /// stream was known by whom its reader follows.
    async fn settle(&self) {
        self.settle_below(self.0.ids.bound()).await;
    }

    /// Waits until everything with a smaller id can be read: the batch that is being written hides what
    /// is above it.
    pub(crate) async fn settle_below(&self, bound: i64) {
        while self.0.store.horizon(self.0.clock.now()) < bound {
            tokio::time::sleep(SETTLE_STEP).await;
        }
    }
}

impl LiveStream {
    /// What happens next; [`None`] at the end. Not to be dropped before it answers: what it was
    /// about to hand out would be lost.
    pub async fn next(&mut self) -> Option<LiveEvent> {
        loop {
            if self.seat.standing() == Standing::Ended {
                return None;
            }
            if let Some(event) = self.ready.pop_front() {
                match self.still_stands(&event).await {
                    Ok(true) => {
                        self.note(&event);
                        return Some(event);
                    }
                    Ok(false) => continue,
                    Err(_) => {
                        self.give_up();
                        continue;
                    }
                }
            }
            if self.over {
                return None;
            }
            let now = self.pipit.0.clock.now();
            let Ok(left @ 1..) = u64::try_from(self.expires_at.0 - now.0) else {
                return None;
            };
            let wait = Duration::from_millis(left).min(WAIT_MAX);
            let Ok(signal) = tokio::time::timeout(wait, self.signals.recv()).await else {
                continue;
            };
            let taken = match signal {
                Some(signal) => self.take(signal).await,
                None if self.seat.standing() == Standing::Ended => Ok(()),
                None => Err(Error::Unavailable("a stream was left behind".to_owned())),
            };
            if taken.is_err() {
                self.give_up();
            }
        }
    }

    /// Whoever comes back is told what is wrong, if it still is.
    fn give_up(&mut self) {
        self.over = true;
        self.ready.clear();
        self.ready.push_back(LiveEvent::Reset);
    }

    /// What was made ready may have waited: a block, a mute, the end of a follow hold from when they
    /// are answered.
    async fn still_stands(&self, event: &LiveEvent) -> Result<bool> {
        match event {
            LiveEvent::Tweet(view) => self.pipit.still_shows(self.caller, view).await,
            LiveEvent::Notified(view) => self.pipit.still_tells(self.caller, view).await,
            _ => Ok(true),
        }
    }

    async fn take(&mut self, signal: Signal) -> Result<()> {
        match signal {
            Signal::Posted(entry) if !self.taken.contains(entry.id) => {
                let settled = self.settled();
                self.taken.insert(entry.id, settled);
                let reader = Some(self.caller);
                let sight = self.pipit.sight(reader, Occasion::Fed).await?;
                let views = self.pipit.view_entries(reader, &sight, &[entry]).await?;
                let views = self.pipit.sift(reader, FilterContext::Home, views).await?;
                self.ready.extend(views.into_iter().map(|view| LiveEvent::Tweet(Box::new(view))));
            }
            Signal::Posted(_) => {}
            Signal::Deleted(id) => self.ready.push_back(LiveEvent::Deleted(id)),
            Signal::Notified(notification) => {
                let views = self.pipit.view_notifications(self.caller, &[notification]).await?;
                self.ready
                    .extend(views.into_iter().map(|view| LiveEvent::Notified(Box::new(view))));
                self.push_unread().await?;
            }
            Signal::Unread => self.push_unread().await?,
        }
        Ok(())
    }

    async fn push_unread(&mut self) -> Result<()> {
        let unread = self.pipit.unread_notifications(self.caller).await?;
        self.ready.push_back(LiveEvent::Unread(unread));
        Ok(())
    }

    /// Makes ready what the home gained after an id, oldest first: at most the newest
    /// [`STREAM_CATCH_UP_MAX`], after a gap if there is more.
    async fn catch_up(&mut self) -> Result<()> {
        let (caller, after) = (self.caller, self.taken.floor());
        let read_at = self.pipit.0.clock.now();
        let home = self.pipit.home_above(caller, after, None, STREAM_CATCH_UP_MAX).await?;
        if let Some(oldest) = home.next {
            self.ready.push_back(LiveEvent::Gap(TweetId(oldest)));
            self.taken.raise(TweetId(oldest - 1));
        }
        self.read_at = read_at;
        // All of them before the first is taken: with it, what lies below another one may be settled.
        let missing = home.items.into_iter().rev().filter(|view| !self.taken.contains(view.id()));
        let missing: Vec<TweetView> = missing.collect();
        for view in missing {
            let settled = self.settled();
            self.taken.insert(view.id(), settled);
            self.ready.push_back(LiveEvent::Tweet(Box::new(view)));
        }
        Ok(())
    }

    /// Counts what is ready as handed out.
    fn skip_ready(&mut self) {
        self.ready.retain(|event| matches!(event, LiveEvent::Start));
        self.place = self.taken.clone();
    }

    /// Where a stream goes on that is opened when this one breaks off.
    #[must_use]
    pub fn place(&self) -> &StreamPlace {
        &self.place
    }

    /// Up to where nothing is to come any more. A stream that was left behind learns no more of that:
    /// what is heard since was not told to it.
    fn settled(&mut self) -> TweetId {
        let heard_until = self.pipit.heard_until().unwrap_or(self.read_at);
        // After that: who hears all again leaves streams behind first.
        if self.seat.standing() == Standing::Told {
            let settled = self.pipit.settled_at(heard_until.max(self.read_at));
            self.settled = self.settled.max(settled);
        }
        self.settled
    }

    /// Below everything that was made ready: a place must not pass what is still to be handed out.
    fn below_ready(&self) -> TweetId {
        let ready = self.ready.iter().filter_map(|event| match event {
            LiveEvent::Tweet(view) => Some(view.id().0 - 1),
            _ => None,
        });
        TweetId(ready.min().unwrap_or(i64::MAX))
    }

    fn note(&mut self, event: &LiveEvent) {
        match event {
            LiveEvent::Tweet(view) => {
                let settled = self.settled().min(self.below_ready());
                self.place.insert(view.id(), settled);
                // While other nodes are not heard, what they write is below what comes from here: it
                // is found by whoever comes back.
                if self.place.is_full() && self.pipit.hears_all_nodes() == Some(false) {
                    self.give_up();
                }
            }
            LiveEvent::Gap(oldest) => self.place.raise(TweetId(oldest.0 - 1)),
            _ => {}
        }
    }
}
