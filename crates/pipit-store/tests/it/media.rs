//! Pictures and quotes: attached once, by their owner, and gone with their tweet.

use pipit_model::event::{Event, Standing};
use pipit_model::limits::MEDIA_WAITING_MAX;
use pipit_model::media::{Colour, Format, Media, MediaFiles, MediaKind, MediaUse};
use pipit_model::tweet::Quote;
use pipit_model::user::ProfileEdit;
use pipit_model::{Clock, MediaId, Timestamp, TweetId, UserId};
use pipit_store::{Command, IdempotencyKey, NewMedia, NewTweet, StoreError};
use pipit_testkit::{backends, oracle};

use crate::{Fixture, tweet};

fn now() -> Timestamp {
    Clock::System.now()
}

impl Fixture {
    fn new_media(&self, user_id: UserId, used_as: MediaUse) -> NewMedia {
        let id = MediaId(self.ids.next(now()));
        let media = Media {
            id,
            files: MediaFiles {
                key: format!("{:032x}", id.0),
                large: Format::Gif,
                small: Format::Png,
            },
            kind: MediaKind::Animation,
            width: 640,
            height: 480,
            description: "ein Vögelchen 🐦".to_owned(),
            colour: Colour(0x00ab_cdef),
        };
        let expires_at = now().plus_secs(100);
        NewMedia { media, user_id, used_as, bytes: 1000, expires_at, idempotency: None }
    }

    pub(crate) async fn media(&self, user_id: UserId) -> Media {
        let new = self.new_media(user_id, MediaUse::Tweet);
        let media = new.media.clone();
        assert_eq!(self.store.insert_media(new, now()).await.expect("stored"), None);
        media
    }

    async fn one(&self, id: TweetId) -> pipit_model::tweet::Tweet {
        self.store.get_tweets(&[id]).await.expect("read").remove(0)
    }

    async fn expired(&self) -> Vec<MediaId> {
        let expired = self.store.list_expired_media(now(), 100).await.expect("read");
        expired.into_iter().map(|media| media.id).collect()
    }
}

#[tokio::test]
async fn a_tweet_has_its_pictures_in_their_order_and_its_quote() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob) = (f.user("ann").await, f.user("bob").await);
        let (first, second) = (f.media(ann).await, f.media(ann).await);
        let quoted = f.post(bob, "quote me").await;
        let id = f
            .posted(NewTweet {
                media: vec![second.id, first.id],
                quote_of: Some(quoted),
                ..tweet(ann)
            })
            .await;
        let stored = f.one(id).await;
        assert_eq!(stored.media, [second.clone(), first.clone()], "{backend:?}");
        assert_eq!(stored.quote, Some(Quote { of: quoted, of_user: bob }));
        let told =
            f.events.lock().expect("told").iter().any(
                |event| matches!(event, Event::TweetPosted { tweet: Some(tweet), .. } if **tweet == stored),
            );
        assert!(told, "the caches are told all of it");
        assert_eq!(f.store.list_media_tweets(ann, i64::MAX, 9).await.expect("read"), [id]);
        assert!(f.store.list_media_tweets(ann, id.0, 9).await.expect("read").is_empty());

        f.store.set_media_description(ann, first.id, "new".into()).await.expect("described");
        assert_eq!(f.one(id).await.media[1].description, "new");
        let changed = f.events.lock().expect("told").pop();
        assert!(matches!(changed, Some(Event::TweetChanged(changed)) if changed == id));
        let other = f.store.set_media_description(bob, first.id, "mine".into()).await;
        assert!(matches!(other, Err(StoreError::NotFound(_))));
    }
}

#[tokio::test]
async fn only_ones_own_pictures_that_wait_can_be_posted() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob) = (f.user("ann").await, f.user("bob").await);
        let mine = f.media(ann).await.id;
        let old = NewMedia { expires_at: now().plus_secs(-1), ..f.new_media(ann, MediaUse::Tweet) };
        let old_id = old.media.id;
        f.store.insert_media(old, now()).await.expect("stored");
        let avatar = f.new_media(ann, MediaUse::Avatar);
        let avatar_id = avatar.media.id;
        f.store.insert_media(avatar, now()).await.expect("stored");
        for (author, media) in [
            (bob, vec![mine]),
            (ann, vec![MediaId(7)]),
            (ann, vec![mine, old_id]),
            (ann, vec![avatar_id]),
        ] {
            let refused = f.store.write(Command::Post(NewTweet { media, ..tweet(author) })).await;
            assert!(matches!(refused, Err(StoreError::NotFound("media"))), "{backend:?}");
        }
        // Many at once want the same one.
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let (store, media) = (f.store.clone(), vec![mine]);
            tasks.spawn(async move {
                store.write(Command::Post(NewTweet { media, ..tweet(ann) })).await
            });
        }
        let posted = tasks.join_all().await.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(posted, 1, "{backend:?}");
        assert!(f.store.find_media(bob, mine, now()).await.expect("read").is_none());
        assert!(f.store.find_media(ann, old_id, now()).await.expect("read").is_none());
        let nowhere = NewTweet { quote_of: Some(TweetId(5)), ..tweet(ann) };
        let refused = f.store.write(Command::Post(nowhere)).await;
        assert!(matches!(refused, Err(StoreError::NotFound("tweet"))));
        assert_eq!(oracle::wrong_counts(&f.db.connect().await).await, [""; 0]);
    }
}

#[tokio::test]
async fn what_is_deleted_or_was_not_posted_in_time_is_cleared_away() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        let (posted, waits) = (f.media(ann).await, f.media(ann).await);
        let id = f.posted(NewTweet { media: vec![posted.id], ..tweet(ann) }).await;
        assert!(f.expired().await.is_empty());
        f.store.write(Command::Delete { tweet_id: id, user_id: ann }).await.expect("deleted");
        assert!(f.one(id).await.media.is_empty());
        assert!(f.store.list_media_tweets(ann, i64::MAX, 9).await.expect("read").is_empty());
        assert_eq!(f.expired().await, [posted.id], "{backend:?}");
        f.store.delete_media(&[posted.id]).await.expect("deleted");
        assert!(f.expired().await.is_empty());
        let later = now().plus_secs(101);
        let expired = f.store.list_expired_media(later, 9).await.expect("read");
        assert_eq!(expired.len(), 1);
        assert_eq!((expired[0].id, &expired[0].files), (waits.id, &waits.files));
    }
}

#[tokio::test]
async fn a_profile_has_one_picture_of_each_kind() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        let user = f.store.get_users(&[ann]).await.expect("read").remove(0);
        let mut before = Vec::new();
        for used_as in [MediaUse::Avatar, MediaUse::Avatar, MediaUse::Banner] {
            let new = f.new_media(ann, used_as);
            let (id, url) = (new.media.id, new.media.files.url());
            f.store.insert_media(new, now()).await.expect("stored");
            f.store.set_profile_media(&user, id, used_as, url.clone()).await.expect("set");
            before.push((id, url));
        }
        let read = f.store.get_users(&[ann]).await.expect("read").remove(0);
        assert_eq!(read.profile_picture.as_ref(), Some(&before[1].1));
        assert_eq!(read.banner.as_ref(), Some(&before[2].1));
        assert_eq!(f.expired().await, [before[0].0], "{backend:?}");

        let links = vec!["https://a.com".to_owned(), "https://b.com".to_owned()];
        let edit = ProfileEdit {
            profile_picture: Some(None),
            links: Some(links.clone()),
            ..ProfileEdit::default()
        };
        f.store.set_profile(&user, edit).await.expect("edited");
        let read = f.store.get_users(&[ann]).await.expect("read").remove(0);
        assert_eq!((read.profile_picture, read.links), (None, links));
        assert_eq!(f.expired().await.len(), 2);
        let tweet = f.post(ann, "first").await;
        f.store.set_pin(&user, Some(tweet)).await.expect("pinned");
        assert_eq!(f.store.get_users(&[ann]).await.expect("read")[0].pinned, Some(tweet));
        f.store.delete_user(&user, now()).await.expect("deleted");
        let read = f.store.get_users(&[ann]).await.expect("read").remove(0);
        assert!(read.links.is_empty() && read.banner.is_none() && read.pinned.is_none());
        assert_eq!(f.expired().await.len(), 3);
    }
}

#[tokio::test]
async fn uploads_are_bounded_and_repeated_ones_are_one() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let ann = f.user("ann").await;
        let key = IdempotencyKey { key_hash: "k".repeat(64), request_hash: "r".repeat(64) };
        let with_key =
            || NewMedia { idempotency: Some(key.clone()), ..f.new_media(ann, MediaUse::Tweet) };
        let first = with_key();
        let id = first.media.id;
        assert_eq!(f.store.insert_media(first, now()).await.expect("stored"), None);
        let again = f.store.insert_media(with_key(), now()).await.expect("answered");
        assert_eq!(again, Some(id), "{backend:?}");
        for _ in 1..MEDIA_WAITING_MAX {
            f.media(ann).await;
        }
        let one_more = f.store.insert_media(f.new_media(ann, MediaUse::Tweet), now()).await;
        assert!(matches!(one_more, Err(StoreError::Limit(_))), "{backend:?}");
    }
}

#[tokio::test]
async fn likes_are_listed_by_when_they_were_given() {
    for backend in backends() {
        let f = Fixture::new(backend).await;
        let (ann, bob) = (f.user("ann").await, f.user("bob").await);
        let (old, new) = (f.post(ann, "old").await, f.post(ann, "new").await);
        f.like(bob, new, Standing::Set).await.expect("liked");
        f.like(bob, old, Standing::Set).await.expect("liked");
        let page = f.store.list_likes_by(bob, i64::MAX, 9).await.expect("read");
        assert_eq!(page.iter().map(|(_, id)| *id).collect::<Vec<_>>(), [old, new]);
        let next = f.store.list_likes_by(bob, page[0].0, 9).await.expect("read");
        assert_eq!(next, page[1..]);
    }
}
