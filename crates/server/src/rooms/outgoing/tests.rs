//! The queue of one socket, as plain calls.

use futures_util::FutureExt;

use super::*;
use crate::rooms::line::tests::Peer;

const SIZE: usize = 1000;

fn frame() -> Bytes {
    Bytes::from_static(&[b'x'; SIZE])
}

fn item() -> Item {
    Item::Frame(frame())
}

fn fitting() -> usize {
    SOCKET_QUEUE_BYTES / (SIZE + FRAME_COST)
}

fn deaf(memory: &Memory) -> (Outgoing, Waiting) {
    queue(memory, Peer::default())
}

#[tokio::test]
async fn a_full_queue_ends_the_socket_and_keeps_what_it_held() {
    let memory = Memory::default();
    let (outgoing, waiting) = deaf(&memory);
    for _ in 0..fitting() {
        outgoing.leave(item());
    }
    assert_eq!(waiting.0.queue().goodbye, None, "full is not yet overflow");
    outgoing.leave(item());
    outgoing.end(Goodbye::restart(Duration::ZERO));
    assert_eq!(waiting.goodbye().await, Goodbye::reset(), "the first goodbye counts");
    assert_eq!(waiting.0.queue().items.len(), fitting());
    assert_eq!(memory.too_slow(), 1);
}

#[tokio::test]
async fn what_was_left_is_taken_in_order_and_in_pieces() {
    let memory = Memory::default();
    let (outgoing, waiting) = deaf(&memory);
    assert!(outgoing.leave(item()), "the first one has to be handed over");
    assert!(!outgoing.leave(item()), "the second one goes with it");
    for _ in 2..fitting() {
        outgoing.leave(item());
    }
    let (mut all, mut turns) = (Vec::new(), 0);
    while all.len() < fitting() {
        waiting.filled().await;
        waiting.take(&mut all);
        turns += 1;
    }
    assert!(turns > 1);
    assert_eq!(memory.bytes(), 0);
}

/// What waits for everybody together is bounded too, and pays who has something waiting already.
#[tokio::test]
async fn when_the_process_is_full_the_slow_ones_go_and_the_quick_ones_stay() {
    let memory = Memory::default();
    let (slow, slow_waiting) = deaf(&memory);
    slow.leave(item());
    memory.0.bytes.fetch_add(QUEUED_BYTES_OF_ALL, Ordering::Relaxed);
    let (quick, quick_waiting) = deaf(&memory);
    quick.leave(item());
    slow.leave(item());
    assert_eq!(slow_waiting.goodbye().await, Goodbye::reset());
    assert_eq!(quick_waiting.0.queue().goodbye, None);
}

#[test]
fn a_queue_that_goes_gives_back_what_it_counted() {
    let memory = Memory::default();
    let (outgoing, waiting) = deaf(&memory);
    outgoing.leave(item());
    assert_eq!(memory.bytes(), SIZE + FRAME_COST);
    drop((outgoing, waiting));
    assert_eq!(memory.bytes(), 0);
}

/// Leaves these for a socket and hands them over.
fn give(outgoing: &Outgoing, items: impl IntoIterator<Item = Item>) {
    let mut given = Given::default();
    for item in items {
        given.give(outgoing, item);
    }
    given.hand_over();
}

#[tokio::test]
async fn a_socket_at_rest_is_written_to_without_its_task() {
    let (memory, peer) = (Memory::default(), Peer::with_room(2));
    let (outgoing, waiting) = queue(&memory, peer.clone());
    waiting.line().rest();
    give(&outgoing, [item(), item()]);
    assert_eq!((peer.taken().len(), memory.bytes()), (2, 0));
    assert!(waiting.filled().now_or_never().is_none(), "its task may sleep on");
}

/// The order is that of the queue, whoever writes.
#[tokio::test]
async fn what_a_slow_peer_does_not_take_wakes_the_task() {
    let (memory, peer) = (Memory::default(), Peer::with_room(1));
    let (outgoing, waiting) = queue(&memory, peer.clone());
    waiting.line().rest();
    give(&outgoing, ["a", "b", "c"].map(|name| Item::Frame(name.into())));
    assert_eq!(peer.taken(), ["a"]);
    waiting.filled().await;
    waiting.line().rise();
    let mut left = Vec::new();
    waiting.take(&mut left);
    assert_eq!(left, [Item::Frame("c".into())], "b was begun and is in the line");
    peer.make_room(1);
    waiting.line().write([].into_iter()).await.expect("room for it");
    assert_eq!(peer.taken(), ["a", "b"]);
}

#[tokio::test]
async fn who_is_put_out_hears_what_was_said_before_and_the_task_does_it() {
    let (memory, peer) = (Memory::default(), Peer::with_room(9));
    let (outgoing, waiting) = queue(&memory, peer.clone());
    waiting.line().rest();
    let address = Address::parse("ticket:t:1").expect("an address");
    give(&outgoing, [item(), Item::PutOut(address.clone()), item()]);
    assert_eq!(peer.taken(), [frame()]);
    waiting.filled().await;
    let mut left = Vec::new();
    waiting.take(&mut left);
    assert_eq!(left, [Item::PutOut(address), item()]);
}

#[tokio::test]
async fn nothing_is_written_after_a_goodbye() {
    let (memory, peer) = (Memory::default(), Peer::with_room(9));
    let (outgoing, waiting) = queue(&memory, peer.clone());
    waiting.line().rest();
    let mut given = Given::default();
    given.give(&outgoing, item());
    outgoing.end(Goodbye::reset());
    given.hand_over();
    assert!(peer.taken().is_empty());
}
