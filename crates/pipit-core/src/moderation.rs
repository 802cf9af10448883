//! What moderators do to accounts, and the log of it.

use pipit_feed::UserCard;
use pipit_model::limits::{AUDIT_STEP_ROWS, HISTORY_ROWS_MAX, REPORT_TWEETS_MAX};
use pipit_model::moderation::{Action, ActionKind, AuditEntry, Note, reason};
use pipit_model::page::{Listed, Page};
use pipit_model::role::Right;
use pipit_model::user::UserRef;
use pipit_model::{
    AccountState, ActionId, Error, ReportId, Result, Role, Timestamp, TweetId, UserId,
};
use pipit_store::{Command, Noted, Store, StoreError};

use crate::{Moderator, Pipit};

const DAY_SECS: i64 = 24 * 3600;

/// What a moderator wants to do.
#[derive(Debug, Clone)]
pub struct Deed {
    /// To whom.
    pub user_id: UserId,
    /// What.
    pub kind: ActionKind,
    /// Why, as the person reads it.
    pub reason: String,
    /// To which of their tweets.
    pub tweets: Vec<TweetId>,
    /// The report that led to it; it is then dealt with.
    pub report: Option<ReportId>,
}

/// An account as moderators see it.
#[derive(Debug, Clone)]
pub struct AccountView {
    /// The account, also if nobody else sees it any more.
    pub card: UserCard,
    /// Reports about it that wait, and that are dealt with.
    pub reports: (i64, i64),
    /// What was done to it, newest first, and by whom.
    pub actions: Vec<(Action, Option<UserCard>)>,
    /// What moderators noted about it, newest first.
    pub notes: Vec<(Note, Option<UserCard>)>,
}

/// A line of the log, who did it, and to whom.
pub type AuditLine = (AuditEntry, Option<UserCard>, Option<UserCard>);

/// What happened in a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCounts {
    /// When it began.
    pub from: Timestamp,
    /// Accounts opened.
    pub accounts: i64,
    /// Reports made.
    pub reports: i64,
    /// Actions taken.
    pub actions: i64,
}

impl Pipit {
    /// An account, also if it is suspended.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none.
    pub async fn any_account(&self, by: Moderator, user: &UserRef) -> Result<UserCard> {
        by.require(Right::ReadReports)?;
        let id = match user {
            UserRef::Id(id) => Some(*id),
            UserRef::HandleKey(key) => self.0.store.find_any_user(key).await?,
        };
        let id = id.ok_or(Error::NotFound("user"))?;
        let card = self.0.feed.user(id).await?;
        let is_deleted =
            |card: &UserCard| card.user().deleted && card.user().state != AccountState::Suspended;
        card.filter(|card| !is_deleted(card)).ok_or(Error::NotFound("user"))
    }

    /// An account with its history.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none.
    pub async fn account_history(&self, by: Moderator, user: &UserRef) -> Result<AccountView> {
        let card = self.any_account(by, user).await?;
        let (id, store) = (card.user().id, &self.0.store);
        let (reports, actions, notes) = tokio::try_join!(
            store.count_reports_of(id),
            store.list_actions(id, HISTORY_ROWS_MAX),
            store.list_notes(id, HISTORY_ROWS_MAX)
        )?;
        let people = actions.iter().filter_map(|action| action.moderator);
        let people = people.chain(notes.iter().map(|note| note.author)).collect();
        let people = self.cards_of(people).await?;
        let by = |id: Option<UserId>| people.get(&id?).cloned();
        let actions = actions.into_iter().map(|action| (by(action.moderator), action));
        let notes = notes.into_iter().map(|note| (by(Some(note.author)), note));
        Ok(AccountView {
            card,
            reports,
            actions: actions.map(|(by, action)| (action, by)).collect(),
            notes: notes.map(|(by, note)| (note, by)).collect(),
        })
    }

    /// Does something to an account or to some of its tweets; its owner reads why.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `reason`, or on `tweet_ids` for tweets that are not theirs;
    /// [`Error::Forbidden`] for an account that is not below the moderator's.
    pub async fn act(&self, by: Moderator, deed: Deed) -> Result<Action> {
        by.require(deed.kind.right())?;
        let reason = reason(&deed.reason)?;
        let card = self.any_account(by, &UserRef::Id(deed.user_id)).await?;
        by.require_above(card.user())?;
        if deed.kind == ActionKind::Restore && card.user().state == AccountState::Active {
            return Err(Error::conflict("kind", "has nothing to restore: this account is active"));
        }
        let tweets = if deed.kind.is_of_tweets() {
            self.tweets_to_act_on(deed.user_id, deed.tweets).await?
        } else {
            Vec::new()
        };
        let now = self.0.clock.now();
        let action = Action {
            id: ActionId(self.0.ids.next(now)),
            user_id: deed.user_id,
            moderator: by.user_id(),
            kind: deed.kind,
            report: deed.report,
            reason,
            undone_at: None,
            appeal: None,
            tweets,
        };
        self.0.store.insert_action(card.user(), action.clone()).await?;
        match action.kind {
            ActionKind::DeleteTweets => self.delete_for(&action).await?,
            ActionKind::DeleteAccount => self.0.store.delete_user(card.user(), now).await?,
            _ => return Ok(action),
        }
        // Whoever reads the log to forget what is no longer right reads this line after the fact.
        let done = Noted {
            user_id: action.user_id.0,
            subject: action.id.0,
            ..by.noted(self.0.clock.now(), "deleted")
        };
        self.0.store.insert_audit(done).await?;
        Ok(action)
    }

    /// Takes back what was done to tweets, as far as that can be: shows their pictures to everybody
    /// again, unless their author says otherwise. Answers whose they are.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what is not there, was undone, or cannot be undone like this;
    /// [`Error::Forbidden`] for an account that is not below the moderator's.
    pub async fn undo_action(&self, by: Moderator, id: ActionId) -> Result<UserId> {
        by.require(ActionKind::MarkSensitive.right())?;
        let action = self.0.store.find_action(id).await?;
        let is_undone_so = |action: &Action| action.kind.is_undone_by_itself();
        let action = action.filter(|a| is_undone_so(a) && a.undone_at.is_none());
        let action = action.ok_or(Error::NotFound("action"))?;
        let card = self.any_account(by, &UserRef::Id(action.user_id)).await?;
        by.require_above(card.user())?;
        let noted = by.noted(self.0.clock.now(), "undo");
        let noted = Noted { user_id: action.user_id.0, subject: id.0, ..noted };
        self.0.store.undo_action(card.user(), &action, noted).await?;
        Ok(action.user_id)
    }

    /// The tweets that are meant, with what they say.
    async fn tweets_to_act_on(
        &self,
        author: UserId,
        mut ids: Vec<TweetId>,
    ) -> Result<Vec<(TweetId, String)>> {
        let invalid = |message: &'static str| Error::invalid("tweet_ids", message);
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() || ids.len() > REPORT_TWEETS_MAX {
            return Err(invalid("must be 1 to 20 tweets: choose some"));
        }
        let cards = self.0.feed.tweets(&ids).await?;
        let theirs = cards.into_iter().flatten();
        let theirs = theirs.filter(|card| !card.deleted && card.tweet().user_id == author);
        let found: Vec<_> =
            theirs.map(|card| (card.tweet().id, card.tweet().content.clone())).collect();
        if found.len() == ids.len() {
            Ok(found)
        } else {
            Err(invalid("must be tweets of this account that are still there"))
        }
    }

    async fn delete_for(&self, action: &Action) -> Result<()> {
        for (tweet_id, _) in &action.tweets {
            let command = Command::Delete { tweet_id: *tweet_id, user_id: action.user_id };
            match self.0.store.write(command).await {
                // Deleted meanwhile: that is what was wanted.
                Ok(_) | Err(StoreError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.delete_media_now().await;
        Ok(())
    }

    /// Makes somebody a moderator or an admin, or no longer.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for an account that is not below one's own.
    pub async fn set_role(&self, by: Moderator, user: &UserRef, role: Role) -> Result<UserCard> {
        by.require(Right::SetRoles)?;
        let card = self.any_account(by, user).await?;
        by.require_above(card.user())?;
        let noted = Noted {
            user_id: card.user().id.0,
            detail: role.name().to_owned(),
            ..by.noted(self.0.clock.now(), "set-role")
        };
        self.0.store.set_role(card.user(), role, noted).await?;
        self.any_account(by, user).await
    }

    /// Lines of the log, newest first; if an account is given, only those about it.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn audit_log(
        &self,
        by: Moderator,
        user_id: Option<UserId>,
        page: Page,
    ) -> Result<Listed<AuditLine>> {
        by.require(Right::ReadReports)?;
        let limit = page.limit() as u64 + 1;
        let rows = self.0.store.list_audit(user_id, page.before(), limit).await?;
        let Listed { items: rows, next } = page.cut(rows, |line| line.seq);
        let people = rows.iter().flat_map(|row| row.actor.into_iter().chain([UserId(row.user_id)]));
        let people = self.cards_of(people.filter(|id| id.0 != 0).collect()).await?;
        let card = |id: UserId| people.get(&id).cloned();
        let line = |row: AuditEntry| {
            let (actor, about) = (row.actor.and_then(card), card(UserId(row.user_id)));
            (row, actor, about)
        };
        Ok(Listed { items: rows.into_iter().map(line).collect(), next })
    }

    /// Where the log ends.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn audit_end(&self) -> Result<i64> {
        Ok(self.0.store.audit_head().await?.0)
    }

    /// Lets this node know what others did since a line of the log; answers the last line.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn hear_of_moderation(&self, since: i64) -> Result<i64> {
        Ok(self.0.store.hear_of_audit_after(since).await?)
    }

    /// Reads the whole log and checks that no line was changed, lost or put in between; answers how
    /// many there are and the hash of the last one, which stands for all of them.
    ///
    /// # Errors
    /// [`Error::Conflict`] on `seq` with the first line that is wrong.
    pub async fn verify_audit_log(&self) -> Result<(i64, String)> {
        verify_audit(&self.0.store).await
    }

    /// What happened in each of the last days, the last one last.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn moderation_days(&self, by: Moderator, days: i64) -> Result<Vec<DayCounts>> {
        by.require(Right::ReadReports)?;
        let now = self.0.clock.now();
        let midnight = Timestamp(now.secs().div_euclid(DAY_SECS) * DAY_SECS * 1000);
        let mut counts = Vec::new();
        for back in (0..days).rev() {
            let from = midnight.plus_secs(-back * DAY_SECS);
            let [accounts, reports, actions] =
                self.0.store.count_between(from, from.plus_secs(DAY_SECS)).await?;
            counts.push(DayCounts { from, accounts, reports, actions });
        }
        Ok(counts)
    }
}

/// The same of a database that nobody serves.
pub(crate) async fn verify_audit(store: &Store) -> Result<(i64, String)> {
    let (mut seq, mut hash) = (0, String::new());
    let wrong = |seq: i64, what: &str| Error::conflict("seq", format!("{seq} {what}"));
    loop {
        let rows = store.list_audit_after(seq, AUDIT_STEP_ROWS).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            if row.seq != seq + 1 {
                return Err(wrong(seq + 1, "is missing from the log"));
            }
            if pipit_store::seal(&row, &hash) != row.hash {
                return Err(wrong(row.seq, "was changed after it was written"));
            }
            (seq, hash) = (row.seq, row.hash);
        }
    }
    let (last, sealed) = store.audit_head().await?;
    // What was added while the log was read is not wrong.
    if last < seq || (last == seq && sealed != hash) {
        return Err(wrong(last, "is not the end that the log has"));
    }
    if last > seq && store.list_audit_after(seq, 1).await?.is_empty() {
        return Err(wrong(seq + 1, "is missing from the end of the log"));
    }
    Ok((seq, hash))
}
