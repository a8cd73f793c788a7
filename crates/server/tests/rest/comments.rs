//! Comments, reactions and whose turn it is, over REST (wire.md 3, LT-1).

use axum::http::Method;
use callboard_model::{TenantId, Ticket, UserId};
use callboard_server::auth::Role;
use serde_json::{Value, json};

use crate::world::{Reply, T, World};

/// The newest open ticket, and three who speak on it; the third is the customer's.
struct Talk {
    world: World,
    ticket: Ticket,
    staff: String,
    colleague: String,
    client: String,
}

impl Talk {
    async fn start() -> Self {
        let world = World::start().await;
        let quiet = world.tickets_of(T).await.into_iter().filter(|one| !one.status_is_closed);
        let ticket = quiet.into_iter().find(|one| one.response_state.is_none()).expect("one");
        let (staff, colleague) = (world.technician.clone(), world.dispatcher.clone());
        let client = world.read_only.clone();
        let me = world.ask(Method::GET, "/api/v1/users/me", &client, &[], "").await;
        let user = UserId::from(me.body["data"]["user_id"].as_str().expect("an id"));
        let tenant = TenantId::from(T);
        world.store.set_role(&tenant, &user, Some(Role::ClientPortal)).await.expect("written");
        world.store.set_client(&tenant, &user, ticket.client_id.clone()).await.expect("written");
        Self { world, ticket, staff, colleague, client }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/tickets/{}/comments{rest}", self.ticket.ticket_id)
    }

    async fn send(&self, method: Method, rest: &str, key: &str, body: Value) -> Reply {
        self.world.ask(method, &self.path(rest), key, &[], &body.to_string()).await
    }

    async fn say(&self, key: &str, body: Value) -> String {
        let reply = self.send(Method::POST, "", key, body).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.body["data"]["comment_id"].as_str().expect("an id").to_owned()
    }

    async fn react(&self, key: &str, comment: &str, emoji: &str) -> Value {
        let path = format!("/{comment}/reactions");
        let reply = self.send(Method::POST, &path, key, json!({ "emoji": emoji })).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.body["data"]["added"].clone()
    }

    async fn list(&self, key: &str, query: &str) -> Vec<Value> {
        let reply = self.send(Method::GET, query, key, Value::Null).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.body["data"].as_array().expect("a list").clone()
    }

    /// The ticket's version and whose turn it is.
    async fn stands(&self) -> (u64, Value) {
        let path = format!("/api/v1/tickets/{}", self.ticket.ticket_id);
        let data = &self.world.get(&path).await["data"];
        (data["version"].as_u64().expect("a version"), data["response_state"].clone())
    }

    /// The fields of the hints that wait, oldest first.
    async fn hints(&self) -> Vec<Vec<String>> {
        let pending = self.world.store.outbox_pending(100).await.expect("readable");
        let fields = |one: &callboard_server::store::OutboxEntry| {
            one.hint.updated_fields.iter().map(|field| field.to_string()).collect()
        };
        pending.iter().map(fields).collect()
    }
}

fn words(list: &[Value]) -> Vec<&str> {
    list.iter().filter_map(|one| one["markdown_content"].as_str()).collect()
}

fn text(text: &str) -> Value {
    json!({ "comment_text": text })
}

#[tokio::test]
async fn a_comment_is_answered_with_the_names_of_the_stock() {
    let talk = Talk::start().await;
    let body = json!({"comment_text": " Fixed <it>.\nReally. ", "is_resolution": true, "time_spent": 15,
        "metadata": {"from": "phone"}, "suppressContactNotifications": true});
    let reply = talk.send(Method::POST, "", &talk.staff, body).await;
    assert_eq!(reply.status, 201);
    let said = &reply.body["data"];
    let expected = json!({
        "comment_id": said["comment_id"], "ticket_id": talk.ticket.ticket_id, "thread_id": said["comment_id"],
        "parent_comment_id": null, "comment_text": "Fixed <it>.\nReally.",
        "comment_html": "<p>Fixed &lt;it&gt;.<br>Really.</p>", "markdown_content": "Fixed <it>.\nReally.",
        "is_internal": false, "is_resolution": true, "author_type": "internal",
        "created_by": said["created_by"], "created_by_name": "Alex Rivera", "created_by_avatar_url": null,
        "author_contact_id": null, "author_contact_name": null, "author_contact_email": null,
        "time_spent": 15, "metadata": {"from": "phone"}, "publish_state": "published",
        "reactions": [], "reaction_user_names": {},
        "created_at": said["created_at"], "updated_at": null, "deleted_at": null,
    });
    assert_eq!(*said, expected);
    assert_eq!(talk.list(&talk.colleague, "").await.last(), Some(&expected));
}

#[tokio::test]
async fn a_list_has_an_order_a_limit_an_offset_and_a_format() {
    let talk = Talk::start().await;
    let before = talk.list(&talk.staff, "").await.len();
    for number in 0..5 {
        talk.say(&talk.staff, text(&format!("Say {number}"))).await;
    }
    let list = talk.list(&talk.staff, "?order=desc&limit=2&offset=1").await;
    assert_eq!(words(&list), ["Say 3", "Say 2"]);
    let list = talk.list(&talk.staff, &format!("?order=asc&content_format=markdown&offset={before}")).await;
    assert_eq!(words(&list), ["Say 0", "Say 1", "Say 2", "Say 3", "Say 4"]);
    assert!(list.iter().all(|one| one.get("comment_text").is_none() && one.get("comment_html").is_none()));
    for wrong in ["limit=0", "limit=201", "offset=-1", "order=up", "content_format=html"] {
        let reply = talk.send(Method::GET, &format!("?{wrong}"), &talk.staff, Value::Null).await;
        assert_eq!((reply.status, reply.code()), (400, "VALIDATION_ERROR"), "{wrong}");
    }
}

/// LT-1 and alga-psa 6.4, from comment to row, version and hint.
#[tokio::test]
async fn every_comment_is_a_version_and_a_hint_and_a_public_one_hands_the_turn_over() {
    let talk = Talk::start().await;
    for (key, body, state, hint) in [
        (&talk.staff, json!({"comment_text": "a", "is_internal": true}), Value::Null, vec!["comments"]),
        (&talk.staff, text("b"), "awaiting_client".into(), vec!["response_state", "comments"]),
        (&talk.colleague, text("c"), "awaiting_client".into(), vec!["comments"]),
        (&talk.client, text("d"), "awaiting_internal".into(), vec!["response_state", "comments"]),
        (
            &talk.staff,
            json!({"comment_text": "e", "is_internal": true}),
            "awaiting_internal".into(),
            vec!["comments"],
        ),
    ] {
        let version = talk.stands().await.0;
        talk.say(key, body).await;
        assert_eq!(talk.stands().await, (version + 1, state));
        assert_eq!(talk.hints().await.pop(), Some(hint.into_iter().map(str::to_owned).collect()));
    }
    let closed = talk
        .world
        .get(&format!("/api/v1/statuses?board_id={}", talk.ticket.board_id.as_ref().expect("one")))
        .await;
    let closed = closed["data"].as_array().expect("a list").iter().find(|one| one["is_closed"] == true);
    let sent = json!({ "status_id": closed.expect("one")["status_id"] });
    assert_eq!(talk.world.put(talk.ticket.ticket_id.as_str(), &[], sent).await.status, 200);
    assert_eq!(talk.stands().await.1, Value::Null, "a closed ticket waits for nobody");
}

#[tokio::test]
async fn a_client_reads_writes_and_touches_public_comments_only() {
    let talk = Talk::start().await;
    let secret = talk.say(&talk.staff, json!({"comment_text": "Secret note", "is_internal": true})).await;
    let open = talk.say(&talk.staff, text("Hello")).await;
    for query in ["", "?order=desc", "?limit=200&content_format=markdown"] {
        let list = talk.list(&talk.client, query).await;
        assert!(list.iter().all(|one| one["is_internal"] == false), "{query}");
        assert!(words(&list).contains(&"Hello"));
    }
    let count = talk.list(&talk.client, "").await.len();
    let past = talk.list(&talk.client, &format!("?offset={}", count - 1)).await;
    assert_eq!(words(&past), ["Hello"], "what is not seen is not counted either");
    for (method, rest, body) in [
        (Method::PUT, format!("/{secret}"), text("x")),
        (Method::DELETE, format!("/{secret}"), Value::Null),
        (Method::POST, format!("/{secret}/reactions"), json!({ "emoji": "👍" })),
    ] {
        let reply = talk.send(method.clone(), &rest, &talk.client, body.clone()).await;
        let nothing = talk.send(method, &rest.replace(&secret, "nothing"), &talk.client, body).await;
        assert_eq!((reply.status, &reply.body), (404, &nothing.body), "{rest}");
    }
    let below = |parent: &str| json!({ "comment_text": "x", "parent_comment_id": parent });
    let reply = talk.send(Method::POST, "", &talk.client, below(&secret)).await;
    let nothing = talk.send(Method::POST, "", &talk.client, below("nothing")).await;
    assert_eq!((reply.status, &reply.body), (400, &nothing.body));
    for mark in ["is_internal", "is_resolution"] {
        let reply =
            talk.send(Method::POST, "", &talk.client, json!({"comment_text": "x", (mark): true})).await;
        assert_eq!((reply.status, &reply.body["error"]["details"][0]["path"][0]), (400, &json!(mark)));
    }
    let reply = talk.send(Method::PUT, &format!("/{open}"), &talk.client, text("x")).await;
    assert_eq!(reply.status, 403, "seen, but somebody else's");
    let own = talk.say(&talk.client, text("It works again")).await;
    let said = talk.list(&talk.colleague, "").await.pop().expect("one");
    assert_eq!((&said["comment_id"], &said["author_type"]), (&json!(own), &json!("client")));
    assert_eq!(said["author_contact_email"], "ruth.adler@harbour-it.example");
    let seen = talk.list(&talk.client, "").await;
    assert!(seen.iter().all(|one| one["author_contact_email"].is_null()), "addresses are the company's");
}

/// A customer's person on a ticket of another customer.
#[tokio::test]
async fn a_client_finds_no_comments_on_the_ticket_of_another() {
    let talk = Talk::start().await;
    let others = talk.world.tickets_of(T).await;
    let other = others.iter().find(|one| one.client_id != talk.ticket.client_id).expect("one");
    let path = format!("/api/v1/tickets/{}/comments", other.ticket_id);
    for (method, body) in [(Method::GET, ""), (Method::POST, r#"{"comment_text":"x"}"#)] {
        assert_eq!(talk.world.ask(method, &path, &talk.client, &[], body).await.status, 404);
    }
}

#[tokio::test]
async fn only_the_author_changes_the_words_and_only_really_changed_words_are_told() {
    let talk = Talk::start().await;
    let comment = talk.say(&talk.staff, text("Good morning")).await;
    let path = format!("/{comment}");
    let (version, _) = talk.stands().await;
    let reply = talk.send(Method::PUT, &path, &talk.colleague, text("Mine")).await;
    assert_eq!((reply.status, reply.code()), (403, "FORBIDDEN"), "not even a dispatcher");
    let reply = talk.send(Method::PUT, &path, &talk.staff, text("Good morning")).await;
    assert_eq!((reply.status, talk.stands().await.0), (200, version), "nothing changed");
    let reply = talk.send(Method::PUT, &path, &talk.staff, text("Hello")).await;
    assert_eq!((reply.status, talk.stands().await.0), (200, version + 1));
    assert_eq!(reply.body["data"]["comment_text"], "Hello");
    assert!(reply.body["data"]["updated_at"].is_string());
    assert_eq!(talk.hints().await.pop(), Some(vec!["comments".to_owned()]));
    let reply = talk.send(Method::PUT, &path, &talk.staff, text("\u{200b}")).await;
    assert_eq!((reply.status, &reply.body["error"]["details"][0]["path"][0]), (400, &json!("comment_text")));
}

#[tokio::test]
async fn what_was_taken_away_leaves_its_place_and_none_of_its_words() {
    let talk = Talk::start().await;
    let first =
        talk.say(&talk.staff, json!({"comment_text": "Regrettable", "metadata": {"k": "Regrettable"}})).await;
    let reply = json!({"comment_text": "Indeed", "parent_comment_id": first});
    let second = talk.say(&talk.colleague, reply).await;
    talk.react(&talk.colleague, &first, "👍").await;
    assert_eq!(talk.send(Method::DELETE, &format!("/{first}"), &talk.staff, Value::Null).await.status, 204);
    assert_eq!(talk.hints().await.pop(), Some(vec!["comments".to_owned()]));
    let list = talk.list(&talk.colleague, "").await;
    assert!(!json!(list).to_string().contains("Regrettable"));
    let gone = list.iter().find(|one| one["comment_id"] == *first).expect("its place");
    assert!(gone["deleted_at"].is_string() && gone["reactions"] == json!([]));
    let below = list.iter().find(|one| one["comment_id"] == *second).expect("the reply");
    assert_eq!((&below["thread_id"], &below["parent_comment_id"]), (&json!(first), &json!(first)));
    for (method, rest, body) in [
        (Method::PUT, "", text("x")),
        (Method::DELETE, "", Value::Null),
        (Method::POST, "/reactions", json!({ "emoji": "👍" })),
    ] {
        let reply = talk.send(method, &format!("/{first}{rest}"), &talk.staff, body).await;
        assert_eq!(reply.status, 404, "{rest}");
    }
    assert_eq!(
        talk.send(Method::DELETE, &format!("/{second}"), &talk.staff, Value::Null).await.status,
        403,
        "a technician takes nobody else's words away"
    );
    let own = talk.say(&talk.staff, text("Mine")).await;
    let path = format!("/{own}");
    assert_eq!(
        talk.send(Method::DELETE, &path, &talk.colleague, Value::Null).await.status,
        204,
        "a dispatcher does"
    );
}

#[tokio::test]
async fn a_reaction_comes_and_goes_and_says_whose_it_is() {
    let talk = Talk::start().await;
    let comment = talk.say(&talk.staff, text("Done")).await;
    assert_eq!(talk.react(&talk.colleague, &comment, "👍").await, true);
    assert_eq!(talk.react(&talk.client, &comment, "👍").await, true);
    assert_eq!(talk.react(&talk.client, &comment, "🎉").await, true);
    assert_eq!(talk.hints().await.pop(), Some(vec!["comment_reactions".to_owned()]));
    let shown = async |key: &str| talk.list(key, "").await.pop().expect("one")["reactions"].clone();
    let reactions = shown(&talk.colleague).await;
    assert_eq!((&reactions[0]["emoji"], &reactions[0]["count"]), (&json!("👍"), &json!(2)));
    assert_eq!(reactions[0]["userIds"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        (&reactions[0]["currentUserReacted"], &reactions[1]["currentUserReacted"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(talk.react(&talk.colleague, &comment, "👍").await, false);
    assert_eq!(shown(&talk.colleague).await[0]["currentUserReacted"], false);
    for wrong in ["", "ok", "👍👍", "<b>"] {
        let path = format!("/{comment}/reactions");
        let reply = talk.send(Method::POST, &path, &talk.staff, json!({ "emoji": wrong })).await;
        assert_eq!((reply.status, &reply.body["error"]["details"][0]["path"][0]), (400, &json!("emoji")));
    }
    let many = [
        '🐀', '🐁', '🐂', '🐃', '🐄', '🐅', '🐆', '🐇', '🐈', '🐉', '🐊', '🐋', '🐌', '🐍', '🐎', '🐏', '🐐',
        '🐑',
    ];
    for emoji in many {
        talk.react(&talk.staff, &comment, &emoji.to_string()).await;
    }
    let path = format!("/{comment}/reactions");
    let reply = talk.send(Method::POST, &path, &talk.staff, json!({ "emoji": "🐒" })).await;
    assert_eq!((reply.status, &reply.body["error"]["details"][0]["code"]), (400, &json!("too_big")));
    assert_eq!(talk.react(&talk.staff, &comment, "🎉").await, true, "one that is there takes more people");
}

#[tokio::test]
async fn a_comment_sent_twice_is_said_once() {
    let talk = Talk::start().await;
    let (key, path) = ([("idempotency-key", "say-1")], talk.path(""));
    let before = talk.list(&talk.staff, "").await.len();
    let send =
        async |path: &str, body: &str| talk.world.ask(Method::POST, path, &talk.staff, &key, body).await;
    let first = send(&path, r#"{"comment_text":"Once"}"#).await;
    let again = send(&path, r#"{"comment_text":"Once"}"#).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(talk.list(&talk.staff, "").await.len(), before + 1);
    assert_eq!(send(&path, r#"{"comment_text":"Else"}"#).await.status, 422);
    let comment = first.body["data"]["comment_id"].as_str().expect("an id");
    let other = talk.path(&format!("/{comment}/reactions"));
    assert_eq!(send(&other, r#"{"emoji":"👍"}"#).await.status, 422, "the key stands for another address");
    let key = [("idempotency-key", "react-1")];
    for _ in 0..2 {
        let reply = talk.world.ask(Method::POST, &other, &talk.staff, &key, r#"{"emoji":"👍"}"#).await;
        assert_eq!(reply.body["data"]["added"], true, "a lost answer does not take the thumb away");
    }
}

#[tokio::test]
async fn if_match_lets_a_comment_through_on_its_version_only() {
    let talk = Talk::start().await;
    let path = talk.path("");
    let send = async |tag: &str| {
        talk.world
            .ask(Method::POST, &path, &talk.staff, &[("if-match", tag)], r#"{"comment_text":"x"}"#)
            .await
    };
    let before = talk.list(&talk.staff, "").await.len();
    assert_eq!(send("\"9\"").await.status, 412);
    assert_eq!(talk.list(&talk.staff, "").await.len(), before);
    assert_eq!(send("\"1\"").await.status, 201);
}

/// What hangs on a ticket goes with it.
#[tokio::test]
async fn a_deleted_ticket_takes_its_comments_along() {
    let talk = Talk::start().await;
    let comment = talk.say(&talk.staff, text("Hello")).await;
    talk.react(&talk.staff, &comment, "👍").await;
    let path = format!("/api/v1/tickets/{}", talk.ticket.ticket_id);
    assert_eq!(talk.world.ask(Method::DELETE, &path, &talk.colleague, &[], "").await.status, 204);
    assert_eq!(talk.send(Method::GET, "", &talk.staff, Value::Null).await.status, 404);
    for table in ["comments", "comment_reactions"] {
        let count =
            talk.world.number(&format!("SELECT count(*) FROM {table} WHERE comment_id = '{comment}'"));
        assert_eq!(count, 0, "{table}");
    }
}
