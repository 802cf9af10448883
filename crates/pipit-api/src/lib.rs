//! The REST door: JSON at the root, as `docs/openapi.json` describes it.
//!
//! Owns: the wire format of the REST contract. A handler extracts, calls one use case of
//! [`pipit_core`], and presents; it decides nothing and knows no SQL.
//! To add an endpoint: a handler with its `#[utoipa::path]` in the file of its noun, its line in
//! [`router`], and the new `docs/openapi.json` (`scripts/generate`). `docs/adding-an-endpoint.md`
//! walks through one.

mod apps;
mod blocks;
mod bookmarks;
mod cors;
mod docs;
mod filters;
mod follows;
mod hashtags;
mod lists;
mod media;
mod needs;
mod notifications;
mod oauth;
mod paging;
mod reports;
mod security;
mod sessions;
mod timeline;
mod tweets;
mod users;
pub mod wire;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use pipit_core::{PasswordGrant, Pipit};
use pipit_http::{Problem, Route, RouteNeeds, Routes, upload};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What this door needs to be told.
#[derive(Debug, Clone)]
pub struct Api {
    /// The service.
    pub pipit: Pipit,
    /// Where people reach it, like `https://pipit.example`.
    pub public_url: Arc<str>,
    /// Whether apps may send people's passwords.
    pub password_grant: PasswordGrant,
}

impl FromRef<Api> for Pipit {
    fn from_ref(api: &Api) -> Self {
        api.pipit.clone()
    }
}

impl FromRef<Api> for RouteNeeds {
    fn from_ref(_: &Api) -> Self {
        needs::ROUTES
    }
}

/// All routes of this door with their documentation.
pub fn routes(api: Api) -> Router {
    let (router, mut openapi) = router().split_for_parts();
    docs::complete(&mut openapi);
    router
        .merge(beside().into_router())
        .with_state(api)
        .merge(docs::routes(&openapi))
        .method_not_allowed_fallback(async || Problem::no_such_method())
        .layer(cors::for_everybody())
}

/// The OpenAPI description, as `docs/openapi.json` holds it.
///
/// # Errors
/// If it cannot be written as JSON.
pub fn openapi_json() -> Result<String, serde_json::Error> {
    let mut openapi = router().into_openapi();
    docs::complete(&mut openapi);
    openapi.to_pretty_json().map(|json| json + "\n")
}

/// What is no part of the described API.
fn beside() -> Routes<Api> {
    media::files().merge(oauth::routes())
}

/// What [`routes()`] answers, for a test that walks all of it.
#[must_use]
pub fn route_list() -> Vec<Route> {
    let described = router().into_openapi().paths.paths;
    let described = described.iter().flat_map(|(path, item)| docs::methods(path, item));
    described.chain(beside().into_list()).chain(docs::list()).collect()
}

fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(docs::Description::openapi())
        .routes(routes!(users::create_user, users::list_users))
        .routes(routes!(users::list_suggested_users))
        .routes(routes!(users::get_user))
        .routes(routes!(users::update_me, users::delete_me))
        .routes(routes!(users::list_liked_tweets))
        .merge(uploads())
        .routes(routes!(media::update_media))
        .routes(routes!(sessions::create_session, sessions::list_sessions))
        .routes(routes!(sessions::delete_session))
        .routes(routes!(sessions::delete_current_session))
        .routes(routes!(sessions::prove_current_session))
        .routes(routes!(security::set_password))
        .routes(routes!(
            security::get_second_factor,
            security::offer_second_factor,
            security::confirm_second_factor,
            security::remove_second_factor
        ))
        .routes(routes!(security::renew_recovery_codes))
        .routes(routes!(security::request_reset, security::reset_password))
        .routes(routes!(security::get_email, security::change_email))
        .routes(routes!(security::confirm_email))
        .routes(routes!(tweets::create_tweet, tweets::list_tweets))
        .routes(routes!(tweets::get_tweet, tweets::delete_tweet))
        .routes(routes!(tweets::get_thread))
        .routes(routes!(tweets::like_tweet, tweets::unlike_tweet))
        .routes(routes!(tweets::retweet_tweet, tweets::unretweet_tweet))
        .routes(routes!(bookmarks::bookmark_tweet, bookmarks::unbookmark_tweet))
        .routes(routes!(bookmarks::list_bookmarks))
        .routes(routes!(tweets::pin_tweet, tweets::unpin_tweet))
        .routes(routes!(tweets::list_likes))
        .routes(routes!(tweets::list_retweets))
        .routes(routes!(timeline::get_timeline))
        .routes(routes!(timeline::stream_timeline))
        .routes(routes!(timeline::get_position, timeline::set_position))
        .routes(routes!(notifications::list_notifications))
        .routes(routes!(notifications::count_unread_notifications))
        .routes(routes!(notifications::read_notifications))
        .routes(routes!(follows::follow_user, follows::unfollow_user))
        .routes(routes!(follows::list_followers))
        .routes(routes!(follows::list_following))
        .routes(routes!(follows::list_follow_requests))
        .routes(routes!(follows::accept_follow_request, follows::reject_follow_request))
        .routes(routes!(follows::remove_follower))
        .routes(routes!(blocks::block_user, blocks::unblock_user))
        .routes(routes!(blocks::list_blocks))
        .routes(routes!(blocks::mute_user, blocks::unmute_user))
        .routes(routes!(blocks::list_mutes))
        .routes(routes!(filters::list_filters, filters::create_filter))
        .routes(routes!(filters::get_filter, filters::update_filter, filters::delete_filter))
        .routes(routes!(filters::mute_conversation, filters::unmute_conversation))
        .routes(routes!(filters::hide_reply, filters::unhide_reply))
        .routes(routes!(lists::create_list, lists::list_lists))
        .routes(routes!(lists::get_list, lists::update_list, lists::delete_list))
        .routes(routes!(lists::list_list_members))
        .routes(routes!(lists::add_list_member, lists::remove_list_member))
        .routes(routes!(reports::create_report))
        .routes(routes!(reports::list_rules))
        .routes(routes!(hashtags::list_hashtags))
        .routes(routes!(hashtags::list_trending_hashtags))
        .routes(routes!(hashtags::list_followed_hashtags))
        .routes(routes!(hashtags::get_hashtag))
        .routes(routes!(hashtags::follow_hashtag, hashtags::unfollow_hashtag))
}

/// What takes files: more than others may send.
fn uploads() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(media::create_media))
        .routes(routes!(media::set_avatar))
        .routes(routes!(media::set_banner))
        .layer(upload::body_limit())
}
