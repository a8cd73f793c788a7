//! Collects what the domain has to know to judge a write.
//!
//! **Invariant:** looks up the ids that occur in the ticket and in the change, and no others.

use callboard_model::{Field, TenantId, Ticket, Value};
use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::Wanted;
use crate::domain::facts::{CategoryFact, Facts, StatusFact};
use crate::error::Result;

pub(super) fn collect(db: &Connection, tenant: &TenantId, before: &Ticket, wanted: &Wanted) -> Result<Facts> {
    let mut facts = Facts::default();
    for &field in Field::ALL {
        let values = [Some(before.value(field)), wanted.get(&field).cloned()];
        for id in values.iter().flatten().filter_map(Value::as_text) {
            look_up(db, tenant, field, id, &mut facts)?;
        }
    }
    let mut levels = db.prepare_cached(
        "SELECT itil_priority_level, priority_id FROM priorities WHERE tenant = ?1 AND itil_priority_level IS NOT NULL",
    )?;
    let rows = levels.query_map([tenant.as_str()], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    for row in rows {
        let (level, priority) = row?;
        facts.priority_of_level.insert(level, priority.into());
    }
    Ok(facts)
}

fn look_up(db: &Connection, tenant: &TenantId, field: Field, id: &str, facts: &mut Facts) -> Result<()> {
    let key = params![tenant.as_str(), id];
    let known = |sql: &str| -> Result<bool> { Ok(db.prepare_cached(sql)?.exists(key)?) };
    let owner = |sql: &str| -> Result<Option<String>> {
        Ok(db.prepare_cached(sql)?.query_row(key, |row| row.get(0)).optional()?)
    };
    match field {
        Field::Board => {
            if known("SELECT 1 FROM boards WHERE tenant = ?1 AND board_id = ?2 AND is_inactive = 0")? {
                facts.boards.insert(id.into());
            }
        }
        Field::Status => {
            let status = db
                .prepare_cached(
                    "SELECT board_id, is_closed FROM statuses WHERE tenant = ?1 AND status_id = ?2",
                )?
                .query_row(key, |row| {
                    Ok(StatusFact { board: row.get::<_, String>(0)?.into(), is_closed: row.get(1)? })
                })
                .optional()?;
            facts.statuses.extend(status.map(|status| (id.into(), status)));
        }
        Field::Category | Field::Subcategory => {
            let category = db
                .prepare_cached(
                    "SELECT board_id, parent_category FROM categories WHERE tenant = ?1 AND category_id = ?2",
                )?
                .query_row(key, |row| {
                    let parent: Option<String> = row.get(1)?;
                    Ok(CategoryFact {
                        board: row.get::<_, String>(0)?.into(),
                        parent: parent.map(Into::into),
                    })
                })
                .optional()?;
            facts.categories.extend(category.map(|category| (id.into(), category)));
        }
        Field::Priority => {
            if known("SELECT 1 FROM priorities WHERE tenant = ?1 AND priority_id = ?2")? {
                facts.priorities.insert(id.into());
            }
        }
        Field::Client => {
            if known("SELECT 1 FROM clients WHERE tenant = ?1 AND client_id = ?2")? {
                facts.clients.insert(id.into());
            }
        }
        Field::Assignee => {
            if known("SELECT 1 FROM users WHERE tenant = ?1 AND user_id = ?2 AND is_inactive = 0")? {
                facts.users.insert(id.into());
            }
        }
        Field::Team => {
            if known("SELECT 1 FROM teams WHERE tenant = ?1 AND team_id = ?2")? {
                facts.teams.insert(id.into());
            }
        }
        Field::Location => {
            let client = owner("SELECT client_id FROM locations WHERE tenant = ?1 AND location_id = ?2")?;
            facts.locations.extend(client.map(|client| (id.into(), client.into())));
        }
        Field::Contact => {
            let client = owner("SELECT client_id FROM contacts WHERE tenant = ?1 AND contact_name_id = ?2")?;
            facts.contacts.extend(client.map(|client| (id.into(), client.into())));
        }
        Field::Title | Field::Impact | Field::Urgency | Field::DueDate | Field::ResponseState => {}
    }
    Ok(())
}
