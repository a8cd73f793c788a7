//! What somebody is to the company, and what may become of it.
//!
//! It exists so that an administrator cannot make an account that sees more than was meant: a customer's person without
//! a customer, or boards that nobody named. And so that a company never loses its last administrator by a slip.
//!
//! **Invariant:** every wrong key is named at once, and what is refused leaves no trace.

use std::collections::BTreeSet;

use callboard_model::{BoardId, ClientId};
use serde::{Deserialize, Serialize};

use super::Issue;
use crate::auth::Role;

/// The longest name or user name, in characters. A longer one is refused.
const NAME_MAX: usize = 100;
/// The longest address, in bytes: what mail allows. A longer one is refused.
const EMAIL_MAX: usize = 254;
/// The hours of a day. Nobody is planned for more.
const CAPACITY_MAX: u32 = 24;
/// Boards listed for one person at most. One more is refused.
pub const BOARDS_MAX: usize = 500;

/// What somebody is to the company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named like the keys of the API, told in docs/api.md")]
pub struct Membership {
    pub username: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub role: Role,
    pub is_inactive: bool,
    /// Whose person a customer's person is.
    pub client: Option<ClientId>,
    /// The boards that they see; `None` is every board, and nobody sees none.
    pub boards: Option<BTreeSet<BoardId>>,
    /// The hours for which they may be planned on a day; `None` where nobody said.
    pub max_daily_capacity: Option<u32>,
}

/// What it is wanted to be; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "named like what it changes")]
pub struct Wanted {
    pub username: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<String>,
    pub role: Option<Role>,
    pub is_inactive: Option<bool>,
    pub client: Option<Option<ClientId>>,
    pub boards: Option<Option<BTreeSet<BoardId>>>,
    pub max_daily_capacity: Option<Option<u32>>,
}

/// What a decision has to know of the company around a person.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Whether somebody else has this user name.
    pub is_username_taken: bool,
    /// Whether the client is one of the company's.
    pub knows_client: bool,
    /// Those of the boards asked for that are the company's.
    pub boards: BTreeSet<BoardId>,
    /// Active administrators beside this person.
    pub other_admins: u64,
}

impl Membership {
    /// Whether they administer the company now.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin && !self.is_inactive
    }

    /// Whether they may do something else than before.
    #[must_use]
    pub fn differs_in_access(&self, other: &Self) -> bool {
        (self.role, self.is_inactive, &self.client, &self.boards)
            != (other.role, other.is_inactive, &other.client, &other.boards)
    }
}

/// Somebody new.
pub fn begin(wanted: &Wanted, facts: &Facts) -> Result<Membership, Vec<Issue>> {
    let required = [
        ("username", wanted.username.is_none()),
        ("first_name", wanted.first_name.is_none()),
        ("last_name", wanted.last_name.is_none()),
        ("email", wanted.email.is_none()),
        ("role", wanted.role.is_none()),
    ];
    let missing = required.into_iter().filter(|(_, missing)| *missing);
    let issues: Vec<_> = missing.map(|(key, _)| Issue::at(key, "invalid_type", "Required")).collect();
    if !issues.is_empty() {
        return Err(issues);
    }
    let nobody = Membership {
        username: String::new(),
        first_name: String::new(),
        last_name: String::new(),
        email: String::new(),
        role: Role::ReadOnly,
        is_inactive: false,
        client: None,
        boards: None,
        max_daily_capacity: None,
    };
    change(&nobody, wanted, facts)
}

/// Somebody as they would be.
pub fn change(before: &Membership, wanted: &Wanted, facts: &Facts) -> Result<Membership, Vec<Issue>> {
    let mut after = before.clone();
    for (text, wanted) in [
        (&mut after.username, &wanted.username),
        (&mut after.first_name, &wanted.first_name),
        (&mut after.last_name, &wanted.last_name),
        (&mut after.email, &wanted.email),
    ] {
        if let Some(wanted) = wanted {
            wanted.trim().clone_into(text);
        }
    }
    after.role = wanted.role.unwrap_or(after.role);
    after.is_inactive = wanted.is_inactive.unwrap_or(after.is_inactive);
    if let Some(client) = &wanted.client {
        after.client.clone_from(client);
    } else if after.role != Role::ClientPortal {
        // Whoever comes over from a customer to the company is nobody's person any more.
        after.client = None;
    }
    if let Some(boards) = &wanted.boards {
        after.boards.clone_from(boards);
    }
    after.max_daily_capacity = wanted.max_daily_capacity.unwrap_or(after.max_daily_capacity);
    let mut issues = named(&after, facts);
    issues.extend(placed(&after, wanted, facts));
    if after.max_daily_capacity > Some(CAPACITY_MAX) {
        let message = format!("A day has {CAPACITY_MAX} hours");
        issues.push(Issue::at("max_daily_capacity", "too_big", message));
    }
    if before.is_admin() && !after.is_admin() && facts.other_admins == 0 {
        let key = if after.is_inactive { "is_inactive" } else { "role" };
        issues.push(Issue::at(key, "custom", "The last administrator stays one"));
    }
    if issues.is_empty() { Ok(after) } else { Err(issues) }
}

/// What is wrong with what they are called.
fn named(after: &Membership, facts: &Facts) -> Vec<Issue> {
    let mut issues = Vec::new();
    let is_short = |text: &str| text.chars().count() <= NAME_MAX && !text.chars().any(char::is_control);
    let username = &after.username;
    if username.is_empty() || !is_short(username) || username.contains(char::is_whitespace) {
        let message = format!("A user name has 1 to {NAME_MAX} characters and no blank");
        issues.push(Issue::at("username", "invalid_string", message));
    } else if facts.is_username_taken {
        issues.push(Issue::at("username", "custom", "Somebody else has this user name"));
    }
    for (key, name) in [("first_name", &after.first_name), ("last_name", &after.last_name)] {
        if !is_short(name) {
            issues.push(Issue::at(key, "too_big", format!("A name has at most {NAME_MAX} characters")));
        }
    }
    if after.first_name.is_empty() && after.last_name.is_empty() {
        issues.push(Issue::at("last_name", "too_small", "Somebody without a name cannot be shown"));
    }
    let email = &after.email;
    let is_address = email.split_once('@').is_some_and(|(who, place)| !who.is_empty() && !place.is_empty());
    if email.len() > EMAIL_MAX || email.contains(char::is_whitespace) || !is_address {
        issues.push(Issue::at("email", "invalid_string", "email is not an address"));
    }
    issues
}

/// What is wrong with where they stand.
fn placed(after: &Membership, wanted: &Wanted, facts: &Facts) -> Vec<Issue> {
    let mut issues = Vec::new();
    let mut refuse = |key: &str, message: &str| issues.push(Issue::at(key, "custom", message));
    match (&after.client, after.role) {
        (None, Role::ClientPortal) => refuse("client_id", "A customer's person needs a client"),
        (Some(_), role) if role != Role::ClientPortal => {
            refuse("client_id", "Only a customer's person has a client");
        }
        (Some(_), _) if !facts.knows_client => refuse("client_id", "Unknown client"),
        _ => {}
    }
    if let Some(Some(boards)) = &wanted.boards {
        if boards.is_empty() {
            refuse("board_ids", "Nobody sees no board: null stands for every board");
        } else if boards.len() > BOARDS_MAX {
            refuse("board_ids", "Too many boards: null stands for every board");
        } else if !boards.is_subset(&facts.boards) {
            refuse("board_ids", "Unknown board");
        }
    }
    issues
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(role: Role) -> Wanted {
        Wanted {
            username: Some(" ann ".to_owned()),
            first_name: Some("Ann".to_owned()),
            last_name: Some(String::new()),
            email: Some("ann@mill.example".to_owned()),
            role: Some(role),
            ..Wanted::default()
        }
    }

    fn facts() -> Facts {
        Facts { knows_client: true, boards: ["desk".into()].into(), other_admins: 1, ..Facts::default() }
    }

    fn ann(role: Role) -> Membership {
        let client = (role == Role::ClientPortal).then(|| Some("mill".into()));
        begin(&Wanted { client, ..wanted(role) }, &facts()).expect("it fits")
    }

    fn keys<T>(outcome: Result<T, Vec<Issue>>) -> Vec<String> {
        outcome.err().unwrap_or_default().into_iter().map(|issue| issue.path.concat()).collect()
    }

    #[test]
    fn somebody_new_needs_a_name_an_address_and_a_role() {
        assert_eq!(ann(Role::Technician).username, "ann");
        let missing = begin(&Wanted::default(), &facts());
        assert_eq!(keys(missing), ["username", "first_name", "last_name", "email", "role"]);
        let long = "x".repeat(NAME_MAX + 1);
        for (wrong, key) in [
            (Wanted { username: Some("two words".to_owned()), ..Wanted::default() }, "username"),
            (Wanted { username: Some(" ".to_owned()), ..Wanted::default() }, "username"),
            (Wanted { first_name: Some(long), ..Wanted::default() }, "first_name"),
            (Wanted { first_name: Some(String::new()), ..Wanted::default() }, "last_name"),
            (Wanted { email: Some("ann".to_owned()), ..Wanted::default() }, "email"),
            (Wanted { email: Some("@mill".to_owned()), ..Wanted::default() }, "email"),
        ] {
            assert_eq!(keys(change(&ann(Role::Technician), &wrong, &facts())), [key], "{wrong:?}");
        }
        for (hours, fits) in [(Some(0), true), (Some(24), true), (Some(25), false), (None, true)] {
            let wish = Wanted { max_daily_capacity: Some(hours), ..Wanted::default() };
            assert_eq!(change(&ann(Role::Technician), &wish, &facts()).is_ok(), fits, "{hours:?}");
        }
        let taken = Facts { is_username_taken: true, ..facts() };
        assert_eq!(keys(begin(&wanted(Role::Technician), &taken)), ["username"]);
    }

    #[test]
    fn a_client_is_for_a_customers_person_and_for_nobody_else() {
        for role in Role::ALL {
            let client =
                |client: Option<&str>| Wanted { client: Some(client.map(Into::into)), ..wanted(role) };
            let portal = role == Role::ClientPortal;
            assert_eq!(begin(&client(Some("mill")), &facts()).is_ok(), portal, "{role}");
            assert_eq!(begin(&client(None), &facts()).is_ok(), !portal, "{role}");
        }
        let unknown = Facts { knows_client: false, ..facts() };
        let client = Some(Some("mill".into()));
        assert_eq!(keys(begin(&Wanted { client, ..wanted(Role::ClientPortal) }, &unknown)), ["client_id"]);
        let hired = Wanted { role: Some(Role::Technician), ..Wanted::default() };
        assert_eq!(change(&ann(Role::ClientPortal), &hired, &facts()).expect("it fits").client, None);
    }

    /// An empty list would be every board (LT-6): whoever takes the last board away has to say what they mean.
    #[test]
    fn nobody_sees_no_board_and_a_board_has_to_be_there() {
        let boards = |names: &[&str]| Wanted {
            boards: Some(Some(names.iter().map(|name| BoardId::from(*name)).collect())),
            ..Wanted::default()
        };
        let before = ann(Role::Technician);
        assert_eq!(keys(change(&before, &boards(&[]), &facts())), ["board_ids"]);
        assert_eq!(keys(change(&before, &boards(&["desk", "elsewhere"]), &facts())), ["board_ids"]);
        let limited = change(&before, &boards(&["desk"]), &facts()).expect("it fits");
        assert!(limited.differs_in_access(&before));
        let every = Wanted { boards: Some(None), ..Wanted::default() };
        assert_eq!(change(&limited, &every, &facts()), Ok(before));
    }

    #[test]
    fn the_last_administrator_stays_one() {
        let alone = Facts { other_admins: 0, ..facts() };
        for (wanted, key) in [
            (Wanted { role: Some(Role::Dispatcher), ..Wanted::default() }, "role"),
            (Wanted { is_inactive: Some(true), ..Wanted::default() }, "is_inactive"),
        ] {
            assert_eq!(keys(change(&ann(Role::Admin), &wanted, &alone)), [key]);
            assert!(change(&ann(Role::Admin), &wanted, &facts()).is_ok(), "there is another one");
            assert!(change(&ann(Role::Dispatcher), &wanted, &alone).is_ok(), "this one never was");
        }
        let renamed = Wanted { first_name: Some("Anna".to_owned()), ..Wanted::default() };
        let after = change(&ann(Role::Admin), &renamed, &alone).expect("it fits");
        assert!(!after.differs_in_access(&ann(Role::Admin)));
    }
}
