//! The words of toasts. They leave the program, so they are whole sentences that need no screen beside them.
//!
//! **Invariant:** plain text; a title or a name is quoted as it is, and cut where it is very long.

use std::sync::Arc;

use callboard_model::Field;

use super::digest::Digest;
use super::news::{Bundle, News, Panel};
use crate::bridge::{AlertKind, Relation, Severity, ToastAction, ToastButton};

/// The most characters of a title or a value.
const TEXT_MAX: usize = 120;

/// The most lines of a toast about one ticket.
const LINES_MAX: usize = 3;

/// A text that is not longer than a toast can take.
pub(crate) fn clipped(text: &str) -> Arc<str> {
    match text.char_indices().nth(TEXT_MAX) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()).into(),
        None => text.into(),
    }
}

/// The first line and the rest of a toast about one ticket, or about the program.
pub(super) fn bundle(bundle: &Bundle) -> (String, String) {
    let lead = bundle.judged.last().map(|judged| &judged.news);
    let title = match lead.and_then(|news| news.about.as_ref().map(|about| (about, news.fact.severity))) {
        Some((about, Severity::Critical)) => format!("Critical · {} {}", about.number, about.title),
        Some((about, _)) => format!("{} {}", about.number, about.title),
        None => match lead.map(|news| news.fact.kind) {
            Some(AlertKind::SignInNeeded) => "Sign-in needed".to_owned(),
            Some(AlertKind::LinkBack) => "Connected again".to_owned(),
            _ => "No connection".to_owned(),
        },
    };
    let mut lines: Vec<String> = Vec::new();
    for judged in &bundle.judged {
        let line = sentence(&judged.news);
        // Who writes the same field twice is told once, as it stands now.
        lines.retain(|told| *told != line);
        lines.push(line);
    }
    let hidden = lines.len().saturating_sub(LINES_MAX) + bundle.more as usize;
    lines.drain(..lines.len().saturating_sub(LINES_MAX));
    if hidden > 0 {
        lines.push(format!("And {hidden} more."));
    }
    (title, lines.join("\n"))
}

/// One thing that happened, as a sentence.
fn sentence(news: &News) -> String {
    let who = news.who.as_deref().unwrap_or("Somebody");
    let detail = news.detail.as_deref().filter(|detail| !detail.is_empty()).unwrap_or("nothing");
    match news.fact.kind {
        AlertKind::NewTicket if news.fact.relations.contains(&Relation::Unassigned) => {
            "New, and nobody's yet.".to_owned()
        }
        AlertKind::NewTicket => "A new ticket.".to_owned(),
        AlertKind::AssignedToMe => format!("{who} assigned it to you."),
        AlertKind::AssignedToTeam => format!("{who} gave it to your team."),
        AlertKind::TakenFromMe if news.detail.is_some() => format!("{who} gave it from you to {detail}."),
        AlertKind::TakenFromMe => format!("{who} took it from you."),
        AlertKind::Reassigned if news.detail.is_some() => format!("{who} assigned it to {detail}."),
        AlertKind::Reassigned => format!("{who} left it to nobody."),
        AlertKind::StatusChanged => format!("{who} set the status to {detail}."),
        AlertKind::PriorityChanged => format!("{who} set the priority to {detail}."),
        AlertKind::FieldsChanged => format!("{who} changed {}.", fields(&news.fields)),
        AlertKind::CustomerReplied => format!("{} replied.", news.who.as_deref().unwrap_or("The customer")),
        AlertKind::ColleagueCommented => format!("{who} commented."),
        AlertKind::SlaWarning => format!("Due in {detail}."),
        AlertKind::SlaBreached => "The target is past.".to_owned(),
        AlertKind::Conflict => conflict(news.panel.as_ref(), who),
        AlertKind::EditRefused => format!("Your change of {} was refused. {detail}", fields(&news.fields)),
        AlertKind::SignInNeeded => {
            "The server no longer accepts the key. What you edited is kept.".to_owned()
        }
        AlertKind::LinkLost => {
            "Nothing reaches us from the server. Editing goes on; what you change is kept and sent later."
                .to_owned()
        }
        AlertKind::LinkBack => "What was missed is here.".to_owned(),
    }
}

fn conflict(panel: Option<&Panel>, who: &str) -> String {
    let Some(panel) = panel else { return "Two values, one decision.".to_owned() };
    let Panel { field, mine_label, theirs_label, .. } = panel;
    let field = name(*field);
    format!("{who} set {field} to {theirs_label}; yours is {mine_label}.")
}

/// The buttons of a ticket's toast: with one decision to take, both ways of taking it, each with its value.
pub(super) fn buttons(panel: Option<&Panel>) -> Vec<ToastButton> {
    let open = ToastButton { action: ToastAction::Open, label: "Open".to_owned() };
    let Some(panel) = panel else { return vec![open] };
    let theirs = format!("Take theirs: {}", panel.theirs_label);
    let mine = format!("Keep yours: {}", panel.mine_label);
    vec![
        open,
        ToastButton { action: ToastAction::TakeTheirs, label: theirs },
        ToastButton { action: ToastAction::KeepYours, label: mine },
    ]
}

/// The first line and the rest of a summary.
pub(super) fn digest(digest: &Digest) -> (String, String) {
    let changes = counted(digest.changes, "change", "changes");
    let tickets = digest.tickets.len();
    let on = match tickets {
        0 => String::new(),
        1 => " on one ticket".to_owned(),
        many => format!(" on {many} tickets"),
    };
    let title = if digest.is_of_absence {
        format!("While you were away: {changes}{on}")
    } else if digest.newcomers == digest.changes {
        counted(digest.newcomers, "new ticket", "new tickets")
    } else {
        format!("{changes}{on}")
    };
    let mut lines = Vec::new();
    if digest.critical > 0 {
        lines.push(format!("{} of them on critical tickets.", digest.critical));
    }
    let hidden = tickets.saturating_sub(digest.named.len());
    let more = if hidden > 0 { format!(" and {hidden} more") } else { String::new() };
    if !digest.named.is_empty() {
        lines.push(format!("{}{more}", digest.named.join(", ")));
    }
    (title, lines.join("\n"))
}

fn counted(count: u32, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn fields(fields: &[Field]) -> String {
    match fields {
        [] => "it".to_owned(),
        [one] => name(*one).to_owned(),
        [most @ .., last] => {
            let most: Vec<&str> = most.iter().map(|field| name(*field)).collect();
            format!("{} and {}", most.join(", "), name(*last))
        }
    }
}

fn name(field: Field) -> &'static str {
    match field {
        Field::Title => "the title",
        Field::Status => "the status",
        Field::Priority => "the priority",
        Field::Assignee => "the assignee",
        Field::Team => "the team",
        Field::Board => "the board",
        Field::Category => "the category",
        Field::Subcategory => "the subcategory",
        Field::Client => "the client",
        Field::Contact => "the contact",
        Field::Location => "the place",
        Field::Impact => "the impact",
        Field::Urgency => "the urgency",
        Field::DueDate => "the due date",
        Field::ResponseState => "whose turn it is",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters_and_a_short_one_is_left_alone() {
        assert_eq!(&*clipped("Büro"), "Büro");
        let cut = clipped(&"ü".repeat(TEXT_MAX + 1));
        assert_eq!((cut.chars().count(), cut.ends_with('…')), (TEXT_MAX + 1, true));
        assert_eq!(clipped(&"ü".repeat(TEXT_MAX)).chars().count(), TEXT_MAX);
    }

    #[test]
    fn a_list_of_fields_reads_as_people_speak() {
        let spoken = |list: &[Field]| fields(list);
        assert_eq!(spoken(&[Field::Title]), "the title");
        assert_eq!(spoken(&[Field::Title, Field::Board, Field::Team]), "the title, the board and the team");
    }
}
