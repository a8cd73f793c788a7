//! What the writers of a test were told, held against what the server says and what others heard.
//!
//! **Invariant:** a write has a key of its own and a title that nobody else gives, so that each can be accounted for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, ensure};
use callboard_model::rest::Changes;
use callboard_model::{Field, Hint, TicketId, Version};
use callboard_testkit::rest::Rest;
use futures_util::StreamExt;

/// A ticket at a version: what an acknowledged write has made.
pub(crate) type Made = (TicketId, Version);

/// A write that has a key of its own and a title that nobody else gives.
#[derive(Clone)]
pub(crate) struct Write {
    pub(crate) ticket: TicketId,
    pub(crate) key: String,
}

impl Write {
    pub(crate) async fn send(&self, rest: &Rest) -> Result<Made> {
        let title = format!("Title {}", self.key);
        let after = rest.put_once(&self.ticket, &self.key, [(Field::Title, title.as_str().into())]).await?;
        Ok((after.ticket_id, after.version.context("a version")?))
    }
}

/// Notes an acknowledged write; no two of them made the same.
pub(crate) fn remember(made: &mut BTreeMap<String, Made>, key: String, now: Made) -> Result<()> {
    ensure!(
        !made.values().any(|other| *other == now),
        "{now:?} was acknowledged for two writes, one is {key}"
    );
    made.insert(key, now);
    Ok(())
}

/// The feed holds a record of every acknowledged write and of nothing else, and the tickets are as often changed.
pub(crate) async fn check(rest: &Rest, tickets: &[TicketId], made: &BTreeMap<String, Made>) -> Result<()> {
    let mut recorded = BTreeSet::new();
    let mut since = 0;
    loop {
        let page: Changes = rest.get(&format!("/api/v1/changes?since={since}&limit=1000")).await?;
        for record in page.data {
            ensure!(record.seq == since + 1, "a gap in the feed: {} after {since}", record.seq);
            since = record.seq;
            ensure!(recorded.insert((record.ticket_id, record.version)), "recorded twice: {since}");
        }
        if !page.has_more {
            break;
        }
    }
    let acknowledged: BTreeSet<_> = made.values().cloned().collect();
    let lost: Vec<_> = acknowledged.difference(&recorded).collect();
    let unknown: Vec<_> = recorded.difference(&acknowledged).collect();
    ensure!(lost.is_empty() && unknown.is_empty(), "lost {lost:?}, done more than once {unknown:?}");
    for ticket in tickets {
        let ticket = rest.ticket(ticket).await?;
        let newest =
            recorded.iter().filter(|(id, _)| *id == ticket.ticket_id).map(|(_, version)| *version).max();
        ensure!(
            newest.is_none() || newest == ticket.version,
            "{} stands at another version",
            ticket.ticket_id
        );
    }
    Ok(())
}

/// What a foreign subscriber of Redis has heard, in its order.
#[derive(Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<Made>>>);

impl Heard {
    pub(crate) async fn listen(url: &str) -> Result<Self> {
        let mut subscription = redis::Client::open(url)?.get_async_pubsub().await?;
        subscription.psubscribe("alga-psa:ticket-updates:*").await?;
        let heard = Self::default();
        let into = heard.clone();
        tokio::spawn(async move {
            let mut messages = subscription.into_on_message();
            while let Some(message) = messages.next().await {
                // The channel names the ticket, as in the stock.
                let ticket = message.get_channel_name().rsplit(':').next().map(TicketId::from);
                let hint = serde_json::from_slice::<Hint>(message.get_payload_bytes());
                if let (Some(ticket), Ok(Hint { version: Some(version), .. })) = (ticket, hint) {
                    into.so_far().push((ticket, version));
                }
            }
        });
        Ok(heard)
    }

    fn so_far(&self) -> MutexGuard<'_, Vec<Made>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn all(&self, told: &BTreeSet<Made>) -> Result<()> {
        let heard: BTreeSet<_> = self.so_far().iter().cloned().collect();
        let missing: Vec<_> = told.difference(&heard).collect();
        ensure!(missing.is_empty(), "{} of {} hints are missing", missing.len(), told.len());
        Ok(())
    }

    /// Nobody heard of a version before all those below it; again is no matter. Says how many came again.
    pub(crate) fn in_order(&self) -> Result<usize> {
        let mut newest: BTreeMap<TicketId, Version> = BTreeMap::new();
        let mut again = 0;
        for (ticket, version) in self.so_far().iter() {
            match newest.get(ticket) {
                Some(newest) if version <= newest => again += 1,
                Some(newest) => ensure!(version.0 == newest.0 + 1, "{ticket}: {version} after {newest}"),
                None => {}
            }
            let newest = newest.entry(ticket.clone()).or_insert(*version);
            *newest = (*newest).max(*version);
        }
        Ok(again)
    }
}

/// The next number of a sequence that looks random (SplitMix64).
pub(crate) fn thrown(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
