//! One listener on the log of a whole server in memory, without a socket in between.

use std::time::Duration;

use callboard_catalog::EventType;
use callboard_model::{Ticket, Timestamp};
use serde_json::json;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::auth::Role;
use crate::auth::api_key::ApiKey;
use crate::clock::Clock;
use crate::demo::{Plan, company};
use crate::domain::events::Happening;
use crate::store::query::TicketQuery;
use crate::store::save::Author;
use crate::store::{Limits, Store};

/// More than wait for one subscriber.
const TOO_MANY: usize = 1_100;
/// How long any fact is waited for.
const DEADLINE: Duration = Duration::from_secs(60);

/// A server in memory with somebody of this role who listens to everything, and the author of what they hear.
async fn listening(stop: &CancellationToken) -> (App, Listener, Author, Ticket) {
    let store = Store::in_memory(Limits::default(), Clock::machine()).expect("a store");
    let plan = Plan::harbour(5, Timestamp::now());
    let tenant = plan.tenant.clone();
    store.add_company(company(plan)).await.expect("a company");
    let app = App::new(store.clone(), b"the secret of this test", stop.clone());
    let mut found = None;
    for user in crate::demo::user_ids() {
        let caller = store.caller(&tenant, &user).await.expect("readable");
        found = found.or(caller.filter(|caller| caller.access.role == Role::Dispatcher));
    }
    let caller = found.expect("a dispatcher");
    let key = ApiKey::mint().expect("random");
    store.add_key(&caller.tenant, &caller.user, key.hash(), None).await.expect("stored");
    let query = TicketQuery { page: 1, limit: 1, ..TicketQuery::default() };
    let (tickets, _) = store.tickets(&caller.tenant, &caller.access, query).await.expect("tickets");
    let heard = app.tail.subscribe(&caller.tenant).await.expect("a place in the log");
    let pass = Pass { key: key.hash(), tenant: caller.tenant.clone() };
    let wish = Wish::filtered(None).expect("no filter");
    let listener = Listener::new(app.clone(), pass, heard, wish);
    let ticket = tickets.into_iter().next().expect("a ticket");
    (app, listener, Author::of(&caller, Timestamp::now()), ticket)
}

async fn happens(app: &App, author: &Author, ticket: &Ticket) {
    let payload = json!({ "ticketId": ticket.ticket_id });
    let payload = payload.as_object().cloned().unwrap_or_default();
    let happening = Happening { event: EventType::TicketCreated, payload };
    app.store.simulate(author.clone(), happening).await.expect("told");
}

/// GS-5: what still waited is told, then why there is no more; nothing is skipped in silence.
#[tokio::test]
async fn whoever_falls_too_far_behind_is_told_so_and_nothing_more() {
    let stop = CancellationToken::new();
    let (app, mut listener, author, ticket) = listening(&stop).await;
    for _ in 0..TOO_MANY {
        happens(&app, &author, &ticket).await;
    }
    let given_up = async {
        while app.tail.subscribers() > 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(DEADLINE, given_up).await.expect("the tail gives up on who does not listen");
    let mut told = 0;
    let end = loop {
        match listener.next().await.expect("an event or an end") {
            Ok(news) => {
                let event = news.event();
                told += 1;
                assert_eq!(event.metadata.0["simulated"], true);
                assert_eq!(event.metadata.0["seq"], told, "each once, in order");
            }
            Err(end) => break end,
        }
    };
    assert!((1..TOO_MANY).contains(&told), "{told} of {TOO_MANY}");
    let code = end.extensions.as_ref().and_then(|all| all.get("code")).cloned();
    assert_eq!(code, Some(Why::EventsMissed.code().into()));
}

/// GS-5: a subscription that keeps up hears everything, however much it is.
#[tokio::test]
async fn whoever_keeps_up_hears_everything() {
    let stop = CancellationToken::new();
    let (app, mut listener, author, ticket) = listening(&stop).await;
    for told in 1..=TOO_MANY {
        happens(&app, &author, &ticket).await;
        let news = listener.next().await.expect("no end").expect("an event");
        let event = news.event();
        assert_eq!(event.metadata.0["seq"], told);
    }
}
