//! Programs on the display: alone, as people run them, or with a driver that presses keys.
//!
//! **Invariant:** every program is drawn in the way that the console chooses where there is no graphics card.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use callboard_model::Ticket;
use serde_json::json;

use super::Stage;
use super::screen::{Area, Rgb};
use crate::process::Process;
use crate::programs;
use crate::server::Account;
use crate::window::{ConsoleWindow, Options, private_folders};

/// The program around any page.
const PAGE_PROGRAM: &str = "examples/callboard-page";

/// The colour of the empty window: no desktop and no toolkit has it by chance.
const COLOUR: Rgb = [0x12, 0x34, 0x56];

/// Rows this far apart have one missing between them: a row is 36 pixels high, 26 of which are empty.
pub(super) const GAP_MAX: u32 = 60;

/// Where there are rows as soon as there is a board, whatever stands around it.
const ROWS: Area = Area { x: 64, y: 260, width: 500, height: 600 };

/// How long a window may take to show what it is for.
const SHOWN_MAX: Duration = Duration::from_secs(60);

/// How often it is looked whether it does.
const LOOK_EVERY: Duration = Duration::from_millis(3);

/// A program and what it is told.
#[derive(Clone, Debug)]
pub(super) struct Program {
    name: &'static str,
    env: Vec<(&'static str, String)>,
}

impl Program {
    /// The console, in so many rooms of tickets at most.
    pub(super) fn console(url: &str, account: &Account, rooms: u32) -> Self {
        let env = vec![
            ("CALLBOARD_SERVER", url.to_owned()),
            ("CALLBOARD_API_KEY", account.api_key.clone()),
            ("CALLBOARD_TENANT", account.tenant_id.clone()),
            ("CALLBOARD_ROOMS_MAX", rooms.to_string()),
        ];
        Self { name: "callboard", env }
    }

    /// A window of one colour.
    pub(super) fn empty() -> Result<Self> {
        Self::page("empty.html")
    }

    /// The plain table of so many rows, of which so many change per second.
    pub(super) fn plain(rows: u32, changes: u32) -> Result<Self> {
        Self::page(&format!("index.html?rows={rows}&changes={changes}"))
    }

    fn page(page: &str) -> Result<Self> {
        let folder = pages()?.display().to_string();
        Ok(Self {
            name: PAGE_PROGRAM,
            env: vec![("CALLBOARD_PAGES", folder), ("CALLBOARD_PAGE", page.to_owned())],
        })
    }

    /// Starts it as people do; its files lie in `home`.
    pub(super) fn alone(&self, stage: &Stage, home: &Path) -> Result<Process> {
        let mut command = Command::new(programs::built(self.name)?);
        command
            .arg("--profile-dir")
            .arg(home.join("profile"))
            .envs(stage.display.env())
            .envs(private_folders(home)?)
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("TAURI_WEBVIEW_AUTOMATION")
            .env("GDK_BACKEND", "x11")
            .envs(renderer())
            .envs(self.env.iter().cloned());
        Process::start("program", &mut command, home)
    }

    /// Opens it with a driver. `account` is whose window it is.
    pub(super) async fn driven(&self, stage: &Stage, url: &str, account: &Account) -> Result<ConsoleWindow> {
        let mut env = self.env.clone();
        env.extend(renderer());
        let options = Options { program: self.name, env, ..Options::default() };
        ConsoleWindow::open(&stage.display, url, account, options).await
    }
}

/// How the console draws where there is no graphics card; driven, or around another page, nobody else says so.
fn renderer() -> Option<(&'static str, String)> {
    let mut devices = std::fs::read_dir("/dev/dri").into_iter().flatten().flatten();
    let has_card = devices.any(|device| device.file_name().to_string_lossy().starts_with("renderD"));
    (!has_card).then(|| ("WEBKIT_DISABLE_DMABUF_RENDERER", "1".to_owned()))
}

/// The folder with the pages that are no console; `cargo xtask bench window` builds the table.
fn pages() -> Result<PathBuf> {
    let folder = programs::leavings("bench")?.join("plain");
    ensure!(folder.join("index.html").is_file(), "no plain table: run `cargo xtask bench window`");
    Ok(folder)
}

/// Puts the rows beside the plain table, and the empty page.
pub(super) fn lay_out(tickets: &[Ticket]) -> Result<()> {
    let [red, green, blue] = COLOUR;
    let empty = format!(
        "<!doctype html><title>Empty</title><html style=\"background: rgb({red}, {green}, {blue})\"></html>\n"
    );
    let rows: Vec<_> = tickets
        .iter()
        .map(|ticket| {
            json!({
                "ticket": ticket.ticket_id, "number": ticket.ticket_number, "title": ticket.title,
                "client": ticket.client_name, "status": ticket.status_name, "priority": ticket.priority_name,
                "assignee": ticket.assigned_to_name, "due": ticket.due_date,
            })
        })
        .collect();
    let rows = format!("globalThis.callboardRows = {};\n", serde_json::to_string(&rows)?);
    let folder = pages()?;
    std::fs::write(folder.join("empty.html"), empty).context("writing the empty page")?;
    std::fs::write(folder.join("rows.js"), rows).context("writing the rows")
}

impl Stage {
    /// Waits until rows stand everywhere where there should be some; says how long after `began`.
    pub(super) async fn rows_stand(&self, began: Instant) -> Result<Duration> {
        self.shows(began, "rows stand", |stage| Ok(stage.screen.widest_gap(ROWS)? < GAP_MAX)).await
    }

    /// Waits until the empty window is there.
    pub(super) async fn empty_stands(&self, began: Instant) -> Result<Duration> {
        let middle = (ROWS.x + ROWS.width / 2, ROWS.y + ROWS.height / 2);
        self.shows(
            began,
            "the colour is there",
            |stage| Ok(stage.screen.pixel(middle.0, middle.1)? == COLOUR),
        )
        .await
    }

    /// Waits until no window is there any more.
    pub(super) async fn is_bare(&self) -> Result<()> {
        self.shows(Instant::now(), "the display is bare", |stage| {
            let first = stage.screen.pixel(0, 0)?;
            let places = [(1, 1), (700, 450), (1439, 899), (64, 300), (300, 600)];
            places.into_iter().try_fold(true, |all, (x, y)| Ok(all && stage.screen.pixel(x, y)? == first))
        })
        .await
        .map(drop)
    }

    async fn shows(
        &self,
        began: Instant,
        what: &str,
        look: impl Fn(&Self) -> Result<bool>,
    ) -> Result<Duration> {
        while !look(self)? {
            ensure!(began.elapsed() < SHOWN_MAX, "not within {SHOWN_MAX:?}: {what}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(began.elapsed())
    }
}
