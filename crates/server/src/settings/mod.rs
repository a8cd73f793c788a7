//! What the program is told when it starts.
//!
//! It exists so that a setting that would open a door is refused before anything listens.
//!
//! **Invariant:** secrets come by the environment or a file only, and are not shown by `Debug`.

mod secrets;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Parser, Subcommand};

pub use self::secrets::Secret;
use crate::auth::random_bytes;
use crate::bus::{BusSettings, DEFAULT_REDIS_PREFIX, PREFIX_VARIABLE, RedisUrl};
use crate::error::{Result, ServerError};
use crate::gateways::streams::Streams;
use crate::gateways::webhooks::Reach;
use crate::listen::Limits;
use crate::quota::{NotARate, Rate};
use crate::setup::Admin;
use crate::store;
use crate::trust::Authorities;

/// The variable with the secret that signs live tokens; the stock's name.
pub const SECRET_VARIABLE: &str = "HOCUSPOCUS_JWT_SECRET";
/// The stock's switch that turns live updates off.
pub const DISABLED_VARIABLE: &str = "LIVE_TICKET_UPDATES_DISABLED";
/// The variables with the addresses that may carry a password.
const DATABASE_VARIABLE: &str = "CALLBOARD_DATABASE";
const REDIS_VARIABLE: &str = "CALLBOARD_REDIS_URL";
/// The variable with the token that opens the metrics.
const METRICS_TOKEN_VARIABLE: &str = "CALLBOARD_METRICS_TOKEN";
/// The stock's switch for its limits on requests.
const ENFORCE_VARIABLE: &str = "RATE_LIMIT_ENFORCE";
/// The database when none is named.
const DEFAULT_DATABASE: &str = "sqlite:callboard.db";
/// How often a key may ask unless it is said otherwise. The stock's 60 per minute are too few for a console that
/// fetches what its colleagues change: this lets one through that follows 100 changes a second, and stops one that
/// has lost its mind.
pub const DEFAULT_RATE: Rate = Rate { burst: 12_000, per_minute: 12_000 };
/// The shortest secret: what HS256 asks for.
const SECRET_MIN: usize = 32;

/// The Callboard server: tickets over REST, rooms over WebSocket.
///
/// Secrets come by the environment, or by files that the same variables with _FILE behind their names point to:
/// HOCUSPOCUS_JWT_SECRET signs live tokens, CALLBOARD_METRICS_TOKEN opens the metrics, CALLBOARD_DATABASE and
/// CALLBOARD_REDIS_URL may carry passwords. LIVE_TICKET_UPDATES_DISABLED=1 turns live updates off,
/// RATE_LIMIT_ENFORCE=true limits requests as strictly as the stock.
#[derive(Clone, Debug, Parser)]
#[command(name = "callboard-server", version)]
pub struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, env = "CALLBOARD_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The database: `sqlite:<path>` or `postgres://<user>@<host>/<database>`.
    #[arg(long, global = true)]
    pub database: Option<Secret>,
    /// Redis that carries hints between server processes and counts requests for all of them: redis://host:port, or
    /// rediss://host:port for TLS.
    #[arg(long)]
    pub redis: Option<RedisUrl>,
    /// Who may vouch for that Redis: a PEM file with certificates, instead of those that the machine trusts.
    #[arg(long, env = "CALLBOARD_REDIS_CA", value_name = "FILE")]
    pub redis_ca: Option<PathBuf>,
    /// How often one API key may ask: requests at once and per minute, such as 120/60, or `off`.
    #[arg(long, env = "CALLBOARD_RATE_LIMIT", value_name = "BURST/MINUTE")]
    pub rate_limit: Option<RateLimit>,
    /// Where to serve /metrics for Prometheus; beyond this machine only with CALLBOARD_METRICS_TOKEN.
    #[arg(long, env = "CALLBOARD_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
    /// Write the log as JSON, one object per line.
    #[arg(long, env = "CALLBOARD_LOG_JSON")]
    pub log_json: bool,
    /// Connections at once from one address (IPv6: one /64). A proxy is one address.
    #[arg(long, env = "CALLBOARD_CONNECTIONS_PER_ADDRESS", default_value_t = Limits::default().per_source)]
    pub connections_per_address: usize,
    /// Change records kept per tenant; whoever was away for longer loads anew.
    #[arg(long, env = "CALLBOARD_CHANGES_KEPT", value_name = "N", default_value_t = store::Limits::default().changes_kept)]
    pub changes_kept: u64,
    /// Publish every event to streams of that Redis, laid out as the stock's.
    #[arg(long, env = "CALLBOARD_EVENT_STREAMS")]
    pub event_streams: bool,
    /// Let webhooks go to this machine and to private networks, and without TLS.
    #[arg(long, env = "CALLBOARD_WEBHOOKS_ANYWHERE")]
    pub webhooks_anywhere: bool,
    /// Fill an empty database with the demo company and so many tickets.
    #[arg(long, value_name = "N")]
    pub demo_tickets: Option<u32>,
    /// Mint a fresh key for every account of the demo company and print it, one JSON line each.
    #[arg(long)]
    pub print_demo_keys: bool,
    /// Something else than to serve.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Something else than to serve.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Set up companies, their people and their keys in the database, and end.
    #[command(subcommand)]
    Admin(Admin),
}

/// Where the database is, as it was said; `variable` looks into the environment.
pub fn database(given: Option<Secret>, variable: impl Fn(&str) -> Option<String>) -> Result<String> {
    let said = match given {
        Some(address) => Some(address.reveal()),
        None => secrets::find(DATABASE_VARIABLE, &variable)?,
    };
    Ok(said.unwrap_or_else(|| DEFAULT_DATABASE.to_owned()))
}

/// A limit on requests, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit(pub Option<Rate>);

impl FromStr for RateLimit {
    type Err = NotARate;

    fn from_str(text: &str) -> Result<Self, NotARate> {
        Ok(Self(if text == "off" { None } else { Some(text.parse()?) }))
    }
}

/// Where metrics are served.
#[derive(Clone)]
pub struct MetricsSettings {
    /// The port.
    pub listen: SocketAddr,
    /// What opens it; needed beyond this machine.
    pub token: Option<String>,
}

/// Everything the server needs to know.
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Which database.
    pub database: String,
    /// How many change records are kept per tenant.
    pub changes_kept: u64,
    /// What a connection may cost.
    pub limits: Limits,
    /// How often one key may ask; `None`: as it likes.
    pub rate: Option<Rate>,
    /// Where metrics are served, if anywhere.
    pub metrics: Option<MetricsSettings>,
    /// How hints travel.
    pub bus: BusSettings,
    /// Whether events are published to streams of that Redis.
    pub publishes_events: bool,
    /// How far webhooks reach.
    pub webhooks: Reach,
    /// Signs live tokens.
    pub live_secret: Vec<u8>,
    /// Demo tickets for an empty database; `None` leaves it empty.
    pub demo_tickets: Option<u32>,
    /// Whether to mint keys for the demo accounts.
    pub demo_keys: bool,
    /// Whether everybody in the demo company but the first bears in their name that they are simulated.
    pub demo_is_simulated: bool,
}

impl Settings {
    /// Reads the settings; `variable` looks into the environment.
    pub fn new(arguments: Arguments, variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let bus = BusSettings {
            redis_url: match arguments.redis {
                Some(url) => Some(url),
                None => secrets::find(REDIS_VARIABLE, &variable)?.map(RedisUrl::from),
            },
            redis_authorities: arguments.redis_ca.as_deref().map(Authorities::read).transpose()?,
            redis_prefix: variable(PREFIX_VARIABLE).unwrap_or_else(|| DEFAULT_REDIS_PREFIX.to_owned()),
            disabled: variable(DISABLED_VARIABLE).is_some_and(|text| text == "1"),
        };
        if arguments.event_streams && bus.redis_url.is_none() {
            return Err(ServerError::Settings(format!(
                "events cannot be published without a Redis: say --redis or set {REDIS_VARIABLE}"
            )));
        }
        let demo_keys = arguments.print_demo_keys;
        let default = demo_keys.then_some(crate::demo::TICKETS);
        Ok(Self {
            live_secret: live_secret(secrets::find(SECRET_VARIABLE, &variable)?, arguments.listen)?,
            rate: rate(arguments.rate_limit, &variable),
            metrics: metrics(arguments.metrics_listen, secrets::find(METRICS_TOKEN_VARIABLE, &variable)?)?,
            listen: arguments.listen,
            limits: Limits { per_source: arguments.connections_per_address, ..Limits::default() },
            database: database(arguments.database, &variable)?,
            changes_kept: arguments.changes_kept,
            publishes_events: arguments.event_streams,
            webhooks: if arguments.webhooks_anywhere { Reach::Anywhere } else { Reach::Public },
            bus,
            demo_tickets: arguments.demo_tickets.or(default),
            demo_keys,
            demo_is_simulated: false,
        })
    }
}

impl Settings {
    /// Where events are published, if anywhere.
    pub(crate) fn event_streams(&self) -> Result<Option<Streams>> {
        let client = if self.publishes_events { self.bus.redis()? } else { None };
        Ok(client.map(|client| Streams::new(client, &self.bus.redis_prefix)))
    }
}

/// What was said; else the stock's figures where its switch is on; else ours.
fn rate(given: Option<RateLimit>, variable: &impl Fn(&str) -> Option<String>) -> Option<Rate> {
    let enforced = variable(ENFORCE_VARIABLE).is_some_and(|text| text == "true");
    let default = if enforced { Rate::STOCK } else { DEFAULT_RATE };
    given.map_or(Some(default), |RateLimit(rate)| rate)
}

fn metrics(listen: Option<SocketAddr>, token: Option<String>) -> Result<Option<MetricsSettings>> {
    match (listen, token) {
        (None, _) => Ok(None),
        (Some(listen), None) if !listen.ip().is_loopback() => Err(ServerError::Settings(format!(
            "{listen} can be reached by others: set {METRICS_TOKEN_VARIABLE}, or serve metrics on loopback"
        ))),
        (Some(listen), token) => Ok(Some(MetricsSettings { listen, token })),
    }
}

fn live_secret(given: Option<String>, listen: SocketAddr) -> Result<Vec<u8>> {
    match given {
        Some(secret) if secret.len() < SECRET_MIN && !listen.ip().is_loopback() => {
            Err(ServerError::Settings(format!("{SECRET_VARIABLE} needs at least {SECRET_MIN} characters")))
        }
        Some(secret) => Ok(secret.into_bytes()),
        None if listen.ip().is_loopback() => {
            tracing::warn!(
                "{SECRET_VARIABLE} is not set: live tokens are signed with a random secret, which other \
                 processes do not know and which ends with this one"
            );
            Ok(random_bytes()?.to_vec())
        }
        None => Err(ServerError::Settings(format!(
            "{SECRET_VARIABLE} is not set, and {listen} can be reached by others: set a secret of at least \
             {SECRET_MIN} characters"
        ))),
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("listen", &self.listen)
            .field("limits", &self.limits)
            // What follows the kind may carry a password.
            .field("changes_kept", &self.changes_kept)
            .field("database", &self.database.split(':').next())
            .field("rate", &self.rate)
            .field("metrics", &self.metrics.as_ref().map(|metrics| metrics.listen))
            .field("bus", &self.bus)
            .field("publishes_events", &self.publishes_events)
            .field("webhooks", &self.webhooks)
            .field("demo_tickets", &self.demo_tickets)
            .field("demo_keys", &self.demo_keys)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(listen: &str, secret: Option<&str>) -> Result<Settings> {
        let arguments = Arguments::parse_from(["callboard-server", "--listen", listen]);
        Settings::new(arguments, |name| {
            (name == SECRET_VARIABLE).then(|| secret.map(str::to_owned)).flatten()
        })
    }

    /// LT-5: a secret that can be read in the source is none.
    #[test]
    fn whoever_gives_no_secret_gets_one_that_nobody_knows() {
        let secret = || settings("127.0.0.1:0", None).expect("on loopback").live_secret;
        let (one, other) = (secret(), secret());
        assert_ne!(one, other);
        assert_eq!((one.len(), other.len()), (SECRET_MIN, SECRET_MIN));
    }

    /// LT-5: a secret of the server's own making serves on loopback alone.
    #[test]
    fn whoever_can_be_reached_by_others_needs_a_secret_of_their_own() {
        let long = "a".repeat(SECRET_MIN);
        for (listen, secret, starts) in [
            ("127.0.0.1:0", None, true),
            ("[::1]:0", None, true),
            ("127.0.0.1:0", Some("short"), true),
            ("0.0.0.0:8080", None, false),
            ("[::]:8080", None, false),
            ("192.0.2.7:8080", None, false),
            ("0.0.0.0:8080", Some(""), false),
            ("0.0.0.0:8080", Some("short"), false),
            ("0.0.0.0:8080", Some(long.as_str()), true),
        ] {
            assert_eq!(settings(listen, secret).is_ok(), starts, "{listen} {secret:?}");
        }
    }

    #[test]
    fn neither_arguments_nor_settings_show_the_redis_password() {
        let arguments = Arguments::parse_from(["callboard-server", "--redis", "redis://:hunter2@localhost"]);
        let shown = format!("{arguments:?}");
        let settings = Settings::new(arguments, |_| None).expect("on loopback");
        assert!(settings.bus.redis_url.is_some());
        let shown = format!("{shown} {settings:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn neither_arguments_nor_settings_show_the_password_of_the_database() {
        let arguments = Arguments::parse_from([
            "callboard-server",
            "--database",
            "postgres://me:hunter2@localhost/board",
        ]);
        let shown = format!("{arguments:?}");
        let settings = Settings::new(arguments, |_| None).expect("on loopback");
        assert!(settings.database.contains("hunter2"));
        let shown = format!("{shown} {settings:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn metrics_leave_the_machine_only_with_a_token() {
        let start = |listen: &str, token: Option<&str>| {
            let arguments = Arguments::parse_from(["callboard-server", "--metrics-listen", listen]);
            let variable =
                |name: &str| (name == METRICS_TOKEN_VARIABLE).then(|| token.map(str::to_owned)).flatten();
            Settings::new(arguments, variable).map(|settings| settings.metrics.is_some())
        };
        assert!(start("127.0.0.1:0", None).is_ok_and(|served| served));
        assert!(start("0.0.0.0:0", None).is_err());
        assert!(start("0.0.0.0:0", Some("a token")).is_ok_and(|served| served));
    }

    #[test]
    fn requests_are_limited_unless_somebody_says_off() {
        let rate_of = |arguments: &[&str], enforce: Option<&str>| {
            let arguments = [&["callboard-server"], arguments].concat();
            let variable =
                |name: &str| (name == ENFORCE_VARIABLE).then(|| enforce.map(str::to_owned)).flatten();
            Settings::new(Arguments::parse_from(arguments), variable).expect("fine").rate
        };
        assert_eq!(rate_of(&[], None), Some(DEFAULT_RATE));
        assert_eq!(rate_of(&[], Some("true")), Some(Rate::STOCK));
        assert_eq!(rate_of(&["--rate-limit", "5/10"], Some("true")), Some(Rate { burst: 5, per_minute: 10 }));
        assert_eq!(rate_of(&["--rate-limit", "off"], Some("true")), None);
    }

    #[test]
    fn the_settings_do_not_show_the_secret() {
        let secret = "a secret that nobody should ever see";
        let shown = format!("{:?}", settings("0.0.0.0:1", Some(secret)).expect("long enough"));
        assert!(!shown.contains(secret), "{shown}");
    }
}
