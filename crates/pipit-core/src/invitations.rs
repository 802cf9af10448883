//! Who may open an account: everybody, whom moderators let in, who is invited, or nobody.

use pipit_model::limits::{CODE_BYTES_MAX, INVITATION_DAYS_MAX, INVITATION_USES_MAX};
use pipit_model::user::sign_up_reason;
use pipit_model::{Error, Result};
use pipit_store::Invitation;

use crate::{Pipit, keys};

/// Who may open an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SignUpMode {
    /// Everybody.
    #[default]
    Open,
    /// Whom moderators let in, or who has an invitation.
    Approval,
    /// Who has an invitation.
    Invitation,
    /// Nobody but who runs the service.
    Closed,
}

/// Whether an e-mail address must be confirmed before its owner is let in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Confirmation {
    /// No.
    #[default]
    Off,
    /// Yes: mail must be set up.
    Required,
}

/// How accounts are opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccountSettings {
    /// By whom.
    pub sign_up: SignUpMode,
    /// Whether their address must be confirmed.
    pub confirm_email: Confirmation,
}

/// By what a new account is opened.
pub(crate) enum WayIn {
    /// Nothing is asked for.
    Open,
    /// The hash of an invitation, which it uses up.
    Invitation(String),
    /// It waits; why it should not.
    Approval(String),
}

impl Pipit {
    /// Who may open an account.
    #[must_use]
    pub fn sign_up_mode(&self) -> SignUpMode {
        self.0.accounts.sign_up
    }

    /// Makes an invitation that opens so many accounts within so many days; answers its code. For who
    /// runs the service: no caller is asked.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `uses` or `days`.
    pub async fn create_invitation(&self, uses: i64, days: i64) -> Result<String> {
        if !(1..=INVITATION_USES_MAX).contains(&uses) {
            return Err(Error::invalid("uses", "must be from 1 to 1000"));
        }
        if !(1..=INVITATION_DAYS_MAX).contains(&days) {
            return Err(Error::invalid("days", "must be from 1 to 365"));
        }
        let code = keys::random_code()?;
        let now = self.0.clock.now();
        let invitation = Invitation {
            code_hash: hash(&code),
            created_at: now,
            expires_at: now.plus_secs(days * 24 * 3600),
            uses_left: uses,
        };
        self.0.store.insert_invitation(invitation).await?;
        Ok(code)
    }

    /// By what somebody comes in who brings an invitation, or says why they want to.
    pub(crate) fn way_in(&self, code: Option<&str>, reason: Option<&str>) -> Result<WayIn> {
        let code = code.map(str::trim).filter(|code| !code.is_empty());
        match self.0.accounts.sign_up {
            SignUpMode::Open => Ok(WayIn::Open),
            SignUpMode::Approval if code.is_none() => {
                Ok(WayIn::Approval(sign_up_reason(reason.unwrap_or_default())?))
            }
            SignUpMode::Closed => {
                Err(Error::Forbidden("nobody can open an account here at the moment"))
            }
            SignUpMode::Approval | SignUpMode::Invitation => {
                let needed =
                    || Error::invalid("invite", "is needed: ask somebody for an invitation");
                let code = code.ok_or_else(needed)?;
                if code.len() > CODE_BYTES_MAX {
                    return Err(not_good());
                }
                Ok(WayIn::Invitation(hash(code)))
            }
        }
    }
}

/// An invitation that is none, is used up, or has ended.
pub(crate) fn not_good() -> Error {
    Error::invalid("invite", "is not good (any more): ask for a new one")
}

fn hash(code: &str) -> String {
    keys::hash(&["invitation", code])
}
