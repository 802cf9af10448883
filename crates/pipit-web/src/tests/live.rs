//! Notifications, what is new in home, and the place one has come to.

use super::site::Site;

/// The unread number that the navigation shows; empty where it is hidden.
async fn badge(site: &Site, cookie: &str) -> String {
    let page = site.get("/home", cookie).await.page();
    let badge = page.of_class("badge").next().expect("a badge").clone();
    if badge.attributes.contains_key("hidden") {
        return String::new();
    }
    badge.text
}

fn id_of(path: &str) -> i64 {
    path.rsplit('/').next().expect("an id").parse().expect("a number")
}

#[tokio::test]
async fn notifications_are_grouped_counted_and_read_by_opening_the_page() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    let path = site.tweet(&ann, "hello <b>you</b>").await;
    assert_eq!(badge(&site, &ann).await, "");
    for handle in ["bob", "cy", "dee"] {
        let cookie = site.sign_up(handle).await;
        for action in [&format!("{path}/like"), "/@ann/follow"] {
            site.post(action, &cookie, &[]).await.location();
        }
        if handle == "dee" {
            site.tweet(&cookie, "look, @ann").await;
            site.post(&format!("{path}/retweet"), &cookie, &[]).await.location();
            site.reply(&cookie, &path, "an answer").await;
        }
    }
    assert_eq!(badge(&site, &ann).await, "9 unread");

    let mentions = site.get("/notifications/mentions", &ann).await.page();
    assert_eq!(mentions.tweets(), ["an answer", "look, @ann"]);
    assert_eq!(mentions.of_class("unread").count(), 2);
    assert_eq!(badge(&site, &ann).await, "9 unread", "the others were not seen");

    let all = site.get("/notifications", &ann).await.page();
    let words = |n: usize| {
        let note = all.of_class("note").nth(n).expect("a line");
        note.text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(all.of_class("note").count(), 3);
    assert!(words(0).contains("dee retweeted your tweet"), "{}", words(0));
    assert!(words(1).contains("dee and 2 others follow you"), "{}", words(1));
    assert!(words(2).contains("dee and 2 others liked your tweet"), "{}", words(2));
    assert!(words(2).contains("hello <b>you</b>"), "and which one");
    assert!(all.links_to(&path));
    assert_eq!(all.of_class("unread").count(), 5);

    assert_eq!(badge(&site, &ann).await, "");
    let again = site.get("/notifications", &ann).await.page();
    assert_eq!((again.of_class("note").count(), again.of_class("unread").count()), (3, 0));
    let quiet = site.sign_up("quiet").await;
    for path in ["/notifications", "/notifications/mentions"] {
        let page = site.get(path, &quiet).await.page();
        assert_eq!(page.of_class("empty").count(), 1);
        assert!(page.links_to("/compose"));
    }
}

#[tokio::test]
async fn home_says_where_one_left_off() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    let mut paths = Vec::new();
    for n in 0..25 {
        paths.push(site.tweet(&ann, &format!("number {n}")).await);
    }
    let seen = async |path: &str| {
        let id = id_of(path).to_string();
        site.post("/home/position", &ann, &[("last_read_id", &id)]).await.status
    };
    let line = async |path: &str| site.get(path, &ann).await.page().of_class("left-off").count();
    assert_eq!(line("/home").await, 0, "nothing was seen");
    assert_eq!(seen(&paths[2]).await, 204);
    let page = site.get("/home", &ann).await.page();
    let way = page.all("a").find(|a| a.text == "Go to where you left off").expect("a way");
    let later = site.get(way.attribute("href"), &ann).await.page();
    assert_eq!((later.tweets()[0].as_str(), later.of_class("left-off").count()), ("number 2", 1));

    assert_eq!(seen(&paths[20]).await, 204);
    assert_eq!(seen(&paths[10]).await, 204, "an older one changes nothing");
    let body = site.get("/home", &ann).await.body;
    let (above, below) = body.split_once("You left off here").expect("a line");
    assert!(above.contains("number 21") && !above.contains("number 20"));
    assert!(below.contains("number 20") && !below.contains("number 21"));
    assert_eq!(seen(&paths[24]).await, 204);
    assert_eq!(line("/home").await, 0, "all was seen");
    for bad in ["", "x", "-1", "9223372036854775807"] {
        let answer = site.post("/home/position", &ann, &[("last_read_id", bad)]).await;
        assert!([404, 422].contains(&answer.status.as_u16()), "{bad}: {}", answer.status);
    }
}

#[tokio::test]
async fn what_is_new_comes_as_a_fragment_with_its_gap() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    site.post("/@ann/follow", &bob, &[]).await.location();
    let first = id_of(&site.tweet(&ann, "number 0").await);
    let new = |above: i64| format!("/home/new?above={above}");
    assert_eq!(site.get(&new(first), &bob).await.body.matches("<article").count(), 0);
    for n in 1..=103 {
        site.tweet(&ann, &format!("number {n}")).await;
    }
    let answer = site.get(&new(first), &bob).await;
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    assert!(!answer.body.contains("<html"));
    assert_eq!(answer.body.matches("<article").count(), 100);
    assert!(answer.body.contains(r#"name="back" value="/home#tweet-"#), "buttons lead home");
    assert!(answer.body.find("number 103") < answer.body.find("number 102"));
    let (_, fill) = answer.body.split_once(r#"data-fill=""#).expect("a gap");
    let fill = fill.split('"').next().expect("an address").replace("&#38;", "&");
    let rest = site.get(&fill, &bob).await.body;
    assert_eq!(rest.matches("<article").count(), 3, "those in between, and no more");
    assert!(!rest.contains("data-fill") && !rest.contains("number 0<"));
    // Without a script the gap leads to a page.
    let (_, href) = answer.body.rsplit_once(r#"<a class="btn plain" href=""#).expect("a link");
    let page = site.get(href.split('"').next().expect("an address"), &bob).await.page();
    assert_eq!(page.tweets(), ["number 3", "number 2", "number 1", "number 0"]);

    for bad in ["/home/new", "/home/new?above=x", "/home/new?above=1&cursor=x"] {
        assert!([404, 422].contains(&site.get(bad, &bob).await.status.as_u16()), "{bad}");
    }
    for path in ["/home/new?above=1", "/home/stream", "/notifications"] {
        assert!(site.get(path, "").await.location().starts_with("/login"), "{path}");
    }
}

#[tokio::test]
async fn other_lists_send_an_open_page_what_is_above_its_tweets() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    let made = site.post("/lists", &ann, &[("name", "Birders")]).await;
    let list = made.location().strip_suffix("/members").expect("a list's address");
    site.post(&format!("{list}/add"), &ann, &[("handle", "bob")]).await.location();
    let first = id_of(&site.tweet(&bob, "number 0 #birds").await);
    let lists = ["/explore", "/tags/birds", list];
    let new = async |path: &str, rest: &str| {
        site.get(&format!("{path}?above={first}{rest}"), &ann).await.body
    };
    for path in lists {
        let page = site.get(path, &ann).await.page();
        let link = page.of_class("fresh").next().expect("a link to what is new");
        assert_eq!(link.attribute("data-new"), path);
        assert!(!new(path, "").await.contains("<article"), "{path}: nothing is new");
    }
    for n in 1..=23 {
        site.tweet(&bob, &format!("number {n} #birds")).await;
    }
    for path in lists {
        let fragment = new(path, "").await;
        assert!(!fragment.contains("<html"), "{path}");
        assert_eq!(fragment.matches("<article").count(), 20, "{path}");
        let back = format!(r#"name="back" value="{path}#tweet-"#);
        assert!(fragment.contains(&back), "{path}: buttons lead to the page");
        let (_, cursor) = fragment.split_once(&format!(r#"href="{path}?"#)).expect("a gap");
        let cursor = cursor.split('"').next().expect("a cursor");
        let rest = new(path, &format!("&{cursor}")).await;
        assert_eq!(rest.matches("<article").count(), 3, "{path}: those between, and no more");
        assert!(!rest.contains("data-fill"), "{path}");
        let later = site.get(&format!("{path}?{cursor}"), &ann).await.page();
        assert_eq!(later.of_class("fresh").count(), 0, "{path}: nothing is above a later page");
        assert_eq!(site.get(&format!("{path}?above=x"), &ann).await.status, 404, "{path}");
    }
    assert_eq!(site.get("/explore", "").await.page().of_class("fresh").count(), 0);
}

#[tokio::test]
async fn what_several_retweeted_stands_in_a_home_once() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    let dee = site.sign_up("dee").await;
    let path = site.tweet(&dee, "worth passing on").await;
    let first = id_of(&path) - 1;
    for handle in ["bob", "cy"] {
        let cookie = site.sign_up(handle).await;
        site.post(&format!("/@{handle}/follow"), &ann, &[]).await.location();
        site.post(&format!("{path}/retweet"), &cookie, &[]).await.location();
    }
    site.post("/@dee/follow", &ann, &[]).await.location();
    for address in ["/home", &format!("/home/new?above={first}")] {
        let body = site.get(address, &ann).await.body;
        assert_eq!(body.matches("<article").count(), 1, "{address}");
        assert!(body.contains("<bdi>cy</bdi> and 1 other retweeted"), "{address}");
    }
    site.post(&format!("{path}/retweet"), &ann, &[]).await.location();
    let page = site.get("/home", &ann).await.page();
    assert_eq!(page.of_class("why").next().expect("who").text, "You and 2 others retweeted");
}

#[tokio::test]
async fn a_thread_says_whom_one_answers_only_where_its_place_does_not() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    let root = site.tweet(&ann, "one").await;
    let two = site.reply(&ann, &root, "two").await;
    site.reply(&ann, &two, "three").await;
    let page = site.get(&root, &ann).await.page();
    assert_eq!(page.tweets(), ["one", "two", "three"]);
    assert_eq!(page.of_class("to").count(), 0);
    assert_eq!(page.of_class("chained").count(), 1);
    let home = site.get("/home", &ann).await.page();
    assert_eq!(home.of_class("to").count(), 2);
}

#[tokio::test]
async fn a_thread_begins_with_what_its_author_went_on_to_say() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    let root = site.tweet(&ann, "root").await;
    let b1 = site.reply(&bob, &root, "b1").await;
    site.reply(&bob, &root, "b2").await;
    let a1 = site.reply(&ann, &root, "a1").await;
    for n in 3..=22 {
        site.reply(&bob, &root, &format!("b{n}")).await;
    }
    site.reply(&bob, &a1, "to a1").await;
    site.reply(&ann, &b1, "to b1").await;
    let a2 = site.reply(&ann, &a1, "a2").await;
    let page = site.get(&root, &ann).await.page();
    let shown = page.tweets();
    assert_eq!(shown[..5], ["root", "a1", "a2", "b1", "b2"]);
    let next = format!("{root}{}", page.next().expect("more"));
    let later = site.get(&next, &ann).await.page();
    let all: Vec<String> = shown.iter().chain(&later.tweets()).cloned().collect();
    for text in
        (1..=22).map(|n| format!("b{n}")).chain(["to a1", "to b1", "a1", "a2"].map(Into::into))
    {
        assert_eq!(all.iter().filter(|shown| **shown == text).count(), 1, "{text}: {all:?}");
    }
    // In its own thread, what answers it stands below it.
    let page = site.get(&a1, &ann).await.page();
    assert_eq!(page.tweets(), ["root", "a1", "a2", "to a1"]);
    assert_eq!(site.get(&a2, &ann).await.page().tweets(), ["root", "a1", "a2"]);
}

#[tokio::test]
async fn later_notifications_are_still_unread_when_the_first_were_opened() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    for n in 0..45 {
        site.tweet(&bob, &format!("number {n}, @ann")).await;
    }
    let first = site.get("/notifications", &ann).await.page();
    assert_eq!(first.of_class("unread").count(), 40);
    let next = format!("/notifications{}", first.next().expect("more"));
    let later = site.get(&next, &ann).await.page();
    assert_eq!(later.of_class("unread").count(), 5);
    assert_eq!(badge(&site, &ann).await, "", "all of it was marked");
    assert_eq!(site.get("/notifications?read=x", &ann).await.status, 404);
}
