//! The pages in a real browser: what a person does without any script, and with them in `scripts`;
//! pictures of what they see in `target/screenshots`.

mod driver;
mod measures;
mod scripts;

use std::path::Path;

use driver::{Browser, Scheme};
use serde_json::json;

use crate::process::{Client, Server};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_signs_up_posts_follows_likes_and_leaves() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let bob = Client::sign_up(&server.url, "bob");
    let hello = json!({"content": "Hello from Bob #birds"});
    bob.post("/tweets", &hello).expect("posted");
    let browser = Browser::start_without_scripts(&server.url).await;

    browser.open("/signup").await;
    browser.fill("handle", "ann").await;
    browser.fill("email", "ann@x.test").await;
    browser.fill("password", "short").await;
    browser.submit("form[action='/signup']").await;
    browser.sees("at least 8 characters").await;
    browser.fill("password", "correct horse").await;
    browser.submit("form[action='/signup']").await;
    browser.is_at("/home").await;

    browser.fill("content", "My first tweet, for @bob #birds").await;
    browser.submit("form[action='/compose']").await;
    browser.sees("My first tweet").await;
    browser.open("/@bob").await;
    browser.submit("form[action='/@bob/follow']").await;
    browser.has(1, "form[action='/@bob/unfollow']").await;
    browser.open("/home").await;
    browser.sees("Hello from Bob").await;
    browser.click("button.like").await;
    browser.has(1, "form[action$='/unlike']").await;
    browser.click("button.rt").await;
    browser.sees("You retweeted").await;

    browser.open("/tags/birds").await;
    browser.has(2, "article").await;
    browser.open("/@ann").await;
    browser.click("article:not(:has(.why)) a.at").await;
    browser.submit("form[action='/compose']:has([name=reply_to])").await;
    browser.sees("empty").await;
    browser.click("details.menu summary").await;
    browser.click("details.menu button.danger").await;
    browser.has(0, "form[action$='/delete']").await;
    browser.has(0, ".menu .danger").await;
    browser.open("/@ann").await;
    browser.has(0, "article").await;

    browser.submit("form[action='/logout']").await;
    browser.has(0, "form[action='/logout']").await;
    browser.open("/home").await;
    browser.is_at("/login").await;
    browser.open("/@nobody").await;
    browser.has(1, "h1").await;
    browser.sees("404").await;
    browser.stop().await;
}

/// Every page at both widths, light and dark. What is checked here: it is a page, it fits its
/// window, and the browser had nothing to complain about.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_fits_its_window() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let ann = Client::sign_up(&server.url, "ann");
    let bob = Client::sign_up(&server.url, "bob");
    ann.put("/users/bob/follow").expect("followed");
    for text in [
        "The first swallow of the year sat on my bicycle this morning. #birds",
        "今朝の空がとてもきれいだった。 #朝の空",
        "هذا الصباح رائحة القهوة في كل الحي. #قهوة",
        "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnungsentwurf",
        "A long link: https://example.org/a/very/long/path/that/goes/on/and/on/and/never/ends?x=1",
    ] {
        bob.post("/tweets", &json!({"content": text})).expect("posted");
    }
    let (_, tweet) = ann.post("/tweets", &json!({"content": "Morning! @bob"})).expect("posted");
    let reply = json!({"content": "Morning to you", "reply_to_id": tweet["id"]});
    bob.post("/tweets", &reply).expect("answered");
    bob.put(&format!("/tweets/{}/retweet", tweet["id"])).expect("retweeted");

    let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
    let browser = Browser::start(&server.url).await;
    let thread = format!("/@ann/{}", tweet["id"]);
    let public =
        ["/", "/signup", "/login", "/explore", "/@bob", "/tags/birds", &thread, "/nowhere"];
    browser.shoot(&pictures, "signed-out", &public, &Scheme::BOTH).await;
    browser.sign_in("ann").await;
    let own = [
        "/home",
        "/notifications",
        "/@bob",
        "/@ann",
        "/@bob/followers",
        "/@ann/following",
        &thread,
        "/tags/birds",
        "/tags/unused",
        "/explore",
        "/settings",
        "/settings/appearance",
        "/settings/sessions",
        "/settings/delete",
        "/compose",
    ];
    browser.shoot(&pictures, "signed-in", &own, &Scheme::BOTH).await;
    browser.stop().await;
}
