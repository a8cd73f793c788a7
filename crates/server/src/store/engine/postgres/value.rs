//! Cells and rows in Postgres' own spelling.
//!
//! **Invariant:** Postgres says what type a place has, and a cell that is something else is refused and not turned.

use std::error::Error;

use ::postgres::types::private::BytesMut;
use ::postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::store::sql::{Cell, Datum};

type Refused = Box<dyn Error + Sync + Send>;

impl ToSql for Cell<'_> {
    fn to_sql(&self, place: &Type, out: &mut BytesMut) -> Result<IsNull, Refused> {
        match (self, place) {
            (Cell::Null, _) => Ok(IsNull::Yes),
            (Cell::Int(number), &Type::INT8) => number.to_sql(place, out),
            // A place beside a written number is as small as that number.
            (Cell::Int(number), &Type::INT4) => i32::try_from(*number)?.to_sql(place, out),
            (Cell::Text(text), &Type::TEXT) => text.to_sql(place, out),
            (Cell::Bytes(bytes), &Type::BYTEA) => bytes.to_sql(place, out),
            _ => Err(format!("a place of type {place} was given something else").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl FromSql<'_> for Datum {
    fn from_sql(column: &Type, raw: &[u8]) -> Result<Self, Refused> {
        Ok(match *column {
            Type::INT8 => Self::Int(i64::from_sql(column, raw)?),
            Type::INT4 => Self::Int(i32::from_sql(column, raw)?.into()),
            Type::TEXT => Self::Text(String::from_sql(column, raw)?),
            Type::BYTEA => Self::Bytes(Vec::from_sql(column, raw)?),
            _ => return Err(format!("a column of type {column} is in no engine but this").into()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Refused> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
