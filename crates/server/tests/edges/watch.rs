//! What is around every request: its name, its panic, its readiness.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::FromRequest;
use axum::http::{Request, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use callboard_server::app::App;
use callboard_server::bus::RedisUrl;
use callboard_server::http::extract::{BODY_PATIENCE, Object};
use callboard_server::http::watch::watched;
use callboard_server::store::{Limits, Store};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::world::World;

fn app() -> (App, TempDir) {
    let home = tempfile::tempdir().expect("a folder");
    let address = format!("sqlite:{}", home.path().join("test.db").display());
    let store = Store::open(&address, Limits::default()).expect("a database");
    (App::new(store, b"secret", CancellationToken::new()), home)
}

#[tokio::test]
async fn a_request_keeps_the_name_it_came_with_if_that_is_harmless() {
    let world = World::start(|_| {}).await;
    for (sent, kept) in
        [("trace-1.a_B", true), ("", false), ("a b", false), ("<b>", false), (&"x".repeat(200), false)]
    {
        let mut raw = world.open().await;
        raw.say(&format!("GET /api/v1/meta/health HTTP/1.1\r\nhost: x\r\nx-request-id: {sent}\r\n\r\n"))
            .await;
        let reply = raw.reply().await.expect("an answer");
        let id = reply.header("x-request-id").expect("every answer has one");
        assert_eq!(id == sent, kept, "{sent} became {id}");
        assert!(kept || id.len() == 36, "{sent} became {id}");
    }
    assert!(world.get("/nowhere", "").await.header("x-request-id").is_some());
}

#[tokio::test]
async fn a_handler_that_panics_is_answered_with_500_and_its_words_stay_inside() {
    let (app, _home) = app();
    let broken = Router::new().route("/broken", get(async || -> () { panic!("hunter2") }));
    let router = watched(&app, broken).with_state(app.clone());
    let request = Request::get("/broken").body(Body::empty()).expect("a request");
    let response = router.oneshot(request).await.expect("a router never fails");
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(response.headers().contains_key("x-request-id"));
    let body: Value =
        serde_json::from_slice(&to_bytes(response.into_body(), 4096).await.expect("a body")).expect("JSON");
    assert_eq!(body, json!({"error": {"code": "INTERNAL_ERROR", "message": "Something went wrong here"}}));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_given_up() {
    let (app, _home) = app();
    let body = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let began = Instant::now();
    let refused = Object::from_request(Request::new(body), &app).await.err().expect("it never comes");
    assert_eq!(refused.into_response().status(), StatusCode::REQUEST_TIMEOUT);
    assert_eq!(began.elapsed(), BODY_PATIENCE);
}

/// Alive is not the same as ready: what stops must not be killed, and must not be asked.
#[tokio::test]
async fn a_server_that_stops_is_alive_and_not_ready() {
    let (app, _home) = app();
    let status = async |path: &str| {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        app.router().oneshot(request).await.expect("a router never fails").status().as_u16()
    };
    assert_eq!(status("/api/v1/meta/ready").await, 200);
    app.stop.cancel();
    assert_eq!(status("/api/v1/meta/ready").await, 503);
    assert_eq!(status("/api/v1/meta/health").await, 200);
}

/// Without Redis hints still go round within the process: told, and no reason to turn requests away.
#[tokio::test]
async fn redis_that_is_away_is_told_and_does_not_make_a_server_unready() {
    let redis = |url: Option<&str>| {
        let url = url.map(|url| RedisUrl::from(url.to_owned()));
        World::start(|settings| settings.bus.redis_url = url)
    };
    for (url, state) in [(None, "none"), (Some("redis://127.0.0.1:1"), "away")] {
        let reply = redis(url).await.get("/api/v1/meta/ready", "").await;
        assert_eq!((reply.status, reply.json()["data"]["redis"].as_str()), (200, Some(state)));
    }
}
