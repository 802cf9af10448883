//! What the caller is told. Below `/users/me`, since `/notifications` is a page.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pipit_core::Pipit;
use pipit_http::{Bearer, Json, Problem, Query};
use pipit_model::Error;
use pipit_model::notification::NotificationKind;
use pipit_model::page::ListName;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::paging::{PageParams, next_cursor, notification_page};
use crate::wire;

/// Which notifications are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
    /// Only these types, with commas between them: `mention`, `reply`, `like`, `retweet`, `quote`,
    /// `follow`, `follow_request`; all if left out.
    #[param(example = "mention,reply")]
    types: Option<String>,
    /// What the page before answered as `next_cursor`; the start of the list if left out.
    cursor: Option<String>,
    /// Entries wanted, 1 to 100; 20 if left out.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// Lists what others did to the caller and to their tweets, newest first.
#[utoipa::path(
    get, path = "/users/me/notifications", tag = "notifications", security(("bearer" = [])),
    params(ListParams),
    responses(
        (status = 200, body = wire::NotificationPage),
        (status = "default", body = wire::Problem),
    ),
)]
pub(crate) async fn list_notifications(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Query(params): Query<ListParams>,
) -> Result<Response, Problem> {
    let ListParams { types, cursor, limit } = params;
    let kinds = kinds(types.as_deref())?;
    let (list, subject) = (ListName::Notifications, caller.user_id.0);
    let page = PageParams { cursor, limit }.page(&pipit, list, subject)?;
    let listed = pipit.notifications(caller, &kinds, page).await?;
    let next = next_cursor(&pipit, list, subject, &listed);
    Ok(notification_page(&listed.items, next.as_deref()))
}

/// The types that a caller names, each once.
fn kinds(types: Option<&str>) -> Result<Vec<NotificationKind>, Error> {
    let Some(types) = types else {
        return Ok(NotificationKind::ALL.to_vec());
    };
    let unknown = || {
        let known = "must be some of mention, reply, like, retweet, quote, follow, \
                     follow_request, with commas";
        Error::invalid("types", known)
    };
    let named = types.split(',').map(|name| NotificationKind::parse(name).ok_or_else(unknown));
    let mut kinds = named.collect::<Result<Vec<_>, _>>()?;
    kinds.sort_unstable();
    kinds.dedup();
    Ok(kinds)
}

/// How many notifications the caller has not read; 100 also stands for more.
#[utoipa::path(
    get, path = "/users/me/notifications/unread", tag = "notifications",
    security(("bearer" = [])),
    responses(
        (status = 200, body = wire::UnreadCount),
        (status = "default", body = wire::Problem),
    ),
)]
pub(crate) async fn count_unread_notifications(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
) -> Result<Answer<wire::UnreadCount>, Problem> {
    Ok(Answer(wire::UnreadCount { count: pipit.unread_notifications(caller).await? }))
}

/// Notes that the caller has read everything up to a notification. An older one than was noted
/// before changes nothing.
#[utoipa::path(
    post, path = "/users/me/notifications/read", tag = "notifications", security(("bearer" = [])),
    request_body = wire::SetReadPosition,
    responses((status = 204), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn read_notifications(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Json(body): Json<wire::SetReadPosition>,
) -> Result<StatusCode, Problem> {
    pipit.read_notifications(caller, body.last_read_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
