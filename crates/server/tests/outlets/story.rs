//! A day's work with kill -9 in the middle of it: a receiver of webhooks gets every event once by its id, in order (EV-4).

use anyhow::{Context, Result, ensure};
use axum::http::Method;
use callboard_testkit::database::Database;
use callboard_testkit::postgres::Postgres;
use callboard_testkit::server::{Account, Server, ServerOptions};
use callboard_testkit::wait;
use serde_json::{Value, json};

use crate::receiver::Receiver;

/// The API of a program, as one account.
struct Desk {
    client: reqwest::Client,
    base: String,
    account: Account,
}

impl Desk {
    fn at(server: &Server, account: &Account) -> Result<Self> {
        let client = reqwest::Client::builder().no_proxy().timeout(wait::FACT_MAX).build()?;
        Ok(Self { client, base: format!("{}/api/v1", server.url()), account: account.clone() })
    }

    /// What the API answers, which has to be good.
    async fn send(&self, method: Method, path: &str, body: Value) -> Result<Value> {
        let request = self
            .client
            .request(method, format!("{}{path}", self.base))
            .header("x-api-key", &self.account.api_key)
            .json(&body);
        let answer = request.send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "{path}: {status} {text}");
        let body: Value = if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? };
        Ok(body)
    }

    async fn data(&self, method: Method, path: &str, body: Value) -> Result<Value> {
        Ok(self.send(method, path, body).await?["data"].take())
    }

    async fn get(&self, path: &str) -> Result<Value> {
        self.data(Method::GET, path, json!({})).await
    }

    /// The first entry of a list that fits.
    async fn pick(&self, path: &str, fits: impl Fn(&Value) -> bool) -> Result<Value> {
        let list = self.get(path).await?;
        list.as_array().context("a list")?.iter().find(|one| fits(one)).cloned().context(path.to_owned())
    }
}

/// What a day is made of, one step after the other; the two tickets are made by the first two.
const STEPS: [&str; 12] = [
    "create", "create", "assign", "triage", "comment", "note", "close", "reopen", "bundle", "unbundle",
    "schedule", "move",
];

#[derive(Default)]
struct Day {
    tickets: Vec<Value>,
    visit: Value,
}

impl Day {
    async fn step(&mut self, desk: &Desk, name: &str) -> Result<()> {
        match name {
            "create" => self.create(desk).await,
            "bundle" | "unbundle" => self.bundle(desk, name == "bundle").await,
            "schedule" | "move" => self.visit(desk, name == "schedule").await,
            "comment" | "note" => {
                let said = json!({ "comment_text": "On it", "is_internal": name == "note" });
                let path = format!("{}/comments", path(&self.tickets[0]));
                desk.send(Method::POST, &path, said).await.map(drop)
            }
            _ => self.save(desk, name).await,
        }
    }

    async fn create(&mut self, desk: &Desk) -> Result<()> {
        let like = desk.pick("/tickets?is_open=true", |_| true).await?;
        let mut body = json!({ "title": "A day's work" });
        for key in ["board_id", "client_id", "status_id", "priority_id"] {
            body[key] = like[key].clone();
        }
        self.tickets.push(desk.data(Method::POST, "/tickets", body).await?);
        Ok(())
    }

    async fn save(&mut self, desk: &Desk, name: &str) -> Result<()> {
        let ticket = &self.tickets[0];
        let statuses = format!("/statuses?board_id={}", ticket["board_id"].as_str().context("a board")?);
        let body = match name {
            "assign" => {
                let someone = desk.pick("/users?user_type=internal", |_| true).await?;
                json!({ "assigned_to": someone["user_id"] })
            }
            "triage" => {
                let other = |one: &Value| one["priority_id"] != ticket["priority_id"];
                json!({ "priority_id": desk.pick("/priorities", other).await?["priority_id"] })
            }
            "close" => {
                json!({ "status_id": desk.pick(&statuses, |one| one["is_closed"] == true).await?["status_id"] })
            }
            "reopen" => json!({ "status_id": ticket["status_id"] }),
            other => anyhow::bail!("no step {other}"),
        };
        desk.send(Method::PUT, &path(ticket), body).await.map(drop)
    }

    async fn bundle(&self, desk: &Desk, together: bool) -> Result<()> {
        let (master, child) = (path(&self.tickets[0]), &self.tickets[1]["ticket_id"]);
        if together {
            let body = json!({ "child_ticket_ids": [child], "mode": "link_only" });
            return desk.send(Method::POST, &format!("{master}/bundle"), body).await.map(drop);
        }
        let path = format!("{master}/bundle/children/{}", child.as_str().context("an id")?);
        desk.send(Method::DELETE, &path, json!({})).await.map(drop)
    }

    async fn visit(&mut self, desk: &Desk, new: bool) -> Result<()> {
        if !new {
            let path = format!("/schedules/{}", self.visit["entry_id"].as_str().context("an id")?);
            let body = json!({ "scheduled_end": "2027-03-01T09:30:00Z" });
            return desk.send(Method::PUT, &path, body).await.map(drop);
        }
        let someone = desk.pick("/users?user_type=internal", |_| true).await?;
        let body = json!({
            "title": "Visit", "assigned_user_ids": [someone["user_id"]], "work_item_type": "ticket",
            "work_item_id": self.tickets[0]["ticket_id"], "scheduled_start": "2027-03-01T08:00:00Z",
            "scheduled_end": "2027-03-01T09:00:00Z",
        });
        self.visit = desk.data(Method::POST, "/schedules", body).await?;
        Ok(())
    }
}

fn path(ticket: &Value) -> String {
    format!("/tickets/{}", ticket["ticket_id"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn every_event_of_a_day_arrives_once_and_in_order_although_the_server_is_killed_on_sqlite() -> Result<()>
{
    whole_day(&Database::sqlite()?).await
}

#[tokio::test]
async fn every_event_of_a_day_arrives_once_and_in_order_although_the_server_is_killed_on_postgres()
-> Result<()> {
    whole_day(&Database::Postgres(Box::new(Postgres::durable().await?))).await
}

async fn whole_day(database: &Database) -> Result<()> {
    let receiver = Receiver::start().await?;
    let mut server = Server::start(ServerOptions {
        tickets: 5,
        database: Some(database.address()),
        args: ["--webhooks-anywhere", "--rate-limit", "off"].map(str::to_owned).into(),
        ..ServerOptions::default()
    })
    .await?;
    let admin = server.accounts().iter().find(|one| one.role == "admin").context("an administrator")?.clone();
    let desk = Desk::at(&server, &admin)?;
    let hook = desk.data(Method::POST, "/admin/webhooks", json!({ "url": receiver.url() })).await?;
    let secret = hook["secret"].as_str().context("told once")?.to_owned();

    let mut day = Day::default();
    for (number, name) in STEPS.into_iter().enumerate() {
        // Every third step is told to a receiver that has it and has not said so when the server dies.
        let dies = number % 3 == 1;
        receiver.hold(dies);
        let before = receiver.got().len();
        day.step(&desk, name).await.with_context(|| format!("step {number}, {name}"))?;
        if dies {
            receiver.got_at_least(before + 1).await?;
            server.kill();
            receiver.hold(false);
            server.restart().await?;
        }
    }

    // Asked anew each time: a clock may run out meanwhile, and is told, too.
    let expected = wait::until("every event has come", async || {
        let log = desk.get("/events?limit=1000").await?;
        let log = log.as_array().context("a log")?;
        let expected: Vec<_> =
            log.iter().filter_map(|one| Some(one["event_id"].as_str()?.to_owned())).collect();
        let came = receiver.events();
        ensure!(came == expected, "{} of {}: {came:?} and not {expected:?}", came.len(), expected.len());
        Ok(expected)
    })
    .await?;
    let got = receiver.got();
    let kinds: Vec<_> = got.iter().map(|one| one.kind().to_owned()).collect();
    for kind in [
        "ticket.created",
        "ticket.assigned",
        "TICKET_PRIORITY_CHANGED",
        "ticket.comment.added",
        "TICKET_INTERNAL_NOTE_ADDED",
        "ticket.closed",
        "TICKET_REOPENED",
        "TICKET_MERGED",
        "TICKET_SPLIT",
        "APPOINTMENT_CREATED",
        "APPOINTMENT_RESCHEDULED",
    ] {
        ensure!(kinds.iter().any(|one| one == kind), "no {kind} in {kinds:?}");
    }
    for one in &got {
        one.is_signed_with(&secret)?;
        let first = got.iter().find(|other| other.event_id() == one.event_id()).context("itself")?;
        ensure!(first.text == one.text, "told again, it is the same");
    }
    ensure!(got.len() > expected.len(), "the kills came between a delivery and the note of it");
    println!("{} events, {} requests, 4 kills", expected.len(), got.len());
    Ok(())
}
