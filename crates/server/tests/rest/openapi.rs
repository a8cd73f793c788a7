//! The document: committed, served, and true (wire.md 3).

use std::collections::BTreeSet;
use std::path::PathBuf;

use axum::http::Method;
use callboard_server::http::openapi;
use serde_json::Value;

use crate::routes::ROUTES;
use crate::world::World;

/// Writes the file instead of complaining when `cargo xtask codegen` asks for it.
#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    if std::env::var("CALLBOARD_CODEGEN").is_ok_and(|mode| mode == "write") {
        std::fs::write(&path, openapi::text()).expect("a file to write");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == openapi::text(),
        "docs/openapi.json is not what the routes say: run `cargo xtask codegen` and commit it"
    );
}

#[tokio::test]
async fn the_document_is_served_to_everybody() {
    let world = World::start().await;
    let reply = world.ask(Method::GET, "/api/v1/meta/openapi", "", &[], "").await;
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")));
    assert_eq!(reply.body, document());
}

/// The routes of the document and the table with which every caller is tried are the same.
#[test]
fn every_route_of_the_document_is_tried_by_every_caller_and_the_other_way_round() {
    let described: BTreeSet<String> = operations()
        .into_iter()
        .map(|(method, path, _)| format!("{} {}", method.to_uppercase(), without_names(&path)))
        .collect();
    let tried: BTreeSet<String> = ROUTES
        .iter()
        .map(|(method, path, _)| {
            let path = path.split('?').next().unwrap_or_default();
            format!("{method} {}", without_names(path))
        })
        .collect();
    assert_eq!(described, tried);
}

/// `Routes` is the only way in: a route that goes around it would be served and not described.
#[test]
fn no_route_of_the_api_goes_around_its_description() {
    let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/http")];
    let mut looked_at = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("openapi/routes.rs") {
                let text = std::fs::read_to_string(&path).expect("a source");
                assert!(!text.contains(".route("), "{} adds a route without a contract", path.display());
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 5, "the sources were found");
}

#[test]
fn every_operation_has_a_name_of_its_own_and_says_what_it_does() {
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations() {
        let name = operation["operationId"].as_str().unwrap_or_default().to_owned();
        assert!(!name.is_empty() && names.insert(name), "{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}");
        for parameter in path.split('/').filter(|part| part.starts_with('{')) {
            let name = parameter.trim_matches(['{', '}']);
            let parameters = operation["parameters"].as_array().expect("parameters");
            assert!(
                parameters.iter().any(|one| one["name"] == name && one["in"] == "path"),
                "{path}: {name}"
            );
        }
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    let document = document();
    let mut references = BTreeSet::new();
    collect(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

fn document() -> Value {
    serde_json::from_str(openapi::text()).expect("JSON")
}

/// Method, path and description of every operation.
fn operations() -> Vec<(String, String, Value)> {
    let document = document();
    let paths = document["paths"].as_object().expect("paths").clone();
    paths
        .into_iter()
        .flat_map(|(path, item)| {
            let item = item.as_object().expect("an item").clone();
            item.into_iter().map(move |(method, operation)| (method, path.clone(), operation))
        })
        .collect()
}

/// A path with its parameters, whatever they are called.
fn without_names(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

fn collect(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            references.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|value| collect(value, references));
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, references)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
