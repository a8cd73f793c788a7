//! Schemas that cannot be derived: envelopes, which name what they hold, and fields, which are named on the wire.
//!
//! It exists, behind the feature `openapi`, for the server's document; whoever only speaks the vocabulary does not build it.
//!
//! **Invariant:** a schema says what serde does with the type, no more.

use std::borrow::Cow;

use utoipa::openapi::schema::{ArrayBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{ObjectBuilder, Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::rest::{One, Page, Pagination, TicketChanges};
use crate::{Field, Version};

/// Schemas with their names.
pub type Named = Vec<(String, RefOr<Schema>)>;

/// Adds the schema of `T` and whatever that one refers to.
pub fn name<T: ToSchema>(schemas: &mut Named) {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
}

/// A reference to the schema of `T`.
#[must_use]
pub fn named<T: ToSchema>() -> Ref {
    Ref::from_schema_name(T::name())
}

/// `{data: T}`.
impl<T: ToSchema> PartialSchema for One<T> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().property("data", named::<T>()).required("data").into()
    }
}

impl<T: ToSchema> ToSchema for One<T> {
    fn schemas(schemas: &mut Named) {
        name::<T>(schemas);
    }
}

/// `{data: [T], pagination?}`.
impl<T: ToSchema> PartialSchema for Page<T> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .property("data", ArrayBuilder::new().items(named::<T>()))
            .property("pagination", named::<Pagination>())
            .required("data")
            .into()
    }
}

impl<T: ToSchema> ToSchema for Page<T> {
    fn schemas(schemas: &mut Named) {
        name::<T>(schemas);
        name::<Pagination>(schemas);
    }
}

impl PartialSchema for Field {
    fn schema() -> RefOr<Schema> {
        let names = Self::ALL.iter().map(|field| field.name());
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).into()
    }
}

impl ToSchema for Field {}

/// Every field may be set, and null clears.
impl PartialSchema for TicketChanges {
    fn schema() -> RefOr<Schema> {
        let fields = Field::ALL.iter().fold(ObjectBuilder::new(), |object, field| {
            let kind = match field {
                Field::Impact | Field::Urgency => Type::Integer,
                _ => Type::String,
            };
            let schema = ObjectBuilder::new().schema_type(SchemaType::from_iter([kind, Type::Null]));
            object.property(field.name(), schema)
        });
        fields
            .description(Some("The fields to set, and the version they were chosen on"))
            .property("client_version", named::<Version>())
            .into()
    }
}

impl ToSchema for TicketChanges {
    fn name() -> Cow<'static, str> {
        "TicketChanges".into()
    }

    fn schemas(schemas: &mut Named) {
        name::<Version>(schemas);
    }
}
