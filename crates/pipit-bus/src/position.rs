//! How much a node has heard, and of whom it hears nothing. Pure: time is an argument.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::time::{Duration, Instant};

use pipit_model::limits::BUS_SILENCE_MS;

use crate::message::{Content, Message, Speaker};

const SILENCE: Duration = Duration::from_millis(BUS_SILENCE_MS);
/// Nodes that are gone but may be named in positions.
const GONE_MAX: usize = 1024;

/// A place in the stream, as Redis numbers it: milliseconds, then a count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(pub(crate) u64, pub(crate) u64);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, self.1)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (ms, count) = text.split_once('-').ok_or(())?;
        Ok(Self(ms.parse().map_err(|_| ())?, count.parse().map_err(|_| ())?))
    }
}

/// What a reader has seen: up to where a node had heard, and what it had said itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    heard: Place,
    speaker: Speaker,
    said: u64,
    /// Milliseconds: until then it may have shown what it had read from the database and not heard.
    /// Zero if it showed nothing of the kind.
    unheard_until: i64,
}

/// `HEARD.NUMBER.HOLDER.SAID.UNHEARD`.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { heard, speaker, said, unheard_until } = self;
        write!(f, "{heard}.{}.{}.{said}.{unheard_until}", speaker.number, speaker.holder)
    }
}

impl FromStr for Position {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('.');
        let mut next = || parts.next().ok_or(());
        let heard = next()?.parse()?;
        let number = next()?.parse().map_err(|_| ())?;
        let holder = next()?.parse().map_err(|_| ())?;
        let said = next()?.parse().map_err(|_| ())?;
        let unheard_until = next()?.parse().map_err(|_| ())?;
        Ok(Self { heard, speaker: Speaker { number, holder }, said, unheard_until })
    }
}

/// What this node has heard of one other.
#[derive(Debug, Clone, Copy)]
struct Ear {
    /// The number of the last events that it said.
    number: u64,
    heard_at: Instant,
    has_gone: bool,
}

/// What this node has heard of all.
#[derive(Debug)]
pub(crate) struct Hearing {
    own: Speaker,
    place: Place,
    /// When our own words last came back; [`None`] without a connection.
    echo_at: Option<Instant>,
    ears: HashMap<Speaker, Ear>,
    /// Since when the database has known each of the others.
    members: HashMap<Speaker, Instant>,
    members_at: Option<Instant>,
    /// What was read through to the database counts as heard up to here.
    read_through: (Place, HashMap<Speaker, u64>),
    /// The last of that, and when: until it is heard too, others cannot know what was read here.
    pending: Option<(Instant, Position)>,
    /// Milliseconds: what is cached was read after then.
    forgot_at: i64,
    was_whole: bool,
}

/// What to do, after a look around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Nothing: all is heard.
    Whole,
    /// All is heard again, or somebody went without a word: something may have been missed.
    Gap,
    /// Something may be missed now.
    Deaf,
}

impl Hearing {
    pub(crate) fn new(own: Speaker) -> Self {
        Self {
            own,
            place: Place::default(),
            echo_at: None,
            ears: HashMap::new(),
            members: HashMap::new(),
            members_at: None,
            read_through: (Place::default(), HashMap::new()),
            pending: None,
            forgot_at: 0,
            was_whole: false,
        }
    }

    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// The stream is connected and ends here: a stream that was lost may begin again below.
    pub(crate) fn connected(&mut self, end: Place, first: bool) {
        if first || end < self.place {
            self.place = end;
        }
    }

    pub(crate) fn disconnected(&mut self) {
        self.echo_at = None;
    }

    /// Whether something was lost before this message.
    pub(crate) fn misses_before(&self, message: &Message) -> bool {
        if message.speaker == self.own {
            return false;
        }
        let known = self.ears.get(&message.speaker).map_or(0, |ear| ear.number);
        let next = match message.content {
            Content::Events(_) => known + 1,
            Content::Note(_) | Content::Alive | Content::Goodbye => known,
        };
        message.number > next
    }

    /// The message at this place was heard and what it says is done.
    pub(crate) fn heard(&mut self, place: Place, message: Option<&Message>, now: Instant) {
        self.place = self.place.max(place);
        let Some(message) = message else { return };
        if message.speaker == self.own {
            self.echo_at = Some(now);
            return;
        }
        let has_gone = message.content == Content::Goodbye;
        let ear = Ear { number: message.number, heard_at: now, has_gone };
        self.ears.insert(message.speaker, ear);
    }

    pub(crate) fn set_members(&mut self, members: &[Speaker], now: Instant) {
        self.members.retain(|speaker, _| members.contains(speaker));
        for speaker in members.iter().filter(|speaker| **speaker != self.own) {
            self.members.entry(*speaker).or_insert(now);
        }
        self.members_at = Some(now);
    }

    pub(crate) fn hears_all(&self, now: Instant) -> bool {
        let fresh = |at: Instant| now.saturating_duration_since(at) < SILENCE;
        let member = |(speaker, since): (&Speaker, &Instant)| {
            fresh(*since) || self.ears.get(speaker).is_some_and(|e| e.has_gone || fresh(e.heard_at))
        };
        let speaking = |ear: &Ear| ear.has_gone || fresh(ear.heard_at);
        self.echo_at.is_some_and(fresh)
            && self.members.iter().all(member)
            && self.ears.values().all(speaking)
    }

    /// Looks around; to be called every now and then.
    pub(crate) fn look(&mut self, now: Instant) -> Finding {
        let somebody_died = self.bury(now);
        let whole = self.hears_all(now);
        let finding = match (self.was_whole, whole) {
            (_, false) => Finding::Deaf,
            (false, true) => Finding::Gap,
            (true, true) if somebody_died => Finding::Gap,
            (true, true) => Finding::Whole,
        };
        self.was_whole = whole;
        finding
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
        Position { heard: self.place, speaker: self.own, said, unheard_until }
    }

    /// Whether something was read through of late that was not heard since. What is never heard, of a
    /// node that died, is noticed as a gap by then.
    fn is_pending(&self, now: Instant) -> bool {
        self.pending.is_some_and(|(at, position)| {
            let known = self.ears.get(&position.speaker).map_or(0, |ear| ear.number);
            let heard = self.place >= position.heard && known >= position.said;
            let young = now.saturating_duration_since(at) < 2 * SILENCE;
            young && (!heard || position.unheard_until > 0)
        })
    }

    pub(crate) fn has_reached(&self, position: Position) -> bool {
        self.has_heard(position) && self.has_forgotten(position)
    }

    /// As far as hearing goes.
    pub(crate) fn has_heard(&self, position: Position) -> bool {
        let (place, numbers) = &self.read_through;
        let speaker = &position.speaker;
        let known = self.ears.get(speaker).map_or(0, |ear| ear.number);
        let known = known.max(numbers.get(speaker).copied().unwrap_or(0));
        let heard = self.place.max(*place) >= position.heard;
        heard && (*speaker == self.own || known >= position.said)
    }

    /// Whether what is cached here was read after what the other node had shown; to the skew of the
    /// nodes' clocks.
    fn has_forgotten(&self, position: Position) -> bool {
        let nothing_unheard = position.unheard_until == 0;
        nothing_unheard || position.speaker == self.own || self.forgot_at > position.unheard_until
    }

    /// What is cached is dropped now.
    pub(crate) fn forgot(&mut self, now_ms: i64) {
        self.forgot_at = now_ms;
    }

    pub(crate) fn count_as_reached(&mut self, position: Position, now: Instant) {
        self.pending = Some((now, position));
        let (place, numbers) = &mut self.read_through;
        *place = position.heard.max(*place);
        if numbers.len() > GONE_MAX {
            numbers.clear();
        }
        let number = numbers.entry(position.speaker).or_default();
        *number = position.said.max(*number);
    }
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
            self.hearing.heard(self.place, Some(&message), self.now);
            misses
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
        room.hear(OWN, 0, Content::Alive);
        assert_eq!(room.hearing.look(room.now), Finding::Gap);
        assert_eq!(room.hearing.look(room.now), Finding::Whole);
        room.hearing.disconnected();
        assert_eq!(room.hearing.look(room.now), Finding::Deaf);
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

    /// A writes, B does not hear it and reads through; what B then shows, C must not be older than.
    #[test]
    fn what_was_read_through_is_passed_on() {
        let mut room = Room::new();
        let mut writer = Hearing::new(OTHER);
        writer.hear_itself(room.now);
        let written = writer.position(1, room.now, 100);
        assert!(!room.hearing.has_reached(written));
        room.hearing.forgot(200);
        room.hearing.count_as_reached(written, room.now);
        let read = room.hearing.position(0, room.now, 201);

        let mut third = Hearing::new(Speaker { number: 2, holder: 12 });
        third.connected(Place(1, 9), true);
        assert!(third.has_heard(read) && !third.has_reached(read), "it cached before that");
        third.forgot(202);
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
