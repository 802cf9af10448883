//! Programs of others in Python, from `PyPI`, at test time.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the programs of a Python that has these packages, made the first time.
pub(crate) fn with_packages(name: &str, packages: &[&str]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target").join(name);
    let (programs, done) = (folder.join("bin"), folder.join("complete"));
    let wanted = packages.join(" ");
    // Of another version of these tests it may have others.
    if std::fs::read_to_string(&done).is_ok_and(|has| has == wanted) {
        return programs;
    }
    let mut venv = Command::new("python3");
    let status = venv.args(["-m", "venv", "--clear"]).arg(&folder).status();
    assert!(status.expect("python3 (scripts/install-test-tools)").success());
    let mut install = Command::new(programs.join("python"));
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    assert!(install.args(packages).status().expect("pip").success(), "{wanted}");
    std::fs::write(done, wanted).expect("noted");
    programs
}
