//! Whether everybody can read and hit what a window shows: axe, and the facts of its layout.
//!
//! **Invariant:** looks at the page when it has come to rest; what is still fading in has not its own colours yet.

use anyhow::{Context, Result, ensure};
use callboard_testkit::programs;
use callboard_testkit::window::{ConsoleWindow, Theme};

/// What must hold of the layout of any page; the same script looks at pictures during development.
const LAYOUT: &str = include_str!("../../ui/look/facts.js");

/// CO-20: no violation that axe knows of.
pub(crate) async fn is_readable(nora: &ConsoleWindow, theme: Theme, what: &str) -> Result<()> {
    comes_to_rest(nora).await?;
    let axe = std::fs::read_to_string(programs::npm_file("axe-core/axe.min.js")?).context("reading axe")?;
    let put = format!("if (!window.axe) {{ {axe} }} return typeof axe.run === 'function'");
    ensure!(nora.script::<bool>(&put, &[]).await?, "axe is there");
    let run = r"
const done = arguments[0];
axe.run(document, { resultTypes: ['violations'] }).then(
  ({ violations }) => done(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' | ')}`)),
  (error) => done([String(error)]),
);";
    let violations: Vec<String> = nora.script_async(run, &[]).await?;
    ensure!(violations.is_empty(), "{what} in the {} theme: {violations:#?}", theme.name());
    Ok(())
}

/// CO-20: nothing sticks out, nothing is cut off, every target is 24 px wide and high.
pub(crate) async fn is_well_laid_out(nora: &ConsoleWindow, what: &str) -> Result<()> {
    comes_to_rest(nora).await?;
    // The page measures itself after it was laid out, and may lay itself out anew.
    nora.until(&format!("{what} is well laid out"), async || {
        let complaints: Vec<String> =
            nora.script(&format!("{LAYOUT}; return window.layoutComplaints()"), &[]).await?;
        ensure!(complaints.is_empty(), "{complaints:#?}");
        Ok(())
    })
    .await
}

async fn comes_to_rest(nora: &ConsoleWindow) -> Result<()> {
    // What was just put there begins to move only when it is drawn; one that is called off ends no other; and what ends
    // may begin the next.
    let rest = r"
const done = arguments[0];
const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
const rest = async () => {
  await drawn();
  const running = document.getAnimations().filter((one) => one.playState === 'running');
  if (running.length === 0) return true;
  await Promise.allSettled(running.map((one) => one.finished));
  return rest();
};
rest().then(done);";
    ensure!(nora.script_async::<bool>(rest, &[]).await?, "at rest");
    Ok(())
}
