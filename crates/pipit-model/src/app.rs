//! Apps that use the API in people's names: how one is registered, where it may be led back to.

use crate::error::{Error, Result};
use crate::ids::{AppId, SessionId};
use crate::limits::{APP_NAME_CHARS_MAX, APP_REDIRECTS_MAX, APP_URI_BYTES_MAX, SCOPES_BYTES_MAX};
use crate::scope::Scopes;
use crate::time::Timestamp;
use crate::user::one_line;

/// The address of an app that cannot be led back to: its code is shown to the person.
pub const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";

/// Schemes that a browser carries out, or that lead into the person's own machine.
const FORBIDDEN_SCHEMES: [&str; 8] =
    ["javascript", "data", "vbscript", "file", "blob", "about", "mailto", "filesystem"];

/// A registered app, as everybody may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Its id, which is also its `client_id`.
    pub id: AppId,
    /// What it calls itself.
    pub name: String,
    /// Where one reads about it.
    pub website: Option<String>,
    /// Where a person may be led back to, at least one.
    pub redirect_uris: Vec<String>,
    /// What it may ask for.
    pub scopes: Scopes,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// What an app was given: by a person, or to itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The app.
    pub app_id: AppId,
    /// What it may do.
    pub scopes: Scopes,
    /// When it last did something, to the hour; 0 if it never did.
    pub used_at: Timestamp,
}

/// An app that a person let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorisedApp {
    /// The session that the app uses; ending it turns the app out.
    pub session_id: SessionId,
    /// What the app calls itself.
    pub name: String,
    /// Where one reads about it.
    pub website: Option<String>,
    /// When it was let in.
    pub created_at: Timestamp,
    /// What it may do, and when it last did something.
    pub grant: Grant,
}

/// What an app is registered with, as sent.
#[derive(Debug, Clone, Default)]
pub struct AppForm {
    /// What it calls itself.
    pub name: String,
    /// Addresses to be led back to.
    pub redirect_uris: Vec<String>,
    /// Names of scopes; empty is the default.
    pub scopes: String,
    /// Where one reads about it; empty for nothing.
    pub website: String,
}

impl AppForm {
    /// Checks what was sent; the app is this one.
    ///
    /// # Errors
    /// [`Error::InvalidField`] by the names on the wire.
    pub fn checked(self, id: AppId) -> Result<App> {
        let name = one_line("client_name", &self.name, APP_NAME_CHARS_MAX)?;
        if name.is_empty() {
            return Err(Error::invalid("client_name", "must not be blank"));
        }
        let uris = self.redirect_uris.iter().map(|uri| uri.trim()).filter(|uri| !uri.is_empty());
        let redirect_uris: Vec<String> = uris.map(redirect_uri).collect::<Result<_>>()?;
        if redirect_uris.is_empty() || redirect_uris.len() > APP_REDIRECTS_MAX {
            return Err(Error::invalid("redirect_uris", "must be 1 to 20 addresses"));
        }
        if self.scopes.len() > SCOPES_BYTES_MAX {
            return Err(Error::invalid("scopes", "must have at most 1024 bytes"));
        }
        let scopes = Scopes::parse(&self.scopes)
            .map_err(|_| Error::invalid("scopes", "holds a scope that does not exist"))?;
        let website = match self.website.trim() {
            "" => None,
            website if is_web_address(website) => Some(website.to_owned()),
            _ => return Err(Error::invalid("website", "must be a web address")),
        };
        Ok(App { id, name, website, redirect_uris, scopes, created_at: id.timestamp() })
    }
}

/// An absolute address with a scheme that leads nowhere dangerous: of the web, or of an app.
fn redirect_uri(uri: &str) -> Result<String> {
    let scheme = scheme(uri).unwrap_or_default();
    let is_web = ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
    let fits = uri.len() <= APP_URI_BYTES_MAX
        && uri.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(&b))
        && !scheme.is_empty()
        && !FORBIDDEN_SCHEMES.iter().any(|bad| scheme.eq_ignore_ascii_case(bad))
        && (!is_web || is_web_address(uri))
        && uri.len() > scheme.len() + 1;
    if !fits {
        return Err(Error::invalid(
            "redirect_uris",
            "must be absolute addresses without a fragment, of at most 2000 bytes",
        ));
    }
    Ok(uri.to_owned())
}

/// The scheme of an absolute address.
#[must_use]
pub fn scheme(uri: &str) -> Option<&str> {
    let (scheme, _) = uri.split_once(':')?;
    let fits = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    fits.then_some(scheme)
}

/// `http(s)://host…` of visible ASCII, without a name and password in it.
fn is_web_address(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once("://") else { return false };
    let is_web = ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let host_fits = !host.is_empty()
        && !host.starts_with(':')
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b));
    let clean = uri.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>\\`".contains(&b));
    is_web && host_fits && clean && uri.len() <= APP_URI_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> AppForm {
        AppForm {
            name: " Tusky ".into(),
            redirect_uris: vec![OUT_OF_BAND.into()],
            ..AppForm::default()
        }
    }

    fn field(form: AppForm) -> &'static str {
        match form.checked(AppId(1)) {
            Err(Error::InvalidField { field, .. }) => field,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn addresses_to_be_led_back_to() {
        for good in [
            "https://app.example/cb",
            "http://127.0.0.1:8000/cb?x=1",
            "http://[::1]:80/",
            "icecubesapp://",
            "tusky://com.keylesspalace.tusky/",
            "com.example.app:/oauth",
            OUT_OF_BAND,
        ] {
            let form = AppForm { redirect_uris: vec![good.into()], ..form() };
            assert_eq!(form.checked(AppId(1)).expect(good).redirect_uris, [good]);
        }
        for bad in [
            "",
            "/cb",
            "//a.example/cb",
            "app",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "https://",
            "https:///cb",
            "https://a b/",
            "https://a/#f",
            "https://u@evil.example/",
            "https:a.example",
            "x:",
            ":x",
            "1x://a",
            "https://ä.example/",
            "https://a.example/\r\nset-cookie: x",
            "file:///etc/passwd",
            "https://:80/",
            "a\\b://c",
        ] {
            let form = AppForm { redirect_uris: vec![bad.into()], ..form() };
            assert_eq!(field(form), "redirect_uris", "{bad}");
        }
    }

    #[test]
    fn apps_are_checked_field_by_field() {
        let app = form().checked(AppId(1)).expect("valid");
        assert_eq!((app.name.as_str(), app.scopes), ("Tusky", Scopes::DEFAULT));
        assert_eq!(field(AppForm { name: " ".into(), ..form() }), "client_name");
        assert_eq!(field(AppForm { name: "x".repeat(61), ..form() }), "client_name");
        assert_eq!(field(AppForm { scopes: "all".into(), ..form() }), "scopes");
        assert_eq!(field(AppForm { website: "javascript:x".into(), ..form() }), "website");
        let many = vec![OUT_OF_BAND.to_owned(); 21];
        assert_eq!(field(AppForm { redirect_uris: many, ..form() }), "redirect_uris");
        let long = format!("https://a.example/{}", "x".repeat(2000));
        assert_eq!(field(AppForm { redirect_uris: vec![long], ..form() }), "redirect_uris");
    }
}
