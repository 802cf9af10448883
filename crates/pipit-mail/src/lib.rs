//! Letters on their way out: by SMTP, or as files in a folder for trying things out.
//!
//! Owns: the transport and the form of a message. Knows nothing of who gets what and why, nor of
//! trying again: that is the core's. To add a transport: a variant of [`Place`] and of `Transport`.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

/// A mail server that does not answer for so long is tried again later.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where letters go.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Place {
    /// Nowhere: mail is not set up.
    #[default]
    Nowhere,
    /// Files in a folder.
    Folder(PathBuf),
    /// A mail server, as `smtps://USER:PASSWORD@HOST`, or `smtp://HOST?tls=required`.
    Smtp(String),
}

/// The address holds a password.
impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nowhere => f.write_str("Nowhere"),
            Self::Folder(path) => write!(f, "Folder({})", path.display()),
            Self::Smtp(_) => f.write_str("Smtp(***)"),
        }
    }
}

/// What is sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// To whom: an address.
    pub to: String,
    /// The line above.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Letter(***)")
    }
}

/// Why a letter did not leave.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It never will: an address that no mail server takes.
    #[error("this letter cannot be sent: {0}")]
    Impossible(String),
    /// Try again later.
    #[error("mail does not get away: {0}")]
    Later(String),
    /// The settings are wrong.
    #[error("{0}")]
    Settings(String),
}

/// Sends letters.
pub struct Mailer {
    from: Option<Mailbox>,
    transport: Transport,
}

enum Transport {
    Nowhere,
    Folder(PathBuf),
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mailer(***)")
    }
}

impl Mailer {
    /// Makes ready to send in this name: an address, with or without a name before it.
    ///
    /// # Errors
    /// [`MailError::Settings`] if one of the two cannot be.
    pub fn open(place: &Place, from: &str) -> Result<Self, MailError> {
        let transport = match place {
            Place::Nowhere => return Ok(Self { from: None, transport: Transport::Nowhere }),
            Place::Folder(path) => Transport::Folder(path.clone()),
            Place::Smtp(url) => {
                // What is wrong is told without the address: it holds a password.
                let wrong =
                    |_| MailError::Settings("the address of the mail server is none".into());
                let smtp = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(wrong)?;
                Transport::Smtp(smtp.timeout(Some(PATIENCE)).build())
            }
        };
        let wrong = |error| MailError::Settings(format!("mail_from: {error}"));
        Ok(Self { from: Some(from.parse().map_err(wrong)?), transport })
    }

    /// Whether letters go anywhere.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.from.is_some()
    }

    /// Sends a letter. `name` names its file in a folder.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn send(&self, letter: &Letter, name: &str) -> Result<(), MailError> {
        let Some(from) = &self.from else {
            return Err(MailError::Later("mail is not set up".to_owned()));
        };
        let impossible = |error: &dyn fmt::Display| MailError::Impossible(error.to_string());
        let to: Mailbox = letter.to.parse().map_err(|error| impossible(&error))?;
        let message = Message::builder()
            .from(from.clone())
            .to(to)
            .subject(&letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .map_err(|error| impossible(&error))?;
        match &self.transport {
            Transport::Nowhere => Ok(()),
            Transport::Folder(folder) => {
                let (path, bytes) = (folder.join(format!("{name}.eml")), message.formatted());
                let written = tokio::task::spawn_blocking(move || write(&path, &bytes)).await;
                let written = written.map_err(|error| MailError::Later(error.to_string()))?;
                written.map_err(|error| MailError::Later(error.to_string()))
            }
            Transport::Smtp(smtp) => match smtp.send(message).await {
                Ok(_) => Ok(()),
                Err(error) if error.is_permanent() => Err(impossible(&error)),
                Err(error) => Err(MailError::Later(error.to_string())),
            },
        }
    }
}

/// For nobody else's eyes.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)?.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(to: &str) -> Letter {
        Letter { to: to.into(), subject: "Grüße".into(), text: "Hello.\nBye.\n".into() }
    }

    #[tokio::test]
    async fn letters_lie_in_the_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place::Folder(folder.path().join("out"));
        let mailer = Mailer::open(&place, "Pipit <pipit@example.org>").expect("opened");
        assert!(mailer.is_on());
        mailer.send(&letter("ann@example.org"), "7").await.expect("sent");
        let file = std::fs::read_to_string(folder.path().join("out/7.eml")).expect("a letter");
        for part in ["From: Pipit <pipit@example.org>", "To: ann@example.org", "Hello.\r\nBye."] {
            assert!(file.contains(part), "{file}");
        }
        for impossible in ["", "nobody", "a@b\r\nBcc: everybody@example.org"] {
            let refused = mailer.send(&letter(impossible), "8").await;
            assert!(matches!(refused, Err(MailError::Impossible(_))), "{refused:?}");
        }
    }

    #[tokio::test]
    async fn what_is_wrong_is_told_without_the_password() {
        let place = Place::Smtp("gopher://u:secret@mail.example".to_owned());
        let refused = Mailer::open(&place, "a@b.example").expect_err("no mail server");
        assert!(!format!("{refused} {refused:?} {place:?}").contains("secret"));
        assert!(Mailer::open(&Place::Folder("x".into()), "nobody").is_err());
        let nowhere = Mailer::open(&Place::Nowhere, "").expect("opened");
        assert!(!nowhere.is_on() && nowhere.send(&letter("a@b.example"), "1").await.is_err());
        // Nobody listens there: it is tried again.
        let away = Place::Smtp("smtp://127.0.0.1:1".to_owned());
        let away = Mailer::open(&away, "a@b.example").expect("opened");
        let later = away.send(&letter("a@b.example"), "1").await;
        assert!(matches!(later, Err(MailError::Later(_))), "{later:?}");
    }
}
