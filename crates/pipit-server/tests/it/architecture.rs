//! A crate depends only on crates below it.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

/// Which level each crate has (`ARCHITECTURE.md`); a new crate gets its line here.
const LEVELS: [(&str, u8); 14] = [
    ("pipit-model", 0),
    ("pipit-store", 1),
    ("pipit-media", 1),
    ("pipit-mail", 1),
    ("pipit-bus", 1),
    ("pipit-feed", 2),
    ("pipit-core", 3),
    ("pipit-http", 4),
    ("pipit-api", 5),
    ("pipit-web", 5),
    ("pipit-server", 6),
    ("pipit-testkit", 7),
    ("pipit-bench", 8),
    // Looks from outside: it uses none of the others.
    ("pipit-drills", 0),
];

#[test]
fn dependencies_point_downwards() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let levels = BTreeMap::from(LEVELS);
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() >= LEVELS.len());
    for package in packages {
        let name = package["name"].as_str().expect("a name");
        let own = levels.get(name).unwrap_or_else(|| panic!("{name} has no level"));
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            // Tests may use the testkit, whatever it is made of.
            if dependency["kind"] == "dev" {
                continue;
            }
            let other = dependency["name"].as_str().expect("a name");
            if let Some(level) = levels.get(other) {
                assert!(level < own, "{name} (level {own}) must not use {other} (level {level})");
            }
        }
    }
}

#[test]
fn only_the_web_and_the_server_know_html_and_only_the_store_knows_sql() {
    let home = |library: &str| match library {
        "sea-orm" | "sea-orm-migration" | "sqlx" => Some(["pipit-store", "pipit-testkit"]),
        "askama" | "rust-embed" => Some(["pipit-web", "pipit-web"]),
        "utoipa" | "utoipa-axum" | "utoipa-swagger-ui" => Some(["pipit-api", "pipit-api"]),
        _ => None,
    };
    // Measurements fill databases by themselves, drills look into them.
    let outside = ["pipit-bench", "pipit-drills"];
    for (name, _) in LEVELS.into_iter().filter(|(name, _)| !outside.contains(name)) {
        let manifest = format!("{}/../{name}/Cargo.toml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(manifest).expect("a manifest");
        let normal = text.split("[dev-dependencies]").next().unwrap_or_default();
        let used = normal.lines().filter_map(|line| line.split_once(".workspace"));
        for (library, _) in used {
            if let Some(homes) = home(library) {
                assert!(homes.contains(&name), "{name} must not use {library}");
            }
        }
    }
}
