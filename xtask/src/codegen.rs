//! Files that are generated from Rust: the TypeScript of the bridge, and what the server can be asked, as an OpenAPI document
//! and as a GraphQL schema.
//!
//! **Invariant:** one generator each, a test of its crate; writing and checking differ only in an environment variable.

use anyhow::Result;

use crate::steps::{Steps, cargo};

/// `cargo xtask codegen`.
pub(crate) fn write(steps: &mut Steps) -> Result<()> {
    steps.run("write ui/src/bridge/generated.ts", types().env("CALLBOARD_CODEGEN", "write"))?;
    steps.run("write docs/openapi.json", document().env("CALLBOARD_CODEGEN", "write"))?;
    steps.run("write docs/schema.graphql", schema().env("CALLBOARD_CODEGEN", "write"))
}

/// Fails when the committed types are stale. Document and schema are compared by the tests of the server themselves; these
/// types need a feature that no other test has.
pub(crate) fn check(steps: &mut Steps) -> Result<()> {
    steps.run("generated types are up to date", &mut types())
}

fn types() -> std::process::Command {
    let mut command = cargo();
    command.args(["test", "--quiet", "--package=callboard-desk", "--features=ts", "--test=bridge_types"]);
    command
}

fn schema() -> std::process::Command {
    let mut command = cargo();
    command.args(["test", "--quiet", "--package=callboard-server", "--test=graphql"]);
    command.args(["--", "--exact", "schema::the_committed_schema_is_the_one_that_is_served"]);
    command
}

fn document() -> std::process::Command {
    let mut command = cargo();
    command.args(["test", "--quiet", "--package=callboard-server", "--test=rest"]);
    command.args(["--", "--exact", "openapi::the_committed_document_is_the_one_that_is_served"]);
    command
}
