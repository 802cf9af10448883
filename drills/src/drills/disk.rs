//! The disk of a node with SQLite.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};

use super::{Arena, Skip, alone};
use crate::history::{Answer, Ask, Call};
use crate::load::{Load, Plan};
use crate::process::wait_for;
use crate::report::Outcome;

/// Of a disk on which there is soon no room. SQLite's log alone takes dozens of megabytes before it is
/// moved into the database; when there is room again, there must be enough for that.
const SIZE: &str = "size=96m";

/// A small file system of its own; it goes when this goes.
struct Mount(PathBuf);

impl Mount {
    fn at(folder: &Path) -> anyhow::Result<Self> {
        let options = ["-t", "tmpfs", "-o", SIZE, "tmpfs"];
        let output = Command::new("mount").args(options).arg(folder).output()?;
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr);
            bail!(Skip(format!("no disk can be made that fills up: {}", why.trim())));
        }
        Ok(Self(folder.to_owned()))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Lazily, since a process that was just killed may still be in it.
        let _ended = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Fills it, waits until writes fail, and makes room again.
pub(super) async fn fill(arena: &mut Arena) -> anyhow::Result<Outcome> {
    let folder = arena.own_folder("disk-full")?;
    let mount = Mount::at(&folder)?;
    let node = alone::start(arena, &folder).await?;
    let load = Load::start(alone::world(&node)?, Plan::everything(10)).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let broken = load.world.now();
    let ballast = folder.join("ballast");
    fill_up(&ballast)?;
    // What the database has of its own lasts a while.
    let world = &load.world;
    wait_for("the disk to be full", async || world.saw(is_failed_write)).await?;
    tokio::time::sleep(arena.secs(5, 2)).await;
    std::fs::remove_file(&ballast)?;
    let mended = load.world.now();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let history = load.finish().await?;
    drop((node, mount));

    let mut failures = Vec::new();
    let within = |call: &&Call| broken <= call.began && call.ended < mended;
    let fails = history.calls.iter().filter(within);
    for call in fails {
        if let Answer::Failed(why) = &call.answer
            && why != "503"
            && why != "507"
        {
            failures.push(format!("{:?} was answered with {why}, not 503 or 507", call.ask));
        }
    }
    let reads = history.calls.iter().filter(within);
    let reads = reads.filter(|call| matches!(call.answer, Answer::Page { .. })).count();
    if reads == 0 {
        failures.push("nobody could read while the disk was full".to_owned());
    }
    failures.truncate(5);
    let notes = vec![format!("{reads} reads were answered while the disk was full")];
    Ok(Outcome { history, faults: vec![(broken, mended)], notes, failures })
}

fn is_failed_write(call: &Call) -> bool {
    call.answer.failed() && !matches!(call.ask, Ask::Read { .. })
}

/// Writes until there is no room.
fn fill_up(file: &Path) -> anyhow::Result<()> {
    let mut file = File::create(file)?;
    let zeros = [0; 4096];
    // More than the disk has.
    for _ in 0..100_000 {
        match file.write_all(&zeros) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::StorageFull => return Ok(()),
            Err(error) => return Err(error).context("filling the disk"),
        }
    }
    bail!("the disk does not fill up")
}
