//! How somebody wants the pages: their language, their colours, with or without shortcuts. Chosen
//! in the settings and kept in a cookie of this browser, so that it also holds for visitors and is
//! known before the first byte of a page; what is not chosen is as the browser says.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use pipit_http::cookies;

use crate::words::Words;

const COOKIE: &str = "pipit-look";
/// A year: browsers cut longer ones off.
const COOKIE_SECS: i64 = 365 * 24 * 3600;
/// Languages looked at in what the browser prefers. Nobody reads more.
const LANGUAGES_MAX: usize = 16;

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Theme {
    /// As the device has it.
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    /// As in CSS, forms and the cookie.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Whether single keys do things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Shortcuts {
    #[default]
    On,
    Off,
}

/// How a page is to look and what it speaks.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Preferences {
    pub w: &'static Words,
    /// The language was chosen here, not by the browser.
    pub is_language_chosen: bool,
    pub theme: Theme,
    pub shortcuts: Shortcuts,
}

impl Preferences {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut preferences = Self::default();
        for choice in cookies::find(COOKIE, headers).unwrap_or_default().split('.') {
            preferences.choose(choice);
        }
        if !preferences.is_language_chosen {
            let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|text| text.to_str().ok());
            preferences.w = asked.and_then(best_language).unwrap_or_default();
        }
        preferences
    }

    /// Takes one choice of the cookie or the form; what is none changes nothing.
    pub(crate) fn choose(&mut self, choice: &str) {
        match choice {
            "light" => self.theme = Theme::Light,
            "dark" => self.theme = Theme::Dark,
            "keyless" => self.shortcuts = Shortcuts::Off,
            other => {
                if let Some(words) = Words::of(other) {
                    (self.w, self.is_language_chosen) = (words, true);
                }
            }
        }
    }

    /// Has the browser keep what was chosen.
    pub(crate) fn cookie(&self) -> Option<HeaderValue> {
        let chosen = [
            (self.theme != Theme::Auto).then_some(self.theme.name()),
            self.is_language_chosen.then_some(self.w.lang),
            (self.shortcuts == Shortcuts::Off).then_some("keyless"),
        ];
        let chosen: Vec<&str> = chosen.into_iter().flatten().collect();
        let secs = if chosen.is_empty() { 0 } else { COOKIE_SECS };
        let value = chosen.join(".");
        let cookie = format!("{COOKIE}={value}; Path=/; Max-Age={secs}; HttpOnly; SameSite=Lax");
        HeaderValue::from_str(&cookie).ok()
    }

    /// What the browser draws its own parts in.
    pub(crate) fn color_scheme(&self) -> &'static str {
        match self.theme {
            Theme::Auto => "light dark",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// The first of ours in what a browser asks for: `de-AT, de;q=0.9, en;q=0.8`.
fn best_language(asked: &str) -> Option<&'static Words> {
    let weighted = asked.split(',').take(LANGUAGES_MAX).map(|part| {
        let (language, weight) = part.split_once(";q=").unwrap_or((part, "1"));
        (language.trim(), weight.trim().parse::<f32>().unwrap_or(0.0))
    });
    let ours = weighted.filter_map(|(language, weight)| Some((Words::of(language)?, weight)));
    // Among equals the first, which browsers list first because it is wanted most.
    let best = ours
        .filter(|(_, weight)| *weight > 0.0)
        .reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map(|(words, _)| words)
}

impl<S: Send + Sync> FromRequestParts<S> for Preferences {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cookie: &'static str, asked: &'static str) -> Preferences {
        let pairs = [(header::COOKIE, cookie), (header::ACCEPT_LANGUAGE, asked)];
        let pairs = pairs.map(|(name, value)| (name, HeaderValue::from_static(value)));
        Preferences::of(&pairs.into_iter().collect())
    }

    #[test]
    fn the_language_is_the_chosen_one_else_the_best_of_the_browsers() {
        for (cookie, asked, expected) in [
            ("", "", "en"),
            ("", "fr, ja;q=0.5", "en"),
            ("", "de-AT,de;q=0.9,en;q=0.8", "de"),
            ("", "en-GB,de;q=0.9", "en"),
            ("", "fr,en;q=0.2 , DE ;q=0.3", "de"),
            ("", "de;q=0, en;q=0.1", "en"),
            ("", "de;q=x,;,,=", "en"),
            ("a=b; pipit-look=dark.de", "en", "de"),
            ("pipit-look=xx", "de", "de"),
        ] {
            assert_eq!(of(cookie, asked).w.lang, expected, "{cookie:?} {asked:?}");
        }
    }

    #[test]
    fn what_is_chosen_comes_back() {
        let mut chosen = Preferences::default();
        for choice in ["dark", "de", "keyless", "", "nonsense"] {
            chosen.choose(choice);
        }
        let cookie = chosen.cookie().expect("a cookie");
        assert!(cookie.to_str().expect("ASCII").starts_with("pipit-look=dark.de.keyless; Path=/;"));
        let again = of("pipit-look=dark.de.keyless", "");
        assert_eq!((again.theme, again.shortcuts), (Theme::Dark, Shortcuts::Off));
        assert_eq!(again.color_scheme(), "dark");
        let nothing = Preferences::default().cookie().expect("a cookie");
        assert!(nothing.to_str().expect("ASCII").contains("Max-Age=0"));
    }
}
