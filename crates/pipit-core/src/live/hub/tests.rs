use std::sync::Arc;

use pipit_model::event::{Event, Standing as Follows};
use pipit_model::limits::{STREAM_QUEUE_MAX, STREAMS_PER_USER_MAX};
use pipit_model::tweet::{Entry, Kind, Tweet};
use pipit_model::{SessionId, TweetId, UserId};
use tokio::sync::mpsc::Receiver;

use super::*;

fn caller(user: i64, session: i64) -> Caller {
    Caller { user_id: UserId(user), session_id: SessionId(session) }
}

fn posted(id: i64, author: i64, kind: Kind) -> Event {
    let tweet = Tweet { kind, ..Tweet::blank(TweetId(id), UserId(author)) };
    Event::posted(Arc::new(tweet), Arc::new([]))
}

fn followed(user: i64, whom: i64, now: Follows) -> Event {
    Event::Followed { user_id: UserId(user), followed_user_id: UserId(whom), now }
}

/// The ids of tweets that wait for a stream.
fn heard(signals: &mut Receiver<Signal>) -> Vec<i64> {
    let mut ids = Vec::new();
    while let Ok(signal) = signals.try_recv() {
        if let Signal::Posted(entry) = signal {
            ids.push(entry.id.0);
        }
    }
    ids
}

/// A stream of somebody who follows these.
fn listen(hub: &Arc<Hub>, caller: Caller, followees: &[i64]) -> (Seat, Receiver<Signal>) {
    let (seat, signals) = Hub::sit_down(hub, caller).expect("room");
    let followees: Vec<UserId> = followees.iter().copied().map(UserId).collect();
    hub.follow(caller.user_id, &followees);
    (seat, signals)
}

#[test]
fn a_post_reaches_live_followers_by_the_rules_of_home() {
    let hub = Arc::new(Hub::default());
    let (_seat_1, mut one) = listen(&hub, caller(1, 11), &[2, 3]);
    let (_seat_2, mut two) = listen(&hub, caller(2, 12), &[]);
    let reply = |to_user| Kind::Reply { to: TweetId(1), to_user: UserId(to_user) };
    hub.tell(&[
        posted(10, 2, Kind::Tweet),
        posted(11, 9, Kind::Tweet),
        posted(12, 2, reply(3)),
        posted(13, 2, reply(9)),
        posted(14, 3, reply(2)),
        posted(15, 1, Kind::Tweet),
    ]);
    assert_eq!(heard(&mut one), [10, 12, 14, 15], "no stranger, no answer to one, and their own");
    assert_eq!(heard(&mut two), [10], "their own by the same rules");
    let entry = Entry { id: TweetId(10), user_id: UserId(2), kind: Kind::Tweet };
    hub.tell(&[Event::TweetDeleted { entry, hashtags: Arc::new([]) }]);
    assert!(matches!(one.try_recv(), Ok(Signal::Deleted(TweetId(10)))));
}

#[test]
fn a_follow_and_its_end_take_effect_at_once_also_while_a_stream_opens() {
    let hub = Arc::new(Hub::default());
    let (_seat, mut signals) = Hub::sit_down(&hub, caller(1, 11)).expect("room");
    hub.tell(&[followed(1, 5, Follows::Set), followed(1, 2, Follows::Unset)]);
    // Looked up before either.
    hub.follow(UserId(1), &[UserId(2), UserId(3)]);
    hub.tell(&[posted(10, 2, Kind::Tweet), posted(11, 3, Kind::Tweet), posted(12, 5, Kind::Tweet)]);
    assert_eq!(heard(&mut signals), [11, 12]);
    hub.tell(&[followed(1, 3, Follows::Unset), posted(13, 3, Kind::Tweet)]);
    assert_eq!(heard(&mut signals), [0; 0]);
}

#[test]
fn a_stream_that_is_too_slow_is_left_behind_and_no_other() {
    let hub = Arc::new(Hub::default());
    let (slow_seat, mut slow) = listen(&hub, caller(1, 11), &[2]);
    let (quick_seat, mut quick) = listen(&hub, caller(1, 11), &[2]);
    for id in 0..=STREAM_QUEUE_MAX as i64 {
        hub.tell(&[posted(id, 2, Kind::Tweet)]);
        assert_eq!(heard(&mut quick), [id]);
    }
    assert_eq!(slow_seat.standing(), Standing::LeftBehind);
    assert_eq!(heard(&mut slow).len(), STREAM_QUEUE_MAX, "what it has is still good");
    assert!(slow.is_closed());
    assert_eq!((quick_seat.standing(), hub.len()), (Standing::Told, 2), "its connection is there");
    drop(slow_seat);
    assert_eq!(hub.len(), 1);
}

#[test]
fn streams_end_with_their_session_and_only_those() {
    let hub = Arc::new(Hub::default());
    let (first, _signals_1) = listen(&hub, caller(1, 11), &[]);
    let (same, _signals_2) = listen(&hub, caller(1, 11), &[]);
    let (other, _signals_3) = listen(&hub, caller(1, 12), &[]);
    hub.tell(&[Event::SessionEnded(SessionId(11))]);
    assert_eq!((first.standing(), same.standing()), (Standing::Ended, Standing::Ended));
    assert_eq!(other.standing(), Standing::Told);
    hub.tell(&[Event::Unknown]);
    assert_eq!(other.standing(), Standing::LeftBehind);
    drop((first, same, other));
    assert_eq!(hub.len(), 0);
}

#[test]
fn nothing_is_kept_of_streams_that_are_gone() {
    let hub = Arc::new(Hub::default());
    let mut all = Vec::new();
    for _ in 0..STREAMS_PER_USER_MAX {
        all.push(listen(&hub, caller(1, 11), &[2, 3]));
    }
    assert!(matches!(Hub::sit_down(&hub, caller(1, 11)), Err(Error::Unavailable(_))));
    let _other = listen(&hub, caller(2, 12), &[3]);
    drop(all);
    {
        let streams = hub.streams();
        assert_eq!((streams.seats, streams.seats_of.len()), (1, 1));
        assert_eq!((streams.readers.len(), streams.sessions.len()), (1, 1));
        assert_eq!(streams.audience.len(), 2, "of the other one and of whom they follow");
    }
    hub.close();
    assert!(matches!(Hub::sit_down(&hub, caller(3, 13)), Err(Error::Unavailable(_))));
    assert!(hub.streams().readers.is_empty());
}
