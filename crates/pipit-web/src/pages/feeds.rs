//! Atom feeds (RFC 4287) of people and hashtags, for those who read elsewhere.

use std::hash::{DefaultHasher, Hash, Hasher};

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pipit_core::{Posts, TweetView};
use pipit_http::Problem;
use pipit_model::media::Media;
use pipit_model::page::Page;
use pipit_model::{Error, Timestamp};

use crate::error::Failure;
use crate::extract::{Path, user_ref};
use crate::format::http_date;
use crate::pieces::{self, Piece};
use crate::view::Picture;
use crate::{Web, links, view};

/// Characters of a tweet that make its title.
const TITLE_CHARS: usize = 80;
const ATOM: &str = "application/atom+xml; charset=utf-8";
/// The same for everybody; readers ask again and again, and are told briefly that nothing is new.
const CACHE: &str = "public, max-age=60";

#[derive(Template)]
#[template(path = "pages/feed.xml")]
struct FeedDocument<'a> {
    title: &'a str,
    /// The page it is the feed of.
    page: String,
    address: String,
    root: String,
    updated: Timestamp,
    entries: Vec<Entry<'a>>,
}

/// A tweet in a feed.
struct Entry<'a> {
    /// Its own address: of a retweet not that of what it passes on.
    id: String,
    href: String,
    title: String,
    at: Timestamp,
    name: &'a str,
    author: String,
    html: String,
}

/// A text as the HTML inside an entry.
#[derive(Template)]
#[template(path = "partials/entry_text.html")]
struct EntryText<'a> {
    text: Vec<Piece<'a>>,
    pictures: Vec<FeedPicture<'a>>,
}

/// A picture of a tweet, by its whole address: a feed is read elsewhere.
struct FeedPicture<'a> {
    src: String,
    width: u32,
    height: u32,
    description: &'a str,
}

impl<'a> Entry<'a> {
    fn new(web: &Web, view: &'a TweetView) -> Result<Self, Failure> {
        let shown = view.shown();
        let (card, tweet) = (&shown.card, shown.card.tweet());
        let author = view.author.user();
        let text = pieces::of_tweet(&tweet.content, &card.body.entities, &tweet.mentions);
        let picture = |media: &'a Media| {
            let Picture { href, width, height, description, .. } = Picture::new(media);
            FeedPicture { src: web.absolute(&href), width, height, description }
        };
        // A feed has nothing to cover a sensitive one with.
        let open = tweet.media.iter().filter(|_| !tweet.sensitive);
        let pictures = open.map(picture).collect();
        let html = EntryText { text, pictures }.render();
        let html = html.map_err(|error| Error::Internal(format!("a template failed: {error}")))?;
        let title = match view.retweet_of {
            Some(_) => format!("RT @{}: {}", shown.author.user().handle, title(&tweet.content)),
            None => title(&tweet.content),
        };
        Ok(Self {
            id: web.absolute(&format!("{}/{}", links::profile(&author.handle), view.id())),
            href: web.absolute(&view::href(shown)),
            title,
            at: view.card.tweet().timestamp,
            name: &author.name,
            author: web.absolute(&links::profile(&author.handle)),
            html,
        })
    }
}

/// The start of a text, on one line.
fn title(content: &str) -> String {
    let line = content.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(TITLE_CHARS) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or(&line)),
        None => line,
    }
}

pub(crate) async fn get_user_feed(
    State(web): State<Web>,
    Path(handle): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let view = web.pipit.user(None, &user_ref(&handle)?).await?;
    let user = view.card.user();
    let tweets = web.pipit.user_timeline(None, user.id, Posts::All, Page::default()).await?;
    let title = format!("{} (@{})", user.name, user.handle);
    let page = links::profile(&user.handle);
    answer(&web, &headers, (&title, &page), &tweets.items, user.created_at)
}

pub(crate) async fn get_tag_feed(
    State(web): State<Web>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let hashtag = web.pipit.hashtag(None, &name).await?.hashtag;
    let tweets = web.pipit.hashtag_timeline(None, &name, Page::default()).await?;
    let title = format!("#{}", hashtag.name);
    let page = links::tag(&hashtag.name);
    answer(&web, &headers, (&title, &page), &tweets.items, hashtag.id.timestamp())
}

fn answer(
    web: &Web,
    headers: &HeaderMap,
    (title, page): (&str, &str),
    tweets: &[TweetView],
    began: Timestamp,
) -> Result<Response, Failure> {
    let entries = tweets.iter().map(|view| Entry::new(web, view));
    let entries: Vec<Entry<'_>> = entries.collect::<Result<_, _>>()?;
    let updated = entries.first().map_or(began, |entry| entry.at);
    let address = format!("{page}/feed.atom");
    let document = FeedDocument {
        title,
        page: web.absolute(page),
        address: web.absolute(&address),
        root: web.absolute("/"),
        updated,
        entries,
    };
    let body = document.render();
    let body = body.map_err(|error| Error::Internal(format!("a template failed: {error}")))?;
    Ok(unless_known(headers, body, updated))
}

/// The feed, or that it is the one that the reader has.
fn unless_known(headers: &HeaderMap, body: String, updated: Timestamp) -> Response {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    let etag = format!("\"{:016x}\"", hasher.finish());
    let modified = http_date(updated);
    let sent = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let is_known = match (sent(header::IF_NONE_MATCH), sent(header::IF_MODIFIED_SINCE)) {
        // A proxy that compressed it made the tag a weak one.
        (Some(tags), _) => tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag),
        // Readers send back what they were sent: there is no date to be read.
        (None, Some(since)) => since == modified,
        (None, None) => false,
    };
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, ATOM)], body).into_response()
    };
    for (name, value) in [
        (header::ETAG, etag.as_str()),
        (header::LAST_MODIFIED, &modified),
        (header::CACHE_CONTROL, CACHE),
    ] {
        match HeaderValue::from_str(value) {
            Ok(value) => drop(response.headers_mut().insert(name, value)),
            Err(_) => {
                return Problem::from(Error::Internal("a header of ours".to_owned()))
                    .into_response();
            }
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_short_and_on_one_line() {
        assert_eq!(title("one\n\n two\tthree "), "one two three");
        assert_eq!(title(&"日".repeat(81)), format!("{}…", "日".repeat(80)));
    }
}
