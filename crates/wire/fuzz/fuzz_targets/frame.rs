//! One message, in both directions: whatever can be read is written and read again as the same.

#![no_main]

use callboard_wire::awareness;
use callboard_wire::frame::{self, Body, Direction, Frame, Packet};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for direction in [Direction::ToServer, Direction::ToClient] {
        let Ok(packet) = frame::decode(bytes, direction) else { continue };
        let again = frame::encode(&packet);
        assert_eq!(frame::decode(&again, direction).as_ref(), Ok(&packet));
        if let Packet::Frame(Frame { body: Body::Awareness(update), .. }) = packet
            && let Ok(read) = awareness::decode(update)
        {
            assert!((read.entries.len() + read.malformed) * 3 < update.len());
            let again = awareness::decode(&awareness::encode(read.entries.iter()));
            assert_eq!(again.map(|again| again.entries), Ok(read.entries));
        }
    }
});
