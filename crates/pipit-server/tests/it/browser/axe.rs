//! axe-core, which looks for barriers in pages: from the npm registry, at test time.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use super::driver::Browser;

const PACKAGE: &str = "axe-core@4.14.1";

pub(crate) struct Axe(String);

impl Axe {
    /// Its source, fetched the first time.
    pub(crate) fn fetch() -> Self {
        static FETCHED: OnceLock<String> = OnceLock::new();
        Self(FETCHED.get_or_init(fetch).clone())
    }

    /// Its findings at WCAG levels A and AA on the page as it stands, in words.
    pub(crate) async fn findings(&self, browser: &Browser) -> Vec<String> {
        let load = format!("if (!window.axe) {{ {}\n; }}", self.0);
        browser.ask(&load).await;
        let run = "const done = arguments[arguments.length - 1]; \
            const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']; \
            axe.run(document, {runOnly}) \
               .then(found => done(found.violations), error => done([{id: String(error)}]))";
        let found = browser.ask_later(run).await;
        found.as_array().expect("findings").iter().map(in_words).collect()
    }
}

fn in_words(finding: &Value) -> String {
    let nodes = finding["nodes"].as_array().into_iter().flatten();
    let places: Vec<&str> = nodes.take(3).filter_map(|node| node["html"].as_str()).collect();
    format!("{}: {places:?}", finding["id"])
}

fn fetch() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target").join(PACKAGE);
    let file = folder.join("package/axe.min.js");
    if !file.exists() {
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut npm = Command::new("npm");
        npm.args(["pack", PACKAGE, "--silent", "--pack-destination"]).arg(&folder);
        let packed = npm.output().expect("npm is installed (scripts/install-test-tools)");
        assert!(packed.status.success(), "{}", String::from_utf8_lossy(&packed.stderr));
        let name = String::from_utf8_lossy(&packed.stdout).trim().to_owned();
        let mut tar = Command::new("tar");
        tar.arg("xzf").arg(folder.join(name)).arg("-C").arg(&folder);
        assert!(tar.status().expect("tar").success(), "unpacked");
    }
    std::fs::read_to_string(file).expect("the checker")
}
