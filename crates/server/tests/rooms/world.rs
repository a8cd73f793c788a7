//! A server with two companies in it: `t` with Ann, Bob, Bea who may not read tickets, Cuno who is a
//! customer's and Eli; `x` with Xen.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use callboard_model::rest::{Board, Priority, Status, User};
use callboard_model::{Field, Person, Room, Ticket, Timestamp, Value};
use callboard_server::auth::live_token::{Grant, LiveTokens};
use callboard_server::auth::{Access, Caller, Role};
use callboard_server::bus::{Bus, BusSettings};
use callboard_server::rooms::{PATH, Rooms};
use callboard_server::store::agreements::Agreements;
use callboard_server::store::lookups::{Account, Client, Company, LevelledPriority};
use callboard_server::store::save::{Attempt, Author, Knew, Save, Wish};
use callboard_server::store::{Limits, Store};
use callboard_server::{listen, relay};
use callboard_testkit::database::Database;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::peer::Peer;

/// Signs the tokens.
pub(crate) const SECRET: &[u8] = b"the secret of this test";
/// How long any fact is waited for.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);
/// How long a token lives that nobody wants to see expire.
pub(crate) const LIFETIME: i64 = callboard_server::auth::live_token::TOKEN_LIFETIME_SECONDS;

/// One server process, as far as rooms are concerned.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) rooms: Rooms,
    pub(crate) bus: Bus,
    pub(crate) stop: CancellationToken,
    tokens: Arc<LiveTokens>,
    address: SocketAddr,
    _database: Database,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with_bus(BusSettings::default()).await
    }

    pub(crate) async fn with_bus(settings: BusSettings) -> Self {
        let database = Database::fresh().await.expect("a database");
        let store = filled_store(&database).await;
        let stop = CancellationToken::new();
        let bus = Bus::start(&settings, &stop).await.expect("a bus");
        let tokens = Arc::new(LiveTokens::new(SECRET));
        let rooms = Rooms::new(store.clone(), Arc::clone(&tokens), stop.clone());
        tokio::spawn(rooms.clone().run(bus.clone()));
        tokio::spawn(relay::run(store.clone(), bus.clone(), stop.clone()));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = rooms.router();
        let (limits, stopped) = (listen::Limits::default(), stop.clone());
        tokio::spawn(listen::serve(listener, router, limits, listen::Seats::new(&limits), stopped));
        Self { store, rooms, bus, stop, tokens, address, _database: database }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// A token of this person for this room.
    pub(crate) fn token(&self, user: &str, room: &str) -> String {
        self.token_left(user, room, LIFETIME)
    }

    /// A token that has only so many seconds left; none or fewer: it has expired.
    pub(crate) fn token_left(&self, user: &str, room: &str, seconds: i64) -> String {
        let room = Room::parse(room).expect("a room");
        let grant = match &room {
            Room::Ticket(_, ticket) => Grant::Ticket(ticket.clone()),
            Room::Board(_) => Grant::Board,
            Room::Notifications(..) => Grant::Notifications,
        };
        let caller = Caller {
            tenant: room.tenant().clone(),
            user: user.into(),
            display_name: "".into(),
            avatar_url: None,
            access: Access::of(Role::Technician),
            key_revoked_at: None,
        };
        let minted = Timestamp::now().as_second() + seconds - LIFETIME;
        let minted = Timestamp::from_second(minted).expect("in range");
        self.tokens.mint(&caller, grant, minted).expect("signed").0.to_string()
    }

    /// A socket without rooms; `query` is what stands behind `?`.
    pub(crate) async fn socket(&self, query: &str) -> Peer {
        Peer::connect(&format!("ws://{}{PATH}?{query}", self.address)).await
    }

    /// A socket on which this person is in this room.
    pub(crate) async fn inside(&self, user: &str, room: &str) -> Peer {
        let mut peer = self.socket("").await;
        peer.enter(room, &self.token(user, room)).await;
        peer
    }

    /// Bob's console gives the ticket a title.
    pub(crate) async fn retitle(&self, ticket: &str, title: &str) -> Ticket {
        retitle(&self.store, ticket, title).await
    }
}

/// Bob at his console.
pub(crate) fn bob() -> Author {
    Author {
        tenant: "t".into(),
        person: Person { user_id: "bob".into(), display_name: "Bob Kessler".into() },
        access: Access::of(Role::Dispatcher),
        origin: Some("bobs-console".into()),
        socket: None,
        change: "a change".into(),
        key: None,
        now: Timestamp::now(),
    }
}

/// A wish for a title.
pub(crate) fn titled(title: &str) -> Wish {
    Wish { fields: [(Field::Title, Value::from(Some(title)))].into(), ..Wish::default() }
}

/// Bob's console gives a ticket of `t` a title.
pub(crate) async fn retitle(store: &Store, ticket: &str, title: &str) -> Ticket {
    let save = Save { author: bob(), ticket: ticket.into(), wish: titled(title), knew: Knew::default() };
    match store.save(save).await.expect("a store that works") {
        Attempt::Done(saved) => saved.sheet.ticket,
        other => panic!("not saved: {other:?}"),
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Waits for a fact about the server, without guessing how long it takes.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let holding = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, holding).await.unwrap_or_else(|_| panic!("never came true: {what}"));
}

pub(crate) async fn filled_store(database: &Database) -> Store {
    let store = Store::open(&database.address(), Limits::default()).expect("a store");
    let people = [
        ("ann", Role::Dispatcher),
        ("bob", Role::Technician),
        ("bea", Role::Billing),
        ("cuno", Role::ClientPortal),
        ("eli", Role::Technician),
    ];
    store.add_company(company("t", &people)).await.expect("t");
    store.add_company(company("x", &[("xen", Role::Dispatcher)])).await.expect("x");
    store
}

fn company(tenant: &str, people: &[(&str, Role)]) -> Company {
    let account = |&(id, role): &(&str, Role)| Account {
        user: User {
            user_id: id.into(),
            first_name: id[..1].to_uppercase().into(),
            last_name: id.into(),
            avatar_url: None,
            is_inactive: false,
        },
        username: id.to_owned(),
        email: format!("{id}@example.org"),
        role,
        client: None,
    };
    Company {
        tenant: tenant.into(),
        name: tenant.to_owned(),
        accounts: people.iter().map(account).collect(),
        teams: vec![],
        agreements: Agreements::default(),
        boards: ["desk", "elsewhere"].map(board).into(),
        statuses: vec![Status {
            status_id: "open".into(),
            board_id: "desk".into(),
            name: "Open".into(),
            is_closed: false,
            is_default: true,
            order_number: 1,
        }],
        priorities: vec![LevelledPriority {
            priority: Priority {
                priority_id: "high".into(),
                priority_name: "High".into(),
                order_number: 1,
                color: None,
            },
            level: None,
        }],
        categories: vec![],
        schedule: vec![],
        clients: ["acme", "globex"].map(client).into(),
        locations: vec![],
        contacts: vec![],
        tickets: Box::new((1..=TICKETS).map(ticket)),
        talk: Box::new(|_| Vec::new()),
    }
}

fn client(id: &str) -> Client {
    Client { client_id: id.into(), client_name: id.to_owned(), is_inactive: false }
}

/// All tickets are the first client's and on the first board, and nobody's business is on the other.
fn board(id: &str) -> Board {
    Board { board_id: id.into(), board_name: id.into(), display_order: 1, is_default: id == "desk" }
}

/// Each company has tickets `1` up to this.
pub(crate) const TICKETS: u32 = 200;

fn ticket(number: u32) -> Ticket {
    let now = Timestamp::now();
    serde_json::from_value(json!({
        "ticket_id": number.to_string(), "ticket_number": format!("T{number}"), "title": "Printer",
        "board_id": "desk", "status_id": "open", "priority_id": "high", "client_id": "acme",
        "entered_at": now, "version": 1,
    }))
    .expect("a ticket")
}
