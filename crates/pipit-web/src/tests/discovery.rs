//! Bookmarks, lists, followed hashtags, search and what others may show, form by form.

use super::site::Site;
use crate::links::encode;

#[tokio::test]
async fn a_tweet_is_kept_and_let_go_and_nobody_else_sees_it() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    let path = site.tweet(&ann, "keep me").await;
    let back = [("back", "/explore#tweet-1")];
    for _ in 0..2 {
        let kept = site.post(&format!("{path}/bookmark"), &bob, &back).await;
        assert_eq!(kept.location(), "/explore#tweet-1");
    }
    assert_eq!(site.get("/bookmarks", &bob).await.page().tweets(), ["keep me"]);
    let page = site.get("/bookmarks", &bob).await.page();
    let undo = format!("{path}/unbookmark");
    assert!(page.elements.iter().any(|e| e.attribute("formaction") == undo));
    let other = site.get("/bookmarks", &ann).await.page();
    assert_eq!((other.tweets().len(), other.of_class("empty").count()), (0, 1));
    site.post(&undo, &bob, &[]).await.location();
    assert_eq!(site.get("/bookmarks", &bob).await.page().tweets().len(), 0);
    assert_eq!(site.get("/bookmarks", "").await.location(), "/login?next=%2Fbookmarks");
    let out = site.post(&format!("{path}/bookmark"), "", &[]).await;
    assert_eq!(out.location(), format!("/login?next={}", encode(&path)));
}

#[tokio::test]
async fn a_list_is_made_filled_read_renamed_and_deleted() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    site.tweet(&bob, "hello from bob").await;
    let key = site.form("/lists", &ann, "/lists").await["key"].clone();
    let form = [("name", "<b>Birds</b>"), ("key", &key)];
    let made = site.post("/lists", &ann, &form).await;
    assert_eq!(site.post("/lists", &ann, &form).await.location(), made.location(), "once");
    let members = made.location().to_owned();
    let list = members.strip_suffix("/members").expect("the page of its people").to_owned();

    // From the person's own page, without following them.
    assert!(site.get("/@bob", &ann).await.page().links_to("/@bob/lists"));
    let add = format!("{list}/add");
    let form = site.form("/@bob/lists", &ann, &add).await;
    let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(site.post(&add, &ann, &form).await.location(), "/@bob/lists");
    let page = site.get("/@bob/lists", &ann).await.page();
    assert!(page.all("form").any(|f| f.attribute("action") == format!("{list}/remove")));
    let page = site.get(&list, &ann).await.page();
    assert_eq!(
        (page.tweets(), page.h1()),
        (vec!["hello from bob".to_owned()], "<b>Birds</b>".to_owned())
    );
    assert!(site.get(&members, &ann).await.page().links_to("/@bob"));
    assert_eq!(site.post(&add, &ann, &[("handle", "@bob")]).await.location(), members);
    for unknown in ["nobody", "\"><b>", ""] {
        let refused = site.post(&add, &ann, &[("handle", unknown)]).await;
        assert_eq!((refused.status.as_u16(), refused.page().of_class("error").count()), (422, 1));
        assert_eq!(refused.page().form(&add)["handle"], unknown);
    }

    for path in [&list, &members] {
        assert_eq!(site.get(path, &bob).await.status, 404, "nobody else's");
        site.get(path, "").await.location();
    }
    for (action, form) in [("add", ("handle", "bob")), ("rename", ("name", "x"))] {
        assert_eq!(site.post(&format!("{list}/{action}"), &bob, &[form]).await.status, 404);
    }
    let refused = site.post(&format!("{list}/rename"), &ann, &[("name", " ")]).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.page().of_class("error").count(), 1);
    let again = site.post("/lists", &ann, &[("name", "")]).await;
    assert_eq!((again.status.as_u16(), again.page().of_class("error").count()), (422, 1));
    site.post(&format!("{list}/rename"), &ann, &[("name", "Bees")]).await.location();
    assert_eq!(site.get(&list, &ann).await.page().h1(), "Bees");
    site.post(&format!("{list}/remove"), &ann, &[("handle", "bob")]).await.location();
    assert_eq!(site.get(&list, &ann).await.page().tweets().len(), 0);
    for _ in 0..2 {
        assert_eq!(site.post(&format!("{list}/delete"), &ann, &[]).await.location(), "/lists");
    }
    assert_eq!(site.get(&list, &ann).await.status, 404);
}

#[tokio::test]
async fn a_hashtag_is_followed_and_shown_where_one_looks_for_it() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    site.tweet(&ann, "#Zürich").await;
    let tag = "/tags/Z%C3%BCrich";
    let action = format!("{tag}/follow");
    let page = site.get(tag, &ann).await.page();
    assert!(page.all("form").any(|form| form.attribute("action") == action));
    assert_eq!(site.post(&action, &ann, &[]).await.location(), tag);
    for path in ["/lists", "/explore"] {
        assert!(site.get(path, &ann).await.page().links_to("/tags/z%C3%BCrich"), "{path}");
    }
    let page = site.get(tag, &ann).await.page();
    let undo = format!("{tag}/unfollow");
    assert!(page.all("form").any(|form| form.attribute("action") == undo));
    site.post(&undo, &ann, &[]).await.location();
    assert_eq!(site.get("/lists", &ann).await.page().of_class("chips").count(), 0);
    assert_eq!(site.post("/tags/unused/follow", &ann, &[]).await.status, 404);
}

#[tokio::test]
async fn searching_for_tweets_people_and_hashtags() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    for n in 0..23 {
        site.tweet(&ann, &format!("needle {n} #hay")).await;
    }
    let q = "/search?q=needle%20from%3Aann%20-%2222%22&type=tweets";
    let page = site.get(q, "").await.page();
    assert_eq!(page.tweets().len(), 20);
    let next = page.next().expect("more");
    assert_eq!(site.get(next, "").await.page().tweets(), ["needle 1 #hay", "needle 0 #hay"]);
    let people = site.get("/search?q=AN&type=people", "").await.page();
    assert_eq!(people.of_class("person").count(), 1);
    assert!(site.get("/search?q=%23ha&type=hashtags", "").await.page().links_to("/tags/hay"));

    let empty = site.get("/search?q=nothing", "").await.page();
    assert_eq!((empty.of_class("empty").count(), empty.of_class("help").count()), (1, 1));
    let q = "<\"x\"> -y";
    let nasty = site.get(&format!("/search?q={}", encode(q)), "").await.page();
    let field = nasty.all("input").find(|e| e.attribute("name") == "q").expect("the field");
    assert_eq!(field.attribute("value"), q);
    for (bad, type_) in
        [("-x", "tweets"), ("since:never x", "tweets"), ("!", "people"), ("#", "hashtags")]
    {
        let refused = site.get(&format!("/search?q={}&type={type_}", encode(bad)), "").await;
        assert_eq!(refused.status, 422, "{bad}");
        assert_eq!(refused.page().of_class("bad").count(), 1, "{bad}");
    }
    assert_eq!(site.get("/search?q=x&type=wrong", "").await.status, 422);
}

#[tokio::test]
async fn what_is_begun_is_completed_from_everybody_those_followed_first() {
    let site = Site::open().await;
    let (ann, _) = (site.sign_up("ann").await, site.sign_up("bobby").await);
    site.sign_up("bob").await;
    for (text, n) in [("#sky", 1), ("#skyline", 2)] {
        for _ in 0..n {
            site.tweet(&ann, text).await;
        }
    }
    let complete = async |q: &str| {
        let answer = site.get(&format!("/complete?q={}", encode(q)), &ann).await;
        assert_eq!(answer.status, 200, "{q}");
        let json: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
        let texts = json["suggestions"].as_array().expect("a list").iter();
        texts.map(|it| it["text"].as_str().expect("a text").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(complete("@bo").await, ["@bobby", "@bob"], "as the search has them");
    assert_eq!(complete("@").await, [""; 0], "nobody is followed");
    site.post("/@bob/follow", &ann, &[]).await.location();
    assert_eq!(complete("@BO").await, ["@bob", "@bobby"]);
    assert_eq!(complete("@").await, ["@bob"]);
    assert_eq!(complete("#SKY").await, ["#sky", "#skyline"], "the one itself first");
    assert_eq!(complete("#sk").await, ["#skyline", "#sky"]);
    for nothing in ["", "x", "@!", "#", "# ", "@\u{0}", "é"] {
        complete(nothing).await;
    }
}

/// Everybody's page, as it is looked at again and again.
#[tokio::test]
async fn exploring_again_asks_the_database_nothing() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    site.tweet(&bob, "#sky").await;
    site.post("/tags/sky/follow", &ann, &[]).await.location();
    let look = async || site.get("/explore", &ann).await.page();
    look().await;
    let before = site.pipit.database_statements();
    assert!(look().await.links_to("/tags/sky"));
    assert_eq!(site.pipit.database_statements(), before);
    site.post("/tags/sky/unfollow", &ann, &[]).await.location();
    assert_eq!(look().await.of_class("chips").count(), 0);
}

#[tokio::test]
async fn trends_and_people_stand_beside_a_page() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    site.tweet(&ann, "#sky").await;
    let page = site.get("/home", &bob).await.page();
    assert_eq!(page.of_class("suggestion").count(), 1);
    let form = page.all("form").find(|f| f.attribute("action") == "/@ann/follow");
    assert!(form.is_some() && page.links_to("/tags/sky"));
    let line = page.of_class("spark").next().expect("a line");
    assert_eq!(line.attribute("role"), "img");
    assert_eq!(
        line.attribute("aria-label"),
        "Over 24 hours: at most 1 in an hour, 1 in the last one"
    );
    site.post("/@ann/follow", &bob, &[("back", "/home")]).await.location();
    assert_eq!(site.get("/home", &bob).await.page().of_class("suggestion").count(), 0);
    let explore = site.get("/explore", &bob).await.page();
    assert_eq!((explore.of_class("spark").count(), explore.of_class("find").count()), (1, 1));
}

#[tokio::test]
async fn feeds_are_atom_and_say_when_nothing_is_new() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    let path = site.tweet(&ann, "<b> & \"#Sky\"\nhttps://example.org/?a=1&b=2").await;
    site.post(&format!("{path}/retweet"), &bob, &[]).await.location();
    assert!(site.get("/@ann", "").await.body.contains("href=\"/@ann/feed.atom\""));
    for (feed, title) in [
        ("/@ann/feed.atom", "<title>ann (@ann)</title>"),
        ("/tags/SKY/feed.atom", "<title>#sky</title>"),
        ("/@bob/feed.atom", "<title>RT @ann: "),
    ] {
        let answer = site.get(feed, "").await;
        assert_eq!(answer.header("content-type"), "application/atom+xml; charset=utf-8");
        assert!(answer.body.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed "));
        for part in [
            title,
            "<content type=\"html\">&#38;#60;b&#38;#62; &#38;#38; ",
            "<uri>http://pipit.test/@",
            &format!("href=\"http://pipit.test{path}\""),
            "&#60;br&#62;",
        ] {
            assert!(answer.body.contains(part), "{part} in {}", answer.body);
        }
        assert_eq!(answer.body.matches("<entry>").count(), 1);
        let balanced = |tag: &str| {
            answer.body.matches(&format!("<{tag}>")).count()
                == answer.body.matches(&format!("</{tag}>")).count()
        };
        assert!(["id", "title", "entry", "author", "name", "updated"].iter().all(|t| balanced(t)));
        let (etag, modified) = (answer.header("etag"), answer.header("last-modified"));
        for (name, value) in [("if-none-match", etag), ("if-modified-since", modified)] {
            let again = site.get_with(feed, name, value).await;
            assert_eq!((again.status.as_u16(), again.body.as_str()), (304, ""), "{name}: {value}");
            assert_eq!(again.header("etag"), etag);
        }
        assert_eq!(site.get_with(feed, "if-none-match", "\"other\"").await.status, 200);
    }
    assert_eq!(site.get("/@nobody/feed.atom", "").await.status, 404);
    assert_eq!(site.get("/tags/unused/feed.atom", "").await.status, 404);
    site.tweet(&ann, "newer").await;
    let newer = site.get("/@ann/feed.atom", "").await;
    assert_eq!(newer.body.matches("<entry>").count(), 2);
}

#[tokio::test]
async fn public_pages_say_what_they_are_to_those_who_link_to_them() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    let path = site.tweet(&ann, "\"quoted\" & <tagged> #sky").await;
    let said = async |path: &str| {
        let page = site.get(path, "").await.page();
        let property = |e: &super::html::Element| {
            (e.attribute("property").to_owned(), e.attribute("content").to_owned())
        };
        page.all("meta").map(property).collect::<Vec<_>>()
    };
    let has = |said: &[(String, String)], name: &str, value: &str| {
        said.iter().any(|(known, content)| known == name && content == value)
    };
    let of_tweet = said(&path).await;
    assert!(has(&of_tweet, "og:title", "ann (@ann)"));
    assert!(has(&of_tweet, "og:description", "\"quoted\" & <tagged> #sky"));
    assert!(has(&of_tweet, "og:url", &format!("http://pipit.test{path}")));
    assert!(has(&of_tweet, "og:type", "article"));
    assert!(has(&said("/@ann").await, "og:type", "profile"));
    assert!(has(&said("/tags/sky").await, "og:title", "#sky"));
    let page = site.get(&path, "").await.page();
    let link = page.all("link").find(|e| e.attribute("type") == "application/json+oembed");
    let discovered = link.expect("a way to embed it").attribute("href").to_owned();

    let answer = site.get(&discovered, "").await;
    assert_eq!(answer.header("content-type"), "application/json");
    for part in [
        "\"type\":\"rich\"",
        "\"version\":\"1.0\"",
        "\"width\":550",
        "&#60;tagged&#62; #sky",
        "\"author_url\":\"http://pipit.test/@ann\"",
    ] {
        assert!(answer.body.contains(part), "{part} in {}", answer.body);
    }
    let narrow = site.get(&format!("{discovered}&maxwidth=300&format=json"), "").await;
    assert!(narrow.body.contains("\"width\":300"));
    assert_eq!(site.get(&format!("{discovered}&format=xml"), "").await.status, 501);
    let id = path.rsplit('/').next().expect("an id");
    for url in [
        format!("https://elsewhere.test{path}"),
        format!("http://pipit.test.evil/@ann/{id}"),
        "http://pipit.test/@ann".to_owned(),
        "http://pipit.test/@ann/1".to_owned(),
        String::new(),
    ] {
        let answer = site.get(&format!("/oembed?url={}", encode(&url)), "").await;
        assert_eq!(answer.status, 404, "{url}");
    }
    assert_eq!(site.get("/oembed", "").await.status, 422);
}
