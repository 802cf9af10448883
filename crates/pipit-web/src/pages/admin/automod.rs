//! The rules for new tweets, and the tweets that they hold for review.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_model::automod::{AutoRule, Condition, Effect, Hit, Mode};
use pipit_model::page::ListName;
use pipit_model::role::Right;
use pipit_model::user::{Handle, UserRef};
use pipit_model::{Error, HeldId};
use serde::Deserialize;

use super::{AdminTab, Staff, moment_of, tabs};
use crate::Web;
use crate::error::Failure;
use crate::extract::{Cursor, Form, Path, Query, id};
use crate::format::{Moment, count};
use crate::forms::Complaint;
use crate::links;
use crate::page::{self, Section, Shell};
use crate::view::Feed;
use crate::visitor::Visitor;
use crate::words::Words;

/// A value to choose: its name, its label, whether it is chosen.
type Choice = (&'static str, &'static str, bool);

/// A rule that may be set.
pub(crate) struct AutoRuleRow {
    pub name: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    pub hits: String,
    pub effects: Vec<Choice>,
    pub modes: Vec<Choice>,
    /// The number it goes by, the least, the most.
    pub threshold: Option<(String, i64, i64)>,
    pub error: Option<String>,
}

impl AutoRuleRow {
    fn new(
        (rule, hits): &pipit_core::AutoRuleView,
        refused: Option<&Refused>,
        w: &'static Words,
    ) -> Self {
        let a = w.automod;
        let refused = refused.filter(|refused| refused.condition == rule.condition);
        let typed = refused.map_or_else(|| rule.threshold.to_string(), |r| r.threshold.clone());
        let bounds = rule.condition.thresholds();
        Self {
            name: rule.condition.name(),
            label: (a.condition)(rule.condition),
            hint: (a.condition_hint)(rule.condition),
            hits: (a.hits)(&count(hits.acted, w), &count(hits.dry, w)),
            effects: Effect::ALL
                .map(|one| (one.name(), (a.effect)(one), one == rule.effect))
                .into(),
            modes: Mode::ALL.map(|one| (one.name(), (a.mode)(one), one == rule.mode)).into(),
            threshold: bounds.map(|(least, most)| (typed, least, most)),
            error: refused.map(|refused| refused.complaint.text.clone()),
        }
    }
}

/// A rule that was not set as typed.
struct Refused {
    condition: Condition,
    threshold: String,
    complaint: Complaint,
}

/// What was found in a text that somebody tries.
pub(crate) struct FoundRow {
    pub label: &'static str,
    pub found: String,
    pub effect: &'static str,
    pub mode: &'static str,
}

impl FoundRow {
    fn new(hit: &Hit, w: &'static Words) -> Self {
        let a = w.automod;
        Self {
            label: (a.condition)(hit.rule.condition),
            found: hit.found.clone(),
            effect: (a.effect)(hit.rule.effect),
            mode: (a.mode)(hit.rule.mode),
        }
    }
}

#[derive(Template)]
#[template(path = "pages/admin/automod.html")]
pub(crate) struct AutomodPage<'a> {
    pub shell: &'a Shell,
    pub admin_tabs: Vec<AdminTab>,
    pub rules: Vec<AutoRuleRow>,
    pub may_set: bool,
    pub tried: Tried,
    pub outcome: Outcome,
}

/// A text to be tried, by whom.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Tried {
    pub text: String,
    pub account: String,
}

/// What came of trying a text.
#[derive(Default)]
pub(crate) struct Outcome {
    /// What was found in it, if one was tried.
    pub found: Option<Vec<FoundRow>>,
    /// What is wrong with the text.
    pub text_error: Option<String>,
    /// What is wrong with the account.
    pub account_error: Option<&'static str>,
}

impl Outcome {
    fn is_refused(&self) -> bool {
        self.text_error.is_some() || self.account_error.is_some()
    }
}

async fn try_text(
    web: &Web,
    (staff, w): (&Staff, &'static Words),
    tried: &Tried,
) -> Result<Outcome, Failure> {
    if tried.text.is_empty() {
        return Ok(Outcome::default());
    }
    let nobody = Outcome { account_error: Some(w.no_such_handle), ..Outcome::default() };
    let account = match tried.account.trim().trim_start_matches('@') {
        "" => None,
        handle => match Handle::new(handle) {
            Ok(handle) => Some(UserRef::HandleKey(handle.key())),
            Err(_) => return Ok(nobody),
        },
    };
    match web.pipit.try_text(staff.by, &tried.text, account.as_ref()).await {
        Ok(hits) => {
            let found = hits.iter().map(|hit| FoundRow::new(hit, w)).collect();
            Ok(Outcome { found: Some(found), ..Outcome::default() })
        }
        Err(Error::NotFound("user")) => Ok(nobody),
        Err(error) => {
            let text_error = Some(Complaint::from_error(error, w)?.text);
            Ok(Outcome { text_error, ..Outcome::default() })
        }
    }
}

async fn render(
    web: &Web,
    (staff, visitor): (&Staff, &Visitor),
    tried: Tried,
    refused: Option<Refused>,
) -> Result<Response, Failure> {
    let w = visitor.preferences.w;
    let rules = web.pipit.auto_rules(staff.by).await?;
    let rules = rules.iter().map(|rule| AutoRuleRow::new(rule, refused.as_ref(), w)).collect();
    let outcome = try_text(web, (staff, w), &tried).await?;
    let is_refused = refused.is_some() || outcome.is_refused();
    let status = if is_refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let shell = Shell::new(web, visitor, Section::Elsewhere, w.automod.rules).await?;
    let admin_tabs = tabs(staff, "/admin/automod", w);
    let may_set = staff.by.may(Right::EditBlocks);
    let shell = &shell;
    let page = AutomodPage { shell, admin_tabs, rules, may_set, tried, outcome };
    Ok(page::html(status, &page))
}

pub(crate) async fn get_automod(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
    Query(tried): Query<Tried>,
) -> Result<Response, Failure> {
    render(&web, (&staff, &visitor), tried, None).await
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct RuleForm {
    effect: String,
    mode: String,
    threshold: String,
}

pub(crate) async fn set_rule(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
    Path(name): Path<String>,
    Form(form): Form<RuleForm>,
) -> Result<Response, Failure> {
    let condition = Condition::parse(&name).ok_or(Error::NotFound("page"))?;
    let chosen = Effect::parse(&form.effect).zip(Mode::parse(&form.mode));
    let set = match chosen {
        Some((effect, mode)) => {
            // What is no number is out of bounds.
            let threshold = form.threshold.trim().parse().unwrap_or(-1);
            let rule = AutoRule { condition, effect, mode, threshold };
            web.pipit.set_auto_rule(staff.by, rule).await
        }
        None => Err(Error::invalid("kind", "must be chosen: an effect, and whether it is on")),
    };
    match set {
        Ok(()) => Ok(links::see_other(&format!("/admin/automod#{name}"))),
        Err(error) => {
            let complaint = Complaint::from_error(error, visitor.preferences.w)?;
            let refused = Refused { condition, threshold: form.threshold, complaint };
            render(&web, (&staff, &visitor), Tried::default(), Some(refused)).await
        }
    }
}

/// A tweet that waits for review.
pub(crate) struct HeldRow {
    pub id: i64,
    pub handle: String,
    pub at: Moment,
    pub text: String,
    pub pictures: usize,
    pub why: String,
    /// What was typed, and what is wrong.
    pub typed: String,
    pub error: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/admin/held.html")]
pub(crate) struct HeldPage<'a> {
    pub shell: &'a Shell,
    pub admin_tabs: Vec<AdminTab>,
    pub feed: Feed<HeldRow>,
}

/// What the rules noted, `blocked-word: bargain; …`, with the rules named as people know them.
fn in_words(why: &str, w: &Words) -> String {
    let hit = |hit: &str| {
        let named = hit.split_once(": ").and_then(|(name, found)| {
            let rule = Condition::parse(name)?;
            Some(format!("{}: {found}", (w.automod.condition)(rule)))
        });
        named.unwrap_or_else(|| hit.to_owned())
    };
    why.split("; ").map(hit).collect::<Vec<_>>().join("; ")
}

async fn render_held(
    web: &Web,
    (staff, visitor): (&Staff, &Visitor),
    cursor: Option<&str>,
    refused: Option<(HeldId, String, Complaint)>,
) -> Result<Response, Failure> {
    let (w, now) = (visitor.preferences.w, web.pipit.clock().now());
    let list = (ListName::HeldTweets, 0);
    let page = web.pipit.page(list.0, list.1, cursor, None)?;
    let listed = web.pipit.held_tweets(staff.by, page).await?;
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let shell = Shell::new(web, visitor, Section::Elsewhere, w.automod.held).await?;
    let feed = Feed::new(web, list, &listed, |(held, card)| {
        let refused = refused.as_ref().filter(|(id, ..)| *id == held.id);
        HeldRow {
            id: held.id.0,
            handle: card.user().handle.clone(),
            at: moment_of(held.id.0, now, w),
            text: held.content.clone(),
            pictures: held.terms.media.len(),
            why: in_words(&held.why, w),
            typed: refused.map(|(_, typed, _)| typed.clone()).unwrap_or_default(),
            error: refused.map(|(.., complaint)| complaint.text.clone()),
        }
    });
    let admin_tabs = tabs(staff, "/admin/held", w);
    Ok(page::html(status, &HeldPage { shell: &shell, admin_tabs, feed }))
}

pub(crate) async fn get_held(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
    Query(Cursor { cursor }): Query<Cursor>,
) -> Result<Response, Failure> {
    render_held(&web, (&staff, &visitor), cursor.as_deref(), None).await
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Decision {
    reason: String,
    decision: String,
}

pub(crate) async fn decide_held(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
    Path(held): Path<String>,
    Form(form): Form<Decision>,
) -> Result<Response, Failure> {
    let held = HeldId(id(&held)?);
    let decided = match form.decision.as_str() {
        "approve" => web.pipit.approve_held(staff.by, held).await.map(drop),
        _ => web.pipit.reject_held(staff.by, held, &form.reason).await,
    };
    match decided {
        Ok(()) => Ok(links::see_other("/admin/held")),
        Err(error) => {
            let complaint = Complaint::from_error(error, visitor.preferences.w)?;
            let refused = (held, form.reason, complaint);
            render_held(&web, (&staff, &visitor), None, Some(refused)).await
        }
    }
}
