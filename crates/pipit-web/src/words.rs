//! Everything this door says, in one place for each language: what is missing does not compile.
//!
//! To say something new: a field here, beside its page, and its words in every file of `words/`.
//! To add a language: a file in `words/` and its line in [`ALL`]. Why the core refused something is
//! in `words/reasons.rs`; what scripts say is [`Script`].

mod apps;
mod automod;
mod de;
mod en;
mod entry;
pub(crate) mod filters;
mod log;
pub(crate) mod moderation;
mod reasons;
mod security;
pub(crate) mod ties;

pub(crate) use entry::EntryWords;
pub(crate) use security::SecurityWords;
use std::fmt::{self, Write};

use serde::Serialize;

use reasons::Reasons;

use crate::format::count;

/// The noun for so many: `tweet` or `tweets`.
pub(crate) type Noun = fn(i64) -> &'static str;

/// The languages of the site; the first is that of those who ask for none of them.
pub(crate) static ALL: [&Words; 2] = [&en::EN, &de::DE];

/// The words of a language.
#[derive(Debug)]
pub(crate) struct Words {
    // The language itself
    /// As in `<html lang>`.
    pub lang: &'static str,
    /// Its own name.
    pub language: &'static str,
    /// Months as in `November 2025`.
    pub months: [&'static str; 12],
    /// Months as in `14 Nov`.
    pub months_short: [&'static str; 12],
    /// A day as in `14 Nov`.
    pub day: fn(to: &mut dyn Write, day: i8, month: &str) -> fmt::Result,
    pub now: &'static str,
    /// Behind a number: `3m`, `5h`, `2d`.
    pub minutes: &'static str,
    pub hours: &'static str,
    pub days: &'static str,
    /// Between whole and tenth: `1.2K`.
    pub decimal: char,
    /// Behind thousands, millions and billions.
    pub units: [&'static str; 3],

    // Every page
    pub description: &'static str,
    pub skip: &'static str,
    pub back: &'static str,
    pub more: &'static str,
    pub trending: &'static str,
    pub explore_more: &'static str,
    pub promise: &'static str,
    pub api: &'static str,
    pub show_more: &'static str,
    pub seen_all: &'static str,

    // The navigation
    pub nav: &'static str,
    pub start: &'static str,
    pub home: &'static str,
    pub explore: &'static str,
    pub profile: &'static str,
    pub settings: &'static str,
    pub post: &'static str,
    pub sign_in: &'static str,
    pub sign_up: &'static str,
    pub sign_out: &'static str,

    // Visitors
    pub new_here: &'static str,
    pub invitation: &'static str,
    pub create_account: &'static str,
    pub landing_title: &'static str,
    pub hero: &'static str,
    pub hero_text: &'static str,
    pub just_posted: &'static str,
    pub how_it_works: &'static str,
    /// A claim and its reason, three times.
    pub points: [(&'static str, &'static str); 3],

    // Explore and hashtags
    pub trending_now: &'static str,
    pub tweets_today: Noun,
    pub nobody_posted: &'static str,
    pub be_first: &'static str,
    pub post_a_tweet: &'static str,
    pub hashtag_unused: &'static str,
    pub hashtag_unused_text: &'static str,

    // Search
    pub search: &'static str,
    pub what_to_search: &'static str,
    /// The title of the page of what was found.
    pub search_for: fn(words: &str) -> String,
    pub search_refused: fn(why: &str) -> String,
    pub tweets_tab: &'static str,
    pub people: &'static str,
    pub hashtags: &'static str,
    pub search_help: &'static str,
    /// What can be typed, and what it finds.
    pub search_helps: [(&'static str, &'static str); 10],
    pub no_tweets_found: &'static str,
    pub no_tweets_found_text: &'static str,
    pub nobody_found: &'static str,
    pub nobody_found_text: &'static str,
    pub no_hashtags_found: &'static str,
    pub no_hashtags_found_text: &'static str,

    // Trends, people and hashtags to follow
    /// A line of uses by the hour, in words.
    pub trend_line: fn(most: &str, last: &str) -> String,
    pub whom_to_follow: &'static str,
    pub hashtags_followed: &'static str,
    pub no_hashtags_followed: &'static str,
    pub newest_with: fn(hashtag: &str) -> String,

    // Bookmarks
    pub bookmark: &'static str,
    pub unbookmark: &'static str,
    pub bookmarks: &'static str,
    pub only_you: &'static str,
    pub nothing_kept: &'static str,
    pub nothing_kept_text: &'static str,
    pub read_home: &'static str,

    // Lists of people
    pub list_people: Noun,
    pub list_name_hint: &'static str,
    pub new_list: &'static str,
    pub make_list: &'static str,
    pub edit: &'static str,
    pub no_lists: &'static str,
    pub no_lists_text: &'static str,
    pub back_to_lists: &'static str,
    pub back_to_list: &'static str,
    pub list_quiet: &'static str,
    pub list_quiet_text: &'static str,
    pub choose_people: &'static str,
    pub add_someone: &'static str,
    pub no_such_handle: &'static str,
    pub add_hint: &'static str,
    pub add_to_list: &'static str,
    pub add: &'static str,
    pub remove: &'static str,
    pub nobody_on_list: &'static str,
    pub delete_list: &'static str,
    pub delete_list_text: &'static str,
    pub back_to: fn(handle: &str) -> String,
    pub on_your_lists: fn(handle: &str) -> String,
    /// Behind “Lists”, for those who do not see where it stands.
    pub lists_with: fn(handle: &str) -> String,

    // Home
    pub quiet: &'static str,
    pub quiet_text: &'static str,
    pub find_people: &'static str,
    pub refresh: &'static str,
    /// From a later page to the first one.
    pub to_newest: &'static str,
    pub left_off: &'static str,
    pub go_to_left_off: &'static str,
    pub in_between: &'static str,

    // Notifications
    pub notifications: &'static str,
    /// Behind a number.
    pub unread: &'static str,
    pub not_read_yet: &'static str,
    pub all: &'static str,
    pub mentions: &'static str,
    /// Behind a name, by how many others did the same: `and 2 others liked your tweet`.
    pub liked_yours: fn(others: usize) -> String,
    pub retweeted_yours: fn(others: usize) -> String,
    pub followed_you: fn(others: usize) -> String,
    // Above a tweet
    pub answered_you: &'static str,
    pub quoted_you: &'static str,
    pub mentioned_you: &'static str,
    pub nothing_told: &'static str,
    pub nothing_told_text: &'static str,
    pub nobody_mentioned: &'static str,
    pub nobody_mentioned_text: &'static str,

    pub ties: &'static ties::TieWords,

    // A tweet
    pub tweets: Noun,
    pub replies: Noun,
    pub retweets: Noun,
    pub likes: Noun,
    /// Behind a name, by how many others did, too.
    pub retweeted: fn(others: usize) -> String,
    pub you_retweeted: fn(others: usize) -> String,
    /// Before a handle.
    pub replying_to: &'static str,
    pub replying_to_nobody: &'static str,
    pub reply: &'static str,
    pub retweet: &'static str,
    pub undo_retweet: &'static str,
    pub like: &'static str,
    pub unlike: &'static str,
    pub delete_tweet: &'static str,
    pub quote: &'static str,
    pub pin: &'static str,
    pub unpin: &'static str,
    pub quoted_gone: &'static str,
    /// In place of what a picture shows.
    pub undescribed: &'static str,
    pub sign_in_to_reply: &'static str,
    pub sign_in_to_retweet: &'static str,
    pub sign_in_to_like: &'static str,

    // A thread
    pub thread: &'static str,
    /// The title of a tweet's page, behind its author.
    pub on_pipit: &'static str,
    pub replies_heading: &'static str,
    pub more_replies: &'static str,
    /// Behind the link to sign in.
    pub to_reply: &'static str,

    // The composer
    pub new_tweet: &'static str,
    pub whats_happening: &'static str,
    pub your_reply: &'static str,
    pub your_quote: &'static str,
    pub add_pictures: &'static str,
    pub describe_it: &'static str,
    /// Before a number.
    pub description_of_picture: &'static str,
    pub length_hint: &'static str,
    pub too_many: fn(over: u32) -> String,
    pub signed_out_composing: &'static str,

    // People
    pub follow: &'static str,
    pub unfollow: &'static str,
    pub follows_you: &'static str,
    pub about: &'static str,
    pub edit_profile: &'static str,
    pub joined: fn(month: &str) -> String,
    pub following: &'static str,
    pub followers: Noun,
    pub first_tweet_here: &'static str,
    pub first_tweet_here_text: &'static str,
    pub no_tweets: &'static str,
    pub no_tweets_text: fn(handle: &str) -> String,
    pub of_this_person: &'static str,
    pub replies_tab: &'static str,
    pub pictures_tab: &'static str,
    pub pinned: &'static str,
    pub no_pictures: &'static str,
    pub no_pictures_text: fn(handle: &str) -> String,
    pub nothing_liked: &'static str,
    pub nothing_liked_text: &'static str,
    pub lists: &'static str,
    pub followers_tab: &'static str,
    pub following_tab: &'static str,
    pub likes_tab: &'static str,
    pub retweets_tab: &'static str,
    pub who_follows: fn(handle: &str) -> String,
    pub whom_follows: fn(handle: &str) -> String,
    pub liked_by: &'static str,
    pub retweeted_by: &'static str,
    pub no_followers: &'static str,
    pub no_following: &'static str,
    pub no_likes: &'static str,
    pub no_retweets: &'static str,

    // Signing up and in
    pub create_your_account: &'static str,
    pub create: &'static str,
    pub have_account: &'static str,
    pub welcome_back: &'static str,
    pub create_an_account: &'static str,
    pub wrong_password: &'static str,

    // Fields of forms
    pub optional: &'static str,
    pub handle: &'static str,
    pub handle_hint: &'static str,
    pub name: &'static str,
    pub name_hint: &'static str,
    pub email: &'static str,
    pub email_hint: &'static str,
    pub password: &'static str,
    pub password_hint: &'static str,
    pub login: &'static str,
    pub bio: &'static str,
    pub bio_hint: &'static str,
    pub links: &'static str,
    pub links_hint: &'static str,
    pub your_password: &'static str,
    pub save: &'static str,

    // Settings
    pub settings_profile: &'static str,
    pub settings_sessions: &'static str,
    pub settings_delete: &'static str,

    // Reports, standing and the moderators' pages
    pub moderation: &'static moderation::ModerationWords,
    pub settings_appearance: &'static str,
    pub profile_saved: &'static str,
    /// Also before a number.
    pub picture: &'static str,
    pub picture_of_you: &'static str,
    pub picture_hint: &'static str,
    pub banner: &'static str,
    pub banner_label: &'static str,
    pub banner_hint: &'static str,
    pub upload: &'static str,
    pub settings_data: &'static str,
    pub take_data: &'static str,
    pub take_data_text: &'static str,
    pub download: &'static str,
    pub sign_out_text: &'static str,
    pub sessions: &'static str,
    pub where_signed_in: &'static str,
    pub where_signed_in_text: &'static str,
    pub this_browser: &'static str,
    /// Before a moment.
    pub since: &'static str,
    pub end: &'static str,
    pub an_app: &'static str,
    pub device: fn(browser: &str, system: &str) -> String,
    pub delete_account: &'static str,
    pub delete_account_text: &'static str,
    pub delete_my_account: &'static str,
    pub apps: &'static apps::AppWords,

    // How it looks
    pub theme: &'static str,
    pub theme_auto: &'static str,
    pub theme_light: &'static str,
    pub theme_dark: &'static str,
    pub language_label: &'static str,
    pub language_auto: &'static str,
    pub shortcuts: &'static str,
    pub shortcuts_on: &'static str,
    pub shortcuts_off: &'static str,
    pub appearance_text: &'static str,
    pub appearance_saved: &'static str,

    // What went wrong
    /// Before the request's id.
    pub request: &'static str,
    pub back_to_start: &'static str,
    pub from_the_top: &'static str,
    pub moved_on: &'static str,
    pub not_found: &'static str,
    pub not_found_text: &'static str,
    pub forbidden: &'static str,
    pub cross_site_text: &'static str,
    pub no_such_method: &'static str,
    pub no_such_method_text: &'static str,
    pub conflict: &'static str,
    pub too_large: &'static str,
    pub too_large_text: &'static str,
    pub too_many_requests: &'static str,
    pub unavailable: &'static str,
    pub unavailable_text: &'static str,
    pub broken: &'static str,
    pub broken_text: &'static str,
    pub failed: &'static str,
    /// To a script whose form nobody signed in sent.
    pub signed_out: &'static str,

    pub automod: &'static automod::AutomodWords,
    pub filters: &'static filters::FilterWords,
    /// What the core says.
    pub reasons: &'static Reasons,
    /// Where an account is guarded.
    pub security: &'static SecurityWords,
    pub entry: &'static EntryWords,

    /// What scripts say.
    pub script: Script,
}

/// What scripts say. They get it as a module, in the page's language; `{}` is where a name or a
/// number goes.
#[derive(Debug, Serialize)]
pub(crate) struct Script {
    pub refused: &'static str,
    /// On the button that shows what is new.
    pub one_new: &'static str,
    pub many_new: &'static str,
    /// Read out once.
    pub some_new: &'static str,
    pub deleted: &'static str,
    pub gone: &'static str,
    pub unreachable: &'static str,
    pub offline: &'static str,
    pub sign_in: &'static str,
    pub close: &'static str,
    pub undo: &'static str,
    pub view: &'static str,
    // On buttons
    pub like: &'static str,
    pub unlike: &'static str,
    pub retweet: &'static str,
    pub undo_retweet: &'static str,
    pub bookmark: &'static str,
    pub unbookmark: &'static str,
    pub follow: &'static str,
    pub unfollow: &'static str,
    pub add: &'static str,
    pub remove: &'static str,
    // In passing
    pub unfollowed: &'static str,
    pub deleting: &'static str,
    pub posted: &'static str,
    pub draft_restored: &'static str,
    pub discard: &'static str,
    // The composer
    pub left: &'static str,
    pub over: &'static str,
    pub too_long: &'static str,
    pub suggestions: &'static str,
    // Pictures as large as the window
    pub pictures: &'static str,
    pub before: &'static str,
    pub after: &'static str,
    pub picture_file: &'static str,
    // Ages, as in [`Words`]
    pub now: &'static str,
    pub minutes: &'static str,
    pub hours: &'static str,
    pub days: &'static str,
    // Shortcuts: a key and what it does
    pub shortcuts: &'static str,
    pub keys: [(&'static str, &'static str); 23],
    pub turn_off: &'static str,
}

impl Words {
    /// The words of this language, as in `de` or `de-AT`.
    pub(crate) fn of(language: &str) -> Option<&'static Self> {
        let primary = language.split('-').next().unwrap_or_default();
        ALL.into_iter().find(|words| words.lang.eq_ignore_ascii_case(primary))
    }

    /// A number with its thing: `1 reply`, `2.1K replies`.
    pub(crate) fn counted(&'static self, n: i64, noun: Noun) -> String {
        format!("{} {}", count(n, self), noun(n))
    }
}

impl Default for &'static Words {
    fn default() -> Self {
        &en::EN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_found_by_their_first_part() {
        let lang = |text| Words::of(text).map(|words| words.lang);
        assert_eq!(lang("de-AT"), Some("de"));
        assert_eq!(lang("EN"), Some("en"));
        assert_eq!(lang("den"), None);
        assert_eq!(lang(""), None);
    }

    #[test]
    fn numbers_go_with_their_nouns() {
        let [en, de] = ALL;
        assert_eq!(en.counted(1, en.replies), "1 reply");
        assert_eq!(en.counted(1_100, en.replies), "1.1K replies");
        assert_eq!(de.counted(1, de.replies), "1 Antwort");
        assert_eq!(de.counted(1_100, de.replies), "1,1\u{a0}Tsd. Antworten");
    }
}
