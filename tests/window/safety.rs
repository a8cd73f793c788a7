//! A ticket's words are words, and the window talks to nobody but its own program (CO-23).
//!
//! **Invariant:** each attack is shown to have been stopped by the policy, not by luck: the page reports it.

use anyhow::{Result, ensure};
use callboard_model::{Field, Value};
use callboard_testkit::page::{cell, part};
use callboard_testkit::pair::NORA;
use callboard_testkit::scene::{Scene, play};
use callboard_testkit::window::ConsoleWindow;
use serde_json::json;

use crate::SOME_TICKETS;

/// A title that wants to be a program.
const HOSTILE: &str =
    r#"<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>{{7*7}}<b onclick=pwned>"#;

/// Collects what the page's policy stopped, as `directive`.
const WATCH_POLICY: &str = r"
window.callboardStopped = [];
document.addEventListener('securitypolicyviolation', (event) => window.callboardStopped.push(event.effectiveDirective));
return true;";

/// CO-23
#[tokio::test]
async fn a_hostile_title_is_text() -> Result<()> {
    play("a_hostile_title_is_text", SOME_TICKETS, async |scene| {
        let nora = scene.console(NORA).await?;
        nora.link_is("live").await?;
        let first = nora.sees(&part("row")).await?;
        let id = first.attribute("data-ticket").unwrap_or_default().into();
        scene.server.rest(NORA)?.put(&id, [(Field::Title, Value::from(HOSTILE))]).await?;
        nora.reads(&cell(&id, "title"), HOSTILE).await?;
        nora.open_ticket(&id).await?;
        nora.reads(&part("edit-title"), HOSTILE).await?;
        let made = "return document.querySelectorAll('img, b, #app script').length";
        ensure!(nora.script::<u32>(made, &[]).await? == 0, "no element came of it");
        untouched(&nora).await
    })
    .await
}

/// CO-23
#[tokio::test]
async fn an_injected_script_does_not_run() -> Result<()> {
    play("an_injected_script_does_not_run", SOME_TICKETS, async |scene| {
        let nora = scene.console(NORA).await?;
        ensure!(nora.script::<bool>(WATCH_POLICY, &[]).await?, "the page is watched");
        let inject = r"
const script = document.createElement('script');
script.textContent = 'window.pwned = 1';
document.body.append(script);
const holder = document.createElement('div');
holder.innerHTML = '<img src=x onerror=window.pwned=1>';
document.body.append(holder);
return true;";
        ensure!(nora.script::<bool>(inject, &[]).await?, "injected");
        stopped(&nora, &["script-src-elem", "script-src-attr"]).await?;
        untouched(&nora).await
    })
    .await
}

/// CO-23
#[tokio::test]
async fn the_window_reaches_no_network_and_holds_no_key() -> Result<()> {
    play("the_window_reaches_no_network", SOME_TICKETS, async |scene| {
        let nora = scene.console(NORA).await?;
        ensure!(nora.script::<bool>(WATCH_POLICY, &[]).await?, "the page is watched");
        let reach = r"
const [url, done] = arguments;
const socket = () => new Promise((resolve) => {
  try {
    const socket = new WebSocket(url.replace('http', 'ws'));
    socket.onopen = () => resolve('open');
    socket.onerror = () => resolve('stopped');
  } catch { resolve('stopped'); }
});
Promise.all([fetch(url, { mode: 'no-cors' }).then(() => 'open', () => 'stopped'), socket()]).then(done);";
        let url = format!("{}/api/v1/meta/capabilities", scene.server.url());
        let reached: Vec<String> = nora.script_async(reach, &[json!(url)]).await?;
        ensure!(reached == ["stopped", "stopped"], "{reached:?}");
        stopped(&nora, &["connect-src"]).await?;
        holds_no_key(scene, &nora).await
    })
    .await
}

async fn stopped(nora: &ConsoleWindow, directives: &[&str]) -> Result<()> {
    nora.until(&format!("the policy stops {directives:?}"), async || {
        let stopped: Vec<String> = nora.script("return window.callboardStopped", &[]).await?;
        // Older engines name the parent directive.
        let found = |wanted: &&str| stopped.iter().any(|name| wanted.starts_with(name.as_str()));
        ensure!(directives.iter().all(found), "it stopped {stopped:?}");
        Ok(())
    })
    .await
}

async fn untouched(nora: &ConsoleWindow) -> Result<()> {
    let pwned: bool = nora.script("return window.pwned !== undefined", &[]).await?;
    ensure!(!pwned, "a foreign script ran");
    Ok(())
}

async fn holds_no_key(scene: &Scene, nora: &ConsoleWindow) -> Result<()> {
    let everything = r"
const kept = [localStorage, sessionStorage].map((store) => JSON.stringify({ ...store }));
return document.documentElement.outerHTML + kept.join('') + document.cookie;";
    let everything: String = nora.script(everything, &[]).await?;
    ensure!(everything.contains("row"), "the page was read");
    ensure!(!everything.contains(&scene.server.account(NORA)?.api_key), "the key is in the page");
    Ok(())
}
