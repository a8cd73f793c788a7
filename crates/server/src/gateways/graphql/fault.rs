//! Every answer of GraphQL that says no.
//!
//! It exists so that a refusal has the same code here as over REST: [`Problem`] decides both. What only GraphQL knows has
//! the codes of [`Why`].
//!
//! **Invariant:** no answer carries the text of an internal failure: a resolver fails with a [`Problem`] or a [`Fault`], and
//! with nothing else.

use async_graphql::{Error, ErrorExtensionValues, Response, ServerError, Value};

use crate::http::problem::Problem;

/// Why GraphQL itself refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The query is no query, or not one that can be answered here.
    Unreadable,
    /// Over `QUERY_BYTES_MAX`.
    QueryTooLong,
    /// Over `NESTING_MAX` or `DEPTH_MAX`.
    QueryTooDeep,
    /// Over `PARTS_MAX` or `COMPLEXITY_MAX`.
    QueryTooComplex,
    /// Over `SUBSCRIPTIONS_PER_CONNECTION`.
    TooManySubscriptions,
    /// The subscriber was too slow and has missed something.
    EventsMissed,
    /// The server stops.
    Stopping,
}

impl Why {
    /// The word for programs.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "GRAPHQL_INVALID",
            Self::QueryTooLong => "QUERY_TOO_LONG",
            Self::QueryTooDeep => "QUERY_TOO_DEEP",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::TooManySubscriptions => "TOO_MANY_SUBSCRIPTIONS",
            Self::EventsMissed => "EVENTS_MISSED",
            Self::Stopping => "UNAVAILABLE",
        }
    }
}

/// A refusal of GraphQL's own.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    why: Why,
    message: String,
}

impl Fault {
    pub(super) fn new(why: Why, message: impl Into<String>) -> Self {
        Self { why, message: message.into() }
    }

    /// For the tests beside what refuses.
    #[cfg(test)]
    pub(super) fn why(&self) -> Why {
        self.why
    }

    /// As a whole answer.
    pub(super) fn response(self) -> Response {
        refused(self)
    }
}

/// A refusal as a whole answer.
pub(super) fn refused(why: impl Into<Error>) -> Response {
    let why = why.into();
    let mut error = ServerError::new(why.message, None);
    error.extensions = why.extensions;
    Response::from_errors(vec![error])
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", fault.why.code());
        Self { message: fault.message, source: None, extensions: Some(extensions) }
    }
}

/// The same words as over REST, with the status that REST would have answered.
impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        let mut told = problem.error();
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("status", problem.status().as_u16());
        for key in ["code", "details"] {
            let value = told.get_mut(key).map(serde_json::Value::take);
            if let Some(value) = value.and_then(|value| Value::from_json(value).ok()) {
                extensions.set(key, value);
            }
        }
        let message = told.get("message").and_then(serde_json::Value::as_str).unwrap_or_default();
        Self { message: message.to_owned(), source: None, extensions: Some(extensions) }
    }
}

/// Gives the library's two bare refusals their codes, and every other of its own the general one.
pub(super) fn coded(mut response: Response) -> Response {
    for error in &mut response.errors {
        if error.extensions.is_none() {
            let why = match error.message.as_str() {
                "Query is nested too deep." => Why::QueryTooDeep,
                "Query is too complex." => Why::QueryTooComplex,
                _ => Why::Unreadable,
            };
            let mut extensions = ErrorExtensionValues::default();
            extensions.set("code", why.code());
            error.extensions = Some(extensions);
        }
    }
    response
}
