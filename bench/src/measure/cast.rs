//! Who takes part: tokens of readers and authors, and what they read and like.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use fastrand::Rng;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

use crate::cases::BLOCK;
use crate::load::{self, user_id};
use crate::network::Network;
use crate::tokens::mint;

/// Accounts that post in turn.
const POSTERS: usize = 512;
/// Accounts with at least a full page of tweets.
const FULL_AUTHORS: usize = 1000;
/// Followees of the reader who post while the reader looks.
const FOLLOWEES: usize = 64;
const TWEETS: usize = 1000;
const HASHTAGS: usize = 50;

/// Tokens unless a name says otherwise.
pub(crate) struct Cast {
    pub(crate) reader_200: String,
    pub(crate) reader_5000: String,
    /// A block for the warm-up and one for each round.
    pub(crate) readers: Vec<String>,
    pub(crate) authors: Vec<String>,
    pub(crate) authors_ids: Vec<i64>,
    pub(crate) popular: String,
    pub(crate) little: String,
    /// Followed by `reader_200`.
    pub(crate) followees: Vec<String>,
    /// Handles of people with a full page of tweets.
    pub(crate) full_authors: Vec<String>,
    /// Names, the most used first.
    pub(crate) hashtags: Vec<String>,
    /// Ids of tweets, from the oldest to the newest.
    pub(crate) tweets: Vec<i64>,
    /// Another one.
    pub(crate) hot_tweet: i64,
    /// How many tweets there are.
    pub(crate) tweets_total: u64,
}

impl Cast {
    pub(crate) async fn gather(
        url: &str,
        network: &Network,
        rounds: usize,
    ) -> anyhow::Result<Self> {
        let special = [
            network.reader_200(),
            network.reader_5000(),
            network.most_followed(),
            network.least_followed_active(),
        ];
        let readers = some_people(network, BLOCK * (rounds + 1), 2)?;
        let authors = posters(network)?;
        let followees = network.followees(network.reader_200()).into_iter().take(FOLLOWEES);
        let followees: Vec<usize> = followees.map(|person| person as usize).collect();
        let people = [&special[..], &readers, &authors, &followees].concat();
        let ids: Vec<i64> = people.iter().map(|person| user_id(*person)).collect();
        let mut tokens = mint(url, &ids).await?.into_iter();
        let mut take = |count| tokens.by_ref().take(count).collect::<Vec<String>>();
        let [reader_200, reader_5000, popular, little]: [String; 4] =
            take(special.len()).try_into().ok().context("tokens")?;
        let (readers, author_tokens) = (take(readers.len()), take(authors.len()));

        let db = load::connect(url).await?;
        let mut tweets = some_tweets(&db).await?;
        let cast = Self {
            reader_200,
            reader_5000,
            readers,
            authors: author_tokens,
            authors_ids: authors.iter().map(|person| user_id(*person)).collect(),
            popular,
            little,
            followees: take(FOLLOWEES),
            full_authors: full_authors(&db, network).await?,
            hashtags: (0..HASHTAGS).map(Network::hashtag).collect(),
            hot_tweet: tweets.pop().context("tweets")?,
            tweets,
            tweets_total: one(&db, "SELECT COUNT(*) FROM tweets").await? as u64,
        };
        db.close().await?;
        Ok(cast)
    }
}

/// The accounts that post, also in the bare insert.
pub(crate) fn posters(network: &Network) -> anyhow::Result<Vec<usize>> {
    some_people(network, POSTERS, 3)
}

/// Different people, none of them special: with an odd seed other people than with an even one, so
/// that nobody follows themselves.
pub(super) fn some_people(
    network: &Network,
    count: usize,
    seed: u64,
) -> anyhow::Result<Vec<usize>> {
    // The most followed of all is among the first, the readers of 200 and 5,000 are the last.
    let ordinary = 10..network.people - 2;
    ensure!(count * 2 <= ordinary.len(), "{count} of {} people are too many", network.people);
    let mut rng = Rng::with_seed(seed);
    let mut people = BTreeSet::new();
    while people.len() < count {
        let person = rng.usize(ordinary.clone()) / 2 * 2 + seed as usize % 2;
        if person != network.least_followed_active() {
            people.insert(person);
        }
    }
    let mut people: Vec<usize> = people.into_iter().collect();
    rng.shuffle(&mut people);
    Ok(people)
}

async fn some_tweets(db: &DatabaseConnection) -> anyhow::Result<Vec<i64>> {
    let oldest = one(db, "SELECT MIN(id) FROM tweets").await?;
    let newest = one(db, "SELECT MAX(id) FROM tweets WHERE kind = 0").await?;
    let mut tweets = Vec::with_capacity(TWEETS + 1);
    for n in 0..=TWEETS as i64 {
        let from = oldest + (newest - oldest) / TWEETS as i64 * n;
        let text =
            format!("SELECT id FROM tweets WHERE id >= {from} AND kind = 0 ORDER BY id LIMIT 1");
        tweets.push(one(db, &text).await?);
    }
    tweets.dedup();
    ensure!(tweets.len() > TWEETS / 2, "too few tweets");
    Ok(tweets)
}

async fn full_authors(db: &DatabaseConnection, network: &Network) -> anyhow::Result<Vec<String>> {
    let from = user_id(network.people / 4);
    let text = format!(
        "SELECT handle FROM users WHERE tweet_count >= 20 AND id >= {from} ORDER BY id \
         LIMIT {FULL_AUTHORS}"
    );
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), text)).await?;
    let handles: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get_by_index(0)).collect();
    let handles = handles?;
    ensure!(handles.len() == FULL_AUTHORS, "too few people with a full page");
    Ok(handles)
}

/// The one number that a query answers.
pub(super) async fn one(db: &DatabaseConnection, text: &str) -> anyhow::Result<i64> {
    let statement = Statement::from_string(db.get_database_backend(), text.to_owned());
    let row = db.query_one_raw(statement).await?;
    Ok(row.with_context(|| format!("no row: {text}"))?.try_get_by_index(0)?)
}
