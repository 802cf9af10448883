//! Reports: somebody tells the moderators of somebody else.

use crate::error::{Error, Result};
use crate::ids::{ReportId, RuleId, TweetId, UserId};
use crate::limits::{REPORT_COMMENT_CHARS_MAX, REPORT_TWEETS_MAX, RULE_CHARS_MAX};
use crate::user::{clean, one_line};

/// What is wrong, as the reporter sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Category {
    /// Advertising, fraud, the same again and again.
    Spam,
    /// Against the law.
    Legal,
    /// Against a rule of this server.
    Violation,
    /// Something else.
    Other,
}

impl Category {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Spam, Self::Violation, Self::Legal, Self::Other];

    /// A stable number for it: what the database holds.
    #[must_use]
    pub fn code(self) -> i16 {
        match self {
            Self::Spam => 1,
            Self::Legal => 2,
            Self::Violation => 3,
            Self::Other => 4,
        }
    }

    /// The category with this number.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.code() == code)
    }

    /// Its name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Spam => "spam",
            Self::Legal => "legal",
            Self::Violation => "violation",
            Self::Other => "other",
        }
    }

    /// The category with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.name() == name)
    }
}

/// What a report says, checked but for what only the database knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportDraft {
    /// Whom it is about.
    pub user_id: UserId,
    /// Tweets of theirs that show it, each once.
    pub tweets: Vec<TweetId>,
    /// What is wrong.
    pub category: Category,
    /// The rule that is broken.
    pub rule: Option<RuleId>,
    /// In the reporter's words.
    pub comment: String,
}

impl ReportDraft {
    /// Checks and cleans it.
    ///
    /// # Errors
    /// [`Error::InvalidField`] with the name of the first field that breaks a rule.
    pub fn checked(mut self) -> Result<Self> {
        self.tweets.sort_unstable();
        self.tweets.dedup();
        if self.tweets.len() > REPORT_TWEETS_MAX {
            return Err(Error::invalid("tweet_ids", "must be at most 20"));
        }
        if self.rule.is_some() && self.category != Category::Violation {
            return Err(Error::invalid("rule_id", "goes only with the category \"violation\""));
        }
        self.comment = clean("comment", &self.comment, REPORT_COMMENT_CHARS_MAX)?;
        if self.category == Category::Other && self.comment.is_empty() {
            return Err(Error::invalid("comment", "must say what is wrong"));
        }
        Ok(self)
    }
}

/// A stored report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its id; it carries the time.
    pub id: ReportId,
    /// Who wrote it; [`None`] if the rules engine did.
    pub reporter: Option<UserId>,
    /// Whom it is about.
    pub user_id: UserId,
    /// What is wrong.
    pub category: Category,
    /// The rule that is broken.
    pub rule: Option<RuleId>,
    /// In the reporter's words.
    pub comment: String,
    /// The moderator who looks after it.
    pub assignee: Option<UserId>,
    /// Whether it is dealt with.
    pub state: ReportState,
}

/// Whether a report is dealt with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ReportState {
    /// It waits.
    #[default]
    Open,
    /// It is dealt with.
    Resolved,
}

impl ReportState {
    /// A stable number for it: what the database holds.
    #[must_use]
    pub fn code(self) -> i16 {
        match self {
            Self::Open => 0,
            Self::Resolved => 1,
        }
    }

    /// The state with this number; what is not known waits.
    #[must_use]
    pub fn from_code(code: i16) -> Self {
        if code == Self::Resolved.code() { Self::Resolved } else { Self::Open }
    }
}

/// Which reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReportFilter {
    /// Those that wait, or those that are dealt with.
    pub state: ReportState,
    /// Only what this moderator looks after.
    pub assignee: Option<UserId>,
    /// Only of this category.
    pub category: Option<Category>,
    /// Only about this account.
    pub user_id: Option<UserId>,
}

/// A rule of the server, as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerRule {
    /// Its id: rules stand in the order in which they were made.
    pub id: RuleId,
    /// What it says.
    pub text: String,
}

/// The text of a rule: one line.
///
/// # Errors
/// [`Error::InvalidField`] on `text`.
pub fn rule_text(text: &str) -> Result<String> {
    let text = one_line("text", text, RULE_CHARS_MAX)?;
    if text.is_empty() {
        return Err(Error::invalid("text", "must not be empty: say what is not welcome here"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(category: Category) -> ReportDraft {
        let (tweets, comment) = (Vec::new(), String::new());
        ReportDraft { user_id: UserId(1), tweets, category, rule: None, comment }
    }

    #[test]
    fn a_report_says_what_is_wrong() {
        assert!(draft(Category::Spam).checked().is_ok());
        let field = |draft: ReportDraft| match draft.checked() {
            Err(Error::InvalidField { field, .. }) => field,
            other => panic!("{other:?}"),
        };
        assert_eq!(field(draft(Category::Other)), "comment");
        assert_eq!(
            field(ReportDraft { rule: Some(RuleId(1)), ..draft(Category::Spam) }),
            "rule_id"
        );
        let tweets = (1..=21).map(TweetId).collect();
        assert_eq!(field(ReportDraft { tweets, ..draft(Category::Spam) }), "tweet_ids");
        let twice = ReportDraft { tweets: vec![TweetId(2); 30], ..draft(Category::Spam) };
        assert_eq!(twice.checked().expect("one tweet").tweets, [TweetId(2)]);
        let comment = "x".repeat(1001);
        assert_eq!(field(ReportDraft { comment, ..draft(Category::Spam) }), "comment");
    }

    #[test]
    fn categories_are_told_apart_by_number_and_by_name() {
        for category in Category::ALL {
            assert_eq!(Category::from_code(category.code()), Some(category));
            assert_eq!(Category::parse(category.name()), Some(category));
        }
        assert_eq!(Category::from_code(0), None);
    }

    #[test]
    fn rules_are_one_line() {
        assert_eq!(rule_text(" Be kind. ").expect("a rule"), "Be kind.");
        for bad in ["", "a\nb", &"x".repeat(501)] {
            assert!(rule_text(bad).is_err(), "{bad}");
        }
    }
}
