//! Taking one's data with one: the archive, for whoever knows the password.

use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::Web;
use crate::archive;
use crate::error::Failure;
use crate::extract::Form;
use crate::forms::{Complaint, FormView, PasswordForm};
use crate::page::{self, Section, Shell};
use crate::visitor::{SignedIn, Visitor};

/// The archive is one person's, and is made anew each time.
const HEADERS: [(HeaderName, &str); 2] =
    [(header::CONTENT_TYPE, "application/zip"), (header::CACHE_CONTROL, "no-store")];

#[derive(Template)]
#[template(path = "pages/data.html")]
pub(crate) struct DataPage<'a> {
    pub shell: &'a Shell,
    pub form: FormView,
}

async fn data_page(
    web: &Web,
    visitor: &Visitor,
    status: StatusCode,
    complaint: Option<Complaint>,
) -> Result<Response, Failure> {
    let w = visitor.preferences.w;
    let shell = Shell::new(web, visitor, Section::Settings, w.settings_data).await?;
    let form = FormView::new(PasswordForm::fields(w), complaint);
    Ok(page::html(status, &DataPage { shell: &shell, form }))
}

pub(crate) async fn get_data(
    State(web): State<Web>,
    _: SignedIn,
    visitor: Visitor,
) -> Result<Response, Failure> {
    data_page(&web, &visitor, StatusCode::OK, None).await
}

pub(crate) async fn post_data(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Failure> {
    if let Some(complaint) = form.refusal(&web, &visitor, viewer.caller).await? {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return data_page(&web, &visitor, status, Some(complaint)).await;
    }
    let handle = &viewer.card.user().handle;
    let name = format!("attachment; filename=\"pipit-{handle}.zip\"");
    let body = Body::from_stream(archive::stream(web.pipit, viewer.caller)?);
    Ok((HEADERS, [(header::CONTENT_DISPOSITION, name)], body).into_response())
}
