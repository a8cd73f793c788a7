//! The clocks as days in the life of a ticket, and as promises about all such days (LT-8, `alga-psa.md` 1.5).

use proptest::prelude::*;

use super::*;
use crate::domain::apply::tests::ticket;
use crate::domain::sla::Target;

/// Ten minutes to answer and an hour to solve for `p1`, an hour and a day for `p3`, nothing for others; around the clock.
fn terms() -> Terms {
    let target = |response, resolution| Target { response: Some(response), resolution: Some(resolution) };
    Terms {
        policy: "gold".into(),
        calendar: Calendar::Always,
        targets: [("p1".into(), target(10, 60)), ("p3".into(), target(60, 24 * 60))].into(),
    }
}

fn minute(minute: i64) -> Timestamp {
    Timestamp::from_second(minute * 60).expect("in range")
}

/// What happens to a ticket.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Wait,
    GoOn,
    Hold,
    Unhold,
    Answer,
    Close,
    Reopen,
    Priority(&'static str),
    Title,
}
use Deed::*;

/// A ticket with the way it is dealt with: entered at minute 0 with priority `p3`.
struct Day {
    ticket: Ticket,
    terms: Option<Terms>,
    on_hold: bool,
}

impl Day {
    fn begin(terms: Option<Terms>) -> Self {
        let mut ticket = ticket();
        ticket.response_state = None;
        ticket.entered_at = Some(minute(0));
        let mut day = Self { ticket, terms, on_hold: false };
        let new = day.ticket.clone();
        day.ticket = day.kept(None, new, false, minute(0));
        day
    }

    fn kept(&self, before: Option<&Ticket>, mut after: Ticket, answered: bool, now: Timestamp) -> Ticket {
        let occasion = Occasion { terms: self.terms.as_ref(), status_pauses: self.on_hold, answered, now };
        keep(before, &mut after, &occasion);
        after
    }

    fn at(&mut self, now: Timestamp, deed: Deed) {
        let mut after = self.ticket.clone();
        let mut status = |name: &str, is_closed: bool| {
            after.status_id = Some(name.into());
            after.status_is_closed = is_closed;
            after.closed_at = is_closed.then_some(now);
        };
        match deed {
            Hold | Unhold if self.ticket.status_is_closed => {}
            Hold => {
                status("hold", false);
                self.on_hold = true;
            }
            Unhold => {
                status("new", false);
                self.on_hold = false;
            }
            Close => {
                status("done", true);
                after.response_state = None;
                self.on_hold = false;
            }
            Reopen => status("new", false),
            Wait if self.ticket.status_is_closed => {}
            Wait => after.response_state = Some(AWAITING_CLIENT.into()),
            GoOn => after.response_state = None,
            Priority(priority) => after.priority_id = Some(priority.into()),
            Title => after.title = "Else".into(),
            Answer => {}
        }
        if matches!(deed, Unhold | Reopen) {
            self.on_hold = false;
        }
        self.ticket = self.kept(Some(&self.ticket), after, matches!(deed, Answer), now);
    }

    fn dues(&self) -> [Option<i64>; 2] {
        Clock::ALL.map(|clock| clock.due(&self.ticket).map(|due| due.as_second() / 60))
    }
}

fn lived(deeds: &[(i64, Deed)]) -> Day {
    let mut day = Day::begin(Some(terms()));
    for &(at, deed) in deeds {
        day.at(minute(at), deed);
    }
    day
}

/// Deeds at minutes; then response due, resolution due, minutes of pauses, whether paused.
#[test]
fn the_due_times_move_by_what_stops_the_clocks_and_by_nothing_else() {
    type Case = (&'static [(i64, Deed)], i64, i64, i64, bool);
    let table: &[Case] = &[
        (&[], 60, 1440, 0, false),
        (&[(5, Title)], 60, 1440, 0, false),
        (&[(5, Wait)], 60, 1440, 0, true),
        (&[(5, Wait), (15, GoOn)], 70, 1450, 10, false),
        (&[(5, Hold), (15, Unhold)], 70, 1450, 10, false),
        // Waiting on hold is one pause.
        (&[(5, Wait), (10, Hold), (15, GoOn)], 60, 1440, 0, true),
        (&[(5, Wait), (10, Hold), (15, GoOn), (20, Unhold)], 75, 1455, 15, false),
        (&[(5, Wait), (15, GoOn), (20, Hold), (25, Unhold)], 75, 1455, 15, false),
        // Another priority counts from the start, with the pauses there were.
        (&[(5, Priority("p1"))], 10, 60, 0, false),
        (&[(5, Wait), (15, GoOn), (20, Priority("p1"))], 20, 70, 10, false),
        (&[(5, Priority("p1")), (6, Priority("p3"))], 60, 1440, 0, false),
        // What had run out before the pause stays run out; the other clock is moved.
        (&[(70, Wait), (90, GoOn)], 60, 1460, 20, false),
        // An answer fixes the response; later pauses and priorities are the resolution's.
        (&[(30, Answer), (31, Wait), (51, GoOn)], 60, 1460, 20, false),
        (&[(30, Answer), (31, Priority("p1"))], 60, 60, 0, false),
        // The time while it was closed is a pause as well.
        (&[(100, Close)], 60, 1440, 0, false),
        (&[(100, Close), (400, Reopen)], 60, 1740, 300, false),
        (&[(10, Wait), (30, Close)], 80, 1460, 20, false),
        (&[(10, Wait), (30, Close), (60, Reopen)], 80, 1490, 50, false),
    ];
    for &(deeds, response, resolution, pauses, paused) in table {
        let day = lived(deeds);
        assert_eq!(day.dues(), [Some(response), Some(resolution)], "{deeds:?}");
        assert_eq!(day.ticket.sla_total_pause_minutes, pauses, "{deeds:?}");
        assert_eq!(day.ticket.sla_paused_at.is_some(), paused, "{deeds:?}");
        assert_eq!(day.ticket.sla_started_at, Some(minute(0)), "{deeds:?}");
    }
}

/// Deeds at minutes; then when each clock was stopped and whether in time.
#[test]
fn an_answer_meets_the_response_and_closing_meets_both() {
    type Stopped = Option<(i64, bool)>;
    type Case = (&'static [(i64, Deed)], Stopped, Stopped);
    let table: &[Case] = &[
        (&[(30, Title)], None, None),
        (&[(60, Answer)], Some((60, true)), None),
        (&[(61, Answer)], Some((61, false)), None),
        (&[(30, Answer), (90, Answer)], Some((30, true)), None),
        (&[(30, Close)], Some((30, true)), Some((30, true))),
        (&[(1440, Close)], Some((1440, false)), Some((1440, true))),
        (&[(1441, Close)], Some((1441, false)), Some((1441, false))),
        (&[(30, Close), (40, Reopen)], Some((30, true)), None),
        (&[(30, Close), (40, Reopen), (1450, Close)], Some((30, true)), Some((1450, true))),
        (&[(30, Close), (40, Reopen), (1451, Close)], Some((30, true)), Some((1451, false))),
        // Late is late: neither to reopen nor a pause saves it.
        (&[(1500, Close), (1600, Reopen), (1601, Close)], Some((1500, false)), Some((1601, false))),
        (&[(61, Wait), (90, GoOn), (91, Answer)], Some((91, false)), None),
        // Who answers during a pause has the pause.
        (&[(50, Hold), (100, Answer)], Some((100, true)), None),
        (&[(61, Hold), (100, Answer)], Some((100, false)), None),
    ];
    for &(deeds, response, resolution) in table {
        let day = lived(deeds);
        let stopped = Clock::ALL.map(|clock| {
            let at = clock.finished(&day.ticket)?.as_second() / 60;
            clock.met(&day.ticket).map(|met| (at, met))
        });
        assert_eq!(stopped, [response, resolution], "{deeds:?}");
    }
}

#[test]
fn where_nothing_is_promised_nothing_is_due_and_nothing_is_missed() {
    let mut day = Day::begin(None);
    day.at(minute(5), Wait);
    day.at(minute(500), Close);
    let fresh = Day::begin(None).ticket;
    assert_eq!((day.dues(), day.ticket.sla_started_at, day.ticket.sla_paused_at), ([None, None], None, None));
    assert_eq!((fresh.sla_policy_id, day.ticket.sla_resolution_met), (None, None));

    let day = lived(&[(5, Priority("p9")), (9000, Close)]);
    assert_eq!(day.dues(), [None, None], "a priority without a target");
    assert_eq!(Clock::ALL.map(|clock| clock.met(&day.ticket)), [None, None]);
    assert!(day.ticket.sla_policy_id.is_some() && day.ticket.sla_resolution_at.is_some());
}

/// A ticket is moved to a customer without a contract by mistake, and back.
#[test]
fn a_promise_that_comes_back_counts_from_the_original_start() {
    let mut day = lived(&[(5, Wait), (15, GoOn)]);
    day.terms = None;
    day.at(minute(20), Priority("p1"));
    assert_eq!((day.dues(), &day.ticket.sla_policy_id), ([None, None], &None));
    day.terms = Some(terms());
    day.at(minute(30), Priority("p3"));
    assert_eq!(day.dues(), [Some(70), Some(1450)]);
}

#[test]
fn a_first_promise_to_an_old_ticket_counts_from_then_and_a_closed_one_is_left_alone() {
    let mut day = Day::begin(None);
    day.terms = Some(terms());
    day.at(minute(5000), Priority("p1"));
    assert_eq!(day.dues(), [Some(5010), Some(5060)]);

    let mut day = Day::begin(None);
    day.at(minute(10), Close);
    day.terms = Some(terms());
    day.at(minute(20), Priority("p1"));
    assert_eq!((day.dues(), day.ticket.sla_started_at), ([None, None], None));
}

#[test]
fn who_closed_it_earlier_than_they_said_so_met_it_earlier() {
    let day = Day::begin(Some(terms()));
    let mut after = day.ticket.clone();
    (after.status_is_closed, after.closed_at) = (true, Some(minute(50)));
    let after = day.kept(Some(&day.ticket), after, false, minute(2000));
    assert_eq!(after.sla_resolution_at, Some(minute(50)));
    assert_eq!((after.sla_response_met, after.sla_resolution_met), (Some(true), Some(true)));
}

fn deeds() -> impl Strategy<Value = Vec<(i64, Deed)>> {
    let deed = proptest::sample::select(vec![
        Wait,
        GoOn,
        Hold,
        Unhold,
        Answer,
        Close,
        Reopen,
        Priority("p1"),
        Priority("p3"),
        Title,
    ]);
    // Seconds between the deeds.
    proptest::collection::vec((0_i64..20_000, deed), 0..25)
}

fn live(deeds: &[(i64, Deed)], mut each: impl FnMut(&Ticket, &Ticket, Deed, Timestamp)) {
    let mut day = Day::begin(Some(terms()));
    let mut second = 0;
    for &(later, deed) in deeds {
        second += later;
        let now = Timestamp::from_second(second).expect("in range");
        let before = day.ticket.clone();
        day.at(now, deed);
        each(&before, &day.ticket, deed, now);
    }
}

proptest! {
    #[test]
    fn only_another_priority_makes_anything_due_earlier(deeds in deeds()) {
        let mut rated_while_closed = false;
        live(&deeds, |before, after, deed, _| {
            rated_while_closed |= before.status_is_closed && matches!(deed, Priority(_));
            for clock in Clock::ALL {
                let earlier = clock.due(after) < clock.due(before);
                let may_be = matches!(deed, Priority(_)) || (rated_while_closed && !after.status_is_closed);
                assert!(!earlier || may_be, "{deed:?} {:?} {:?}", clock.due(before), clock.due(after));
            }
            rated_while_closed &= after.status_is_closed;
        });
    }

    #[test]
    fn pauses_only_add_up_and_never_exceed_the_time_there_was(deeds in deeds()) {
        live(&deeds, |before, after, _, now| {
            assert!(after.sla_total_pause_minutes >= before.sla_total_pause_minutes);
            assert!(after.sla_total_pause_minutes <= now.as_second() / 60);
        });
    }

    #[test]
    fn a_pause_that_is_cut_in_pieces_is_the_same_pause(
        from in 0_i64..3000, until in 0_i64..3000, mut cuts in proptest::collection::vec(0_i64..3000, 0..5),
    ) {
        let (from, until) = (from.min(until), from.max(until));
        let second = |second: i64| Timestamp::from_second(second).expect("in range");
        let whole = {
            let mut day = Day::begin(Some(terms()));
            day.at(second(from), Wait);
            day.at(second(until), GoOn);
            day
        };
        cuts.retain(|cut| (from..=until).contains(cut));
        cuts.sort_unstable();
        let mut pieces = Day::begin(Some(terms()));
        pieces.at(second(from), Wait);
        for cut in cuts {
            pieces.at(second(cut), GoOn);
            pieces.at(second(cut), Wait);
        }
        pieces.at(second(until), GoOn);
        prop_assert_eq!(whole.ticket.sla_total_pause_minutes, pieces.ticket.sla_total_pause_minutes);
        prop_assert_eq!(whole.dues(), pieces.dues());
    }

    #[test]
    fn a_clock_that_is_stopped_says_whether_it_was_in_time_and_an_open_ticket_is_not_solved(deeds in deeds()) {
        live(&deeds, |_, after, _, _| {
            assert_eq!(after.status_is_closed, after.sla_resolution_at.is_some());
            assert!(!(after.status_is_closed && after.sla_paused_at.is_some()));
            for clock in Clock::ALL {
                let verdict = clock.finished(after).zip(clock.due(after)).map(|(at, due)| at <= due);
                assert_eq!(clock.met(after), verdict, "{clock:?} {after:?}");
            }
        });
    }
}
