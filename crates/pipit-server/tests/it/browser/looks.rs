//! Pictures of every page and state, in `target/screenshots`, for people to look at; and what a
//! machine can see of looks: each page fits its window, down to a desktop's zoomed to 400 %.

use std::path::{Path, PathBuf};

use pipit_model::limits::ACCOUNT_TRIES_MAX;
use serde_json::json;

use super::axe::Axe;
use super::devtools::{Line, Scheme};
use super::driver::Browser;
use super::town::{Town, picture};
use crate::process::{Client, Server};

/// The widths of a desktop, a tablet and a phone, in CSS pixels.
const WIDTHS: [u32; 3] = [1280, 900, 390];
/// What is left of a desktop's window when its text is four times as large.
const ZOOMED: u32 = 320;
/// A picture of a page is not taller than this.
const TALLEST: u64 = 4000;

/// What the town's pages have the console say: what was asked for is not there, or not a search.
const REFUSED: [&str; 2] = ["/nowhere", "since:yesterday"];

pub(crate) struct Camera {
    folder: PathBuf,
}

impl Camera {
    pub(crate) fn new() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        Self { folder }
    }

    /// The window as it stands.
    async fn shoot(&self, browser: &Browser, name: &str) {
        let file = self.folder.join(format!("{name}.png"));
        std::fs::write(file, browser.picture().await).expect("written");
    }

    /// The window as it stands, on a desktop and a phone, light and dark.
    pub(crate) async fn shoot_state(&self, browser: &Browser, name: &str) {
        for width in [390, 1280] {
            browser.size(width, 900).await;
            for scheme in Scheme::BOTH {
                browser.prefer(scheme).await;
                self.shoot(browser, &format!("state_{name}_{width}_{}", scheme.name())).await;
            }
        }
    }

    /// Each page at these widths.
    async fn shoot_pages(&self, browser: &Browser, who: &str, paths: &[String], looks: &Looks) {
        for path in paths {
            browser.open(path).await;
            browser.is_ready().await;
            if looks.runs_right_to_left {
                browser.ask("document.documentElement.dir = 'rtl'").await;
            }
            browser.size(ZOOMED, 256).await;
            assert_fits(browser, path, ZOOMED).await;
            for width in looks.widths {
                browser.size(*width, 900).await;
                assert_fits(browser, path, *width).await;
                let height = browser.number("return document.documentElement.scrollHeight").await;
                let height = u32::try_from(height.clamp(900, TALLEST)).expect("a height");
                browser.size(*width, height).await;
                let name = format!("{who}_{}_{width}_{}", name_of(path), looks.scheme.name());
                self.shoot(browser, &name).await;
            }
        }
        browser.assert_quiet_but(&REFUSED).await;
    }
}

struct Looks {
    scheme: Scheme,
    widths: &'static [u32],
    runs_right_to_left: bool,
}

impl Looks {
    const fn of(scheme: Scheme) -> Self {
        Self { scheme, widths: &WIDTHS, runs_right_to_left: false }
    }
}

async fn assert_fits(browser: &Browser, path: &str, width: u32) {
    let asked = path.split('?').next().unwrap_or_default();
    assert_eq!(browser.path().await, asked, "the page that was asked for");
    let wide = browser.number("return document.documentElement.scrollWidth").await;
    assert!(wide <= u64::from(width), "{path} is {wide} px wide in a window of {width}");
    assert_eq!(browser.count("h1").await, 1, "{path} has one h1");
}

/// A page's name in the name of its picture.
fn name_of(path: &str) -> String {
    let part = |part: &str| match part.parse::<i64>() {
        Ok(_) => "N".to_owned(),
        Err(_) => part.trim_start_matches('@').to_owned(),
    };
    let is_break = |c: char| !c.is_alphanumeric() && c != '@';
    let parts: Vec<String> =
        path.split(is_break).filter(|part| !part.is_empty()).map(part).collect();
    if parts.is_empty() { "landing".to_owned() } else { parts.join("-") }
}

/// The same page of another tweet would have the same name.
fn without_twins(mut paths: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    paths.retain(|path| seen.insert(name_of(path)) || path.starts_with("/@bob/"));
    paths
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_fits_its_window() {
    let town = Town::build();
    let camera = Camera::new();
    let browser = Browser::start(&town.server.url).await;
    let [light, dark] = Scheme::BOTH.map(Looks::of);
    for looks in [&light, &dark] {
        browser.prefer(looks.scheme).await;
        camera.shoot_pages(&browser, "out", &town.public(), looks).await;
    }
    browser.sign_in("ann").await;
    for looks in [&light, &dark] {
        browser.prefer(looks.scheme).await;
        camera.shoot_pages(&browser, "in", &town.own(), looks).await;
    }
    browser.forget().await;
    browser.sign_in("eve").await;
    camera.shoot_pages(&browser, "new", &Town::empty(), &dark).await;
    browser.forget().await;
    browser.sign_in("moe").await;
    for looks in [&light, &dark] {
        browser.prefer(looks.scheme).await;
        camera.shoot_pages(&browser, "staff", &Town::moderators(), looks).await;
    }
    browser.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_fits_its_window_in_german_and_from_right_to_left() {
    let town = Town::build();
    let camera = Camera::new();
    let browser = Browser::start(&town.server.url).await;
    let widths: &[u32] = &[1280, 390];
    let german = Looks { scheme: Scheme::Light, widths, runs_right_to_left: false };
    let mirrored = Looks { scheme: Scheme::Light, widths, runs_right_to_left: true };
    browser.prefer(Scheme::Light).await;
    browser.speak("de").await;
    camera.shoot_pages(&browser, "de-out", &without_twins(town.public()), &german).await;
    browser.sign_in("ann").await;
    browser.has(1, "html[lang=de]").await;
    camera.shoot_pages(&browser, "de-in", &without_twins(town.own()), &german).await;
    browser.speak("en").await;
    camera.shoot_pages(&browser, "rtl", &without_twins(town.own()), &mirrored).await;
    browser.stop().await;
}

/// A state is looked at by eye, and by axe.
pub(crate) struct Viewing<'a> {
    pub(crate) browser: &'a Browser,
    pub(crate) camera: Camera,
    pub(crate) axe: Axe,
}

impl Viewing<'_> {
    pub(crate) async fn look(&self, name: &str) {
        self.camera.shoot_state(self.browser, name).await;
        let findings = self.axe.findings(self.browser).await;
        assert!(findings.is_empty(), "{name}: {findings:#?}");
    }

    async fn open(&self, path: &str) {
        self.browser.size(1280, 900).await;
        self.browser.open(path).await;
        self.browser.is_ready().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_state_can_be_looked_at() {
    let town = Town::build();
    let browser = Browser::start(&town.server.url).await;
    let viewing = Viewing { browser: &browser, camera: Camera::new(), axe: Axe::fetch() };
    forms_that_were_refused(&viewing).await;
    browser.sign_in("ann").await;
    windows(&viewing).await;
    messages(&viewing).await;
    second_factor(&viewing).await;
    pictures_to_post(&viewing).await;
    browser.assert_quiet_but(&["422", "401", "404", "403", "405", "ERR_INTERNET"]).await;
    browser.stop().await;
}

/// Last of all it shuts its network out, so it has a server of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_tries_too_often_is_told_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    Client::sign_up(&server.url, "eve");
    let browser = Browser::start(&server.url).await;
    let viewing = Viewing { browser: &browser, camera: Camera::new(), axe: Axe::fetch() };
    let guess = json!({"login": "eve", "password": "not the right one"});
    for _ in 0..ACCOUNT_TRIES_MAX {
        let answer = Client::anonymous(&server.url).post("/sessions", &guess);
        assert_eq!(answer.expect("answered").0, 401);
    }
    viewing.open("/login").await;
    browser.fill("login", "eve").await;
    browser.fill("password", "not the right one").await;
    browser.submit("form[action='/login']").await;
    browser.sees("Too many").await;
    viewing.look("too-many-tries").await;
    browser.assert_quiet_but(&["429"]).await;
    browser.stop().await;
}

async fn forms_that_were_refused(viewing: &Viewing<'_>) {
    let browser = viewing.browser;
    viewing.open("/signup").await;
    for (field, text) in [("handle", "not a handle"), ("email", "nobody"), ("password", "short")] {
        browser.fill(field, text).await;
    }
    browser.submit("form[action='/signup']").await;
    browser.holds("document.querySelector('main .error')").await;
    viewing.look("signup-refused").await;
    viewing.open("/login").await;
    browser.fill("login", "ann").await;
    browser.fill("password", "wrong horse").await;
    browser.submit("form[action='/login']").await;
    browser.sees("Try again").await;
    viewing.look("login-refused").await;
    viewing.open("/@ann/1/like").await;
    viewing.look("error-405").await;
}

async fn windows(viewing: &Viewing<'_>) {
    let browser = viewing.browser;
    viewing.open("/home").await;
    browser.press("?").await;
    browser.has(1, "dialog.keys[open]").await;
    viewing.look("help").await;
    browser.press("\u{e00c}").await;
    browser.has(0, "dialog").await;
    browser.press("n").await;
    browser.has(1, "dialog textarea").await;
    viewing.look("compose-window").await;
    browser.press("For @b").await;
    browser.has(1, "dialog .suggestions [aria-selected=true]").await;
    viewing.look("compose-suggestions").await;
    browser.press("\u{e00c}\u{e00c}").await;
    browser.has(0, "dialog").await;
    browser.press("j").await;
    browser.press("r").await;
    browser.has(1, "dialog .above").await;
    viewing.look("reply-window").await;
    browser.press("\u{e00c}").await;
    browser.has(0, "dialog").await;
    browser.click("article:has(.menu a) .menu summary").await;
    viewing.look("menu").await;
}

async fn messages(viewing: &Viewing<'_>) {
    let browser = viewing.browser;
    viewing.open("/home").await;
    let long = "One more thing, and then another. ".repeat(9);
    let script = format!(
        "const t = document.querySelector('[name=content]'); t.value = '{long}'; \
         t.dispatchEvent(new Event('input', {{bubbles: true}}))"
    );
    browser.ask(&script).await;
    browser.holds("document.querySelector('.excess mark').textContent").await;
    viewing.look("too-long").await;
    browser.click("form.composer .btn").await;
    browser.has(1, "form.composer .error").await;
    viewing.look("refused").await;
    browser.fill("content", "A draft that was kept").await;
    browser.holds("localStorage['draft:/@ann:']?.includes('A draft')").await;
    viewing.open("/home").await;
    browser.has(1, ".toast").await;
    viewing.look("draft-restored").await;
    browser.connect(Line::Cut).await;
    browser.holds("document.querySelector('.offline:not([hidden])')").await;
    viewing.look("offline").await;
    browser.connect(Line::Whole).await;
    browser.fill("content", "").await;
    viewing.open("/home").await;
    browser.click("article:has([formaction$='/delete']) .menu summary").await;
    browser.click(".menu[open] [formaction$='/delete']").await;
    browser.has(1, ".toast").await;
    viewing.look("deleting").await;
    browser.click(".toast button:not(.shut)").await;
    viewing.open("/settings").await;
    browser.fill("name", "Ann of the birds").await;
    browser.submit("form[action='/settings']").await;
    browser.has(1, ".notice.good").await;
    viewing.look("saved").await;
}

async fn pictures_to_post(viewing: &Viewing<'_>) {
    let browser = viewing.browser;
    let folder = tempfile::tempdir().expect("a folder");
    let (sky, lie) = (folder.path().join("sky.png"), folder.path().join("lie.png"));
    std::fs::write(&sky, picture(400, 300)).expect("written");
    std::fs::write(&lie, "no picture at all").expect("written");
    viewing.open("/compose").await;
    browser.fill("content", "Look up!").await;
    browser.click("details.add summary").await;
    viewing.look("compose-add-pictures").await;
    browser.choose("main .add p:nth-of-type(1) [type=file]", &sky).await;
    browser.choose("main .add p:nth-of-type(2) [type=file]", &lie).await;
    viewing.look("compose-pictures").await;
    browser.submit("main form[action='/compose']").await;
    browser.has(1, ".kept").await;
    viewing.look("compose-picture-refused").await;
    // Signed out while writing.
    viewing.open("/compose").await;
    browser.disable_scripts().await;
    browser.open("/compose").await;
    browser.fill("content", "Precious").await;
    browser.forget().await;
    browser.submit("main form[action='/compose']").await;
    browser.sees("signed out").await;
    viewing.camera.shoot_state(browser, "signed-out-while-writing").await;
}

async fn second_factor(viewing: &Viewing<'_>) {
    viewing.open("/settings/security").await;
    viewing.browser.submit("form[action='/settings/security/factor']").await;
    viewing.browser.has(1, "svg.qr").await;
    viewing.look("second-factor").await;
}
