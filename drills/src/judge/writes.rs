//! What was acknowledged is in the database, once, and nothing else is.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::model::{Look, Model, Post};
use super::{Kind, Wrong, say};
use crate::history::{At, History, Row, Tie, Truth};

/// After everything that ended, before what may yet come.
const AT_THE_END: At = At::MAX - 1;

pub(super) fn judge(history: &History, model: &Model, wrongs: &mut Vec<Wrong>) {
    let mut posts: Vec<&Post> = model.posts.values().collect();
    posts.sort_by_key(|post| post.began);
    for post in posts.iter().filter(|post| post.ids.len() > 1) {
        let what = format!("key {} was answered with the tweets {:?}", post.key, post.ids);
        say(wrongs, Kind::DoubledWrite, what);
    }
    let Some(truth) = &history.truth else { return };
    let rows = truth.tweets.iter().map(|row| (row.id, row)).collect();
    for post in posts {
        judge_post(post, &rows, model, wrongs);
    }
    judge_rows(truth, model, wrongs);
    judge_ties(truth, model, wrongs);
    for count in &truth.wrong_counts {
        say(wrongs, Kind::WrongCount, format!("{count} is not what it counts"));
    }
}

fn at_the_end(by: i64) -> Look {
    Look { by, from: AT_THE_END, until: At::MAX }
}

fn judge_post(post: &Post, rows: &HashMap<i64, &Row>, model: &Model, wrongs: &mut Vec<Wrong>) {
    for id in &post.ids {
        let row = rows.get(id);
        let deleted = model.deleted(*id, at_the_end(post.author));
        match row {
            None if deleted == Some(false) => {
                let what = format!("tweet {id} (key {}) of {} is gone", post.key, post.author);
                say(wrongs, Kind::LostWrite, what);
            }
            Some(_) if deleted == Some(true) => {
                say(wrongs, Kind::LostWrite, format!("the deletion of tweet {id} is gone"));
            }
            Some(row) if row.by != post.author || row.key != Some(post.key) => {
                let what = format!("tweet {id} is not what was posted: {row:?}");
                say(wrongs, Kind::LostWrite, what);
            }
            _ => {}
        }
    }
}

fn judge_rows(truth: &Truth, model: &Model, wrongs: &mut Vec<Wrong>) {
    let mut by_key: BTreeMap<u64, Vec<i64>> = BTreeMap::new();
    for row in truth.tweets.iter().filter(|row| row.of.is_none()) {
        match row.key {
            Some(key) if model.posts.contains_key(&key) => {
                by_key.entry(key).or_default().push(row.id);
            }
            _ => say(wrongs, Kind::UnaskedWrite, format!("nobody posted {row:?}")),
        }
    }
    for (key, ids) in by_key {
        if ids.len() > 1 {
            say(wrongs, Kind::DoubledWrite, format!("key {key} is the tweets {ids:?}"));
        }
    }
}

fn judge_ties(truth: &Truth, model: &Model, wrongs: &mut Vec<Wrong>) {
    let actual = all_ties(truth);
    let mut touched: Vec<(i64, Tie)> = model.touched().collect();
    touched.sort_by_key(|(owner, tie)| (*owner, format!("{tie:?}")));
    for (owner, tie) in &touched {
        if is_of_deleted(*tie, model) {
            continue;
        }
        let wanted = model.tie(*owner, *tie, at_the_end(*owner));
        let is = actual.contains(&(*owner, *tie));
        if wanted.is_some_and(|wanted| wanted != is) {
            let what = format!("{tie:?} by {owner} is {is}, and was last set to {}", !is);
            say(wrongs, Kind::LostWrite, what);
        }
    }
    let touched: HashSet<(i64, Tie)> = touched.into_iter().collect();
    let unasked = actual.difference(&touched).filter(|(_, tie)| !is_of_deleted(*tie, model));
    for (owner, tie) in unasked {
        say(wrongs, Kind::UnaskedWrite, format!("nobody asked for {tie:?} by {owner}"));
    }
}

/// What goes with a tweet when it is deleted is the server's affair, and so is whether who likes it at
/// that very moment is told that it is gone.
fn is_of_deleted(tie: Tie, model: &Model) -> bool {
    matches!(tie, Tie::Like(tweet) | Tie::Retweet(tweet) if model.deletion_tried(tweet))
}

fn all_ties(truth: &Truth) -> HashSet<(i64, Tie)> {
    let likes = truth.likes.iter().map(|(who, tweet)| (*who, Tie::Like(*tweet)));
    let follows = truth.follows.iter().map(|(who, whom)| (*who, Tie::Follow(*whom)));
    let blocks = truth.blocks.iter().map(|(who, whom)| (*who, Tie::Block(*whom)));
    let retweets = truth.tweets.iter().filter_map(|row| Some((row.by, Tie::Retweet(row.of?))));
    likes.chain(follows).chain(blocks).chain(retweets).collect()
}
