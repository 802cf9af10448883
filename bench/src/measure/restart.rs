//! What a server does that has just been started: how soon it is there, its first reads, pages far
//! down, pages of people nobody has looked at yet.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, ensure};
use serde_json::Value;

use super::cast::Cast;
use super::place::Place;
use super::results::{Cold, Page, Starts, Walk, median};
use crate::server::{Client, Server, each, read_homes};

const RESTARTS: usize = 5;
/// As deep as was asked for.
const PAGES: usize = 500;
/// Times that readers read until nothing is asked of the database any more.
const WARM_UPS: usize = 6;
/// Pages read before cold ones are counted.
const FIRST_FEW: usize = 32;
pub(crate) const STATEMENTS: &str = "pipit_database_statements_total";
const ROUND_TRIPS: &str = "pipit_database_round_trips_total";
/// Of what all caches may take, those of tweets get two fifths; a cache that is nearly full has
/// thrown away.
const TWEETS_SHARE_FREE: f64 = 0.3;

pub(super) fn starts(place: &Place, cast: &Cast) -> anyhow::Result<Starts> {
    let (mut ready, mut rest) = (Vec::new(), Vec::new());
    let (mut first_200, mut first_5000) = (Vec::new(), Vec::new());
    for _ in 0..RESTARTS {
        let server = place.start()?;
        ready.push(server.ready_after.as_secs_f64() * 1e3);
        rest.push(server.resident()? as f64);
        let readers = [(&cast.reader_200, &mut first_200), (&cast.reader_5000, &mut first_5000)];
        for (token, pages) in readers {
            let client = server.client(Some(token));
            // A connection that stands already: to open it is not what is measured.
            client.get("/healthz")?;
            pages.push(page(&server, &client, "/timeline")?.1);
        }
        server.stop()?;
    }
    let typical = |pages: &[Page]| Page {
        ms: median(pages.iter().map(|page| page.ms)),
        statements: most(pages, |page| page.statements),
        round_trips: most(pages, |page| page.round_trips),
    };
    Ok(Starts {
        ready_ms: median(ready.into_iter()),
        at_rest_bytes: median(rest.into_iter()),
        first_200: typical(&first_200),
        first_5000: typical(&first_5000),
    })
}

/// Walks two homes, each on a server that has just started, and tells what a tweet takes in its
/// cache.
pub(super) fn walks(place: &Place, cast: &Cast) -> anyhow::Result<(Vec<Walk>, Option<f64>)> {
    let mut walks = Vec::new();
    let mut tweet_bytes = None;
    for (followees, token) in [(200, &cast.reader_200), (5000, &cast.reader_5000)] {
        let server = place.start()?;
        let client = server.client(Some(token));
        client.get("/healthz")?;
        let before = tweets_cache(&server)?;
        let mut seen = HashSet::new();
        let cold = walk(&server, &client, &mut seen)?;
        let bytes = tweets_cache(&server)? - before;
        if bytes < place.cache_mb as f64 * 1e6 * TWEETS_SHARE_FREE {
            tweet_bytes = Some(bytes / seen.len() as f64);
        }
        let warm = walk(&server, &client, &mut seen)?;
        ensure!(warm.len() == cold.len(), "two walks of different lengths");
        server.stop()?;
        walks.push(Walk { followees, cold, warm });
    }
    Ok((walks, tweet_bytes))
}

fn walk(server: &Server, client: &Client, seen: &mut HashSet<i64>) -> anyhow::Result<Vec<Page>> {
    let mut pages = Vec::new();
    let mut path = "/timeline".to_owned();
    while pages.len() < PAGES {
        let (body, figures) = page(server, client, &path)?;
        pages.push(figures);
        let body: Value = serde_json::from_slice(&body)?;
        for tweet in body["tweets"].as_array().context("tweets")? {
            seen.extend(tweet["id"].as_i64());
            seen.extend(tweet["retweet_of"]["id"].as_i64());
        }
        match body["next_cursor"].as_str() {
            Some(cursor) => path = format!("/timeline?cursor={cursor}"),
            None => break,
        }
    }
    Ok(pages)
}

/// Timelines of people nobody has looked at since the start, on a server that has work: one that
/// idles in between spends more on falling asleep and waking up. The first few, during which
/// statements are prepared, do not count.
pub(super) fn cold(place: &Place, cast: &Cast) -> anyhow::Result<Cold> {
    let server = place.start()?;
    let (first_few, authors) = cast.full_authors.split_at(FIRST_FEW);
    let pages = authors.len() as f64;
    let read = |authors: &[String]| -> anyhow::Result<(f64, f64)> {
        let bytes = AtomicUsize::new(0);
        let before = server.cpu()?;
        each(&server.url, authors, |client, handle| {
            let page = client.get(&format!("/tweets?user_id={handle}"))?;
            bytes.fetch_add(page.len(), Ordering::Relaxed);
            Ok(())
        })?;
        let us = server.cpu()?.since(&before) as f64 / 1e3 / pages;
        Ok((us, bytes.into_inner() as f64 / pages))
    };
    read(first_few)?;
    let before = server.metric(STATEMENTS)?;
    let (first_us, bytes) = read(authors)?;
    let after = server.metric(STATEMENTS)?;
    let (again_us, _) = read(authors)?;
    server.stop()?;
    let statements = after.zip(before).map(|(after, before)| (after - before) / pages);
    Ok(Cold { pages: authors.len(), bytes, first_us, again_us, statements })
}

/// Has these people read their homes until the caches know them; answers the statements a read of
/// each pass. A server that does not count them gets as many passes as there may be.
pub(crate) fn warm_up(server: &Server, readers: &[String]) -> anyhow::Result<Vec<f64>> {
    let mut passes = Vec::new();
    for _ in 0..WARM_UPS {
        let before = server.metric(STATEMENTS)?;
        read_homes(&server.url, readers)?;
        let after = server.metric(STATEMENTS)?;
        if let Some((after, before)) = after.zip(before) {
            let statements = (after - before) / readers.len() as f64;
            passes.push(statements);
            if statements < 0.01 {
                break;
            }
        }
    }
    Ok(passes)
}

fn page(server: &Server, client: &Client, path: &str) -> anyhow::Result<(Vec<u8>, Page)> {
    let before = [server.metric(STATEMENTS)?, server.metric(ROUND_TRIPS)?];
    let (body, took) = client.timed(path)?;
    let after = [server.metric(STATEMENTS)?, server.metric(ROUND_TRIPS)?];
    let grown = |n: usize| Some(after[n]? - before[n]?);
    let page = Page { ms: took.as_secs_f64() * 1e3, statements: grown(0), round_trips: grown(1) };
    Ok((body, page))
}

/// The highest of these figures.
pub(crate) fn most(pages: &[Page], of: impl Fn(&Page) -> Option<f64>) -> Option<f64> {
    pages.iter().filter_map(of).max_by(f64::total_cmp)
}

fn tweets_cache(server: &Server) -> anyhow::Result<f64> {
    let caches = server.metric_series("pipit_cache_bytes")?;
    let tweets = caches.iter().find(|(labels, _)| labels.contains("\"tweets\""));
    Ok(tweets.context("a cache of tweets")?.1)
}
