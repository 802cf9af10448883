//! Search on every database: each finds what `pipit_model::search` says is to be found.

use pipit_model::search::{Attached, Query, Search, tokens};
use pipit_model::user::ProfileEdit;
use pipit_model::{Clock, TweetId, UserId};
use pipit_store::{Command, NewTweet};
use pipit_testkit::{Backend, TestDb, backends};
use sea_orm::ConnectionTrait;

use crate::{Fixture, tweet};

const TEXTS: [&str; 16] = [
    "Hello World, this is the first one #Rust",
    "hello again from @bob and about AI",
    "the world says hello back to you https://example.org/news",
    "Go is a language; so is C",
    "東京は日本の首都です #東京",
    "日本語の検索をためす",
    "한국에서 왔어요 #한국",
    "สวัสดีชาวโลก",
    "नमस्ते दुनिया #भारत",
    "مرحبا بالعالم، أحمد",
    "שלום עולם",
    "Ёлка и ёжик — Ελλάδα",
    "Crème brûlée, STRASSE und straße",
    "one two one two three two one",
    "don't stop! it's 'quoted' \"so\" 100% _under_score -minus",
    "a an and the of to in is it on",
];

const QUERIES: [&str; 46] = [
    "hello",
    "hello world",
    "\"hello world\"",
    "\"world hello\"",
    "\"world says hello\"",
    "HELLO -again",
    "hello -\"hello again\"",
    "hello -world -again",
    "#rust",
    "rust",
    "#RUST hello",
    "-#rust hello",
    "@bob",
    "bob",
    "from:ann",
    "from:bob hello",
    "from:ann -from:bob world",
    "-from:ann hello",
    "has:links",
    "hello -has:links",
    "has:media",
    "ai",
    "go",
    "c",
    "a",
    "the of",
    "\"is it on\"",
    "日本",
    "本日",
    "日本語",
    "検索",
    "東京",
    "#東京",
    "한국",
    "국에서",
    "ชาวโลก",
    "नमस्ते",
    "#भारत",
    "مَرْحَبًا",
    "احمد",
    "שָׁלוֹם",
    "елка",
    "creme BRULEE",
    "strasse",
    "\"one two three\"",
    "\"two one two\" -four example.org OR",
];

fn resolved(typed: &str, people: &[(&str, UserId)]) -> Search {
    let id = |handle: &str| people.iter().find(|(known, _)| *known == handle).map(|(_, id)| *id);
    Query::parse(typed).expect(typed).resolve(id).expect(typed)
}

#[tokio::test]
async fn every_operator_and_script_finds_the_same_everywhere() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob) = (f.user("ann").await, f.user("bob").await);
        let mut posted: Vec<(TweetId, Vec<String>)> = Vec::new();
        for (n, text) in TEXTS.iter().enumerate() {
            let author = if n % 3 == 1 { bob } else { ann };
            let id = f.post(author, text).await;
            posted.push((id, tokens(author, text, Attached::Nothing)));
        }
        posted.reverse();
        for typed in QUERIES {
            let search = resolved(typed, &[("ann", ann), ("bob", bob)]);
            let is_found = |(id, tokens): &&(TweetId, Vec<String>)| search.matches(tokens, id.0);
            let expected: Vec<_> = posted.iter().filter(is_found).map(|(id, _)| *id).collect();
            let found = f.store.search_tweets(&search, i64::MAX, 100).await.expect(typed);
            assert_eq!(found, expected, "{backend:?}: {typed}");
        }
        for typed in ["日本", "한국", "नमस्ते", "ชาวโลก", "احمد", "שלום", "ai", "the of"]
        {
            let found = f.store.search_tweets(&resolved(typed, &[]), i64::MAX, 9).await;
            assert!(!found.expect(typed).is_empty(), "{backend:?}: {typed}");
        }
    }
}

#[tokio::test]
async fn pages_dates_and_deletes() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        let mut ids = Vec::new();
        for n in 0..9 {
            ids.push(f.post(ann, &format!("needle {n}")).await);
        }
        ids.reverse();
        let search = resolved("needle", &[]);
        let mut walked = Vec::new();
        let mut before = i64::MAX;
        loop {
            let page = f.store.search_tweets(&search, before, 4).await.expect("read");
            let Some(last) = page.last() else { break };
            before = last.0;
            walked.extend(page);
        }
        assert_eq!(walked, ids, "{backend:?}");

        f.store.write(Command::Delete { tweet_id: ids[3], user_id: ann }).await.expect("deleted");
        f.store
            .write(Command::Retweet {
                user_id: ann,
                tweet_id: ids[0],
                to: pipit_model::event::Standing::Set,
            })
            .await
            .expect("retweeted");
        ids.remove(3);
        assert_eq!(f.store.search_tweets(&search, i64::MAX, 99).await.expect("read"), ids);
        let day = Clock::System.now().to_string();
        let today = day.split('T').next().expect("a date");
        for (typed, found) in [
            (format!("needle since:{today}"), 8),
            (format!("needle until:{today}"), 0),
            ("needle until:2020-01-01".to_owned(), 0),
            ("needle since:2020-01-01 until:2999-01-01".to_owned(), 8),
        ] {
            let search = resolved(&typed, &[]);
            let ids = f.store.search_tweets(&search, i64::MAX, 99).await.expect("read");
            assert_eq!(ids.len(), found, "{backend:?}: {typed}");
        }
    }
}

#[tokio::test]
async fn people_are_found_by_the_beginnings_of_their_words() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, anna) = (f.user("ann_lee").await, f.user("Anna").await);
        let find = async |prefixes: &[&str]| {
            let prefixes: Vec<String> = prefixes.iter().map(|p| (*p).to_owned()).collect();
            let mut found = f.store.search_people(&prefixes).await.expect("read");
            found.sort_unstable();
            found
        };
        assert_eq!(find(&["ann"]).await, [ann, anna], "{backend:?}");
        assert_eq!(find(&["ann_"]).await, [ann]);
        assert_eq!(find(&["le"]).await, [ann]);
        assert!(find(&["nn"]).await.is_empty() && find(&["annab"]).await.is_empty());
        let named = async |id: UserId, name: &str| {
            let user = f.store.get_users(&[id]).await.expect("read").pop().expect("there");
            let edit = ProfileEdit { name: Some(name.to_owned()), ..ProfileEdit::default() };
            f.store.set_profile(&user, edit).await.expect("renamed");
            user
        };
        named(anna, "Zoë Müller 山田").await;
        let user = named(anna, "Zoë Müller 山田").await;
        assert_eq!(find(&["zo", "mu"]).await, [anna]);
        assert_eq!(find(&["山", "田"]).await, [anna]);
        assert_eq!(find(&["anna"]).await, [anna]);
        assert!(find(&["zo", "le"]).await.is_empty());
        f.store.delete_user(&user, Clock::System.now()).await.expect("deleted");
        assert_eq!(find(&["ann"]).await, [ann]);
    }
}

#[tokio::test]
async fn hashtags_are_found_by_how_they_begin() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        let hashtags = ["rust", "rusty", "russia", "ru_x", "zürich", "東京都", "東"];
        let hashtags = hashtags.map(str::to_owned).to_vec();
        f.posted(NewTweet { hashtags, ..tweet(ann) }).await;
        let names = async |prefix: &str| {
            let found = f.store.search_hashtags(prefix).await.expect("read");
            found.into_iter().map(|hashtag| hashtag.name).collect::<Vec<_>>()
        };
        assert_eq!(names("rus").await, ["russia", "rust", "rusty"], "{backend:?}");
        assert_eq!(names("ru_").await, ["ru_x"]);
        assert_eq!(names("zü").await, ["zürich"]);
        assert_eq!(names("東").await, ["東", "東京都"]);
        assert!(names("RUS").await.is_empty() && names("%").await.is_empty());
    }
}

/// An older database, whose tweets and people nobody has indexed yet.
#[tokio::test]
async fn what_was_there_before_is_indexed_by_the_migration() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        let ids = [f.post(ann, "older needle").await, f.post(ann, "newer needle").await];
        f.store.close().await.expect("closed");
        let db = f.db.connect().await;
        // As it was before: no index, and no note that there is one.
        for statement in [
            "DROP TABLE tweet_search",
            "DROP TABLE user_words",
            "DELETE FROM seaql_migrations WHERE version = 'm0009_search'",
        ] {
            db.execute_unprepared(statement).await.expect(statement);
        }
        db.close().await.expect("closed");
        let store = reopen(&f.db).await;
        let search = resolved("needle", &[]);
        let found = store.search_tweets(&search, i64::MAX, 9).await.expect("read");
        assert_eq!(found, [ids[1], ids[0]], "{backend:?}");
        assert_eq!(store.search_people(&["an".to_owned()]).await.expect("read"), [ann]);
    }
}

async fn reopen(db: &TestDb) -> pipit_store::Store {
    let ids = std::sync::Arc::new(pipit_model::IdGenerator::new(0));
    let silent = std::sync::Arc::new(|_: &[pipit_model::event::Event]| {});
    pipit_store::Store::open(&db.url, Clock::System, ids, silent).await.expect("opened")
}

#[tokio::test]
async fn a_search_is_served_by_its_index() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        for n in 0..60 {
            let content = format!("needle {n} in a stack");
            let hashtags = vec![format!("tag{n}")];
            f.posted(NewTweet { content, hashtags, ..tweet(ann) }).await;
        }
        let db = f.db.connect().await;
        let plan = crate::plans::explain(&db, backend, tweets_query(backend)).await;
        let indexed = match backend {
            // In the order of the rows, so that a page ends where it is full: no sorting.
            Backend::Sqlite => {
                plan.contains("VIRTUAL TABLE INDEX") && !plan.contains("TEMP B-TREE")
            }
            Backend::Postgres => !plan.contains("Seq Scan"),
            Backend::MySql => plan.contains("fulltext tweet_search_words"),
        };
        assert!(indexed, "{backend:?}\n{plan}");

        let name = if backend == Backend::Postgres { "name COLLATE \"C\"" } else { "name" };
        let query = format!(
            "SELECT id, name, tweet_count FROM hashtags WHERE {name} >= 'tag5' \
             AND {name} < 'tag6' ORDER BY {name} LIMIT 500"
        );
        let plan = crate::plans::explain(&db, backend, &query).await;
        let indexed = match backend {
            Backend::Sqlite => plan.contains("SEARCH") && !plan.contains("TEMP B-TREE"),
            Backend::Postgres => !plan.contains("Seq Scan"),
            Backend::MySql => plan.contains("range hashtags_name"),
        };
        assert!(indexed, "{backend:?}\n{plan}");
    }
}

fn tweets_query(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => {
            "SELECT rowid FROM tweet_search WHERE tweet_search MATCH '\"xwneedle\"' \
             AND rowid >= 5 AND rowid < 900 ORDER BY rowid DESC LIMIT 20"
        }
        Backend::Postgres => {
            "SELECT tweet_id FROM tweet_search WHERE words @@ CAST('xwneedle' AS tsquery) \
             AND tweet_id >= 5 AND tweet_id < 900 ORDER BY tweet_id DESC LIMIT 20"
        }
        Backend::MySql => {
            "SELECT tweet_id FROM tweet_search FORCE INDEX (tweet_search_words) \
             WHERE MATCH (words) AGAINST ('+xwneedle' IN BOOLEAN MODE) \
             AND tweet_id >= 5 AND tweet_id < 900 ORDER BY tweet_id DESC LIMIT 20"
        }
    }
}
