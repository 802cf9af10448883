//! A tweet stands on a page once, however many of those one follows retweeted it.

use pipit_core::TweetView;

use super::{Reading, TweetModel};

/// The tweets of a page, newest first: one that comes again is counted where it came first.
pub(crate) fn once<'a>(
    views: impl IntoIterator<Item = &'a TweetView>,
    reading: Reading,
) -> Vec<TweetModel<'a>> {
    let mut shown: Vec<TweetModel<'a>> = Vec::new();
    for view in views {
        let id = view.shown().id().0;
        match shown.iter_mut().find(|model| model.id == id) {
            None => shown.push(TweetModel::new(view, reading)),
            Some(first) => {
                if let (Some(by), Some(_)) = (&mut first.retweeted_by, &view.retweet_of) {
                    by.others += 1;
                }
            }
        }
    }
    shown
}
