//! What Chromium does only when it is asked in its own protocol: windows of another size, other
//! preferences, slow lines and cut ones, downloads, and what stands in its console.

use std::path::Path;

use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};

use super::driver::Browser;

/// The colours that the person prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Light,
    Dark,
}

impl Scheme {
    pub(crate) const BOTH: [Self; 2] = [Self::Light, Self::Dark];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The way from the browser to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    Whole,
    Cut,
    /// 1.6 Mbit/s, 150 ms, as a phone has it in a train.
    Slow,
}

impl Browser {
    /// Cuts the line, mends it, or makes it slow.
    pub(crate) async fn connect(&self, line: Line) {
        let (latency, bytes_a_second) = if line == Line::Slow { (150, 200_000) } else { (0, -1) };
        let speed = json!({
            "offline": line == Line::Cut, "latency": latency,
            "downloadThroughput": bytes_a_second, "uploadThroughput": bytes_a_second
        });
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.emulateNetworkConditions", speed).await;
    }

    /// Makes the processor so many times slower.
    pub(crate) async fn slow_down(&self, times: u32) {
        self.devtools("Emulation.setCPUThrottlingRate", json!({"rate": times})).await;
    }

    /// Forgets all files of earlier pages.
    pub(crate) async fn clear_cache(&self) {
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.clearBrowserCache", json!({})).await;
    }

    /// Files that pages hand out go into this folder.
    pub(crate) async fn download_to(&self, folder: &Path) {
        let behaviour = json!({"behavior": "allow", "downloadPath": folder});
        self.devtools("Browser.setDownloadBehavior", behaviour).await;
    }

    /// Prefers these colours, and nothing that moves: what is looked at has come to rest.
    pub(crate) async fn prefer(&self, scheme: Scheme) {
        let features = json!([
            {"name": "prefers-color-scheme", "value": scheme.name()},
            {"name": "prefers-reduced-motion", "value": "reduce"}
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features})).await;
    }

    /// What keeps the browser from installing the page as an app.
    pub(crate) async fn hindrances(&self) -> Value {
        let found = self.devtools("Page.getInstallabilityErrors", json!({})).await;
        found["installabilityErrors"].clone()
    }

    /// Asks for pages in this language.
    pub(crate) async fn speak(&self, language: &str) {
        self.devtools("Network.enable", json!({})).await;
        let headers = json!({"headers": {"Accept-Language": language}});
        self.devtools("Network.setExtraHTTPHeaders", headers).await;
    }

    /// Presses Tab, wherever the focus is: WebDriver only types, which fields for files do not take.
    pub(crate) async fn tab(&self) {
        for kind in ["rawKeyDown", "keyUp"] {
            let key = json!({
                "type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9
            });
            self.devtools("Input.dispatchKeyEvent", key).await;
        }
    }

    pub(crate) async fn disable_scripts(&self) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await;
    }

    pub(crate) async fn size(&self, width: u32, height: u32) {
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 700
        });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// What the browser logged since the last time: errors, refusals by the content security policy.
    pub(crate) async fn log(&self) -> Value {
        self.command(Log { types: "browser" }).await.expect("the console's log")
    }

    /// The console has nothing (no error, no refusal by the content security policy) but what has
    /// one of these in it.
    pub(crate) async fn assert_quiet_but(&self, expected: &[&str]) {
        let log = self.log().await;
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

    /// Has each page run this before anything of its own.
    pub(crate) async fn run_first(&self, script: &str) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": script})).await;
    }

    /// Connects a device with passkeys.
    pub(crate) async fn add_authenticator(&self, device: Value) {
        self.command(AddAuthenticator(device)).await.expect("connected");
    }

    async fn devtools(&self, cmd: &str, params: Value) -> Value {
        let command = Devtools { cmd: cmd.to_owned(), params };
        self.command(command).await.expect("done")
    }
}

/// A device with passkeys, by the protocol that all browsers know (`WebAuthn`, 12).
#[derive(Debug)]
struct AddAuthenticator(Value);

impl WebDriverCompatibleCommand for AddAuthenticator {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/webauthn/authenticator", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.0.to_string()))
    }
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
