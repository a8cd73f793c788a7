//! What an administrator does for their own company: people, keys, agreements, switches, webhooks.
//!
//! It exists so that nobody needs the database to let somebody in or to shut somebody out. Everything is behind one
//! prefix, and for one role.
//!
//! | module | holds |
//! |---|---|
//! | `people` | accounts: roles, boards, a customer's people |
//! | `keys` | API keys: told once, listed without their text, taken away |
//! | `agreements` | all that was agreed, and what clients, boards and statuses have of it |
//! | `calendars`, `policies` | hours in which somebody works, and promises counted in them |
//! | `switches` | what can be switched off |
//! | `webhooks` | addresses of others that are sent events: their secret told once |
//!
//! **Invariant:** every write leaves one line in the log: who, what, on which thing; never what it says.

mod agreements;
mod calendars;
mod keys;
mod people;
mod policies;
mod switches;
mod webhooks;

use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};

use super::extract::WriteHeaders;
use super::once;
use super::openapi::Routes;
use super::problem::Problem;
use crate::audit;
use crate::auth::Caller;
use crate::store::members::Unwritten;
use crate::store::save::{Attempt, Author};

pub(super) fn routes() -> Routes {
    let all = people::routes()
        .merge(keys::routes())
        .merge(agreements::routes())
        .merge(calendars::routes())
        .merge(policies::routes())
        .merge(switches::routes())
        .merge(webhooks::routes());
    all.below("/admin")
}

/// One write: who sends it, and what it is called in the log.
struct Deed<'a> {
    caller: &'a Caller,
    headers: &'a WriteHeaders,
    method: Method,
    /// What follows `/admin` in the address.
    address: &'a [&'a str],
    body: &'a [u8],
}

impl Deed<'_> {
    /// Who writes. Nothing here has a version, and so a condition on one cannot be kept.
    fn author(&self) -> Result<Author, Problem> {
        if self.headers.exactly.is_some() {
            return Err(Problem::bad_request("This has no version: leave If-Match out"));
        }
        let address: Vec<_> = std::iter::once(&"admin").chain(self.address).copied().collect();
        Ok(once::author(self.caller, self.headers, &self.method, &address, self.body))
    }

    /// The answer, and a line in the log where something was done; `subject` is the thing that it was done to.
    fn answer<T>(
        &self,
        attempt: Attempt<T, Unwritten>,
        subject: impl FnOnce(&T) -> String,
        told: impl FnOnce(T) -> Response,
    ) -> Result<Response, Problem> {
        if let Attempt::Done(done) = &attempt {
            let by = self.caller.user.as_str();
            let kind = self.address.first().copied().unwrap_or_default();
            audit::note(&self.caller.tenant, by, self.method.as_str(), kind, &subject(done));
        }
        once::answer(attempt, told, refused)
    }
}

fn refused(refusal: Unwritten) -> Problem {
    match refusal {
        Unwritten::NotFound => Problem::not_found("There is nothing with this id"),
        Unwritten::Invalid(issues) => Problem::invalid(&issues),
        Unwritten::InUse(message) => Problem::conflict(message),
    }
}

fn gone<T>(_: T) -> Response {
    StatusCode::NO_CONTENT.into_response()
}
