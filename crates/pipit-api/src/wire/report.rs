//! Reports and rules.

use pipit_model::report;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody told the moderators.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Its id.
    pub id: i64,
    /// The same as text.
    pub id_str: String,
    /// Whom it is about.
    pub user_id: i64,
    /// `spam`, `violation`, `legal` or `other`.
    pub category: String,
    /// The rule that is broken.
    pub rule_id: Option<i64>,
    /// In the reporter's words.
    pub comment: String,
    /// When it was made.
    #[schema(example = "2026-11-24T17:43:00.123Z")]
    pub timestamp: String,
}

impl From<&report::Report> for Report {
    fn from(report: &report::Report) -> Self {
        Self {
            id: report.id.0,
            id_str: report.id.to_string(),
            user_id: report.user_id.0,
            category: report.category.name().to_owned(),
            rule_id: report.rule.map(|rule| rule.0),
            comment: report.comment.clone(),
            timestamp: report.id.timestamp().to_string(),
        }
    }
}

/// A rule of this server.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its id.
    pub id: i64,
    /// The same as text.
    pub id_str: String,
    /// What it says.
    pub text: String,
}

/// The rules in their order.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RulePage {
    /// All of them.
    pub rules: Vec<Rule>,
}

impl From<report::ServerRule> for Rule {
    fn from(rule: report::ServerRule) -> Self {
        Self { id: rule.id.0, id_str: rule.id.to_string(), text: rule.text }
    }
}
