//! Reading while others write.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pipit_core::{NewPost, Pipit, TweetView};
use pipit_model::event::Standing;
use pipit_model::user::UserRef;
use pipit_testkit::{Backend, TestApp, oracle};

use crate::{ids, page, person, walk_home};

const WRITERS: usize = 6;
const POSTS: usize = 60;

/// While six people post, a reader who follows them all walks their home again and again. Every
/// walk must be all that was there below its first entry: no gap, nothing twice, in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_walk_has_no_gaps_while_others_post() {
    for bytes in [16 << 20, 60_000] {
        let app = TestApp::with_cache_bytes(Backend::Sqlite, bytes).await;
        let reader = person(&app.pipit, "reader").await;
        let mut writers = Vec::new();
        for n in 0..WRITERS {
            let writer = person(&app.pipit, &format!("writer{n}")).await;
            let user = UserRef::Id(writer.user_id);
            app.pipit.set_follow(reader, &user, Standing::Set).await.expect("followed");
            writers.push(writer);
        }
        let done = Arc::new(AtomicBool::new(false));
        let mut posting = tokio::task::JoinSet::new();
        for writer in writers {
            let pipit = app.pipit.clone();
            posting.spawn(async move { post_and_look(&pipit, writer).await });
        }
        let (pipit, finished) = (app.pipit.clone(), done.clone());
        #[expect(clippy::disallowed_methods, reason = "joined below")]
        let walking = tokio::spawn(async move {
            let mut walks = Vec::new();
            while !finished.load(Ordering::Relaxed) {
                let walk = walk_home(&pipit, reader, &[7, 3, 11]).await;
                walks.push(walk.iter().map(|view| view.id().0).collect::<Vec<_>>());
            }
            walks
        });
        posting.join_all().await;
        done.store(true, Ordering::Relaxed);
        let walks = walking.await.expect("walked");

        let all =
            oracle::home(&app.db.connect().await, reader.user_id, app.pipit.clock().now()).await;
        assert_eq!(all.len(), WRITERS * POSTS);
        assert!(walks.len() > 1);
        for walk in walks.iter().filter(|walk| !walk.is_empty()) {
            let start = all.iter().position(|id| *id == walk[0]).expect("a tweet that is there");
            assert_eq!(*walk, all[start..], "a walk has a gap");
        }
    }
}

/// Whoever posts sees it at once, first in their own home.
async fn post_and_look(pipit: &Pipit, writer: pipit_core::Caller) {
    for n in 0..POSTS {
        let content = format!("post {n}");
        let post = NewPost { content: &content, ..NewPost::default() };
        let id = pipit.post_tweet(writer, post, None).await.expect("posted").id().0;
        let home = pipit.home_timeline(writer, page(1, None)).await.expect("read");
        assert_eq!(ids(&home), [id], "read your own writes");
    }
}

/// Somebody who answers strangers all day does not end the timelines of those who follow them.
#[tokio::test]
async fn a_thousand_replies_to_strangers_hide_nothing_below_them() {
    for bytes in [16 << 20, 60_000] {
        let app = TestApp::with_cache_bytes(Backend::Sqlite, bytes).await;
        let (reader, bot) = (person(&app.pipit, "reader").await, person(&app.pipit, "bot").await);
        let stranger = person(&app.pipit, "stranger").await;
        let user = UserRef::Id(bot.user_id);
        app.pipit.set_follow(reader, &user, Standing::Set).await.expect("followed");
        let post = async |who, reply_to| {
            let post = NewPost { content: "text", reply_to, ..NewPost::default() };
            app.pipit.post_tweet(who, post, None).await.expect("posted").id()
        };
        let first = post(bot, None).await;
        let question = post(stranger, None).await;
        for _ in 0..1000 {
            post(bot, Some(question)).await;
        }
        for limit in [1, 20] {
            let walk = walk_home(&app.pipit, reader, &[limit]).await;
            assert_eq!(walk.iter().map(TweetView::id).collect::<Vec<_>>(), [first]);
        }
        let cold = app.cold_core().await;
        let walk = walk_home(&cold, reader, &[1]).await;
        assert_eq!(walk.len(), 1);
    }
}
