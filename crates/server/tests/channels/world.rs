//! Two companies in one database, `tenant-t` and `tenant-x`, behind one whole server process, and clients with no manners.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use callboard_model::{TenantId, Ticket, UserId};
use callboard_server::app::App;
use callboard_server::auth::api_key::ApiKey;
use callboard_server::auth::{Access, Caller, Role};
use callboard_server::demo::{Plan, company};
use callboard_server::store::directory::{Member, PeopleQuery};
use callboard_server::store::query::TicketQuery;
use callboard_server::store::{Limits, Store};
use callboard_testkit::database::Database;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub(crate) const T: &str = "tenant-t";
pub(crate) const X: &str = "tenant-x";
/// How long any fact is waited for.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);
/// Tickets of each company.
const TICKETS: u32 = 60;

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) store: Store,
    pub(crate) stop: CancellationToken,
    pub(crate) address: SocketAddr,
    _database: Database,
}

/// Somebody with a key.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) tenant: TenantId,
    pub(crate) user: UserId,
    pub(crate) access: Access,
    pub(crate) key: String,
}

impl World {
    pub(crate) async fn start() -> Self {
        let database = Database::fresh().await.expect("a database");
        let store = Store::open(&database.address(), Limits::default()).expect("a store");
        for (tenant, seed) in [(T, 1), (X, 2)] {
            let now = "2026-11-21T10:00:00Z".parse().expect("a time");
            let (tenant, name) = (tenant.into(), tenant.to_owned());
            let plan = Plan { tenant, name, seed, tickets: TICKETS, now, is_simulated: false };
            store.add_company(company(plan)).await.expect("a company");
        }
        let stop = CancellationToken::new();
        let app = App::new(store.clone(), b"the secret of these tests", stop.clone());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = app.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { app, store, stop, address, _database: database }
    }

    /// The first person of `T` with this role, and a fresh key of theirs.
    pub(crate) async fn a(&self, role: Role) -> Person {
        self.one_of(T, role).await
    }

    pub(crate) async fn one_of(&self, tenant: &str, role: Role) -> Person {
        let tenant = TenantId::from(tenant);
        let active = PeopleQuery { inactive: Some(false), ..PeopleQuery::default() };
        for Member { user, .. } in self.store.people(&tenant, active).await.expect("people") {
            let caller = self.store.caller(&tenant, &user.user_id).await.expect("readable").expect("active");
            if caller.access.role == role {
                let Caller { user, access, .. } = caller;
                let key = ApiKey::mint().expect("random");
                self.store.add_key(&tenant, &user, key.hash(), None).await.expect("stored");
                return Person { tenant, user, access, key: key.reveal().to_owned() };
            }
        }
        panic!("nobody is {role}")
    }

    /// The open tickets that somebody may read and that stand alone.
    pub(crate) async fn tickets_of(&self, person: &Person) -> Vec<Ticket> {
        let query = TicketQuery { page: 1, limit: TICKETS, ..TicketQuery::default() };
        let (mut tickets, _) =
            self.store.tickets(&person.tenant, &person.access, query).await.expect("tickets");
        tickets.retain(|ticket| !ticket.status_is_closed && ticket.master_ticket_id.is_none());
        tickets
    }

    /// Any request, with its status and its answer.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        person: &Person,
        body: &Value,
    ) -> (u16, Value) {
        let request = Request::builder().method(method).uri(path).header("x-api-key", &person.key);
        let request = request.header("content-type", "application/json");
        self.ask(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> (u16, Value) {
        let response = self.app.router().oneshot(request).await.expect("a router never fails");
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") };
        (head.status.as_u16(), body)
    }

    /// A request that has to succeed, and its data.
    pub(crate) async fn does(&self, method: Method, path: &str, person: &Person, body: Value) -> Value {
        let (status, mut answer) = self.send(method, path, person, &body).await;
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        answer["data"].take()
    }

    pub(crate) async fn put(&self, person: &Person, ticket: &Ticket, body: Value) {
        self.does(Method::PUT, &format!("/api/v1/tickets/{}", ticket.ticket_id), person, body).await;
    }

    /// What `POST /broadcasting/auth` answers to somebody, or to nobody.
    pub(crate) async fn proof(&self, person: Option<&Person>, socket: &str, channel: &str) -> (u16, Value) {
        let mut request = Request::builder().method(Method::POST).uri("/broadcasting/auth");
        request = request.header("content-type", "application/x-www-form-urlencoded");
        if let Some(person) = person {
            request = request.header("x-api-key", &person.key);
        }
        let body = format!("socket_id={socket}&channel_name={channel}");
        self.ask(request.body(Body::from(body)).expect("a request")).await
    }

    /// A connected client.
    pub(crate) async fn client(&self) -> Client {
        let mut client = Client::connect(self.address, "callboard?protocol=7").await;
        let told = client.hears("pusher:connection_established").await;
        client.name = data(&told)["socket_id"].as_str().expect("a name").to_owned();
        client
    }

    /// Asks for a channel as somebody, and says what the socket answers.
    pub(crate) async fn asks_for(&self, client: &mut Client, person: &Person, channel: &str) -> Value {
        let (status, proof) = self.proof(Some(person), &client.name, channel).await;
        assert_eq!(status, 200, "{channel}: {proof}");
        client.enters(channel, &proof).await
    }

    /// A client that listens there.
    pub(crate) async fn listens(&self, person: &Person, channels: &[String]) -> Client {
        let mut client = self.client().await;
        for channel in channels {
            let answer = self.asks_for(&mut client, person, channel).await;
            assert_eq!(answer["event"], "pusher_internal:subscription_succeeded", "{answer}");
        }
        client
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The data of a message, which travels as text.
pub(crate) fn data(message: &Value) -> Value {
    match &message["data"] {
        Value::String(text) => serde_json::from_str(text).expect("JSON"),
        data => data.clone(),
    }
}

pub(crate) fn of(ticket: &Ticket) -> String {
    format!("private-record.ticket.{}", ticket.ticket_id)
}

pub(crate) struct Client {
    socket: WebSocketStream<TcpStream>,
    pub(crate) name: String,
    /// What came while something else was waited for.
    heard: VecDeque<Value>,
}

impl Client {
    /// Little lies between the two ends: what a client does not read soon waits at the server.
    pub(crate) async fn connect(address: SocketAddr, app: &str) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4096).expect("a small buffer");
        let stream = socket.connect(address).await.expect("connected");
        let url = format!("ws://{address}/app/{app}");
        let (socket, _) = tokio_tungstenite::client_async(url, stream).await.expect("a socket");
        Self { socket, name: String::new(), heard: VecDeque::new() }
    }

    pub(crate) async fn say_text(&mut self, text: &str) {
        // Whoever was put out is not heard any more, and that is what such a test is about.
        drop(self.socket.send(Message::text(text)).await);
    }

    pub(crate) async fn say(&mut self, event: &str, data: Value) {
        self.say_text(&json!({"event": event, "data": data}).to_string()).await;
    }

    /// Subscribes with this proof, and says what is answered.
    pub(crate) async fn enters(&mut self, channel: &str, proof: &Value) -> Value {
        let data = json!({"channel": channel, "auth": proof["auth"], "channel_data": proof["channel_data"]});
        self.say("pusher:subscribe", data).await;
        self.hears_where(channel, |one| {
            one["channel"] == channel
                && one["event"].as_str().is_some_and(|event| event.contains("subscription"))
        })
        .await
    }

    pub(crate) async fn hears(&mut self, event: &str) -> Value {
        self.hears_where(event, |one| one["event"] == event).await
    }

    /// The first message that is meant; the others stay for whoever waits for them.
    pub(crate) async fn hears_where(&mut self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        if let Some(place) = self.heard.iter().position(&is) {
            return self.heard.remove(place).expect("it is there");
        }
        loop {
            let message = timeout(DEADLINE, self.socket.next()).await;
            match message.unwrap_or_else(|_| panic!("{what} did not come; there is {:?}", self.heard)) {
                Some(Ok(Message::Text(text))) => {
                    let one: Value = serde_json::from_str(&text).expect("JSON");
                    if is(&one) {
                        return one;
                    }
                    self.heard.push_back(one);
                }
                other => panic!("{what} did not come, but {other:?}; there is {:?}", self.heard),
            }
        }
    }

    /// What is heard next, whatever it is: that nothing came before it is part of what is asked.
    pub(crate) async fn next(&mut self) -> Value {
        self.hears_where("anything", |_| true).await
    }

    /// Waits until the server closes, and says how.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            match timeout(DEADLINE, self.socket.next()).await.expect("it is closed") {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(_)) => {}
                other => panic!("closed without a word: {other:?}"),
            }
        }
    }
}

/// Waits for a fact about the server, without guessing how long it takes.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let holding = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    timeout(DEADLINE, holding).await.unwrap_or_else(|_| panic!("{what} did not happen"));
}
