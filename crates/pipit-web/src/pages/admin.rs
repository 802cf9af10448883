//! The moderators' pages. To everybody else none of them exists.

mod accounts;
mod appeals;
mod automod;
mod log;
mod reports;
mod rules;
mod sign_ups;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use pipit_core::{Moderator, SignUpMode, UserCard};
use pipit_http::routes::{Routes, get, post};
use pipit_model::limits::{REASON_CHARS_MAX, SIGN_UPS_COUNTED_MAX};
use pipit_model::moderation::{Action, ActionKind, AppealState};
use pipit_model::report::Report;
use pipit_model::role::Right;
use pipit_model::{ActionId, Error, Timestamp, TweetId};

use crate::Web;
use crate::error::Failure;
use crate::extract::{Pairs, tweet_id};
use crate::format::Moment;
use crate::forms::{Complaint, Field, FormView, Kind};
use crate::pages::report::Choice;
use crate::visitor::{Viewer, Visitor};
use crate::words::Words;

pub(super) fn routes() -> Routes<Web> {
    Routes::new()
        .route("/admin", get(reports::get_queue))
        .route("/admin/reports/{id}", get(reports::get_report))
        .route("/admin/reports/{id}/take", post(reports::take))
        .route("/admin/reports/{id}/let-go", post(reports::let_go))
        .route("/admin/reports/{id}/resolve", post(reports::resolve))
        .route("/admin/reports/{id}/reopen", post(reports::reopen))
        .route("/admin/reports/{id}/act", post(reports::act))
        .route("/admin/accounts", get(accounts::find_account))
        .route("/admin/accounts/{handle}", get(accounts::get_account))
        .route("/admin/accounts/{handle}/act", post(accounts::act))
        .route("/admin/accounts/{handle}/note", post(accounts::note))
        .route("/admin/accounts/{handle}/role", post(accounts::role))
        .route("/admin/appeals", get(appeals::get_appeals))
        .route("/admin/appeals/{id}", post(appeals::decide))
        .route("/admin/sign-ups", get(sign_ups::get_sign_ups).post(sign_ups::decide))
        .route("/admin/rules", get(rules::get_rules).post(rules::add_rule))
        .route("/admin/rules/{id}", post(rules::edit_rule))
        .route("/admin/rules/{id}/delete", post(rules::delete_rule))
        .route("/admin/blocks", get(rules::get_blocks).post(rules::add_block))
        .route("/admin/blocks/delete", post(rules::delete_block))
        .route("/admin/automod", get(automod::get_automod))
        .route("/admin/automod/{condition}", post(automod::set_rule))
        .route("/admin/held", get(automod::get_held))
        .route("/admin/held/{id}", post(automod::decide_held))
        .route("/admin/actions/{id}/undo", post(accounts::undo))
        .route("/admin/trends", get(rules::get_trends))
        .route("/admin/log", get(log::get_log))
        .route("/admin/numbers", get(log::get_numbers))
}

/// A moderator or an admin; everybody else finds nothing here.
pub(crate) struct Staff {
    pub by: Moderator,
    pub viewer: std::sync::Arc<Viewer>,
    /// How many wait to be let in, as it is shown; nothing where nobody has to.
    waiting: Option<String>,
}

impl FromRequestParts<Web> for Staff {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        let visitor = Visitor::from_request_parts(parts, web).await?;
        let viewer = visitor.viewer.ok_or(Error::NotFound("page"))?;
        let by = web.pipit.moderator(viewer.caller).await?;
        let waiting = match web.pipit.count_sign_ups(by).await? {
            0 if web.pipit.sign_up_mode() != SignUpMode::Approval => None,
            0 => Some(String::new()),
            n if n as u64 >= SIGN_UPS_COUNTED_MAX => Some(format!("{}+", n - 1)),
            n => Some(n.to_string()),
        };
        Ok(Self { by, viewer, waiting })
    }
}

/// A way through these pages.
pub(crate) struct AdminTab {
    pub href: &'static str,
    pub label: &'static str,
    pub current: bool,
    /// How much waits there; empty for nothing.
    pub waiting: String,
}

/// The ways through these pages, as far as a moderator may go them.
fn tabs(Staff { by, waiting, .. }: &Staff, current: &str, w: &Words) -> Vec<AdminTab> {
    let m = w.moderation;
    let ways = [
        ("/admin", m.reports, Right::ReadReports),
        ("/admin/held", w.automod.held, Right::ReadReports),
        ("/admin/appeals", m.appeals, Right::ReadReports),
        ("/admin/automod", w.automod.tab, Right::ReadReports),
        ("/admin/trends", m.trends, Right::ReviewTrends),
        ("/admin/rules", m.rules, Right::EditRules),
        ("/admin/blocks", m.blocks, Right::EditBlocks),
        ("/admin/log", m.log, Right::ReadReports),
        ("/admin/numbers", m.numbers, Right::ReadReports),
    ];
    let tab = |(href, label, waiting): (_, _, &str)| {
        let waiting = waiting.to_owned();
        AdminTab { href, label, current: href == current, waiting }
    };
    let ways = ways.into_iter().filter(|(.., right)| by.may(*right));
    let mut tabs: Vec<_> = ways.map(|(href, label, _)| tab((href, label, ""))).collect();
    if let Some(waiting) = waiting {
        // Behind the appeals: what waits for a moderator stands together.
        let appeals = tabs.iter().position(|tab| tab.href == "/admin/appeals");
        let behind = appeals.map_or(tabs.len(), |at| at + 1);
        tabs.insert(behind, tab(("/admin/sign-ups", w.entry.sign_ups, waiting)));
    }
    tabs
}

/// A report in a list.
pub(crate) struct ReportRow {
    pub href: String,
    pub handle: String,
    pub category: &'static str,
    pub at: Moment,
    pub reporter: String,
    pub assignee: Option<String>,
}

/// A name as it stands in a sentence.
fn at_handle(card: &UserCard) -> String {
    format!("@{}", card.user().handle)
}

fn moment_of(id: i64, now: Timestamp, w: &'static Words) -> Moment {
    Moment::new(ActionId(id).timestamp(), now, w)
}

/// An action as moderators see it.
pub(crate) struct DoneRow {
    pub id: i64,
    pub what: &'static str,
    pub reason: String,
    pub at: Moment,
    pub by: String,
    pub undone: bool,
    /// It is taken back by itself.
    pub undoable: bool,
    pub appeal: Option<String>,
    pub appeal_state: &'static str,
    pub answer: String,
}

impl DoneRow {
    fn new(action: &Action, by: Option<&UserCard>, now: Timestamp, w: &'static Words) -> Self {
        let m = w.moderation;
        let appeal = action.appeal.as_ref();
        Self {
            id: action.id.0,
            what: (m.kind)(action.kind),
            reason: action.reason.clone(),
            at: moment_of(action.id.0, now, w),
            by: by.map_or_else(|| m.operator.to_owned(), at_handle),
            undone: action.undone_at.is_some() && action.kind != ActionKind::Restore,
            undoable: action.kind.is_undone_by_itself() && action.undone_at.is_none(),
            appeal: appeal.map(|appeal| appeal.text.clone()),
            // The sentence for who waits is nothing to tell who decides.
            appeal_state: match appeal.map_or(AppealState::Open, |a| a.state) {
                AppealState::Open => m.open,
                decided => (m.appeal_state)(decided),
            },
            answer: appeal.map(|appeal| appeal.answer.clone()).unwrap_or_default(),
        }
    }
}

/// What is chosen and typed to do something.
#[derive(Default)]
pub(crate) struct Acting {
    pub kind: Option<ActionKind>,
    pub reason: String,
    pub tweets: Vec<TweetId>,
}

impl Acting {
    fn of(form: &Pairs) -> Result<Self, Failure> {
        Ok(Self {
            kind: ActionKind::parse(form.get("kind")),
            reason: form.get("reason").to_owned(),
            tweets: form.all("tweet").map(tweet_id).collect::<Result<_, _>>()?,
        })
    }
}

/// Whether there are tweets to act on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tweets {
    Some,
    None,
}

/// What a moderator may do to an account, to choose from.
fn kinds(
    by: Moderator,
    card: &UserCard,
    tweets: Tweets,
    acting: &Acting,
    w: &'static Words,
) -> Vec<Choice> {
    let m = w.moderation;
    let state = card.user().state;
    let is_offered = |kind: &ActionKind| {
        by.may(kind.right())
            && (tweets == Tweets::Some || !kind.is_of_tweets())
            && kind.state() != Some(state)
    };
    let choice = |kind: ActionKind| Choice {
        value: kind.name().to_owned(),
        label: (m.kind)(kind).to_owned(),
        hint: (m.kind_hint)(kind),
        chosen: acting.kind == Some(kind),
    };
    ActionKind::ALL.into_iter().filter(is_offered).map(choice).collect()
}

/// Where the reason for an action is typed.
fn reason_form(acting: &Acting, complaint: Option<Complaint>, w: &Words) -> FormView {
    let m = w.moderation;
    let field = Field::new("reason", m.reason, Kind::Lines, "off")
        .value(&acting.reason)
        .length(1, REASON_CHARS_MAX)
        .hint(m.reason_hint);
    FormView::new(vec![field], complaint)
}

fn report_href(report: &Report) -> String {
    format!("/admin/reports/{}", report.id)
}
