//! What each route needs of an app's token. A test walks all routes: one that is not here fails it,
//! and until then no app may use it.

use axum::http::Method;
use pipit_http::{Need, RouteNeeds};
use pipit_model::scope::Scope as S;

/// By method and path, in the order of the router.
pub(crate) const NEEDS: &[(&str, &str, Need)] = &[
    ("POST", "/users", Need::Nothing),
    ("GET", "/users", Need::Scopes(&[S::ReadAccounts])),
    ("GET", "/users/suggested", Need::Scopes(&[S::ReadAccounts])),
    ("GET", "/users/{id}", Need::Scopes(&[S::ReadAccounts])),
    ("PATCH", "/users/me", Need::Scopes(&[S::WriteAccounts])),
    ("DELETE", "/users/me", Need::Person),
    ("GET", "/users/me/likes", Need::Scopes(&[S::ReadFavourites])),
    ("GET", "/users/me/bookmarks", Need::Scopes(&[S::ReadBookmarks])),
    ("POST", "/media", Need::Scopes(&[S::WriteMedia])),
    ("PATCH", "/media/{id}", Need::Scopes(&[S::WriteMedia])),
    ("PUT", "/users/me/avatar", Need::Scopes(&[S::WriteAccounts])),
    ("PUT", "/users/me/banner", Need::Scopes(&[S::WriteAccounts])),
    ("POST", "/sessions", Need::Nothing),
    ("GET", "/sessions", Need::Person),
    ("DELETE", "/sessions/{id}", Need::Person),
    ("DELETE", "/sessions/current", Need::Person),
    ("POST", "/sessions/current/proof", Need::Person),
    ("PUT", "/users/me/password", Need::Person),
    ("GET", "/users/me/second-factor", Need::Person),
    ("POST", "/users/me/second-factor", Need::Person),
    ("PUT", "/users/me/second-factor", Need::Person),
    ("DELETE", "/users/me/second-factor", Need::Person),
    ("POST", "/users/me/recovery-codes", Need::Person),
    // Whoever has the link: no token is asked for.
    ("POST", "/password-resets", Need::Nothing),
    ("PUT", "/password-resets", Need::Nothing),
    ("POST", "/email-confirmations", Need::Nothing),
    ("GET", "/users/me/email", Need::Person),
    ("PUT", "/users/me/email", Need::Person),
    ("POST", "/tweets", Need::Scopes(&[S::WriteStatuses])),
    ("GET", "/tweets", Need::Scopes(&[S::ReadStatuses])),
    ("GET", "/tweets/{id}", Need::Scopes(&[S::ReadStatuses])),
    ("DELETE", "/tweets/{id}", Need::Scopes(&[S::WriteStatuses])),
    ("GET", "/tweets/{id}/thread", Need::Scopes(&[S::ReadStatuses])),
    ("PUT", "/tweets/{id}/like", Need::Scopes(&[S::WriteFavourites])),
    ("DELETE", "/tweets/{id}/like", Need::Scopes(&[S::WriteFavourites])),
    ("PUT", "/tweets/{id}/retweet", Need::Scopes(&[S::WriteStatuses])),
    ("DELETE", "/tweets/{id}/retweet", Need::Scopes(&[S::WriteStatuses])),
    ("PUT", "/tweets/{id}/bookmark", Need::Scopes(&[S::WriteBookmarks])),
    ("DELETE", "/tweets/{id}/bookmark", Need::Scopes(&[S::WriteBookmarks])),
    ("PUT", "/tweets/{id}/pin", Need::Scopes(&[S::WriteAccounts])),
    ("DELETE", "/tweets/{id}/pin", Need::Scopes(&[S::WriteAccounts])),
    ("GET", "/tweets/{id}/likes", Need::Scopes(&[S::ReadAccounts])),
    ("GET", "/tweets/{id}/retweets", Need::Scopes(&[S::ReadAccounts])),
    ("GET", "/timeline", Need::Scopes(&[S::ReadStatuses])),
    // It tells of notifications too.
    ("GET", "/timeline/stream", Need::Scopes(&[S::ReadStatuses, S::ReadNotifications])),
    ("GET", "/timeline/position", Need::Scopes(&[S::ReadStatuses])),
    ("PUT", "/timeline/position", Need::Scopes(&[S::WriteStatuses])),
    ("GET", "/users/me/notifications", Need::Scopes(&[S::ReadNotifications])),
    ("GET", "/users/me/notifications/unread", Need::Scopes(&[S::ReadNotifications])),
    ("POST", "/users/me/notifications/read", Need::Scopes(&[S::WriteNotifications])),
    ("PUT", "/users/{id}/follow", Need::Scopes(&[S::WriteFollows])),
    ("DELETE", "/users/{id}/follow", Need::Scopes(&[S::WriteFollows])),
    ("GET", "/followers/{id}", Need::Scopes(&[S::ReadAccounts])),
    ("GET", "/following/{id}", Need::Scopes(&[S::ReadAccounts])),
    ("GET", "/users/me/follow_requests", Need::Scopes(&[S::ReadFollows])),
    ("PUT", "/users/me/follow_requests/{id}", Need::Scopes(&[S::WriteFollows])),
    ("DELETE", "/users/me/follow_requests/{id}", Need::Scopes(&[S::WriteFollows])),
    ("DELETE", "/users/me/followers/{id}", Need::Scopes(&[S::WriteFollows])),
    ("PUT", "/users/{id}/block", Need::Scopes(&[S::WriteBlocks])),
    ("DELETE", "/users/{id}/block", Need::Scopes(&[S::WriteBlocks])),
    ("GET", "/users/me/blocks", Need::Scopes(&[S::ReadBlocks])),
    ("PUT", "/users/{id}/mute", Need::Scopes(&[S::WriteMutes])),
    ("DELETE", "/users/{id}/mute", Need::Scopes(&[S::WriteMutes])),
    ("GET", "/users/me/mutes", Need::Scopes(&[S::ReadMutes])),
    ("GET", "/users/me/filters", Need::Scopes(&[S::ReadFilters])),
    ("POST", "/users/me/filters", Need::Scopes(&[S::WriteFilters])),
    ("GET", "/users/me/filters/{id}", Need::Scopes(&[S::ReadFilters])),
    ("PUT", "/users/me/filters/{id}", Need::Scopes(&[S::WriteFilters])),
    ("DELETE", "/users/me/filters/{id}", Need::Scopes(&[S::WriteFilters])),
    ("PUT", "/tweets/{id}/mute", Need::Scopes(&[S::WriteMutes])),
    ("DELETE", "/tweets/{id}/mute", Need::Scopes(&[S::WriteMutes])),
    ("PUT", "/tweets/{id}/hidden", Need::Scopes(&[S::WriteStatuses])),
    ("DELETE", "/tweets/{id}/hidden", Need::Scopes(&[S::WriteStatuses])),
    ("GET", "/users/me/lists", Need::Scopes(&[S::ReadLists])),
    ("POST", "/users/me/lists", Need::Scopes(&[S::WriteLists])),
    ("GET", "/users/me/lists/{id}", Need::Scopes(&[S::ReadLists])),
    ("PATCH", "/users/me/lists/{id}", Need::Scopes(&[S::WriteLists])),
    ("DELETE", "/users/me/lists/{id}", Need::Scopes(&[S::WriteLists])),
    ("GET", "/users/me/lists/{id}/members", Need::Scopes(&[S::ReadLists])),
    ("PUT", "/users/me/lists/{id}/members/{user}", Need::Scopes(&[S::WriteLists])),
    ("DELETE", "/users/me/lists/{id}/members/{user}", Need::Scopes(&[S::WriteLists])),
    ("POST", "/reports", Need::Scopes(&[S::WriteReports])),
    ("GET", "/rules", Need::Nothing),
    ("GET", "/hashtags", Need::Nothing),
    ("GET", "/hashtags/trending", Need::Nothing),
    ("GET", "/hashtags/followed", Need::Scopes(&[S::ReadFollows])),
    ("GET", "/hashtags/{name}", Need::Scopes(&[S::ReadStatuses])),
    ("PUT", "/hashtags/{name}/follow", Need::Scopes(&[S::WriteFollows])),
    ("DELETE", "/hashtags/{name}/follow", Need::Scopes(&[S::WriteFollows])),
];

/// The table as the extractors ask it.
pub(crate) const ROUTES: RouteNeeds = RouteNeeds(find);

fn find(method: &Method, path: &str) -> Option<Need> {
    // What answers GET answers HEAD too.
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    let mut rows = NEEDS.iter();
    rows.find(|(of_method, of_path, _)| *of_method == method && *of_path == path)
        .map(|(_, _, need)| *need)
}
