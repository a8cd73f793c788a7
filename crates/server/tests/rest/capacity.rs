//! Full days: for how long somebody may be planned, and what is told when that takes a team to its limit (EV-3).
//!
//! **Invariant:** people and teams are those of the demo company; nobody has anything planned on the days of a test.

use axum::http::Method;
use callboard_server::auth::Role;
use callboard_server::demo::company;
use serde_json::{Value, json};

use crate::world::{World, key, plan};

const DAY: &str = "2027-03-01";

/// A world with its teams: everybody is in one, and some are in two.
struct Office {
    world: World,
    teams: Vec<(String, Vec<String>)>,
    read: u64,
}

impl Office {
    async fn open() -> Self {
        let world = World::start().await;
        let teams = world.get("/api/v1/teams").await["data"].as_array().expect("teams").clone();
        let text = |json: &Value| json.as_str().expect("an id").to_owned();
        let members =
            |team: &Value| team["member_ids"].as_array().expect("people").iter().map(text).collect();
        let teams = teams.iter().map(|team| (text(&team["team_id"]), members(team))).collect();
        Self { world, teams, read: 0 }
    }

    /// Two of this team who are in no other.
    fn two_of(&self, team: usize) -> [&str; 2] {
        let elsewhere = |user: &String| {
            self.teams.iter().enumerate().any(|(place, (_, members))| place != team && members.contains(user))
        };
        let mut own = self.teams[team].1.iter().filter(|user| !elsewhere(user));
        [own.next().expect("one"), own.next().expect("two")]
    }

    async fn may_be_planned(&self, user: &str, hours: Value) {
        self.account(user, json!({ "max_daily_capacity": hours })).await;
    }

    async fn account(&self, user: &str, wish: Value) {
        let (path, key) = (format!("/api/v1/admin/people/{user}"), &self.world.admin);
        let reply = self.world.ask(Method::PUT, &path, key, &[], &wish.to_string()).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    /// An entry of these people from one hour of the day to another; gives its path.
    async fn plan(&self, people: &[&str], from: u8, to: u8) -> String {
        let hour = |hour: u8| format!("{DAY}T{hour:02}:00:00Z");
        self.planned(people, &hour(from), &hour(to)).await
    }

    async fn planned(&self, people: &[&str], start: &str, end: &str) -> String {
        let body = json!({
            "title": "Visit", "assigned_user_ids": people, "scheduled_start": start, "scheduled_end": end,
        });
        let reply = self.world.post("/api/v1/schedules", &[], body).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        format!("/api/v1/schedules/{}", reply.body["data"]["entry_id"].as_str().expect("an id"))
    }

    async fn change(&self, path: &str, body: Value) {
        let reply = self.world.ask(Method::PUT, path, &self.world.dispatcher, &[], &body.to_string()).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    async fn remove(&self, path: &str) {
        assert_eq!(self.world.ask(Method::DELETE, path, &self.world.dispatcher, &[], "").await.status, 204);
    }

    /// What was told of full days since the last look.
    async fn events(&mut self) -> Vec<Value> {
        let path = format!("/api/v1/events?types=CAPACITY_THRESHOLD_REACHED&since={}", self.read);
        let page = self.world.get(&path).await;
        self.read = page["next"].as_u64().expect("a place");
        page["data"].as_array().expect("a list").iter().map(|event| event["payload"].clone()).collect()
    }

    /// The same in short: whose day, for how many hours they may be planned, and for how many they are.
    async fn told(&mut self) -> Vec<(String, String, f64, f64)> {
        let text = |json: &Value| json.as_str().expect("text").to_owned();
        let number = |json: &Value| json.as_f64().expect("a number");
        let events = self.events().await;
        let short = events.iter().map(|told| {
            let (limit, booked) = (number(&told["capacityLimit"]), number(&told["currentBooked"]));
            (text(&told["teamId"]), text(&told["date"]), limit, booked)
        });
        short.collect()
    }

    /// One team's crossing, as it is told.
    fn crossing(&self, team: usize, date: &str, limit: f64, booked: f64) -> (String, String, f64, f64) {
        (self.teams[team].0.clone(), date.to_owned(), limit, booked)
    }
}

/// EV-3: told by the change that takes the day to the limit; not below it, not beyond it, not on the way down.
#[tokio::test]
async fn a_full_day_is_told_once_by_whatever_crosses_the_limit() {
    let mut office = Office::open().await;
    let [ann, bob] = office.two_of(0).map(str::to_owned);
    office.may_be_planned(&ann, json!(4)).await;
    office.may_be_planned(&bob, json!(2)).await;
    let first = office.plan(&[&ann], 8, 12).await;
    assert_eq!(office.told().await, [], "four of six hours");
    let second = office.plan(&[&ann, &bob], 13, 14).await;
    assert_eq!(office.told().await, [office.crossing(0, DAY, 6.0, 6.0)], "it takes the time of both");
    office.change(&second, json!({ "scheduled_end": format!("{DAY}T14:30:00Z") })).await;
    office.plan(&[&bob], 16, 17).await;
    assert_eq!(office.told().await, [], "it was full before");
    office.remove(&first).await;
    assert_eq!(office.told().await, [], "four hours again");
    office.change(&second, json!({ "scheduled_end": format!("{DAY}T15:45:00Z") })).await;
    assert_eq!(office.told().await, [office.crossing(0, DAY, 6.0, 6.5)]);
}

/// EV-3: it is the business of no ticket, has what the catalogue asks for, and is told once per key.
#[tokio::test]
async fn a_full_day_is_told_with_its_change_and_not_again_with_the_same_key() {
    let mut office = Office::open().await;
    let [ann, _] = office.two_of(0).map(str::to_owned);
    office.may_be_planned(&ann, json!(1)).await;
    let ticket = office.world.a_ticket().await;
    let body = json!({
        "title": "Visit", "assigned_user_ids": [ann], "work_item_type": "ticket", "work_item_id": ticket,
        "scheduled_start": format!("{DAY}T08:00:00Z"), "scheduled_end": format!("{DAY}T09:00:00Z"),
    });
    for _ in 0..2 {
        let once = [("idempotency-key", "plan-1")];
        let reply = office.world.post("/api/v1/schedules", &once, body.clone()).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
    }
    let refused = json!({ "assigned_user_ids": ["nobody"], "scheduled_start": format!("{DAY}T08:00:00Z") });
    assert_eq!(office.world.post("/api/v1/schedules", &[], refused).await.status, 400);
    let told = office.events().await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((&told[0]["triggeredAt"], &told[0]["actorType"]), (&told[0]["occurredAt"], &json!("USER")));
    let about = office.world.get(&format!("/api/v1/events?ticket_id={ticket}")).await;
    assert!(!about.to_string().contains("CAPACITY_THRESHOLD_REACHED"), "{about}");
    assert!(about.to_string().contains("APPOINTMENT_CREATED"), "{about}");
}

/// EV-3: an entry that changes hands fills the day of those who get it.
#[tokio::test]
async fn whoever_is_given_an_entry_has_their_teams_told_full() {
    let mut office = Office::open().await;
    let [ann, bob] = [office.two_of(0)[0].to_owned(), office.two_of(1)[0].to_owned()];
    for user in [&ann, &bob] {
        office.may_be_planned(user, json!(2)).await;
    }
    let visit = office.plan(&[&ann], 8, 10).await;
    assert_eq!(office.told().await, [office.crossing(0, DAY, 2.0, 2.0)]);
    office.change(&visit, json!({ "assigned_user_ids": [bob] })).await;
    assert_eq!(office.told().await, [office.crossing(1, DAY, 2.0, 2.0)]);
    office.change(&visit, json!({ "status": "cancelled" })).await;
    assert_eq!(office.told().await, []);
    let instead = office.plan(&[&bob], 8, 10).await;
    let told = office.told().await;
    assert_eq!(told, [office.crossing(1, DAY, 2.0, 2.0)], "what was called off takes nobody's time");
    office.remove(&instead).await;
    office.change(&visit, json!({ "status": "scheduled", "assigned_user_ids": [ann, bob] })).await;
    let mut both = [office.crossing(0, DAY, 2.0, 2.0), office.crossing(1, DAY, 2.0, 2.0)];
    both.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(office.told().await, both);

    let shared = office.teams[0].1.iter().chain(&office.teams[1].1).chain(&office.teams[2].1);
    let in_teams = |user: &String| office.teams.iter().filter(|(_, members)| members.contains(user)).count();
    let cy = shared.into_iter().find(|user| in_teams(user) == 2).expect("somebody of two teams").clone();
    office.may_be_planned(&cy, json!(3)).await;
    office.planned(&[&cy], "2027-03-08T08:00:00Z", "2027-03-08T13:00:00Z").await;
    let told = office.told().await;
    assert_eq!(told.len(), 2, "each of their teams: {told:?}");
}

/// EV-3: a day is one of UTC, and each is told by itself.
#[tokio::test]
async fn an_entry_of_two_days_is_told_for_each_that_it_fills() {
    let mut office = Office::open().await;
    let [ann, _] = office.two_of(0).map(str::to_owned);
    office.may_be_planned(&ann, json!(4)).await;
    let night = office.planned(&[&ann], "2027-03-01T20:00:00Z", "2027-03-02T06:00:00Z").await;
    let [first, second] = ["2027-03-01", "2027-03-02"];
    assert_eq!(
        office.told().await,
        [office.crossing(0, first, 4.0, 4.0), office.crossing(0, second, 4.0, 6.0)]
    );
    let moved = json!({ "scheduled_start": "2027-03-02T20:00:00Z", "scheduled_end": "2027-03-03T06:00:00Z" });
    office.change(&night, moved).await;
    assert_eq!(office.told().await, [office.crossing(0, "2027-03-03", 4.0, 6.0)], "the second stays full");
}

/// EV-3: who has no hours set, or left, neither takes part in the limit nor in what is booked.
#[tokio::test]
async fn without_hours_there_is_no_limit_and_who_left_does_not_count() {
    let mut office = Office::open().await;
    let [ann, bob] = office.two_of(0).map(str::to_owned);
    office.plan(&[&ann, &bob], 0, 23).await;
    office.may_be_planned(&ann, json!(0)).await;
    office.planned(&[&ann], "2027-03-02T00:00:00Z", "2027-03-03T00:00:00Z").await;
    assert_eq!(office.told().await, []);

    office.may_be_planned(&ann, json!(8)).await;
    let busy = office.planned(&[&bob], "2027-03-04T00:00:00Z", "2027-03-04T20:00:00Z").await;
    office.planned(&[&ann], "2027-03-04T08:00:00Z", "2027-03-04T15:00:00Z").await;
    assert_eq!(office.told().await, [], "nobody said how long Bob works");
    office.may_be_planned(&bob, json!(8)).await;
    office.account(&bob, json!({ "is_inactive": true })).await;
    office.change(&busy, json!({ "scheduled_end": "2027-03-04T21:00:00Z" })).await;
    assert_eq!(office.told().await, [], "Bob has left");
    office.planned(&[&ann], "2027-03-04T16:00:00Z", "2027-03-04T17:00:00Z").await;
    assert_eq!(office.told().await, [office.crossing(0, "2027-03-04", 8.0, 8.0)]);
}

/// EV-3: of another company nothing counts, even where people and teams go by the same ids.
#[tokio::test]
async fn what_another_company_plans_fills_no_day_here() {
    let mut office = Office::open().await;
    let store = &office.world.store;
    // The same seed as this company's: the same ids.
    store.add_company(company(plan("twin", 1, 1))).await.expect("a company");
    let twin = key(store, "twin", Role::Dispatcher).await;
    let [ann, _] = office.two_of(0).map(str::to_owned);
    office.may_be_planned(&ann, json!(4)).await;
    let body = json!({
        "title": "Elsewhere", "assigned_user_ids": [ann],
        "scheduled_start": format!("{DAY}T08:00:00Z"), "scheduled_end": format!("{DAY}T18:00:00Z"),
    });
    let path = "/api/v1/schedules";
    let reply = office.world.ask(Method::POST, path, &twin, &[], &body.to_string()).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    office.plan(&[&ann], 8, 11).await;
    assert_eq!(office.told().await, []);
    let events = office.world.ask(Method::GET, "/api/v1/events", &twin, &[], "").await.body.to_string();
    assert!(events.contains("SCHEDULE_ENTRY_CREATED") && !events.contains("CAPACITY"), "{events}");
    office.plan(&[&ann], 11, 12).await;
    assert_eq!(office.told().await, [office.crossing(0, DAY, 4.0, 4.0)]);
}
