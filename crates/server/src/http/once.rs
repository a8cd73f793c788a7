//! Writes that are applied once, however often they are sent.
//!
//! It exists so that every write hashes what it was sent and answers a repetition in the same way.
//!
//! **Invariant:** the key stands for method, address and body together.

use axum::http::{HeaderName, Method};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::extract::WriteHeaders;
use super::problem::Problem;
use crate::auth::Caller;
use crate::store::save::{Attempt, Author, Key};

/// Says that an answer is an earlier one, given again.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Who writes, with what the headers say. `address` is the route with its ids, `body` what was sent.
pub(super) fn author(
    caller: &Caller,
    headers: &WriteHeaders,
    method: &Method,
    address: &[&str],
    body: &[u8],
) -> Author {
    let key = headers.key.clone().map(|text| Key { text, body_hash: hash(method, address, body) });
    let (origin, socket) = (headers.origin.clone(), headers.socket.clone());
    Author { key, origin, socket, ..Author::of(caller, headers.now) }
}

fn hash(method: &Method, address: &[&str], body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new().chain_update(method.as_str());
    for part in address {
        hash = hash.chain_update([0]).chain_update(part);
    }
    hash.chain_update([0, 0]).chain_update(body).finalize().into()
}

/// The answer to such a write: the same the second time, but for a header that says so.
pub(super) fn answer<T, R>(
    attempt: Attempt<T, R>,
    told: impl FnOnce(T) -> Response,
    refused: impl FnOnce(R) -> Problem,
) -> Result<Response, Problem> {
    match attempt {
        Attempt::Done(done) => Ok(told(done)),
        Attempt::Again(done) => Ok(([(REPLAYED, "true")], told(done)).into_response()),
        Attempt::KeyReused => Err(Problem::key_reused()),
        Attempt::Refused(refusal) => Err(refused(refusal)),
    }
}
