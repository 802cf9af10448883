//! What is promised of every page, measured: no finding of axe-core at WCAG levels A and AA, and the
//! budgets of bytes.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::driver::{Browser, Scheme};
use crate::process::{Client, Server};

/// The checker, from the npm registry, at test time.
const AXE: &str = "axe-core@4.14.1";
/// Both kinds of width: three columns and one.
const WIDTHS: [u32; 2] = [1280, 390];

/// Compressed bytes; UX.md section 2.2.
const SCRIPTS_MAX: u64 = 15_000;
const SCRIPTS_SIGNED_OUT_MAX: u64 = 6_000;
const SHEET_MAX: u64 = 12_000;
const HOME_MAX: u64 = 14_000;
const FIRST_LOAD_MAX: u64 = 45_000;
const NODES_A_TWEET_MAX: u64 = 45;

/// The checker's source, fetched the first time.
fn axe() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target").join(AXE);
    let file = folder.join("package/axe.min.js");
    if !file.exists() {
        fetch(&folder);
    }
    std::fs::read_to_string(file).expect("the checker")
}

fn fetch(folder: &Path) {
    std::fs::create_dir_all(folder).expect("a folder");
    let mut npm = Command::new("npm");
    npm.args(["pack", AXE, "--silent", "--pack-destination"]).arg(folder);
    let packed = npm.output().expect("npm is installed (scripts/install-test-tools)");
    assert!(packed.status.success(), "{}", String::from_utf8_lossy(&packed.stderr));
    let name = String::from_utf8_lossy(&packed.stdout).trim().to_owned();
    let mut tar = Command::new("tar");
    tar.arg("xzf").arg(folder.join(name)).arg("-C").arg(folder);
    assert!(tar.status().expect("tar").success(), "unpacked");
}

/// Its findings on the page as it stands, in words.
async fn findings(browser: &Browser, axe: &str) -> Vec<String> {
    let load = format!("if (!window.axe) {{ {axe}\n; }}");
    browser.ask(&load).await;
    let run = "const done = arguments[arguments.length - 1]; \
               axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}) \
                  .then(found => done(found.violations), error => done([{id: String(error)}]))";
    let found = browser.ask_later(run).await;
    let text = |finding: &Value| {
        let nodes = finding["nodes"].as_array().into_iter().flatten();
        let places: Vec<&str> = nodes.take(3).filter_map(|node| node["html"].as_str()).collect();
        format!("{}: {places:?}", finding["id"])
    };
    found.as_array().expect("findings").iter().map(text).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_has_a_finding_of_axe() {
    let axe = axe();
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let ann = Client::sign_up(&server.url, "ann");
    let bob = Client::sign_up(&server.url, "bob");
    ann.put("/users/bob/follow").expect("followed");
    let (_, tweet) = ann.post("/tweets", &json!({"content": "Hi @bob #tag"})).expect("posted");
    let reply = json!({"content": "Hello https://example.org", "reply_to_id": tweet["id"]});
    bob.post("/tweets", &reply).expect("answered");
    bob.put(&format!("/tweets/{}/retweet", tweet["id"])).expect("retweeted");
    bob.put(&format!("/tweets/{}/like", tweet["id"])).expect("liked");
    let thread = format!("/@ann/{}", tweet["id"]);
    let public = ["/", "/signup", "/login", "/explore", "/@bob", "/tags/tag", &thread, "/nowhere"];
    let own = [
        "/home",
        "/@ann",
        "/@bob/followers",
        "/tags/unused",
        "/compose",
        "/settings",
        "/settings/appearance",
        "/settings/sessions",
        "/settings/delete",
        &thread,
    ];
    let browser = Browser::start(&server.url).await;
    let mut all = Vec::new();
    for (is_signed_in, paths) in [(false, &public[..]), (true, &own[..])] {
        if is_signed_in {
            browser.sign_in("ann").await;
        }
        for scheme in Scheme::BOTH {
            browser.prefer(scheme).await;
            for width in WIDTHS {
                browser.size(width, 900).await;
                for path in paths {
                    browser.open(path).await;
                    browser.is_ready().await;
                    for finding in findings(&browser, &axe).await {
                        all.push(format!("{path} {scheme:?} {width}: {finding}"));
                    }
                }
            }
        }
    }
    // What only scripts put there.
    browser.open("/home").await;
    browser.is_ready().await;
    browser.press("?").await;
    browser.has(1, "dialog[open]").await;
    all.extend(findings(&browser, &axe).await);
    browser.press("\u{e00c}").await;
    browser.press("n").await;
    browser.has(1, "dialog textarea").await;
    browser.press("@b").await;
    browser.has(1, "dialog .suggestions li").await;
    all.extend(findings(&browser, &axe).await);
    assert!(all.is_empty(), "{all:#?}");
    browser.stop().await;
}

/// Compressed bytes of what a page loaded, by the end of their names.
async fn bytes(browser: &Browser, end: &str) -> u64 {
    let script = format!(
        "return performance.getEntriesByType('resource').filter(r => r.name.endsWith('{end}')) \
         .reduce((sum, r) => sum + r.encodedBodySize, 0)"
    );
    browser.ask(&script).await.as_u64().expect("bytes")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_keep_to_their_budgets() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let ann = Client::sign_up(&server.url, "ann");
    for n in 0..20 {
        let content = format!("Number {n} of twenty that say something of usual length. #birds");
        ann.post("/tweets", &json!({"content": content})).expect("posted");
    }
    let browser = Browser::start(&server.url).await;
    browser.size(1280, 900).await;
    browser.open("/").await;
    browser.is_ready().await;
    let (scripts, sheet) = (bytes(&browser, ".js").await, bytes(&browser, ".css").await);
    println!("signed out: {scripts} bytes of scripts, {sheet} of style");
    assert!(scripts > 0 && scripts <= SCRIPTS_SIGNED_OUT_MAX, "{scripts} bytes of scripts");
    assert!(sheet > 0 && sheet <= SHEET_MAX, "{sheet} bytes of style");

    browser.sign_in("ann").await;
    // All that home can load: the composer is written in, and a key is pressed.
    browser.is_ready().await;
    browser.click("textarea").await;
    browser
        .holds("performance.getEntriesByType('resource').some(r => /complete/.test(r.name))")
        .await;
    let scripts = bytes(&browser, ".js").await;
    let page = "return performance.getEntriesByType('navigation')[0].encodedBodySize";
    let page = browser.ask(page).await.as_u64().expect("bytes");
    let nodes = "return Math.max(...[...document.querySelectorAll('article')] \
                 .map(tweet => tweet.querySelectorAll('*').length + 1))";
    let nodes = browser.ask(nodes).await.as_u64().expect("nodes");
    println!("home: {page} bytes of HTML, {scripts} of scripts, {nodes} nodes a tweet");
    assert!(page <= HOME_MAX, "{page} bytes of HTML");
    assert!(scripts <= SCRIPTS_MAX, "{scripts} bytes of scripts");
    assert!(page + scripts + sheet <= FIRST_LOAD_MAX, "{page} + {scripts} + {sheet} bytes");
    assert!(nodes <= NODES_A_TWEET_MAX, "{nodes} nodes a tweet");
    browser.stop().await;
}
