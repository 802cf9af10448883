//! What tests are made of: private databases, the whole application in process, the slow and
//! obvious oracle, the matrix of who may do what.
//!
//! Used by tests only. To test on every database, write `for backend in backends()`.

mod app;
mod authenticator;
mod database;
pub mod matrix;
pub mod oracle;
mod redis;

pub use app::{Answer, Client, TestApp, test_keys};
pub use authenticator::Authenticator;
pub use database::{Backend, TestDb, backends};
pub use redis::Redis;
