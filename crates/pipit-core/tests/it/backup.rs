//! Backups: of every database into every other one, while others write, and damaged ones.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pipit_core::{
    Caller, Client, Manifest, NewPost, Pipit, Repair, Settings, SignIn, WithKeys, back_up,
    check_backup, examine, restore,
};
use pipit_model::event::Standing;
use pipit_model::user::UserRef;
use pipit_model::{Clock, Error};
use pipit_store::dump::Snapshot;
use pipit_testkit::{Backend, backends};

use crate::town::{ODD, Town, upload};
use crate::{ids, page};

async fn backed_up(settings: &Settings, folder: &Path) -> Manifest {
    let now = Clock::System.now();
    back_up(settings, folder, WithKeys::No, now, &mut |_| {}).await.expect("backed up")
}

/// Why no backup is made.
async fn not_made(settings: &Settings, folder: &Path) -> Error {
    let now = Clock::System.now();
    back_up(settings, folder, WithKeys::No, now, &mut |_| {}).await.expect_err("refused")
}

async fn refused(settings: &Settings, folder: &Path) -> String {
    restore(settings, folder, &mut |_| {}).await.expect_err("refused").to_string()
}

/// All rows of all tables, as text, in order.
async fn contents(url: &str) -> Vec<(String, Vec<String>)> {
    let snapshot = Snapshot::open(url).await.expect("opened");
    let mut all = Vec::new();
    for table in snapshot.tables().await.expect("tables") {
        let rows = snapshot.rows(&table, None, 100_000).await.expect("rows");
        assert_eq!(rows.len() as u64, snapshot.count(&table).await.expect("counted"));
        let mut rows: Vec<String> = rows.iter().map(|row| format!("{row:?}")).collect();
        rows.sort_unstable();
        let mut columns = table.column_names();
        columns.sort_unstable();
        all.push((format!("{} {columns:?}", table.name), rows));
    }
    all.sort_unstable();
    snapshot.close().await.expect("closed");
    all
}

/// What the doctor finds, in words.
pub(crate) async fn findings(settings: &Settings, repair: Repair) -> Vec<String> {
    let found = examine(settings, Clock::System, repair, &mut |_| {}).await.expect("examined");
    found.findings.iter().map(|finding| format!("{finding:?}")).collect()
}

async fn sign_in(pipit: &Pipit, login: &str) -> Caller {
    let form = SignIn {
        login: login.to_owned(),
        password: "correct horse".to_owned(),
        otp: None,
        client: Client::default(),
    };
    let session = pipit.sign_in(form, None).await.expect("signed in");
    pipit.authenticate(&session.token).await.expect("good")
}

#[tokio::test]
async fn a_backup_of_each_database_is_restored_into_each() {
    for from in backends() {
        let town = Town::new(from).await;
        let lively = town.fill().await;
        let folder = town.folder.path().join("backup");
        let manifest = backed_up(&town.settings, &folder).await;
        // Five of each picture: the posted one, the one that waits, the avatar.
        assert_eq!((manifest.pictures.files, manifest.pictures.lost.len()), (6, 0));
        let before = contents(&town.db.url).await;
        let filled = before.iter().filter(|(_, rows)| !rows.is_empty()).count();
        assert!(filled >= 20, "a bit of everything: {filled} tables");
        let home =
            ids(&lively.pipit.home_timeline(lively.bob, page(20, None)).await.expect("read"));
        lively.pipit.close().await.expect("closed");
        for to in backends() {
            let other = Town::new(to).await;
            restore(&other.settings, &folder, &mut |_| {}).await.expect("restored");
            assert_eq!(contents(&other.db.url).await, before, "{from:?} into {to:?}");
            assert_eq!(
                findings(&other.settings, Repair::No).await,
                [""; 0],
                "{from:?} into {to:?}"
            );
            let pipit = other.open().await;
            // By an address that lies sealed, and is found by its hash.
            let bob = sign_in(&pipit, "bob@x.test").await;
            assert_eq!(ids(&pipit.home_timeline(bob, page(20, None)).await.expect("read")), home);
            let first = pipit.tweet(Some(bob), lively.first).await.expect("there");
            assert_eq!(first.card.tweet().content, ODD);
            let found =
                pipit.search_tweets(Some(bob), "größe", page(20, None)).await.expect("read");
            assert_eq!(ids(&found), [lively.first.0]);
            let pictured = pipit.tweet(None, lively.pictured).await.expect("there");
            let name = pictured.card.tweet().media[0].files.large_name();
            assert!(pipit.media_file(&name).await.expect("read").is_some(), "{name}");
            let post = NewPost { content: "goes on", ..NewPost::default() };
            let newest = pipit.post_tweet(bob, post, None).await.expect("posted").id();
            assert!(newest.0 > home[0]);
            pipit.close().await.expect("closed");
        }
    }
}

/// Posts, pictures, likes, follows and deletes until it is told to stop.
async fn write_on(pipit: Pipit, (ann, bob): (Caller, Caller), stop: Arc<AtomicBool>) -> usize {
    let mut rounds = 0;
    while !stop.load(Ordering::Relaxed) && rounds < 2_000 {
        let content = format!("round {rounds} #AI #round{}", rounds % 7);
        let picture = if rounds % 5 == 0 { vec![upload(&pipit, ann).await] } else { Vec::new() };
        let post = NewPost { content: &content, media: &picture, ..NewPost::default() };
        let tweet = pipit.post_tweet(ann, post, None).await.expect("posted").id();
        let reply = NewPost { content: "yes", reply_to: Some(tweet), ..NewPost::default() };
        pipit.post_tweet(bob, reply, None).await.expect("posted");
        pipit.set_like(bob, tweet, Standing::Set).await.expect("liked");
        pipit.set_retweet(bob, tweet, Standing::Set).await.expect("retweeted");
        let to = if rounds % 2 == 0 { Standing::Unset } else { Standing::Set };
        pipit.set_follow(bob, &UserRef::Id(ann.user_id), to).await.expect("followed");
        if rounds % 3 == 0 {
            pipit.delete_tweet(ann, tweet).await.expect("deleted");
        }
        rounds += 1;
    }
    rounds
}

/// Whatever moment a backup is of, everything in it agrees, and nothing is missing that was
/// acknowledged before it began.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_while_others_write_is_of_one_moment() {
    for backend in backends() {
        let town = Town::new(backend).await;
        let lively = town.fill().await;
        let stop = Arc::new(AtomicBool::new(false));
        let writing = write_on(lively.pipit.clone(), (lively.ann, lively.bob), stop.clone());
        #[expect(clippy::disallowed_methods, reason = "awaited below")]
        let writing = tokio::spawn(writing);
        for n in 0..3 {
            let post = NewPost { content: "before", ..NewPost::default() };
            let marker =
                lively.pipit.post_tweet(lively.ann, post, None).await.expect("posted").id();
            let folder = town.folder.path().join(format!("backup-{n}"));
            backed_up(&town.settings, &folder).await;
            let other = Town::new(backend).await;
            restore(&other.settings, &folder, &mut |_| {}).await.expect("restored");
            assert_eq!(findings(&other.settings, Repair::No).await, [""; 0], "{backend:?} {n}");
            let pipit = other.open().await;
            pipit.tweet(Some(lively.ann), marker).await.expect("what was acknowledged is there");
            pipit.close().await.expect("closed");
        }
        stop.store(true, Ordering::Relaxed);
        let rounds = writing.await.expect("wrote");
        assert!(rounds > 3, "{backend:?}: others wrote meanwhile: {rounds} rounds");
        assert_eq!(findings(&town.settings, Repair::No).await, [""; 0], "{backend:?}");
    }
}

fn file_of(folder: &Path, name: &str) -> (std::path::PathBuf, Vec<u8>) {
    let path = folder.join(name);
    let bytes = std::fs::read(&path).expect("there");
    (path, bytes)
}

/// Breaks a file in a way, sees what is said, and puts it back.
async fn broken(settings: &Settings, folder: &Path, name: &str, how: fn(&mut Vec<u8>)) -> String {
    let (path, whole) = file_of(folder, name);
    let mut bytes = whole.clone();
    how(&mut bytes);
    std::fs::write(&path, &bytes).expect("broken");
    let checked = check_backup(folder, &mut |_| {}).await;
    let why = refused(settings, folder).await;
    assert_eq!(checked.expect_err("a check says so, too").to_string(), why);
    std::fs::write(&path, &whole).expect("put back");
    why
}

#[tokio::test]
async fn damaged_and_partial_backups_are_refused() {
    let town = Town::new(Backend::Sqlite).await;
    let lively = town.fill().await;
    let folder = town.folder.path().join("backup");
    backed_up(&town.settings, &folder).await;
    let other = Town::new(Backend::Sqlite).await;
    let to = &other.settings;
    let tweets = "tables/tweets.jsonl.gz";
    let flip: fn(&mut Vec<u8>) = |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    };
    let cut: fn(&mut Vec<u8>) = |bytes| bytes.truncate(bytes.len() - 1);
    for how in [flip, cut] {
        let why = broken(to, &folder, tweets, how).await;
        assert!(why.contains("tweets.jsonl.gz is damaged"), "{why}");
        let why = broken(to, &folder, "pictures.jsonl.gz", how).await;
        assert!(why.contains("pictures.jsonl.gz is damaged"), "{why}");
    }
    let why = broken(to, &folder, "manifest.json", cut).await;
    assert!(why.contains("manifest.json is damaged"), "{why}");
    let newer: fn(&mut Vec<u8>) = |bytes| {
        let text = String::from_utf8(std::mem::take(bytes)).expect("text");
        *bytes = text.replace("\"m0001_feed\"", "\"m0001_other\"").into_bytes();
    };
    let (path, whole) = file_of(&folder, "manifest.json");
    let mut bytes = whole.clone();
    newer(&mut bytes);
    std::fs::write(&path, &bytes).expect("written");
    assert!(refused(to, &folder).await.contains("newer version"));
    std::fs::write(&path, &whole).expect("put back");

    let pictured = lively.pipit.tweet(None, lively.pictured).await.expect("there");
    let name = pictured.card.tweet().media[0].files.large_name();
    let name = format!("pictures/{}/{name}", &name[..2]);
    let why = broken(to, &folder, &name, flip).await;
    assert!(why.contains("picture") && why.contains("damaged"), "{why}");
    for name in [tweets, "pictures.jsonl.gz", &name, "manifest.json"] {
        let (path, whole) = file_of(&folder, name);
        std::fs::remove_file(&path).expect("removed");
        let why = refused(to, &folder).await;
        let told = if name == "manifest.json" { "no backup" } else { "missing" };
        assert!(why.contains(told), "{name}: {why}");
        std::fs::write(&path, &whole).expect("put back");
    }
    // None of it did anything: the whole one is restored there now.
    restore(to, &folder, &mut |_| {}).await.expect("restored");
    assert_eq!(contents(&other.db.url).await, contents(&town.db.url).await);
}

#[tokio::test]
async fn only_an_empty_database_is_restored_into() {
    for backend in backends() {
        let (town, other) = (Town::new(backend).await, Town::new(backend).await);
        town.fill().await.pipit.close().await.expect("closed");
        let folder = town.folder.path().join("backup");
        backed_up(&town.settings, &folder).await;
        // A server that was started once has made keys of its own.
        other.open().await.close().await.expect("closed");
        let before = contents(&other.db.url).await;
        let why = refused(&other.settings, &folder).await;
        assert!(why.contains("not empty"), "{why}");
        assert_eq!(contents(&other.db.url).await, before, "{backend:?}: nothing was changed");
        let again = not_made(&town.settings, &folder).await;
        assert!(again.to_string().contains("not empty"), "{again}");
    }
}

/// A picture whose files vanish while a backup is made is done without.
#[tokio::test]
async fn a_picture_that_is_lost_is_done_without() {
    for backend in backends() {
        let town = Town::new(backend).await;
        let lively = town.fill().await;
        let pictured = lively.pipit.tweet(None, lively.pictured).await.expect("there");
        let name = pictured.card.tweet().media[0].files.small_name();
        let media = town.folder.path().join("media");
        std::fs::remove_file(media.join(&name[..2]).join(&name)).expect("removed");
        let folder = town.folder.path().join("backup");
        let manifest = backed_up(&town.settings, &folder).await;
        assert_eq!((manifest.pictures.files, manifest.pictures.lost.len()), (4, 1));
        let other = Town::new(backend).await;
        restore(&other.settings, &folder, &mut |_| {}).await.expect("restored");
        assert_eq!(findings(&other.settings, Repair::No).await, [""; 0], "{backend:?}");
        let pipit = other.open().await;
        let pictured = pipit.tweet(None, lively.pictured).await.expect("there");
        assert!(pictured.card.tweet().media.is_empty());
    }
}

#[tokio::test]
async fn there_must_be_something_to_back_up() {
    for backend in backends() {
        let town = Town::new(backend).await;
        std::fs::create_dir_all(town.folder.path().join("media")).expect("made");
        let folder = town.folder.path().join("backup");
        let error = not_made(&town.settings, &folder).await;
        assert!(
            matches!(&error, Error::NotFound(_) | Error::Unavailable(_)),
            "{backend:?}: {error:?}"
        );
        assert!(!folder.join("manifest.json").exists());
    }
}
