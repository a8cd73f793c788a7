//! The version of any record, by one indexed read (RB-5).
//!
//! It exists so that a form can ask whether what it shows is still true without reading all of it.
//!
//! **Invariant:** each kind of record is one line of a table; what it does not name has no version.

use callboard_model::TenantId;

use crate::auth::Placement;
use crate::error::Result;
use crate::store::records::{Kind, RecordVersion};
use crate::store::sql::{Sql, cells};

/// How to ask for the version of one record of this kind.
const fn question(kind: Kind) -> &'static str {
    match kind {
        Kind::Ticket => {
            "SELECT r.version, coalesce(r.updated_at, r.entered_at) AS updated_at, \
                 u.first_name || ' ' || u.last_name AS updated_by_name, r.board_id, r.client_id, NULL AS owner \
             FROM tickets r LEFT JOIN users u ON u.tenant = r.tenant AND u.user_id = coalesce(r.updated_by, r.entered_by) \
             WHERE r.tenant = ?1 AND r.ticket_id = ?2"
        }
        Kind::Client => {
            "SELECT r.version, r.updated_at, u.first_name || ' ' || u.last_name AS updated_by_name, \
                 NULL AS board_id, r.client_id, NULL AS owner \
             FROM clients r LEFT JOIN users u ON u.tenant = r.tenant AND u.user_id = r.updated_by \
             WHERE r.tenant = ?1 AND r.client_id = ?2"
        }
        Kind::Contact => {
            "SELECT r.version, r.updated_at, u.first_name || ' ' || u.last_name AS updated_by_name, \
                 NULL AS board_id, r.client_id, NULL AS owner \
             FROM contacts r LEFT JOIN users u ON u.tenant = r.tenant AND u.user_id = r.updated_by \
             WHERE r.tenant = ?1 AND r.contact_name_id = ?2"
        }
        Kind::ScheduleEntry => {
            "SELECT r.version, r.updated_at, r.updated_by_name, NULL AS board_id, NULL AS client_id, \
                 (SELECT min(a.user_id) FROM schedule_assignees a \
                  WHERE a.tenant = r.tenant AND a.entry_id = r.entry_id AND a.user_id = ?3) AS owner \
             FROM schedule_entries r WHERE r.tenant = ?1 AND r.entry_id = ?2"
        }
    }
}

/// The version of a record; `None` when there is none of this id.
pub(in crate::store) fn version(
    db: &mut dyn Sql,
    tenant: &TenantId,
    kind: Kind,
    id: &str,
    reader: &str,
) -> Result<Option<RecordVersion>> {
    let all = cells![tenant, id, reader];
    let values = if kind == Kind::ScheduleEntry { all } else { &all[..2] };
    let Some(row) = db.row(question(kind), values)? else { return Ok(None) };
    Ok(Some(RecordVersion {
        version: row.get("version")?,
        updated_at: row.get("updated_at")?,
        updated_by_name: row.get("updated_by_name")?,
        place: Placement { board: row.get("board_id")?, client: row.get("client_id")? },
        is_readers_own: row.get::<Option<String>>("owner")?.is_some(),
    }))
}
