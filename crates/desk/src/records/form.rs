//! One form over a record that is edited as a whole.
//!
//! ```text
//!              typed                          a newer version is heard
//! clean ─────────────────▶ dirty ────────────────────────────────────▶ asked ─ reload ─▶ clean, undone once
//!   │ ▲                      │ ▲                                          │
//!   │ └─ newer: it follows   │ └─────────── dismiss: on what was shown ◀──┘
//!   │                        ▼
//!   │              Storing ─on disk─▶ InFlight ─saved─▶ over, or dirty with what was typed on
//!   │                                     │ no answer
//!   │                                     ▼
//!   │                                  Unknown ─ save: the very same again ─▶ InFlight
//! ```
//!
//! A save whose fate is unknown is asked again under the same key and with the same words, so it is applied once; what was
//! typed on meanwhile waits for that answer.
//!
//! **Invariant:** a save goes only on a version that the person was shown, and what was typed leaves only with a save that
//! the server confirms, with *Reload latest*, which can be undone once, or when the person throws it away.

mod kept;

use callboard_model::EditId;

pub(crate) use kept::Kept;

use super::{Standing, Writer};

/// A form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Form<V> {
    /// What is edited, as it was shown; `None`: something new.
    base: Option<Standing<V>>,
    /// What something new begins with.
    blank: V,
    /// What the person made of it; `None`: nothing else.
    typed: Option<V>,
    /// What was heard and is not decided.
    news: Option<News<V>>,
    /// Whose version the next save replaces, as the person decided.
    over: Option<Writer>,
    /// What *Reload latest* took away.
    dropped: Option<V>,
    sent: Option<Sent<V>>,
    stage: Stage,
    /// Counts how often what stands in the form changed by itself.
    rev: u32,
    moved: Moved<V>,
}

/// What was heard of a record while somebody works on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum News<V> {
    /// It stands otherwise.
    Newer(Standing<V>),
    /// It is no more.
    Gone,
}

/// A save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent<V> {
    /// Its key: the server applies it once.
    pub key: EditId,
    /// When it was first made, by this machine's clock in milliseconds.
    pub at: i64,
    /// On which version; `None`: it makes something new.
    pub base: Option<Standing<V>>,
    /// What the record is to hold.
    pub values: V,
}

/// How far a save is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    /// There is none.
    #[default]
    Rest,
    /// On its way to disk.
    Storing,
    /// On its way to the server.
    InFlight,
    /// It was sent, and nobody knows what came of it.
    Unknown,
}

/// Why what stands in the form last changed by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Moved<V> {
    /// It followed a newer version; this is what stood there.
    Followed(Standing<V>),
    /// The person had it replaced.
    Reloaded,
    Otherwise,
}

/// What pressing *Save* comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pressed {
    /// Nothing: there is nothing to save, or it is on its way.
    Nothing,
    /// The person has to decide first.
    Asks,
    /// It is to be kept on disk, and then sent.
    Store,
    /// The one of unknown fate is to be sent again.
    Again,
}

impl<V: Clone + PartialEq> Form<V> {
    /// Something new, that begins so.
    pub(crate) fn blank(blank: V) -> Self {
        Self {
            base: None,
            blank,
            typed: None,
            news: None,
            over: None,
            dropped: None,
            sent: None,
            stage: Stage::Rest,
            rev: 0,
            moved: Moved::Otherwise,
        }
    }

    /// A record, as it stands.
    pub(crate) fn of(standing: Standing<V>) -> Self {
        Self { base: Some(standing.clone()), ..Self::blank(standing.values) }
    }

    /// What stands in the form.
    pub(crate) fn shown(&self) -> &V {
        self.typed.as_ref().unwrap_or_else(|| self.ground())
    }

    fn ground(&self) -> &V {
        self.base.as_ref().map_or(&self.blank, |base| &base.values)
    }

    /// Whether there is something that the server does not have.
    pub(crate) fn is_dirty(&self) -> bool {
        self.typed.is_some() || self.sent.is_some()
    }

    /// Whether it is about nothing any more, and nobody's work is in it.
    pub(crate) fn is_over(&self) -> bool {
        self.news == Some(News::Gone) && !self.is_dirty()
    }

    /// Whether saving makes something new.
    pub(crate) fn is_new(&self) -> bool {
        self.base.is_none()
    }

    /// What the person is asked about: not before it is known what came of a save that is on its way.
    pub(crate) fn asked(&self) -> Option<&News<V>> {
        let is_on_its_way = matches!(self.stage, Stage::Storing | Stage::InFlight);
        self.news.as_ref().filter(|_| !is_on_its_way && self.is_dirty())
    }

    /// Whose version the next save replaces.
    pub(crate) fn over(&self) -> Option<&Writer> {
        self.over.as_ref()
    }

    /// Whether what *Reload latest* took away can be had back.
    pub(crate) fn can_undo(&self) -> bool {
        self.dropped.is_some()
    }

    pub(crate) fn stage(&self) -> Stage {
        self.stage
    }

    /// The save that is under way, or whose fate is unknown.
    pub(crate) fn sent(&self) -> Option<&Sent<V>> {
        self.sent.as_ref()
    }

    pub(crate) fn rev(&self) -> u32 {
        self.rev
    }

    // --- what the person does ---

    /// The person typed, with this much of the form before them.
    pub(crate) fn type_in(&mut self, rev: u32, values: V) {
        if rev < self.rev {
            match std::mem::replace(&mut self.moved, Moved::Otherwise) {
                // It followed under their hands: what they saw is what they typed on.
                Moved::Followed(seen) if self.typed.is_none() => {
                    let now = self.base.replace(seen);
                    self.news = self.news.take().or(now.map(News::Newer));
                    self.rev += 1;
                }
                // They had it replaced themselves: this was on its way before.
                Moved::Reloaded => return self.moved = Moved::Reloaded,
                Moved::Followed(_) | Moved::Otherwise => {}
            }
        }
        self.typed = (values != *self.ground()).then_some(values);
        self.dropped = None;
        self.weigh();
    }

    /// The person presses *Save*.
    pub(crate) fn save(&mut self, key: EditId, at: i64) -> Pressed {
        match self.stage {
            Stage::Storing | Stage::InFlight => Pressed::Nothing,
            _ if self.asked().is_some() => Pressed::Asks,
            Stage::Unknown => {
                self.stage = Stage::InFlight;
                Pressed::Again
            }
            Stage::Rest if self.base.is_some() && self.typed.is_none() => Pressed::Nothing,
            Stage::Rest => {
                let (base, values) = (self.base.clone(), self.shown().clone());
                self.sent = Some(Sent { key, at, base, values });
                self.stage = Stage::Storing;
                self.dropped = None;
                Pressed::Store
            }
        }
    }

    /// *Reload latest*: theirs takes the place of what was typed.
    pub(crate) fn reload(&mut self) {
        if !matches!(self.asked(), Some(News::Newer(_))) {
            return;
        }
        if let Some(News::Newer(now)) = self.news.take() {
            self.forget_save();
            self.dropped = self.typed.take();
            self.over = None;
            self.base = Some(now);
            self.moved(Moved::Reloaded);
        }
    }

    /// What *Reload latest* took away comes back, on the version that is shown.
    pub(crate) fn undo(&mut self) {
        if let Some(dropped) = self.dropped.take() {
            self.over = self.base.as_ref().map(|base| base.writer.clone());
            self.typed = (dropped != *self.ground()).then_some(dropped);
            self.moved(Moved::Otherwise);
        }
    }

    /// *Dismiss*: the typing goes on, and the next save goes on what was shown, over whoever wrote it; of what is gone it
    /// makes something new.
    pub(crate) fn dismiss(&mut self) {
        if self.asked().is_none() {
            return;
        }
        match self.news.take() {
            Some(News::Newer(now)) => {
                self.over = Some(now.writer.clone());
                self.base = Some(now);
            }
            Some(News::Gone) => {
                self.blank = self.ground().clone();
                (self.over, self.base) = (None, None);
            }
            None => {}
        }
        self.forget_save();
    }

    // --- what is heard ---

    /// The server says how the record stands.
    pub(crate) fn hear(&mut self, now: Standing<V>) {
        let Some(base) = &self.base else { return };
        let known = match &self.news {
            Some(News::Newer(news)) => base.version.max(news.version),
            Some(News::Gone) | None => base.version,
        };
        if now.version > known || self.news == Some(News::Gone) && now.version == known {
            self.news = Some(News::Newer(now));
            self.weigh();
        }
    }

    /// The server has no such record any more.
    pub(crate) fn hear_gone(&mut self) {
        if self.base.is_some() {
            self.news = Some(News::Gone);
        }
    }

    /// Decides what of the news needs nobody's decision.
    fn weigh(&mut self) {
        let is_on_its_way = matches!(self.stage, Stage::Storing | Stage::InFlight);
        if is_on_its_way {
            return;
        }
        let Some(News::Newer(now)) = self.news.take_if(|news| matches!(news, News::Newer(_))) else { return };
        let is_what_was_sent = self.sent.as_ref().is_some_and(|sent| sent.values == now.values);
        if is_what_was_sent {
            // Whoever brought it there: it stands as it was to stand.
            self.saved(now);
        } else if self.typed.is_none() && self.sent.is_none() || self.typed.as_ref() == Some(&now.values) {
            self.follow(now);
        } else if self.base.as_ref().is_some_and(|base| base.version == now.version) {
            // It was gone, and is back as it was.
        } else {
            self.news = Some(News::Newer(now));
        }
    }

    fn follow(&mut self, now: Standing<V>) {
        self.forget_save();
        (self.typed, self.over) = (None, None);
        let seen = self.base.replace(now);
        self.moved(seen.map_or(Moved::Otherwise, Moved::Followed));
    }

    fn moved(&mut self, why: Moved<V>) {
        self.moved = why;
        self.rev += 1;
    }

    // --- what becomes of a save ---

    /// It is on disk: now it may be sent.
    pub(crate) fn stored(&mut self) {
        if self.stage == Stage::Storing {
            self.stage = Stage::InFlight;
        }
    }

    /// It was applied, and so the record stands. What was typed on meanwhile is still to be saved.
    pub(crate) fn saved(&mut self, now: Standing<V>) {
        let Some(sent) = self.sent.take() else { return };
        let shown = self.shown().clone();
        self.stage = Stage::Rest;
        (self.over, self.dropped) = (None, None);
        self.typed = (shown != sent.values && shown != now.values).then_some(shown);
        let (version, is_clean) = (now.version, self.typed.is_none());
        self.base = Some(now);
        self.news.take_if(|news| matches!(news, News::Newer(news) if news.version <= version));
        if is_clean {
            self.moved(Moved::Otherwise);
        }
        self.weigh();
    }

    /// It was not applied: somebody else was faster, and so the record stands.
    pub(crate) fn overtaken(&mut self, now: Standing<V>) {
        self.forget_save();
        self.weigh();
        self.hear(now);
    }

    /// It was not applied, for a reason that the person is told elsewhere.
    pub(crate) fn refused(&mut self) {
        self.forget_save();
        self.weigh();
    }

    /// No answer came.
    pub(crate) fn lost(&mut self) {
        if self.sent.is_some() {
            self.stage = Stage::Unknown;
            self.weigh();
        }
    }

    fn forget_save(&mut self) {
        self.sent = None;
        self.stage = Stage::Rest;
    }
}

#[cfg(test)]
mod tests;
