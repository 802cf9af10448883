//! The doctor: damage of each kind is planted, found, told with what to do, and mended where it can be.

use pipit_core::{Repair, examine};
use pipit_model::Clock;
use pipit_testkit::{Backend, backends};
use sea_orm::{ConnectionTrait, DatabaseConnection};

use crate::backup::findings;
use crate::town::{Lively, Town, other_keys};

/// Nobody and nothing has this id.
const NOBODY: i64 = 999;

async fn run(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Damage, and what is said of it.
type Damage = (String, &'static str);

fn wrong_counts(lively: &Lively) -> Vec<Damage> {
    let wrong = |table: &str, column: &str| {
        format!("UPDATE {table} SET {column} = {column} + 7 WHERE {column} > 0")
    };
    vec![
        (wrong("tweets", "like_count"), "tweets.like_count"),
        (wrong("tweets", "retweet_count"), "tweets.retweet_count"),
        (wrong("tweets", "reply_count"), "tweets.reply_count"),
        (
            format!("UPDATE tweets SET media_count = 2 WHERE id = {}", lively.pictured),
            "tweets.media_count",
        ),
        (wrong("users", "tweet_count"), "users.tweet_count"),
        (wrong("users", "follower_count"), "users.follower_count"),
        (wrong("users", "following_count"), "users.following_count"),
        (wrong("hashtags", "tweet_count"), "hashtags.tweet_count"),
        (wrong("lists", "member_count"), "lists.member_count"),
    ]
}

fn orphans(lively: &Lively) -> Vec<Damage> {
    let (ann, first, nobody) = (lively.ann.user_id, lively.first, NOBODY);
    vec![
        (
            format!("INSERT INTO likes (user_id, tweet_id, id) VALUES ({ann}, {nobody}, 1)"),
            "likes of",
        ),
        (
            format!("INSERT INTO likes (user_id, tweet_id, id) VALUES ({nobody}, {first}, 1)"),
            "likes of",
        ),
        (
            format!("INSERT INTO bookmarks (user_id, tweet_id, id) VALUES ({ann}, {nobody}, 1)"),
            "bookmarks",
        ),
        (
            format!(
                "INSERT INTO followers (user_id, followed_user_id, id) VALUES ({nobody}, {ann}, 1)"
            ),
            "follows of",
        ),
        (
            format!(
                "INSERT INTO notifications (user_id, kind, tweet_id, actor_id, id) VALUES ({ann}, 3, {nobody}, {ann}, 1)"
            ),
            "notifications",
        ),
        (
            format!(
                "INSERT INTO tweet_hashtags (hashtag_id, tweet_id) SELECT id, {nobody} FROM hashtags WHERE name = 'gone'"
            ),
            "hashtags of tweets",
        ),
        (
            format!(
                "INSERT INTO mentions (tweet_id, user_id, handle_key) VALUES ({nobody}, {ann}, 'ann')"
            ),
            "mentions in",
        ),
    ]
}

fn rarer_orphans(lively: &Lively) -> Vec<Damage> {
    let (ann, first, nobody) = (lively.ann.user_id, lively.first, NOBODY);
    vec![
        (
            format!("INSERT INTO list_members (list_id, user_id, id) VALUES ({nobody}, {ann}, 1)"),
            "members of lists",
        ),
        (
            format!(
                "INSERT INTO blocks (user_id, blocked_user_id, id) VALUES ({ann}, {nobody}, 1)"
            ),
            "blocks of",
        ),
        (
            format!(
                "INSERT INTO filter_keywords (filter_id, position, keyword, whole_word) VALUES ({nobody}, 0, 'x', 0)"
            ),
            "words of filters",
        ),
        (
            format!("INSERT INTO user_words (word, user_id) VALUES ('ghost', {nobody})"),
            "names of accounts",
        ),
        (
            format!("INSERT INTO recovery_codes (user_id, code_hash) VALUES ({nobody}, 'x')"),
            "recovery codes",
        ),
        (
            format!(
                "INSERT INTO tweets (id, user_id, timestamp, content, kind, conversation_id, retweet_of_id, \
                 retweet_of_user_id, like_count, retweet_count, reply_count) \
                 VALUES (5, {ann}, 0, '', 2, 5, {nobody}, {ann}, 0, 0, 0)"
            ),
            "retweets of",
        ),
        (
            format!("UPDATE media SET tweet_id = {nobody} WHERE tweet_id = {}", lively.pictured),
            "pictures of tweets",
        ),
        (format!("DELETE FROM tweet_search WHERE TWEET = {first}"), "no search finds"),
        (format!("DELETE FROM user_words WHERE user_id = {ann}"), "accounts that no search finds"),
    ]
}

#[tokio::test]
async fn what_can_be_mended_is_found_and_mended() {
    for backend in backends() {
        let town = Town::new(backend).await;
        let lively = town.fill().await;
        let settings = &town.settings;
        assert_eq!(findings(settings, Repair::No).await, [""; 0], "{backend:?}");
        let db = town.db.connect().await;
        let key = if backend == Backend::Sqlite { "rowid" } else { "tweet_id" };
        // All at once: what is found of one hides nothing of another.
        let damages = [wrong_counts(&lively), orphans(&lively), rarer_orphans(&lively)].concat();
        for (damage, _) in &damages {
            run(&db, &damage.replace("TWEET", key)).await;
        }
        let found = findings(settings, Repair::No).await;
        for (damage, told) in &damages {
            assert!(
                found.iter().any(|line| line.contains(told)),
                "{backend:?} {damage}: {found:?}"
            );
        }
        for line in findings(settings, Repair::Yes).await {
            assert!(!line.contains("mended: 0"), "{backend:?}: {line}");
        }
        assert_eq!(findings(settings, Repair::No).await, [""; 0], "{backend:?}");
        // Another thing that no search should find: a tweet whose text is gone.
        let forget = format!("UPDATE tweets SET deleted_at = 1 WHERE id = {}", lively.first);
        run(&db, &forget).await;
        let found = findings(settings, Repair::Yes).await;
        assert!(found.iter().any(|line| line.contains("a search finds")), "{found:?}");
        assert_eq!(findings(settings, Repair::No).await, [""; 0], "{backend:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_mended_is_told_and_left_alone() {
    for backend in backends() {
        let town = Town::new(backend).await;
        let lively = town.fill().await;
        let db = town.db.connect().await;
        let (first, ann) = (lively.first, lively.ann.user_id);
        let row = |id: i64, user: i64, reply_to: &str| {
            format!(
                "INSERT INTO tweets (id, user_id, timestamp, content, kind, conversation_id, \
                 reply_to_id, reply_to_user_id, like_count, retweet_count, reply_count, deleted_at) \
                 VALUES ({id}, {user}, 0, '', 1, {id}, {reply_to}, NULL, 0, 0, 0, 1)"
            )
        };
        let log = "UPDATE audit_log SET detail = 'nothing' WHERE seq = 1";
        let damages = [
            (row(5, NOBODY, "NULL"), "tweets of accounts", "DELETE FROM tweets WHERE id = 5"),
            (row(6, ann.0, "999"), "replies to tweets", "DELETE FROM tweets WHERE id = 6"),
        ];
        for (damage, told, undo) in damages {
            run(&db, &damage).await;
            let found = findings(&town.settings, Repair::Yes).await;
            assert!(found.len() == 1 && found[0].contains(told), "{backend:?}: {found:?}");
            assert!(found[0].contains("restore the newest backup"), "{found:?}");
            run(&db, undo).await;
        }
        let sealed = "UPDATE credentials SET email = 'AQAAAAFtYWRl' WHERE user_id = ";
        run(&db, &format!("{sealed}{ann}")).await;
        let found = findings(&town.settings, Repair::Yes).await;
        assert!(found.len() == 1 && found[0].contains("credentials.email"), "{found:?}");
        run(&db, &format!("DELETE FROM credentials WHERE user_id = {ann}")).await;
        run(&db, log).await;
        let found = findings(&town.settings, Repair::Yes).await;
        assert!(found.len() == 1 && found[0].contains("was changed"), "{backend:?}: {found:?}");
        assert!(lively.pipit.tweet(None, first).await.is_ok(), "nothing was deleted");
    }
}

#[tokio::test]
async fn another_ring_and_another_schema_are_told() {
    for backend in backends() {
        let mut town = Town::new(backend).await;
        town.fill().await;
        let right = std::mem::replace(&mut town.settings.keys, other_keys());
        let found = findings(&town.settings, Repair::Yes).await;
        let told = ["of the ring is another one", "credentials.email", "second_factors.secret"];
        for told in told {
            assert!(found.iter().any(|line| line.contains(told)), "{told}: {found:?}");
        }
        town.settings.keys = right;
        let db = town.db.connect().await;
        run(&db, "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 1)")
            .await;
        let found = findings(&town.settings, Repair::Yes).await;
        assert!(found.len() == 1 && found[0].contains("m9999_later"), "{backend:?}: {found:?}");
        run(&db, "DELETE FROM seaql_migrations WHERE version > 'm0016'").await;
        let found = findings(&town.settings, Repair::Yes).await;
        assert!(found.len() == 1 && found[0].contains("pipit migrate"), "{backend:?}: {found:?}");
    }
}

#[tokio::test]
async fn pictures_and_files_that_lack_each_other_are_told() {
    let town = Town::new(Backend::Sqlite).await;
    let lively = town.fill().await;
    let media = town.folder.path().join("media");
    // Files lie in folders by the first byte of their random names: in this one none of theirs does.
    let mut bytes = (0..=u8::MAX).map(|byte| format!("{byte:02x}"));
    let byte = bytes.find(|byte| !media.join(byte).exists()).expect("few pictures");
    let folder = media.join(&byte);
    std::fs::create_dir_all(&folder).expect("made");
    let stray = format!("{}.png", byte.repeat(16));
    let stray_file = folder.join(&stray);
    std::fs::write(&stray_file, b"stray").expect("written");
    let found = findings(&town.settings, Repair::No).await;
    assert!(found.len() == 1 && found[0].contains(&stray), "{found:?}");
    assert!(stray_file.exists(), "it was only looked");
    findings(&town.settings, Repair::Yes).await;
    assert!(!stray_file.exists(), "deleted");
    assert_eq!(findings(&town.settings, Repair::No).await, [""; 0]);

    // Most files there are of somebody else: it is the wrong place.
    for n in 0..20 {
        std::fs::write(folder.join(format!("{byte}{n:030x}.png")), b"stray").expect("written");
    }
    let found = findings(&town.settings, Repair::Yes).await;
    assert!(found.len() == 1 && found[0].contains("belong together"), "{found:?}");
    assert!(folder.join(format!("{byte}{:030x}.png", 0)).exists(), "none is deleted");
    std::fs::remove_dir_all(folder).expect("removed");

    let pictured = lively.pipit.tweet(None, lively.pictured).await.expect("there");
    let name = pictured.card.tweet().media[0].files.large_name();
    let file = media.join(&name[..2]).join(&name);
    let kept = std::fs::read(&file).expect("there");
    std::fs::remove_file(&file).expect("removed");
    let found = findings(&town.settings, Repair::Yes).await;
    assert!(found.len() == 1 && found[0].contains(&name), "{found:?}");
    std::fs::write(&file, kept).expect("put back");
    assert_eq!(findings(&town.settings, Repair::No).await, [""; 0], "and the row was left alone");
}

#[tokio::test]
async fn a_broken_database_is_told_and_nothing_in_it_is_mended() {
    let town = Town::new(Backend::Sqlite).await;
    let lively = town.fill().await;
    lively.pipit.close().await.expect("closed");
    let db = town.db.connect().await;
    run(&db, "UPDATE tweets SET like_count = 99").await;
    // An index that nobody knows of any more: its pages belong to nothing.
    run(&db, "PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE name = 'mentions_of'; PRAGMA writable_schema = OFF").await;
    db.close().await.expect("closed");
    let found = examine(&town.settings, Clock::System, Repair::Yes, &mut |_| {}).await;
    let found = found.expect("examined");
    let first = found.findings.first().expect("found");
    assert!(first.kind == "integrity" && first.advice.contains("restore"), "{first:?}");
    assert!(found.findings.iter().all(|finding| finding.mended == 0), "{found:?}");
    assert!(!found.unchecked.is_empty());
}

/// PostgreSQL looks at its indexes if it is given the means.
#[tokio::test]
async fn postgres_looks_at_its_indexes() {
    for backend in backends().into_iter().filter(|backend| *backend == Backend::Postgres) {
        let town = Town::new(backend).await;
        town.fill().await;
        let look = async || {
            let found = examine(&town.settings, Clock::System, Repair::No, &mut |_| {}).await;
            found.expect("examined")
        };
        assert!(look().await.unchecked[0].contains("amcheck"));
        run(&town.db.connect().await, "CREATE EXTENSION amcheck").await;
        let found = look().await;
        assert!(found.findings.is_empty() && found.unchecked.is_empty(), "{found:?}");
    }
}
