//! The words of the letters. They are short, say why they were sent, and what to do if it was not you.

use pipit_mail::Letter;

const NOT_YOU: &str = "If it was not you: sign in, change your password under Settings, Security, and \
     look there at what else is signed in.";

fn letter(to: String, subject: &str, handle: &str, text: &str) -> Letter {
    Letter { to, subject: subject.to_owned(), text: format!("Hello @{handle},\n\n{text}\n") }
}

pub(crate) fn reset_password(to: String, handle: &str, link: &str) -> Letter {
    let text = format!(
        "somebody, you we hope, asked for a new password for your account. Choose one here within 30 \
         minutes:\n\n{link}\n\nThe link works once. If it was not you, do nothing: your password \
         stays as it is."
    );
    letter(to, "A new password", handle, &text)
}

pub(crate) fn confirm_email(to: String, handle: &str, link: &str) -> Letter {
    let text = format!(
        "please confirm that this is your address:\n\n{link}\n\nThe link works for three days. If \
         you have no account here, do nothing: somebody mistyped their own."
    );
    letter(to, "Confirm your address", handle, &text)
}

pub(crate) fn email_changed(to: String, handle: &str, public_url: &str) -> Letter {
    let text = format!(
        "your account has another e-mail address now; this one is no longer used. {NOT_YOU}\n\n\
         {public_url}/settings/security\n\nIf you cannot sign in, write to whoever runs this server."
    );
    letter(to, "Your address was changed", handle, &text)
}

pub(crate) fn password_changed(to: String, handle: &str, public_url: &str) -> Letter {
    let text = format!(
        "your password was changed, and everything else that was signed in has been signed out. If \
         it was not you, choose a new one at once:\n\n{public_url}/reset-password"
    );
    letter(to, "Your password was changed", handle, &text)
}

pub(crate) fn new_device(to: String, handle: &str, device: &str, public_url: &str) -> Letter {
    let device = if device.is_empty() { "an app that does not say its name" } else { device };
    let text = format!(
        "somebody signed in to your account with a device that we have not seen before:\n\n\
         {device}\n\nIf it was you, all is well. {NOT_YOU}\n\n{public_url}/settings/security"
    );
    letter(to, "A new sign-in", handle, &text)
}

pub(crate) fn approved(to: String, handle: &str, public_url: &str) -> Letter {
    let text =
        format!("you are let in: your account is ready. Sign in here:\n\n{public_url}/login");
    letter(to, "Welcome", handle, &text)
}

pub(crate) fn rejected(to: String, handle: &str, reason: &str) -> Letter {
    let text = format!(
        "you asked for an account here, and the moderators decided against it. They say:\n\n\
         {reason}\n\nWhat you had sent is deleted, and nothing of it was shown to anybody."
    );
    letter(to, "Your account", handle, &text)
}

pub(crate) fn passkey_added(to: String, handle: &str, name: &str, public_url: &str) -> Letter {
    let text = format!(
        "from now on somebody can sign in to your account with the passkey \u{201c}{name}\u{201d}. \
         If it was you who added it, all is well. If it was not: sign in, remove it under Settings, \
         Security, and change your password.\n\n{public_url}/settings/security"
    );
    letter(to, "A new passkey", handle, &text)
}
