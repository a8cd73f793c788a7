//! Every question and every kind of answer, over real HTTP against a server that says what it is told to say.

use std::sync::Mutex;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::IntoResponse;
use callboard_model::rest::TicketChanges;
use callboard_model::{EditId, Field, TicketId, Value, Version};
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;

use super::*;
use crate::rest::send::{ReqwestSend, SendError};

mod comments;
mod events;
mod schedule;

const SESSION: &str = "the-console";
const DATE: &str = "Sat, 21 Nov 2026 10:00:00 GMT";
const PERSON: &str = r#"{"userId":"u","displayName":"Bob"}"#;

/// What the stub was asked, line by line: `METHOD path?query body`, with the headers beside it.
type Log = Arc<Mutex<Vec<(String, HeaderMap)>>>;

/// A path, a status and a body; the first whose path begins the asked one answers.
type Script = Vec<(&'static str, u16, String)>;

struct Stub {
    caller: Caller,
    log: Log,
}

impl Stub {
    async fn start(script: Script) -> Self {
        let log = Log::default();
        let app = axum::Router::new().fallback(answer).with_state((Arc::clone(&log), Arc::new(script)));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        tokio::spawn(async move { axum::serve(listener, app).await.expect("the stub serves") });
        let server = ServerUrl::new(&format!("http://{address}")).expect("a loopback address");
        let key = ApiKey::new("the-key").expect("a key");
        let http = Arc::new(ReqwestSend::new(&server).expect("a sender"));
        let caller = Caller::new(http, server, key, Some(&"t".into()), &SESSION.into());
        Self { caller, log }
    }

    async fn call(&self, request: Request) -> (Result<Answer, Failure>, Option<Timestamp>) {
        let mut clock = ServerClock::default();
        (self.caller.call(&request, &mut clock).await, clock.0)
    }

    fn lines(&self) -> Vec<String> {
        self.log.lock().expect("the log").iter().map(|(line, _)| line.clone()).collect()
    }

    fn headers(&self) -> HeaderMap {
        self.log.lock().expect("the log").last().expect("a request").1.clone()
    }
}

async fn answer(
    State((log, script)): State<(Log, Arc<Script>)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    let line = format!("{method} {uri} {}", String::from_utf8_lossy(&body)).trim_end().to_owned();
    log.lock().expect("the log").push((line, headers));
    let asked = uri.to_string();
    let known = script.iter().find(|(path, ..)| asked.starts_with(path));
    let (status, body) = known.map_or((500, String::new()), |(_, status, body)| (*status, body.clone()));
    let place = [("location", "/elsewhere"), ("date", DATE)];
    (StatusCode::from_u16(status).expect("a status"), place, body)
}

fn ticket() -> Json {
    json!({
        "ticket_id": "T-1", "ticket_number": "1", "title": "x", "board_id": null, "client_id": null,
        "status_id": "s1", "priority_id": null, "version": 7, "something_new": [1],
    })
}

fn one(data: &Json) -> String {
    json!({ "data": data }).to_string()
}

fn save() -> Request {
    let changes = TicketChanges {
        fields: [(Field::Status, Value::from("s2")), (Field::Assignee, Value::Empty)].into(),
        client_version: Some(Version(6)),
    };
    Request::Save { edit: EditId(0xab), ticket: "T/1".into(), changes }
}

/// CO-13: every answer of the server has one fate.
#[tokio::test]
async fn every_status_has_one_fate() {
    let stale = format!(
        r#"{{"error":{{"code":"STALE_VERSION","message":"Somebody wrote.","details":{{"current":{},"conflicts":
        [{{"field":"status_id","yours":"s2","theirs":"s1","changed_by":{PERSON},
        "changed_at":"2026-11-21T10:00:00Z","version":7}}]}}}}}}"#,
        ticket()
    );
    let envelope = r#"{"error":{"code":"UNAUTHORIZED","message":"Invalid API key"}}"#;
    let plain = r#"{"error":"Unauthorized: API key missing"}"#;
    let invalid = r#"{"error":{"code":"VALIDATION_ERROR","message":"No such status."}}"#;
    let refused = |code: &str, message: &str| Failure::Refused {
        code: code.into(),
        message: message.into(),
        faults: Vec::new(),
    };
    for (status, body, expected) in [
        (401, envelope, Failure::SignedOut),
        (401, plain, Failure::SignedOut),
        (401, "", Failure::SignedOut),
        (403, invalid, Failure::Forbidden),
        (404, "", Failure::Gone),
        (410, "", Failure::Gone),
        (429, "", Failure::Busy(Duration::from_secs(5))),
        (400, invalid, refused("VALIDATION_ERROR", "No such status.")),
        (413, "", refused("HTTP_413", "Payload Too Large")),
        (422, invalid, refused("VALIDATION_ERROR", "No such status.")),
        (409, invalid, refused("VALIDATION_ERROR", "No such status.")),
        (302, "", Failure::Broken),
        (307, "", Failure::Broken),
        (408, "", Failure::Broken),
        (500, envelope, Failure::Broken),
        (502, "<html>", Failure::Broken),
        (503, "", Failure::Broken),
        (200, "<html>sign in to the guest network</html>", Failure::Broken),
        (200, r#"{"data":{}}"#, Failure::Broken),
        (204, "", Failure::Broken),
    ] {
        let stub = Stub::start(vec![("/api/v1/tickets/", status, body.into())]).await;
        let (outcome, time) = stub.call(save()).await;
        assert_eq!(outcome, Err(expected), "{status} {body}");
        assert_eq!(time.map(|time| time.to_string()).as_deref(), Some("2026-11-21T10:00:00Z"));
        assert_eq!(stub.lines().len(), 1, "no redirect is followed and nothing is tried again: {status}");
    }
    for status in [409, 412] {
        let stub = Stub::start(vec![("/api/v1/tickets/", status, stale.clone())]).await;
        let Err(Failure::Stale(found)) = stub.call(save()).await.0 else { panic!("{status} is stale") };
        assert_eq!(found.current.version, Some(Version(7)));
        assert_eq!(found.conflicts[0].theirs, Value::from("s1"));
    }
}

/// A feed that is too old is read anew; a ticket that is gone for good must not be asked for again and again.
#[tokio::test]
async fn only_the_feed_can_be_too_old() {
    let stub = Stub::start(vec![
        (
            "/api/v1/users/me",
            200,
            one(&json!({"user_id": "u", "tenant": "t", "display_name": "Bob", "role": "admin"})),
        ),
        ("/api/v1/", 410, String::new()),
    ])
    .await;
    assert_eq!(stub.call(Request::Changes { since: 8 }).await.0, Err(Failure::TooOld));
    for request in [Request::Ticket("T-1".into()), save(), Request::Tickets { page: 1 }] {
        assert_eq!(stub.call(request.clone()).await.0, Err(Failure::Gone), "{request:?}");
    }
    let (hello, _) = stub.call(Request::Hello).await;
    assert!(matches!(hello, Ok(Answer::Hello { capabilities: None, .. })), "{hello:?}");
}

#[tokio::test]
async fn a_save_says_what_it_sets_on_which_version_and_who_it_is() {
    let stub = Stub::start(vec![("/api/v1/tickets/", 200, one(&ticket()))]).await;
    let (outcome, _) = stub.call(save()).await;
    assert!(matches!(outcome, Ok(Answer::Saved(ticket)) if ticket.version == Some(Version(7))));
    assert_eq!(
        stub.lines(),
        [r#"PUT /api/v1/tickets/T%2F1 {"status_id":"s2","assigned_to":null,"client_version":6}"#]
    );
    let headers = stub.headers();
    for (name, value) in [
        (header::API_KEY, "the-key"),
        (header::TENANT, "t"),
        (header::IDEMPOTENCY_KEY, "000000000000000000000000000000ab"),
        (header::ORIGIN_SESSION, SESSION),
        ("content-type", "application/json"),
    ] {
        assert_eq!(headers.get(name).map(|value| value.as_bytes()), Some(value.as_bytes()), "{name}");
    }
}

#[tokio::test]
async fn a_server_without_capabilities_is_a_stock_server() {
    let me = one(&json!({"user_id": "u", "tenant": "t", "display_name": "Bob", "role": "dispatcher"}));
    let hello = |status, capabilities: &str| {
        Stub::start(vec![
            ("/api/v1/users/me", 200, me.clone()),
            ("/api/v1/meta/capabilities", status, capabilities.into()),
        ])
    };
    let stub = hello(404, "<html>").await;
    let (outcome, _) = stub.call(Request::Hello).await;
    assert!(matches!(outcome, Ok(Answer::Hello { capabilities: None, .. })), "{outcome:?}");
    assert_eq!(stub.lines(), ["GET /api/v1/users/me", "GET /api/v1/meta/capabilities"]);
    let stub = hello(200, &one(&json!({"capabilities": ["versions"], "server_version": "1"}))).await;
    let (outcome, _) = stub.call(Request::Hello).await;
    assert!(matches!(outcome, Ok(Answer::Hello { capabilities: Some(_), .. })), "{outcome:?}");
    let stub = hello(500, "").await;
    assert_eq!(stub.call(Request::Hello).await.0, Err(Failure::Broken), "not known to be stock");
}

#[tokio::test]
async fn lookups_are_read_to_their_last_page() {
    let user = |id: &str| json!({"user_id": id, "first_name": "A", "last_name": "B"});
    let page = |has_next: bool| json!({"page": 1, "limit": 100, "total": 2, "totalPages": 2, "hasNext": has_next, "hasPrev": false});
    let nothing = json!({"data": []}).to_string();
    let stub = Stub::start(vec![
        ("/api/v1/boards", 200, nothing.clone()),
        ("/api/v1/tickets/statuses", 200, nothing.clone()),
        ("/api/v1/priorities", 200, nothing),
        (
            "/api/v1/users?user_type=internal&page=1",
            200,
            json!({"data": [user("u1")], "pagination": page(true)}).to_string(),
        ),
        (
            "/api/v1/users?user_type=internal&page=2",
            200,
            json!({"data": [user("u2")], "pagination": page(false)}).to_string(),
        ),
        ("/api/v1/categories", 404, String::new()),
        ("/api/v1/teams", 403, String::new()),
        (
            "/api/v1/clients",
            200,
            json!({"data": [{"client_id": "c1", "client_name": "Northwind"}]}).to_string(),
        ),
    ])
    .await;
    let (outcome, _) = stub.call(Request::Lookups).await;
    let Ok(Answer::Lookups(found)) = outcome else { panic!("{outcome:?}") };
    assert_eq!((found.users.len(), found.clients.len()), (2, 1));
    assert!(found.categories.is_empty() && found.teams.is_empty(), "what is not for us is nothing to choose");
    assert_eq!(
        stub.lines(),
        [
            "GET /api/v1/boards?page=1&limit=100",
            "GET /api/v1/tickets/statuses?page=1&limit=100",
            "GET /api/v1/priorities?item_type=ticket&page=1&limit=100",
            "GET /api/v1/users?user_type=internal&page=1&limit=100",
            "GET /api/v1/users?user_type=internal&page=2&limit=100",
            "GET /api/v1/categories/ticket?page=1&limit=100",
            "GET /api/v1/teams?page=1&limit=100",
            "GET /api/v1/clients?page=1&limit=100",
        ]
    );
}

#[tokio::test]
async fn tickets_changes_and_one_ticket_are_asked_for_as_the_api_has_them() {
    let stub = Stub::start(vec![
        ("/api/v1/tickets?", 200, json!({"data": [ticket()]}).to_string()),
        ("/api/v1/tickets/", 200, one(&ticket())),
        ("/api/v1/changes", 200, json!({"data": [], "next": 9, "has_more": false}).to_string()),
    ])
    .await;
    let (tickets, _) = stub.call(Request::Tickets { page: 3 }).await;
    assert!(
        matches!(tickets, Ok(Answer::Tickets { tickets, pagination }) if tickets.len() == 1 && !pagination.has_next)
    );
    assert!(matches!(stub.call(Request::Ticket("T-1".into())).await.0, Ok(Answer::Ticket(_))));
    assert!(
        matches!(stub.call(Request::Changes { since: 8 }).await.0, Ok(Answer::Changes(found)) if found.next == 9)
    );
    assert_eq!(
        stub.lines(),
        [
            "GET /api/v1/tickets?page=3&limit=100&sort=entered_at&order=asc",
            "GET /api/v1/tickets/T-1",
            "GET /api/v1/changes?since=8&limit=500",
        ]
    );
}

#[tokio::test]
async fn more_tokens_than_one_request_may_ask_for_take_several() {
    let found =
        json!({"tokens": {"T-1": "a.b.c"}, "expires_at": "2026-11-21T10:05:00Z", "board_token": "d.e.f"});
    let stub = Stub::start(vec![("/api/v1/tickets/live-tokens", 200, found.to_string())]).await;
    let tickets = (0..1001).map(|n| format!("T-{n}").into()).collect();
    let (outcome, _) = stub.call(Request::LiveTokens { tickets, board: true }).await;
    assert!(matches!(outcome, Ok(Answer::LiveTokens(tokens)) if tokens.board_token.is_some()));
    let lines = stub.lines();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].ends_with(r#""board":true}"#));
    assert_eq!(lines[1], r#"POST /api/v1/tickets/live-tokens {"ticket_ids":["T-1000"],"board":false}"#);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let server =
        ServerUrl::new(&format!("http://{}", listener.local_addr().expect("an address"))).expect("loopback");
    drop(listener);
    let http = Arc::new(ReqwestSend::new(&server).expect("a sender"));
    let caller = Caller::new(http, server, ApiKey::new("k").expect("a key"), None, &SESSION.into());
    let outcome = caller.call(&save(), &mut ServerClock::default()).await;
    assert_eq!(outcome, Err(Failure::Unreachable));
}

/// Proxies are named by the environment, so the request is made in a process that has one: this test once more.
#[test]
fn a_key_in_plain_text_goes_to_no_proxy() {
    const MADE: &str = "CALLBOARD_TEST_HAS_A_PROXY";
    if std::env::var_os(MADE).is_some() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let stub = Stub::start(vec![("/api/v1/tickets/", 200, one(&ticket()))]).await;
            assert!(matches!(stub.call(save()).await.0, Ok(Answer::Saved(_))));
        });
        return;
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let proxy = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let again = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "rest::tests::a_key_in_plain_text_goes_to_no_proxy"])
        .envs([(MADE, "1"), ("http_proxy", &proxy), ("HTTP_PROXY", &proxy), ("ALL_PROXY", &proxy)])
        .env_remove("no_proxy")
        .env_remove("NO_PROXY")
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&again.stdout);
    assert!(again.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let stub = Stub::start(vec![("/api/v1/tickets/", 200, "x".repeat(17 << 20))]).await;
    assert_eq!(stub.call(save()).await.0, Err(Failure::Broken));
}

/// Answers when it is let go, and notes in which order it was asked.
struct Held {
    asked: Mutex<Vec<String>>,
    gate: tokio::sync::Semaphore,
}

impl HttpSend for Held {
    fn send(
        &self,
        request: HttpRequest,
    ) -> futures_util::future::BoxFuture<'_, Result<HttpAnswer, SendError>> {
        self.asked.lock().expect("the log").push(format!("{} {}", request.method, request.url.path()));
        Box::pin(async {
            self.gate.acquire().await.expect("an open gate").forget();
            Err(SendError::Unreachable(String::new()))
        })
    }
}

#[tokio::test]
async fn few_questions_fly_at_once_and_a_save_overtakes_those_that_wait() {
    let held = Arc::new(Held { asked: Mutex::default(), gate: tokio::sync::Semaphore::new(0) });
    let server = ServerUrl::new("http://127.0.0.1:9").expect("loopback");
    let key = ApiKey::new("k").expect("a key");
    let http = Arc::clone(&held);
    let mut rest = Rest::new(Caller::new(http, server, key, None, &SESSION.into()));
    let asks = queue::FLYING_MAX as u64 + 2;
    for n in 0..asks {
        assert!(rest.ask(RequestId(n), Request::Changes { since: 0 }).is_none());
    }
    assert!(rest.ask(RequestId(asks), save()).is_none());
    let mut answered = 0;
    held.gate.add_permits(1);
    while let Some(next) = rest.next().await {
        assert_eq!(next.outcome, Err(Failure::Unreachable));
        answered += 1;
        held.gate.add_permits(1);
    }
    assert_eq!(answered, asks + 1);
    let asked = held.asked.lock().expect("the log");
    let place = asked.iter().position(|line| line.starts_with("PUT")).expect("the save");
    assert_eq!(place, queue::FLYING_MAX, "first of those that waited");
}

/// wire.md 4: a stock server tells nobody who they are; a name that somebody configured does.
#[tokio::test]
async fn who_we_are_to_a_stock_server_is_found_by_a_configured_name() {
    let people = json!({"data": [
        {"user_id": "u1", "username": "bob", "first_name": "Bob", "last_name": "Kessler", "tenant": "x"},
        {"user_id": "u2", "email": "nora@a.example", "first_name": "Nora", "last_name": "Berg", "tenant": "x"},
    ]});
    for (name, user, shown) in [
        (Some("Nora@A.example"), "u2", "Nora Berg"),
        (Some("eve"), "api-key", "API key"),
        (None, "api-key", "API key"),
    ] {
        let stub = Stub::start(vec![
            ("/api/v1/users/me", 500, String::new()),
            ("/api/v1/meta", 404, "<h1>".to_owned()),
            ("/api/v1/users?", 200, people.to_string()),
        ])
        .await;
        let Stub { caller, log } = stub;
        let stub = Stub { caller: caller.known_as(name.map(Into::into), None), log };
        let (answer, _) = stub.call(Request::Hello).await;
        let Ok(Answer::Hello { me, capabilities: None }) = answer else { panic!("{answer:?}") };
        assert_eq!((me.user_id.as_str(), &*me.display_name, me.tenant.as_str()), (user, shown, "t"));
    }
}

/// A token as the stock gives it: only its claims are ever looked at here.
fn stock_token(claims: &str) -> String {
    use base64::Engine;
    let body = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims);
    json!({ "token": format!("h.{body}.s") }).to_string()
}

/// wire.md 4: tokens one by one, with the session of a browser and until one fails for another reason than its ticket.
#[tokio::test]
async fn tokens_of_a_stock_server_come_one_by_one_as_far_as_they_come() {
    let stub = Stub::start(vec![
        ("/api/tickets/1/", 200, stock_token(r#"{"exp":1800000300}"#)),
        ("/api/tickets/2/", 404, r#"{"error":"gone"}"#.to_owned()),
        ("/api/tickets/3/", 403, r#"{"error":"no"}"#.to_owned()),
        ("/api/tickets/4/", 200, stock_token(r#"{"exp":1800000200}"#)),
        ("/api/tickets/5/", 500, String::new()),
    ])
    .await;
    let Stub { caller, log } = stub;
    let browser = BrowserSession::new("session=s").expect("a cookie");
    let stub = Stub { caller: caller.known_as(None, Some(&browser)), log };
    let tickets = ["1", "2", "3", "4", "5", "6"].map(TicketId::from).to_vec();
    let (answer, _) = stub.call(Request::StockTokens { tickets }).await;
    let Ok(Answer::LiveTokens(tokens)) = answer else { panic!("{answer:?}") };
    let names = |ids: Vec<&TicketId>| ids.into_iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(tokens.tokens.keys().collect()), ["1", "4"]);
    assert_eq!(names(tokens.refused.keys().collect()), ["2", "3"]);
    assert_eq!(tokens.expires_at.as_second(), 1_800_000_200, "the first that expires");
    assert_eq!(stub.headers()["cookie"], "session=s");
    assert_eq!(stub.lines().len(), 5, "the sixth was not asked for");
}

/// LT-14: a page that wants a browser is no sign that our key is bad.
#[tokio::test]
async fn a_stock_token_that_cannot_be_had_is_not_being_signed_out() {
    for (status, expected) in [(401, Failure::Forbidden), (403, Failure::Forbidden), (500, Failure::Broken)] {
        let stub =
            Stub::start(vec![("/api/tickets/", status, r#"{"error":"Unauthorized"}"#.to_owned())]).await;
        let request = Request::StockTokens { tickets: vec!["1".into(), "2".into()] };
        assert_eq!(stub.call(request).await.0, Err(expected), "{status}");
    }
}

/// The stock takes nobody off a ticket by an update.
#[tokio::test]
async fn somebody_is_taken_off_a_stock_ticket_on_the_page_for_it() {
    let stub = Stub::start(vec![("/api/v1/tickets/", 200, one(&ticket()))]).await;
    let nobody =
        |client_version| TicketChanges { fields: [(Field::Assignee, Value::Empty)].into(), client_version };
    for (version, line) in [
        (None, r#"PUT /api/v1/tickets/T/assignment {"assigned_to":null}"#),
        (Some(Version(6)), r#"PUT /api/v1/tickets/T {"assigned_to":null,"client_version":6}"#),
    ] {
        let changes = nobody(version);
        stub.call(Request::Save { edit: EditId(1), ticket: "T".into(), changes }).await.0.expect("saved");
        assert_eq!(stub.lines().last().map(String::as_str), Some(line));
    }
}
