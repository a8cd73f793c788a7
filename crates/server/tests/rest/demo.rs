//! The demo company looks like a morning at work, and the same one every time.

use callboard_model::{Field, Ticket};
use callboard_server::demo::company;
use callboard_server::domain::comment::AuthorKind;
use callboard_server::store::comments::Comment;

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

/// The children of a demo bundle agree with their master in what a master decides (LT-7).
#[test]
fn a_few_bundles_are_flat_and_agree_with_their_master() {
    assert!(tickets(7, 60).iter().all(|ticket| ticket.master_ticket_id.is_none()), "not in a small company");
    let all = tickets(7, 500);
    let children: Vec<_> = all.iter().filter(|ticket| ticket.master_ticket_id.is_some()).collect();
    assert!((6..=9).contains(&children.len()), "{}", children.len());
    for child in children {
        let master = all.iter().find(|one| Some(&one.ticket_id) == child.master_ticket_id.as_ref());
        let master = master.expect("its master");
        assert!(master.master_ticket_id.is_none() && master.ticket_number < child.ticket_number);
        for field in [Field::Board, Field::Status, Field::Assignee, Field::Priority] {
            assert_eq!(child.value(field), master.value(field), "{field}");
        }
    }
}

#[test]
fn what_was_said_is_in_order_and_agrees_with_whose_turn_it_is() {
    let made = || {
        let mut company = company(plan("t", 7, 500));
        let tickets: Vec<_> = company.tickets.collect();
        let said: Vec<_> = tickets.iter().map(|ticket| (company.talk)(ticket)).collect();
        (tickets, said)
    };
    let (tickets, said) = made();
    assert_eq!(said, made().1, "the same every time");
    let talked = said.iter().filter(|comments| !comments.is_empty()).count();
    assert!((100..300).contains(&talked), "{talked}");
    for (ticket, comments) in tickets.iter().zip(&said) {
        assert!(comments.is_sorted_by_key(|comment| comment.created_at), "{}", ticket.ticket_number);
        let within = |at| Some(at) >= ticket.entered_at && at <= ticket.closed_at.unwrap_or(moment());
        assert!(comments.iter().all(|comment| within(comment.created_at)), "{}", ticket.ticket_number);
        let client = |comment: &Comment| comment.author == AuthorKind::Client;
        assert!(comments.iter().all(|comment| !client(comment) || !comment.is_internal));
        let public = comments.iter().rfind(|comment| !comment.is_internal);
        if ticket.response_state.is_some() {
            assert!(public.is_none_or(|comment| !client(comment)), "{}", ticket.ticket_number);
        }
    }
}
