//! Pull: a post is appended to its author's log, a read merges the logs of those whom the reader
//! follows.
//!
//! The same idea as `pipit-feed/src/merge.rs`, without its caches, floors and locks, as the push
//! beside it is without its queue.

use super::PAGE;
use super::ring::{Ring, list_bytes};

/// Entries of a log (`pipit_model::limits::LOG_ENTRIES`).
const KEPT: usize = 64;

pub(super) struct Pull {
    /// The newest entry of each author, 0 if there is none: side by side, so that a merge looks at
    /// eight bytes an author and opens only the logs that matter.
    newest: Vec<u64>,
    /// Of each author.
    logs: Vec<Ring<KEPT>>,
    /// Of each reader, in order.
    followees: Vec<Vec<u32>>,
}

impl Pull {
    pub(super) fn new(people: usize, followees: Vec<Vec<u32>>) -> Self {
        Self { newest: vec![0; people], logs: vec![Ring::default(); people], followees }
    }

    pub(super) fn post(&mut self, author: u32, id: u64) {
        self.newest[author as usize] = id;
        self.logs[author as usize].push(id);
    }

    pub(super) fn read(&self, reader: usize, page: &mut Vec<u64>) {
        self.merge(&self.followees[reader], page);
    }

    /// The newest page of what these authors posted.
    pub(super) fn merge(&self, followees: &[u32], page: &mut Vec<u64>) {
        page.clear();
        // If so many authors have something at least as new, nothing older is on the page.
        let mut largest = [0; PAGE];
        for followee in followees {
            keep_largest(&mut largest, self.newest[*followee as usize]);
        }
        // Above 0, since those who never posted have nothing to open.
        let bound = largest[0].max(1);
        for followee in followees {
            if self.newest[*followee as usize] >= bound {
                // The newest one has its place already.
                for id in self.logs[*followee as usize].newest_first().skip(1) {
                    if id <= largest[0] {
                        break;
                    }
                    keep_largest(&mut largest, id);
                }
            }
        }
        page.extend(largest.iter().rev().filter(|id| **id > 0));
    }

    pub(super) fn follow(&mut self, reader: u32, author: u32) {
        let followees = &mut self.followees[reader as usize];
        if let Err(place) = followees.binary_search(&author) {
            followees.insert(place, author);
        }
    }

    pub(super) fn unfollow(&mut self, reader: u32, author: u32) {
        let followees = &mut self.followees[reader as usize];
        if let Ok(place) = followees.binary_search(&author) {
            followees.remove(place);
        }
    }

    /// What an author posted, newest first.
    pub(super) fn posted(&self, author: u32) -> impl Iterator<Item = u64> + '_ {
        self.logs[author as usize].newest_first()
    }

    pub(super) fn people(&self) -> usize {
        self.logs.len()
    }

    pub(super) fn followees(&self) -> &[Vec<u32>] {
        &self.followees
    }

    /// Bytes of the logs, and of the lists of followees.
    pub(super) fn bytes(&self) -> (usize, usize) {
        let logs: usize = self.logs.iter().map(Ring::bytes).sum();
        let lists = self.followees.iter().map(list_bytes).sum();
        (logs + self.newest.capacity() * size_of::<u64>(), lists)
    }
}

/// Keeps the largest numbers seen, the smallest of them first.
fn keep_largest<const N: usize>(largest: &mut [u64; N], number: u64) {
    if number <= largest[0] {
        return;
    }
    let mut place = 1;
    while place < N && largest[place] < number {
        largest[place - 1] = largest[place];
        place += 1;
    }
    largest[place - 1] = number;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_are_kept_in_order() {
        let mut largest = [0; 3];
        for number in [5, 1, 9, 7, 2, 8] {
            keep_largest(&mut largest, number);
        }
        assert_eq!(largest, [7, 8, 9]);
    }
}
