//! One's own standing, and what one says to it.

use pipit_feed::UserCard;
use pipit_model::limits::HISTORY_ROWS_MAX;
use pipit_model::moderation::{Action, AppealState, appeal_text, reason};
use pipit_model::page::{Listed, Page};
use pipit_model::role::Right;
use pipit_model::user::UserRef;
use pipit_model::{ActionId, Error, Result, UserId};
use pipit_store::Noted;

use crate::{Caller, Moderator, Pipit};

/// What moderators made of an account, as its owner sees it.
#[derive(Debug, Clone)]
pub struct StandingView {
    /// The account.
    pub card: UserCard,
    /// What was done, newest first. Who did it is not told.
    pub actions: Vec<Action>,
}

/// An action that its account appealed against, as moderators see it.
#[derive(Debug, Clone)]
pub struct AppealView {
    /// The action, with the appeal.
    pub action: Action,
    /// Whose appeal it is.
    pub card: UserCard,
    /// Who took the action; [`None`] for the operator.
    pub moderator: Option<UserCard>,
}

impl Pipit {
    /// What moderators made of the caller's account; also for those who are suspended. From then on
    /// it counts as seen.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn standing(&self, caller: Caller) -> Result<StandingView> {
        let card = self.0.feed.user(caller.user_id).await?;
        let card = card.ok_or(Error::NotFound("user"))?;
        let mut actions = self.0.store.list_actions(caller.user_id, HISTORY_ROWS_MAX).await?;
        for action in &mut actions {
            action.moderator = None;
        }
        if card.user().has_notice {
            self.0.store.clear_notice(card.user()).await?;
        }
        Ok(StandingView { card, actions })
    }

    /// Says something to an action on the caller's account, once.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an action on somebody else; [`Error::Forbidden`] for one that was
    /// undone, cannot be, or was answered already; [`Error::InvalidField`] on `text`.
    pub async fn appeal(&self, caller: Caller, id: ActionId, text: &str) -> Result<()> {
        let action = self.0.store.find_action(id).await?;
        let action = action.filter(|action| action.user_id == caller.user_id);
        let action = action.ok_or(Error::NotFound("action"))?;
        if action.appeal.is_some() {
            return Err(Error::Forbidden("you appealed against this already"));
        }
        if action.undone_at.is_some() || !action.kind.can_be_appealed() {
            return Err(Error::Forbidden("there is nothing left to undo here"));
        }
        let text = appeal_text(text)?;
        Ok(self.0.store.insert_appeal(&action, text, self.0.clock.now()).await?)
    }

    /// Appeals that stand so, newest first.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn appeals(
        &self,
        by: Moderator,
        state: AppealState,
        page: Page,
    ) -> Result<Listed<AppealView>> {
        by.require(Right::ReadReports)?;
        let limit = page.limit() as u64 + 1;
        let rows = self.0.store.list_appeals(state, page.before(), limit).await?;
        let Listed { items: rows, next } = page.cut(rows, |action| action.id.0);
        let ids = rows.iter().flat_map(|row| row.moderator.into_iter().chain([row.user_id]));
        let people = self.cards_of(ids.collect()).await?;
        let card = |id: UserId| people.get(&id).cloned();
        let view = |action: Action| {
            let (owner, moderator) = (card(action.user_id)?, action.moderator.and_then(card));
            Some(AppealView { action, card: owner, moderator })
        };
        Ok(Listed { items: rows.into_iter().filter_map(view).collect(), next })
    }

    /// Accepts an appeal, which undoes the action, or rejects it; its author reads why.
    ///
    /// # Errors
    /// [`Error::NotFound`] if none waits; [`Error::InvalidField`] on `reason`;
    /// [`Error::Forbidden`] for an account that is not below the moderator's.
    pub async fn decide_appeal(
        &self,
        by: Moderator,
        id: ActionId,
        state: AppealState,
        answer: &str,
    ) -> Result<()> {
        by.require(Right::DecideAppeals)?;
        let answer = reason(answer)?;
        let missing = || Error::NotFound("appeal that waits");
        let action = self.0.store.find_action(id).await?.ok_or_else(missing)?;
        let kind = match (state, &action.appeal) {
            (AppealState::Accepted, Some(_)) => "accept-appeal",
            (AppealState::Rejected, Some(_)) => "reject-appeal",
            _ => return Err(missing()),
        };
        let card = self.any_account(by, &UserRef::Id(action.user_id)).await?;
        by.require_above(card.user())?;
        let noted = Noted {
            user_id: action.user_id.0,
            subject: id.0,
            detail: answer.clone(),
            ..by.noted(self.0.clock.now(), kind)
        };
        let store = &self.0.store;
        Ok(store.set_appeal_state(card.user(), &action, (state, answer), noted).await?)
    }
}
