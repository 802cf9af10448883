//! The rules that look at new tweets before they are stored: what each looks for, and what comes of
//! it. (The rules that people read are in `report.rs`.)

use crate::error::{Error, Result};
use crate::ids::{HeldId, TweetId, UserId};
use crate::time::Timestamp;
use crate::tweet::NewTweetTerms;

/// What a rule looks for; there is one rule for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Condition {
    /// Words that insult, also in disguise.
    Profanity,
    /// A word that the moderators keep out.
    BlockedWord,
    /// A link to a host that they keep out, or to one below it.
    BlockedLink,
    /// Many links by one account in an hour.
    LinkBurst,
    /// The same text several times in an hour, by whomever.
    Duplicate,
    /// Links or mentions by an account that is not old.
    NewAccount,
}

impl Condition {
    /// All of them, in the order in which they are looked at.
    pub const ALL: [Self; 6] = [
        Self::BlockedWord,
        Self::BlockedLink,
        Self::Profanity,
        Self::Duplicate,
        Self::LinkBurst,
        Self::NewAccount,
    ];

    /// A stable number for it: what the database holds.
    #[must_use]
    pub fn code(self) -> i16 {
        match self {
            Self::Profanity => 1,
            Self::BlockedWord => 2,
            Self::BlockedLink => 3,
            Self::LinkBurst => 4,
            Self::Duplicate => 5,
            Self::NewAccount => 6,
        }
    }

    /// The condition with this number.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|condition| condition.code() == code)
    }

    /// Its name at the terminal, in forms and in the log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Profanity => "profanity",
            Self::BlockedWord => "blocked-word",
            Self::BlockedLink => "blocked-link",
            Self::LinkBurst => "link-burst",
            Self::Duplicate => "duplicate",
            Self::NewAccount => "new-account",
        }
    }

    /// The condition with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|condition| condition.name() == name)
    }

    /// Which numbers it may go by, if by any: how severe profanity must be (1 mild, 3 severe), links
    /// and equal texts that are let pass in an hour, hours for which an account is new.
    #[must_use]
    pub fn thresholds(self) -> Option<(i64, i64)> {
        match self {
            Self::Profanity => Some((1, 3)),
            Self::BlockedWord | Self::BlockedLink => None,
            Self::LinkBurst | Self::Duplicate => Some((1, 1000)),
            Self::NewAccount => Some((1, 24 * 365)),
        }
    }

    /// What its author may do about a tweet that is refused.
    #[must_use]
    pub fn refusal(self) -> &'static str {
        match self {
            Self::Profanity => "has words that are not welcome on this server: say it differently",
            Self::BlockedWord => "has a word that this server does not take: leave it out",
            Self::BlockedLink => "has a link that this server does not take: leave it out",
            Self::LinkBurst => {
                "has one link too many, there were several in an hour: leave it out, or wait"
            }
            Self::Duplicate => {
                "says what other tweets of the last hour said: write something of your own"
            }
            Self::NewAccount => {
                "must be without links and mentions while your account is new: leave them out"
            }
        }
    }
}

/// What comes of a tweet that a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// It is posted, and the moderators have a report.
    Flag,
    /// Only its author sees it until a moderator approves of it.
    Hold,
    /// It is not taken.
    Refuse,
}

impl Effect {
    /// All of them, mildest first.
    pub const ALL: [Self; 3] = [Self::Flag, Self::Hold, Self::Refuse];

    /// A stable number for it: what the database holds.
    #[must_use]
    pub fn code(self) -> i16 {
        match self {
            Self::Flag => 1,
            Self::Hold => 2,
            Self::Refuse => 3,
        }
    }

    /// The effect with this number; the mildest for one that a later version stored.
    #[must_use]
    pub fn from_code(code: i16) -> Self {
        Self::ALL.into_iter().find(|effect| effect.code() == code).unwrap_or(Self::Flag)
    }

    /// Its name at the terminal, in forms and in the log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Hold => "hold",
            Self::Refuse => "refuse",
        }
    }

    /// The effect with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effect| effect.name() == name)
    }

    /// What stands in the log when a rule had it.
    #[must_use]
    pub fn log_kind(self) -> &'static str {
        match self {
            Self::Flag => "automod-flag",
            Self::Hold => "automod-hold",
            Self::Refuse => "automod-refuse",
        }
    }
}

/// Whether a rule does anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// It looks at nothing.
    Off,
    /// It only counts what it would have done.
    DryRun,
    /// It has its effect.
    On,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Off, Self::DryRun, Self::On];

    /// A stable number for it: what the database holds.
    #[must_use]
    pub fn code(self) -> i16 {
        match self {
            Self::Off => 0,
            Self::DryRun => 1,
            Self::On => 2,
        }
    }

    /// The mode with this number; off for one that a later version stored.
    #[must_use]
    pub fn from_code(code: i16) -> Self {
        Self::ALL.into_iter().find(|mode| mode.code() == code).unwrap_or(Self::Off)
    }

    /// Its name at the terminal, in forms and in the log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::DryRun => "dry-run",
            Self::On => "on",
        }
    }

    /// The mode with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// A rule as it is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AutoRule {
    /// What it looks for.
    pub condition: Condition,
    /// What comes of it.
    pub effect: Effect,
    /// Whether it does anything.
    pub mode: Mode,
    /// See [`Condition::thresholds`]; 0 where there is none.
    pub threshold: i64,
}

impl AutoRule {
    /// How it is until somebody sets it: what moderators keep out is kept out, all else is off.
    #[must_use]
    pub fn usual(condition: Condition) -> Self {
        let (effect, mode, threshold) = match condition {
            Condition::BlockedWord => (Effect::Hold, Mode::On, 0),
            Condition::BlockedLink => (Effect::Refuse, Mode::On, 0),
            Condition::Profanity => (Effect::Flag, Mode::Off, 3),
            Condition::LinkBurst => (Effect::Hold, Mode::Off, 20),
            Condition::Duplicate => (Effect::Refuse, Mode::Off, 3),
            Condition::NewAccount => (Effect::Hold, Mode::Off, 24),
        };
        Self { condition, effect, mode, threshold }
    }

    /// Checks one as typed; a condition that goes by no number has 0.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `threshold`.
    pub fn checked(mut self) -> Result<Self> {
        match self.condition.thresholds() {
            None => self.threshold = 0,
            Some((least, most)) if !(least..=most).contains(&self.threshold) => {
                let message = format!("must be a number in the range {least}–{most}");
                return Err(Error::invalid("threshold", message));
            }
            Some(_) => {}
        }
        Ok(self)
    }

    /// In words for the log and the terminal.
    #[must_use]
    pub fn summary(&self) -> String {
        let Self { condition, effect, mode, threshold } = self;
        let (condition, effect, mode) = (condition.name(), effect.name(), mode.name());
        match threshold {
            0 => format!("{condition}: {effect}, {mode}"),
            _ => format!("{condition} ({threshold}): {effect}, {mode}"),
        }
    }
}

/// The rules of a server, one for each condition, in the order of [`Condition::ALL`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutoRules(Vec<AutoRule>);

impl Default for AutoRules {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl AutoRules {
    /// Those that were set; the others are as usual.
    #[must_use]
    pub fn new(set: &[AutoRule]) -> Self {
        let rule = |condition| {
            let set = set.iter().find(|rule| rule.condition == condition);
            set.copied().unwrap_or_else(|| AutoRule::usual(condition))
        };
        Self(Condition::ALL.into_iter().map(rule).collect())
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[AutoRule] {
        &self.0
    }

    /// Those that are not off.
    pub fn awake(&self) -> impl Iterator<Item = &AutoRule> {
        self.0.iter().filter(|rule| rule.mode != Mode::Off)
    }
}

/// A rule that is about a tweet, and what it found there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The rule.
    pub rule: AutoRule,
    /// The word, the host, the number.
    pub found: String,
}

impl std::fmt::Display for Hit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.rule.condition.name(), self.found)
    }
}

/// How often a rule was about a tweet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HitCounts {
    /// Times it had its effect.
    pub acted: i64,
    /// Times it would have had it.
    pub dry: i64,
}

/// A tweet that waits for review, or was reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldTweet {
    /// Its id until it is posted; it carries the time.
    pub id: HeldId,
    /// Its author.
    pub user_id: UserId,
    /// What it says, checked.
    pub content: String,
    /// How it is to be posted.
    pub terms: NewTweetTerms,
    /// Why it is held: the rules and what they found.
    pub why: String,
    /// How it stands.
    pub state: HeldState,
    /// When that was decided.
    pub decided_at: Option<Timestamp>,
    /// What the author is told of a rejection.
    pub reason: String,
    /// The tweet that it became.
    pub tweet_id: Option<TweetId>,
}

/// How a held tweet stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum HeldState {
    /// It waits.
    #[default]
    Waiting,
    /// A moderator approves of it, and it is being posted: what was begun is to be finished.
    Approving,
    /// It was posted.
    Approved,
    /// It was not.
    Rejected,
}

impl HeldState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Approving, Self::Approved, Self::Rejected];

    /// A stable number for it: what the database holds.
    #[must_use]
    pub fn code(self) -> i16 {
        match self {
            Self::Waiting => 0,
            Self::Approving => 1,
            Self::Approved => 2,
            Self::Rejected => 3,
        }
    }

    /// The state with this number; what is not known waits.
    #[must_use]
    pub fn from_code(code: i16) -> Self {
        Self::ALL.into_iter().find(|state| state.code() == code).unwrap_or_default()
    }

    /// Whether a moderator has still to look at it.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Approving)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_tell_all_apart() {
        for condition in Condition::ALL {
            assert_eq!(Condition::from_code(condition.code()), Some(condition));
            assert_eq!(Condition::parse(condition.name()), Some(condition));
        }
        for effect in Effect::ALL {
            assert_eq!(Effect::from_code(effect.code()), effect);
            assert_eq!(Effect::parse(effect.name()), Some(effect));
        }
        for mode in Mode::ALL {
            assert_eq!(Mode::from_code(mode.code()), mode);
            assert_eq!(Mode::parse(mode.name()), Some(mode));
        }
        for state in HeldState::ALL {
            assert_eq!(HeldState::from_code(state.code()), state);
        }
        assert_eq!((Condition::from_code(0), Mode::from_code(9)), (None, Mode::Off));
    }

    #[test]
    fn rules_that_nobody_set_are_as_usual_and_those_that_are_have_a_number_that_will_do() {
        let set = AutoRule {
            condition: Condition::LinkBurst,
            effect: Effect::Refuse,
            mode: Mode::DryRun,
            threshold: 5,
        };
        let rules = AutoRules::new(&[set]);
        assert_eq!(rules.all().len(), Condition::ALL.len());
        assert_eq!(rules.awake().count(), 3, "words, links, and the one that was set");
        assert!(rules.all().contains(&set));
        for condition in Condition::ALL {
            let usual = AutoRule::usual(condition);
            assert_eq!(usual.checked().expect("valid"), usual);
            if let Some((least, most)) = condition.thresholds() {
                for threshold in [least - 1, most + 1] {
                    assert!(AutoRule { threshold, ..usual }.checked().is_err());
                }
            }
        }
        assert_eq!(set.summary(), "link-burst (5): refuse, dry-run");
    }
}
