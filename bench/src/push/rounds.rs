//! What is measured, one way and the other in turns, and the middle of several rounds.

use fastrand::Rng;

use super::PAGE;
use super::timing::{cpu_ns_each, median};
use super::world::World;

/// One figure of both ways, or of both together.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) what: &'static str,
    pub(super) push: f64,
    pub(super) pull: Option<f64>,
}

impl Line {
    fn both(what: &'static str, push: f64, pull: f64) -> Self {
        Self { what, push, pull: Some(pull) }
    }

    fn one(what: &'static str, figure: f64) -> Self {
        Self { what, push: figure, pull: None }
    }
}

const MEAN_POST: &str = "a post, mean of all, ns";
const ANY_READ: &str = "a read by anybody, ns";
const READ_200: &str = "a read of 200 followees, ns";
const READ_5000: &str = "a read of 5,000 followees, ns";

pub(super) fn compare(mut world: World, rounds: usize) -> anyhow::Result<Vec<Line>> {
    let memory = memory(&world);
    let mut all: Vec<Vec<Line>> = Vec::new();
    for seed in 0..rounds {
        all.push(round(&mut world, &mut Rng::with_seed(seed as u64))?);
    }
    let mut lines = all.first().cloned().unwrap_or_default();
    for (place, line) in lines.iter_mut().enumerate() {
        line.push = median(all.iter().map(|lines| lines[place].push).collect());
        let pull = all.iter().map(|lines| lines[place].pull).collect::<Option<Vec<f64>>>();
        line.pull = pull.map(median);
    }
    let break_even = break_even(&lines);
    lines.extend(break_even);
    lines.extend(memory);
    Ok(lines)
}

fn round(world: &mut World, rng: &mut Rng) -> anyhow::Result<Vec<Line>> {
    // Before the sample, which leaves everybody's newest posts as they usually are.
    let mut lines = single_author(
        world,
        usize::MAX,
        ["a post by the most followed, ns", "readers whom it reaches"],
    )?;
    let names = ["a post by somebody small, ns", "readers whom that reaches"];
    lines.extend(single_author(world, 10, names)?);
    let sample = world.sample.clone();
    let reached: usize = sample.iter().map(|a| world.push.followers(*a as usize)).sum();
    let push = cpu_ns_each(sample.len(), || world.post_push(&sample))?;
    let pull = cpu_ns_each(sample.len(), || world.post_pull(&sample))?;
    lines.push(Line::both(MEAN_POST, push, pull));
    lines.push(Line::one("readers whom one reaches, mean", reached as f64 / sample.len() as f64));
    lines.extend(reads(world, rng)?);
    let count = world.follows.len();
    let push = cpu_ns_each(count, || world.follow_push())?;
    let pull = cpu_ns_each(count, || world.follow_pull())?;
    lines.push(Line::both("a follow and its unfollow, ns", push, pull));
    Ok(lines)
}

fn single_author(
    world: &mut World,
    followers: usize,
    [post, reach]: [&'static str; 2],
) -> anyhow::Result<Vec<Line>> {
    let author = world.followed_by(followers);
    let push = cpu_ns_each(1, || world.post_push(&[author]))?;
    let pull = cpu_ns_each(1, || world.post_pull(&[author]))?;
    let reached = world.push.followers(author as usize) as f64;
    Ok(vec![Line::both(post, push, pull), Line::one(reach, reached)])
}

fn reads(world: &World, rng: &mut Rng) -> anyhow::Result<Vec<Line>> {
    let mut page = Vec::with_capacity(PAGE);
    let mut seen = 0;
    let push = cpu_ns_each(world.readers.len(), || {
        for reader in &world.readers {
            world.push.read(*reader, &mut page);
            seen += page.len();
        }
    })?;
    let pull = cpu_ns_each(world.readers.len(), || {
        for reader in &world.readers {
            world.pull.read(*reader, &mut page);
            seen += page.len();
        }
    })?;
    let mut lines = vec![Line::both(ANY_READ, push, pull)];
    // Many lists, so that none stays in the processor from one read to the next.
    for (what, followees, lists) in [(READ_200, 200, 2000), (READ_5000, 5000, 100)] {
        if followees * 2 > world.people() {
            continue;
        }
        let lists: Vec<_> = (0..lists).map(|_| world.followees(rng, followees)).collect();
        let pull = cpu_ns_each(lists.len(), || {
            for list in &lists {
                world.pull.merge(list, &mut page);
                seen += page.len();
            }
        })?;
        // A timeline is read in the same way whoever filled it.
        lines.push(Line::both(what, push, pull));
    }
    anyhow::ensure!(seen > 0, "nobody saw anything");
    Ok(lines)
}

/// From how many reads a post on push takes less: what it costs more to post, it saves on reads.
fn break_even(lines: &[Line]) -> Vec<Line> {
    let of = |what: &str| lines.iter().find(|line| line.what == what);
    let Some(post) = of(MEAN_POST) else {
        return Vec::new();
    };
    let dearer = post.push - post.pull.unwrap_or(0.0);
    let of_read = |(read, what): (&str, &'static str)| {
        let read = of(read)?;
        Some(Line::one(what, dearer / (read.pull? - read.push)))
    };
    [
        (ANY_READ, "reads a post from which on push takes less, anybody"),
        (READ_200, "the same, 200 followees"),
        (READ_5000, "the same, 5,000 followees"),
    ]
    .into_iter()
    .filter_map(of_read)
    .collect()
}

fn memory(world: &World) -> Vec<Line> {
    let mb = |bytes: usize| bytes as f64 / 1e6;
    let (timelines, push_lists) = world.push.bytes();
    let (logs, pull_lists) = world.pull.bytes();
    vec![
        Line::both("memory of timelines, or of logs, MB", mb(timelines), mb(logs)),
        Line::both("of lists of followers, or of followees, MB", mb(push_lists), mb(pull_lists)),
        Line::both("together, MB", mb(timelines + push_lists), mb(logs + pull_lists)),
    ]
}
