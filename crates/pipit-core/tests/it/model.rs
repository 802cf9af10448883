//! Random histories: after each step every home and list timeline, with every mark and count, is
//! what the tables say. With warm caches, with caches that evict all the time, and with cold ones.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use pipit_core::{Asked, Caller, NewPost, NodeNumber, Pipit, Posts, RequestAnswer, TweetView};
use pipit_model::event::Standing;
use pipit_model::filter::{FilterAction, FilterContext};
use pipit_model::notification::{Notification, NotificationKind};
use pipit_model::user::{ProfileEdit, UserRef};
use pipit_model::visibility::Visibility;
use pipit_model::{FilterId, ListId, Timestamp, TweetId};
use pipit_testkit::{Backend, Redis, TestApp, TestDb, backends, oracle};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sea_orm::DatabaseConnection;

use crate::filters::draft;
use crate::written::written;
use crate::{ids, page, person, walk_home};

const PEOPLE: usize = 4;
const ALL: [NotificationKind; 7] = NotificationKind::ALL;

/// One thing that somebody does; tweets are named by when they were posted.
#[derive(Debug, Clone)]
enum Step {
    Post {
        who: usize,
        text: &'static str,
        visibility: Option<Visibility>,
    },
    Reply {
        who: usize,
        to: usize,
    },
    Delete {
        which: usize,
    },
    Like {
        who: usize,
        which: usize,
        to: Standing,
    },
    Retweet {
        who: usize,
        which: usize,
        to: Standing,
    },
    Follow {
        who: usize,
        whom: usize,
        to: Standing,
    },
    Bookmark {
        who: usize,
        which: usize,
        to: Standing,
    },
    Member {
        who: usize,
        whom: usize,
        to: Standing,
    },
    ReadNotifications {
        who: usize,
    },
    Block {
        who: usize,
        whom: usize,
        to: Standing,
    },
    Mute {
        who: usize,
        whom: usize,
        seconds: Option<i64>,
    },
    Unmute {
        who: usize,
        whom: usize,
    },
    Lock {
        who: usize,
        locked: bool,
    },
    Answer {
        who: usize,
        whom: usize,
        answer: RequestAnswer,
    },
    RemoveFollower {
        who: usize,
        whom: usize,
    },
    Filter {
        who: usize,
        word: &'static str,
        action: FilterAction,
        to: Standing,
    },
    /// Half a minute passes.
    Wait,
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..PEOPLE;
    let which = 0..1000_usize;
    let to = prop_oneof![3 => Just(Standing::Set), 1 => Just(Standing::Unset)];
    let visibility = prop::option::of(prop::sample::select(Visibility::ALL.to_vec()));
    let text = prop::sample::select(vec!["plain", "with #tag", "of #other and #tag", "hi @p1"]);
    let word = prop::sample::select(vec!["#other", "plain", "p1"]);
    let action = prop::sample::select(FilterAction::ALL.to_vec());
    prop_oneof![
        4 => (who.clone(), text, visibility)
            .prop_map(|(who, text, visibility)| Step::Post { who, text, visibility }),
        3 => (who.clone(), which.clone()).prop_map(|(who, to)| Step::Reply { who, to }),
        2 => which.clone().prop_map(|which| Step::Delete { which }),
        3 => (who.clone(), which.clone(), to.clone())
            .prop_map(|(who, which, to)| Step::Like { who, which, to }),
        3 => (who.clone(), which.clone(), to.clone())
            .prop_map(|(who, which, to)| Step::Retweet { who, which, to }),
        3 => (who.clone(), who.clone(), to.clone())
            .prop_map(|(who, whom, to)| Step::Follow { who, whom, to }),
        2 => (who.clone(), which, to.clone())
            .prop_map(|(who, which, to)| Step::Bookmark { who, which, to }),
        3 => (who.clone(), who.clone(), to.clone())
            .prop_map(|(who, whom, to)| Step::Member { who, whom, to }),
        1 => who.clone().prop_map(|who| Step::ReadNotifications { who }),
        2 => (who, word, action, to)
            .prop_map(|(who, word, action, to)| Step::Filter { who, word, action, to }),
        6 => tie(),
    ]
}

/// What changes who may see whom.
fn tie() -> impl Strategy<Value = Step> {
    let pair = || (0..PEOPLE, 0..PEOPLE);
    let to = prop_oneof![3 => Just(Standing::Set), 2 => Just(Standing::Unset)];
    let seconds = prop::option::of(10..60_i64);
    let answer = prop::sample::select(vec![RequestAnswer::Accept, RequestAnswer::Reject]);
    prop_oneof![
        2 => (pair(), to).prop_map(|((who, whom), to)| Step::Block { who, whom, to }),
        2 => (pair(), seconds)
            .prop_map(|((who, whom), seconds)| Step::Mute { who, whom, seconds }),
        1 => pair().prop_map(|(who, whom)| Step::Unmute { who, whom }),
        2 => (0..PEOPLE, any::<bool>()).prop_map(|(who, locked)| Step::Lock { who, locked }),
        3 => (pair(), answer).prop_map(|((who, whom), answer)| Step::Answer { who, whom, answer }),
        1 => pair().prop_map(|(who, whom)| Step::RemoveFollower { who, whom }),
        1 => Just(Step::Wait),
    ]
}

struct World {
    pipit: Pipit,
    people: Vec<Caller>,
    /// Of each, in their place, the one list.
    lists: Vec<ListId>,
    /// Every tweet ever posted, with its author.
    tweets: Vec<(TweetId, Caller)>,
    time: Arc<AtomicI64>,
    /// Of each person in their place, the one filter.
    filters: Vec<Option<(FilterId, &'static str, FilterAction)>>,
}

impl World {
    async fn new(app: &TestApp) -> Self {
        let (mut people, mut lists) = (Vec::new(), Vec::new());
        for n in 0..PEOPLE {
            let caller = person(&app.pipit, &format!("p{n}")).await;
            lists.push(app.pipit.create_list(caller, "list", None).await.expect("made").id);
            people.push(caller);
        }
        Self {
            pipit: app.pipit.clone(),
            people,
            lists,
            tweets: Vec::new(),
            time: app.time.clone(),
            filters: vec![None; PEOPLE],
        }
    }

    fn tweet(&self, which: usize) -> Option<(TweetId, Caller)> {
        self.tweets.get(which % self.tweets.len().max(1)).copied()
    }

    /// Does it; refusals (a tweet deleted before, oneself to follow) are part of life.
    async fn take(&mut self, step: &Step) {
        match *step {
            Step::Post { who, text, visibility } => self.post(who, text, None, visibility).await,
            Step::Reply { who, to } => {
                let to = self.tweet(to).map(|(id, _)| id);
                self.post(who, "an answer to @p1 #tag", to, None).await;
            }
            Step::Delete { which } => {
                if let Some((id, author)) = self.tweet(which) {
                    let _again = self.pipit.delete_tweet(author, id).await;
                }
            }
            Step::Like { who, which, to } => {
                if let Some((id, _)) = self.tweet(which) {
                    let _deleted = self.pipit.set_like(self.people[who], id, to).await;
                }
            }
            Step::Retweet { who, which, to } => {
                if let Some((id, _)) = self.tweet(which) {
                    let _deleted = self.pipit.set_retweet(self.people[who], id, to).await;
                }
            }
            Step::Bookmark { who, which, to } => {
                if let Some((id, _)) = self.tweet(which) {
                    let _deleted = self.pipit.set_bookmark(self.people[who], id, to).await;
                }
            }
            Step::Member { who, whom, to } => {
                let (caller, list) = (self.people[who], self.lists[who]);
                let user = UserRef::Id(self.people[whom].user_id);
                self.pipit.set_list_member(caller, list, &user, to).await.expect("changed");
            }
            Step::ReadNotifications { who } => {
                let told = self.pipit.notifications(self.people[who], &ALL, page(1, None)).await;
                if let Some(newest) = told.expect("read").items.first() {
                    let id = newest.notification.id.0;
                    self.pipit.read_notifications(self.people[who], id).await.expect("noted");
                }
            }
            Step::Filter { who, word, action, to } => {
                let caller = self.people[who];
                if let Some((id, ..)) = self.filters[who].take() {
                    self.pipit.delete_filter(caller, id).await.expect("deleted");
                }
                if to.is_set() {
                    let draft = draft(word, action, &[FilterContext::Home]);
                    let filter = self.pipit.create_filter(caller, draft, None).await;
                    self.filters[who] = Some((filter.expect("made").id, word, action));
                }
            }
            Step::Follow { who, whom, to } => {
                let user = UserRef::Id(self.people[whom].user_id);
                let _oneself = self.pipit.set_follow(self.people[who], &user, to).await;
            }
            _ => self.change_ties(step).await,
        }
    }

    async fn change_ties(&self, step: &Step) {
        let pipit = &self.pipit;
        let (me, user) = match *step {
            Step::Block { who, whom, .. }
            | Step::Mute { who, whom, .. }
            | Step::Unmute { who, whom }
            | Step::Answer { who, whom, .. }
            | Step::RemoveFollower { who, whom } => {
                (self.people[who], UserRef::Id(self.people[whom].user_id))
            }
            Step::Lock { who, locked } => {
                let edit = ProfileEdit { locked: Some(locked), ..ProfileEdit::default() };
                pipit.edit_profile(self.people[who], edit).await.expect("changed");
                return;
            }
            _ => {
                self.time.fetch_add(30_000, Ordering::Relaxed);
                return;
            }
        };
        // Of oneself all of it is refused, or changes nothing.
        let _oneself = match *step {
            Step::Block { to, .. } => pipit.set_block(me, &user, to).await,
            Step::Mute { seconds, .. } => pipit.mute(me, &user, seconds).await,
            Step::Unmute { .. } => pipit.unmute(me, &user).await,
            Step::Answer { answer, .. } => pipit.answer_follow_request(me, &user, answer).await,
            _ => pipit.remove_follower(me, &user).await,
        };
    }

    async fn post(
        &mut self,
        who: usize,
        content: &str,
        reply_to: Option<TweetId>,
        visibility: Option<Visibility>,
    ) {
        let author = self.people[who];
        let post = NewPost { content, reply_to, visibility, ..NewPost::default() };
        let posted = self.pipit.post_tweet(author, post, None).await;
        if let Ok(view) = posted {
            self.tweets.push((view.id(), author));
        }
    }

    /// Compares everything that can be read with the tables.
    async fn check(&self, pipit: &Pipit, db: &DatabaseConnection, limits: &[i64]) {
        let tables = Tables::read(db).await;
        let now = Timestamp(self.time.load(Ordering::Relaxed));
        let nobody = oracle::Reader { user_id: None, now };
        for (caller, filter) in self.people.iter().zip(&self.filters) {
            let matched = matched(db, *caller, *filter).await;
            let home = walk_home(pipit, *caller, limits).await;
            let found: Vec<i64> = home.iter().map(|view| view.id().0).collect();
            let all = oracle::home(db, caller.user_id, now).await;
            assert_eq!(found, matched.shown(all), "home of {caller:?}");
            for view in &home {
                let is_folded = view.folded_by.is_some();
                assert_eq!(is_folded, matched.folded.contains(&view.id().0), "{:?}", view.id());
            }
            for view in home.iter().map(TweetView::shown) {
                let id = view.id().0;
                let counts = view.card.counts;
                let seen = (counts.likes, counts.retweets, counts.replies);
                assert_eq!(seen, tables.counts[&id], "counts of {id}");
                let pair = (caller.user_id.0, id);
                assert_eq!(view.marks.liked, tables.likes.contains(&pair), "like of {pair:?}");
                let retweeted = tables.retweets.contains(&pair);
                assert_eq!(view.marks.retweeted, retweeted, "retweet of {pair:?}");
                let bookmarked = tables.bookmarks.contains(&pair);
                assert_eq!(view.marks.bookmarked, bookmarked, "bookmark of {pair:?}");
            }
            check_notifications(pipit, db, (*caller, now), limits).await;
        }
        let lists = self.lists.iter().zip(&self.filters);
        for (caller, (list, filter)) in self.people.iter().zip(lists) {
            let matched = matched(db, *caller, *filter).await;
            let found = walk_list(pipit, *caller, *list, limits).await;
            let owner = oracle::Reader { user_id: Some(caller.user_id), ..nobody };
            let all = oracle::list(db, owner, list.0).await;
            assert_eq!(found, matched.shown(all), "list of {caller:?}");
        }
        for caller in self.people.iter().copied().map(Some).chain([None]) {
            let user_id = caller.map(|caller| caller.user_id);
            let reader = oracle::Reader { user_id, ..nobody };
            for author in self.people.iter().map(|author| author.user_id) {
                let read = pipit.user_timeline(caller, author, Posts::All, page(100, None)).await;
                let expected = oracle::author(db, reader, author).await;
                assert_eq!(ids(&read.expect("read")), expected, "{author} for {caller:?}");
            }
            self.check_relationships(pipit, caller, &tables).await;
            self.check_written(pipit, caller, limits).await;
            let public = pipit.public_timeline(caller, page(100, None)).await.expect("read");
            assert_eq!(ids(&public), oracle::public(db, reader).await, "for {caller:?}");
            let tagged = pipit.hashtag_timeline(caller, "TAG", page(100, None)).await;
            let expected = oracle::hashtag(db, reader, "tag").await;
            assert_eq!(ids(&tagged.expect("read")), expected, "for {caller:?}");
        }
    }
}

impl World {
    /// What was written before is what would be written now.
    async fn check_written(&self, pipit: &Pipit, caller: Option<Caller>, limits: &[i64]) {
        let users = self.people.iter().map(|author| Asked::User(author.user_id, Posts::All));
        let home = caller.map(Asked::Home);
        for asked in users.chain(home).chain([Asked::Hashtag("tag"), Asked::Public]) {
            for limit in limits.iter().take(2) {
                let given = written(pipit, caller, asked, page(*limit, None)).await;
                let listed = pipit.listed(caller, asked, page(*limit, None)).await.expect("read");
                assert_eq!(given, format!("{listed:?}"), "{asked:?} for {caller:?}");
            }
        }
    }

    async fn check_relationships(&self, pipit: &Pipit, caller: Option<Caller>, tables: &Tables) {
        let Some(caller) = caller else { return };
        for other in self.people.iter().filter(|other| **other != caller) {
            let user = pipit.user(Some(caller), &UserRef::Id(other.user_id)).await.expect("read");
            let seen = user.relationship.expect("of somebody else");
            let pair = (caller.user_id.0, other.user_id.0);
            assert_eq!(seen.following, tables.follows.contains(&pair), "{pair:?}");
            let back = (pair.1, pair.0);
            assert_eq!(seen.followed_by, tables.follows.contains(&back), "{back:?}");
            assert_eq!(seen.requested, tables.requests.contains(&pair), "{pair:?}");
        }
    }
}

/// The entries that somebody's filter matches, by what it does: asked of the tables.
#[derive(Default)]
struct Matched {
    hidden: Vec<i64>,
    folded: Vec<i64>,
}

impl Matched {
    fn shown(&self, all: Vec<i64>) -> Vec<i64> {
        all.into_iter().filter(|id| !self.hidden.contains(id)).collect()
    }
}

async fn matched(
    db: &DatabaseConnection,
    caller: Caller,
    filter: Option<(FilterId, &'static str, FilterAction)>,
) -> Matched {
    let Some((_, word, action)) = filter else { return Matched::default() };
    // No text of this history has the word inside another one.
    let sql = format!(
        "SELECT t.id FROM tweets t LEFT JOIN tweets o ON o.id = t.retweet_of_id \
         WHERE COALESCE(o.user_id, t.user_id) <> {} \
         AND COALESCE(o.content, t.content) LIKE '%{word}%'",
        caller.user_id
    );
    let ids = oracle::ids(db, &sql).await;
    match action {
        FilterAction::Hide => Matched { hidden: ids, folded: Vec::new() },
        FilterAction::Warn => Matched { hidden: Vec::new(), folded: ids },
    }
}

/// What somebody is told, and how much of it they have not read, is what the tables say.
async fn check_notifications(
    pipit: &Pipit,
    db: &DatabaseConnection,
    (caller, now): (Caller, Timestamp),
    limits: &[i64],
) {
    let mut told = Vec::new();
    let mut after = None;
    for limit in limits.iter().cycle() {
        let listed = pipit.notifications(caller, &ALL, page(*limit, after)).await.expect("read");
        told.extend(listed.items.into_iter().map(|view| view.notification));
        after = listed.next;
        if after.is_none() {
            break;
        }
    }
    assert!(told.is_sorted_by(|a, b| a.id > b.id), "newest first, none twice");
    let read_up_to = pipit.read_positions(caller).await.expect("read").notifications;
    let unread = told.iter().filter(|it| it.id.0 > read_up_to).count();
    assert_eq!(pipit.unread_notifications(caller).await.expect("read"), unread.min(100));
    let tweet = |it: &Notification| it.tweet_id.map_or(0, |id| id.0);
    let mut told: Vec<(i64, i64, i64)> =
        told.iter().map(|it| (it.kind.code().into(), it.actor_id.0, tweet(it))).collect();
    told.sort_unstable();
    assert_eq!(told, oracle::notifications(db, caller.user_id, now).await, "of {caller:?}");
}

/// The relations, whole.
struct Tables {
    counts: HashMap<i64, (i64, i64, i64)>,
    likes: Vec<(i64, i64)>,
    retweets: Vec<(i64, i64)>,
    bookmarks: Vec<(i64, i64)>,
    follows: Vec<(i64, i64)>,
    requests: Vec<(i64, i64)>,
}

/// Reads a list's timeline to its end, page by page, with limits from a list that repeats.
async fn walk_list(pipit: &Pipit, caller: Caller, list: ListId, limits: &[i64]) -> Vec<i64> {
    let mut all = Vec::new();
    let mut after = None;
    for limit in limits.iter().cycle() {
        let listed = pipit.list_timeline(caller, list, page(*limit, after)).await.expect("read");
        all.extend(ids(&listed));
        after = listed.next;
        if after.is_none() {
            break;
        }
    }
    all
}

impl Tables {
    async fn read(db: &DatabaseConnection) -> Self {
        let column = async |sql: &str| oracle::ids(db, sql).await;
        let by_id = "FROM tweets ORDER BY id";
        let id = column(&format!("SELECT id {by_id}")).await;
        let likes = column(&format!("SELECT like_count {by_id}")).await;
        let retweets = column(&format!("SELECT retweet_count {by_id}")).await;
        let replies = column(&format!("SELECT reply_count {by_id}")).await;
        let counts = likes.into_iter().zip(retweets).zip(replies).map(|((l, rt), re)| (l, rt, re));
        let by_like = "FROM likes ORDER BY user_id, tweet_id";
        let who = column(&format!("SELECT user_id {by_like}")).await;
        let what = column(&format!("SELECT tweet_id {by_like}")).await;
        let by_bookmark = "FROM bookmarks ORDER BY user_id, tweet_id";
        let keepers = column(&format!("SELECT user_id {by_bookmark}")).await;
        let kept = column(&format!("SELECT tweet_id {by_bookmark}")).await;
        let by_retweet = "FROM tweets WHERE retweet_of_id IS NOT NULL ORDER BY id";
        let retweeters = column(&format!("SELECT user_id {by_retweet}")).await;
        let retweeted = column(&format!("SELECT retweet_of_id {by_retweet}")).await;
        Self {
            counts: id.into_iter().zip(counts).collect(),
            likes: who.into_iter().zip(what).collect(),
            retweets: retweeters.into_iter().zip(retweeted).collect(),
            bookmarks: keepers.into_iter().zip(kept).collect(),
            follows: pairs(db, "followers").await,
            requests: pairs(db, "follow_requests").await,
        }
    }
}

/// Who follows, or asks to follow, whom.
async fn pairs(db: &DatabaseConnection, table: &str) -> Vec<(i64, i64)> {
    let column = async |name: &str| {
        let order = "ORDER BY user_id, followed_user_id";
        oracle::ids(db, &format!("SELECT {name} FROM {table} {order}")).await
    };
    let (who, whom) = (column("user_id").await, column("followed_user_id").await);
    who.into_iter().zip(whom).collect()
}

/// Which caches are read after each step.
#[derive(Debug, Clone, Copy)]
enum Caches {
    /// Those of the core that wrote.
    Ample,
    /// The same, so small that they evict all the time.
    Tiny,
    /// Those of another core, opened for each look.
    Cold,
}

/// Two nodes take turns: what one has just been told, the other shows.
async fn history_of_two_nodes(backend: Backend, redis: &Redis, steps: &[Step], limits: &[i64]) {
    let app = TestApp::among_nodes(TestDb::new(backend).await, redis).await;
    let other = app.other_node(NodeNumber::Fixed(1), redis).await;
    let db = app.db.connect().await;
    let mut world = World::new(&app).await;
    for (n, step) in steps.iter().enumerate() {
        let (writes, reads) = if n % 2 == 0 { (&app.pipit, &other) } else { (&other, &app.pipit) };
        world.pipit = writes.clone();
        world.take(step).await;
        let position = writes.position().expect("it is not alone");
        reads.reach_position(&position).await;
        world.check(reads, &db, limits).await;
    }
    assert_eq!(oracle::wrong_counts(&db).await, [""; 0]);
    db.close().await.expect("closed");
    for pipit in [&other, &app.pipit] {
        pipit.close().await.expect("closed");
    }
}

fn run_two_nodes(backend: Backend, cases: u32) {
    let redis = Redis::start();
    run_histories(cases, &format!("two nodes on {backend:?}"), &async |steps, limits| {
        history_of_two_nodes(backend, &redis, steps, limits).await;
    });
}

fn run(backend: Backend, caches: Caches, cases: u32) {
    run_histories(cases, &format!("{backend:?} with {caches:?} caches"), &async |steps, limits| {
        history(backend, caches, steps, limits).await;
    });
}

fn run_histories(cases: u32, what: &str, history: &impl AsyncFn(&[Step], &[i64])) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let steps = prop::collection::vec(step(), 1..40);
    let limits = prop::collection::vec(1..30_i64, 1..5);
    let mut runner = TestRunner::new(Config { cases, ..Config::default() });
    let result = runner.run(&(steps, limits), |(steps, limits)| {
        runtime.block_on(history(&steps, &limits));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{what}: {error}");
    }
}

async fn history(backend: Backend, caches: Caches, steps: &[Step], limits: &[i64]) {
    let bytes = if matches!(caches, Caches::Tiny) { 40_000 } else { 16 << 20 };
    let app = TestApp::with_cache_bytes(backend, bytes).await;
    let db = app.db.connect().await;
    let mut world = World::new(&app).await;
    for (n, step) in steps.iter().enumerate() {
        world.take(step).await;
        match caches {
            Caches::Ample | Caches::Tiny => world.check(&app.pipit, &db, limits).await,
            // Opening a database takes a while; every seventh step is looked at.
            Caches::Cold if n % 7 == 0 => {
                let cold = app.cold_core().await;
                world.check(&cold, &db, limits).await;
                cold.close().await.expect("closed");
            }
            Caches::Cold => {}
        }
    }
    assert_eq!(oracle::wrong_counts(&db).await, [""; 0]);
    db.close().await.expect("closed");
    app.pipit.close().await.expect("closed");
}

#[test]
fn homes_equal_the_tables_with_warm_caches() {
    run(Backend::Sqlite, Caches::Ample, 24);
}

#[test]
fn homes_equal_the_tables_with_caches_that_evict() {
    run(Backend::Sqlite, Caches::Tiny, 16);
}

#[test]
fn homes_equal_the_tables_with_cold_caches() {
    run(Backend::Sqlite, Caches::Cold, 8);
}

#[test]
fn homes_equal_the_tables_on_every_server() {
    for backend in backends().into_iter().filter(|backend| *backend != Backend::Sqlite) {
        run(backend, Caches::Ample, 4);
        run(backend, Caches::Tiny, 2);
    }
}

#[test]
fn homes_equal_the_tables_on_the_other_of_two_nodes() {
    for backend in backends() {
        run_two_nodes(backend, if backend == Backend::Sqlite { 12 } else { 4 });
    }
}
