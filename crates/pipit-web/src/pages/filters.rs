//! Words that one does not want to read.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_model::filter::{
    Filter, FilterAction, FilterContext, FilterContexts, FilterDraft, Keyword, Matching,
};
use pipit_model::limits::FILTER_TITLE_CHARS_MAX;
use pipit_model::{Error, FilterId, Timestamp};
use serde::Deserialize;

use crate::Web;
use crate::error::Failure;
use crate::extract::{Form, Path};
use crate::format::Moment;
use crate::forms::{self, Complaint};
use crate::links;
use crate::page::{self, Section, Shell};
use crate::visitor::{SignedIn, Visitor};
use crate::words::Words;

const DAY_SECS: i64 = 24 * 3600;

#[derive(Template)]
#[template(path = "pages/filters.html")]
pub(crate) struct FiltersPage<'a> {
    pub shell: &'a Shell,
    pub filters: Vec<FilterRow>,
    /// What is wrong with what was sent.
    pub refused: Option<String>,
    /// The form for another one.
    pub new: FilterFields,
    /// A double click makes one filter.
    pub key: String,
}

/// A filter of the viewer's.
pub(crate) struct FilterRow {
    pub id: i64,
    pub title: String,
    /// What it looks for, for the eye.
    pub looks_for: String,
    /// How long it holds, in words.
    pub until: String,
    pub fields: FilterFields,
}

/// A form's fields as they are shown.
pub(crate) struct FilterFields {
    /// Behind the names of ids, which stand on the page several times.
    pub id: String,
    pub title: String,
    /// One a line.
    pub keywords: String,
    pub whole_word: bool,
    /// Each place: its name, its label, whether it is chosen.
    pub places: Vec<(&'static str, &'static str, bool)>,
    pub hide: bool,
    /// Days that can be chosen, with their words; the first is for ever.
    pub durations: Vec<(i64, String, bool)>,
}

/// A filter as it is typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct FilterForm {
    title: String,
    keywords: String,
    whole_word: Option<String>,
    home: Option<String>,
    notifications: Option<String>,
    public: Option<String>,
    thread: Option<String>,
    profile: Option<String>,
    action: String,
    days: i64,
    key: String,
}

impl FilterForm {
    fn contexts(&self) -> FilterContexts {
        let chosen = |context: &FilterContext| {
            let field = match context {
                FilterContext::Home => &self.home,
                FilterContext::Notifications => &self.notifications,
                FilterContext::Public => &self.public,
                FilterContext::Thread => &self.thread,
                FilterContext::Profile => &self.profile,
            };
            field.is_some()
        };
        FilterContext::ALL.into_iter().filter(chosen).collect()
    }

    fn action(&self) -> FilterAction {
        FilterAction::parse(&self.action).unwrap_or(FilterAction::Warn)
    }

    fn draft(&self) -> FilterDraft {
        let matching = match self.whole_word {
            Some(_) => Matching::WholeWord,
            None => Matching::Anywhere,
        };
        let lines = self.keywords.lines().map(str::trim).filter(|line| !line.is_empty());
        let keywords: Vec<Keyword> =
            lines.map(|line| Keyword { text: line.to_owned(), matching }).collect();
        let title = match self.title.trim() {
            // Who gives it no name calls it by what it looks for.
            "" => {
                let first = keywords.first().map_or("", |keyword| keyword.text.as_str());
                first.chars().take(FILTER_TITLE_CHARS_MAX).collect()
            }
            title => title.to_owned(),
        };
        let expires_in_secs = (self.days > 0).then(|| self.days.saturating_mul(DAY_SECS));
        let (contexts, action) = (self.contexts(), self.action());
        FilterDraft { title, contexts, action, expires_in_secs, keywords }
    }

    fn fields(&self, id: &str, w: &Words) -> FilterFields {
        FilterFields {
            id: id.to_owned(),
            title: self.title.clone(),
            keywords: self.keywords.clone(),
            whole_word: self.whole_word.is_some(),
            places: places(self.contexts(), w),
            hide: self.action() == FilterAction::Hide,
            durations: durations(self.days, w),
        }
    }
}

/// As it is offered to who makes one.
fn offered() -> FilterForm {
    let on = || Some("on".to_owned());
    FilterForm {
        whole_word: on(),
        home: on(),
        notifications: on(),
        public: on(),
        thread: on(),
        ..FilterForm::default()
    }
}

fn places(chosen: FilterContexts, w: &Words) -> Vec<(&'static str, &'static str, bool)> {
    let place = |context: FilterContext| {
        let label = match context {
            FilterContext::Home => w.filters.in_home,
            FilterContext::Notifications => w.notifications,
            FilterContext::Public => w.filters.in_public,
            FilterContext::Thread => w.filters.in_threads,
            FilterContext::Profile => w.filters.in_profiles,
        };
        (context.name(), label, chosen.contains(context))
    };
    FilterContext::ALL.map(place).into()
}

fn durations(chosen: i64, w: &Words) -> Vec<(i64, String, bool)> {
    let duration = |days: i64| {
        let label = if days == 0 { w.filters.for_ever.to_owned() } else { (w.filters.days)(days) };
        (days, label, days == chosen)
    };
    [0, 1, 7, 30].map(duration).into()
}

impl FilterRow {
    fn new(filter: &Filter, now: Timestamp, w: &'static Words) -> Self {
        let keywords: Vec<&str> = filter.keywords.iter().map(|word| word.text.as_str()).collect();
        let whole = filter.keywords.iter().all(|word| word.matching == Matching::WholeWord);
        let on = |is_on: bool| is_on.then(|| "on".to_owned());
        let holds = |context| on(filter.contexts.contains(context));
        let form = FilterForm {
            title: filter.title.clone(),
            keywords: keywords.join("\n"),
            whole_word: on(whole),
            home: holds(FilterContext::Home),
            notifications: holds(FilterContext::Notifications),
            public: holds(FilterContext::Public),
            thread: holds(FilterContext::Thread),
            profile: holds(FilterContext::Profile),
            action: filter.action.name().to_owned(),
            ..FilterForm::default()
        };
        let until = match filter.expires_at {
            None => String::new(),
            Some(at) if at <= now => w.filters.has_ended.to_owned(),
            Some(at) => format!("{} {}", w.filters.until, Moment::new(at, now, w).full),
        };
        Self {
            id: filter.id.0,
            title: filter.title.clone(),
            looks_for: keywords.join(" · "),
            until,
            fields: form.fields(&filter.id.to_string(), w),
        }
    }
}

async fn render(
    web: &Web,
    visitor: &Visitor,
    SignedIn(viewer): &SignedIn,
    refused: Option<(FilterForm, Complaint)>,
) -> Result<Response, Failure> {
    let filters = web.pipit.filters(viewer.caller).await?;
    let w = visitor.preferences.w;
    let shell = Shell::new(web, visitor, Section::Settings, w.filters.heading).await?;
    let now = shell.reading().now;
    let status = match refused {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let (form, refused) = match refused {
        Some((form, complaint)) => (form, Some(complaint.text)),
        None => (offered(), None),
    };
    let page = FiltersPage {
        shell: &shell,
        filters: filters.iter().map(|filter| FilterRow::new(filter, now, w)).collect(),
        refused,
        new: form.fields("new", w),
        key: forms::new_key(now),
    };
    Ok(page::html(status, &page))
}

pub(crate) async fn get_filters(
    State(web): State<Web>,
    viewer: SignedIn,
    visitor: Visitor,
) -> Result<Response, Failure> {
    render(&web, &visitor, &viewer, None).await
}

pub(crate) async fn post_filter(
    State(web): State<Web>,
    viewer: SignedIn,
    visitor: Visitor,
    Form(form): Form<FilterForm>,
) -> Result<Response, Failure> {
    let key = forms::own_key(&form.key);
    match web.pipit.create_filter(viewer.0.caller, form.draft(), key).await {
        Ok(_) => Ok(links::see_other("/settings/filters")),
        Err(error) => {
            let complaint = Complaint::from_error(error, visitor.preferences.w)?;
            render(&web, &visitor, &viewer, Some((form, complaint))).await
        }
    }
}

fn filter_id(text: &str) -> Result<FilterId, Failure> {
    let id = text.parse().ok().filter(|id| *id > 0);
    Ok(FilterId(id.ok_or(Error::NotFound("filter"))?))
}

pub(crate) async fn update(
    State(web): State<Web>,
    viewer: SignedIn,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(form): Form<FilterForm>,
) -> Result<Response, Failure> {
    match web.pipit.set_filter(viewer.0.caller, filter_id(&id)?, form.draft()).await {
        Ok(_) => Ok(links::see_other("/settings/filters")),
        Err(error) => {
            // What was typed stands in the form for a new one: nothing of it is lost.
            let complaint = Complaint::from_error(error, visitor.preferences.w)?;
            render(&web, &visitor, &viewer, Some((form, complaint))).await
        }
    }
}

pub(crate) async fn delete(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    match web.pipit.delete_filter(viewer.caller, filter_id(&id)?).await {
        // Gone already, as by a double click: that is what was wanted.
        Ok(()) | Err(Error::NotFound(_)) => Ok(links::see_other("/settings/filters")),
        Err(error) => Err(error.into()),
    }
}
