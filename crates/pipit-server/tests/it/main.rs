//! The binary from outside: started, spoken to, stopped, killed.

mod architecture;
mod browser;
mod commands;
mod crash;
mod process;
mod serve;
