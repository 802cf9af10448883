//! Every page and form, for everybody, about every kind of tweet. A new one gets a row in [`PAGES`] if
//! it can show a tweet, else in [`OTHERS`].

use pipit_model::Role;
use pipit_model::moderation::ActionKind;
use pipit_testkit::matrix::Object as O;
use pipit_testkit::matrix::{After, Body, Caller, Door, Row, Stranger, Subject, Who, World, shows};
use pipit_testkit::{Backend, TestApp};

const ANYBODY: Who = Who::ANYBODY;
const MEMBERS: Who = Who::MEMBERS;
const MODERATORS: Who = Who::staff(Role::Moderator);
const ADMINS: Who = Who::staff(Role::Admin);
const NONE: Body = Body::Good("");
/// Too little.
const EMPTY: Body = Body::Wrong("");

const fn page(path: &'static str, who: Who, shows: fn(Caller, Subject) -> bool) -> Row {
    Row::read(path, who, shows)
}

/// A button.
const fn press(path: &'static str, who: Who) -> Row {
    Row::write("POST", path, NONE, who)
}

/// A form in which nothing was typed.
const fn empty(path: &'static str, who: Who) -> Row {
    Row::write("POST", path, EMPTY, who)
}

const fn form(path: &'static str, typed: &'static str, who: Who) -> Row {
    Row::write("POST", path, Body::Good(typed), who)
}

/// What can show a tweet.
const PAGES: [Row; 29] = [
    page("/", ANYBODY, landing),
    page("/explore", ANYBODY, shows::fed_to_all),
    page("/tags/leak", ANYBODY, shows::fed_to_all),
    page("/search?q=from%3AAUTHOR", ANYBODY, shows::found),
    page("/home", MEMBERS, shows::at_home),
    page("/home/new?above=1", MEMBERS, shows::at_home),
    page("/bookmarks", MEMBERS, shows::member),
    page("/notifications", MEMBERS, shows::told),
    page("/notifications/mentions", MEMBERS, shows::named),
    page("/lists/MYLIST", MEMBERS, shows::on_list),
    page("/lists/OWNLIST", MEMBERS.on(O::OfOwner), owner_alone),
    page("/@AUTHOR", ANYBODY.on(O::Person), shows::asked),
    page("/@AUTHOR/replies", ANYBODY.on(O::Person), shows::asked),
    page("/@AUTHOR/media", ANYBODY.on(O::Person), shows::nobody),
    page("/@AUTHOR/likes", ANYBODY.on(O::OfAuthor), owner_alone),
    page("/@AUTHOR/TWEET", ANYBODY.on(O::Tweet), shows::asked),
    page("/@AUTHOR/TWEET/hidden", ANYBODY.on(O::Tweet), shows::nobody),
    page("/@AUTHOR/TWEET/likes", ANYBODY.on(O::Tweet), shows::nobody),
    page("/@AUTHOR/TWEET/retweets", ANYBODY.on(O::Tweet), shows::nobody),
    page("/@friend", ANYBODY, shows::passed_on),
    page("/@friend/REPLY", ANYBODY, shows::asked),
    page("/@AUTHOR/feed.atom", ANYBODY.on(O::Person), shows::to_programs),
    page("/tags/leak/feed.atom", ANYBODY, shows::of_all_to_programs),
    page(
        "/oembed?url=http%3A%2F%2Fpipit.test%2F%40AUTHOR%2FTWEET",
        ANYBODY.on(O::TweetForPrograms),
        shows::to_programs,
    ),
    page("/compose?reply_to=TWEET", MEMBERS.on(O::Tweet), shows::member),
    page("/compose?quote=TWEET", MEMBERS.on(O::Tweet), shows::member),
    page("/report?user=AUTHOR&tweet=TWEET", MEMBERS.on(O::Tweet), shows::member),
    page("/admin/reports/REPORT", MODERATORS, shows::reported),
    page("/admin/accounts/AUTHOR", MODERATORS, shows::nobody),
];

/// Who is nobody to a page.
fn is_stranger(caller: Caller) -> bool {
    let is_shut_out = matches!(caller, Caller::Suspended | Caller::Waiting);
    is_shut_out || matches!(caller, Caller::Nobody | Caller::Scopeless)
}

/// Who is signed in is led home.
fn landing(caller: Caller, subject: Subject) -> bool {
    is_stranger(caller) && shows::fed_to_all(caller, subject)
}

fn owner_alone(caller: Caller, subject: Subject) -> bool {
    caller == Caller::Owner && shows::member(caller, subject)
}

const OTHERS: [Row; 127] = [
    // Getting in and out.
    Row::bare("/signup", ANYBODY),
    empty("/signup", ANYBODY),
    Row::bare("/login", ANYBODY),
    empty("/login", ANYBODY),
    empty("/login/code", ANYBODY),
    // The site of the matrix has no HTTPS, and so no passkeys: that they are asked for is not told.
    empty("/login/passkey", ANYBODY.on(O::Gone)),
    press("/logout", ANYBODY).then(After::Session),
    Row::bare("/reset-password", ANYBODY),
    empty("/reset-password", ANYBODY),
    Row::bare("/reset-password/new", ANYBODY),
    press("/reset-password/new", ANYBODY),
    Row::bare("/confirm-email", ANYBODY),
    press("/confirm-email", ANYBODY),
    // Around.
    Row::bare("/assets/x/app.js", NOTHING),
    Row::bare("/about/rules", ANYBODY),
    Row::bare("/complete?q=%40ow", MEMBERS),
    Row::bare("/home/stream?above=1", MEMBERS),
    empty("/home/position", MEMBERS),
    press("/tags/leak/follow", MEMBERS),
    press("/tags/leak/unfollow", MEMBERS),
    Row::bare("/settings/appearance", ANYBODY),
    form("/settings/appearance", "theme=dark&language=en&shortcuts=on", ANYBODY),
    // People.
    Row::bare("/@AUTHOR/followers", ANYBODY.on(O::NearPerson)),
    Row::bare("/@AUTHOR/following", ANYBODY.on(O::NearPerson)),
    Row::bare("/@AUTHOR/lists", MEMBERS.on(O::Person)),
    press("/@AUTHOR/follow", MEMBERS.on(O::PersonToFollow)).then(After::Ties),
    press("/@AUTHOR/unfollow", MEMBERS.on(O::OtherPerson)).then(After::Ties),
    press("/@AUTHOR/block", MEMBERS.on(O::OtherPerson)).then(After::Ties),
    press("/@AUTHOR/unblock", MEMBERS.on(O::OtherPerson)).then(After::Ties),
    press("/@AUTHOR/mute", MEMBERS.on(O::OtherPerson)).then(After::Ties),
    press("/@AUTHOR/unmute", MEMBERS.on(O::Person)).then(After::Ties),
    press("/@AUTHOR/remove_follower", MEMBERS.on(O::Person)).then(After::Ties),
    press("/@AUTHOR/accept", MEMBERS.on(O::Person)).then(After::Ties),
    press("/@AUTHOR/reject", MEMBERS.on(O::Person)).then(After::Ties),
    Row::bare("/follow-requests", MEMBERS),
    press("/follow-requests/accept-all", MEMBERS).then(After::Ties),
    // Tweets.
    Row::bare("/compose", MEMBERS),
    form("/compose", "content=hi&reply_to=TWEET", WRITERS.on(O::TweetToAnswer)),
    press("/@AUTHOR/TWEET/like", MEMBERS.on(O::Tweet)),
    press("/@AUTHOR/TWEET/unlike", MEMBERS.on(O::Tweet)),
    press("/@AUTHOR/TWEET/retweet", MEMBERS.on(O::TweetToPassOn)),
    press("/@AUTHOR/TWEET/unretweet", MEMBERS.on(O::Tweet)),
    press("/@AUTHOR/TWEET/bookmark", MEMBERS.on(O::Tweet)),
    press("/@AUTHOR/TWEET/unbookmark", MEMBERS.on(O::Tweet)),
    press("/@AUTHOR/TWEET/pin", MEMBERS.on(O::OwnTweet)),
    press("/@AUTHOR/TWEET/unpin", MEMBERS.on(O::OwnTweet)),
    press("/@AUTHOR/TWEET/mute", MEMBERS.on(O::Tweet)),
    press("/@AUTHOR/TWEET/unmute", MEMBERS.on(O::Tweet)),
    press("/@friend/REPLY/hide", MEMBERS.on(O::ReplyToHide)),
    press("/@friend/REPLY/unhide", MEMBERS.on(O::ReplyToHide)),
    press("/@AUTHOR/TWEET/delete", MEMBERS.on(O::OwnTweetOrGone)).then(After::Things),
    empty("/report", MEMBERS.on(O::NoPerson)),
    // Lists.
    Row::bare("/lists", MEMBERS),
    empty("/lists", MEMBERS),
    Row::bare("/lists/OWNLIST/members", MEMBERS.on(O::OfOwner)),
    form("/lists/OWNLIST/rename", "name=l", MEMBERS.on(O::OfOwner)),
    form("/lists/OWNLIST/add", "handle=AUTHOR", MEMBERS.on(O::OfOwner)),
    form("/lists/OWNLIST/remove", "handle=AUTHOR", MEMBERS.on(O::OfOwner)),
    press("/lists/OWNLIST/delete", MEMBERS.on(O::OfOwnerOrGone)).then(After::Things),
    // Settings.
    Row::bare("/settings", MEMBERS),
    form("/settings", "name=x", MEMBERS),
    empty("/settings/avatar", MEMBERS),
    empty("/settings/banner", MEMBERS),
    press("/settings/avatar/remove", MEMBERS),
    press("/settings/banner/remove", MEMBERS),
    Row::bare("/settings/data", MEMBERS),
    empty("/settings/data", MEMBERS),
    Row::bare("/settings/privacy", MEMBERS),
    form("/settings/privacy", "locked=yes&visibility=public", MEMBERS),
    Row::bare("/settings/blocks", MEMBERS),
    Row::bare("/settings/mutes", MEMBERS),
    Row::bare("/settings/delete", MEMBERS),
    empty("/settings/delete", MEMBERS),
    Row::bare("/settings/filters", MEMBERS),
    empty("/settings/filters", MEMBERS),
    form("/settings/filters/FILTER", A_FILTER, MEMBERS.on(O::OfOwner)),
    press("/settings/filters/FILTER/delete", MEMBERS.on(O::OfOwnerOrGone)).then(After::Things),
    Row::bare("/settings/standing", Who::SESSIONS),
    empty("/settings/standing/ACTION/appeal", Who::SESSIONS.on(O::OfLimited)),
    // What guards an account.
    Row::bare("/settings/sessions", MEMBERS),
    press("/settings/sessions/SESSION/end", MEMBERS.on(O::OfOwnerOrGone)).then(After::Things),
    Row::bare("/settings/confirm", MEMBERS),
    empty("/settings/confirm", MEMBERS),
    Row::bare("/settings/security", MEMBERS),
    empty("/settings/security/password", MEMBERS),
    press("/settings/security/factor", MEMBERS),
    empty("/settings/security/factor/confirm", MEMBERS),
    press("/settings/security/factor/remove", MEMBERS),
    // They have no second factor.
    press("/settings/security/codes", MEMBERS.on(O::Gone)),
    empty("/settings/security/passkeys", MEMBERS.on(O::Gone)),
    press("/settings/security/passkeys/1/remove", MEMBERS),
    Row::bare("/settings/account", MEMBERS),
    empty("/settings/account", MEMBERS),
    // Apps.
    Row::bare("/settings/apps", MEMBERS),
    press("/settings/apps/APP/end", MEMBERS.on(O::OfOwnerOrGone)).then(After::Things),
    Row { body: EMPTY, ..Row::bare("/oauth/authorize", ANYBODY) },
    empty("/oauth/authorize", MEMBERS),
    Row::bare("/oauth/authorize/native?code=x", NOTHING),
    // Moderators.
    Row::bare("/admin", MODERATORS),
    press("/admin/reports/REPORT/take", MODERATORS),
    press("/admin/reports/REPORT/let-go", MODERATORS),
    press("/admin/reports/REPORT/resolve", MODERATORS),
    press("/admin/reports/REPORT/reopen", MODERATORS),
    empty("/admin/reports/REPORT/act", MODERATORS),
    Row::bare("/admin/accounts?account=AUTHOR", MODERATORS),
    empty("/admin/accounts/AUTHOR/act", MODERATORS),
    form("/admin/accounts/AUTHOR/note", "note=x", MODERATORS),
    form("/admin/accounts/AUTHOR/role", "role=user", ADMINS),
    Row::bare("/admin/appeals", MODERATORS),
    empty("/admin/appeals/ACTION", MODERATORS),
    Row::bare("/admin/sign-ups", MODERATORS),
    empty("/admin/sign-ups", MODERATORS),
    Row::bare("/admin/automod", MODERATORS),
    empty("/admin/automod/duplicate", MODERATORS),
    Row::bare("/admin/held", MODERATORS),
    empty("/admin/held/1", MODERATORS.on(O::Gone)),
    press("/admin/actions/1/undo", MODERATORS.on(O::Gone)),
    Row::bare("/admin/rules", ADMINS),
    empty("/admin/rules", ADMINS),
    form("/admin/rules/RULE", "text=x", ADMINS),
    press("/admin/rules/RULE/delete", ADMINS).then(After::Things),
    Row::bare("/admin/blocks", ADMINS),
    form("/admin/blocks", A_BLOCK, ADMINS),
    form("/admin/blocks/delete", A_BLOCK, ADMINS),
    Row::bare("/admin/trends", MODERATORS),
    Row::bare("/admin/log", MODERATORS),
    Row::bare("/admin/numbers", MODERATORS),
];

/// To send them to sign in would lose what they wrote.
const WRITERS: Who = Who { stranger: Stranger::Refused, ..MEMBERS };
/// There is none such.
const NOTHING: Who = ANYBODY.on(O::Gone);
const A_FILTER: &str = "title=f&keywords=nothing&home=on&action=hide";
const A_BLOCK: &str = "kind=word&value=spam";

/// What has no row, and where it is tested. This list does not grow.
const EXEMPT: [(&str, &str); 0] = [];

#[tokio::test]
async fn every_page_answers_everybody_as_the_rules_say() {
    let mut world = World::new(TestApp::new(Backend::Sqlite).await).await;
    let rows = [&PAGES[..], &OTHERS].concat();
    let checked = world.check(Door::Pages, &crate::route_list(), &rows, &EXEMPT).await;
    println!("{checked:?}");
    assert!(checked.cases > 10_000, "{checked:?}");
}

/// The caches are warm each time: they have just shown everything.
#[tokio::test]
async fn every_page_keeps_to_what_moderators_made_of_the_author() {
    let world = World::new(TestApp::new(Backend::Sqlite).await).await;
    let check = async |case: &str, expected: fn(&Row, Caller, Subject) -> bool| {
        world.check_shown(Door::Pages, &PAGES, case, expected).await;
    };
    check("active", is_shown).await;
    world.judge_owner(ActionKind::Limit).await;
    // Where nobody asked for the author, the author is for those who follow them.
    check("limited", |row, caller, subject| {
        let met = ["/explore", "/tags/", "/search"];
        let is_met = row.path == "/" || met.iter().any(|road| row.path.starts_with(road));
        let known = [Caller::Follower, Caller::Muted, Caller::Muting, Caller::Owner];
        // A feed for programs has no reader.
        let is_known = known.contains(&caller) && !row.path.contains("/feed.");
        is_shown(row, caller, subject) && (!is_met || is_known)
    })
    .await;
    world.judge_owner(ActionKind::Suspend).await;
    check("suspended", |row, caller, subject| is_staff(row) && is_shown(row, caller, subject))
        .await;
    world.judge_owner(ActionKind::Restore).await;
    // The author would have to sign in again.
    check("restored", |row, caller, subject| match caller {
        Caller::Owner => is_shown(row, Caller::Nobody, subject),
        _ => is_shown(row, caller, subject),
    })
    .await;
}

fn is_staff(row: &Row) -> bool {
    row.path.starts_with("/admin/")
}

/// The row's own rule, for who is let in.
fn is_shown(row: &Row, caller: Caller, subject: Subject) -> bool {
    let is_let_in = !is_stranger(caller) || row.who.stranger == Stranger::Welcome;
    is_let_in && (row.shows)(caller, subject)
}
