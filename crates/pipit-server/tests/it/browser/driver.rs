//! Chromium through its driver, and the few things a test does with it.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

/// The widths of a desktop, a tablet and a phone, in CSS pixels.
pub(crate) const WIDTHS: [u32; 3] = [1280, 900, 390];

/// Longer than any page takes here.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the person prefers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scheme {
    Light,
    Dark,
}

impl Scheme {
    pub(crate) const BOTH: [Self; 2] = [Self::Light, Self::Dark];

    fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Whether the browser reaches the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    Whole,
    Cut,
}

pub(crate) struct Browser {
    driver: Child,
    client: Client,
    url: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub(crate) async fn start(url: &str) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("chromedriver is installed (scripts/install-test-tools)");
        let mut lines = BufReader::new(driver.stdout.take().expect("its output")).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("started successfully on port ")?.1.to_owned()))
            .expect("chromedriver says its port");
        let port = port.trim_end_matches('.');
        let profile = tempfile::tempdir().expect("a folder");
        let arguments = json!([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            format!("--user-data-dir={}", profile.path().display()),
        ]);
        let mut capabilities = Capabilities::new();
        capabilities.insert("goog:chromeOptions".to_owned(), json!({"args": arguments}));
        capabilities.insert("goog:loggingPrefs".to_owned(), json!({"browser": "ALL"}));
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a browser");
        Self { driver, client, url: url.to_owned(), _profile: profile }
    }

    /// A browser in which no page runs a script.
    pub(crate) async fn start_without_scripts(url: &str) -> Self {
        let browser = Self::start(url).await;
        browser.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
        browser
    }

    pub(crate) async fn open(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.url)).await.expect("opened");
    }

    /// Waits until the main part of the page says this: a click may still be on its way.
    pub(crate) async fn sees(&self, part: &str) {
        let found = async || {
            let main = self.client.find(Locator::Css("main")).await.ok()?;
            main.text().await.ok()?.contains(part).then_some(())
        };
        self.wait(&format!("the text {part:?}"), found).await;
    }

    /// Waits until the page has so many elements.
    pub(crate) async fn has(&self, count: usize, selector: &str) {
        let found = async || (self.count(selector).await == count).then_some(());
        self.wait(&format!("{count} of {selector}"), found).await;
    }

    /// Waits until the address begins so.
    pub(crate) async fn is_at(&self, path: &str) {
        let found = async || {
            let url = self.client.current_url().await.ok()?;
            url.path().starts_with(path).then_some(())
        };
        self.wait(&format!("the address {path}"), found).await;
    }

    async fn wait(&self, what: &str, mut found: impl AsyncFnMut() -> Option<()>) {
        let started = Instant::now();
        while found().await.is_none() {
            if started.elapsed() > PATIENCE {
                let page = self.client.source().await.unwrap_or_default();
                let log = self.client.issue_cmd(Log { types: "browser" }).await.ok();
                panic!("waited too long for {what} on\n{page}\nafter\n{log:#?}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) async fn count(&self, selector: &str) -> usize {
        self.client.find_all(Locator::Css(selector)).await.expect("asked").len()
    }

    /// Types into the first field of this name, over what is in it.
    pub(crate) async fn fill(&self, name: &str, text: &str) {
        let selector = format!("main [name='{name}']");
        let field = self.client.find(Locator::Css(&selector)).await;
        let field = field.unwrap_or_else(|e| panic!("{selector}: {e}"));
        field.clear().await.expect("emptied");
        field.send_keys(text).await.expect("typed");
    }

    pub(crate) async fn click(&self, selector: &str) {
        self.wait(&format!("a click on {selector}"), async || {
            let element = self.client.find(Locator::Css(selector)).await.ok()?;
            element.click().await.ok()
        })
        .await;
    }

    /// Sends a form by its button, as a person does, past the browser's own checks of fields: the
    /// server is the judge.
    pub(crate) async fn submit(&self, form: &str) {
        let unchecked = "document.querySelectorAll('form').forEach(f => f.noValidate = true)";
        self.client.execute(unchecked, Vec::new()).await.expect("done");
        self.click(&format!("{form} button:not([type=button])")).await;
    }

    /// Signs in through the page.
    pub(crate) async fn sign_in(&self, handle: &str) {
        self.open("/login").await;
        self.fill("login", handle).await;
        self.fill("password", "correct horse").await;
        self.submit("form[action='/login']").await;
        self.is_at("/home").await;
    }

    /// Types keys at whatever has the focus.
    pub(crate) async fn press(&self, keys: &str) {
        let focused = self.client.active_element().await.expect("something has the focus");
        focused.send_keys(keys).await.expect("typed");
    }

    /// What a script answers.
    pub(crate) async fn ask(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|e| panic!("{script}: {e}"))
    }

    /// What a script answers that calls its last argument when it is done.
    pub(crate) async fn ask_later(&self, script: &str) -> Value {
        self.client
            .execute_async(script, Vec::new())
            .await
            .unwrap_or_else(|e| panic!("{script}: {e}"))
    }

    /// Waits until an expression is true on the page.
    pub(crate) async fn holds(&self, expression: &str) {
        let script = format!("return Boolean({expression})");
        self.wait(expression, async || {
            let value = self.client.execute(&script, Vec::new()).await.ok()?;
            (value == Value::Bool(true)).then_some(())
        })
        .await;
    }

    /// Loads the page again until an expression is true on it.
    pub(crate) async fn holds_after_reload(&self, expression: &str) {
        let script = format!("return Boolean({expression})");
        self.wait(expression, async || {
            self.client.refresh().await.ok()?;
            let value = self.client.execute(&script, Vec::new()).await.ok()?;
            (value == Value::Bool(true)).then_some(())
        })
        .await;
    }

    /// Loses the cookies, and the session with them.
    pub(crate) async fn forget(&self) {
        self.client.delete_all_cookies().await.expect("deleted");
    }

    /// Waits until all scripts of the page are at work.
    pub(crate) async fn is_ready(&self) {
        self.holds("document.documentElement.dataset.ready").await;
    }

    /// Remembers this very page, to see later that it was not left.
    pub(crate) async fn mark(&self) {
        self.ask("window.isMarked = true").await;
    }

    pub(crate) async fn back(&self) {
        self.client.back().await.expect("went back");
    }

    pub(crate) async fn reload(&self) {
        self.client.refresh().await.expect("loaded again");
    }

    /// Cuts the line, or mends it.
    pub(crate) async fn connect(&self, line: Line) {
        let offline = line == Line::Cut;
        let speed = json!({
            "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1
        });
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.emulateNetworkConditions", speed).await;
    }

    pub(crate) async fn prefer(&self, scheme: Scheme) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme.name()}]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features})).await;
    }

    /// Opens each page at each width in each scheme, checks it and takes a picture.
    pub(crate) async fn shoot(&self, folder: &Path, who: &str, paths: &[&str], schemes: &[Scheme]) {
        std::fs::create_dir_all(folder).expect("a folder for pictures");
        for scheme in schemes {
            self.prefer(*scheme).await;
            for width in WIDTHS {
                for path in paths {
                    self.size(width, 900).await;
                    self.open(path).await;
                    self.assert_fits(path, width).await;
                    // As at 1280 pixels enlarged to 400 %.
                    self.size(320, 900).await;
                    self.assert_fits(path, 320).await;
                    self.size(width, 900).await;
                    let height = self.number("return document.documentElement.scrollHeight").await;
                    self.size(width, u32::try_from(height.min(4000)).unwrap_or(4000)).await;
                    let picture = self.client.screenshot().await.expect("a picture");
                    let name = format!("{who}_{}_{width}_{}.png", name_of(path), scheme.name());
                    std::fs::write(folder.join(name), picture).expect("written");
                }
            }
        }
        self.assert_quiet().await;
    }

    async fn assert_fits(&self, path: &str, width: u32) {
        let url = self.client.current_url().await.expect("an address");
        assert_eq!(url.path(), path, "the page that was asked for");
        let wide = self.number("return document.documentElement.scrollWidth").await;
        assert!(wide <= u64::from(width), "{path} is {wide} px wide in a window of {width}");
        assert_eq!(self.count("h1").await, 1, "{path} has one h1");
    }

    /// The console has nothing but the 404 that was asked for.
    async fn assert_quiet(&self) {
        self.assert_quiet_but(&["/nowhere"]).await;
    }

    /// The console has nothing (no error, no refusal by the content security policy) but what has
    /// one of these in it.
    pub(crate) async fn assert_quiet_but(&self, expected: &[&str]) {
        let log = Log { types: "browser" };
        let log = self.client.issue_cmd(log).await.expect("the console's log");
        let complaints: Vec<&Value> = log
            .as_array()
            .into_iter()
            .flatten()
            .filter(|entry| {
                let message = entry["message"].as_str().unwrap_or_default();
                !expected.iter().any(|part| message.contains(part))
            })
            .collect();
        assert!(complaints.is_empty(), "{complaints:#?}");
    }

    pub(crate) async fn size(&self, width: u32, height: u32) {
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 700
        });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    async fn number(&self, script: &str) -> u64 {
        let value = self.client.execute(script, Vec::new()).await.expect("a number");
        value.as_u64().expect("a number")
    }

    async fn devtools(&self, cmd: &str, params: Value) {
        let command = Devtools { cmd: cmd.to_owned(), params };
        self.client.issue_cmd(command).await.expect("done");
    }

    pub(crate) async fn stop(self) {
        self.client.clone().close().await.expect("closed");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A failed test leaves by here: the driver's own group is it and its browser.
        let group = format!("-{}", self.driver.id());
        let _ = Command::new("kill").args(["-s", "KILL", "--", &group]).status();
        let _ = self.driver.wait();
    }
}

/// A page's name in the name of its picture.
fn name_of(path: &str) -> String {
    let parts = path.trim_matches('/').split('/');
    let name = |part: &str| match part.parse::<i64>() {
        Ok(_) => "tweet".to_owned(),
        Err(_) => part.trim_start_matches('@').to_owned(),
    };
    let names: Vec<String> = parts.map(name).collect();
    if path == "/" { "landing".to_owned() } else { names.join("-") }
}

/// Chromium's own protocol, for what WebDriver has no words for.
#[derive(Debug)]
struct Devtools {
    cmd: String,
    params: Value,
}

impl WebDriverCompatibleCommand for Devtools {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        let body = json!({"cmd": self.cmd, "params": self.params});
        (http::Method::POST, Some(body.to_string()))
    }
}

/// What the browser logged since the last time.
#[derive(Debug)]
struct Log {
    types: &'static str,
}

impl WebDriverCompatibleCommand for Log {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({"type": self.types}).to_string()))
    }
}
