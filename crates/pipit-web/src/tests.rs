//! The door as a browser meets it: a real service on a database of its own, and its pages parsed.

mod automod;
mod discovery;
mod escaping;
mod filters;
mod flows;
mod html;
mod live;
mod matrix;
mod media;
mod moderation;
mod oauth;
mod passkeys;
mod rendering;
mod security;
mod sign_ups;
mod site;
mod ties;
