//! What the commands around backups take.

use std::path::PathBuf;

use clap::Args;

/// Where a backup goes.
#[derive(Debug, Args)]
pub(crate) struct BackUp {
    /// A folder that is not there yet; with `--keep`, the one that all backups are in
    pub(crate) folder: PathBuf,
    /// Make a folder in there that is named by the time, and keep so many of them, the newest
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) keep: Option<u16>,
    /// Put the keys into it, too: it then opens for whoever gets hold of it
    #[arg(long)]
    pub(crate) with_keys: bool,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which backup is restored.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The backup's folder
    pub(crate) folder: PathBuf,
    /// Only read all of it, and see whether it is whole
    #[arg(long)]
    pub(crate) check: bool,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

/// How it is looked at.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Mend counts and orphans, in small steps
    #[arg(long)]
    pub(crate) repair: bool,
    /// Print JSON, for scripts
    #[arg(long)]
    pub(crate) json: bool,
}
