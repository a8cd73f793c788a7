//! Whatever happens, a window that follows the numbered updates holds what a filter, a sort and a cut from scratch
//! would give; while the person is choosing, what they would have given when the choosing began.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use callboard_desk::board::{Board, SETTLES_EVERY};
use callboard_desk::bridge::{BoardQuery, ChoosingBy, Line};
use callboard_model::TicketId;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::any::{Op, Place, op, op_under_hands, place, query};
use crate::model::{Model, Watched};
use crate::window::{Screen, Told, painted};

/// Does one thing to both boards.
fn run(op: Op, board: &mut Board, model: &mut Model) {
    match op {
        Op::Put(row) => {
            model.rows.insert(row.row.ticket.clone(), (*row).clone());
            board.put(*row);
        }
        Op::Remove(ticket) => {
            if let Some(gone) = model.rows.remove(&ticket) {
                let last = model.drawn(&gone);
                let stand = model.views.values_mut().flat_map(|watched| watched.frozen.iter_mut().flatten());
                stand
                    .filter(|row| row.then.row.ticket == ticket)
                    .for_each(|row| row.last = Some(last.clone()));
            }
            board.remove(&ticket);
        }
        Op::Tick(now) => {
            model.now = now;
            board.tick(now);
        }
        Op::Open(place, query) => {
            board.open_view(place.0.clone(), place.1.clone(), query.clone());
            let frozen = model.freeze(&query);
            let watched = model.views.entry(place).or_insert_with(|| watched(query.clone()));
            watched.query = query;
            watched.frozen = watched.frozen.take().map(|_| frozen);
        }
        Op::Show((window, view), first, count) => {
            board.show_lines(&window, &view, first, count);
            if let Some(watched) = model.views.get_mut(&(window, view)) {
                (watched.first, watched.count) = (first, count);
            }
        }
        Op::Close(place) => {
            board.close_view(&place.0, &place.1);
            model.views.remove(&place);
        }
        Op::CloseWindow(window) => {
            board.close_window(&window);
            model.views.retain(|(of, _), _| *of != window);
        }
        Op::Choose(place, by, on) => {
            board.choose(&place.0, &place.1, by, on, model.uptime);
            choose(model, &place, by, on);
        }
        Op::Refresh(place) => {
            board.refresh(&place.0, &place.1, model.uptime);
            settle(model, &place, false);
        }
        Op::Wait(ms) => {
            model.uptime += Duration::from_millis(ms);
            board.settle(model.uptime);
            settle_all(model);
        }
        Op::LetGo => {
            board.let_go();
            let_go(model);
        }
        Op::Flush => flush(board, model),
    }
}

fn watched(query: BoardQuery) -> Watched {
    Watched {
        query,
        first: 0,
        count: 0,
        screen: Screen::default(),
        summary: None,
        hands: BTreeSet::new(),
        cools: false,
        settled_at: None,
        frozen: None,
    }
}

fn choose(model: &mut Model, place: &Place, by: ChoosingBy, on: bool) {
    let Some(mut watched) = model.views.remove(place) else { return };
    if on {
        watched.hands.insert(by);
        watched.frozen = watched.frozen.take().or_else(|| Some(model.freeze(&watched.query)));
    } else {
        watched.hands.remove(&by);
    }
    watched.cools = watched.hands.is_empty() && !model.moves(&watched).is_empty();
    if watched.hands.is_empty() && !watched.cools {
        watched.frozen = None;
    }
    model.views.insert(place.clone(), watched);
    settle(model, place, true);
}

/// Lets the rows of a view go to their places; `if_due`: only where nobody chooses and its time has come.
fn settle(model: &mut Model, place: &Place, if_due: bool) {
    let Some(mut watched) = model.views.remove(place) else { return };
    let due = watched.settled_at.map_or(Duration::ZERO, |at| at + SETTLES_EVERY);
    if !if_due || (watched.cools && due <= model.uptime) {
        if !model.moves(&watched).is_empty() {
            watched.settled_at = Some(model.uptime);
        }
        watched.cools = false;
        watched.frozen = (!watched.hands.is_empty()).then(|| model.freeze(&watched.query));
    }
    model.views.insert(place.clone(), watched);
}

/// Whatever was being chosen is over, and counts for no moment.
fn let_go(model: &mut Model) {
    let now = std::mem::take(&mut model.uptime);
    let places: Vec<_> = model.views.keys().cloned().collect();
    for place in places {
        model.views.get_mut(&place).expect("it is there").hands.clear();
        settle(model, &place, false);
    }
    model.uptime = now;
}

fn settle_all(model: &mut Model) {
    let places: Vec<_> = model.views.keys().cloned().collect();
    places.iter().for_each(|place| settle(model, place, true));
}

/// Hands every window its news, and compares what it then holds with the model.
fn flush(board: &mut Board, model: &mut Model) {
    let mut effects = Vec::new();
    board.flush(&mut effects);
    let mut told = BTreeSet::new();
    for effect in effects {
        let (window, news) = painted(effect);
        match news {
            Told::Lines(view, rev, change) => {
                let place = (window, view);
                assert!(told.insert((place.clone(), "lines")), "two updates of one view in one flush");
                model.views.get_mut(&place).expect("an open view").screen.apply(rev, change);
            }
            Told::Summary(summary) => {
                let place = (window, summary.view);
                assert!(told.insert((place.clone(), "summary")), "two updates of one view in one flush");
                let now = Some((summary.tickets, summary.waiting, summary.held));
                let watched = model.views.get_mut(&place).expect("an open view");
                assert_ne!(std::mem::replace(&mut watched.summary, now), now, "a summary without news");
            }
        }
    }
    for watched in model.views.values() {
        let all = model.lines(watched);
        let (first, count) = (watched.first as usize, watched.count as usize);
        let wanted: BTreeMap<u32, Line> = (0..).zip(all.iter().cloned()).skip(first).take(count).collect();
        assert_eq!(watched.screen.lines, wanted, "{:?}", watched.query);
        assert_eq!(watched.screen.total as usize, all.len(), "{:?}", watched.query);
        let tickets = all.iter().filter(|line| matches!(line, Line::Ticket(_))).count();
        let count = |count: usize| u32::try_from(count).expect("a small board");
        let summary = (count(tickets), count(model.waiting(watched)), watched.frozen.is_some());
        assert_eq!(watched.summary, Some(summary), "{:?}", watched.query);
    }
    let mut rest = Vec::new();
    board.flush(&mut rest);
    assert!(rest.is_empty(), "nothing happened since the last flush");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// CO-2, CO-9, CO-10.
    #[test]
    fn what_windows_hold_is_what_a_board_from_scratch_would_show(ops in vec(op(), 1..80)) {
        let (mut board, mut model) = (Board::new(), Model::default());
        for op in ops {
            run(op, &mut board, &mut model);
            prop_assert_eq!(board.next_boundary(model.now), model.next_boundary());
            prop_assert_eq!(board.visible(), model.visible());
            prop_assert_eq!(board.counts(), model.counts());
            prop_assert_eq!(board.settles_at(), model.settles_at());
        }
        flush(&mut board, &mut model);
    }

    /// RB-8, CO-10: while hands are on the board nothing moves and nothing is lost, and once they are off every order is
    /// that of a fresh sort.
    #[test]
    fn under_hands_rows_stand_and_once_they_are_off_each_is_where_it_belongs(
        queries in vec((place(), query()), 1..5),
        ops in vec(op_under_hands(), 1..120),
    ) {
        let (mut board, mut model) = (Board::new(), Model::default());
        for (place, query) in queries {
            run(Op::Open(place.clone(), query), &mut board, &mut model);
            run(Op::Show(place, 0, 60), &mut board, &mut model);
        }
        for op in ops {
            run(op, &mut board, &mut model);
            prop_assert_eq!(board.visible(), model.visible());
            prop_assert_eq!(board.settles_at(), model.settles_at());
        }
        let places: Vec<_> = model.views.keys().cloned().collect();
        for place in places {
            for by in [ChoosingBy::Pointer, ChoosingBy::Keyboard, ChoosingBy::Edit] {
                run(Op::Choose(place.clone(), by, false), &mut board, &mut model);
            }
        }
        run(Op::Wait(3_000), &mut board, &mut model);
        flush(&mut board, &mut model);
        for watched in model.views.values() {
            prop_assert!(watched.frozen.is_none());
            let shown: Vec<TicketId> = watched.screen.lines.values().filter_map(|line| match line {
                Line::Ticket(row) => Some(row.ticket.clone()),
                Line::Heading { .. } => None,
            }).collect();
            let fresh: Vec<TicketId> =
                model.order(&watched.query).into_iter().map(|(_, row)| row.row.ticket).collect();
            prop_assert_eq!(shown, fresh);
        }
        run(Op::LetGo, &mut board, &mut model);
        flush(&mut board, &mut model);
    }
}
