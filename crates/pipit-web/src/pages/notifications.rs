//! What others did to the viewer and to their tweets.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use pipit_core::Caller;
use pipit_model::notification::NotificationKind;
use pipit_model::page::ListName;
use serde::Deserialize;

use crate::Web;
use crate::error::Failure;
use crate::extract::{Query, id};
use crate::page::{self, Section, Shell};
use crate::view::Feed;
use crate::view::notifications::NotificationRow;
use crate::visitor::{SignedIn, Visitor};

/// Looked at for one page: what belongs together is shown as one.
const ROWS: i64 = 40;

#[derive(Template)]
#[template(path = "pages/notifications.html")]
pub(crate) struct NotificationsPage<'a> {
    pub shell: &'a Shell,
    /// Only where somebody says something to the viewer.
    pub only_mentions: bool,
    pub feed: Feed<NotificationRow<'a>>,
}

/// Where the list goes on, and what had been read when its first page was opened: that marks all.
#[derive(Deserialize)]
pub(crate) struct NotificationQuery {
    cursor: Option<String>,
    read: Option<String>,
}

/// Opening the page marks everything on it as read.
pub(crate) async fn get_all(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    query: Query<NotificationQuery>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    // A browser that fetches ahead has shown nothing to anybody yet.
    let is_shown = !headers.contains_key("sec-purpose");
    let seen = if is_shown { Seen::Marks } else { Seen::Not };
    render(&web, viewer.caller, &visitor, query, (&NotificationKind::ALL, seen)).await
}

pub(crate) async fn get_mentions(
    State(web): State<Web>,
    SignedIn(viewer): SignedIn,
    visitor: Visitor,
    query: Query<NotificationQuery>,
) -> Result<Response, Failure> {
    // The others were not seen, and places only know "everything up to here".
    let which = (&NotificationKind::MENTIONS[..], Seen::Not);
    render(&web, viewer.caller, &visitor, query, which).await
}

/// Whether what is listed has then been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    Marks,
    Not,
}

async fn render(
    web: &Web,
    caller: Caller,
    visitor: &Visitor,
    Query(NotificationQuery { cursor, read }): Query<NotificationQuery>,
    (kinds, seen): (&[NotificationKind], Seen),
) -> Result<Response, Failure> {
    let list = (ListName::Notifications, caller.user_id.0);
    let page = web.pipit.page(list.0, list.1, cursor.as_deref(), Some(ROWS))?;
    // Before the list is read: what comes meanwhile stays unread.
    let newest = web.pipit.newest_id().0;
    let listed = web.pipit.notifications(caller, kinds, page).await?;
    let read_up_to = match read {
        Some(read) => id(&read)?,
        None => web.pipit.read_positions(caller).await?.notifications,
    };
    if seen == Seen::Marks && web.pipit.unread_notifications(caller).await? > 0 {
        web.pipit.read_notifications(caller, newest).await?;
    }
    let w = visitor.preferences.w;
    let shell = Shell::new(web, visitor, Section::Notifications, w.notifications).await?;
    let reading = shell.reading();
    let rows = NotificationRow::group(&listed.items, read_up_to, reading);
    let feed = Feed::of(web, list, rows, listed.next).under(&format!("?read={read_up_to}"));
    let only_mentions = kinds.len() < NotificationKind::ALL.len();
    let page = NotificationsPage { shell: &shell, only_mentions, feed };
    Ok(page::html(StatusCode::OK, &page))
}
