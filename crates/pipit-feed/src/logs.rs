//! The logs in memory: what they know of a timeline, and what they are told by reads.

use std::sync::Arc;

use pipit_model::UserId;
use pipit_store::Entries;

use crate::caches::Caches;
use crate::coherent::Ticket;
use crate::followees::Followees;
use crate::log::{Log, LogKey};
use crate::merge::{Stretch, stretch, stretch_of_one};
use crate::newest::Newest;
use crate::timeline::Timeline;

impl Caches {
    /// What memory knows of the stretch below `before`.
    pub(crate) fn known(&self, timeline: &Timeline, before: i64, want: usize) -> Stretch {
        let open = |place| self.logs.get(&timeline.key(place));
        match timeline {
            Timeline::Home { reader, followees } => {
                self.known_home(*reader, followees, open, before, want)
            }
            Timeline::List(members) => {
                stretch(members.newest().iter().map(|cell| cell.get()), open, before, want)
            }
            Timeline::Author(..) | Timeline::Hashtag(_) | Timeline::Public => {
                stretch_of_one(open(0).as_deref(), before, want)
            }
        }
    }

    /// The same of a home: what was found last, if nobody whom it shows did anything since.
    fn known_home(
        &self,
        reader: UserId,
        followees: &Followees,
        open: impl Fn(usize) -> Option<Arc<Log>>,
        before: i64,
        want: usize,
    ) -> Stretch {
        let changes = &self.newest.changes;
        // As many changes take as long to look through as the cells.
        let most = followees.ids().len();
        let is_shown = |author| author == reader || followees.contains(author);
        let still = |then| changes.none_since(then, most, is_shown);
        if let Some(stretch) = followees.top().recall(before, want, still) {
            return stretch;
        }
        let now = changes.now();
        let mut is_top = true;
        let newest = followees.newest().iter().map(|cell| {
            let newest = cell.get();
            is_top &= newest.id().is_none_or(|id| id < before);
            newest
        });
        let stretch = stretch(newest, open, before, want);
        if is_top {
            followees.top().keep(now, want, &stretch);
        }
        stretch
    }

    /// To be taken before the database is asked for what [`Caches::extend_logs`] is then told.
    pub(crate) fn tickets(&self, keys: &[LogKey]) -> Vec<Ticket> {
        keys.iter().map(|key| self.logs.ticket(key)).collect()
    }

    /// Keeps what was read up to `reach`, where it joins what is known by now.
    pub(crate) fn extend_logs(
        &self,
        keys: &[LogKey],
        tickets: &[Ticket],
        read: &Entries,
        reach: i64,
    ) {
        // By author, so that each log finds its own without going through all.
        let mut entries = read.entries.clone();
        entries.sort_unstable_by_key(|entry| entry.user_id);
        for (key, ticket) in keys.iter().zip(tickets) {
            let (own, cell) = match key {
                LogKey::Author(author) => {
                    let start = entries.partition_point(|entry| entry.user_id < *author);
                    let end = entries.partition_point(|entry| entry.user_id <= *author);
                    (&entries[start..end], self.newest.find(*author))
                }
                LogKey::Hashtag(_) | LogKey::Public => (&entries[..], None),
            };
            self.logs.offer_with(*key, *ticket, |known| {
                let newest = match (&known, &cell) {
                    (Some(log), _) => Newest::below(log.floor()),
                    (None, Some(cell)) => cell.get(),
                    (None, None) => Newest::UNKNOWN,
                };
                if !newest.joins(reach) {
                    return None;
                }
                let above = known.as_deref().map_or(&[][..], |log| log.between(0, i64::MAX));
                let log = Log::new([own, above].concat(), read.from);
                if let Some(cell) = &cell {
                    cell.set(log.newest());
                }
                // Where a cell says that there is nothing, no log needs to say it again.
                (cell.is_none() || !log.is_empty()).then(|| Arc::new(log))
            });
        }
    }
}
