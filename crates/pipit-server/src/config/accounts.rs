//! Who may open an account, and where letters go.

use anyhow::bail;
use clap::ValueEnum;
use pipit_core::{Confirmation, MailPlace, MailSettings, SignUpMode};
use serde::Deserialize;

/// Who may open an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SignUp {
    /// Everybody.
    #[default]
    Open,
    /// Whom moderators let in, or who has an invitation.
    Approval,
    /// Who has an invitation (`pipit invite`).
    Invitation,
    /// Nobody but by `pipit user create`.
    Closed,
}

impl From<SignUp> for SignUpMode {
    fn from(who: SignUp) -> Self {
        match who {
            SignUp::Open => Self::Open,
            SignUp::Approval => Self::Approval,
            SignUp::Invitation => Self::Invitation,
            SignUp::Closed => Self::Closed,
        }
    }
}

/// Whether an address must be confirmed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ConfirmEmail {
    /// No.
    #[default]
    Off,
    /// Yes; mail must be set up.
    Required,
}

impl From<ConfirmEmail> for Confirmation {
    fn from(whether: ConfirmEmail) -> Self {
        match whether {
            ConfirmEmail::Off => Self::Off,
            ConfirmEmail::Required => Self::Required,
        }
    }
}

/// Where letters go.
pub(super) fn mail(url: Option<String>, from: Option<String>) -> anyhow::Result<MailSettings> {
    let Some(url) = url.filter(|url| !url.is_empty()) else {
        return Ok(MailSettings::default());
    };
    let Some(from) = from else {
        bail!("mail is set up and mail_from is missing: it is the address that letters come from");
    };
    let place = match url.strip_prefix("file:") {
        Some(folder) => MailPlace::Folder(folder.into()),
        None if url.starts_with("smtp://") || url.starts_with("smtps://") => MailPlace::Smtp(url),
        // It may hold a password: it is not shown.
        None => bail!("mail must start with smtps://, smtp:// or file:"),
    };
    Ok(MailSettings { place, from })
}
