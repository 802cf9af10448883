//! A bounded cache that never keeps a value older than an event it was told.
//!
//! The danger: a reader loads a row, an event changes that row and finds nothing to change in the
//! cache, and then the reader puts its old value there, where it stays. So every key belongs to a
//! stripe that counts the events on it: a reader takes a [`Ticket`] before it asks the database,
//! and what it loaded is kept only if no event came meanwhile. By the same counts others know whether
//! what they made of some values is still good (`pages.rs`).

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::shim::{AtomicI64, Mutex, MutexGuard};

/// Stripes of one cache: so many that an event seldom meets a load of another key.
const STRIPES: usize = 1 << 10;
/// Those of what stands on pages by the dozen: each is looked at whenever one is given again.
const STRIPES_FINE: usize = 1 << 14;

/// What a cached value takes in memory.
pub(crate) trait Weigh {
    /// Bytes, roughly, constant for one value.
    fn bytes(&self) -> usize;
}

#[derive(Debug, Clone)]
struct ByBytes;

impl<K, V: Weigh> Weighter<K, V> for ByBytes {
    fn weight(&self, _key: &K, value: &V) -> u64 {
        // The key, the cache's own links and the allocation's header.
        (value.bytes() + size_of::<K>() + 64) as u64
    }
}

/// The state of a key's stripe before a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket(i64);

/// The stripe of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place(u16);

/// Counts the events on some keys.
#[derive(Debug)]
struct Stripe {
    /// Held by whoever changes one of its values.
    turn: Mutex<()>,
    events: AtomicI64,
}

impl Stripe {
    fn new() -> Self {
        Self { turn: Mutex::new(()), events: AtomicI64::new(0) }
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        // A counter is right whoever panicked while holding it.
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self) {
        self.events.fetch_add(1, Ordering::Release);
    }

    fn events(&self) -> i64 {
        self.events.load(Ordering::Acquire)
    }
}

#[derive(Debug)]
pub(crate) struct Coherent<K, V> {
    cache: Cache<K, V, ByBytes>,
    stripes: Box<[Stripe]>,
    hasher: RandomState,
}

impl<K: Eq + Hash + Clone, V: Weigh + Clone> Coherent<K, V> {
    /// A cache of at most so many bytes; `typical` is what one value takes, to size the table.
    pub(crate) fn new(bytes: u64, typical: u64) -> Self {
        Self::with_stripes(bytes, typical, STRIPES)
    }

    /// The same for what stands on pages by the dozen.
    pub(crate) fn fine(bytes: u64, typical: u64) -> Self {
        Self::with_stripes(bytes, typical, STRIPES_FINE)
    }

    fn with_stripes(bytes: u64, typical: u64, stripes: usize) -> Self {
        let items = usize::try_from(bytes / typical.max(1)).unwrap_or(usize::MAX);
        Self {
            cache: Cache::with_weighter(items.clamp(16, 1 << 22), bytes, ByBytes),
            stripes: (0..stripes).map(|_| Stripe::new()).collect(),
            hasher: RandomState::new(),
        }
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        self.cache.get(key)
    }

    /// The values of some keys, each in its place: from the cache, and those it does not have loaded
    /// in one go. [`None`] for keys that the database does not have either.
    pub(crate) async fn get_many<F, E>(
        &self,
        keys: &[K],
        load: impl FnOnce(Vec<K>) -> F,
    ) -> Result<Vec<Option<V>>, E>
    where
        K: Ord,
        F: Future<Output = Result<Vec<(K, V)>, E>>,
    {
        let mut values: Vec<Option<V>> = keys.iter().map(|key| self.get(key)).collect();
        let unknown = keys.iter().zip(&values).filter(|(_, value)| value.is_none());
        let mut missing: Vec<K> = unknown.map(|(key, _)| key.clone()).collect();
        if missing.is_empty() {
            return Ok(values);
        }
        missing.sort_unstable();
        missing.dedup();
        let tickets: Vec<Ticket> = missing.iter().map(|key| self.ticket(key)).collect();
        let mut loaded = load(missing.clone()).await?;
        loaded.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let find = |key: &K| {
            let at = loaded.binary_search_by(|(loaded, _)| loaded.cmp(key)).ok()?;
            Some(loaded[at].1.clone())
        };
        for (key, ticket) in missing.iter().zip(tickets) {
            if let Some(value) = find(key) {
                self.offer(key.clone(), value, ticket);
            }
        }
        for (key, value) in keys.iter().zip(&mut values) {
            if value.is_none() {
                *value = find(key);
            }
        }
        Ok(values)
    }

    /// To be taken before the database is asked for this key.
    pub(crate) fn ticket(&self, key: &K) -> Ticket {
        let stripe = self.stripe(key);
        let _turn = stripe.lock();
        Ticket(stripe.events())
    }

    /// Keeps what was loaded, unless an event came since the ticket was taken.
    pub(crate) fn offer(&self, key: K, value: V, ticket: Ticket) {
        self.offer_with(key, ticket, |_| Some(value));
    }

    /// The same for a value that adds to what is cached now, which may be more than what was cached
    /// when the ticket was taken.
    pub(crate) fn offer_with(
        &self,
        key: K,
        ticket: Ticket,
        merge: impl FnOnce(Option<V>) -> Option<V>,
    ) {
        let stripe = self.stripe(&key);
        let _turn = stripe.lock();
        if stripe.events() == ticket.0
            && let Some(value) = merge(self.cache.peek(&key))
        {
            self.cache.insert(key, value);
        }
    }

    /// An event that turns the cached value, if there is one, into another.
    pub(crate) fn update(&self, key: &K, change: impl FnOnce(V) -> V) {
        self.update_with(key, |value| value.map(change));
    }

    /// The same for an event that says something even if no value is cached. What `change` does
    /// besides is done while no load of this key can end.
    pub(crate) fn update_with(&self, key: &K, change: impl FnOnce(Option<V>) -> Option<V>) {
        let stripe = self.stripe(key);
        let _turn = stripe.lock();
        stripe.count();
        if let Some(value) = change(self.cache.peek(key)) {
            self.cache.insert(key.clone(), value);
        }
    }

    /// An event after which the value must be loaded anew.
    pub(crate) fn forget(&self, key: &K) {
        let stripe = self.stripe(key);
        let _turn = stripe.lock();
        stripe.count();
        self.cache.remove(key);
    }

    /// An event that may have changed anything.
    pub(crate) fn forget_all(&self) {
        for stripe in &self.stripes {
            let _turn = stripe.lock();
            stripe.count();
        }
        self.cache.clear();
    }

    /// Hits, misses and bytes so far.
    pub(crate) fn stats(&self) -> (u64, u64, u64) {
        (self.cache.hits(), self.cache.misses(), self.cache.weight())
    }

    /// Where the events on a key are counted.
    pub(crate) fn place(&self, key: &K) -> Place {
        Place((self.hasher.hash_one(key) % self.stripes.len() as u64) as u16)
    }

    /// The events at some places, all together: the same again if there was none.
    pub(crate) fn events(&self, places: &[Place]) -> i64 {
        places.iter().fold(0, |sum, place| sum.wrapping_add(self.at(*place).events()))
    }

    fn stripe(&self, key: &K) -> &Stripe {
        self.at(self.place(key))
    }

    fn at(&self, place: Place) -> &Stripe {
        &self.stripes[usize::from(place.0)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Weigh for u32 {
        fn bytes(&self) -> usize {
            4
        }
    }

    #[test]
    fn a_value_loaded_before_an_event_is_not_kept() {
        let cache: Coherent<u8, u32> = Coherent::new(10_000, 100);
        let ticket = cache.ticket(&1);
        cache.update(&1, |value| value + 1);
        cache.offer(1, 10, ticket);
        assert_eq!(cache.get(&1), None, "it may be older than the event");

        let ticket = cache.ticket(&1);
        cache.offer(1, 11, ticket);
        assert_eq!(cache.get(&1), Some(11));
        cache.update(&1, |value| value + 1);
        assert_eq!(cache.get(&1), Some(12));
        cache.forget(&1);
        assert_eq!(cache.get(&1), None);
    }

    #[test]
    fn each_event_is_counted_where_its_key_is() {
        let cache: Coherent<u8, u32> = Coherent::new(10_000, 1);
        let places = [1, 2].map(|key| cache.place(&key));
        let before = cache.events(&places);
        cache.offer(1, 10, cache.ticket(&1));
        assert_eq!(cache.events(&places), before, "a load is no event");
        let events: [fn(&Coherent<u8, u32>); 4] = [
            |cache| cache.update(&1, |value| value + 1),
            |cache| cache.update(&2, |value| value + 1),
            |cache| cache.forget(&1),
            Coherent::forget_all,
        ];
        let mut last = before;
        for event in events {
            event(&cache);
            assert_ne!(cache.events(&places), last);
            last = cache.events(&places);
        }
    }

    #[test]
    fn forgetting_all_also_spoils_loads_under_way() {
        let cache: Coherent<u8, u32> = Coherent::new(10_000, 100);
        let ticket = cache.ticket(&7);
        cache.forget_all();
        cache.offer(7, 1, ticket);
        assert_eq!(cache.get(&7), None);
    }

    #[test]
    fn bytes_are_bounded() {
        let cache: Coherent<u32, u32> = Coherent::new(20_000, 80);
        for key in 0..10_000 {
            cache.update_with(&key, |_| Some(key));
        }
        assert!(cache.stats().2 <= 20_000);
    }
}
