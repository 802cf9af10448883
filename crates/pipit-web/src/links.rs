//! Addresses: which of those that a browser sends back are ours, how names become part of one, and
//! the redirect after a form.

use std::fmt::{self, Write};

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::said::{ascii, number, said};

/// Longer addresses are none of ours.
const PATH_BYTES_MAX: usize = 2048;

/// An address on this server, fit to be redirected to; [`None`] if it could lead elsewhere.
/// Browsers read `//` and `\` as the start of a host.
pub(crate) fn local_path(path: &str) -> Option<&str> {
    let fits = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.chars().any(char::is_control)
        && path.len() <= PATH_BYTES_MAX;
    fits.then_some(path)
}

/// An address without its `#anchor`.
pub(crate) fn without_anchor(path: &str) -> &str {
    path.split_once('#').map_or(path, |(path, _)| path)
}

/// A name as one segment of a path, or one value of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Encoded<'a>(&'a str);

impl Encoded<'_> {
    fn say(self, to: &mut dyn Write) -> fmt::Result {
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(byte);
        for part in self.0.as_bytes().chunk_by(|a, b| is_plain(a) && is_plain(b)) {
            match part {
                [byte] if !is_plain(byte) => write!(to, "%{byte:02X}")?,
                plain => to.write_str(ascii(plain))?,
            }
        }
        Ok(())
    }
}

/// [`Encoded`] as a text of its own.
pub(crate) fn encode(name: &str) -> String {
    Encoded(name).to_string()
}

fn push_encoded(to: &mut String, byte: u8) {
    // Writing to a string does not fail.
    let _ = write!(to, "%{byte:02X}");
}

/// A page of ours that a text or a line leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Href<'a> {
    /// A person's, by their handle.
    Profile(&'a str),
    /// A hashtag's, by its name.
    Tag(&'a str),
    /// A tweet's, by its author's handle and its id.
    Tweet(&'a str, i64),
}

impl Href<'_> {
    pub(crate) fn say(self, to: &mut dyn Write) -> fmt::Result {
        match self {
            Self::Profile(handle) => {
                to.write_str("/@")?;
                to.write_str(handle)
            }
            Self::Tag(name) => {
                to.write_str("/tags/")?;
                Encoded(name).say(to)
            }
            Self::Tweet(handle, id) => {
                Self::Profile(handle).say(to)?;
                to.write_str("/")?;
                number(to, id)
            }
        }
    }
}

said!(Encoded<'_>, Href<'_>);

/// A person's page.
pub(crate) fn profile(handle: &str) -> String {
    Href::Profile(handle).to_string()
}

/// The page of a hashtag.
pub(crate) fn tag(name: &str) -> String {
    Href::Tag(name).to_string()
}

/// The page to sign in on, which then leads to `next`.
pub(crate) fn login(next: &str) -> String {
    match next {
        "" | "/" => "/login".to_owned(),
        next => format!("/login?next={}", encode(next)),
    }
}

/// "Done; now look there": a reload of what follows sends nothing twice.
pub(crate) fn see_other(path: &str) -> Response {
    redirect(StatusCode::SEE_OTHER, path)
}

/// "It has always been there".
pub(crate) fn moved(path: &str) -> Response {
    redirect(StatusCode::MOVED_PERMANENTLY, path)
}

fn redirect(status: StatusCode, path: &str) -> Response {
    let mut ascii = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            0x21..=0x7e => ascii.push(char::from(byte)),
            _ => push_encoded(&mut ascii, byte),
        }
    }
    let mut response = status.into_response();
    let headers = response.headers_mut();
    let location = HeaderValue::from_str(&ascii).unwrap_or(HeaderValue::from_static("/"));
    headers.insert(header::LOCATION, location);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("Cookie"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_paths_are_redirect_targets() {
        for good in ["/", "/home", "/@ann/1?cursor=a#tweet-2", "/tags/日本", "/a//b", "/?x=//e"] {
            assert_eq!(local_path(good), Some(good));
        }
        let long = format!("/{}", "a".repeat(PATH_BYTES_MAX));
        for bad in [
            "",
            "home",
            "//evil.example",
            "///e",
            "/\\evil.example",
            "\\/e",
            "https://evil.example",
            "/\t/evil.example",
            "/\n",
            "/a\0",
            " /home",
            "javascript:alert(1)",
            "/a\u{85}",
            &long,
        ] {
            assert_eq!(local_path(bad), None, "{bad}");
        }
    }

    #[test]
    fn names_are_encoded() {
        assert_eq!(encode("a-b_c.~1"), "a-b_c.~1");
        assert_eq!(encode("日 /?#%&\""), "%E6%97%A5%20%2F%3F%23%25%26%22");
        assert_eq!(tag("Zürich-1"), "/tags/Z%C3%BCrich-1");
        assert_eq!(encode(""), "");
        assert_eq!(login("/tags/a?b=1"), "/login?next=%2Ftags%2Fa%3Fb%3D1");
        assert_eq!(login("/"), "/login");
    }

    #[test]
    fn a_location_is_ascii() {
        let response = see_other("/tags/日 x#tweet-1");
        assert_eq!(response.status(), 303);
        assert_eq!(response.headers()[header::LOCATION], "/tags/%E6%97%A5%20x#tweet-1");
    }
}
