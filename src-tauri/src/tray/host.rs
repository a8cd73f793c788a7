//! Whether somebody shows icons of programs: on Linux a panel that speaks StatusNotifierItem.
//!
//! **Invariant:** asked of the bus each time, since panels come and go.

#[cfg(target_os = "linux")]
mod linux {
    use std::time::Duration;

    use tokio::time::timeout;
    use zbus::fdo::{DBusProxy, NameOwnerChangedStream};
    use zbus::{Connection, Proxy};

    /// Who keeps the list of icons.
    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    const PATH: &str = "/StatusNotifierWatcher";

    /// A bus that has not answered by then is none.
    const ANSWER_WAIT: Duration = Duration::from_secs(2);

    /// Whether an icon would be shown now.
    pub(in crate::tray) async fn is_there() -> bool {
        let asked = async {
            let bus = Connection::session().await?;
            let watcher = Proxy::new(&bus, WATCHER, PATH, WATCHER).await?;
            watcher.get_property::<bool>("IsStatusNotifierHostRegistered").await
        };
        matches!(timeout(ANSWER_WAIT, asked).await, Ok(Ok(true)))
    }

    /// Hears of every coming and going of who keeps the list.
    pub(in crate::tray) struct Comings(NameOwnerChangedStream);

    impl Comings {
        /// Listens from now on; `None`: there is no bus.
        pub(in crate::tray) async fn listen() -> Option<Self> {
            let bus = Connection::session().await.ok()?;
            let names = DBusProxy::new(&bus).await.ok()?;
            names.receive_name_owner_changed_with_args(&[(0, WATCHER)]).await.ok().map(Self)
        }

        /// The next one; `None`: the bus is gone.
        pub(in crate::tray) async fn next(&mut self) -> Option<()> {
            futures_util::StreamExt::next(&mut self.0).await.map(drop)
        }
    }
}

#[cfg(target_os = "linux")]
pub(super) use linux::{Comings, is_there};
