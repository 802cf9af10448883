//! What is counted together, by the route that a request matched.

use axum::http::Method;
use pipit_model::limits::{
    ACCOUNT_RATE, APPS_RATE, ARCHIVE_RATE, DELETE_RATE, FOLLOW_RATE, MEDIA_RATE, NETWORK_RATE,
    POST_RATE, Rate, SIGN_UP_RATE, STRANGER_RATE, TOKEN_RATE,
};

/// What is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Class {
    /// All that comes from a network.
    Network,
    /// What comes from it without a good token.
    Stranger,
    SignUp,
    /// Apps that are registered.
    Apps,
    /// All that comes with a token.
    Token,
    /// All that an account does, with all its tokens.
    Account,
    Post,
    Delete,
    Media,
    Follow,
    Archive,
}

/// Which requests are of a class of their own, besides all that they count for anyway. Every other
/// spelling of such a path matches no route, or the same one.
pub(super) const ROUTES: [(&str, &str, Class); 15] = [
    ("POST", "/users", Class::SignUp),
    ("POST", "/signup", Class::SignUp),
    ("POST", "/api/v1/apps", Class::Apps),
    ("POST", "/tweets", Class::Post),
    ("POST", "/compose", Class::Post),
    ("DELETE", "/tweets/{id}", Class::Delete),
    ("POST", "/@{handle}/{id}/delete", Class::Delete),
    ("POST", "/media", Class::Media),
    ("PUT", "/users/me/avatar", Class::Media),
    ("PUT", "/users/me/banner", Class::Media),
    ("POST", "/settings/avatar", Class::Media),
    ("POST", "/settings/banner", Class::Media),
    ("PUT", "/users/{id}/follow", Class::Follow),
    ("POST", "/@{handle}/follow", Class::Follow),
    ("POST", "/settings/data", Class::Archive),
];

impl Class {
    /// The class of a route, if it has one.
    pub(super) fn of(method: &Method, route: &str) -> Option<Self> {
        // Nearly all requests are reads.
        if *method == Method::GET {
            return None;
        }
        let same = |(of_method, of_route, _): &&(&str, &str, Self)| {
            *of_route == route && *of_method == method.as_str()
        };
        ROUTES.iter().find(same).map(|(_, _, class)| *class)
    }

    pub(super) const fn rate(self) -> Rate {
        match self {
            Self::Network => NETWORK_RATE,
            Self::Stranger => STRANGER_RATE,
            Self::SignUp => SIGN_UP_RATE,
            Self::Apps => APPS_RATE,
            Self::Token => TOKEN_RATE,
            Self::Account => ACCOUNT_RATE,
            Self::Post => POST_RATE,
            Self::Delete => DELETE_RATE,
            Self::Media => MEDIA_RATE,
            Self::Follow => FOLLOW_RATE,
            Self::Archive => ARCHIVE_RATE,
        }
    }

    /// What whoever did too much of it is told.
    pub(super) const fn what(self) -> &'static str {
        match self {
            Self::SignUp => "too many accounts were opened from your network",
            Self::Apps => "you registered too many apps at once",
            Self::Post => "you wrote too many tweets at once",
            Self::Delete => "you deleted too many tweets at once",
            Self::Media => "you uploaded too many pictures at once",
            Self::Follow => "you followed too many people at once",
            Self::Archive => "you asked for too many archives at once",
            Self::Network | Self::Stranger | Self::Token | Self::Account => {
                "too many requests at once"
            }
        }
    }

    /// Whether a network is counted, as nobody is signed in there.
    pub(super) const fn is_of_network(self) -> bool {
        matches!(self, Self::SignUp | Self::Apps)
    }
}

/// Files that never change, and what the operator's own machinery asks: not counted.
pub(super) fn is_free(route: &str) -> bool {
    ["/assets/{version}/{file}", "/media/p/{file}", "/healthz", "/readyz", "/metrics"]
        .contains(&route)
}
