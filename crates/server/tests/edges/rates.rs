//! How often one may ask.

use callboard_server::quota::Rate;

use crate::world::World;

async fn limited(burst: u32) -> World {
    World::start(|settings| settings.rate = Some(Rate { burst, per_minute: 1 })).await
}

/// The stock's headers and its 429, on every route that needs a key.
#[tokio::test]
async fn a_key_is_told_what_is_left_and_then_when_to_come_back() {
    let world = limited(3).await;
    let key = world.key();
    for (path, left) in [("/api/v1/tickets", "2"), ("/api/v1/users/me", "1"), ("/api/v1/boards", "0")] {
        let reply = world.get(path, &key).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("x-ratelimit-limit"), Some("3"));
        assert_eq!(reply.header("x-ratelimit-remaining"), Some(left), "{path}");
    }
    let reply = world.get("/api/v1/tickets", &key).await;
    let error = &reply.json()["error"];
    assert_eq!((reply.status, error["code"].as_str()), (429, Some("RATE_LIMITED")));
    assert_eq!(error["details"]["remaining"], 0);
    let wait_ms = error["details"]["retry_after_ms"].as_u64().expect("a number");
    let wait: u64 = reply.header("retry-after").expect("there").parse().expect("seconds");
    assert!((1..=60_000).contains(&wait_ms) && wait == wait_ms.div_ceil(1000), "{wait_ms} ms, {wait} s");
    let reset: callboard_model::Timestamp =
        reply.header("x-ratelimit-reset").expect("there").parse().expect("ISO 8601");
    assert!(reset > callboard_model::Timestamp::now());
    assert_eq!(reply.header("x-ratelimit-remaining"), Some("0"));
}

#[tokio::test]
async fn one_key_that_asks_too_often_takes_nothing_from_another() {
    let world = limited(2).await;
    let keys: Vec<_> =
        world.running.demo_accounts.iter().map(|one| one.api_key.reveal().to_owned()).collect();
    for wanted in [200, 200, 429, 429] {
        assert_eq!(world.get("/api/v1/users/me", &keys[0]).await.status, wanted);
    }
    assert_eq!(world.get("/api/v1/users/me", &keys[1]).await.status, 200);
    assert_eq!(world.get("/api/v1/meta/health", "").await.status, 200, "what needs no key is not counted");
}

/// Guessing ends, and nobody who has a key notices.
#[tokio::test]
async fn who_tries_too_many_keys_is_told_to_wait() {
    let world = limited(1000).await;
    let key = world.key();
    assert_eq!(world.get("/api/v1/users/me", &key).await.status, 200);
    let mut statuses = Vec::new();
    for guess in 0..70 {
        statuses.push(world.get("/api/v1/users/me", &format!("{guess:064x}")).await.status);
    }
    assert_eq!(statuses.first(), Some(&401));
    assert_eq!(statuses.last(), Some(&429));
    assert_eq!(world.get("/api/v1/users/me", &key).await.status, 200);
}
