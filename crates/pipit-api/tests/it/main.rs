//! The REST door, in process, on every database.

mod accounts;
mod bad_input;
mod blocks;
mod contract;
mod discovery;
mod email;
mod filters;
mod generated;
mod matrix;
mod media;
mod moderation;
mod notifications;
mod oauth;
mod passkeys;
mod rates;
mod scopes;
mod security;
mod sign_ups;
