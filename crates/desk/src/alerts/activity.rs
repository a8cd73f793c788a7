//! The record: everything that happened, and for each what was done about it and why (CO-6, CO-18).
//!
//! **Invariant:** entries stand in the order of their numbers, and a number is used once.

use std::collections::{BTreeMap, VecDeque};

use callboard_model::TicketId;

use crate::bridge::{ActivityChange, ActivityEntry, ActivityFilter, ENTRIES_MAX, Reason, ToldFilter, Update};
use crate::session::effect::WindowId;

/// The most entries; the oldest goes.
pub const ACTIVITY_MAX: usize = 2_000;

/// An entry goes after so long, in milliseconds: 30 days.
pub const ACTIVITY_AGE_MAX: i64 = 30 * 24 * 60 * 60 * 1_000;

/// What a window shows of the record.
#[derive(Debug)]
struct Page {
    filter: ActivityFilter,
    /// Only entries before this one; `None`: the newest, and what is new comes by itself.
    before: Option<u64>,
    count: usize,
    rev: u32,
    /// What was last told: of how many, and the newest.
    told: Option<(u32, u64)>,
}

/// Everything that happened.
#[derive(Debug, Default)]
pub(crate) struct Activity {
    entries: VecDeque<ActivityEntry>,
    last: u64,
    pages: BTreeMap<WindowId, Page>,
}

impl Activity {
    /// The number of the next entry. After a start it goes on where the last run ended.
    pub(crate) fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Writes an entry down.
    pub(crate) fn add(&mut self, entry: ActivityEntry) {
        let oldest = entry.at.saturating_sub(ACTIVITY_AGE_MAX);
        while self.entries.front().is_some_and(|first| first.at < oldest)
            || self.entries.len() >= ACTIVITY_MAX
        {
            self.entries.pop_front();
        }
        self.last = self.last.max(entry.number);
        self.entries.push_back(entry);
    }

    /// Takes in what the disk kept, in whatever order it comes.
    pub(crate) fn recall(&mut self, entry: ActivityEntry) {
        self.last = self.last.max(entry.number);
        let place = self.entries.partition_point(|known| known.number < entry.number);
        if self.entries.get(place).is_some_and(|known| known.number == entry.number) {
            return;
        }
        if self.entries.len() < ACTIVITY_MAX {
            self.entries.insert(place, entry);
        } else if place > 0 {
            self.entries.insert(place, entry);
            self.entries.pop_front();
        }
    }

    /// Nothing of it is the business of whoever comes next.
    pub(crate) fn let_go(&mut self) {
        self.entries.clear();
        self.pages.values_mut().for_each(|page| page.told = None);
    }

    /// A window wants to see a page; whatever it saw before, it is given that anew.
    pub(crate) fn open(&mut self, window: WindowId, filter: ActivityFilter, before: Option<u64>, count: u32) {
        let count = count.clamp(1, ENTRIES_MAX) as usize;
        let rev = self.pages.get(&window).map_or(0, |page| page.rev);
        self.pages.insert(window, Page { filter, before, count, rev, told: None });
    }

    /// A window looks away.
    pub(crate) fn close(&mut self, window: &WindowId) {
        self.pages.remove(window);
    }

    /// What each window is to be told since it was last told.
    pub(crate) fn news(&mut self) -> Vec<(WindowId, Update)> {
        let mut news = Vec::new();
        for (window, page) in &mut self.pages {
            let newest = self.entries.back().map_or(0, |entry| entry.number);
            if page.told.is_some_and(|(_, told)| told == newest) {
                continue;
            }
            let passing = || self.entries.iter().rev().filter(|entry| passes(&page.filter, entry));
            let total = u32::try_from(passing().count()).unwrap_or(u32::MAX);
            let change = match page.told {
                Some((_, told)) => {
                    let is_new = |entry: &&ActivityEntry| page.before.is_none() && entry.number > told;
                    let entries: Vec<_> = passing().take_while(is_new).take(page.count).cloned().collect();
                    let is_news = !entries.is_empty() || page.told.is_some_and(|(of, _)| of != total);
                    is_news.then_some(ActivityChange::Added { total, entries })
                }
                None => {
                    let is_on_page =
                        |entry: &&ActivityEntry| page.before.is_none_or(|before| entry.number < before);
                    let entries = passing().filter(is_on_page).take(page.count).cloned().collect();
                    Some(ActivityChange::Reset { total, entries })
                }
            };
            page.told = Some((total, newest));
            if let Some(change) = change {
                page.rev += 1;
                news.push((window.clone(), Update::Activity { rev: page.rev, change }));
            }
        }
        news
    }
}

fn passes(filter: &ActivityFilter, entry: &ActivityEntry) -> bool {
    let is_of_ticket = |ticket: &TicketId| entry.about.as_ref().is_some_and(|about| about.ticket == *ticket);
    let called = entry.verdict.calls()
        || matches!(entry.verdict.reason, Reason::Gathered { .. } | Reason::InSummary | Reason::WhileAway);
    filter.ticket.as_ref().is_none_or(is_of_ticket)
        && filter.kind.is_none_or(|kind| kind == entry.kind)
        && match filter.told {
            ToldFilter::All => true,
            ToldFilter::Called => called,
            ToldFilter::Silent => !called,
        }
}
