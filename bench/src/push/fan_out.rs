//! Push: a post is copied into the timeline of each follower, a read takes what lies there.

use super::PAGE;
use super::ring::{Ring, list_bytes};
use super::world::author_of;

/// Entries of a timeline. What is older has to be put together from the database.
const KEPT: usize = 800;

pub(super) struct FanOut {
    /// Of each reader.
    timelines: Vec<Ring<KEPT>>,
    /// Of each author: their followers who read, in order.
    followers: Vec<Vec<u32>>,
}

impl FanOut {
    /// `followees` are those of each reader.
    pub(super) fn new(people: usize, followees: &[Vec<u32>]) -> Self {
        let mut counts = vec![0; people];
        for followee in followees.iter().flatten() {
            counts[*followee as usize] += 1;
        }
        // To the byte: a list that doubles as it grows would take up to twice its place.
        let mut readers_of: Vec<Vec<u32>> = counts.into_iter().map(Vec::with_capacity).collect();
        for (reader, followees) in followees.iter().enumerate() {
            for followee in followees {
                readers_of[*followee as usize].push(reader as u32);
            }
        }
        Self { timelines: vec![Ring::default(); followees.len()], followers: readers_of }
    }

    pub(super) fn post(&mut self, author: u32, id: u64) {
        for reader in &self.followers[author as usize] {
            self.timelines[*reader as usize].push(id);
        }
    }

    pub(super) fn read(&self, reader: usize, page: &mut Vec<u64>) {
        page.clear();
        page.extend(self.timelines[reader].newest_first().take(PAGE));
    }

    /// Whoever follows wants to see what was posted before, too: it is filled in.
    pub(super) fn follow(&mut self, reader: u32, author: u32, posted: impl Iterator<Item = u64>) {
        let followers = &mut self.followers[author as usize];
        if let Err(place) = followers.binary_search(&reader) {
            followers.insert(place, reader);
            self.timelines[reader as usize].merge(posted);
        }
    }

    /// What the author posted is taken out again.
    pub(super) fn unfollow(&mut self, reader: u32, author: u32) {
        let followers = &mut self.followers[author as usize];
        if let Ok(place) = followers.binary_search(&reader) {
            followers.remove(place);
            self.timelines[reader as usize].retain(|id| author_of(id) != author);
        }
    }

    pub(super) fn followers(&self, author: usize) -> usize {
        self.followers[author].len()
    }

    /// Bytes of the timelines, and of the lists of followers.
    pub(super) fn bytes(&self) -> (usize, usize) {
        let lists = self.followers.iter().map(list_bytes).sum();
        (self.timelines.iter().map(Ring::bytes).sum(), lists)
    }
}
