//! Following.

use pipit_model::event::Standing;
use pipit_model::page::{Listed, Page};
use pipit_model::user::UserRef;
use pipit_model::{Error, Result, UserId};
use pipit_store::{Command, FollowSide, Relationship};

use crate::{Caller, Pipit, UserView};

impl Pipit {
    /// Follows an account, or follows it no longer; doing it again changes nothing.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for oneself.
    pub async fn set_follow(
        &self,
        caller: Caller,
        user: &UserRef,
        to: Standing,
    ) -> Result<Relationship> {
        let user_id = caller.user_id;
        let followed_user_id = self.resolve_user(user).await?;
        if followed_user_id == user_id {
            return Err(Error::Forbidden("you cannot follow yourself: your home has you already"));
        }
        self.0.store.write(Command::Follow { user_id, followed_user_id, to }).await?;
        let relationships = self.0.store.list_relationships(user_id, &[followed_user_id]).await?;
        Ok(relationships.first().copied().unwrap_or_default())
    }

    /// Who follows an account, newest first.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn followers(
        &self,
        reader: Option<Caller>,
        user_id: UserId,
        page: Page,
    ) -> Result<Listed<UserView>> {
        self.follows(reader, FollowSide::Followers, user_id, page).await
    }

    /// Whom an account follows, newest first.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn following(
        &self,
        reader: Option<Caller>,
        user_id: UserId,
        page: Page,
    ) -> Result<Listed<UserView>> {
        self.follows(reader, FollowSide::Following, user_id, page).await
    }

    async fn follows(
        &self,
        reader: Option<Caller>,
        side: FollowSide,
        user_id: UserId,
        page: Page,
    ) -> Result<Listed<UserView>> {
        let limit = page.limit() as u64 + 1;
        let rows = self.0.store.list_follows(side, user_id, page.before(), limit).await?;
        self.view_relations(reader, rows, page).await
    }

    /// A page of people found by a relation (its id, the person); one row more than the page holds
    /// tells that there is a next one.
    pub(crate) async fn view_relations(
        &self,
        reader: Option<Caller>,
        mut rows: Vec<(i64, UserId)>,
        page: Page,
    ) -> Result<Listed<UserView>> {
        let more = rows.len() > page.limit();
        rows.truncate(page.limit());
        let next = rows.last().filter(|_| more).map(|(id, _)| *id);
        let ids: Vec<UserId> = rows.into_iter().map(|(_, user)| user).collect();
        Ok(Listed { items: self.view_users(reader, &ids).await?, next })
    }
}
