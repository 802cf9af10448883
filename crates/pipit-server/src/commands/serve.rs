//! `pipit serve`

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use metrics_exporter_prometheus::PrometheusHandle;
use pipit_core::{PasswordGrant, Pipit};
use pipit_http::Rates;
use pipit_model::Clock;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::config::{RateLimits, Role, Settings};
use crate::crowd::Crowd;
use crate::listen::{self, Door, Standing, Stop};
use crate::tls::{Certificates, Tls};
use crate::{telemetry, tls, wire};

/// Requests under way get this long to end when the server is told to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// What service managers and containers send; whoever sits at a terminal sends another one, and does
/// not want to wait.
const SIGTERM: &str = "SIGTERM";
/// Between two times of summing up the metrics.
const SUM_UP_EVERY: Duration = Duration::from_secs(5);
/// Between two looks for what moderators did elsewhere: at the terminal, on another node.
const HEAR_EVERY: Duration = Duration::from_millis(500);
/// Between two looks for what is to be cleared away.
const CLEAN_EVERY: Duration = Duration::from_mins(1);
/// Before the first one: those who waited for a restart come first.
const CLEAN_AFTER: Duration = Duration::from_secs(3);
/// Between two times of telling other nodes how much was asked.
const TELL_RATES_EVERY: Duration = Duration::from_millis(500);
/// Between two looks for letters to be sent: somebody waits for one.
const MAIL_EVERY: Duration = Duration::from_secs(2);

pub(crate) async fn run(settings: &Settings) -> anyhow::Result<()> {
    // Held until the end.
    let _lock = settings.sqlite_file().map(|file| super::lock_database(&file)).transpose()?;
    let entrance = Entrance::open(settings).await?;
    let pipit = super::open(settings, Clock::System).await?;
    serve(settings, entrance, pipit, &[]).await
}

/// Where people come in, and what tells a server to stop: opened first, so that a port that is
/// taken is told at once and no signal is missed.
pub(crate) struct Entrance {
    listener: TcpListener,
    /// For those who come without HTTPS.
    redirects: Option<TcpListener>,
    terminate: Signal,
    interrupt: Signal,
}

impl Entrance {
    pub(crate) async fn open(settings: &Settings) -> anyhow::Result<Self> {
        let listener = listen_on(settings.listen).await?;
        let redirects = match settings.redirect_listen {
            Some(address) => Some(listen_on(address).await?),
            None => None,
        };
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self { listener, redirects, terminate, interrupt })
    }

    /// Waits until the server is told to stop.
    pub(crate) async fn stop_signal(&mut self) -> &'static str {
        wait_for_signal(&mut self.terminate, &mut self.interrupt).await
    }
}

async fn listen_on(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("listening on {address}"))
}

async fn wait_for_signal(terminate: &mut Signal, interrupt: &mut Signal) -> &'static str {
    tokio::select! {
        _ = terminate.recv() => SIGTERM,
        _ = interrupt.recv() => "SIGINT",
    }
}

/// Serves until a signal comes, then lets what is under way end. `notes` are printed below the
/// first lines.
pub(crate) async fn serve(
    settings: &Settings,
    entrance: Entrance,
    pipit: Pipit,
    notes: &[String],
) -> anyhow::Result<()> {
    let Entrance { listener, redirects, mut terminate, mut interrupt } = entrance;
    pipit.warm_up().await;
    let metrics = telemetry::start_metrics()?;
    let address = listener.local_addr()?;
    let scheme = if settings.certificates.is_some() { "https" } else { "http" };
    let public_url = settings.public_url.clone().unwrap_or_else(|| format!("{scheme}://{address}"));
    let (certificates, keeper) = settings.certificates.as_ref().map(open_tls).transpose()?.unzip();
    let redirects_at = redirects.as_ref().map(TcpListener::local_addr).transpose()?;
    // Nobody may be there to read it (`pipit | head -1`); that is no reason to stop.
    let _unread = print_first_lines(settings, &pipit, (address, redirects_at, &public_url), notes);

    if settings.password_grant == PasswordGrant::On {
        tracing::warn!(
            "apps may send people's passwords (oauth_password_grant): not for the public"
        );
    }
    if settings.rate_limits == RateLimits::Off {
        tracing::warn!("rate_limits is off: anybody may ask as much as they like");
    }
    let (stop, stopped) = Stop::new();
    let rates = rates(settings, &pipit);
    let parts = wire::Parts {
        pipit: pipit.clone(),
        rates: rates.clone(),
        public_url: public_url.clone(),
        metrics: metrics.clone(),
        stop: stopped.clone(),
    };
    let mut router = wire::router(settings, parts);
    if certificates.is_some() {
        router = tls::with_hsts(router);
    }
    let crowd = Crowd::new(settings.proxies.clone(), settings.rate_limits);
    let mut tasks = JoinSet::new();
    tasks.spawn(keep_metrics(metrics.clone(), stopped.clone()));
    if settings.roles.contains(&Role::Jobs) {
        tasks.spawn(clean(pipit.clone(), stopped.clone()));
        if pipit.sends_mail() {
            tasks.spawn(send_mails(pipit.clone(), public_url.clone(), stopped.clone()));
        }
    }
    tasks.spawn(hear_of_moderation(pipit.clone(), stopped.clone()));
    if settings.redis.is_some() {
        tasks.spawn(tell_rates(pipit.clone(), rates, stopped.clone()));
    }
    if let Some(keeper) = keeper {
        tasks.spawn(keeper.run(stopped.clone()));
    }
    if let Some(redirects) = redirects {
        let router = tls::redirect(&public_url);
        let door = Door { router, crowd: crowd.clone(), tls: None };
        tasks.spawn(listen::run(redirects, door, stopped.clone()));
    }
    tasks.spawn(listen::run(listener, Door { router, crowd, tls: certificates }, stopped));

    let mut signals = (&mut terminate, &mut interrupt);
    let signal = drain(settings.drain, &mut signals, &stop).await;
    tracing::info!(signal, "stopping: no new connections, requests under way may end");
    drop(stop);
    // They would go on for as long as their readers stay; these come back to the next server.
    pipit.end_streams();
    let drained = tokio::time::timeout(DRAIN, async { while tasks.join_next().await.is_some() {} });
    if drained.await.is_err() {
        tracing::warn!("some requests did not end in time and were cut");
        tasks.abort_all();
    }
    pipit.close().await?;
    tracing::info!("stopped");
    Ok(())
}

/// Waits for a signal, and then, if it is a service manager's, until the load balancer has noticed or
/// there is a second one.
async fn drain(
    drain: Duration,
    (terminate, interrupt): &mut (&mut Signal, &mut Signal),
    stop: &watch::Sender<Standing>,
) -> &'static str {
    let signal = wait_for_signal(terminate, interrupt).await;
    if signal != SIGTERM || drain.is_zero() {
        return signal;
    }
    tracing::info!(signal, "draining: /readyz says no, so that nobody else is sent here");
    stop.send_replace(Standing::Draining);
    let second = wait_for_signal(terminate, interrupt);
    tokio::time::timeout(drain, second).await.unwrap_or(signal)
}

/// The folder of an authority's certificates is made if it is needed.
fn open_tls(certificates: &Certificates) -> anyhow::Result<(Tls, tls::Keeper)> {
    if let Certificates::Acme { folder, .. } = certificates {
        super::make_folder(folder)?;
    }
    Tls::open(certificates)
}

fn print_first_lines(
    settings: &Settings,
    pipit: &Pipit,
    (address, redirects_at, public_url): (SocketAddr, Option<SocketAddr>, &str),
    notes: &[String],
) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "Pipit {} is ready at {public_url}", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "  listens on   {address}")?;
    if let Some(certificates) = &settings.certificates {
        writeln!(out, "  certificate  {certificates}")?;
    }
    if let Some(address) = redirects_at {
        writeln!(out, "  redirects    {address}")?;
    }
    let database = settings.database_for_people();
    writeln!(out, "  database     {database} ({})", pipit.backend_name())?;
    if settings.redis.is_some() {
        writeln!(out, "  other nodes  are heard by Redis")?;
    }
    writeln!(out, "  pictures     {}", settings.media)?;
    if let Some(folder) = settings.sqlite_file().as_deref().and_then(Path::parent) {
        writeln!(out, "  data folder  {}", folder.display())?;
    }
    writeln!(out, "  API          {public_url}/docs")?;
    for note in notes {
        writeln!(out, "  {note}")?;
    }
    out.flush()
}

/// How much anybody may ask; nodes that hear of each other count together.
fn rates(settings: &Settings, pipit: &Pipit) -> Rates {
    match (settings.rate_limits, &settings.redis) {
        (RateLimits::Off, _) => Rates::off(),
        (RateLimits::On, None) => Rates::on(),
        (RateLimits::On, Some(_)) => {
            let rates = Rates::on().shared();
            let heeded = rates.clone();
            pipit.on_asked_elsewhere(move |text| heeded.hear(text));
            rates
        }
    }
}

/// Tells other nodes how much was asked of this one.
async fn tell_rates(pipit: Pipit, rates: Rates, stop: Stop) {
    while !stop.told_within(TELL_RATES_EVERY).await {
        if let Some(text) = rates.to_tell() {
            pipit.tell_asked(text);
        }
    }
}

/// Sums up what was measured, so that it takes no memory while nobody asks for it.
async fn keep_metrics(metrics: PrometheusHandle, stop: Stop) {
    while !stop.told_within(SUM_UP_EVERY).await {
        metrics.run_upkeep();
    }
}

/// Sends the letters that wait, now and then.
async fn send_mails(pipit: Pipit, public_url: String, stop: Stop) {
    loop {
        // What is under way is not cut off: it would be sent twice.
        if let Err(error) = pipit.send_mails(&public_url).await {
            tracing::warn!(%error, "letters wait; they are looked at again");
        }
        if stop.told_within(MAIL_EVERY).await {
            return;
        }
    }
}

/// Lets the caches and streams know of what moderators did elsewhere, and writes what their rules
/// found here.
async fn hear_of_moderation(pipit: Pipit, stop: Stop) {
    let mut heard = None;
    loop {
        let hear = async {
            match heard {
                Some(since) => pipit.hear_of_moderation(since).await,
                None => pipit.audit_end().await,
            }
        };
        match hear.await {
            Ok(seq) => heard = Some(seq),
            Err(error) => tracing::warn!(%error, "the moderators' log cannot be read"),
        }
        if let Err(error) = pipit.write_auto_hits().await {
            tracing::warn!(%error, "what rules found is not counted yet; it is tried again");
        }
        if stop.told_within(HEAR_EVERY).await {
            return;
        }
    }
}

/// Clears away what deleted accounts left behind and what has expired, now and then.
async fn clean(pipit: Pipit, stop: Stop) {
    // A day of hashtags is read from the database once: before the first visitor waits for it.
    if let Err(error) = pipit.trending_hashtags().await {
        tracing::warn!(%error, "no trends yet; they are looked for again when somebody asks");
    }
    let mut pause = CLEAN_AFTER;
    while !stop.told_within(pause).await {
        pause = CLEAN_EVERY;
        let cleaned = async {
            pipit.delete_expired().await?;
            pipit.delete_expired_apps().await?;
            pipit.delete_expired_media().await?;
            pipit.delete_old_notifications().await?;
            pipit.delete_old_sign_ups().await?;
            pipit.purge_deleted_accounts().await
        };
        tokio::select! {
            result = cleaned => if let Err(error) = result {
                tracing::warn!(%error, "clearing away failed; it is tried again");
            },
            () = stop.clone().told() => return,
        }
    }
}
