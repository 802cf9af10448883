//! Blocks, mutes, locked accounts: what they change of who follows whom, and what is announced.

use pipit_model::event::{Event, Standing};
use pipit_model::notification::NotificationKind;
use pipit_model::user::ProfileEdit;
use pipit_model::visibility::Visibility;
use pipit_model::{Clock, UserId};
use pipit_store::{Command, Mute, NewTweet, RequestAnswer, Source, StoreError};
use pipit_testkit::{backends, oracle};

use crate::{Fixture, tweet};

impl Fixture {
    async fn lock(&self, user_id: UserId, locked: bool) {
        let user = self.store.get_users(&[user_id]).await.expect("read").remove(0);
        let edit = ProfileEdit { locked: Some(locked), ..ProfileEdit::default() };
        self.store.set_profile(&user, edit).await.expect("changed");
    }

    async fn block(&self, user_id: UserId, blocked_user_id: UserId, to: Standing) {
        let command = Command::Block { user_id, blocked_user_id, to };
        self.store.write(command).await.expect("blocked");
    }

    async fn answer(&self, user_id: UserId, followed_user_id: UserId, answer: RequestAnswer) {
        let command = Command::AnswerRequest { user_id, followed_user_id, answer };
        self.store.write(command).await.expect("answered");
    }

    async fn kinds_told(&self, user_id: UserId) -> Vec<NotificationKind> {
        let kinds = &NotificationKind::ALL;
        let told = self.store.list_notifications(user_id, kinds, (0, i64::MAX), 100).await;
        told.expect("read").into_iter().map(|it| it.kind).collect()
    }

    async fn counts(&self, user_id: UserId) -> (i64, i64) {
        let counts = self.store.get_users(&[user_id]).await.expect("read")[0].counts;
        (counts.followers, counts.following)
    }
}

#[tokio::test]
async fn a_block_ends_follows_and_requests_of_both_and_refuses_new_ones() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob) = (f.user("ann").await, f.user("bob").await);
        f.follow(ann, bob, Standing::Set).await;
        f.lock(ann, true).await;
        f.follow(bob, ann, Standing::Set).await;
        assert_eq!(f.kinds_told(ann).await, [NotificationKind::FollowRequest]);
        f.events.lock().expect("told").clear();
        f.block(ann, bob, Standing::Set).await;
        f.block(ann, bob, Standing::Set).await;
        let events = f.events.lock().expect("told").clone();
        let count = |is: fn(&Event) -> bool| events.iter().filter(|event| is(event)).count();
        assert_eq!(count(|event| matches!(event, Event::Blocked { .. })), 1, "once");
        assert_eq!(count(|event| matches!(event, Event::Followed { .. })), 1);
        assert_eq!(count(|event| matches!(event, Event::FollowRequested { .. })), 1);
        assert_eq!((f.kinds_told(ann).await.len(), f.kinds_told(bob).await.len()), (0, 0));
        assert_eq!((f.counts(ann).await, f.counts(bob).await), ((0, 0), (0, 0)));
        for (user_id, followed_user_id) in [(ann, bob), (bob, ann)] {
            let command = Command::Follow { user_id, followed_user_id, to: Standing::Set };
            let refused = f.store.write(command).await;
            assert!(matches!(refused, Err(StoreError::Forbidden(_))), "{refused:?}");
        }
        let (of_ann, of_bob) =
            (f.store.find_tied(ann).await.expect("read"), f.store.find_tied(bob).await);
        assert_eq!((of_ann.blocks, of_ann.blocked_by), (vec![bob], vec![]));
        assert_eq!(of_bob.expect("read").blocked_by, [ann]);
        f.block(ann, bob, Standing::Unset).await;
        f.follow(ann, bob, Standing::Set).await;
        assert_eq!(f.counts(bob).await, (1, 0), "as if nothing had been");
        let db = f.db.connect().await;
        assert_eq!(oracle::wrong_counts(&db).await, [""; 0]);
    }
}

#[tokio::test]
async fn a_locked_account_is_asked() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob, cat) = (f.user("ann").await, f.user("bob").await, f.user("cat").await);
        f.lock(ann, true).await;
        for who in [bob, bob, cat] {
            f.follow(who, ann, Standing::Set).await;
        }
        assert_eq!(f.counts(ann).await, (0, 0), "asking is not following");
        let asking = f.store.list_follow_requests(ann, i64::MAX, 10).await.expect("read");
        assert_eq!(asking.iter().map(|(_, who)| *who).collect::<Vec<_>>(), [cat, bob]);
        let seen = f.store.list_relationships(bob, &[ann]).await.expect("read")[0];
        assert!(seen.requested && !seen.following && !seen.requested_by);
        let seen = f.store.list_relationships(ann, &[bob]).await.expect("read")[0];
        assert!(seen.requested_by && !seen.followed_by);

        f.answer(bob, ann, RequestAnswer::Accept).await;
        f.answer(bob, ann, RequestAnswer::Accept).await;
        f.answer(cat, ann, RequestAnswer::Reject).await;
        assert_eq!(f.counts(ann).await, (1, 0));
        assert_eq!(f.kinds_told(ann).await, [NotificationKind::Follow], "requests are answered");
        // Whoever does not ask is not made to follow.
        f.answer(cat, ann, RequestAnswer::Accept).await;
        assert_eq!(f.counts(ann).await, (1, 0));

        f.follow(cat, ann, Standing::Set).await;
        f.follow(cat, ann, Standing::Unset).await;
        assert!(f.store.list_follow_requests(ann, i64::MAX, 10).await.expect("read").is_empty());
        // One that waits when the account is unlocked becomes a follow when it is asked for again.
        f.follow(cat, ann, Standing::Set).await;
        f.lock(ann, false).await;
        assert_eq!(f.store.list_follow_requests(ann, i64::MAX, 10).await.expect("read").len(), 1);
        f.follow(cat, ann, Standing::Set).await;
        assert!(f.store.list_follow_requests(ann, i64::MAX, 10).await.expect("read").is_empty());
        assert_eq!(f.counts(ann).await, (2, 0));
        let db = f.db.connect().await;
        assert_eq!(oracle::wrong_counts(&db).await, [""; 0]);
    }
}

#[tokio::test]
async fn a_mute_is_made_anew_and_forgets_those_that_ended() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob, cat) = (f.user("ann").await, f.user("bob").await, f.user("cat").await);
        let now = Clock::System.now();
        let (soon, later) = (Some(now.plus_secs(60)), Some(now.plus_secs(600)));
        let mute = async |user_id, ends_at, relation, at| {
            let mute = Mute { user_id, ends_at };
            f.store.set_mute(ann, relation, mute, at).await.expect("muted");
        };
        mute(bob, None, 1, now).await;
        mute(bob, soon, 2, now).await;
        let tied = f.store.find_tied(ann).await.expect("read");
        assert_eq!(tied.mutes, [Mute { user_id: bob, ends_at: soon }]);
        mute(cat, later, 3, now.plus_secs(60)).await;
        let tied = f.store.find_tied(ann).await.expect("read");
        assert_eq!(tied.mutes, [Mute { user_id: cat, ends_at: later }]);
        assert_eq!(f.store.list_mutes(ann, i64::MAX, 10).await.expect("read"), [(3, cat)]);
        f.store.delete_mute(ann, cat).await.expect("unmuted");
        assert!(f.store.find_tied(ann).await.expect("read").mutes.is_empty());
        assert!(f.store.find_tied(cat).await.expect("read").blocked_by.is_empty(), "no trace");
    }
}

#[tokio::test]
async fn visibility_is_stored_and_passed_on() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob) = (f.user("ann").await, f.user("bob").await);
        let post = async |visibility| f.posted(NewTweet { visibility, ..tweet(ann) }).await;
        let mut ids = Vec::new();
        for visibility in Visibility::ALL {
            ids.push(post(visibility).await);
        }
        let mut tweets = f.store.get_tweets(&ids).await.expect("read");
        tweets.sort_by_key(|tweet| tweet.id);
        let stored: Vec<Visibility> = tweets.iter().map(|tweet| tweet.visibility).collect();
        assert_eq!(stored, Visibility::ALL);
        let public = f.store.list_entries(Source::Public, 0, i64::MAX, 10).await.expect("read");
        assert_eq!(public.entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), [ids[0]]);

        let retweet = |user_id, tweet_id| Command::Retweet { user_id, tweet_id, to: Standing::Set };
        let refused = f.store.write(retweet(bob, ids[2])).await;
        assert!(matches!(refused, Err(StoreError::Forbidden(_))), "{refused:?}");
        let quote = NewTweet { quote_of: Some(ids[2]), ..tweet(ann) };
        let refused = f.store.write(Command::Post(quote)).await;
        assert!(matches!(refused, Err(StoreError::Forbidden(_))), "{refused:?}");
        f.store.write(retweet(bob, ids[1])).await.expect("retweeted");
        f.store.write(retweet(ann, ids[2])).await.expect("one's own");
        for (who, visibility) in [(bob, Visibility::Unlisted), (ann, Visibility::Followers)] {
            let own = Source::Authors(&[who]);
            let newest = f.store.list_entries(own, 0, i64::MAX, 1).await.expect("read").entries[0];
            let retweet = f.store.get_tweets(&[newest.id]).await.expect("read").remove(0);
            assert_eq!(retweet.visibility, visibility, "as what it passes on");
        }
    }
}
