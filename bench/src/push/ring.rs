//! The newest entries of something: what both ways keep, one a reader and one an author.

/// At most `KEPT` ids. Grows until it is full, then the newest takes the place of the oldest.
#[derive(Debug, Default, Clone)]
pub(super) struct Ring<const KEPT: usize> {
    ids: Vec<u64>,
    /// Where the oldest is, once it is full.
    oldest: usize,
}

impl<const KEPT: usize> Ring<KEPT> {
    pub(super) fn push(&mut self, id: u64) {
        if self.ids.len() == KEPT {
            self.ids[self.oldest] = id;
            self.oldest = (self.oldest + 1) % KEPT;
            return;
        }
        if self.ids.len() == self.ids.capacity() {
            // By doubling, but never more than it will ever hold.
            self.ids.reserve_exact(self.ids.len().max(4).min(KEPT - self.ids.len()));
        }
        self.ids.push(id);
    }

    /// Newest first.
    pub(super) fn newest_first(&self) -> impl Iterator<Item = u64> + '_ {
        let (newer, older) = self.ids.split_at(self.oldest);
        newer.iter().rev().chain(older.iter().rev()).copied()
    }

    /// Takes up other ids where their age puts them.
    #[expect(clippy::stable_sort_primitive, reason = "two runs in order: it only merges them")]
    pub(super) fn merge(&mut self, others: impl Iterator<Item = u64>) {
        self.straighten();
        self.ids.extend(others);
        self.ids.sort();
        self.ids.dedup();
        let too_many = self.ids.len().saturating_sub(KEPT);
        self.ids.drain(..too_many);
        self.ids.shrink_to(KEPT);
    }

    pub(super) fn retain(&mut self, keep: impl Fn(u64) -> bool) {
        self.straighten();
        self.ids.retain(|id| keep(*id));
    }

    /// Bytes on the heap and in its place.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.ids.capacity() * size_of::<u64>()
    }

    /// Oldest first in memory too.
    fn straighten(&mut self) {
        self.ids.rotate_left(self.oldest);
        self.oldest = 0;
    }
}

/// Bytes of a list of people, in its place and on the heap.
pub(super) fn list_bytes(list: &Vec<u32>) -> usize {
    size_of::<Vec<u32>>() + list.capacity() * size_of::<u32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(ring: &Ring<4>) -> Vec<u64> {
        ring.newest_first().collect()
    }

    #[test]
    fn the_newest_are_kept() {
        let mut ring = Ring::<4>::default();
        for id in [1, 3, 5] {
            ring.push(id);
        }
        assert_eq!(ids(&ring), [5, 3, 1]);
        for id in [7, 9, 11] {
            ring.push(id);
        }
        assert_eq!(ids(&ring), [11, 9, 7, 5]);
    }

    #[test]
    fn others_come_and_go() {
        let mut ring = Ring::<4>::default();
        for id in [1, 3, 5, 7, 9] {
            ring.push(id);
        }
        ring.merge([4, 6].into_iter());
        assert_eq!(ids(&ring), [9, 7, 6, 5]);
        ring.retain(|id| id != 6);
        assert_eq!(ids(&ring), [9, 7, 5]);
        ring.push(10);
        ring.push(11);
        assert_eq!(ids(&ring), [11, 10, 9, 7]);
    }
}
