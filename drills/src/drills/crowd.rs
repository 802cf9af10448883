//! Many at once: who are slow, who only listen, and who all want the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::{Arena, alone};
use crate::history::{At, Audience, History};
use crate::load::{Habit, Load, Plan, gather};
use crate::process::wait_for;
use crate::report::{Outcome, secs};
use crate::world::{Route, World};

/// As many streams as one account may have.
const STREAMS_EACH: usize = 16;
/// Below this, twice as long is the noise of a machine that does other things too.
const UNNOTICED: At = 10_000;

/// Measures what others notice of people who take their time.
pub(super) async fn slow_connections(arena: &mut Arena) -> anyhow::Result<Outcome> {
    // With the streams of the others, nearly the 10,000 that a node takes.
    let (slow, listeners) = arena.pick((2_000, 624), (200, 20));
    let time = arena.secs(10, 4);
    let node = alone::start(arena, &arena.own_folder("slow")?).await?;
    let load = Load::start(alone::world(&node)?, Plan::everything(40)).await?;
    // Accounts are dear: they are opened before anything is measured.
    let owners = gather(&load.world, listeners).await?;
    let address = node.url.trim_start_matches("http://").to_owned();
    let calm = measure(&load.world, time).await;

    let held = Held::default();
    let mut tasks = JoinSet::new();
    for owner in owners {
        for _ in 0..STREAMS_EACH {
            tasks.spawn(idle(address.clone(), owner.token.clone(), held.clone()));
        }
    }
    for _ in 0..slow {
        tasks.spawn(dawdle(address.clone(), held.clone()));
    }
    let wanted = listeners * STREAMS_EACH;
    let is_there = async || held.streams() >= wanted && held.dawdlers() >= slow * 9 / 10;
    wait_for("the crowd to be there", is_there).await?;
    let crowded = measure(&load.world, time).await;
    let (streams, slow) = (held.streams(), held.dawdlers());
    tasks.shutdown().await;

    let history = load.finish().await?;
    let (before, during) = (p99(&history, calm), p99(&history, crowded));
    let mut outcome = Outcome::default();
    outcome.notes.push(format!(
        "p99 of the others: {:.1} ms alone, {:.1} ms beside {slow} slow connections and {streams} idle \
         streams",
        secs(before) * 1e3,
        secs(during) * 1e3
    ));
    if during > (2 * before).max(UNNOTICED) {
        outcome.failures.push("that is more than twice as long".to_owned());
    }
    if history.calls.iter().any(|call| call.answer.failed()) {
        outcome.failures.push("calls of the others failed".to_owned());
    }
    Ok(Outcome { history, ..outcome })
}

async fn measure(world: &World, time: Duration) -> (At, At) {
    let began = world.now();
    tokio::time::sleep(time).await;
    (began, world.now())
}

/// Of the answers of a span of time.
fn p99(history: &History, (began, ended): (At, At)) -> At {
    let within = history.calls.iter().filter(|call| began <= call.began && call.ended < ended);
    let mut times: Vec<At> = within.map(|call| call.ended - call.began).collect();
    times.sort_unstable();
    times.get(times.len() * 99 / 100).copied().unwrap_or(0)
}

/// How many connections are open.
#[derive(Clone, Default)]
struct Held {
    streams: Arc<AtomicUsize>,
    dawdlers: Arc<AtomicUsize>,
}

impl Held {
    fn streams(&self) -> usize {
        self.streams.load(Ordering::Relaxed)
    }

    fn dawdlers(&self) -> usize {
        self.dawdlers.load(Ordering::Relaxed)
    }
}

/// Sends a request so slowly that it is cut, and begins again.
async fn dawdle(address: String, held: Held) {
    loop {
        if let Ok(mut socket) = TcpStream::connect(&address).await {
            held.dawdlers.fetch_add(1, Ordering::Relaxed);
            let opening = b"GET /healthz HTTP/1.1\r\nHost: slow\r\nX-Slow: ";
            let mut going = socket.write_all(opening).await.is_ok();
            while going {
                tokio::time::sleep(Duration::from_secs(1)).await;
                going = socket.write_all(b"z").await.is_ok();
            }
            held.dawdlers.fetch_sub(1, Ordering::Relaxed);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Holds a stream on which nothing happens.
async fn idle(address: String, token: String, held: Held) {
    let request = format!(
        "GET /timeline/stream HTTP/1.1\r\nHost: idle\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    loop {
        if let Ok(mut socket) = TcpStream::connect(&address).await
            && socket.write_all(request.as_bytes()).await.is_ok()
        {
            let mut buffer = [0; 1024];
            let first = socket.read(&mut buffer).await.unwrap_or(0);
            if buffer[..first].starts_with(b"HTTP/1.1 200") {
                held.streams.fetch_add(1, Ordering::Relaxed);
                while socket.read(&mut buffer).await.is_ok_and(|length| length > 0) {}
                held.streams.fetch_sub(1, Ordering::Relaxed);
            }
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Everybody wants the same tweet.
pub(super) async fn storm(arena: &mut Arena) -> anyhow::Result<Outcome> {
    let people = arena.pick(100, 30);
    let plan = Plan { people, pause: Duration::from_millis(20), habit: Habit::Storm };
    let load = Load::start(arena.world(Route::Nodes)?, plan).await?;
    tokio::time::sleep(arena.secs(20, 5)).await;
    let world = Arc::clone(&load.world);
    let history = load.finish().await?;
    let public = world.posted().iter().filter(|t| t.audience == Audience::Everybody).count();
    let mut outcome = Outcome::default();
    outcome.notes.push(format!("{people} people, {public} tweets and answers"));
    if history.calls.iter().any(|call| call.answer.failed()) {
        outcome.failures.push("calls failed, though nothing was broken".to_owned());
    }
    Ok(Outcome { history, ..outcome })
}
