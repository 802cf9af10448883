//! Settings: from flags, then the environment, then a file, then defaults. Nothing else in the
//! project reads the environment. `docs/configuration.md` is generated from this file.

mod accounts;
mod backup;
mod checks;
mod media;
mod moderate;
#[cfg(test)]
mod reference;
mod tls;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use accounts::{ConfirmEmail, SignUp};
use anyhow::{Context, bail};
pub(crate) use backup::{BackUp, Doctor, Restore};
use clap::{Args, Parser, Subcommand, ValueEnum};
pub(crate) use moderate::{AutoRuleArgs, Moderate, ModerateAction, Target};
use pipit_core::{
    AccountSettings, KeyPlace, MailSettings, MediaPlace, NodeNumber, PasswordGrant, RedisAddress,
};
use pipit_http::Proxies;
use serde::Deserialize;

use crate::tls::Certificates;

/// Pipit, a feed of short tweets.
#[derive(Debug, Parser)]
#[command(name = "pipit", version, about, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What to do; `serve` if left out.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve pages and the API until told to stop.
    Serve,
    /// Serve a lively instance in a temporary folder that is deleted at the end.
    Demo,
    /// Manage accounts.
    User {
        #[command(subcommand)]
        action: UserAction,
    },
    /// Look after accounts as the operator: every action is noted in the moderators' log.
    Moderate(Moderate),
    /// Bring the database's schema up to date and exit; `serve` does it too.
    Migrate,
    /// Make an invitation: a link by which accounts are opened.
    Invite {
        /// How many accounts it opens
        #[arg(long, default_value_t = 1)]
        uses: i64,
        /// How many days it is good
        #[arg(long, default_value_t = 7)]
        days: i64,
    },
    /// Make a backup of the database and the pictures in a new folder, also while a server runs.
    Backup(BackUp),
    /// Restore a backup into an empty database, of whatever kind.
    Restore(Restore),
    /// See whether the database, the keys and the pictures are as they should be.
    Doctor(Doctor),
    /// Manage the keys that seal what identifies or unlocks a person.
    Keys {
        #[command(subcommand)]
        action: KeysAction,
    },
}

/// What to do with the keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysAction {
    /// Tell which keys there are, and how much each has sealed.
    List,
    /// Make a new key and seal everything by it; if it is cut off, call it again and it goes on.
    Rotate,
    /// Print a new key as a line for `PIPIT_KEYS`.
    New {
        /// Its number: one more than that of the last
        #[arg(default_value_t = 1)]
        number: u32,
    },
}

/// What to do with an account.
#[derive(Subcommand)]
pub(crate) enum UserAction {
    /// Open an account. The password is read from `PIPIT_PASSWORD` or else from standard input.
    Create(NewAccount),
    /// Set somebody's password; all their sessions end. It is read from `PIPIT_PASSWORD` or else from
    /// standard input.
    SetPassword {
        /// Whose
        handle: String,
        #[arg(long, env = "PIPIT_PASSWORD", hide = true, hide_env_values = true)]
        password: Option<String>,
    },
    /// Make somebody a moderator or an admin, or no longer.
    SetRole {
        /// Their handle
        handle: String,
        /// user, moderator or admin
        role: String,
    },
}

/// One may hold a password.
impl std::fmt::Debug for UserAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UserAction(***)")
    }
}

/// The account to open.
#[derive(Args)]
pub(crate) struct NewAccount {
    /// 1 to 15 of A–Z a–z 0–9 _
    pub(crate) handle: String,
    /// An e-mail address that nobody else uses
    #[arg(long)]
    pub(crate) email: String,
    /// A display name; the handle if left out
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// user, moderator or admin
    #[arg(long, default_value = "user")]
    pub(crate) role: String,
    #[arg(long, env = "PIPIT_PASSWORD", hide = true, hide_env_values = true)]
    pub(crate) password: Option<String>,
}

impl std::fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewAccount({})", self.handle)
    }
}

/// Every setting, as a flag, in the environment, and (by the same name with underscores) in the
/// file.
#[derive(Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Options {
    /// A TOML file with settings
    #[arg(long, env = "PIPIT_CONFIG", global = true, value_name = "FILE")]
    #[serde(skip)]
    pub(crate) config: Option<PathBuf>,
    /// Where to listen: address and port [default: 127.0.0.1:8080]
    #[arg(long, env = "PIPIT_LISTEN", global = true, value_name = "ADDR:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// Folder for the embedded database [default: ./data]
    #[arg(long, env = "PIPIT_DATA_DIR", global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Folder for the files of pictures; nodes of one database share it [default: media in the
    /// data folder]
    #[arg(long, env = "PIPIT_MEDIA_DIR", global = true, value_name = "DIR")]
    pub(crate) media_dir: Option<PathBuf>,
    /// File of the keys that seal what identifies or unlocks a person; nodes of one database have
    /// the same [default: keys in the data folder]
    #[arg(long, env = "PIPIT_KEY_FILE", global = true, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// The keys themselves in place of the file, as it would hold them
    #[arg(long, env = "PIPIT_KEYS", global = true, value_name = "KEYS", hide_env_values = true)]
    pub(crate) keys: Option<String>,
    /// Where the files of pictures are if not in a folder: `s3://BUCKET` or `s3://BUCKET/PREFIX`
    #[arg(long, env = "PIPIT_MEDIA_URL", global = true, value_name = "URL")]
    pub(crate) media_url: Option<String>,
    /// The address of the S3 server, if it is not Amazon's
    #[arg(long, env = "AWS_ENDPOINT_URL", global = true, value_name = "URL")]
    pub(crate) s3_endpoint: Option<String>,
    /// The bucket's region [default: us-east-1]
    #[arg(long, env = "AWS_REGION", global = true, value_name = "NAME")]
    pub(crate) s3_region: Option<String>,
    /// The key that opens the bucket [default: what the machine's metadata service gives]
    #[arg(
        long,
        env = "AWS_ACCESS_KEY_ID",
        global = true,
        value_name = "ID",
        hide_env_values = true
    )]
    pub(crate) s3_access_key_id: Option<String>,
    /// The key's secret; as a flag, others on the machine can read it
    #[arg(
        long,
        env = "AWS_SECRET_ACCESS_KEY",
        global = true,
        value_name = "SECRET",
        hide_env_values = true
    )]
    pub(crate) s3_secret_access_key: Option<String>,
    /// Where letters go: `smtps://USER:PASSWORD@HOST`, `smtp://HOST?tls=required`, or `file:FOLDER` to
    /// try things out [default: mail is not sent]
    #[arg(long, env = "PIPIT_MAIL", global = true, value_name = "URL", hide_env_values = true)]
    pub(crate) mail: Option<String>,
    /// In whose name letters are sent, like "Pipit <pipit@example.org>"
    #[arg(long, env = "PIPIT_MAIL_FROM", global = true, value_name = "ADDRESS")]
    pub(crate) mail_from: Option<String>,
    /// Who may open an account [default: open]
    #[arg(long, env = "PIPIT_SIGN_UP", global = true, value_name = "WHO")]
    pub(crate) sign_up: Option<SignUp>,
    /// Whether an e-mail address must be confirmed before its owner can sign in [default: off]
    #[arg(long, env = "PIPIT_CONFIRM_EMAIL", global = true, value_name = "WHETHER")]
    pub(crate) confirm_email: Option<ConfirmEmail>,
    /// sqlite://, postgres:// or mysql:// [default: SQLite in the data folder]
    #[arg(long, env = "DATABASE_URL", global = true, value_name = "URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
    /// A replica of PostgreSQL for searches and other long reads, as a URL [default: none]
    #[arg(
        long,
        env = "PIPIT_REPLICA_URL",
        global = true,
        value_name = "URL",
        hide_env_values = true
    )]
    pub(crate) replica_url: Option<String>,
    /// What this node does, with commas between; the load balancer sends it nothing else
    /// [default: web,stream,jobs]
    #[arg(long, env = "PIPIT_ROLES", global = true, value_name = "ROLES", value_delimiter = ',')]
    pub(crate) roles: Option<Vec<Role>>,
    /// The Redis by which several nodes on one database hear of each other: `redis://HOST:PORT`,
    /// `rediss://…` with TLS, `redis+cluster://HOST:PORT,HOST:PORT` [default: this node is alone]
    #[arg(long, env = "REDIS_URL", global = true, value_name = "URL", hide_env_values = true)]
    pub(crate) redis_url: Option<String>,
    /// The address that people see [default: http:// and where it listens]
    #[arg(long, env = "PIPIT_PUBLIC_URL", global = true, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// The file of a certificate and its chain (PEM), to serve HTTPS; read anew when it changes
    #[arg(long, env = "PIPIT_TLS_CERTIFICATE", global = true, value_name = "FILE")]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// The file of its key (PEM)
    #[arg(long, env = "PIPIT_TLS_KEY", global = true, value_name = "FILE")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Names for which a certificate is fetched by ACME, with commas between them, to serve HTTPS;
    /// they must lead to port 443 here
    #[arg(
        long,
        env = "PIPIT_ACME_DOMAINS",
        global = true,
        value_name = "NAMES",
        value_delimiter = ','
    )]
    pub(crate) acme_domains: Option<Vec<String>>,
    /// An e-mail address that the authority may write to
    #[arg(long, env = "PIPIT_ACME_CONTACT", global = true, value_name = "EMAIL")]
    pub(crate) acme_contact: Option<String>,
    /// The authority's directory [default: Let's Encrypt]
    #[arg(long, env = "PIPIT_ACME_DIRECTORY", global = true, value_name = "URL")]
    pub(crate) acme_directory: Option<String>,
    /// Where to listen for those who come without HTTPS, to lead them to it: address and port
    #[arg(long, env = "PIPIT_REDIRECT_LISTEN", global = true, value_name = "ADDR:PORT")]
    pub(crate) redirect_listen: Option<SocketAddr>,
    /// Whether anybody may ask only so much: `off` is for tests and measurements [default: on]
    #[arg(long, env = "PIPIT_RATE_LIMITS", global = true, value_name = "ON")]
    pub(crate) rate_limits: Option<RateLimits>,
    /// Proxies in front whose `X-Forwarded-For` is believed: addresses and networks like
    /// 10.0.0.0/8, with commas between them [default: none]
    #[arg(
        long,
        env = "PIPIT_TRUSTED_PROXIES",
        global = true,
        value_name = "NETWORKS",
        value_delimiter = ','
    )]
    pub(crate) trusted_proxies: Option<Vec<String>>,
    /// How long it still serves everybody after SIGTERM, while `/readyz` says no: as long as the load
    /// balancer in front takes to notice, in seconds [default: 0]
    #[arg(long, env = "PIPIT_DRAIN_SECS", global = true, value_name = "SECONDS")]
    pub(crate) drain_secs: Option<u64>,
    /// Memory for all caches together, in megabytes [default: 256]
    #[arg(long, env = "PIPIT_CACHE_MB", global = true, value_name = "MB")]
    pub(crate) cache_mb: Option<u64>,
    /// Whether apps may send people's passwords for a token: on or off; for tests and the operator's
    /// own scripts [default: off]
    #[arg(long, env = "PIPIT_OAUTH_PASSWORD_GRANT", global = true, value_name = "ON|OFF")]
    pub(crate) oauth_password_grant: Option<Switch>,
    /// What is logged: error, warn, info, debug, or rules by module [default: info, from the
    /// database only warn]
    #[arg(long, env = "PIPIT_LOG", global = true, value_name = "RULES")]
    pub(crate) log: Option<String>,
    /// How it is logged [default: text]
    #[arg(long, env = "PIPIT_LOG_FORMAT", global = true, value_name = "FORMAT")]
    pub(crate) log_format: Option<LogFormat>,
}

/// Something that is done or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Switch {
    /// It is done.
    On,
    /// It is not.
    Off,
}

/// Some of them unlock things.
impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Options(***)")
    }
}

/// How logs are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One object a line.
    Json,
}

/// A part of the work, of which there may be more on other nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// Pages and the API.
    Web,
    /// Live streams.
    Stream,
    /// What nobody waits for: letters, clearing away.
    Jobs,
}

impl Role {
    pub(crate) const ALL: [Self; 3] = [Self::Web, Self::Stream, Self::Jobs];
}

/// Whether there are limits to how much anybody may ask.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RateLimits {
    /// Everybody is limited.
    #[default]
    On,
    /// Nobody is.
    Off,
}

/// The settings that hold.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) listen: SocketAddr,
    pub(crate) database_url: String,
    pub(crate) replica_url: Option<String>,
    pub(crate) roles: Vec<Role>,
    pub(crate) redis: Option<RedisAddress>,
    pub(crate) public_url: Option<String>,
    pub(crate) cache_bytes: u64,
    pub(crate) certificates: Option<Certificates>,
    pub(crate) redirect_listen: Option<SocketAddr>,
    pub(crate) rate_limits: RateLimits,
    pub(crate) proxies: Proxies,
    pub(crate) drain: Duration,
    pub(crate) media: MediaPlace,
    pub(crate) password_grant: PasswordGrant,
    pub(crate) keys: KeyPlace,
    pub(crate) mail: MailSettings,
    pub(crate) accounts: AccountSettings,
    pub(crate) log: String,
    pub(crate) log_format: LogFormat,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Settings(***)")
    }
}

/// The migrator tells each of its steps, also when there are none, and sqlx each database's notes.
const DEFAULT_LOG: &str = "info,sea_orm_migration=warn,sqlx=warn";

/// With less, pages thrash; the largest machine has less than the other.
const CACHE_MB: std::ops::RangeInclusive<u64> = 1..=1_000_000;

impl Settings {
    pub(crate) fn load(given: Options) -> anyhow::Result<Self> {
        let file = match &given.config {
            Some(path) => read_file(path)?,
            None => Options::default(),
        };
        let data_dir = given.data_dir.or(file.data_dir).unwrap_or_else(|| PathBuf::from("data"));
        let listen = given.listen.or(file.listen);
        let certificates = tls::certificates(
            tls::Given {
                certificate: given.tls_certificate.or(file.tls_certificate),
                key: given.tls_key.or(file.tls_key),
                domains: given.acme_domains.or(file.acme_domains),
                contact: given.acme_contact.or(file.acme_contact),
                directory: given.acme_directory.or(file.acme_directory),
            },
            &data_dir,
        )?;
        let redirect_listen = given.redirect_listen.or(file.redirect_listen);
        if redirect_listen.is_some() && certificates.is_none() {
            bail!("redirect_listen leads to HTTPS: set tls_certificate or acme_domains too");
        }
        let public_url = given.public_url.or(file.public_url);
        let public_url = tls::public_url(public_url, certificates.as_ref())?;
        let key_file = given.key_file.or(file.key_file).unwrap_or_else(|| data_dir.join("keys"));
        let keys = given.keys.or(file.keys).map_or(KeyPlace::File(key_file), KeyPlace::Given);
        let media = media::place(
            media::Given {
                folder: given.media_dir.or(file.media_dir),
                url: given.media_url.or(file.media_url),
                endpoint: given.s3_endpoint.or(file.s3_endpoint),
                region: given.s3_region.or(file.s3_region),
                key_id: given.s3_access_key_id.or(file.s3_access_key_id),
                secret: given.s3_secret_access_key.or(file.s3_secret_access_key),
            },
            &data_dir,
        )?;
        let mail = accounts::mail(given.mail.or(file.mail), given.mail_from.or(file.mail_from))?;
        let accounts = AccountSettings {
            sign_up: given.sign_up.or(file.sign_up).unwrap_or_default().into(),
            confirm_email: given.confirm_email.or(file.confirm_email).unwrap_or_default().into(),
        };
        let cache_mb = given.cache_mb.or(file.cache_mb).unwrap_or(256);
        if !CACHE_MB.contains(&cache_mb) {
            bail!("cache_mb must be from {} to {}", CACHE_MB.start(), CACHE_MB.end());
        }
        let database_url = given.database_url.or(file.database_url);
        let database_url = database_url.unwrap_or_else(|| sqlite_url(&data_dir));
        let redis = checks::redis(given.redis_url.or(file.redis_url), &database_url)?;
        Ok(Self {
            listen: listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            database_url,
            replica_url: given.replica_url.or(file.replica_url).filter(|url| !url.is_empty()),
            roles: given.roles.or(file.roles).unwrap_or_else(|| Role::ALL.to_vec()),
            redis,
            public_url: public_url.as_deref().map(checks::url).transpose()?,
            cache_bytes: cache_mb * 1024 * 1024,
            certificates,
            redirect_listen,
            rate_limits: given.rate_limits.or(file.rate_limits).unwrap_or_default(),
            proxies: checks::proxies(given.trusted_proxies.or(file.trusted_proxies).as_ref())?,
            drain: checks::drain(given.drain_secs.or(file.drain_secs))?,
            media,
            password_grant: checks::password_grant(
                given.oauth_password_grant.or(file.oauth_password_grant),
            ),
            keys,
            mail,
            accounts,
            log: given.log.or(file.log).unwrap_or_else(|| DEFAULT_LOG.to_owned()),
            log_format: given.log_format.or(file.log_format).unwrap_or_default(),
        })
    }

    /// The database's address without what unlocks it.
    pub(crate) fn database_for_people(&self) -> String {
        // Parameters may hold a password too.
        let url = self.database_url.split('?').next().unwrap_or_default();
        match (url.split_once("://"), url.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
            _ => url.to_owned(),
        }
    }

    /// The embedded database's file; none if a server holds the data.
    pub(crate) fn sqlite_file(&self) -> Option<PathBuf> {
        let rest = self.database_url.strip_prefix("sqlite:")?;
        let path = rest.strip_prefix("//").unwrap_or(rest);
        Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
    }

    pub(crate) fn core(&self) -> pipit_core::Settings {
        pipit_core::Settings {
            database_url: self.database_url.clone(),
            replica_url: self.replica_url.clone(),
            cache_bytes: self.cache_bytes,
            media: self.media.clone(),
            keys: self.keys.clone(),
            mail: self.mail.clone(),
            accounts: self.accounts,
            node: match self.sqlite_file() {
                Some(_) => NodeNumber::Fixed(0),
                None => NodeNumber::Leased,
            },
            redis: self.redis.clone(),
        }
    }
}

/// The embedded database of a data folder.
pub(crate) fn sqlite_url(data_dir: &Path) -> String {
    format!("sqlite://{}", data_dir.join("pipit.db").display())
}

fn read_file(path: &Path) -> anyhow::Result<Options> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("reading the configuration file {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("in the configuration file {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("pipit.toml");
        std::fs::write(&path, "listen = \"127.0.0.1:9\"\ncache_mb = 5\nlog_format = \"json\"\n")
            .expect("written");
        let given = Options { config: Some(path), cache_mb: Some(7), ..Options::default() };
        let settings = Settings::load(given).expect("valid");
        assert_eq!(settings.listen.port(), 9);
        assert_eq!(settings.cache_bytes, 7 * 1024 * 1024);
        assert_eq!(settings.log_format, LogFormat::Json);
        assert_eq!(settings.database_url, "sqlite://data/pipit.db");
    }

    #[test]
    fn mistakes_are_told() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("pipit.toml");
        std::fs::write(&path, "lisen = \"127.0.0.1:9\"\n").expect("written");
        let misspelt = Options { config: Some(path.clone()), ..Options::default() };
        let error = Settings::load(misspelt).expect_err("unknown setting");
        assert!(format!("{error:#}").contains("lisen"), "{error:#}");
        for url in
            ["pipit.example", "ftp://x", "https://", "https://a b", "https://a/b", "https://u@a"]
        {
            let given = Options { public_url: Some(url.to_owned()), ..Options::default() };
            assert!(Settings::load(given).is_err(), "{url}");
        }
        let proxies = Some(vec!["10.0.0.0/8".to_owned(), "nginx".to_owned()]);
        let given = Options { trusted_proxies: proxies, ..Options::default() };
        let error = Settings::load(given).expect_err("a name");
        assert!(format!("{error:#}").contains("\"nginx\""), "{error:#}");
    }

    #[test]
    fn passwords_are_not_shown() {
        let url = "postgres://pipit:se@cret@db.example/pipit";
        let given = Options { database_url: Some(url.to_owned()), ..Options::default() };
        let settings = Settings::load(given).expect("valid");
        assert_eq!(settings.database_for_people(), "postgres://…@db.example/pipit");
        let url = "mysql://db.example/pipit?user=pipit&password=secret";
        let given = Options { database_url: Some(url.to_owned()), ..Options::default() };
        let settings = Settings::load(given).expect("valid");
        assert_eq!(settings.database_for_people(), "mysql://db.example/pipit");
        assert_eq!(settings.sqlite_file(), None);
    }

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
