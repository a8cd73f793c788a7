//! Reading people.
//!
//! **Invariant:** no query without a tenant and none without a bound.

use callboard_model::rest::User;
use callboard_model::{ClientId, TenantId};

use super::reach;
use crate::auth::{Access, Role};
use crate::error::Result;
use crate::store::directory::{Member, PEOPLE_MAX, PeopleQuery};
use crate::store::lookups::Contact;
use crate::store::sql::{Conditions, Row, Sql, contains};

pub(in crate::store) fn people(
    db: &mut dyn Sql,
    tenant: &TenantId,
    query: &PeopleQuery,
) -> Result<Vec<Member>> {
    let pattern = query.search.as_deref().map(contains);
    let mut conditions = Conditions::of("u.tenant", tenant);
    if let Some(internal) = query.internal {
        let condition = if internal { "u.role <> ?" } else { "u.role = ?" };
        conditions.and(condition, [Role::ClientPortal.name().into()]);
    }
    if let Some(inactive) = query.inactive {
        conditions.and("u.is_inactive = ?", [inactive.into()]);
    }
    if let Some(team) = &query.team {
        let of_team = "EXISTS (SELECT 1 FROM team_members m \
            WHERE m.tenant = u.tenant AND m.user_id = u.user_id AND m.team_id = ?)";
        conditions.and(of_team, [team.into()]);
    }
    if let Some(pattern) = &pattern {
        conditions.and(
            "(lower(u.first_name || ' ' || u.last_name) LIKE lower(?) ESCAPE '\\' \
             OR lower(u.username) LIKE lower(?) ESCAPE '\\' OR lower(u.email) LIKE lower(?) ESCAPE '\\')",
            [pattern.into(), pattern.into(), pattern.into()],
        );
    }
    let limit = conditions.place(PEOPLE_MAX.into());
    let sql = format!(
        "SELECT u.user_id, u.first_name, u.last_name, u.avatar_url, u.is_inactive, u.username, u.email, u.role \
         FROM users u WHERE {} ORDER BY u.first_name, u.last_name, u.user_id LIMIT {limit}",
        conditions.sql()
    );
    db.query(&sql, conditions.values())?.iter().map(member).collect()
}

fn member(row: &Row) -> Result<Member> {
    let role: String = row.get("role")?;
    let is_client = role == Role::ClientPortal.name();
    Ok(Member {
        user: User {
            user_id: row.get("user_id")?,
            first_name: row.get("first_name")?,
            last_name: row.get("last_name")?,
            avatar_url: row.get("avatar_url")?,
            is_inactive: row.get("is_inactive")?,
        },
        username: row.get("username")?,
        email: row.get("email")?,
        user_type: if is_client { "client" } else { "internal" },
        roles: vec![role],
    })
}

pub(in crate::store) fn contacts(
    db: &mut dyn Sql,
    tenant: &TenantId,
    access: &Access,
    client: Option<&ClientId>,
    search: Option<&str>,
) -> Result<Vec<Contact>> {
    let pattern = search.map(contains);
    let mut conditions = Conditions::of("tenant", tenant);
    reach::clients(&mut conditions, access, "client_id");
    if let Some(client) = client {
        conditions.and("client_id = ?", [client.into()]);
    }
    if let Some(pattern) = &pattern {
        conditions.and(
            "(lower(full_name) LIKE lower(?) ESCAPE '\\' OR lower(email) LIKE lower(?) ESCAPE '\\')",
            [pattern.into(), pattern.into()],
        );
    }
    let limit = conditions.place(PEOPLE_MAX.into());
    let sql = format!(
        "SELECT contact_name_id, client_id, full_name, email, phone_number FROM contacts \
         WHERE {} ORDER BY full_name, contact_name_id LIMIT {limit}",
        conditions.sql()
    );
    let rows = db.query(&sql, conditions.values())?;
    rows.iter()
        .map(|row| {
            Ok(Contact {
                contact_name_id: row.get(0)?,
                client_id: row.get(1)?,
                full_name: row.get(2)?,
                email: row.get(3)?,
                phone_number: row.get(4)?,
            })
        })
        .collect()
}
