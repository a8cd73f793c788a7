//! What is done about a fact: one pure function of the rules, the fact and the situation (CO-16).
//!
//! ```text
//! one's own? ─▶ nothing
//! no rule holds? ─▶ nothing
//! quiet hours, pause, do-not-disturb? ─▶ only the badge, unless it is critical and may pass
//! looking at the very ticket? ─▶ at most a sound: it is read as it happens
//! else ─▶ what the rule says
//! ```
//!
//! **Invariant:** no state, no clock; storms are dealt with after this, by others.

use crate::bridge::{
    AlertFact, AlertRule, AlertSettings, Looking, Pause, QuietHours, RULES_MAX, Reason, Severity, TEAMS_MAX,
    ToastLevel, Verdict, WARNING_MAX, WATCHED_MAX, WhenLooking,
};
use crate::bridge::{DAY_MINUTES, Whose};

/// What is so when a fact is decided upon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Situation {
    /// Where the person looks.
    pub looking: Looking,
    /// The minute of the day by local time.
    pub minute: u16,
    /// The pause that runs.
    pub pause: Option<Pause>,
    /// Whether the machine is not to disturb.
    pub do_not_disturb: bool,
}

impl Verdict {
    /// Nothing is done.
    #[must_use]
    pub fn silent(reason: Reason) -> Self {
        let toast = ToastLevel::None;
        Self { toast, sound: None, badge: false, attention: false, repeats: false, reason }
    }

    /// Whether anything is seen or heard of it outside the list.
    #[must_use]
    pub fn calls(&self) -> bool {
        self.toast != ToastLevel::None || self.sound.is_some() || self.attention
    }
}

/// Decides what is done about a fact.
#[must_use]
pub fn decide(settings: &AlertSettings, fact: &AlertFact, situation: &Situation) -> Verdict {
    if fact.whose == Whose::Own {
        return Verdict::silent(Reason::YourOwn);
    }
    let mut about_it = settings.rules.iter().filter(|rule| is_about(rule, fact)).peekable();
    let is_spoken_of = about_it.peek().is_some();
    let Some(rule) = about_it.find(|rule| may_speak(rule.looking, situation.looking)) else {
        return Verdict::silent(match situation.looking {
            Looking::AtTicket if is_spoken_of => Reason::LookingAtIt,
            _ if is_spoken_of => Reason::LookingHere,
            _ => Reason::NoRule,
        });
    };
    let response = rule.response;
    let is_read = situation.looking == Looking::AtTicket;
    let badge = response.badge && !is_read;
    let passes = settings.critical_passes
        && fact.severity == Severity::Critical
        && response.toast >= ToastLevel::Normal;
    match hush(settings, situation).filter(|_| !passes) {
        Some(reason) => Verdict { badge, ..Verdict::silent(reason) },
        None => Verdict {
            toast: if is_read { ToastLevel::None } else { response.toast },
            sound: response.sound,
            badge,
            attention: response.attention && situation.looking == Looking::Elsewhere,
            repeats: response.repeats && response.sound.is_some() && !is_read,
            reason: if is_read { Reason::LookingAtIt } else { Reason::Rule },
        },
    }
}

fn is_about(rule: &AlertRule, fact: &AlertFact) -> bool {
    rule.kind == fact.kind
        && rule.relation.is_none_or(|relation| fact.relations.contains(&relation))
        // The most pressing severity is the least of them.
        && rule.at_least.is_none_or(|at_least| fact.severity <= at_least)
}

fn may_speak(when: WhenLooking, looking: Looking) -> bool {
    match when {
        WhenLooking::Anywhere => true,
        WhenLooking::NotAtTicket => looking != Looking::AtTicket,
        WhenLooking::NotAtProgram => looking == Looking::Elsewhere,
    }
}

/// Why nothing may call now.
fn hush(settings: &AlertSettings, situation: &Situation) -> Option<Reason> {
    if let Some(pause) = situation.pause {
        return Some(Reason::Paused { until: pause.until });
    }
    if let Some(quiet) = settings.quiet.filter(|quiet| quiet.holds(situation.minute)) {
        return Some(Reason::QuietHours { until: quiet.to });
    }
    (settings.follow_do_not_disturb && situation.do_not_disturb).then_some(Reason::DoNotDisturb)
}

impl QuietHours {
    /// Whether a minute of the day is one of them.
    #[must_use]
    pub fn holds(self, minute: u16) -> bool {
        if self.from <= self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        }
    }
}

impl AlertSettings {
    /// As they are taken: no longer lists than there may be, no minute that no day has.
    #[must_use]
    pub fn within_limits(mut self) -> Self {
        self.rules.truncate(RULES_MAX);
        self.teams.truncate(TEAMS_MAX);
        self.watched.truncate(WATCHED_MAX);
        self.warn_minutes = self.warn_minutes.clamp(1, WARNING_MAX);
        self.quiet =
            self.quiet.map(|quiet| QuietHours { from: quiet.from % DAY_MINUTES, to: quiet.to % DAY_MINUTES });
        self
    }
}

#[cfg(test)]
mod tests;
