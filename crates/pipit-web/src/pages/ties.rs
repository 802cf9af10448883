//! Who may follow and see the viewer: requests, blocks, mutes, and the settings of it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::{RequestAnswer, UserView};
use pipit_http::routes::{Methods, post};
use pipit_model::Error;
use pipit_model::event::Standing;
use pipit_model::page::{ListName, Listed};
use pipit_model::user::ProfileEdit;
use pipit_model::visibility::Visibility;
use serde::Deserialize;

use super::appearance::{Answer, Question, answer};
use super::settings::Done;
use crate::Web;
use crate::error::Failure;
use crate::extract::{Cursor, Form, Path, Query, user_ref};
use crate::forms::BackForm;
use crate::links;
use crate::page::{self, Section, Shell};
use crate::view::{Feed, PersonRow};
use crate::visitor::{SignedIn, Visitor};
use crate::words::Words;

/// Which people a page lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Asking,
    Blocked,
    Muted,
}

#[derive(Template)]
#[template(path = "pages/ties.html")]
pub(crate) struct TiesPage<'a> {
    pub shell: &'a Shell,
    pub who: Who,
    pub heading: &'static str,
    pub intro: &'static str,
    /// What is said where there is nobody.
    pub empty: (&'static str, &'static str),
    pub feed: Feed<PersonRow<'a>>,
}

#[derive(Template)]
#[template(path = "pages/privacy.html")]
pub(crate) struct PrivacyPage<'a> {
    pub shell: &'a Shell,
    pub questions: Vec<Question>,
    /// The change was made.
    pub is_done: bool,
}

async fn render(
    web: &Web,
    visitor: &Visitor,
    (who, list): (Who, (ListName, i64)),
    people: &Listed<UserView>,
) -> Result<Response, Failure> {
    let w = visitor.preferences.w.ties;
    let (section, heading, intro, empty) = match who {
        Who::Asking => (Section::Notifications, w.requests, "", w.no_requests),
        Who::Blocked => (Section::Settings, w.blocked_people, w.blocked_people_text, w.no_blocks),
        Who::Muted => (Section::Settings, w.muted_people, w.muted_people_text, w.no_mutes),
    };
    let shell = Shell::new(web, visitor, section, heading).await?;
    let reading = shell.reading();
    let feed = Feed::new(web, list, people, |person| PersonRow::new(person, reading));
    Ok(page::html(StatusCode::OK, &TiesPage { shell: &shell, who, heading, intro, empty, feed }))
}

pub(crate) async fn get_requests(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Query(Cursor { cursor }): Query<Cursor>,
) -> Result<Response, Failure> {
    let list = (ListName::FollowRequests, viewer.id().0);
    let page = web.pipit.page(list.0, list.1, cursor.as_deref(), None)?;
    let people = web.pipit.follow_requests(viewer.caller, page).await?;
    render(&web, &visitor, (Who::Asking, list), &people).await
}

pub(crate) async fn get_blocks(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Query(Cursor { cursor }): Query<Cursor>,
) -> Result<Response, Failure> {
    let list = (ListName::Blocks, viewer.id().0);
    let page = web.pipit.page(list.0, list.1, cursor.as_deref(), None)?;
    let people = web.pipit.blocks(viewer.caller, page).await?;
    render(&web, &visitor, (Who::Blocked, list), &people).await
}

pub(crate) async fn get_mutes(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Query(Cursor { cursor }): Query<Cursor>,
) -> Result<Response, Failure> {
    let list = (ListName::Mutes, viewer.id().0);
    let page = web.pipit.page(list.0, list.1, cursor.as_deref(), None)?;
    let people = web.pipit.mutes(viewer.caller, page).await?;
    render(&web, &visitor, (Who::Muted, list), &people).await
}

pub(crate) async fn accept_all(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
) -> Result<Response, Failure> {
    web.pipit.accept_follow_requests(viewer.caller).await?;
    Ok(links::see_other("/follow-requests"))
}

/// What a button does to a person.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Deed {
    Block(Standing),
    Mute,
    Unmute,
    RemoveFollower,
    Answer(RequestAnswer),
}

/// A button about a person: where to go afterwards, and for how long.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct TieForm {
    /// Seconds; empty for no end.
    duration: String,
    #[serde(flatten)]
    back: BackForm,
}

impl TieForm {
    fn seconds(&self) -> Result<Option<i64>, Error> {
        if self.duration.is_empty() {
            return Ok(None);
        }
        let no_number = |_| Error::invalid("duration", "must be a number of seconds");
        self.duration.parse().map(Some).map_err(no_number)
    }
}

/// The address that such a button sends its form to.
pub(crate) fn to_person(deed: Deed) -> Methods<Web> {
    let handler = async move |State(web): State<Web>,
                              SignedIn(viewer): SignedIn,
                              Path(handle): Path<String>,
                              Form(form): Form<TieForm>|
                -> Result<Response, Failure> {
        let (pipit, caller, user) = (&web.pipit, viewer.caller, user_ref(&handle)?);
        match deed {
            Deed::Block(to) => pipit.set_block(caller, &user, to).await?,
            Deed::Mute => pipit.mute(caller, &user, form.seconds()?).await?,
            Deed::Unmute => pipit.unmute(caller, &user).await?,
            Deed::RemoveFollower => pipit.remove_follower(caller, &user).await?,
            Deed::Answer(answer) => pipit.answer_follow_request(caller, &user, answer).await?,
        };
        Ok(links::see_other(form.back.or(&links::profile(&handle))))
    };
    post(handler)
}

fn questions(locked: bool, usual: Visibility, w: &Words) -> Vec<Question> {
    let ties = w.ties;
    let visibility = |(visibility, label): (Visibility, _)| -> Answer {
        answer(visibility.name(), label, visibility == usual)
    };
    vec![
        Question {
            name: "locked",
            legend: ties.who_follows,
            answers: vec![
                answer("no", ties.anybody, !locked),
                answer("yes", ties.whom_i_accept, locked),
            ],
        },
        Question {
            name: "visibility",
            legend: ties.usual_visibility,
            answers: [
                (Visibility::Public, ties.public_hint),
                (Visibility::Unlisted, ties.unlisted_hint),
                (Visibility::Followers, ties.followers_hint),
            ]
            .map(visibility)
            .into(),
        },
    ]
}

pub(crate) async fn get_privacy(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Failure> {
    let w = visitor.preferences.w;
    let shell = Shell::new(&web, &visitor, Section::Settings, w.ties.privacy).await?;
    let user = viewer.card.user();
    let questions = questions(user.locked, user.default_visibility, w);
    let page = PrivacyPage { shell: &shell, questions, is_done: done.is_some() };
    Ok(page::html(StatusCode::OK, &page))
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct PrivacyForm {
    locked: String,
    visibility: String,
}

pub(crate) async fn post_privacy(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    Form(form): Form<PrivacyForm>,
) -> Result<Response, Failure> {
    let edit = ProfileEdit {
        locked: Some(form.locked == "yes"),
        default_visibility: Some(Visibility::parse("visibility", &form.visibility)?),
        ..ProfileEdit::default()
    };
    web.pipit.edit_profile(viewer.caller, edit).await?;
    Ok(links::see_other("/settings/privacy?done=privacy"))
}
