//! Filters on the wire.

use pipit_core::FoldedBy;
use pipit_model::filter::{self, FilterAction, FilterContext, FilterDraft, Matching};
use pipit_model::{Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Words that somebody does not want to read.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Its id.
    pub id: i64,
    /// The same as text.
    pub id_str: String,
    /// Shown in place of what it folds up.
    #[schema(example = "Spoilers")]
    pub title: String,
    /// Where it holds: `home` (lists too), `notifications`, `public` (hashtags and searches too),
    /// `thread`, `profile`.
    pub context: Vec<String>,
    /// `warn` or `hide`.
    #[schema(example = "warn")]
    pub action: String,
    /// RFC 3339, UTC; null if it holds for ever.
    pub expires_at: Option<String>,
    /// What it looks for.
    pub keywords: Vec<Keyword>,
}

/// A word or phrase; a hashtag is one with its sigil.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Keyword {
    /// 1 to 100 characters, compared without case.
    #[schema(example = "spoiler", min_length = 1, max_length = 100)]
    pub keyword: String,
    /// Only where it begins and ends with a word; also inside of words if false.
    #[serde(default = "whole")]
    pub whole_word: bool,
}

fn whole() -> bool {
    true
}

/// The filter of the caller's by which a tweet is to be folded up.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Filtered {
    /// The filter.
    pub filter_id: i64,
    /// The same as text.
    pub filter_id_str: String,
    /// What is to be shown in place of the tweet.
    pub title: String,
}

impl From<&FoldedBy> for Filtered {
    fn from(by: &FoldedBy) -> Self {
        let title = by.title.to_string();
        Self { filter_id: by.id.0, filter_id_str: by.id.to_string(), title }
    }
}

/// A conversation that the caller is told of, or not.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConversationMute {
    /// Its first tweet.
    pub conversation_id: i64,
    /// The same as text.
    pub conversation_id_str: String,
    /// Whether the caller hears nothing of it.
    pub muted: bool,
}

/// The caller's filters, newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FilterPage {
    /// The filters.
    pub filters: Vec<Filter>,
}

/// What a filter is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutFilter {
    /// 1 to 50 characters, one line.
    #[schema(example = "Spoilers", min_length = 1, max_length = 50)]
    pub title: String,
    /// At least one of `home`, `notifications`, `public`, `thread`, `profile`.
    #[schema(example = json!(["home", "public"]), min_items = 1)]
    pub context: Vec<String>,
    /// `warn`, which folds a tweet up, or `hide`, which leaves it out; `warn` if left out.
    #[schema(example = "warn")]
    pub action: Option<String>,
    /// Seconds until it ends; for ever if left out.
    #[schema(minimum = 1)]
    pub expires_in: Option<i64>,
    /// 1 to 30.
    #[schema(min_items = 1, max_items = 30)]
    pub keywords: Vec<Keyword>,
}

impl PutFilter {
    pub(crate) fn draft(self) -> Result<FilterDraft> {
        let unknown = || {
            let places = "home, notifications, public, thread and profile";
            Error::invalid("context", format!("knows {places}"))
        };
        let context = |name: &String| FilterContext::parse(name).ok_or_else(unknown);
        let action = match self.action.as_deref() {
            None => FilterAction::Warn,
            Some(name) => FilterAction::parse(name)
                .ok_or_else(|| Error::invalid("action", "must be warn or hide"))?,
        };
        let keyword = |Keyword { keyword, whole_word }| filter::Keyword {
            text: keyword,
            matching: if whole_word { Matching::WholeWord } else { Matching::Anywhere },
        };
        Ok(FilterDraft {
            title: self.title,
            contexts: self.context.iter().map(context).collect::<Result<_>>()?,
            action,
            expires_in_secs: self.expires_in,
            keywords: self.keywords.into_iter().map(keyword).collect(),
        })
    }
}

impl From<&filter::Filter> for Filter {
    fn from(filter: &filter::Filter) -> Self {
        let keyword = |keyword: &filter::Keyword| Keyword {
            keyword: keyword.text.clone(),
            whole_word: keyword.matching == Matching::WholeWord,
        };
        Self {
            id: filter.id.0,
            id_str: filter.id.to_string(),
            title: filter.title.clone(),
            context: filter.contexts.iter().map(|context| context.name().to_owned()).collect(),
            action: filter.action.name().to_owned(),
            expires_at: filter.expires_at.map(|at| at.to_string()),
            keywords: filter.keywords.iter().map(keyword).collect(),
        }
    }
}
