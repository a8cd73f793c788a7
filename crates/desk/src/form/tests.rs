//! What is drawn of each kind of schema, and that there is no schema that cannot be drawn somehow.

use super::*;

const DICE: u128 = 7;

fn now() -> Timestamp {
    "2026-11-21T14:00:00.123Z".parse().expect("an instant")
}

/// The field of a group that has one field of this schema.
fn drawn(schema: &Json) -> FormField {
    let whole = json!({"type": "object", "properties": {"it": schema}, "required": ["it"]});
    let FormInput::Group { fields } = form(&whole, now(), DICE).input else { panic!("{whole} is a group") };
    fields.into_iter().next().expect("one field")
}

fn fields(of: &FormField) -> &[FormField] {
    match &of.input {
        FormInput::Group { fields } => fields,
        other => panic!("{other:?} is no group"),
    }
}

fn why(field: &FormField) -> Option<Undrawn> {
    match field.input {
        FormInput::Json { why } => Some(why),
        _ => None,
    }
}

/// EV-5: every kind of the catalogue has its own input and an example that fits.
#[test]
fn each_kind_of_schema_has_its_input_and_something_that_fits() {
    let text = |format: Option<&str>| FormInput::Text { format: format.map(str::to_owned) };
    let number =
        |whole, least: Option<i64>| FormInput::Number { whole, least: least.map(Into::into), most: None };
    let flag = FormInput::Flag;
    for (schema, input, nullable, example) in [
        (json!({"type": "string", "minLength": 1}), text(None), false, json!("Example")),
        (json!({"type": "string", "maxLength": 2}), text(None), false, json!("Ex")),
        (
            json!({"type": "string", "format": "date-time"}),
            text(Some("date-time")),
            false,
            json!("2026-11-21T14:00:00Z"),
        ),
        (
            json!({"type": "string", "format": "email"}),
            text(Some("email")),
            false,
            json!("somebody@example.com"),
        ),
        (json!({"type": "integer", "minimum": 0}), number(true, Some(0)), false, json!(1)),
        (json!({"type": "integer", "minimum": 5}), number(true, Some(5)), false, json!(5)),
        (json!({"type": "number"}), number(false, None), false, json!(1)),
        (json!({"type": "boolean"}), flag.clone(), false, json!(false)),
        (json!({"type": ["boolean", "null"]}), flag, true, json!(false)),
        (json!({"anyOf": [{"type": "string"}, {"type": "null"}]}), text(None), true, json!("Example")),
        (json!({"type": "string", "examples": ["their own"]}), text(None), false, json!("their own")),
        (json!({"type": "integer", "default": 9}), number(true, None), false, json!(9)),
        (
            json!({"enum": ["user", null]}),
            FormInput::OneOf { choices: vec![json!("user"), Json::Null] },
            false,
            json!("user"),
        ),
        (json!({"const": true}), FormInput::OneOf { choices: vec![json!(true)] }, false, json!(true)),
    ] {
        let field = drawn(&schema);
        assert_eq!(
            (field.input, field.nullable, field.example),
            (input, nullable, Some(example)),
            "{schema}"
        );
    }
    let id = drawn(&json!({"type": "string", "format": "uuid"})).example.expect("an id");
    let id = id.as_str().expect("words");
    assert_eq!(
        (id.len(), id.get(14..15), id.get(19..20).map(|c| "89ab".contains(c))),
        (36, Some("4"), Some(true))
    );
}

/// EV-5: what a form does not know is a text of JSON that says why.
#[test]
fn what_cannot_be_drawn_is_json_and_says_why() {
    for (schema, expected, example) in [
        (json!({}), Undrawn::Anything, Some(json!({}))),
        (json!(true), Undrawn::Anything, Some(json!({}))),
        (json!({"type": "array"}), Undrawn::Anything, Some(json!([]))),
        (json!({"type": "object", "additionalProperties": {}}), Undrawn::OwnNames, Some(json!({}))),
        (json!({"$ref": "#/$defs/x"}), Undrawn::Unknown, None),
        (json!({"type": "object", "properties": {}, "allOf": [{}]}), Undrawn::Unknown, None),
        (json!({"type": ["string", "integer"]}), Undrawn::Unknown, None),
        (json!({"enum": [{"a": 1}]}), Undrawn::Unknown, None),
        (json!({"enum": (0..=FORM_CHOICES_MAX).collect::<Vec<_>>()}), Undrawn::TooMuch, None),
    ] {
        let field = drawn(&schema);
        assert_eq!((why(&field), field.example), (Some(expected), example), "{schema}");
    }
}

/// EV-5: required first, what the server fills in last and never required, and its own word is not asked for.
#[test]
fn what_must_be_given_comes_first_and_what_the_server_fills_in_last() {
    let text = json!({"type": "string"});
    let schema = json!({
        "type": "object",
        "properties": {"tenantId": text, "occurredAt": text, "actorType": text, "zone": text, "about": text, "list": {
            "type": "array", "minItems": 2, "items": {"type": "object", "properties": {"tenantId": text}, "required": ["tenantId"]},
        }},
        "required": ["tenantId", "occurredAt", "zone", "list", "not described"],
    });
    let root = form(&schema, now(), DICE);
    let seen: Vec<_> =
        fields(&root).iter().map(|field| (&*field.name, field.required, field.filled_by_server)).collect();
    assert_eq!(
        seen,
        [
            ("zone", true, false),
            ("list", true, false),
            ("about", false, false),
            ("occurredAt", false, true),
            ("actorType", false, true),
        ]
    );
    let FormInput::List { of, least: 2 } = &fields(&root)[1].input else { panic!("a list of two at least") };
    assert_eq!(fields(of)[0].name, "tenantId", "within a payload it is a name like any other");
    assert_eq!(form(&schema, now(), DICE), root, "the same moment makes the same form");
}

/// Neither a deep nor a wide schema makes a form beyond the limits.
#[test]
fn no_schema_makes_a_form_beyond_the_limits() {
    let deep = (0..500).fold(json!({"type": "string"}), |inner, _| {
        json!({"type": "object", "properties": {"in": inner, "list": {"type": "array", "items": {"type": "string"}}}})
    });
    let wide: Map<String, Json> = (0..300).map(|n| (format!("f{n}"), json!({"type": "string"}))).collect();
    let wide = json!({"type": "object", "properties": wide});
    let many: Map<String, Json> = (0..90).map(|n| (format!("f{n}"), deep.clone())).collect();
    for schema in [deep, wide, json!({"type": "object", "properties": many}), json!("nonsense"), json!([1])] {
        let (count, depth) = measured(&form(&schema, now(), DICE));
        assert!(count <= FORM_FIELDS_MAX + 1 && depth <= FORM_DEPTH_MAX + 1, "{count} fields, {depth} deep");
    }
    let long = drawn(&json!({"type": "string", "description": "x".repeat(9_999)}));
    assert_eq!(long.about.map(|about| about.chars().count()), Some(WORDS_MAX + 1));
}

/// How many fields there are, and how deep the deepest lies.
fn measured(field: &FormField) -> (usize, usize) {
    let within: Vec<_> = match &field.input {
        FormInput::Group { fields } => fields.iter().map(measured).collect(),
        FormInput::List { of, .. } => vec![measured(of)],
        _ => Vec::new(),
    };
    let deepest = within.iter().map(|(_, depth)| *depth).max().unwrap_or(0);
    (1 + within.iter().map(|(count, _)| count).sum::<usize>(), 1 + deepest)
}
