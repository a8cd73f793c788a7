//! Customers, their places and their people.
//!
//! **Invariant:** reads only; a customer behind another wall is not found.

use axum::Json;
use axum::extract::State;

use super::Many;
use super::extract::{Id, Params, Reader};
use super::openapi::{Contract, Routes};
use super::problem::Problem;
use crate::app::App;
use crate::store::lookups::{Client, ClientQuery, Contact, Location};

type Answer<T> = Result<Json<Many<T>>, Problem>;

pub(super) fn routes() -> Routes {
    Routes::of("customers")
        .get(
            "/clients",
            clients,
            Contract::reads::<Many<Client>>("Customers")
                .query::<String>("client_name", "In the name")
                .query::<String>("search", "In the name")
                .query::<bool>("is_inactive", "Those who are no customers any more, or those who are"),
        )
        .get("/clients/{id}/locations", locations, Contract::reads::<Many<Location>>("A customer's places"))
        .get("/clients/{id}/contacts", contacts, Contract::reads::<Many<Contact>>("A customer's people"))
}

fn unknown() -> Problem {
    Problem::not_found("Client not found")
}

async fn clients(State(app): State<App>, Reader(caller): Reader, params: Params) -> Answer<Client> {
    let search = [params.words("client_name")?, params.words("search")?];
    let query = ClientQuery {
        inactive: params.parsed("is_inactive")?,
        search: search.into_iter().flatten().collect(),
    };
    Ok(Json(Many { data: app.store.clients(&caller.tenant, &caller.access, query).await? }))
}

async fn locations(State(app): State<App>, Reader(caller): Reader, Id(id): Id) -> Answer<Location> {
    let data = app.store.locations(&caller.tenant, &caller.access, &id.into()).await?.ok_or_else(unknown)?;
    Ok(Json(Many { data }))
}

async fn contacts(State(app): State<App>, Reader(caller): Reader, Id(id): Id) -> Answer<Contact> {
    let data = app.store.contacts(&caller.tenant, &caller.access, &id.into()).await?.ok_or_else(unknown)?;
    Ok(Json(Many { data }))
}
