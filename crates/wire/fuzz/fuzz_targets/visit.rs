//! A whole visit: messages, decisions and time in any order, to both ends. Neither panics, and what each says is
//! understood by the other's decoder.

#![no_main]

use std::time::Duration;

use callboard_wire::awareness::Seats;
use callboard_wire::frame::{self, Direction};
use callboard_wire::varint::Reader;
use callboard_wire::{Client, ClientConfig, Connection, Scope, Seat, ServerEvent, ServerLimits};
use libfuzzer_sys::fuzz_target;

const ROOMS: [&str; 3] = ["ticket:t:1", "ticket:t:2", "board:t"];

fuzz_target!(|bytes: &[u8]| {
    let mut now = Duration::ZERO;
    let mut client = Client::new(ClientConfig { provider_version: Some("4.8.0".into()), first_client_id: 1 });
    let mut server = Connection::new(now, ServerLimits::default());
    let mut seats = Seats::default();
    client.join(now, ROOMS[0], "token");
    client.opened(now);
    let mut reader = Reader::new(bytes);
    while let Ok(order) = reader.uint() {
        let room = ROOMS[(order >> 4) as usize % ROOMS.len()];
        match order % 16 {
            0 => now = now.saturating_add(Duration::from_secs((order >> 4) % 40)),
            1 => drop(client.join(now, room, "token")),
            2 => client.leave(now, room),
            3 => client.show(now, room, Some("{\"user\":1}".into())),
            4 => client.show(now, room, None),
            5 => client.closed(now),
            6 => client.opened(now),
            7 => deliver(now, &mut client, &mut server),
            8 => decide(now, &mut server, &mut seats, order & 0x100 == 0),
            9 => client.tick(now),
            10 => drop(server.tick(now)),
            order => {
                let Ok(message) = reader.bytes(1 << 16, "message") else { return };
                let ended = match order {
                    11..=13 => server.received(now, message).is_err(),
                    _ => client.received(now, message).is_err(),
                };
                if ended {
                    return;
                }
            }
        }
        while let Some(packet) = server.poll_packet() {
            assert!(frame::decode(&packet, Direction::ToClient).is_ok());
            let _ = client.received(now, &packet);
        }
        while client.poll_event().is_some() {}
        if let Some(deadline) = client.next_deadline() {
            client.tick(now.max(deadline));
            assert!(client.next_deadline().is_none_or(|next| next > deadline), "a tick does all that is due");
        }
    }
});

fn deliver(now: Duration, client: &mut Client, server: &mut Connection) {
    while let Some(packet) = client.poll_packet() {
        assert!(frame::decode(&packet, Direction::ToServer).is_ok());
        let _ = server.received(now, &packet);
    }
}

fn decide(now: Duration, server: &mut Connection, seats: &mut Seats, admit: bool) {
    let seat = Seat { connection: 1, user: "u".into() };
    while let Some(event) = server.poll_event() {
        match event {
            ServerEvent::Authenticate { address, .. } if admit => {
                let _ = server.accept(&address, Scope::ReadWrite, &seats.present());
            }
            ServerEvent::Authenticate { address, .. } => drop(server.deny(&address, "no")),
            ServerEvent::FreshToken { address, .. } if !admit => drop(server.close_room(&address, "expired")),
            ServerEvent::Awareness { entries, .. } => drop(seats.admit(now, &seat, &entries)),
            ServerEvent::Left { .. } => drop(seats.leave(now, 1)),
            ServerEvent::FreshToken { .. } | ServerEvent::Stateless { .. } => {}
        }
    }
}
