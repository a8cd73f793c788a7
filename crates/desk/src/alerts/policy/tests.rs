//! The default rules, exhaustively, and what holds them back (CO-16).

use super::*;
use crate::bridge::AlertKind;
use crate::bridge::Relation::{self, Mine, MyTeam, Other, Unassigned, Watched};
use crate::bridge::SoundClass;
use crate::bridge::ToastLevel::{Normal, Quiet, Urgent};

const RELATIONS: [Relation; 5] = [Mine, MyTeam, Unassigned, Watched, Other];
const LOOKS: [Looking; 3] = [Looking::AtTicket, Looking::AtProgram, Looking::Elsewhere];
const SEVERITIES: [Severity; 4] = [Severity::Critical, Severity::High, Severity::Normal, Severity::Low];

fn fact(kind: AlertKind, relation: Relation, severity: Severity) -> AlertFact {
    AlertFact { kind, relations: vec![relation], severity, whose: Whose::Others }
}

/// What the documentation promises of a fact, told anew and without looking at the table: toast, sound, badge and
/// attention, while the person looks elsewhere; and whether it is nothing while they look at the ticket.
fn promised(kind: AlertKind, relation: Relation) -> (ToastLevel, Option<SoundClass>, bool, bool, bool) {
    use AlertKind as K;
    let nothing = (ToastLevel::None, None, false, false, false);
    let quiet = (Quiet, None, false, false, true);
    let loud = |sound| (Normal, Some(sound), true, false, false);
    match (kind, relation) {
        (K::NewTicket, Unassigned) => loud(SoundClass::New),
        (K::AssignedToMe, _) | (K::CustomerReplied, Mine | Unassigned) => loud(SoundClass::Mine),
        (K::SlaWarning, Mine | MyTeam) => loud(SoundClass::Sla),
        (K::SlaBreached, _) => (Urgent, Some(SoundClass::Critical), true, true, false),
        (K::Conflict, _) => (Urgent, Some(SoundClass::Mine), true, true, false),
        (K::EditRefused, _) => (Normal, None, true, false, false),
        (K::SignInNeeded, _) => (Normal, None, false, true, false),
        (K::AssignedToTeam | K::LinkLost | K::LinkBack, _) => (Quiet, None, false, false, false),
        (K::TakenFromMe, _) | (K::Reassigned, Watched) => quiet,
        (K::StatusChanged | K::PriorityChanged | K::ColleagueCommented, Mine | Watched) => quiet,
        _ => nothing,
    }
}

/// CO-16: every kind, relation, severity and place to look, against what was promised.
#[test]
fn the_default_rules_are_those_that_were_promised() {
    let settings = AlertSettings::default();
    for kind in AlertKind::ALL {
        for (relation, severity) in
            RELATIONS.iter().flat_map(|relation| SEVERITIES.map(|severity| (*relation, severity)))
        {
            for looking in LOOKS {
                let situation = Situation { looking, ..Situation::default() };
                let verdict = decide(&settings, &fact(kind, relation, severity), &situation);
                let (toast, sound, badge, attention, hides) = promised(kind, relation);
                let is_read = looking == Looking::AtTicket;
                let wanted = if is_read {
                    (ToastLevel::None, sound.filter(|_| !hides), false, false)
                } else {
                    (toast, sound, badge, attention && looking == Looking::Elsewhere)
                };
                let got = (verdict.toast, verdict.sound, verdict.badge, verdict.attention);
                assert_eq!(got, wanted, "{kind:?} on {relation:?}, {severity:?}, {looking:?}");
                let is_spoken_of = toast != ToastLevel::None;
                let reason = match (is_spoken_of, is_read) {
                    (false, _) => Reason::NoRule,
                    (true, true) => Reason::LookingAtIt,
                    (true, false) => Reason::Rule,
                };
                assert_eq!(verdict.reason, reason, "{kind:?} on {relation:?}, {looking:?}");
                let repeats = kind == AlertKind::SlaBreached && !is_read;
                assert_eq!(verdict.repeats, repeats, "{kind:?}, {looking:?}");
            }
        }
    }
}

/// CO-16: whatever the rules say, and however pressing it is.
#[test]
fn what_the_person_did_never_calls_them() {
    let settings = AlertSettings::default();
    for kind in AlertKind::ALL {
        for relation in RELATIONS {
            let own = AlertFact { whose: Whose::Own, ..fact(kind, relation, Severity::Critical) };
            let verdict = decide(&settings, &own, &Situation::default());
            assert_eq!(verdict, Verdict::silent(Reason::YourOwn));
        }
    }
}

#[test]
fn a_ticket_that_is_several_things_is_judged_by_the_first_rule_that_holds() {
    let both = AlertFact {
        relations: vec![Unassigned, Watched],
        ..fact(AlertKind::CustomerReplied, Other, Severity::Low)
    };
    let verdict = decide(&AlertSettings::default(), &both, &Situation::default());
    assert_eq!((verdict.toast, verdict.sound), (Normal, Some(SoundClass::Mine)));
}

#[test]
fn a_rule_for_pressing_tickets_passes_over_the_others() {
    let mut settings = AlertSettings::default();
    let rule = settings.rules[0];
    settings.rules = vec![AlertRule { at_least: Some(Severity::High), ..rule }];
    let toast = |severity| {
        decide(&settings, &fact(AlertKind::NewTicket, Unassigned, severity), &Situation::default()).toast
    };
    assert_eq!(SEVERITIES.map(toast), [Normal, Normal, ToastLevel::None, ToastLevel::None]);
}

#[test]
fn a_rule_for_elsewhere_is_silent_while_the_program_is_looked_at_and_says_so() {
    let mut settings = AlertSettings::default();
    let rule = settings.rules[0];
    settings.rules = vec![AlertRule { looking: WhenLooking::NotAtProgram, ..rule }];
    let news = fact(AlertKind::NewTicket, Unassigned, Severity::Normal);
    let at = |looking| decide(&settings, &news, &Situation { looking, ..Situation::default() });
    assert_eq!(at(Looking::AtProgram), Verdict::silent(Reason::LookingHere));
    assert_eq!(at(Looking::Elsewhere).toast, Normal);
}

/// CO-16: what is held back still counts as unread, and what is critical passes where that is chosen.
#[test]
fn quiet_hours_a_pause_and_do_not_disturb_hold_back_all_but_the_badge() {
    let quiet = Some(QuietHours { from: 22 * 60, to: 7 * 60 });
    let settings = AlertSettings { quiet, ..AlertSettings::default() };
    let day = Situation { minute: 12 * 60, ..Situation::default() };
    let cases = [
        (Situation { minute: 3 * 60, ..day }, Reason::QuietHours { until: 7 * 60 }),
        (Situation { pause: Some(Pause { until: Some(5) }), ..day }, Reason::Paused { until: Some(5) }),
        (Situation { do_not_disturb: true, ..day }, Reason::DoNotDisturb),
    ];
    for (situation, reason) in cases {
        let tell = |settings: &AlertSettings, severity| {
            decide(settings, &fact(AlertKind::AssignedToMe, Mine, severity), &situation)
        };
        assert_eq!(tell(&settings, Severity::High), Verdict { badge: true, ..Verdict::silent(reason) });
        assert_eq!(tell(&settings, Severity::Critical).toast, Normal, "{reason:?}");
        let strict = AlertSettings { critical_passes: false, ..settings.clone() };
        assert_eq!(tell(&strict, Severity::Critical).reason, reason);
        let chatter = fact(AlertKind::StatusChanged, Mine, Severity::Critical);
        assert_eq!(decide(&settings, &chatter, &situation).reason, reason, "no toast that does not insist");
    }
    let deaf = AlertSettings { follow_do_not_disturb: false, ..settings };
    let situation = Situation { do_not_disturb: true, ..day };
    let told = decide(&deaf, &fact(AlertKind::AssignedToMe, Mine, Severity::Low), &situation);
    assert_eq!(told.reason, Reason::Rule);
}

/// CO-16.
#[test]
fn quiet_hours_span_midnight_and_end_with_their_last_minute() {
    let night = QuietHours { from: 22 * 60, to: 7 * 60 };
    let held: Vec<u16> = (0..DAY_MINUTES).filter(|minute| night.holds(*minute)).collect();
    assert_eq!(held.len(), 9 * 60);
    let at = [21 * 60 + 59, 22 * 60, 0, 6 * 60 + 59, 7 * 60].map(|minute| night.holds(minute));
    assert_eq!(at, [false, true, true, true, false]);
    let lunch = QuietHours { from: 12 * 60, to: 13 * 60 };
    assert_eq!((0..DAY_MINUTES).filter(|minute| lunch.holds(*minute)).count(), 60);
    let none = QuietHours { from: 60, to: 60 };
    assert!((0..DAY_MINUTES).all(|minute| !none.holds(minute)));
}

#[test]
fn settings_beyond_their_limits_are_taken_as_far_as_they_go() {
    let wild = AlertSettings {
        rules: vec![AlertSettings::default().rules[0]; RULES_MAX + 1],
        quiet: Some(QuietHours { from: DAY_MINUTES + 60, to: u16::MAX }),
        warn_minutes: 0,
        teams: vec!["team".into(); TEAMS_MAX + 1],
        watched: vec!["t".into(); WATCHED_MAX + 1],
        ..AlertSettings::default()
    };
    let tame = wild.within_limits();
    assert_eq!((tame.rules.len(), tame.teams.len(), tame.watched.len()), (RULES_MAX, TEAMS_MAX, WATCHED_MAX));
    assert_eq!((tame.warn_minutes, tame.quiet.map(|quiet| quiet.from)), (1, Some(60)));
    assert_eq!(tame.clone().within_limits(), tame);
}
