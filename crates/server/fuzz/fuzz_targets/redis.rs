//! Messages of Redis, which anybody who can publish there may have written: the channel, a line feed, the payload.

#![no_main]

use callboard_server::bus::read_anything;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(2, |&byte| byte == b'\n');
    let (channel, payload) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if let Ok(channel) = std::str::from_utf8(channel) {
        read_anything(channel, payload);
    }
});
