//! Two nodes on one database, and a Redis between them that fails.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use pipit_core::{Caller, LiveEvent, NewPost, NodeNumber, Pipit};
use pipit_model::event::Standing;
use pipit_model::limits::{BUS_LIFE_MS, BUS_SILENCE_MS};
use pipit_model::user::UserRef;
use pipit_testkit::{Backend, Redis, TestApp, TestDb, backends, oracle};

use crate::{ids, page, person, signed_in};

/// Two nodes, an author who writes on the first and a reader who reads on the second.
struct Pair {
    redis: Redis,
    app: TestApp,
    other: Pipit,
    author: Caller,
    reader: Caller,
}

impl Pair {
    async fn new() -> Self {
        let redis = Redis::start();
        let app = TestApp::among_nodes(TestDb::new(Backend::Sqlite).await, &redis).await;
        let other = app.other_node(NodeNumber::Fixed(1), &redis).await;
        let author = person(&app.pipit, "author").await;
        let reader = signed_in(&app.pipit, "reader").await;
        let user = UserRef::Id(author.user_id);
        app.pipit.set_follow(reader, &user, Standing::Set).await.expect("followed");
        let pair = Self { redis, app, other, author, reader };
        pair.wait_until("both hear all", || async { pair.both_hear_all() }).await;
        pair
    }

    fn both_hear_all(&self) -> bool {
        [&self.app.pipit, &self.other].iter().all(|pipit| pipit.hears_all_nodes() == Some(true))
    }

    async fn wait_until<F: Future<Output = bool>>(&self, what: &str, is_so: impl Fn() -> F) {
        let began = Instant::now();
        while !is_so().await {
            assert!(began.elapsed() < Duration::from_secs(20), "{what}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn post(&self, content: &str) -> i64 {
        let post = NewPost { content, ..NewPost::default() };
        self.app.pipit.post_tweet(self.author, post, None).await.expect("posted").id().0
    }

    /// The reader's home on the other node.
    async fn home(&self) -> Vec<i64> {
        let home = self.other.home_timeline(self.reader, page(20, None)).await.expect("read");
        ids(&home)
    }

    /// What was just written is read on the other node by who knows of it.
    async fn check(&self, what: &str) {
        let before = self.home().await;
        let id = self.post(what).await;
        let position = self.app.pipit.position().expect("it is not alone");
        self.other.reach_position(&position).await;
        let after = self.home().await;
        let mut expected = [&[id], before.as_slice()].concat();
        expected.truncate(20);
        assert_eq!(after, expected, "{what}");
    }

    /// How often the other node did not find in its caches what it looked for.
    fn misses(&self) -> u64 {
        self.other.cache_stats().iter().map(|cache| cache.misses).sum()
    }

    /// What is posted on one node comes once and in order on a stream of the other. Where something
    /// may have been missed a stream ends, and whoever read it comes back.
    async fn hear_on_a_stream(&self) {
        let open =
            async |after| self.other.open_stream(self.reader, after).await.expect("a stream");
        let mut stream = open(None).await;
        let mut told = Vec::new();
        let posted = [self.post("one").await, self.post("two").await];
        let hear = async {
            while told.len() < posted.len() {
                match stream.next().await {
                    Some(LiveEvent::Tweet(view)) => told.push(view.id().0),
                    Some(_) => {}
                    None => {
                        let place = stream.place().clone();
                        stream = open(Some(place)).await;
                    }
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), hear).await.expect("in time");
        assert_eq!(told, posted);
    }

    async fn close(self) {
        self.other.close().await.expect("closed");
        self.app.pipit.close().await.expect("closed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_is_read_on_the_other_node_also_while_redis_is_gone() {
    let mut pair = Pair::new().await;
    pair.check("with Redis").await;

    pair.redis.stop();
    pair.check("just after it has gone").await;
    tokio::time::sleep(Duration::from_millis(BUS_SILENCE_MS)).await;
    pair.wait_until("they hear each other by the database", || async { pair.both_hear_all() })
        .await;
    pair.check("without it").await;

    // Who knows nothing of it sees it too, and what did not change is not read anew meanwhile.
    pair.home().await;
    let misses = pair.misses();
    let id = pair.post("without a position").await;
    let began = Instant::now();
    pair.wait_until("it is seen", || async { pair.home().await.contains(&id) }).await;
    assert!(began.elapsed() < Duration::from_millis(BUS_LIFE_MS), "after {:?}", began.elapsed());
    tokio::time::sleep(Duration::from_millis(2 * BUS_LIFE_MS)).await;
    pair.home().await;
    assert!(pair.misses() - misses <= 2, "the tweet and its author alone are read");

    pair.redis.start_again();
    let began = Instant::now();
    pair.wait_until("they hear each other again", || async { pair.both_hear_all() }).await;
    assert!(began.elapsed() < Duration::from_secs(2), "after {:?}", began.elapsed());
    pair.check("with Redis again").await;
    pair.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_and_an_emptied_redis_lose_nothing() {
    let pair = Pair::new().await;
    pair.check("before").await;

    pair.redis.signal("STOP");
    pair.check("just after it was paused").await;
    tokio::time::sleep(Duration::from_millis(BUS_SILENCE_MS + 500)).await;
    pair.check("while it is paused").await;
    pair.redis.signal("CONT");
    pair.wait_until("they hear each other again", || async { pair.both_hear_all() }).await;
    pair.check("after it").await;

    for round in 0..20 {
        let id = pair.post(&format!("emptied {round}")).await;
        pair.redis.command(&["FLUSHALL"]);
        // Whether it came through or was deleted before it was read: soon it is seen.
        pair.wait_until("it is seen", || async { pair.home().await.contains(&id) }).await;
    }
    pair.check("after all").await;
    pair.close().await;
}

/// Of two nodes one comes to Redis and the other does not.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_cut_off_from_redis_hears_and_is_heard() {
    let (redis, mut lost) = (Redis::start(), Redis::start());
    lost.stop();
    let app = TestApp::among_nodes(TestDb::new(Backend::Sqlite).await, &redis).await;
    let nodes = [
        app.other_node(NodeNumber::Leased, &redis).await,
        app.other_node(NodeNumber::Leased, &lost).await,
    ];
    let author = person(&nodes[0], "author").await;
    let began = Instant::now();
    while nodes.iter().any(|node| node.hears_all_nodes() != Some(true)) {
        assert!(began.elapsed() < Duration::from_secs(20), "they hear each other");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for (from, to) in [(0, 1), (1, 0), (0, 1)] {
        let (from, to) = (&nodes[from], &nodes[to]);
        let profile = async |pipit: &Pipit| {
            pipit.user(None, &UserRef::Id(author.user_id)).await.expect("read").card.counts.tweets
        };
        let before = profile(to).await;
        let post = NewPost { content: "heard", ..NewPost::default() };
        from.post_tweet(author, post, None).await.expect("posted");
        let began = Instant::now();
        while profile(to).await == before {
            assert!(began.elapsed() < Duration::from_millis(BUS_LIFE_MS), "it is told");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    for node in nodes.into_iter().chain([app.pipit]) {
        node.close().await.expect("closed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_on_one_node_tells_what_happens_on_the_other_with_redis_or_without() {
    let mut pair = Pair::new().await;
    pair.hear_on_a_stream().await;
    pair.redis.stop();
    tokio::time::sleep(Duration::from_millis(BUS_SILENCE_MS)).await;
    pair.wait_until("they hear each other by the database", || async { pair.both_hear_all() })
        .await;
    pair.hear_on_a_stream().await;
    pair.close().await;
}

/// Both write about the same tweet at once; when they have heard each other, both show its counts.
#[tokio::test(flavor = "multi_thread")]
async fn counts_that_both_change_are_right_on_both() {
    let pair = Pair::new().await;
    let id = pair.post("popular").await;
    let tweet = pipit_model::TweetId(id);
    let mut fans = Vec::new();
    for n in 0..10 {
        fans.push(person(&pair.app.pipit, &format!("fan{n}")).await);
    }
    let stop = AtomicBool::new(false);
    let like = async |pipit: &Pipit, fan: Caller| {
        for to in [Standing::Set, Standing::Unset, Standing::Set] {
            pipit.set_like(fan, tweet, to).await.expect("liked");
        }
    };
    let look = async |pipit: &Pipit| {
        while !stop.load(Ordering::Relaxed) {
            pipit.tweet(Some(pair.reader), tweet).await.expect("read");
            // What is read from memory lets nobody else have a turn.
            tokio::task::yield_now().await;
        }
    };
    let work = async {
        for fans in fans.chunks(2) {
            tokio::join!(like(&pair.app.pipit, fans[0]), like(&pair.other, fans[1]));
        }
        stop.store(true, Ordering::Relaxed);
    };
    tokio::join!(work, look(&pair.app.pipit), look(&pair.other));
    let nodes = [&pair.app.pipit, &pair.other];
    for (from, to) in [(0, 1), (1, 0)] {
        let position = nodes[from].position().expect("not alone");
        nodes[to].reach_position(&position).await;
        let view = nodes[to].tweet(Some(pair.reader), tweet).await.expect("read");
        assert_eq!(view.card.counts.likes, 10, "on node {to}");
    }
    pair.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_node_has_a_number_of_its_own_and_a_forged_position_is_passed_over() {
    for backend in backends().into_iter().filter(|backend| *backend != Backend::Sqlite) {
        let redis = Redis::start();
        let app = TestApp::among_nodes(TestDb::new(backend).await, &redis).await;
        let mut nodes = Vec::new();
        for _ in 0..3 {
            nodes.push(app.other_node(NodeNumber::Leased, &redis).await);
        }
        let author = person(&app.pipit, "author").await;
        let mut numbers = Vec::new();
        for node in &nodes {
            let post = NewPost { content: "numbered", ..NewPost::default() };
            let id = node.post_tweet(author, post, None).await.expect("posted").id().0;
            numbers.push(id >> 8 & 0xff);
        }
        assert_eq!(numbers, [0, 1, 2]);
        let position = nodes[0].position().expect("not alone");
        let forged = position.replace('.', ".9");
        let began = Instant::now();
        nodes[1].reach_position(&forged).await;
        assert!(began.elapsed() < Duration::from_millis(50), "nobody waits for it");
        // A number that was given back is taken again.
        nodes.pop().expect("a node").close().await.expect("closed");
        let again = app.other_node(NodeNumber::Leased, &redis).await;
        let post = NewPost { content: "again", ..NewPost::default() };
        let id = again.post_tweet(author, post, None).await.expect("posted").id().0;
        assert_eq!(id >> 8 & 0xff, 2);
        for node in nodes.into_iter().chain([again, app.pipit]) {
            node.close().await.expect("closed");
        }
    }
}

/// Three nodes, each with a server of the cluster to itself: what two commit at once, one of the
/// servers undoes, and its node does again.
#[tokio::test(flavor = "multi_thread")]
async fn nodes_on_galera_lose_nothing_and_read_what_the_others_wrote() {
    let servers = TestDb::galera().await;
    let Some(first) = servers.first() else { return };
    let redis = Redis::start();
    // It makes the tables; its own number is none of those that are leased.
    let app = TestApp::among_nodes(first.clone(), &redis).await;
    let mut nodes = Vec::new();
    for server in &servers {
        nodes.push(app.node_by_way_of(&server.url, &redis).await);
    }
    let mut people = Vec::new();
    for n in 0..6 {
        people.push(person(&nodes[n % nodes.len()], &format!("p{n}")).await);
    }
    let post = NewPost { content: "popular", ..NewPost::default() };
    let popular = nodes[0].post_tweet(people[0], post, None).await.expect("posted").id();
    let mut work = tokio::task::JoinSet::new();
    for (n, me) in people.iter().copied().enumerate() {
        let (pipit, all) = (nodes[n % nodes.len()].clone(), people.clone());
        work.spawn(async move { live_on_galera(&pipit, me, &all, popular).await });
    }
    let mut posted: Vec<i64> = work.join_all().await.concat();
    posted.push(popular.0);
    posted.sort_unstable_by(|a, b| b.cmp(a));

    let db = app.db.connect().await;
    assert_eq!(oracle::wrong_counts(&db).await, [""; 0]);
    for (from, to) in [(0, 1), (1, 2), (2, 0)] {
        let position = nodes[from].position().expect("not alone");
        nodes[to].reach_position(&position).await;
    }
    for node in &nodes {
        let home = node.home_timeline(people[0], page(100, None)).await.expect("read");
        assert_eq!(ids(&home), posted);
        let view = node.tweet(None, popular).await.expect("read");
        assert_eq!(view.card.counts.likes, people.len() as i64);
    }
    for node in nodes.into_iter().chain([app.pipit]) {
        node.close().await.expect("closed");
    }
}

/// Follows everybody, likes the same tweet and posts, as an app would: what is refused for the moment
/// is sent again.
async fn live_on_galera(
    pipit: &Pipit,
    me: Caller,
    all: &[Caller],
    popular: pipit_model::TweetId,
) -> Vec<i64> {
    let mut posted = Vec::new();
    for other in all.iter().filter(|other| other.user_id != me.user_id) {
        let user = UserRef::Id(other.user_id);
        insist(|| pipit.set_follow(me, &user, Standing::Set)).await;
        insist(|| pipit.set_like(me, popular, Standing::Set)).await;
        let post = || NewPost { content: "from galera", ..NewPost::default() };
        posted.push(insist(|| pipit.post_tweet(me, post(), None)).await.id().0);
    }
    posted
}

async fn insist<T, F>(ask: impl Fn() -> F) -> T
where
    F: Future<Output = pipit_model::Result<T>>,
{
    for _ in 0..20 {
        match ask().await {
            Ok(value) => return value,
            Err(pipit_model::Error::Unavailable(_)) => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
    panic!("refused twenty times");
}
