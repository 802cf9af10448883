//! `pipit backup` and `pipit restore`

use std::path::{Path, PathBuf};

use anyhow::Context;
use pipit_core::{KeyPlace, Manifest, WithKeys};
use pipit_model::{Clock, Timestamp};
use serde_json::json;

use super::progress::Bar;
use crate::config::{BackUp, Restore, Settings};

pub(crate) async fn back_up(settings: &Settings, options: BackUp) -> anyhow::Result<()> {
    let BackUp { folder, keep, with_keys, json } = options;
    let keys = if with_keys { WithKeys::Yes } else { WithKeys::No };
    let bar = Bar::new()?;
    let now = Clock::System.now();
    let (all, folder) = match keep {
        Some(keep) => (Some((folder.clone(), keep)), folder.join(name_by_time(now))),
        None => (None, folder),
    };
    let made = pipit_core::back_up(&settings.core(), &folder, keys, now, &mut bar.told()).await;
    drop(bar);
    let manifest = made.with_context(|| {
        format!("backing up {} to {}", settings.database_for_people(), folder.display())
    })?;
    if let Some((all, keep)) = all {
        delete_old(&all, keep.into())?;
    }
    if json {
        println!("{}", summary(&manifest, &folder));
        return Ok(());
    }
    println!("{} is a backup of {}.", contents(&manifest, &folder), settings.database_for_people());
    match manifest.pictures.lost.len() {
        0 => {}
        lost => println!(
            "{lost} pictures lack their files, deleted meanwhile or lost before; a restored database \
             does without them."
        ),
    }
    if keys == WithKeys::Yes {
        println!("It has the keys: whoever gets hold of it can read everything.");
    } else {
        println!(
            "The keys are not in it (--with-keys): keep a copy of {} elsewhere. Without it, what is \
             sealed in this backup opens for nobody.",
            key_place(settings)
        );
    }
    Ok(())
}

/// How a backup is named whose folder is not.
const NAMED: &str = "pipit-";

fn name_by_time(now: Timestamp) -> String {
    format!("{NAMED}{}", now.to_string().replace(':', ""))
}

/// Deletes all but the newest backups, and those that broke off. Nothing else in the folder is
/// touched.
fn delete_old(all: &Path, keep: usize) -> anyhow::Result<()> {
    let reading = || format!("reading {}", all.display());
    let mut backups: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(all).with_context(reading)? {
        let entry = entry.with_context(reading)?;
        let is_named = entry.file_name().to_string_lossy().starts_with(NAMED);
        if is_named && entry.file_type().with_context(reading)?.is_dir() {
            backups.push(entry.path());
        }
    }
    // Their names are in the order of their times.
    backups.sort_unstable_by(|a, b| b.cmp(a));
    let (whole, broken): (Vec<_>, Vec<_>) =
        backups.into_iter().partition(|backup| pipit_core::Manifest::read(backup).is_ok());
    for old in whole.into_iter().skip(keep).chain(broken) {
        std::fs::remove_dir_all(&old).with_context(|| format!("deleting {}", old.display()))?;
    }
    Ok(())
}

pub(crate) async fn restore(settings: &Settings, options: Restore) -> anyhow::Result<()> {
    let Restore { folder, check, json } = options;
    let bar = Bar::new()?;
    if check {
        let manifest = pipit_core::check_backup(&folder, &mut bar.told()).await?;
        drop(bar);
        if json {
            println!("{}", summary(&manifest, &folder));
        } else {
            println!("{} is whole.", contents(&manifest, &folder));
        }
        return Ok(());
    }
    // Nobody may serve it meanwhile.
    let _lock = settings.sqlite_file().map(|file| super::lock_database(&file)).transpose()?;
    super::make_folders(settings)?;
    let restored = pipit_core::restore(&settings.core(), &folder, &mut bar.told()).await;
    drop(bar);
    let manifest = restored.with_context(|| {
        format!("restoring {} into {}", folder.display(), settings.database_for_people())
    })?;
    let lacks_keys = matches!(&settings.keys, KeyPlace::File(path) if !path.exists());
    if json {
        let mut summary = summary(&manifest, &folder);
        summary["keys_missing"] = json!(lacks_keys);
        println!("{summary}");
        return Ok(());
    }
    println!(
        "{} is restored into {}.",
        contents(&manifest, &folder),
        settings.database_for_people()
    );
    if lacks_keys {
        println!(
            "The keys are not in this backup: put your copy of them at {} before you start the \
             server. Without it e-mail addresses and second factors cannot be read, and the server \
             does not start.",
            key_place(settings)
        );
    }
    println!("Next: `pipit doctor`.");
    Ok(())
}

fn key_place(settings: &Settings) -> String {
    match &settings.keys {
        KeyPlace::File(path) => path.display().to_string(),
        KeyPlace::Given(_) => "PIPIT_KEYS".to_owned(),
    }
}

fn contents(manifest: &Manifest, folder: &Path) -> String {
    format!(
        "{} ({} rows in {} tables and {} files of pictures, from {}, {})",
        folder.display(),
        manifest.rows(),
        manifest.tables.len(),
        manifest.pictures.files,
        manifest.database,
        manifest.made_at
    )
}

fn summary(manifest: &Manifest, folder: &Path) -> serde_json::Value {
    json!({
        "folder": folder,
        "made_at": manifest.made_at,
        "database": manifest.database,
        "schema": manifest.schema.last(),
        "tables": manifest.tables.len(),
        "rows": manifest.rows(),
        "picture_files": manifest.pictures.files,
        "picture_bytes": manifest.pictures.bytes,
        "pictures_lost": manifest.pictures.lost.len(),
        "keys_included": manifest.keys_included,
    })
}
