//! Letters: noted in the transaction of what they tell of, written and sent afterwards, tried again
//! until they are away.

use pipit_mail::{Letter, MailError};
use pipit_model::limits::{MAIL_RETRY_SECS, MAIL_STEP_ROWS, MAIL_TRIES_MAX};
use pipit_model::{Error, Result, UserId};
use pipit_store::{Login, Mail, SealedColumn};

use crate::letters;
use crate::seal::Place;
use crate::{Caller, Pipit};

/// What a letter is to say. What it needs besides is looked up when it is written: whoever asks for
/// one cannot tell from the time it takes whether there is an account.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Note {
    /// Somebody asked for a new password.
    ResetPassword { login: String },
    /// An address is to be confirmed. The link is bound to what guarded the account when it was
    /// asked for, however long the letter takes.
    ConfirmEmail { user_id: UserId, email: String, guard: String },
    /// Another address took the place of this one.
    EmailChanged { user_id: UserId, was: String },
    /// The password is another.
    PasswordChanged { user_id: UserId },
    /// Somebody signed in with a device that was not seen before.
    NewDevice { user_id: UserId, device: String },
    /// Somebody can sign in with a passkey from now on.
    PasskeyAdded { user_id: UserId, name: String },
    /// Somebody who waited was let in.
    Approved { user_id: UserId },
    /// Somebody who waited was not; their account is gone.
    Rejected { handle: String, email: String, reason: String },
}

/// They hold addresses.
impl std::fmt::Debug for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Note(***)")
    }
}

impl Note {
    /// A word, an account, a text: a line each.
    fn encode(&self) -> String {
        let (word, user_id, text) = match self {
            Self::ResetPassword { login } => ("reset", UserId(0), login.as_str()),
            Self::ConfirmEmail { user_id, email, guard } => {
                return format!("confirm\n{user_id}\n{guard} {email}");
            }
            Self::EmailChanged { user_id, was } => ("moved", *user_id, was.as_str()),
            Self::PasswordChanged { user_id } => ("password", *user_id, ""),
            Self::NewDevice { user_id, device } => ("device", *user_id, device.as_str()),
            Self::PasskeyAdded { user_id, name } => ("passkey", *user_id, name.as_str()),
            Self::Approved { user_id } => ("approved", *user_id, ""),
            Self::Rejected { handle, email, reason } => {
                return format!("rejected\n0\n{handle} {email}\n{reason}");
            }
        };
        format!("{word}\n{user_id}\n{text}")
    }

    fn decode(text: &str) -> Option<Self> {
        let mut lines = text.splitn(3, '\n');
        let word = lines.next()?;
        let user_id = UserId(lines.next()?.parse().ok()?);
        let text = lines.next()?.to_owned();
        Some(match word {
            "reset" => Self::ResetPassword { login: text },
            "confirm" => {
                let (guard, email) = text.split_once(' ')?;
                Self::ConfirmEmail { user_id, email: email.to_owned(), guard: guard.to_owned() }
            }
            "moved" => Self::EmailChanged { user_id, was: text },
            "password" => Self::PasswordChanged { user_id },
            "device" => Self::NewDevice { user_id, device: text },
            "passkey" => Self::PasskeyAdded { user_id, name: text },
            "approved" => Self::Approved { user_id },
            "rejected" => {
                let (to, reason) = text.split_once('\n')?;
                let (handle, email) = to.split_once(' ')?;
                let (handle, email) = (handle.to_owned(), email.to_owned());
                Self::Rejected { handle, email, reason: reason.to_owned() }
            }
            _ => return None,
        })
    }
}

impl Pipit {
    /// Whether this service sends mail.
    #[must_use]
    pub fn sends_mail(&self) -> bool {
        self.0.mailer.is_on()
    }

    /// A letter to be put with what it tells of; none where mail is not set up.
    pub(crate) fn new_mail(&self, note: &Note) -> Result<Option<Mail>> {
        if !self.sends_mail() {
            return Ok(None);
        }
        let now = self.0.clock.now();
        let id = self.0.ids.next(now);
        let place = Place::Row(SealedColumn::Note, id);
        let note = self.0.seals.keys()?.seal(place, note.encode().as_bytes())?;
        Ok(Some(Mail { id, due_at: now, tries: 0, note }))
    }

    /// Sends the letters whose time has come. `public_url` is where their links lead.
    ///
    /// # Errors
    /// If the database is away; letters that do not get away are tried again.
    pub async fn send_mails(&self, public_url: &str) -> Result<()> {
        if !self.sends_mail() {
            return Ok(());
        }
        let now = self.0.clock.now();
        for mail in self.0.store.list_due_mails(now, MAIL_STEP_ROWS).await? {
            // Minutes, then hours: a day and a half in all.
            let wait = MAIL_RETRY_SECS << mail.tries.clamp(0, MAIL_TRIES_MAX);
            if self.0.store.take_mail(&mail, now.plus_secs(wait)).await? {
                self.send_mail(&mail, public_url).await?;
            }
        }
        Ok(())
    }

    async fn send_mail(&self, mail: &Mail, public_url: &str) -> Result<()> {
        let place = Place::Row(SealedColumn::Note, mail.id);
        let note = self.0.seals.keys()?.open_text(place, &mail.note)?;
        let letter = match Note::decode(&note) {
            Some(note) => self.write_letter(note, public_url).await?,
            None => None,
        };
        let sent = match letter {
            Some(letter) => self.0.mailer.send(&letter, &mail.id.to_string()).await,
            // Nobody has that address, or the account is gone.
            None => Ok(()),
        };
        match sent {
            Err(MailError::Later(why)) if mail.tries + 1 < MAIL_TRIES_MAX => {
                tracing::warn!(mail = mail.id, why, "a letter did not get away; it is tried again");
                return Ok(());
            }
            Err(error) => tracing::error!(mail = mail.id, %error, "a letter is given up"),
            Ok(()) => {}
        }
        Ok(self.0.store.delete_mail(mail.id).await?)
    }

    /// The words of a letter; nothing if there is nobody to get it.
    async fn write_letter(&self, note: Note, public_url: &str) -> Result<Option<Letter>> {
        let user_id = match &note {
            Note::ResetPassword { login } => {
                match self.0.store.find_credentials(&self.login_of(login).await?).await? {
                    Some(found) => found.user_id,
                    None => return Ok(None),
                }
            }
            Note::ConfirmEmail { user_id, .. }
            | Note::EmailChanged { user_id, .. }
            | Note::PasswordChanged { user_id }
            | Note::NewDevice { user_id, .. }
            | Note::PasskeyAdded { user_id, .. }
            | Note::Approved { user_id } => *user_id,
            Note::Rejected { handle, email, reason } => {
                return Ok(Some(letters::rejected(email.clone(), handle, reason)));
            }
        };
        let Some(own) = self.address_of(user_id).await? else { return Ok(None) };
        // Also if it is shut out: who is suspended may appeal, and needs a password for it.
        let Some(card) = self.0.feed.user(user_id).await? else { return Ok(None) };
        let handle = card.user().handle.clone();
        let link = |path: &str, ticket: &str| format!("{public_url}{path}?token={ticket}");
        Ok(Some(match note {
            Note::ResetPassword { .. } => {
                let ticket = self.reset_ticket(user_id).await?;
                letters::reset_password(own, &handle, &link("/reset-password/new", &ticket))
            }
            Note::ConfirmEmail { email, guard, .. } => {
                let ticket = self.email_ticket(user_id, guard, &email)?;
                letters::confirm_email(email, &handle, &link("/confirm-email", &ticket))
            }
            Note::EmailChanged { was, .. } => letters::email_changed(was, &handle, public_url),
            Note::PasswordChanged { .. } => letters::password_changed(own, &handle, public_url),
            Note::NewDevice { device, .. } => {
                letters::new_device(own, &handle, &device, public_url)
            }
            Note::PasskeyAdded { name, .. } => {
                letters::passkey_added(own, &handle, &name, public_url)
            }
            Note::Approved { .. } => letters::approved(own, &handle, public_url),
            // Written above: there is no account to look up.
            Note::Rejected { .. } => return Ok(None),
        }))
    }

    pub(crate) async fn address_of(&self, user_id: UserId) -> Result<Option<String>> {
        let found = self.0.store.find_credentials(&Login::User(user_id)).await?;
        found.map(|found| self.email_of(&found)).transpose()
    }

    /// The caller's own e-mail address.
    ///
    /// # Errors
    /// If the database is away.
    pub async fn own_email(&self, caller: Caller) -> Result<String> {
        self.address_of(caller.user_id).await?.ok_or(Error::NotFound("account"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_read_as_they_were_written() {
        let user_id = UserId(7);
        for note in [
            Note::ResetPassword { login: "Ann".into() },
            Note::ConfirmEmail { user_id, email: "a@b.example".into(), guard: "0f".into() },
            Note::EmailChanged { user_id, was: "a@b.example".into() },
            Note::PasswordChanged { user_id },
            Note::NewDevice { user_id, device: "Mozilla/5.0 (X11)".into() },
            Note::PasskeyAdded { user_id, name: "My phone".into() },
            Note::Approved { user_id },
            Note::Rejected {
                handle: "ann".into(),
                email: "a b@c.example".into(),
                reason: "No.\nReally.".into(),
            },
        ] {
            assert!(Note::decode(&note.encode()) == Some(note));
        }
        for bad in ["", "reset", "reset\nx\ny", "what\n1\n"] {
            assert!(Note::decode(bad).is_none(), "{bad}");
        }
    }
}
