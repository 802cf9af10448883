//! Pictures: from bytes that somebody handed in to files that are safe to hand out.
//!
//! Owns: what a picture is ([`mod@process`]: decoded, bounded, encoded anew), and where its files are
//! ([`Files`]). Knows nothing of HTTP, SQL, or whose a picture is.
//! To add a format: its feature of `image` in the root `Cargo.toml`, its line in `kind_of`, and bad
//! ones in the tests.

mod animation;
mod encode;
mod files;
mod pool;
mod process;
#[cfg(test)]
mod tests;

pub use files::{AccessKey, Bucket, Files, Place};
pub use pool::{Pool, UploadPlace};
pub use process::{File, Picture, Shape, process};
