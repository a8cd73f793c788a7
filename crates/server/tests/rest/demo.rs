//! The demo company looks like a morning at work, and the same one every time.

use callboard_model::Ticket;
use callboard_server::demo::company;

use crate::world::{moment, plan};

fn tickets(seed: u64, count: u32) -> Vec<Ticket> {
    company(plan("t", seed, count)).tickets.collect()
}

#[test]
fn the_same_seed_gives_the_same_tickets_and_another_gives_others() {
    assert_eq!(tickets(7, 200), tickets(7, 200));
    assert_ne!(tickets(7, 200), tickets(8, 200));
}

#[test]
fn it_makes_as_many_as_were_asked_for() {
    for count in [0, 1, 500, 3000] {
        assert_eq!(tickets(7, count).len(), count as usize);
    }
}

#[test]
fn a_few_targets_are_missed_some_are_near_and_most_are_fine() {
    let open: Vec<i64> = tickets(7, 500)
        .iter()
        .filter(|ticket| !ticket.status_is_closed)
        .filter_map(|ticket| Some((ticket.sla_resolution_due_at?.as_second() - moment().as_second()) / 60))
        .collect();
    let share = |from: i64, to: i64| {
        100 * open.iter().filter(|&&minutes| (from..to).contains(&minutes)).count() / open.len()
    };
    assert!((1..=8).contains(&share(-100_000, 0)), "missed: {} %", share(-100_000, 0));
    assert!((3..=15).contains(&share(0, 60)), "within the hour: {} %", share(0, 60));
    assert!((20..=50).contains(&share(60, 9 * 60)), "today: {} %", share(60, 9 * 60));
}

#[test]
fn nothing_is_entered_closed_or_numbered_out_of_order() {
    let all = tickets(7, 500);
    for ticket in &all {
        assert!(ticket.entered_at.is_some_and(|at| at < moment()), "{}", ticket.ticket_number);
        assert!(ticket.closed_at.is_none_or(|at| Some(at) >= ticket.entered_at && at <= moment()));
        assert_eq!(ticket.closed_at.is_some(), ticket.status_is_closed);
        assert!(ticket.sla_resolution_due_at > ticket.entered_at, "{}", ticket.ticket_number);
    }
    assert!(all.iter().is_sorted_by_key(|ticket| ticket.ticket_number.len()));
}
