//! Profiles.

use pipit_feed::UserCard;
use pipit_model::user::{ProfileEdit, UserRef};
use pipit_model::{Error, Result};

use crate::{Caller, Pipit, UserView};

impl Pipit {
    /// An account.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none.
    pub async fn user(&self, reader: Option<Caller>, user: &UserRef) -> Result<UserView> {
        let id = self.resolve_user(user).await?;
        self.view_users(reader, &[id]).await?.pop().ok_or(Error::NotFound("user"))
    }

    /// Changes the caller's profile.
    ///
    /// # Errors
    /// [`Error::InvalidField`] with the name of the first field that breaks a rule.
    pub async fn edit_profile(&self, caller: Caller, edit: ProfileEdit) -> Result<UserView> {
        let mut edit = edit.checked()?;
        let card = self.find_user(&UserRef::Id(caller.user_id)).await?;
        if edit.name.as_deref() == Some("") {
            edit.name = Some(card.user().handle.clone());
        }
        self.0.store.set_profile(card.user(), edit).await?;
        self.user(Some(caller), &UserRef::Id(caller.user_id)).await
    }

    pub(crate) async fn find_user(&self, user: &UserRef) -> Result<UserCard> {
        let feed = &self.0.feed;
        let id = match user {
            UserRef::Id(id) => Some(*id),
            UserRef::HandleKey(key) => {
                feed.user_ids(std::slice::from_ref(key)).await?.first().map(|(_, id)| *id)
            }
        };
        let id = id.ok_or(Error::NotFound("user"))?;
        let card = feed.users(&[id]).await?.pop().flatten();
        card.filter(|card| !card.user().deleted).ok_or(Error::NotFound("user"))
    }
}
