//! Pictures, quotes, profiles and the archive, form by form.

use std::io::{Cursor, Read};

use axum::body::Body;
use axum::http::{Request, header};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use super::html::Page;
use super::site::{Answer, Site};

/// The fields of a form: name, file name if it is a file, content.
type Fields<'a> = &'a [(&'a str, Option<&'a str>, &'a [u8])];

fn picture(width: u32, height: u32) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, 80]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(image).write_to(&mut bytes, ImageFormat::Png).expect("a picture");
    bytes.into_inner()
}

impl Site {
    /// A form with files, as a browser sends it from one of our own pages.
    async fn upload(&self, path: &str, cookie: &str, fields: Fields<'_>) -> Answer {
        let mut body = Vec::new();
        for (name, file, content) in fields {
            let file = file.map(|f| format!("; filename=\"{f}\"\r\nContent-Type: image/png"));
            let file = file.unwrap_or_default();
            let head =
                format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--B--\r\n");
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=B")
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(body)).expect("a request")).await
    }
}

/// What a page says of its pictures.
fn alts(page: &Page) -> Vec<&str> {
    let shown = page.all("img").filter(|img| !img.attribute("data-colour").is_empty());
    shown.map(|img| img.attribute("alt")).collect()
}

const NASTY: [&str; 4] = [
    "\"><img src=x onerror=alert(1)>",
    "' onload='x' <b>bold</b> &amp; &#60;",
    "مرحبا \u{202e}reversed\u{202c}",
    "{{ shell }}</article>",
];

#[tokio::test]
async fn a_tweet_shows_its_pictures_and_what_was_said_of_them() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    let file = picture(30, 20);
    let mut fields: Vec<(&str, Option<&str>, &[u8])> = vec![("content", None, b"four")];
    for alt in NASTY {
        fields.push(("picture", Some("a.png"), &file));
        fields.push(("description", None, alt.as_bytes()));
    }
    let answer = site.upload("/compose", &ann, &fields).await;
    let path = crate::links::without_anchor(answer.location()).to_owned();
    for (path, cookie) in [(path.as_str(), ""), ("/@ann", &ann), ("/home", &ann), ("/", "")] {
        let page = site.get(path, cookie).await.page();
        assert_eq!(alts(&page), NASTY, "{path}");
        assert_eq!(page.tweets(), ["four"], "{path}");
    }
    let page = site.get("/@ann/media", "").await.page();
    assert_eq!(alts(&page), NASTY);
    // Not one of them, and not a word: nothing to post.
    let empty = [("picture", Some(""), &b""[..]), ("description", None, b"")];
    let answer = site.upload("/compose", &ann, &empty).await;
    assert_eq!(answer.status, 422);
    let mut silent = vec![("key", None, &b"1-1"[..])];
    silent.extend(&fields[1..3]);
    let first = site.upload("/compose", &ann, &silent).await;
    assert!(first.location().starts_with("/@ann/"));
    // A double click posts once; another picture in the same form is another tweet.
    assert_eq!(site.upload("/compose", &ann, &silent).await.location(), first.location());
    let other = picture(31, 20);
    silent[1].2 = &other;
    assert_ne!(site.upload("/compose", &ann, &silent).await.location(), first.location());
}

#[tokio::test]
async fn a_refused_form_keeps_text_pictures_and_descriptions() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    let (file, long) = (picture(30, 20), "x".repeat(281));
    let fields: Fields = &[
        ("content", None, long.as_bytes()),
        ("picture", Some("a.png"), &file),
        ("description", None, NASTY[0].as_bytes()),
    ];
    let again = site.upload("/compose", &ann, fields).await;
    assert_eq!(again.status, 422);
    let page = again.page();
    let kept = page.of_class("kept").count();
    let form = page.form("/compose");
    assert_eq!((kept, form["content"].as_str()), (1, long.as_str()));
    let inputs = page.all("input").filter(|input| input.attribute("name") == "description");
    let described: Vec<&str> = inputs.map(|input| input.attribute("value")).collect();
    assert_eq!(described, [NASTY[0], "", "", ""]);
    let id = form["media"].clone();
    let fields: Fields = &[
        ("content", None, b"short"),
        ("media", None, id.as_bytes()),
        ("description", None, b"A new one"),
        ("picture", Some("b.png"), &file),
        ("description", None, b"second"),
    ];
    let answer = site.upload("/compose", &ann, fields).await;
    let page = site.get(crate::links::without_anchor(answer.location()), "").await.page();
    assert_eq!(alts(&page), ["A new one", "second"]);

    for (bytes, said) in [
        (&b"<script>alert(1)</script>"[..], "The picture is no picture that we know"),
        (&file[..file.len() / 2], "The picture is damaged"),
        (&vec![0; 11 << 20], "The picture is too large"),
    ] {
        let fields: Fields = &[("content", None, b"precious"), ("picture", Some("cat.png"), bytes)];
        let again = site.upload("/compose", &ann, fields).await;
        assert_eq!(again.status, 422);
        let page = again.page();
        assert_eq!(page.form("/compose")["content"], "precious");
        assert!(page.of_class("error").any(|error| error.text.starts_with(said)), "{said}");
    }
    let fields: Fields = &[("picture", Some("a.png"), &file), ("content", None, b"precious")];
    let lost = site.upload("/compose", "pipit=bad", fields).await;
    assert_eq!(lost.status, 403);
    assert_eq!(lost.page().form("/compose")["content"], "precious");
    let mut many: Vec<(&str, Option<&str>, &[u8])> = vec![("content", None, b"five")];
    many.extend([("picture", Some("a.png"), &file[..]); 5]);
    assert_eq!(site.upload("/compose", &ann, &many).await.status, 422);
}

#[tokio::test]
async fn a_quote_shows_what_it_quotes() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    let path = site.tweet(&ann, NASTY[0]).await;
    let id = path.rsplit('/').next().expect("an id");
    let page = site.get(&path, &bob).await.page();
    let quote_link = format!("/compose?quote={id}");
    assert!(page.links_to(&quote_link));
    let page = site.get(&quote_link, &bob).await.page();
    assert_eq!(page.h1(), "Quote");
    assert!(page.of_class("said").any(|said| said.text == NASTY[0]));
    let form = page.form("/compose");
    let fields = [("content", "look"), ("quote", form["quote"].as_str())];
    let quote = site.post("/compose", &bob, &fields).await;
    let quote = crate::links::without_anchor(quote.location()).to_owned();
    for path in [quote.as_str(), "/@bob"] {
        let page = site.get(path, "").await.page();
        assert!(page.of_class("said").any(|said| said.text == NASTY[0]), "{path}");
        assert!(page.links_to(&format!("/@ann/{id}")));
    }
    let refused = [("content", ""), ("quote", id)];
    let again = site.post("/compose", &bob, &refused).await;
    assert_eq!(again.status, 422);
    let page = again.page();
    assert_eq!(page.form("/compose")["quote"], id);
    assert_eq!(page.of_class("said").count(), 1);
    site.post(&format!("{path}/delete"), &ann, &[]).await.location();
    let page = site.get(&quote, "").await.page();
    assert!(page.of_class("gone").any(|gone| gone.text.contains("not there any more")));
    assert_eq!(site.get(&quote_link, &bob).await.status, 404);
    let late = site.post("/compose", &bob, &[("content", "late"), ("quote", id)]).await;
    assert_eq!(late.status, 422);
    assert_eq!(late.page().form("/compose")["content"], "late");
}

#[tokio::test]
async fn a_profile_has_parts_and_a_pinned_tweet() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    let path = site.tweet(&ann, "pinned").await;
    let newer = site.tweet(&ann, "newer").await;
    site.reply(&ann, &newer, "a reply").await;
    assert_eq!(site.get("/@ann", "").await.page().tweets(), ["newer", "pinned"]);
    assert_eq!(site.get("/@ann/replies", "").await.page().tweets().len(), 3);
    assert_eq!(site.get("/@ann/media", "").await.page().tweets().len(), 0);

    assert_eq!(site.post(&format!("{path}/pin"), &bob, &[]).await.status, 403);
    site.post(&format!("{path}/pin"), &ann, &[]).await.location();
    let page = site.get("/@ann", &ann).await.page();
    assert_eq!(page.tweets(), ["pinned", "newer"]);
    assert_eq!(page.of_class("pin").count(), 1);
    let unpin = format!("{path}/unpin");
    assert!(page.elements.iter().any(|e| e.attribute("formaction") == unpin));
    site.post(&unpin, &ann, &[]).await.location();
    assert_eq!(site.get("/@ann", &ann).await.page().tweets(), ["newer", "pinned"]);

    site.post(&format!("{path}/like"), &bob, &[]).await.location();
    assert_eq!(site.get("/@bob/likes", &bob).await.page().tweets(), ["pinned"]);
    for cookie in ["", &ann] {
        assert_eq!(site.get("/@bob/likes", cookie).await.status, 404, "nobody else's business");
        assert!(!site.get("/@bob", cookie).await.page().links_to("/@bob/likes"));
    }
    for path in ["/@bob", "/@bob/replies", "/@bob/media", "/@ann/likes"] {
        assert_eq!(site.get(path, &ann).await.page().of_class("empty").count(), 1, "{path}");
    }
}

#[tokio::test]
async fn pictures_stand_beside_names() {
    let site = Site::open().await;
    let ann = site.sign_up("ann").await;
    site.tweet(&ann, "hello").await;
    let file = picture(200, 100);
    let fields: Fields = &[("file", Some("me.png"), &file)];
    for path in ["/settings/avatar", "/settings/banner"] {
        let saved = site.upload(path, &ann, fields).await;
        assert_eq!(saved.location(), "/settings?done=picture");
    }
    let page = site.get("/@ann", "").await.page();
    let images: Vec<&str> = page.all("img").map(|img| img.attribute("src")).collect();
    assert_eq!(images.len(), 3, "banner, profile, tweet");
    assert!(images.iter().all(|src| src.starts_with("/media/p/")));
    assert!(images[1].contains("-s.") && images[1] == images[2]);
    for (bytes, field) in [(&b"no picture"[..], "file"), (b"", "file")] {
        let fields: Fields = &[(field, Some("me.png"), bytes)];
        let again = site.upload("/settings/avatar", &ann, fields).await;
        assert_eq!(again.status, 422);
        assert!(again.page().of_class("bad").any(|bad| bad.text.starts_with("The picture ")));
    }
    site.post("/settings/banner/remove", &ann, &[]).await.location();
    site.upload("/settings/avatar/remove", &ann, fields).await.location();
    assert_eq!(site.get("/@ann", "").await.page().all("img").count(), 0);
    let links = "example.org\nhttps://b.com/<x>\n";
    let form = [("name", "ann"), ("bio", ""), ("links", links)];
    assert_eq!(site.post("/settings", &ann, &form).await.status, 422);
    let form = [("name", "ann"), ("bio", ""), ("links", "example.org\r\nhttps://b.com/x")];
    site.post("/settings", &ann, &form).await.location();
    let page = site.get("/@ann", "").await.page();
    assert!(page.links_to("https://example.org") && page.links_to("https://b.com/x"));
    let form = site.form("/settings", &ann, "/settings").await;
    assert_eq!(form["links"], "https://example.org\nhttps://b.com/x");
}

/// All that a tweet in a list can have: passed on, an answer, four pictures and a quote with one.
#[tokio::test]
async fn the_fullest_tweet_stays_small() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    let file = picture(30, 20);
    let avatar: Fields = &[("file", Some("a.png"), &file)];
    site.upload("/settings/avatar", &ann, avatar).await.location();
    let quoted: Fields = &[("content", None, b"quoted"), ("picture", Some("a.png"), &file)];
    let quoted = site.upload("/compose", &bob, quoted).await.location().to_owned();
    let quoted = crate::links::without_anchor(&quoted).rsplit('/').next().expect("an id");
    let answered = site.tweet(&bob, "a question").await;
    let answered = answered.rsplit('/').next().expect("an id");
    let mut fields: Vec<(&str, Option<&str>, &[u8])> = vec![
        ("content", None, b"@bob https://example.org/ #sky"),
        ("quote", None, quoted.as_bytes()),
        ("reply_to", None, answered.as_bytes()),
    ];
    fields.extend([("picture", Some("a.png"), &file[..]); 4]);
    let path = site.upload("/compose", &ann, &fields).await.location().to_owned();
    let path = crate::links::without_anchor(&path);
    site.post(&format!("{path}/retweet"), &bob, &[]).await.location();
    // Who reads the page checks the number of nodes.
    let page = site.get("/@bob", &ann).await.page();
    let tweet = page.of_class("tweet").find(|tweet| tweet.text.contains("example.org"));
    let nodes = tweet.expect("it is there").nodes;
    assert!(nodes <= 43, "{nodes} nodes: the menu needs room for two more");
    assert_eq!((page.of_class("why").count(), alts(&page).len()), (1, 6));
    let feed = site.get("/@ann/feed.atom", "").await.body;
    assert_eq!(feed.matches("&#60;img src=&#34;http://pipit.test/media/").count(), 4, "{feed}");
}

#[tokio::test]
async fn the_archive_holds_all_of_it() {
    let site = Site::open().await;
    let (ann, bob) = (site.sign_up("ann").await, site.sign_up("bob").await);
    let file = picture(30, 20);
    let fields: Fields = &[
        ("content", None, b"with a picture"),
        ("picture", Some("a.png"), &file),
        ("description", None, b"a bird"),
    ];
    site.upload("/compose", &ann, fields).await.location();
    for n in 0..120 {
        site.tweet(&ann, &format!("number {n} \"quoted\"")).await;
    }
    let path = site.tweet(&bob, "liked").await;
    site.post(&format!("{path}/like"), &ann, &[]).await.location();
    site.post("/@bob/follow", &ann, &[]).await.location();
    site.post(&format!("{path}/bookmark"), &ann, &[]).await.location();
    let members = site.post("/lists", &ann, &[("name", "Birds")]).await.location().to_owned();
    let add = members.replace("/members", "/add");
    site.post(&add, &ann, &[("handle", "bob")]).await.location();
    site.tweet(&bob, "#sky").await;
    site.post("/tags/sky/follow", &ann, &[]).await.location();
    assert_eq!(site.get("/settings/data", &ann).await.status, 200);
    let wrong = site.post("/settings/data", &ann, &[("password", "wrong")]).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.page().of_class("error").count(), 1);

    let (answer, bytes) =
        site.post_for_bytes("/settings/data", &ann, "password=correct%20horse").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "application/zip");
    let name = "attachment; filename=\"pipit-ann.zip\"";
    assert_eq!(answer.headers["content-disposition"], name);
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a whole ZIP");
    let mut read = |name: &str| {
        let mut bytes = Vec::new();
        zip.by_name(name).expect(name).read_to_end(&mut bytes).expect("whole");
        bytes
    };
    let mut json =
        |name: &str| -> serde_json::Value { serde_json::from_slice(&read(name)).expect("JSON") };
    assert_eq!(json("profile.json")["handle"], "ann");
    assert_eq!(json("likes.json")[0]["content"], "liked");
    assert_eq!(json("following.json")[0]["handle"], "bob");
    assert_eq!(json("followers.json"), serde_json::json!([]));
    assert_eq!(json("bookmarks.json")[0]["by"], "bob");
    let lists = json("lists.json");
    assert_eq!(lists[0]["name"], "Birds");
    assert_eq!(lists[0]["members"][0]["handle"], "bob");
    assert_eq!(json("hashtags.json"), serde_json::json!(["sky"]));
    let tweets = json("tweets.json");
    let tweets = tweets.as_array().expect("a list");
    assert_eq!(tweets.len(), 121);
    assert_eq!(tweets[0]["content"], "number 119 \"quoted\"");
    let media = &tweets[120]["media"][0];
    assert_eq!(media["description"], "a bird");
    let file = read(media["file"].as_str().expect("a name"));
    image::load_from_memory(&file).expect("a picture");
}
