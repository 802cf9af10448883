//! From a report to a limit, an appeal and back, as the three concerned see it.

use serde_json::json;

use super::axe::Axe;
use super::driver::{Browser, Scripts};
use super::looks::{Camera, Viewing};
use super::town::post;
use crate::process::{Client, Server, run};

/// The tweet that is complained of.
const WARES: &str = "Ten thousand followers for the price of nine! #wares";

/// Ann reports eve, moe looks after it.
struct Story {
    server: Server,
    folder: tempfile::TempDir,
    browser: Browser,
    scripts: Scripts,
}

impl Story {
    async fn begin(scripts: Scripts) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::start(folder.path());
        for handle in ["ann", "moe", "ada"] {
            Client::sign_up(&server.url, handle);
        }
        let eve = Client::sign_up(&server.url, "eve");
        post(&eve, &json!({"content": WARES}));
        run(folder.path(), &["user", "set-role", "moe", "moderator"]);
        run(folder.path(), &["user", "set-role", "ada", "admin"]);
        let browser = Browser::start_with(&server.url, scripts).await;
        browser.size(1280, 900).await;
        Self { server, folder, browser, scripts }
    }

    async fn enter(&self, handle: &str) {
        self.browser.size(1280, 900).await;
        self.browser.forget().await;
        self.browser.sign_in(handle).await;
        self.browser.has(usize::from(self.scripts == Scripts::On), "html[data-ready]").await;
    }

    /// What everybody is shown holds so many of eve's tweets.
    async fn assert_public(&self, count: usize) {
        self.browser.open("/explore").await;
        self.browser.has(1, "h1").await;
        assert_eq!(self.browser.count("main article a.at[href^='/@eve/']").await, count);
    }

    /// What it looks like, where that is not the same as before.
    async fn look(&self, name: &str) {
        if self.scripts == Scripts::On {
            let viewing =
                Viewing { browser: &self.browser, camera: Camera::new(), axe: Axe::fetch() };
            viewing.look(name).await;
            self.browser.size(1280, 900).await;
        }
    }

    async fn ann_reports(&self) {
        let browser = &self.browser;
        self.enter("ann").await;
        browser.open("/@eve").await;
        browser.click("article .menu summary").await;
        browser.click("article .menu a[href^='/report?user=eve&tweet=']").await;
        browser.sees("Report @eve").await;
        browser.has(1, "input[name=tweet]:checked").await;
        self.look("report").await;
        browser.click("label:has([name=category][value=other])").await;
        browser.submit("main form[action='/report']").await;
        browser.has(1, "main .error").await;
        self.look("report-refused").await;
        browser.fill("comment", "She sells followers.").await;
        browser.submit("main form[action='/report']").await;
        browser.sees("Thank you").await;
        self.look("reported").await;
        browser.open("/admin").await;
        browser.sees("404").await;
    }

    async fn moe_limits(&self) {
        let browser = &self.browser;
        self.enter("moe").await;
        browser.open("/admin").await;
        browser.has(1, "main article").await;
        self.look("admin-queue").await;
        browser.click("main article a").await;
        browser.sees("She sells followers.").await;
        browser.submit("main form[action$='/take']").await;
        browser.has(1, "form[action$='/let-go']").await;
        self.look("admin-report").await;
        browser.click("label:has([name=kind][value=limit])").await;
        browser.fill("reason", "Followers are not for sale here.").await;
        browser.submit("main form[action$='/act']").await;
        browser.has(0, "main form[action$='/let-go'] [formaction$='/resolve']").await;
        self.assert_public(0).await;
        browser.open("/admin/accounts/eve").await;
        browser.fill("note", "The first time.").await;
        browser.submit("main form[action$='/note']").await;
        browser.sees("The first time.").await;
        self.look("admin-account").await;
    }

    async fn eve_appeals(&self) {
        let browser = &self.browser;
        self.enter("eve").await;
        browser.click("main .notice a[href='/settings/standing']").await;
        browser.sees("Followers are not for sale here.").await;
        browser.click("details.appeal summary").await;
        self.look("standing").await;
        browser.fill("text", "It was a joke about prices.").await;
        browser.submit("main form[action$='/appeal']").await;
        browser.has(0, "main form[action$='/appeal']").await;
        browser.sees("It was a joke about prices.").await;
        self.look("standing-appealed").await;
    }

    async fn moe_restores(&self) {
        let browser = &self.browser;
        self.enter("moe").await;
        browser.open("/admin/appeals").await;
        browser.sees("It was a joke about prices.").await;
        browser.fill("reason", "Now we see it.").await;
        self.look("admin-appeals").await;
        browser.click("main button[value=accept]").await;
        browser.has(0, "main button[value=accept]").await;
        self.assert_public(1).await;
        browser.open("/admin/log").await;
        browser.has(1, "h1").await;
        self.look("admin-log").await;
    }

    async fn ada_looks_around(&self) {
        let browser = &self.browser;
        self.enter("ada").await;
        browser.open("/admin/rules").await;
        browser.fill("text", "Nothing is sold here.").await;
        browser.submit("main form[action='/admin/rules']").await;
        browser.has(1, "input[value='Nothing is sold here.']").await;
        self.look("admin-rules").await;
        browser.open("/about/rules").await;
        browser.sees("Nothing is sold here.").await;
        self.look("rules").await;
        for page in ["blocks", "trends", "numbers", "automod", "held"] {
            browser.open(&format!("/admin/{page}")).await;
            browser.has(1, "h1").await;
            self.look(&format!("admin-{page}")).await;
        }
        browser.open("/admin/accounts/eve").await;
        browser.click("label:has([name=kind][value=suspend])").await;
        browser.fill("reason", "Followers were sold after all.").await;
        browser.submit("main form[action$='/act']").await;
        browser.sees("Followers were sold after all.").await;
        self.look("admin-suspended").await;
        self.assert_public(0).await;
        browser.open("/@eve").await;
        browser.sees("404").await;
    }

    async fn eve_reads_why(&self) {
        let browser = &self.browser;
        browser.size(1280, 900).await;
        browser.forget().await;
        browser.open("/login").await;
        browser.fill("login", "eve").await;
        browser.fill("password", "correct horse").await;
        browser.submit("form[action='/login']").await;
        browser.is_at("/settings/standing").await;
        browser.sees("Followers were sold after all.").await;
        self.look("suspended").await;
        browser.open("/home").await;
        browser.is_at("/settings/standing").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_a_report_to_a_limit_an_appeal_and_back() {
    for scripts in Scripts::BOTH {
        let story = Story::begin(scripts).await;
        story.ann_reports().await;
        story.moe_limits().await;
        story.eve_appeals().await;
        story.moe_restores().await;
        let log = run(story.folder.path(), &["moderate", "log"]);
        let kinds: Vec<_> = log.lines().filter_map(|line| line.split(' ').nth(3)).collect();
        let told = [
            "accept-appeal",
            "appeal",
            "note",
            "limit",
            "assign",
            "report",
            "set-role",
            "set-role",
        ];
        assert_eq!(kinds, told, "{log}");
        story.ada_looks_around().await;
        story.eve_reads_why().await;
        let checked = run(story.folder.path(), &["moderate", "verify-log"]);
        assert!(checked.contains("whole: 10 lines"), "{checked}");
        story.browser.assert_quiet_but(&["404", "422"]).await;
        story.browser.stop().await;
        assert!(story.server.terminate().success());
    }
}
