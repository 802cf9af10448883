//! Locked accounts, blocks and mutes as pages show them; and who sees what: every page that can show
//! a tweet, for every kind of reader, for tweets of every visibility. A new page that shows tweets
//! gets a line in [`PAGES`].

use pipit_model::Role;
use pipit_model::visibility::Visibility;

use super::moderation::staff;
use super::site::Site;

/// How somebody stands to the author.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    Nobody,
    Other,
    Follower,
    Blocked,
    Blocking,
    Muting,
    Author,
}

use Reader::{Author, Blocked, Blocking, Follower, Muting, Nobody, Other};

const READERS: [(Reader, &str); 5] = [
    (Other, "other"),
    (Follower, "follower"),
    (Blocked, "blocked"),
    (Blocking, "blocking"),
    (Muting, "muting"),
];

fn asked(reader: Reader, visibility: Visibility) -> bool {
    match reader {
        Author | Follower | Muting => true,
        Nobody | Other => visibility != Visibility::Followers,
        Blocked | Blocking => false,
    }
}

fn fed_to_all(reader: Reader, visibility: Visibility) -> bool {
    visibility == Visibility::Public && !matches!(reader, Blocked | Blocking | Muting)
}

fn found(reader: Reader, visibility: Visibility) -> bool {
    let is_severed = matches!(reader, Blocked | Blocking);
    reader == Author || (visibility == Visibility::Public && !is_severed)
}

/// What is the same for everybody: no page of a reader, but for programs.
fn to_nobody(_: Reader, visibility: Visibility) -> bool {
    visibility != Visibility::Followers
}

type Shows = fn(Reader, Visibility) -> bool;

/// A path with `ID` of the tweet and `REPLY` of somebody's answer to it; and whether the tweet's text
/// is on the page.
const PAGES: [(&str, Shows); 15] = [
    ("/@author", asked),
    ("/@author/replies", asked),
    ("/@author/ID", asked),
    ("/@friend/REPLY", asked),
    ("/@friend", |reader, visibility| {
        asked(reader, visibility) && visibility != Visibility::Followers
    }),
    ("/explore", fed_to_all),
    ("/tags/leak", fed_to_all),
    ("/search?q=from%3Aauthor", found),
    ("/home", |reader, _| matches!(reader, Follower | Author)),
    ("/bookmarks", |reader, visibility| asked(reader, visibility) && reader != Nobody),
    ("/notifications/mentions", |reader, visibility| {
        asked(reader, visibility) && !matches!(reader, Nobody | Muting | Author)
    }),
    ("/compose?reply_to=ID", |reader, visibility| asked(reader, visibility) && reader != Nobody),
    ("/@author/feed.atom", to_nobody),
    ("/tags/leak/feed.atom", |_, visibility| visibility == Visibility::Public),
    ("/oembed?url=http%3A%2F%2Fpipit.test%2F%40author%2FID", to_nobody),
];

fn mark(visibility: Visibility) -> String {
    format!("needle{}", visibility.name())
}

async fn press(site: &Site, cookie: &str, path: &str) {
    site.post(path, cookie, &[]).await.location();
}

/// The author's tweets, and all who read them.
struct Town {
    site: Site,
    /// With their cookies.
    readers: Vec<(Reader, String)>,
    /// Each with the answer of a friend to it.
    tweets: Vec<(Visibility, String, String)>,
}

async fn town() -> Town {
    let site = Site::open().await;
    let (author, friend) = (site.sign_up("author").await, site.sign_up("friend").await);
    press(&site, &friend, "/@author/follow").await;
    let mut readers = vec![(Nobody, String::new())];
    for (reader, handle) in READERS {
        let cookie = site.sign_up(handle).await;
        if reader != Other {
            press(&site, &cookie, "/@author/follow").await;
        }
        readers.push((reader, cookie));
    }
    readers.push((Author, author.clone()));
    let mut tweets = Vec::new();
    for visibility in Visibility::ALL {
        let names = READERS.map(|(_, handle)| format!("@{handle}")).join(" ");
        let content = format!("{} #leak {names}", mark(visibility));
        let form = [("content", content.as_str()), ("visibility", visibility.name())];
        let path = site.post("/compose", &author, &form).await.location().to_owned();
        let path = path.split('#').next().unwrap_or_default().to_owned();
        let id = path.rsplit('/').next().expect("an id").to_owned();
        let form = [("content", "an answer"), ("reply_to", &id), ("visibility", "public")];
        let reply = site.post("/compose", &friend, &form).await.location().to_owned();
        let reply = reply.rsplit(['/', '-']).next().expect("an id").to_owned();
        if visibility != Visibility::Followers {
            press(&site, &friend, &format!("{path}/retweet")).await;
        }
        for (_, cookie) in &readers[1..] {
            // Not all see it.
            site.post(&format!("{path}/bookmark"), cookie, &[]).await;
        }
        tweets.push((visibility, id, reply));
    }
    press(&site, &author, "/@blocked/block").await;
    press(&site, &readers[4].1, "/@author/block").await;
    press(&site, &readers[5].1, "/@author/mute").await;
    Town { site, readers, tweets }
}

impl Town {
    /// Asks for every page as every reader, and compares.
    async fn check(&self, case: &str, expected: impl Fn(&str, Shows, Reader, Visibility) -> bool) {
        for (reader, cookie) in &self.readers {
            for (visibility, id, reply) in &self.tweets {
                for (page, shows) in PAGES {
                    let path = page.replace("ID", id).replace("REPLY", reply);
                    let answer = self.site.get(&path, cookie).await;
                    let is_there = answer.body.contains(&mark(*visibility));
                    let who = (reader, visibility, answer.status);
                    let expected = expected(page, shows, *reader, *visibility);
                    assert_eq!(is_there, expected, "{case}: {path}: {who:?}");
                    assert!(!answer.status.is_server_error(), "{case}: {path}: {who:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn every_page_shows_a_tweet_to_those_it_is_for_and_nobody_else() {
    let town = town().await;
    town.check("active", |_, shows, reader, visibility| shows(reader, visibility)).await;
}

/// The caches are warm each time: they have just shown everything.
#[tokio::test]
async fn every_page_keeps_to_what_moderators_made_of_the_author() {
    let town = town().await;
    let as_ever = |_: &str, shows: Shows, reader, visibility| shows(reader, visibility);
    town.check("active", as_ever).await;
    let moe = staff(&town.site, "moe", Role::Moderator).await;
    let act = async |kind| {
        let form = [("kind", kind), ("reason", "Because.")];
        town.site.post("/admin/accounts/author/act", &moe, &form).await.location();
    };
    act("limit").await;
    // Where nobody asked for the author, the author is for those who follow them.
    let limited = |page: &str, shows: Shows, reader, visibility| {
        let is_met = ["/explore", "/tags/", "/search"].iter().any(|road| page.starts_with(road));
        // A feed for programs has no reader.
        let is_known = matches!(reader, Follower | Muting | Author) && !page.contains("/feed.");
        shows(reader, visibility) && (!is_met || is_known)
    };
    town.check("limited", limited).await;
    act("suspend").await;
    town.check("suspended", |_, _, _, _| false).await;
    act("restore").await;
    // The author would have to sign in again.
    let restored = |page: &str, shows: Shows, reader, visibility| match reader {
        Author => shows(Nobody, visibility) && page != "/home",
        _ => shows(reader, visibility),
    };
    town.check("restored", restored).await;
}

#[tokio::test]
async fn a_block_and_a_mute_are_told_and_can_be_undone_where_they_were_made() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    site.tweet(&ann, "hello").await;
    press(&site, &bob, "/@ann/follow").await;
    let page = site.get("/@bob", &ann).await.page();
    page.form("/@bob/block");
    assert!(page.all("select").any(|select| select.attribute("name") == "duration"), "to mute");
    assert_eq!(site.post("/@bob/block", &ann, &[]).await.location(), "/@bob");
    let own = site.get("/@bob", &ann).await;
    assert!(own.body.contains("You block @bob"));
    own.page().form("/@bob/unblock");
    let other = site.get("/@ann", &bob).await;
    assert!(other.body.contains("@ann blocks you") && !other.body.contains("hello"));
    assert!(!other.body.contains("action=\"/@ann/follow\""), "nothing to be done about it");
    assert_eq!(site.get("/@ann/followers", &bob).await.status, 403);
    let listed = site.get("/settings/blocks", &ann).await.page();
    listed.form("/@bob/unblock");
    let back = [("back", "/settings/blocks")];
    assert_eq!(site.post("/@bob/unblock", &ann, &back).await.location(), "/settings/blocks");
    assert_eq!(site.get("/@ann", &bob).await.page().tweets(), ["hello"]);

    press(&site, &bob, "/@ann/follow").await;
    let hour = [("duration", "3600")];
    site.post("/@ann/mute", &bob, &hour).await.location();
    assert!(site.get("/@ann", &bob).await.body.contains("You mute @ann until"));
    assert!(site.get("/home", &bob).await.page().tweets().is_empty());
    site.get("/settings/mutes", &bob).await.page().form("/@ann/unmute");
    press(&site, &bob, "/@ann/unmute").await;
    assert_eq!(site.get("/home", &bob).await.page().tweets(), ["hello"]);
    for bad in ["x", "-1", "999999999999"] {
        let refused = site.post("/@ann/mute", &bob, &[("duration", bad)]).await;
        assert_eq!(refused.status, 422, "{bad}");
    }
    assert_eq!(site.post("/@ann/block", "", &[]).await.location(), "/login?next=%2F%40ann");
}

#[tokio::test]
async fn a_locked_account_is_asked_and_answers() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    let form = [("locked", "yes"), ("visibility", "followers")];
    let saved = site.post("/settings/privacy", &ann, &form).await;
    assert_eq!(saved.location(), "/settings/privacy?done=privacy");
    let settings = site.get("/settings/privacy", &ann).await.page();
    let chosen = settings.all("input").filter(|input| input.attributes.contains_key("checked"));
    let chosen: Vec<&str> = chosen.map(|input| input.attribute("value")).collect();
    assert_eq!(chosen, ["yes", "followers"]);
    let home = site.get("/home", &ann).await.page();
    let chosen = home.all("option").find(|option| option.attributes.contains_key("selected"));
    assert_eq!(chosen.expect("one").attribute("value"), "followers");
    site.tweet(&ann, "for few").await;

    press(&site, &bob, "/@ann/follow").await;
    let profile = site.get("/@ann", &bob).await;
    assert!(profile.body.contains("Requested") && !profile.body.contains("for few"));
    assert!(site.get("/notifications", &ann).await.page().links_to("/follow-requests"));
    site.get("/follow-requests", &ann).await.page().form("/@bob/accept");
    let back = [("back", "/follow-requests")];
    assert_eq!(site.post("/@bob/accept", &ann, &back).await.location(), "/follow-requests");
    let home = site.get("/home", &bob).await;
    assert_eq!(home.page().tweets(), ["for few"]);
    assert!(home.page().of_class("for").any(|chip| chip.text == "Followers"));
    press(&site, &ann, "/@bob/remove_follower").await;
    assert!(site.get("/home", &bob).await.page().tweets().is_empty());

    press(&site, &bob, "/@ann/follow").await;
    press(&site, &ann, "/@bob/reject").await;
    press(&site, &bob, "/@ann/follow").await;
    assert_eq!(
        site.post("/follow-requests/accept-all", &ann, &[]).await.location(),
        "/follow-requests"
    );
    assert_eq!(site.get("/home", &bob).await.page().tweets(), ["for few"]);
    let reply = site.get("/home", &bob).await.page();
    let id = reply.of_class("tweet").next().expect("a tweet").attribute("id").to_owned();
    let compose = format!("/compose?reply_to={}", id.trim_start_matches("tweet-"));
    let page = site.get(&compose, &bob).await.page();
    let chosen = page.all("option").find(|option| option.attributes.contains_key("selected"));
    assert_eq!(chosen.expect("one").attribute("value"), "followers", "for no more people");
}
