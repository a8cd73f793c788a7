//! The stage of a window test: a server, a bad network, a screen, and consoles on it.
//!
//! **Invariant:** a failed scene leaves its evidence in `target/window-tests/<name>/`; a passed one leaves nothing.

use std::fs::File;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use futures_util::FutureExt as _;

use crate::chaos::Chaos;
use crate::display::Display;
use crate::process::{self, Process};
use crate::programs;
use crate::server::{Server, ServerOptions};
use crate::wait;
use crate::window::{ConsoleWindow, Options, private_folders};

/// How long a whole scene may take.
const SCENE_MAX: Duration = Duration::from_secs(200);

/// A stage.
#[derive(Debug)]
pub struct Scene {
    /// The server.
    pub server: Server,
    /// The network between every console and the server.
    pub network: Chaos,
    /// The screen, and the bus beside it.
    pub display: Display,
    consoles: Mutex<Vec<Arc<ConsoleWindow>>>,
}

impl Scene {
    /// Sets up a stage with that many tickets.
    pub async fn set(tickets: u32) -> Result<Self> {
        let server = Server::start(ServerOptions { tickets, ..ServerOptions::default() });
        let (server, display) = tokio::try_join!(server, Display::open())?;
        let network = Chaos::before(server.address()).await?;
        Ok(Self { server, network, display, consoles: Mutex::default() })
    }

    /// Opens a person's console; its way to the server leads through [`Scene::network`].
    pub async fn console(&self, person: &str) -> Result<Arc<ConsoleWindow>> {
        self.console_with(person, &self.network.url(), Options::default()).await
    }

    /// Opens a person's console on another way to the server.
    pub async fn console_with(
        &self,
        person: &str,
        url: &str,
        options: Options,
    ) -> Result<Arc<ConsoleWindow>> {
        let account = self.server.account(person)?;
        let opened = ConsoleWindow::open(&self.display, url, account, options).await;
        let console = Arc::new(opened.with_context(|| self.server.log_tail())?);
        self.consoles.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&console));
        Ok(console)
    }

    /// Opens the console whose files lie in `home`, as whoever it was when it was last closed; nothing is waited for.
    pub async fn reopen(&self, home: &Path, arguments: &[&str]) -> Result<Arc<ConsoleWindow>> {
        let console = Arc::new(ConsoleWindow::open_again(&self.display, home, arguments).await?);
        self.consoles.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&console));
        Ok(console)
    }

    /// Closes a console that was reopened: its window, and the program with it.
    pub async fn close(&self, console: Arc<ConsoleWindow>) -> Result<()> {
        self.consoles
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|other| !Arc::ptr_eq(other, &console));
        Arc::into_inner(console).context("somebody else still looks at it")?.close().await
    }

    /// Starts the program a second time on the files in `home`, and waits until that second one has ended well.
    pub async fn start_again(&self, home: &Path, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new(programs::built("callboard")?);
        command.envs(self.display.env()).envs(private_folders(home)?);
        command.arg("--profile-dir").arg(home.join("profile")).args(arguments);
        let mut second = Process::start("second", &mut command, home)?;
        let ended = wait::until("the second start ends", async || second.ended()?.context("it still runs"));
        let status = ended.await.with_context(|| process::tail(&home.join("second.err.log")))?;
        ensure!(status.success(), "it ended with {status}");
        Ok(())
    }

    async fn leave_evidence(&self, folder: &Path, failure: &str) -> Result<()> {
        std::fs::create_dir_all(folder).context("making the folder")?;
        std::fs::write(folder.join("failure.txt"), failure).context("keeping the failure")?;
        std::fs::write(folder.join("server.log"), self.server.log_tail())
            .context("keeping the server's log")?;
        let consoles = self.consoles.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for console in consoles {
            console.leave_evidence(folder).await?;
        }
        Ok(())
    }
}

/// Plays a scene under a name of its own. Scenes take turns, also across processes: two web views keep two cores busy.
pub async fn play(name: &str, tickets: u32, story: impl AsyncFnOnce(&mut Scene) -> Result<()>) -> Result<()> {
    let folder = programs::leavings("window-tests")?;
    let _turn = take_turn(folder.join("turn.lock")).await?;
    let evidence = folder.join(name);
    if evidence.exists() {
        std::fs::remove_dir_all(&evidence).context("clearing old evidence")?;
    }
    let mut scene = Scene::set(tickets).await?;
    let played = tokio::time::timeout(SCENE_MAX, AssertUnwindSafe(story(&mut scene)).catch_unwind()).await;
    let failure = match played {
        Ok(Ok(Ok(()))) => return Ok(()),
        Ok(Ok(Err(error))) => error,
        Ok(Err(panic)) => anyhow!("the scene panicked: {}", panic_text(&*panic)),
        Err(_) => anyhow!("the scene took longer than {SCENE_MAX:?}"),
    };
    let left = scene.leave_evidence(&evidence, &format!("{failure:?}")).await;
    let note = match left {
        Ok(()) => format!("evidence: {}", evidence.display()),
        Err(error) => format!("evidence (incomplete: {error:#}): {}", evidence.display()),
    };
    Err(failure.context(note))
}

/// Holds the turn as long as the file is open.
async fn take_turn(path: PathBuf) -> Result<File> {
    let wait = tokio::task::spawn_blocking(move || -> Result<File> {
        let file = File::options().create(true).truncate(false).write(true).open(&path)?;
        file.lock()?;
        Ok(file)
    });
    wait.await.context("waiting for the turn")?.context("taking the turn")
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no words)")
}
