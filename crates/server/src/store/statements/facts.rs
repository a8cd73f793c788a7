//! Collects what the domain has to know to judge a write.
//!
//! **Invariant:** looks up the ids that occur in the ticket and in the change, and no others.

use callboard_model::{Field, TenantId, Ticket, UserId, Value};

use crate::domain::Wanted;
use crate::domain::facts::{CategoryFact, Facts, StatusFact};
use crate::error::Result;
use crate::store::sql::{Row, Sql, cells};

pub(super) fn collect(
    db: &mut dyn Sql,
    tenant: &TenantId,
    before: &Ticket,
    wanted: &Wanted,
) -> Result<Facts> {
    let mut facts = Facts::default();
    for &field in Field::ALL {
        let values = [Some(before.value(field)), wanted.get(&field).cloned()];
        for id in values.iter().flatten().filter_map(Value::as_text) {
            look_up(db, tenant, field, id, &mut facts)?;
        }
    }
    let levels = db.query(
        "SELECT itil_priority_level, priority_id FROM priorities \
         WHERE tenant = ?1 AND itil_priority_level IS NOT NULL",
        cells![tenant],
    )?;
    for row in levels {
        facts.priority_of_level.insert(row.get(0)?, row.get(1)?);
    }
    Ok(facts)
}

fn look_up(db: &mut dyn Sql, tenant: &TenantId, field: Field, id: &str, facts: &mut Facts) -> Result<()> {
    let Some(sql) = question(field) else { return Ok(()) };
    let Some(row) = db.row(sql, cells![tenant, id])? else { return Ok(()) };
    match field {
        Field::Board => drop(facts.boards.insert(id.into())),
        Field::Status => drop(facts.statuses.insert(id.into(), status(&row)?)),
        Field::Category | Field::Subcategory => drop(facts.categories.insert(id.into(), category(&row)?)),
        Field::Priority => drop(facts.priorities.insert(id.into())),
        Field::Client => drop(facts.clients.insert(id.into())),
        Field::Assignee => drop(facts.users.insert(id.into())),
        Field::Team => drop(facts.teams.insert(id.into())),
        Field::Location => drop(facts.locations.insert(id.into(), row.get(0)?)),
        Field::Contact => drop(facts.contacts.insert(id.into(), row.get(0)?)),
        Field::Title | Field::Impact | Field::Urgency | Field::DueDate | Field::ResponseState => {}
    }
    Ok(())
}

/// How to ask for what a field holds; `None` for one that holds no id.
fn question(field: Field) -> Option<&'static str> {
    Some(match field {
        Field::Board => "SELECT 1 FROM boards WHERE tenant = ?1 AND board_id = ?2 AND is_inactive = 0",
        Field::Status => "SELECT board_id, is_closed FROM statuses WHERE tenant = ?1 AND status_id = ?2",
        Field::Category | Field::Subcategory => {
            "SELECT board_id, parent_category FROM categories WHERE tenant = ?1 AND category_id = ?2"
        }
        Field::Priority => "SELECT 1 FROM priorities WHERE tenant = ?1 AND priority_id = ?2",
        Field::Client => "SELECT 1 FROM clients WHERE tenant = ?1 AND client_id = ?2",
        Field::Assignee => {
            "SELECT 1 FROM users WHERE tenant = ?1 AND user_id = ?2 AND is_inactive = 0 AND role <> 'client_portal'"
        }
        Field::Team => "SELECT 1 FROM teams WHERE tenant = ?1 AND team_id = ?2",
        Field::Location => "SELECT client_id FROM locations WHERE tenant = ?1 AND location_id = ?2",
        Field::Contact => "SELECT client_id FROM contacts WHERE tenant = ?1 AND contact_name_id = ?2",
        Field::Title | Field::Impact | Field::Urgency | Field::DueDate | Field::ResponseState => return None,
    })
}

/// Whether the company has this person, also one who has left.
pub(super) fn has_user(db: &mut dyn Sql, tenant: &TenantId, user: &UserId) -> Result<bool> {
    db.exists("SELECT 1 FROM users WHERE tenant = ?1 AND user_id = ?2", cells![tenant, user])
}

fn status(row: &Row) -> Result<StatusFact> {
    Ok(StatusFact { board: row.get("board_id")?, is_closed: row.get("is_closed")? })
}

fn category(row: &Row) -> Result<CategoryFact> {
    Ok(CategoryFact { board: row.get("board_id")?, parent: row.get("parent_category")? })
}
