//! A notification daemon with a person before it who is quicker than any program: they have clicked before the daemon says
//! that the toast is there.
//!
//! **Invariant:** it tells of a click as real daemons do: the one who asked for the toast, and nobody else.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, ensure};
use zbus::message::Header;
use zbus::{Connection, OwnedVariant, fdo, interface};

use crate::display::Display;
use crate::wait;

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// A running daemon; it ends with this.
#[derive(Debug)]
pub struct Hasty {
    _bus: Connection,
    told: Arc<AtomicU32>,
}

impl Hasty {
    /// Starts one on a display's bus. Its person clicks while the daemon is told of the toast that comes as number `clicked`.
    pub async fn start(display: &Display, clicked: u32) -> Result<Self> {
        let bus = display.bus().await?;
        let told = Arc::new(AtomicU32::new(0));
        let daemon = Daemon { clicked, told: Arc::clone(&told) };
        bus.object_server().at(PATH, daemon).await.context("a daemon")?;
        bus.request_name(NAME).await.context("being the daemon")?;
        Ok(Self { _bus: bus, told })
    }

    /// Waits until it was told of so many toasts.
    pub async fn was_told(&self, toasts: u32) -> Result<()> {
        wait::until(&format!("{toasts} toasts are asked for"), async || {
            let told = self.told.load(Ordering::Relaxed);
            ensure!(told >= toasts, "{told} were");
            Ok(())
        })
        .await
    }
}

struct Daemon {
    clicked: u32,
    told: Arc<AtomicU32>,
}

#[interface(name = "org.freedesktop.Notifications")]
impl Daemon {
    fn get_capabilities(&self) -> [&'static str; 2] {
        ["actions", "body"]
    }

    #[expect(clippy::too_many_arguments, reason = "the desktops' specification counts so many")]
    async fn notify(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] bus: &Connection,
        _program: String,
        replaces: u32,
        _icon: String,
        _title: String,
        _body: String,
        _buttons: Vec<String>,
        _hints: HashMap<String, OwnedVariant>,
        _stands: i32,
    ) -> fdo::Result<u32> {
        let told = self.told.fetch_add(1, Ordering::Relaxed) + 1;
        let id = if replaces == 0 { told } else { replaces };
        if told == self.clicked {
            bus.emit_signal(header.sender(), PATH, NAME, "ActionInvoked", &(id, "default")).await?;
        }
        Ok(id)
    }

    fn close_notification(&self, _id: u32) {}
}
