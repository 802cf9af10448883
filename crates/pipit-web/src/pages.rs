//! All pages and the addresses they have. One file a family of pages.

mod account;
mod actions;
mod admin;
mod appearance;
mod apps;
mod bookmarks;
mod complete;
mod compose;
mod data;
mod email;
mod explore;
mod feeds;
mod filters;
mod home;
mod lists;
mod live;
mod notifications;
mod oauth;
mod oembed;
mod passkeys;
mod people;
mod profile;
mod report;
mod search;
mod security;
mod settings;
mod standing;
mod tags;
mod thread;
pub(crate) mod ties;

use pipit_core::RequestAnswer;
use pipit_http::routes::{Routes, get, post};
use pipit_http::upload;
use pipit_model::event::Standing;

use crate::Web;
use crate::pages::actions::{Deed, of_tweet};

/// What takes files: more than others may send.
fn uploads() -> Routes<Web> {
    Routes::new()
        .route("/compose", get(compose::get_compose).post(compose::post_compose))
        .route("/settings/avatar", post(settings::post_avatar))
        .route("/settings/banner", post(settings::post_banner))
        .around(|router| router.layer(upload::body_limit()))
}

pub(crate) fn routes() -> Routes<Web> {
    Routes::new()
        .route("/", get(explore::get_landing))
        .route("/explore", get(explore::get_explore))
        .route("/home", get(home::get_home))
        .route("/home/new", get(live::get_new))
        .route("/home/stream", get(live::get_stream))
        .route("/home/position", post(live::post_position))
        .route("/notifications", get(notifications::get_all))
        .route("/notifications/mentions", get(notifications::get_mentions))
        .route("/follow-requests", get(ties::get_requests))
        .route("/follow-requests/accept-all", post(ties::accept_all))
        .route("/complete", get(complete::get_complete))
        .route("/search", get(search::get_search))
        .route("/bookmarks", get(bookmarks::get_bookmarks))
        .route("/lists", get(lists::get_lists).post(lists::post_list))
        .route("/lists/{id}", get(lists::get_list))
        .route("/lists/{id}/members", get(lists::get_members))
        .route("/lists/{id}/rename", post(lists::rename))
        .route("/lists/{id}/delete", post(lists::delete))
        .route("/lists/{id}/add", post(lists::add))
        .route("/lists/{id}/remove", post(lists::remove))
        .route("/tags/{name}", get(tags::get_tag))
        .route("/tags/{name}/feed.atom", get(feeds::get_tag_feed))
        .route("/tags/{name}/follow", tags::follow(Standing::Set))
        .route("/tags/{name}/unfollow", tags::follow(Standing::Unset))
        .route("/oembed", get(oembed::get_oembed))
        .route("/signup", get(account::get_signup).post(account::post_signup))
        .route("/login", get(account::get_login).post(account::post_login))
        .route("/login/code", post(account::post_code))
        .route("/login/passkey", post(passkeys::post_login))
        .route("/logout", post(account::post_logout))
        .route("/settings", get(settings::get_settings).post(settings::post_settings))
        .route("/settings/avatar/remove", post(settings::remove_avatar))
        .route("/settings/banner/remove", post(settings::remove_banner))
        .route("/settings/data", get(data::get_data).post(data::post_data))
        .route(
            "/settings/appearance",
            get(appearance::get_appearance).post(appearance::post_appearance),
        )
        .route("/settings/privacy", get(ties::get_privacy).post(ties::post_privacy))
        .route("/settings/blocks", get(ties::get_blocks))
        .route("/settings/mutes", get(ties::get_mutes))
        .route("/settings/delete", get(settings::get_delete).post(settings::post_delete))
        .route("/@{handle}", get(profile::get_profile))
        .route("/@{handle}/replies", get(profile::get_replies))
        .route("/@{handle}/media", get(profile::get_media))
        .route("/@{handle}/likes", get(profile::get_likes))
        .route("/@{handle}/followers", get(people::get_followers))
        .route("/@{handle}/following", get(people::get_following))
        .route("/@{handle}/feed.atom", get(feeds::get_user_feed))
        .route("/@{handle}/lists", get(lists::get_lists_of))
        .route("/@{handle}/follow", post(actions::follow))
        .route("/@{handle}/unfollow", post(actions::unfollow))
        .route("/@{handle}/{id}", get(thread::get_thread))
        .route("/@{handle}/{id}/likes", get(people::get_likes))
        .route("/@{handle}/{id}/retweets", get(people::get_retweets))
        .route("/@{handle}/{id}/like", of_tweet(Deed::Like, Standing::Set))
        .route("/@{handle}/{id}/unlike", of_tweet(Deed::Like, Standing::Unset))
        .route("/@{handle}/{id}/retweet", of_tweet(Deed::Retweet, Standing::Set))
        .route("/@{handle}/{id}/unretweet", of_tweet(Deed::Retweet, Standing::Unset))
        .route("/@{handle}/{id}/bookmark", of_tweet(Deed::Bookmark, Standing::Set))
        .route("/@{handle}/{id}/unbookmark", of_tweet(Deed::Bookmark, Standing::Unset))
        .route("/@{handle}/{id}/delete", post(actions::delete))
        .route("/@{handle}/{id}/pin", of_tweet(Deed::Pin, Standing::Set))
        .route("/@{handle}/{id}/unpin", of_tweet(Deed::Pin, Standing::Unset))
        .merge(of_people().merge(moderation()))
        .merge(quiet())
        .merge(guards())
        .merge(of_apps())
        .merge(uploads())
}

/// Reports and rules, what moderators do, and what one says to it.
fn moderation() -> Routes<Web> {
    Routes::new()
        .route("/report", get(report::get_report).post(report::post_report))
        .route("/about/rules", get(report::get_rules))
        .route("/settings/standing", get(standing::get_standing))
        .route("/settings/standing/{id}/appeal", post(standing::post_appeal))
        .merge(admin::routes())
}

/// The buttons about people.
fn of_people() -> Routes<Web> {
    use ties::{Deed, to_person};
    Routes::new()
        .route("/@{handle}/block", to_person(Deed::Block(Standing::Set)))
        .route("/@{handle}/unblock", to_person(Deed::Block(Standing::Unset)))
        .route("/@{handle}/mute", to_person(Deed::Mute))
        .route("/@{handle}/unmute", to_person(Deed::Unmute))
        .route("/@{handle}/remove_follower", to_person(Deed::RemoveFollower))
        .route("/@{handle}/accept", to_person(Deed::Answer(RequestAnswer::Accept)))
        .route("/@{handle}/reject", to_person(Deed::Answer(RequestAnswer::Reject)))
}

/// What guards an account.
fn guards() -> Routes<Web> {
    Routes::new()
        .route("/settings/sessions", get(settings::get_sessions))
        .route("/settings/sessions/{id}/end", post(settings::end_session))
        .route("/settings/confirm", get(security::get_confirm).post(security::post_confirm))
        .route("/settings/security", get(security::get_security))
        .route("/settings/security/password", post(security::post_password))
        .route("/settings/security/factor", post(security::offer_factor))
        .route("/settings/security/factor/confirm", post(security::confirm_factor))
        .route("/settings/security/factor/remove", post(security::remove_factor))
        .route("/settings/security/codes", post(security::renew_codes))
        .route("/settings/security/passkeys", post(passkeys::post_passkey))
        .route("/settings/security/passkeys/{id}/remove", post(passkeys::remove_passkey))
        .route("/settings/account", get(email::get_account).post(email::post_account))
        .route("/reset-password", get(email::get_reset).post(email::post_reset))
        .route("/reset-password/new", get(email::get_new_password).post(email::post_new_password))
        .route("/confirm-email", get(email::get_confirm_email).post(email::post_confirm_email))
}

/// How apps are let in, and turned out.
fn of_apps() -> Routes<Web> {
    Routes::new()
        .route("/settings/apps", get(apps::get_apps))
        .route("/settings/apps/{id}/end", post(apps::turn_out))
        .route("/oauth/authorize", get(oauth::get_authorize).post(oauth::post_authorize))
        .route("/oauth/authorize/native", get(oauth::get_native))
}

/// What keeps from a reader what they do not want to read or hear of.
fn quiet() -> Routes<Web> {
    Routes::new()
        .route("/settings/filters", get(filters::get_filters).post(filters::post_filter))
        .route("/settings/filters/{id}", post(filters::update))
        .route("/settings/filters/{id}/delete", post(filters::delete))
        .route("/@{handle}/{id}/mute", of_tweet(Deed::Mute, Standing::Set))
        .route("/@{handle}/{id}/unmute", of_tweet(Deed::Mute, Standing::Unset))
        .route("/@{handle}/{id}/hide", of_tweet(Deed::Hide, Standing::Set))
        .route("/@{handle}/{id}/unhide", of_tweet(Deed::Hide, Standing::Unset))
        .route("/@{handle}/{id}/hidden", get(thread::get_hidden))
}
