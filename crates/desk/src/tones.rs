//! How a status and a priority are drawn, from their names and their order.
//!
//! A tenant names its statuses and priorities as it likes; the words below are the ones that people use for them.
//!
//! **Invariant:** only looks are decided here; no rule of business hangs on a word.

use callboard_model::rest::{Priority, Status};

use crate::bridge::{Severity, Tone};

const TONES: &[(&str, Tone)] = &[
    ("not ", Tone::Work),
    ("route", Tone::Moving),
    ("dispatch", Tone::Moving),
    ("travel", Tone::Moving),
    ("site", Tone::Good),
    ("resolved", Tone::Good),
    ("done", Tone::Good),
    ("complete", Tone::Good),
    ("mitigated", Tone::Good),
    ("wait", Tone::Quiet),
    ("hold", Tone::Quiet),
    ("pending", Tone::Quiet),
    ("schedul", Tone::Quiet),
    ("planned", Tone::Quiet),
    ("backlog", Tone::Quiet),
    ("blocked", Tone::Quiet),
    ("monitor", Tone::Quiet),
    ("closed", Tone::Quiet),
    ("cancel", Tone::Quiet),
];

const SEVERITIES: &[(&str, Severity)] = &[
    ("critical", Severity::Critical),
    ("urgent", Severity::Critical),
    ("emergency", Severity::Critical),
    ("p1", Severity::Critical),
    ("high", Severity::High),
    ("p2", Severity::High),
    ("medium", Severity::Normal),
    ("normal", Severity::Normal),
    ("p3", Severity::Normal),
    ("low", Severity::Low),
    ("planning", Severity::Low),
    ("p4", Severity::Low),
];

/// The tone of a status.
pub(crate) fn tone(status: &Status) -> Tone {
    let otherwise = if status.is_closed { Tone::Quiet } else { Tone::Work };
    tone_of_name(&status.name).unwrap_or(otherwise)
}

/// The tone of a status of which only the name is known.
pub(crate) fn tone_of_name(name: &str) -> Option<Tone> {
    find(TONES, name)
}

/// How pressing a priority is: by its name, else by its place.
pub(crate) fn severity(priority: &Priority) -> Severity {
    severity_of_name(&priority.priority_name).unwrap_or(match priority.order_number {
        1 => Severity::Critical,
        2 => Severity::High,
        4.. => Severity::Low,
        _ => Severity::Normal,
    })
}

/// How pressing a priority is of which only the name is known.
pub(crate) fn severity_of_name(name: &str) -> Option<Severity> {
    find(SEVERITIES, name)
}

fn find<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    let name = name.to_lowercase();
    table.iter().find(|(word, _)| name.contains(word)).map(|(_, found)| *found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_names_are_drawn_as_people_expect() {
        let status = |name: &str, is_closed| {
            tone(&Status {
                status_id: name.into(),
                board_id: "b".into(),
                name: name.into(),
                is_closed,
                is_default: false,
                order_number: 0,
            })
        };
        assert_eq!(status("In progress", false), Tone::Work);
        assert_eq!(status("En route", false), Tone::Moving);
        assert_eq!(status("On site", false), Tone::Good);
        assert_eq!(status("Waiting for client", false), Tone::Quiet);
        assert_eq!(status("Backlog", false), Tone::Quiet);
        assert_eq!(status("Archived", true), Tone::Quiet);
        let priority = |name: &str, order_number| {
            severity(&Priority {
                priority_id: name.into(),
                priority_name: name.into(),
                order_number,
                color: None,
            })
        };
        assert_eq!(priority("P1 - Critical", 9), Severity::Critical);
        assert_eq!(priority("Blue", 2), Severity::High);
        assert_eq!(priority("Blue", 0), Severity::Normal);
    }
}
