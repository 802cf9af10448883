//! The same people and the same posts, kept both ways.

use fastrand::Rng;

use super::fan_out::FanOut;
use super::pull::Pull;
use crate::network::Network;

/// Posts of one pass: those of the most and of the least followed in the share they have of all.
const SAMPLE: usize = 100_000;
/// Readers of one pass.
const READERS: usize = 100_000;
/// Follows of one pass.
const FOLLOWS: usize = 2000;

pub(super) struct World {
    pub(super) push: FanOut,
    pub(super) pull: Pull,
    /// The last post's number.
    posts: u64,
    pub(super) sample: Vec<u32>,
    /// Active readers, in no order: one after the other none finds its data in the processor.
    pub(super) readers: Vec<usize>,
    /// Who starts to follow whom.
    pub(super) follows: Vec<(u32, u32)>,
}

/// Ids rise as posts are made, and tell their author, so that push finds out for nothing whose an
/// entry is.
fn entry(number: u64, author: u32) -> u64 {
    number << 32 | u64::from(author)
}

/// Whose an entry is.
pub(super) fn author_of(id: u64) -> u32 {
    id as u32
}

impl World {
    /// All people follow and have posted; so many in a hundred read.
    pub(super) fn new(network: &Network, active_percent: usize) -> Self {
        let mut rng = Rng::with_seed(7);
        let mut active: Vec<usize> = (0..network.people).collect();
        rng.shuffle(&mut active);
        active.truncate((network.people * active_percent / 100).max(1));
        let followees: Vec<_> =
            active.iter().map(|person| exact(network.followees(*person))).collect();
        let mut world = Self {
            push: FanOut::new(network.people, &followees),
            pull: Pull::new(network.people, followees),
            posts: 0,
            sample: Vec::new(),
            readers: (0..active.len()).take(READERS).collect(),
            follows: Vec::new(),
        };
        let mut authors = network.authors();
        world.post_both(&authors);
        authors.sort_unstable_by_key(|author| world.push.followers(*author as usize));
        world.sample = authors.iter().step_by((authors.len() / SAMPLE).max(1)).copied().collect();
        rng.shuffle(&mut world.sample);
        world.follows = world.new_follows(&mut rng);
        world
    }

    fn post_both(&mut self, authors: &[u32]) {
        self.post_push(authors);
        self.posts -= authors.len() as u64;
        self.post_pull(authors);
    }

    pub(super) fn post_push(&mut self, authors: &[u32]) {
        for author in authors {
            self.posts += 1;
            self.push.post(*author, entry(self.posts, *author));
        }
    }

    pub(super) fn post_pull(&mut self, authors: &[u32]) {
        for author in authors {
            self.posts += 1;
            self.pull.post(*author, entry(self.posts, *author));
        }
    }

    pub(super) fn follow_push(&mut self) {
        for (reader, author) in &self.follows {
            self.push.follow(*reader, *author, self.pull.posted(*author));
        }
        for (reader, author) in &self.follows {
            self.push.unfollow(*reader, *author);
        }
    }

    pub(super) fn follow_pull(&mut self) {
        for (reader, author) in &self.follows {
            self.pull.follow(*reader, *author);
        }
        for (reader, author) in &self.follows {
            self.pull.unfollow(*reader, *author);
        }
    }

    pub(super) fn people(&self) -> usize {
        self.pull.people()
    }

    /// Somebody whom somebody follows: the popular come up as often as they are followed.
    fn followed(&self, rng: &mut Rng) -> u32 {
        let lists = self.pull.followees();
        loop {
            let list = &lists[rng.usize(..lists.len())];
            if let Some(followee) = rng.choice(list) {
                return *followee;
            }
        }
    }

    /// A list of exactly so many followees.
    pub(super) fn followees(&self, rng: &mut Rng, count: usize) -> Vec<u32> {
        let mut list = Vec::with_capacity(count * 2);
        while list.len() < count {
            list.extend((0..count - list.len()).map(|_| self.followed(rng)));
            list.sort_unstable();
            list.dedup();
        }
        list
    }

    fn new_follows(&self, rng: &mut Rng) -> Vec<(u32, u32)> {
        let lists = self.pull.followees();
        let mut follows = Vec::with_capacity(FOLLOWS);
        for _ in 0..FOLLOWS {
            let (reader, author) = (rng.usize(..lists.len()), self.followed(rng));
            if lists[reader].binary_search(&author).is_err() {
                follows.push((reader as u32, author));
            }
        }
        follows.sort_unstable();
        follows.dedup();
        rng.shuffle(&mut follows);
        follows
    }

    /// The author whose number of followers comes closest.
    pub(super) fn followed_by(&self, wanted: usize) -> u32 {
        let off = |author: &u32| self.push.followers(*author as usize).abs_diff(wanted);
        self.sample.iter().copied().min_by_key(off).unwrap_or(0)
    }
}

/// Without the room to grow that drawing it left.
fn exact(mut list: Vec<u32>) -> Vec<u32> {
    list.shrink_to_fit();
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_show_the_same() {
        let mut world = World::new(&Network::new(2000, 7), 50);
        let (mut pushed, mut pulled) = (Vec::new(), Vec::new());
        for _ in 0..2 {
            for reader in world.readers.clone() {
                world.push.read(reader, &mut pushed);
                world.pull.read(reader, &mut pulled);
                assert_eq!(pushed, pulled);
            }
            world.follow_push();
            world.follow_pull();
        }
        assert!(!pushed.is_empty());
    }
}
