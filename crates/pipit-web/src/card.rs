//! What a public page tells of itself to those who show a link to it: `OpenGraph`, and the feeds
//! and embeddings it has.

use pipit_core::{HashtagView, TweetView, UserView};

use crate::words::Words;
use crate::{Web, links, view};

/// What `partials/card.html` writes into the head of a page.
pub(crate) struct Card {
    /// `OpenGraph`'s own word.
    pub kind: &'static str,
    pub title: String,
    pub description: String,
    /// With scheme and host.
    pub url: String,
    /// The address of a picture.
    pub image: Option<String>,
    /// When it was posted, for a tweet.
    pub published: Option<String>,
    /// The path of its Atom feed.
    pub feed: Option<String>,
    /// The path of its oEmbed answer.
    pub oembed: Option<String>,
}

impl Card {
    pub(crate) fn of_tweet(web: &Web, view: &TweetView) -> Self {
        let shown = view.shown();
        let (author, tweet) = (shown.author.user(), shown.card.tweet());
        let url = web.absolute(&view::href(shown));
        Self {
            kind: "article",
            title: format!("{} (@{})", author.name, author.handle),
            description: tweet.content.clone(),
            image: author.profile_picture.clone(),
            published: Some(tweet.timestamp.to_string()),
            feed: None,
            oembed: Some(format!("/oembed?url={}", links::encode(&url))),
            url,
        }
    }

    pub(crate) fn of_user(web: &Web, view: &UserView) -> Self {
        let user = view.card.user();
        let profile = links::profile(&user.handle);
        Self {
            kind: "profile",
            title: format!("{} (@{})", user.name, user.handle),
            description: user.bio.clone(),
            url: web.absolute(&profile),
            image: user.profile_picture.clone(),
            published: None,
            feed: Some(format!("{profile}/feed.atom")),
            oembed: None,
        }
    }

    /// `name` as it was asked for; [`None`] of a hashtag that nobody used.
    pub(crate) fn of_hashtag(web: &Web, name: &str, used: Option<&HashtagView>, w: &Words) -> Self {
        let page = links::tag(name);
        Self {
            kind: "website",
            title: format!("#{name}"),
            description: (w.newest_with)(name),
            url: web.absolute(&page),
            image: None,
            published: None,
            feed: used.map(|_| format!("{page}/feed.atom")),
            oembed: None,
        }
    }
}
