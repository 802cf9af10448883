//! What is about all doors at once.

mod cors;
mod fuzz;
mod headers;
