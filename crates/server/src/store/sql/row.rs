//! One row on its way out of a statement.
//!
//! It exists so that a value that is not what it should be becomes an error that names its column, on each engine.
//!
//! **Invariant:** a value is read as exactly one type; nothing is guessed or coerced.

use std::sync::Arc;

use callboard_model::{
    BoardId, CategoryId, ChangeId, ClientId, CommentId, ContactId, EntryId, LocationId, PriorityId,
    SessionId, SlaPolicyId, SocketId, StatusId, TeamId, TenantId, TicketId, Timestamp, UserId, Version,
    WebhookId,
};

use crate::error::{Result, ServerError};

/// A value that was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) enum Datum {
    /// Nothing.
    Null,
    /// A whole number, a flag or a time.
    Int(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// The values of a row with the names of their columns.
#[derive(Clone, Debug)]
pub(in crate::store) struct Row {
    names: Arc<[Box<str>]>,
    values: Vec<Datum>,
}

impl Row {
    /// A row of these columns. Rows of one statement share the names.
    pub(in crate::store) fn new(names: &Arc<[Box<str>]>, values: Vec<Datum>) -> Self {
        Self { names: Arc::clone(names), values }
    }

    /// The value of a column, by its name or by its place from 0, as the type that is asked for: text, an id, a number, a
    /// flag (`bool`), a time, bytes, or an `Option` of one where the column may be empty.
    pub(in crate::store) fn get<T: FromDatum>(&self, column: impl Column) -> Result<T> {
        let place = column.place(&self.names);
        let value = place.and_then(|place| self.values.get(place));
        value.and_then(T::from_datum).ok_or_else(|| {
            let name = place.and_then(|place| self.names.get(place));
            let name = name.map_or_else(|| column.asked_for(), |name| name.to_string());
            // The value itself may be a customer's words: it stays out of the error.
            ServerError::Unreadable(format!("column {name} is not {}", T::IS))
        })
    }
}

/// How a column is named.
pub(in crate::store) trait Column: Copy {
    fn place(self, names: &[Box<str>]) -> Option<usize>;
    fn asked_for(self) -> String;
}

impl Column for usize {
    fn place(self, names: &[Box<str>]) -> Option<usize> {
        (self < names.len()).then_some(self)
    }

    fn asked_for(self) -> String {
        self.to_string()
    }
}

impl Column for &str {
    fn place(self, names: &[Box<str>]) -> Option<usize> {
        names.iter().position(|name| **name == *self)
    }

    fn asked_for(self) -> String {
        self.to_owned()
    }
}

/// What a stored value can be read as.
pub(in crate::store) trait FromDatum: Sized {
    /// What it should have been, for an error.
    const IS: &str;
    /// Reads it; `None` when it is something else.
    fn from_datum(datum: &Datum) -> Option<Self>;
}

impl<T: FromDatum> FromDatum for Option<T> {
    const IS: &str = T::IS;

    fn from_datum(datum: &Datum) -> Option<Self> {
        match datum {
            Datum::Null => Some(None),
            _ => T::from_datum(datum).map(Some),
        }
    }
}

impl FromDatum for i64 {
    const IS: &str = "a number";

    fn from_datum(datum: &Datum) -> Option<Self> {
        if let Datum::Int(number) = datum { Some(*number) } else { None }
    }
}

impl FromDatum for u64 {
    const IS: &str = "a number from 0 up";

    fn from_datum(datum: &Datum) -> Option<Self> {
        i64::from_datum(datum)?.try_into().ok()
    }
}

impl FromDatum for u32 {
    const IS: &str = "a small number from 0 up";

    fn from_datum(datum: &Datum) -> Option<Self> {
        i64::from_datum(datum)?.try_into().ok()
    }
}

impl FromDatum for bool {
    const IS: &str = "a flag";

    fn from_datum(datum: &Datum) -> Option<Self> {
        match i64::from_datum(datum)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl FromDatum for Timestamp {
    const IS: &str = "a time";

    fn from_datum(datum: &Datum) -> Option<Self> {
        Self::from_millisecond(i64::from_datum(datum)?).ok()
    }
}

impl FromDatum for Version {
    const IS: &str = "a version";

    fn from_datum(datum: &Datum) -> Option<Self> {
        u64::from_datum(datum).map(Self)
    }
}

impl FromDatum for Vec<u8> {
    const IS: &str = "bytes";

    fn from_datum(datum: &Datum) -> Option<Self> {
        if let Datum::Bytes(bytes) = datum { Some(bytes.clone()) } else { None }
    }
}

macro_rules! texts {
    ($($text:ty),*) => {$(
        impl FromDatum for $text {
            const IS: &str = "text";

            fn from_datum(datum: &Datum) -> Option<Self> {
                if let Datum::Text(text) = datum { Some(text.as_str().into()) } else { None }
            }
        }
    )*};
}

texts!(
    String,
    Arc<str>,
    BoardId,
    CategoryId,
    ChangeId,
    ClientId,
    CommentId,
    ContactId,
    EntryId,
    LocationId,
    PriorityId,
    SessionId,
    SlaPolicyId,
    SocketId,
    StatusId,
    TeamId,
    TenantId,
    TicketId,
    UserId,
    WebhookId
);

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: Vec<Datum>) -> Row {
        Row::new(&["a".into(), "b".into()].into(), values)
    }

    #[test]
    fn a_column_is_found_by_name_and_by_place() {
        let row = row(vec![Datum::Int(1), Datum::Null]);
        assert!(row.get::<bool>("a").expect("a flag"));
        assert_eq!(row.get::<i64>(0).expect("a number"), 1);
        assert_eq!(row.get::<Option<String>>("b").expect("may be empty"), None);
    }

    #[test]
    fn what_is_something_else_is_an_error_that_names_the_column_and_not_the_value() {
        let row = row(vec![Datum::Text("secret".to_owned()), Datum::Int(2)]);
        for error in [row.get::<i64>("a").err(), row.get::<bool>(1).err(), row.get::<i64>("c").err()] {
            let said = error.expect("refused").to_string();
            assert!(said.contains("column") && !said.contains("secret"), "{said}");
        }
    }
}
