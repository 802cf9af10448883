//! What a stream tells is what the home gains, each once, across any number of connections.

use std::collections::HashSet;

use super::model::{Look, Model};
use super::reads::shown_wrongly;
use super::{Kind, Wrong, say};
use crate::history::{At, Entry, Event, History, Stream};

/// What is told has been on its way, through buffers and past processes that were stopped.
const ON_ITS_WAY: At = 2_000_000;

pub(super) fn judge(history: &History, model: &Model, wrongs: &mut Vec<Wrong>) {
    for stream in &history.streams {
        judge_events(stream, model, wrongs);
        judge_complete(history, stream, model, wrongs);
    }
}

fn judge_events(stream: &Stream, model: &Model, wrongs: &mut Vec<Wrong>) {
    let mut told = HashSet::new();
    for (at, entry) in tweets(stream) {
        if !told.insert(entry.id) {
            let what = format!("the stream of {} told {} twice", stream.by, entry.id);
            say(wrongs, Kind::DeliveredTwice, what);
        }
        let look = Look { by: stream.by, from: at.saturating_sub(ON_ITS_WAY), until: at };
        if let Some((kind, why)) = shown_wrongly(model, look, entry) {
            let what = format!("the stream of {} told {}: {why}", stream.by, entry.id);
            say(wrongs, kind, what);
        }
    }
}

fn judge_complete(history: &History, stream: &Stream, model: &Model, wrongs: &mut Vec<Wrong>) {
    let Some(from) = stream.from else { return };
    let told: HashSet<i64> = tweets(stream).map(|(_, entry)| entry.id).collect();
    let gaps = gaps(stream);
    for (id, key) in &model.by_id {
        let post = &model.posts[key];
        let look = Look { by: stream.by, from: post.began, until: stream.until };
        let has_arrived = |ended: At| ended + history.lag + ON_ITS_WAY <= stream.until;
        let belongs = post.reply_to.is_none()
            && from <= post.began
            && post.acknowledged.is_some_and(has_arrived)
            && model.in_home(post, look) == Some(true)
            && model.deleted(*id, look) == Some(false);
        let left_out = gaps.iter().any(|(above, below)| above < id && id < below);
        if belongs && !left_out && !told.contains(id) {
            let (by, began) = (stream.by, post.began);
            let what = format!("the stream of {by} did not tell {id}, posted at {began}");
            say(wrongs, Kind::Undelivered, what);
        }
    }
}

fn tweets(stream: &Stream) -> impl Iterator<Item = (At, &Entry)> {
    stream.events.iter().filter_map(|event| match event {
        Event::Tweet { at, entry } => Some((*at, entry)),
        Event::Gap => None,
    })
}

/// Between which entries the stream said that it left some out.
fn gaps(stream: &Stream) -> Vec<(i64, i64)> {
    let mut gaps = Vec::new();
    let (mut last, mut open) = (i64::MIN, false);
    for event in &stream.events {
        match event {
            Event::Gap => open = true,
            Event::Tweet { entry, .. } => {
                if open {
                    gaps.push((last, entry.id));
                }
                (last, open) = (entry.id, false);
            }
        }
    }
    if open {
        gaps.push((last, i64::MAX));
    }
    gaps
}

/// How long after its acknowledgement each tweet reached a stream, in order.
pub(crate) fn delays(history: &History) -> Vec<At> {
    let model = Model::of(history);
    let mut delays: Vec<At> = history
        .streams
        .iter()
        .flat_map(tweets)
        .filter_map(|(at, entry)| {
            let post = &model.posts[model.by_id.get(&entry.id)?];
            Some(at.saturating_sub(post.acknowledged?))
        })
        .collect();
    delays.sort_unstable();
    delays
}
