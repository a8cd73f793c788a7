//! What a field can hold, as JSON spells it.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The content of one field.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Nothing chosen: JSON `null`.
    #[default]
    Empty,
    /// Yes or no.
    Flag(bool),
    /// A whole number, such as an ITIL level.
    Number(i64),
    /// Text, or the id of what was chosen.
    Text(Arc<str>),
}

impl Value {
    /// The text, where there is some.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Empty | Self::Flag(_) | Self::Number(_) => None,
        }
    }

    /// Whether nothing is chosen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::Empty
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => Ok(()),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// Any id or text that may be absent.
impl<T: AsRef<str>> From<Option<T>> for Value {
    fn from(text: Option<T>) -> Self {
        text.map_or(Self::Empty, |text| Self::from(text.as_ref()))
    }
}
