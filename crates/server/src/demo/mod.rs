//! A service company to look at and to test with: Harbour IT Services.
//!
//! It exists so that a console can be tried within a minute, with data that looks like a Tuesday morning: a few
//! targets missed, some about to be, most of them fine, and a few titles that break careless software.
//!
//! **Invariant:** the same seed, number and moment give the same company, byte for byte; nothing here does I/O.

mod agreements;
mod boards;
mod bundles;
mod comments;
mod customers;
mod dice;
mod people;
mod schedule;
mod tickets;
mod titles;

use callboard_model::{TenantId, Timestamp, UserId};

use self::agreements::Promises;
use self::dice::Dice;
use crate::store::lookups::Company;

/// The wall of the demo company.
pub const TENANT: &str = "6f1d8a52-3c7e-4b19-9e40-5a2b7c8d9e01";
/// Tickets when nobody says how many.
pub const TICKETS: u32 = 500;
/// What the dice of the demo start from.
pub const SEED: u64 = 0x4861_7262_6f75_7221;

/// Tickets that the week's work is chosen from. More would only cost time.
const WORKED_ON: usize = 300;

/// What kind of company is wanted.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its wall.
    pub tenant: TenantId,
    /// Its name.
    pub name: String,
    /// Another seed gives other ids and other tickets.
    pub seed: u64,
    /// How many tickets.
    pub tickets: u32,
    /// The moment around which its targets lie.
    pub now: Timestamp,
    /// Whether everybody but the first bears in their name that they are simulated.
    pub is_simulated: bool,
}

impl Plan {
    /// The demo company as it is shown.
    #[must_use]
    pub fn harbour(tickets: u32, now: Timestamp) -> Self {
        Self {
            tenant: TENANT.into(),
            name: "Harbour IT Services".to_owned(),
            seed: SEED,
            tickets,
            now,
            is_simulated: false,
        }
    }
}

/// The company of a plan. Its tickets are made while they are written.
#[must_use]
pub fn company(plan: Plan) -> Company {
    let mut dice = Dice::new(plan.seed);
    let mut staff = people::staff(&mut dice);
    if plan.is_simulated {
        // The first one is the person who tries the company.
        people::are_simulated(staff.accounts.iter_mut().skip(1));
    }
    let desks = boards::desks(&mut dice);
    let customers = customers::customers(&mut dice);
    let promises = || Promises::new(plan.seed, &desks, &customers);
    let agreements = promises().agreements;
    let tickets = || tickets::Tickets::new(&plan, dice.clone(), &staff, &desks, &customers, promises());
    let worked_on: Vec<_> = tickets().take(WORKED_ON).filter(|ticket| !ticket.status_is_closed).collect();
    // Dice of its own: what is planned must not change what the tickets are.
    let schedule = schedule::fortnight(&plan, &mut Dice::new(!plan.seed), &staff, &worked_on);
    let tickets = tickets();
    let talk = comments::talk(plan.seed, plan.now, &staff);
    let mut others = people::others(plan.seed, &customers.clients);
    if plan.is_simulated {
        people::are_simulated(&mut others);
    }
    Company {
        tenant: plan.tenant,
        name: plan.name,
        accounts: staff.accounts.into_iter().chain(others).collect(),
        teams: staff.teams,
        boards: desks.boards,
        statuses: desks.statuses,
        priorities: desks.priorities,
        categories: desks.categories,
        clients: customers.clients,
        locations: customers.locations,
        contacts: customers.contacts,
        agreements,
        tickets: Box::new(tickets),
        schedule,
        talk,
    }
}

/// The people of the demo company, in the order in which a demo opens their consoles.
#[must_use]
pub fn user_ids() -> Vec<UserId> {
    let staff = people::staff(&mut Dice::new(SEED));
    let all = staff.accounts.into_iter().chain(people::others(SEED, &[]));
    all.map(|account| account.user.user_id).collect()
}
