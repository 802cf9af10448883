//! What people are told: each cause tells once, and what is taken back is told no longer.

use pipit_model::event::{Event, Standing};
use pipit_model::notification::NotificationKind::{
    self, Follow, Like, Mention, Quote, Reply, Retweet,
};
use pipit_model::read_position::{ReadPosition, ReadPositions};
use pipit_model::tweet::Mention as Mentioned;
use pipit_model::{TweetId, UserId};
use pipit_store::{Command, NewTweet};
use pipit_testkit::backends;

use crate::{Fixture, tweet};

impl Fixture {
    /// What somebody is told, oldest first: of what, by whom, and of which tweet.
    async fn told(&self, user_id: UserId) -> Vec<(NotificationKind, UserId, Option<TweetId>)> {
        let kinds = &NotificationKind::ALL;
        let all = self.store.list_notifications(user_id, kinds, (0, i64::MAX), 1000).await;
        let told = all.expect("read").into_iter().rev();
        told.map(|it| (it.kind, it.actor_id, it.tweet_id)).collect()
    }

    async fn retweet(&self, user_id: UserId, tweet_id: TweetId, to: Standing) {
        let command = Command::Retweet { user_id, tweet_id, to };
        self.store.write(command).await.expect("retweeted");
    }

    async fn read(&self, user_id: UserId, position: ReadPosition, last_id: i64) {
        let command = Command::Read { user_id, position, last_id };
        self.store.write(command).await.expect("noted");
    }
}

fn mentioning(author: UserId, who: &[(UserId, &str)]) -> NewTweet {
    let mentions = who
        .iter()
        .map(|(user_id, handle)| Mentioned { user_id: *user_id, handle_key: (*handle).to_owned() });
    NewTweet { mentions: mentions.collect(), ..tweet(author) }
}

#[tokio::test]
async fn each_cause_tells_once_and_only_others() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob, cy) = (f.user("ann").await, f.user("bob").await, f.user("cy").await);
        let all = [(ann, "ann"), (bob, "bob"), (cy, "cy")];
        let hi = f.posted(mentioning(ann, &all)).await;
        let answer = f.posted(NewTweet { reply_to: Some(hi), ..mentioning(bob, &all) }).await;
        for _ in 0..2 {
            f.like(bob, hi, Standing::Set).await.expect("liked");
            f.retweet(cy, hi, Standing::Set).await;
            f.follow(bob, ann, Standing::Set).await;
        }
        // Of what one does oneself nobody is told.
        f.like(ann, hi, Standing::Set).await.expect("liked");
        f.retweet(ann, hi, Standing::Set).await;
        f.posted(NewTweet { reply_to: Some(hi), ..mentioning(ann, &all[..1]) }).await;

        let expected = [
            (Reply, bob, Some(answer)),
            (Like, bob, Some(hi)),
            (Retweet, cy, Some(hi)),
            (Follow, bob, None),
        ];
        assert_eq!(f.told(ann).await, expected, "{backend:?}: the reply, not its mention");
        assert_eq!(f.told(bob).await, [(Mention, ann, Some(hi))]);
        let twice = [(Mention, ann, Some(hi)), (Mention, bob, Some(answer))];
        assert_eq!(f.told(cy).await, twice);
        let told = f.events.lock().expect("told").clone();
        let told = told.iter().filter(|event| matches!(event, Event::Notified(_))).count();
        assert_eq!(told, 7, "and each was announced once");
    }
}

#[tokio::test]
async fn who_is_quoted_is_told_once() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob, cy) = (f.user("ann").await, f.user("bob").await, f.user("cy").await);
        let hi = f.post(ann, "hi").await;
        let of = |who: UserId, all: &[(UserId, &str)]| NewTweet {
            quote_of: Some(hi),
            ..mentioning(who, all)
        };
        let quote = f.posted(of(bob, &[(ann, "ann"), (cy, "cy")])).await;
        assert_eq!(f.told(ann).await, [(Quote, bob, Some(quote))], "{backend:?}: no mention");
        assert_eq!(f.told(cy).await, [(Mention, bob, Some(quote))]);
        f.posted(of(ann, &[])).await;
        let both = f.posted(NewTweet { reply_to: Some(hi), ..of(cy, &[]) }).await;
        let told = [(Quote, bob, Some(quote)), (Reply, cy, Some(both))];
        assert_eq!(f.told(ann).await, told, "not of oneself, and the reply alone");
        let delete = Command::Delete { tweet_id: quote, user_id: bob };
        f.store.write(delete).await.expect("deleted");
        assert_eq!(f.told(ann).await, [(Reply, cy, Some(both))]);
        assert_eq!(f.told(cy).await, []);
    }
}

#[tokio::test]
async fn what_is_taken_back_is_told_no_longer() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob, cy) = (f.user("ann").await, f.user("bob").await, f.user("cy").await);
        let hi = f.post(ann, "hi").await;
        for to in [Standing::Set, Standing::Unset, Standing::Unset] {
            f.like(bob, hi, to).await.expect("liked");
            f.retweet(bob, hi, to).await;
            f.follow(bob, ann, to).await;
            let count = if to.is_set() { 3 } else { 0 };
            assert_eq!(f.told(ann).await.len(), count, "{backend:?} {to:?}");
        }
        f.like(bob, hi, Standing::Set).await.expect("liked");
        assert_eq!(f.told(ann).await, [(Like, bob, Some(hi))], "again, but once");

        let other = f.post(ann, "another").await;
        f.like(cy, other, Standing::Set).await.expect("liked");
        f.retweet(cy, hi, Standing::Set).await;
        let answer = mentioning(bob, &[(cy, "cy")]);
        let answer = f.posted(NewTweet { reply_to: Some(hi), ..answer }).await;
        assert_eq!((f.told(ann).await.len(), f.told(cy).await.len()), (4, 1));
        let delete = |tweet_id, user_id| f.store.write(Command::Delete { tweet_id, user_id });
        delete(answer, bob).await.expect("deleted");
        assert_eq!((f.told(ann).await.len(), f.told(cy).await.len()), (3, 0));
        delete(hi, ann).await.expect("deleted");
        assert_eq!(f.told(ann).await, [(Like, cy, Some(other))], "what was done to it went too");
    }
}

#[tokio::test]
async fn one_batch_tells_what_stands_at_its_end() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob, cy) = (f.user("ann").await, f.user("bob").await, f.user("cy").await);
        let (hi, doomed) = (f.post(ann, "hi").await, f.post(ann, "doomed").await);
        f.follow(cy, ann, Standing::Set).await;
        let (set, unset) = (Standing::Set, Standing::Unset);
        let like = |user_id, tweet_id, to| Command::Like { user_id, tweet_id, to };
        let follow = |user_id, to| Command::Follow { user_id, followed_user_id: ann, to };
        let commands = vec![
            like(bob, hi, set),
            like(bob, hi, unset),
            like(bob, hi, set),
            like(cy, hi, set),
            like(cy, hi, unset),
            // Stored before: taken back and given again.
            follow(cy, unset),
            follow(cy, set),
            follow(bob, set),
            follow(bob, unset),
            like(bob, doomed, set),
            Command::Retweet { user_id: cy, tweet_id: doomed, to: set },
            Command::Delete { tweet_id: doomed, user_id: ann },
        ];
        let mut writes = tokio::task::JoinSet::new();
        for command in commands {
            let store = f.store.clone();
            writes.spawn(async move { store.write(command).await.map(|_| ()) });
        }
        for outcome in writes.join_all().await {
            outcome.expect("done");
        }
        let expected = [(Like, bob, Some(hi)), (Follow, cy, None)];
        assert_eq!(f.told(ann).await, expected, "{backend:?}");
    }
}

#[tokio::test]
async fn mentions_are_found_below_any_number_of_likes() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob) = (f.user("ann").await, f.user("bob").await);
        let oldest = f.posted(mentioning(bob, &[(ann, "ann")])).await;
        for n in 0..30 {
            let id = f.post(ann, &format!("tweet {n}")).await;
            f.like(bob, id, Standing::Set).await.expect("liked");
        }
        let newest = f.posted(mentioning(bob, &[(ann, "ann")])).await;
        let list = async |kinds: &[NotificationKind], before, limit| {
            f.store.list_notifications(ann, kinds, (0, before), limit).await.expect("read")
        };
        let page = list(&NotificationKind::MENTIONS, i64::MAX, 1).await;
        assert_eq!(page[0].tweet_id, Some(newest));
        let page = list(&NotificationKind::MENTIONS, page[0].id.0, 5).await;
        assert_eq!(page.iter().map(|it| it.tweet_id).collect::<Vec<_>>(), [Some(oldest)]);
        assert_eq!(list(&NotificationKind::ALL, i64::MAX, 100).await.len(), 32);
        assert_eq!(list(&[], i64::MAX, 100).await.len(), 0);

        assert_eq!(f.store.delete_notifications_of(ann, 30).await.expect("deleted"), 30);
        assert_eq!(f.store.delete_notifications_of(ann, 30).await.expect("deleted"), 2);
        assert_eq!(f.store.delete_notifications_of(ann, 30).await.expect("nothing"), 0);
    }
}

#[tokio::test]
async fn places_move_forward_only_also_many_at_once() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob) = (f.user("ann").await, f.user("bob").await);
        f.read(ann, ReadPosition::Home, 5).await;
        f.events.lock().expect("told").clear();
        f.read(ann, ReadPosition::Home, 4).await;
        f.read(ann, ReadPosition::Home, 5).await;
        assert!(f.events.lock().expect("told").is_empty(), "{backend:?}");
        let mut writes = tokio::task::JoinSet::new();
        for n in 0..60_i64 {
            let store = f.store.clone();
            let user_id = if n % 2 == 0 { ann } else { bob };
            let position =
                if n % 3 == 0 { ReadPosition::Home } else { ReadPosition::Notifications };
            let command = Command::Read { user_id, position, last_id: n * 7 % 60 };
            writes.spawn(async move { store.write(command).await.map(|_| ()) });
        }
        for outcome in writes.join_all().await {
            outcome.expect("noted");
        }
        let highest = |wanted: fn(i64) -> bool| {
            (0..60).filter(|n| wanted(*n)).map(|n| n * 7 % 60).max().expect("some")
        };
        let of = async |user| f.store.find_read_positions(user).await.expect("read");
        let expected = ReadPositions {
            home: highest(|n| n % 2 == 0 && n % 3 == 0),
            notifications: highest(|n| n % 2 == 0 && n % 3 != 0),
        };
        assert_eq!(of(ann).await, expected, "{backend:?}");
        assert_eq!(of(bob).await.home, highest(|n| n % 2 == 1 && n % 3 == 0));
        f.store.delete_read_positions_of(ann).await.expect("deleted");
        assert_eq!(of(ann).await, ReadPositions::default());
    }
}
