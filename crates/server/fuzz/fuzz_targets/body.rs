//! Bodies of every route that takes one: the first byte says which, the rest is the body.

#![no_main]

use callboard_server_fuzz::server;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, body)) = bytes.split_first() else { return };
    let operation = server().operation(choice, |one| one.takes_body);
    server().ask(operation.method, &operation.path, &[], body);
});
