//! A file that is new in `assets/` has nothing that names it: this has it embedded.

fn main() {
    println!("cargo::rerun-if-changed=assets");
}
