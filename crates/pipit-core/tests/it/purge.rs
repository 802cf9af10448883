//! Deleting an account: gone for everybody at once, cleared away afterwards, counts right.

use std::sync::atomic::Ordering;

use pipit_core::NewPost;
use pipit_model::Error;
use pipit_model::event::Standing;
use pipit_model::limits::NOTIFICATION_SECS;
use pipit_model::notification::NotificationKind;
use pipit_model::user::UserRef;
use pipit_testkit::{TestApp, backends, oracle};

use crate::{ids, page, person, signed_in};

#[tokio::test]
async fn what_people_were_told_is_forgotten_after_half_a_year() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let pipit = &app.pipit;
        let (ann, bob) = (person(pipit, "ann").await, person(pipit, "bob").await);
        let post = NewPost { content: "old", ..NewPost::default() };
        let tweet = pipit.post_tweet(ann, post, None).await.expect("posted").id();
        pipit.set_like(bob, tweet, Standing::Set).await.expect("liked");
        app.time.fetch_add((NOTIFICATION_SECS + 60) * 1000, Ordering::Relaxed);
        pipit.set_retweet(bob, tweet, Standing::Set).await.expect("retweeted");
        pipit.set_follow(ann, &UserRef::Id(bob.user_id), Standing::Set).await.expect("followed");
        assert_eq!(pipit.unread_notifications(ann).await.expect("read"), 2);
        // The first run ends behind the last account, the second begins anew.
        for _ in 0..2 {
            pipit.delete_old_notifications().await.expect("swept");
            assert_eq!(pipit.unread_notifications(ann).await.expect("read"), 1);
            assert_eq!(pipit.unread_notifications(bob).await.expect("read"), 1);
        }
        let db = app.db.connect().await;
        assert_eq!(oracle::ids(&db, "SELECT COUNT(*) FROM notifications").await, [2]);
    }
}

#[tokio::test]
async fn a_deleted_account_leaves_nothing_behind() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let pipit = &app.pipit;
        let (ann, bob) = (person(pipit, "ann").await, signed_in(pipit, "bob").await);
        let by_id = |caller: pipit_core::Caller| UserRef::Id(caller.user_id);
        pipit.set_follow(ann, &by_id(bob), Standing::Set).await.expect("followed");
        pipit.set_follow(bob, &by_id(ann), Standing::Set).await.expect("followed");
        let post = |content| NewPost { content, ..NewPost::default() };
        let first = pipit.post_tweet(ann, post("ann #one @bob"), None).await.expect("posted").id();
        let reply = NewPost { content: "bob #one", reply_to: Some(first), ..NewPost::default() };
        let second = pipit.post_tweet(bob, reply, None).await.expect("posted").id();
        pipit.set_like(bob, first, Standing::Set).await.expect("liked");
        pipit.set_retweet(bob, first, Standing::Set).await.expect("retweeted");
        pipit.set_retweet(ann, second, Standing::Set).await.expect("retweeted");

        let list = pipit.create_list(ann, "friends", None).await.expect("made").id;
        pipit.set_list_member(ann, list, &by_id(bob), Standing::Set).await.expect("added");
        pipit.create_list(bob, "mine", None).await.expect("made");
        pipit.set_hashtag_follow(bob, "one", Standing::Set).await.expect("followed");
        pipit.set_bookmark(bob, first, Standing::Set).await.expect("kept");
        pipit.set_bookmark(ann, second, Standing::Set).await.expect("kept");
        assert_eq!(pipit.unread_notifications(ann).await.expect("read"), 4);
        let told = pipit.notifications(bob, &NotificationKind::ALL, page(20, None)).await;
        let newest = told.expect("read").items[0].notification.id.0;
        pipit.read_notifications(bob, newest).await.expect("noted");

        pipit.delete_account(bob).await.expect("deleted");
        assert!(matches!(pipit.user(None, &by_id(bob)).await, Err(Error::NotFound(_))));
        assert!(matches!(pipit.tweet(None, second).await, Err(Error::NotFound(_))));
        let home = pipit.home_timeline(ann, page(20, None)).await.expect("read");
        assert_eq!(ids(&home), [first.0], "not the reply, nor the retweet of it");
        assert!(pipit.bookmarks(ann, page(20, None)).await.expect("read").items.is_empty());
        let members = pipit.list_members(ann, list, page(20, None)).await.expect("read");
        assert!(members.items.is_empty());

        pipit.purge_deleted_accounts().await.expect("cleared away");
        let view = pipit.tweet(Some(ann), first).await.expect("read");
        assert!(view.card.tweet().mentions.is_empty(), "and mentions nobody any more");
        assert_eq!(pipit.unread_notifications(ann).await.expect("read"), 0);
        let counts = view.card.counts;
        assert_eq!((counts.likes, counts.retweets, counts.replies), (0, 0, 0));
        let ann_now = pipit.user(None, &by_id(ann)).await.expect("read").card.counts;
        assert_eq!((ann_now.followers, ann_now.following, ann_now.tweets), (0, 0, 1));
        let db = app.db.connect().await;
        assert_eq!(oracle::wrong_counts(&db).await, [""; 0]);
        assert_eq!(pipit.list(ann, list).await.expect("read").member_count, 0);
        assert_eq!(oracle::ids(&db, "SELECT COUNT(*) FROM lists").await, [1]);
        let tables = [
            "likes",
            "followers",
            "list_members",
            "hashtag_follows",
            "notifications",
            "read_positions",
        ];
        for table in tables {
            let left = oracle::ids(&db, &format!("SELECT COUNT(*) FROM {table}")).await;
            assert_eq!(left, [0], "{table}");
        }
        // A second run finds nothing to do, and the handle stays taken.
        pipit.purge_deleted_accounts().await.expect("nothing to do");
        let again = pipit_core::SignUp {
            handle: "BOB".to_owned(),
            name: None,
            email: "bob@x.test".to_owned(),
            password: "correct horse".to_owned(),
            invite: None,
            reason: None,
            network: None,
        };
        let refused = pipit.sign_up(again, None).await;
        assert!(matches!(refused, Err(Error::Conflict { field: "handle", .. })));
    }
}
