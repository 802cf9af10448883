//! What every door shares: errors as answers, input as checked values, one middleware stack.
//!
//! Owns: the way from a [`pipit_model::Error`] to a status, who a bearer token belongs to, what is
//! measured and logged of each request, how much anybody may ask, how a live stream is sent. Knows
//! no route but by name, in `rates/class.rs`.
//! To add a header or a limit for all doors: [`stack`].

pub mod client;
pub mod extract;
pub mod headers;
mod measure;
pub mod problem;
pub mod proxies;
pub mod rates;
pub mod request_id;
pub mod routes;
pub mod sse;
pub mod stack;
pub mod upload;

pub use client::SentBy;
pub use extract::{
    Bearer, IdempotencyKey, Json, MaybeBearer, MaybeJson, Need, Path, Query, RouteNeeds,
    bearer_access,
};
pub use problem::Problem;
pub use proxies::Proxies;
pub use rates::Rates;
pub use routes::{Route, Routes};
pub use sse::LastEventId;
pub use stack::Stack;
pub use upload::{Part, UploadForm};
