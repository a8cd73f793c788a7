//! Who may listen to what (RB-3): probes of every kind of channel from behind another wall, without the right, and with a
//! proof that was made for something else.

use axum::http::Method;
use callboard_server::auth::Role;
use serde_json::{Value, json};

use crate::world::{DEADLINE, Person, World, X, of};

/// One channel of each kind that this person may listen to.
async fn channels(world: &World, person: &Person) -> Vec<String> {
    let ticket = world.open_tickets(person).await.into_iter().next().expect("a ticket");
    let visit = world
        .does(
            Method::POST,
            "/api/v1/schedules",
            person,
            json!({
                "title": "Visit", "assigned_user_ids": [person.user], "work_item_type": "ticket",
                "work_item_id": ticket.ticket_id, "scheduled_start": "2027-03-01T08:00:00Z",
                "scheduled_end": "2027-03-01T09:00:00Z",
            }),
        )
        .await;
    let contacts = world.does(Method::GET, "/api/v1/contacts", person, Value::Null).await;
    let text = |value: &Value| value.as_str().expect("an id").to_owned();
    vec![
        of(&ticket),
        format!("private-record.schedule_entry.{}", text(&visit["entry_id"])),
        format!("private-record.client.{}", ticket.client_id.expect("a client")),
        format!("private-record.contact.{}", text(&contacts[0]["contact_name_id"])),
        format!("private-board.{}", ticket.board_id.expect("a board")),
    ]
}

/// RB-3: whoever may, may; in another company nobody does, whatever they try.
#[tokio::test]
async fn every_channel_opens_to_its_company_and_to_no_other() {
    let world = World::start().await;
    let (ours, stranger) = (world.a(Role::Dispatcher).await, world.one_of(X, Role::Admin).await);
    let channels = channels(&world, &ours).await;
    let mut theirs = world.client().await;
    let ours_too = world.listens(&ours, &channels).await;
    for channel in &channels {
        let (status, answer) = world.proof(Some(&stranger), &theirs.name, channel).await;
        assert_eq!((status, &answer["error"]["code"]), (403, &json!("FORBIDDEN")), "{channel}: {answer}");
        // Made for another socket; and made up.
        let (_, proof) = world.proof(Some(&ours), &ours_too.name, channel).await;
        let made_up =
            json!({"auth": format!("callboard:{}", "0".repeat(64)), "channel_data": proof["channel_data"]});
        for bad in [proof, made_up, json!({"auth": "", "channel_data": ""})] {
            let answer = theirs.enters(channel, &bad).await;
            assert_eq!(answer["event"], "pusher:subscription_error", "{channel}: {answer}");
        }
    }
    assert_eq!(world.app.channels.counts().subscriptions, channels.len(), "nobody else came in");
}

/// RB-3: somebody of the company who may read none of it.
#[tokio::test]
async fn every_channel_is_closed_to_whoever_may_not_read() {
    let world = World::start().await;
    let (ours, billing) = (world.a(Role::Dispatcher).await, world.a(Role::Billing).await);
    for channel in channels(&world, &ours).await {
        let (status, answer) = world.proof(Some(&billing), "1.2", &channel).await;
        assert_eq!(status, 403, "{channel}: {answer}");
        let (status, _) = world.proof(None, "1.2", &channel).await;
        assert_eq!(status, 401, "{channel}");
    }
}

/// RB-3: what is unknown is answered like what is out of sight; what is no question is told so.
#[tokio::test]
async fn what_names_nothing_is_refused_like_what_may_not_be_read() {
    let world = World::start().await;
    let ours = world.a(Role::Dispatcher).await;
    for channel in [
        "private-record.ticket.no-such",
        "private-record.invoice.1",
        "private-record.client.no-such",
        "private-record.contact.no-such",
        "private-record.schedule_entry.no-such",
        "private-board.no-such",
        "presence-board.1",
        "everything",
    ] {
        let (status, answer) = world.proof(Some(&ours), "1.2", channel).await;
        assert_eq!((status, &answer["error"]["code"]), (403, &json!("FORBIDDEN")), "{channel}");
    }
    let ticket = world.open_tickets(&ours).await.into_iter().next().expect("a ticket");
    for socket in ["", "1", "../1.2", "12345678901.1"] {
        assert_eq!(world.proof(Some(&ours), socket, &of(&ticket)).await.0, 400, "{socket:?}");
    }
}

/// A socket is one person's, whatever proofs another one brings along.
#[tokio::test]
async fn two_people_do_not_share_a_socket() {
    let world = World::start().await;
    let (one, other) = (world.a(Role::Dispatcher).await, world.a(Role::Technician).await);
    let tickets = world.open_tickets(&other).await;
    let mut client = world.listens(&one, &[of(&tickets[0])]).await;
    let answer = world.asks_for(&mut client, &other, &of(&tickets[1])).await;
    assert_eq!(answer["event"], "pusher:subscription_error", "{answer}");
    assert!(answer["data"].as_str().is_some_and(|data| data.contains("one person's")), "{answer}");
}

/// A key that is taken away ends the channels of its person, although nothing happens.
#[tokio::test]
async fn a_key_that_is_taken_away_ends_the_channels() {
    let world = World::start().await;
    let (somebody, admin) = (world.a(Role::Technician).await, world.a(Role::Admin).await);
    let ticket = world.open_tickets(&somebody).await.into_iter().next().expect("a ticket");
    let mut client = world.listens(&somebody, &[of(&ticket)]).await;
    let keys = world.store.keys(&somebody.tenant, Some(somebody.user.clone())).await.expect("keys");
    for key in keys {
        world.does(Method::DELETE, &format!("/api/v1/admin/keys/{}", key.key_id), &admin, json!({})).await;
    }
    let told = client.hears("pusher:subscription_error").await;
    assert_eq!(told["channel"], of(&ticket));
    assert_eq!(world.app.channels.counts().subscriptions, 0);
    let left = async {
        while world.app.tail.subscribers() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, left).await.expect("nothing is read for them any more");
}
