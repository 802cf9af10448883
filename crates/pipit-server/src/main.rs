//! The `pipit` binary: reads the settings, wires the parts, runs one command.
//!
//! Owns: the environment, the terminal, signals, and [`wire`], the only place where all doors
//! meet. To add a command: a variant in [`config::Command`] and a file in `commands/`.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod commands;
mod config;
mod connection;
mod crowd;
mod listen;
mod telemetry;
mod tls;
mod wire;

use std::process::ExitCode;

use clap::Parser;

use config::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The whole chain of causes, for the person at the terminal.
            eprintln!("pipit: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let settings = config::Settings::load(cli.options)?;
    telemetry::start_logs(&settings)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match cli.command.unwrap_or(Command::Serve) {
            Command::Serve => commands::serve::run(&settings).await,
            Command::Demo => Box::pin(commands::demo::run(settings)).await,
            Command::User { action } => commands::user::run(&settings, action).await,
            Command::Invite { uses, days } => commands::invite::run(&settings, uses, days).await,
            Command::Moderate(moderate) => commands::moderate::run(&settings, moderate).await,
            Command::Backup(options) => commands::backup::back_up(&settings, options).await,
            Command::Restore(options) => commands::backup::restore(&settings, options).await,
            Command::Doctor(options) => commands::doctor::run(&settings, options).await,
            Command::Keys { action } => commands::keys::run(&settings, action).await,
            Command::Migrate => commands::migrate::run(&settings).await,
        }
    })
}
