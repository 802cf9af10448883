//! Tweets that wait for review, their pictures, and the rules that hold them.

use pipit_model::automod::{AutoRule, Condition, HeldState, HeldTweet, HitCounts, Mode};
use pipit_model::tweet::NewTweetTerms;
use pipit_model::{Clock, HeldId, MediaId, Timestamp, UserId};
use pipit_store::{Command, IdempotencyKey, NewTweet, Noted, StoreError};
use pipit_testkit::backends;

use crate::{Fixture, tweet};

fn now() -> Timestamp {
    Clock::System.now()
}

fn noted(kind: &'static str) -> Noted {
    Noted { actor: None, at: now(), kind, user_id: 0, subject: 0, detail: String::new() }
}

impl Fixture {
    fn held(&self, user_id: UserId, media: Vec<MediaId>) -> HeldTweet {
        HeldTweet {
            id: HeldId(self.ids.next(now())),
            user_id,
            content: "buy this 🐦".to_owned(),
            terms: NewTweetTerms { media, sensitive: true, ..NewTweetTerms::default() },
            why: "blocked-word: this".to_owned(),
            state: HeldState::Waiting,
            decided_at: None,
            reason: String::new(),
            tweet_id: None,
        }
    }

    async fn hold(&self, held: &HeldTweet, key: Option<IdempotencyKey>) -> Option<i64> {
        let stored = self.store.insert_held(held.clone(), key, noted("automod-hold")).await;
        stored.expect("held")
    }
}

#[tokio::test]
async fn pictures_wait_with_their_tweet_and_are_nobody_elses() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        let media = f.media(ann).await.id;
        let held = f.held(ann, vec![media]);
        assert_eq!(f.hold(&held, None).await, None);
        assert_eq!(f.store.find_held(held.id).await.expect("read"), Some(held.clone()));
        // A day later they are still there, though no other tweet may have them.
        let late = now().plus_secs(30 * 24 * 3600);
        assert!(f.store.list_expired_media(late, 9).await.expect("read").is_empty(), "{backend:?}");
        let other = NewTweet { media: vec![media], ..tweet(ann) };
        let refused = f.store.write(Command::Post(other.clone())).await;
        assert!(matches!(refused, Err(StoreError::NotFound("media"))));
        let twice = f.store.insert_held(f.held(ann, vec![media]), None, noted("x")).await;
        assert!(matches!(twice, Err(StoreError::NotFound("media"))));

        f.store.begin_approval(held.id).await.expect("begun");
        f.store.begin_approval(held.id).await.expect("and once more after a break");
        let author = f.store.get_users(&[ann]).await.expect("read").remove(0);
        let late = f.store.reject_held(&held, &author, "no".to_owned(), noted("x")).await;
        assert!(matches!(late, Err(StoreError::NotFound(_))));
        let id = f.posted(NewTweet { held: Some(held.id), sensitive: true, ..other }).await;
        f.store.end_approval(held.id, id, noted("approve-held")).await.expect("ended");
        let posted = f.store.get_tweets(&[id]).await.expect("read").remove(0);
        assert_eq!((posted.media[0].id, posted.sensitive), (media, true));
        assert!(f.store.list_held(i64::MAX, 9).await.expect("read").is_empty());
        let found = f.store.find_held(held.id).await.expect("read").expect("there");
        assert_eq!((found.state, found.tweet_id), (HeldState::Approved, Some(id)));
        f.store.delete_decided_held(now().plus_secs(1)).await.expect("forgotten");
        assert_eq!(f.store.find_held(held.id).await.expect("read"), None);
    }
}

#[tokio::test]
async fn what_is_rejected_or_whose_account_goes_leaves_no_pictures() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        let (first, second) = (f.media(ann).await.id, f.media(ann).await.id);
        let held = f.held(ann, vec![first]);
        f.hold(&held, None).await;
        f.hold(&f.held(ann, vec![second]), None).await;
        let author = f.store.get_users(&[ann]).await.expect("read").remove(0);
        let reject = f.store.reject_held(&held, &author, "no".to_owned(), noted("reject-held"));
        reject.await.expect("rejected");
        let expired = f.store.list_expired_media(now(), 9).await.expect("read");
        assert_eq!(expired.iter().map(|media| media.id).collect::<Vec<_>>(), [first]);
        let own = f.store.list_held_of(ann, 9).await.expect("read");
        assert_eq!(own.iter().map(|held| held.state.is_open()).collect::<Vec<_>>(), [true, false]);
        f.store.delete_user(&author, now()).await.expect("deleted");
        assert!(f.store.list_held_of(ann, 9).await.expect("read").is_empty());
        assert_eq!(f.store.list_expired_media(now(), 9).await.expect("read").len(), 2);
    }
}

#[tokio::test]
async fn a_request_holds_once_and_only_so_many_wait() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        let key = IdempotencyKey { key_hash: "a".repeat(64), request_hash: "b".repeat(64) };
        let held = f.held(ann, Vec::new());
        assert_eq!(f.hold(&held, Some(key.clone())).await, None);
        let again = f.hold(&f.held(ann, Vec::new()), Some(key)).await;
        assert_eq!(again, Some(held.id.0), "{backend:?}");
        for _ in 1..pipit_model::limits::HELD_PER_USER_MAX {
            f.hold(&f.held(ann, Vec::new()), None).await;
        }
        let more = f.store.insert_held(f.held(ann, Vec::new()), None, noted("x")).await;
        assert!(matches!(more, Err(StoreError::Limit(_))));
    }
}

#[tokio::test]
async fn rules_are_set_and_hits_add_up() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        assert!(f.store.list_auto_rules().await.expect("read").is_empty());
        let rule = AutoRule { mode: Mode::DryRun, ..AutoRule::usual(Condition::Profanity) };
        for rule in [AutoRule::usual(Condition::Profanity), rule] {
            f.store.set_auto_rule(rule, noted("automod-set")).await.expect("set");
        }
        assert_eq!(f.store.list_auto_rules().await.expect("read"), [rule], "{backend:?}");
        let (acted, dry) = (2, 3);
        for days in [0, 0, 5] {
            let at = now().plus_secs(-days * 24 * 3600);
            let counted = vec![(Condition::Profanity, HitCounts { acted, dry })];
            f.store.add_auto_hits(counted, at).await.expect("added");
        }
        let counts = f.store.count_auto_hits(now().plus_secs(-24 * 3600)).await.expect("read");
        assert_eq!(counts[&Condition::Profanity], HitCounts { acted: 4, dry: 6 });
    }
}
