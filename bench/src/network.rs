//! A synthetic network, the same everywhere: who follows whom, who posts how much, who likes what.
//!
//! Everything is drawn from a seeded generator by integer arithmetic, so that no platform's
//! mathematics can change it, and each person's follows and likes from a generator of their own, so
//! that forty million of them are never held in memory.

use fastrand::Rng;

/// Accounts that more than a tenth of all people follow, and how many in a hundred do.
const CELEBRITIES: [u64; 5] = [30, 25, 20, 15, 12];
/// Different hashtags.
const HASHTAGS: u64 = 3000;
/// Likes a person gives on average.
const LIKES_EACH: u64 = 5;
/// People that somebody follows: in so many of a hundred cases between these bounds; 40 on average.
const FOLLOWING: [(u64, u64, u64); 4] = [(50, 8, 18), (30, 20, 55), (15, 60, 115), (5, 120, 250)];
/// Tweets that somebody posted, in the same way; 10 on average.
const ACTIVITY: [(u64, u64, u64); 5] =
    [(40, 0, 2), (35, 3, 8), (18, 10, 30), (6, 40, 80), (1, 40, 90)];

const WORDS: [&str; 40] = [
    "the", "swallow", "sat", "on", "my", "bicycle", "this", "morning", "and", "looked", "at",
    "sea", "for", "a", "while", "then", "flew", "away", "over", "roofs", "coffee", "was", "cold",
    "train", "late", "again", "new", "release", "works", "well", "on", "old", "machines", "who",
    "else", "saw", "it", "tonight", "so", "bright",
];

/// Who is there, and what they did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Network {
    /// How many people; they are numbered from 0.
    pub(crate) people: usize,
    seed: u64,
}

impl Network {
    pub(crate) fn new(people: usize, seed: u64) -> Self {
        Self { people, seed }
    }

    pub(crate) fn handle(person: usize) -> String {
        format!("p{person}")
    }

    /// Someone who follows exactly 200 people.
    pub(crate) fn reader_200(&self) -> usize {
        self.people - 1
    }

    /// Someone who follows exactly 5,000 people, or half of all.
    pub(crate) fn reader_5000(&self) -> usize {
        self.people - 2
    }

    /// Someone whom three in ten follow.
    pub(crate) fn most_followed(&self) -> usize {
        self.ranked(0) as usize
    }

    /// Someone from the long tail, with about ten followers.
    pub(crate) fn least_followed_active(&self) -> usize {
        self.ranked(self.people as u64 - 100) as usize
    }

    pub(crate) fn hashtag(rank: usize) -> String {
        format!("topic{rank}")
    }

    /// The people whom someone follows, in order.
    pub(crate) fn followees(&self, person: usize) -> Vec<u32> {
        let mut rng = self.rng(1, person as u64);
        let wanted = if person == self.reader_200() {
            200
        } else if person == self.reader_5000() {
            5000.min(self.people / 2)
        } else {
            (draw(&mut rng, &FOLLOWING) as usize).min(self.people / 4)
        };
        let celebrities = (0..CELEBRITIES.len()).filter(|n| rng.u64(..100) < CELEBRITIES[*n]);
        let mut followees: Vec<u32> = celebrities
            .map(|n| self.ranked(n as u64))
            .filter(|followee| *followee as usize != person)
            .collect();
        followees.truncate(wanted);
        // Few draws are doubles; a reader of half of a small network meets more of them.
        while followees.len() < wanted {
            let missing = wanted - followees.len();
            let drawn = (0..missing).map(|_| self.someone(&mut rng));
            followees.extend(drawn.filter(|drawn| *drawn as usize != person));
            followees.sort_unstable();
            followees.dedup();
        }
        followees
    }

    /// The tweets (by number, of so many) that someone likes, in order.
    pub(crate) fn likes(&self, person: usize, tweets: usize) -> Vec<u32> {
        let mut rng = self.rng(2, person as u64);
        let count = rng.u64(..=2 * LIKES_EACH);
        let mut likes: Vec<u32> = (0..count)
            // Newer tweets are seen, and liked, by more.
            .map(|_| (tweets as u64 - 1 - power(&mut rng, tweets as u64, 2)) as u32)
            .collect();
        likes.sort_unstable();
        likes.dedup();
        likes
    }

    /// The author of each tweet, oldest first: everyone's tweets, shuffled.
    pub(crate) fn authors(&self) -> Vec<u32> {
        let mut rng = self.rng(3, 0);
        let mut authors = Vec::with_capacity(self.people * 11);
        for person in 0..self.people {
            // The accounts that the measurements post by and page through have something to show.
            let least = if person % 97 == 0 { 5 } else { 0 };
            let count = draw(&mut rng, &ACTIVITY).max(least);
            authors.extend(std::iter::repeat_n(person as u32, count as usize));
        }
        rng.shuffle(&mut authors);
        authors
    }

    /// The text of a tweet: 20 to 280 characters, some with hashtags, some with a mention.
    pub(crate) fn text(&self, tweet: u64) -> String {
        self.say(tweet).content
    }

    /// The same with what is in it.
    pub(crate) fn say(&self, tweet: u64) -> Text {
        let mut rng = self.rng(4, tweet);
        let mut text = Text::default();
        if rng.u64(..100) < 15 {
            let person = self.someone(&mut rng);
            text.content = format!("@{} ", Self::handle(person as usize));
            text.mention = Some(person);
        }
        let tags = match rng.u64(..100) {
            0..60 => 0,
            60..90 => 1,
            _ => 2,
        };
        let length = 24 + rng.usize(..196);
        while text.content.len() < length {
            text.content.push_str(WORDS[rng.usize(..WORDS.len())]);
            text.content.push(' ');
        }
        for _ in 0..tags {
            let rank = power(&mut rng, HASHTAGS, 2);
            if !text.hashtags.contains(&rank) {
                text.content.extend(["#", &Self::hashtag(rank as usize), " "]);
                text.hashtags.push(rank);
            }
        }
        text.content.truncate(text.content.trim_end().len());
        text
    }

    /// A generator for one purpose and one thing.
    pub(crate) fn rng(&self, purpose: u64, of: u64) -> Rng {
        Rng::with_seed(self.seed ^ (purpose << 56) ^ of.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// A person, the popular ones more often, the few most popular left out: those are followed by
    /// a given share of all.
    fn someone(&self, rng: &mut Rng) -> u32 {
        // Without its steepest part the curve stays below the celebrities.
        const CUT: u64 = 20;
        loop {
            let drawn = power(rng, self.people as u64, 3);
            if drawn >= CUT {
                return self.ranked(drawn - CUT + CELEBRITIES.len() as u64);
            }
        }
    }

    /// The person at a rank of popularity: the popular are scattered among all, as they are among
    /// the rows of a real table.
    fn ranked(&self, rank: u64) -> u32 {
        // A prime: no size of a network is a multiple of it, so that each rank has its own person.
        const STEP: u64 = 2_654_435_761;
        ((rank * STEP + 1) % self.people as u64) as u32
    }
}

/// What a tweet says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) content: String,
    /// By rank.
    pub(crate) hashtags: Vec<u64>,
    pub(crate) mention: Option<u32>,
}

/// A number below `n`: a uniform one raised to a power, so that small ones come up most, by a power
/// law.
fn power(rng: &mut Rng, n: u64, exponent: u32) -> u64 {
    let uniform = u128::from(rng.u32(..));
    let mut drawn = u128::from(n);
    for _ in 0..exponent {
        drawn = (drawn * uniform) >> 32;
    }
    drawn as u64
}

/// A number from a table of (in a hundred, from, to).
fn draw(rng: &mut Rng, table: &[(u64, u64, u64)]) -> u64 {
    let mut left = rng.u64(..100);
    for (share, from, to) in table {
        if left < *share {
            return rng.u64(*from..=*to);
        }
        left -= share;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_is_the_same_everywhere() {
        let network = Network::new(10_000, 7);
        let mut sum = 0_u64;
        let mut add = |n: u64| sum = sum.rotate_left(5) ^ n;
        for person in 0..200 {
            network.followees(person).iter().for_each(|n| add(u64::from(*n)));
            network.likes(person, 1000).iter().for_each(|n| add(u64::from(*n)));
        }
        network.authors().iter().take(1000).for_each(|n| add(u64::from(*n)));
        network.text(5).bytes().for_each(|b| add(u64::from(b)));
        assert_eq!(sum, CHECKSUM);
    }

    const CHECKSUM: u64 = 8_915_312_509_604_129_956;

    #[test]
    fn people_follow_as_was_asked() {
        let network = Network::new(10_000, 7);
        let mut followers = vec![0; 10_000];
        let mut follows = 0;
        for person in 0..10_000 {
            let followed = network.followees(person);
            assert!(followed.windows(2).all(|pair| pair[0] < pair[1]), "each once");
            assert!(!followed.contains(&(person as u32)));
            follows += followed.len();
            for person in followed {
                followers[person as usize] += 1;
            }
        }
        assert_eq!(network.followees(network.reader_200()).len(), 200);
        assert_eq!(network.followees(network.reader_5000()).len(), 5000);
        assert!((390_000..430_000).contains(&follows), "{follows}");
        let many = followers.iter().filter(|count| **count > 1000).count();
        assert_eq!(many, CELEBRITIES.len(), "a few are followed by more than a tenth of all");
        assert_eq!(followers.iter().max(), Some(&followers[network.most_followed()]));
        let little = followers[network.least_followed_active()];
        assert!((3..30).contains(&little), "{little}");
    }

    #[test]
    fn tweets_are_as_long_as_was_asked() {
        let network = Network::new(1000, 7);
        assert!((9000..11_500).contains(&network.authors().len()));
        let tagged = (0..2000).filter(|n| {
            let text = network.say(*n);
            assert!((20..=280).contains(&text.content.len()), "{}", text.content);
            !text.hashtags.is_empty()
        });
        assert!((600..1000).contains(&tagged.count()));
    }
}
