//! A day's work of a service desk, over REST.

use anyhow::{Context, Result, ensure};
use axum::http::Method;
use callboard_testkit::server::{Account, Server};
use callboard_testkit::wait;
use serde_json::{Value, json};

/// The API of a program, as one account.
pub(crate) struct Desk {
    client: reqwest::Client,
    base: String,
    account: Account,
}

impl Desk {
    pub(crate) fn at(server: &Server, account: &Account) -> Result<Self> {
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

    pub(crate) async fn data(&self, method: Method, path: &str, body: Value) -> Result<Value> {
        Ok(self.send(method, path, body).await?["data"].take())
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        self.data(Method::GET, path, json!({})).await
    }

    /// The first entry of a list that fits.
    async fn pick(&self, path: &str, fits: impl Fn(&Value) -> bool) -> Result<Value> {
        let list = self.get(path).await?;
        list.as_array().context("a list")?.iter().find(|one| fits(one)).cloned().context(path.to_owned())
    }
}

/// What a day is made of, one step after the other; the two tickets are made by the first two.
pub(crate) const STEPS: [&str; 15] = [
    "create",
    "create",
    "assign",
    "triage",
    "schedule",
    "dispatched",
    "move",
    "en_route",
    "arrived",
    "comment",
    "note",
    "close",
    "reopen",
    "bundle",
    "unbundle",
];

#[derive(Default)]
pub(crate) struct Day {
    tickets: Vec<Value>,
    visit: Value,
}

impl Day {
    pub(crate) async fn step(&mut self, desk: &Desk, name: &str) -> Result<()> {
        match name {
            "create" => self.create(desk).await,
            "bundle" | "unbundle" => self.bundle(desk, name == "bundle").await,
            "schedule" => self.visit(desk).await,
            "move" => self.moves(desk, json!({ "scheduled_end": "2027-03-01T09:30:00Z" })).await,
            "dispatched" | "en_route" | "arrived" => self.moves(desk, json!({ "status": name })).await,
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

    async fn moves(&self, desk: &Desk, body: Value) -> Result<()> {
        let path = format!("/schedules/{}", self.visit["entry_id"].as_str().context("an id")?);
        desk.send(Method::PUT, &path, body).await.map(drop)
    }

    async fn visit(&mut self, desk: &Desk) -> Result<()> {
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
