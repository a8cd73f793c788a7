//! The program itself: what it prints, how it stops, and what a kill leaves behind.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use rusqlite::Connection;
use serde_json::Value;

struct Program {
    child: Child,
    address: String,
    keys: Vec<String>,
}

impl Drop for Program {
    fn drop(&mut self) {
        // Already ended, or ended by this: both are fine.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn command(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callboard-server"));
    command
        .args(["--database", &format!("sqlite:{}", home.join("demo.db").display())])
        .args(arguments)
        .env_remove("HOCUSPOCUS_JWT_SECRET")
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

impl Program {
    fn start(home: &Path) -> Self {
        Self::serve(home, &["--listen", "127.0.0.1:0", "--demo-tickets", "20", "--print-demo-keys"])
    }

    /// Every line it prints has to be JSON, and the last one says that it listens.
    fn serve(home: &Path, arguments: &[&str]) -> Self {
        let child = command(home, arguments).spawn().expect("it starts");
        let mut program = Self { child, address: String::new(), keys: Vec::new() };
        for line in BufReader::new(program.child.stdout.take().expect("piped")).lines() {
            let line: Value = serde_json::from_str(&line.expect("text")).expect("JSON");
            if let Some(key) = line["demo_account"]["api_key"].as_str() {
                program.keys.push(key.to_owned());
            }
            if let Some(address) = line["listening"].as_str() {
                address.strip_prefix("http://").expect("a URL").clone_into(&mut program.address);
                return program;
            }
        }
        panic!("it ended before it listened")
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> std::io::Result<(u16, String)> {
        let mut stream = TcpStream::connect(&self.address)?;
        let (key, length) = (&self.keys[0], body.len());
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-api-key: {key}\r\ncontent-length: {length}\r\n\r\n{body}"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let status = answer.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0);
        Ok((status, answer))
    }

    fn signal(&mut self, name: &str) -> ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().expect("kill runs").success());
        self.child.wait().expect("it ends")
    }
}

#[test]
fn it_says_where_it_listens_serves_dated_answers_and_stops_cleanly() {
    let home = tempfile::tempdir().expect("a folder");
    for signal in ["-TERM", "-INT"] {
        let mut program = Program::start(home.path());
        assert_eq!(program.keys.len(), 15);
        let (status, answer) = program.ask("GET", "/api/v1/users/me", "").expect("an answer");
        assert_eq!(status, 200);
        assert!(answer.contains("Nora Berg") && answer.to_lowercase().contains("\r\ndate: "), "{answer}");
        assert!(program.signal(signal).success(), "{signal}");
    }
}

#[test]
fn every_key_it_prints_expires_within_30_days() {
    let home = tempfile::tempdir().expect("a folder");
    let program = Program::start(home.path());
    assert_eq!(program.ask("GET", "/api/v1/users/me", "").expect("an answer").0, 200);
    let db = Connection::open(home.path().join("demo.db")).expect("the file");
    let month = "SELECT count(*) FROM api_keys WHERE expires_at BETWEEN unixepoch() * 1000 AND (unixepoch() + 2592001) * 1000";
    let mortal: usize = db.query_row(month, [], |row| row.get(0)).expect("counted");
    assert_eq!(mortal, program.keys.len());
}

/// LT-5: whoever listens to others needs a secret of their own.
#[test]
fn it_refuses_to_listen_to_others_without_a_secret() {
    let home = tempfile::tempdir().expect("a folder");
    let output = command(home.path(), &["--listen", "0.0.0.0:0"]).output().expect("it runs");
    assert!(!output.status.success());
    assert_eq!(output.stdout, b"");
    assert!(!home.path().join("demo.db").exists(), "it did not even open a database");
}

/// A kill in the middle of writes: what was answered is there, and every row, record and version fit each other.
#[test]
fn a_kill_loses_nothing_that_was_answered_and_leaves_nothing_half() {
    let home = tempfile::tempdir().expect("a folder");
    let mut program = Program::start(home.path());
    let (_, list) = program.ask("GET", "/api/v1/tickets?limit=4", "").expect("an answer");
    let list: Value = serde_json::from_str(&list[list.find('{').expect("a body")..]).expect("JSON");
    let tickets: Vec<String> = list["data"]
        .as_array()
        .expect("tickets")
        .iter()
        .map(|ticket| ticket["ticket_id"].as_str().expect("an id").to_owned())
        .collect();
    let answered: usize = std::thread::scope(|scope| {
        let writers: Vec<_> = tickets
            .iter()
            .map(|ticket| {
                let program = &program;
                scope.spawn(move || {
                    let path = format!("/api/v1/tickets/{ticket}");
                    (0..)
                        .map_while(|number| {
                            let body = format!("{{\"title\":\"Title {number}\"}}");
                            program.ask("PUT", &path, &body).ok().filter(|(status, _)| *status == 200)
                        })
                        .count()
                })
            })
            .collect();
        // Wait for the fact that writes are going on, then kill. Each of the four may have one change that is not answered yet.
        while program.ask("GET", "/api/v1/changes?since=44", "").is_ok_and(|(status, _)| status != 200) {}
        let pid = program.child.id().to_string();
        assert!(Command::new("kill").args(["-KILL", &pid]).status().expect("kill runs").success());
        writers.into_iter().map(|writer| writer.join().expect("a count")).sum()
    });
    program.child.wait().expect("it ended");
    let db = Connection::open(home.path().join("demo.db")).expect("the file");
    let one = |sql: &str| -> i64 { db.query_row(sql, [], |row| row.get(0)).expect(sql) };
    let changes = one("SELECT count(*) FROM changes");
    assert!(answered >= 40, "{answered}");
    assert!(changes >= i64::try_from(answered).expect("small"), "{changes} of {answered}");
    assert_eq!(one("SELECT sum(version - 1) FROM tickets"), changes);
    assert_eq!(one("SELECT last_seq FROM tenants"), changes);
    assert_eq!(one("SELECT max(seq) - min(seq) + 1 FROM changes"), changes);
    assert_eq!(
        one(
            "SELECT count(*) FROM outbox o WHERE NOT EXISTS (SELECT 1 FROM changes c WHERE c.tenant = o.tenant \
             AND c.ticket_id = o.ticket_id AND c.seq = o.hint ->> 'seq' AND c.version = o.hint ->> 'version')"
        ),
        0
    );
}

/// The lines of `admin …`, or what it says why not.
fn administer(home: &Path, arguments: &[&str]) -> Result<Vec<Value>, String> {
    let mut command = command(home, &[&["admin"], arguments].concat());
    let output = command.stderr(Stdio::piped()).output().expect("it runs");
    let out = String::from_utf8(output.stdout).expect("text");
    if output.status.success() {
        Ok(out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect())
    } else {
        assert_eq!(out, "", "a refusal has no answer");
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// From an empty folder to a served company, without SQL; the text of a key is in one line and nowhere else.
#[test]
fn a_company_is_set_up_from_nothing() {
    let home = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| administer(home.path(), arguments).expect("it goes well");
    assert_eq!(run(&["tenants"]), [Value::Null; 0]);
    let tenant = run(&["add-tenant", "--name", "Mill Lane IT"])[0]["tenant"]["tenant_id"].clone();
    let tenant = tenant.as_str().expect("an id");
    let person = ["add-person", "--tenant", tenant, "--username", "ann", "--first-name", "Ann"];
    let person = run(&[&person[..], &["--email", "ann@mill.example", "--role", "admin"]].concat());
    let user = person[0]["person"]["user_id"].as_str().expect("an id").to_owned();
    let client =
        run(&["add-client", "--tenant", tenant, "--name", "Bakery"])[0]["client"]["client_id"].clone();
    let made = run(&["add-key", "--tenant", tenant, "--user", &user, "--expires-in", "30"]);
    let text = made[0]["api_key"].as_str().expect("text").to_owned();
    let key = made[0]["key"]["key_id"].as_str().expect("an id").to_owned();
    let listed = run(&["keys", "--tenant", tenant]);
    assert_eq!((listed.len(), &listed[0]["key"]["key_id"]), (1, &made[0]["key"]["key_id"]));
    assert!(!listed[0].to_string().contains(&text));
    assert_eq!(run(&["people", "--tenant", tenant]), person);

    let mut program = Program::serve(home.path(), &["--listen", "127.0.0.1:0"]);
    program.keys.push(text);
    let body = |answer: &str| -> Value {
        serde_json::from_str(&answer[answer.find("{\"").expect("a body")..]).expect("JSON")
    };
    let lookup = |path: &str| body(&program.ask("GET", path, "").expect("an answer").1)["data"][0].clone();
    let (status, board) = (lookup("/api/v1/statuses"), lookup("/api/v1/boards"));
    let ticket = serde_json::json!({
        "title": "First", "board_id": board["board_id"], "status_id": status["status_id"], "client_id": client,
        "itil_impact": 1, "itil_urgency": 1,
    });
    let (created, answer) = program.ask("POST", "/api/v1/tickets", &ticket.to_string()).expect("an answer");
    assert_eq!(created, 201, "{answer}");
    assert_eq!(body(&answer)["data"]["priority_name"], "P1 - Critical");

    run(&["revoke-key", "--tenant", tenant, "--key", &key]);
    assert_eq!(program.ask("GET", "/api/v1/users/me", "").expect("an answer").0, 401, "while it runs");
    assert!(program.signal("-TERM").success());
}

#[test]
fn what_cannot_be_set_up_is_refused_in_a_sentence_and_leaves_nothing() {
    let home = tempfile::tempdir().expect("a folder");
    administer(home.path(), &["add-tenant", "--name", "Mill", "--tenant", "mill"]).expect("it goes well");
    let person =
        ["add-person", "--tenant", "mill", "--username", "a b", "--first-name", "Ann", "--email", "x"];
    for (arguments, said) in [
        (&["add-tenant", "--name", "Again", "--tenant", "mill"][..], "there is a tenant"),
        (&["add-tenant", "--name", " "], "a name has"),
        (&["add-tenant", "--name", "X", "--tenant", "a/b"], "a tenant's id"),
        (&["people", "--tenant", "nobody"], "there is no tenant"),
        (&["add-key", "--tenant", "mill", "--user", "nobody"], "Unknown person"),
        (&["revoke-key", "--tenant", "mill", "--key", "nothing"], "there is nothing"),
        (&[&person[..], &["--role", "king"]].concat(), "no role has this name"),
        (&[&person[..], &["--role", "admin"]].concat(), "email is not an address"),
    ] {
        let why = administer(home.path(), arguments).expect_err("it is refused");
        assert!(why.contains(said), "{arguments:?}: {why}");
    }
    assert_eq!(administer(home.path(), &["people", "--tenant", "mill"]), Ok(Vec::new()));
}
