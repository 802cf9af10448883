//! Live streams: all that a home gains, once and in order, and nothing else.

use pipit_core::{Caller, LiveEvent, LiveStream, Pipit, StreamPlace};
use pipit_model::event::Standing;
use pipit_model::notification::NotificationKind;
use pipit_model::read_position::ReadPosition;
use pipit_model::user::UserRef;
use pipit_model::{Error, TweetId};
use pipit_testkit::{Backend, TestApp, backends, oracle};

use crate::{follow, page, person, signed_in};

async fn post(pipit: &Pipit, who: Caller, reply_to: Option<TweetId>) -> TweetId {
    crate::post(pipit, who, "text", reply_to).await
}

/// In short: what kind of event, and of which id.
async fn next(stream: &mut LiveStream) -> Option<(&'static str, i64)> {
    Some(match stream.next().await? {
        LiveEvent::Start => ("start", stream.place().floor().0),
        LiveEvent::Gap(id) => ("gap", id.0),
        LiveEvent::Tweet(view) => ("tweet", view.id().0),
        LiveEvent::Deleted(id) => ("deleted", id.0),
        LiveEvent::Notified(view) => (view.notification.kind.name(), view.actor.user().id.0),
        LiveEvent::Unread(count) => ("unread", count as i64),
        LiveEvent::Reset => ("reset", 0),
    })
}

#[tokio::test]
async fn a_stream_tells_what_home_gains_and_ends_with_its_session() {
    let app = TestApp::new(Backend::Sqlite).await;
    let pipit = &app.pipit;
    let (ann, bob) = (signed_in(pipit, "ann").await, signed_in(pipit, "bob").await);
    let stranger = person(pipit, "stranger").await;
    follow(pipit, ann, bob, Standing::Set).await;
    let question = post(pipit, stranger, None).await;
    let old = post(pipit, bob, None).await;

    let mut stream = pipit.open_stream(ann, None).await.expect("open");
    assert!(matches!(stream.next().await, Some(LiveEvent::Start)));
    assert!(stream.place().floor() >= old);
    assert_eq!(next(&mut stream).await, Some(("unread", 0)));
    post(pipit, stranger, None).await;
    post(pipit, bob, Some(question)).await;
    let new = post(pipit, bob, None).await;
    assert_eq!(next(&mut stream).await, Some(("tweet", new.0)), "by the rules of home");
    pipit.set_like(bob, new, Standing::Set).await.expect("liked");
    let own = post(pipit, ann, None).await;
    assert_eq!(next(&mut stream).await, Some(("tweet", own.0)));
    pipit.set_like(bob, own, Standing::Set).await.expect("liked");
    assert_eq!(next(&mut stream).await, Some(("like", bob.user_id.0)));
    assert_eq!(next(&mut stream).await, Some(("unread", 1)));
    let told = pipit.notifications(ann, &NotificationKind::ALL, page(1, None)).await;
    let id = told.expect("read").items[0].notification.id.0;
    pipit.read_notifications(ann, id).await.expect("noted");
    assert_eq!(next(&mut stream).await, Some(("unread", 0)), "read on another device");
    pipit.delete_tweet(bob, new).await.expect("deleted");
    assert_eq!(next(&mut stream).await, Some(("deleted", new.0)));
    follow(pipit, ann, bob, Standing::Unset).await;
    post(pipit, bob, None).await;
    follow(pipit, ann, stranger, Standing::Set).await;
    let theirs = post(pipit, stranger, None).await;
    assert_eq!(next(&mut stream).await, Some(("tweet", theirs.0)), "follows take effect at once");

    // What waits is not handed out once the session has ended.
    post(pipit, stranger, None).await;
    pipit.end_session(ann, ann.session_id).await.expect("ended");
    assert_eq!(next(&mut stream).await, None);
    assert!(matches!(pipit.open_stream(ann, None).await, Err(Error::Unauthenticated(_))));
    drop(stream);
    assert_eq!(pipit.streams(), 0);

    let mut other = pipit.open_stream(bob, None).await.expect("open");
    pipit.end_streams();
    assert_eq!(next(&mut other).await, None);
    assert!(matches!(pipit.open_stream(bob, None).await, Err(Error::Unavailable(_))));
}

/// Who follows the retweeter alone has the tweet on their page as well.
#[tokio::test]
async fn a_deletion_reaches_those_who_saw_a_retweet_only() {
    for backend in backends() {
        let app = TestApp::new(backend).await;
        let pipit = &app.pipit;
        let (ann, bob) = (signed_in(pipit, "ann").await, person(pipit, "bob").await);
        let (carol, dave) = (person(pipit, "carol").await, signed_in(pipit, "dave").await);
        follow(pipit, ann, bob, Standing::Set).await;
        let (one, other) = (post(pipit, carol, None).await, post(pipit, carol, None).await);
        let retweet = pipit.set_retweet(bob, one, Standing::Set).await.expect("retweeted");
        pipit.set_retweet(bob, other, Standing::Set).await.expect("retweeted");
        pipit.set_retweet(ann, one, Standing::Set).await.expect("retweeted");
        assert_eq!(retweet.id(), one);
        let home = pipit.home_timeline(ann, page(20, None)).await.expect("read");
        let retweets = [home.items[0].id().0, home.items[2].id().0];

        let mut stream = pipit.open_stream(ann, None).await.expect("open");
        let mut stranger = pipit.open_stream(dave, None).await.expect("open");
        for stream in [&mut stream, &mut stranger] {
            assert!(matches!(stream.next().await, Some(LiveEvent::Start)));
            assert!(matches!(next(stream).await, Some(("unread", _))));
        }
        pipit.delete_tweet(carol, one).await.expect("deleted");
        let told = [next(&mut stream).await, next(&mut stream).await];
        assert_eq!(told, retweets.map(|id| Some(("deleted", id))));
        let own = post(pipit, dave, None).await;
        assert_eq!(next(&mut stranger).await, Some(("tweet", own.0)), "and nobody else");
    }
}

/// Every page shows how much is unread, and a home where one left off.
#[tokio::test]
async fn what_every_page_shows_asks_the_database_nothing() {
    let app = TestApp::new(Backend::Sqlite).await;
    let pipit = &app.pipit;
    let (ann, bob) = (person(pipit, "ann").await, person(pipit, "bob").await);
    let tweet = post(pipit, ann, None).await;
    let look = async || {
        let unread = pipit.unread_notifications(ann).await.expect("read");
        (unread, pipit.read_positions(ann).await.expect("read").home)
    };
    assert_eq!(look().await, (0, 0));
    follow(pipit, bob, ann, Standing::Set).await;
    pipit.set_like(bob, tweet, Standing::Set).await.expect("liked");
    pipit.set_read_position(ann, ReadPosition::Home, tweet.0).await.expect("noted");
    let before = pipit.database_statements();
    assert_eq!(look().await, (2, tweet.0), "what happened is known");
    assert_eq!(pipit.database_statements(), before, "without asking");
    pipit.set_like(bob, tweet, Standing::Unset).await.expect("taken back");
    assert_eq!(look().await, (1, tweet.0));
}

#[tokio::test]
async fn who_was_away_long_is_sent_the_newest_and_told_of_the_gap() {
    let app = TestApp::new(Backend::Sqlite).await;
    let pipit = &app.pipit;
    let ann = signed_in(pipit, "ann").await;
    let mut ids = Vec::new();
    for _ in 0..111 {
        ids.push(post(pipit, ann, None).await.0);
    }
    for (missed, gap) in [(0, false), (1, false), (20, false), (100, false), (101, true)] {
        let last = ids[110 - missed];
        let mut stream =
            pipit.open_stream(ann, Some(StreamPlace::after(TweetId(last)))).await.expect("open");
        assert_eq!(next(&mut stream).await, Some(("start", last)));
        let sent = &ids[111 - missed.min(100)..];
        if gap {
            assert_eq!(next(&mut stream).await, Some(("gap", sent[0])));
        }
        for id in sent {
            assert_eq!(next(&mut stream).await, Some(("tweet", *id)), "{missed} missed");
        }
        assert_eq!(next(&mut stream).await, Some(("unread", 0)));
    }
    // Where it left off the home goes on below the gap.
    let below = pipit.home_timeline(ann, page(20, Some(ids[11]))).await.expect("read");
    assert_eq!(below.items[0].id().0, ids[10]);
    // An id of the future is now.
    let mut stream =
        pipit.open_stream(ann, Some(StreamPlace::after(TweetId::MAX))).await.expect("open");
    assert!(matches!(stream.next().await, Some(LiveEvent::Start)));
    assert!(stream.place().floor() < TweetId::MAX);
    assert_eq!(next(&mut stream).await, Some(("unread", 0)));
    let id = post(pipit, ann, None).await.0;
    assert_eq!(next(&mut stream).await, Some(("tweet", id)));
}

/// Whoever has the newest tweet but not those below it, as it happens when another node wrote them,
/// is sent all of those, also across connections that end after each.
#[tokio::test]
async fn what_lies_below_the_newest_is_caught_up_with() {
    let app = TestApp::new(Backend::Sqlite).await;
    let ann = signed_in(&app.pipit, "ann").await;
    let mut ids = [TweetId(0); 5];
    for id in &mut ids {
        *id = post(&app.pipit, ann, None).await;
    }
    let [floor, a, b, c, newest] = ids;
    let place: StreamPlace = format!("{floor}.{newest}").parse().expect("a place");
    let mut stream = app.pipit.open_stream(ann, Some(place)).await.expect("open");
    assert_eq!(next(&mut stream).await, Some(("start", floor.0)));
    assert_eq!(next(&mut stream).await, Some(("tweet", a.0)));
    assert_eq!(next(&mut stream).await, Some(("tweet", b.0)));
    let place = stream.place().clone();
    let mut stream = app.pipit.open_stream(ann, Some(place)).await.expect("open");
    assert_eq!(next(&mut stream).await, Some(("start", b.0)));
    assert_eq!(next(&mut stream).await, Some(("tweet", c.0)));
    assert_eq!(next(&mut stream).await, Some(("unread", 0)));
    assert_eq!(stream.place(), &StreamPlace::after(newest));
}

/// While others post, a reader takes a few events of a stream, leaves it, and comes back with the
/// last id, again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_or_repeated_across_reconnects() {
    const WRITERS: usize = 4;
    const POSTS: usize = 80;
    let app = TestApp::new(Backend::Sqlite).await;
    let reader = signed_in(&app.pipit, "reader").await;
    let mut posting = tokio::task::JoinSet::new();
    for n in 0..WRITERS {
        let writer = person(&app.pipit, &format!("writer{n}")).await;
        follow(&app.pipit, reader, writer, Standing::Set).await;
        let pipit = app.pipit.clone();
        posting.spawn(async move {
            for _ in 0..POSTS {
                post(&pipit, writer, None).await;
            }
        });
    }
    let (mut got, mut last, mut patience) = (Vec::new(), TweetId(0), 0);
    while got.len() < WRITERS * POSTS {
        patience = patience % 7 + 1;
        let mut stream =
            app.pipit.open_stream(reader, Some(StreamPlace::after(last))).await.expect("open");
        let mut taken = 0;
        while taken < patience && got.len() < WRITERS * POSTS {
            match stream.next().await.expect("it goes on") {
                LiveEvent::Tweet(view) => {
                    last = view.id();
                    got.push(last.0);
                    taken += 1;
                }
                // Too far behind: what was left out is read as pages are.
                LiveEvent::Gap(oldest) => {
                    let (before, max) = (Some(oldest.0), WRITERS * POSTS);
                    let between = app.pipit.home_above(reader, last, before, max).await;
                    let between = between.expect("read").items;
                    got.extend(between.iter().rev().map(|view| view.id().0));
                }
                LiveEvent::Reset => break,
                _ => {}
            }
        }
    }
    posting.join_all().await;
    let mut all =
        oracle::home(&app.db.connect().await, reader.user_id, app.pipit.clock().now()).await;
    all.reverse();
    assert_eq!(got, all);
}

/// What was made ready before a block, a mute or the end of a follow is not handed out after it.
#[tokio::test]
async fn a_block_or_a_mute_ends_delivery_at_once() {
    let app = TestApp::new(Backend::Sqlite).await;
    let pipit = &app.pipit;
    let (ann, bob) = (signed_in(pipit, "ann").await, signed_in(pipit, "bob").await);
    let cat = signed_in(pipit, "cat").await;
    let start = pipit.newest_id();
    for whom in [bob, cat] {
        follow(pipit, ann, whom, Standing::Set).await;
    }
    let missed = [post(pipit, bob, None).await, post(pipit, cat, None).await];
    let mut stream = pipit.open_stream(ann, Some(StreamPlace::after(start))).await.expect("open");
    assert_eq!(next(&mut stream).await.map(|event| event.0), Some("start"));
    // Bob's tweet is read and waits; then comes the block.
    let user = UserRef::Id(ann.user_id);
    pipit.set_block(bob, &user, Standing::Set).await.expect("blocked");
    assert_eq!(next(&mut stream).await, Some(("tweet", missed[1].0)), "bob's is gone");
    assert_eq!(next(&mut stream).await, Some(("unread", 0)));
    // So is what comes by way of somebody else, and what bob does to ann's tweets.
    let theirs = post(pipit, bob, None).await;
    pipit.set_retweet(cat, theirs, Standing::Set).await.expect("retweeted");
    let own = post(pipit, ann, None).await;
    assert!(matches!(pipit.set_like(bob, own, Standing::Set).await, Err(Error::NotFound(_))));
    let unread = next(&mut stream).await;
    assert_eq!(unread, Some(("unread", 0)), "the block itself changed what counts");
    assert_eq!(next(&mut stream).await, Some(("tweet", own.0)));

    pipit.mute(ann, &UserRef::Id(cat.user_id), None).await.expect("muted");
    post(pipit, cat, None).await;
    pipit.set_like(cat, own, Standing::Set).await.expect("liked");
    let last = post(pipit, ann, None).await;
    let mut seen = Vec::new();
    loop {
        let event = next(&mut stream).await.expect("an event");
        seen.push(event);
        if event == ("tweet", last.0) {
            break;
        }
    }
    assert!(seen.iter().all(|(kind, n)| (*kind, *n) == ("unread", 0) || *n == last.0), "{seen:?}");
}
