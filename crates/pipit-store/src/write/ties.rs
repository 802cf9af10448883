//! What a command means for who follows, asks and blocks whom. Pure, like [`super::decide`].

use pipit_model::UserId;
use pipit_model::event::{Event, Standing};
use pipit_model::limits::FOLLOWING_MAX;
use pipit_model::notification::NotificationKind;

use super::command::{Outcome, RequestAnswer};
use super::decide::{Births, Decided, acting_user, live_user};
use super::notices::Notice;
use super::state::State;
use crate::error::StoreError;

/// Who, whom.
type Pair = (UserId, UserId);

/// Follows, asks to follow where the account is locked, or does neither any longer.
pub(super) fn follow(
    state: &mut State,
    pair: Pair,
    to: Standing,
    births: Births<'_>,
    events: &mut Vec<Event>,
) -> Decided {
    let (user_id, followed_user_id) = pair;
    if to == Standing::Unset {
        unfollow(state, pair, events);
        end_request(state, pair, events);
        return Ok(Outcome::Done);
    }
    if state.follows.get(&key(pair)).is_some() {
        return Ok(Outcome::Done);
    }
    live_user(state, followed_user_id)?;
    acting_user(state, user_id)?;
    may_follow_one_more(state, user_id)?;
    if state.blocks.get(&key(pair)).is_some() {
        return Err(StoreError::Forbidden("you block this account: unblock it first"));
    }
    if state.blocks.get(&key((followed_user_id, user_id))).is_some() {
        return Err(StoreError::Forbidden("this account blocks you"));
    }
    if state.users.get(&followed_user_id.0).is_some_and(|user| user.locked) {
        request(state, pair, births, events);
    } else {
        // One that waits from before the account was unlocked.
        end_request(state, pair, events);
        begin_follow(state, pair, births, events);
    }
    Ok(Outcome::Done)
}

/// Answers a request; one that is not there (any more) needs no answer.
pub(super) fn answer_request(
    state: &mut State,
    pair: Pair,
    answer: RequestAnswer,
    births: Births<'_>,
    events: &mut Vec<Event>,
) -> Decided {
    if state.requests.get(&key(pair)).is_none() {
        return Ok(Outcome::Done);
    }
    if answer == RequestAnswer::Accept {
        acting_user(state, pair.1)?;
        may_follow_one_more(state, pair.0)?;
        if state.follows.get(&key(pair)).is_none() {
            begin_follow(state, pair, births, events);
        }
    }
    end_request(state, pair, events);
    Ok(Outcome::Done)
}

/// Blocks, which ends what follows and requests there are between the two; or blocks no longer.
pub(super) fn block(
    state: &mut State,
    pair: Pair,
    to: Standing,
    births: Births<'_>,
    events: &mut Vec<Event>,
) -> Decided {
    let (user_id, blocked_user_id) = pair;
    if state.blocks.get(&key(pair)).is_some() == to.is_set() {
        return Ok(Outcome::Done);
    }
    match to {
        Standing::Set => {
            // Also if their account is frozen: it keeps somebody away.
            live_user(state, user_id)?;
            live_user(state, blocked_user_id)?;
            state.blocks.set(key(pair), births.next());
            for pair in [pair, (blocked_user_id, user_id)] {
                unfollow(state, pair, events);
                end_request(state, pair, events);
            }
        }
        Standing::Unset => state.blocks.remove(key(pair)),
    }
    events.push(Event::Blocked { user_id, blocked_user_id, now: to });
    Ok(Outcome::Done)
}

fn may_follow_one_more(state: &State, user_id: UserId) -> Result<(), StoreError> {
    if live_user(state, user_id)? < FOLLOWING_MAX {
        return Ok(());
    }
    Err(StoreError::Limit("you follow as many accounts as one can (50,000)"))
}

fn begin_follow(state: &mut State, pair: Pair, births: Births<'_>, events: &mut Vec<Event>) {
    state.follows.set(key(pair), births.next());
    state.notices.make(notice(NotificationKind::Follow, pair), || births.next());
    count(state, pair, 1);
    let (user_id, followed_user_id) = pair;
    events.push(Event::Followed { user_id, followed_user_id, now: Standing::Set });
}

fn unfollow(state: &mut State, pair: Pair, events: &mut Vec<Event>) {
    if state.follows.get(&key(pair)).is_none() {
        return;
    }
    state.follows.remove(key(pair));
    state.notices.take(notice(NotificationKind::Follow, pair));
    count(state, pair, -1);
    let (user_id, followed_user_id) = pair;
    events.push(Event::Followed { user_id, followed_user_id, now: Standing::Unset });
}

fn request(state: &mut State, pair: Pair, births: Births<'_>, events: &mut Vec<Event>) {
    if state.requests.get(&key(pair)).is_some() {
        return;
    }
    state.requests.set(key(pair), births.next());
    state.notices.make(notice(NotificationKind::FollowRequest, pair), || births.next());
    let (user_id, followed_user_id) = pair;
    events.push(Event::FollowRequested { user_id, followed_user_id, now: Standing::Set });
}

fn end_request(state: &mut State, pair: Pair, events: &mut Vec<Event>) {
    if state.requests.get(&key(pair)).is_none() {
        return;
    }
    state.requests.remove(key(pair));
    state.notices.take(notice(NotificationKind::FollowRequest, pair));
    let (user_id, followed_user_id) = pair;
    events.push(Event::FollowRequested { user_id, followed_user_id, now: Standing::Unset });
}

fn count(state: &mut State, (user_id, followed_user_id): Pair, step: i64) {
    state.users.edit(&user_id.0, |user| user.following += step);
    state.users.edit(&followed_user_id.0, |user| user.followers += step);
}

/// What the one who is followed, or asked, is told.
fn notice(kind: NotificationKind, (user_id, followed_user_id): Pair) -> Notice {
    Notice { user_id: followed_user_id.0, kind, tweet_id: 0, actor_id: user_id.0 }
}

fn key((user_id, other): Pair) -> (i64, i64) {
    (user_id.0, other.0)
}
