//! The home timeline.

use axum::Json as Answer;
use axum::extract::State;
use axum::response::Response;
use axum::response::sse::Event;
use pipit_core::{Asked, Caller, LiveEvent, Pipit, StreamPlace};
use pipit_http::{Bearer, Json, LastEventId, Problem, Query, sse};
use pipit_model::page::ListName;
use pipit_model::read_position::ReadPosition;

use crate::paging::{PageParams, timeline_page};
use crate::wire;

/// The caller's home timeline: the newest of everyone they follow, and their own.
#[utoipa::path(
    get, path = "/timeline", tag = "timelines", security(("bearer" = [])),
    params(PageParams),
    responses((status = 200, body = wire::TweetPage), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn get_timeline(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Query(params): Query<PageParams>,
) -> Result<Response, Problem> {
    let list = (ListName::Home, caller.user_id.0);
    timeline_page(&pipit, (Some(caller), Asked::Home(caller)), list, &params).await
}

/// What the caller's home gains, as it happens: server-sent events, with an `id` that says where to go on.
///
/// - `tweet`: the home has a new tweet; the data is a Tweet.
/// - `delete`: a tweet is gone; the data is `{"id", "id_str"}`.
/// - `notification`: the caller is told of something; the data is a Notification.
/// - `gap`: sent at the start if more than 100 tweets came since `Last-Event-ID`: the newest 100
///   follow, and what was left out is read from `/timeline` at the `cursor` in the data.
/// - `reset`: the stream ends here and may have missed something; open it again with
///   `Last-Event-ID`.
///
/// With `Last-Event-ID` it begins with what came since, so that nothing is lost or repeated. It ends
/// with its session.
#[utoipa::path(
    get, path = "/timeline/stream", tag = "timelines", security(("bearer" = [])),
    params(("Last-Event-ID" = Option<String>, Header, description = "Where to go on: the id of the \
        last event, or of the newest tweet that the caller has. From now on if left out.")),
    responses(
        (status = 200, content_type = "text/event-stream", body = String),
        (status = "default", body = wire::Problem),
    ),
)]
pub(crate) async fn stream_timeline(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    LastEventId(after): LastEventId,
) -> Result<Response, Problem> {
    let stream = pipit.open_stream(caller, after).await?;
    Ok(sse::answer(stream, move |event, place| present(&pipit, caller, event, place)))
}

fn present(pipit: &Pipit, caller: Caller, event: LiveEvent, place: &StreamPlace) -> Option<Event> {
    Some(match event {
        // No event of its own: it tells the client where it stands.
        LiveEvent::Start => Event::default().id(place.to_string()).comment("live"),
        LiveEvent::Gap(above) => {
            let cursor = pipit.seal_cursor(ListName::Home, caller.user_id.0, above.0);
            return data("gap", &wire::Gap { cursor });
        }
        LiveEvent::Tweet(view) => {
            rendered("tweet", |out| wire::write_tweet(out, &view)).id(place.to_string())
        }
        LiveEvent::Deleted(id) => {
            return data("delete", &wire::Deleted { id: id.0, id_str: id.to_string() });
        }
        LiveEvent::Notified(view) => {
            rendered("notification", |out| wire::write_notification(out, &view))
        }
        LiveEvent::Unread(_) => return None,
        LiveEvent::Reset => Event::default().event("reset").data("{}"),
    })
}

/// An event with this as its data; none, and a line in the log, if it cannot be written as JSON.
fn data(name: &str, value: &impl serde::Serialize) -> Option<Event> {
    let event = Event::default().event(name).json_data(value);
    event.inspect_err(|error| tracing::error!(name, %error, "an event was not sent")).ok()
}

fn rendered(name: &str, write: impl FnOnce(&mut Vec<u8>)) -> Event {
    let mut json = Vec::with_capacity(1400);
    write(&mut json);
    Event::default().event(name).data(String::from_utf8_lossy(&json))
}

/// How far the caller has read in their home.
#[utoipa::path(
    get, path = "/timeline/position", tag = "timelines", security(("bearer" = [])),
    responses((status = 200, body = wire::ReadPosition), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn get_position(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
) -> Result<Answer<wire::ReadPosition>, Problem> {
    Ok(Answer(pipit.read_positions(caller).await?.home.into()))
}

/// Notes how far the caller has read in their home. A tweet older than the one noted before changes
/// nothing. Answers with the place as it is then.
#[utoipa::path(
    put, path = "/timeline/position", tag = "timelines", security(("bearer" = [])),
    request_body = wire::SetReadPosition,
    responses((status = 200, body = wire::ReadPosition), (status = "default", body = wire::Problem)),
)]
pub(crate) async fn set_position(
    State(pipit): State<Pipit>,
    Bearer(caller): Bearer,
    Json(body): Json<wire::SetReadPosition>,
) -> Result<Answer<wire::ReadPosition>, Problem> {
    let places = pipit.set_read_position(caller, ReadPosition::Home, body.last_read_id).await?;
    Ok(Answer(places.home.into()))
}
