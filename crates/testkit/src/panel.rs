//! A panel that shows icons of programs: the desktop's half of StatusNotifierItem, and a hand for their menus.
//!
//! What an icon says and what stands in its menu is asked of the program over the bus, as every panel does it.
//!
//! **Invariant:** nothing is remembered but which icons registered: what is told is what the program says now.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail, ensure};
use tokio::sync::watch;
use zbus::object_server::SignalEmitter;
use zbus::proxy::{Builder, CacheProperties};
use zbus::{Connection, OwnedObjectPath, OwnedVariant, Proxy, Variant, interface};

use crate::display::Display;
use crate::wait;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const PATH: &str = "/StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";

/// An icon that registered: who, and where it lies.
type Registered = (String, String);

/// The list of icons, as programs see it.
struct Watcher {
    registered: Arc<Mutex<Vec<Registered>>>,
    manner: watch::Receiver<Manner>,
}

/// How a panel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It shows icons.
    Shows,
    /// It keeps the list, and nobody has come yet to show it.
    Lists,
    /// It does not answer.
    IsSilent,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(
        &self,
        #[zbus(header)] header: zbus::message::Header<'_>,
        service: String,
    ) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        // Some say where their icon lies, others who they are.
        let item = match service.starts_with('/') {
            true => (sender, service),
            false => (service, "/StatusNotifierItem".to_owned()),
        };
        self.registered.lock().unwrap_or_else(PoisonError::into_inner).push(item);
    }

    fn register_status_notifier_host(&self, _service: String) {}

    #[zbus(signal)]
    async fn status_notifier_host_registered(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;

    #[zbus(property)]
    async fn is_status_notifier_host_registered(&self) -> bool {
        let mut manner = self.manner.clone();
        let answers = manner.wait_for(|manner| *manner != Manner::IsSilent).await;
        answers.is_ok_and(|manner| *manner == Manner::Shows)
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        let registered = self.registered.lock().unwrap_or_else(PoisonError::into_inner);
        registered.iter().map(|(who, place)| format!("{who}{place}")).collect()
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

/// A running panel.
#[derive(Debug)]
pub struct Panel {
    bus: Connection,
    registered: Arc<Mutex<Vec<Registered>>>,
    manner: watch::Sender<Manner>,
}

/// One line of an icon's menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The number by which it is chosen.
    pub id: i32,
    /// What stands there.
    pub label: String,
    /// Whether it can be chosen.
    pub is_enabled: bool,
}

/// A part of a menu as the bus tells it: number, properties, parts.
type Layout = (i32, HashMap<String, OwnedVariant>, Vec<OwnedVariant>);

impl Panel {
    /// Starts one on a display's bus.
    pub async fn start(display: &Display) -> Result<Self> {
        Self::start_with(display, Manner::Shows).await
    }

    /// Starts one that is so at first.
    pub async fn start_with(display: &Display, manner: Manner) -> Result<Self> {
        let bus = display.bus().await?;
        let registered = Arc::new(Mutex::new(Vec::new()));
        let (manner, is_so) = watch::channel(manner);
        let watcher = Watcher { registered: Arc::clone(&registered), manner: is_so };
        bus.object_server().at(PATH, watcher).await.context("a list of icons")?;
        bus.request_name(WATCHER).await.context("being the panel")?;
        Ok(Self { bus, registered, manner })
    }

    /// From now on it shows icons. Only one that has answered before says so to everybody.
    pub async fn wakes_up(&self) -> Result<()> {
        if self.manner.send_replace(Manner::Shows) == Manner::Lists {
            let watcher = self.bus.object_server().interface::<_, Watcher>(PATH).await?;
            Watcher::status_notifier_host_registered(watcher.signal_emitter()).await?;
        }
        Ok(())
    }

    /// Waits for an icon that says this of itself, such as `XAyatanaLabel` = `3`.
    pub async fn says(&self, property: &str, value: &str) -> Result<()> {
        wait::until(&format!("the icon says {property} = {value:?}"), async || {
            let said: String = self.item().await?.get_property(property).await?;
            ensure!(said == value, "it says {said:?}");
            Ok(())
        })
        .await
    }

    /// What the icon says of itself.
    pub async fn asks(&self, property: &str) -> Result<String> {
        Ok(self.item().await?.get_property(property).await?)
    }

    /// Waits for a line in the menu that holds these words.
    pub async fn offers(&self, words: &str) -> Result<Entry> {
        wait::until(&format!("the menu offers {words:?}"), async || {
            let menu = self.menu().await?;
            let found = menu.iter().find(|entry| entry.label.contains(words));
            found.cloned().with_context(|| format!("it offers {menu:?}"))
        })
        .await
    }

    /// All lines of the menu that have words.
    pub async fn menu(&self) -> Result<Vec<Entry>> {
        let menu = self.menu_proxy().await?;
        let wanted: [&str; 0] = [];
        let (_, (_, _, parts)): (u32, Layout) = menu.call("GetLayout", &(0_i32, -1_i32, &wanted[..])).await?;
        let mut entries = Vec::new();
        for part in parts {
            let Variant::Structure(part) = &*part else { bail!("a part of a menu is {part:?}") };
            let [id, said, ..] = part.fields() else { bail!("a part of a menu is {part:?}") };
            let id = i32::try_from(id).context("the number of a part")?;
            let said =
                HashMap::<String, OwnedVariant>::try_from(said.try_to_owned()?).context("what it says")?;
            let text = |name: &str| said.get(name).and_then(|value| String::try_from(value.clone()).ok());
            let flag = |name: &str| said.get(name).and_then(|value| bool::try_from(value).ok());
            if let Some(label) = text("label").filter(|label| !label.is_empty()) {
                entries.push(Entry { id, label, is_enabled: flag("enabled").unwrap_or(true) });
            }
        }
        Ok(entries)
    }

    /// Chooses the line of the menu that holds these words.
    pub async fn choose(&self, words: &str) -> Result<()> {
        let entry = self.offers(words).await?;
        ensure!(entry.is_enabled, "{entry:?} cannot be chosen");
        let click = (entry.id, "clicked", Variant::from(0_i32), 0_u32);
        self.menu_proxy().await?.call::<_, _, ()>("Event", &click).await.with_context(|| format!("{entry:?}"))
    }

    /// Whether the program of the last icon is still on the bus.
    pub async fn is_alive(&self) -> Result<bool> {
        let (who, _) = self.last()?;
        let names = zbus::fdo::DBusProxy::new(&self.bus).await?;
        Ok(names.name_has_owner(who.as_str().try_into()?).await?)
    }

    fn last(&self) -> Result<Registered> {
        let registered = self.registered.lock().unwrap_or_else(PoisonError::into_inner);
        registered.last().cloned().context("no icon registered")
    }

    async fn item(&self) -> Result<Proxy<'static>> {
        let (who, place) = self.last()?;
        self.proxy(who, place, ITEM).await
    }

    async fn menu_proxy(&self) -> Result<Proxy<'static>> {
        let (who, _) = self.last()?;
        let place: OwnedObjectPath = self.item().await?.get_property("Menu").await?;
        if place.as_str() == "/" {
            bail!("the icon has no menu");
        }
        self.proxy(who, place.to_string(), MENU).await
    }

    /// Asked anew each time: what a proxy remembers may be old.
    async fn proxy(&self, who: String, place: String, interface: &'static str) -> Result<Proxy<'static>> {
        let builder =
            Builder::<Proxy<'static>>::new(&self.bus).destination(who).path(place).interface(interface);
        Ok(builder.cache_properties(CacheProperties::No).build().await?)
    }
}
