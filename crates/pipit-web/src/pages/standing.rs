//! What the moderators made of the viewer's account, and appeals; also for those who are suspended,
//! who see nothing else.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::Caller;
use pipit_model::automod::HeldTweet;
use pipit_model::limits::APPEAL_CHARS_MAX;
use pipit_model::moderation::{Action, ActionKind, AppealState};
use pipit_model::{AccountState, ActionId, Error};
use serde::Deserialize;

use crate::Web;
use crate::error::Failure;
use crate::extract::{Form, Path, id};
use crate::format::Moment;
use crate::forms::{Complaint, Field, FormView, Kind};
use crate::links;
use crate::page::{self, Bare, Section, Shell};
use crate::visitor::{AnyState, Visitor};
use crate::words::Words;

/// An action as the person concerned sees it.
pub(crate) struct ActionRow {
    pub id: i64,
    pub what: &'static str,
    pub reason: String,
    pub at: Moment,
    pub undone: bool,
    /// What its tweets said.
    pub texts: Vec<String>,
    pub appeal: Option<AppealRow>,
    /// To say something to it.
    pub form: Option<FormView>,
}

/// What was said to an action, and the answer.
pub(crate) struct AppealRow {
    pub text: String,
    pub state: &'static str,
    pub answer: String,
}

impl ActionRow {
    fn new(
        action: &Action,
        refused: &mut Option<(ActionId, Complaint, String)>,
        place: Place,
    ) -> Self {
        let m = place.w.moderation;
        let offered = action.appeal.is_none() && action.undone_at.is_none();
        let form = (offered && action.kind.can_be_appealed()).then(|| {
            let (complaint, typed) = match refused.take_if(|(id, ..)| *id == action.id) {
                Some((_, complaint, typed)) => (Some(complaint), typed),
                None => (None, String::new()),
            };
            let field = Field::new("text", m.appeal_label, Kind::Lines, "off")
                .value(&typed)
                .length(1, APPEAL_CHARS_MAX)
                .hint(m.appeal_hint);
            FormView::new(vec![field], complaint)
        });
        Self {
            id: action.id.0,
            what: (m.log_kind)(action.kind.name()),
            reason: action.reason.clone(),
            at: Moment::new(action.id.timestamp(), place.now, place.w),
            undone: action.undone_at.is_some() && action.kind != ActionKind::Restore,
            texts: action.tweets.iter().map(|(_, text)| text.clone()).collect(),
            appeal: action.appeal.as_ref().map(|appeal| AppealRow {
                text: appeal.text.clone(),
                state: (m.appeal_state)(appeal.state),
                answer: match appeal.state {
                    AppealState::Open => String::new(),
                    AppealState::Accepted | AppealState::Rejected => appeal.answer.clone(),
                },
            }),
            form,
        }
    }
}

/// A tweet that waits for review or was rejected, as its author sees it.
pub(crate) struct HeldRow {
    pub id: i64,
    pub at: Moment,
    pub text: String,
    pub waits: bool,
    pub reason: String,
}

impl HeldRow {
    fn new(held: &HeldTweet, place: Place) -> Self {
        Self {
            id: held.id.0,
            at: Moment::new(held.id.timestamp(), place.now, place.w),
            text: held.content.clone(),
            waits: held.state.is_open(),
            reason: held.reason.clone(),
        }
    }
}

#[derive(Clone, Copy)]
struct Place {
    w: &'static Words,
    now: pipit_model::Timestamp,
}

#[derive(Template)]
#[template(path = "pages/standing.html")]
pub(crate) struct StandingPage<'a> {
    pub shell: &'a Shell,
    pub summary: &'static str,
    pub held: Vec<HeldRow>,
    pub actions: Vec<ActionRow>,
}

#[derive(Template)]
#[template(path = "pages/suspended.html")]
pub(crate) struct SuspendedPage {
    pub shell: Bare,
    pub summary: &'static str,
    /// Whether it is only not let in yet: nothing was done to it.
    pub waits: bool,
    pub actions: Vec<ActionRow>,
}

async fn render(
    web: &Web,
    visitor: &Visitor,
    caller: Caller,
    mut refused: Option<(ActionId, Complaint, String)>,
) -> Result<Response, Failure> {
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let standing = web.pipit.standing(caller).await?;
    let place = Place { w: visitor.preferences.w, now: web.pipit.clock().now() };
    let m = place.w.moderation;
    let actions = standing.actions.iter();
    let actions = actions.map(|action| ActionRow::new(action, &mut refused, place)).collect();
    let state = standing.card.user().state;
    let summary = (m.standing_text)(state);
    if state.is_shut_out() {
        let waits = state == AccountState::Waiting;
        let title = if waits { place.w.entry.waiting } else { m.suspended_title };
        let shell = Bare::new(title, visitor.preferences);
        return Ok(page::html(status, &SuspendedPage { shell, summary, waits, actions }));
    }
    let held = web.pipit.own_held(caller).await?;
    let held = held.iter().map(|held| HeldRow::new(held, place)).collect();
    let shell = Shell::new(web, visitor, Section::Settings, m.standing).await?;
    Ok(page::html(status, &StandingPage { shell: &shell, summary, held, actions }))
}

pub(crate) async fn get_standing(
    State(web): State<Web>,
    AnyState(caller): AnyState,
    visitor: Visitor,
) -> Result<Response, Failure> {
    render(&web, &visitor, caller, None).await
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct AppealForm {
    text: String,
}

pub(crate) async fn post_appeal(
    State(web): State<Web>,
    AnyState(caller): AnyState,
    visitor: Visitor,
    Path(action): Path<String>,
    Form(form): Form<AppealForm>,
) -> Result<Response, Failure> {
    let action = ActionId(id(&action)?);
    match web.pipit.appeal(caller, action, &form.text).await {
        Ok(()) => Ok(links::see_other("/settings/standing")),
        Err(error @ Error::InvalidField { .. }) => {
            let refused = (action, Complaint::from_error(error, visitor.preferences.w)?, form.text);
            render(&web, &visitor, caller, Some(refused)).await
        }
        Err(error) => Err(error.into()),
    }
}
