//! What happens at the edges: too slow, too big, too strange, too late.

use std::sync::Arc;

use callboard_model::{Hint, Person, Timestamp};
use callboard_server::bus::Notice;
use callboard_server::rooms::PATH;
use callboard_server::rooms::limits::SOCKET_QUEUE_BYTES;
use callboard_wire::limits::FRAME_BYTES_MAX;
use tokio::net::TcpSocket;
use tokio::time::timeout;

use crate::peer::{Peer, Told, face};
use crate::world::{DEADLINE, World, until};

const ROOM: &str = "ticket:t:1";

/// A hint that is far longer than any real one, to fill what lies between two ends quickly.
fn long_notice(bytes: usize) -> Notice {
    let hint = Hint {
        updated_fields: vec!["f".repeat(bytes).into()],
        updated_by: Person { user_id: "bob".into(), display_name: "Bob".into() },
        updated_at: Timestamp::UNIX_EPOCH,
        ticket_id: None,
        version: None,
        seq: None,
        origin_session: None,
    };
    Notice { tenant: "t".into(), ticket: "1".into(), hint: Arc::new(hint), scope: None }
}

/// A peer for which little lies between the two ends: what it does not read soon waits at the server.
async fn short_of_buffers(world: &World) -> Peer {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small buffer");
    let stream = socket.connect(world.address()).await.expect("connected");
    Peer::over(stream, &format!("ws://{}{PATH}", world.address())).await
}

/// A reader that does not read is ended; it neither holds up nor costs the others anything.
#[tokio::test]
async fn a_slow_reader_is_ended_and_the_others_miss_nothing() {
    const SIZE: usize = 16 * 1024;
    let world = World::start().await;
    let mut slow = short_of_buffers(&world).await;
    slow.enter(ROOM, &world.token("bob", ROOM)).await;
    slow.show(ROOM, 20, 1, Some(face("bob", None))).await;
    slow.next().await;
    let mut quick = world.inside("ann", ROOM).await;
    quick.next().await;
    let mut sent = 0;
    let ended = async {
        loop {
            assert!(world.bus.publish(long_notice(SIZE)).await.taken().await);
            match quick.next().await {
                Told::Hint(..) => sent += 1,
                // The slow one is seen to go.
                other => break other,
            }
        }
    };
    let last = timeout(3 * DEADLINE, ended).await.expect("the slow reader is ended");
    assert!(matches!(last, Told::Presence(_, gone) if gone.iter().all(|entry| entry.state.is_none())));
    assert!(sent >= SOCKET_QUEUE_BYTES / (2 * SIZE), "not before its queue was full: {sent}");
    assert!(matches!(quick.settle(ROOM).await[..], [Told::Hint(..)]), "the one that was on its way");
}

#[tokio::test]
async fn a_client_is_heard_while_there_is_still_much_to_write_to_it() {
    /// Fewer than end the socket, and far more bytes than lie between two ends.
    const HINTS: usize = 200;
    let world = World::start().await;
    let mut peer = short_of_buffers(&world).await;
    peer.enter(ROOM, &world.token("bob", ROOM)).await;
    for _ in 0..HINTS {
        assert!(world.bus.publish(long_notice(16 * 1024)).await.taken().await);
    }
    let before_the_answer = peer.settle(ROOM).await.len();
    assert!(before_the_answer < HINTS, "it was heard only when there was nothing left to write");
}

#[tokio::test]
async fn a_frame_that_is_too_big_ends_the_socket_with_1009() {
    let world = World::start().await;
    for bytes in [FRAME_BYTES_MAX + 1, 2 * 1024 * 1024] {
        let mut peer = world.inside("bob", ROOM).await;
        peer.send_bytes(vec![0; bytes]).await;
        assert_eq!(peer.until_closed().await, [Told::SocketClosed(1009)], "{bytes}");
        until("it is out of its room", || world.rooms.is_empty()).await;
    }
}

#[tokio::test]
async fn a_stranger_who_talks_garbage_is_closed_with_4401() {
    let world = World::start().await;
    for garbage in [vec![], vec![0xff; 40], b"GET / HTTP/1.1".to_vec(), vec![0]] {
        let mut peer = world.socket("").await;
        peer.send_bytes(garbage).await;
        assert_eq!(peer.until_closed().await, [Told::SocketClosed(4401)]);
    }
}

#[tokio::test]
async fn a_name_that_is_too_long_is_garbage() {
    let world = World::start().await;
    let mut peer = world.socket("").await;
    let mut frame = vec![0xe8, 0x07];
    frame.extend([b'a'; 1000]);
    frame.extend([2, 0, 0]);
    peer.send_bytes(frame).await;
    assert_eq!(peer.until_closed().await, [Told::SocketClosed(4401)]);
}

#[tokio::test]
async fn a_client_that_says_goodbye_is_answered() {
    let world = World::start().await;
    let mut peer = world.inside("bob", ROOM).await;
    peer.say_goodbye().await;
    assert_eq!(peer.until_closed().await, [Told::SocketClosed(1000)]);
}

#[tokio::test]
async fn a_server_that_stops_says_so_to_everybody() {
    let world = World::start().await;
    let mut peers =
        [world.inside("ann", ROOM).await, world.inside("bob", "board:t").await, world.socket("").await];
    world.stop.cancel();
    for peer in &mut peers {
        assert_eq!(peer.until_closed().await, [Told::SocketClosed(1012)]);
    }
    timeout(DEADLINE, world.rooms.drained()).await.expect("every socket has ended");
    assert!(world.rooms.is_empty());
}
