//! What people type: forms as they arrive, and as they are shown (again).

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

use pipit_model::limits::{
    BIO_CHARS_MAX, EMAIL_BYTES_MAX, HANDLE_CHARS_MAX, LINK_BYTES_MAX, LINKS_MAX,
    MEDIA_PER_TWEET_MAX, NAME_CHARS_MAX, PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN, TWEET_WEIGHT_MAX,
};
use pipit_model::media::Media;
use pipit_model::{Error, MediaId, Timestamp, text};
use serde::Deserialize;

use crate::error::Failure;
use crate::links;
use crate::words::Words;

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

/// A tweet or a reply.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct ComposeForm {
    pub content: String,
    pub reply_to: String,
    pub quote: String,
    pub key: String,
    pub back: String,
}

/// A picture that is stored and waits to be posted with the form.
pub(crate) struct KeptPicture {
    pub id: MediaId,
    pub src: String,
    pub description: String,
}

impl KeptPicture {
    pub(crate) fn new(media: &Media) -> Self {
        let description = media.description.clone();
        Self { id: media.id, src: media.files.preview_url(), description }
    }
}

impl ComposeForm {
    /// The idempotency key: a double click posts once, but the same form with another text (after
    /// going back, say) posts again.
    pub(crate) fn request_key(&self, media: &[MediaId]) -> Option<String> {
        let key = own_key(&self.key)?;
        let mut hasher = DefaultHasher::new();
        self.content.hash(&mut hasher);
        if !media.is_empty() {
            media.hash(&mut hasher);
        }
        Some(format!("{key}-{:016x}", hasher.finish()))
    }

    /// The same form, shown again with what is wrong.
    pub(crate) fn again(self, mut error: String, kept: Vec<KeptPicture>, w: &Words) -> Composer {
        if let Some(over) = characters_over(&self.content) {
            error = format!("{error} {}", (w.too_many)(over));
        }
        Composer {
            content: self.content,
            reply_to: self.reply_to.parse().ok(),
            quote: self.quote.parse().ok(),
            kept,
            key: self.key,
            back: self.back,
            error: Some(error),
        }
    }
}

/// By how many weighted characters a text is too long.
fn characters_over(content: &str) -> Option<u32> {
    let content = text::clean(content).ok()?;
    let weight = text::weighted_length(&content, &text::entities(&content));
    weight.checked_sub(TWEET_WEIGHT_MAX).filter(|over| *over > 0)
}

/// The form to write a tweet in.
pub(crate) struct Composer {
    pub content: String,
    pub reply_to: Option<i64>,
    pub quote: Option<i64>,
    /// Pictures that were stored with an earlier try.
    pub kept: Vec<KeptPicture>,
    pub key: String,
    pub back: String,
    pub error: Option<String>,
}

impl Composer {
    /// An empty one; `back` is the page it leads back to, or "" for the new tweet's own.
    pub(crate) fn new(now: Timestamp, reply_to: Option<i64>, back: &str) -> Self {
        let (content, error) = (String::new(), None);
        let (quote, kept) = (None, Vec::new());
        Self { content, reply_to, quote, kept, key: new_key(now), back: back.to_owned(), error }
    }

    pub(crate) fn title(&self, w: &Words) -> &'static str {
        match (self.reply_to, self.quote) {
            (Some(_), _) => w.reply,
            (None, Some(_)) => w.quote,
            (None, None) => w.new_tweet,
        }
    }

    pub(crate) fn label(&self, w: &Words) -> &'static str {
        match (self.reply_to, self.quote) {
            (Some(_), _) => w.your_reply,
            (None, Some(_)) => w.your_quote,
            (None, None) => w.whats_happening,
        }
    }

    /// Places for more pictures, numbered from the first.
    pub(crate) fn places(&self) -> std::ops::RangeInclusive<usize> {
        self.kept.len() + 1..=MEDIA_PER_TWEET_MAX
    }

    pub(crate) fn verb(&self, w: &Words) -> &'static str {
        if self.reply_to.is_some() { w.reply } else { w.post }
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

/// How a field is typed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Line,
    Lines,
    /// Something exact: no capitals or corrections from the keyboard.
    Code,
    Email,
    Password,
}

impl Kind {
    /// The `type` of its input.
    pub(crate) fn input(self) -> &'static str {
        match self {
            Self::Line | Self::Lines | Self::Code => "text",
            Self::Email => "email",
            Self::Password => "password",
        }
    }
}

/// One field of a form, as shown.
pub(crate) struct Field {
    pub name: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    pub kind: Kind,
    pub value: String,
    pub autocomplete: &'static str,
    pub min: usize,
    pub max: usize,
    pub error: Option<String>,
}

impl Field {
    pub(crate) fn new(
        name: &'static str,
        label: &'static str,
        kind: Kind,
        autocomplete: &'static str,
    ) -> Self {
        let (value, error) = (String::new(), None);
        Self { name, label, hint: "", kind, value, autocomplete, min: 0, max: 0, error }
    }

    pub(crate) fn value(mut self, value: &str) -> Self {
        value.clone_into(&mut self.value);
        self
    }

    /// A field of at least one character is required.
    pub(crate) fn length(mut self, min: usize, max: usize) -> Self {
        (self.min, self.max) = (min, max);
        self
    }

    pub(crate) fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// What a screen reader reads after the label.
    pub(crate) fn described_by(&self) -> String {
        let error = self.error.as_ref().map(|_| format!("{}-error", self.name));
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        error.into_iter().chain(hint).collect::<Vec<_>>().join(" ")
    }
}

/// What is wrong with a form.
pub(crate) struct Complaint {
    /// The field's name; "" for the form as a whole.
    pub field: &'static str,
    pub text: String,
}

impl Complaint {
    /// About a form as a whole.
    pub(crate) fn general(text: impl Into<String>) -> Self {
        Self { field: "", text: text.into() }
    }

    /// What the core refused, if the person can put it right.
    pub(crate) fn from_error(error: Error) -> Result<Self, Failure> {
        match error {
            Error::InvalidField { field, message } | Error::Conflict { field, message } => {
                Ok(Self { field, text: format!("{} {message}.", subject(field)) })
            }
            other => Err(other.into()),
        }
    }
}

/// A field's name as the start of a sentence.
fn subject(field: &str) -> &str {
    match field {
        "handle" => "The handle",
        "name" => "The name",
        "bio" => "The bio",
        "links" => "The links",
        "file" => "The picture",
        "description" => "The description of a picture",
        "media_ids" => "The pictures",
        "reply_to_id" => "What you answer",
        "quote_of_id" => "What you quote",
        "email" => "This address",
        "password" => "This",
        "content" | "text" => "The text",
        "reason" => "The reason",
        "comment" => "The comment",
        "note" => "The note",
        "value" => "This",
        "tweet_ids" => "The tweets",
        "rule_id" => "The rule",
        "kind" => "This",
        "Idempotency-Key" => "This form",
        other => other,
    }
}

/// A form on its page.
pub(crate) struct FormView {
    pub fields: Vec<Field>,
    /// What is wrong, if it is no single field.
    pub error: Option<String>,
}

impl FormView {
    pub(crate) fn new(mut fields: Vec<Field>, complaint: Option<Complaint>) -> Self {
        let mut error = None;
        if let Some(Complaint { field, text }) = complaint {
            match fields.iter_mut().find(|found| found.name == field) {
                Some(found) => found.error = Some(text),
                None => error = Some(text),
            }
        }
        Self { fields, error }
    }

    /// Whether something is wrong with it.
    pub(crate) fn is_refused(&self) -> bool {
        self.error.is_some() || self.fields.iter().any(|field| field.error.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::ALL;

    #[test]
    fn a_double_click_has_one_key_and_another_text_another() {
        let form = |content: &str, key: &str| ComposeForm {
            content: content.into(),
            key: key.into(),
            ..ComposeForm::default()
        };
        assert_eq!(form("a", "1-0").request_key(&[]), form("a", "1-0").request_key(&[]));
        assert_ne!(form("a", "1-0").request_key(&[]), form("b", "1-0").request_key(&[]));
        for bad in ["", "é", "a b", &"a".repeat(65)] {
            assert_eq!(form("a", bad).request_key(&[]), None, "{bad}");
        }
        assert_ne!(new_key(Timestamp(1)), new_key(Timestamp(1)));
    }

    #[test]
    fn what_is_wrong_stands_beside_its_field() {
        let fields = || SignUpForm { handle: "ann".into(), ..SignUpForm::default() }.fields(ALL[0]);
        let taken = Error::conflict("handle", "is taken: choose another one");
        let view = FormView::new(fields(), Complaint::from_error(taken).ok());
        assert_eq!(view.error, None);
        let handle = &view.fields[0];
        assert_eq!(handle.error.as_deref(), Some("The handle is taken: choose another one."));
        assert_eq!(handle.described_by(), "handle-error handle-hint");
        assert_eq!(handle.value, "ann");
        let view = FormView::new(fields(), Some(Complaint::general("No.")));
        assert_eq!(view.error.as_deref(), Some("No."));
        assert!(Complaint::from_error(Error::NotFound("user")).is_err());
    }

    #[test]
    fn a_text_that_is_too_long_says_by_how_much() {
        let form = ComposeForm { content: "x".repeat(283), ..ComposeForm::default() };
        let again = form.again("Too long.".into(), Vec::new(), ALL[0]);
        assert_eq!(again.error.as_deref(), Some("Too long. This one has 3 too many."));
        assert_eq!(again.content.len(), 283);
    }
}
