//! What stands in `deploy/` speaks of metrics that there are.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;

use crate::process::{Client, Server};

const FILES: [&str; 3] =
    ["grafana/pipit.json", "prometheus/alerts.yaml", "prometheus/adapter-values.yaml"];
/// What the adapter makes of another one.
const MADE: &str = "pipit_http_request_p99_seconds";
/// These are there only beside Redis: they must stand in the sources of the bus.
const OF_THE_BUS: &str = "pipit_bus_";

/// The names of metrics in a text, without what a histogram appends.
fn names(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.split(|c: char| !is_part(c)).filter(|word| word.starts_with("pipit_"));
    let base = |word: &str| {
        let ends = ["_bucket", "_count", "_sum"];
        let end = ends.iter().find_map(|end| word.strip_suffix(end));
        end.unwrap_or(word).to_owned()
    };
    words.map(base).collect()
}

fn sources_of_the_bus(folder: &Path) -> Option<String> {
    let entries = std::fs::read_dir(folder.join("crates/pipit-bus/src")).ok()?;
    let texts = entries.flatten().filter_map(|entry| std::fs::read_to_string(entry.path()).ok());
    Some(texts.collect())
}

#[test]
fn dashboards_and_alerts_name_metrics_that_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let ann = Client::sign_up(&server.url, "ann");
    ann.post("/tweets", &json!({"content": "Measured"})).expect("posted");
    let (_, metrics) = ann.get("/metrics").expect("answered");
    let there = names(&metrics);
    let bus = sources_of_the_bus(&root);
    for file in FILES {
        let text = std::fs::read_to_string(root.join("deploy").join(file)).expect("a file");
        let named = names(&text);
        assert!(!named.is_empty(), "{file}");
        for name in named.iter().filter(|name| *name != MADE) {
            if name.starts_with(OF_THE_BUS) {
                let known = bus.as_ref().is_none_or(|bus| bus.contains(name.as_str()));
                assert!(known, "{file}: {name} is no metric of the bus");
            } else {
                assert!(there.contains(name), "{file}: {name} is not in /metrics");
            }
        }
    }
    assert!(server.terminate().success());
}

#[test]
fn alerts_lead_to_what_is_to_be_done() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |file: &str| std::fs::read_to_string(root.join(file)).expect("a file");
    let operations = read("docs/operations.md");
    let anchors: BTreeSet<String> = operations
        .lines()
        .filter_map(|line| line.strip_prefix("## ").or_else(|| line.strip_prefix("### ")))
        .map(|heading| {
            let kept = heading.chars().filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-');
            kept.collect::<String>().to_lowercase().replace(' ', "-")
        })
        .collect();
    let alerts = read("deploy/prometheus/alerts.yaml");
    let books: Vec<&str> = alerts
        .lines()
        .filter_map(|line| line.trim().strip_prefix("runbook: \"docs/operations.md#"))
        .map(|rest| rest.trim_end_matches('"'))
        .collect();
    assert_eq!(books.len(), alerts.matches("- alert:").count(), "each alert has one");
    for book in books {
        assert!(anchors.contains(book), "{book} is no heading of docs/operations.md");
    }
}
