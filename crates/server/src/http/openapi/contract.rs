//! What one route takes and answers, in the words of OpenAPI.
//!
//! It exists so that a route is described in one line beside its handler, and what is true of every route (a key, the
//! refusals, the headers of a write) is said here once.
//!
//! **Invariant:** a contract says nothing of how a handler works; it is text and types.

use callboard_model::rest::header;
use utoipa::openapi::path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, ResponseBuilder};
use utoipa::{PartialSchema, ToSchema};

use super::{API_KEY, REFUSALS, Refusal};

pub(super) use callboard_model::openapi::Named as Schemas;

/// The media type of every body.
const JSON: &str = "application/json";

/// One route, described.
pub struct Contract {
    operation: OperationBuilder,
    schemas: Schemas,
    needs_key: bool,
    takes_body: bool,
}

impl Contract {
    fn new(summary: &str) -> Self {
        Self {
            operation: OperationBuilder::new().summary(Some(summary)),
            schemas: Schemas::new(),
            needs_key: true,
            takes_body: false,
        }
    }

    /// Answers 200 with a `T`.
    pub fn reads<T: ToSchema>(summary: &str) -> Self {
        Self::new(summary).answers::<T>("200", "Here it is")
    }

    /// Takes a `B`, changes something and answers 200 with a `T`.
    pub fn writes<B: ToSchema, T: ToSchema>(summary: &str) -> Self {
        Self::new(summary).takes::<B>().with_write_headers().answers::<T>("200", "As it stands now")
    }

    /// Takes a `B`, adds something and answers 201 with a `T`.
    pub fn creates<B: ToSchema, T: ToSchema>(summary: &str) -> Self {
        Self::new(summary).takes::<B>().with_write_headers().answers::<T>("201", "Added")
    }

    /// Takes something away and answers 204.
    pub fn removes(summary: &str) -> Self {
        Self::new(summary).with_write_headers().also("204", "Gone")
    }

    /// Takes a `B`, changes something that has no version and answers 200 with a `T`.
    pub fn sets<B: ToSchema, T: ToSchema>(summary: &str) -> Self {
        Self::new(summary).takes::<B>().with_key().answers::<T>("200", "As it stands now").applied_once()
    }

    /// Takes a `B`, adds something that has no version and answers 201 with a `T`.
    pub fn adds<B: ToSchema, T: ToSchema>(summary: &str) -> Self {
        Self::new(summary).takes::<B>().with_key().answers::<T>("201", "Added").applied_once()
    }

    /// Takes a `B`, changes something that has no version and answers 204.
    pub fn settles<B: ToSchema>(summary: &str) -> Self {
        Self::new(summary).takes::<B>().with_key().also("204", "Done").applied_once()
    }

    /// Takes something away that has no version and answers 204.
    pub fn drops(summary: &str) -> Self {
        Self::new(summary).with_key().also("204", "Gone").applied_once()
    }

    /// Takes a `B` to find something out, changes nothing, and answers 200 with a `T`.
    pub fn asks<B: ToSchema, T: ToSchema>(summary: &str) -> Self {
        Self::new(summary).takes::<B>().answers::<T>("200", "Here it is")
    }

    /// May carry this query parameter.
    pub fn query<T: PartialSchema>(self, name: &str, what: &str) -> Self {
        self.parameter(ParameterIn::Query, name, what, T::schema())
    }

    /// May carry this header.
    pub fn header(self, name: &str, what: &str) -> Self {
        self.parameter(ParameterIn::Header, name, what, String::schema())
    }

    /// May also answer with this status, and no body of its own.
    pub fn also(mut self, status: &str, meaning: &str) -> Self {
        self.operation = self.operation.response(status, ResponseBuilder::new().description(meaning));
        self
    }

    /// May also answer with this status and a `T`.
    pub fn answers<T: ToSchema>(mut self, status: &str, meaning: &str) -> Self {
        T::schemas(&mut self.schemas);
        let content = ContentBuilder::new().schema(Some(T::schema())).build();
        let response = ResponseBuilder::new().description(meaning).content(JSON, content);
        self.operation = self.operation.response(status, response);
        self
    }

    /// May be refused under an idempotency key that stands for another write.
    pub fn applied_once(self) -> Self {
        self.also("422", "The idempotency key stands for another write")
    }

    /// Hangs on a ticket: may also be refused because the ticket is another by now.
    pub fn on_a_ticket(self) -> Self {
        self.also("412", "`If-Match` is not the version of the ticket; nothing was written").applied_once()
    }

    /// Needs no key.
    pub fn for_everybody(self) -> Self {
        Self { needs_key: false, ..self }
    }

    fn takes<B: ToSchema>(mut self) -> Self {
        B::schemas(&mut self.schemas);
        let content = ContentBuilder::new().schema(Some(B::schema())).build();
        let body = RequestBodyBuilder::new().content(JSON, content).required(Some(Required::True)).build();
        self.operation = self.operation.request_body(Some(body));
        Self { takes_body: true, ..self }
    }

    fn with_write_headers(self) -> Self {
        self.header("If-Match", "The only version on which to write, in quotes")
            .with_key()
            .header(header::ORIGIN_SESSION, "The console that writes; comes back in the hint")
    }

    fn with_key(self) -> Self {
        self.header("Idempotency-Key", "Makes a write that is sent twice apply once; 1 to 255 characters")
    }

    fn parameter(
        mut self,
        place: ParameterIn,
        name: &str,
        what: &str,
        schema: impl Into<RefOr<Schema>>,
    ) -> Self {
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(place)
            .description(Some(what))
            .schema(Some(schema));
        self.operation = self.operation.parameter(parameter);
        self
    }

    /// The finished entry of the document; named schemas go to `schemas`.
    pub(super) fn into_operation(mut self, family: &str, path: &str, schemas: &mut Schemas) -> Operation {
        schemas.append(&mut self.schemas);
        let names: Vec<_> = in_path(path).collect();
        let mut operation = self.operation.tag(family);
        for name in &names {
            operation = operation.parameter(path_parameter(name));
        }
        let (has_id, needs_key, takes_body) = (!names.is_empty(), self.needs_key, self.takes_body);
        let applies = |refusal: &Refusal| match refusal.status {
            "401" | "403" | "429" => needs_key,
            "404" => has_id,
            "413" => takes_body,
            _ => true,
        };
        for refusal in REFUSALS.iter().filter(|refusal| applies(refusal)) {
            operation = operation.response(refusal.status, Ref::from_response_name(refusal.name));
        }
        if self.needs_key {
            operation = operation.security(SecurityRequirement::new(API_KEY, [""; 0]));
        }
        operation.build()
    }
}

fn in_path(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn path_parameter(name: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(String::schema()))
        .build()
}
