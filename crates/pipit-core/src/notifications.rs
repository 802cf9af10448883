//! What people are told: read, counted, marked as read.

use pipit_feed::UserCard;
use pipit_model::limits::PAGE_ROUNDS_MAX;
use pipit_model::notification::{Notification, NotificationKind};
use pipit_model::page::{Listed, Page};
use pipit_model::read_position::ReadPosition;
use pipit_model::visibility::{self, Occasion, Visibility};
use pipit_model::{Result, TweetId, UserId};

use crate::{Caller, Pipit, TweetView};

/// Something that its reader is told.
#[derive(Debug, Clone)]
pub struct NotificationView {
    /// What was noted.
    pub notification: Notification,
    /// Who did it.
    pub actor: UserCard,
    /// The tweet it is about; none for a follow.
    pub tweet: Option<TweetView>,
}

impl Pipit {
    /// What the caller is told of these kinds, newest first; what may not be seen (any more) is left
    /// out.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn notifications(
        &self,
        caller: Caller,
        kinds: &[NotificationKind],
        page: Page,
    ) -> Result<Listed<NotificationView>> {
        let mut items = Vec::with_capacity(page.limit());
        let mut before = page.before();
        for _ in 0..PAGE_ROUNDS_MAX {
            let room = page.limit() - items.len();
            let limit = room as u64 + 1;
            let store = &self.0.store;
            let range = (0, before);
            let mut rows = store.list_notifications(caller.user_id, kinds, range, limit).await?;
            let more = rows.len() > room;
            rows.truncate(room);
            before = rows.last().map_or(before, |last| last.id.0);
            items.extend(self.view_notifications(caller, &rows).await?);
            if !more {
                return Ok(Listed { items, next: None });
            }
            if items.len() == page.limit() {
                break;
            }
        }
        Ok(Listed { items, next: Some(before) })
    }

    /// How many notifications the caller has not read; 100 also stands for more.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn unread_notifications(&self, caller: Caller) -> Result<usize> {
        Ok(self.0.feed.unread(caller.user_id, self.0.clock.now()).await?)
    }

    /// Notes that the caller has read everything up to this notification.
    ///
    /// # Errors
    /// [`pipit_model::Error::InvalidField`] for an id that cannot be one yet.
    pub async fn read_notifications(&self, caller: Caller, last_id: i64) -> Result<()> {
        self.set_read_position(caller, ReadPosition::Notifications, last_id).await.map(|_| ())
    }

    /// Hydration, one batch a kind of thing; those that may not be seen are left out.
    pub(crate) async fn view_notifications(
        &self,
        caller: Caller,
        rows: &[Notification],
    ) -> Result<Vec<NotificationView>> {
        let actors: Vec<UserId> = rows.iter().map(|row| row.actor_id).collect();
        let tweets: Vec<TweetId> = rows.iter().filter_map(|row| row.tweet_id).collect();
        let users = async { Ok(self.0.feed.users(&actors).await?) };
        let sight = self.sight(Some(caller), Occasion::Asked);
        let (users, sight, tweets) = tokio::try_join!(
            users,
            sight,
            self.view_tweets(Some(caller), Occasion::Asked, &tweets)
        )?;
        let mut tweets = tweets.into_iter();
        let view = |(row, actor): (&Notification, Option<UserCard>)| {
            // Taken in any case, so that the next row finds its own.
            let tweet = row.tweet_id.map(|_| tweets.next().flatten());
            let actor = actor.filter(|actor| !actor.user().deleted)?;
            let tweet = match tweet {
                None => None,
                Some(tweet) => Some(tweet?),
            };
            // That a tweet is for its author's followers has been looked at with the tweet.
            if !visibility::is_told(sight.tie(row.actor_id), Visibility::Public) {
                return None;
            }
            Some(NotificationView { notification: *row, actor, tweet })
        };
        let told = rows.iter().zip(users).filter_map(view).collect();
        self.sift_notifications(caller, told).await
    }
}
