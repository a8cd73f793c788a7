//! What the server has, version by version.
//!
//! **Invariant:** every change record is learned once, with the ticket as it stood then.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::rest::ChangeRecord;
use callboard_model::{Ticket, TicketId, UserId, Version};
use callboard_server::auth::Caller;
use callboard_server::store::{Feed, Store};

/// Change records read at a time; a write makes a few.
const RECORDS: u32 = 500;

/// The history of all tickets.
pub struct Truth {
    store: Store,
    overseer: Caller,
    seq: u64,
    tickets: BTreeMap<TicketId, Vec<Ticket>>,
    last: BTreeMap<(TicketId, String), (Version, UserId)>,
    applied: BTreeSet<String>,
}

/// What is new since the last look.
pub type News = Vec<(ChangeRecord, Ticket)>;

/// One ticket, changed.
#[derive(Clone, Debug)]
pub struct Change {
    /// Before.
    pub before: Ticket,
    /// After.
    pub after: Ticket,
    /// What changed, by its name on the wire, and who had changed it last before.
    pub fields: Vec<(String, Option<(Version, UserId)>)>,
}

impl Truth {
    /// What the server has in the beginning.
    pub async fn begin(store: Store, overseer: Caller) -> anyhow::Result<Self> {
        let query = callboard_server::store::query::TicketQuery { page: 1, limit: 100, ..Default::default() };
        let (all, _) = store.tickets(&overseer.tenant, &overseer.access, query).await?;
        let seq = store.newest_change(&overseer.tenant).await?;
        let tickets = all.into_iter().map(|ticket| (ticket.ticket_id.clone(), vec![ticket])).collect();
        Ok(Self { store, overseer, seq, tickets, last: BTreeMap::new(), applied: BTreeSet::new() })
    }

    pub(super) fn where_to_look(&self) -> ((Store, Caller), u64) {
        ((self.store.clone(), self.overseer.clone()), self.seq)
    }

    /// Takes in what is new.
    pub(super) fn learn(&mut self, news: News) -> Vec<Change> {
        let mut changes = Vec::new();
        for (record, after) in news {
            self.seq = self.seq.max(record.seq);
            let versions = self.tickets.entry(record.ticket_id.clone()).or_default();
            let before = versions.last().cloned().unwrap_or_else(|| after.clone());
            versions.push(after.clone());
            let by = record.updated_by.user_id;
            let fields = record.updated_fields.iter().map(|field| {
                let name = field.to_string();
                let key = (record.ticket_id.clone(), name.clone());
                (name, self.last.insert(key, (record.version, by.clone())))
            });
            changes.push(Change { before, after, fields: fields.collect() });
        }
        changes
    }

    /// Whether the server took an edit.
    #[must_use]
    pub fn has_applied(&self, edit: &str) -> bool {
        self.applied.contains(edit)
    }

    pub(super) fn apply(&mut self, edit: &str) {
        self.applied.insert(edit.to_owned());
    }

    /// How many edits of consoles the server took.
    #[must_use]
    pub fn edits(&self) -> usize {
        self.applied.len()
    }

    /// All tickets as they stand.
    pub fn now(&self) -> impl Iterator<Item = &Ticket> {
        self.tickets.values().filter_map(|versions| versions.last())
    }
}

/// Reads what is new. The store in memory answers at once, so nothing happens meanwhile.
pub(super) async fn news((store, overseer): &(Store, Caller), since: u64) -> News {
    let mut news = Vec::new();
    let Ok(Feed::Page(page)) = store.changes(overseer, since, RECORDS).await else { return news };
    for record in page.data {
        if let Ok(Some(ticket)) = store.ticket(&overseer.tenant, &record.ticket_id).await {
            news.push((record, ticket));
        }
    }
    news
}
