//! Positions: how much a reader has seen, as a text that nobody else can make.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use pipit_bus::{Position, Reached};
use pipit_model::Timestamp;
use pipit_model::limits::POSITION_SETTLE_MS;

use crate::Pipit;

impl Pipit {
    /// Up to where this node has heard and spoken; [`None`] on a node that is alone.
    #[must_use]
    pub fn position(&self) -> Option<Arc<str>> {
        let position = self.0.node.bus()?.position();
        let mut known = self.0.node.written.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, text)) = &*known
            && *of == position
        {
            return Some(text.clone());
        }
        let text: Arc<str> = self.seal_position(position).into();
        *known = Some((position, text.clone()));
        Some(text)
    }

    /// Whether this node hears all that others write; [`None`] on a node that is alone.
    #[must_use]
    pub fn hears_all_nodes(&self) -> Option<bool> {
        self.0.node.bus().map(pipit_bus::Bus::hears_all)
    }

    /// Until when this node has heard all that others wrote; [`None`] on a node that is alone.
    pub(crate) fn heard_until(&self) -> Option<Timestamp> {
        self.0.node.bus().map(pipit_bus::Bus::heard_until)
    }

    /// Waits until this node knows all that whoever sends this position has seen. What is no
    /// position of ours is passed over: it may be of another installation.
    pub async fn reach_position(&self, text: &str) {
        let Some(bus) = self.0.node.bus() else { return };
        let Some(position) = self.open_position(text) else { return };
        let bound = match bus.reach(position).await {
            Reached::Heard => self.0.node.newest_of_others.load(Ordering::SeqCst) + 1,
            // How new it is, only the database knows; it was made before now. A batch that was begun
            // before that hides it, whichever ids it gives out.
            Reached::ReadThrough => self.0.ids.bound().max(self.0.clock.now().0 << 16),
        };
        // A page that is late is better than one that is behind, as long as anybody waits for it.
        let limit = Duration::from_millis(POSITION_SETTLE_MS);
        let _settled = tokio::time::timeout(limit, self.settle_below(bound)).await;
    }

    fn seal_position(&self, position: Position) -> String {
        let text = position.to_string();
        let seal = self.0.cursors.seal_text(&text);
        format!("{text}.{seal}")
    }

    fn open_position(&self, text: &str) -> Option<Position> {
        let (position, seal) = text.rsplit_once('.')?;
        let expected = self.0.cursors.seal_text(position);
        aws_lc_rs::constant_time::verify_slices_are_equal(seal.as_bytes(), expected.as_bytes())
            .ok()?;
        position.parse().ok()
    }
}
