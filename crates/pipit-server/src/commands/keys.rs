//! `pipit keys …`

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressStyle};
use pipit_model::Clock;

use crate::config::{KeysAction, Settings};

pub(crate) async fn run(settings: &Settings, action: KeysAction) -> anyhow::Result<()> {
    match action {
        KeysAction::List => list(settings).await,
        KeysAction::Rotate => rotate(settings).await,
        KeysAction::New { number } => {
            println!("{}", pipit_core::new_key_line(number, Clock::System.now())?);
            Ok(())
        }
    }
}

async fn list(settings: &Settings) -> anyhow::Result<()> {
    let pipit = super::open(settings, Clock::System).await?;
    println!("key  values sealed");
    for state in pipit.key_states().await? {
        let note = match (state.known, state.newest) {
            (_, true) => "seals what is new",
            (true, _) => "still opens what it sealed",
            (false, _) => "MISSING from the ring: what it sealed cannot be opened",
        };
        println!("{:<4} {:<14} {note}", state.number, state.sealed);
    }
    Ok(pipit.close().await?)
}

async fn rotate(settings: &Settings) -> anyhow::Result<()> {
    let pipit = super::open(settings, Clock::System).await?;
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos} of {len} values, {eta} left")?);
    // A bar is for people; a script reads lines.
    let told = |done: u64, total: u64| {
        if stderr().is_terminal() {
            bar.set_length(total);
            bar.set_position(done);
        } else {
            eprintln!("sealed {done} of {total}");
        }
    };
    let newest = pipit.rotate_keys(told).await?;
    bar.finish_and_clear();
    println!(
        "Everything is sealed by key {newest}. The key before it stays in the ring, for backups; the \
         next rotation forgets it."
    );
    Ok(pipit.close().await?)
}
