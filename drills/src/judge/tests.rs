//! Each fault is planted in a good history, and seen.

use super::{Kind, judge};
use crate::history::{
    Answer, Ask, At, Audience, Call, Entry, Event, History, Row, Stream, Tie, Truth, View,
};

const ANN: i64 = 1;
const BOB: i64 = 2;
const EVE: i64 = 3;
const SECOND: At = 1_000_000;

/// A history that is told bit by bit; every call takes a second, one after the other.
#[derive(Clone)]
struct Tale {
    history: History,
    now: At,
    walks: u64,
}

impl Tale {
    /// Bob follows Ann, and has a stream; Eve follows nobody.
    fn new() -> Self {
        let history = History { truth: Some(Truth::default()), ..History::default() };
        let mut tale = Self { history, now: SECOND, walks: 0 };
        tale.tie(BOB, Tie::Follow(ANN), true, Answer::Done);
        tale.truth().follows.push((BOB, ANN));
        let from = Some(tale.now);
        let stream = Stream { by: BOB, from, until: 1_000 * SECOND, ..Stream::default() };
        tale.history.streams.push(stream);
        tale
    }

    fn truth(&mut self) -> &mut Truth {
        self.history.truth.as_mut().expect("it has one")
    }

    fn call(&mut self, by: i64, ask: Ask, answer: Answer) {
        let began = self.now;
        self.now += SECOND;
        self.history.calls.push(Call { by, began, ended: self.now, ask, answer });
        self.now += SECOND;
    }

    fn tie(&mut self, by: i64, tie: Tie, on: bool, answer: Answer) {
        self.call(by, Ask::Tie { tie, on }, answer);
    }

    /// A tweet with ten times its key as its id, that is stored and told.
    fn post(&mut self, by: i64, key: u64, audience: Audience) -> Entry {
        let id = key as i64 * 10;
        self.call(by, Ask::Post { key, audience, reply_to: None }, Answer::Posted(id));
        self.truth().tweets.push(Row { id, by, key: Some(key), of: None });
        let entry = Entry { id, by, key: Some(key), of: None, liked: false, likes: 0 };
        if by == ANN {
            let event = Event::Tweet { at: self.now, entry: entry.clone() };
            self.history.streams[0].events.push(event);
        }
        entry
    }

    fn delete(&mut self, by: i64, tweet: i64, answer: Answer) {
        self.call(by, Ask::Delete { tweet }, answer);
        self.truth().tweets.retain(|row| row.id != tweet);
    }

    fn read(&mut self, by: i64, view: View, entries: &[Entry]) {
        self.walks += 1;
        self.page(by, view, (None, entries, false));
    }

    fn page(&mut self, by: i64, view: View, page: (Option<i64>, &[Entry], bool)) {
        let (below, entries, more) = page;
        let answer = Answer::Page { entries: entries.to_vec(), more };
        self.call(by, Ask::Read { view, walk: self.walks, below }, answer);
    }

    fn wrongs(&self) -> Vec<Kind> {
        judge(&self.history).iter().map(|wrong| wrong.kind).collect()
    }
}

/// Ann has posted twice, and Bob reads it.
fn good() -> (Tale, Entry, Entry) {
    let mut tale = Tale::new();
    let first = tale.post(ANN, 1, Audience::Everybody);
    let second = tale.post(ANN, 2, Audience::Followers);
    tale.read(BOB, View::Home, &[second.clone(), first.clone()]);
    tale.read(ANN, View::Home, &[second.clone(), first.clone()]);
    tale.read(EVE, View::Profile(ANN), std::slice::from_ref(&first));
    (tale, first, second)
}

fn failed() -> Answer {
    Answer::Failed("cut".to_owned())
}

#[test]
fn nothing_is_wrong_with_a_good_history() {
    assert_eq!(good().0.wrongs(), []);
}

#[test]
fn a_lost_write_is_seen() {
    let (mut tale, first, _) = good();
    let mut lost = tale.clone();
    lost.truth().tweets.retain(|row| row.id != first.id);
    assert_eq!(lost.wrongs(), [Kind::LostWrite]);

    let mut unfollowed = tale.clone();
    unfollowed.truth().follows.clear();
    assert_eq!(unfollowed.wrongs(), [Kind::LostWrite]);

    tale.tie(BOB, Tie::Like(first.id), true, Answer::Done);
    assert_eq!(tale.wrongs(), [Kind::LostWrite]);
    tale.truth().likes.push((BOB, first.id));
    assert_eq!(tale.wrongs(), []);
    tale.tie(BOB, Tie::Like(first.id), false, Answer::Done);
    assert_eq!(tale.wrongs(), [Kind::LostWrite], "an undoing is a write too");

    let (mut tale, first, _) = good();
    let row = tale.truth().tweets[0].clone();
    tale.delete(ANN, first.id, Answer::Done);
    tale.truth().tweets.push(row);
    assert_eq!(tale.wrongs(), [Kind::LostWrite], "a deletion as well");
}

#[test]
fn what_failed_may_be_there_or_not_but_once() {
    let (mut tale, ..) = good();
    tale.call(ANN, Ask::Post { key: 3, audience: Audience::Everybody, reply_to: None }, failed());
    assert_eq!(tale.wrongs(), []);
    let row = Row { id: 30, by: ANN, key: Some(3), of: None };
    tale.truth().tweets.push(row.clone());
    assert_eq!(tale.wrongs(), []);
    tale.truth().tweets.push(Row { id: 31, ..row });
    assert_eq!(tale.wrongs(), [Kind::DoubledWrite]);

    let (mut tale, first, _) = good();
    tale.tie(EVE, Tie::Like(first.id), true, failed());
    assert_eq!(tale.wrongs(), []);
    tale.truth().likes.push((EVE, first.id));
    assert_eq!(tale.wrongs(), []);
}

#[test]
fn one_key_is_one_tweet() {
    let (mut tale, ..) = good();
    let again = Ask::Post { key: 1, audience: Audience::Everybody, reply_to: None };
    tale.call(ANN, again.clone(), Answer::Posted(10));
    assert_eq!(tale.wrongs(), []);
    tale.call(ANN, again, Answer::Posted(11));
    tale.truth().tweets.push(Row { id: 11, by: ANN, key: Some(1), of: None });
    let wrongs = tale.wrongs();
    assert_eq!(wrongs.iter().filter(|kind| **kind == Kind::DoubledWrite).count(), 2, "{wrongs:?}");
}

#[test]
fn what_nobody_asked_for_is_seen() {
    let (mut tale, first, _) = good();
    let refused = Ask::Post { key: 3, audience: Audience::Everybody, reply_to: None };
    tale.call(ANN, refused, Answer::Refused(403));
    assert_eq!(tale.wrongs(), []);
    tale.truth().tweets.push(Row { id: 30, by: ANN, key: Some(3), of: None });
    assert_eq!(tale.wrongs(), [Kind::UnaskedWrite]);
    tale.truth().tweets.pop();
    tale.truth().likes.push((EVE, first.id));
    assert_eq!(tale.wrongs(), [Kind::UnaskedWrite]);
    // It was done, and then there was nothing to be shown: to somebody who has seen nothing yet.
    let dan = 4;
    tale.truth().likes[0].0 = dan;
    tale.history.lag = 100 * SECOND;
    tale.tie(dan, Tie::Like(first.id), true, Answer::Refused(404));
    assert_eq!(tale.wrongs(), []);
}

#[test]
fn a_wrong_count_is_seen() {
    let (mut tale, first, _) = good();
    tale.history.quiet = Some(tale.now);
    tale.read(EVE, View::Tweet(first.id), std::slice::from_ref(&first));
    assert_eq!(tale.wrongs(), []);
    let too_many = Entry { likes: 1, ..first };
    tale.read(EVE, View::Tweet(too_many.id), &[too_many]);
    assert_eq!(tale.wrongs(), [Kind::WrongCount]);
    tale.truth().wrong_counts.push("likes of 1".to_owned());
    assert_eq!(tale.wrongs(), [Kind::WrongCount, Kind::WrongCount]);
}

#[test]
fn a_stale_read_is_seen() {
    let (mut tale, first, second) = good();
    tale.read(ANN, View::Home, std::slice::from_ref(&first));
    assert_eq!(tale.wrongs(), [Kind::StaleRead], "an own tweet that is not there");

    let (mut tale, ..) = good();
    tale.tie(BOB, Tie::Like(first.id), true, Answer::Done);
    tale.truth().likes.push((BOB, first.id));
    tale.read(BOB, View::Tweet(first.id), std::slice::from_ref(&first));
    assert_eq!(tale.wrongs(), [Kind::StaleRead], "an own like that is not there");

    let (mut tale, ..) = good();
    tale.tie(BOB, Tie::Follow(ANN), false, Answer::Done);
    tale.truth().follows.clear();
    tale.read(BOB, View::Home, std::slice::from_ref(&first));
    assert_eq!(tale.wrongs(), [Kind::StaleRead], "who is no longer followed");

    let (mut tale, ..) = good();
    tale.delete(ANN, second.id, Answer::Done);
    tale.read(ANN, View::Home, &[second, first]);
    assert_eq!(tale.wrongs(), [Kind::StaleRead], "an own tweet that is deleted");
}

#[test]
fn a_step_back_is_seen() {
    // Bob sees it before it is acknowledged, and then no longer.
    let mut tale = Tale::new();
    let first = tale.post(ANN, 1, Audience::Everybody);
    tale.history.lag = 100 * SECOND;
    tale.read(BOB, View::Home, &[]);
    assert_eq!(tale.wrongs(), [], "it may not have arrived");
    tale.read(BOB, View::Home, &[first]);
    tale.read(BOB, View::Home, &[]);
    assert_eq!(tale.wrongs(), [Kind::SteppedBack]);
}

#[test]
fn a_missing_entry_is_seen() {
    let (mut tale, first, second) = good();
    let third = tale.post(ANN, 3, Audience::Everybody);
    let fresh = tale.clone();
    tale.read(BOB, View::Home, &[second.clone(), first.clone()]);
    assert_eq!(tale.wrongs(), [Kind::MissingEntry]);

    // In the middle of a walk, between two pages; what is below the page is not asked of it.
    let mut tale = fresh.clone();
    tale.walks += 1;
    tale.page(BOB, View::Home, (None, std::slice::from_ref(&third), true));
    tale.page(BOB, View::Home, (Some(third.id), &[second.clone(), first.clone()], false));
    assert_eq!(tale.wrongs(), []);
    let mut tale = fresh.clone();
    tale.walks += 1;
    tale.page(EVE, View::Profile(ANN), (None, std::slice::from_ref(&third), true));
    tale.page(EVE, View::Profile(ANN), (Some(third.id), &[], false));
    assert_eq!(tale.wrongs(), [Kind::SteppedBack], "Eve had seen the first");

    // Not if it is deleted, or may be.
    for answer in [Answer::Done, failed()] {
        let mut tale = fresh.clone();
        tale.delete(ANN, third.id, answer);
        tale.read(BOB, View::Home, &[second.clone(), first.clone()]);
        assert_eq!(tale.wrongs(), []);
    }

    let mut tale = fresh;
    let absent = Ask::Read { view: View::Tweet(third.id), walk: 99, below: None };
    tale.call(BOB, absent, Answer::Refused(404));
    assert_eq!(tale.wrongs(), [Kind::MissingEntry]);
}

#[test]
fn a_doubled_entry_is_seen() {
    let (tale, first, second) = good();
    let mut twice = tale.clone();
    twice.read(BOB, View::Home, &[second.clone(), second.clone(), first.clone()]);
    assert_eq!(twice.wrongs(), [Kind::DoubledEntry]);
    let mut disorder = tale.clone();
    disorder.read(BOB, View::Home, &[first.clone(), second.clone()]);
    assert_eq!(disorder.wrongs(), [Kind::DoubledEntry]);
    let mut pages = tale;
    pages.walks += 1;
    pages.page(BOB, View::Home, (None, std::slice::from_ref(&second), true));
    pages.page(BOB, View::Home, (Some(second.id), &[second, first], false));
    assert_eq!(pages.wrongs(), [Kind::DoubledEntry]);
}

#[test]
fn a_deleted_or_invented_entry_is_seen() {
    let (mut tale, first, second) = good();
    let mut invented = tale.clone();
    let strange = Entry { id: 99, key: Some(9), ..second.clone() };
    invented.read(BOB, View::Home, &[strange, second.clone(), first.clone()]);
    assert_eq!(invented.wrongs(), [Kind::Invented]);
    tale.delete(ANN, second.id, Answer::Done);
    tale.read(BOB, View::Home, &[second, first]);
    assert_eq!(tale.wrongs(), [Kind::ShownDeleted]);
}

#[test]
fn a_wrong_refusal_is_seen() {
    let (mut tale, ..) = good();
    tale.call(BOB, Ask::Read { view: View::Home, walk: 99, below: None }, Answer::Refused(401));
    assert_eq!(tale.wrongs(), [Kind::WronglyRefused]);
}

#[test]
fn a_privacy_leak_is_seen() {
    let (tale, first, second) = good();
    let mut stranger = tale.clone();
    stranger.read(EVE, View::Profile(ANN), &[second.clone(), first.clone()]);
    assert_eq!(stranger.wrongs(), [Kind::PrivacyLeak], "for followers only");

    let mut blocked = tale.clone();
    blocked.tie(ANN, Tie::Block(EVE), true, Answer::Done);
    blocked.truth().blocks.push((ANN, EVE));
    let mut lagging = blocked.clone();
    blocked.read(EVE, View::Tweet(first.id), std::slice::from_ref(&first));
    assert_eq!(blocked.wrongs(), [Kind::PrivacyLeak], "of who blocks the reader");
    lagging.history.lag = 100 * SECOND;
    lagging.read(EVE, View::Tweet(first.id), std::slice::from_ref(&first));
    assert_eq!(lagging.wrongs(), [], "it may not have arrived");

    let mut streamed = tale;
    streamed.tie(BOB, Tie::Follow(ANN), false, Answer::Done);
    streamed.truth().follows.clear();
    streamed.now += 10 * SECOND;
    let third = streamed.post(ANN, 3, Audience::Followers);
    assert_eq!(streamed.wrongs(), [Kind::PrivacyLeak], "by a stream: {third:?}");
}

#[test]
fn a_block_ends_both_follows() {
    let (mut tale, first, second) = good();
    tale.tie(ANN, Tie::Block(BOB), true, Answer::Done);
    tale.tie(ANN, Tie::Block(BOB), false, Answer::Done);
    assert_eq!(tale.wrongs(), [Kind::LostWrite], "the follow must be gone");
    tale.truth().follows.clear();
    assert_eq!(tale.wrongs(), []);
    tale.read(BOB, View::Profile(ANN), std::slice::from_ref(&first));
    assert_eq!(tale.wrongs(), []);
    tale.read(BOB, View::Profile(ANN), &[second, first]);
    assert_eq!(tale.wrongs(), [Kind::PrivacyLeak]);
}

#[test]
fn double_and_missing_deliveries_are_seen() {
    let (tale, ..) = good();
    let mut twice = tale.clone();
    let event = twice.history.streams[0].events[0].clone();
    twice.history.streams[0].events.push(event);
    assert_eq!(twice.wrongs(), [Kind::DeliveredTwice]);
    let mut missing = tale.clone();
    missing.history.streams[0].events.remove(0);
    assert_eq!(missing.wrongs(), [Kind::Undelivered]);
    missing.history.streams[0].events.insert(0, Event::Gap);
    assert_eq!(missing.wrongs(), [], "the stream said that it left some out");
    let mut cut_off = tale;
    cut_off.history.streams[0].events.clear();
    cut_off.history.streams[0].until = 3 * SECOND;
    assert_eq!(cut_off.wrongs(), [], "it was down before they could arrive");
}

/// A call that failed may be carried out at any later time: then neither is wrong.
#[test]
fn what_may_yet_come_is_no_proof() {
    let (mut tale, first, second) = good();
    tale.tie(BOB, Tie::Follow(ANN), false, failed());
    tale.tie(BOB, Tie::Follow(ANN), true, Answer::Done);
    tale.read(BOB, View::Home, &[second.clone(), first.clone()]);
    tale.read(BOB, View::Home, &[]);
    tale.truth().follows.clear();
    assert_eq!(tale.wrongs(), []);
}
