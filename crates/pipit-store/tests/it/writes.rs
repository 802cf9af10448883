//! Commands: what they change, that they change it once, and that counts are right.

use pipit_model::TweetId;
use pipit_model::event::{Event, Standing};
use pipit_model::tweet::{Kind, Mention};
use pipit_model::user::UserRef;
use pipit_store::{Command, IdempotencyKey, NewTweet, Outcome, StoreError};
use pipit_testkit::{backends, oracle};

use crate::{Fixture, new_user, tweet};

#[tokio::test]
async fn a_tweet_is_stored_with_its_hashtags_mentions_and_counts() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob) = (f.user("ann").await, f.user("bob").await);
        let first = f
            .posted(NewTweet {
                content: "hi @bob #Ai 🐦 \u{1F468}\u{200D}\u{1F469} 'quoted' \\ % _".to_owned(),
                hashtags: vec!["ai".to_owned(), "größe".to_owned()],
                mentions: vec![Mention { user_id: bob, handle_key: "bob".to_owned() }],
                ..tweet(ann)
            })
            .await;
        let reply = f.posted(NewTweet { reply_to: Some(first), ..tweet(bob) }).await;
        let mut stored = f.store.get_tweets(&[first, reply, TweetId(5)]).await.expect("read");
        stored.sort_by_key(|tweet| tweet.id);
        assert_eq!(stored.len(), 2);
        assert!(stored[0].content.contains('🐦') && stored[0].content.contains("\\ % _"));
        assert_eq!(stored[0].mentions.len(), 1);
        assert_eq!(stored[0].counts.replies, 1);
        assert_eq!(stored[1].kind, Kind::Reply { to: first, to_user: ann });
        assert_eq!(stored[1].conversation_id, first);
        assert_eq!(f.store.find_hashtag("ai").await.expect("read").expect("there").tweet_count, 1);
        assert!(f.store.find_hashtag("AI").await.expect("read").is_none(), "names are exact");
        assert!(f.store.find_hashtag("grosse").await.expect("read").is_none());

        f.store.write(Command::Delete { tweet_id: first, user_id: ann }).await.expect("deleted");
        let gone = &f.store.get_tweets(&[first]).await.expect("read")[0];
        assert!(gone.deleted && gone.content.is_empty() && gone.mentions.is_empty());
        assert_eq!(f.store.find_hashtag("ai").await.expect("read").expect("there").tweet_count, 0);
        let db = f.db.connect().await;
        assert_eq!(oracle::wrong_counts(&db).await, [""; 0]);
    }
}

#[tokio::test]
async fn likes_retweets_and_follows_stand_once() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob) = (f.user("ann").await, f.user("bob").await);
        let id = f.post(ann, "one").await;
        for to in [Standing::Set, Standing::Set, Standing::Unset, Standing::Unset, Standing::Set] {
            f.like(bob, id, to).await.expect("liked");
            f.follow(bob, ann, to).await;
            let retweet = Command::Retweet { user_id: bob, tweet_id: id, to };
            f.store.write(retweet).await.expect("retweeted");
            let set = i64::from(to.is_set());
            let counts = f.store.get_tweets(&[id]).await.expect("read")[0].counts;
            assert_eq!((counts.likes, counts.retweets), (set, set), "{backend:?} {to:?}");
            let users = f.store.get_users(&[ann]).await.expect("read");
            assert_eq!(users[0].counts.followers, set);
        }
        assert_eq!(oracle::wrong_counts(&f.db.connect().await).await, [""; 0]);
    }
}

#[tokio::test]
async fn what_is_not_there_or_not_ones_own_is_refused_and_changes_nothing() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob) = (f.user("ann").await, f.user("bob").await);
        let id = f.post(ann, "mine").await;
        f.events.lock().expect("told").clear();
        let nowhere = TweetId(77);
        let refused = [
            Command::Delete { tweet_id: id, user_id: bob },
            Command::Delete { tweet_id: nowhere, user_id: bob },
            Command::Like { user_id: bob, tweet_id: nowhere, to: Standing::Set },
            Command::Retweet { user_id: bob, tweet_id: nowhere, to: Standing::Set },
            Command::Follow { user_id: bob, followed_user_id: 7.into(), to: Standing::Set },
            Command::Post(NewTweet { reply_to: Some(nowhere), ..tweet(bob) }),
            Command::Post(tweet(7.into())),
        ];
        for command in refused {
            let error = f.store.write(command.clone()).await.expect_err("refused");
            let expected = matches!(error, StoreError::NotFound(_) | StoreError::Forbidden(_));
            assert!(expected, "{command:?}: {error}");
        }
        assert!(f.events.lock().expect("told").is_empty());
        assert_eq!(oracle::wrong_counts(&f.db.connect().await).await, [""; 0]);
    }
}

#[tokio::test]
async fn many_at_once_are_grouped_and_every_count_is_right() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let mut people = Vec::new();
        for n in 0..8 {
            people.push(f.user(&format!("user_{n}")).await);
        }
        let hot = f.post(people[0], "hot").await;
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..400_usize {
            let store = f.store.clone();
            let user_id = people[n % 8];
            let other = people[n / 8 % 8];
            let to = if n % 3 == 0 { Standing::Unset } else { Standing::Set };
            let command = match n % 5 {
                0 => Command::Post(NewTweet {
                    hashtags: vec![format!("tag{}", n % 7), "all".to_owned()],
                    reply_to: (n % 2 == 0).then_some(hot),
                    ..tweet(user_id)
                }),
                1 => Command::Like { user_id, tweet_id: hot, to },
                2 => Command::Retweet { user_id, tweet_id: hot, to },
                // One bad command among good ones.
                3 if n % 20 == 3 => Command::Delete { tweet_id: hot, user_id: people[1] },
                _ if user_id == other => continue,
                _ => Command::Follow { user_id, followed_user_id: other, to },
            };
            tasks.spawn(async move { store.write(command).await });
        }
        let outcomes = tasks.join_all().await;
        let refused = outcomes.iter().filter(|o| o.is_err()).count();
        assert_eq!(refused, 20, "{backend:?}: only the bad ones");
        let posted = outcomes.iter().filter(|o| matches!(o, Ok(Outcome::Posted(_)))).count();
        let all = f.store.find_hashtag("all").await.expect("read").expect("there");
        assert_eq!(all.tweet_count, posted as i64);
        assert_eq!(oracle::wrong_counts(&f.db.connect().await).await, [""; 0], "{backend:?}");
    }
}

#[tokio::test]
async fn the_same_key_posts_once_also_many_at_once() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        let key = |request: char| {
            Some(IdempotencyKey {
                key_hash: "k".repeat(64),
                request_hash: request.to_string().repeat(64),
            })
        };
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let store = f.store.clone();
            let new = NewTweet { idempotency: key('a'), ..tweet(ann) };
            tasks.spawn(async move { store.write(Command::Post(new)).await });
        }
        let mut ids: Vec<TweetId> = tasks
            .join_all()
            .await
            .into_iter()
            .map(|outcome| match outcome.expect("answered") {
                Outcome::Posted(tweet) => tweet.id,
                Outcome::Existing(id) => id,
                Outcome::Done => panic!("no tweet"),
            })
            .collect();
        ids.dedup();
        assert_eq!(ids.len(), 1);
        let other = NewTweet { idempotency: key('b'), ..tweet(ann) };
        let refused = f.store.write(Command::Post(other)).await;
        assert!(matches!(refused, Err(StoreError::KeyReused)));
    }
}

#[tokio::test]
async fn two_nodes_on_one_database_never_lose_a_count() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ids = std::sync::Arc::new(pipit_model::IdGenerator::new(1));
        let silent = std::sync::Arc::new(|_: &[Event]| {});
        let clock = pipit_model::Clock::System;
        let other = pipit_store::Store::open(&f.db.url, clock, ids, silent).await.expect("opened");
        let mut people = Vec::new();
        for n in 0..6 {
            people.push(f.user(&format!("user_{n}")).await);
        }
        let hot = f.post(people[0], "hot").await;
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..240_usize {
            let store = if n % 2 == 0 { f.store.clone() } else { other.clone() };
            let user_id = people[n / 2 % 6];
            let to = if n % 4 < 2 { Standing::Set } else { Standing::Unset };
            let command = match n % 3 {
                0 => Command::Like { user_id, tweet_id: hot, to },
                1 => Command::Post(NewTweet {
                    hashtags: vec![format!("tag{}", n % 5)],
                    reply_to: Some(hot),
                    ..tweet(user_id)
                }),
                _ if user_id == people[5] => continue,
                _ => Command::Follow { user_id, followed_user_id: people[5], to },
            };
            tasks.spawn(async move { store.write(command).await });
        }
        for outcome in tasks.join_all().await {
            outcome.unwrap_or_else(|error| panic!("{backend:?}: {error}"));
        }
        assert_eq!(oracle::wrong_counts(&f.db.connect().await).await, [""; 0], "{backend:?}");
        other.close().await.expect("closed");
    }
}

#[tokio::test]
async fn a_handle_and_an_address_belong_to_one_account() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        f.user("ann").await;
        let same_handle = new_user(1.into(), "ANN");
        let error = f.store.insert_user(same_handle).await.expect_err("taken");
        assert!(matches!(error, StoreError::Taken("handle")), "{backend:?}: {error:?}");
        let mut same_email = new_user(2.into(), "bob");
        same_email.email.keys = vec!["hash of ann".to_owned()];
        let error = f.store.insert_user(same_email).await.expect_err("taken");
        assert!(matches!(error, StoreError::Taken("email")), "{backend:?}: {error:?}");
        assert!(f.store.get_users(&[2.into()]).await.expect("read").is_empty(), "all or nothing");
        assert!(matches!(UserRef::parse("ann"), Some(UserRef::HandleKey(_))));
    }
}
