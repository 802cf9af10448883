//! Blocking and muting.

use pipit_model::event::Standing;
use pipit_model::limits::{BLOCKS_MAX, MUTE_SECS_MAX, MUTES_MAX};
use pipit_model::page::{Listed, Page};
use pipit_model::user::UserRef;
use pipit_model::visibility::{Occasion, Tie};
use pipit_model::{Error, Result, UserId};
use pipit_store::{Command, Mute};

use crate::{Caller, Pipit, Relationship, UserView};

impl Pipit {
    /// Blocks an account, or blocks it no longer; doing it again changes nothing. From then on the
    /// two follow each other no more, and neither sees what the other writes.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for oneself, and for one block too many.
    pub async fn set_block(
        &self,
        caller: Caller,
        user: &UserRef,
        to: Standing,
    ) -> Result<Relationship> {
        let (user_id, blocked_user_id) = (caller.user_id, self.resolve_user(user).await?);
        if blocked_user_id == user_id {
            return Err(Error::Forbidden("you cannot block yourself"));
        }
        let ties = self.0.feed.ties(user_id).await?;
        if to.is_set() && ties.blocks() >= BLOCKS_MAX {
            return Err(Error::Forbidden("you block as many accounts as one can (10,000)"));
        }
        self.0.store.write(Command::Block { user_id, blocked_user_id, to }).await?;
        self.relationship(caller, blocked_user_id).await
    }

    /// Mutes an account, for so many seconds or without an end: it is neither in the caller's
    /// timelines nor are they told of what it does. Muting again sets the end anew.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for oneself, and for one mute too many;
    /// [`Error::InvalidField`] for a time that is none.
    pub async fn mute(
        &self,
        caller: Caller,
        user: &UserRef,
        seconds: Option<i64>,
    ) -> Result<Relationship> {
        if seconds.is_some_and(|seconds| !(1..=MUTE_SECS_MAX).contains(&seconds)) {
            return Err(Error::invalid("duration", "must be 1 to 315360000 seconds, or left out"));
        }
        let muted = self.resolve_user(user).await?;
        if muted == caller.user_id {
            return Err(Error::Forbidden("you cannot mute yourself"));
        }
        let now = self.0.clock.now();
        let ties = self.0.feed.ties(caller.user_id).await?;
        if ties.mute(muted, now).is_none() && ties.mutes() >= MUTES_MAX {
            return Err(Error::Forbidden("you mute as many accounts as one can (10,000)"));
        }
        let relation = self.0.ids.next(now);
        let mute = Mute { user_id: muted, ends_at: seconds.map(|secs| now.plus_secs(secs)) };
        self.0.store.set_mute(caller.user_id, relation, mute, now).await?;
        self.relationship(caller, muted).await
    }

    /// Mutes an account no longer; doing it again changes nothing.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn unmute(&self, caller: Caller, user: &UserRef) -> Result<Relationship> {
        let muted = self.resolve_user(user).await?;
        self.0.store.delete_mute(caller.user_id, muted).await?;
        self.relationship(caller, muted).await
    }

    /// Whom the caller blocks, newest first.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn blocks(&self, caller: Caller, page: Page) -> Result<Listed<UserView>> {
        let limit = page.limit() as u64 + 1;
        let rows = self.0.store.list_blocks(caller.user_id, page.before(), limit).await?;
        self.view_people(Some(caller), rows, page).await
    }

    /// Whom the caller mutes, newest first; mutes that have ended are left out.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn mutes(&self, caller: Caller, page: Page) -> Result<Listed<UserView>> {
        let limit = page.limit() as u64 + 1;
        let rows = self.0.store.list_mutes(caller.user_id, page.before(), limit).await?;
        let mut listed = self.view_people(Some(caller), rows, page).await?;
        listed.items.retain(|view| view.relationship.is_some_and(|known| known.muting));
        Ok(listed)
    }

    /// How a reader stands to an account, but for whether they follow it.
    pub(crate) async fn tie(&self, reader: Option<Caller>, user_id: UserId) -> Result<Tie> {
        Ok(self.sight(reader, Occasion::Asked).await?.tie(user_id))
    }

    /// Refuses whoever blocks an account, or is blocked by it.
    pub(crate) async fn must_not_be_severed(
        &self,
        reader: Option<Caller>,
        user_id: UserId,
    ) -> Result<()> {
        let tie = self.tie(reader, user_id).await?;
        match (tie.blocks, tie.blocked_by) {
            (true, _) => Err(Error::Forbidden("you block this account: unblock it first")),
            (_, true) => Err(Error::Forbidden("this account blocks you")),
            _ => Ok(()),
        }
    }
}
