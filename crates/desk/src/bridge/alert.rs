//! What may call the person, what they chose about it, and what was decided.
//!
//! **Invariant:** nothing here says what an alert looks or sounds like; that is the machine's and the window's.

use std::sync::Arc;

use callboard_model::{TeamId, TicketId};
use serde::{Deserialize, Serialize};

use super::look::Severity;

/// The most lines of a table of rules; further ones are not taken.
pub const RULES_MAX: usize = 100;

/// The most tickets that a person may watch; further ones are not taken.
pub const WATCHED_MAX: usize = 1_000;

/// The most teams that a person may call theirs; further ones are not taken.
pub const TEAMS_MAX: usize = 64;

/// The longest warning before a target, in minutes.
pub const WARNING_MAX: u16 = 24 * 60;

/// The minutes of a day.
pub const DAY_MINUTES: u16 = 24 * 60;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum AlertKind {
    /// A ticket that was not there before.
    NewTicket,
    /// A ticket is ours to do now.
    AssignedToMe,
    /// A ticket is our team's now.
    AssignedToTeam,
    /// A ticket was ours and is not any more.
    TakenFromMe,
    /// A ticket went from one to another, neither of them us.
    Reassigned,
    /// Another status.
    StatusChanged,
    /// Another priority.
    PriorityChanged,
    /// Something else of a ticket changed.
    FieldsChanged,
    /// The customer said something: it is our turn.
    CustomerReplied,
    /// A colleague said something.
    ColleagueCommented,
    /// The target is close.
    SlaWarning,
    /// The target is past.
    SlaBreached,
    /// Two values, one decision.
    Conflict,
    /// An edit of ours was refused.
    EditRefused,
    /// The server does not accept our key.
    SignInNeeded,
    /// Nothing has reached us from the server for a while.
    LinkLost,
    /// It does again.
    LinkBack,
}

impl AlertKind {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::NewTicket,
        Self::AssignedToMe,
        Self::AssignedToTeam,
        Self::TakenFromMe,
        Self::Reassigned,
        Self::StatusChanged,
        Self::PriorityChanged,
        Self::FieldsChanged,
        Self::CustomerReplied,
        Self::ColleagueCommented,
        Self::SlaWarning,
        Self::SlaBreached,
        Self::Conflict,
        Self::EditRefused,
        Self::SignInNeeded,
        Self::LinkLost,
        Self::LinkBack,
    ];
}

/// How a ticket stands to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Relation {
    /// It is theirs to do.
    Mine,
    /// It is one of their teams' to do.
    MyTeam,
    /// It is nobody's.
    Unassigned,
    /// They watch it.
    Watched,
    /// None of these.
    Other,
}

/// Whose doing it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Whose {
    /// The person's own, here or on another device.
    Own,
    /// Somebody else's.
    Others,
    /// Nobody's: a clock, a link, a server.
    Nobodys,
}

/// One thing that may call the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlertFact {
    /// What.
    pub kind: AlertKind,
    /// How its ticket stands to the person; empty where it is about no ticket.
    pub relations: Vec<Relation>,
    /// How pressing its ticket is.
    pub severity: Severity,
    /// Whose doing it was.
    pub whose: Whose,
}

/// Where the person looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Looking {
    /// At that very ticket, in a window that has the focus.
    AtTicket,
    /// At the program, but not at that ticket.
    AtProgram,
    /// Elsewhere.
    #[default]
    Elsewhere,
}

/// Where the person has to look for a rule to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum WhenLooking {
    /// Anywhere.
    #[default]
    Anywhere,
    /// Not at the ticket.
    NotAtTicket,
    /// Not at the program.
    NotAtProgram,
}

/// How loudly a toast asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ToastLevel {
    /// There is none.
    #[default]
    None,
    /// It does not insist.
    Quiet,
    /// As toasts are.
    Normal,
    /// It stays until it is seen, where the machine can do that.
    Urgent,
}

/// A class of sounds, the most pressing last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum SoundClass {
    /// A new ticket that is nobody's.
    New,
    /// Something of mine changed.
    Mine,
    /// A target is close.
    Sla,
    /// A target is past.
    Critical,
}

/// What a rule has the program do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Response {
    /// A toast of the machine.
    pub toast: ToastLevel,
    /// A sound.
    pub sound: Option<SoundClass>,
    /// It counts as unread until the ticket is opened.
    pub badge: bool,
    /// The window asks to be looked at.
    pub attention: bool,
    /// The sound comes again until the ticket is read, or for a few minutes.
    pub repeats: bool,
}

/// One line of the table: the first that holds decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlertRule {
    /// What has to have happened.
    pub kind: AlertKind,
    /// How the ticket has to stand to the person; `None`: however.
    pub relation: Option<Relation>,
    /// How pressing it has to be at least; `None`: however.
    pub at_least: Option<Severity>,
    /// Where the person has to look.
    pub looking: WhenLooking,
    /// What is done then.
    pub response: Response,
}

/// The hours of every day in which nothing calls; from 22:00 to 7:00 spans midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuietHours {
    /// The first minute of them, counted from midnight by the machine's local time.
    pub from: u16,
    /// The first minute after them. The same as `from`: there are none.
    pub to: u16,
}

/// Nothing calls for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pause {
    /// Until when, in milliseconds of the Unix epoch by this machine's clock; `None`: until it is ended by hand.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub until: Option<i64>,
}

/// For how long alerts are to pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum PauseFor {
    /// So many minutes, at least one.
    Minutes {
        /// How many.
        minutes: u16,
    },
    /// Until that moment, in milliseconds of the Unix epoch.
    Until {
        /// When.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        at: i64,
    },
    /// Until it is ended by hand.
    Open,
    /// Not at all: alerts call again.
    Over,
}

/// All that a person chose about alerts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlertSettings {
    /// The table; at most [`RULES_MAX`] lines.
    pub rules: Vec<AlertRule>,
    /// When nothing calls.
    pub quiet: Option<QuietHours>,
    /// Whether critical tickets call all the same: in quiet hours, in a pause, and while the machine is not to disturb.
    pub critical_passes: bool,
    /// Whether the machine's own do-not-disturb holds here too.
    pub follow_do_not_disturb: bool,
    /// How many minutes before a target the warning comes, 1 to [`WARNING_MAX`].
    pub warn_minutes: u16,
    /// The teams that the person calls theirs; at most [`TEAMS_MAX`]. The server does not tell who is in which.
    #[cfg_attr(feature = "ts", ts(type = "string[]"))]
    pub teams: Vec<TeamId>,
    /// The tickets that the person watches, oldest first; at most [`WATCHED_MAX`].
    #[cfg_attr(feature = "ts", ts(type = "string[]"))]
    pub watched: Vec<TicketId>,
}

/// What a window shows of the settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AlertsView {
    /// What is chosen.
    pub settings: AlertSettings,
    /// What "reset" would choose.
    pub defaults: AlertSettings,
    /// The pause that runs.
    pub pause: Option<Pause>,
    /// Why it could not be written to disk as it is; `None`: it outlives the program.
    #[cfg_attr(feature = "ts", ts(type = "string | null"))]
    pub not_kept: Option<Arc<str>>,
}

/// Why it was decided so. The words for it are the window's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Reason {
    /// A rule says so.
    Rule,
    /// No rule speaks of it.
    NoRule,
    /// It was the person's own doing.
    YourOwn,
    /// The person was looking at the ticket, so it was read as it happened.
    LookingAtIt,
    /// A rule speaks of it, but only while the person looks elsewhere.
    LookingHere,
    /// Held back: quiet hours.
    QuietHours {
        /// The minute of the day at which they end.
        until: u16,
    },
    /// Held back: alerts pause.
    Paused {
        /// Until when, in milliseconds of the Unix epoch; `None`: until ended by hand.
        #[cfg_attr(feature = "ts", ts(type = "number | null"))]
        until: Option<i64>,
    },
    /// Held back: the machine is not to disturb.
    DoNotDisturb,
    /// Gathered with others of the same ticket into one.
    Gathered {
        /// How many others.
        others: u32,
    },
    /// Too many at once: it went into the summary.
    InSummary,
    /// It happened while nothing reached us, and went into the one summary of that time.
    WhileAway,
    /// The ticket was read, or what it asked was settled, before the toast was due.
    ReadFirst,
    /// The program ended before the toast was due.
    Ended,
}

/// What was decided about a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// The toast.
    pub toast: ToastLevel,
    /// The sound.
    pub sound: Option<SoundClass>,
    /// Whether it counts as unread.
    pub badge: bool,
    /// Whether the window asks to be looked at.
    pub attention: bool,
    /// Whether the sound comes again until it is read.
    pub repeats: bool,
    /// Why.
    pub reason: Reason,
}
