//! How the pages look and speak in this browser: for visitors as well.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

use crate::Web;
use crate::error::Failure;
use crate::extract::{Form, Query};
use crate::links;
use crate::page::{self, Section, Shell};
use crate::pages::settings::Done;
use crate::preferences::{Preferences, Shortcuts, Theme};
use crate::visitor::Visitor;
use crate::words;

#[derive(Template)]
#[template(path = "pages/appearance.html")]
pub(crate) struct AppearancePage<'a> {
    pub shell: &'a Shell,
    pub questions: Vec<Question>,
    /// The change was made.
    pub is_done: bool,
}

/// One thing to choose, among few.
pub(crate) struct Question {
    pub name: &'static str,
    pub legend: &'static str,
    pub answers: Vec<Answer>,
}

pub(crate) struct Answer {
    pub value: &'static str,
    pub label: &'static str,
    /// The language that the label is in, if it is another one.
    pub lang: Option<&'static str>,
    pub chosen: bool,
}

pub(crate) fn answer(value: &'static str, label: &'static str, chosen: bool) -> Answer {
    Answer { value, label, lang: None, chosen }
}

fn questions(now: &Preferences) -> Vec<Question> {
    let w = now.w;
    let themes =
        [(Theme::Auto, w.theme_auto), (Theme::Light, w.theme_light), (Theme::Dark, w.theme_dark)];
    let theme = |(theme, label): (Theme, _)| answer(theme.name(), label, now.theme == theme);
    let language = |words: &'static words::Words| Answer {
        lang: Some(words.lang),
        ..answer(words.lang, words.language, now.is_language_chosen && words.lang == w.lang)
    };
    let auto = answer("auto", w.language_auto, !now.is_language_chosen);
    let is_on = now.shortcuts == Shortcuts::On;
    let shortcuts =
        vec![answer("on", w.shortcuts_on, is_on), answer("keyless", w.shortcuts_off, !is_on)];
    vec![
        Question { name: "theme", legend: w.theme, answers: themes.map(theme).into() },
        Question {
            name: "language",
            legend: w.language_label,
            answers: std::iter::once(auto).chain(words::ALL.map(language)).collect(),
        },
        Question { name: "shortcuts", legend: w.shortcuts, answers: shortcuts },
    ]
}

pub(crate) async fn get_appearance(
    State(web): State<Web>,
    visitor: Visitor,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Failure> {
    let title = visitor.preferences.w.settings_appearance;
    let shell = Shell::new(&web, &visitor, Section::Settings, title).await?;
    let questions = questions(&shell.preferences);
    let page = AppearancePage { shell: &shell, questions, is_done: done.is_some() };
    Ok(page::html(StatusCode::OK, &page))
}

/// The choices, as the cookie names them.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct AppearanceForm {
    theme: String,
    language: String,
    shortcuts: String,
}

pub(crate) async fn post_appearance(Form(form): Form<AppearanceForm>) -> Response {
    let mut chosen = Preferences::default();
    for choice in [&form.theme, &form.language, &form.shortcuts] {
        chosen.choose(choice);
    }
    let mut response = links::see_other("/settings/appearance?done=appearance");
    if let Some(cookie) = chosen.cookie() {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}
