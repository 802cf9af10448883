//! One's own account: profile, sessions, the end of it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::SessionView;
use pipit_http::UploadForm;
use pipit_model::media::MediaUse;
use pipit_model::user::ProfileEdit;
use pipit_model::{Error, SessionId};
use serde::Deserialize;

use crate::Web;
use crate::error::Failure;
use crate::extract::{Form, Path, Query};
use crate::format::Moment;
use crate::forms::{Complaint, FormView, PasswordForm, ProfileForm};
use crate::links;
use crate::page::{self, Section, Shell};
use crate::pages::account;
use crate::uploads;
use crate::view::Reading;
use crate::visitor::{SignedIn, Viewer, Visitor};
use crate::words::Words;

#[derive(Template)]
#[template(path = "pages/settings.html")]
pub(crate) struct SettingsPage<'a> {
    pub shell: &'a Shell,
    pub form: FormView,
    /// The change was made.
    pub is_done: bool,
    /// What is wrong with a picture.
    pub refused: Option<String>,
    pub has_avatar: bool,
    pub has_banner: bool,
}

#[derive(Template)]
#[template(path = "pages/sessions.html")]
pub(crate) struct SessionsPage<'a> {
    pub shell: &'a Shell,
    pub sessions: Vec<SessionRow>,
}

#[derive(Template)]
#[template(path = "pages/delete.html")]
pub(crate) struct DeletePage<'a> {
    pub shell: &'a Shell,
    pub form: FormView,
}

/// A sign-in, on one device.
pub(crate) struct SessionRow {
    pub id: i64,
    pub device: String,
    pub user_agent: String,
    pub began: Moment,
    pub current: bool,
}

impl SessionRow {
    pub(crate) fn new(view: &SessionView, current: SessionId, reading: Reading) -> Self {
        let (w, session) = (reading.w, &view.session);
        Self {
            id: session.id.0,
            device: device(&view.user_agent, w),
            user_agent: view.user_agent.clone(),
            began: Moment::new(session.created_at, reading.now, w),
            current: session.id == current,
        }
    }
}

/// What a browser calls itself, in two words. The order matters: most claim to be all others.
fn device(user_agent: &str, w: &Words) -> String {
    let named = |names: &[(&str, &'static str)]| {
        names.iter().find(|(part, _)| user_agent.contains(part)).map(|(_, name)| *name)
    };
    let browser = named(&[
        ("Firefox/", "Firefox"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = named(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => (w.device)(browser, system),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => w.an_app.to_owned(),
    }
}

/// What the page confirms.
#[derive(Deserialize)]
pub(crate) struct Done {
    pub done: Option<String>,
}

pub(crate) async fn get_settings(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Failure> {
    let shell =
        Shell::new(&web, &visitor, Section::Settings, visitor.preferences.w.settings).await?;
    let form = FormView::new(stored(&viewer).fields(shell.w), None);
    let page = SettingsPage { is_done: done.is_some(), ..settings_page(&shell, &viewer, form) };
    Ok(page::html(StatusCode::OK, &page))
}

/// The profile as it stands.
fn stored(viewer: &Viewer) -> ProfileForm {
    let user = viewer.card.user();
    let links = Some(user.links.join("\n"));
    ProfileForm { name: user.name.clone(), bio: user.bio.clone(), links }
}

fn settings_page<'a>(shell: &'a Shell, viewer: &Viewer, form: FormView) -> SettingsPage<'a> {
    let user = viewer.card.user();
    let (has_avatar, has_banner) = (user.profile_picture.is_some(), user.banner.is_some());
    SettingsPage { shell, form, is_done: false, refused: None, has_avatar, has_banner }
}

pub(crate) async fn post_settings(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Form(form): Form<ProfileForm>,
) -> Result<Response, Failure> {
    let links = form.links.as_ref().map(|links| links.lines().map(str::to_owned).collect());
    let edit = ProfileEdit {
        name: Some(form.name.clone()),
        bio: Some(form.bio.clone()),
        links,
        ..ProfileEdit::default()
    };
    let Err(error) = web.pipit.edit_profile(viewer.caller, edit).await else {
        return Ok(links::see_other("/settings?done=profile"));
    };
    let complaint = Complaint::from_error(error, visitor.preferences.w)?;
    let shell =
        Shell::new(&web, &visitor, Section::Settings, visitor.preferences.w.settings).await?;
    let form = FormView::new(form.fields(shell.w), Some(complaint));
    let page = settings_page(&shell, &viewer, form);
    Ok(page::html(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

async fn set_picture(
    web: &Web,
    viewer: &Viewer,
    visitor: &Visitor,
    form: UploadForm,
    used_as: MediaUse,
) -> Result<Response, Failure> {
    let set = match uploads::read_file(form).await? {
        Ok(bytes) => web.pipit.set_profile_media(viewer.caller, bytes, used_as).await,
        Err(error) => Err(error),
    };
    let Err(error) = set else { return Ok(links::see_other("/settings?done=picture")) };
    let (status, complaint) = uploads::told(error, visitor.preferences.w)?;
    let shell = Shell::new(web, visitor, Section::Settings, visitor.preferences.w.settings).await?;
    let form = FormView::new(stored(viewer).fields(shell.w), None);
    let refused = Some(complaint.text);
    Ok(page::html(status, &SettingsPage { refused, ..settings_page(&shell, viewer, form) }))
}

pub(crate) async fn post_avatar(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    form: UploadForm,
) -> Result<Response, Failure> {
    set_picture(&web, &viewer, &visitor, form, MediaUse::Avatar).await
}

pub(crate) async fn post_banner(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    form: UploadForm,
) -> Result<Response, Failure> {
    set_picture(&web, &viewer, &visitor, form, MediaUse::Banner).await
}

pub(crate) async fn remove_avatar(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
) -> Result<Response, Failure> {
    let edit = ProfileEdit { profile_picture: Some(None), ..ProfileEdit::default() };
    web.pipit.edit_profile(viewer.caller, edit).await?;
    Ok(links::see_other("/settings?done=picture"))
}

pub(crate) async fn remove_banner(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
) -> Result<Response, Failure> {
    let edit = ProfileEdit { banner: Some(None), ..ProfileEdit::default() };
    web.pipit.edit_profile(viewer.caller, edit).await?;
    Ok(links::see_other("/settings?done=picture"))
}

pub(crate) async fn get_sessions(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
) -> Result<Response, Failure> {
    let sessions = web.pipit.sessions(viewer.caller).await?;
    let shell =
        Shell::new(&web, &visitor, Section::Settings, visitor.preferences.w.sessions).await?;
    let reading = shell.reading();
    let current = viewer.caller.session_id;
    let row = |session| SessionRow::new(session, current, reading);
    let sessions = sessions.iter().map(row).collect();
    Ok(page::html(StatusCode::OK, &SessionsPage { shell: &shell, sessions }))
}

pub(crate) async fn end_session(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    match web.pipit.end_session(viewer.caller, SessionId(id)).await {
        // Ended already, as by a double click: that is what was wanted.
        Ok(()) | Err(Error::NotFound(_)) => {}
        Err(error) => return Err(error.into()),
    }
    if SessionId(id) == viewer.caller.session_id {
        return Ok(account::farewell(&web));
    }
    Ok(links::see_other("/settings/sessions"))
}

async fn delete_page(
    web: &Web,
    visitor: &Visitor,
    status: StatusCode,
    complaint: Option<Complaint>,
) -> Result<Response, Failure> {
    let w = visitor.preferences.w;
    let shell = Shell::new(web, visitor, Section::Settings, w.delete_account).await?;
    let form = FormView::new(PasswordForm::fields(w), complaint);
    Ok(page::html(status, &DeletePage { shell: &shell, form }))
}

pub(crate) async fn get_delete(
    State(web): State<Web>,
    _: SignedIn,
    visitor: Visitor,
) -> Result<Response, Failure> {
    delete_page(&web, &visitor, StatusCode::OK, None).await
}

pub(crate) async fn post_delete(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Failure> {
    if let Some(complaint) = form.refusal(&web, &visitor, viewer.caller).await? {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return delete_page(&web, &visitor, status, Some(complaint)).await;
    }
    web.pipit.delete_account(viewer.caller).await?;
    Ok(account::farewell(&web))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::ALL;

    #[test]
    fn devices() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let chrome = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) \
                      Chrome/140.0 Mobile Safari/537.36";
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) \
                      AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";
        for (user_agent, expected) in [
            (firefox, "Firefox on Linux"),
            (chrome, "Chrome on Android"),
            (safari, "Safari on iPhone"),
            ("curl/8.5", "curl"),
            ("", "Not a browser"),
        ] {
            assert_eq!(device(user_agent, ALL[0]), expected);
        }
    }
}
