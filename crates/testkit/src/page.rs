//! The words in which tests speak of what a console shows.
//!
//! The page marks its parts with `data-testid`; this module is the only place that knows the marks.
//!
//! **Invariant:** no test names a class, a tag or a text to find its way.

use anyhow::{Context, Result, ensure};
use callboard_model::{Field, TicketId};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::window::ConsoleWindow;

/// Where a part of the page is: a CSS path of test marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part(pub String);

/// The part that carries this mark.
#[must_use]
pub fn part(mark: &str) -> Part {
    Part(format!(r#"[data-testid="{mark}"]"#))
}

/// The line of a ticket on the board.
#[must_use]
pub fn row(ticket: &TicketId) -> Part {
    part("row").with("data-ticket", ticket.as_str())
}

/// A cell of a ticket's line: `number`, `title`, `client`, `status`, `assignee`, `faces`, `due`.
#[must_use]
pub fn cell(ticket: &TicketId, column: &str) -> Part {
    row(ticket).within(&part(&format!("cell-{column}")))
}

/// The open ticket.
#[must_use]
pub fn inspector(ticket: &TicketId) -> Part {
    part("ticket").with("data-ticket", ticket.as_str())
}

/// A field of the open ticket.
#[must_use]
pub fn field(field: Field) -> Part {
    part(&format!("field-{field}"))
}

/// What opens the picker of a field.
#[must_use]
pub fn pick(field: Field) -> Part {
    part(&format!("pick-{field}"))
}

/// What can be chosen in the open picker.
#[must_use]
pub fn option(value: &str) -> Part {
    part("option").with("data-value", value)
}

/// The conflict panel of a field.
#[must_use]
pub fn conflict(field: Field) -> Part {
    part(&format!("conflict-{field}"))
}

/// A person's face.
#[must_use]
pub fn face(user: &str) -> Part {
    part("face").with("data-user", user)
}

impl Part {
    /// Only where an attribute says so.
    #[must_use]
    pub fn with(&self, attribute: &str, value: &str) -> Self {
        Self(format!(r#"{}[{attribute}="{value}"]"#, self.0))
    }

    /// That part inside this one.
    #[must_use]
    pub fn within(&self, inner: &Self) -> Self {
        Self(format!("{} {}", self.0, inner.0))
    }
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a part looks like at one moment.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Sight {
    /// How many there are.
    pub count: u32,
    /// What the first says, white space joined.
    pub text: String,
    /// The attributes of the first.
    pub attributes: std::collections::BTreeMap<String, String>,
}

impl Sight {
    /// An attribute of the first.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

/// Reads a part in one go.
const LOOK: &str = r"
const all = document.querySelectorAll(arguments[0]);
const first = all[0];
const text = first ? (first.matches('input, textarea') ? first.value : first.innerText) : '';
return {
  count: all.length,
  text: text.replace(/\s+/g, ' ').trim(),
  attributes: Object.fromEntries([...(first?.attributes ?? [])].map((a) => [a.name, a.value])),
};";

/// How a person reads the page.
impl ConsoleWindow {
    /// What a part looks like now, present or not.
    pub async fn sight(&self, part: &Part) -> Result<Sight> {
        self.script(LOOK, &[Value::from(part.0.as_str())]).await
    }

    /// What a part says now.
    pub async fn text(&self, part: &Part) -> Result<String> {
        let sight = self.sight(part).await?;
        ensure!(sight.count > 0, "{part} is not there");
        Ok(sight.text)
    }

    /// Waits until a part is there.
    pub async fn sees(&self, part: &Part) -> Result<Sight> {
        self.until(&format!("{part} is there"), async || {
            let sight = self.sight(part).await?;
            ensure!(sight.count > 0, "it is not");
            Ok(sight)
        })
        .await
    }

    /// Waits until a part is gone.
    pub async fn sees_no(&self, part: &Part) -> Result<()> {
        self.until(&format!("{part} is gone"), async || {
            let sight = self.sight(part).await?;
            ensure!(sight.count == 0, "there are {}, the first says {:?}", sight.count, sight.text);
            Ok(())
        })
        .await
    }

    /// Waits until a part says `text` somewhere.
    pub async fn reads(&self, part: &Part, text: &str) -> Result<()> {
        self.until(&format!("{part} reads {text:?}"), async || {
            let now = self.text(part).await?;
            ensure!(now.contains(text), "it reads {now:?}");
            Ok(())
        })
        .await
    }

    /// Waits until an attribute of a part has this value.
    pub async fn has(&self, part: &Part, attribute: &str, value: &str) -> Result<()> {
        self.until(&format!("{part} has {attribute}={value:?}"), async || {
            let sight = self.sight(part).await?;
            ensure!(sight.attribute(attribute) == Some(value), "it has {:?}", sight.attributes);
            Ok(())
        })
        .await
    }

    /// Clicks a part.
    pub async fn click_on(&self, part: &Part) -> Result<()> {
        self.click(&part.0).await
    }

    /// Opens a ticket from its line.
    pub async fn open_ticket(&self, ticket: &TicketId) -> Result<()> {
        self.click_on(&cell(ticket, "title")).await?;
        self.sees(&inspector(ticket)).await.map(drop)
    }

    /// Opens the picker of a field and chooses.
    pub async fn choose(&self, which: Field, value: &str) -> Result<()> {
        self.click_on(&pick(which)).await?;
        self.click_on(&option(value)).await
    }

    /// Waits until a field of the open ticket stands like this with our own work.
    pub async fn field_is(&self, which: Field, state: &str) -> Result<()> {
        self.has(&field(which), "data-state", state).await
    }

    /// Waits until the live layer is in this state.
    pub async fn link_is(&self, live: &str) -> Result<()> {
        self.has(&part("link"), "data-live", live).await
    }

    /// Records every value that an attribute of a part takes from now on; read with [`ConsoleWindow::recorded`].
    ///
    /// Some states last for a moment only: looking again and again would miss them.
    pub async fn record(&self, part: &Part, attribute: &str) -> Result<()> {
        let script = r"
const [css, name] = arguments;
const values = (window.callboardRecord = []);
const look = () => {
  const now = document.querySelector(css)?.getAttribute(name) ?? null;
  if (values.length === 0 || values.at(-1) !== now) values.push(now);
};
look();
new MutationObserver(look).observe(document, { attributes: true, childList: true, subtree: true });
return true;";
        let begun: bool = self.script(script, &[json!(part.0), json!(attribute)]).await?;
        ensure!(begun, "recording begins");
        Ok(())
    }

    /// What was recorded so far: each value once per time that it was taken.
    pub async fn recorded(&self) -> Result<Vec<Option<String>>> {
        self.script("return window.callboardRecord ?? []", &[]).await.context("reading the record")
    }
}
