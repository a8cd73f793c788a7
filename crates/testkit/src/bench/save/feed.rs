//! A long change feed: read from its beginning, and at its end.
//!
//! The records are not written by a million requests but multiplied: the writers have just made real ones, and the
//! database is told to repeat the newest of them under the numbers that follow. What is read afterwards is read through
//! the API, from a server that was started on that database.
//!
//! **Invariant:** the feed is read completely and in order, or the measurement fails.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use callboard_model::rest::Changes;

use crate::rest::Rest;

/// Records per answer: as many as the server gives.
const PAGE: u32 = 1000;
/// How often the end is asked for.
const TAILS: usize = 200;
/// How far before the end a console stands that was away for a moment.
const BEHIND: u64 = 50;

/// Repeats the newest `width` records until there are at least `records`, and makes the tenant count on from there. Both
/// databases read it.
pub(super) fn multiplied(width: u64, records: u64) -> String {
    let rounds = records.div_ceil(width);
    format!(
        "INSERT INTO changes (tenant, seq, ticket_id, version, updated_fields, user_id, display_name, updated_at, \
             deleted, board_was, client_was, board_id, client_id) \
         WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {rounds}) \
         SELECT tenant, seq + n * {width}, ticket_id, version + n, updated_fields, user_id, display_name, \
             updated_at + n, deleted, board_was, client_was, board_id, client_id \
         FROM changes, counted WHERE seq > (SELECT max(seq) FROM changes) - {width}; \
         UPDATE tenants SET last_seq = (SELECT max(seq) FROM changes);"
    )
}

/// What reading came to.
pub(super) struct Read {
    /// How long each page of the whole took.
    pub(super) pages: Vec<Duration>,
    /// How long the whole took.
    pub(super) all: Duration,
    /// How long each question for the end took.
    pub(super) tails: Vec<Duration>,
}

/// Reads all `records` from the beginning, then the end again and again.
pub(super) async fn read(rest: &Rest, records: u64) -> Result<Read> {
    let (began, mut pages, mut since) = (Instant::now(), Vec::new(), 0);
    loop {
        let (page, took) = page(rest, since).await?;
        pages.push(took);
        for record in &page.data {
            ensure!(record.seq == since + 1, "record {} follows {since}", record.seq);
            since = record.seq;
        }
        if !page.has_more {
            break;
        }
    }
    let all = began.elapsed();
    ensure!(since >= records, "the feed ends at {since}");
    let mut tails = Vec::with_capacity(TAILS);
    for _ in 0..TAILS {
        let (page, took) = page(rest, since - BEHIND).await?;
        ensure!(page.data.len() as u64 == BEHIND, "the end has {} records", page.data.len());
        tails.push(took);
    }
    Ok(Read { pages, all, tails })
}

async fn page(rest: &Rest, since: u64) -> Result<(Changes, Duration)> {
    let asked = Instant::now();
    let page = rest.get(&format!("/api/v1/changes?since={since}&limit={PAGE}")).await?;
    Ok((page, asked.elapsed()))
}
