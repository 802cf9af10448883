//! Who asks to be let in, where moderators decide about it.

use pipit_feed::UserCard;
use pipit_model::limits::{PURGE_STEP_ROWS, SIGN_UP_WAIT_SECS, SIGN_UPS_COUNTED_MAX};
use pipit_model::moderation::reason;
use pipit_model::page::{Listed, Page};
use pipit_model::role::Right;
use pipit_model::user::UserRef;
use pipit_model::{AccountState, Error, Result, UserId};
use pipit_store::{Entry, Noted, SealedColumn};

use crate::mail::Note;
use crate::seal::Place;
use crate::{Moderator, Pipit};

/// Somebody who asks to be let in, as moderators see it.
#[derive(Debug, Clone)]
pub struct SignUpView {
    /// Their account, which nobody else sees; its id tells when they asked.
    pub card: UserCard,
    /// Why, in their words.
    pub reason: String,
    /// Of which provider their e-mail address is; the rest of it is nobody's business.
    pub email_domain: String,
}

/// What a moderator makes of somebody who asks to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// They are let in.
    Approve,
    /// They are not, and are written why.
    Reject(String),
}

/// What is decided, what is written about it, and what the log says.
struct Decided {
    entry: Entry,
    note: Option<Note>,
    noted: Noted,
}

impl Pipit {
    /// Those who wait, newest first.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn sign_ups(&self, by: Moderator, page: Page) -> Result<Listed<SignUpView>> {
        by.require(Right::Act)?;
        let rows = self.0.store.list_sign_ups(page.before(), page.limit() as u64 + 1).await?;
        let Listed { items: rows, next } = page.cut(rows, |row| row.user_id.0);
        let people = self.cards_of(rows.iter().map(|row| row.user_id).collect()).await?;
        let keys = self.0.seals.keys()?;
        let mut items = Vec::new();
        for row in rows {
            let email =
                keys.open_text(Place::Row(SealedColumn::Email, row.user_id.0), &row.email)?;
            let domain = email.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
            if let Some(card) = people.get(&row.user_id).cloned() {
                let email_domain = domain.unwrap_or_default();
                items.push(SignUpView { card, reason: row.reason, email_domain });
            }
        }
        Ok(Listed { items, next })
    }

    /// How many wait, as far as it is counted.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn count_sign_ups(&self, by: Moderator) -> Result<usize> {
        by.require(Right::Act)?;
        Ok(self.0.store.count_sign_ups(SIGN_UPS_COUNTED_MAX).await?)
    }

    /// Lets somebody in who waits, or takes their account away: it was never shown to anybody, so
    /// that its handle is free again.
    ///
    /// # Errors
    /// [`Error::NotFound`] if they do not wait (any more); [`Error::InvalidField`] on `reason`.
    pub async fn decide_sign_up(
        &self,
        by: Moderator,
        user: &UserRef,
        verdict: Verdict,
    ) -> Result<UserCard> {
        by.require(Right::Act)?;
        let id = match user {
            UserRef::Id(id) => Some(*id),
            UserRef::HandleKey(key) => self.0.store.find_any_user(key).await?,
        };
        let missing = || Error::NotFound("request that waits");
        let card = self.waiting(id.ok_or_else(missing)?).await?.ok_or_else(missing)?;
        let now = self.0.clock.now();
        let decided = match verdict {
            Verdict::Approve => Decided {
                entry: Entry::Granted,
                note: Some(Note::Approved { user_id: card.user().id }),
                noted: by.noted(now, "approve-sign-up"),
            },
            Verdict::Reject(why) => {
                let why = reason(&why)?;
                let noted = by.noted(now, "reject-sign-up");
                let handle = card.user().handle.clone();
                Decided {
                    entry: Entry::Refused,
                    note: self.address_of(card.user().id).await?.map(|email| Note::Rejected {
                        handle: handle.clone(),
                        email,
                        reason: why.clone(),
                    }),
                    // The account is gone: the log alone knows how it was called.
                    noted: Noted { detail: format!("@{handle}: {why}"), ..noted },
                }
            }
        };
        self.carry_out(&card, decided).await?;
        Ok(card)
    }

    async fn carry_out(&self, card: &UserCard, decided: Decided) -> Result<()> {
        let Decided { entry, note, noted } = decided;
        let mail = match note {
            Some(note) => self.new_mail(&note)?,
            None => None,
        };
        let noted = Noted { user_id: card.user().id.0, ..noted };
        Ok(self.0.store.decide_sign_up(card.user(), entry, mail, noted).await?)
    }

    async fn waiting(&self, user_id: UserId) -> Result<Option<UserCard>> {
        let card = self.0.feed.user(user_id).await?;
        Ok(card.filter(|card| card.user().state == AccountState::Waiting))
    }

    /// Takes away the accounts of those about whom nobody decided for a month.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn delete_old_sign_ups(&self) -> Result<()> {
        let now = self.0.clock.now();
        let before = UserId(now.plus_secs(-SIGN_UP_WAIT_SECS).0 << 16);
        for user_id in self.0.store.list_sign_ups_before(before, PURGE_STEP_ROWS).await? {
            let Some(card) = self.waiting(user_id).await? else { continue };
            let handle = &card.user().handle;
            let noted = Noted {
                detail: format!("@{handle}"),
                ..Moderator::operator().noted(now, "expire-sign-up")
            };
            let decided = Decided { entry: Entry::Refused, note: None, noted };
            match self.carry_out(&card, decided).await {
                // Somebody decided at this moment.
                Ok(()) | Err(Error::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
