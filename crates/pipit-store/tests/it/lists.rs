//! What a reader keeps for themselves: bookmarks, lists, followed hashtags.

use pipit_model::event::{Event, Standing};
use pipit_model::limits::{HASHTAGS_FOLLOWED_MAX, LISTS_PER_USER_MAX};
use pipit_model::list::List;
use pipit_model::{Clock, ListId, TweetId, UserId};
use pipit_store::{Command, IdempotencyKey, NewTweet, StoreError};
use pipit_testkit::{backends, oracle};

use crate::{Fixture, tweet};

impl Fixture {
    async fn bookmark(&self, user_id: UserId, tweet_id: TweetId, to: Standing) {
        let command = Command::Bookmark { user_id, tweet_id, to };
        self.store.write(command).await.expect("bookmarked");
    }

    fn new_list(&self, user_id: UserId, name: &str) -> List {
        let now = Clock::System.now();
        let id = ListId(self.ids.next(now));
        List { id, user_id, name: name.to_owned(), created_at: now, member_count: 0 }
    }

    async fn list(&self, user_id: UserId, name: &str) -> ListId {
        let list = self.new_list(user_id, name);
        assert_eq!(self.store.insert_list(list.clone(), None).await.expect("made"), None);
        list.id
    }

    async fn member(
        &self,
        owner: UserId,
        list: ListId,
        member: UserId,
        to: Standing,
    ) -> Result<(), StoreError> {
        let relation = self.ids.next(Clock::System.now());
        self.store.set_list_member(owner, list, (relation, member), to).await
    }
}

#[tokio::test]
async fn bookmarks_stand_once_and_are_listed_by_when_they_were_made() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob) = (f.user("ann").await, f.user("bob").await);
        let (old, new) = (f.post(ann, "old").await, f.post(ann, "new").await);
        for (id, to) in [
            (new, Standing::Set),
            (new, Standing::Set),
            (old, Standing::Unset),
            (old, Standing::Set),
            (old, Standing::Set),
        ] {
            f.bookmark(bob, id, to).await;
        }
        let kept = f.store.list_bookmarks(bob, i64::MAX, 9).await.expect("read");
        assert_eq!(kept.iter().map(|(_, id)| *id).collect::<Vec<_>>(), [old, new], "{backend:?}");
        let next = f.store.list_bookmarks(bob, kept[0].0, 9).await.expect("read");
        assert_eq!(next, kept[1..]);
        let marked = f.store.list_bookmarked(bob, 1).await.expect("read");
        assert_eq!((marked.tweet_ids.as_slice(), marked.floor), ([new].as_slice(), new.0));
        assert_eq!(f.store.filter_bookmarked(bob, &[old, TweetId(1)]).await.expect("read"), [old]);
        assert!(f.store.list_bookmarks(ann, i64::MAX, 9).await.expect("read").is_empty());
        f.bookmark(bob, old, Standing::Unset).await;
        f.bookmark(bob, old, Standing::Unset).await;
        assert_eq!(f.store.list_bookmarks(bob, i64::MAX, 9).await.expect("read").len(), 1);
        let nowhere = Command::Bookmark { user_id: bob, tweet_id: TweetId(7), to: Standing::Set };
        assert!(matches!(f.store.write(nowhere).await, Err(StoreError::NotFound("tweet"))));
        let told = f.events.lock().expect("told");
        let told = told.iter().filter(|event| matches!(event, Event::Bookmarked { .. })).count();
        assert_eq!(told, 3, "only what changed");
    }
}

#[tokio::test]
async fn lists_have_an_owner_a_name_and_members_that_are_counted() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob, eve) = (f.user("ann").await, f.user("bob").await, f.user("eve").await);
        let (birds, bees) = (f.list(ann, "birds").await, f.list(ann, "bees").await);
        for to in [Standing::Set, Standing::Set, Standing::Unset, Standing::Unset, Standing::Set] {
            f.member(ann, birds, bob, to).await.expect("changed");
        }
        f.member(ann, birds, eve, Standing::Set).await.expect("added");
        let refused = [
            f.member(eve, birds, bob, Standing::Unset).await,
            f.member(ann, birds, UserId(7), Standing::Set).await,
            f.member(ann, ListId(7), bob, Standing::Set).await,
            f.store.set_list_name(eve, birds, "mine".to_owned()).await,
            f.store.delete_list(eve, birds).await,
        ];
        assert!(refused.iter().all(|r| matches!(r, Err(StoreError::NotFound(_)))), "{refused:?}");
        f.store.set_list_name(ann, birds, "Vögel".to_owned()).await.expect("renamed");
        let lists = f.store.list_lists(ann).await.expect("read");
        let seen: Vec<_> = lists.iter().map(|l| (l.id, l.name.as_str(), l.member_count)).collect();
        assert_eq!(seen, [(bees, "bees", 0), (birds, "Vögel", 2)], "{backend:?}");
        let members = f.store.list_members(birds, i64::MAX, 9).await.expect("read");
        assert_eq!(members.iter().map(|(_, id)| *id).collect::<Vec<_>>(), [eve, bob]);
        let with_bob = f.store.filter_lists_with(bob, &[birds, bees]).await.expect("read");
        assert_eq!(with_bob, [birds]);
        assert_eq!(oracle::wrong_counts(&f.db.connect().await).await, [""; 0]);

        f.store.delete_list(ann, birds).await.expect("deleted");
        assert!(f.store.find_list(birds).await.expect("read").is_none());
        assert!(f.store.list_member_ids(birds).await.expect("read").is_empty());
    }
}

#[tokio::test]
async fn a_person_has_so_many_lists_and_a_repeated_request_makes_one() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        let key = IdempotencyKey { key_hash: "k".repeat(64), request_hash: "r".repeat(64) };
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (store, list, key) = (f.store.clone(), f.new_list(ann, "once"), key.clone());
            tasks.spawn(async move { store.insert_list(list, Some(key)).await });
        }
        let made = tasks.join_all().await;
        let new = made.iter().filter(|made| matches!(made, Ok(None))).count();
        assert_eq!((new, made.iter().filter(|made| made.is_ok()).count()), (1, 8), "{made:?}");
        for n in 1..LISTS_PER_USER_MAX {
            f.list(ann, &n.to_string()).await;
        }
        let one_more = f.store.insert_list(f.new_list(ann, "more"), None).await;
        assert!(matches!(one_more, Err(StoreError::Limit(_))), "{backend:?}");
        assert_eq!(f.store.list_lists(ann).await.expect("read").len(), LISTS_PER_USER_MAX as usize);
    }
}

#[tokio::test]
async fn members_added_side_by_side_are_all_counted() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        let list = f.list(ann, "all").await;
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..12 {
            let member = f.user(&format!("user_{n}")).await;
            let (store, relation) = (f.store.clone(), f.ids.next(Clock::System.now()));
            tasks.spawn(async move {
                store.set_list_member(ann, list, (relation, member), Standing::Set).await
            });
        }
        assert!(tasks.join_all().await.iter().all(Result::is_ok), "{backend:?}");
        assert_eq!(f.store.list_lists(ann).await.expect("read")[0].member_count, 12);
        assert_eq!(oracle::wrong_counts(&f.db.connect().await).await, [""; 0]);
    }
}

#[tokio::test]
async fn followed_hashtags_are_listed_newest_first_and_bounded() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        let names: Vec<String> = (0..=HASHTAGS_FOLLOWED_MAX).map(|n| format!("tag{n}")).collect();
        for hashtags in names.chunks(30).map(<[String]>::to_vec) {
            f.posted(NewTweet { hashtags, ..tweet(ann) }).await;
        }
        let follow = async |name: &str, to| {
            let hashtag = f.store.find_hashtag(name).await.expect("read").expect("there").id;
            let id = f.ids.next(Clock::System.now());
            f.store.set_hashtag_follow(ann, hashtag, id, to).await
        };
        for name in &names[..HASHTAGS_FOLLOWED_MAX as usize] {
            follow(name, Standing::Set).await.expect("followed");
        }
        let more = follow(&names[HASHTAGS_FOLLOWED_MAX as usize], Standing::Set).await;
        assert!(matches!(more, Err(StoreError::Limit(_))), "{backend:?}");
        follow("tag3", Standing::Set).await.expect("again, though there is no more room");
        follow("tag5", Standing::Unset).await.expect("no longer");
        follow("tag5", Standing::Unset).await.expect("nothing to do");
        let followed = f.store.list_followed_hashtags(ann).await.expect("read");
        assert_eq!(
            (followed.len() as i64, followed[0].name.as_str()),
            (HASHTAGS_FOLLOWED_MAX - 1, "tag3")
        );
        assert!(!followed.iter().any(|hashtag| hashtag.name == "tag5"));
    }
}

#[tokio::test]
async fn nothing_is_left_of_the_lists_of_a_deleted_account() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob) = (f.user("ann").await, f.user("bob").await);
        let (of_ann, of_bob) = (f.list(ann, "a").await, f.list(bob, "b").await);
        f.member(ann, of_ann, bob, Standing::Set).await.expect("added");
        f.member(ann, of_ann, ann, Standing::Set).await.expect("added");
        f.member(bob, of_bob, ann, Standing::Set).await.expect("added");
        assert!(f.store.delete_lists_of(bob, 500).await.expect("cleared"));
        assert!(!f.store.delete_lists_of(bob, 500).await.expect("nothing left"));
        assert_eq!(f.store.list_member_ids(of_ann).await.expect("read"), [ann], "{backend:?}");
        assert!(f.store.find_list(of_bob).await.expect("read").is_none());
        let db = f.db.connect().await;
        assert_eq!(oracle::wrong_counts(&db).await, [""; 0]);
        assert_eq!(oracle::ids(&db, "SELECT COUNT(*) FROM list_members").await, [1]);
    }
}
