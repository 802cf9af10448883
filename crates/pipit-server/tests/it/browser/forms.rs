//! What people do by forms, with scripts and without: the same steps, the same result.

use std::path::PathBuf;

use serde_json::json;

use super::driver::{Browser, Scripts};
use super::town::{page_of, picture, post};
use crate::process::{Client, Server, wait_for};

/// Ann, signed in, who follows bob.
struct Desk {
    server: Server,
    ann: Client,
    bob: Client,
    browser: Browser,
    folder: tempfile::TempDir,
}

impl Desk {
    async fn build(scripts: Scripts) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::start(folder.path());
        let ann = Client::sign_up(&server.url, "ann");
        let bob = Client::sign_up(&server.url, "bob");
        ann.put("/users/bob/follow").expect("followed");
        let browser = Browser::start_with(&server.url, scripts).await;
        browser.size(1280, 900).await;
        browser.sign_in("ann").await;
        let ready = usize::from(scripts == Scripts::On);
        browser.has(ready, "html[data-ready]").await;
        Self { server, ann, bob, browser, folder }
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let file = self.folder.path().join(name);
        std::fs::write(&file, content).expect("written");
        file
    }

    async fn done(self, refusals: &[&str]) {
        self.browser.assert_quiet_but(refusals).await;
        self.browser.stop().await;
    }
}

const ENTER: &str = "\u{e007}";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_are_added_by_keyboard_and_a_lie_loses_nothing() {
    for scripts in Scripts::BOTH {
        let desk = Desk::build(scripts).await;
        let browser = &desk.browser;
        let sky = desk.file("sky.png", &picture(400, 300));
        browser.open("/compose").await;
        browser.fill("content", "Look up!").await;
        // Out of the text, to the pictures, and open them; then into the first description.
        browser.tab().await;
        browser.press(ENTER).await;
        browser.has(1, "details.add[open]").await;
        browser.tab().await;
        let file = "document.activeElement.matches('[type=file]')";
        browser.holds(file).await;
        browser.choose("main .add p:nth-of-type(1) [type=file]", &sky).await;
        browser.tab().await;
        browser.holds("document.activeElement.matches('[name=description]')").await;
        browser.press("A pale sky").await;

        // The second file is no picture, whatever its name says.
        let lie = desk.file("lie.png", b"<script>alert(1)</script>");
        browser.choose("main .add p:nth-of-type(2) [type=file]", &lie).await;
        browser.submit("main form[action='/compose']").await;
        browser.sees("PNG, JPEG, WebP or GIF").await;
        browser.holds("document.querySelector('main [name=content]').value === 'Look up!'").await;
        browser.has(1, ".kept img").await;
        browser
            .holds("document.querySelector('.kept [name=description]').value === 'A pale sky'")
            .await;
        browser.submit("main form[action='/compose']").await;
        browser.has(1, "article .pics img[alt='A pale sky']").await;
        browser.holds("document.querySelector('.pics img').naturalWidth > 0").await;
        browser.open("/@ann/media").await;
        browser.has(1, "article .pics img").await;
        browser.click("article .at").await;
        browser.has(1, ".focus .pics a[href^='/media/']").await;
        desk.done(&["422"]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_are_made_read_and_deleted() {
    for scripts in Scripts::BOTH {
        let desk = Desk::build(scripts).await;
        let browser = &desk.browser;
        let noor = Client::sign_up(&desk.server.url, "noor");
        post(&noor, &json!({"content": "Nobody follows me, and some read me."}));
        browser.open("/lists").await;
        browser.fill("name", "Coffee & birds").await;
        browser.submit("form[action='/lists']").await;
        browser.sees("Coffee & birds").await;
        browser.open("/lists").await;
        browser.click("main article a.btn").await;
        browser.fill("handle", "nobody_here").await;
        browser.submit("form[action$='/add']").await;
        browser.sees("Check how it is spelt").await;
        browser.fill("handle", "@noor").await;
        browser.submit("form[action$='/add']").await;
        browser.has(1, "#user-noor").await;
        // From a person's page, too.
        browser.open("/@bob").await;
        browser.click(".do a[href='/@bob/lists']").await;
        browser.submit("form[action$='/add']").await;
        browser.has(1, "form[action$='/remove']").await;
        browser.click("article a.who").await;
        browser.sees("Nobody follows me").await;
        // Scripts show at once what the server may only hear of now.
        browser
            .holds_after_reload("document.querySelector('.bar').innerText.includes('2 people')")
            .await;
        browser.click(".bar p a").await;
        browser.submit("#user-bob form").await;
        browser.holds_after_reload("!document.querySelector('#user-bob')").await;
        browser.fill("name", "Coffee").await;
        browser.submit("form[action$='/rename']").await;
        browser.holds("document.querySelector('h1').innerText === 'Coffee'").await;
        browser.click(".bar p a").await;
        browser.submit("main form[action$='/delete']").await;
        browser.has(0, "main article.row").await;
        desk.done(&["422", "404"]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tweets_are_found_kept_quoted_and_pinned() {
    for scripts in Scripts::BOTH {
        let desk = Desk::build(scripts).await;
        let browser = &desk.browser;
        post(&desk.bob, &json!({"content": "A heron by the river #birds"}));
        post(&desk.ann, &json!({"content": "A heron by the lake"}));
        browser.open("/search").await;
        browser.fill("q", "heron from:bob").await;
        browser.submit("main form[role=search]").await;
        browser.has(1, "main article").await;
        browser.sees("by the river").await;
        browser.fill("q", "heron -river").await;
        browser.submit("main form[role=search]").await;
        browser.sees("by the lake").await;
        browser.fill("q", "heron has:media").await;
        browser.submit("main form[role=search]").await;
        browser.sees("No tweets found").await;
        browser.fill("q", "since:yesterday").await;
        browser.submit("main form[role=search]").await;
        browser.has(1, ".notice.bad").await;
        browser.has(1, "[name=q][value='since:yesterday']").await;

        browser.open("/@bob").await;
        browser.click("button.keep").await;
        browser.has(1, "button.keep.on").await;
        browser.open("/bookmarks").await;
        browser.holds_after_reload("document.querySelector('main article')").await;
        browser.sees("by the river").await;
        browser.click("button.keep.on").await;
        browser.has(0, "button.keep.on").await;

        browser.open("/tags/birds").await;
        browser.submit("form[action='/tags/birds/follow']").await;
        browser.has(1, "form[action='/tags/birds/unfollow']").await;
        browser.open("/lists").await;
        browser
            .holds_after_reload("document.querySelector('.chips a[href=\"/tags/birds\"]')")
            .await;
        browser.open("/tags/birds").await;
        browser.submit("form[action='/tags/birds/unfollow']").await;
        browser.has(1, "form[action='/tags/birds/follow']").await;

        browser.click("article .menu summary").await;
        browser.click(".menu[open] a").await;
        browser.has(1, "form:has([name=quote]) [name=content]").await;
        // In a window, if there are scripts.
        browser.click("form:has([name=quote]) textarea").await;
        browser.press("Seen it too").await;
        browser.click("form:has([name=quote]) .btn").await;
        browser.has(0, "form:has([name=quote])").await;
        browser.open("/@ann").await;
        browser.has(1, "article:has(.quote)").await;
        browser.sees("Seen it too").await;
        browser.click("article:nth-of-type(2) .menu summary").await;
        browser.click(".menu[open] button[formaction$='/pin']").await;
        browser.has(1, ".pin").await;
        browser.sees("Pinned").await;
        desk.done(&["422"]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_is_told_and_data_taken_along() {
    for scripts in Scripts::BOTH {
        let desk = Desk::build(scripts).await;
        let browser = &desk.browser;
        let wide = desk.file("wide.png", &picture(900, 300));
        browser.open("/settings").await;
        for what in ["avatar", "banner"] {
            browser.choose(&format!("#{what}"), &wide).await;
            browser.submit(&format!("form[action='/settings/{what}']")).await;
            browser.has(1, &format!("button[formaction='/settings/{what}/remove']")).await;
        }
        browser.fill("bio", "Reads more than she writes. #birds").await;
        browser.fill("links", "https://example.org/ann\nhttps://ann.example.net").await;
        browser.submit("form[action='/settings']").await;
        browser.sees("Your profile is saved.").await;
        browser.open("/@ann").await;
        browser.has(1, ".banner img").await;
        browser.has(1, ".profile .big img").await;
        browser.has(2, ".profile .facts a[rel~=ugc]").await;
        browser.has(1, ".profile .text a[href='/tags/birds']").await;

        let downloads = desk.folder.path().join("downloads");
        std::fs::create_dir_all(&downloads).expect("a folder");
        browser.download_to(&downloads).await;
        browser.open("/settings/data").await;
        browser.fill("password", "wrong horse").await;
        browser.submit("form[action='/settings/data']").await;
        browser.has(1, "main .error").await;
        browser.fill("password", "correct horse").await;
        browser.submit("form[action='/settings/data']").await;
        let file = downloads.join("pipit-ann.zip");
        // The browser makes the file first and fills it then.
        wait_for("a ZIP", || std::fs::read(&file).ok()?.starts_with(b"PK").then_some(()));
        desk.done(&["422"]).await;
    }
}

/// Nothing but keys, from the page that signs in on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_visit_by_keyboard() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let ann = Client::sign_up(&server.url, "ann");
    let bob = Client::sign_up(&server.url, "bob");
    ann.put("/users/bob/follow").expect("followed");
    let tweet = post(&bob, &json!({"content": "Who is up?"}));
    let browser = Browser::start(&server.url).await;
    browser.size(1280, 900).await;
    browser.open("/").await;
    browser.is_ready().await;
    // The first thing that one comes to leads past the navigation.
    browser.tab().await;
    browser.holds("document.activeElement.matches('.skip')").await;
    browser.open("/login").await;
    browser.is_ready().await;
    for _ in 0..3 {
        if browser.ask("return document.activeElement.name").await == "login" {
            break;
        }
        browser.tab().await;
    }
    browser.press("ann").await;
    browser.tab().await;
    browser.press("correct horse").await;
    browser.press(ENTER).await;
    browser.is_at("/home").await;
    browser.is_ready().await;

    browser.press("n").await;
    browser.has(1, "dialog textarea").await;
    browser.press("Up and about").await;
    post_from_the_text(&browser).await;
    browser.has(0, "dialog").await;
    browser.sees("Up and about").await;
    browser.press("j").await;
    browser.press("j").await;
    browser.holds("document.activeElement.innerText.includes('Who is up?')").await;
    browser.press("l").await;
    browser.has(1, "button.like.on").await;
    browser.press("b").await;
    browser.has(1, "button.keep.on").await;
    browser.press("q").await;
    browser.has(1, "dialog .quote").await;
    browser.press("\u{e00c}").await;
    browser.has(0, "dialog").await;
    browser.holds("document.activeElement.innerText.includes('Who is up?')").await;
    browser.press("r").await;
    browser.has(1, "dialog .above").await;
    browser.press("I am").await;
    browser.press("\u{e009}\u{e007}").await;
    browser.has(0, "dialog").await;
    browser.press("o").await;
    browser.is_at(&page_of(&tweet)).await;
    browser.sees("I am").await;
    browser.back().await;
    browser.is_at("/home").await;
    browser.is_ready().await;
    browser.press("?").await;
    browser.has(1, "dialog.keys[open]").await;
    browser.press("\u{e00c}").await;
    browser.has(0, "dialog").await;
    // What is new is asked for by a key, too.
    post(&bob, &json!({"content": "Nobody else?"}));
    browser.has(1, "#fresh.on").await;
    browser.press(".").await;
    browser.holds("document.activeElement.innerText?.includes('Nobody else?')").await;
    browser.assert_quiet_but(&[]).await;
    browser.stop().await;
}

/// Goes on with Tab: pictures, who may reply, for whom it is, and the button.
async fn post_from_the_text(browser: &Browser) {
    browser.tab().await;
    browser.holds("document.activeElement.matches('dialog .add summary')").await;
    for _ in 0..3 {
        browser.tab().await;
    }
    browser.holds("document.activeElement.matches('dialog .send button')").await;
    browser.press(ENTER).await;
}
