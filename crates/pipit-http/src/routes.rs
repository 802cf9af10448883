//! A router that knows which routes it has: axum's tells nobody. A test walks them all.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter};

/// A method and a path, as the router knows it: `GET /users/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// In capitals.
    pub method: String,
    /// With its variable parts in braces.
    pub path: String,
}

impl Route {
    /// One of this method and path.
    #[must_use]
    pub fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_uppercase(), path: path.to_owned() }
    }
}

/// What answers at one path.
pub struct Methods<S> {
    router: MethodRouter<S>,
    names: Vec<&'static str>,
}

/// Answers reads.
pub fn get<H: Handler<T, S>, T: 'static, S: Clone + Send + Sync + 'static>(
    handler: H,
) -> Methods<S> {
    Methods { router: axum::routing::get(handler), names: vec!["GET"] }
}

/// Answers forms.
pub fn post<H: Handler<T, S>, T: 'static, S: Clone + Send + Sync + 'static>(
    handler: H,
) -> Methods<S> {
    Methods { router: axum::routing::post(handler), names: vec!["POST"] }
}

impl<S: Clone + Send + Sync + 'static> Methods<S> {
    /// The same, which answers forms too.
    #[must_use]
    pub fn post<H: Handler<T, S>, T: 'static>(mut self, handler: H) -> Self {
        self.names.push("POST");
        Self { router: self.router.on(MethodFilter::POST, handler), ..self }
    }
}

/// A router and the list of its routes.
pub struct Routes<S> {
    router: Router<S>,
    list: Vec<Route>,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self { router: Router::new(), list: Vec::new() }
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, and this path.
    #[must_use]
    pub fn route(mut self, path: &str, methods: Methods<S>) -> Self {
        self.list.extend(methods.names.iter().map(|method| Route::new(method, path)));
        Self { router: self.router.route(path, methods.router), ..self }
    }

    /// The same, and all of these.
    #[must_use]
    pub fn merge(mut self, others: Self) -> Self {
        self.list.extend(others.list);
        Self { router: self.router.merge(others.router), ..self }
    }

    /// The same with something around it, as [`Router::layer`] takes it.
    #[must_use]
    pub fn around(self, change: impl FnOnce(Router<S>) -> Router<S>) -> Self {
        Self { router: change(self.router), ..self }
    }

    /// For a server.
    pub fn into_router(self) -> Router<S> {
        self.router
    }

    /// For whoever walks them.
    #[must_use]
    pub fn into_list(self) -> Vec<Route> {
        self.list
    }
}
