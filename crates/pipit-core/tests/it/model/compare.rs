//! Everything that can be read, against the tables.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use pipit_core::{Asked, Caller, Pipit, Posts, TweetView};
use pipit_model::filter::FilterAction;
use pipit_model::notification::Notification;
use pipit_model::user::UserRef;
use pipit_model::{FilterId, ListId, Timestamp};
use pipit_testkit::oracle;
use sea_orm::DatabaseConnection;

use super::history::{ALL, World};
use crate::written::written;
use crate::{ids, page, walk_home};

impl World {
    /// Compares everything that can be read with the tables.
    pub(super) async fn check(&self, pipit: &Pipit, db: &DatabaseConnection, limits: &[i64]) {
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
