//! How much a node has heard, by which way, and of whom it hears nothing. Pure: time is an argument.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use pipit_model::limits::{BUS_LIFE_MS, BUS_SILENCE_MS};

use crate::message::{Content, Message, Speaker};
use crate::position::{Place, Position};

const SILENCE: Duration = Duration::from_millis(BUS_SILENCE_MS);
const LIFE: Duration = Duration::from_millis(BUS_LIFE_MS);
/// Longer than what was committed ever waits to be told.
const TELLING_MS: i64 = 2000;
/// Nodes that are gone but may be named in positions.
const GONE_MAX: usize = 1024;

/// How a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Redis,
    Board,
}

/// What this node has heard of one other.
#[derive(Debug, Clone, Copy)]
struct Ear {
    /// The number of the last events that it said.
    number: u64,
    /// Milliseconds, by its clock: up to then it had said as much.
    said_at: i64,
    heard_at: Instant,
    /// When last by Redis, since that is connected.
    on_redis_at: Option<Instant>,
    has_gone: bool,
}

/// What this node has heard of all.
#[derive(Debug)]
pub(crate) struct Hearing {
    own: Speaker,
    place: Place,
    /// Up to where the board was read.
    board: i64,
    /// Up to where it must be, for a reader who has seen as much.
    wanted_board: i64,
    /// Whether Redis is connected.
    is_connected: bool,
    /// When our own words last came back, by Redis or in any way.
    echo_on_redis_at: Option<Instant>,
    echo_at: Option<Instant>,
    ears: HashMap<Speaker, Ear>,
    /// Since when the database has known each of the others.
    members: HashMap<Speaker, Instant>,
    members_at: Option<Instant>,
    /// What was read through to the database counts as heard up to here.
    read_through: ReadThrough,
    /// The last of that, and when: until it is heard too, others cannot know what was read here.
    pending: Option<(Instant, Position)>,
    /// Milliseconds: what is cached was read after then.
    forgot_at: i64,
    /// The same by a clock that no one sets.
    dropped_at: Option<Instant>,
    /// When all was last heard.
    whole_at: Option<Instant>,
    /// Milliseconds: all that was said before then was heard.
    caught_up_to: i64,
    /// Something was missed for good, or what came before is not known.
    has_missed: bool,
}

/// Up to where readers have seen what was not heard here.
#[derive(Debug, Default)]
struct ReadThrough {
    place: Place,
    board: i64,
    numbers: HashMap<Speaker, u64>,
}

/// What to do, after a look around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Nothing: all is heard.
    Whole,
    /// All is heard, from now on: somebody went without a word.
    Gap,
    /// Something may be missed now.
    Deaf,
}

impl Hearing {
    pub(crate) fn new(own: Speaker) -> Self {
        Self {
            own,
            place: Place::default(),
            board: 0,
            wanted_board: 0,
            is_connected: false,
            echo_on_redis_at: None,
            echo_at: None,
            ears: HashMap::new(),
            members: HashMap::new(),
            members_at: None,
            read_through: ReadThrough::default(),
            pending: None,
            forgot_at: 0,
            dropped_at: None,
            whole_at: None,
            caught_up_to: 0,
            has_missed: true,
        }
    }

    pub(crate) fn place(&self) -> Place {
        self.place
    }

    pub(crate) fn board(&self) -> i64 {
        self.board
    }

    /// The stream is connected and ends here: a stream that was lost may begin again below.
    pub(crate) fn connected(&mut self, end: Place, first: bool) {
        self.is_connected = true;
        if first || end < self.place {
            self.place = end;
        }
    }

    /// Redis is lost: whoever was heard by it is not heard any more, until they are heard anew. Says
    /// whether it had been there.
    pub(crate) fn disconnected(&mut self, now: Instant) -> bool {
        if !self.is_connected {
            return false;
        }
        self.is_connected = false;
        (self.echo_at, self.echo_on_redis_at) = (None, None);
        let long_ago = now.checked_sub(SILENCE).unwrap_or(now);
        for ear in self.ears.values_mut() {
            ear.on_redis_at = None;
            ear.heard_at = ear.heard_at.min(long_ago);
        }
        true
    }

    /// Whether something was lost before this message.
    pub(crate) fn misses_before(&self, message: &Message) -> bool {
        if message.speaker == self.own {
            return false;
        }
        let known = self.known(message.speaker);
        let next = match message.content {
            Content::Events(_) => known + 1,
            Content::Note(_) | Content::Alive | Content::Goodbye => known,
        };
        message.number > next
    }

    /// Whether these are events that have not come yet, by the other way.
    pub(crate) fn is_news(&self, message: &Message) -> bool {
        message.number > self.known(message.speaker)
    }

    fn known(&self, speaker: Speaker) -> u64 {
        self.ears.get(&speaker).map_or(0, |ear| ear.number)
    }

    /// A message was heard, and what it says is done.
    pub(crate) fn heard(&mut self, message: &Message, way: Way, now: Instant) {
        let on_redis = (way == Way::Redis).then_some(now);
        if message.speaker == self.own {
            self.echo_at = Some(now);
            self.echo_on_redis_at = on_redis.or(self.echo_on_redis_at);
            return;
        }
        let new = Ear { number: 0, said_at: 0, heard_at: now, on_redis_at: None, has_gone: false };
        let ear = self.ears.entry(message.speaker).or_insert(new);
        ear.number = ear.number.max(message.number);
        ear.said_at = ear.said_at.max(message.said_at.0);
        ear.heard_at = now;
        ear.on_redis_at = on_redis.or(ear.on_redis_at);
        ear.has_gone = message.content == Content::Goodbye;
    }

    /// All up to this place of the stream is done.
    pub(crate) fn passed(&mut self, place: Place) {
        self.place = self.place.max(place);
    }

    /// All up to here on the board is done.
    pub(crate) fn passed_on_board(&mut self, place: i64) {
        self.board = self.board.max(place);
    }

    pub(crate) fn set_members(&mut self, members: &[Speaker], now: Instant) {
        let is_there = |speaker: &Speaker| members.contains(speaker);
        let unheard = |speaker: &Speaker| !self.ears.contains_key(speaker);
        self.has_missed |= self.members.keys().any(|gone| !is_there(gone) && unheard(gone));
        self.members.retain(|speaker, _| is_there(speaker));
        for speaker in members.iter().filter(|speaker| **speaker != self.own) {
            self.members.entry(*speaker).or_insert(now);
        }
        self.members_at = Some(now);
    }

    /// Whether all is heard, in any way.
    pub(crate) fn hears_all(&self, now: Instant) -> bool {
        let fresh = |at| is_fresh(at, now);
        let member = |(speaker, since): (&Speaker, &Instant)| {
            fresh(*since) || self.ears.get(speaker).is_some_and(|e| e.has_gone || fresh(e.heard_at))
        };
        let speaking = |ear: &Ear| ear.has_gone || fresh(ear.heard_at);
        self.echo_at.is_some_and(fresh)
            && self.members.iter().all(member)
            && self.ears.values().all(speaking)
    }

    /// Whether somebody is heard by the board alone, and must be spoken to there.
    pub(crate) fn somebody_is_off_redis(&self, now: Instant) -> bool {
        let fresh = |at| is_fresh(at, now);
        let off =
            |ear: &Ear| !ear.has_gone && fresh(ear.heard_at) && !ear.on_redis_at.is_some_and(fresh);
        self.ears.values().any(off)
    }

    /// Whether all is heard by Redis.
    pub(crate) fn is_on_redis(&self, now: Instant) -> bool {
        let echo = self.echo_on_redis_at.is_some_and(|at| is_fresh(at, now));
        echo && self.hears_all(now) && !self.somebody_is_off_redis(now)
    }

    /// Whether there may be something on the board that does not come by Redis.
    pub(crate) fn needs_board(&self, now: Instant) -> bool {
        let wanted = self.wanted_board > self.board.max(self.read_through.board);
        wanted || !self.is_on_redis(now)
    }

    /// Looks around; to be called every now and then. Who is heard again was missed for good only if
    /// their numbers say so.
    pub(crate) fn look(&mut self, now: Instant) -> Finding {
        self.has_missed |= self.bury(now);
        if !self.hears_all(now) {
            return Finding::Deaf;
        }
        self.whole_at = Some(now);
        let there = self.ears.values().filter(|ear| !ear.has_gone);
        self.caught_up_to = there.map(|ear| ear.said_at).min().unwrap_or(0);
        if std::mem::take(&mut self.has_missed) { Finding::Gap } else { Finding::Whole }
    }

    /// Forgets who is silent and, as the database has said since, has no number any more.
    fn bury(&mut self, now: Instant) -> bool {
        let (members, members_at) = (&self.members, self.members_at);
        let mut somebody_died = false;
        for (speaker, ear) in &mut self.ears {
            let silent_since = ear.heard_at + SILENCE;
            let asked_since = members_at.is_some_and(|at| at >= silent_since);
            if !ear.has_gone && now >= silent_since && asked_since && !members.contains_key(speaker)
            {
                ear.has_gone = true;
                somebody_died = true;
            }
        }
        if self.ears.len() > GONE_MAX {
            self.ears.retain(|_, ear| !ear.has_gone);
        }
        somebody_died
    }

    pub(crate) fn position(&self, said: u64, now: Instant, now_ms: i64) -> Position {
        let shows_unheard = !self.hears_all(now) || self.is_pending(now);
        let unheard_until = if shows_unheard { now_ms } else { 0 };
        let (heard, board) = (self.place, self.board);
        Position { heard, board, speaker: self.own, said, unheard_until }
    }

    /// Whether something was read through of late that was not heard since. What is never heard, of a
    /// node that died, is noticed as a gap by then.
    fn is_pending(&self, now: Instant) -> bool {
        self.pending.is_some_and(|(at, position)| {
            let heard = self.place >= position.heard
                && self.board >= position.board
                && self.known(position.speaker) >= position.said;
            let young = now.saturating_duration_since(at) < 2 * SILENCE;
            young && (!heard || position.unheard_until > 0)
        })
    }

    pub(crate) fn has_reached(&self, position: Position) -> bool {
        self.has_heard(position) && self.has_forgotten(position)
    }

    /// As far as hearing goes.
    pub(crate) fn has_heard(&self, position: Position) -> bool {
        let ReadThrough { place, board, numbers } = &self.read_through;
        let speaker = position.speaker;
        let known = self.known(speaker).max(numbers.get(&speaker).copied().unwrap_or(0));
        let heard = self.place.max(*place) >= position.heard;
        let read = self.board.max(*board) >= position.board;
        heard && read && (speaker == self.own || known >= position.said)
    }

    /// A reader waits until this is reached.
    pub(crate) fn want(&mut self, position: Position) {
        self.wanted_board = self.wanted_board.max(position.board);
    }

    /// Whether what is cached here is no older than what the other node had shown; to the skew of the
    /// nodes' clocks.
    fn has_forgotten(&self, position: Position) -> bool {
        let until = position.unheard_until;
        let is_known = until == 0 || position.speaker == self.own;
        is_known || self.forgot_at > until || self.caught_up_to > until + TELLING_MS
    }

    /// What is cached is dropped now.
    pub(crate) fn forgot(&mut self, now_ms: i64, now: Instant) {
        self.forgot_at = now_ms;
        self.dropped_at = Some(now);
    }

    /// Whether what is cached is too old for who does not hear all.
    pub(crate) fn has_lived(&self, now: Instant) -> bool {
        let was_right_at = self.dropped_at.max(self.whole_at);
        was_right_at.is_none_or(|at| now.saturating_duration_since(at) >= LIFE)
    }

    pub(crate) fn count_as_reached(&mut self, position: Position, now: Instant) {
        self.pending = Some((now, position));
        let ReadThrough { place, board, numbers } = &mut self.read_through;
        *place = position.heard.max(*place);
        *board = position.board.max(*board);
        if numbers.len() > GONE_MAX {
            numbers.clear();
        }
        let number = numbers.entry(position.speaker).or_default();
        *number = position.said.max(*number);
    }
}

fn is_fresh(at: Instant, now: Instant) -> bool {
    now.saturating_duration_since(at) < SILENCE
}

#[cfg(test)]
mod tests {
    use pipit_model::Timestamp;

    use super::*;

    const OWN: Speaker = Speaker { number: 0, holder: 10 };
    const OTHER: Speaker = Speaker { number: 1, holder: 11 };

    fn says(speaker: Speaker, number: u64, content: Content) -> Message {
        Message { speaker, number, said_at: Timestamp(0), content }
    }

    fn events() -> Content {
        Content::Events("[]".to_owned())
    }

    /// A position of somebody who has seen as much, and nothing that was not told.
    fn seen(heard: Place, board: i64, said: u64) -> Position {
        Position { heard, board, speaker: OTHER, said, unheard_until: 0 }
    }

    struct Room {
        hearing: Hearing,
        now: Instant,
        place: Place,
    }

    impl Hearing {
        fn hear_itself(&mut self, now: Instant) {
            self.echo_at = Some(now);
        }
    }

    impl Room {
        fn new() -> Self {
            let now = Instant::now();
            let mut room = Self { hearing: Hearing::new(OWN), now, place: Place(1, 0) };
            room.hearing.connected(Place(1, 0), true);
            room.hear(OWN, 0, Content::Alive);
            assert_eq!(room.hearing.look(now), Finding::Gap, "what came before is not known");
            assert_eq!(room.hearing.look(now), Finding::Whole);
            room
        }

        /// Says whether something was lost before it.
        fn hear(&mut self, speaker: Speaker, number: u64, content: Content) -> bool {
            let message = says(speaker, number, content);
            let misses = self.hearing.misses_before(&message);
            self.place.1 += 1;
            self.hearing.heard(&message, Way::Redis, self.now);
            self.hearing.passed(self.place);
            misses
        }

        /// The same on the board.
        fn read(&mut self, speaker: Speaker, number: u64, content: Content) {
            let message = says(speaker, number, content);
            self.hearing.heard(&message, Way::Board, self.now);
            self.hearing.passed_on_board(self.hearing.board() + 1);
        }

        fn wait(&mut self, share: u32) {
            self.now += SILENCE / share;
        }
    }

    #[test]
    fn a_number_that_is_missing_is_noticed() {
        let mut room = Room::new();
        assert!(!room.hear(OTHER, 0, Content::Alive));
        assert!(!room.hear(OTHER, 1, events()));
        assert!(!room.hear(OTHER, 2, events()));
        assert!(!room.hear(OTHER, 2, Content::Alive));
        assert!(room.hear(OTHER, 4, events()), "3 was lost");
        assert!(room.hear(OTHER, 5, Content::Alive), "5 was said and did not come");
        let fresh = Speaker { holder: 12, ..OTHER };
        assert!(room.hear(fresh, 3, Content::Alive), "what it said before is not known");
    }

    #[test]
    fn who_hears_nothing_of_itself_is_deaf_until_it_does() {
        let mut room = Room::new();
        room.wait(1);
        assert_eq!(room.hearing.look(room.now), Finding::Deaf);
        assert!(room.hearing.has_lived(room.now));
        room.hear(OWN, 0, Content::Alive);
        assert_eq!(
            room.hearing.look(room.now),
            Finding::Whole,
            "by its numbers nothing is missing"
        );
        assert!(room.hearing.disconnected(room.now));
        assert_eq!(room.hearing.look(room.now), Finding::Deaf);
    }

    #[test]
    fn without_redis_all_is_heard_by_the_board_until_it_is_back() {
        let mut room = Room::new();
        room.hear(OTHER, 1, events());
        assert!(!room.hearing.needs_board(room.now));
        room.hearing.disconnected(room.now);
        assert!(room.hearing.needs_board(room.now));
        room.read(OWN, 0, Content::Alive);
        assert_eq!(room.hearing.look(room.now), Finding::Deaf, "the other was heard by Redis");
        assert!(!room.hearing.has_lived(room.now), "there is time to find each other");
        assert!(room.hearing.has_lived(room.now + LIFE));
        room.read(OTHER, 1, Content::Alive);
        assert_eq!(room.hearing.look(room.now), Finding::Whole, "nothing was missed");
        assert!(!room.hearing.disconnected(room.now), "it is lost already");
        assert_eq!(room.hearing.look(room.now), Finding::Whole);
        assert!(!room.hearing.is_on_redis(room.now));

        room.hearing.connected(Place(1, 0), false);
        room.hear(OWN, 0, Content::Alive);
        assert!(room.hearing.needs_board(room.now), "the other is still there");
        room.hear(OTHER, 1, Content::Alive);
        assert!(room.hearing.is_on_redis(room.now) && !room.hearing.needs_board(room.now));
    }

    #[test]
    fn who_is_off_redis_is_spoken_to_on_the_board_and_what_comes_twice_is_known() {
        let mut room = Room::new();
        room.read(OTHER, 1, events());
        assert!(room.hearing.somebody_is_off_redis(room.now));
        assert!(room.hearing.hears_all(room.now), "it is heard");
        let again = says(OTHER, 1, events());
        assert!(!room.hearing.is_news(&again));
        assert!(room.hearing.is_news(&says(OTHER, 2, events())));
        // Both speak in both ways: that alone keeps nobody on the board.
        room.hear(OTHER, 1, Content::Alive);
        room.read(OTHER, 1, Content::Alive);
        assert!(!room.hearing.somebody_is_off_redis(room.now));
        assert!(!room.hearing.needs_board(room.now));
        // A reader has seen more than was read here.
        let seen = seen(Place(1, 1), 9, 1);
        assert!(!room.hearing.has_reached(seen));
        room.hearing.want(seen);
        assert!(room.hearing.needs_board(room.now));
        room.hearing.passed_on_board(9);
        assert!(room.hearing.has_reached(seen) && !room.hearing.needs_board(room.now));
    }

    #[test]
    fn a_silent_node_is_missed_until_the_database_says_that_it_is_gone() {
        let mut room = Room::new();
        room.hearing.set_members(&[OWN, OTHER], room.now);
        room.hear(OTHER, 1, events());
        for _ in 0..2 {
            room.wait(2);
            room.hear(OWN, 0, Content::Alive);
        }
        assert_eq!(room.hearing.look(room.now), Finding::Deaf, "it may be writing");
        room.hearing.set_members(&[OWN], room.now);
        assert_eq!(room.hearing.look(room.now), Finding::Gap);
        assert_eq!(room.hearing.look(room.now), Finding::Whole);
    }

    #[test]
    fn who_says_goodbye_is_not_missed() {
        let mut room = Room::new();
        room.hearing.set_members(&[OWN, OTHER], room.now);
        room.hear(OTHER, 0, Content::Goodbye);
        for _ in 0..2 {
            room.wait(2);
            room.hear(OWN, 0, Content::Alive);
        }
        assert_eq!(room.hearing.look(room.now), Finding::Whole);
    }

    #[test]
    fn a_member_that_was_never_heard_is_missed() {
        let mut room = Room::new();
        room.hearing.set_members(&[OWN, OTHER], room.now);
        assert_eq!(room.hearing.look(room.now), Finding::Whole, "it has just come");
        for _ in 0..2 {
            room.wait(2);
            room.hear(OWN, 0, Content::Alive);
        }
        assert_eq!(room.hearing.look(room.now), Finding::Deaf);
    }

    #[test]
    fn a_position_is_reached_when_as_much_was_heard() {
        let mut room = Room::new();
        let mut there = Hearing::new(OTHER);
        there.connected(Place(1, 1), true);
        there.hear_itself(room.now);
        let position = there.position(2, room.now, 7);
        assert_eq!(position.to_string().parse(), Ok(position));
        assert!(!room.hearing.has_reached(position));
        room.hear(OTHER, 1, events());
        assert!(!room.hearing.has_reached(position));
        room.hear(OTHER, 2, events());
        assert!(room.hearing.has_reached(position));
        let own = room.hearing.position(7, room.now, 7);
        assert!(room.hearing.has_reached(own), "what we said we know");

        there.connected(Place(9, 9), true);
        let position = there.position(3, room.now, 7);
        assert!(!room.hearing.has_reached(position));
        room.hearing.count_as_reached(position, room.now);
        assert!(room.hearing.has_reached(position));
    }

    #[test]
    fn a_member_that_went_and_was_never_heard_is_a_gap() {
        let mut room = Room::new();
        room.hearing.set_members(&[OWN, OTHER], room.now);
        room.hearing.set_members(&[OWN], room.now);
        assert_eq!(room.hearing.look(room.now), Finding::Gap);
        assert_eq!(room.hearing.look(room.now), Finding::Whole);
    }

    /// A writes, B does not hear it and reads through; what B then shows, C must not be older than.
    #[test]
    fn what_was_read_through_is_passed_on() {
        let mut room = Room::new();
        let mut writer = Hearing::new(OTHER);
        writer.hear_itself(room.now);
        let written = writer.position(1, room.now, 100);
        assert!(!room.hearing.has_reached(written));
        room.hearing.forgot(200, room.now);
        room.hearing.count_as_reached(written, room.now);
        let read = room.hearing.position(0, room.now, 201);

        let mut third = Hearing::new(Speaker { number: 2, holder: 12 });
        third.connected(Place(1, 9), true);
        assert!(third.has_heard(read) && !third.has_reached(read), "it cached before that");
        third.forgot(202, room.now);
        assert!(third.has_reached(read));
        assert!(room.hearing.has_reached(read), "who has read it knows it");

        // When it is heard after all, positions are as before.
        room.hear(OTHER, 1, events());
        assert_eq!(room.hearing.position(0, room.now, 203).unheard_until, 0);
        // Whoever hears nothing reads from the database, and others may be behind.
        room.wait(1);
        assert_eq!(room.hearing.position(0, room.now, 300).unheard_until, 300);
    }
}
