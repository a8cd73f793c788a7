//! The schedule on the wire: what is planned for a ticket, and writes of it.
//!
//! **Invariant:** a write carries its key, our own name and the version that it goes on; it is never asked twice here.

use callboard_desk::session::event::{Answer, Failure};
use callboard_desk::session::schedule::{Scheduled, Scheduling};
use callboard_model::EntryId;
use callboard_model::rest::One;
use callboard_model::schedule::{ScheduleEntry, ScheduleList};
use reqwest::{Method, Url};

use crate::rest::answer::{self, Wish};
use crate::rest::calls::query;
use crate::rest::send::HttpRequest;
use crate::rest::{Caller, ServerClock};

impl Caller {
    pub(super) async fn schedule(
        &self,
        asked: &Scheduling,
        clock: &mut ServerClock,
    ) -> Result<Answer, Failure> {
        let scheduled = match asked {
            Scheduling::Read(ticket) => {
                let mut url = self.at(&["schedules"]);
                query(&mut url, &[("work_item_id", ticket.as_str())]);
                let list: ScheduleList = self.fetch(self.get(url), clock).await?;
                Scheduled::Entries(list.data, list.meta.truncated)
            }
            Scheduling::Write { key, entry: None, changes, .. } => {
                let url = self.at(&["schedules"]);
                self.wish(self.write(Method::POST, url, *key, changes)?, clock).await?
            }
            Scheduling::Write { key, entry: Some(entry), changes, .. } => {
                self.wish(self.write(Method::PUT, self.entry_url(entry), *key, changes)?, clock).await?
            }
            Scheduling::Remove { key, entry, seen, .. } => {
                let mut url = self.entry_url(entry);
                query(&mut url, &[("client_version", &seen.0.to_string())]);
                let request = HttpRequest { method: Method::DELETE, ..self.get(url) };
                self.wish(self.signed(request, *key), clock).await?
            }
        };
        Ok(Answer::Schedule(scheduled))
    }

    async fn wish(&self, request: HttpRequest, clock: &mut ServerClock) -> Result<Scheduled, Failure> {
        let is_removal = request.method == Method::DELETE;
        let answer = self.send(request, clock).await?;
        Ok(match answer::wish(&answer)? {
            Wish::Granted if is_removal => Scheduled::Removed,
            Wish::Granted => {
                let written: One<ScheduleEntry> = answer::read(&answer)?;
                Scheduled::Written(Box::new(written.data))
            }
            Wish::Overtaken(current) => Scheduled::Overtaken(current),
        })
    }

    fn entry_url(&self, entry: &EntryId) -> Url {
        self.at(&["schedules", entry.as_str()])
    }
}
