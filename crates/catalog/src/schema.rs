//! Kinds as JSON Schema (draft 2020-12), which is what everybody else reads.
//!
//! **Invariant:** every payload carries the common fields of [`COMMON`](crate::data::COMMON), and nothing that it does
//! not name: a misspelt field is a mistake and not an extra.

use serde_json::{Map, Value, json};

use crate::data::{Field, Kind};

/// The schema of one payload.
pub(crate) fn of_payload(reference: &str, about: &str, fields: &[Field]) -> Value {
    let mut properties = common();
    let mut required = vec![json!("tenantId"), json!("occurredAt")];
    for field in fields {
        properties.insert(field.name.clone(), of(&field.kind));
        if field.required {
            required.push(json!(field.name));
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": reference,
        "description": about,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// What stands in every event (EV-2).
fn common() -> Map<String, Value> {
    let mut common = Map::new();
    common.insert("tenantId".to_owned(), of(&Kind::Word));
    common.insert("occurredAt".to_owned(), of(&Kind::Time));
    common.insert("actorUserId".to_owned(), of(&Kind::Id));
    common.insert("actorContactId".to_owned(), of(&Kind::Id));
    common.insert("actorType".to_owned(), json!({ "enum": ["USER", "CONTACT", "SYSTEM"] }));
    common.insert("idempotencyKey".to_owned(), of(&Kind::Word));
    common
}

fn of(kind: &Kind) -> Value {
    match kind {
        Kind::Id => json!({ "type": "string", "format": "uuid" }),
        Kind::Time => json!({ "type": "string", "format": "date-time" }),
        Kind::Email => json!({ "type": "string", "format": "email" }),
        Kind::Word => json!({ "type": "string", "minLength": 1 }),
        Kind::Text => json!({ "type": "string" }),
        Kind::Count => json!({ "type": "integer", "minimum": 0 }),
        Kind::Ordinal => json!({ "type": "integer", "minimum": 1 }),
        Kind::Amount => json!({ "type": "number", "minimum": 0 }),
        Kind::Number => json!({ "type": "number" }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Any => json!({}),
        Kind::Changes => json!({
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": { "previous": {}, "new": {} },
                "required": ["previous", "new"],
                "additionalProperties": false,
            },
        }),
        Kind::OrNull(inner) => json!({ "anyOf": [of(inner), { "type": "null" }] }),
        Kind::OneOf(choices) => json!({ "enum": choices }),
        Kind::Is(value) => json!({ "const": value }),
        Kind::List { of: inner, least } => json!({ "type": "array", "items": of(inner), "minItems": least }),
        Kind::MapOf(inner) => json!({ "type": "object", "additionalProperties": of(inner) }),
        Kind::Of(fields) => {
            let properties: Map<_, _> =
                fields.iter().map(|field| (field.name.clone(), of(&field.kind))).collect();
            let required: Vec<_> =
                fields.iter().filter(|field| field.required).map(|field| json!(field.name)).collect();
            json!({
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": false,
            })
        }
    }
}
