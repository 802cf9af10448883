//! The stylesheet, the scripts and the icon: inside the binary, under an address that changes with
//! their content, so that browsers keep them for ever.
//!
//! All stand under the hash of all, `/assets/HASH/NAME`, so that scripts find each other by relative
//! imports. To add a script: a file in `assets/js/`, and its line in `app.js`, which loads it where
//! it is of use.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{LazyLock, OnceLock};

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use pipit_http::Problem;
use pipit_http::routes::{Routes, get};
use rust_embed::Embed;

use crate::compress::{self, Effort, accepts};
use crate::error::Failure;
use crate::extract::Path;
use crate::words::{self, Words};

/// As it was at build time; a debug build reads it from disk at its start.
#[derive(Embed)]
#[folder = "assets/"]
struct Folder;

/// One sheet is sent, several are written. The first one names the layers.
const SHEETS: [&str; 6] =
    ["tokens.css", "base.css", "layout.css", "tweets.css", "parts.css", "live.css"];

const KEEP: (HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=31536000, immutable");
const VARY: (HeaderName, &str) = (header::VARY, "Accept-Encoding");

static ASSETS: LazyLock<Assets> = LazyLock::new(Assets::read);
/// The stylesheet's address.
pub(crate) static STYLESHEET: LazyLock<String> = LazyLock::new(|| address("pipit.css"));
/// The icon's address.
pub(crate) static FAVICON: LazyLock<String> = LazyLock::new(|| address("bird.svg"));
/// The address of what a phone needs to know to install the pages as an app.
pub(crate) static MANIFEST: LazyLock<String> = LazyLock::new(|| address("pipit.webmanifest"));
/// The address of the script that loads the others.
pub(crate) static SCRIPT: LazyLock<String> = LazyLock::new(|| address("app.js"));

fn address(name: &str) -> String {
    format!("/assets/{}/{name}", ASSETS.version)
}

/// A file, and how it is sent.
struct Asset {
    kind: &'static str,
    plain: Bytes,
    /// [`None`] if that failed: then it goes as it is.
    brotli: OnceLock<Option<Bytes>>,
    gzip: OnceLock<Option<Bytes>>,
}

struct Assets {
    version: String,
    files: BTreeMap<String, Asset>,
}

impl Assets {
    fn read() -> Self {
        let sheet = SHEETS.map(text).concat();
        let mut sources = vec![
            ("pipit.css".to_owned(), "text/css; charset=utf-8", sheet),
            ("bird.svg".to_owned(), "image/svg+xml", text("favicon.svg").into_owned()),
            (
                "pipit.webmanifest".to_owned(),
                "application/manifest+json",
                text("manifest.json").into_owned(),
            ),
        ];
        let script = "text/javascript; charset=utf-8";
        for path in Folder::iter() {
            if let Some(name) = path.strip_prefix("js/") {
                sources.push((name.to_owned(), script, lean(&text(&path))));
            }
        }
        for words in words::ALL {
            sources.push((format!("words.{}.js", words.lang), script, words_module(words)));
        }
        // The hash only tells versions apart, it protects nothing.
        let mut hasher = DefaultHasher::new();
        sources.hash(&mut hasher);
        let asset = |(name, kind, content): (_, _, String)| {
            let (brotli, gzip) = (OnceLock::new(), OnceLock::new());
            (name, Asset { kind, plain: content.into(), brotli, gzip })
        };
        Self {
            version: format!("{:016x}", hasher.finish()),
            files: sources.into_iter().map(asset).collect(),
        }
    }
}

/// A file of the folder. All are there: a test reads them.
fn text(path: &str) -> Cow<'static, str> {
    match Folder::get(path).map(|file| file.data) {
        Some(Cow::Borrowed(bytes)) => String::from_utf8_lossy(bytes),
        Some(Cow::Owned(bytes)) => String::from_utf8_lossy(&bytes).into_owned().into(),
        None => Cow::Borrowed(""),
    }
}

/// A script without its indentation and its lines of comment. No text in ours spans lines.
fn lean(script: &str) -> String {
    let lines = script.lines().map(str::trim);
    let code = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    code.fold(String::with_capacity(script.len()), |lean, line| lean + line + "\n")
}

/// What scripts say in this language.
fn words_module(words: &Words) -> String {
    // Texts and nothing else: that always is JSON.
    format!("export default {}\n", serde_json::to_string(&words.script).unwrap_or_default())
}

impl Asset {
    /// The first time a file is asked for, it is compressed: some 20 ms, once.
    fn brotli(&self) -> Option<Bytes> {
        self.brotli.get_or_init(|| compress::brotli(&self.plain).ok()).clone()
    }

    fn gzip(&self) -> Option<Bytes> {
        self.gzip.get_or_init(|| compress::gzip(&self.plain, Effort::Best).ok()).clone()
    }
}

pub(crate) fn routes() -> Routes<()> {
    Routes::new().route("/assets/{version}/{file}", get(get_asset))
}

async fn get_asset(Path((version, file)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let asset = ASSETS.files.get(&file).filter(|_| version == ASSETS.version);
    let Some(asset) = asset else {
        // A page of an older version asks for what this one does not have.
        return Failure::from(Problem::no_such_path()).into_response();
    };
    let kind = (header::CONTENT_TYPE, asset.kind);
    let encoded = |name| (header::CONTENT_ENCODING, name);
    if accepts(&headers, "br")
        && let Some(bytes) = asset.brotli()
    {
        ([KEEP, VARY, kind, encoded("br")], bytes).into_response()
    } else if accepts(&headers, "gzip")
        && let Some(bytes) = asset.gzip()
    {
        ([KEEP, VARY, kind, encoded("gzip")], bytes).into_response()
    } else {
        ([KEEP, VARY, kind], asset.plain.clone()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kilobytes of brotli that all scripts of a page may have; UX.md says why.
    const SCRIPTS_MAX: usize = 15_000;
    const SHEET_MAX: usize = 12_000;

    #[test]
    fn the_folder_is_whole_and_small() {
        for path in SHEETS.into_iter().chain(["favicon.svg", "manifest.json", "js/app.js"]) {
            assert!(!text(path).is_empty(), "{path}");
        }
        let size = |end: &str| -> usize {
            let files = ASSETS.files.iter().filter(|(name, _)| name.ends_with(end));
            // A page has the words of one language. What few need is loaded when they do.
            let later = ["words.en.js", "passkey.js", "pictures.js", "viewer.js"];
            let files = files.filter(|(name, _)| !later.contains(&name.as_str()));
            files.map(|(_, asset)| asset.brotli().expect("brotli").len()).sum()
        };
        let (scripts, sheet) = (size(".js"), size(".css"));
        println!("{scripts} bytes of scripts, {sheet} of style");
        assert!(scripts <= SCRIPTS_MAX, "{scripts} bytes of scripts");
        assert!(sheet <= SHEET_MAX, "{sheet} bytes of style");
    }

    #[test]
    fn scripts_lose_only_what_nobody_runs() {
        let script = "// Why.\nif (a) {\n  b('//x') // c\n}\n\n";
        assert_eq!(lean(script), "if (a) {\nb('//x') // c\n}\n");
        // What `lean` relies on: no text goes over several lines.
        for path in Folder::iter().filter(|path| path.starts_with("js/")) {
            for (n, line) in text(&path).lines().enumerate() {
                assert!(line.matches('`').count() % 2 == 0, "{path}:{}: {line}", n + 1);
                assert!(!line.contains("/*"), "{path}:{}: comments are lines", n + 1);
            }
        }
    }
}
