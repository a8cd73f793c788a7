//! The rules that the program comes with.
//!
//! **Invariant:** a table and nothing else; what it means is in [`policy`](super::policy).

use crate::bridge::AlertKind::{
    AssignedToMe, AssignedToTeam, ColleagueCommented, Conflict, CustomerReplied, EditRefused, LinkBack,
    LinkLost, NewTicket, PriorityChanged, Reassigned, SignInNeeded, SlaBreached, SlaWarning, StatusChanged,
    TakenFromMe,
};
use crate::bridge::Relation::{Mine, MyTeam, Unassigned, Watched};
use crate::bridge::SoundClass::{Critical, Mine as OfMine, New, Sla};
use crate::bridge::ToastLevel::{Normal, Quiet, Urgent};
use crate::bridge::WhenLooking::{Anywhere, NotAtTicket};
use crate::bridge::{
    AlertKind, AlertRule, AlertSettings, Relation, Response, SoundClass, ToastLevel, WhenLooking,
};

/// How many minutes before a target the warning comes.
const WARN_MINUTES: u16 = 15;

/// What, on whose ticket, looking where: toast, sound, badge, attention, repeats.
type Line = (AlertKind, Option<Relation>, WhenLooking, ToastLevel, Option<SoundClass>, bool, bool, bool);

#[rustfmt::skip]
const LINES: &[Line] = &[
    // what                relation          looking      toast   sound           badge  attention repeats
    (NewTicket,            Some(Unassigned), Anywhere,    Normal, Some(New),      true,  false, false),
    (AssignedToMe,         None,             Anywhere,    Normal, Some(OfMine),   true,  false, false),
    (AssignedToTeam,       None,             Anywhere,    Quiet,  None,           false, false, false),
    (TakenFromMe,          None,             NotAtTicket, Quiet,  None,           false, false, false),
    (Reassigned,           Some(Watched),    NotAtTicket, Quiet,  None,           false, false, false),
    (StatusChanged,        Some(Mine),       NotAtTicket, Quiet,  None,           false, false, false),
    (StatusChanged,        Some(Watched),    NotAtTicket, Quiet,  None,           false, false, false),
    (PriorityChanged,      Some(Mine),       NotAtTicket, Quiet,  None,           false, false, false),
    (PriorityChanged,      Some(Watched),    NotAtTicket, Quiet,  None,           false, false, false),
    (CustomerReplied,      Some(Mine),       Anywhere,    Normal, Some(OfMine),   true,  false, false),
    (CustomerReplied,      Some(Unassigned), Anywhere,    Normal, Some(OfMine),   true,  false, false),
    (ColleagueCommented,   Some(Mine),       NotAtTicket, Quiet,  None,           false, false, false),
    (ColleagueCommented,   Some(Watched),    NotAtTicket, Quiet,  None,           false, false, false),
    (SlaWarning,           Some(Mine),       Anywhere,    Normal, Some(Sla),      true,  false, false),
    (SlaWarning,           Some(MyTeam),     Anywhere,    Normal, Some(Sla),      true,  false, false),
    (SlaBreached,          None,             Anywhere,    Urgent, Some(Critical), true,  true,  true),
    (Conflict,             None,             Anywhere,    Urgent, Some(OfMine),   true,  true,  false),
    (EditRefused,          None,             Anywhere,    Normal, None,           true,  false, false),
    (SignInNeeded,         None,             Anywhere,    Normal, None,           false, true,  false),
    (LinkLost,             None,             Anywhere,    Quiet,  None,           false, false, false),
    (LinkBack,             None,             Anywhere,    Quiet,  None,           false, false, false),
];

impl Default for AlertSettings {
    fn default() -> Self {
        let rule = |&(kind, relation, looking, toast, sound, badge, attention, repeats): &Line| {
            let response = Response { toast, sound, badge, attention, repeats };
            AlertRule { kind, relation, at_least: None, looking, response }
        };
        Self {
            rules: LINES.iter().map(rule).collect(),
            quiet: None,
            critical_passes: true,
            follow_do_not_disturb: true,
            warn_minutes: WARN_MINUTES,
            teams: Vec::new(),
            watched: Vec::new(),
        }
    }
}
