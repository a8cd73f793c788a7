//! The people of the company and their teams.
//!
//! **Invariant:** the first ones are those whose consoles a demo opens.

use callboard_model::rest::User;

use super::dice::Dice;
use crate::auth::Role;
use crate::store::lookups::{Account, Client, Team};

pub(super) struct Staff {
    pub(super) accounts: Vec<Account>,
    pub(super) teams: Vec<Team>,
}

/// What stands behind the name of whoever is simulated.
const SIMULATED: &str = "(simulated)";

/// These bear it in their names that they are simulated.
pub(super) fn are_simulated<'a>(accounts: impl IntoIterator<Item = &'a mut Account>) {
    for account in accounts {
        account.user.last_name = format!("{} {SIMULATED}", account.user.last_name).into();
    }
}

const PEOPLE: &[(&str, &str, Role)] = &[
    ("Nora", "Berg", Role::Dispatcher),
    ("Bob", "Kessler", Role::Dispatcher),
    ("Alex", "Rivera", Role::Technician),
    ("Lee", "Okafor", Role::Technician),
    ("Dana", "Wu", Role::Technician),
    ("Sam", "Ito", Role::Technician),
    ("Priya", "Nair", Role::Technician),
    ("Tomás", "Silva", Role::Technician),
    ("Hanna", "Lindqvist", Role::Technician),
    ("Omar", "Haddad", Role::Technician),
    ("Grace", "Mbeki", Role::Dispatcher),
    ("Ruth", "Adler", Role::ReadOnly),
    ("Victor", "Lange", Role::Billing),
];

/// A team and the places of its members in [`PEOPLE`].
const TEAMS: &[(&str, &[usize])] =
    &[("Service Desk", &[0, 1, 6, 7, 10]), ("Field Team", &[2, 3, 4, 8]), ("Network Operations", &[5, 9, 7])];

/// What the dice of those who are not in the office start from, besides the seed of the company.
const SALT: u64 = 0x0ff_1ce;

/// Who is not in the office: an administrator, and somebody at the first customer. Their dice are their own, so they
/// change nothing of the rest of the company.
pub(super) fn others(seed: u64, clients: &[Client]) -> Vec<Account> {
    let mut dice = Dice::new(seed ^ SALT);
    let mut account = |first: &str, last: &str, place: &str, role, client| {
        let username = format!("{first}.{last}").to_lowercase();
        Account {
            user: User {
                user_id: dice.id(),
                first_name: first.into(),
                last_name: last.into(),
                avatar_url: None,
                is_inactive: false,
            },
            email: format!("{username}@{place}.example"),
            username,
            role,
            client,
        }
    };
    let client = clients.first().map(|client| client.client_id.clone());
    vec![
        account("Iris", "Cole", "harbour-it", Role::Admin, None),
        account("Paula", "Reed", "alderney-dental", Role::ClientPortal, client),
    ]
}

pub(super) fn staff(dice: &mut Dice) -> Staff {
    let accounts: Vec<Account> = PEOPLE
        .iter()
        .map(|&(first, last, role)| {
            let plain = |name: &str| name.to_lowercase().replace('á', "a");
            let username = format!("{}.{}", plain(first), plain(last));
            Account {
                user: User {
                    user_id: dice.id(),
                    first_name: first.into(),
                    last_name: last.into(),
                    avatar_url: None,
                    is_inactive: false,
                },
                email: format!("{username}@harbour-it.example"),
                username,
                role,
                client: None,
            }
        })
        .collect();
    let teams = TEAMS
        .iter()
        .map(|&(name, members)| Team {
            team_id: dice.id(),
            team_name: name.to_owned(),
            member_ids: members
                .iter()
                .filter_map(|&place| accounts.get(place))
                .map(|account| account.user.user_id.clone())
                .collect(),
        })
        .collect();
    Staff { accounts, teams }
}
