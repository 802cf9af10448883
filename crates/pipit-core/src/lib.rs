//! The use cases: who may do what, in what order, and what is announced.
//!
//! Owns: every decision that a door would otherwise have to take. Returns domain values
//! ([`TweetView`], [`UserView`]), never JSON or HTML; knows nothing of HTTP.
//! To add one: a method on [`Pipit`] in the file of its capability, taking the caller first.

mod access;
mod accounts;
mod appeals;
mod apps;
mod automod;
mod backup;
mod blocks;
mod board;
mod bookmarks;
mod cursors;
mod doctor;
mod email;
mod file_set;
mod filters;
mod follows;
mod hashtags;
mod held;
mod invitations;
mod keys;
mod letters;
mod likes;
mod lists;
mod live;
mod mail;
mod media;
mod moderation;
mod moderators;
mod node;
mod notifications;
mod oauth;
mod passkeys;
mod password_rules;
mod passwords;
mod position;
mod proof;
mod purge;
mod read_positions;
mod reports;
mod reseal;
mod restore;
mod retweets;
mod seal;
mod search;
mod second_factor;
mod server_rules;
mod sessions;
mod sight;
mod sign_in;
mod sign_ups;
mod suggestions;
mod throttle;
mod tickets;
mod timelines;
mod tokens;
mod tweets;
mod users;
mod views;
mod written;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

pub use pipit_bus::Address as RedisAddress;
use pipit_feed::{Caches, Feed, Sizes};
use pipit_mail::Mailer;
pub use pipit_mail::Place as MailPlace;
use pipit_media::{Files, Pool};
use pipit_model::ids::IdGenerator;
use pipit_model::limits::ARCHIVES_AT_ONCE;
use pipit_model::{Clock, Error, Result, SessionId, UserId};
use pipit_store::Store;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

pub use access::Access;
use access::KnownTokens;
pub use accounts::SignUp;
pub use appeals::{AppealView, StandingView};
pub use apps::RegisteredApp;
pub use automod::AutoRuleView;
use automod::Automod;
pub use backup::{Manifest, Progress, WithKeys, back_up};
use cursors::Cursors;
pub use cursors::{hashtag_subject, search_subject};
pub use doctor::{Examination, Finding, Repair, examine};
pub use email::EmailChange;
pub use hashtags::{HashtagView, Trend};
pub use held::HeldView;
pub use invitations::{AccountSettings, Confirmation, SignUpMode};
use live::hub::Hub;
pub use live::{LiveEvent, LiveStream, StreamPlace};
pub use media::{MediaFile, Upload};
pub use moderation::{AccountView, AuditLine, DayCounts, Deed};
pub use moderators::Moderator;
pub use node::NodeNumber;
use node::{Ears, Node};
pub use notifications::NotificationView;
pub use oauth::{
    Authorization, Consent, IssuedToken, NotAuthorized, OAuthError, PasswordGrant, TokenRequest,
};
pub use passkeys::{PasskeyAsked, PasskeySite};
use passwords::Passwords;
pub use pipit_feed::{CacheStats, FollowedHashtag, Form, Marks, TweetCard, UserCard, Written};
pub use pipit_media::{AccessKey, Bucket, Place as MediaPlace, UploadPlace};
pub use pipit_store::{Hashtag, Passkey, RequestAnswer, Session};
pub use proof::Proof;
pub use reports::ReportView;
pub use reseal::KeyState;
pub use restore::{check_backup, restore};
use seal::Seals;
pub use seal::{KeyPlace, new_key_line};
pub use second_factor::{FactorState, OfferedFactor};
pub use server_rules::Blocking;
pub use sessions::SessionView;
pub use sign_in::{Client, SignIn, SignedIn, Step};
pub use sign_ups::{SignUpView, Verdict};
use throttle::Throttle;
pub use timelines::{Asked, Posts};
use tokens::Tokens;
pub use tweets::{Answers, NewPost, Submitted, Thread};
pub use views::{FoldedBy, Quoted, Relationship, TweetView, UserView};

/// Who is asking, once their token has been checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// Their account.
    pub user_id: UserId,
    /// The session they use.
    pub session_id: SessionId,
}

/// A client's `Idempotency-Key`, as sent; [`None`] if it sent none.
pub type RequestKey<'a> = Option<&'a str>;

/// The whole service, behind any number of doors. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Pipit(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    store: Store,
    feed: Feed,
    clock: Clock,
    ids: Arc<IdGenerator>,
    cursors: Cursors,
    tokens: Tokens,
    known_tokens: KnownTokens,
    passwords: Passwords,
    seals: Seals,
    throttle: Arc<Throttle>,
    automod: Automod,
    mailer: Mailer,
    accounts: AccountSettings,
    trends: hashtags::TrendCache,
    files: Files,
    pictures: Pool,
    archives: Arc<Semaphore>,
    /// The account up to which old notifications were last looked for.
    swept_up_to: AtomicI64,
    hub: Arc<Hub>,
    node: Arc<Node>,
}

/// Room for one archive; given back when it is dropped.
#[derive(Debug)]
pub struct ArchivePlace(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

/// How long readers are kept waiting for the database to be warmed up.
const WARM_UP_MAX: Duration = Duration::from_secs(1);

/// What the service needs to be told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `sqlite://…`, `postgres://…` or `mysql://…`.
    pub database_url: String,
    /// A replica of it for long reads, on PostgreSQL.
    pub replica_url: Option<String>,
    /// Memory for all caches together, in bytes.
    pub cache_bytes: u64,
    /// Where the files of pictures are; all nodes must see the same.
    pub media: MediaPlace,
    /// Where the keys are that seal what identifies or unlocks a person.
    pub keys: KeyPlace,
    /// Where letters go, and in whose name.
    pub mail: MailSettings,
    /// Who may open an account, and how.
    pub accounts: AccountSettings,
    /// How this node comes to its number.
    pub node: NodeNumber,
    /// The Redis by which nodes hear of each other; without it, a node is alone.
    pub redis: Option<RedisAddress>,
}

/// Where letters go.
#[derive(Debug, Clone, Default)]
pub struct MailSettings {
    /// Where to.
    pub place: MailPlace,
    /// In whose name: `Pipit <pipit@example.org>`.
    pub from: String,
}

impl Pipit {
    /// Opens the database, brings it up to date and loads the keys that all nodes share.
    ///
    /// # Errors
    /// [`pipit_model::Error::Unavailable`] if the database cannot be reached.
    pub async fn open(settings: &Settings, clock: Clock) -> Result<Self> {
        let mailer = Mailer::open(&settings.mail.place, &settings.mail.from)
            .map_err(|error| Error::Internal(error.to_string()))?;
        if settings.accounts.confirm_email == Confirmation::Required && !mailer.is_on() {
            let why = "addresses are to be confirmed, and mail is not set up: set it up first";
            return Err(Error::Forbidden(why));
        }
        let caches = Arc::new(Caches::new(Sizes::of_total(settings.cache_bytes)));
        let ids = Arc::new(IdGenerator::new(0));
        let hub = Arc::new(Hub::default());
        let node = Arc::new(Node::default());
        let ears = Ears { caches: caches.clone(), hub: hub.clone(), ids: ids.clone() };
        let (node_told, ears_told) = (node.clone(), ears.clone());
        let on_commit = Arc::new(move |events: &[_]| node_told.committed(&ears_told, events));
        let store =
            Store::open(&settings.database_url, clock.clone(), ids.clone(), on_commit).await?;
        let store = match &settings.replica_url {
            Some(url) => store.with_replica(url).await?,
            None => store,
        };
        let now = clock.now();
        let seals = reseal::open_ring(&store, settings.keys.clone(), now).await?;
        let ring = seals.keys()?;
        reseal::seal_plain(&store, &ring).await?;
        let shared = (&store, &*ring);
        let cursor_key = keys::load(shared, "cursor", keys::random_secret()?, now).await?;
        let how = (settings.node, settings.redis.clone());
        let throttle = Arc::new(Throttle::new(&cursor_key));
        node.join(how, (&store, &cursor_key), (ears, throttle.clone()), &clock).await?;
        Ok(Self(Arc::new(Parts {
            feed: Feed::new(store.clone(), caches),
            cursors: Cursors::new(&cursor_key),
            tokens: Tokens::new(&keys::load(shared, "jwt-1", tokens::new_key()?, now).await?)?,
            known_tokens: KnownTokens::default(),
            passwords: Passwords::new()?,
            seals,
            throttle,
            automod: Automod::default(),
            mailer,
            accounts: settings.accounts,
            trends: hashtags::TrendCache::default(),
            files: Files::open(&settings.media).await?,
            pictures: Pool::default(),
            archives: Arc::new(Semaphore::new(ARCHIVES_AT_ONCE)),
            swept_up_to: AtomicI64::new(0),
            hub,
            node,
            store,
            clock,
            ids,
        })))
    }

    /// Has the database ready for the first reader. Where it does not get ready, that one waits a
    /// little longer.
    pub async fn warm_up(&self) {
        match timeout(WARM_UP_MAX, self.0.store.warm_up()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::info!(%error, "the database was not warmed up"),
            Err(_) => tracing::info!("the database was not warmed up in time"),
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// What it says instead.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.0.store.ping().await?)
    }

    /// Room for one archive of somebody's data.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if there are too many at once.
    pub fn begin_archive(&self) -> Result<ArchivePlace> {
        let busy = |_| Error::Unavailable("too many archives at once".to_owned());
        self.0.archives.clone().try_acquire_owned().map(ArchivePlace).map_err(busy)
    }

    /// Which database it is, for people.
    #[must_use]
    pub fn backend_name(&self) -> &'static str {
        self.0.store.backend_name()
    }

    /// What the caches hold and how well they do.
    #[must_use]
    pub fn cache_stats(&self) -> Vec<CacheStats> {
        self.0.feed.cache_stats()
    }

    /// Statements sent to the database so far.
    #[must_use]
    pub fn database_statements(&self) -> u64 {
        self.0.store.statements()
    }

    /// Times that the database was asked while nobody else was asking.
    #[must_use]
    pub fn database_round_trips(&self) -> u64 {
        self.0.store.round_trips()
    }

    /// Passwords hashed or checked so far.
    #[must_use]
    pub fn password_hashes(&self) -> u64 {
        self.0.passwords.runs()
    }

    /// Writes what waits and closes the database.
    ///
    /// # Errors
    /// What the database says.
    pub async fn close(&self) -> Result<()> {
        self.0.store.finish().await?;
        self.0.node.leave(&self.0.store).await?;
        Ok(self.0.store.close().await?)
    }

    /// The clock that everything here goes by.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }
}
