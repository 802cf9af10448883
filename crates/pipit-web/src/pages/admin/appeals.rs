//! What people say to actions, and the answers.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::AppealView;
use pipit_model::ActionId;
use pipit_model::moderation::AppealState;
use pipit_model::page::{ListName, Listed};
use serde::Deserialize;

use super::{AdminTab, DoneRow, Staff, tabs};
use crate::Web;
use crate::error::Failure;
use crate::extract::{Cursor, Form, Path, Query, id};
use crate::forms::Complaint;
use crate::links;
use crate::page::{self, Section, Shell};
use crate::view::Feed;
use crate::visitor::Visitor;

/// An appeal that waits.
pub(crate) struct WaitingRow {
    pub handle: String,
    pub done: DoneRow,
    /// What was typed, and what is wrong with it.
    pub typed: String,
    pub error: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/admin/appeals.html")]
pub(crate) struct AppealsPage<'a> {
    pub shell: &'a Shell,
    pub admin_tabs: Vec<AdminTab>,
    pub feed: Feed<WaitingRow>,
}

async fn render(
    web: &Web,
    (staff, visitor): (&Staff, &Visitor),
    cursor: Option<&str>,
    refused: Option<(ActionId, String, Complaint)>,
) -> Result<Response, Failure> {
    let (w, now) = (visitor.preferences.w, web.pipit.clock().now());
    let page = web.pipit.page(ListName::Appeals, 0, cursor, None)?;
    let listed: Listed<AppealView> = web.pipit.appeals(staff.by, AppealState::Open, page).await?;
    let shell = Shell::new(web, visitor, Section::Elsewhere, w.moderation.appeals).await?;
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let feed = Feed::new(
        web,
        (ListName::Appeals, 0),
        &listed,
        |AppealView { action, card, moderator }| {
            let refused = refused.as_ref().filter(|(id, ..)| *id == action.id);
            WaitingRow {
                handle: card.user().handle.clone(),
                done: DoneRow::new(action, moderator.as_ref(), now, w),
                typed: refused.map(|(_, typed, _)| typed.clone()).unwrap_or_default(),
                error: refused.map(|(.., complaint)| complaint.text.clone()),
            }
        },
    );
    let admin_tabs = tabs(staff, "/admin/appeals", w);
    Ok(page::html(status, &AppealsPage { shell: &shell, admin_tabs, feed }))
}

pub(crate) async fn get_appeals(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
    Query(Cursor { cursor }): Query<Cursor>,
) -> Result<Response, Failure> {
    render(&web, (&staff, &visitor), cursor.as_deref(), None).await
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Decision {
    reason: String,
    decision: String,
}

pub(crate) async fn decide(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
    Path(action): Path<String>,
    Form(form): Form<Decision>,
) -> Result<Response, Failure> {
    let action = ActionId(id(&action)?);
    let state = match form.decision.as_str() {
        "accept" => AppealState::Accepted,
        _ => AppealState::Rejected,
    };
    match web.pipit.decide_appeal(staff.by, action, state, &form.reason).await {
        Ok(()) => Ok(links::see_other("/admin/appeals")),
        Err(error) => {
            let refused =
                (action, form.reason, Complaint::from_error(error, visitor.preferences.w)?);
            render(&web, (&staff, &visitor), None, Some(refused)).await
        }
    }
}
