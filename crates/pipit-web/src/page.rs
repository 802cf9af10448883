//! What surrounds every page: its headers, its frame, what stands beside it.

use std::borrow::Cow;
use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pipit_core::UserView;
use pipit_http::Problem;
use pipit_model::limits::UNREAD_MAX;
use pipit_model::{Error, Role, Timestamp};

use crate::compress::PAGE_TYPE;
use crate::error::Failure;
use crate::preferences::Preferences;
use crate::view::{Person, Reading, TrendRow};
use crate::visitor::{Viewer, Visitor};
use crate::words::Words;
use crate::{Web, links};

/// Trends beside a page; the rest is on the page for exploring.
const TRENDS_BESIDE: usize = 5;
/// People suggested beside a page; the rest is there too.
const SUGGESTED_BESIDE: usize = 3;

/// No script or style but our files, no frame, nothing from elsewhere, and no markup from a script
/// but through the one policy of `dom.js`: what a person managed to smuggle in would do nothing.
pub(crate) const CSP: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; \
     img-src 'self' data:; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; \
     base-uri 'none'; require-trusted-types-for 'script'; trusted-types pipit";

/// A page is for one visitor. It may be kept for going back, but is asked for again otherwise.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_TYPE, PAGE_TYPE),
    (header::CONTENT_SECURITY_POLICY, CSP),
    (header::CACHE_CONTROL, "private, no-cache"),
    (header::VARY, "Cookie, Accept-Language, Accept-Encoding"),
];

/// Room for a page of twenty tweets, so that it is not moved again and again as it grows.
const PAGE_BYTES: usize = 40 * 1024;

/// A template as an answer.
pub(crate) fn html(status: StatusCode, template: &impl Template) -> Response {
    let mut body = String::with_capacity(PAGE_BYTES);
    match template.render_into(&mut body) {
        Ok(()) => (status, HEADERS, body).into_response(),
        Err(error) => Problem::from(Error::Internal(failed(&error))).into_response(),
    }
}

/// A part of a page.
pub(crate) fn fragment(template: &impl Template) -> Result<String, Error> {
    let mut text = String::with_capacity(PAGE_BYTES);
    template.render_into(&mut text).map_err(|error| Error::Internal(failed(&error)))?;
    text.shrink_to_fit();
    Ok(text)
}

fn failed(error: &askama::Error) -> String {
    format!("a template failed: {error}")
}

/// The same page, which search engines are asked to leave out.
pub(crate) fn unlisted(mut page: Response) -> Response {
    page.headers_mut().insert("x-robots-tag", HeaderValue::from_static("noindex"));
    page
}

/// Where in the site a page belongs: what the navigation marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Home,
    Explore,
    Notifications,
    Compose,
    Bookmarks,
    Lists,
    /// The viewer's own profile.
    Me,
    Settings,
    /// None of them.
    Elsewhere,
}

/// One entry of the navigation.
pub(crate) struct NavItem {
    pub href: Cow<'static, str>,
    pub icon: &'static str,
    pub label: &'static str,
    pub current: bool,
    /// A phone's bar of tabs has no room for it: the viewer's profile leads there.
    pub only_wide: bool,
    /// How much is unread, as it is shown: empty for nothing; [`None`] where nothing ever is.
    pub unread: Option<String>,
}

/// What `bare.html` shows around a page: as much of a [`Shell`] as both have.
#[derive(Debug)]
pub(crate) struct Bare {
    pub title: &'static str,
    pub w: &'static Words,
    pub preferences: Preferences,
}

impl Bare {
    pub(crate) fn new(title: &'static str, preferences: Preferences) -> Self {
        Self { title, w: preferences.w, preferences }
    }
}

/// What `frame.html` shows around a page.
pub(crate) struct Shell {
    pub title: String,
    pub w: &'static Words,
    pub preferences: Preferences,
    pub viewer: Option<Arc<Viewer>>,
    /// The page's address, for forms that lead back to it.
    pub here: String,
    /// Signing in, and back to this page.
    pub login_href: String,
    pub trends: Vec<TrendRow>,
    /// Whom the viewer may like to follow.
    pub suggested: Vec<UserView>,
    /// Whether there is a field to search in beside the page.
    pub has_search: bool,
    section: Section,
    now: Timestamp,
    /// Notifications that the viewer has not read.
    unread: usize,
}

impl Shell {
    /// The frame of a page; `title` stands in the browser's tab.
    pub(crate) async fn new(
        web: &Web,
        visitor: &Visitor,
        section: Section,
        title: impl Into<String>,
    ) -> Result<Self, Failure> {
        let trends = web.pipit.trending_hashtags().await?;
        let (suggested, unread) = match visitor.caller() {
            Some(caller) => (
                web.pipit.suggested_users(Some(caller), SUGGESTED_BESIDE).await?,
                web.pipit.unread_notifications(caller).await?,
            ),
            None => (Vec::new(), 0),
        };
        let preferences = visitor.preferences;
        let w = preferences.w;
        Ok(Self {
            title: title.into(),
            w,
            preferences,
            viewer: visitor.viewer.clone(),
            here: visitor.here.clone(),
            login_href: links::login(&visitor.here),
            trends: trends
                .iter()
                .take(TRENDS_BESIDE)
                .map(|trend| TrendRow::new(trend, w))
                .collect(),
            suggested,
            has_search: true,
            section,
            now: web.pipit.clock().now(),
            unread,
        })
    }

    /// Whether the viewer is a moderator.
    pub(crate) fn is_staff(&self) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.card.user().role > Role::User)
    }

    /// Whether the moderators told the viewer something; not on the page that says what.
    pub(crate) fn has_notice(&self) -> bool {
        let is_new = |viewer: &Arc<Viewer>| viewer.card.user().has_notice;
        self.viewer.as_ref().is_some_and(is_new) && !self.here.starts_with("/settings/standing")
    }

    /// The viewer as a person to show.
    pub(crate) fn me(&self) -> Option<Person<'_>> {
        self.viewer.as_ref().map(|viewer| Person::new(viewer.card.user()))
    }

    /// Who reads, and when.
    pub(crate) fn reading(&self) -> Reading {
        let viewer = self.viewer.as_ref();
        Reading {
            viewer: viewer.map(|viewer| viewer.id()),
            pinned: viewer.and_then(|viewer| viewer.card.user().pinned),
            hosts: None,
            now: self.now,
            w: self.w,
        }
    }

    /// People to follow, as they stand beside a page.
    pub(crate) fn suggested_people(&self) -> impl Iterator<Item = Person<'_>> {
        self.suggested.iter().map(|view| Person::new(view.card.user()))
    }

    /// The main ways through the site.
    pub(crate) fn nav(&self) -> Vec<NavItem> {
        let item = |section, href: &'static str, icon, label| NavItem {
            href: Cow::Borrowed(href),
            icon,
            label,
            current: self.section == section,
            only_wide: matches!(section, Section::Bookmarks | Section::Lists),
            unread: None,
        };
        let w = self.w;
        let explore = item(Section::Explore, "/explore", "search", w.explore);
        let told = item(Section::Notifications, "/notifications", "bell", w.notifications);
        match self.me() {
            Some(me) => vec![
                item(Section::Home, "/home", "home", w.home),
                explore,
                NavItem { unread: Some(unread_shown(self.unread)), ..told },
                item(Section::Bookmarks, "/bookmarks", "bookmark", w.bookmarks),
                item(Section::Lists, "/lists", "list", w.lists),
                NavItem {
                    href: Cow::Owned(me.href().to_string()),
                    ..item(Section::Me, "", "user", w.profile)
                },
                item(Section::Settings, "/settings", "gear", w.settings),
                item(Section::Compose, "/compose", "pen", w.post),
            ],
            None => vec![item(Section::Home, "/", "home", w.start), explore],
        }
    }
}

/// A number of unread notifications: empty for none, `99+` where it is no longer counted.
pub(crate) fn unread_shown(unread: usize) -> String {
    match unread {
        0 => String::new(),
        UNREAD_MAX.. => format!("{}+", UNREAD_MAX - 1),
        _ => unread.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unread_notifications_are_counted_as_far_as_anybody_cares() {
        for (unread, shown) in [(0, ""), (1, "1"), (99, "99"), (100, "99+")] {
            assert_eq!(unread_shown(unread), shown);
        }
    }
}
