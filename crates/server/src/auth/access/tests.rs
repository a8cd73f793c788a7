//! Every role at every place, against tables written by hand.
//!
//! **Invariant:** the expectations are literal; none is computed from what is tested.

use super::*;

/// An action: its name, the question about a kind, the question about a ticket where there is one, who may.
type Row = (&'static str, fn(&Access) -> bool, Option<fn(&Access, &Placement) -> bool>, &'static [Role]);

const D: Role = Role::Dispatcher;
const T: Role = Role::Technician;
const R: Role = Role::ReadOnly;
const P: Role = Role::ClientPortal;
const B: Role = Role::Billing;
const A: Role = Role::Admin;

const ACTIONS: &[Row] = &[
    ("read", Access::reads_tickets, Some(Access::reads), &[A, D, T, R, P]),
    ("write", Access::writes_tickets, Some(Access::writes), &[A, D, T]),
    ("open", Access::opens_tickets, Some(Access::opens), &[A, D, T, P]),
    ("delete", Access::deletes_tickets, Some(Access::deletes), &[A, D]),
    ("comment", Access::comments, Some(Access::comments_on), &[A, D, T, P]),
    ("internal comments", Access::sees_internal_comments, None, &[A, D, T, R]),
    ("moderate comments", Access::moderates_comments, None, &[A, D]),
    ("override close rules", Access::overrides_close_rules, None, &[A, D]),
    ("read schedules", Access::reads_schedules, None, &[A, D, T, R]),
    ("plan schedules", Access::plans_schedules, None, &[A, D]),
    ("administer", Access::administers, None, &[A]),
    ("internal", Access::is_internal, None, &[A, D, T, R, B]),
];

fn boards(names: &[&str]) -> Boards {
    Boards::listed(names.iter().map(|name| BoardId::from(*name)).collect())
}

fn at(board: Option<&str>, client: Option<&str>) -> Placement {
    Placement { board: board.map(Into::into), client: client.map(Into::into) }
}

#[test]
fn every_action_is_for_the_roles_of_its_row_and_for_no_other() {
    for (name, kind, _, allowed) in ACTIONS {
        for role in Role::ALL {
            assert_eq!(kind(&Access::of(role)), allowed.contains(&role), "{name} by {role}");
        }
    }
}

/// Roles × boards × clients × places × actions: the kind of action, the board and the client must all agree.
#[test]
fn a_ticket_is_within_reach_only_where_its_board_and_its_client_are() {
    let reach: &[(Boards, &[Option<&str>])] = &[
        (boards(&[]), &[Some("a"), Some("b"), Some("c"), None]),
        (boards(&["a"]), &[Some("a")]),
        (boards(&["a", "b"]), &[Some("a"), Some("b")]),
        (boards(&["gone"]), &[]),
    ];
    let mut asked = 0;
    for role in Role::ALL {
        for own in [None, Some("x"), Some("y")] {
            for (boards, seen) in reach {
                let access = Access { role, boards: boards.clone(), client: own.map(Into::into) };
                for board in [Some("a"), Some("b"), Some("c"), None] {
                    for client in [Some("x"), Some("y"), None] {
                        let own_client = role != P || (own.is_some() && own == client);
                        let place = at(board, client);
                        for (name, _, question, allowed) in ACTIONS {
                            let Some(question) = question else { continue };
                            let expected = allowed.contains(&role) && seen.contains(&board) && own_client;
                            assert_eq!(
                                question(&access, &place),
                                expected,
                                "{name}: {access:?} at {place:?}"
                            );
                            asked += 1;
                        }
                    }
                }
            }
        }
    }
    assert_eq!(asked, 6 * 3 * 4 * 4 * 3 * 5, "nothing was skipped");
}

/// An account that was made without its client must not see everybody's tickets.
#[test]
fn a_portal_account_without_a_client_reaches_nothing() {
    let access = Access::of(P);
    assert_eq!(access.only_client(), Some(None));
    for client in [None, Some("x")] {
        assert!(!access.reads(&at(Some("a"), client)));
        assert!(!access.reaches_client(client.map(ClientId::from).as_ref()));
    }
}

/// A client that was left on an account of the company's own limits nothing: it counts in the portal alone.
#[test]
fn a_client_counts_in_the_portal_alone() {
    for role in [A, D, T, R, B] {
        let access = Access { client: Some("x".into()), ..Access::of(role) };
        assert_eq!(access.only_client(), None, "{role}");
        assert!(access.reaches_client(Some(&"y".into())), "{role}");
    }
}
