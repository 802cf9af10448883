//! What people type: forms as they arrive, and as they are shown (again).

mod composer;
mod field;

use std::sync::atomic::{AtomicU64, Ordering};

use pipit_core::{Caller, Proof};
use pipit_model::Timestamp;
use pipit_model::limits::{
    BIO_CHARS_MAX, CODE_BYTES_MAX, EMAIL_BYTES_MAX, HANDLE_CHARS_MAX, LINK_BYTES_MAX, LINKS_MAX,
    NAME_CHARS_MAX, PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN,
};
use serde::Deserialize;

use crate::error::Failure;
use crate::visitor::Visitor;
use crate::words::Words;
use crate::{Web, links};

pub(crate) use composer::{ComposeForm, Composer, KeptPicture};
pub(crate) use field::{Complaint, Field, FormView, Kind};

/// Longer keys are none of ours.
const KEY_BYTES_MAX: usize = 64;

/// A new account.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct SignUpForm {
    pub handle: String,
    pub name: String,
    pub email: String,
    pub password: String,
    pub invite: String,
    pub reason: String,
    pub key: String,
    pub next: String,
}

impl SignUpForm {
    /// The idempotency key: a double click opens one account, not one and a complaint that its
    /// handle is taken.
    pub(crate) fn request_key(&self) -> Option<&str> {
        own_key(&self.key)
    }

    /// The fields with what was typed, the password apart.
    pub(crate) fn fields(&self, w: &Words) -> Vec<Field> {
        vec![
            Field::new("handle", w.handle, Kind::Code, "username")
                .value(&self.handle)
                .length(1, HANDLE_CHARS_MAX)
                .hint(w.handle_hint),
            Field::new("name", w.name, Kind::Line, "name")
                .value(&self.name)
                .length(0, NAME_CHARS_MAX)
                .hint(w.name_hint),
            Field::new("email", w.email, Kind::Email, "email")
                .value(&self.email)
                .length(1, EMAIL_BYTES_MAX)
                .hint(w.email_hint),
            Field::new("password", w.password, Kind::Password, "new-password")
                .length(PASSWORD_CHARS_MIN, PASSWORD_BYTES_MAX)
                .hint(w.password_hint),
        ]
    }
}

/// Someone who comes back.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct LoginForm {
    pub login: String,
    pub password: String,
    pub next: String,
}

impl LoginForm {
    pub(crate) fn fields(&self, w: &Words) -> Vec<Field> {
        vec![
            Field::new("login", w.login, Kind::Code, "username")
                .value(&self.login)
                .length(1, EMAIL_BYTES_MAX),
            Field::new("password", w.password, Kind::Password, "current-password")
                .length(1, PASSWORD_BYTES_MAX),
        ]
    }
}

/// The second step of a sign-in.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct CodeForm {
    pub otp: String,
    pub ticket: String,
    pub next: String,
}

impl CodeForm {
    pub(crate) fn fields(w: &Words) -> Vec<Field> {
        let s = &w.security;
        vec![
            Field::new("otp", s.code, Kind::Code, "one-time-code")
                .length(1, CODE_BYTES_MAX)
                .hint(s.code_or_recovery_hint),
        ]
    }
}

/// The first code of an authenticator app.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct FirstCodeForm {
    pub code: String,
}

impl FirstCodeForm {
    pub(crate) fn fields(w: &Words) -> Vec<Field> {
        let s = &w.security;
        vec![
            Field::new("code", s.code, Kind::Code, "one-time-code")
                .length(1, CODE_BYTES_MAX)
                .hint(s.code_hint),
        ]
    }
}

/// Where a link to a new password is to go.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct ResetForm {
    pub login: String,
}

impl ResetForm {
    pub(crate) fn fields(&self, w: &Words) -> Vec<Field> {
        vec![
            Field::new("login", w.login, Kind::Code, "username")
                .value(&self.login)
                .length(1, EMAIL_BYTES_MAX),
        ]
    }
}

/// What a link that was sent brings along; and a new password, if it is for one.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct TokenForm {
    pub token: String,
    pub password: String,
}

/// Another e-mail address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct EmailForm {
    pub email: String,
}

impl EmailForm {
    pub(crate) fn fields(&self, w: &Words) -> Vec<Field> {
        vec![
            Field::new("email", w.email, Kind::Email, "email")
                .value(&self.email)
                .length(1, EMAIL_BYTES_MAX)
                .hint(w.email_hint),
        ]
    }
}

/// Showing again who one is: by password, or by a code.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct ProofForm {
    pub password: String,
    pub otp: String,
    pub next: String,
}

/// A new password.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct NewPasswordForm {
    pub password: String,
}

impl NewPasswordForm {
    pub(crate) fn fields(w: &Words) -> Vec<Field> {
        vec![
            Field::new("password", w.security.new_password, Kind::Password, "new-password")
                .length(PASSWORD_CHARS_MIN, PASSWORD_BYTES_MAX)
                .hint(w.password_hint),
        ]
    }
}

/// A change to one's profile.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct ProfileForm {
    pub name: String,
    pub bio: String,
    /// One a line; left out by forms of before.
    pub links: Option<String>,
}

impl ProfileForm {
    pub(crate) fn fields(&self, w: &Words) -> Vec<Field> {
        vec![
            Field::new("name", w.name, Kind::Line, "name")
                .value(&self.name)
                .length(0, NAME_CHARS_MAX),
            Field::new("bio", w.bio, Kind::Lines, "off")
                .value(&self.bio)
                .length(0, BIO_CHARS_MAX)
                .hint(w.bio_hint),
            Field::new("links", w.links, Kind::Lines, "off")
                .value(self.links.as_deref().unwrap_or_default())
                .length(0, LINKS_MAX * LINK_BYTES_MAX)
                .hint(w.links_hint),
        ]
    }
}

/// Asked before what cannot be undone.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct PasswordForm {
    pub password: String,
}

impl PasswordForm {
    pub(crate) fn fields(w: &Words) -> Vec<Field> {
        vec![
            Field::new("password", w.your_password, Kind::Password, "current-password")
                .length(1, PASSWORD_BYTES_MAX),
        ]
    }

    /// What is wrong with it, if it is not the caller's password.
    pub(crate) async fn refusal(
        self,
        web: &Web,
        visitor: &Visitor,
        caller: Caller,
    ) -> Result<Option<Complaint>, Failure> {
        match web.pipit.prove(caller, Proof::Password(self.password)).await {
            Ok(()) => Ok(None),
            Err(error) => Complaint::from_error(error, visitor.preferences.w).map(Some),
        }
    }
}

/// A button: only where to go afterwards.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct BackForm {
    back: String,
}

impl BackForm {
    /// The page it was pressed on, or the one that is right otherwise.
    pub(crate) fn or<'a>(&'a self, otherwise: &'a str) -> &'a str {
        links::local_path(&self.back).unwrap_or(otherwise)
    }
}

/// A key for a form: new each time, and no secret, since the core binds it to who sends it.
pub(crate) fn new_key(now: Timestamp) -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    format!("{:x}-{:x}", now.0, COUNTER.fetch_add(1, Ordering::Relaxed))
}

/// A key as [`new_key`] makes them.
pub(crate) fn own_key(key: &str) -> Option<&str> {
    let decent = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (decent && (1..=KEY_BYTES_MAX).contains(&key.len())).then_some(key)
}
