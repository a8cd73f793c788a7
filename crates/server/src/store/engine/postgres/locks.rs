//! The locks by which processes on one database keep out of each other's way.
//!
//! **Invariant:** the numbers are the same in every process and every release that may run beside this one; a transaction
//! takes at most one of these locks, and takes it first, so that nobody waits for each other in a circle.

use callboard_model::TenantId;

/// The first half of every lock of ours, so that others may use the database too. It spells "CALL".
const OURS: i32 = 0x4341_4C4C;

/// Writers of one database, and of one process.
pub(super) const LANES: usize = 4;

/// Held by the process that relays, as long as its connection lives.
const RELAY: usize = 100;
/// Held while the schema is brought up to date.
const SCHEMA: usize = 101;

/// The lane of a tenant: the same in every process, for ever.
pub(super) fn lane_of(tenant: &TenantId) -> usize {
    // FNV-1a. The standard library's hash may change with the compiler.
    let hash = tenant.as_str().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    usize::try_from(hash % LANES as u64).unwrap_or(0)
}

/// Begins a transaction that waits until it is alone in its lane.
pub(super) fn begin_lane(lane: usize) -> String {
    format!("BEGIN; SELECT pg_advisory_xact_lock({OURS}, {lane}); SAVEPOINT job")
}

/// Begins a transaction that waits until nobody else changes the schema.
pub(super) fn begin_schema() -> String {
    format!("BEGIN; SELECT pg_advisory_xact_lock({OURS}, {SCHEMA})")
}

/// Asks for the relay's lock, and does not wait.
pub(super) fn try_relay() -> String {
    format!("SELECT CASE WHEN pg_try_advisory_lock({OURS}, {RELAY}) THEN 1 ELSE 0 END")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two releases side by side must agree.
    #[test]
    fn the_lane_of_a_tenant_never_changes() {
        let lanes = ["", "t", "x", "00000000-0000-4000-8000-000000000001"].map(|id| lane_of(&id.into()));
        assert_eq!(lanes, [1, 3, 3, 2]);
        assert!(lanes.iter().all(|&lane| lane < LANES));
    }
}
