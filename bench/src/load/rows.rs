//! The rows of a network, table by table, as the server would have written them.

use std::collections::HashSet;

use sea_orm::Value;
use tokio::sync::mpsc;

use super::Batch;
use crate::network::{Network, Text};

/// 2026-11-01T00:00:00Z: when the network's last tweet was posted. Fixed, so that it is the same
/// everywhere.
const NETWORK_END_MS: i64 = 1_793_491_200_000;
/// The tweets are spread over this long.
const NETWORK_MS: i64 = 30 * 86_400_000;
/// Accounts and follows are older than the tweets.
const ACCOUNTS_MS: i64 = NETWORK_END_MS - 2 * NETWORK_MS;
/// Values of one statement; every database takes twice as many.
const VALUES_PER_STATEMENT: usize = 12_000;

/// The tables that are filled.
#[derive(Debug, Clone, Copy)]
pub(super) enum Table {
    Users,
    Tweets,
    Followers,
    Likes,
    Hashtags,
    TweetHashtags,
    Mentions,
}

const TABLES: usize = 7;

impl Table {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Tweets => "tweets",
            Self::Followers => "followers",
            Self::Likes => "likes",
            Self::Hashtags => "hashtags",
            Self::TweetHashtags => "tweet_hashtags",
            Self::Mentions => "mentions",
        }
    }

    pub(super) fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Users => &[
                "id",
                "handle",
                "handle_key",
                "name",
                "bio",
                "created_at",
                "tweet_count",
                "follower_count",
                "following_count",
            ],
            Self::Tweets => &[
                "id",
                "user_id",
                "timestamp",
                "content",
                "kind",
                "reply_to_id",
                "reply_to_user_id",
                "conversation_id",
                "retweet_of_id",
                "retweet_of_user_id",
                "like_count",
                "retweet_count",
                "reply_count",
            ],
            Self::Followers => &["user_id", "followed_user_id", "id"],
            Self::Likes => &["user_id", "tweet_id", "id"],
            Self::Hashtags => &["id", "name", "tweet_count"],
            Self::TweetHashtags => &["hashtag_id", "tweet_id"],
            Self::Mentions => &["tweet_id", "user_id", "handle_key"],
        }
    }
}

/// Gathers rows and hands them over by the statement.
pub(super) struct Writer {
    sender: mpsc::Sender<Batch>,
    waiting: [Vec<Value>; TABLES],
}

impl Writer {
    pub(super) fn new(sender: mpsc::Sender<Batch>) -> Self {
        Self { sender, waiting: Default::default() }
    }

    fn push<const N: usize>(&mut self, table: Table, row: [Value; N]) {
        let waiting = &mut self.waiting[table as usize];
        waiting.extend(row);
        if waiting.len() + N > VALUES_PER_STATEMENT {
            self.flush(table);
        }
    }

    fn flush(&mut self, table: Table) {
        let values = std::mem::take(&mut self.waiting[table as usize]);
        if !values.is_empty() {
            // If nobody receives any more, the other side has failed and says so.
            let _gone = self.sender.blocking_send(Batch { table, values });
        }
    }
}

/// About how many rows there will be, for the progress bar.
pub(super) fn about(network: &Network) -> u64 {
    network.people as u64 * (1 + 10 + 40 + 5 + 5)
}

/// The account's id.
pub(crate) fn user_id(person: usize) -> i64 {
    numbered(ACCOUNTS_MS, person)
}

/// Ids in order, 256 a millisecond.
fn numbered(from_ms: i64, n: usize) -> i64 {
    (from_ms + (n >> 8) as i64) << 16 | (n & 0xff) as i64
}

/// What each tweet is: filled in one pass from the oldest on, since answers come after what they
/// answer.
struct Tweets {
    authors: Vec<u32>,
    /// For a reply the tweet answered, for a retweet the one passed on, otherwise itself.
    parents: Vec<u32>,
    /// The first tweet of the conversation.
    roots: Vec<u32>,
    likes: Vec<u32>,
    retweets: Vec<u32>,
    replies: Vec<u32>,
    is_retweet: Vec<bool>,
}

impl Tweets {
    fn draw(network: &Network) -> Self {
        let authors = network.authors();
        let count = authors.len();
        let mut all = Self {
            parents: (0..count as u32).collect(),
            roots: (0..count as u32).collect(),
            likes: vec![0; count],
            retweets: vec![0; count],
            replies: vec![0; count],
            is_retweet: vec![false; count],
            authors,
        };
        let mut rng = network.rng(5, 0);
        let mut pairs = HashSet::new();
        for n in 1..count {
            let kind = rng.u32(..100);
            // One of the last thousand, and of a retweet the original.
            let seen = all.original(n - 1 - rng.usize(..n.min(1000)));
            let retweets = kind < 10 && all.authors[seen] != all.authors[n];
            if retweets && pairs.insert((all.authors[n], seen as u32)) {
                all.is_retweet[n] = true;
                all.parents[n] = seen as u32;
                all.retweets[seen] += 1;
            } else if (10..25).contains(&kind) {
                all.parents[n] = seen as u32;
                all.roots[n] = all.roots[seen];
                all.replies[seen] += 1;
            }
        }
        for person in 0..network.people {
            for liked in all.liked_by(network, person) {
                all.likes[liked] += 1;
            }
        }
        all
    }

    /// The tweets that someone likes, in order: of retweets the originals.
    fn liked_by(&self, network: &Network, person: usize) -> Vec<usize> {
        let drawn = network.likes(person, self.authors.len());
        let mut liked: Vec<usize> = drawn.iter().map(|n| self.original(*n as usize)).collect();
        liked.sort_unstable();
        liked.dedup();
        liked
    }

    fn original(&self, n: usize) -> usize {
        if self.is_retweet[n] { self.parents[n] as usize } else { n }
    }

    fn ms(&self, n: usize) -> i64 {
        let step = NETWORK_MS / self.authors.len() as i64;
        NETWORK_END_MS - (self.authors.len() - 1 - n) as i64 * step
    }

    fn id(&self, n: usize) -> i64 {
        self.ms(n) << 16
    }
}

/// Draws everything in the order of the tables' keys; answers how many tweets there are.
pub(super) fn draw(network: Network, mut out: Writer) -> usize {
    let tweets = Tweets::draw(&network);
    write_users(&network, &tweets, &mut out);
    write_tweets(&network, &tweets, &mut out);
    write_likes(&network, &tweets, &mut out);
    let mut n = 0;
    for person in 0..network.people {
        for followee in network.followees(person) {
            n += 1;
            let row = [user_id(person), user_id(followee as usize), numbered(ACCOUNTS_MS, n)];
            out.push(Table::Followers, row.map(Value::from));
        }
    }
    out.flush(Table::Followers);
    tweets.authors.len()
}

fn write_users(network: &Network, tweets: &Tweets, out: &mut Writer) {
    let mut followers = vec![0_i64; network.people];
    let mut following = vec![0_i64; network.people];
    for (person, count) in following.iter_mut().enumerate() {
        let followed = network.followees(person);
        *count = followed.len() as i64;
        for person in followed {
            followers[person as usize] += 1;
        }
    }
    let mut posted = vec![0_i64; network.people];
    for (n, author) in tweets.authors.iter().enumerate() {
        // Retweets do not count.
        posted[*author as usize] += i64::from(!tweets.is_retweet[n]);
    }
    for person in 0..network.people {
        let handle = Network::handle(person);
        let row = [
            user_id(person).into(),
            handle.clone().into(),
            handle.clone().into(),
            format!("Person {person}").into(),
            "Somebody of a synthetic network.".into(),
            (user_id(person) >> 16).into(),
            posted[person].into(),
            followers[person].into(),
            following[person].into(),
        ];
        out.push(Table::Users, row);
    }
    out.flush(Table::Users);
}

fn write_tweets(network: &Network, tweets: &Tweets, out: &mut Writer) {
    let mut uses: Vec<i64> = Vec::new();
    let mut links: Vec<(u64, i64)> = Vec::new();
    for (n, author) in tweets.authors.iter().enumerate() {
        let (id, parent) = (tweets.id(n), tweets.parents[n] as usize);
        let retweet = tweets.is_retweet[n].then_some(parent);
        let reply = (retweet.is_none() && parent != n).then_some(parent);
        let text = if retweet.is_some() { Text::default() } else { network.say(n as u64) };
        let kind: i16 = if retweet.is_some() { 2 } else { i16::from(reply.is_some()) };
        let author_of = |n: usize| user_id(tweets.authors[n] as usize);
        let row = [
            id.into(),
            user_id(*author as usize).into(),
            tweets.ms(n).into(),
            text.content.into(),
            kind.into(),
            reply.map(|n| tweets.id(n)).into(),
            reply.map(author_of).into(),
            tweets.id(tweets.roots[n] as usize).into(),
            retweet.map(|n| tweets.id(n)).into(),
            retweet.map(author_of).into(),
            i64::from(tweets.likes[n]).into(),
            i64::from(tweets.retweets[n]).into(),
            i64::from(tweets.replies[n]).into(),
        ];
        out.push(Table::Tweets, row);
        for rank in text.hashtags {
            uses.resize(uses.len().max(rank as usize + 1), 0);
            uses[rank as usize] += 1;
            links.push((rank, id));
        }
        if let Some(person) = text.mention {
            let handle = Network::handle(person as usize);
            let row = [id.into(), user_id(person as usize).into(), handle.into()];
            out.push(Table::Mentions, row);
        }
    }
    for (rank, uses) in uses.into_iter().enumerate() {
        let row = [hashtag_id(rank as u64).into(), Network::hashtag(rank).into(), uses.into()];
        out.push(Table::Hashtags, row);
    }
    links.sort_unstable();
    for (rank, id) in links {
        out.push(Table::TweetHashtags, [hashtag_id(rank).into(), id.into()]);
    }
    for table in [Table::Tweets, Table::Mentions, Table::Hashtags, Table::TweetHashtags] {
        out.flush(table);
    }
}

fn write_likes(network: &Network, tweets: &Tweets, out: &mut Writer) {
    let mut n = 0;
    for person in 0..network.people {
        for liked in tweets.liked_by(network, person) {
            n += 1;
            let id = numbered(NETWORK_END_MS, n);
            out.push(Table::Likes, [user_id(person), tweets.id(liked), id].map(Value::from));
        }
    }
    out.flush(Table::Likes);
}

pub(crate) fn hashtag_id(rank: u64) -> i64 {
    numbered(ACCOUNTS_MS, rank as usize)
}
