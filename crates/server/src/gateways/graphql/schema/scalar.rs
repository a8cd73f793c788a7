//! Times on the wire.
//!
//! It exists because the library's own scalar would bring the machine's rules of time zones into the server.
//!
//! **Invariant:** the same text as REST.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use callboard_model::Timestamp;

/// An instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DateTime(pub(super) Timestamp);

/// An instant in ISO 8601, such as 2026-11-21T10:00:00Z.
#[Scalar]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => match text.parse() {
                Ok(at) => Ok(Self(at)),
                Err(_) => Err(InputValueError::custom("an instant looks like 2026-11-21T10:00:00Z")),
            },
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl From<Timestamp> for DateTime {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}
