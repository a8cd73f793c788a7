//! Queries of every route that reads: the first byte says which, the rest is the query.

#![no_main]

use axum::http::Method;
use callboard_server_fuzz::server;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, query)) = bytes.split_first() else { return };
    let Ok(query) = std::str::from_utf8(query) else { return };
    let operation = server().operation(choice, |one| one.method == Method::GET);
    server().ask(operation.method, &format!("{}?{query}", operation.path), &[], b"");
});
