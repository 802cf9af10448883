//! Up to where a reader may look, so that what it sees is all that there is.
//!
//! A batch becomes visible piece by piece: first in the database, then log by log. A reader that
//! met its second tweet but not its first would walk past the first for good. So readers look only
//! below the ids that are on their way; since the writer gives ids out in the order of its commits,
//! everything below is there for everyone.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use pipit_model::{IdGenerator, Timestamp};

/// No batch is on its way.
const IDLE: i64 = i64::MAX;

/// Shared by the one writer of a node, which moves it, and all readers.
#[derive(Debug, Clone)]
pub(crate) struct Horizon {
    ids: Arc<IdGenerator>,
    /// Below every id of the batch on its way.
    in_flight: Arc<AtomicI64>,
}

impl Horizon {
    pub(crate) fn new(ids: Arc<IdGenerator>) -> Self {
        Self { ids, in_flight: Arc::new(AtomicI64::new(IDLE)) }
    }

    pub(crate) fn ids(&self) -> &IdGenerator {
        &self.ids
    }

    /// Before the first id of a batch is given out. What other nodes made before this millisecond stays
    /// visible, also if nobody told this node of it.
    pub(crate) fn lower(&self, now: Timestamp) {
        self.ids.stay_from(now);
        self.in_flight.store(self.ids.bound().max(now.0 << 16), Ordering::SeqCst);
    }

    /// After all of a batch is visible.
    pub(crate) fn lift(&self) {
        self.in_flight.store(IDLE, Ordering::SeqCst);
    }

    /// Everything with a smaller id is visible everywhere on this node, or never will be. What
    /// other nodes made up to this millisecond is below it too.
    pub(crate) fn bound(&self, now: Timestamp) -> i64 {
        // In this order: an id given out after the first line is hidden by it; one given out before
        // it belongs to a batch that the second line hides or that is visible by now.
        let given_out = self.ids.bound().max(now.0 << 16);
        given_out.min(self.in_flight.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_hidden_until_it_is_lifted() {
        let horizon = Horizon::new(Arc::new(IdGenerator::new(0)));
        let now = Timestamp(1000);
        let before = horizon.ids().next(now);
        assert!(before < horizon.bound(now));
        horizon.lower(now);
        let during = horizon.ids().next(now);
        assert!(before < horizon.bound(now) && during >= horizon.bound(now));
        horizon.lift();
        assert!(during < horizon.bound(now));

        let elsewhere = IdGenerator::new(1).next(Timestamp(2000));
        let now = Timestamp(2001);
        horizon.lower(now);
        assert!(elsewhere < horizon.bound(now), "what another node has made before");
        assert!(horizon.ids().next(now) >= horizon.bound(now));
    }
}
