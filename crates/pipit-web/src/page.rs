//! What surrounds every page: its headers, its frame, what stands beside it.

use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pipit_http::Problem;
use pipit_model::{Error, Timestamp};

use crate::error::Failure;
use crate::view::{Person, Reading, TrendRow};
use crate::visitor::{Viewer, Visitor};
use crate::{Web, links};

/// Trends beside a page; the rest is on the page for exploring.
const TRENDS_BESIDE: usize = 5;

/// No script, no frame, nothing from elsewhere, and no style but the sheet: what a person managed
/// to smuggle in would do nothing.
const CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
                   form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// A page is for one visitor. It may be kept for going back, but is asked for again otherwise.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (header::CONTENT_SECURITY_POLICY, CSP),
    (header::CACHE_CONTROL, "private, no-cache"),
    (header::VARY, "Cookie"),
];

/// A template as an answer.
pub(crate) fn html(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(body) => (status, HEADERS, body).into_response(),
        Err(error) => {
            Problem::from(Error::Internal(format!("a template failed: {error}"))).into_response()
        }
    }
}

/// Where in the site a page belongs: what the navigation marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Home,
    Explore,
    Compose,
    /// The viewer's own profile.
    Me,
    Settings,
    /// None of them.
    Elsewhere,
}

/// One entry of the navigation.
pub(crate) struct NavItem {
    pub href: String,
    pub icon: &'static str,
    pub label: &'static str,
    pub current: bool,
}

/// What `frame.html` shows around a page.
pub(crate) struct Shell {
    pub title: String,
    pub viewer: Option<Arc<Viewer>>,
    /// The page's address, for forms that lead back to it.
    pub here: String,
    /// Signing in, and back to this page.
    pub login_href: String,
    pub trends: Vec<TrendRow>,
    section: Section,
    now: Timestamp,
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
        Ok(Self {
            title: title.into(),
            viewer: visitor.viewer.clone(),
            here: visitor.here.clone(),
            login_href: links::login(&visitor.here),
            trends: trends.iter().take(TRENDS_BESIDE).map(TrendRow::new).collect(),
            section,
            now: web.pipit.clock().now(),
        })
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
            now: self.now,
        }
    }

    /// The main ways through the site.
    pub(crate) fn nav(&self) -> Vec<NavItem> {
        let item = |section, href: &str, icon, label| NavItem {
            href: href.to_owned(),
            icon,
            label,
            current: self.section == section,
        };
        let explore = item(Section::Explore, "/explore", "search", "Explore");
        match self.me() {
            Some(me) => vec![
                item(Section::Home, "/home", "home", "Home"),
                explore,
                item(Section::Me, &me.href(), "user", "Profile"),
                item(Section::Settings, "/settings", "gear", "Settings"),
                item(Section::Compose, "/compose", "pen", "Post"),
            ],
            None => vec![item(Section::Home, "/", "home", "Start"), explore],
        }
    }
}
