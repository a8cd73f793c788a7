//! Whether somebody shows icons of programs: on Linux a panel that speaks StatusNotifierItem.
//!
//! **Invariant:** asked of the bus each time, since panels come and go.

#[cfg(target_os = "linux")]
mod linux {
    use std::time::Duration;

    use futures_util::StreamExt;
    use futures_util::stream::{BoxStream, select};
    use tokio::time::timeout;
    use zbus::fdo::DBusProxy;
    use zbus::message::Type;
    use zbus::{Connection, MatchRule, MessageStream, Proxy};

    /// Who keeps the list of icons.
    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    const PATH: &str = "/StatusNotifierWatcher";
    /// What that one says when somebody has come who shows them.
    const HAS_COME: &str = "StatusNotifierHostRegistered";

    /// Who has not answered by then may do so later, or is none.
    const ANSWER_WAIT: Duration = Duration::from_secs(2);

    /// What is known of whoever shows icons.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(in crate::tray) enum Panel {
        /// An icon would be shown now.
        Shows,
        /// There is nobody, or nobody yet.
        IsNotThere,
        /// It does not answer: the desktop starts, or is busy.
        IsSilent,
    }

    impl Panel {
        pub(in crate::tray) async fn now() -> Self {
            let asked = async {
                let bus = Connection::session().await?;
                let watcher = Proxy::new(&bus, WATCHER, PATH, WATCHER).await?;
                watcher.get_property::<bool>("IsStatusNotifierHostRegistered").await
            };
            match timeout(ANSWER_WAIT, asked).await {
                Ok(Ok(true)) => Self::Shows,
                Ok(Ok(false) | Err(_)) => Self::IsNotThere,
                Err(_) => Self::IsSilent,
            }
        }
    }

    /// Hears of every coming and going of who keeps the list, and of whoever comes to show it.
    pub(in crate::tray) struct Comings(BoxStream<'static, ()>);

    impl Comings {
        /// Listens from now on; `None`: there is no bus.
        pub(in crate::tray) async fn listen() -> Option<Self> {
            let bus = Connection::session().await.ok()?;
            let names = DBusProxy::new(&bus).await.ok()?;
            let keepers = names.receive_name_owner_changed_with_args(&[(0, WATCHER)]).await.ok()?;
            let rule = MatchRule::builder().msg_type(Type::Signal);
            let rule = rule.interface(WATCHER).member(HAS_COME).path(PATH).build().ok()?;
            let hosts = MessageStream::for_match_rule(rule, &bus, None).await.ok()?;
            Some(Self(select(keepers.map(drop), hosts.map(drop)).boxed()))
        }

        /// The next one; `None`: the bus is gone.
        pub(in crate::tray) async fn next(&mut self) -> Option<()> {
            self.0.next().await
        }
    }
}

#[cfg(target_os = "linux")]
pub(super) use linux::{Comings, Panel};
