//! The version of any record, by one indexed read (RB-5).
//!
//! It exists so that a form can ask whether what it shows is still true without reading all of it.
//!
//! **Invariant:** each kind of record is one line of a table; what it does not name has no version.

use callboard_model::TenantId;

use crate::auth::Placement;
use crate::error::Result;
use crate::store::records::{Kind, Planned, RecordVersion};
use crate::store::sql::{Row, Sql, cells};

/// How to ask for the version of one record of this kind.
const fn question(kind: Kind) -> &'static str {
    match kind {
        Kind::Ticket => {
            "SELECT r.version, coalesce(r.updated_at, r.entered_at) AS updated_at, \
                 u.first_name || ' ' || u.last_name AS updated_by_name, r.board_id, r.client_id \
             FROM tickets r LEFT JOIN users u ON u.tenant = r.tenant AND u.user_id = coalesce(r.updated_by, r.entered_by) \
             WHERE r.tenant = ?1 AND r.ticket_id = ?2"
        }
        Kind::Client => {
            "SELECT r.version, r.updated_at, u.first_name || ' ' || u.last_name AS updated_by_name, \
                 NULL AS board_id, r.client_id \
             FROM clients r LEFT JOIN users u ON u.tenant = r.tenant AND u.user_id = r.updated_by \
             WHERE r.tenant = ?1 AND r.client_id = ?2"
        }
        Kind::Contact => {
            "SELECT r.version, r.updated_at, u.first_name || ' ' || u.last_name AS updated_by_name, \
                 NULL AS board_id, r.client_id \
             FROM contacts r LEFT JOIN users u ON u.tenant = r.tenant AND u.user_id = r.updated_by \
             WHERE r.tenant = ?1 AND r.contact_name_id = ?2"
        }
        Kind::ScheduleEntry => {
            "SELECT r.version, r.updated_at, r.updated_by_name, t.board_id, t.client_id, r.is_private, \
                 CASE WHEN r.created_by = ?3 THEN 1 ELSE 0 END AS is_maker, \
                 CASE WHEN t.ticket_id IS NULL THEN 0 ELSE 1 END AS is_for_ticket, \
                 CASE WHEN EXISTS (SELECT 1 FROM schedule_assignees a \
                     WHERE a.tenant = r.tenant AND a.entry_id = r.entry_id AND a.user_id = ?3) \
                     THEN 1 ELSE 0 END AS is_assigned \
             FROM schedule_entries r LEFT JOIN tickets t \
                 ON t.tenant = r.tenant AND r.work_item_type = 'ticket' AND t.ticket_id = r.work_item_id \
             WHERE r.tenant = ?1 AND r.entry_id = ?2"
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
        planned: if kind == Kind::ScheduleEntry { Some(planned(&row)?) } else { None },
    }))
}

fn planned(row: &Row) -> Result<Planned> {
    Ok(Planned {
        is_assigned: row.get("is_assigned")?,
        is_maker: row.get("is_maker")?,
        is_private: row.get("is_private")?,
        is_for_ticket: row.get("is_for_ticket")?,
    })
}
