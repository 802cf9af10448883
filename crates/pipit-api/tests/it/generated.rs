//! `docs/openapi.json` is what the code says. `scripts/generate` writes it anew.

use std::path::Path;

#[test]
fn the_openapi_description_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let generated = pipit_api::openapi_json().expect("JSON");
    #[expect(clippy::disallowed_methods, reason = "how scripts/generate speaks to this test")]
    if std::env::var_os("PIPIT_GENERATE").is_some() {
        std::fs::write(&path, &generated).expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == generated, "docs/openapi.json is out of date: run scripts/generate");
}
