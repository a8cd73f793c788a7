//! The way of a piece of news: decided upon, gathered, told or summed up, and written down.
//!
//! **Invariant:** whatever comes in is written down once, when its fate is known.

use std::time::Duration;

use callboard_model::TicketId;

use super::away::{Away, Missed, SLEPT_MS, Told};
use super::digest::Next;
use super::news::{Bundle, Judged, News, Now};
use super::policy::decide;
use super::{ATTENTION_GAP, Alerts, Deed, GATHERED_FOR, LINK_LOST_AFTER, SUMMARY_LIVES};
use crate::bridge::{
    ActivityEntry, AlertFact, AlertKind, Looking, Reason, Severity, Signal, SoundClass, ToastId, ToastLevel,
    Verdict, Whose,
};

impl Alerts {
    /// Something happened.
    pub(crate) fn hear(&mut self, news: News, now: &Now) {
        let verdict = decide(&self.settings, &news.fact, &self.situation(news.ticket(), now));
        if verdict.badge
            && let Some((unread, gone)) = self.unread.add(&news, now.wall)
        {
            self.deeds.extend(gone.map(Deed::Drop));
            self.deeds.push(Deed::Keep(unread));
        }
        let judged = Judged { at: now.wall, news, verdict };
        if !verdict.calls() {
            return self.record(judged, verdict.reason, now);
        }
        match self.away.as_mut().filter(|_| judged.news.is_of_the_world()) {
            Some(away) => {
                away.hold(judged);
                let overflow = away.overflow();
                self.record_all(overflow, Reason::WhileAway, now);
            }
            None => self.gather(judged, now),
        }
    }

    fn gather(&mut self, judged: Judged, now: &Now) {
        let new = || Bundle { due: now.uptime + GATHERED_FOR, judged: Vec::new(), more: 0 };
        let bundle = self.gathering.entry(judged.news.toast()).or_insert_with(new);
        let others = bundle.count();
        if let Some(excess) = bundle.add(judged) {
            self.record(excess, Reason::Gathered { others }, now);
        }
    }

    /// Time passed, or something happened: whatever is due is told.
    pub(crate) fn tick(&mut self, now: &Now) {
        if self.pause.is_some_and(|pause| pause.until.is_some_and(|until| until <= now.wall)) {
            self.pause = None;
        }
        let due = self.gathering.extract_if(.., |_, bundle| bundle.due <= now.uptime);
        let mut due: Vec<(ToastId, Bundle)> = due.collect();
        // The loudest first: it has the first place, and the first sound.
        due.sort_by_key(|(_, bundle)| (std::cmp::Reverse((bundle.level(), bundle.sound())), bundle.due));
        for (id, bundle) in due {
            self.deliver(id, bundle, now);
        }
        self.clear_backlog(now);
        self.ring(now);
        self.deeds.extend(self.unread.badge().map(Deed::Signal));
    }

    /// When there is something to do next, as time since the start.
    pub(crate) fn next(&self, now: &Now) -> Option<Duration> {
        let gathered = self.gathering.values().map(|bundle| bundle.due).min();
        let backlog = (!self.backlog.is_empty()).then(|| self.bucket.next(now.uptime));
        let link = self.link.lost_at.filter(|_| !self.link.is_told).map(|at| at + LINK_LOST_AFTER);
        let pause = self.pause.and_then(|pause| pause.until).map(|until| {
            let left = u64::try_from(until.saturating_sub(now.wall)).unwrap_or_default();
            now.uptime + Duration::from_millis(left)
        });
        let away = self.away.as_ref().and_then(|away| away.next(now.uptime));
        [gathered, backlog, link, pause, away, self.ringing.next()].into_iter().flatten().min()
    }

    /// Tells what was gathered on one subject, or puts it behind what waits already.
    fn deliver(&mut self, id: ToastId, bundle: Bundle, now: &Now) {
        let sound = bundle.sound().filter(|class| self.sounds.play(*class, now.uptime));
        self.sound(sound);
        self.follow_up(&bundle, now);
        let mut reason = None;
        if bundle.level() > ToastLevel::None {
            if self.is_crowd(&bundle, now) {
                reason = Some(Reason::InSummary);
                self.backlog.sum_up(&bundle);
            } else if self.backlog.is_empty() && self.bucket.take(now.uptime) {
                self.signal(|toasts, signals| toasts.show(id, &bundle, signals));
            } else {
                reason = Some(Reason::InSummary);
                self.backlog.add(id, bundle.clone());
            }
        }
        let others = bundle.count().saturating_sub(1);
        let reason = reason.or((others > 0).then_some(Reason::Gathered { others }));
        // What was played is told of the last one, which is the one that the toast begins with.
        let last = bundle.judged.len().saturating_sub(1);
        for (place, mut judged) in bundle.judged.into_iter().enumerate() {
            judged.verdict.sound = sound.filter(|_| place == last);
            let why = reason.unwrap_or(judged.verdict.reason);
            self.record(judged, why, now);
        }
    }

    /// Whether it is a new ticket, after others.
    fn is_crowd(&mut self, bundle: &Bundle, now: &Now) -> bool {
        let is_new = bundle.judged.iter().any(|judged| judged.news.fact.kind == AlertKind::NewTicket);
        is_new && self.newcomers.is_crowd(now.uptime)
    }

    fn sound(&mut self, class: Option<SoundClass>) {
        self.deeds.extend(class.map(|class| Deed::Signal(Signal::Sound(class))));
    }

    /// What rings on, and what has the window ask to be looked at.
    fn follow_up(&mut self, bundle: &Bundle, now: &Now) {
        for judged in bundle.judged.iter().filter(|judged| judged.verdict.repeats) {
            if let Some(ticket) = judged.news.ticket() {
                self.ringing.start(ticket, &judged.news.fact, now.uptime);
            }
        }
        let asks = bundle.judged.iter().any(|judged| judged.verdict.attention);
        if asks && self.attention_at.is_none_or(|at| at + ATTENTION_GAP <= now.uptime) {
            self.attention_at = Some(now.uptime);
            self.deeds.push(Deed::Signal(Signal::Attention));
        }
    }

    /// What waits is told as soon as there is a place: alone where it is about one thing, else as one summary that
    /// grows.
    fn clear_backlog(&mut self, now: &Now) {
        while !self.backlog.is_empty() && self.bucket.take(now.uptime) {
            match self.backlog.next() {
                Some(Next::One(id, bundle)) => {
                    self.signal(|toasts, signals| toasts.show(id, &bundle, signals));
                }
                Some(Next::Sum(digest)) => {
                    let is_alive = |told: &Duration| now.uptime < *told + SUMMARY_LIVES;
                    let mut sum = self.rolling.take().filter(|(_, told)| is_alive(told));
                    let (whole, told) = sum.get_or_insert_with(Default::default);
                    whole.merge(digest);
                    *told = now.uptime;
                    self.signal(|toasts, signals| toasts.sum_up(whole, signals));
                    self.rolling = sum;
                }
                None => return,
            }
        }
    }

    /// A target that is past is heard again until somebody reads it. Whether it may be heard is decided anew each time.
    fn ring(&mut self, now: &Now) {
        let due = self.ringing.due(now.uptime);
        let sound = due.iter().filter_map(|(ticket, fact)| {
            decide(&self.settings, fact, &self.situation(Some(ticket), now)).sound
        });
        let sound = sound.max();
        let sound = sound.filter(|class| self.sounds.play(*class, now.uptime));
        self.sound(sound);
    }

    /// Writes down what became of something.
    pub(super) fn record(&mut self, judged: Judged, reason: Reason, now: &Now) {
        let Judged { at, news, verdict } = judged;
        let verdict = match reason {
            Reason::ReadFirst | Reason::Ended => Verdict { badge: verdict.badge, ..Verdict::silent(reason) },
            reason => Verdict { reason, ..verdict },
        };
        let News { fact: AlertFact { kind, severity, .. }, about, who, fields, detail, .. } = news;
        let at = at.min(now.wall);
        let number = self.activity.next();
        let entry = ActivityEntry { number, at, kind, about, who, fields, detail, severity, verdict };
        self.activity.add(entry.clone());
        self.deeds.push(Deed::Record(entry));
    }

    fn record_all(&mut self, judged: Vec<Judged>, reason: Reason, now: &Now) {
        for judged in judged {
            let silent = Judged { verdict: Verdict { sound: None, ..judged.verdict }, ..judged };
            self.record(silent, reason, now);
        }
    }

    /// Time passed: how much since the last event, as far as the program was awake, in milliseconds. The machine slept if
    /// its two clocks moved apart meanwhile.
    pub(crate) fn keep_time(&mut self, now: &Now) -> i64 {
        let Some((uptime, wall)) = self.clocks.replace((now.uptime, now.wall)) else { return 0 };
        let awake = i64::try_from(now.uptime.saturating_sub(uptime).as_millis()).unwrap_or(i64::MAX);
        if now.wall.saturating_sub(wall).saturating_sub(awake) >= SLEPT_MS {
            self.away.get_or_insert_with(|| Away::since(wall)).woke(now.uptime);
        }
        awake
    }

    /// The machine slept, or its network is another one: something may have been missed since all was well.
    pub(crate) fn woke(&mut self, now: &Now) {
        let since = self.well_since(now);
        self.away.get_or_insert_with(|| Away::since(since)).woke(now.uptime);
    }

    /// Since when something may have been missed. Before anything ever reached us there is nothing.
    fn well_since(&self, now: &Now) -> i64 {
        if self.well_at == 0 { now.wall } else { self.well_at }
    }

    /// Whether what happens is held back for a summary.
    pub(crate) fn is_away(&self) -> bool {
        self.away.is_some()
    }

    /// How far the console is with what it missed, and whether everything that happens now reaches it.
    pub(crate) fn catch_up(&mut self, missed: Missed, is_well: bool, now: &Now) {
        if missed == Missed::Listing && self.away.is_none() {
            self.away = Some(Away::since(self.well_since(now)));
        }
        let Some(away) = &mut self.away else {
            if is_well {
                self.well_at = now.wall;
            }
            return;
        };
        if !away.is_over(missed, is_well, now.uptime) {
            return;
        }
        match self.away.take().and_then(|away| away.told(now.wall)) {
            None => {}
            Some(Told::Apart(judged)) => judged.into_iter().for_each(|judged| self.gather(judged, now)),
            Some(Told::Summed(digest, sound, judged)) => {
                self.record_all(judged, Reason::WhileAway, now);
                // That the link is back is said by the summary.
                self.signal(|toasts, signals| toasts.withdraw(&ToastId::Link, signals));
                let sound = sound.filter(|class| self.sounds.play(*class, now.uptime));
                self.sound(sound);
                if digest.level > ToastLevel::None {
                    self.backlog.merge(digest);
                }
            }
        }
    }

    /// How the way to the server stands.
    pub(crate) fn link_stands(&mut self, is_well: bool, is_signed_out: bool, now: &Now) {
        if std::mem::replace(&mut self.link.is_signed_out, is_signed_out) != is_signed_out {
            if is_signed_out {
                self.hear(of_the_program(AlertKind::SignInNeeded), now);
            } else {
                self.drop_bundle(&ToastId::SignIn, now);
                self.signal(|toasts, signals| toasts.withdraw(&ToastId::SignIn, signals));
            }
        }
        if is_well {
            self.link.lost_at = None;
            if std::mem::take(&mut self.link.is_told) {
                self.hear(of_the_program(AlertKind::LinkBack), now);
            }
        } else if now.uptime >= *self.link.lost_at.get_or_insert(now.uptime) + LINK_LOST_AFTER
            && !std::mem::replace(&mut self.link.is_told, true)
        {
            self.hear(of_the_program(AlertKind::LinkLost), now);
        }
    }

    /// What would be done about a fact, if it happened now; nothing comes of it.
    pub(crate) fn would(
        &self,
        fact: &AlertFact,
        looking: Looking,
        minute: Option<u16>,
        now: &Now,
    ) -> Verdict {
        let situation = self.situation(None, now);
        let minute = minute.unwrap_or(situation.minute);
        decide(&self.settings, fact, &super::policy::Situation { looking, minute, ..situation })
    }

    /// A ticket can no longer be read: nobody is called to it.
    pub(crate) fn lost(&mut self, ticket: &TicketId, now: &Now) {
        self.read(ticket, now);
    }
}

/// Something that is about no ticket.
fn of_the_program(kind: AlertKind) -> News {
    let relations = Vec::new();
    let fact = AlertFact { kind, relations, severity: Severity::Normal, whose: Whose::Nobodys };
    News { fact, about: None, who: None, fields: Vec::new(), detail: None, panel: None }
}
