//! The REST door, in process, on every database.

mod accounts;
mod bad_input;
mod contract;
mod discovery;
mod email;
mod filters;
mod generated;
mod media;
mod notifications;
mod security;
