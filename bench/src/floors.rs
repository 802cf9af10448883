//! What the measurements are judged by: what this machine does with nothing of Pipit in the way.

pub(crate) mod http;
pub(crate) mod insert;
mod rows;
