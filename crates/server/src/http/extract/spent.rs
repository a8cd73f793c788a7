//! What a request took out of its key's bucket, on its way to the headers of the answer.
//!
//! **Invariant:** written once per request, by whoever checked the key.

use std::sync::OnceLock;

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::quota::Allowance;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");

/// Empty until a key was checked.
#[derive(Debug, Default)]
pub struct Spent(OnceLock<Allowance>);

impl Spent {
    pub(super) fn note(&self, allowance: Allowance) {
        // A handler that checks the key twice spends twice and tells of the first.
        let _ = self.0.set(allowance);
    }

    /// Tells the caller what is left.
    pub fn tell(&self, headers: &mut HeaderMap) {
        if let Some(allowance) = self.0.get() {
            headers.insert(LIMIT, HeaderValue::from(allowance.limit));
            headers.insert(REMAINING, HeaderValue::from(allowance.remaining));
        }
    }
}
