//! All that somebody put in, as a ZIP: written while it is sent, page by page and picture by
//! picture, so that it takes no more memory for who wrote a million tweets.

use std::io::{self, Write};
use std::time::Duration;

use axum::body::Bytes;
use futures_util::Stream;
use futures_util::stream::poll_fn;
use pipit_core::{Caller, Pipit, Posts, TweetView, UserView};
use pipit_model::limits::{ARCHIVE_PARTS_WAITING, ARCHIVE_SECS_MAX, PAGE_MAX};
use pipit_model::media::MEDIA_PATH;
use pipit_model::page::{Listed, Page};
use pipit_model::tweet::Kind;
use pipit_model::user::UserRef;
use pipit_model::{Error, Result};
use serde_json::{Value, json};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// What the thread that packs is told.
enum Part {
    /// A file begins.
    File(String, CompressionMethod),
    /// More of it.
    Bytes(Bytes),
    /// All is told.
    End,
}

type Sent = io::Result<Bytes>;

/// The archive, as it is sent. What fails on the way breaks it off: half of one must not look whole.
pub(crate) fn stream(
    pipit: Pipit,
    caller: Caller,
) -> Result<impl Stream<Item = Sent> + Send + 'static> {
    let place = pipit.begin_archive()?;
    let (parts, told) = channel(ARCHIVE_PARTS_WAITING);
    let (bytes, mut sent) = channel(ARCHIVE_PARTS_WAITING);
    let failed = bytes.clone();
    let work = async move {
        let _place = place;
        let packing = tokio::task::spawn_blocking(move || pack(told, bytes));
        let telling = async {
            // Dropped with this, whether it ends or is ended: then the packing ends too.
            let to = Teller(parts);
            tell_all(&pipit, caller, &to).await
        };
        // A reader who is too slow, or has gone away, does not keep the place for ever.
        let told = tokio::time::timeout(Duration::from_secs(ARCHIVE_SECS_MAX), telling).await;
        if !matches!(told, Ok(Ok(()))) {
            let _gone = failed.send(Err(io::Error::other("the archive is not complete"))).await;
        }
        drop(failed);
        let _packed = packing.await;
    };
    #[expect(clippy::disallowed_methods, reason = "it ends when its reader goes, or by its time")]
    drop(tokio::spawn(work));
    Ok(poll_fn(move |context| sent.poll_recv(context)))
}

/// Writes what is told as a ZIP, on a thread of its own.
fn pack(mut told: Receiver<Part>, bytes: Sender<Sent>) -> zip::result::ZipResult<()> {
    let mut zip = ZipWriter::new_stream(io::BufWriter::with_capacity(1 << 16, Chunks(bytes)));
    while let Some(part) = told.blocking_recv() {
        match part {
            Part::File(name, method) => {
                zip.start_file(name, SimpleFileOptions::default().compression_method(method))?;
            }
            Part::Bytes(bytes) => zip.write_all(&bytes)?,
            Part::End => {
                zip.finish()?.into_inner().flush()?;
                return Ok(());
            }
        }
    }
    // Whoever told has given up: what is written so far stays without an end.
    Ok(())
}

/// What is written goes to whoever reads the answer.
struct Chunks(Sender<Sent>);

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where the parts go.
struct Teller(Sender<Part>);

impl Teller {
    async fn tell(&self, part: Part) -> Result<()> {
        let gone = |_| Error::Unavailable("nobody reads the archive any more".to_owned());
        self.0.send(part).await.map_err(gone)
    }

    async fn text(&self, text: String) -> Result<()> {
        self.tell(Part::Bytes(text.into())).await
    }

    /// A file that is a JSON list, item by item as the pages come.
    async fn list<T, F: Future<Output = Result<Listed<T>>>>(
        &self,
        name: &str,
        page: impl Fn(Page) -> F,
        item: impl Fn(&T) -> Value,
    ) -> Result<()> {
        self.tell(Part::File(name.to_owned(), CompressionMethod::Deflated)).await?;
        let (mut after, mut between) = (None, "[\n");
        loop {
            let listed = page(Page::new(Some(PAGE_MAX.into()), after)?).await?;
            for found in &listed.items {
                self.text(format!("{between}{}", item(found))).await?;
                between = ",\n";
            }
            after = listed.next;
            if after.is_none() {
                break;
            }
        }
        self.text(if between == "[\n" { "[]\n".to_owned() } else { "\n]\n".to_owned() }).await
    }
}

async fn tell_all(pipit: &Pipit, caller: Caller, to: &Teller) -> Result<()> {
    let me = pipit.user(Some(caller), &UserRef::Id(caller.user_id)).await?;
    let id = caller.user_id;
    to.tell(Part::File("profile.json".to_owned(), CompressionMethod::Deflated)).await?;
    to.text(format!("{:#}\n", profile(&me))).await?;
    let tweets = |page| pipit.user_timeline(Some(caller), id, Posts::All, page);
    to.list("tweets.json", tweets, tweet).await?;
    to.list("likes.json", |page| pipit.liked_tweets(caller, page), liked).await?;
    to.list("bookmarks.json", |page| pipit.bookmarks(caller, page), liked).await?;
    lists(pipit, caller, to).await?;
    to.list("following.json", |page| pipit.following(Some(caller), id, page), person).await?;
    to.list("followers.json", |page| pipit.followers(Some(caller), id, page), person).await?;
    let user = me.card.user();
    for url in user.profile_picture.iter().chain(&user.banner) {
        if let Some(name) = url.strip_prefix(MEDIA_PATH) {
            picture(pipit, name, to).await?;
        }
    }
    let mut after = None;
    loop {
        let page = Page::new(Some(PAGE_MAX.into()), after)?;
        let listed = pipit.user_timeline(Some(caller), id, Posts::Media, page).await?;
        for media in listed.items.iter().flat_map(|view| &view.card.tweet().media) {
            picture(pipit, &media.files.large_name(), to).await?;
        }
        after = listed.next;
        if after.is_none() {
            break;
        }
    }
    to.tell(Part::End).await
}

/// One's lists, each with everybody on it.
async fn lists(pipit: &Pipit, caller: Caller, to: &Teller) -> Result<()> {
    let mut told = Vec::new();
    for list in pipit.lists(caller).await? {
        let (mut members, mut after) = (Vec::new(), None);
        loop {
            let page = Page::new(Some(PAGE_MAX.into()), after)?;
            let listed = pipit.list_members(caller, list.id, page).await?;
            members.extend(listed.items.iter().map(person));
            after = listed.next;
            if after.is_none() {
                break;
            }
        }
        let created_at = list.created_at.to_string();
        told.push(json!({"name": list.name, "created_at": created_at, "members": members}));
    }
    to.tell(Part::File("lists.json".to_owned(), CompressionMethod::Deflated)).await?;
    to.text(format!("{:#}\n", Value::Array(told))).await?;
    let hashtags = pipit.followed_hashtag_names(caller).await?;
    let names: Vec<&str> = hashtags.iter().map(|hashtag| hashtag.name.as_str()).collect();
    to.tell(Part::File("hashtags.json".to_owned(), CompressionMethod::Deflated)).await?;
    to.text(format!("{:#}\n", json!(names))).await
}

async fn picture(pipit: &Pipit, name: &str, to: &Teller) -> Result<()> {
    // Deleted since its tweet was read.
    let Some(file) = pipit.media_file(name).await? else { return Ok(()) };
    // It is compressed already.
    to.tell(Part::File(format!("media/{name}"), CompressionMethod::Stored)).await?;
    to.tell(Part::Bytes(file.bytes)).await
}

fn profile(view: &UserView) -> Value {
    let user = view.card.user();
    json!({
        "id": user.id.to_string(),
        "handle": user.handle,
        "name": user.name,
        "bio": user.bio,
        "links": user.links,
        "profile_picture": user.profile_picture,
        "banner": user.banner,
        "pinned_tweet_id": user.pinned.map(|id| id.to_string()),
        "created_at": user.created_at.to_string(),
    })
}

fn tweet(view: &TweetView) -> Value {
    let (tweet, counts) = (view.card.tweet(), view.card.counts);
    let (reply_to, retweet_of) = match tweet.kind {
        Kind::Tweet => (None, None),
        Kind::Reply { to, .. } => (Some(to.to_string()), None),
        Kind::Retweet { of, .. } => (None, Some(of.to_string())),
    };
    let file = |media: &pipit_model::media::Media| {
        let file = format!("media/{}", media.files.large_name());
        json!({"file": file, "description": media.description})
    };
    json!({
        "id": tweet.id.to_string(),
        "timestamp": tweet.timestamp.to_string(),
        "content": tweet.content,
        "reply_to_id": reply_to,
        "retweet_of_id": retweet_of,
        "quote_of_id": tweet.quote.map(|quote| quote.of.to_string()),
        "media": tweet.media.iter().map(file).collect::<Vec<_>>(),
        "like_count": counts.likes,
        "retweet_count": counts.retweets,
        "reply_count": counts.replies,
    })
}

/// Somebody else's tweet: enough to find it, and what it said.
fn liked(view: &TweetView) -> Value {
    let tweet = view.card.tweet();
    json!({
        "id": tweet.id.to_string(),
        "by": view.author.user().handle,
        "timestamp": tweet.timestamp.to_string(),
        "content": tweet.content,
    })
}

fn person(view: &UserView) -> Value {
    let user = view.card.user();
    json!({"id": user.id.to_string(), "handle": user.handle, "name": user.name})
}
