//! What templates show of tweets and people: borrowed from the core's values, worded for reading.

pub(crate) mod notifications;
mod once;

use std::fmt::{self, Write};

use pipit_core::{Quoted, Trend, TweetView, UserView};
use pipit_model::limits::PREVIEW_SIDE_MAX;
use pipit_model::media::{self, Media, MediaKind};
use pipit_model::page::{ListName, Listed};
use pipit_model::tweet::{Kind, Tweet};
use pipit_model::user::User;
use pipit_model::visibility::Visibility;
use pipit_model::{Timestamp, TweetId, UserId};

use crate::Web;
use crate::format::{Count, Moment, count};
use crate::links::{self, Href};
use crate::pieces::{self, Piece};
use crate::said::{number, said};
use crate::words::{Noun, Words};

pub(crate) use self::once::once;

/// Colours of avatars, the classes `h0` to `h11` of the stylesheet.
const HUES: u64 = 12;

/// Room for a handle and an id, so that an address is not moved as it grows.
const HREF_BYTES: usize = 48;

/// Who reads, when, and in which language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    pub viewer: Option<UserId>,
    /// The tweet that stands first on the viewer's page.
    pub pinned: Option<TweetId>,
    /// The conversation on the page, if the viewer began it.
    pub hosts: Option<TweetId>,
    pub now: Timestamp,
    pub w: &'static Words,
}

/// Someone, wherever their name appears.
pub(crate) struct Person<'a> {
    pub handle: &'a str,
    pub name: &'a str,
    /// One or two letters in place of a picture.
    pub initials: Initials<'a>,
    pub hue: u64,
    /// The small form of their picture. One from elsewhere is not shown: its owner would learn who
    /// reads what.
    pub picture: Option<String>,
}

impl<'a> Person<'a> {
    pub(crate) fn new(user: &'a User) -> Self {
        Self {
            handle: &user.handle,
            name: &user.name,
            initials: Initials { name: &user.name, handle: &user.handle },
            // Multiplied first, so that accounts of the same minute differ.
            picture: user.profile_picture.as_deref().and_then(media::preview_of),
            hue: ((user.id.0 as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) % HUES,
        }
    }

    pub(crate) fn href(&self) -> Href<'a> {
        Href::Profile(self.handle)
    }
}

/// The first letters of the first two words of a name that have some, or that of a handle.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Initials<'a> {
    name: &'a str,
    handle: &'a str,
}

impl Initials<'_> {
    fn say(self, to: &mut dyn Write) -> fmt::Result {
        let first = |word: &str| word.chars().find(|c| c.is_alphanumeric());
        let mut letters = self.name.split_whitespace().filter_map(first).take(2).peekable();
        let handle = self.handle.chars().next().filter(|_| letters.peek().is_none());
        letters.chain(handle).try_for_each(|letter| match letter {
            '\0'..='\x7f' => to.write_char(letter.to_ascii_uppercase()),
            _ => letter.to_uppercase().try_for_each(|c| to.write_char(c)),
        })
    }
}

said!(Initials<'_>, Shown);

/// A tweet in a list.
#[expect(clippy::struct_excessive_bools, reason = "each is a mark that the template shows")]
pub(crate) struct TweetModel<'a> {
    /// The entry's own id: of a retweet, not that of the tweet passed on, which may stand on the
    /// same page.
    pub anchor: i64,
    /// The page of the tweet, and the start of the addresses of its actions: so often on a page
    /// that it is worth a text of its own.
    pub href: String,
    pub id: i64,
    pub author: Person<'a>,
    pub retweeted_by: Option<RetweetedBy<'a>>,
    pub replying_to: ReplyingTo<'a>,
    /// It answers the tweet that stands right above it.
    pub chained: bool,
    pub text: Vec<Piece<'a>>,
    pub at: Moment,
    pub replies: Button,
    pub retweets: Button,
    pub likes: Button,
    pub bookmarked: bool,
    pub own: bool,
    /// It stands first on the viewer's page.
    pub pinned: bool,
    /// Whom it is for, if not everybody.
    pub for_few: Option<&'static str>,
    pub pictures: Vec<Picture<'a>>,
    /// Its pictures are shown only to who asks for them.
    pub sensitive: bool,
    pub quote: QuoteModel<'a>,
    /// The title of the viewer's filter that folds it up.
    pub folded: Option<&'a str>,
    /// Of an answer in a conversation that the viewer began: whether to hide it or to show it again,
    /// as the end of an address and in words.
    pub tidying: Option<(&'static str, &'static str)>,
}

/// A picture of a tweet.
pub(crate) struct Picture<'a> {
    /// The picture itself.
    pub href: String,
    /// Its preview, which does not move.
    pub src: String,
    /// The preview's size.
    pub width: u32,
    pub height: u32,
    pub description: &'a str,
    pub colour: String,
    pub moves: bool,
}

impl<'a> Picture<'a> {
    pub(crate) fn new(media: &'a Media) -> Self {
        let long = media.width.max(media.height).max(1);
        // As the preview is made; what was smaller stays so.
        let shown = long.min(PREVIEW_SIDE_MAX);
        let side = |pixels: u32| (pixels * shown / long).max(1);
        Self {
            href: media.files.url(),
            src: media.files.preview_url(),
            width: side(media.width),
            height: side(media.height),
            description: &media.description,
            colour: media.colour.to_string(),
            moves: media.kind == MediaKind::Animation,
        }
    }
}

/// What a tweet quotes.
pub(crate) enum QuoteModel<'a> {
    Nothing,
    /// Deleted, or by somebody whose account is gone.
    Gone,
    Tweet(Box<QuotedTweet<'a>>),
}

/// A tweet inside another one: who, when, the plain text, and its first picture.
pub(crate) struct QuotedTweet<'a> {
    pub href: Href<'a>,
    pub author: Person<'a>,
    pub at: Moment,
    pub text: &'a str,
    pub picture: Option<Picture<'a>>,
}

impl<'a> QuotedTweet<'a> {
    pub(crate) fn new(view: &'a TweetView, reading: Reading) -> Self {
        let shown = view.shown();
        let tweet = shown.card.tweet();
        Self {
            href: href_of(shown),
            author: Person::new(shown.author.user()),
            at: Moment::new(tweet.timestamp, reading.now, reading.w),
            text: &tweet.content,
            // A sensitive one is shown where it can be covered.
            picture: tweet.media.first().filter(|_| !tweet.sensitive).map(Picture::new),
        }
    }
}

/// Who passed a tweet on.
pub(crate) struct RetweetedBy<'a> {
    pub href: Href<'a>,
    /// [`None`] for the viewer.
    pub name: Option<&'a str>,
    /// How many others on the same page did, earlier.
    pub others: usize,
}

/// What a tweet answers.
pub(crate) enum ReplyingTo<'a> {
    Nothing,
    Person(&'a str),
    /// Somebody whose account is gone.
    Gone,
}

/// What can be done with a tweet, and how often it was.
pub(crate) struct Button {
    n: i64,
    noun: Noun,
    /// As shown on the button; empty for none.
    pub shown: Shown,
    /// The viewer has done it.
    pub done: bool,
}

/// A count that says nothing of none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown(Count);

impl Shown {
    fn say(self, to: &mut dyn Write) -> fmt::Result {
        if self.0.n > 0 { self.0.say(to) } else { Ok(()) }
    }
}

impl Button {
    fn new(n: i64, noun: Noun, w: &'static Words, done: bool) -> Self {
        Self { n, noun, shown: Shown(Count { n, w }), done }
    }

    /// With its unit: `2 likes`.
    pub(crate) fn counted(&self, w: &'static Words) -> String {
        w.counted(self.n, self.noun)
    }
}

impl<'a> TweetModel<'a> {
    pub(crate) fn new(view: &'a TweetView, reading: Reading) -> Self {
        let shown = view.shown();
        let (card, tweet) = (&shown.card, shown.card.tweet());
        let author = shown.author.user();
        let retweeted_by = view.retweet_of.as_ref().map(|_| {
            let by = view.author.user();
            let is_viewer = reading.viewer == Some(by.id);
            RetweetedBy {
                href: Href::Profile(&by.handle),
                name: (!is_viewer).then_some(by.name.as_str()),
                others: 0,
            }
        });
        let replying_to = match (tweet.kind, &shown.replying_to) {
            (Kind::Reply { .. }, Some(to)) => ReplyingTo::Person(&to.user().handle),
            (Kind::Reply { .. }, None) => ReplyingTo::Gone,
            _ => ReplyingTo::Nothing,
        };
        let (marks, w) = (shown.marks, reading.w);
        Self {
            anchor: view.id().0,
            href: href(shown),
            id: tweet.id.0,
            author: Person::new(author),
            retweeted_by,
            replying_to,
            chained: false,
            text: pieces::of_tweet(&tweet.content, &card.body.entities, &tweet.mentions),
            at: Moment::new(tweet.timestamp, reading.now, w),
            replies: Button::new(card.counts.replies, w.replies, w, false),
            retweets: Button::new(card.counts.retweets, w.retweets, w, marks.retweeted),
            likes: Button::new(card.counts.likes, w.likes, w, marks.liked),
            bookmarked: marks.bookmarked,
            own: reading.viewer == Some(author.id),
            pinned: reading.pinned == Some(tweet.id),
            for_few: match tweet.visibility {
                Visibility::Public => None,
                Visibility::Unlisted => Some(w.ties.unlisted),
                Visibility::Followers => Some(w.ties.followers),
            },
            pictures: tweet.media.iter().map(Picture::new).collect(),
            sensitive: tweet.sensitive,
            folded: view.folded_by.as_ref().map(|by| by.title.as_ref()),
            tidying: tidying(tweet, reading),
            quote: match &shown.quoted {
                Quoted::Nothing => QuoteModel::Nothing,
                Quoted::Gone => QuoteModel::Gone,
                Quoted::Tweet(quoted) => {
                    QuoteModel::Tweet(Box::new(QuotedTweet::new(quoted, reading)))
                }
            },
        }
    }

    /// From when on it is out of date though nothing happened.
    pub(crate) fn until(&self) -> Timestamp {
        let own = self.at.until();
        match &self.quote {
            QuoteModel::Tweet(quoted) => own.min(quoted.at.until()),
            QuoteModel::Nothing | QuoteModel::Gone => own,
        }
    }
}

fn tidying(tweet: &Tweet, reading: Reading) -> Option<(&'static str, &'static str)> {
    let is_hosted = reading.hosts == Some(tweet.conversation_id)
        && tweet.id != tweet.conversation_id
        && reading.viewer != Some(tweet.user_id);
    let w = reading.w.filters;
    let offer = if tweet.hidden { ("unhide", w.unhide_reply) } else { ("hide", w.hide_reply) };
    is_hosted.then_some(offer)
}

/// The page of a tweet; of a retweet, that of what it passes on.
fn href_of(view: &TweetView) -> Href<'_> {
    let shown = view.shown();
    Href::Tweet(&shown.author.user().handle, shown.id().0)
}

/// The same as a text of its own.
pub(crate) fn href(view: &TweetView) -> String {
    let mut href = String::with_capacity(HREF_BYTES);
    // Writing to a String cannot fail.
    let _ = href_of(view).say(&mut href);
    href
}

/// Someone in a list of people, or on their own page.
pub(crate) struct PersonRow<'a> {
    pub person: Person<'a>,
    pub bio: Vec<Piece<'a>>,
    pub follow: Follow,
    pub follows_you: bool,
    pub locked: bool,
}

/// A text that is no tweet's.
pub(crate) struct BioText<'a> {
    pub text: &'a [Piece<'a>],
}

/// What the button beside a person offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follow {
    /// Nothing: it is the viewer.
    Oneself,
    /// Nothing: they block the viewer.
    BlocksViewer,
    /// To sign in.
    SignedOut,
    /// To follow.
    Offer,
    /// To follow no longer.
    Undo,
    /// To ask whether one may.
    Ask,
    /// To ask no longer.
    Requested,
    /// To block no longer.
    Unblock,
}

impl<'a> PersonRow<'a> {
    pub(crate) fn new(view: &'a UserView, reading: Reading) -> Self {
        let user = view.card.user();
        let follow = match (reading.viewer, view.relationship) {
            (None, _) => Follow::SignedOut,
            (Some(viewer), _) if viewer == user.id => Follow::Oneself,
            (Some(_), Some(relationship)) if relationship.blocking => Follow::Unblock,
            (Some(_), Some(relationship)) if relationship.blocked_by => Follow::BlocksViewer,
            (Some(_), Some(relationship)) if relationship.following => Follow::Undo,
            (Some(_), Some(relationship)) if relationship.requested => Follow::Requested,
            (Some(_), _) if user.locked => Follow::Ask,
            (Some(_), _) => Follow::Offer,
        };
        Self {
            person: Person::new(user),
            bio: pieces::of_bio(&user.bio),
            follow,
            locked: user.locked,
            follows_you: view.relationship.is_some_and(|relationship| relationship.followed_by),
        }
    }

    /// The bio, under the name by which the template of texts takes one.
    pub(crate) fn bio_text(&self) -> BioText<'_> {
        BioText { text: &self.bio }
    }
}

/// A hashtag that trends.
pub(crate) struct TrendRow {
    pub href: String,
    pub name: String,
    pub uses: String,
    /// The path of a small line: uses hour by hour.
    pub line: String,
    /// The line in words.
    pub line_label: String,
}

/// Where the small line of a trend goes: 23 steps to the right, in a box of 69 by 20.
fn spark_line(history: &[u64]) -> String {
    let most = history.iter().copied().max().unwrap_or(0).max(1);
    let mut line = String::with_capacity(history.len() * 6);
    for (n, uses) in history.iter().enumerate() {
        line.push(if n == 0 { 'M' } else { 'L' });
        // Writing to a String cannot fail.
        let _ = number(&mut line, n as i64 * 3);
        line.push(' ');
        let _ = number(&mut line, 19 - (uses * 18 / most).cast_signed());
    }
    line
}

impl TrendRow {
    pub(crate) fn new(trend: &Trend, w: &'static Words) -> Self {
        let name = trend.hashtag.name.clone();
        let uses = w.counted(trend.uses.cast_signed(), w.tweets_today);
        let of = |uses: Option<&u64>| count(uses.copied().unwrap_or(0).cast_signed(), w);
        let (most, last) = (of(trend.history.iter().max()), of(trend.history.last()));
        let (line, line_label) = (spark_line(&trend.history), (w.trend_line)(&most, &last));
        Self { href: links::tag(&name), name, uses, line, line_label }
    }
}

/// A page of a list, and the way to the next.
pub(crate) struct Feed<T> {
    pub items: Vec<T>,
    /// The next page, relative to this one.
    pub next: Option<String>,
}

impl<T> Feed<T> {
    /// A page of `list`; `subject` as in [`pipit_core::Pipit::seal_cursor`].
    pub(crate) fn new<'a, V>(
        web: &Web,
        (list, subject): (ListName, i64),
        listed: &'a Listed<V>,
        item: impl Fn(&'a V) -> T,
    ) -> Self {
        Self::of(web, (list, subject), listed.items.iter().map(item).collect(), listed.next)
    }

    /// The same of items that stand for the entries already; the next page is after an entry.
    pub(crate) fn of(
        web: &Web,
        (list, subject): (ListName, i64),
        items: Vec<T>,
        after: Option<i64>,
    ) -> Self {
        let seal = |after| format!("?cursor={}", web.pipit.seal_cursor(list, subject, after));
        Self { items, next: after.map(seal) }
    }

    /// The same list at an address that has a query already.
    pub(crate) fn under(mut self, address: &str) -> Self {
        let more = |next: String| format!("{address}&{}", next.trim_start_matches('?'));
        self.next = self.next.map(more);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_in_its_box() {
        assert_eq!(spark_line(&[0, 2, 1]), "M0 19L3 1L6 10");
        assert_eq!(spark_line(&[0, 0]), "M0 19L3 19");
        assert!(spark_line(&[u64::MAX / 18; 24]).ends_with("L69 1"));
    }

    #[test]
    fn initials_of_any_name() {
        for (name, expected) in [
            ("Ann Lee Miller", "AL"),
            ("bob", "B"),
            ("  (zoë) ß", "ZSS"),
            ("日本", "日"),
            ("🦜 🦜", "X"),
            ("🦜 parrot", "P"),
            ("", "X"),
        ] {
            let initials = Initials { name, handle: "xavier" };
            assert_eq!(initials.to_string(), expected, "{name}");
        }
    }
}
