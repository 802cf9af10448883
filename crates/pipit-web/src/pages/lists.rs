//! Lists of chosen people, and followed hashtags: the viewer's own.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_model::event::Standing;
use pipit_model::limits::LIST_NAME_CHARS_MAX;
use pipit_model::list::List;
use pipit_model::page::ListName;
use pipit_model::user::{Handle, UserRef};
use pipit_model::{Error, ListId};
use serde::Deserialize;

use crate::Web;
use crate::error::Failure;
use crate::extract::{Cursor, Form, Path, Query, user_ref};
use crate::forms::{BackForm, Complaint, Field, FormView, Kind};
use crate::page::{self, Section, Shell};
use crate::pages::live::{self, ListQuery};
use crate::view::{Feed, Person, PersonRow, TweetModel, once};
use crate::visitor::{SignedIn, Visitor};
use crate::words::Words;
use crate::{forms, links};

/// A list in a list of lists.
pub(crate) struct ListRow {
    pub id: i64,
    pub name: String,
    pub members: String,
    /// Whether the person that the page is about is on it.
    pub is_on: bool,
}

impl ListRow {
    fn new(list: &List, is_on: bool, w: &'static Words) -> Self {
        let members = w.counted(list.member_count, w.list_people);
        Self { id: list.id.0, name: list.name.clone(), members, is_on }
    }
}

/// A hashtag in a list of hashtags.
pub(crate) struct TagRow {
    pub href: String,
    pub name: String,
}

impl TagRow {
    pub(crate) fn new(name: &str) -> Self {
        Self { href: links::tag(name), name: name.to_owned() }
    }
}

#[derive(Template)]
#[template(path = "pages/lists.html")]
pub(crate) struct ListsPage<'a> {
    pub shell: &'a Shell,
    pub lists: Vec<ListRow>,
    pub hashtags: Vec<TagRow>,
    pub form: FormView,
    /// A double click makes one list.
    pub key: String,
}

#[derive(Template)]
#[template(path = "pages/list.html")]
pub(crate) struct ListPage<'a> {
    pub shell: &'a Shell,
    pub list: ListRow,
    /// Where an open page asks for what is new: the first one.
    pub new: Option<String>,
    pub feed: Feed<TweetModel<'a>>,
}

#[derive(Template)]
#[template(path = "pages/list_members.html")]
pub(crate) struct MembersPage<'a> {
    pub shell: &'a Shell,
    pub list: ListRow,
    /// A handle that nobody has, as typed.
    pub unknown: Option<&'a str>,
    pub form: FormView,
    pub feed: Feed<PersonRow<'a>>,
}

#[derive(Template)]
#[template(path = "pages/lists_of.html")]
pub(crate) struct ListsOfPage<'a> {
    pub shell: &'a Shell,
    pub person: Person<'a>,
    pub lists: Vec<ListRow>,
}

/// A list's name, as typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct NameForm {
    name: String,
    key: String,
}

impl NameForm {
    fn fields(&self, w: &Words) -> Vec<Field> {
        vec![
            Field::new("name", w.name, Kind::Line, "off")
                .value(&self.name)
                .length(1, LIST_NAME_CHARS_MAX)
                .hint(w.list_name_hint),
        ]
    }
}

/// Whom a button is about, and where to go afterwards.
#[derive(Deserialize)]
pub(crate) struct MemberForm {
    handle: String,
    #[serde(flatten)]
    back: BackForm,
}

fn list_id(text: &str) -> Result<ListId, Failure> {
    let id = text.parse().ok().filter(|id| *id > 0);
    Ok(ListId(id.ok_or(Error::NotFound("list"))?))
}

async fn render_lists(
    web: &Web,
    visitor: &Visitor,
    SignedIn(viewer): &SignedIn,
    form: FormView,
) -> Result<Response, Failure> {
    let lists = web.pipit.lists(viewer.caller).await?;
    let hashtags = web.pipit.followed_hashtag_names(viewer.caller).await?;
    let shell = Shell::new(web, visitor, Section::Lists, visitor.preferences.w.lists).await?;
    let status = form.status();
    let page = ListsPage {
        shell: &shell,
        lists: lists.iter().map(|list| ListRow::new(list, false, shell.w)).collect(),
        hashtags: hashtags.iter().map(|hashtag| TagRow::new(&hashtag.name)).collect(),
        form,
        key: forms::new_key(shell.reading().now),
    };
    Ok(page::html(status, &page))
}

pub(crate) async fn get_lists(
    State(web): State<Web>,
    viewer: SignedIn,
    visitor: Visitor,
) -> Result<Response, Failure> {
    let form = FormView::new(NameForm::default().fields(visitor.preferences.w), None);
    render_lists(&web, &visitor, &viewer, form).await
}

pub(crate) async fn post_list(
    State(web): State<Web>,
    viewer: SignedIn,
    visitor: Visitor,
    Form(form): Form<NameForm>,
) -> Result<Response, Failure> {
    let key = forms::own_key(&form.key);
    match web.pipit.create_list(viewer.0.caller, &form.name, key).await {
        Ok(list) => Ok(links::see_other(&format!("/lists/{}/members", list.id))),
        Err(error) => {
            let fields = form.fields(visitor.preferences.w);
            let complaint = Complaint::from_error(error, visitor.preferences.w)?;
            let form = FormView::new(fields, Some(complaint));
            render_lists(&web, &visitor, &viewer, form).await
        }
    }
}

pub(crate) async fn get_list(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(ListQuery { cursor, above }): Query<ListQuery>,
) -> Result<Response, Failure> {
    let id = list_id(&id)?;
    let list = web.pipit.list(viewer.caller, id).await?;
    let name = (ListName::List, id.0);
    let page = web.pipit.page(name.0, name.1, cursor.as_deref(), None)?;
    let tweets = web.pipit.list_timeline(viewer.caller, id, page).await?;
    let href = format!("/lists/{id}");
    if let Some(above) = above {
        return live::above(&web, &visitor, (name, &href), tweets, &above).await;
    }
    let shell = Shell::new(&web, &visitor, Section::Lists, list.name.clone()).await?;
    let reading = shell.reading();
    let feed = Feed::of(&web, name, once(&tweets.items, reading), tweets.next);
    let list = ListRow::new(&list, false, shell.w);
    let new = cursor.is_none().then_some(href);
    Ok(page::html(StatusCode::OK, &ListPage { shell: &shell, list, new, feed }))
}

/// What was refused on the page of a list's people.
enum Refused<'a> {
    Nothing,
    /// Nobody has this handle.
    Handle(&'a str),
    Name(NameForm, Complaint),
}

async fn render_members(
    web: &Web,
    visitor: &Visitor,
    SignedIn(viewer): &SignedIn,
    (id, cursor): (ListId, Option<&str>),
    refused: Refused<'_>,
) -> Result<Response, Failure> {
    let list = web.pipit.list(viewer.caller, id).await?;
    let name = (ListName::ListMembers, id.0);
    let page = web.pipit.page(name.0, name.1, cursor, None)?;
    let members = web.pipit.list_members(viewer.caller, id, page).await?;
    let shell = Shell::new(web, visitor, Section::Lists, list.name.clone()).await?;
    let (reading, w) = (shell.reading(), shell.w);
    let own_name = || NameForm { name: list.name.clone(), ..NameForm::default() }.fields(w);
    let (status, unknown, form) = match refused {
        Refused::Nothing => (StatusCode::OK, None, FormView::new(own_name(), None)),
        Refused::Handle(handle) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Some(handle), FormView::new(own_name(), None))
        }
        Refused::Name(form, complaint) => {
            let form = FormView::new(form.fields(w), Some(complaint));
            (StatusCode::UNPROCESSABLE_ENTITY, None, form)
        }
    };
    let feed = Feed::new(web, name, &members, |person| PersonRow::new(person, reading));
    let list = ListRow::new(&list, true, w);
    Ok(page::html(status, &MembersPage { shell: &shell, list, unknown, form, feed }))
}

pub(crate) async fn get_members(
    State(web): State<Web>,
    viewer: SignedIn,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(Cursor { cursor }): Query<Cursor>,
) -> Result<Response, Failure> {
    let place = (list_id(&id)?, cursor.as_deref());
    render_members(&web, &visitor, &viewer, place, Refused::Nothing).await
}

pub(crate) async fn rename(
    State(web): State<Web>,
    viewer: SignedIn,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(form): Form<NameForm>,
) -> Result<Response, Failure> {
    let id = list_id(&id)?;
    match web.pipit.rename_list(viewer.0.caller, id, &form.name).await {
        Ok(_) => Ok(links::see_other(&format!("/lists/{id}"))),
        Err(error) => {
            let refused = Refused::Name(form, Complaint::from_error(error, visitor.preferences.w)?);
            render_members(&web, &visitor, &viewer, (id, None), refused).await
        }
    }
}

pub(crate) async fn delete(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    match web.pipit.delete_list(viewer.caller, list_id(&id)?).await {
        // Gone already, as by a double click: that is what was wanted.
        Ok(()) | Err(Error::NotFound(_)) => Ok(links::see_other("/lists")),
        Err(error) => Err(error.into()),
    }
}

/// Someone's place on the viewer's lists.
pub(crate) async fn get_lists_of(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    Path(handle): Path<String>,
) -> Result<Response, Failure> {
    let user = user_ref(&handle)?;
    let view = web.pipit.user(visitor.caller(), &user).await?;
    let lists = web.pipit.lists_with(viewer.caller, &user).await?;
    let person = Person::new(view.card.user());
    let w = visitor.preferences.w;
    let title = (w.on_your_lists)(person.handle);
    let shell = Shell::new(&web, &visitor, Section::Lists, title).await?;
    let lists = lists.iter().map(|(list, is_on)| ListRow::new(list, *is_on, w)).collect();
    Ok(page::html(StatusCode::OK, &ListsOfPage { shell: &shell, person, lists }))
}

async fn set_member(
    web: &Web,
    SignedIn(viewer): &SignedIn,
    id: ListId,
    handle: &str,
    to: Standing,
) -> Result<(), Error> {
    let handle = Handle::new(handle.trim().trim_start_matches('@'));
    let handle = handle.map_err(|_| Error::NotFound("user"))?;
    let user = UserRef::HandleKey(handle.key());
    web.pipit.set_list_member(viewer.caller, id, &user, to).await.map(|_| ())
}

pub(crate) async fn add(
    State(web): State<Web>,
    viewer: SignedIn,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(form): Form<MemberForm>,
) -> Result<Response, Failure> {
    let id = list_id(&id)?;
    match set_member(&web, &viewer, id, &form.handle, Standing::Set).await {
        Ok(()) => Ok(links::see_other(form.back.or(&format!("/lists/{id}/members")))),
        Err(Error::NotFound("user")) => {
            let refused = Refused::Handle(&form.handle);
            render_members(&web, &visitor, &viewer, (id, None), refused).await
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn remove(
    State(web): State<Web>,
    viewer: SignedIn,
    Path(id): Path<String>,
    Form(form): Form<MemberForm>,
) -> Result<Response, Failure> {
    let id = list_id(&id)?;
    set_member(&web, &viewer, id, &form.handle, Standing::Unset).await?;
    Ok(links::see_other(form.back.or(&format!("/lists/{id}/members"))))
}
