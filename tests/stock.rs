//! The console against the stock: its REST as it is, and the real room server of 2.15.3 with the token in the address.
//!
//! What cannot be had there is versions, a feed and a board room; what must hold all the same is that nothing is
//! overwritten unseen, and that the person is told what the server is worth.
//!
//! **Invariant:** the rooms are the real ones; of the rest only what the stock's own documents say is played.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use callboard_testkit::headless::Headless;
use callboard_testkit::node::Script;
use callboard_testkit::programs;
use callboard_testkit::redis::Redis;
use serde_json::{Value, json};
use tempfile::TempDir;

const KEY: &str = "k-of-nora";
const COOKIE: &str = "authjs.session-token=of-a-browser";
const ROOM: &str = "ticket:company:t1";

struct Company {
    home: TempDir,
    script: Script,
    rest: String,
    rooms: String,
    _redis: Redis,
}

impl Company {
    async fn start() -> Result<Self> {
        let redis = Redis::start().await?;
        let mut script = Script::start("stock.mjs", &[&redis.url(), KEY, COOKIE])?;
        let listening = script.hears(&json!({"is": "listening"})).await?;
        Ok(Self {
            home: tempfile::tempdir()?,
            script,
            rest: format!("http://127.0.0.1:{}", listening["rest"]),
            rooms: format!("ws://127.0.0.1:{}", listening["rooms"]),
            _redis: redis,
        })
    }

    /// Nora's console, with that key, and perhaps with the session of her browser.
    fn console(&self, key: &str, with_browser: bool) -> Result<Headless> {
        let profile = self.home.path().join("nora");
        let cookie = self.home.path().join("cookie");
        std::fs::write(&cookie, COOKIE)?;
        let mut command = Command::new(programs::built("callboard")?);
        command
            .args(["--headless", "--profile-dir"])
            .arg(&profile)
            .env("CALLBOARD_SERVER", &self.rest)
            .env("CALLBOARD_API_KEY", key)
            .env("CALLBOARD_ROOMS_URL", &self.rooms)
            .env("CALLBOARD_USER", "nora@company.example");
        if with_browser {
            command.env("CALLBOARD_BROWSER_SESSION_FILE", &cookie);
        }
        let mut console = Headless::run(&mut command, &profile)?;
        console.tell(&json!({"do": "hello"}))?;
        Ok(console)
    }

    /// The same, live, with the first ticket open.
    async fn live_console(&self) -> Result<Headless> {
        let mut console = self.console(KEY, true)?;
        open(&mut console).await?;
        console.until("the console is live", |console| is(console, "live", "live")).await?;
        Ok(console)
    }

    /// Bob's browser, in the room of the first ticket.
    async fn bobs_browser(&mut self) -> Result<Script> {
        self.script.say(&json!({"do": "mint", "ticket": "t1", "user": "u-bob"})).await?;
        let minted = self.script.hears(&json!({"is": "token"})).await?;
        let token = minted["token"].as_str().context("a token")?;
        let mut browser = Script::start("peer.mjs", &["2", &format!("{}?token={token}", self.rooms)])?;
        browser.say(&json!({"do": "join", "room": ROOM, "token": token})).await?;
        browser.hears(&json!({"is": "synced", "room": ROOM})).await?;
        Ok(browser)
    }

    /// A value as the stock holds it.
    async fn holds(&mut self, field: &str) -> Result<Value> {
        self.script.say(&json!({"do": "tell", "ticket": "t1"})).await?;
        let told = self.script.hears(&json!({"is": "ticket"})).await?;
        Ok(told["row"][field].clone())
    }
}

async fn open(console: &mut Headless) -> Result<()> {
    console.tell(&json!({"do": "openTicket", "ticket": "t1"}))?;
    console
        .until("the ticket is open", |console| console.field("t1", "title")["shown"].as_object().map(drop))
        .await
}

fn is(console: &Headless, what: &str, value: &str) -> Option<()> {
    (console.newest("link")[what] == value).then_some(())
}

fn shows(console: &Headless, field: &str, value: &str, kind: &str) -> Option<()> {
    let field = console.field("t1", field);
    (field["shown"]["value"] == value && field["state"]["kind"] == kind).then_some(())
}

/// LT-9, LT-10: a browser of the stock and the console see each other, and the field that each is in.
#[tokio::test]
async fn a_browser_of_the_stock_and_the_console_see_each_other() -> Result<()> {
    let mut company = Company::start().await?;
    let mut nora = company.live_console().await?;
    let mut bob = company.bobs_browser().await?;
    let user = json!({"userId": "u-bob", "displayName": "Bob Kessler", "avatarUrl": null, "color": "#8b5cf6", "editingField": "status_id"});
    bob.say(&json!({"do": "show", "room": ROOM, "user": user})).await?;
    let sees_bob = |console: &Headless| {
        let editor = &console.field("t1", "status_id")["editors"][0];
        (editor["user"] == "u-bob").then(|| editor.clone())
    };
    let face = nora.until("she sees Bob in the field", sees_bob).await?;
    assert_eq!((&face["name"], &face["state"]), (&json!("Bob Kessler"), &json!("here")));
    nora.tell(&json!({"do": "beginEdit", "ticket": "t1", "field": "title"}))?;
    let hers = |event: &Value| {
        let others = event["others"].as_array().map(Vec::as_slice).unwrap_or_default();
        event["is"] == "presence"
            && others.iter().any(|user| user["userId"] == "u-nora" && user["editingField"] == "title")
    };
    bob.hears_where("he sees her in the title", hers).await?;
    nora.tell(&json!({"do": "viewQuietly", "on": true}))?;
    bob.hears_news(&json!({"is": "presence", "room": ROOM, "others": []})).await?;
    Ok(())
}

/// LT-11, LT-13: a save in the web is heard, followed, and asked about where there is work on it.
#[tokio::test]
async fn a_save_in_the_web_is_heard_and_asked_about_where_there_is_work() -> Result<()> {
    let mut company = Company::start().await?;
    let mut nora = company.live_console().await?;
    let save = |field: &str, value: &str| json!({"do": "webSave", "ticket": "t1", "field": field, "value": value, "by": "u-bob"});
    company.script.say(&save("status_id", "s2")).await?;
    nora.until("she sees it", |console| shows(console, "status_id", "s2", "confirmed")).await?;
    nora.tell(&json!({"do": "draft", "ticket": "t1", "field": "title", "value": "hers"}))?;
    nora.until("her draft is shown", |console| shows(console, "title", "hers", "draft")).await?;
    company.script.say(&save("title", "his")).await?;
    nora.until("she is asked", |console| shows(console, "title", "hers", "conflict")).await?;
    assert_eq!(nora.field("t1", "title")["state"]["by"], "Bob Kessler");
    Ok(())
}

/// LT-13, wire.md 4: nothing told of it, and it is not overwritten: values are compared right before the save, and only
/// those that are about to be written.
#[tokio::test]
async fn a_silent_write_is_found_by_comparing_before_it_is_overwritten() -> Result<()> {
    let mut company = Company::start().await?;
    let mut nora = company.live_console().await?;
    for (field, value) in [("title", "his"), ("status_id", "s2")] {
        company
            .script
            .say(&json!({"do": "restSave", "ticket": "t1", "field": field, "value": value}))
            .await?;
        company.script.hears(&json!({"is": "written", "field": field})).await?;
    }
    nora.edit("t1", "title", "hers")?;
    nora.until("she is asked", |console| shows(console, "title", "hers", "conflict")).await?;
    assert_eq!(company.holds("title").await?, "his");
    nora.edit("t1", "priority_id", "p1")?;
    nora.tell(&json!({"do": "keepYours", "ticket": "t1", "field": "title", "theirs": "his"}))?;
    nora.until("hers is saved", |console| shows(console, "title", "hers", "confirmed")).await?;
    assert_eq!(
        (company.holds("title").await?, company.holds("status_id").await?),
        (json!("hers"), json!("s2"))
    );
    let put = company.script.hears(&json!({"is": "put"})).await?;
    assert_eq!(put["body"], json!({"title": "hers"}), "one field, and no version");
    Ok(())
}

/// The stock refuses to take somebody off a ticket in an update, and has a page of its own for it.
#[tokio::test]
async fn somebody_is_taken_off_a_ticket_where_the_stock_allows_it() -> Result<()> {
    let mut company = Company::start().await?;
    let mut nora = company.live_console().await?;
    nora.edit("t1", "assigned_to", "u-bob")?;
    nora.until("it is his", |console| shows(console, "assigned_to", "u-bob", "confirmed")).await?;
    nora.tell(&json!({"do": "edit", "ticket": "t1", "field": "assigned_to", "value": null}))?;
    company.script.hears(&json!({"is": "put", "assignment": true, "body": {"assigned_to": null}})).await?;
    let is_nobodys = |console: &Headless| {
        let field = console.field("t1", "assigned_to");
        (field["shown"]["value"].is_null() && field["state"]["kind"] == "confirmed").then_some(())
    };
    nora.until("it is nobody's", is_nobodys).await?;
    assert_eq!(company.holds("assigned_to").await?, Value::Null);
    Ok(())
}

/// LT-14, wire.md 4: without a browser's session there is no token, which is no error; the rest works, and the diagnostics
/// say what it is worth.
#[tokio::test]
async fn without_a_token_live_updates_are_unavailable_and_work_goes_on() -> Result<()> {
    let mut company = Company::start().await?;
    let mut nora = company.console(KEY, false)?;
    open(&mut nora).await?;
    nora.until("live updates are unavailable", |console| is(console, "live", "unavailable")).await?;
    let link = nora.newest("link").clone();
    assert_eq!((&link["reach"], &link["support"]), (&json!("up"), &json!("bestEffort")));
    nora.edit("t1", "title", "hers")?;
    nora.until("hers is saved", |console| shows(console, "title", "hers", "confirmed")).await?;
    assert_eq!(company.holds("title").await?, "hers");
    ensure!(nora.problems().is_empty(), "{:?}", nora.problems());
    Ok(())
}

/// CO-13: a key that is not accepted is told, in whichever shape.
#[tokio::test]
async fn a_key_that_the_stock_does_not_know_is_told() -> Result<()> {
    let company = Company::start().await?;
    let mut nora = company.console("guessed", true)?;
    nora.until("she is signed out", |console| is(console, "reach", "signedOut")).await
}

/// LT-14: sockets that the server closes are opened anew, and what was missed meanwhile is found.
#[tokio::test]
async fn after_the_room_server_dropped_everybody_the_rooms_are_entered_again() -> Result<()> {
    let mut company = Company::start().await?;
    let mut nora = company.live_console().await?;
    company.script.hears(&json!({"is": "entered", "room": ROOM})).await?;
    company.script.say(&json!({"do": "dropRooms"})).await?;
    company.script.hears(&json!({"is": "left", "room": ROOM})).await?;
    company.script.hears(&json!({"is": "entered", "room": ROOM})).await?;
    nora.until("the console is live", |console| is(console, "live", "live")).await?;
    let save = json!({"do": "webSave", "ticket": "t1", "field": "status_id", "value": "s2", "by": "u-bob"});
    company.script.say(&save).await?;
    nora.until("she sees it", |console| shows(console, "status_id", "s2", "confirmed")).await
}
