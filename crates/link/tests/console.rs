//! A whole console on a real disk, against a server that says what it is told to say.

#![allow(clippy::expect_used, reason = "a test that cannot set up its world has failed")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use callboard_desk::bridge::{Command, FieldState, Notice, Update};
use callboard_desk::session::effect::WindowId;
use callboard_link::{ApiKey, Config, Console, LinkError, LiveOptions, ServerUrl};
use callboard_model::{Field, Value};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// Every fact is waited for, and none for longer than this.
const DEADLINE: Duration = Duration::from_secs(30);

/// What a save said: its idempotency key and its body.
type Save = (String, serde_json::Value);

#[derive(Clone)]
struct Desk {
    /// How saves are answered.
    status: Arc<AtomicU16>,
    saves: mpsc::Sender<Save>,
}

/// A server with one ticket.
struct Server {
    url: ServerUrl,
    desk: Desk,
    saves: mpsc::Receiver<Save>,
}

impl Server {
    async fn start() -> Self {
        let (sender, saves) = mpsc::channel(64);
        let desk = Desk { status: Arc::new(AtomicU16::new(503)), saves: sender };
        let app = axum::Router::new().fallback(answer).with_state(desk.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        tokio::spawn(async move { axum::serve(listener, app).await.expect("the server serves") });
        Self { url: ServerUrl::new(&url).expect("loopback"), desk, saves }
    }

    fn config(&self, profile: &Path) -> Config {
        let api_key = ApiKey::new("k").expect("a key");
        Config {
            server: self.url.clone(),
            api_key,
            tenant: None,
            profile_dir: profile.to_owned(),
            live: LiveOptions::default(),
        }
    }

    async fn save(&mut self) -> Save {
        within(self.saves.recv()).await.expect("the server lives")
    }
}

async fn answer(
    State(desk): State<Desk>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let ticket = |title: &str, version: u64| {
        json!({"ticket_id": "T-1", "ticket_number": "1", "title": title, "board_id": null, "client_id": null,
            "status_id": null, "priority_id": null, "version": version})
    };
    let found = match uri.path() {
        "/api/v1/users/me" => {
            json!({"user_id": "u", "tenant": "t", "display_name": "Bob", "role": "dispatcher"})
        }
        "/api/v1/meta/capabilities" => {
            let names = ["versions", "client-version", "idempotency", "changes", "live-tokens"];
            json!({"capabilities": names, "server_version": "1", "seq": 0})
        }
        "/api/v1/tickets" => json!([ticket("an old title", 1)]),
        "/api/v1/changes" => {
            return (StatusCode::OK, json!({"data": [], "next": 0, "has_more": false}).to_string());
        }
        "/api/v1/tickets/T-1" if method == Method::PUT => {
            let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default();
            let body = serde_json::from_slice(&body).expect("JSON");
            desk.saves.send((key.to_owned(), body)).await.expect("the test listens");
            let status = StatusCode::from_u16(desk.status.load(Ordering::SeqCst)).expect("a status");
            return (status, json!({"data": ticket("new", 2)}).to_string());
        }
        "/api/v1/tickets/T-1" => ticket("an old title", 1),
        path if path.ends_with("live-tokens") || path.ends_with("hocuspocus") => {
            return (StatusCode::NOT_FOUND, String::new());
        }
        _ => json!([]),
    };
    (StatusCode::OK, json!({ "data": found }).to_string())
}

async fn within<T>(fact: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, fact).await.expect("the fact, in time")
}

fn window() -> WindowId {
    WindowId("main".into())
}

/// A console, and what its window was told.
fn open(config: Config) -> (Console, mpsc::Receiver<Update>) {
    let (paint, painted) = mpsc::channel(4096);
    let paint = move |_, update| paint.try_send(update).expect("the test keeps up");
    let console = Console::start(config, paint, |_| {});
    (console.expect("a console"), painted)
}

async fn command(console: &Console, command: Command) {
    console.command(window(), command).await.expect("the console lives");
}

/// CO-14, LT-14: an edit that the server never confirmed is sent again by the next start, under the same name.
#[tokio::test]
async fn an_edit_outlives_the_program_and_is_sent_again_under_the_same_key() {
    let profile = tempfile::tempdir().expect("a directory");
    let mut server = Server::start().await;
    let (console, mut painted) = open(server.config(profile.path()));
    command(&console, Command::Hello).await;
    within(async { while !matches!(painted.recv().await, Some(Update::Me(Some(_)))) {} }).await;
    command(&console, Command::OpenTicket { ticket: "T-1".into() }).await;
    within(async { while !matches!(painted.recv().await, Some(Update::Ticket(_))) {} }).await;
    let (ticket, field) = ("T-1".into(), Field::Title);
    command(&console, Command::Edit { ticket, field, value: Value::from("new") }).await;
    let first = server.save().await;
    assert_eq!(first.1["title"], "new");
    console.stop().await;
    assert!(matches!(console.command(window(), Command::Hello).await, Err(LinkError::Ended)));

    server.desk.status.store(200, Ordering::SeqCst);
    let (console, _painted) = open(server.config(profile.path()));
    assert_eq!(server.save().await, first);
    // Confirmed, so nothing is left on disk; the answer has been taken in when the file says so.
    let file = rusqlite::Connection::open(profile.path().join("outbox.db")).expect("the outbox");
    let left =
        || file.query_row("SELECT count(*) FROM edit", [], |row| row.get::<_, u32>(0)).expect("a count");
    within(async {
        while left() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    console.stop().await;
}

fn holds(profile: &Path, words: &str) -> bool {
    let files = std::fs::read_dir(profile).expect("the profile");
    let mut bytes = files.map(|file| std::fs::read(file.expect("a file").path()).expect("its bytes"));
    bytes.any(|bytes| bytes.windows(words.len()).any(|window| window == words.as_bytes()))
}

/// What was told, kept, typed and queued is nowhere in the bytes of the profile any more.
#[tokio::test]
async fn signing_out_leaves_no_word_of_the_account_in_any_file() {
    let profile = tempfile::tempdir().expect("a directory");
    let server = Server::start().await;
    let (console, mut painted) = open(server.config(profile.path()));
    command(&console, Command::Hello).await;
    within(async { while !matches!(painted.recv().await, Some(Update::Me(Some(_)))) {} }).await;
    command(&console, Command::OpenTicket { ticket: "T-1".into() }).await;
    within(async { while !matches!(painted.recv().await, Some(Update::Ticket(_))) {} }).await;
    let (ticket, field) = ("T-1".into(), Field::Title);
    command(&console, Command::Edit { ticket, field, value: Value::from("a queued title") }).await;
    let draft = Command::Draft { ticket: "T-1".into(), field, value: Value::from("a typed title") };
    command(&console, draft).await;
    let mut is_kept = false;
    while !is_kept {
        if let Some(Update::Ticket(view)) = within(painted.recv()).await {
            is_kept = view.fields.iter().any(|field| field.state == FieldState::Draft { kept: true });
        }
    }
    let words = ["an old title", "a queued title", "a typed title", "Bob"];
    within(async {
        while !words.iter().all(|words| holds(profile.path(), words)) {
            tokio::task::yield_now().await;
        }
    })
    .await;

    command(&console, Command::SignOut { force: false }).await;
    let unsent = Update::Notice(Notice::Unsent { edits: 1, drafts: 1 });
    within(async { while painted.recv().await.expect("it lives") != unsent {} }).await;
    assert!(holds(profile.path(), "a typed title"), "nobody said that it may go");
    command(&console, Command::SignOut { force: true }).await;
    let gone = Update::Notice(Notice::SignedOut { trouble: None });
    within(async { while painted.recv().await.expect("it lives") != gone {} }).await;
    for words in words {
        assert!(!holds(profile.path(), words), "{words}");
    }
    console.stop().await;
    for words in words {
        assert!(!holds(profile.path(), words), "{words}, at the end");
    }
}

#[tokio::test]
async fn a_broken_outbox_is_set_aside_and_the_console_starts() {
    let profile = tempfile::tempdir().expect("a directory");
    std::fs::write(profile.path().join("outbox.db"), "no database at all, but long enough to be looked at")
        .expect("a file");
    let server = Server::start().await;
    let (console, _painted) = open(server.config(profile.path()));
    let aside = console.set_aside().expect("it says so");
    assert!(aside.path.exists());
    console.stop().await;
}

#[tokio::test]
async fn a_profile_is_free_again_after_the_end_and_not_before() {
    let profile = tempfile::tempdir().expect("a directory");
    let server = Server::start().await;
    let (console, _painted) = open(server.config(profile.path()));
    let second = Console::start(server.config(profile.path()), |_, _| {}, |_| {});
    assert!(matches!(second, Err(LinkError::ProfileInUse(_))));
    console.stop().await;
    let (console, _painted) = open(server.config(profile.path()));
    console.stop().await;
}
