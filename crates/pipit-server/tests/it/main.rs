//! The binary from outside: started, spoken to, stopped, killed.

mod architecture;
mod browser;
mod commands;
mod crash;
mod keys;
mod limits;
mod live;
mod process;
mod serve;
