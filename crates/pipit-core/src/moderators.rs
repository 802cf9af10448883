//! Who looks after others: a right is asked for here and nowhere else.

use pipit_model::role::Right;
use pipit_model::user::User;
use pipit_model::{AccountState, Error, Result, Role, Timestamp, UserId};
use pipit_store::Noted;

use crate::{Caller, Pipit};

/// What somebody is told whose account is suspended.
const SUSPENDED: &str = "this account is suspended: see why at /settings/standing";

/// What somebody is told who was not let in yet.
const WAITING: &str = "this account waits for approval: see /settings/standing";

/// What somebody is told whom their account's state shuts out.
pub(crate) fn shut_out(state: AccountState) -> Error {
    Error::Forbidden(if state == AccountState::Waiting { WAITING } else { SUSPENDED })
}

/// Somebody who looks after others: a moderator, an admin, or the operator at the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moderator {
    /// [`None`] for the operator.
    user_id: Option<UserId>,
    role: Role,
}

impl Moderator {
    /// Whoever has the machine may do everything.
    #[must_use]
    pub fn operator() -> Self {
        Self { user_id: None, role: Role::Admin }
    }

    /// Whether they have a right.
    #[must_use]
    pub fn may(self, right: Right) -> bool {
        self.role.may(right)
    }

    /// Their account; the operator has none.
    #[must_use]
    pub fn user_id(self) -> Option<UserId> {
        self.user_id
    }

    /// Refuses who lacks a right, in the words of what does not exist.
    pub(crate) fn require(self, right: Right) -> Result<()> {
        if self.may(right) { Ok(()) } else { Err(Error::NotFound("page")) }
    }

    /// Refuses to act on an account that is not below one's own.
    pub(crate) fn require_above(self, user: &User) -> Result<()> {
        match self.user_id {
            None => Ok(()),
            Some(_) if self.role > user.role => Ok(()),
            Some(_) => Err(Error::Forbidden("you cannot act on moderators of your rank or above")),
        }
    }

    /// What is to be noted of something they do.
    pub(crate) fn noted(self, at: Timestamp, kind: &'static str) -> Noted {
        let (user_id, subject) = (0, 0);
        Noted { actor: self.user_id, at, kind, user_id, subject, detail: String::new() }
    }
}

impl Pipit {
    /// The caller as somebody who looks after others.
    ///
    /// # Errors
    /// [`Error::NotFound`] for everybody else: to them none of this exists.
    pub async fn moderator(&self, caller: Caller) -> Result<Moderator> {
        let card = self.0.feed.user(caller.user_id).await?;
        let user = card.as_ref().map(pipit_feed::UserCard::user);
        match user.filter(|user| !user.deleted && user.state == AccountState::Active) {
            Some(user) if user.role > Role::User => {
                Ok(Moderator { user_id: Some(user.id), role: user.role })
            }
            _ => Err(Error::NotFound("page")),
        }
    }

    /// What moderators made of an account.
    pub(crate) async fn state_of(&self, user_id: UserId) -> Result<AccountState> {
        let card = self.0.feed.user(user_id).await?;
        Ok(card.map_or(AccountState::Active, |card| card.user().state))
    }

    /// Refuses something new to somebody whose account is frozen. What the writer stores it refuses
    /// itself. What only changes what they themselves read (filters, mutes, blocks) stays theirs.
    pub(crate) async fn require_writable(&self, caller: Caller) -> Result<()> {
        if self.state_of(caller.user_id).await?.may_write() {
            return Ok(());
        }
        Err(Error::Forbidden(AccountState::FROZEN))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Somebody, in the state that everybody is in.
    pub(crate) fn user(id: i64, role: Role) -> User {
        User {
            id: UserId(id),
            handle: "x".to_owned(),
            name: String::new(),
            bio: String::new(),
            profile_picture: None,
            banner: None,
            links: Vec::new(),
            pinned: None,
            created_at: Timestamp(0),
            counts: pipit_model::user::UserCounts::default(),
            locked: false,
            default_visibility: pipit_model::visibility::Visibility::default(),
            deleted: false,
            role,
            state: AccountState::Active,
            has_notice: false,
        }
    }

    #[test]
    fn one_acts_only_on_those_below() {
        for (role, on, allowed) in [
            (Role::Moderator, Role::User, true),
            (Role::Moderator, Role::Moderator, false),
            (Role::Moderator, Role::Admin, false),
            (Role::Admin, Role::User, true),
            (Role::Admin, Role::Moderator, true),
            (Role::Admin, Role::Admin, false),
        ] {
            let by = Moderator { user_id: Some(UserId(1)), role };
            assert_eq!(by.require_above(&user(2, on)).is_ok(), allowed, "{role:?} {on:?}");
            // Least of all on oneself.
            assert!(by.require_above(&user(1, role)).is_err());
            assert!(Moderator::operator().require_above(&user(2, on)).is_ok());
        }
    }

    #[test]
    fn what_one_may_not_do_does_not_exist() {
        for role in Role::ALL {
            for right in Right::ALL {
                let by = Moderator { user_id: Some(UserId(1)), role };
                let refused = by.require(right);
                let is_unknown = matches!(refused, Err(Error::NotFound(_)));
                assert_eq!((refused.is_ok(), is_unknown), (role.may(right), !role.may(right)));
            }
        }
    }
}
