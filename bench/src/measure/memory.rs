//! Whether what is acknowledged can be read, and what it all takes in memory.

use std::time::Instant;

use anyhow::Context;

use super::cast::{Cast, one, some_people};
use super::place::Place;
use super::results::Memory;
use crate::load::{self, user_id};
use crate::network::Network;
use crate::server::{Server, read_homes};
use crate::tokens::mint;

const POSTS: usize = 300;

/// Posts, and looks into a follower's home at once: how often the tweet was on the page, how often
/// the first of it, and how often that was tried.
pub(super) fn readable(
    server: &Server,
    cast: &Cast,
    network: &Network,
) -> anyhow::Result<[usize; 3]> {
    let reader = server.client(Some(&cast.reader_200));
    let authors: Vec<_> = cast.followees.iter().map(|token| server.client(Some(token))).collect();
    let (mut found, mut first) = (0, 0);
    for n in 0..POSTS {
        let id = authors[n % authors.len()].post(&network.text(n as u64))?;
        let page = reader.json("/timeline")?;
        let tweets = page["tweets"].as_array().context("tweets")?;
        let place = tweets.iter().position(|tweet| tweet["id"].as_i64() == Some(id));
        found += usize::from(place.is_some());
        first += usize::from(place == Some(0));
    }
    Ok([found, first, POSTS])
}

pub(super) fn after_rounds(server: &Server) -> anyhow::Result<Memory> {
    Ok(Memory { after_rounds: server.resident()?, caches: caches(server)?, ..Memory::default() })
}

/// Has so many people read their homes once after a restart.
pub(super) async fn active(place: &Place, count: usize, memory: &mut Memory) -> anyhow::Result<()> {
    let people = some_people(&place.network, count, 4)?;
    let ids: Vec<i64> = people.iter().map(|person| user_id(*person)).collect();
    let tokens = mint(&place.url, &ids).await?;
    // The first start seals the key and tidies the whole file up, which is not what is measured.
    place.start()?.stop()?;
    let db = load::connect(&place.url).await?;
    for part in ids.chunks(1000) {
        let list: Vec<String> = part.iter().map(i64::to_string).collect();
        let list = list.join(",");
        let text = format!("SELECT COUNT(*) FROM followers WHERE user_id IN ({list})");
        memory.followed += one(&db, &text).await? as u64;
    }
    db.close().await?;
    let server = place.start()?;
    memory.active = count;
    memory.before_active = server.resident()?;
    let started = Instant::now();
    read_homes(&server.url, &tokens)?;
    memory.active_secs = started.elapsed().as_secs_f64();
    memory.after_active = server.resident()?;
    memory.caches_active = caches(&server)?;
    server.stop()
}

fn caches(server: &Server) -> anyhow::Result<Vec<(String, f64)>> {
    let series = server.metric_series("pipit_cache_bytes")?;
    let name = |labels: String| labels.split('"').nth(1).unwrap_or_default().to_owned();
    let mut caches: Vec<_> = series.into_iter().map(|(labels, n)| (name(labels), n)).collect();
    caches.sort_by(|a, b| b.1.total_cmp(&a.1));
    Ok(caches)
}
