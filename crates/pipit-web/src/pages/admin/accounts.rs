//! One account: its state, its history, and what can be done to it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::Deed;
use pipit_model::limits::NOTE_CHARS_MAX;
use pipit_model::role::Right;
use pipit_model::user::UserRef;
use pipit_model::{ActionId, Error, Role};
use serde::Deserialize;

use super::{
    Acting, AdminTab, DoneRow, Staff, Tweets, at_handle, kinds, moment_of, reason_form, tabs,
};
use crate::Web;
use crate::error::Failure;
use crate::extract::{Form, Pairs, Path, Query, id, user_ref};
use crate::format::{Moment, month};
use crate::forms::{Complaint, Field, FormView, Kind};
use crate::links;
use crate::page::{self, Section, Shell};
use crate::pages::report::Choice;
use crate::visitor::Visitor;

/// A note among moderators.
pub(crate) struct NoteRow {
    pub text: String,
    pub at: Moment,
    pub by: String,
}

#[derive(Template)]
#[template(path = "pages/admin/account.html")]
pub(crate) struct AccountPage<'a> {
    pub shell: &'a Shell,
    pub admin_tabs: Vec<AdminTab>,
    pub handle: String,
    pub name: String,
    pub bio: String,
    pub joined: String,
    pub state: &'static str,
    pub role: &'static str,
    /// Others see it too.
    pub is_shown: bool,
    pub open: String,
    pub resolved: String,
    pub actions: Vec<DoneRow>,
    pub notes: Vec<NoteRow>,
    pub kinds: Vec<Choice>,
    pub form: FormView,
    pub note_form: FormView,
    pub roles: Vec<Choice>,
}

/// What was refused: an action, or a note.
enum Refused {
    Nothing,
    Action(Acting, Complaint),
    Note(String, Complaint),
}

fn named(handle: &str) -> Result<UserRef, Failure> {
    user_ref(handle.trim_start_matches('@'))
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    account: String,
}

/// From the field to look for one to its page.
pub(crate) async fn find_account(
    State(web): State<Web>,
    staff: Staff,
    Query(Wanted { account }): Query<Wanted>,
) -> Result<Response, Failure> {
    let card = web.pipit.any_account(staff.by, &named(account.trim())?).await?;
    Ok(links::see_other(&format!("/admin/accounts/{}", card.user().handle)))
}

async fn render(
    web: &Web,
    (staff, visitor): (&Staff, &Visitor),
    handle: &str,
    refused: Refused,
) -> Result<Response, Failure> {
    let account = web.pipit.account_history(staff.by, &named(handle)?).await?;
    let (w, now) = (visitor.preferences.w, web.pipit.clock().now());
    let m = w.moderation;
    let status = match refused {
        Refused::Nothing => StatusCode::OK,
        Refused::Action(..) | Refused::Note(..) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let (acting, complaint, note, note_complaint) = match refused {
        Refused::Nothing => (Acting::default(), None, String::new(), None),
        Refused::Action(acting, complaint) => (acting, Some(complaint), String::new(), None),
        Refused::Note(note, complaint) => (Acting::default(), None, note, Some(complaint)),
    };
    let note_field = Field::new("note", m.new_note, Kind::Lines, "off")
        .value(&note)
        .length(1, NOTE_CHARS_MAX)
        .hint(m.notes_text);
    let user = account.card.user();
    let role = |role: Role| Choice {
        value: role.name().to_owned(),
        label: (m.role)(role).to_owned(),
        hint: "",
        chosen: user.role == role,
    };
    let may_set_role = staff.by.may(Right::SetRoles) && user.id != staff.viewer.id();
    let shell = Shell::new(web, visitor, Section::Elsewhere, format!("@{}", user.handle)).await?;
    let page = AccountPage {
        admin_tabs: tabs(staff, "/admin/accounts", w),
        handle: user.handle.clone(),
        name: user.name.clone(),
        bio: user.bio.clone(),
        joined: (w.joined)(&month(user.created_at, w)),
        state: (m.state)(user.state),
        role: (m.role)(user.role),
        is_shown: !user.state.is_shut_out(),
        open: w.counted(account.reports.0, m.open_reports),
        resolved: w.counted(account.reports.1, m.resolved_reports),
        actions: account
            .actions
            .iter()
            .map(|(action, by)| DoneRow::new(action, by.as_ref(), now, w))
            .collect(),
        notes: account
            .notes
            .iter()
            .map(|(note, by)| NoteRow {
                text: note.text.clone(),
                at: moment_of(note.id, now, w),
                by: by.as_ref().map_or_else(|| m.operator.to_owned(), at_handle),
            })
            .collect(),
        kinds: kinds(staff.by, &account.card, Tweets::None, &acting, w),
        form: reason_form(&acting, complaint, w),
        note_form: FormView::new(vec![note_field], note_complaint),
        roles: if may_set_role { Role::ALL.map(role).into() } else { Vec::new() },
        shell: &shell,
    };
    Ok(page::html(status, &page))
}

pub(crate) async fn get_account(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
    Path(handle): Path<String>,
) -> Result<Response, Failure> {
    render(&web, (&staff, &visitor), &handle, Refused::Nothing).await
}

pub(crate) async fn act(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
    Path(handle): Path<String>,
    Form(form): Form<Pairs>,
) -> Result<Response, Failure> {
    let acting = Acting::of(&form)?;
    let Some(kind) = acting.kind else {
        let complaint = Complaint::general(visitor.preferences.w.moderation.choose_kind);
        let refused = Refused::Action(acting, complaint);
        return render(&web, (&staff, &visitor), &handle, refused).await;
    };
    let card = web.pipit.any_account(staff.by, &named(&handle)?).await?;
    let (reason, tweets) = (acting.reason.clone(), acting.tweets.clone());
    let deed = Deed { user_id: card.user().id, kind, reason, tweets, report: None };
    match web.pipit.act(staff.by, deed).await {
        // A deleted account has no page any more.
        Ok(action) if action.kind == pipit_model::moderation::ActionKind::DeleteAccount => {
            Ok(links::see_other("/admin"))
        }
        Ok(_) => Ok(links::see_other(&format!("/admin/accounts/{handle}"))),
        Err(error) => {
            let complaint = Complaint::from_error(error, visitor.preferences.w)?;
            let refused = Refused::Action(acting, complaint);
            render(&web, (&staff, &visitor), &handle, refused).await
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct NoteForm {
    note: String,
}

pub(crate) async fn note(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
    Path(handle): Path<String>,
    Form(form): Form<NoteForm>,
) -> Result<Response, Failure> {
    let card = web.pipit.any_account(staff.by, &named(&handle)?).await?;
    match web.pipit.add_note(staff.by, card.user().id, None, &form.note).await {
        Ok(()) => Ok(links::see_other(&format!("/admin/accounts/{handle}"))),
        Err(error) => {
            let refused =
                Refused::Note(form.note, Complaint::from_error(error, visitor.preferences.w)?);
            render(&web, (&staff, &visitor), &handle, refused).await
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct RoleForm {
    role: String,
}

pub(crate) async fn role(
    State(web): State<Web>,
    staff: Staff,
    Path(handle): Path<String>,
    Form(form): Form<RoleForm>,
) -> Result<Response, Failure> {
    let role = Role::parse(&form.role).ok_or_else(|| Error::invalid("role", "is none"))?;
    web.pipit.set_role(staff.by, &named(&handle)?, role).await?;
    Ok(links::see_other(&format!("/admin/accounts/{handle}")))
}

pub(crate) async fn undo(
    State(web): State<Web>,
    staff: Staff,
    Path(action): Path<String>,
) -> Result<Response, Failure> {
    let user_id = web.pipit.undo_action(staff.by, ActionId(id(&action)?)).await?;
    let card = web.pipit.any_account(staff.by, &UserRef::Id(user_id)).await?;
    Ok(links::see_other(&format!("/admin/accounts/{}", card.user().handle)))
}
