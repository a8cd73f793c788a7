//! What the company promised, the hours in which it counts, and what one board asks before a ticket is closed.
//!
//! **Invariant:** every ticket has a policy with targets for its priority; the ids come from dice of their own, so another
//! promise never changes the rest of the company.

use callboard_model::{Field, SlaPolicyId, Ticket, Timestamp};
use jiff::SignedDuration;
use jiff::civil::{Weekday, date};

use super::boards::Desks;
use super::customers::Customers;
use super::dice::Dice;
use crate::domain::close_rules::CloseRules;
use crate::domain::itil;
use crate::domain::sla::calendar::{Shift, WorkingWeek};
use crate::domain::sla::{Calendar, Target, Terms};
use crate::store::agreements::{Agreements, BusinessHours, Policy};

/// What the dice of the promises start from, besides the seed of the company.
const SALT: u64 = 0x5e7_1e5e;
/// The board that works office hours, and asks something before a ticket is closed.
const INSTALLATIONS: &str = "Installations";
/// Statuses in which nobody here can go on.
const PAUSING: [&str; 3] = ["On Hold", "Waiting for Customer", "Blocked"];
/// Clients who pay for twice the speed.
const PREMIUM: usize = 3;
/// A target for the answer is this part of the one for the solution.
const RESPONSE_PART: i64 = 4;

const OFFICE_DAYS: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

/// The agreements, ready to be counted by.
pub(super) struct Promises {
    pub(super) agreements: Agreements,
    terms: Vec<Terms>,
}

impl Promises {
    pub(super) fn new(seed: u64, desks: &Desks, customers: &Customers) -> Self {
        let mut dice = Dice::new(seed ^ SALT);
        let hours = office_hours(&mut dice);
        let mut policy = |name: &str, is_default, hours: Option<&BusinessHours>, per_hour| Policy {
            id: dice.id(),
            name: name.to_owned(),
            is_default,
            hours: hours.map(|hours| hours.id.clone()),
            targets: targets(desks, per_hour),
        };
        let policies = vec![
            policy("Managed service", true, None, 60),
            policy("Premium care", false, None, 30),
            policy("Installations in office hours", false, Some(&hours), 60),
        ];
        let terms = policies.iter().map(|policy| terms(policy, &hours)).collect();
        let ids: Vec<_> = policies.iter().map(|policy| policy.id.clone()).collect();
        let installations = desks.boards.iter().filter(|board| &*board.board_name == INSTALLATIONS);
        let installations: Vec<_> = installations.map(|board| board.board_id.clone()).collect();
        let of_board =
            |id: &SlaPolicyId| installations.iter().map(|board| (board.clone(), id.clone())).collect();
        let premium = |id: &SlaPolicyId| {
            let clients = customers.clients.iter().take(PREMIUM);
            clients.map(|client| (client.client_id.clone(), id.clone())).collect()
        };
        let rules =
            CloseRules { required_fields: vec![Field::Category, Field::Assignee], ..CloseRules::default() };
        let pausing = desks.statuses.iter().filter(|status| PAUSING.contains(&&*status.name));
        let agreements = Agreements {
            of_clients: ids.get(1).map(premium).unwrap_or_default(),
            of_boards: ids.get(2).map(of_board).unwrap_or_default(),
            pausing: pausing.map(|status| status.status_id.clone()).collect(),
            close_rules: installations.into_iter().map(|board| (board, rules.clone())).collect(),
            hours: vec![hours],
            policies,
        };
        Self { agreements, terms }
    }

    /// Gives a ticket the clocks of its promise. It is due around `due`; what its target does not explain, it waited.
    pub(super) fn wind(&self, ticket: &mut Ticket, due: Timestamp, now: Timestamp) {
        let Some(terms) = self.terms_of(ticket) else { return };
        let (Some(entered), Some(priority)) = (ticket.entered_at, &ticket.priority_id) else { return };
        let target = terms.targets.get(priority).copied().unwrap_or_default();
        let (Some(response), Some(resolution)) = (target.response, target.resolution) else { return };
        let at = |minutes| terms.calendar.after(entered, SignedDuration::from_mins(minutes));
        let mut waited = (terms.calendar.between(entered, due).as_mins() - resolution).max(0);
        if due > now && at(resolution + waited) <= Some(now) {
            // Nobody works until then: what is not late stays so, and is due when work begins.
            waited += 1;
        }
        ticket.sla_policy_id = Some(terms.policy.clone());
        ticket.sla_started_at = Some(entered);
        ticket.sla_total_pause_minutes = waited;
        ticket.sla_response_due_at = at(response);
        ticket.sla_resolution_due_at = at(resolution + waited);
        if ticket.assigned_to.is_some() {
            // Whoever has the shorter number was quicker; one in seven was too slow.
            let quick =
                i64::try_from(ticket.ticket_number.len() + ticket.title.len() % 7).unwrap_or_default();
            let latest = ticket.closed_at.unwrap_or(now);
            ticket.sla_response_at =
                at(response * quick / 11).map(|answered| answered.min(latest).max(entered));
            ticket.sla_response_met = ticket.sla_response_at.map(|at| Some(at) <= ticket.sla_response_due_at);
        }
        ticket.sla_resolution_at = ticket.closed_at;
        ticket.sla_resolution_met = ticket.closed_at.map(|at| Some(at) <= ticket.sla_resolution_due_at);
        let stands = ticket.status_id.as_ref().is_some_and(|id| self.agreements.pausing.contains(id));
        if !ticket.status_is_closed && (stands || ticket.response_state.is_some()) {
            ticket.sla_paused_at = Some(entered.max(now - SignedDuration::from_mins(resolution / 2)));
        }
    }

    fn terms_of(&self, ticket: &Ticket) -> Option<&Terms> {
        let agreed = &self.agreements;
        let of_client =
            agreed.of_clients.iter().find(|(client, _)| Some(client) == ticket.client_id.as_ref());
        let of_board = agreed.of_boards.iter().find(|(board, _)| Some(board) == ticket.board_id.as_ref());
        let policy = of_client.map(|(_, id)| id).or(of_board.map(|(_, id)| id));
        let is_it = |terms: &&Terms| policy.is_some_and(|policy| terms.policy == *policy);
        self.terms.iter().find(is_it).or(self.terms.first())
    }
}

/// The hours of the standard for each level, each of so many minutes.
fn targets(desks: &Desks, per_hour: i64) -> Vec<(callboard_model::PriorityId, Target)> {
    let of_level = |level: Option<i64>| {
        let minutes = itil::resolution_hours(level?)? * per_hour;
        Some(Target { response: Some(minutes / RESPONSE_PART), resolution: Some(minutes) })
    };
    let priorities = desks.priorities.iter();
    priorities.filter_map(|one| Some((one.priority.priority_id.clone(), of_level(one.level)?))).collect()
}

fn terms(policy: &Policy, hours: &BusinessHours) -> Terms {
    let holidays = hours.holidays.iter().map(|(day, _)| *day).collect();
    let week =
        policy.hours.as_ref().and_then(|_| WorkingWeek::new(&hours.zone, &hours.shifts, holidays).ok());
    Terms {
        policy: policy.id.clone(),
        calendar: week.map_or(Calendar::Always, |week| Calendar::Week(Box::new(week))),
        targets: policy.targets.iter().cloned().collect(),
    }
}

fn office_hours(dice: &mut Dice) -> BusinessHours {
    let shifts = OFFICE_DAYS.into_iter().map(|day| Shift { day, opens: 8 * 60, closes: 18 * 60 }).collect();
    let holidays = [
        (date(2026, 12, 25), "Christmas Day"),
        (date(2026, 12, 28), "Boxing Day (substitute)"),
        (date(2027, 1, 1), "New Year's Day"),
        (date(2027, 3, 26), "Good Friday"),
        (date(2027, 3, 29), "Easter Monday"),
        (date(2027, 5, 3), "Early May bank holiday"),
        (date(2027, 5, 31), "Spring bank holiday"),
        (date(2027, 8, 30), "Summer bank holiday"),
    ];
    BusinessHours {
        id: dice.id(),
        name: "Office hours".to_owned(),
        zone: "Europe/London".to_owned(),
        shifts,
        holidays: holidays.map(|(day, name)| (day, name.to_owned())).into(),
    }
}
