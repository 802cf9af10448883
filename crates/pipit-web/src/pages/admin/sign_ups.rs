//! Who waits to be let in.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::{SignUpView, Verdict};
use pipit_model::limits::REASON_CHARS_MAX;
use pipit_model::page::{ListName, Listed};
use pipit_model::user::UserRef;
use pipit_model::{Error, UserId};

use super::{AdminTab, Staff, moment_of, tabs};
use crate::Web;
use crate::error::Failure;
use crate::extract::{Cursor, Form, Pairs, Query, id};
use crate::format::Moment;
use crate::forms::{Complaint, Field, FormView, Kind};
use crate::links;
use crate::page::{self, Section, Shell};
use crate::view::Feed;
use crate::visitor::Visitor;

/// As many as a page shows: nobody is decided about who was not looked at.
const AT_ONCE_MAX: usize = 100;

/// Somebody who waits.
pub(crate) struct WaitingRow {
    pub id: i64,
    pub handle: String,
    pub name: String,
    pub reason: String,
    pub address: String,
    pub at: Moment,
    pub chosen: bool,
}

#[derive(Template)]
#[template(path = "pages/admin/sign_ups.html")]
pub(crate) struct SignUpsPage<'a> {
    pub shell: &'a Shell,
    pub admin_tabs: Vec<AdminTab>,
    pub feed: Feed<WaitingRow>,
    pub form: FormView,
}

/// What was chosen and typed, and what is wrong with it.
struct Refused {
    chosen: Vec<UserId>,
    reason: String,
    complaint: Complaint,
}

async fn render(
    web: &Web,
    (staff, visitor): (&Staff, &Visitor),
    cursor: Option<&str>,
    refused: Option<Refused>,
) -> Result<Response, Failure> {
    let (w, now) = (visitor.preferences.w, web.pipit.clock().now());
    let page = web.pipit.page(ListName::SignUps, 0, cursor, None)?;
    let listed: Listed<SignUpView> = web.pipit.sign_ups(staff.by, page).await?;
    let shell = Shell::new(web, visitor, Section::Elsewhere, w.entry.sign_ups).await?;
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (chosen, reason, complaint) = match refused {
        Some(Refused { chosen, reason, complaint }) => (chosen, reason, Some(complaint)),
        None => (Vec::new(), String::new(), None),
    };
    let feed = Feed::new(web, (ListName::SignUps, 0), &listed, |view| {
        let user = view.card.user();
        WaitingRow {
            id: user.id.0,
            handle: user.handle.clone(),
            name: user.name.clone(),
            reason: view.reason.clone(),
            address: (w.entry.address_at)(&view.email_domain),
            at: moment_of(user.id.0, now, w),
            chosen: chosen.contains(&user.id),
        }
    });
    // Approving needs none, so that the browser asks for none.
    let field = Field::new("reason", w.entry.reject_why, Kind::Lines, "off")
        .value(&reason)
        .length(0, REASON_CHARS_MAX)
        .hint(w.entry.reject_why_hint);
    let form = FormView::new(vec![field], complaint);
    let admin_tabs = tabs(staff, "/admin/sign-ups", w);
    Ok(page::html(status, &SignUpsPage { shell: &shell, admin_tabs, feed, form }))
}

pub(crate) async fn get_sign_ups(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
    Query(Cursor { cursor }): Query<Cursor>,
) -> Result<Response, Failure> {
    render(&web, (&staff, &visitor), cursor.as_deref(), None).await
}

/// Decides about all that were chosen.
pub(crate) async fn decide(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
    Form(form): Form<Pairs>,
) -> Result<Response, Failure> {
    let w = visitor.preferences.w;
    let chosen = form.all("user").map(|text| id(text).map(UserId));
    let chosen: Vec<UserId> = chosen.take(AT_ONCE_MAX).collect::<Result<_, _>>()?;
    let reason = form.get("reason").to_owned();
    let verdict = match form.get("verdict") {
        "approve" => Verdict::Approve,
        _ => Verdict::Reject(reason.clone()),
    };
    if chosen.is_empty() {
        let complaint = Complaint::general(w.entry.choose_somebody);
        let refused = Refused { chosen, reason, complaint };
        return render(&web, (&staff, &visitor), None, Some(refused)).await;
    }
    for user_id in &chosen {
        let user = UserRef::Id(*user_id);
        match web.pipit.decide_sign_up(staff.by, &user, verdict.clone()).await {
            // Somebody else decided meanwhile.
            Ok(_) | Err(Error::NotFound(_)) => {}
            Err(error) => {
                let complaint = Complaint::from_error(error, w)?;
                let refused = Refused { chosen, reason, complaint };
                return render(&web, (&staff, &visitor), None, Some(refused)).await;
            }
        }
    }
    Ok(links::see_other("/admin/sign-ups"))
}
