//! The log of who administered what.
//!
//! It exists so that an operator can tell afterwards who let somebody in, whichever way it was asked for.
//!
//! **Invariant:** ids and names of actions only: no key, no name of a person, nothing that was sent.

use callboard_model::TenantId;

/// Says that `by` did this to that.
pub fn note(tenant: &TenantId, by: &str, action: &str, kind: &str, subject: &str) {
    tracing::info!(target: "callboard_server::audit", %tenant, by, action, kind, subject, "administered");
}
