//! Every query of the hot path is served by an index: asked of each database, on tables with rows.

use pipit_testkit::{Backend, backends};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, TransactionTrait};

use crate::{Fixture, tweet};
use pipit_model::event::Standing;
use pipit_store::NewTweet;

/// The hot queries with sample values, as the store sends them.
const HOT: &[&str] = &[
    "SELECT t.id FROM tweets t WHERE t.user_id = 1 AND t.id >= 5 AND t.id < 900 \
     AND t.deleted_at IS NULL ORDER BY t.id DESC LIMIT 20",
    "SELECT id, user_id FROM tweets WHERE retweet_of_id = 1 AND id < 900 ORDER BY id DESC LIMIT 20",
    "SELECT t.id FROM tweets t WHERE t.kind = 0 AND t.visibility = 0 AND t.id >= 5 \
     AND t.id < 900 AND t.deleted_at IS NULL ORDER BY t.id DESC LIMIT 20",
    "SELECT t.id FROM tweet_hashtags h JOIN tweets t ON t.id = h.tweet_id WHERE h.hashtag_id = 1 \
     AND h.tweet_id >= 5 AND h.tweet_id < 900 AND t.deleted_at IS NULL \
     ORDER BY h.tweet_id DESC LIMIT 20",
    "SELECT id, user_id FROM tweets WHERE id >= 5 AND id < 900 ORDER BY id DESC LIMIT 1 OFFSET 19",
    "SELECT * FROM tweets WHERE id IN (1, 2, 3)",
    "SELECT tweet_id, user_id, handle_key FROM mentions WHERE tweet_id IN (1, 2)",
    "SELECT * FROM users WHERE id IN (1, 2)",
    "SELECT handle_key, id FROM users WHERE deleted_at IS NULL AND handle_key IN ('a', 'b')",
    "SELECT followed_user_id FROM followers WHERE user_id = 1",
    "SELECT tweet_id FROM likes WHERE user_id = 1 ORDER BY tweet_id DESC LIMIT 1000",
    "SELECT retweet_of_id FROM tweets WHERE user_id = 1 AND retweet_of_id IS NOT NULL \
     ORDER BY retweet_of_id DESC LIMIT 1000",
    "SELECT id, name, tweet_count FROM hashtags WHERE name IN ('a', 'b')",
    "SELECT id, reply_to_id, deleted_at FROM tweets WHERE conversation_id = 5 \
     AND reply_to_id IS NOT NULL AND id > 7 ORDER BY id LIMIT 20",
    "SELECT id, user_id FROM followers WHERE followed_user_id = 1 AND id < 900 \
     ORDER BY id DESC LIMIT 20",
    "SELECT tweet_id FROM bookmarks WHERE user_id = 1 ORDER BY tweet_id DESC LIMIT 1000",
    "SELECT id, tweet_id FROM bookmarks WHERE user_id = 1 AND id < 900 ORDER BY id DESC LIMIT 20",
    "SELECT id, user_id, name, created_at, member_count FROM lists WHERE user_id = 1 \
     ORDER BY id DESC",
    "SELECT user_id FROM list_members WHERE list_id = 1",
    "SELECT id, user_id FROM list_members WHERE list_id = 1 AND id < 900 ORDER BY id DESC LIMIT 20",
    "SELECT list_id FROM list_members WHERE user_id = 1 AND list_id IN (1, 2)",
    "SELECT h.id, h.name, h.tweet_count FROM hashtag_follows f \
     JOIN hashtags h ON h.id = f.hashtag_id WHERE f.user_id = 1 ORDER BY f.id DESC",
    "SELECT h.tweet_id, t.user_id, h.hashtag_id FROM tweet_hashtags h \
     JOIN tweets t ON t.id = h.tweet_id WHERE h.tweet_id >= 5 ORDER BY h.tweet_id DESC LIMIT 20",
    "SELECT followed_user_id FROM followers WHERE user_id = 1 ORDER BY id DESC LIMIT 50",
    "SELECT w.user_id FROM user_words w WHERE w.word >= 'user_1' AND w.word < 'user_10' \
     AND EXISTS (SELECT 1 FROM user_words o WHERE o.user_id = w.user_id AND o.word >= '1' \
     AND o.word < '1z') ORDER BY w.word, w.user_id LIMIT 500",
    "SELECT id FROM lists WHERE id IN (1, 2) ORDER BY id",
    "SELECT * FROM media WHERE tweet_id IN (1, 2) ORDER BY tweet_id, position",
    "SELECT DISTINCT tweet_id FROM media WHERE user_id = 1 AND tweet_id < 900 \
     ORDER BY tweet_id DESC LIMIT 20",
    "SELECT * FROM media WHERE expires_at > 0 AND expires_at <= 900 ORDER BY expires_at LIMIT 20",
    "SELECT id, tweet_id FROM likes WHERE user_id = 1 AND id < 900 ORDER BY id DESC LIMIT 20",
    "SELECT id, kind, actor_id, tweet_id FROM notifications WHERE user_id = 1 AND kind = 3 \
     AND id > 5 AND id < 900 ORDER BY id DESC LIMIT 20",
    "SELECT name, last_id FROM read_positions WHERE user_id = 1",
    "DELETE FROM notifications WHERE user_id = 1 AND kind = 3 AND tweet_id = 5",
    "SELECT id FROM sessions WHERE token_hash = 'a'",
    "SELECT id, fixed FROM passkeys WHERE credential_hash = 'a'",
    "SELECT id, fixed FROM passkeys WHERE user_id = 1 ORDER BY id LIMIT 20",
    "SELECT s.id, a.name FROM sessions s JOIN apps a ON a.id = s.app_id WHERE s.user_id = 1 \
     ORDER BY s.id DESC",
    "SELECT id FROM sessions WHERE app_id = 1 AND user_id = 0 ORDER BY id DESC LIMIT 20 OFFSET 9",
    "SELECT id FROM apps WHERE expires_at <= 900 LIMIT 20",
    "SELECT code_hash FROM oauth_codes WHERE expires_at < 900 LIMIT 20",
    "DELETE FROM oauth_codes WHERE user_id = 1",
    "SELECT id FROM users WHERE state = 1 ORDER BY id DESC LIMIT 20",
    "SELECT id, comment FROM reports WHERE state = 0 AND id < 900 ORDER BY id DESC LIMIT 20",
    "SELECT id FROM reports WHERE state = 0 AND assignee_id = 1 AND id < 900 ORDER BY id DESC LIMIT 20",
    "SELECT COUNT(*) FROM reports WHERE reporter_id = 1 AND id > 5",
    "SELECT state, COUNT(*) FROM reports WHERE user_id = 1 GROUP BY state",
    "SELECT a.id, p.text FROM moderation_actions a LEFT JOIN appeals p ON p.action_id = a.id \
     WHERE a.user_id = 1 ORDER BY a.id DESC LIMIT 20",
    "SELECT a.id, p.text FROM moderation_actions a LEFT JOIN appeals p ON p.action_id = a.id \
     WHERE p.state = 0 AND p.action_id < 900 ORDER BY p.action_id DESC LIMIT 20",
    "SELECT seq FROM audit_log WHERE user_id = 1 AND seq < 900 ORDER BY seq DESC LIMIT 20",
    "SELECT id, text FROM moderation_notes WHERE user_id = 1 ORDER BY id DESC LIMIT 20",
    "SELECT id FROM users WHERE id > 1 ORDER BY id LIMIT 20",
    "SELECT id, title FROM filters WHERE user_id = 1 ORDER BY id DESC",
    "SELECT filter_id, keyword FROM filter_keywords WHERE filter_id IN (1, 2) \
     ORDER BY filter_id, position",
    "SELECT conversation_id FROM conversation_mutes WHERE user_id = 1",
    "SELECT id, kind, actor_id, tweet_id, user_id FROM notifications WHERE user_id IN (1, 2) \
     AND kind IN (1, 2, 3) AND id < 900 LIMIT 20",
    "SELECT n.id, COALESCE(t.visibility, 0) FROM notifications n \
     LEFT JOIN tweets t ON t.id = n.tweet_id WHERE n.user_id = 1 AND n.kind = 1 \
     AND n.id > 5 AND n.id < 900 ORDER BY n.id DESC LIMIT 20",
    "SELECT blocked_user_id FROM blocks WHERE user_id = 1",
    "SELECT user_id FROM blocks WHERE blocked_user_id = 1",
    "SELECT muted_user_id, ends_at FROM mutes WHERE user_id = 1",
    "SELECT id, user_id FROM follow_requests WHERE followed_user_id = 1 AND id < 900 \
     ORDER BY id DESC LIMIT 20",
];

#[tokio::test]
async fn no_hot_query_reads_a_whole_table() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        fill(&f).await;
        let db = f.db.connect().await;
        prepare(&db, backend).await;
        for query in HOT {
            let plan = explain(&db, backend, query).await;
            let scans = match backend {
                // "SEARCH … USING" is an index; "SCAN" is the table.
                Backend::Sqlite => plan.contains("SCAN"),
                Backend::Postgres => plan.contains("Seq Scan"),
                Backend::MySql => plan.split_whitespace().any(|word| word == "ALL"),
            };
            assert!(!scans, "{backend:?} reads a whole table for\n{query}\n{plan}");
        }
        // Pairs of keys, in the form that each takes.
        let values = if backend == Backend::MySql { "" } else { "VALUES " };
        for (table, columns) in [
            ("likes", "user_id, tweet_id"),
            ("followers", "user_id, followed_user_id"),
            ("follow_requests", "user_id, followed_user_id"),
            ("blocks", "user_id, blocked_user_id"),
            ("tweets", "user_id, retweet_of_id"),
            ("tweet_hashtags", "hashtag_id, tweet_id"),
            ("conversation_mutes", "user_id, conversation_id"),
            ("notifications", "user_id, kind, tweet_id"),
            ("notifications", "user_id, kind, tweet_id, actor_id"),
        ] {
            let pair = |n: i32| vec![n.to_string(); columns.split(',').count()].join(",");
            let pairs = (1..5).map(|n| format!("({})", pair(n))).collect::<Vec<_>>().join(",");
            let query = format!("SELECT * FROM {table} WHERE ({columns}) IN ({values}{pairs})");
            let plan = explain(&db, backend, &query).await;
            // The list itself is scanned, the table is not.
            let scans = match backend {
                Backend::Sqlite => plan.contains(&format!("SCAN {table}")),
                Backend::Postgres => plan.contains(&format!("Seq Scan on {table}")),
                Backend::MySql => plan.lines().any(|line| line.starts_with("ALL")),
            };
            assert!(!scans, "{backend:?} reads a whole table for\n{query}\n{plan}");
        }
    }
}

/// With many authors, and knowing nothing of its tables, each database must go author by author.
#[tokio::test]
async fn entries_of_many_authors_are_read_by_their_index() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        fill(&f).await;
        let db = f.db.connect().await;
        prepare(&db, backend).await;
        let indexed = match backend {
            Backend::Sqlite => "INDEXED BY tweets_author",
            Backend::Postgres => "",
            Backend::MySql => "FORCE INDEX (tweets_author)",
        };
        let authors = (1..=2000).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        let authors = match backend {
            Backend::Sqlite => format!("SELECT value FROM json_each('[{authors}]')"),
            Backend::Postgres => format!("SELECT unnest(CAST('{{{authors}}}' AS bigint[]))"),
            Backend::MySql => format!(
                "SELECT j.id FROM JSON_TABLE('[{authors}]', '$[*]' COLUMNS (id bigint PATH '$')) j"
            ),
        };
        let once = if backend == Backend::MySql { "" } else { "MATERIALIZED" };
        let query = format!(
            "WITH authors(id) AS ({authors}), newest AS {once} (SELECT u.id AS author, (SELECT a.id FROM tweets a {indexed} \
             WHERE a.user_id = u.id AND a.id >= 5 AND a.id < 900 \
             ORDER BY a.id DESC LIMIT 1) AS id FROM authors u), \
             bound AS (SELECT COALESCE((SELECT n.id FROM newest n WHERE n.id IS NOT NULL \
             ORDER BY n.id DESC LIMIT 1 OFFSET 20), 5) AS id) \
             SELECT t.id FROM bound b CROSS JOIN newest n CROSS JOIN tweets t {indexed} \
             WHERE n.id >= b.id AND t.user_id = n.author AND t.id >= b.id AND t.id < 900 \
             AND t.id >= COALESCE((SELECT o.id FROM tweets o {indexed} WHERE o.user_id = n.author \
             AND o.id >= b.id AND o.id < 900 ORDER BY o.id DESC \
             LIMIT 1 OFFSET 20), b.id) ORDER BY t.id DESC LIMIT 21"
        );
        let plan = explain(&db, backend, &query).await;
        let by_author = match backend {
            Backend::Sqlite => [
                "SEARCH a USING COVERING INDEX tweets_author (user_id=? AND id>? AND id<?)",
                "SEARCH t USING COVERING INDEX tweets_author (user_id=? AND id>? AND id<?)",
                "SEARCH o USING COVERING INDEX tweets_author (user_id=? AND id>? AND id<?)",
            ]
            .iter()
            .all(|step| plan.contains(step)),
            Backend::Postgres => !plan.contains("Seq Scan"),
            Backend::MySql => plan.matches("tweets_author").count() >= 3,
        };
        assert!(by_author, "{backend:?}\n{plan}");
    }
}

async fn fill(f: &Fixture) {
    let mut people = Vec::new();
    for n in 0..20 {
        people.push(f.user(&format!("user_{n}")).await);
    }
    for n in 0..200_usize {
        let hashtags = vec![format!("tag{}", n % 20)];
        let id = f.posted(NewTweet { hashtags, ..tweet(people[n % 20]) }).await;
        f.like(people[n % 7], id, Standing::Set).await.expect("liked");
        let muted = f.store.set_conversation_mute(people[n % 7], (n as i64, id), Standing::Set);
        muted.await.expect("muted");
        let other = people[(n + n / 20 + 1) % 20];
        if other != people[n % 20] {
            f.follow(people[n % 20], other, Standing::Set).await;
        }
    }
}

/// Tells the planner what it would know of a large table: on a few hundred rows reading all of them
/// is simply cheaper.
async fn prepare(db: &DatabaseConnection, backend: Backend) {
    let statements: &[&str] = match backend {
        // Nobody analyses an embedded database: it plans for a large one it knows nothing of.
        Backend::Sqlite => &[],
        Backend::Postgres => &["ANALYZE"],
        Backend::MySql => {
            &["ANALYZE TABLE tweets, users, followers, likes, hashtags, tweet_hashtags, mentions, \
               bookmarks, lists, list_members, hashtag_follows, user_words, notifications, \
               read_positions, media, reports, moderation_actions, appeals, audit_log, \
               moderation_notes, filters, filter_keywords, conversation_mutes, blocks, mutes, \
               follow_requests"]
        }
    };
    for statement in statements {
        db.execute_unprepared(statement).await.expect("analysed");
    }
}

pub(super) async fn explain(db: &DatabaseConnection, backend: Backend, query: &str) -> String {
    // One connection for both statements.
    let tx = db.begin().await.expect("begun");
    let explain = match backend {
        Backend::Sqlite => "EXPLAIN QUERY PLAN",
        Backend::Postgres => {
            // A planner that would rather not scan does so only if it has no other way.
            tx.execute_unprepared("SET LOCAL enable_seqscan = off").await.expect("set");
            "EXPLAIN"
        }
        Backend::MySql => "EXPLAIN",
    };
    let statement = Statement::from_string(db.get_database_backend(), format!("{explain} {query}"));
    let rows = tx.query_all_raw(statement).await.expect("explained");
    tx.rollback().await.expect("ended");
    let column =
        |row: &sea_orm::QueryResult, n| row.try_get_by_index::<String>(n).unwrap_or_default();
    rows.iter()
        .map(|row| match backend {
            Backend::Sqlite => column(row, 3),
            Backend::Postgres => column(row, 0),
            // The columns "type" and "key".
            Backend::MySql => format!("{} {}", column(row, 3), column(row, 5)),
        })
        .collect::<Vec<_>>()
        .join("\n")
}
