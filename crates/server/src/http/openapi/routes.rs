//! Routes that cannot be served without being described.
//!
//! It exists so that the document and the router are built from one list: whoever adds a route says in the same line
//! what it takes and what it answers. [`Routes`] wraps the router for that reason, and offers no other way in.
//!
//! **Invariant:** every route of the router is in the document, and nothing else is.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, on};
use utoipa::openapi::path::{HttpMethod, Paths};

use super::contract::{Contract, Schemas};
use crate::app::App;

/// A family of routes with their contracts.
pub struct Routes {
    router: Router<App>,
    paths: Paths,
    schemas: Schemas,
    family: &'static str,
}

impl Routes {
    /// No routes yet; the document lists what is added under this heading.
    pub fn of(family: &'static str) -> Self {
        Self { router: Router::new(), paths: Paths::new(), schemas: Schemas::new(), family }
    }

    /// A route that reads.
    pub fn get<H, T>(self, path: &str, handler: H, contract: Contract) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.on((MethodFilter::GET, HttpMethod::Get), path, handler, contract)
    }

    /// A route that adds something.
    pub fn post<H, T>(self, path: &str, handler: H, contract: Contract) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.on((MethodFilter::POST, HttpMethod::Post), path, handler, contract)
    }

    /// A route that changes something.
    pub fn put<H, T>(self, path: &str, handler: H, contract: Contract) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.on((MethodFilter::PUT, HttpMethod::Put), path, handler, contract)
    }

    /// A route that changes a part of something.
    pub fn patch<H, T>(self, path: &str, handler: H, contract: Contract) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.on((MethodFilter::PATCH, HttpMethod::Patch), path, handler, contract)
    }

    /// A route that takes something away.
    pub fn delete<H, T>(self, path: &str, handler: H, contract: Contract) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.on((MethodFilter::DELETE, HttpMethod::Delete), path, handler, contract)
    }

    fn on<H, T>(
        mut self,
        (filter, method): (MethodFilter, HttpMethod),
        path: &str,
        handler: H,
        contract: Contract,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.router = self.router.route(path, on(filter, handler));
        let operation = contract.into_operation(self.family, path, &mut self.schemas);
        self.paths.add_path_operation(path, vec![method], operation);
        self
    }

    /// These and those.
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.paths.merge(other.paths);
        self.schemas.extend(other.schemas);
        self
    }

    /// The same routes below `prefix`.
    pub fn below(mut self, prefix: &str) -> Self {
        self.router = Router::new().nest(prefix, self.router);
        let paths = std::mem::take(&mut self.paths.paths);
        self.paths.paths = paths.into_iter().map(|(path, item)| (format!("{prefix}{path}"), item)).collect();
        self
    }

    /// What is served.
    pub fn into_router(self) -> Router<App> {
        self.router
    }

    /// What is said of it.
    pub(super) fn into_document(self) -> (Paths, Schemas) {
        (self.paths, self.schemas)
    }
}
