//! The binary from outside: started, spoken to, stopped, killed.

mod architecture;
mod browser;
mod commands;
mod crash;
mod https;
mod keys;
mod limits;
mod live;
mod process;
mod python;
mod schemathesis;
mod serve;
