//! What is promised of every page, measured: no finding of axe-core at WCAG levels A and AA, the
//! budgets of bytes, and how fast it is there on a slow line. `docs/web.md` lists the figures.

use serde_json::{Value, json};

use super::axe::Axe;
use super::devtools::{Line, Scheme};
use super::driver::Browser;
use super::town::{Town, post};
use crate::process::{Client, Server};

/// Each kind of width: three columns, a rail and one, a bar of tabs below one.
const WIDTHS: [u32; 3] = [1280, 900, 390];

/// Compressed bytes; UX.md section 2.2.
const SCRIPTS_MAX: u64 = 15_000;
const SCRIPTS_SIGNED_OUT_MAX: u64 = 6_000;
const SHEET_MAX: u64 = 12_000;
const PAGE_MAX: u64 = 14_000;
const FIRST_LOAD_MAX: u64 = 45_000;
const NODES_A_TWEET_MAX: u64 = 45;

/// On the slow profile; in milliseconds but for the shift, in thousandths.
const LARGEST_PAINT_MAX: u64 = 1_500;
const BLOCKING_MAX: u64 = 300;
const SHIFT_MAX: u64 = 20;
const RESPONSE_MAX: u64 = 100;
/// How much slower the processor is made there.
const SLOWER: u32 = 4;
/// The middle one counts: the machine does other things too.
const RUNS: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_has_a_finding_of_axe() {
    let axe = Axe::fetch();
    let town = Town::build();
    let browser = Browser::start(&town.server.url).await;
    let mut all = Vec::new();
    let visits = [
        ("", town.public()),
        ("ann", town.own()),
        ("eve", Town::empty()),
        ("moe", Town::moderators()),
    ];
    for (who, paths) in visits {
        if !who.is_empty() {
            browser.forget().await;
            browser.sign_in(who).await;
        }
        for path in &paths {
            browser.open(path).await;
            browser.is_ready().await;
            for scheme in Scheme::BOTH {
                browser.prefer(scheme).await;
                for width in WIDTHS {
                    browser.size(width, 900).await;
                    for finding in axe.findings(&browser).await {
                        all.push(format!("{who} {path} {scheme:?} {width}: {finding}"));
                    }
                }
            }
        }
    }
    assert!(all.is_empty(), "{all:#?}");
    browser.assert_quiet_but(&["/nowhere", "since:yesterday"]).await;
    browser.stop().await;
}

/// Compressed bytes of what a page loaded, by the end of their names.
async fn bytes(browser: &Browser, end: &str) -> u64 {
    let script = format!(
        "return performance.getEntriesByType('resource').filter(r => r.name.endsWith('{end}')) \
         .reduce((sum, r) => sum + r.encodedBodySize, 0)"
    );
    browser.number(&script).await
}

/// Compressed bytes of the page itself.
async fn page_bytes(browser: &Browser) -> u64 {
    browser.number("return performance.getEntriesByType('navigation')[0].encodedBodySize").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_keeps_to_its_budget() {
    let town = Town::build();
    let browser = Browser::start(&town.server.url).await;
    browser.size(1280, 900).await;
    let visits = [("", town.public(), SCRIPTS_SIGNED_OUT_MAX), ("ann", town.own(), SCRIPTS_MAX)];
    for (who, paths, scripts_max) in visits {
        if !who.is_empty() {
            browser.sign_in(who).await;
        }
        let mut largest = (0, 0, 0, String::new());
        for path in &paths {
            browser.open(path).await;
            browser.is_ready().await;
            let page = page_bytes(&browser).await;
            let (scripts, sheet) = (bytes(&browser, ".js").await, bytes(&browser, ".css").await);
            assert!(page > 0 && page <= PAGE_MAX, "{path}: {page} bytes of HTML");
            assert!(scripts > 0 && scripts <= scripts_max, "{path}: {scripts} bytes of scripts");
            assert!(sheet > 0 && sheet <= SHEET_MAX, "{path}: {sheet} bytes of style");
            let all = page + scripts + sheet;
            assert!(all <= FIRST_LOAD_MAX, "{path}: {all} bytes");
            largest = largest.max((all, page, scripts, path.clone()));
        }
        println!("{who}: the largest is {largest:?} (all, HTML, scripts)");
    }
    browser.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn home_keeps_to_its_budget() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_server, browser) = twenty_tweets(folder.path()).await;
    // All that home can load: the composer is written in, and a key is pressed.
    browser.is_ready().await;
    browser.click("textarea").await;
    browser
        .holds("performance.getEntriesByType('resource').some(r => /complete/.test(r.name))")
        .await;
    let (scripts, sheet) = (bytes(&browser, ".js").await, bytes(&browser, ".css").await);
    let page = page_bytes(&browser).await;
    let nodes = "return Math.max(...[...document.querySelectorAll('article')] \
                 .map(tweet => tweet.querySelectorAll('*').length + 1))";
    let nodes = browser.number(nodes).await;
    println!("home: {page} bytes of HTML, {scripts} of scripts, {sheet} of style, {nodes} nodes");
    assert!(page <= PAGE_MAX, "{page} bytes of HTML");
    assert!(scripts <= SCRIPTS_MAX, "{scripts} bytes of scripts");
    assert!(page + scripts + sheet <= FIRST_LOAD_MAX, "{page} + {scripts} + {sheet} bytes");
    assert!(nodes <= NODES_A_TWEET_MAX, "{nodes} nodes a tweet");
    browser.stop().await;
}

/// A home with twenty tweets of others, open in a browser.
async fn twenty_tweets(folder: &std::path::Path) -> (Server, Browser) {
    let server = Server::start(folder);
    let ann = Client::sign_up(&server.url, "ann");
    let bob = Client::sign_up(&server.url, "bob");
    ann.put("/users/bob/follow").expect("followed");
    for n in 0..20 {
        let content = format!("Number {n} of twenty that say something of usual length. #birds");
        post(&bob, &json!({"content": content}));
    }
    let browser = Browser::start(&server.url).await;
    browser.size(1280, 900).await;
    browser.sign_in("ann").await;
    (server, browser)
}

/// What the browser itself noted of the page that it shows.
const NOTED: &str = "const done = arguments[arguments.length - 1]; \
    const read = type => new Promise(found => { \
        const observer = new PerformanceObserver(list => found(list.getEntries())); \
        observer.observe({type, buffered: true}); \
        setTimeout(() => found(observer.takeRecords()), 1000) }); \
    Promise.all(['paint', 'largest-contentful-paint', 'layout-shift', 'longtask'].map(read)) \
        .then(([paints, largest, shifts, tasks]) => done({ \
            first: Math.round(paints.at(-1)?.startTime ?? 1e6), \
            largest: Math.round(largest.at(-1)?.startTime ?? 1e6), \
            shift: Math.ceil(1000 * shifts.reduce((sum, s) => sum + s.value, 0)), \
            blocking: Math.round(tasks.reduce((sum, t) => sum + Math.max(t.duration - 50, 0), 0)) \
        }))";

/// Opens a page a few times with nothing in the cache; the middle one of each figure.
async fn visit(browser: &Browser, path: &str) -> [u64; 4] {
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        browser.open("/settings/appearance").await;
        browser.clear_cache().await;
        browser.connect(Line::Slow).await;
        browser.slow_down(SLOWER).await;
        browser.open(path).await;
        browser.is_ready().await;
        let noted = browser.ask_later(NOTED).await;
        let figure = |name: &str| noted[name].as_u64().unwrap_or(u64::MAX);
        runs.push(["first", "largest", "shift", "blocking"].map(figure));
        browser.connect(Line::Whole).await;
        browser.slow_down(1).await;
    }
    std::array::from_fn(|at| {
        let mut figures: Vec<u64> = runs.iter().map(|run| run[at]).collect();
        figures.sort_unstable();
        figures[RUNS / 2]
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_are_there_at_once_on_a_slow_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_server, browser) = twenty_tweets(folder.path()).await;
    browser.size(390, 844).await;
    for (who, paths) in [("ann", &["/home", "/notifications"][..]), ("", &["/explore", "/@bob"])] {
        if who.is_empty() {
            browser.forget().await;
        }
        for path in paths {
            let [first, largest, shift, blocking] = visit(&browser, path).await;
            println!(
                "{path} {who}: first paint {first} ms, largest {largest} ms, blocked {blocking} ms, \
                 shift {shift}/1000"
            );
            assert!(largest <= LARGEST_PAINT_MAX, "{path}: the largest paint at {largest} ms");
            assert!(blocking <= BLOCKING_MAX, "{path}: blocked for {blocking} ms");
            assert!(shift <= SHIFT_MAX, "{path}: shifted by {shift}/1000");
        }
    }
    browser.assert_quiet_but(&[]).await;
    browser.stop().await;
}

/// Notes when a button was pressed and when the page that shows it had been painted.
const WATCH: &str = "window.times = []; let pressed; \
    addEventListener('click', event => { pressed = event.timeStamp }, true); \
    new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => \
        window.times.push(Math.round(performance.now() - pressed))))) \
        .observe(document.querySelector('#feed'), {subtree: true, attributeFilter: ['class']})";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_like_is_seen_at_once_on_a_slow_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_server, browser) = twenty_tweets(folder.path()).await;
    browser.is_ready().await;
    browser.connect(Line::Slow).await;
    browser.slow_down(SLOWER).await;
    browser.ask(WATCH).await;
    for n in 1..=10 {
        browser.click(&format!("article:nth-of-type({n}) button.like:not(.on)")).await;
        browser.holds(&format!("window.times.length === {n}")).await;
    }
    let times = browser.ask("return window.times").await;
    let mut times: Vec<u64> =
        times.as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    times.sort_unstable();
    println!("a like is seen after {times:?} ms");
    // The fastest is what the page takes; the rest is what else this machine does meanwhile. One
    // that waited for the server would never be faster than the line.
    assert!(times[0] <= RESPONSE_MAX, "{times:?} ms");
    browser.stop().await;
}
