//! What moderators do to accounts and tweets, what those concerned say to it, and the log of all of
//! it.

use crate::automod::Effect;
use crate::error::{Error, Result};
use crate::ids::{ActionId, ReportId, TweetId, UserId};
use crate::limits::{APPEAL_CHARS_MAX, NOTE_CHARS_MAX, REASON_CHARS_MAX};
use crate::role::{AccountState, Right};
use crate::time::Timestamp;
use crate::user::clean;

/// What a moderator does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActionKind {
    /// Tell the person, and nothing more.
    Warn,
    /// Show the pictures of some tweets only to those who ask for them.
    MarkSensitive,
    /// Delete some tweets.
    DeleteTweets,
    /// See [`AccountState::Limited`].
    Limit,
    /// See [`AccountState::Frozen`].
    Freeze,
    /// See [`AccountState::Suspended`].
    Suspend,
    /// Make the account like any other again.
    Restore,
    /// Delete the account for good.
    DeleteAccount,
}

impl ActionKind {
    /// All of them, mildest first.
    pub const ALL: [Self; 8] = [
        Self::Warn,
        Self::MarkSensitive,
        Self::DeleteTweets,
        Self::Limit,
        Self::Freeze,
        Self::Suspend,
        Self::Restore,
        Self::DeleteAccount,
    ];

    /// A stable number for it: what the database holds.
    #[must_use]
    pub fn code(self) -> i16 {
        match self {
            Self::Warn => 1,
            Self::MarkSensitive => 2,
            Self::DeleteTweets => 3,
            Self::Limit => 4,
            Self::Freeze => 5,
            Self::Suspend => 6,
            Self::Restore => 7,
            Self::DeleteAccount => 8,
        }
    }

    /// The kind with this number.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Its name on the wire, in the log and at the terminal.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::MarkSensitive => "mark-sensitive",
            Self::DeleteTweets => "delete-tweets",
            Self::Limit => "limit",
            Self::Freeze => "freeze",
            Self::Suspend => "suspend",
            Self::Restore => "restore",
            Self::DeleteAccount => "delete-account",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The state that it puts an account in.
    #[must_use]
    pub fn state(self) -> Option<AccountState> {
        match self {
            Self::Limit => Some(AccountState::Limited),
            Self::Freeze => Some(AccountState::Frozen),
            Self::Suspend => Some(AccountState::Suspended),
            Self::Restore => Some(AccountState::Active),
            Self::Warn | Self::MarkSensitive | Self::DeleteTweets | Self::DeleteAccount => None,
        }
    }

    /// Whether it is done to tweets, of which there must then be some.
    #[must_use]
    pub fn is_of_tweets(self) -> bool {
        matches!(self, Self::MarkSensitive | Self::DeleteTweets)
    }

    /// Whether the person may ask for it to be undone: once.
    #[must_use]
    pub fn can_be_appealed(self) -> bool {
        !matches!(self, Self::Restore | Self::DeleteAccount)
    }

    /// Whether a moderator takes back this action; the state of an account is restored instead.
    #[must_use]
    pub fn is_undone_by_itself(self) -> bool {
        self == Self::MarkSensitive
    }

    /// What one must be allowed for it.
    #[must_use]
    pub fn right(self) -> Right {
        if self == Self::DeleteAccount { Right::DeleteAccounts } else { Right::Act }
    }
}

/// An action that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Its id; it carries the time.
    pub id: ActionId,
    /// To whom.
    pub user_id: UserId,
    /// By whom; [`None`] for the operator at the terminal.
    pub moderator: Option<UserId>,
    /// What.
    pub kind: ActionKind,
    /// The report that led to it.
    pub report: Option<ReportId>,
    /// Why, as the person reads it.
    pub reason: String,
    /// When it was undone.
    pub undone_at: Option<Timestamp>,
    /// What the person said to it.
    pub appeal: Option<Appeal>,
    /// The tweets it was done to, with the text of those that it deleted.
    pub tweets: Vec<(TweetId, String)>,
}

/// What somebody says to an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appeal {
    /// In their words.
    pub text: String,
    /// When.
    pub made_at: Timestamp,
    /// How it was decided.
    pub state: AppealState,
    /// What the moderators answered.
    pub answer: String,
}

/// How an appeal stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AppealState {
    /// It waits.
    #[default]
    Open,
    /// The action was undone.
    Accepted,
    /// The action stands.
    Rejected,
}

impl AppealState {
    const ALL: [Self; 3] = [Self::Open, Self::Accepted, Self::Rejected];

    /// A stable number for it: what the database holds.
    #[must_use]
    pub fn code(self) -> i16 {
        match self {
            Self::Open => 0,
            Self::Accepted => 1,
            Self::Rejected => 2,
        }
    }

    /// The state with this number; what is not known waits.
    #[must_use]
    pub fn from_code(code: i16) -> Self {
        Self::ALL.into_iter().find(|state| state.code() == code).unwrap_or_default()
    }

    /// Its name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }
}

/// What moderators note for each other about an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its id; it carries the time.
    pub id: i64,
    /// Who wrote it.
    pub author: UserId,
    /// What it says.
    pub text: String,
}

/// Why something is done, as the person concerned reads it.
///
/// # Errors
/// [`Error::InvalidField`] on `reason`.
pub fn reason(text: &str) -> Result<String> {
    filled("reason", text, REASON_CHARS_MAX, "must say why: the person reads it")
}

/// What somebody says to an action.
///
/// # Errors
/// [`Error::InvalidField`] on `text`.
pub fn appeal_text(text: &str) -> Result<String> {
    filled("text", text, APPEAL_CHARS_MAX, "must say why it should be undone")
}

/// What a moderator notes.
///
/// # Errors
/// [`Error::InvalidField`] on `note`.
pub fn note_text(text: &str) -> Result<String> {
    filled("note", text, NOTE_CHARS_MAX, "must not be empty")
}

fn filled(field: &'static str, text: &str, max: usize, empty: &'static str) -> Result<String> {
    let text = clean(field, text, max)?;
    if text.is_empty() { Err(Error::invalid(field, empty)) } else { Ok(text) }
}

/// One line of the log: who did what to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its place: 1, 2, 3 and so on without a gap.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who; [`None`] for the operator at the terminal, or the server itself.
    pub actor: Option<UserId>,
    /// What, in a word: `suspend`, `rule-added`.
    pub kind: String,
    /// To whom; 0 if to nobody.
    pub user_id: i64,
    /// To which tweet, report, rule; 0 if to none.
    pub subject: i64,
    /// More of it: a reason, a number of tweets.
    pub detail: String,
    /// Seals this line and, through the one before, all before it: 64 hexadecimal digits.
    pub hash: String,
}

impl AuditEntry {
    /// Whether the rules for new tweets did it.
    #[must_use]
    pub fn is_by_rules(&self) -> bool {
        self.actor.is_none() && Effect::ALL.iter().any(|effect| effect.log_kind() == self.kind)
    }

    /// What its hash is made of: the hash of the line before and all of this one, each with its
    /// length, so that no two different lines have the same.
    #[must_use]
    pub fn sealed_bytes(&self, previous: &str) -> Vec<u8> {
        let numbers = [self.seq, self.at.0, self.actor.map_or(0, |id| id.0), self.user_id];
        let mut bytes = Vec::with_capacity(256);
        for number in numbers.into_iter().chain([self.subject]) {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        for text in [previous, &self.kind, &self.detail] {
            bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_apart_by_number_and_by_name() {
        for kind in ActionKind::ALL {
            assert_eq!(ActionKind::from_code(kind.code()), Some(kind));
            assert_eq!(ActionKind::parse(kind.name()), Some(kind));
        }
        assert_eq!(ActionKind::from_code(0), None);
        let appealed = ActionKind::ALL.into_iter().filter(|kind| kind.can_be_appealed()).count();
        assert_eq!(appealed, 6);
    }

    #[test]
    fn why_must_be_said() {
        assert_eq!(reason(" Spam.\n").expect("a reason"), "Spam.");
        for bad in ["", " \n", &"x".repeat(1001)] {
            assert!(reason(bad).is_err() && appeal_text(bad).is_err() && note_text(bad).is_err());
        }
    }

    #[test]
    fn every_part_of_a_line_is_sealed() {
        let entry = AuditEntry {
            seq: 1,
            at: Timestamp(2),
            actor: Some(UserId(3)),
            kind: "warn".to_owned(),
            user_id: 4,
            subject: 5,
            detail: "six".to_owned(),
            hash: String::new(),
        };
        let bytes = entry.sealed_bytes("before");
        let others = [
            AuditEntry { seq: 9, ..entry.clone() },
            AuditEntry { at: Timestamp(9), ..entry.clone() },
            AuditEntry { actor: None, ..entry.clone() },
            AuditEntry { kind: "war".to_owned(), detail: "nsix".to_owned(), ..entry.clone() },
            AuditEntry { user_id: 9, ..entry.clone() },
            AuditEntry { subject: 9, ..entry.clone() },
            AuditEntry { detail: String::new(), ..entry.clone() },
        ];
        for other in others {
            assert_ne!(other.sealed_bytes("before"), bytes, "{other:?}");
        }
        assert_ne!(entry.sealed_bytes("before!"), bytes);
    }
}
