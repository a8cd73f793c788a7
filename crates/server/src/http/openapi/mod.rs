//! The OpenAPI document: what the server can be asked, in a form that programs read.
//!
//! | module | holds |
//! |---|---|
//! | `routes` | routes that cannot be served without being described |
//! | `contract` | what one route takes and answers |
//!
//! The document is part of the product: it is served, committed as `docs/openapi.json`, and a test compares the two.
//!
//! **Invariant:** the same release gives the same document, byte for byte; it names no tenant and no address.

mod contract;
mod routes;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::header;
use axum::response::IntoResponse;
use bytes::Bytes;
use utoipa::openapi::path::{Operation, PathItem, Paths};
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, License, OpenApi, OpenApiBuilder, Ref, ResponseBuilder,
};

pub use self::contract::Contract;
pub use self::routes::Routes;

/// The name of the way in which callers say who they are.
const API_KEY: &str = "api_key";

/// An answer that says no, as the document names it.
struct Refusal {
    status: &'static str,
    name: &'static str,
    meaning: &'static str,
}

const fn refusal(status: &'static str, name: &'static str, meaning: &'static str) -> Refusal {
    Refusal { status, name, meaning }
}

/// What every route may answer, each where it applies.
const REFUSALS: [Refusal; 8] = [
    refusal("400", "Invalid", "Something that was sent cannot be read or is not allowed; `details` names it"),
    refusal("401", "Unknown", "No key (then `error` is text), or one that opens nothing"),
    refusal("403", "Forbidden", "The caller's role may not"),
    refusal("404", "NotFound", "There is nothing with this id that the caller may see"),
    refusal("413", "TooLarge", "The body is too large"),
    refusal("429", "RateLimited", "Too many requests; `Retry-After` says when to come back"),
    refusal("500", "Failed", "Something went wrong here; never with a reason"),
    refusal("503", "Unavailable", "The server is busy or stopping; `Retry-After` says when to come back"),
];

/// The document as text, with a line feed at its end.
#[must_use]
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let (paths, schemas) = super::described().into_document();
        let mut text = document(paths, schemas).to_pretty_json().unwrap_or_default();
        text.push('\n');
        text
    });
    &TEXT
}

/// Answers with the document.
pub(super) async fn serve() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], Bytes::from_static(text().as_bytes()))
}

fn document(mut paths: Paths, schemas: contract::Schemas) -> OpenApi {
    for (path, item) in &mut paths.paths {
        for (method, operation) in operations(item) {
            operation.operation_id = Some(operation_id(method, path));
        }
    }
    let mut components = ComponentsBuilder::new()
        .schema("Problem", problem())
        .security_scheme(API_KEY, key_scheme())
        .schemas_from_iter(schemas.into_iter().collect::<BTreeMap<_, _>>());
    for refusal in &REFUSALS {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response =
            ResponseBuilder::new().description(refusal.meaning).content("application/json", content);
        components = components.response(refusal.name, response);
    }
    let info = InfoBuilder::new()
        .title("Callboard")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("Tickets over REST. docs/api.md tells what a document cannot."))
        .license(Some(License::new("Apache-2.0")));
    OpenApiBuilder::new().info(info).paths(paths).components(Some(components.build())).build()
}

fn key_scheme() -> SecurityScheme {
    let about = "64 hexadecimal characters. `x-tenant-id` may name the tenant it has to belong to.";
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description("x-api-key", about)))
}

/// The shape of every refusal but those of the stock's edge, whose `error` is text.
fn problem() -> Object {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let error = ObjectBuilder::new()
        .property("code", text().description(Some("Such as VALIDATION_ERROR, STALE_VERSION, NOT_FOUND")))
        .property("message", text().description(Some("A sentence for people")))
        .property("details", ObjectBuilder::new().schema_type(SchemaType::AnyValue))
        .required("code")
        .required("message");
    ObjectBuilder::new().property("error", error).required("error").build()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("get", item.get.as_mut()),
        ("put", item.put.as_mut()),
        ("post", item.post.as_mut()),
        ("delete", item.delete.as_mut()),
        ("patch", item.patch.as_mut()),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation?)))
}

/// Such as `put_tickets_id`: said by method and path, so that it cannot be given twice.
fn operation_id(method: &str, path: &str) -> String {
    let path = path.trim_start_matches("/api/v1").replace(['{', '}'], "").replace(['/', '-'], "_");
    format!("{method}{path}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    /// A document has one schema per name: of two types with one name, one would be told and one be served.
    #[test]
    fn no_two_types_share_a_name() {
        let (_, schemas) = crate::http::described().into_document();
        let mut known = BTreeMap::new();
        for (name, schema) in schemas {
            let before = known.entry(name.clone()).or_insert_with(|| schema.clone());
            assert!(*before == schema, "two types are called {name}: say #[schema(as = …)] of one");
        }
    }
}
