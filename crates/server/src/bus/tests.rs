//! Who hears what, as plain calls.

use super::*;

fn notice(ticket: &str) -> Notice {
    let json = r#"{"updatedFields":["title"],"updatedBy":{"userId":"u","displayName":"B"},"updatedAt":"2026-11-21T10:00:00Z"}"#;
    let hint = serde_json::from_str(json).expect("a hint");
    Notice { tenant: "t".into(), ticket: ticket.into(), hint: Arc::new(hint), scope: None }
}

#[tokio::test]
async fn every_listener_hears_every_hint_in_order() {
    let bus = Bus::local();
    let mut ears = [bus.listen(), bus.listen()];
    for ticket in ["1", "2"] {
        assert!(bus.publish(notice(ticket)).await.taken().await);
    }
    for ear in &mut ears {
        for ticket in ["1", "2"] {
            assert_eq!(ear.next().await, Some(Heard::Hint(notice(ticket))));
        }
    }
}

#[tokio::test]
async fn our_own_hints_wait_for_a_full_listener_and_are_all_heard() {
    let bus = Bus::local();
    let mut ear = bus.listen();
    let total = LISTENER_QUEUE + 100;
    let sender = tokio::spawn({
        let bus = bus.clone();
        async move {
            for index in 0..total {
                assert!(bus.publish(notice(&index.to_string())).await.taken().await);
            }
        }
    });
    for index in 0..total {
        assert_eq!(ear.next().await, Some(Heard::Hint(notice(&index.to_string()))));
    }
    sender.await.expect("sent");
}

#[tokio::test]
async fn a_full_listener_is_told_that_it_missed_a_foreign_hint() {
    let listeners = Listeners::default();
    let mut ear = listeners.add();
    for _ in 0..LISTENER_QUEUE {
        listeners.offer(&Heard::Hint(notice("1")));
    }
    assert_eq!(ear.next().await, Some(Heard::Hint(notice("1"))), "nothing was missed yet");
    listeners.offer(&Heard::Hint(notice("2")));
    listeners.offer(&Heard::Hint(notice("3")));
    assert_eq!(ear.next().await, Some(Heard::Missed));
}

/// LT-2: a hint that comes while the process ends stays where it is, and goes out at the next start.
#[tokio::test]
async fn a_hint_that_comes_after_the_end_is_not_taken() {
    let nobody = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let url = format!("redis://{}", nobody.local_addr().expect("bound"));
    drop(nobody);
    let settings = BusSettings { redis_url: Some(url.into()), ..BusSettings::default() };
    let stop = CancellationToken::new();
    let bus = Bus::start(&settings, &stop).await.expect("Redis may be away");
    stop.cancel();
    bus.ended().await;
    assert!(!bus.publish(notice("1")).await.taken().await);
}

/// LT-2: the kill switch.
#[tokio::test]
async fn a_switched_off_bus_says_nothing() {
    let settings = BusSettings { disabled: true, ..BusSettings::default() };
    let bus = Bus::start(&settings, &CancellationToken::new()).await.expect("no Redis needed");
    let mut ear = bus.listen();
    assert!(bus.publish(notice("1")).await.taken().await, "nobody has to be told");
    drop(bus);
    assert_eq!(ear.next().await, None);
}

#[tokio::test]
async fn what_another_process_changed_rings_and_who_only_came_or_went_does_not() {
    let bus = Bus::local();
    let mut bell = bus.changed_elsewhere();
    let mut rang = || {
        let rang = bell.has_changed().expect("open");
        bell.mark_unchanged();
        rang
    };
    bus.listeners.offer(&Heard::Abroad("n".into(), Said::Alive.into()));
    assert!(!rang(), "somebody is still there");
    bus.listeners.offer(&Heard::Hint(notice("1")));
    assert!(rang(), "a hint of another process");
    bus.listeners.miss();
    assert!(rang(), "some hints never came");
}
