//! A form made of the schema of an event (EV-5).
//!
//! It draws what it knows: words, numbers, flags, choices, groups and lists. Anything else is a text of JSON, with the
//! reason. A form is a help for filling in; what fits is for the server to say.
//!
//! **Invariant:** any schema whatever makes a form within the limits of the bridge, and the same moment makes the same one.

#[cfg(test)]
mod tests;

use callboard_model::Timestamp;
use serde_json::{Map, Value as Json, json};

use crate::bridge::{FORM_CHOICES_MAX, FORM_DEPTH_MAX, FORM_FIELDS_MAX, FormField, FormInput, Undrawn};

/// The longest words of a schema that are shown, in characters; the rest is cut.
const WORDS_MAX: usize = 300;

/// What the server says itself, whatever stands there: it is not asked for.
const SERVERS_OWN: &str = "tenantId";

/// What the server fills in where nothing is said (EV-2).
const FILLED_IN: [&str; 4] = ["occurredAt", "actorUserId", "actorContactId", "actorType"];

/// Parts of a schema that a form does not follow.
const NOT_FOLLOWED: [&str; 9] =
    ["$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "not", "if", "patternProperties", "prefixItems"];

/// Spreads the draws of one form.
const STRIDE: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;

/// The form of a payload. Examples are made of this moment.
pub(crate) fn form(schema: &Json, now: Timestamp, dice: u128) -> FormField {
    let mut root = Maker { left: FORM_FIELDS_MAX, now, dice }.field("", schema, true, 0);
    if !matches!(root.input, FormInput::Group { .. } | FormInput::Json { .. }) {
        // A payload is an object, whatever its schema says.
        (root.input, root.example) = (FormInput::Json { why: Undrawn::Unknown }, None);
    }
    root
}

struct Maker {
    /// How many more fields may be drawn.
    left: usize,
    now: Timestamp,
    dice: u128,
}

impl Maker {
    fn field(&mut self, name: &str, schema: &Json, required: bool, depth: usize) -> FormField {
        let (inner, nullable) = without_null(schema);
        let input = self.input(inner, depth);
        let about = [inner, schema].into_iter().find_map(|one| one.get("description")?.as_str());
        FormField {
            name: name.to_owned(),
            about: about.filter(|_| depth > 0).map(|about| cut(about, WORDS_MAX)),
            required,
            nullable,
            filled_by_server: false,
            example: given_example(inner).or_else(|| self.example(&input, inner)),
            input,
        }
    }

    fn input(&mut self, schema: &Json, depth: usize) -> FormInput {
        if let Some(only) = schema.get("const") {
            return one_of(std::slice::from_ref(only));
        }
        if let Some(choices) = schema.get("enum").and_then(Json::as_array) {
            return one_of(choices);
        }
        let is_followed = NOT_FOLLOWED.iter().all(|part| schema.get(part).is_none());
        if !is_followed {
            return FormInput::Json { why: Undrawn::Unknown };
        }
        match kind(schema) {
            Some("string") => {
                let format = schema.get("format").and_then(Json::as_str).map(|format| cut(format, WORDS_MAX));
                FormInput::Text { format }
            }
            Some(number @ ("integer" | "number")) => {
                let bound = |name| schema.get(name).and_then(Json::as_number).cloned();
                let (least, most) = (bound("minimum"), bound("maximum"));
                FormInput::Number { whole: number == "integer", least, most }
            }
            Some("boolean") => FormInput::Flag,
            Some("object") => self.group(schema, depth),
            Some("array") => self.list(schema, depth),
            Some(_) => FormInput::Json { why: Undrawn::Unknown },
            None => FormInput::Json { why: Undrawn::Anything },
        }
    }

    fn group(&mut self, schema: &Json, depth: usize) -> FormInput {
        let Some(properties) = schema.get("properties").and_then(Json::as_object) else {
            return FormInput::Json { why: Undrawn::OwnNames };
        };
        if depth >= FORM_DEPTH_MAX || properties.len() > self.left {
            return FormInput::Json { why: Undrawn::TooMuch };
        }
        self.left -= properties.len();
        let names = in_order(schema, properties).filter(|(name, _)| depth > 0 || *name != SERVERS_OWN);
        let mut fields: Vec<_> = names
            .map(|(name, required)| {
                let field = self.field(name, &properties[name], required, depth + 1);
                let filled_by_server = depth == 0 && FILLED_IN.contains(&name);
                FormField { required: required && !filled_by_server, filled_by_server, ..field }
            })
            .collect();
        // What need not be looked at comes last.
        fields.sort_by_key(|field| field.filled_by_server);
        FormInput::Group { fields }
    }

    fn list(&mut self, schema: &Json, depth: usize) -> FormInput {
        let Some(items) = schema.get("items").filter(|items| items.is_object()) else {
            return FormInput::Json { why: Undrawn::Anything };
        };
        if depth >= FORM_DEPTH_MAX || self.left == 0 {
            return FormInput::Json { why: Undrawn::TooMuch };
        }
        self.left -= 1;
        let least = schema.get("minItems").and_then(Json::as_u64).unwrap_or(0);
        let of = Box::new(self.field("", items, true, depth + 1));
        FormInput::List { of, least: u32::try_from(least).unwrap_or(u32::MAX) }
    }

    /// Something that fits, where the schema names nothing.
    fn example(&mut self, input: &FormInput, schema: &Json) -> Option<Json> {
        Some(match input {
            FormInput::Text { format } => self.words(format.as_deref(), schema).into(),
            FormInput::Number { least, most, .. } => {
                let fits = |number: f64| {
                    least.as_ref().and_then(serde_json::Number::as_f64).is_none_or(|least| least <= number)
                        && most
                            .as_ref()
                            .and_then(serde_json::Number::as_f64)
                            .is_none_or(|most| number <= most)
                };
                if fits(1.0) { json!(1) } else { Json::Number(least.clone().or_else(|| most.clone())?) }
            }
            FormInput::Flag => Json::Bool(false),
            FormInput::OneOf { choices } => choices.first()?.clone(),
            FormInput::Json { why: Undrawn::Anything | Undrawn::OwnNames } => match kind(schema) {
                Some("array") => json!([]),
                _ => json!({}),
            },
            FormInput::Json { .. } | FormInput::Group { .. } | FormInput::List { .. } => return None,
        })
    }

    fn words(&mut self, format: Option<&str>, schema: &Json) -> String {
        let second = Timestamp::from_second(self.now.as_second()).unwrap_or(self.now).to_string();
        match format {
            Some("uuid") => self.uuid(),
            Some("date-time") => second,
            Some("date") => second.chars().take(10).collect(),
            Some("email") => "somebody@example.com".to_owned(),
            Some("uri") => "https://example.com/".to_owned(),
            _ => {
                let most = schema.get("maxLength").and_then(Json::as_u64).unwrap_or(u64::MAX);
                "Example".chars().take(usize::try_from(most).unwrap_or(usize::MAX)).collect()
            }
        }
    }

    fn uuid(&mut self) -> String {
        self.dice = self.dice.wrapping_add(STRIDE);
        // Version 4, variant 10: as any that is drawn at random.
        let bits = (self.dice & !(0xf << 76) & !(0b11 << 62)) | (0x4 << 76) | (0b10 << 62);
        let hex = format!("{bits:032x}");
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
    }
}

/// The first of the examples that the schema names, or what it says stands there by default.
fn given_example(schema: &Json) -> Option<Json> {
    schema.get("examples").and_then(|examples| examples.get(0)).or_else(|| schema.get("default")).cloned()
}

/// What may stand there beside `null`, and whether that may.
fn without_null(schema: &Json) -> (&Json, bool) {
    let is_null = |one: &Json| one.get("type").and_then(Json::as_str) == Some("null");
    for either in ["anyOf", "oneOf"] {
        if let Some([one, other]) = schema.get(either).and_then(Json::as_array).map(Vec::as_slice) {
            match (is_null(one), is_null(other)) {
                (false, true) => return (one, true),
                (true, false) => return (other, true),
                _ => {}
            }
        }
    }
    let types = schema.get("type").and_then(Json::as_array);
    (schema, types.is_some_and(|types| types.contains(&json!("null"))))
}

/// The one kind of value that may stand there beside `null`; an empty text where there are several.
fn kind(schema: &Json) -> Option<&str> {
    match schema.get("type")? {
        Json::String(kind) => Some(kind),
        Json::Array(kinds) => {
            let mut kinds = kinds.iter().filter_map(Json::as_str).filter(|kind| *kind != "null");
            let first = kinds.next();
            Some(first.filter(|_| kinds.next().is_none()).unwrap_or_default())
        }
        _ => Some(""),
    }
}

fn one_of(choices: &[Json]) -> FormInput {
    let is_plain = |choice: &Json| !choice.is_array() && !choice.is_object();
    if choices.is_empty() || !choices.iter().all(is_plain) {
        return FormInput::Json { why: Undrawn::Unknown };
    }
    if choices.len() > FORM_CHOICES_MAX {
        return FormInput::Json { why: Undrawn::TooMuch };
    }
    FormInput::OneOf { choices: choices.to_vec() }
}

/// The names of a group, and whether each must be given: those first, as the schema lists them.
fn in_order<'a>(
    schema: &'a Json,
    properties: &'a Map<String, Json>,
) -> impl Iterator<Item = (&'a str, bool)> + use<'a> {
    let listed = schema.get("required").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let is_required = move |name: &str| listed.iter().any(|one| one == name);
    let required = listed.iter().filter_map(Json::as_str).filter(|name| properties.contains_key(*name));
    let others = properties.keys().map(String::as_str).filter(move |name| !is_required(name));
    required.map(|name| (name, true)).chain(others.map(|name| (name, false)))
}

/// So many characters of a text, and a sign where there are more.
pub(crate) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
