//! What was shown is what could be there, and all of it.

use std::collections::{HashMap, HashSet};

use super::model::{Look, Model, Post};
use super::{Kind, Wrong, say};
use crate::history::{Answer, Ask, Call, Entry, History, Tie, View};

pub(super) fn judge(history: &History, model: &Model, wrongs: &mut Vec<Wrong>) {
    let mut by_reader: HashMap<i64, Vec<&Call>> = HashMap::new();
    for call in &history.calls {
        by_reader.entry(call.by).or_default().push(call);
    }
    let likes = final_likes(history);
    let mut readers: Vec<_> = by_reader.into_iter().collect();
    readers.sort_by_key(|(reader, _)| *reader);
    for (_, mut calls) in readers {
        calls.sort_by_key(|call| call.began);
        let mut reader = Reader::new(model, likes.as_ref(), wrongs);
        for call in calls {
            reader.take(call, history.quiet.is_some_and(|quiet| quiet <= call.began));
        }
    }
}

/// How many like each tweet at the end.
fn final_likes(history: &History) -> Option<HashMap<i64, i64>> {
    let truth = history.truth.as_ref()?;
    let mut likes = HashMap::new();
    for (_, tweet) in &truth.likes {
        *likes.entry(*tweet).or_default() += 1;
    }
    Some(likes)
}

/// One person's calls, in their order.
struct Reader<'a> {
    model: &'a Model,
    likes: Option<&'a HashMap<i64, i64>>,
    wrongs: &'a mut Vec<Wrong>,
    seen: HashSet<i64>,
    walks: HashMap<u64, Walk>,
}

#[derive(Default)]
struct Walk {
    shown: HashSet<i64>,
    last: Option<i64>,
}

impl<'a> Reader<'a> {
    fn new(
        model: &'a Model,
        likes: Option<&'a HashMap<i64, i64>>,
        wrongs: &'a mut Vec<Wrong>,
    ) -> Self {
        Self { model, likes, wrongs, seen: HashSet::new(), walks: HashMap::new() }
    }

    fn take(&mut self, call: &Call, quiet: bool) {
        match (&call.ask, &call.answer) {
            (Ask::Read { view, walk, below }, Answer::Page { entries, more }) => {
                self.check_order(call, *walk, *below, entries);
                for entry in entries {
                    self.check_shown(call, *view, entry, quiet);
                }
                self.check_complete(call, *view, *below, entries, *more);
                self.seen.extend(entries.iter().map(|entry| entry.id));
            }
            (
                Ask::Read { view: View::Tweet(id), .. }
                | Ask::Delete { tweet: id }
                | Ask::Tie { tie: Tie::Like(id) | Tie::Retweet(id), .. },
                Answer::Refused(404),
            )
            | (Ask::Post { reply_to: Some(id), .. }, Answer::Refused(404 | 422)) => {
                self.check_absent(call, *id);
            }
            // Nobody's session ends, and nobody makes a mistake or asks too much.
            (_, Answer::Refused(status @ (401 | 409 | 422 | 429))) => {
                let what = format!("{} was refused with {status}: {:?}", call.by, call.ask);
                say(self.wrongs, Kind::WronglyRefused, what);
            }
            _ => {}
        }
    }

    fn check_order(&mut self, call: &Call, walk: u64, below: Option<i64>, entries: &[Entry]) {
        let walk = self.walks.entry(walk).or_default();
        for Entry { id, .. } in entries {
            if !walk.shown.insert(*id) {
                let what = format!("{} was shown {id} twice in one walk", call.by);
                say(self.wrongs, Kind::DoubledEntry, what);
            } else if walk.last.or(below).is_some_and(|last| last <= *id) {
                let what = format!("{} was shown {id} below {:?}", call.by, walk.last.or(below));
                say(self.wrongs, Kind::DoubledEntry, what);
            }
            walk.last = Some(*id);
        }
    }

    fn check_shown(&mut self, call: &Call, view: View, entry: &Entry, quiet: bool) {
        let look = Look::of(call);
        if let Some((kind, why)) = shown_wrongly(self.model, look, entry) {
            let what = format!("{} saw {} in {view:?}: {why}", call.by, entry.id);
            say(self.wrongs, kind, what);
            return;
        }
        let in_place = match view {
            View::Home => entry.by == call.by || self.model.follows(entry.by, look) != Some(false),
            View::Profile(user) => entry.by == user,
            View::Tweet(id) => entry.id == id,
        };
        if !in_place {
            let what = format!("{} saw {} in {view:?}, where it is not", call.by, entry.id);
            say(self.wrongs, Kind::StaleRead, what);
        }
        if entry.of.is_some() {
            return;
        }
        let own = self.model.tie(call.by, Tie::Like(entry.id), look);
        if own.is_some_and(|own| own != entry.liked) {
            let what = format!("{} saw {} with liked {}", call.by, entry.id, entry.liked);
            say(self.wrongs, Kind::StaleRead, what);
        }
        let Some(counts) = self.likes.filter(|_| quiet) else { return };
        let count = counts.get(&entry.id).copied().unwrap_or(0);
        if count != entry.likes {
            let what = format!("{} saw {} likes of {}: {count}", call.by, entry.likes, entry.id);
            say(self.wrongs, Kind::WrongCount, what);
        }
    }

    /// Whatever belongs between where the page begins and where it ends is on it.
    fn check_complete(
        &mut self,
        call: &Call,
        view: View,
        below: Option<i64>,
        entries: &[Entry],
        more: bool,
    ) {
        let lowest = match entries.last() {
            Some(last) if more => last.id,
            None if more => return,
            _ => i64::MIN,
        };
        let highest = below.unwrap_or(i64::MAX);
        if lowest >= highest {
            return; // out of order, which was said
        }
        let shown: HashSet<i64> = entries.iter().map(|entry| entry.id).collect();
        let look = Look::of(call);
        let model = self.model;
        for (id, key) in model.by_id.range(lowest..highest) {
            let post = &model.posts[key];
            let belongs = match view {
                View::Home if post.reply_to.is_some() => None,
                View::Home => model.in_home(post, look),
                View::Profile(user) if user == post.author => {
                    model.may_see(post.author, post.audience, look)
                }
                View::Profile(_) | View::Tweet(_) => None,
            };
            if belongs == Some(true) && !shown.contains(id) {
                self.say_missing(call, *id, post);
            }
        }
    }

    fn check_absent(&mut self, call: &Call, id: i64) {
        let model = self.model;
        let Some(post) = model.by_id.get(&id).map(|key| &model.posts[key]) else { return };
        if model.may_see(post.author, post.audience, Look::of(call)) == Some(true) {
            self.say_missing(call, id, post);
        }
    }

    /// Unless it may not have been there yet, or no longer.
    fn say_missing(&mut self, call: &Call, id: i64, post: &Post) {
        let look = Look::of(call);
        if self.model.deleted(id, look) != Some(false) {
            return;
        }
        let seen_from = |ended| self.model.seen_from(ended, post.author, call.by);
        let there = post.acknowledged.is_some_and(|ended| seen_from(ended) <= look.from);
        let kind = match (there, post.author == call.by, self.seen.contains(&id)) {
            (true, true, _) => Kind::StaleRead,
            (_, _, true) => Kind::SteppedBack,
            (true, false, false) => Kind::MissingEntry,
            (false, _, false) => return,
        };
        let what = format!("{} did not find {id} by {:?} at {}", call.by, call.ask, call.began);
        say(self.wrongs, kind, what);
    }
}

/// Why an entry must not be shown to who looks, wherever it is.
pub(super) fn shown_wrongly(model: &Model, look: Look, entry: &Entry) -> Option<(Kind, String)> {
    let id = entry.of.unwrap_or(entry.id);
    let known = model.by_id.get(&id).map(|key| &model.posts[key]);
    // One whose acknowledgement was cut off is known by its text only.
    let post = known.or_else(|| model.posts.get(&entry.key?).filter(|post| post.in_doubt));
    let Some(post) = post else {
        let invented = (Kind::Invented, "nobody posted it".to_owned());
        return entry.of.is_none().then_some(invented);
    };
    if post.began >= look.until {
        return Some((Kind::Invented, "it was not yet posted".to_owned()));
    }
    if entry.of.is_none() && (post.author != entry.by || entry.key != Some(post.key)) {
        return Some((Kind::Invented, format!("it is not what {} posted", post.author)));
    }
    if model.deleted(id, look) == Some(true) {
        let kind = if post.author == look.by { Kind::StaleRead } else { Kind::ShownDeleted };
        return Some((kind, format!("{id} is deleted")));
    }
    if model.may_see(post.author, post.audience, look) == Some(false) {
        return Some((Kind::PrivacyLeak, format!("{id} of {} is not for them", post.author)));
    }
    None
}
