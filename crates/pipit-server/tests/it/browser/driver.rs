//! Chromium through its driver, and what a person does with it.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::error::CmdError;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

/// Longer than any page takes here.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whether pages may run scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scripts {
    On,
    Off,
}

impl Scripts {
    pub(crate) const BOTH: [Self; 2] = [Self::On, Self::Off];
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

    /// A browser in which pages run scripts, or none does.
    pub(crate) async fn start_with(url: &str, scripts: Scripts) -> Self {
        let browser = Self::start(url).await;
        if scripts == Scripts::Off {
            browser.disable_scripts().await;
        }
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
                let log = self.log().await;
                let file = std::env::temp_dir().join("pipit-waited-too-long.png");
                std::fs::write(file, self.picture().await).expect("a picture of it");
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

    /// Chooses a file for a field, as its window does.
    pub(crate) async fn choose(&self, selector: &str, file: &Path) {
        let field = self.client.find(Locator::Css(selector)).await.expect("a field for a file");
        field.send_keys(&file.display().to_string()).await.expect("chosen");
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

    pub(crate) async fn path(&self) -> String {
        self.client.current_url().await.expect("an address").path().to_owned()
    }

    pub(crate) async fn picture(&self) -> Vec<u8> {
        self.client.screenshot().await.expect("a picture")
    }

    /// Asks the driver for what it has no method for.
    pub(crate) async fn command(
        &self,
        command: impl WebDriverCompatibleCommand + Send + 'static,
    ) -> Result<Value, CmdError> {
        self.client.issue_cmd(command).await
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

    pub(crate) async fn number(&self, script: &str) -> u64 {
        self.ask(script).await.as_u64().expect("a number")
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
