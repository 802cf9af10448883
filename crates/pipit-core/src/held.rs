//! Tweets that a rule holds: they wait in a table of their own, and are posted like any other when
//! a moderator approves of them. Until then only their author and the moderators see them.

use pipit_feed::UserCard;
use pipit_model::automod::{Effect, HeldState, HeldTweet, Hit};
use pipit_model::limits::{HELD_WHY_CHARS_MAX, HISTORY_ROWS_MAX, REPORT_COMMENT_CHARS_MAX};
use pipit_model::moderation::reason;
use pipit_model::page::{Listed, Page};
use pipit_model::report::{Category, Report, ReportState};
use pipit_model::role::Right;
use pipit_model::tweet::NewTweetTerms;
use pipit_model::user::UserRef;
use pipit_model::{Error, HeldId, ReportId, Result, SessionId, TweetId};
use pipit_store::{Command, IdempotencyKey, NewTweet, Noted, Outcome, StoreError};

use crate::automod::Looked;
use crate::tweets::{NO_SUCH_MEDIA, checked_draft};
use crate::{Caller, Moderator, NewPost, Pipit, Submitted, keys};

/// A held tweet and its author, as moderators see them.
pub type HeldView = (HeldTweet, UserCard);

const MISSING: Error = Error::NotFound("tweet that waits");

impl Pipit {
    /// Lets a tweet wait for review instead of posting it.
    pub(crate) async fn hold(
        &self,
        caller: Caller,
        new: NewTweet,
        looked: &Looked,
    ) -> Result<Submitted> {
        self.require_writable(caller).await?;
        let now = self.0.clock.now();
        let held = HeldTweet {
            id: HeldId(self.0.ids.next(now)),
            user_id: new.user_id,
            content: new.content,
            terms: NewTweetTerms {
                reply_to: new.reply_to,
                quote_of: new.quote_of,
                media: new.media,
                visibility: new.visibility,
                reply_audience: new.reply_audience,
                sensitive: new.sensitive,
            },
            why: looked.why(HELD_WHY_CHARS_MAX),
            state: HeldState::Waiting,
            decided_at: None,
            reason: String::new(),
            tweet_id: None,
        };
        let noted = self.noted_by_rules(&held.why, Effect::Hold, (new.user_id.0, held.id.0));
        match self.0.store.insert_held(held.clone(), new.idempotency, noted).await {
            Ok(None) => {
                self.count_hits(caller.user_id, looked);
                Ok(Submitted::Held(held))
            }
            Ok(Some(existing)) => {
                self.0.automod.give_back(looked);
                self.submitted(caller, existing).await
            }
            Err(StoreError::NotFound("media")) => Err(Error::invalid("media_ids", NO_SUCH_MEDIA)),
            Err(error) => Err(error.into()),
        }
    }

    /// Does not take a tweet, and says what is to be changed.
    pub(crate) async fn refuse(&self, caller: Caller, hit: &Hit, looked: &Looked) -> Result<Error> {
        self.count_hits(caller.user_id, looked);
        let why = looked.why(HELD_WHY_CHARS_MAX);
        let noted = self.noted_by_rules(&why, Effect::Refuse, (caller.user_id.0, 0));
        self.0.store.insert_audit(noted).await?;
        Ok(Error::invalid("content", hit.rule.condition.refusal()))
    }

    /// Reports a tweet that was posted to the moderators. It stands, whether this succeeds or not; a
    /// repeated request tries again.
    pub(crate) async fn flag(&self, caller: Caller, tweet: TweetId, looked: &Looked) {
        let report = Report {
            id: ReportId(self.0.ids.next(self.0.clock.now())),
            reporter: None,
            user_id: caller.user_id,
            category: Category::Other,
            rule: None,
            comment: looked.why(REPORT_COMMENT_CHARS_MAX),
            assignee: None,
            state: ReportState::Open,
        };
        let once = keys::idempotency("automod reports", &tweet.to_string(), &[]);
        if let Err(error) = self.0.store.insert_report(report, vec![tweet], Some(once)).await {
            tracing::error!(%error, %tweet, "a rule could not report a tweet");
        }
    }

    fn noted_by_rules(&self, why: &str, effect: Effect, (user_id, subject): (i64, i64)) -> Noted {
        let (at, detail) = (self.0.clock.now(), why.to_owned());
        Noted { actor: None, at, kind: effect.log_kind(), user_id, subject, detail }
    }

    /// The caller's tweets that wait for review or were rejected, newest first; also for those who
    /// are suspended.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn own_held(&self, caller: Caller) -> Result<Vec<HeldTweet>> {
        Ok(self.0.store.list_held_of(caller.user_id, HISTORY_ROWS_MAX).await?)
    }

    /// The tweets that wait for review, newest first.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn held_tweets(&self, by: Moderator, page: Page) -> Result<Listed<HeldView>> {
        by.require(Right::ReadReports)?;
        let rows = self.0.store.list_held(page.before(), page.limit() as u64 + 1).await?;
        let Listed { items: rows, next } = page.cut(rows, |held| held.id.0);
        let people = self.cards_of(rows.iter().map(|held| held.user_id).collect()).await?;
        let view = |held: HeldTweet| people.get(&held.user_id).cloned().map(|card| (held, card));
        Ok(Listed { items: rows.into_iter().filter_map(view).collect(), next })
    }

    /// Posts a held tweet, as of now. What was begun and broke off is finished when it is asked for
    /// again; it is posted once.
    ///
    /// # Errors
    /// [`Error::NotFound`] if none waits; what its author would be refused (it answers something that
    /// is gone, their account is frozen): it then waits on.
    pub async fn approve_held(&self, by: Moderator, id: HeldId) -> Result<TweetId> {
        let held = self.held_to_decide(by, id).await?;
        self.0.store.begin_approval(id).await?;
        let tweet_id = match self.post_held(&held).await {
            Ok(tweet_id) => tweet_id,
            // It may have been posted.
            Err(error @ (Error::Unavailable(_) | Error::Internal(_))) => return Err(error),
            Err(error) => {
                self.0.store.give_up_approval(id).await?;
                return Err(error);
            }
        };
        let now = self.0.clock.now();
        let (user_id, subject) = (held.user_id.0, tweet_id.0);
        let noted = Noted { user_id, subject, ..by.noted(now, "approve-held") };
        self.0.store.end_approval(id, tweet_id, noted).await?;
        Ok(tweet_id)
    }

    /// Deletes a held tweet; its author reads why.
    ///
    /// # Errors
    /// [`Error::NotFound`] if none waits; [`Error::InvalidField`] on `reason`.
    pub async fn reject_held(&self, by: Moderator, id: HeldId, why: &str) -> Result<()> {
        let held = self.held_to_decide(by, id).await?;
        let why = reason(why)?;
        let card = self.any_account(by, &UserRef::Id(held.user_id)).await?;
        let (user_id, subject) = (held.user_id.0, id.0);
        let noted = by.noted(self.0.clock.now(), "reject-held");
        let noted = Noted { user_id, subject, detail: why.clone(), ..noted };
        self.0.store.reject_held(&held, card.user(), why, noted).await?;
        self.delete_media_now().await;
        Ok(())
    }

    async fn held_to_decide(&self, by: Moderator, id: HeldId) -> Result<HeldTweet> {
        by.require(Right::Act)?;
        let held = self.0.store.find_held(id).await?.filter(|held| held.state.is_open());
        let held = held.ok_or(MISSING)?;
        let card = self.any_account(by, &UserRef::Id(held.user_id)).await?;
        by.require_above(card.user())?;
        Ok(held)
    }

    async fn post_held(&self, held: &HeldTweet) -> Result<TweetId> {
        let once = keys::idempotency("held tweets", &held.id.to_string(), &[]);
        if let Some(posted) = self.0.store.find_idempotent(&once).await? {
            return Ok(TweetId(posted));
        }
        let terms = &held.terms;
        let post = NewPost {
            content: &held.content,
            reply_to: terms.reply_to,
            quote_of: terms.quote_of,
            media: &terms.media,
            visibility: Some(terms.visibility),
            reply_audience: terms.reply_to.is_none().then_some(terms.reply_audience),
            sensitive: terms.sensitive,
        };
        // Nobody is signed in for this.
        let author = Caller { user_id: held.user_id, session_id: SessionId(0) };
        let draft = checked_draft(&post)?;
        let new = self.new_tweet(author, &post, draft, Some(once)).await?;
        self.write_tweet(NewTweet { held: Some(held.id), ..new }).await.map(|(id, _)| id)
    }

    /// Posts; answers with the tweet, and whether the same request posted it before.
    pub(crate) async fn write_tweet(&self, new: NewTweet) -> Result<(TweetId, Repeated)> {
        match self.0.store.write(Command::Post(new)).await {
            Ok(Outcome::Posted(tweet)) => Ok((tweet.id, Repeated::No)),
            Ok(Outcome::Existing(id)) => Ok((id, Repeated::Yes)),
            Ok(Outcome::Done) => Err(Error::Internal("a post without a tweet".to_owned())),
            Err(StoreError::NotFound("media")) => Err(Error::invalid("media_ids", NO_SUCH_MEDIA)),
            Err(error) => Err(error.into()),
        }
    }

    /// What a request made that came before: a tweet, or one that waits for review.
    pub(crate) async fn submitted(&self, caller: Caller, id: i64) -> Result<Submitted> {
        let gone = match self.tweet(Some(caller), TweetId(id)).await {
            Ok(view) => return Ok(Submitted::Posted(view)),
            Err(error @ Error::NotFound(_)) => error,
            Err(error) => return Err(error),
        };
        let held = self.0.store.find_held(HeldId(id)).await?;
        match held.filter(|held| held.user_id == caller.user_id) {
            Some(HeldTweet { tweet_id: Some(posted), .. }) => {
                Ok(Submitted::Posted(self.tweet(Some(caller), posted).await?))
            }
            Some(held) => Ok(Submitted::Held(held)),
            None => Err(gone),
        }
    }

    /// The same by its key, or the error that it would otherwise be.
    pub(crate) async fn submitted_before(
        &self,
        caller: Caller,
        key: Option<&IdempotencyKey>,
        error: Error,
    ) -> Result<Submitted> {
        let Some(key) = key else { return Err(error) };
        let before = self.0.store.find_idempotent(key).await?;
        self.submitted(caller, before.ok_or(error)?).await
    }
}

/// Whether a request came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeated {
    No,
    Yes,
}
