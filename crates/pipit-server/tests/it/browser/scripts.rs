//! The same and more with scripts: at once, with drafts, by keyboard, and back to the same place.

use serde_json::json;

use super::devtools::Line;
use super::driver::Browser;
use super::town::picture;
use crate::process::{Client, Server};

struct Stage {
    _server: Server,
    ann: Client,
    browser: Browser,
    folder: tempfile::TempDir,
}

/// A server on which bob has posted this, and ann follows bob and is signed in.
async fn stage(tweets: impl Iterator<Item = String>) -> Stage {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let ann = Client::sign_up(&server.url, "ann");
    let bob = Client::sign_up(&server.url, "bob");
    ann.put("/users/bob/follow").expect("followed");
    for content in tweets {
        bob.post("/tweets", &json!({"content": content})).expect("posted");
    }
    let browser = Browser::start(&server.url).await;
    browser.size(1280, 900).await;
    browser.sign_in("ann").await;
    Stage { _server: server, ann, browser, folder }
}

fn numbered(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|n| format!("Tweet number {n}"))
}

/// Makes the buttons of the first tweet those of one that was never there.
const OF_NO_TWEET: &str = "const form = document.querySelector('form.acts')\n\
    for (const part of [form, ...form.querySelectorAll('[formaction]')])\n\
        for (const name of ['action', 'formaction']) {\n\
            const address = part.getAttribute(name)\n\
            if (address) part.setAttribute(name, address.replace(/\\d{9,}/, '1'))\n\
        }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn buttons_work_at_once_and_take_back_what_is_refused() {
    let stage = stage(numbered(2)).await;
    let browser = &stage.browser;
    browser.is_ready().await;
    browser.mark().await;
    browser.click("button.like").await;
    browser.has(1, "button.like.on").await;
    browser.holds("document.querySelector('button.like').innerText.includes('1')").await;
    browser.click("button.rt").await;
    browser.has(1, "button.rt.on").await;
    browser.click("button.rt.on").await;
    browser.has(0, "button.rt.on").await;
    browser.holds("window.isMarked").await;
    // The server has heard of all of it, a moment later.
    let liked = "document.querySelectorAll('button.like.on').length === 1";
    browser.holds_after_reload(&format!("{liked} && !document.querySelector('.rt.on')")).await;

    // Refused: the like is taken back, and the page says why. (A tweet that is really gone would be
    // taken from the page by the stream before anybody could press.)
    browser.is_ready().await;
    browser.mark().await;
    browser.ask(OF_NO_TWEET).await;
    browser.click("button.like.on").await;
    browser.has(1, ".toast").await;
    browser.has(1, "button.like.on").await;
    browser.holds("document.querySelector('.toast p').innerText.includes('nothing at this')").await;

    browser.open("/@bob").await;
    browser.is_ready().await;
    browser.mark().await;
    browser.click("form[action='/@bob/unfollow'] button").await;
    browser.has(1, "form[action='/@bob/follow']").await;
    browser.click(".toast button:not(.shut)").await;
    browser.has(1, "form[action='/@bob/unfollow']").await;
    browser.holds("window.isMarked").await;
    browser.assert_quiet_but(&["404"]).await;
    stage.browser.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_can_be_undone_until_it_is_sent() {
    let stage = stage(numbered(1)).await;
    let browser = &stage.browser;
    browser.is_ready().await;
    browser.fill("content", "Mine").await;
    browser.press("\u{e009}\u{e007}").await;
    browser.has(1, ".menu .danger").await;
    let own = "document.querySelector('article:has(.menu .danger)')";
    for _ in 0..2 {
        browser.click("article:has(.menu .danger) .menu summary").await;
        browser.click(".menu button.danger").await;
        browser.holds(&format!("{own}.hidden")).await;
        // By keyboard, as it can be by mouse.
        browser.ask("document.querySelector('.toast button:not(.shut)').focus()").await;
        browser.press("\u{e007}").await;
        browser.holds(&format!("!{own}.hidden")).await;
    }
    browser.reload().await;
    browser.is_ready().await;
    browser.click("article:has(.menu .danger) .menu summary").await;
    browser.click(".menu button.danger").await;
    browser.holds(&format!("{own}.hidden")).await;
    // Leaving the page is no way around it.
    browser.open("/@ann").await;
    browser.holds_after_reload("!document.querySelector('article')").await;
    browser.assert_quiet_but(&[]).await;
    stage.browser.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_menu_shuts_at_a_press_elsewhere_and_at_escape() {
    let stage = stage(numbered(2)).await;
    let browser = &stage.browser;
    browser.is_ready().await;
    for shut in ["elsewhere", "escape"] {
        browser.click("article .menu summary").await;
        browser.has(1, ".menu[open]").await;
        match shut {
            "escape" => browser.press("\u{e00c}").await,
            _ => browser.click("header.bar h1").await,
        }
        browser.has(0, ".menu[open]").await;
    }
    browser.holds("document.activeElement.matches('.menu > summary')").await;
    browser.assert_quiet_but(&[]).await;
    stage.browser.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_is_counted_kept_and_posted_once() {
    let stage = stage(numbered(1)).await;
    let browser = &stage.browser;
    browser.is_ready().await;
    // 272 + 23 for the link + a space: 16 too many.
    let long = format!("{} https://example.org/{}", "日".repeat(136), "x".repeat(60));
    let script = format!(
        "const t = document.querySelector('[name=content]'); t.value = '{long}'; \
         t.dispatchEvent(new Event('input', {{bubbles: true}}))"
    );
    browser.ask(&script).await;
    browser.holds("document.querySelector('.send .danger').innerText.includes('16')").await;
    browser.holds("document.querySelector('.excess mark').innerText.includes('https')").await;
    browser.click("form.composer .btn").await;
    browser.sees("This one has 16 too many.").await;

    browser.fill("content", "A draft for @b").await;
    browser.holds("document.querySelector('.suggestions [aria-selected=true]')").await;
    browser.press("\u{e007}").await;
    browser.holds("document.querySelector('[name=content]').value === 'A draft for @bob '").await;
    browser.holds("localStorage['draft:/@ann:']?.includes('@bob')").await;
    browser.open("/explore").await;
    browser.open("/home").await;
    browser.holds("document.querySelector('[name=content]').value === 'A draft for @bob '").await;
    browser.is_ready().await;
    browser.mark().await;
    browser.click("textarea").await;
    browser.press("\u{e009}\u{e007}").await;
    browser.sees("A draft for @bob").await;
    browser.has(1, "article:has(.menu .danger)").await;
    browser.holds("window.isMarked && !localStorage['draft:/@ann:']").await;
    browser.holds("document.querySelector('[name=content]').value === ''").await;

    // From anywhere, in a window; and a reply too.
    browser.open("/@bob").await;
    browser.is_ready().await;
    browser.click(".way.post").await;
    browser.has(1, "dialog[open] textarea").await;
    browser.press("From a window").await;
    browser.click("dialog .composer .btn").await;
    browser.has(0, "dialog").await;
    browser.has(1, ".toast a").await;
    browser.click("article a[href^='/compose']").await;
    browser.has(1, "dialog .above article").await;
    browser.press("\u{e00c}").await;
    browser.has(0, "dialog").await;

    // Signed out elsewhere: nothing that was written is lost.
    browser.open("/home").await;
    browser.is_ready().await;
    browser.fill("content", "Precious").await;
    browser.forget().await;
    browser.click("form.composer .btn").await;
    browser.sees("signed out").await;
    browser.holds("document.querySelector('[name=content]').value === 'Precious'").await;
    browser.assert_quiet_but(&["422", "403"]).await;
    stage.browser.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_go_on_and_one_comes_back_to_the_same_place() {
    let stage = stage(numbered(50)).await;
    let browser = &stage.browser;
    browser.size(1280, 900).await;
    browser.reload().await;
    browser.has(20, "article").await;
    browser.ask("scrollTo(0, document.body.scrollHeight)").await;
    browser.has(40, "article").await;
    browser.ask("scrollTo(0, document.body.scrollHeight)").await;
    browser.has(50, "article").await;
    browser.has(1, ".end").await;
    let near =
        "Math.abs(document.querySelectorAll('article')[35].getBoundingClientRect().top - 200) < 3";
    let go = "const {top} = document.querySelectorAll('article')[35].getBoundingClientRect(); \
              scrollBy({top: top - 200, behavior: 'instant'})";
    browser.ask(go).await;
    browser.holds(near).await;
    browser.ask("document.querySelectorAll('article')[35].querySelector('.at').click()").await;
    browser.sees("Thread").await;
    browser.back().await;
    browser.holds(near).await;
    browser.reload().await;
    browser.holds(near).await;
    // The link is one that can be pressed, too.
    browser.open("/@bob").await;
    browser.is_ready().await;
    browser.ask("document.querySelector('.pager a').click()").await;
    browser.has(40, "article").await;
    browser.assert_quiet_but(&[]).await;
    stage.browser.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_can_be_done_by_keyboard() {
    let stage = stage(numbered(3)).await;
    let browser = &stage.browser;
    browser.open("/@bob").await;
    browser.is_ready().await;
    browser.press("?").await;
    browser.has(1, "dialog.keys[open]").await;
    browser.press("\u{e00c}").await;
    browser.has(0, "dialog").await;
    browser.press("j").await;
    browser.press("j").await;
    browser.holds("document.activeElement === document.querySelectorAll('article')[1]").await;
    browser.press("l").await;
    browser.holds("document.querySelectorAll('article')[1].querySelector('.like.on')").await;
    browser.press("k").await;
    browser.press("t").await;
    browser.holds("document.querySelectorAll('article')[0].querySelector('.rt.on')").await;
    browser.press("r").await;
    browser.has(1, "dialog .above").await;
    browser.press("By keyboard").await;
    browser.press("\u{e009}\u{e007}").await;
    browser.has(0, "dialog").await;
    browser.has(1, ".toast").await;
    browser.press("j\u{e007}").await;
    browser.sees("Thread").await;
    browser.press("gh").await;
    browser.is_at("/home").await;
    browser.is_ready().await;
    browser.press("n").await;
    browser.has(1, "dialog textarea").await;
    browser.press("\u{e00c}").await;

    // And they can be turned off.
    browser.open("/settings/appearance").await;
    browser.click("input[value=keyless]").await;
    browser.click("input[value=dark]").await;
    browser.submit("form[action='/settings/appearance']").await;
    browser.sees("Saved").await;
    browser.has(1, "html[data-keys=off][data-theme=dark]").await;
    browser.open("/@bob").await;
    browser.is_ready().await;
    browser.press("?").await;
    browser.press("j").await;
    browser.holds("document.activeElement === document.body").await;
    browser.has(0, "dialog").await;
    browser.assert_quiet_but(&[]).await;
    stage.browser.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_line_loses_no_text() {
    let stage = stage(numbered(1)).await;
    let browser = &stage.browser;
    browser.is_ready().await;
    browser.fill("content", "Written in a tunnel").await;
    browser.connect(Line::Cut).await;
    browser.holds("document.querySelector('.offline:not([hidden])')").await;
    browser.click("form.composer .btn").await;
    browser.has(1, "form.composer .error").await;
    browser.click("button.like").await;
    browser.has(1, ".toast").await;
    browser.has(0, "button.like.on").await;
    browser.holds("document.querySelector('[name=content]').value === 'Written in a tunnel'").await;
    browser.connect(Line::Whole).await;
    browser.holds("document.querySelector('.offline').hidden").await;
    browser.click("form.composer .btn").await;
    browser.has(2, "article").await;

    // Nor a picture.
    let sky = stage.folder.path().join("sky.png");
    std::fs::write(&sky, picture(40, 30)).expect("written");
    browser.fill("content", "Over the tunnel").await;
    browser.click(".add summary").await;
    browser.choose("main .add [type=file]", &sky).await;
    browser.connect(Line::Cut).await;
    browser.click("form.composer .btn").await;
    browser.has(1, "form.composer .error").await;
    browser.has(1, "form.composer canvas").await;
    browser.connect(Line::Whole).await;
    browser.click("form.composer .btn").await;
    browser.has(1, "article .pics img").await;
    browser.has(0, "form.composer canvas").await;
    browser.holds("!localStorage['draft:/@ann:']").await;
    browser.assert_quiet_but(&["ERR_INTERNET_DISCONNECTED"]).await;
    stage.browser.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_can_be_installed_as_an_app_and_be_shared_with() {
    let stage = stage(numbered(1)).await;
    let browser = &stage.browser;
    browser.is_ready().await;
    assert_eq!(browser.hindrances().await, json!([]));
    browser.open("/compose?text=Look&url=https://example.org/").await;
    browser.is_ready().await;
    browser.holds("document.querySelector('textarea').value === 'Look https://example.org/'").await;
    browser.assert_quiet_but(&[]).await;
    stage.browser.stop().await;
}

/// A picture of a draft cannot be kept, but all else of it is: whom it is for, and whose it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_is_its_writers_and_for_whom_it_was_meant() {
    let stage = stage(numbered(1)).await;
    let browser = &stage.browser;
    browser.is_ready().await;
    browser.ask("document.querySelector('select').value = 'followers'").await;
    browser.fill("content", "Among friends").await;
    browser.holds("localStorage['draft:/@ann:']?.includes('friends')").await;
    browser.open("/home").await;
    browser.holds("document.querySelector('[name=content]').value === 'Among friends'").await;
    browser.holds("document.querySelector('select').value === 'followers'").await;
    browser.is_ready().await;
    browser.click(".me button").await;
    browser.is_at("/").await;
    // Nor is a page left to go back to.
    browser.back().await;
    browser.is_at("/login").await;
    browser.sign_in("bob").await;
    browser.is_ready().await;
    browser.holds("document.querySelector('[name=content]').value === ''").await;
    browser.assert_quiet_but(&["/home/stream", "Clear-Site-Data"]).await;
    stage.browser.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folded_tweet_does_not_swallow_the_next_page() {
    let stage = stage((0..45).map(|n| format!("Tweet number {n}{}", ["", " banana"][n % 2]))).await;
    let browser = &stage.browser;
    let filter = stage.ann.post(
        "/users/me/filters",
        &json!({"title": "Fruit", "context": ["home"], "keywords": [{"keyword": "banana"}]}),
    );
    assert_eq!(filter.expect("made").0, 201);
    browser.open("/home").await;
    browser.is_ready().await;
    for _ in 0..3 {
        browser.ask("scrollTo({top: document.body.scrollHeight, behavior: 'instant'})").await;
        browser.ask("document.querySelector('a[rel=next]')?.click()").await;
    }
    browser.has(45, "#feed article").await;
    browser.has(22, "#feed > details.folded > article").await;
    browser.has(23, "#feed > article").await;
    // What is folded is stepped over.
    browser.ask("scrollTo({top: 0, behavior: 'instant'})").await;
    for n in [44, 42, 40] {
        browser.press("j").await;
        browser.holds(&format!("document.activeElement.innerText.includes('number {n}')")).await;
    }
    browser.assert_quiet_but(&[]).await;
    stage.browser.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_is_undone_by_keyboard() {
    let stage = stage(numbered(1)).await;
    stage.ann.post("/tweets", &json!({"content": "Mine"})).expect("posted");
    let browser = &stage.browser;
    browser.open("/@ann").await;
    browser.is_ready().await;
    browser.ask("document.querySelector('.menu summary').focus()").await;
    browser.press("\u{e007}").await;
    browser.ask("document.querySelector('.menu .danger').focus({focusVisible: true})").await;
    browser.press("\u{e007}").await;
    browser.holds("document.activeElement.matches('.toast button')").await;
    browser.press("\u{e007}").await;
    browser.holds("!document.querySelector('article').hidden").await;
    browser.assert_quiet_but(&[]).await;
    stage.browser.stop().await;
}
