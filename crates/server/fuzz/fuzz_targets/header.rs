//! Headers that somebody reads: the first byte says of which route, then one line per header, whose first byte says which.

#![no_main]

use callboard_server_fuzz::server;
use libfuzzer_sys::fuzz_target;

/// The headers that mean something to the server.
const NAMES: [&str; 11] = [
    "x-tenant-id",
    "x-request-id",
    "x-origin-session",
    "x-tab-id",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "content-type",
    "content-length",
    "authorization",
    "x-api-key",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, lines)) = bytes.split_first() else { return };
    let headers: Vec<(&str, &[u8])> = lines
        .split(|&byte| byte == b'\n')
        .filter_map(|line| line.split_first())
        .map(|(&name, value)| (NAMES[usize::from(name) % NAMES.len()], value))
        .collect();
    let operation = server().operation(choice, |_| true);
    server().ask(operation.method, &operation.path, &headers, br#"{"title":"A title"}"#);
});
