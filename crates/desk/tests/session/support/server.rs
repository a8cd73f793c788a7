//! A server in a map: versions per field, a change feed, and answers that are given again to the same key.

mod events;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use callboard_desk::session::effect::Request;
use callboard_desk::session::event::{Answer, Customer, Failure, Lookups};
use callboard_model::rest::{
    Board, Capabilities, Category, ChangeRecord, Changes, Client, Comment, Contact, FieldClash, LiveTokens,
    Location, Me, NewComment, Pagination, Priority, Stale, Status, Team, TicketChanges, User,
};
use callboard_model::{
    ClientId, EditId, Field, Hint, Person, SessionId, Ticket, TicketId, Timestamp, Value, Version,
};

pub(crate) use events::EventBook;

use super::schedule::Schedule;

/// The server's side of a story.
pub(crate) struct Server {
    /// Who asks.
    pub(crate) me: Me,
    pub(crate) tickets: BTreeMap<TicketId, Ticket>,
    pub(crate) changes: Vec<ChangeRecord>,
    /// Tickets that this caller can no longer read.
    pub(crate) hidden: BTreeSet<TicketId>,
    /// Refuse every save with this sentence.
    pub(crate) refusal: Option<&'static str>,
    /// Fail at every save of this field.
    pub(crate) fails_at: Option<Field>,
    /// A write of the first also sets the second.
    pub(crate) derives: Option<(Field, Field)>,
    /// Give no token for the board.
    pub(crate) hides_board: bool,
    /// Also the other board has a status *New*, under this id.
    pub(crate) namesake: Option<&'static str>,
    /// It knows no versions, no feed and no board.
    pub(crate) is_stock: bool,
    /// It gives tokens to browsers only.
    pub(crate) gives_no_tokens: bool,
    /// How far back the feed reaches.
    pub(crate) feed_reaches_back_to: u64,
    /// What was said on each ticket, oldest first.
    pub(crate) comments: BTreeMap<TicketId, Vec<Comment>>,
    said: BTreeMap<EditId, (NewComment, Comment)>,
    pub(crate) schedule: Schedule,
    /// Comments that were answered by an earlier answer.
    pub(crate) repeated: usize,
    writers: BTreeMap<(TicketId, Field), (Version, Person, Timestamp)>,
    answered: BTreeMap<EditId, (TicketChanges, Result<Ticket, Box<Stale>>)>,
    /// What it can tell of, and has told.
    pub(crate) events: EventBook,
    /// What each save of the console replaced.
    pub(crate) replaced: Vec<(TicketId, Field, Value)>,
}

pub(crate) fn me() -> Me {
    Me {
        user_id: "me".into(),
        tenant: "t".into(),
        display_name: "Nora Berg".into(),
        avatar_url: None,
        role: "dispatcher".into(),
    }
}

pub(crate) fn person(name: &str) -> Person {
    Person { user_id: name.into(), display_name: name.into() }
}

pub(crate) fn ticket(number: u32) -> Ticket {
    let json = serde_json::json!({
        "ticket_id": format!("t{number}"), "ticket_number": format!("T-{number}"), "title": format!("Ticket {number}"),
        "board_id": "desk", "client_id": "c1", "client_name": "Northwind Dental", "status_id": "new",
        "priority_id": "p3", "version": 1,
    });
    serde_json::from_value(json).expect("a ticket")
}

impl Server {
    pub(crate) fn new(tickets: u32) -> Self {
        let tickets = (1..=tickets).map(ticket).map(|ticket| (ticket.ticket_id.clone(), ticket)).collect();
        Self {
            me: me(),
            tickets,
            changes: Vec::new(),
            hidden: BTreeSet::new(),
            refusal: None,
            fails_at: None,
            derives: None,
            hides_board: false,
            namesake: None,
            is_stock: false,
            gives_no_tokens: false,
            feed_reaches_back_to: 0,
            comments: BTreeMap::new(),
            said: BTreeMap::new(),
            schedule: Schedule::default(),
            repeated: 0,
            writers: BTreeMap::new(),
            answered: BTreeMap::new(),
            events: EventBook::default(),
            replaced: Vec::new(),
        }
    }

    pub(crate) fn value(&self, ticket: &str, field: Field) -> Value {
        self.tickets[&TicketId::from(ticket)].value(field)
    }

    fn seq(&self) -> u64 {
        self.changes.len() as u64
    }

    /// Somebody writes. `None` where that changed nothing.
    pub(crate) fn write(
        &mut self,
        id: &TicketId,
        fields: &BTreeMap<Field, Value>,
        who: &Person,
        at: Timestamp,
        origin: Option<SessionId>,
    ) -> Option<Hint> {
        let ticket = self.tickets.get_mut(id)?;
        let changed: Vec<Field> = fields
            .iter()
            .filter(|(field, value)| ticket.value(**field) != **value)
            .map(|(field, _)| *field)
            .collect();
        if changed.is_empty() {
            return None;
        }
        let version = Version(ticket.version.map_or(1, |version| version.0) + 1);
        ticket.version = (!self.is_stock).then_some(version);
        ticket.updated_by = Some(who.user_id.clone());
        for field in &changed {
            set(ticket, *field, &fields[field]);
            self.writers.insert((id.clone(), *field), (version, who.clone(), at));
        }
        let updated_fields: Vec<_> = changed.iter().map(|field| field.name().into()).collect();
        Some(self.told(id, version, updated_fields, who, at, origin))
    }

    /// Writes a change down, and makes its hint.
    pub(super) fn told(
        &mut self,
        id: &TicketId,
        version: Version,
        updated_fields: Vec<Arc<str>>,
        who: &Person,
        at: Timestamp,
        origin: Option<SessionId>,
    ) -> Hint {
        let seq = self.changes.len() as u64 + 1;
        self.changes.push(ChangeRecord {
            seq,
            ticket_id: id.clone(),
            version,
            updated_fields: updated_fields.clone(),
            updated_by: who.clone(),
            updated_at: at,
            deleted: false,
        });
        Hint {
            updated_fields,
            updated_by: who.clone(),
            updated_at: at,
            ticket_id: Some(id.clone()).filter(|_| !self.is_stock),
            version: Some(version).filter(|_| !self.is_stock),
            seq: Some(seq).filter(|_| !self.is_stock),
            origin_session: origin.filter(|_| !self.is_stock),
        }
    }

    /// Somebody says something; a customer makes it our turn.
    pub(crate) fn comment(&mut self, id: &TicketId, who: &Person, at: Timestamp) -> Option<Hint> {
        let is_customer = !lookups().users.iter().any(|user| user.user_id == who.user_id);
        let ticket = self.tickets.get_mut(id)?;
        let version = Version(ticket.version.map_or(1, |version| version.0) + 1);
        ticket.version = Some(version);
        let mut updated_fields = vec!["comments".into()];
        if is_customer && ticket.response_state.as_deref() != Some("awaiting_internal") {
            ticket.response_state = Some("awaiting_internal".into());
            updated_fields.push("response_state".into());
        }
        let seq = self.changes.len() as u64 + 1;
        self.changes.push(ChangeRecord {
            seq,
            ticket_id: id.clone(),
            version,
            updated_fields: updated_fields.clone(),
            updated_by: who.clone(),
            updated_at: at,
            deleted: false,
        });
        Some(Hint {
            updated_fields,
            updated_by: who.clone(),
            updated_at: at,
            ticket_id: Some(id.clone()),
            version: Some(version),
            seq: Some(seq),
            origin_session: None,
        })
    }

    /// What the server says to a request, and the hint that goes out with it.
    pub(crate) fn answer(
        &mut self,
        request: &Request,
        now: Timestamp,
    ) -> (Result<Answer, Failure>, Option<Hint>) {
        let answer = match request {
            Request::Hello => {
                let capabilities = Capabilities { seq: Some(self.seq()), ..Capabilities::default() };
                let capabilities = Some(capabilities).filter(|_| !self.is_stock);
                Ok(Answer::Hello { me: self.me.clone(), capabilities })
            }
            Request::Lookups => Ok(Answer::Lookups(self.lookups())),
            Request::Customer(client) => Ok(Answer::Customer(customer(client))),
            Request::Tickets { page } => Ok(self.page(*page)),
            Request::Ticket(id) if self.hidden.contains(id) => Err(Failure::Gone),
            Request::Ticket(id) => {
                self.tickets.get(id).map(|found| Answer::Ticket(Box::new(found.clone()))).ok_or(Failure::Gone)
            }
            Request::Say { saying, ticket, comment } => return self.say(*saying, ticket, comment, now),
            Request::Comments { ticket, .. } if self.hidden.contains(ticket) => Err(Failure::Gone),
            Request::Comments { ticket, limit } => {
                let of_ticket = self.comments.get(ticket).into_iter().flatten().rev();
                Ok(Answer::Comments(of_ticket.take(*limit as usize).cloned().collect()))
            }
            Request::Save { edit, ticket, changes } => return self.save(*edit, ticket, changes, now),
            Request::Changes { since } if *since < self.feed_reaches_back_to => Err(Failure::TooOld),
            Request::Changes { since } => {
                let data = self.changes.iter().filter(|change| change.seq > *since).cloned().collect();
                Ok(Answer::Changes(Changes { data, next: self.seq(), has_more: false }))
            }
            Request::EventCatalog | Request::EventLog { .. } | Request::Simulate { .. } => {
                self.events.answer(request, now)
            }
            Request::Schedule(asked) => return self.schedule(asked, now),
            Request::StockTokens { tickets } => return (self.stock_tokens(tickets, now), None),
            Request::LiveTokens { tickets, board } => {
                let may = |id: &&TicketId| !self.hidden.contains(*id);
                let tokens = tickets.iter().filter(may).map(|id| (id.clone(), "token".into())).collect();
                Ok(Answer::LiveTokens(LiveTokens {
                    tokens,
                    refused: BTreeMap::new(),
                    board_token: (*board && !self.hides_board).then(|| "token".into()),
                    expires_at: now + std::time::Duration::from_secs(300),
                }))
            }
        };
        (answer, None)
    }

    fn say(
        &mut self,
        saying: EditId,
        id: &TicketId,
        new: &NewComment,
        now: Timestamp,
    ) -> (Result<Answer, Failure>, Option<Hint>) {
        if let Some((body, comment)) = self.said.get(&saying) {
            assert_eq!(body, new, "one key has one body");
            self.repeated += 1;
            return (Ok(Answer::Said(Box::new(comment.clone()))), None);
        }
        if self.hidden.contains(id) {
            return (Err(Failure::Gone), None);
        }
        if let Some(message) = self.refusal {
            let code = "VALIDATION_ERROR".into();
            return (Err(Failure::Refused { code, message: message.into(), faults: Vec::new() }), None);
        }
        let mine = Person { user_id: me().user_id, display_name: me().display_name };
        let hint = self.talk(id, &mine, &new.comment_text, new.is_internal, now, Some("origin".into()));
        let comment = self.comments[id].last().cloned().expect("it was just said");
        self.said.insert(saying, (new.clone(), comment.clone()));
        (Ok(Answer::Said(Box::new(comment))), Some(hint))
    }

    /// Somebody says something.
    pub(crate) fn talk(
        &mut self,
        id: &TicketId,
        who: &Person,
        text: &str,
        is_internal: bool,
        at: Timestamp,
        origin: Option<SessionId>,
    ) -> Hint {
        let of_ticket = self.comments.entry(id.clone()).or_default();
        let comment = serde_json::json!({
            "comment_id": format!("{id}c{}", of_ticket.len() + 1), "comment_text": text, "is_internal": is_internal,
            "created_by_name": who.display_name, "created_at": at.to_string(),
        });
        of_ticket.push(serde_json::from_value(comment).expect("a comment"));
        let ticket = self.tickets.get_mut(id).expect("a ticket");
        let version = Version(ticket.version.map_or(1, |version| version.0) + 1);
        ticket.version = Some(version);
        self.told(id, version, vec!["comments".into()], who, at, origin)
    }

    /// A stock server is asked one by one, and the console may be content with some.
    fn stock_tokens(&self, tickets: &[TicketId], now: Timestamp) -> Result<Answer, Failure> {
        assert!(self.is_stock, "our server gives many at once");
        if self.gives_no_tokens {
            return Err(Failure::Forbidden);
        }
        Ok(Answer::LiveTokens(LiveTokens {
            tokens: tickets.iter().take(10).map(|id| (id.clone(), "token".into())).collect(),
            refused: BTreeMap::new(),
            board_token: None,
            expires_at: now + std::time::Duration::from_secs(300),
        }))
    }

    fn page(&self, page: u32) -> Answer {
        let shown: Vec<&Ticket> =
            self.tickets.values().filter(|ticket| !self.hidden.contains(&ticket.ticket_id)).collect();
        let (limit, total) = (100, shown.len() as u32);
        let from = ((page - 1) * limit) as usize;
        let tickets = shown.into_iter().skip(from).take(limit as usize).cloned().collect();
        let total_pages = total.div_ceil(limit);
        let pagination =
            Pagination { page, limit, total, total_pages, has_next: page < total_pages, has_prev: page > 1 };
        Answer::Tickets { tickets, pagination }
    }

    fn save(
        &mut self,
        edit: EditId,
        id: &TicketId,
        changes: &TicketChanges,
        now: Timestamp,
    ) -> (Result<Answer, Failure>, Option<Hint>) {
        if let Some((body, answer)) = self.answered.get(&edit) {
            assert_eq!(body, changes, "one key has one body");
            return (said(answer.clone()), None);
        }
        if self.hidden.contains(id) {
            return (Err(Failure::Gone), None);
        }
        if self.fails_at.is_some_and(|field| changes.fields.contains_key(&field)) {
            return (Err(Failure::Broken), None);
        }
        if let Some(message) = self.refusal {
            return (
                Err(Failure::Refused {
                    code: "VALIDATION_ERROR".into(),
                    message: message.into(),
                    faults: Vec::new(),
                }),
                None,
            );
        }
        let current = self.tickets[id].clone();
        let conflicts = self.conflicts(&current, changes);
        if !conflicts.is_empty() {
            let stale = Err(Box::new(Stale { current, conflicts }));
            self.answered.insert(edit, (changes.clone(), stale.clone()));
            return (said(stale), None);
        }
        for (field, mine) in &changes.fields {
            if current.value(*field) != *mine {
                self.replaced.push((id.clone(), *field, current.value(*field)));
            }
        }
        let mine = Person { user_id: self.me.user_id.clone(), display_name: self.me.display_name.clone() };
        let hint = self.write(id, &changes.fields, &mine, now, Some("origin".into()));
        let answer = Ok(self.tickets[id].clone());
        self.answered.insert(edit, (changes.clone(), answer.clone()));
        (said(answer), hint)
    }

    fn conflicts(&self, current: &Ticket, changes: &TicketChanges) -> Vec<FieldClash> {
        if self.is_stock {
            assert_eq!(changes.client_version, None, "a stock server does not know the field");
            return Vec::new();
        }
        let seen = changes.client_version.expect("this server has versions");
        let clash = |(field, yours): (&Field, &Value)| {
            let (version, who, at) = self.writers.get(&(current.ticket_id.clone(), *field))?;
            let theirs = current.value(*field);
            (*version > seen && theirs != *yours).then(|| FieldClash {
                field: *field,
                yours: yours.clone(),
                theirs,
                changed_by: who.clone(),
                changed_at: *at,
                version: *version,
            })
        };
        let derived = self.derives.filter(|(from, _)| changes.fields.contains_key(from));
        let derived = derived.map(|(_, to)| (to, Value::from("derived")));
        changes.fields.iter().chain(derived.iter().map(|(to, value)| (to, value))).filter_map(clash).collect()
    }
}

fn said(answer: Result<Ticket, Box<Stale>>) -> Result<Answer, Failure> {
    answer.map(|ticket| Answer::Saved(Box::new(ticket))).map_err(Failure::Stale)
}

pub(crate) fn set(ticket: &mut Ticket, field: Field, value: &Value) {
    let text = value.as_text();
    match field {
        Field::Title => ticket.title = text.unwrap_or_default().into(),
        Field::Status => ticket.status_id = text.map(Into::into),
        Field::Priority => ticket.priority_id = text.map(Into::into),
        Field::Assignee => ticket.assigned_to = text.map(Into::into),
        Field::ResponseState => ticket.response_state = text.map(Into::into),
        Field::DueDate => ticket.due_date = text.and_then(|text| text.parse().ok()),
        Field::Board => ticket.board_id = text.map(Into::into),
        Field::Location => ticket.location_id = text.map(Into::into),
        Field::Team => ticket.assigned_team_id = text.map(Into::into),
        Field::Category => ticket.category_id = text.map(Into::into),
        Field::Subcategory => ticket.subcategory_id = text.map(Into::into),
        Field::Client => ticket.client_id = text.map(Into::into),
        Field::Contact => ticket.contact_name_id = text.map(Into::into),
        Field::Impact => ticket.itil_impact = number(value),
        Field::Urgency => ticket.itil_urgency = number(value),
    }
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => Some(*number),
        _ => None,
    }
}

impl Server {
    fn lookups(&self) -> Lookups {
        let mut all = lookups();
        let new = all.statuses.first().cloned();
        let namesake = self.namesake.zip(new);
        all.statuses.extend(namesake.map(|(id, new)| Status {
            status_id: id.into(),
            board_id: "yard".into(),
            is_default: false,
            ..new
        }));
        all
    }
}

fn lookups() -> Lookups {
    let status = |id: &str, name: &str, is_closed| Status {
        status_id: id.into(),
        board_id: "desk".into(),
        name: name.into(),
        is_closed,
        is_default: id == "new",
        order_number: 0,
    };
    let priority = |id: &str, name: &str, order_number| Priority {
        priority_id: id.into(),
        priority_name: name.into(),
        order_number,
        color: None,
    };
    let user = |id: &str, first: &str, last: &str| User {
        user_id: id.into(),
        first_name: first.into(),
        last_name: last.into(),
        avatar_url: None,
        is_inactive: false,
    };
    Lookups {
        boards: vec![board("desk", "Service Desk", 1), board("yard", "Yard", 2)],
        statuses: vec![
            status("new", "New", false),
            status("hold", "On hold", false),
            status("done", "Resolved", false),
            status("closed", "Closed", true),
            Status { board_id: "yard".into(), ..status("parked", "Parked", false) },
            Status { board_id: "yard".into(), is_default: true, ..status("arrived", "Arrived", false) },
        ],
        priorities: vec![priority("p1", "Critical", 1), priority("p3", "Normal", 3)],
        users: vec![user("lee", "Lee", "Okafor"), user("dana", "Dana", "Wu")],
        categories: vec![
            category("net", "Network", None, "desk"),
            category("vpn", "VPN", Some("net"), "desk"),
            category("heat", "Heating", None, "field"),
        ],
        teams: vec![Team { team_id: "night".into(), team_name: "Night shift".into() }],
        clients: ["c1", "c2"].map(client).into(),
    }
}

fn board(id: &str, name: &str, display_order: i64) -> Board {
    Board { board_id: id.into(), board_name: name.into(), display_order, is_default: display_order == 1 }
}

fn category(id: &str, name: &str, parent: Option<&str>, board: &str) -> Category {
    Category {
        category_id: id.into(),
        category_name: name.into(),
        parent_category: parent.map(Into::into),
        board_id: Some(board.into()),
        display_order: 0,
    }
}

fn client(id: &str) -> Client {
    Client { client_id: id.into(), client_name: format!("Client {id}").into(), is_inactive: false }
}

fn customer(client: &ClientId) -> Customer {
    let location = Location {
        location_id: format!("{client}-harbour").as_str().into(),
        location_name: Some("Harbour".into()),
        address: None,
    };
    let contact =
        Contact { contact_name_id: format!("{client}-ada").as_str().into(), full_name: "Ada Lind".into() };
    Customer { locations: vec![location], contacts: vec![contact] }
}
