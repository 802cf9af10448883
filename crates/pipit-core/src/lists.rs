//! Lists of chosen people. To everybody but its owner a list does not exist.

use std::sync::Arc;

use pipit_feed::{Members, Timeline};
use pipit_model::event::Standing;
use pipit_model::list::{List, list_name};
use pipit_model::page::{Listed, Page};
use pipit_model::user::UserRef;
use pipit_model::{Error, ListId, Result};

use crate::{Caller, Pipit, RequestKey, TweetView, UserView, keys};

impl Pipit {
    /// The caller's lists, newest first.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn lists(&self, caller: Caller) -> Result<Vec<List>> {
        Ok(self.0.store.list_lists(caller.user_id).await?)
    }

    /// One of the caller's lists.
    ///
    /// # Errors
    /// [`Error::NotFound`] for any other.
    pub async fn list(&self, caller: Caller, id: ListId) -> Result<List> {
        Ok(self.own_list(caller, id).await?.list.clone())
    }

    /// Makes a list.
    ///
    /// # Errors
    /// [`Error::InvalidField`] for a name that will not do, [`Error::Forbidden`] for one list too
    /// many.
    pub async fn create_list(
        &self,
        caller: Caller,
        name: &str,
        key: RequestKey<'_>,
    ) -> Result<List> {
        self.require_writable(caller).await?;
        let name = list_name(name)?;
        let scope = format!("lists of {}", caller.user_id);
        let idempotency = key.map(|key| keys::idempotency(&scope, key, &[&name]));
        let now = self.0.clock.now();
        let list = List {
            id: ListId(self.0.ids.next(now)),
            user_id: caller.user_id,
            name,
            created_at: now,
            member_count: 0,
        };
        match self.0.store.insert_list(list.clone(), idempotency).await? {
            None => Ok(list),
            Some(existing) => self.list(caller, existing).await,
        }
    }

    /// Gives one of the caller's lists another name.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::InvalidField`] for a name that will not do.
    pub async fn rename_list(&self, caller: Caller, id: ListId, name: &str) -> Result<List> {
        self.require_writable(caller).await?;
        self.0.store.set_list_name(caller.user_id, id, list_name(name)?).await?;
        self.list(caller, id).await
    }

    /// Deletes one of the caller's lists.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn delete_list(&self, caller: Caller, id: ListId) -> Result<()> {
        Ok(self.0.store.delete_list(caller.user_id, id).await?)
    }

    /// Puts someone on one of the caller's lists, or takes them off; doing it again changes
    /// nothing. Nobody needs to be followed for it, nor learns of it.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] if the list is full.
    pub async fn set_list_member(
        &self,
        caller: Caller,
        id: ListId,
        user: &UserRef,
        to: Standing,
    ) -> Result<List> {
        self.require_writable(caller).await?;
        let member = self.resolve_user(user).await?;
        let relation = self.0.ids.next(self.0.clock.now());
        let store = &self.0.store;
        store.set_list_member(caller.user_id, id, (relation, member), to).await?;
        self.list(caller, id).await
    }

    /// The people on one of the caller's lists, those added last first.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn list_members(
        &self,
        caller: Caller,
        id: ListId,
        page: Page,
    ) -> Result<Listed<UserView>> {
        self.own_list(caller, id).await?;
        let limit = page.limit() as u64 + 1;
        let rows = self.0.store.list_members(id, page.before(), limit).await?;
        self.view_people(Some(caller), rows, page).await
    }

    /// The caller's lists, newest first, each with whether someone is on it.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such account.
    pub async fn lists_with(&self, caller: Caller, user: &UserRef) -> Result<Vec<(List, bool)>> {
        let member = self.resolve_user(user).await?;
        let lists = self.lists(caller).await?;
        let ids: Vec<ListId> = lists.iter().map(|list| list.id).collect();
        let with = self.0.store.filter_lists_with(member, &ids).await?;
        let is_on = |list: List| (with.contains(&list.id), list);
        Ok(lists.into_iter().map(is_on).map(|(is_on, list)| (list, is_on)).collect())
    }

    /// What the people on one of the caller's lists post, newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`]
    pub async fn list_timeline(
        &self,
        caller: Caller,
        id: ListId,
        page: Page,
    ) -> Result<Listed<TweetView>> {
        let members = self.own_list(caller, id).await?;
        self.timeline(Some(caller), &Timeline::List(members), page).await
    }

    async fn own_list(&self, caller: Caller, id: ListId) -> Result<Arc<Members>> {
        let members = self.0.feed.list(id).await?;
        members
            .filter(|members| members.list.user_id == caller.user_id)
            .ok_or(Error::NotFound("list"))
    }
}
