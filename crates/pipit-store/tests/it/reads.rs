//! Reads: stretches of timelines, threads, relations, sessions.

use pipit_model::event::{Event, Standing};
use pipit_model::{Clock, SessionId, TweetId, UserId};
use pipit_store::{
    Command, Device, Entries, FollowSide, NewTweet, Sealed, Session, SessionRow, Source,
};
use pipit_testkit::backends;

use crate::{Fixture, tweet};

#[tokio::test]
async fn each_database_understands_the_first_questions() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let before = f.store.statements();
        f.store.warm_up().await.expect("asked");
        assert!(f.store.statements() > before, "{backend:?}");
    }
}

#[tokio::test]
async fn stretches_are_newest_first_and_bounded_on_both_sides() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob) = (f.user("ann").await, f.user("bob").await);
        let mut ids = Vec::new();
        for n in 0..6 {
            let author = if n % 2 == 0 { ann } else { bob };
            let hashtags = vec!["x".to_owned()];
            ids.push(f.posted(NewTweet { hashtags, ..tweet(author) }).await);
        }
        let deleted = Command::Delete { tweet_id: ids[3], user_id: bob };
        f.store.write(deleted).await.expect("deleted");
        let hashtag = f.store.find_hashtag("x").await.expect("read").expect("there").id;
        let both = [ann, bob];
        for source in [Source::Authors(&both), Source::Hashtag(hashtag), Source::Public] {
            let list = async |from, before, limit| -> Vec<TweetId> {
                let entries = f.store.list_entries(source, from, before, limit).await;
                entries.expect("read").entries.into_iter().map(|entry| entry.id).collect()
            };
            assert_eq!(list(0, i64::MAX, 9).await, [ids[5], ids[4], ids[2], ids[1], ids[0]]);
            assert_eq!(list(ids[1].0, ids[5].0, 9).await, [ids[4], ids[2], ids[1]]);
            assert_eq!(list(0, i64::MAX, 2).await, [ids[5], ids[4]]);
        }
        let one = f.store.list_entries(Source::Authors(&[bob]), 0, i64::MAX, 9).await;
        assert_eq!(one.expect("read").entries.len(), 2);
        let none = f.store.list_entries(Source::Authors(&[]), 0, i64::MAX, 9).await;
        assert!(none.expect("read").entries.is_empty());
    }
}

/// Who follows thousands is served from the newest entries of everybody, as long as enough of them
/// are among these: the answer is the same, and says how far down it holds.
#[tokio::test]
async fn entries_of_thousands_are_found_wherever_they_are() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob) = (f.user("ann").await, f.user("bob").await);
        let posts = async |author, n| -> Vec<TweetId> {
            let posts = (0..n).map(|_| f.posted(tweet(author)));
            futures_util::future::join_all(posts).await
        };
        let old = posts(ann, 30).await;
        // More than are looked through for as many people.
        posts(bob, 2_100).await;
        let new = posts(ann, 3).await;
        let many: Vec<UserId> = (1..=1_000).map(UserId).chain([ann]).collect();
        let list = async |from, limit| {
            let source = Source::Authors(&many);
            f.store.list_entries(source, from, i64::MAX, limit).await.expect("read")
        };
        let ids = |entries: &Entries| -> Vec<TweetId> {
            entries.entries.iter().map(|entry| entry.id).collect()
        };
        let newest = |mut ids: Vec<TweetId>| {
            ids.sort_unstable_by_key(|id| std::cmp::Reverse(*id));
            ids
        };
        let (old, new) = (newest(old), newest(new));
        let few = list(0, 3).await;
        assert_eq!((ids(&few), few.from), (new.clone(), new[2].0));
        let near = list(0, 6).await;
        assert_eq!(ids(&near), new, "{backend:?}: three of six are worth the look");
        assert!(old[0].0 < near.from && near.from < new[2].0, "there may be more below");
        let far = list(0, 33).await;
        assert_eq!(ids(&far), [new.clone(), old].concat(), "too few are among the newest");
        let short = list(new[2].0 - 1, 33).await;
        assert_eq!((ids(&short), short.from), (new.clone(), new[2].0 - 1));
    }
}

#[tokio::test]
async fn threads_go_up_and_down() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        let mut chain = vec![f.post(ann, "root").await];
        for _ in 0..4 {
            let parent = chain.last().copied();
            chain.push(f.posted(NewTweet { reply_to: parent, ..tweet(ann) }).await);
        }
        let side = f.posted(NewTweet { reply_to: Some(chain[0]), ..tweet(ann) }).await;
        let up = f.store.list_ancestors(chain[4], 100).await.expect("read");
        assert_eq!(up, chain[..4]);
        let nearest = f.store.list_ancestors(chain[4], 2).await.expect("read");
        assert_eq!(nearest, chain[2..4]);
        let below = async |id, after, limit| -> Vec<TweetId> {
            let tweet = &f.store.get_tweets(&[id]).await.expect("read")[0];
            f.store.list_descendants(tweet, after, limit).await.expect("read")
        };
        assert_eq!(below(chain[0], 0, 100).await, [&chain[1..], &[side]].concat());
        assert_eq!(below(chain[0], chain[2].0, 2).await, chain[3..5]);
        assert_eq!(below(chain[2], 0, 100).await, chain[3..5]);
        assert_eq!(below(chain[2], chain[3].0, 1).await, chain[4..5]);
        let bob = f.user("bob").await;
        let answer = f.posted(NewTweet { reply_to: Some(chain[1]), ..tweet(bob) }).await;
        f.posted(NewTweet { reply_to: Some(answer), ..tweet(ann) }).await;
        let own = async |id| -> Vec<TweetId> {
            let tweet = &f.store.get_tweets(&[id]).await.expect("read")[0];
            f.store.list_own_chain(tweet).await.expect("read")
        };
        assert_eq!(own(chain[0]).await, [&chain[1..], &[side]].concat());
        assert_eq!(own(chain[2]).await, chain[3..5]);
        assert!(own(answer).await.is_empty(), "by somebody else");
        let deleted = Command::Delete { tweet_id: chain[3], user_id: ann };
        f.store.write(deleted).await.expect("deleted");
        assert_eq!(below(chain[2], 0, 100).await, chain[4..5], "below a tombstone");
        assert_eq!(own(chain[2]).await, chain[4..5], "below a tombstone");
        assert!(below(side, 0, 9).await.is_empty());
    }
}

#[tokio::test]
async fn relations_are_listed_newest_first() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob, cat) = (f.user("ann").await, f.user("bob").await, f.user("cat").await);
        f.follow(ann, cat, Standing::Set).await;
        f.follow(bob, cat, Standing::Set).await;
        f.follow(cat, ann, Standing::Set).await;
        let rows = f.store.list_follows(FollowSide::Followers, cat, i64::MAX, 9).await;
        let rows = rows.expect("read");
        assert_eq!(rows.iter().map(|(_, user)| *user).collect::<Vec<_>>(), [bob, ann]);
        let rest = f.store.list_follows(FollowSide::Followers, cat, rows[0].0, 9).await;
        assert_eq!(rest.expect("read"), rows[1..]);
        let following = f.store.list_follows(FollowSide::Following, cat, i64::MAX, 9).await;
        assert_eq!(following.expect("read")[0].1, ann);
        let seen = f.store.list_relationships(ann, &[bob, cat]).await.expect("read");
        assert_eq!((seen[0].following, seen[0].followed_by), (false, false));
        assert_eq!((seen[1].following, seen[1].followed_by), (true, true));

        let (old, new) = (f.post(ann, "old").await, f.post(ann, "new").await);
        for id in [new, old] {
            f.like(bob, id, Standing::Set).await.expect("liked");
        }
        let liked = f.store.list_liked(bob, 1).await.expect("read");
        assert_eq!((liked.tweet_ids.as_slice(), liked.floor), ([new].as_slice(), new.0));
        assert_eq!(f.store.list_liked(bob, 9).await.expect("read").floor, 0);
        let which = f.store.filter_liked(bob, &[old, TweetId(1)]).await.expect("read");
        assert_eq!(which, [old]);
        assert!(f.store.filter_retweeted(bob, &[old]).await.expect("read").is_empty());
    }
}

#[tokio::test]
async fn sessions_end_and_the_oldest_make_room() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        let now = Clock::System.now();
        for n in 1..=5 {
            let session = Session {
                id: SessionId(n),
                user_id: ann,
                created_at: now,
                expires_at: now.plus_secs(60),
                proved_at: now,
                grant: None,
            };
            let user_agent = Sealed { text: "sealed".to_owned(), key: 1 };
            let row = SessionRow { session, user_agent };
            let device = Device { hash: "one".to_owned(), notice: None };
            f.store.insert_session(row, device, 3, None).await.expect("begun");
        }
        let ids = async || -> Vec<i64> {
            let sessions = f.store.list_sessions(ann).await.expect("read");
            sessions.iter().map(|row| row.session.id.0).collect()
        };
        assert_eq!(ids().await, [5, 4, 3]);
        assert!(f.store.delete_session(SessionId(4), 1.into()).await.is_err(), "not theirs");
        f.store.delete_session(SessionId(4), ann).await.expect("ended");
        assert_eq!(ids().await, [5, 3]);
        let more = f.store.delete_expired(now.plus_secs(61), now).await.expect("cleaned");
        assert!(!more && ids().await.is_empty());
        let told = f.events.lock().expect("told");
        let ended = told.iter().filter(|event| matches!(event, Event::SessionEnded(_))).count();
        assert_eq!(ended, 5, "two made room, one was ended, two expired");
    }
}

#[tokio::test]
async fn keys_are_made_once() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let now = Clock::System.now();
        let sealed = |text: &str| Sealed { text: text.to_owned(), key: 1 };
        let first = f.store.get_or_insert_key("k", sealed("one"), now).await.expect("made");
        let second = f.store.get_or_insert_key("k", sealed("two"), now).await.expect("read");
        assert_eq!((&first, &second), (&sealed("one"), &sealed("one")));
    }
}
