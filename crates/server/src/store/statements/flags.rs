//! Reading and turning switches.
//!
//! **Invariant:** a switch without a row is on.

use callboard_model::TenantId;

use super::idempotency;
use crate::error::Result;
use crate::store::flags::Flag;
use crate::store::members::Unwritten;
use crate::store::save::{Attempt, Author};
use crate::store::sql::{Sql, cells};

pub(in crate::store) fn is_on(db: &mut dyn Sql, tenant: &TenantId, flag: Flag) -> Result<bool> {
    let off = "SELECT 1 FROM tenant_flags WHERE tenant = ?1 AND flag = ?2 AND is_on = 0";
    Ok(!db.exists(off, cells![tenant, flag.name()])?)
}

pub(in crate::store) fn set(db: &mut dyn Sql, tenant: &TenantId, flag: Flag, on: bool) -> Result<()> {
    db.execute(
        "INSERT INTO tenant_flags (tenant, flag, is_on) VALUES (?1, ?2, ?3) \
         ON CONFLICT (tenant, flag) DO UPDATE SET is_on = excluded.is_on",
        cells![tenant, flag.name(), on],
    )?;
    Ok(())
}

pub(in crate::store) fn turn(
    db: &mut dyn Sql,
    author: &Author,
    flag: Flag,
    on: bool,
) -> Result<Attempt<bool, Unwritten>> {
    idempotency::once(db, author, |db| {
        set(db, &author.tenant, flag, on)?;
        Ok(Ok(on))
    })
}
