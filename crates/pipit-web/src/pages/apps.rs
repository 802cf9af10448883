//! The apps that somebody let in.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_model::app::AuthorisedApp;
use pipit_model::{Error, SessionId};

use crate::Web;
use crate::error::Failure;
use crate::extract::Path;
use crate::format::Moment;
use crate::links;
use crate::page::{self, Section, Shell};
use crate::pages::oauth::rights;
use crate::view::Reading;
use crate::visitor::{SignedIn, Visitor};

#[derive(Template)]
#[template(path = "pages/apps.html")]
pub(crate) struct AppsPage<'a> {
    pub shell: &'a Shell,
    pub apps: Vec<AppRow>,
}

/// An app that was let in, on one device.
pub(crate) struct AppRow {
    pub id: i64,
    pub name: String,
    pub website: Option<String>,
    pub rights: String,
    pub began: Moment,
    pub used: Option<Moment>,
}

impl AppRow {
    fn new(app: AuthorisedApp, reading: Reading) -> Self {
        let moment = |at| Moment::new(at, reading.now, reading.w);
        let used_at = app.grant.used_at;
        Self {
            id: app.session_id.0,
            rights: rights(app.grant.scopes, reading.w).join(", "),
            began: moment(app.created_at),
            used: (used_at.0 > 0).then(|| moment(used_at)),
            name: app.name,
            website: app.website,
        }
    }
}

pub(crate) async fn get_apps(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
) -> Result<Response, Failure> {
    let apps = web.pipit.authorised_apps(viewer.caller).await?;
    let title = visitor.preferences.w.apps.settings;
    let shell = Shell::new(&web, &visitor, Section::Settings, title).await?;
    let reading = shell.reading();
    let apps = apps.into_iter().map(|app| AppRow::new(app, reading)).collect();
    Ok(page::html(StatusCode::OK, &AppsPage { shell: &shell, apps }))
}

pub(crate) async fn turn_out(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    match web.pipit.turn_out_app(viewer.caller, SessionId(id)).await {
        // Turned out already, as by a double click: that is what was wanted.
        Ok(()) | Err(Error::NotFound(_)) => Ok(links::see_other("/settings/apps")),
        Err(error) => Err(error.into()),
    }
}
