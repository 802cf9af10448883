//! Two people, each in a browser of their own: what one does, the other sees without asking, and is
//! never moved.

use serde_json::{Value, json};

use super::driver::Browser;
use super::looks::Camera;
use super::town::post;
use crate::process::{Client, Server};

/// Ann's home with so many tweets of bob's, whom she follows.
struct Street {
    server: Server,
    bob: Client,
    browser: Browser,
    folder: tempfile::TempDir,
}

impl Street {
    async fn build(tweets: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::start(folder.path());
        let ann = Client::sign_up(&server.url, "ann");
        let bob = Client::sign_up(&server.url, "bob");
        ann.put("/users/bob/follow").expect("followed");
        let street = Self { browser: Browser::start(&server.url).await, server, bob, folder };
        post_many(&street.bob, 0..tweets);
        street.browser.size(1280, 900).await;
        street.browser.sign_in("ann").await;
        street.browser.is_ready().await;
        street
    }
}

fn post_many(who: &Client, numbers: std::ops::Range<usize>) {
    for n in numbers {
        post(who, &json!({"content": format!("Tweet number {n}. #news")}));
    }
}

/// What stands in the feed, from the top: the numbers of the tweets.
async fn numbers(browser: &Browser) -> Vec<u64> {
    let script = r"return [...document.querySelectorAll('[role=feed] article .text')]
        .map(text => Number(/\d+/.exec(text.textContent)))";
    let found = browser.ask(script).await;
    found.as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_posts_another_is_told_and_shown_when_they_ask() {
    let Street { server, browser: ann, folder: _folder, .. } = Street::build(20).await;
    let bob = Browser::start(&server.url).await;
    bob.sign_in("bob").await;
    ann.ask("scrollTo({top: 700, behavior: 'instant'})").await;
    let place =
        "return [scrollY, document.querySelectorAll('article')[6].getBoundingClientRect().top]";
    let before = ann.ask(place).await;

    for n in 20..23 {
        bob.open("/compose").await;
        bob.is_ready().await;
        bob.fill("content", &format!("Tweet number {n}.")).await;
        bob.submit("main form[action='/compose']").await;
        bob.sees(&format!("Tweet number {n}.")).await;
    }
    ann.holds("document.querySelector('#fresh.on')?.innerText === 'Show 3 new tweets'").await;
    ann.holds("document.title.startsWith('(3)')").await;
    assert_eq!(ann.ask(place).await, before, "the reader is not moved");
    ann.has(20, "article").await;
    Camera::new().shoot_state(&ann, "pill").await;
    ann.size(1280, 900).await;

    ann.click("#fresh").await;
    ann.has(23, "article").await;
    ann.holds("document.activeElement === document.querySelector('article')").await;
    ann.holds("document.activeElement.innerText.includes('Tweet number 22.')").await;
    ann.holds("!document.querySelector('#fresh.on') && !document.title.startsWith('(')").await;
    assert_eq!(numbers(&ann).await, (0..23).rev().collect::<Vec<_>>());

    // A deletion takes the words away, and moves nothing.
    let place = "return document.querySelectorAll('article')[3].getBoundingClientRect().top";
    let before = ann.ask(place).await;
    bob.open("/@bob").await;
    bob.is_ready().await;
    bob.click("article:nth-of-type(2) .menu summary").await;
    bob.click(".menu[open] .danger").await;
    bob.has(1, ".toast").await;
    bob.click(".toast .shut").await;
    ann.holds("document.querySelectorAll('article')[1].innerText === 'This tweet was deleted.'")
        .await;
    assert_eq!(ann.ask(place).await, before, "the reader is not moved");

    // What is done to one's own tweets is counted.
    ann.holds("document.querySelector('#unread').hidden").await;
    ann.fill("content", "Mine, to be liked").await;
    ann.click("form.composer .btn").await;
    ann.sees("Mine, to be liked").await;
    bob.open("/@ann").await;
    bob.is_ready().await;
    bob.click("button.like").await;
    ann.holds("document.querySelector('#unread:not([hidden])')?.innerText.startsWith('1')").await;
    bob.assert_quiet_but(&[]).await;
    ann.assert_quiet_but(&[]).await;
    bob.stop().await;
    ann.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_starts_again_loses_and_repeats_nothing() {
    let Street { server, bob, browser: ann, folder } = Street::build(5).await;
    post_many(&bob, 5..7);
    ann.holds("document.querySelector('#fresh.on')?.innerText === 'Show 2 new tweets'").await;
    let url = server.url.clone();
    server.kill();
    let _server = Server::start_again(folder.path(), &url);
    post_many(&bob, 7..10);
    ann.holds("document.querySelector('#fresh.on')?.innerText === 'Show 5 new tweets'").await;
    post_many(&bob, 10..11);
    ann.holds("document.querySelector('#fresh.on')?.innerText === 'Show 6 new tweets'").await;
    ann.click("#fresh").await;
    ann.has(11, "article").await;
    assert_eq!(numbers(&ann).await, (0..11).rev().collect::<Vec<_>>());
    ann.assert_quiet_but(&["/home/stream", "/home/position"]).await;
    ann.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_long_absence_there_is_a_gap_to_be_filled() {
    let Street { server, bob, browser: ann, folder } = Street::build(5).await;
    ann.mark().await;
    let url = server.url.clone();
    server.kill();
    // Elsewhere, so that the browser hears nothing of it.
    let elsewhere = Server::start(folder.path());
    post_many(&bob.at(&elsewhere.url), 5..250);
    elsewhere.kill();
    let _server = Server::start_again(folder.path(), &url);
    ann.holds("document.querySelector('#fresh.on')?.innerText.includes('+')").await;
    ann.click("#fresh").await;
    ann.has(1, "#feed .gap a").await;
    ann.has(105, "article").await;
    ann.ask("document.querySelector('.gap').scrollIntoView({block: 'center'})").await;
    Camera::new().shoot_state(&ann, "gap").await;
    ann.size(1280, 900).await;
    ann.click("#feed .gap a").await;
    ann.has(205, "article").await;
    // Where it stood, one reads on.
    ann.holds("document.activeElement.innerText.includes('Tweet number 149.')").await;
    ann.click("#feed .gap a").await;
    ann.has(250, "article").await;
    ann.has(0, "#feed .gap").await;
    assert_eq!(numbers(&ann).await, (0..250).rev().collect::<Vec<_>>());
    ann.holds("window.isMarked").await;
    ann.assert_quiet_but(&["/home/stream", "/home/position"]).await;
    ann.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_browser_leads_to_where_one_left_off() {
    let Street { server, bob, browser: first, folder: _folder } = Street::build(30).await;
    // Seen, and left.
    first.open("/explore").await;
    first.is_ready().await;
    post_many(&bob, 30..35);
    let second = Browser::start(&server.url).await;
    second.size(1280, 900).await;
    second.sign_in("ann").await;
    second.is_ready().await;
    second.has(1, "#left-off").await;
    let below = "document.querySelector('#left-off + article').innerText";
    second.holds(&format!("{below}.includes('Tweet number 29.')")).await;
    Camera::new().shoot_state(&second, "left-off").await;
    second.size(1280, 900).await;

    // Further away than one page.
    second.open("/explore").await;
    second.is_ready().await;
    post_many(&bob, 35..80);
    first.open("/home").await;
    first.is_ready().await;
    first.click("main > .gap a").await;
    first.has(1, "#left-off").await;
    first.holds(&format!("{below}.includes('Tweet number 34.')")).await;
    second.assert_quiet_but(&[]).await;
    first.assert_quiet_but(&[]).await;
    second.stop().await;
    first.stop().await;
}

/// As if half a minute had gone by.
const LATER: &str = "const now = Date.now; Date.now = () => now() + 31000; \
                     document.dispatchEvent(new Event('visibilitychange'))";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_lists_say_what_is_new_while_one_looks_at_them() {
    let Street { bob, browser: ann, folder: _folder, server: _server } = Street::build(3).await;
    ann.open("/tags/news").await;
    ann.is_ready().await;
    ann.mark().await;
    post_many(&bob, 3..5);
    ann.ask(LATER).await;
    ann.holds("document.querySelector('#fresh.on')?.innerText === 'Show 2 new tweets'").await;
    ann.has(3, "article").await;
    Camera::new().shoot_state(&ann, "tag-new").await;
    ann.size(1280, 900).await;
    post_many(&bob, 5..6);
    ann.ask(LATER).await;
    ann.holds("document.querySelector('#fresh.on')?.innerText === 'Show 3 new tweets'").await;
    ann.holds("document.title.startsWith('(3)')").await;
    ann.click("#fresh").await;
    ann.has(6, "article").await;
    ann.holds("document.activeElement.innerText.includes('Tweet number 5.')").await;
    ann.holds("!document.querySelector('#fresh.on')").await;
    assert_eq!(numbers(&ann).await, (0..6).rev().collect::<Vec<_>>());
    ann.holds("window.isMarked").await;
    ann.assert_quiet_but(&[]).await;
    ann.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_posts_oneself_is_no_news_and_hides_none() {
    let Street { bob, browser: ann, folder: _folder, server: _server } = Street::build(3).await;
    post_many(&bob, 3..5);
    ann.holds("document.querySelector('#fresh.on')?.innerText === 'Show 2 new tweets'").await;
    ann.fill("content", "Mine, number 99.").await;
    ann.click("form.composer .btn").await;
    ann.has(4, "article").await;
    ann.holds("document.querySelector('#fresh.on')?.innerText === 'Show 2 new tweets'").await;
    // A retweet of what stands there is none either, and undone it leaves no hole.
    ann.click("article:nth-of-type(2) .rt").await;
    ann.has(1, ".rt.on").await;
    ann.click("#fresh").await;
    ann.has(6, "article").await;
    ann.holds("!document.querySelector('#fresh.on')").await;
    ann.reload().await;
    ann.is_ready().await;
    ann.sees("You retweeted").await;
    assert_eq!(numbers(&ann).await, [2, 99, 4, 3, 1, 0]);
    ann.click(".rt.on").await;
    ann.holds("!document.querySelector('.why:not([hidden])')").await;
    ann.has(6, "article:has(.rt)").await;
    ann.assert_quiet_but(&[]).await;
    ann.stop().await;
}
