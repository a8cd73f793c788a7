//! `callboard://ticket/<id>`: a ticket, from wherever somebody found it (CO-22).
//!
//! **Invariant:** a link can show a ticket and do nothing else; whatever else it says is not heard.

use callboard_desk::bridge::TicketId;

/// How a link to a ticket begins.
const TICKET: &str = "callboard://ticket/";

/// The longest id.
const ID_CHARS_MAX: usize = 128;

/// The ticket that a link leads to.
pub(crate) fn ticket(link: &str) -> Option<TicketId> {
    let id = link.trim().strip_prefix(TICKET)?.trim_end_matches('/');
    let is_plain = |one: char| one.is_ascii_alphanumeric() || matches!(one, '-' | '_');
    ((1..=ID_CHARS_MAX).contains(&id.len()) && id.chars().all(is_plain)).then(|| id.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CO-22, CO-23
    #[test]
    fn a_link_leads_to_a_ticket_or_nowhere() {
        for fine in ["callboard://ticket/6f1d8a52-3c7e", "callboard://ticket/6f1d8a52-3c7e/\n"] {
            assert_eq!(ticket(fine), Some("6f1d8a52-3c7e".into()), "{fine:?}");
        }
        let long = format!("{TICKET}{}", "a".repeat(ID_CHARS_MAX + 1));
        for bad in [
            "",
            "callboard://ticket/",
            "callboard://ticket/a/b",
            "callboard://ticket/..%2f",
            "callboard://settings/x",
            "https://ticket/a",
            "callboard://ticket/a?do=x",
            "callboard://ticket/<b>",
            &long,
        ] {
            assert_eq!(ticket(bad), None, "{bad:?}");
        }
    }
}
