//! A small town on a database of its own, with pictures in a folder: what backups and the doctor are
//! tried on.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use pipit_core::{
    AccountSettings, Blocking, Caller, Deed, KeyPlace, MailSettings, MediaPlace, Moderator,
    NewPost, NodeNumber, Pipit, Settings, Upload,
};
use pipit_model::event::Standing;
use pipit_model::media::MediaUse;
use pipit_model::moderation::ActionKind;
use pipit_model::server_block::BlockKind;
use pipit_model::user::UserRef;
use pipit_model::{Clock, MediaId, TweetId};
use pipit_testkit::{Backend, TestDb, test_keys};
use tempfile::TempDir;

use crate::signed_in;

/// What a text may be made of.
pub(crate) const ODD: &str = "Ünïcödé 🐦‍⬛ \"quoted\" back\\slash\ttab\nline #AI #größe 日本 'n %_";

const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

pub(crate) struct Town {
    pub(crate) db: TestDb,
    pub(crate) settings: Settings,
    pub(crate) folder: TempDir,
}

/// Who and what is there.
pub(crate) struct Lively {
    pub(crate) pipit: Pipit,
    pub(crate) ann: Caller,
    pub(crate) bob: Caller,
    pub(crate) first: TweetId,
    pub(crate) pictured: TweetId,
}

impl Town {
    /// Nobody is there yet, and no table.
    pub(crate) async fn new(backend: Backend) -> Self {
        let (db, folder) = (TestDb::new(backend).await, tempfile::tempdir().expect("a folder"));
        let settings = settings(&db.url, folder.path());
        Self { db, settings, folder }
    }

    pub(crate) async fn open(&self) -> Pipit {
        Pipit::open(&self.settings, Clock::System).await.expect("opened")
    }

    /// Something in most tables.
    pub(crate) async fn fill(&self) -> Lively {
        let pipit = self.open().await;
        let (ann, bob) = (signed_in(&pipit, "ann").await, signed_in(&pipit, "bob").await);
        let eve = signed_in(&pipit, "eve").await;
        let by = |caller: Caller| UserRef::Id(caller.user_id);
        for (who, whom) in [(ann, bob), (bob, ann), (eve, ann), (eve, bob)] {
            pipit.set_follow(who, &by(whom), Standing::Set).await.expect("followed");
        }
        let post = |content| NewPost { content, ..NewPost::default() };
        let first = pipit.post_tweet(ann, post(ODD), None).await.expect("posted").id();
        let reply = NewPost { reply_to: Some(first), ..post("@ann an answer #AI") };
        let reply = pipit.post_tweet(bob, reply, None).await.expect("posted").id();
        let below = NewPost { reply_to: Some(reply), ..post("and another") };
        pipit.post_tweet(ann, below, None).await.expect("posted");
        let picture = upload(&pipit, ann).await;
        let pictured = NewPost { media: &[picture], quote_of: Some(reply), ..post("a bird") };
        let pictured = pipit.post_tweet(ann, pictured, None).await.expect("posted").id();
        upload(&pipit, bob).await;
        let pixel = BASE64.decode(PIXEL).expect("a picture");
        pipit.set_profile_media(bob, pixel, MediaUse::Avatar).await.expect("set");
        for (who, tweet) in [(bob, first), (eve, first), (ann, reply)] {
            pipit.set_like(who, tweet, Standing::Set).await.expect("liked");
            pipit.set_bookmark(who, tweet, Standing::Set).await.expect("kept");
            pipit.set_retweet(who, tweet, Standing::Set).await.expect("retweeted");
        }
        let gone = pipit.post_tweet(eve, post("regretted #gone"), None).await.expect("posted").id();
        pipit.set_like(ann, gone, Standing::Set).await.expect("liked");
        pipit.delete_tweet(eve, gone).await.expect("deleted");
        let list = pipit.create_list(ann, "friends", None).await.expect("made").id;
        pipit.set_list_member(ann, list, &by(bob), Standing::Set).await.expect("added");
        pipit.set_hashtag_follow(bob, "AI", Standing::Set).await.expect("followed");
        pipit.set_block(bob, &by(eve), Standing::Set).await.expect("blocked");
        pipit.offer_second_factor(eve).await.expect("offered");
        let operator = Moderator::operator();
        let deed = Deed {
            user_id: eve.user_id,
            kind: ActionKind::Warn,
            reason: "Be kind.".to_owned(),
            tweets: Vec::new(),
            report: None,
        };
        pipit.act(operator, deed).await.expect("warned");
        pipit.add_rule(operator, "Be kind.").await.expect("added");
        let spam = (BlockKind::Link, "spam.example");
        pipit.set_server_block(operator, spam, Blocking::Block).await.expect("blocked");
        Lively { pipit, ann, bob, first, pictured }
    }
}

pub(crate) async fn upload(pipit: &Pipit, caller: Caller) -> MediaId {
    let bytes = BASE64.decode(PIXEL).expect("a picture");
    let upload = Upload { bytes, description: "a pixel".to_owned() };
    pipit.upload_media(caller, upload, None).await.expect("kept").id
}

fn settings(database_url: &str, folder: &Path) -> Settings {
    Settings {
        database_url: database_url.to_owned(),
        cache_bytes: 16 * 1024 * 1024,
        media: MediaPlace::Folder(folder.join("media")),
        keys: test_keys(),
        mail: MailSettings::default(),
        accounts: AccountSettings::default(),
        node: NodeNumber::Fixed(0),
        redis: None,
        replica_url: None,
    }
}

/// Another ring than that of the town.
pub(crate) fn other_keys() -> KeyPlace {
    KeyPlace::Given(format!("1 2026-11-24T00:00:00.000Z {}A", "B".repeat(42)))
}
