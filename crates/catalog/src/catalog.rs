//! The catalogue as a program reads it: one entry per event, with its schema.
//!
//! **Invariant:** read once, never changed; an [`EventType`] always has its entry.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;

use crate::data::{self, Described};
use crate::{EventType, schema};

/// The files of `data/`, by path.
const FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The one catalogue.
#[allow(clippy::expect_used, reason = "the build script read the very same files with the very same code")]
pub fn catalog() -> &'static Catalog {
    static CATALOG: LazyLock<Catalog> =
        LazyLock::new(|| Catalog::read().expect("the build script let these files pass"));
    &CATALOG
}

/// All that can be told of.
#[derive(Debug)]
pub struct Catalog {
    entries: BTreeMap<EventType, Entry>,
}

/// One event of the catalogue.
#[derive(Debug)]
pub struct Entry {
    /// Which.
    pub event_type: EventType,
    /// For a person: `Ticket Created`.
    pub name: String,
    /// What happened, in one sentence.
    pub about: String,
    /// The file that it stands in: `Scheduling`.
    pub category: String,
    /// Whether this server sends it. What it does not send can only be simulated.
    pub emitted: bool,
    /// The name of the schema: `payload.TicketCreated.v1`.
    pub schema_ref: String,
    /// The schema itself.
    pub schema: Value,
    pub(crate) validator: Validator,
}

/// Why the files are no catalogue. The build script makes sure that no program is built of such files.
#[derive(Debug, thiserror::Error)]
enum Unfit {
    #[error(transparent)]
    Data(#[from] data::Slip),
    #[error(transparent)]
    Unnamed(#[from] crate::UnknownEvent),
    #[error("a schema that says nothing: {0}")]
    Schema(Box<jsonschema::ValidationError<'static>>),
}

impl Catalog {
    fn read() -> Result<Self, Unfit> {
        let mut entries = BTreeMap::new();
        for file in data::read(FILES.iter().copied())? {
            for event in &file.events {
                let entry = Entry::new(&file.category, event)?;
                entries.insert(entry.event_type, entry);
            }
        }
        Ok(Self { entries })
    }

    /// Every entry, by category and name.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.values()
    }

    /// What the catalogue says of an event.
    #[must_use]
    #[allow(
        clippy::indexing_slicing,
        reason = "both come from the same files; a test walks through all of them"
    )]
    pub fn entry(&self, event_type: EventType) -> &Entry {
        &self.entries[&event_type]
    }
}

impl Entry {
    fn new(category: &str, event: &Described) -> Result<Self, Unfit> {
        let schema_ref = format!("payload.{}.v1", data::capitalised(&event.event_type, ""));
        let schema = schema::of_payload(&schema_ref, &event.about, &event.fields()?);
        let validator = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .build(&schema)
            .map_err(|error| Unfit::Schema(Box::new(error)))?;
        Ok(Self {
            event_type: event.event_type.parse()?,
            name: event.name.clone().unwrap_or_else(|| data::capitalised(&event.event_type, " ")),
            about: event.about.clone(),
            category: category.to_owned(),
            emitted: event.emitted,
            schema_ref,
            schema,
            validator,
        })
    }
}
