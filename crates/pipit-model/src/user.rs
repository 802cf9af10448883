//! A person's account: handle, profile, e-mail and password rules.

use serde::{Deserialize, Serialize};

use std::fmt;

use crate::error::{Error, Result};
use crate::ids::{TweetId, UserId};
use crate::limits::{
    BIO_CHARS_MAX, EMAIL_BYTES_MAX, HANDLE_CHARS_MAX, LINK_BYTES_MAX, LINKS_MAX, NAME_CHARS_MAX,
    PASSKEY_NAME_CHARS_MAX, PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN, PICTURE_URL_BYTES_MAX,
    SIGN_UP_REASON_CHARS_MAX,
};
use crate::role::{AccountState, Role};
use crate::text;
use crate::time::Timestamp;
use crate::visibility::Visibility;

/// Handles that mean something else in an address.
const RESERVED_HANDLES: [&str; 3] = ["me", "deleted", "suggested"];

/// A stored account, as everybody may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Its handle, in the spelling chosen at sign-up.
    pub handle: String,
    /// Its display name.
    pub name: String,
    /// What the person says of themselves, plain text.
    pub bio: String,
    /// The address of a picture: one on this server, or one that starts with `https://`.
    pub profile_picture: Option<String>,
    /// The address of a wide picture on this server.
    pub banner: Option<String>,
    /// Addresses of their own, at most [`LINKS_MAX`].
    pub links: Vec<String>,
    /// The tweet that stands first on their page; it may be gone.
    pub pinned: Option<TweetId>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// Tweets, followers, followees at the time of reading.
    pub counts: UserCounts,
    /// Whether it decides itself who follows it.
    pub locked: bool,
    /// Whom its tweets are for unless it says otherwise.
    pub default_visibility: Visibility,
    /// The account and all it wrote are shown to nobody: it is a tombstone, whose handle stays
    /// taken, suspended, or not let in yet.
    pub deleted: bool,
    /// What it may do besides.
    pub role: Role,
    /// What moderators made of it.
    pub state: AccountState,
    /// Whether the moderators told its owner something that they have not looked at yet.
    pub has_notice: bool,
}

/// What a profile counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserCounts {
    /// Tweets and replies that are not deleted; retweets are not counted.
    pub tweets: i64,
    /// Accounts that follow this one.
    pub followers: i64,
    /// Accounts that this one follows.
    pub following: i64,
    /// How often these changed: of two, the higher is the newer.
    pub version: i64,
}

impl UserCounts {
    /// The newer of two.
    #[must_use]
    pub fn or_newer(self, told: Self) -> Self {
        if told.version > self.version { told } else { self }
    }
}

/// A name by which a person is found: 1 to 15 of `A–Z a–z 0–9 _`, at least one of them no digit
/// (so that `/users/123` is always an id).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handle(String);

impl Handle {
    /// Checks a handle.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `handle`.
    pub fn new(handle: &str) -> Result<Self> {
        let invalid = |message: &'static str| Err(Error::invalid("handle", message));
        if handle.is_empty() || handle.len() > HANDLE_CHARS_MAX {
            return invalid("must have 1 to 15 characters");
        }
        if !handle.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return invalid("must be made of the letters A–Z, digits and _");
        }
        if handle.bytes().all(|b| b.is_ascii_digit()) {
            return invalid("must contain a letter or _");
        }
        if RESERVED_HANDLES.contains(&handle.to_ascii_lowercase().as_str()) {
            return invalid("is reserved: choose another one");
        }
        Ok(Self(handle.to_owned()))
    }

    /// The spelling its owner chose.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The spelling by which it is found: lower case.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// How a caller names an account: by id or by handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserRef {
    /// By id.
    Id(UserId),
    /// By handle, in lower case.
    HandleKey(String),
}

impl UserRef {
    /// Reads `123`, `handle` or `@handle`; `None` if it can be neither.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(id) = text.parse::<i64>() {
            return (id > 0).then_some(Self::Id(UserId(id)));
        }
        let handle = Handle::new(text.strip_prefix('@').unwrap_or(text)).ok()?;
        Some(Self::HandleKey(handle.key()))
    }
}

/// An e-mail address as typed. It is never shown to anyone but its owner.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Checks the shape only: whether mail arrives is found out by sending some.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `email`.
    pub fn new(email: &str) -> Result<Self> {
        let email = email.trim();
        let shaped = email.rsplit_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && !domain.is_empty()
                && !domain.starts_with('.')
                && !domain.ends_with('.')
        });
        let clean = !email.chars().any(|c| c.is_whitespace() || c.is_control());
        if !shaped || !clean || email.len() > EMAIL_BYTES_MAX {
            return Err(Error::invalid("email", "must be an e-mail address like name@example.org"));
        }
        Ok(Self(email.to_owned()))
    }

    /// As typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is compared: lower case.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(***)")
    }
}

/// A password as typed, on its way to being hashed. Never printed.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// A new password: any characters, long enough (OWASP ASVS 5.0, 6.2).
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `password`.
    pub fn new(password: String) -> Result<Self> {
        if password.chars().count() < PASSWORD_CHARS_MIN {
            return Err(Error::invalid("password", "must have at least 8 characters"));
        }
        Self::attempt(password)
    }

    /// A password typed to sign in: only its size is bounded.
    ///
    /// # Errors
    /// [`Error::InvalidField`] on `password`.
    pub fn attempt(password: String) -> Result<Self> {
        if password.len() > PASSWORD_BYTES_MAX {
            return Err(Error::invalid("password", "must have at most 256 bytes"));
        }
        Ok(Self(password))
    }

    /// The text, for the hash function.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(***)")
    }
}

/// What a person may change of their profile; `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileEdit {
    /// A new display name; an empty one falls back to the handle.
    pub name: Option<String>,
    /// A new bio.
    pub bio: Option<String>,
    /// A new picture; `Some(None)` removes it.
    pub profile_picture: Option<Option<String>>,
    /// A new banner; `Some(None)` removes it.
    pub banner: Option<Option<String>>,
    /// Their links, all of them.
    pub links: Option<Vec<String>>,
    /// Whether they decide themselves who follows them.
    pub locked: Option<bool>,
    /// Whom their tweets are for unless they say otherwise.
    pub default_visibility: Option<Visibility>,
}

impl ProfileEdit {
    /// Checks and cleans the fields.
    ///
    /// # Errors
    /// [`Error::InvalidField`] with the name of the first field that breaks a rule.
    pub fn checked(self) -> Result<Self> {
        let name = self.name.map(|name| one_line("name", &name, NAME_CHARS_MAX)).transpose()?;
        let bio = self.bio.map(|bio| clean("bio", &bio, BIO_CHARS_MAX)).transpose()?;
        let profile_picture = match self.profile_picture {
            Some(Some(url)) => Some(Some(picture_url(url)?)),
            other => other,
        };
        if let Some(Some(_)) = self.banner {
            // One of ours is set by the core, past this check.
            return Err(Error::invalid("banner", "must be null, or uploaded"));
        }
        let links = self.links.as_deref().map(checked_links).transpose()?;
        Ok(Self { name, bio, profile_picture, links, ..self })
    }
}

/// Links of a profile as typed: empty ones are left out, `https://` is put before those without a
/// scheme.
fn checked_links(links: &[String]) -> Result<Vec<String>> {
    let typed = links.iter().map(|link| link.trim()).filter(|link| !link.is_empty());
    let links: Vec<String> = typed.map(link).collect::<Result<_>>()?;
    if links.len() > LINKS_MAX {
        return Err(Error::invalid("links", "must be at most 4"));
    }
    Ok(links)
}

fn link(typed: &str) -> Result<String> {
    let schemes = ["https://", "http://"];
    let has_scheme = schemes.iter().any(|scheme| typed.starts_with(scheme));
    let full = if has_scheme { typed.to_owned() } else { format!("https://{typed}") };
    // As a tweet would find it: then a page shows it as it shows all links.
    let entities = text::entities(&full);
    let is_whole = entities.first().is_some_and(|entity| {
        entity.kind == text::EntityKind::Url && entity.body(&full).len() == full.len()
    });
    if !is_whole || full.len() > LINK_BYTES_MAX {
        return Err(Error::invalid(
            "links",
            "must be web addresses like https://example.org, of at most 200 bytes",
        ));
    }
    Ok(full)
}

/// A display name: one line of at most 50 characters; empty is allowed here.
///
/// # Errors
/// [`Error::InvalidField`] on `name`.
pub fn display_name(name: &str) -> Result<String> {
    one_line("name", name, NAME_CHARS_MAX)
}

/// How somebody calls a passkey.
///
/// # Errors
/// [`Error::InvalidField`] on `name`.
pub fn passkey_name(name: &str) -> Result<String> {
    let name = one_line("name", name, PASSKEY_NAME_CHARS_MAX)?;
    if name.is_empty() {
        return Err(Error::invalid("name", "must not be empty: write something"));
    }
    Ok(name)
}

/// Why somebody wants to be let in.
///
/// # Errors
/// [`Error::InvalidField`] on `reason`.
pub fn sign_up_reason(text: &str) -> Result<String> {
    let text = clean("reason", text, SIGN_UP_REASON_CHARS_MAX)?;
    if text.is_empty() {
        return Err(Error::invalid("reason", "is needed: say in a few words why you want to join"));
    }
    Ok(text)
}

pub(crate) fn one_line(field: &'static str, value: &str, max: usize) -> Result<String> {
    let value = clean(field, value, max)?;
    if value.contains(['\n', '\t']) {
        return Err(Error::invalid(field, "must be a single line"));
    }
    Ok(value)
}

pub(crate) fn clean(field: &'static str, value: &str, max: usize) -> Result<String> {
    // Nothing of this size passes; it is refused before it is worked on.
    if value.len() > max * 16 {
        return Err(Error::invalid(field, format!("must have at most {max} characters")));
    }
    let value = match text::clean(value) {
        Ok(value) => value,
        Err(text::TextError::Empty) => return Ok(String::new()),
        Err(text::TextError::ForbiddenCharacter(found)) => {
            let code = u32::from(found);
            return Err(Error::invalid(field, format!("must not contain U+{code:04X}")));
        }
    };
    if value.chars().count() > max {
        return Err(Error::invalid(field, format!("must have at most {max} characters")));
    }
    Ok(value)
}

fn picture_url(url: String) -> Result<String> {
    let host = url.strip_prefix("https://").and_then(|rest| rest.split('/').next());
    let has_host = host.is_some_and(|host| !host.is_empty());
    let clean = url.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>\\`".contains(&b));
    if !has_host || !clean || url.len() > PICTURE_URL_BYTES_MAX {
        return Err(Error::invalid(
            "profile_picture",
            "must be an address that starts with https://, or null",
        ));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles() {
        for good in ["a", "A_1", "_", "1a", "fifteen_chars_x"] {
            assert!(Handle::new(good).is_ok(), "{good}");
        }
        for bad in ["", "sixteen_chars_xx", "a b", "ä", "1234", "me", "ME", "a-b", "a\0"] {
            assert!(Handle::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn users_are_named_by_id_or_handle() {
        assert_eq!(UserRef::parse("17"), Some(UserRef::Id(UserId(17))));
        assert_eq!(UserRef::parse("@Bob"), Some(UserRef::HandleKey("bob".into())));
        assert_eq!(UserRef::parse("Bob"), Some(UserRef::HandleKey("bob".into())));
        for bad in ["", "-1", "0", "99999999999999999999", "@@a", "é"] {
            assert_eq!(UserRef::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn emails_and_passwords_never_print() {
        let email = Email::new(" Ann@Example.org ").expect("valid");
        assert_eq!((email.as_str(), email.key().as_str()), ("Ann@Example.org", "ann@example.org"));
        assert_eq!(format!("{email:?}"), "Email(***)");
        let password = Password::new("correct horse".into()).expect("valid");
        assert_eq!(format!("{password:?}"), "Password(***)");
        for bad in ["", "a", "@", "a@", "@b", "a b@c", "a@b.", "a@.b"] {
            assert!(Email::new(bad).is_err(), "{bad}");
        }
        assert!(Password::new("1234567".into()).is_err());
        assert!(Password::new("x".repeat(257)).is_err());
    }

    #[test]
    fn profiles_are_checked_field_by_field() {
        let picture = |url: &str| ProfileEdit {
            profile_picture: Some(Some(url.to_owned())),
            ..ProfileEdit::default()
        };
        assert!(picture("https://img.example/a.png").checked().is_ok());
        for bad in ["http://a/b", "javascript:alert(1)", "https://", "https:///x", "https://a/\""] {
            assert!(picture(bad).checked().is_err(), "{bad}");
        }
        let links = |links: &[&str]| ProfileEdit {
            links: Some(links.iter().map(|link| (*link).to_owned()).collect()),
            ..ProfileEdit::default()
        };
        let edit = links(&[" example.org/a ", "", "http://a.com"]).checked().expect("valid");
        assert_eq!(
            edit.links.as_deref(),
            Some(&["https://example.org/a".to_owned(), "http://a.com".into()][..])
        );
        for bad in ["javascript:alert(1)", "a b.com", "nothing", "https://a.com\"><b>", "//a.com"] {
            assert!(links(&[bad]).checked().is_err(), "{bad}");
        }
        assert!(links(&["a.com"; 5]).checked().is_err());
        let long = format!("a.com/{}", "x".repeat(200));
        assert!(links(&[&long]).checked().is_err());
        let banner = ProfileEdit { banner: Some(Some("/x".into())), ..ProfileEdit::default() };
        assert!(banner.checked().is_err());
        let edit = ProfileEdit { name: Some("a\nb".into()), ..ProfileEdit::default() };
        assert!(edit.checked().is_err());
        let edit = ProfileEdit { bio: Some("b".repeat(161)), ..ProfileEdit::default() };
        assert!(edit.checked().is_err());
        let edit = ProfileEdit { name: Some("  ".into()), ..ProfileEdit::default() };
        assert_eq!(edit.checked().expect("valid").name.as_deref(), Some(""));
    }
}
