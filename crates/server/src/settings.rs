//! What the program is told when it starts.
//!
//! It exists so that a setting that would open a door is refused before anything listens.
//!
//! **Invariant:** secrets come by the environment only, and are not shown by `Debug`.

use std::fmt;
use std::net::SocketAddr;

use clap::Parser;

use crate::auth::random_bytes;
use crate::bus::{BusSettings, DEFAULT_REDIS_PREFIX, PREFIX_VARIABLE, RedisUrl};
use crate::error::{Result, ServerError};

/// The variable with the secret that signs live tokens; the stock's name.
pub const SECRET_VARIABLE: &str = "HOCUSPOCUS_JWT_SECRET";
/// The stock's switch that turns live updates off.
pub const DISABLED_VARIABLE: &str = "LIVE_TICKET_UPDATES_DISABLED";
/// The shortest secret: what HS256 asks for.
const SECRET_MIN: usize = 32;

/// The Callboard server: tickets over REST, rooms over WebSocket.
///
/// Secrets come by the environment: HOCUSPOCUS_JWT_SECRET signs live tokens. LIVE_TICKET_UPDATES_DISABLED=1 turns
/// live updates off.
#[derive(Clone, Debug, Parser)]
#[command(name = "callboard-server", version)]
pub struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, env = "CALLBOARD_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The database: `sqlite:<path>`.
    #[arg(long, env = "CALLBOARD_DATABASE", default_value = "sqlite:callboard.db")]
    pub database: String,
    /// Redis that carries hints between server processes: redis://host:port.
    #[arg(long, env = "CALLBOARD_REDIS_URL", hide_env_values = true)]
    pub redis: Option<RedisUrl>,
    /// Fill an empty database with the demo company and so many tickets.
    #[arg(long, value_name = "N")]
    pub demo_tickets: Option<u32>,
    /// Mint a fresh key for every account of the demo company and print it, one JSON line each.
    #[arg(long)]
    pub print_demo_keys: bool,
}

/// Everything the server needs to know.
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Which database.
    pub database: String,
    /// How hints travel.
    pub bus: BusSettings,
    /// Signs live tokens.
    pub live_secret: Vec<u8>,
    /// Demo tickets for an empty database; `None` leaves it empty.
    pub demo_tickets: Option<u32>,
    /// Whether to mint keys for the demo accounts.
    pub demo_keys: bool,
}

impl Settings {
    /// Reads the settings; `variable` looks into the environment.
    pub fn new(arguments: Arguments, variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let bus = BusSettings {
            redis_url: arguments.redis,
            redis_prefix: variable(PREFIX_VARIABLE).unwrap_or_else(|| DEFAULT_REDIS_PREFIX.to_owned()),
            disabled: variable(DISABLED_VARIABLE).is_some_and(|text| text == "1"),
        };
        let demo_keys = arguments.print_demo_keys;
        let default = demo_keys.then_some(crate::demo::TICKETS);
        Ok(Self {
            live_secret: secret(variable(SECRET_VARIABLE), arguments.listen)?,
            listen: arguments.listen,
            database: arguments.database,
            bus,
            demo_tickets: arguments.demo_tickets.or(default),
            demo_keys,
        })
    }
}

fn secret(given: Option<String>, listen: SocketAddr) -> Result<Vec<u8>> {
    match given.filter(|secret| !secret.is_empty()) {
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
            .field("database", &self.database)
            .field("bus", &self.bus)
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
    fn the_settings_do_not_show_the_secret() {
        let secret = "a secret that nobody should ever see";
        let shown = format!("{:?}", settings("0.0.0.0:1", Some(secret)).expect("long enough"));
        assert!(!shown.contains(secret), "{shown}");
    }
}
