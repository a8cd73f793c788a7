//! Keeps the clocks of a ticket in a change that is about to be written.
//!
//! It exists so that [`super::record`] can keep them for everybody: no way to change a ticket can forget them.
//!
//! **Invariant:** decides nothing itself, and asks the database only when the change can move a clock.

use callboard_model::Ticket;

use super::agreements;
use super::record::Change;
use crate::domain::sla::clocks::{Occasion, concern, keep};
use crate::error::Result;
use crate::store::sql::{Sql, cells};

/// The ticket of this change with its clocks as they are after it; `None` where they stay as they are.
pub(super) fn kept(db: &mut dyn Sql, change: &Change<'_>) -> Result<Option<Ticket>> {
    let Some(after) = change.after.filter(|after| concern(change.before, after, change.answers)) else {
        return Ok(None);
    };
    let terms = agreements::terms(db, change.tenant, after)?;
    let status_pauses = db.exists(
        "SELECT 1 FROM statuses WHERE tenant = ?1 AND status_id = ?2 AND pauses_sla = 1",
        cells![change.tenant, after.status_id.as_ref()],
    )?;
    let mut after = after.clone();
    let occasion =
        Occasion { terms: terms.as_ref(), status_pauses, answered: change.answers, now: change.now };
    keep(change.before, &mut after, &occasion);
    Ok(Some(after))
}
