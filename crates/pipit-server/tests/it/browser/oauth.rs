//! An app from outside: a client library from a registry drives the whole flow, the browser does
//! what the person does.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::driver::{Browser, Scripts};
use crate::process::{Client, Server};
use crate::python::with_packages;

/// The library and what it speaks HTTP with, from `PyPI`, at test time.
const LIBRARY: [&str; 2] = ["authlib==1.9.10", "requests==2.34.2"];

/// The app; it is ended when this goes.
struct App(Child);

impl Drop for App {
    fn drop(&mut self) {
        // It has ended already if all went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_lets_an_app_in_that_a_client_library_drives() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let ann = Client::sign_up(&server.url, "ann");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/browser/oauth_client.py");
    let mut app = Command::new(with_packages("authlib-venv", &LIBRARY).join("python"))
        .arg(script)
        .arg(&server.url)
        // The library asks for HTTPS, which a test on one machine does without.
        .env("AUTHLIB_INSECURE_TRANSPORT", "1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("the app starts");
    let mut lines = BufReader::new(app.stdout.take().expect("its output")).lines();
    let _app = App(app);
    let mut line = || lines.next().expect("a line").expect("text");
    let path = |address: &str| address.strip_prefix(&server.url).expect("ours").to_owned();

    // Without scripts: what a form of ours leads to, only the browser decides.
    let browser = Browser::start_with(&server.url, Scripts::Off).await;
    browser.open(&path(&line())).await;
    browser.is_at("/login").await;
    browser.fill("login", "ann").await;
    browser.fill("password", "correct horse").await;
    browser.submit("form[action='/login']").await;
    browser.is_at("/oauth/authorize").await;
    browser.sees("post, retweet and delete tweets").await;
    browser.click("button[value=deny]").await;
    browser.sees("Back in the app").await;
    for _ in 0..2 {
        browser.open(&path(&line())).await;
        browser.click("button[value=allow]").await;
        browser.sees("Back in the app").await;
    }

    let came: Value = serde_json::from_str(&line()).expect("JSON");
    let expected = json!({
        "said_no": "access_denied", "wrong_verifier": "invalid_grant",
        "scope": "read write:statuses", "who": "ann", "posted": 201,
        "refused": [403, "write:accounts"], "again": "invalid_grant", "read": [200, 401, 401],
    });
    assert_eq!(came, expected);
    assert_eq!(ann.get_json("/timeline")["tweets"][0]["content"], "By an app");
    browser.open("/settings/apps").await;
    browser.sees("No apps").await;
    browser.stop().await;
}
