//! Timelines: home, one author's, a hashtag's, everybody's.

use pipit_feed::{AuthorPart, Found, Timeline};
use pipit_model::filter::FilterContext;
use pipit_model::limits::{LISTED_ROUNDS_MAX, PAGE_ROUNDS_MAX};
use pipit_model::page::{ListName, Listed, Page};
use pipit_model::tweet::named_hashtag_key;
use pipit_model::user::UserRef;
use pipit_model::visibility::Occasion;
use pipit_model::{Result, TweetId, UserId};

use crate::sight::Sight;
use crate::{Caller, Pipit, TweetView};

/// Entries read in one go above a place: most who come back missed few.
const ABOVE_STEP: i64 = 20;

/// Which timeline is asked for.
#[derive(Debug, Clone, Copy)]
pub enum Asked<'a> {
    /// The caller's home.
    Home(Caller),
    /// What someone posted and retweeted, or a part of it.
    User(UserId, Posts),
    /// Everything with a hashtag.
    Hashtag(&'a str),
    /// Everybody's tweets.
    Public,
}

/// Where it is read.
pub(crate) enum Chosen {
    /// Merged from logs.
    Log(Timeline),
    /// A list of the database: somebody's tweets with pictures.
    Media(UserId),
    /// A hashtag that nobody used; somebody's tweets where one of the two blocks the other.
    Nothing,
}

/// Which of an author's tweets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posts {
    /// Everything they posted and retweeted.
    All,
    /// The same without their replies.
    Tweets,
    /// Their replies alone.
    Replies,
    /// Tweets and replies with pictures.
    Media,
}

impl Posts {
    /// The list that cursors of it belong to.
    #[must_use]
    pub fn list(self) -> ListName {
        match self {
            Self::All => ListName::User,
            Self::Tweets => ListName::UserTweets,
            Self::Replies => ListName::UserReplies,
            Self::Media => ListName::UserMedia,
        }
    }

    fn of(self, author: UserId) -> Chosen {
        let part = match self {
            Self::All => AuthorPart::All,
            Self::Tweets => AuthorPart::Tweets,
            Self::Replies => AuthorPart::Replies,
            Self::Media => return Chosen::Media(author),
        };
        Chosen::Log(Timeline::Author(author, part))
    }
}

impl Pipit {
    /// The caller's home timeline.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn home_timeline(&self, caller: Caller, page: Page) -> Result<Listed<TweetView>> {
        self.listed(Some(caller), Asked::Home(caller), page).await
    }

    /// The timeline that is asked for.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn listed(
        &self,
        reader: Option<Caller>,
        asked: Asked<'_>,
        page: Page,
    ) -> Result<Listed<TweetView>> {
        match self.choose(reader, asked).await? {
            Chosen::Log(timeline) => self.timeline(reader, &timeline, page).await,
            Chosen::Media(author) => self.media_timeline(reader, author, page).await,
            Chosen::Nothing => Ok(Listed::default()),
        }
    }

    pub(crate) async fn choose(&self, reader: Option<Caller>, asked: Asked<'_>) -> Result<Chosen> {
        Ok(match asked {
            Asked::Home(caller) => {
                let followees = self.0.feed.followees(caller.user_id).await?;
                Chosen::Log(Timeline::Home { reader: caller.user_id, followees })
            }
            Asked::User(author, posts) => match self.tie(reader, author).await? {
                tie if tie.is_severed() => Chosen::Nothing,
                _ => posts.of(author),
            },
            Asked::Hashtag(name) => {
                let Some(key) = named_hashtag_key(name) else { return Ok(Chosen::Nothing) };
                let used = self.0.feed.hashtag_id(&key).await?;
                used.map_or(Chosen::Nothing, |id| Chosen::Log(Timeline::Hashtag(id)))
            }
            Asked::Public => Chosen::Log(Timeline::Public),
        })
    }

    /// What the caller's home holds above an id (and below another), newest first, at most `max`
    /// entries: if there are more, `next` says where they go on.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn home_above(
        &self,
        caller: Caller,
        above: TweetId,
        before: Option<i64>,
        max: usize,
    ) -> Result<Listed<TweetView>> {
        let mut items: Vec<TweetView> = Vec::new();
        let mut after = before;
        for _ in 0..PAGE_ROUNDS_MAX {
            let home = self.home_timeline(caller, Page::new(Some(ABOVE_STEP), after)?).await?;
            let reached = home.items.iter().any(|view| view.id() <= above);
            items.extend(home.items.into_iter().filter(|view| view.id() > above));
            after = match home.next {
                Some(next) if !reached && next > above.0 => Some(next),
                _ if items.len() <= max => return Ok(Listed { items, next: None }),
                _ => after,
            };
            if items.len() > max {
                items.truncate(max);
                let next = items.last().map(|oldest| oldest.id().0);
                return Ok(Listed { items, next });
            }
        }
        // Next to nothing of it is shown: whoever asks goes on from here.
        Ok(Listed { items, next: after })
    }

    /// Above which everything that somebody is told or shown is still to come.
    #[must_use]
    pub fn newest_id(&self) -> TweetId {
        TweetId(self.0.store.horizon(self.0.clock.now()) - 1)
    }

    /// Everybody's tweets.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn public_timeline(
        &self,
        reader: Option<Caller>,
        page: Page,
    ) -> Result<Listed<TweetView>> {
        self.listed(reader, Asked::Public, page).await
    }

    /// What someone posted and retweeted, or a part of it; nothing where one of the two blocks the
    /// other.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn user_timeline(
        &self,
        reader: Option<Caller>,
        author: UserId,
        posts: Posts,
        page: Page,
    ) -> Result<Listed<TweetView>> {
        self.listed(reader, Asked::User(author, posts), page).await
    }

    pub(crate) async fn media_timeline(
        &self,
        reader: Option<Caller>,
        author: UserId,
        page: Page,
    ) -> Result<Listed<TweetView>> {
        let list = async |before, limit| {
            let ids = self.0.store.list_media_tweets(author, before, limit).await?;
            Ok(ids.into_iter().map(|id| (id.0, id)).collect())
        };
        let place = (Occasion::Asked, Some(FilterContext::Profile));
        self.view_listed(reader, place, page, list).await
    }

    /// A page of tweets that a list of the database names, each with its place in the list, newest
    /// first; filled up as long as what is not shown leaves room. Filters hold where there is a
    /// context.
    pub(crate) async fn view_listed<F>(
        &self,
        reader: Option<Caller>,
        (occasion, context): (Occasion, Option<FilterContext>),
        page: Page,
        list: impl Fn(i64, u64) -> F,
    ) -> Result<Listed<TweetView>>
    where
        F: Future<Output = Result<Vec<(i64, TweetId)>>>,
    {
        let mut items = Vec::new();
        let mut before = page.before();
        for _ in 0..LISTED_ROUNDS_MAX {
            let room = page.limit() - items.len();
            let mut rows = list(before, room as u64 + 1).await?;
            let more = rows.len() > room;
            rows.truncate(room);
            before = rows.last().map_or(before, |(place, _)| *place);
            let ids: Vec<TweetId> = rows.into_iter().map(|(_, id)| id).collect();
            let views =
                self.view_tweets(reader, occasion, &ids).await?.into_iter().flatten().collect();
            items.extend(match context {
                Some(context) => self.shown_in(reader, context, views).await?,
                None => views,
            });
            if !more {
                return Ok(Listed { items, next: None });
            }
            if items.len() == page.limit() {
                break;
            }
        }
        Ok(Listed { items, next: Some(before) })
    }

    /// Of some tweets those that a reader is shown in a place: where nobody asked for their authors,
    /// none by authors who come up only for those who know them; nowhere what a filter hides.
    async fn shown_in(
        &self,
        reader: Option<Caller>,
        context: FilterContext,
        views: Vec<TweetView>,
    ) -> Result<Vec<TweetView>> {
        let views = match context {
            FilterContext::Public => self.that_come_up(reader, views).await?,
            _ => views,
        };
        self.sift(reader, context, views).await
    }

    /// Everything with a hashtag; empty for one that nobody used.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn hashtag_timeline(
        &self,
        reader: Option<Caller>,
        name: &str,
        page: Page,
    ) -> Result<Listed<TweetView>> {
        self.listed(reader, Asked::Hashtag(name), page).await
    }

    /// The id of an account that is not deleted.
    ///
    /// # Errors
    /// [`pipit_model::Error::NotFound`] if there is none.
    pub async fn resolve_user(&self, user: &UserRef) -> Result<UserId> {
        Ok(self.find_user(user).await?.user().id)
    }

    /// Ids, then one batch of hydration, then again as long as what is not shown leaves room.
    pub(crate) async fn timeline(
        &self,
        reader: Option<Caller>,
        timeline: &Timeline,
        page: Page,
    ) -> Result<Listed<TweetView>> {
        let look = self.look(reader, timeline).await?;
        let found = self.find(&look, page.before(), page.limit()).await?;
        self.view_found(&look, page, found).await
    }

    /// What it takes for a reader to look at a timeline.
    pub(crate) async fn look<'a>(
        &self,
        reader: Option<Caller>,
        timeline: &'a Timeline,
    ) -> Result<Look<'a>> {
        let (occasion, context) = match timeline {
            Timeline::Home { .. } | Timeline::List(_) => (Occasion::Fed, FilterContext::Home),
            Timeline::Author(..) => (Occasion::Asked, FilterContext::Profile),
            Timeline::Hashtag(_) | Timeline::Public => (Occasion::Fed, FilterContext::Public),
        };
        let sight = self.sight(reader, occasion).await?;
        Ok(Look { reader, timeline, sight, context })
    }

    /// The entries below a place that there is room for, and one more: that tells whether there is a
    /// next page.
    pub(crate) async fn find(&self, look: &Look<'_>, before: i64, room: usize) -> Result<Found> {
        let Look { timeline, sight, .. } = look;
        let now = self.0.clock.now();
        let found = self.0.feed.entries(timeline, sight.kept_out(), before, room + 1, now);
        Ok(found.await?)
    }

    /// A page that begins with what was found.
    pub(crate) async fn view_found(
        &self,
        look: &Look<'_>,
        page: Page,
        mut found: Found,
    ) -> Result<Listed<TweetView>> {
        let mut items: Vec<TweetView> = Vec::with_capacity(page.limit());
        let mut round = 1;
        loop {
            let room = page.limit() - items.len();
            let before = match found.entries.get(room) {
                // What is beyond the room is left to the next page.
                Some(_) => found.entries[room - 1].id.0,
                None => found.examined,
            };
            found.entries.truncate(room);
            let views = self.view_entries(look.reader, &look.sight, &found.entries).await?;
            items.extend(self.shown_in(look.reader, look.context, views).await?);
            if before == 0 {
                return Ok(Listed { items, next: None });
            }
            if items.len() == page.limit() || round == PAGE_ROUNDS_MAX {
                return Ok(Listed { items, next: Some(before) });
            }
            round += 1;
            found = self.find(look, before, page.limit() - items.len()).await?;
        }
    }
}

/// A reader in front of a timeline.
pub(crate) struct Look<'a> {
    reader: Option<Caller>,
    timeline: &'a Timeline,
    sight: Sight,
    context: FilterContext,
}
