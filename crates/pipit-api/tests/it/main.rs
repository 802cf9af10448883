//! The REST door, in process, on every database.

mod accounts;
mod bad_input;
mod contract;
mod generated;
mod media;
mod notifications;
