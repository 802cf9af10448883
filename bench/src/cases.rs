//! What is measured: each case is a list of requests that wrk sends over and over.

mod mix;

use std::path::{Path, PathBuf};

use anyhow::Context;
use fastrand::Rng;
use serde_json::json;

use crate::measure::Cast;
use crate::network::Network;
use crate::wrk::{Request, write_requests};

pub(crate) const HEALTHZ: &str = "healthz";
pub(crate) const HOME_200: &str = "home, 200 followees";
pub(crate) const HOME_5000: &str = "home, 5,000 followees";
pub(crate) const HOME_RANDOM: &str = "home of 1,000 readers";
pub(crate) const USER: &str = "user";
pub(crate) const HASHTAG: &str = "hashtag";
pub(crate) const PUBLIC: &str = "public";
pub(crate) const TWEET: &str = "tweet";
pub(crate) const PROFILE: &str = "profile";
pub(crate) const HOME_HTML: &str = "home as a page (HTML)";
pub(crate) const POST: &str = "post";
pub(crate) const LIKE_MANY: &str = "like, 1,000 tweets";
pub(crate) const LIKE_HOT: &str = "like, one tweet";
pub(crate) const FOLLOW: &str = "follow";
pub(crate) const MIX: &str = "mix, 50 reads to 1 write";
pub(crate) const POST_POPULAR: &str = "post by the most followed";
pub(crate) const POST_LITTLE: &str = "post by one with about 10 followers";
pub(crate) const FLOOR_STATIC: &str = "floor: static body, same stack";
pub(crate) const FLOOR_BARE: &str = "floor: static body, bare axum";
pub(crate) const FLOOR_JSON: &str = "floor: serde_json from structs";
pub(crate) const FLOOR_INSERT: &str = "floor: bare grouped insert";

/// Readers of one round: so many requests lie between a like and its taking back, far more than
/// there are connections, so that the two never overtake each other.
pub(crate) const BLOCK: usize = 1000;
/// Different texts that are posted.
const TEXTS: usize = 4000;

/// Cases of one phase take turns. What is posted changes homes, so reads come before writes, and
/// the most followed, who are in many homes, post last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Reads,
    Writes,
    Popular,
}

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Pipit,
    /// The HTTP floors' server.
    FloorHttp,
    /// The bare insert, which needs no requests.
    FloorInsert,
}

/// One thing to measure.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) phase: Phase,
    pub(crate) by: By,
    /// A request to see what an answer looks like, for reads.
    pub(crate) probe: Option<Request>,
    /// A file of requests for each round, the warm-up being round 0; or one for all.
    files: Vec<PathBuf>,
}

impl Case {
    pub(crate) fn requests(&self, round: usize) -> anyhow::Result<&Path> {
        let file = self.files.get(round).or_else(|| self.files.last());
        Ok(file.context("a case without requests")?)
    }
}

/// Writes the requests of all cases below a folder.
pub(crate) fn write(
    folder: &Path,
    cast: &Cast,
    network: &Network,
    rounds: usize,
) -> anyhow::Result<Vec<Case>> {
    std::fs::create_dir_all(folder)?;
    let mut writer = Writer { folder, cases: Vec::new() };
    write_reads(&mut writer, cast)?;
    let texts: Vec<String> = (0..TEXTS as u64).map(|n| network.text(n)).collect();
    let posts = |tokens: &[String]| -> Vec<Request> {
        let pairs = texts.iter().zip(tokens.iter().cycle());
        pairs.map(|(text, token)| post(text).signed(token)).collect()
    };
    writer.add(POST, Phase::Writes, &[posts(&cast.authors)])?;
    let blocks: Vec<&[String]> = cast.readers.chunks_exact(BLOCK).take(rounds + 1).collect();
    let each = |target: &dyn Fn(usize) -> String| -> Vec<Vec<Request>> {
        blocks.iter().map(|block| on_and_off(block, target)).collect()
    };
    let like = |n: usize| format!("/tweets/{}/like", cast.tweets[n % cast.tweets.len()]);
    writer.add(LIKE_MANY, Phase::Writes, &each(&like))?;
    let hot = format!("/tweets/{}/like", cast.hot_tweet);
    writer.add(LIKE_HOT, Phase::Writes, &each(&|_| hot.clone()))?;
    let follow = |n: usize| format!("/users/{}/follow", cast.authors_ids[n % cast.authors.len()]);
    writer.add(FOLLOW, Phase::Writes, &each(&follow))?;
    let mixed = blocks.iter().enumerate();
    let mixed: Vec<_> =
        mixed.map(|(round, block)| mix::requests(round, block, cast, &texts)).collect();
    writer.add(MIX, Phase::Writes, &mixed)?;
    writer.push(FLOOR_INSERT, Phase::Writes, By::FloorInsert, None, &[])?;
    writer.add(POST_POPULAR, Phase::Popular, &[posts(std::slice::from_ref(&cast.popular))])?;
    writer.add(POST_LITTLE, Phase::Popular, &[posts(std::slice::from_ref(&cast.little))])?;
    Ok(writer.cases)
}

fn write_reads(writer: &mut Writer<'_>, cast: &Cast) -> anyhow::Result<()> {
    let signed = |path: String| Request::get(path).signed(&cast.reader_200);
    let author = &cast.full_authors[0];
    let html = Request {
        header: Some(("Cookie", format!("pipit={}", cast.reader_200))),
        ..Request::get("/home")
    };
    let mut homes: Vec<Request> =
        cast.readers[..BLOCK].iter().map(|token| Request::get("/timeline").signed(token)).collect();
    Rng::with_seed(1).shuffle(&mut homes);
    let reads = [
        (HEALTHZ, vec![Request::get("/healthz")]),
        (HOME_200, vec![signed("/timeline".to_owned())]),
        (HOME_5000, vec![Request::get("/timeline").signed(&cast.reader_5000)]),
        (HOME_RANDOM, homes),
        (USER, vec![signed(format!("/tweets?user_id={author}"))]),
        (HASHTAG, vec![signed(format!("/tweets?hashtag={}", cast.hashtags[0]))]),
        (PUBLIC, vec![signed("/tweets".to_owned())]),
        (TWEET, vec![signed(format!("/tweets/{}", cast.hot_tweet))]),
        (PROFILE, vec![signed(format!("/users/{author}"))]),
        (HOME_HTML, vec![html]),
    ];
    for (name, requests) in reads {
        writer.push(name, Phase::Reads, By::Pipit, requests.first().cloned(), &[requests])?;
    }
    for (name, path) in [(FLOOR_STATIC, "/static"), (FLOOR_BARE, "/bare"), (FLOOR_JSON, "/json")] {
        let request = signed(path.to_owned());
        let probe = Some(request.clone());
        writer.push(name, Phase::Reads, By::FloorHttp, probe, &[vec![request]])?;
    }
    Ok(())
}

struct Writer<'a> {
    folder: &'a Path,
    cases: Vec<Case>,
}

impl Writer<'_> {
    fn add(
        &mut self,
        name: &'static str,
        phase: Phase,
        rounds: &[Vec<Request>],
    ) -> anyhow::Result<()> {
        self.push(name, phase, By::Pipit, None, rounds)
    }

    fn push(
        &mut self,
        name: &'static str,
        phase: Phase,
        by: By,
        probe: Option<Request>,
        rounds: &[Vec<Request>],
    ) -> anyhow::Result<()> {
        let mut files = Vec::new();
        for (round, requests) in rounds.iter().enumerate() {
            let file = self.folder.join(format!("{}-{round}.tsv", self.cases.len()));
            write_requests(&file, requests)?;
            files.push(file);
        }
        self.cases.push(Case { name, phase, by, probe, files });
        Ok(())
    }
}

fn post(text: &str) -> Request {
    let body = json!({ "content": text }).to_string();
    Request { method: "POST", body, ..Request::get("/tweets") }
}

/// Each of these people does something, then each takes it back: every request changes something.
fn on_and_off(tokens: &[String], target: &dyn Fn(usize) -> String) -> Vec<Request> {
    let all = |method| {
        let people = tokens.iter().enumerate();
        people.map(move |(n, token)| Request { method, ..Request::get(target(n)) }.signed(token))
    };
    all("PUT").chain(all("DELETE")).collect()
}
