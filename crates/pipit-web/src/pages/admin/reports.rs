//! The queue of reports, and each of them.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::{Deed, ReportView, TweetCard};
use pipit_model::page::ListName;
use pipit_model::report::{Category, ReportFilter, ReportState};
use pipit_model::{ReportId, UserId};
use serde::Deserialize;

use super::{
    Acting, AdminTab, ReportRow, Staff, Tweets, at_handle, kinds, moment_of, reason_form,
    report_href, tabs,
};
use crate::Web;
use crate::error::Failure;
use crate::extract::{Form, Pairs, Path, Query, id, user_ref};
use crate::forms::{Complaint, FormView};
use crate::links;
use crate::page::{self, Section, Shell};
use crate::pages::report::Choice;
use crate::view::Feed;
use crate::visitor::Visitor;

/// A way to see other reports.
pub(crate) struct Filter {
    pub href: String,
    pub label: &'static str,
    pub current: bool,
}

#[derive(Template)]
#[template(path = "pages/admin/queue.html")]
pub(crate) struct QueuePage<'a> {
    pub shell: &'a Shell,
    pub admin_tabs: Vec<AdminTab>,
    pub shows: Vec<Filter>,
    pub categories: Vec<Filter>,
    pub feed: Feed<ReportRow>,
}

/// A tweet that is attached to a report.
pub(crate) struct Attached {
    pub id: i64,
    /// [`None`] if it is deleted.
    pub text: Option<String>,
    pub chosen: bool,
}

#[derive(Template)]
#[template(path = "pages/admin/report.html")]
pub(crate) struct ReportPage<'a> {
    pub shell: &'a Shell,
    pub admin_tabs: Vec<AdminTab>,
    pub href: String,
    pub row: ReportRow,
    pub comment: String,
    pub rule: Option<String>,
    pub is_open: bool,
    pub is_mine: bool,
    pub tweets: Vec<Attached>,
    pub kinds: Vec<Choice>,
    pub form: FormView,
}

/// Which reports.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    show: String,
    category: String,
    account: String,
    cursor: Option<String>,
}

impl Asked {
    fn address(&self, show: &str, category: &str) -> String {
        let account = match self.account.as_str() {
            "" => String::new(),
            account => format!("&account={}", links::encode(account)),
        };
        format!("/admin?show={show}&category={category}{account}")
    }
}

pub(crate) async fn get_queue(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let w = visitor.preferences.w;
    let m = w.moderation;
    let category = Category::parse(&asked.category);
    let user_id = match asked.account.trim_start_matches('@') {
        "" => None,
        handle => Some(web.pipit.any_account(staff.by, &user_ref(handle)?).await?.user().id),
    };
    let show = match asked.show.as_str() {
        show @ ("mine" | "resolved") => show,
        _ => "open",
    };
    let filter = ReportFilter {
        state: if show == "resolved" { ReportState::Resolved } else { ReportState::Open },
        assignee: (show == "mine").then(|| staff.viewer.id()),
        category,
        user_id,
    };
    let page = web.pipit.page(ListName::Reports, 0, asked.cursor.as_deref(), None)?;
    let listed = web.pipit.reports(staff.by, filter, page).await?;
    let shell = Shell::new(&web, &visitor, Section::Elsewhere, m.moderation).await?;
    let now = web.pipit.clock().now();
    let feed = Feed::new(&web, (ListName::Reports, 0), &listed, |view| row_of(view, now, w));
    let chosen = category.map_or("", Category::name);
    let of_show =
        |(name, label)| Filter { href: asked.address(name, chosen), label, current: name == show };
    let of_category = |category: Option<Category>| {
        let name = category.map_or("", Category::name);
        let label = category.map_or(m.all_categories, |category| (m.category)(category));
        Filter { href: asked.address(show, name), label, current: name == chosen }
    };
    let all = std::iter::once(None).chain(Category::ALL.map(Some));
    let page = QueuePage {
        admin_tabs: tabs(&staff, "/admin", w),
        shows: [("open", m.open), ("mine", m.mine), ("resolved", m.resolved)].map(of_show).into(),
        categories: all.map(of_category).collect(),
        feed: feed.under(&asked.address(show, chosen)),
        shell: &shell,
    };
    Ok(page::html(StatusCode::OK, &page))
}

fn row_of(
    view: &ReportView,
    now: pipit_model::Timestamp,
    w: &'static crate::words::Words,
) -> ReportRow {
    let m = w.moderation;
    ReportRow {
        href: report_href(&view.report),
        handle: view.user.user().handle.clone(),
        category: (m.category)(view.report.category),
        at: moment_of(view.report.id.0, now, w),
        reporter: view.reporter.as_ref().map_or_else(|| m.by_the_server.to_owned(), at_handle),
        assignee: view.assignee.as_ref().map(at_handle),
    }
}

fn attached(card: &TweetCard, acting: &Acting) -> Attached {
    let id = card.tweet().id;
    Attached {
        id: id.0,
        text: (!card.deleted).then(|| card.tweet().content.clone()),
        // All are chosen at first: they were attached for it.
        chosen: acting.kind.is_none() || acting.tweets.contains(&id),
    }
}

async fn render(
    web: &Web,
    (staff, visitor): (&Staff, &Visitor),
    report_id: ReportId,
    acting: Acting,
    complaint: Option<Complaint>,
) -> Result<Response, Failure> {
    let (view, tweets) = web.pipit.report_with_tweets(staff.by, report_id).await?;
    let w = visitor.preferences.w;
    let row = row_of(&view, web.pipit.clock().now(), w);
    let title = format!("{} – @{}", w.moderation.reports, row.handle);
    let shell = Shell::new(web, visitor, Section::Elsewhere, title).await?;
    let has_tweets =
        if tweets.iter().any(|card| !card.deleted) { Tweets::Some } else { Tweets::None };
    let page = ReportPage {
        shell: &shell,
        admin_tabs: tabs(staff, "/admin", w),
        href: row.href.clone(),
        row,
        comment: view.report.comment.clone(),
        rule: view.rule.clone(),
        is_open: view.report.state == ReportState::Open,
        is_mine: view.report.assignee == Some(staff.viewer.id()),
        tweets: tweets.iter().map(|card| attached(card, &acting)).collect(),
        kinds: kinds(staff.by, &view.user, has_tweets, &acting, w),
        form: reason_form(&acting, complaint, w),
    };
    Ok(page::html(page.form.status(), &page))
}

pub(crate) async fn get_report(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
    Path(report): Path<String>,
) -> Result<Response, Failure> {
    let report = ReportId(id(&report)?);
    render(&web, (&staff, &visitor), report, Acting::default(), None).await
}

pub(crate) async fn act(
    State(web): State<Web>,
    staff: Staff,
    visitor: Visitor,
    Path(report): Path<String>,
    Form(form): Form<Pairs>,
) -> Result<Response, Failure> {
    let report = ReportId(id(&report)?);
    let acting = Acting::of(&form)?;
    let Some(kind) = acting.kind else {
        let complaint = Complaint::general(visitor.preferences.w.moderation.choose_kind);
        return render(&web, (&staff, &visitor), report, acting, Some(complaint)).await;
    };
    let (view, _) = web.pipit.report_with_tweets(staff.by, report).await?;
    let deed = Deed {
        user_id: view.report.user_id,
        kind,
        reason: acting.reason.clone(),
        tweets: acting.tweets.clone(),
        report: Some(report),
    };
    match web.pipit.act(staff.by, deed).await {
        Ok(_) => Ok(links::see_other(&format!("/admin/reports/{report}"))),
        Err(error) => {
            let complaint = Complaint::from_error(error, visitor.preferences.w)?;
            render(&web, (&staff, &visitor), report, acting, Some(complaint)).await
        }
    }
}

async fn assign(
    web: &Web,
    staff: &Staff,
    report: &str,
    assignee: Option<UserId>,
) -> Result<Response, Failure> {
    let report = ReportId(id(report)?);
    web.pipit.assign_report(staff.by, report, assignee).await?;
    Ok(links::see_other(&format!("/admin/reports/{report}")))
}

pub(crate) async fn take(
    State(web): State<Web>,
    staff: Staff,
    Path(report): Path<String>,
) -> Result<Response, Failure> {
    assign(&web, &staff, &report, Some(staff.viewer.id())).await
}

pub(crate) async fn let_go(
    State(web): State<Web>,
    staff: Staff,
    Path(report): Path<String>,
) -> Result<Response, Failure> {
    assign(&web, &staff, &report, None).await
}

async fn set_state(
    web: &Web,
    staff: &Staff,
    report: &str,
    state: ReportState,
) -> Result<Response, Failure> {
    let report = ReportId(id(report)?);
    web.pipit.set_report_state(staff.by, report, state).await?;
    Ok(links::see_other(&format!("/admin/reports/{report}")))
}

pub(crate) async fn resolve(
    State(web): State<Web>,
    staff: Staff,
    Path(report): Path<String>,
) -> Result<Response, Failure> {
    set_state(&web, &staff, &report, ReportState::Resolved).await
}

pub(crate) async fn reopen(
    State(web): State<Web>,
    staff: Staff,
    Path(report): Path<String>,
) -> Result<Response, Failure> {
    set_state(&web, &staff, &report, ReportState::Open).await
}
