//! Which new passwords are refused: those that are guessed first (OWASP ASVS 5.0, 6.2.4). No rules of
//! composition: any characters, any pattern, as long as a guesser who knows the lists of the commonest
//! passwords, and the person's names, has to work for it.

use pipit_model::limits::PASSWORD_GUESSES_MIN;
use pipit_model::{Error, Result};
use zxcvbn::matching::patterns::MatchPattern;
use zxcvbn::zxcvbn;

/// Judges a password; `names` are what a guesser knows of its owner.
pub(crate) fn check(password: &str, names: &[String]) -> Result<()> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let judged = zxcvbn(password, &names);
    if judged.guesses() >= PASSWORD_GUESSES_MIN {
        return Ok(());
    }
    let is_name = judged.sequence().iter().any(|part| match &part.pattern {
        MatchPattern::Dictionary(found) => {
            names.iter().any(|name| name.eq_ignore_ascii_case(&found.matched_word))
        }
        _ => false,
    });
    Err(Error::invalid(
        "password",
        if is_name {
            "is little more than a name that everybody can see: choose another one, like three or \
             four words that do not go together"
        } else {
            "is one of those that are guessed first: choose another one, like three or four words \
             that do not go together"
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(password: &str) -> Option<String> {
        let names = ["ann_the_first", "ann", "example.org", "pipit"].map(str::to_owned);
        check(password, &names).err().map(|error| error.to_string())
    }

    #[test]
    fn the_commonest_passwords_are_refused() {
        for common in [
            "password",
            "12345678",
            "qwertyuiop",
            "iloveyou",
            "PASSWORD1",
            "passw0rd",
            "letmein1",
            "football",
            "1q2w3e4r",
            "aaaaaaaa",
            "abcdefgh",
            "sunshine",
            "baseball1",
            "drowssap",
        ] {
            let why = is_refused(common).unwrap_or_else(|| panic!("{common} was taken"));
            assert!(why.contains("guessed first"), "{why}");
        }
    }

    #[test]
    fn so_are_ones_own_names() {
        for own in ["ann_the_first", "Ann_The_First1", "example.org", "pipit123"] {
            let why = is_refused(own).unwrap_or_else(|| panic!("{own} was taken"));
            assert!(why.contains("name"), "{own}: {why}");
        }
    }

    #[test]
    fn all_others_are_welcome() {
        for good in [
            "correct horse",
            "correct horse battery",
            "demo-password",
            "battery staple",
            "mvtdbyrx",
            "blau Ente 7 Kran",
            "ゆきのはなのさく",
            "         x        y ",
            "ann_the_first likes green boats",
        ] {
            assert_eq!(is_refused(good), None, "{good}");
        }
        // What takes long to judge is judged by its beginning.
        assert_eq!(is_refused(&"correct horse battery staple ".repeat(9)), None);
    }
}
