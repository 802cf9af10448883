//! Limits of many nodes together: each takes what it likes from its own buckets, and twice a second
//! tells the others how much that was; they take the same from theirs. Who turns from node to node
//! gets what they can ask in that half second, and no more.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::class::Class;
use super::{Buckets, Rates, Subject};

/// Those who ask little are not told of, until it has become more.
const PART_TOLD: u32 = 20;
/// Those who are remembered until then.
const TALLY_MAX: usize = 20_000;
/// Those who are told of at once: the others are the next time.
const TOLD_MAX: usize = 500;

/// What was taken here and others do not know of.
#[derive(Debug, Default)]
pub(super) struct Tally(Mutex<HashMap<(Subject, Class), u32>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Taken {
    subject: Subject,
    class: Class,
    count: u32,
}

impl Tally {
    pub(super) fn add(&self, subject: Subject, class: Class) {
        let mut tally = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tally.len() >= TALLY_MAX {
            // Of a crowd nobody asks much.
            tally.clear();
        }
        *tally.entry((subject, class)).or_default() += 1;
    }

    fn drain(&self) -> Vec<Taken> {
        let mut tally = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_much =
            |class: Class, count: u32| count >= (class.rate().most.get() / PART_TOLD).max(1);
        tally
            .extract_if(|(_, class), count| is_much(*class, *count))
            .take(TOLD_MAX)
            .map(|((subject, class), count)| Taken { subject, class, count })
            .collect()
    }
}

impl Rates {
    /// The same limits for many nodes together: [`Rates::to_tell`] is for the others, and what they
    /// tell is for [`Rates::hear`].
    #[must_use]
    pub fn shared(self) -> Self {
        if let Some(buckets) = &self.0 {
            // It is shared once.
            let _first = buckets.tally.set(Tally::default());
        }
        self
    }

    /// What others should know of since the last time; [`None`] if that is nothing.
    #[must_use]
    pub fn to_tell(&self) -> Option<String> {
        let taken = self.0.as_ref()?.tally.get()?.drain();
        if taken.is_empty() {
            return None;
        }
        serde_json::to_string(&taken)
            .inspect_err(|error| tracing::error!(%error, "rates that cannot be told"))
            .ok()
    }

    /// Takes what was taken on another node.
    pub fn hear(&self, text: &str) {
        let Some(buckets) = &self.0 else { return };
        match serde_json::from_str::<Vec<Taken>>(text) {
            Ok(all) => all.into_iter().for_each(|taken| buckets.take_many(taken)),
            Err(error) => tracing::info!(%error, "rates that are not understood"),
        }
    }
}

impl Buckets {
    fn take_many(&self, Taken { subject, class, count }: Taken) {
        let bucket = self.bucket(subject, class);
        let mut left = count.min(class.rate().most.get());
        // All of it, or half of what is too much, and so on: what is left in the end is next to nothing.
        while let Some(some) = NonZeroU32::new(left) {
            if matches!(bucket.check_n(some), Ok(Ok(_))) {
                return;
            }
            left /= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use pipit_model::network::Network;

    use super::*;

    #[test]
    fn what_is_taken_on_one_node_is_gone_on_the_other() {
        let nodes = [Rates::on().shared(), Rates::on().shared()];
        let buckets = nodes.each_ref().map(|rates| rates.0.clone().expect("on"));
        let here = Subject::Network(Network::of([192, 0, 2, 1].into()));
        for _ in 0..4 {
            buckets[0].take(here, Class::SignUp).expect("allowed");
        }
        nodes[1].hear(&nodes[0].to_tell().expect("something"));
        assert_eq!(nodes[0].to_tell(), None, "it is told once");
        buckets[1].take(here, Class::SignUp).expect("the fifth");
        assert!(buckets[1].take(here, Class::SignUp).is_err());
        nodes[1].hear("nonsense");
    }

    #[test]
    fn who_asks_little_is_told_of_later() {
        let rates = Rates::on().shared();
        let buckets = rates.0.clone().expect("on");
        let here = Subject::Network(Network::of([192, 0, 2, 1].into()));
        let much = Class::Network.rate().most.get() / PART_TOLD;
        for _ in 1..much {
            buckets.take(here, Class::Network).expect("allowed");
        }
        assert_eq!(rates.to_tell(), None);
        buckets.take(here, Class::Network).expect("allowed");
        assert!(rates.to_tell().expect("now").contains(&format!("\"count\":{much}")));
    }
}
