//! Connecting to a server, and where the key goes: into a real keyring and nowhere else (CO-1, CO-23).
//!
//! **Invariant:** that a key is nowhere is known from having looked into every file and into the page.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use callboard_testkit::keyring::Keyring;
use callboard_testkit::page::part;
use callboard_testkit::pair::{BOB, NORA};
use callboard_testkit::scene::{Scene, play};
use callboard_testkit::window::ConsoleWindow;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::SOME_TICKETS;
use crate::starts::first_start;

/// Calls the program as the page does.
const ASK: &str = r"
const [command, done] = arguments;
window.__TAURI_INTERNALS__.invoke('ask', { command }).then(() => done('heard'), (error) => done(JSON.stringify(error)));";

/// Listens to what the program says, beside the page.
const LISTEN: &str = r"
const done = arguments[0];
window.callboardTold = [];
const id = window.__TAURI_INTERNALS__.transformCallback(({ message }) => {
  if (message) window.callboardTold.push(message);
});
const listen = window.__TAURI_INTERNALS__.invoke('subscribe', { updates: `__CHANNEL__:${id}` });
listen.then(() => done('heard'), (error) => done(JSON.stringify(error)));";

async fn ask(console: &ConsoleWindow, command: Value) -> Result<()> {
    let heard: String = console.script_async(ASK, &[command]).await?;
    ensure!(heard == "heard", "{heard}");
    Ok(())
}

fn connect(url: &str, key: &str) -> Value {
    json!({"do": "connect", "server": url, "tenant": null, "key": key})
}

async fn opened(scene: &Scene, home: &Path) -> Result<Arc<ConsoleWindow>> {
    scene.reopen(home, &[]).await
}

/// CO-1, CO-23
#[tokio::test]
async fn a_key_goes_into_the_keyring_and_into_no_file_and_is_found_there_at_the_next_start() -> Result<()> {
    play("a_key_in_the_keyring", SOME_TICKETS, async |scene| {
        let _keyring = Keyring::start(&scene.display).await?;
        let home = tempfile::tempdir()?;
        let console = first_start(scene, home.path(), &[]).await?;
        let account = scene.server.account(NORA)?;
        ask(&console, connect(&scene.server.url(), &account.api_key)).await?;
        console.stands().await?;
        ensure!(kept_keys(scene).await? == 1, "the keyring has it");
        let page = "return document.documentElement.outerHTML + JSON.stringify({ ...localStorage })";
        let page: String = console.script(page, &[]).await?;
        ensure!(!page.contains(&account.api_key), "the key is in the page");
        scene.close(console).await?;
        let console = opened(scene, home.path()).await?;
        console.stands().await?;
        console.link_is("live").await?;
        scene.close(console).await?;
        let files = files_with(home.path(), &account.api_key)?;
        ensure!(files.is_empty(), "the key is in {files:?}");
        let book = std::fs::read_to_string(home.path().join("profile/profiles.json"))?;
        ensure!(book.contains(NORA) && book.contains(&scene.server.url()), "{book}");
        Ok(())
    })
    .await
}

/// CO-1
#[tokio::test]
async fn why_nobody_is_connected_is_told_apart() -> Result<()> {
    play("why_nobody_is_connected", SOME_TICKETS, async |scene| {
        let home = tempfile::tempdir()?;
        let console = first_start(scene, home.path(), &[]).await?;
        let heard: String = console.script_async(LISTEN, &[]).await?;
        ensure!(heard == "heard", "{heard}");
        ask(&console, json!({"do": "readProfiles"})).await?;
        let stranger = stranger().await?;
        let key = &scene.server.account(NORA)?.api_key;
        for (command, code) in [
            (connect("http://127.0.0.1:9", key), "unreachable"),
            (connect(&stranger, key), "notAServer"),
            (connect(&scene.server.url(), "nobodys-key"), "keyRefused"),
            (connect("http://desk.example", key), "badAddress"),
            (connect(&scene.server.url(), "two words"), "badKey"),
            (json!({"do": "useProfile", "profile": "nobody"}), "keyGone"),
        ] {
            ask(&console, command).await?;
            console
                .until(&format!("it is told {code}"), async || {
                    let told: Vec<Value> = console.script("return window.callboardTold", &[]).await?;
                    let last = told.iter().rev().find(|update| update["is"] == "profiles");
                    let attempt = &last.context("nothing of profiles")?["value"]["attempt"];
                    ensure!(attempt["code"] == code, "{attempt}");
                    ensure!(!attempt["message"].as_str().unwrap_or_default().is_empty(), "{attempt}");
                    Ok(())
                })
                .await?;
        }
        let told: Vec<Value> = console.script("return window.callboardTold", &[]).await?;
        ensure!(!Value::from(told).to_string().contains(key.as_str()), "the page was told its key again");
        console.has(&part("setup"), "data-code", "firstStart").await?;
        scene.close(console).await
    })
    .await
}

/// CO-1
#[tokio::test]
async fn without_a_keyring_a_key_lasts_as_long_as_the_program() -> Result<()> {
    play("without_a_keyring", SOME_TICKETS, async |scene| {
        let home = tempfile::tempdir()?;
        let console = first_start(scene, home.path(), &[]).await?;
        let account = scene.server.account(NORA)?;
        ask(&console, connect(&scene.server.url(), &account.api_key)).await?;
        console.stands().await?;
        console.reads(&part("notice"), "no keyring").await?;
        scene.close(console).await?;
        let files = files_with(home.path(), &account.api_key)?;
        ensure!(files.is_empty(), "the key is in {files:?}");
        let console = opened(scene, home.path()).await?;
        console.has(&part("setup"), "data-code", "missingKey").await?;
        scene.close(console).await
    })
    .await
}

/// CO-1: several profiles, switched without a restart; one that is forgotten leaves neither key nor file.
#[tokio::test]
async fn people_are_switched_without_a_restart_and_a_forgotten_one_leaves_nothing() -> Result<()> {
    play("people_are_switched", SOME_TICKETS, async |scene| {
        let _keyring = Keyring::start(&scene.display).await?;
        let home = tempfile::tempdir()?;
        let console = first_start(scene, home.path(), &[]).await?;
        let mut ids = Vec::new();
        for who in [NORA, BOB] {
            let account = scene.server.account(who)?;
            ask(&console, connect(&scene.server.url(), &account.api_key)).await?;
            ids.push(works_as(&console, home.path(), who).await?);
        }
        ensure!(kept_keys(scene).await? == 2, "each has a key");
        let [nora, bob] = [&ids[0], &ids[1]];
        ask(&console, json!({"do": "useProfile", "profile": nora})).await?;
        works_as(&console, home.path(), NORA).await?;
        let folder = home.path().join("profile/profiles").join(bob);
        ensure!(folder.exists(), "Bob's files are kept");
        ask(&console, json!({"do": "forgetProfile", "profile": bob})).await?;
        console
            .until("nothing of Bob is left", async || {
                ensure!(!folder.exists(), "his files are there");
                ensure!(kept_keys(scene).await? == 1, "his key is there");
                Ok(())
            })
            .await?;
        works_as(&console, home.path(), NORA).await?;
        scene.close(console).await
    })
    .await
}

/// CO-1: whoever signs out leaves no key, and the program asks who it is.
#[tokio::test]
async fn signing_out_leads_back_to_the_first_start() -> Result<()> {
    play("signing_out", SOME_TICKETS, async |scene| {
        let _keyring = Keyring::start(&scene.display).await?;
        let home = tempfile::tempdir()?;
        let console = first_start(scene, home.path(), &[]).await?;
        ask(&console, connect(&scene.server.url(), &scene.server.account(NORA)?.api_key)).await?;
        works_as(&console, home.path(), NORA).await?;
        console.press("gs").await?;
        console.click_on(&part("sign-out")).await?;
        console.has(&part("setup"), "data-code", "firstStart").await?;
        ensure!(kept_keys(scene).await? == 0, "the key is still in the keyring");
        // She is known, and her key is not: it is asked for again.
        console.click_on(&part("use-profile")).await?;
        console.reads(&part("setup-trouble"), "connect again").await?;
        scene.close(console).await
    })
    .await
}

/// Waits until the console works as somebody, and says under which name that profile is kept.
async fn works_as(console: &ConsoleWindow, home: &Path, who: &str) -> Result<String> {
    let id = console
        .until(&format!("it is {who}'s"), async || {
            let book = std::fs::read_to_string(home.join("profile/profiles.json"))?;
            let book: Value = serde_json::from_str(&book)?;
            let profiles = book["profiles"].as_array().context("profiles")?;
            let active = profiles.iter().find(|profile| profile["id"] == book["active"]);
            ensure!(active.context("one that is worked with")?["user"] == who, "{book}");
            Ok(book["active"].as_str().context("a name")?.to_owned())
        })
        .await?;
    console.stands().await?;
    console.link_is("live").await?;
    Ok(id)
}

/// How many keys of ours the keyring has that it would give away.
async fn kept_keys(scene: &Scene) -> Result<usize> {
    let bus = scene.display.bus().await?;
    let wanted = std::collections::HashMap::from([("service", "dev.callboard.console")]);
    let (name, path, interface) =
        ("org.freedesktop.secrets", "/org/freedesktop/secrets", "org.freedesktop.Secret.Service");
    let found = bus.call_method(Some(name), path, Some(interface), "SearchItems", &wanted).await?;
    let (unlocked, _): (Vec<zbus::OwnedObjectPath>, Vec<zbus::OwnedObjectPath>) =
        found.body().deserialize()?;
    Ok(unlocked.len())
}

/// Every file below a folder that holds these words.
fn files_with(folder: &Path, words: &str) -> Result<Vec<std::path::PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_with(&path, words)?);
        } else if path.is_file() {
            let bytes = std::fs::read(&path)?;
            if bytes.windows(words.len()).any(|part| part == words.as_bytes()) {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// Somebody who answers every question with a web page.
async fn stranger() -> Result<String> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let page = "<!doctype html><title>It works</title>";
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", page.len());
            // Whoever asks and goes away gets no answer.
            let mut question = [0; 4096];
            let _ = socket.read(&mut question).await;
            let _ = socket.write_all(format!("{head}{page}").as_bytes()).await;
        }
    });
    Ok(url)
}
