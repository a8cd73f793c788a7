//! The log of the real program, at its most talkative for operators, searched for what must not be in it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // Already ended, or ended by this: both are fine.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn ask(address: &str, method: &str, path: &str, key: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it accepts");
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-api-key: {key}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

/// The text of this key in an answer.
fn found(answer: &str, name: &str) -> String {
    let rest = answer.split(&format!("\"{name}\":\"")).nth(1).expect(name);
    rest.split('"').next().expect(name).to_owned()
}

/// Adds a webhook to an address where nobody is, and has it tried; its secret.
fn webhook(post: &dyn Fn(&str, &str) -> String) -> String {
    let hook = r#"{"name":"marked-name","url":"http://127.0.0.1:1/marked-path?token=marked-token"}"#;
    let added = post("/api/v1/admin/webhooks", hook);
    let path = format!("/api/v1/admin/webhooks/{}/test", found(&added, "webhook_id"));
    assert!(post(&path, "{}").contains("unreachable"), "it was tried");
    found(&added, "secret")
}

/// Makes an account with a key by `post`; the account's id and the key's text.
fn somebody_new(post: &dyn Fn(&str, &str) -> String) -> (String, String) {
    let person = r#"{"username":"marked-user","first_name":"marked-first","last_name":"x","email":"marked@x","role":"admin"}"#;
    let person = found(&post("/api/v1/admin/people", person), "user_id");
    let body = format!(r#"{{"user_id":"{person}","name":"marked-key"}}"#);
    let minted = found(&post("/api/v1/admin/keys", &body), "api_key");
    (person, minted)
}

/// How often the log says that something of this kind was administered, and by whom.
fn noted(lines: &[Value], kind: &str) -> usize {
    let audits = lines.iter().filter(|line| line["target"] == "callboard_server::audit");
    audits.filter(|line| line["fields"]["kind"] == kind && line["fields"]["by"].is_string()).count()
}

/// LT-5 and the rule of the house: no ticket text, no key, no token, no query in any line, and every line is JSON.
#[test]
fn no_line_of_the_log_tells_a_secret_or_a_ticket() {
    let home = tempfile::tempdir().expect("a folder");
    let log = home.path().join("log");
    let child = Command::new(env!("CARGO_BIN_EXE_callboard-server"))
        .args(["--listen", "127.0.0.1:0", "--demo-tickets", "5", "--print-demo-keys", "--log-json"])
        .arg("--webhooks-anywhere")
        .args(["--database", &format!("sqlite:{}", home.path().join("demo.db").display())])
        .env("HOCUSPOCUS_JWT_SECRET", "marked-signing-secret-of-this-very-test")
        .env("RUST_LOG", "debug")
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(&log).expect("a file"))
        .spawn()
        .expect("it starts");
    let mut program = Program(child);
    let (mut address, mut key, mut admin) = (String::new(), String::new(), String::new());
    for line in BufReader::new(program.0.stdout.take().expect("piped")).lines() {
        let line: Value = serde_json::from_str(&line.expect("text")).expect("JSON");
        if let Some(one) = line["demo_account"]["api_key"].as_str().filter(|_| key.is_empty()) {
            one.clone_into(&mut key);
        }
        if line["demo_account"]["role"] == "admin" {
            line["demo_account"]["api_key"].as_str().expect("text").clone_into(&mut admin);
        }
        if let Some(url) = line["listening"].as_str() {
            url.trim_start_matches("http://").clone_into(&mut address);
            break;
        }
    }
    let ask = |method: &str, path: &str, key: &str, body: &str| ask(&address, method, path, key, body);
    let list = ask("GET", "/api/v1/tickets?search=", &key, "");
    let id = list.split("\"ticket_id\":\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a ticket");
    let ticket = format!("/api/v1/tickets/{id}");
    let old_title =
        list.split("\"title\":\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a title");
    for (method, path, key, body) in [
        ("PUT", ticket.as_str(), key.as_str(), r#"{"title":"marked-title"}"#),
        ("PUT", &ticket, &key, r#"{"title":"marked-title","status_id":"marked-status"}"#),
        ("PUT", &ticket, &key, r#"{"title":"marked-broken"#),
        ("GET", "/api/v1/tickets?search=marked-query", &key, ""),
        ("GET", "/api/v1/tickets?sort=marked-sort", &key, ""),
        ("GET", "/marked-path", &key, ""),
        ("GET", "/api/v1/users/me", "marked-wrong-key", ""),
        ("GET", "/hocuspocus?token=marked-token", "", ""),
    ] {
        assert!(ask(method, path, key, body).starts_with("HTTP/1.1 "), "{method} {path}");
    }
    let post = |path: &str, body: &str| ask("POST", path, &admin, body);
    let ((person, minted), signing) = (somebody_new(&post), webhook(&post));
    let token = ask("GET", &format!("/api/tickets/{id}/live-token"), &key, "");
    let token = token.split("\"token\":\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a token");
    let pid = program.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs").success());
    program.0.wait().expect("it ends");

    let log = std::fs::read_to_string(&log).expect("a log");
    let lines: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect();
    let answered = |status: u64| lines.iter().any(|line| line["fields"]["status"] == status);
    assert!(
        answered(200) && answered(400) && answered(401) && answered(404),
        "requests are in the log:\n{log}"
    );
    let administered = ["people", "keys", "webhooks"].map(|kind| noted(&lines, kind));
    assert_eq!(administered, [1, 1, 1], "{log}");
    assert!(
        lines.iter().any(|line| line["fields"]["subject"] == person.as_str()),
        "who was made is told by their id"
    );
    for secret in ["marked", key.as_str(), admin.as_str(), minted.as_str(), token, old_title, &signing] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
}
