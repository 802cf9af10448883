//! The pages in a real browser: what a person does without any script, and with them in `scripts`;
//! pictures of what they see in `target/screenshots`.

mod axe;
mod devtools;
mod driver;
mod entry;
mod forms;
mod live;
mod looks;
mod measures;
mod moderation;
mod oauth;
mod scripts;
mod town;
mod viewer;

use driver::{Browser, Scripts};
use serde_json::json;

use crate::process::{Client, Server};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_signs_up_posts_follows_likes_and_leaves() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let bob = Client::sign_up(&server.url, "bob");
    let hello = json!({"content": "Hello from Bob #birds"});
    bob.post("/tweets", &hello).expect("posted");
    let browser = Browser::start_with(&server.url, Scripts::Off).await;

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
