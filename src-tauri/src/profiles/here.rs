//! A company to try things with: the server inside this program, on a file in the profile's own folder, with demo tickets
//! and two simulated colleagues (CO-1). The person reaches it through a plug that can be pulled.
//!
//! **Invariant:** it listens on this machine alone, its keys live as long as it does, and whoever in it is simulated says
//! so in their name.

use std::path::Path;

use callboard_link::{ApiKey, Config, LiveOptions, ServerUrl, TenantId};
use callboard_server::run::{self, DemoAccount};
use callboard_server::settings::{Arguments, Settings};
use clap::Parser as _;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::colleague;
use super::plug::Plug;

/// How many tickets the company has.
const TICKETS: u32 = 200;

/// How many colleagues are played.
const COLLEAGUES: usize = 2;

/// A company that runs.
pub(super) struct Here {
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    /// What can be pulled between it and the person.
    pub(super) plug: Plug,
    /// Its tenant.
    pub(super) tenant: String,
    /// Who the person is in it.
    pub(super) user: String,
    /// The person's key.
    pub(super) key: String,
}

impl Here {
    /// Opens the company of a folder, or makes one there. `before`: where it listened last time, so that what was not
    /// sent then still has an address.
    pub(super) async fn open(folder: &Path, before: Option<&str>) -> Result<Self, String> {
        let said = |error: &dyn std::fmt::Display| error.to_string();
        std::fs::create_dir_all(folder).map_err(|error| said(&error))?;
        let stop = CancellationToken::new();
        let last = before.and_then(|url| url.strip_prefix("http://")?.parse().ok());
        let running = run::start(settings(folder)?, stop.clone()).await;
        let mut running = running.map_err(|error| said(&error))?;
        let address = format!("http://{}", running.address);
        let plugged = Plug::open(folder, last, running.address, stop.clone()).await;
        let (plug, carrying) = plugged.map_err(|error| said(&error))?;
        let mut accounts = std::mem::take(&mut running.demo_accounts).into_iter();
        let me = accounts.next().ok_or("the company has nobody")?;
        let mut tasks = vec![
            carrying,
            tokio::spawn(async move {
                if let Err(error) = running.stopped().await {
                    error!(%error, "the company inside the program ended badly");
                }
            }),
        ];
        for (place, account) in accounts.take(COLLEAGUES).enumerate() {
            let config = config(&address, &account, folder.join(format!("colleague-{place}")))?;
            tasks.push(tokio::spawn(colleague::play(config, place, stop.clone())));
        }
        let (tenant, user) = (me.tenant.to_string(), me.display_name.clone());
        Ok(Self { stop, tasks, plug, tenant, user, key: me.api_key.reveal().to_owned() })
    }

    /// Where the person finds it.
    pub(super) fn address(&self) -> String {
        format!("http://{}", self.plug.address)
    }

    /// Ends it: first everybody in it, then the server.
    pub(super) async fn close(self) {
        self.stop.cancel();
        for task in self.tasks.into_iter().rev() {
            if let Err(error) = task.await {
                warn!(%error, "a part of the company ended badly");
            }
        }
    }
}

/// The settings of the server: what anybody who starts one on this machine has, and simulated people.
fn settings(folder: &Path) -> Result<Settings, String> {
    let database = format!("sqlite:{}", folder.join("company.db").display());
    let tickets = TICKETS.to_string();
    let words = ["callboard", "--listen", "127.0.0.1:0", "--database", &database, "--demo-tickets", &tickets];
    let arguments = Arguments::try_parse_from(words.into_iter().chain(["--print-demo-keys"]));
    let arguments = arguments.map_err(|error| error.to_string())?;
    let settings = Settings::new(arguments, |_| None).map_err(|error| error.to_string())?;
    Ok(Settings { demo_is_simulated: true, ..settings })
}

fn config(address: &str, account: &DemoAccount, profile_dir: std::path::PathBuf) -> Result<Config, String> {
    let server = ServerUrl::new(address).map_err(|error| error.to_string())?;
    let api_key = ApiKey::new(account.api_key.reveal()).map_err(|error| error.to_string())?;
    let tenant = Some(TenantId::from(account.tenant.as_str()));
    Ok(Config { server, api_key, tenant, profile_dir, live: LiveOptions::default() })
}
