//! Whether pictures have their files, and files their pictures.
//!
//! The files are listed before the rows are read: a picture's row is there before its files and goes
//! after them. Whatever seems wrong is looked at once more.

use futures_util::TryStreamExt;
use pipit_media::Files;
use pipit_model::Result;
use pipit_model::limits::DOCTOR_STEP_ROWS;
use pipit_store::Store;
use pipit_store::dump::Picture;

use super::{EXAMPLES, Finding, REPAIR, Repair};
use crate::Settings;
use crate::backup::{Progress, Told};
use crate::file_set::FileSet;

const LOST: &str = "copy the files back from the folder `pictures` of a backup; without one, only \
                    deleting the tweet mends it";
const WRONG_PLACE: &str = "see whether the database and the place of pictures belong together: most \
                           files there have no row, so none is deleted";

pub(super) async fn examine(
    store: &Store,
    settings: &Settings,
    repair: Repair,
    told: Told<'_>,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let files = match Files::open_to_read(&settings.media) {
        Ok(files) => files,
        Err(error) => {
            let advice = "see whether the place of pictures is the right one, and mounted";
            findings.push(Finding::one("pictures", error.to_string(), advice));
            return Ok(());
        }
    };
    let mut strays = FileSet::default();
    let mut names = std::pin::pin!(files.names());
    while let Some(name) = names.try_next().await? {
        strays.insert(&name);
    }
    let all = strays.len();
    let lost = lost_pictures(store, &files, &mut strays, told).await?;
    if !lost.is_empty() {
        findings.push(Finding {
            kind: "pictures",
            what: "pictures whose files are not there".to_owned(),
            count: lost.len() as u64,
            examples: lost.iter().take(EXAMPLES).map(|p| p.files.large_name()).collect(),
            advice: LOST,
            mended: 0,
        });
    }
    let mut orphans = Vec::new();
    for name in strays.names() {
        if files.has(&name).await? {
            orphans.push(name);
        }
    }
    if orphans.is_empty() {
        return Ok(());
    }
    let count = orphans.len() as u64;
    let is_wrong_place = count * 2 > all;
    let mut mended = 0;
    if repair == Repair::Yes && !is_wrong_place {
        for name in &orphans {
            files.delete(name).await?;
            mended += 1;
        }
    }
    let advice = if is_wrong_place { WRONG_PLACE } else { REPAIR };
    let examples = orphans.into_iter().take(EXAMPLES).collect();
    let what = "files of pictures that are not there".to_owned();
    findings.push(Finding { kind: "pictures", what, count, examples, advice, mended });
    Ok(())
}

/// Takes the files of all pictures out of the set; answers the pictures in use that lack some.
async fn lost_pictures(
    store: &Store,
    files: &Files,
    set: &mut FileSet,
    told: Told<'_>,
) -> Result<Vec<Picture>> {
    let total = store.count_rows("media").await?;
    let (mut after, mut done) = (0, 0);
    let mut lost = Vec::new();
    loop {
        let some = store.pictures(after, DOCTOR_STEP_ROWS).await?;
        let Some(newest) = some.last() else { return Ok(lost) };
        done += some.len() as u64;
        after = newest.id.0;
        for picture in some {
            let names = [picture.files.large_name(), picture.files.small_name()];
            let there = names.iter().filter(|name| set.remove(name)).count();
            if there < names.len() && picture.in_use && is_lost(store, files, &picture).await? {
                lost.push(picture);
            }
        }
        told(Progress { what: "pictures", done, total });
    }
}

/// Whether it is still in use, and a file of it is still not there.
async fn is_lost(store: &Store, files: &Files, picture: &Picture) -> Result<bool> {
    for name in [picture.files.large_name(), picture.files.small_name()] {
        if !files.has(&name).await? {
            let now = store.pictures(picture.id.0 - 1, 1).await?;
            return Ok(now.first().is_some_and(|now| now == picture));
        }
    }
    Ok(false)
}
