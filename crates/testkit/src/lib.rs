//! Real servers, windows, foreign peers and bad networks for the tests.
//!
//! Nothing here is a fake: a test that uses this crate talks to the programs that people run.
//!
//! | module | gives |
//! |---|---|
//! | [`programs`] | the programs that were built |
//! | [`process`] | a child that cannot outlive its test |
//! | [`wait`] | waiting for a fact, with a deadline and with what was last seen |
//! | [`database`] | a fresh database of the engine that the tests run on |
//! | [`postgres`] | a Postgres of one's own |
//! | [`redis`] | a real Redis, the bus between processes |
//! | [`authority`] | certificates for those who speak TLS |
//! | [`server`] | a server of our own on a database of its own |
//! | [`rest`] | one account's way to the REST API |
//! | [`visitor`] | one room client over a real socket |
//! | [`display`] | a screen nobody looks at, and a private message bus |
//! | [`screen`] | the windows on it, as whoever arranges them sees them |
//! | [`toaster`] | a real notification daemon, and an ear on its bus |
//! | [`hasty`] | a notification daemon before which somebody clicks at once |
//! | [`keyring`] | a real keyring |
//! | [`panel`] | a panel that shows icons, and a hand for their menus |
//! | [`window`] | a console on that screen, driven like a person drives it |
//! | [`page`] | the words in which tests speak of what a console shows |
//! | [`scene`] | a server, a screen and two consoles; evidence when something fails |
//! | [`pair`] | two colleagues with the same board before them |
//! | [`node`] | foreign programs in JavaScript |
//! | [`headless`] | a console without a window |
//! | [`chaos`] | a network that can be cut, held and slowed |
//! | [`mod@bench`] | measurements: ours beside the stock server, with the same clients |
//!
//! **Invariant:** everything started here is dead when its owner is dropped, and nothing waits for ever.

pub mod authority;
pub mod bench;
pub mod chaos;
pub mod database;
pub mod display;
pub mod hasty;
pub mod headless;
pub mod keyring;
pub mod node;
pub mod page;
pub mod pair;
pub mod panel;
pub mod port;
pub mod postgres;
pub mod process;
pub mod programs;
pub mod redis;
pub mod rest;
pub mod scene;
pub mod screen;
pub mod server;
pub mod toaster;
pub mod visitor;
pub mod wait;
pub mod window;
