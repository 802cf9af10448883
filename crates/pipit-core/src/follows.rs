//! Following.

use pipit_model::event::Standing;
use pipit_model::limits::{REQUESTS_AT_ONCE_MAX, REQUESTS_WAITING_MAX};
use pipit_model::page::{Listed, Page};
use pipit_model::user::UserRef;
use pipit_model::{Error, Result, UserId};
use pipit_store::{Command, FollowSide, RequestAnswer, StoreError};

use crate::{Caller, Pipit, Relationship, UserView};

impl Pipit {
    /// Follows an account (or asks to, if it is locked), or does so no longer; doing it again changes
    /// nothing.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for oneself, where one of the two blocks the other,
    /// and for one request too many.
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
        if to.is_set() {
            self.require_few_requests(user_id, followed_user_id).await?;
        }
        self.0.store.write(Command::Follow { user_id, followed_user_id, to }).await?;
        self.relationship(caller, followed_user_id).await
    }

    /// Refuses one more request to somebody of whose requests too many wait already. Of some that
    /// come at once a few too many may get through.
    async fn require_few_requests(&self, user_id: UserId, asked: UserId) -> Result<()> {
        let card = self.0.feed.user(asked).await?;
        if !card.is_some_and(|card| card.user().locked) {
            return Ok(());
        }
        let waiting = self.0.store.list_requested(user_id, REQUESTS_WAITING_MAX as u64).await?;
        if waiting.len() < REQUESTS_WAITING_MAX || waiting.contains(&asked) {
            return Ok(());
        }
        Err(Error::Forbidden(
            "200 of your requests wait for an answer: wait for some, or take some back",
        ))
    }

    /// Makes somebody follow the caller no longer; doing it again changes nothing. They are not told.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn remove_follower(&self, caller: Caller, user: &UserRef) -> Result<Relationship> {
        let (user_id, to) = (self.resolve_user(user).await?, Standing::Unset);
        let followed_user_id = caller.user_id;
        self.0.store.write(Command::Follow { user_id, followed_user_id, to }).await?;
        self.relationship(caller, user_id).await
    }

    /// Who asks to follow the caller, newest first.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn follow_requests(&self, caller: Caller, page: Page) -> Result<Listed<UserView>> {
        let limit = page.limit() as u64 + 1;
        let store = &self.0.store;
        let rows = store.list_follow_requests(caller.user_id, page.before(), limit).await?;
        self.view_people(Some(caller), rows, page).await
    }

    /// Answers somebody who asks to follow the caller; one who asks no longer needs no answer.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if they follow as many as one can.
    pub async fn answer_follow_request(
        &self,
        caller: Caller,
        user: &UserRef,
        answer: RequestAnswer,
    ) -> Result<Relationship> {
        let user_id = self.resolve_user(user).await?;
        let command = Command::AnswerRequest { user_id, followed_user_id: caller.user_id, answer };
        self.0.store.write(command).await?;
        self.relationship(caller, user_id).await
    }

    /// Accepts those who ask to follow the caller, at most [`REQUESTS_AT_ONCE_MAX`] at once; answers
    /// how many.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn accept_follow_requests(&self, caller: Caller) -> Result<usize> {
        let store = &self.0.store;
        let limit = REQUESTS_AT_ONCE_MAX.into();
        let rows = store.list_follow_requests(caller.user_id, i64::MAX, limit).await?;
        let mut accepted = 0;
        for (_, user_id) in rows {
            let (followed_user_id, answer) = (caller.user_id, RequestAnswer::Accept);
            match store.write(Command::AnswerRequest { user_id, followed_user_id, answer }).await {
                Ok(_) => accepted += 1,
                // They follow as many as one can, or are gone: the others are accepted all the same.
                Err(StoreError::Limit(_) | StoreError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(accepted)
    }

    /// How the caller stands to an account.
    pub(crate) async fn relationship(&self, caller: Caller, other: UserId) -> Result<Relationship> {
        let relationships = self.relationships(caller, &[other]).await?;
        Ok(relationships.first().copied().unwrap_or_default())
    }

    /// Who follows an account, newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where one of the two blocks the other.
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
    /// [`Error::Forbidden`] where one of the two blocks the other.
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
        self.must_not_be_severed(reader, user_id).await?;
        let limit = page.limit() as u64 + 1;
        let rows = self.0.store.list_follows(side, user_id, page.before(), limit).await?;
        self.view_relations(reader, rows, page).await
    }

    /// A page of people found by a relation (its id, the person), without those whom the reader
    /// blocks or who block them.
    pub(crate) async fn view_relations(
        &self,
        reader: Option<Caller>,
        rows: Vec<(i64, UserId)>,
        page: Page,
    ) -> Result<Listed<UserView>> {
        let mut listed = self.view_people(reader, rows, page).await?;
        listed.items.retain(|view| !view.relationship.is_some_and(|known| known.is_severed()));
        Ok(listed)
    }

    /// A page of people found by a relation (its id, the person); one row more than the page holds
    /// tells that there is a next one.
    pub(crate) async fn view_people(
        &self,
        reader: Option<Caller>,
        rows: Vec<(i64, UserId)>,
        page: Page,
    ) -> Result<Listed<UserView>> {
        let Listed { items, next } = page.cut(rows, |(id, _)| *id);
        let ids: Vec<UserId> = items.into_iter().map(|(_, user)| user).collect();
        Ok(Listed { items: self.view_users(reader, &ids).await?, next })
    }
}
