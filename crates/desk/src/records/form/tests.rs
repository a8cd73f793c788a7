//! Every order of a few deeds, over a server in three lines: whatever people, others and the network do to a form, its
//! promises hold.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::{EditId, Version};

use super::*;

type Text = &'static str;

/// Deeds in a row. Each further one costs a dozen times as many stories.
const DEEP: usize = 5;

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    /// The person types this.
    Type(Text),
    /// The person types back what stood there.
    TypeBack,
    /// The person types before they saw that the form followed.
    TypeBlind(Text),
    /// Somebody else writes this, and nobody tells us.
    OtherWrites(Text),
    /// A hint or a poll has had the record read.
    Hear,
    /// The person presses *Save*, and the disk takes it.
    Save,
    /// What was sent arrives, and so does the answer.
    Answered,
    /// What was sent arrives, and the answer does not.
    AnswerLost,
    /// What was sent arrives nowhere.
    Lost,
    /// What was sent is refused.
    Refused,
    Reload,
    Undo,
    Dismiss,
}

const DEEDS: [Deed; 15] = [
    Deed::Type("mine"),
    Deed::Type("mine too"),
    Deed::TypeBack,
    Deed::TypeBlind("blind"),
    Deed::OtherWrites("theirs"),
    Deed::OtherWrites("mine"),
    Deed::Hear,
    Deed::Save,
    Deed::Answered,
    Deed::AnswerLost,
    Deed::Lost,
    Deed::Refused,
    Deed::Reload,
    Deed::Undo,
    Deed::Dismiss,
];

/// A form, the server before it, and what the person knows.
#[derive(Clone)]
struct Story {
    form: Form<Text>,
    /// How the record stands.
    version: u64,
    values: Text,
    /// What every key was for, and what came of it.
    bodies: BTreeMap<EditId, (Sent<Text>, Option<bool>)>,
    keys: u128,
    /// The newest version that was heard of.
    heard: u64,
    /// Versions that were painted: under the form while it was clean, or in the question.
    painted: BTreeSet<u64>,
    /// Contents that the server ever had.
    stood: BTreeSet<Text>,
    told: Vec<Deed>,
}

impl Story {
    fn begin() -> Self {
        let mut story = Self {
            form: Form::of(standing(1, "first")),
            version: 1,
            values: "first",
            bodies: BTreeMap::new(),
            keys: 0,
            heard: 1,
            painted: BTreeSet::new(),
            stood: BTreeSet::from(["first"]),
            told: Vec::new(),
        };
        story.paint();
        story
    }

    fn paint(&mut self) {
        if !self.form.is_dirty() {
            self.painted.extend(self.form.base.as_ref().map(|base| base.version.0));
        }
        if let Some(News::Newer(now)) = self.form.asked() {
            self.painted.insert(now.version.0);
        }
    }

    fn standing(&self) -> Standing<Text> {
        standing(self.version, self.values)
    }

    fn base(&self) -> u64 {
        self.form.base.as_ref().map_or(0, |base| base.version.0)
    }

    /// The server takes what is in flight: once for each key.
    fn arrive(&mut self) -> Option<bool> {
        let sent = self.form.sent().filter(|_| self.form.stage() == Stage::InFlight)?.clone();
        let (body, known) = self.bodies.entry(sent.key).or_insert((sent.clone(), None));
        assert_eq!((&body.base, body.values), (&sent.base, sent.values), "{:?}", self.told);
        if let Some(was_applied) = *known {
            return Some(was_applied);
        }
        let on = sent.base.as_ref().map_or(0, |base| base.version.0);
        let is_applied = on == self.version;
        *known = Some(is_applied);
        if is_applied {
            assert!(self.painted.contains(&on), "a version nobody saw was written over: {:?}", self.told);
            self.version += 1;
            self.values = sent.values;
            // What we wrote ourselves we know.
            self.painted.insert(self.version);
            self.stood.insert(sent.values);
        }
        Some(is_applied)
    }

    /// The answer is of the time when the key was answered first, as the server keeps it.
    fn answer(&mut self, was_applied: bool) {
        let Some(sent) = self.form.sent().cloned() else { return };
        if was_applied {
            let on = sent.base.as_ref().map_or(0, |base| base.version.0);
            self.heard = self.heard.max(on + 1);
            self.form.saved(standing(on + 1, sent.values));
        } else {
            self.heard = self.version;
            self.form.overtaken(self.standing());
        }
    }

    fn go(&mut self, deed: Deed) {
        self.told.push(deed);
        match deed {
            Deed::Type(text) => self.form.type_in(self.form.rev(), text),
            Deed::TypeBack => {
                let ground = *self.form.ground();
                self.form.type_in(self.form.rev(), ground);
            }
            Deed::TypeBlind(text) => self.form.type_in(self.form.rev().saturating_sub(1), text),
            Deed::OtherWrites(text) => {
                self.version += 1;
                self.values = text;
                self.stood.insert(text);
            }
            Deed::Hear => {
                self.heard = self.version;
                self.form.hear(self.standing());
            }
            Deed::Save => {
                self.keys += 1;
                let is_asked = self.form.asked().is_some();
                let pressed = self.form.save(EditId(self.keys), 0);
                assert_eq!(pressed == Pressed::Asks, is_asked, "{:?}", self.told);
                self.form.stored();
            }
            Deed::Answered => {
                if let Some(was_applied) = self.arrive() {
                    self.answer(was_applied);
                }
            }
            Deed::AnswerLost => {
                if self.arrive().is_some() {
                    self.form.lost();
                }
            }
            Deed::Lost if self.form.stage() == Stage::InFlight => self.form.lost(),
            Deed::Refused if self.form.stage() == Stage::InFlight => {
                // Nothing that was applied is refused later.
                let sent = self.form.sent().map(|sent| sent.key);
                if sent.is_none_or(|key| !self.bodies.contains_key(&key)) {
                    self.form.refused();
                }
            }
            Deed::Lost | Deed::Refused => {}
            Deed::Reload => self.form.reload(),
            Deed::Undo => self.form.undo(),
            Deed::Dismiss => self.form.dismiss(),
        }
        self.paint();
    }

    fn judge(&self, before: &Self, deed: Deed) {
        let told = &self.told;
        let is_on_its_way = matches!(self.form.stage(), Stage::Storing | Stage::InFlight);
        if !is_on_its_way {
            let is_behind = self.heard > self.base();
            assert_eq!(self.form.asked().is_some(), self.form.is_dirty() && is_behind, "{told:?}");
            assert!(self.form.is_dirty() || !is_behind, "what is clean follows: {told:?}");
        } else {
            assert!(self.form.asked().is_none(), "{told:?}");
        }
        self.judge_words(before, deed);
        let twice: Vec<_> = self.bodies.values().filter(|(_, applied)| *applied == Some(true)).collect();
        let versions: BTreeSet<_> =
            twice.iter().map(|(sent, _)| sent.base.as_ref().map(|b| b.version)).collect();
        assert_eq!(twice.len(), versions.len(), "each version is written over once: {told:?}");
        let restored = self.form.kept().map(|kept| Form::restored(kept).expect("what was kept is whole"));
        let Some(restored) = restored else { return assert!(!self.form.is_dirty(), "{told:?}") };
        assert_eq!(
            (restored.shown(), restored.sent(), &restored.base),
            (self.form.shown(), self.form.sent(), &self.form.base),
            "{told:?}"
        );
    }

    /// What was typed is there, was brought to the server, agrees with what it has, or was given up by the person.
    fn judge_words(&self, before: &Self, deed: Deed) {
        let (Some(words), true) = (before.form.typed, self.form.typed != before.form.typed) else { return };
        let is_given_up = match deed {
            Deed::Type(_) | Deed::TypeBack | Deed::TypeBlind(_) | Deed::Undo => true,
            Deed::Reload => self.form.dropped == Some(words),
            _ => false,
        };
        let is_with_server = self.stood.contains(words);
        assert!(is_given_up || is_with_server, "{words:?} is gone: {:?}", self.told);
    }
}

fn standing(version: u64, values: Text) -> Standing<Text> {
    let writer = Writer { name: "Bob".into(), at: i64::try_from(version).expect("a small number") };
    Standing { version: Version(version), writer, values }
}

fn play(story: &Story, deep: usize, stories: &mut usize) {
    *stories += 1;
    if deep == 0 {
        return;
    }
    for deed in DEEDS {
        let mut next = story.clone();
        next.go(deed);
        next.judge(story, deed);
        play(&next, deep - 1, stories);
    }
}

/// RB-7, over every story of so many deeds, begun clean and begun dirty.
#[test]
fn nothing_is_written_over_unseen_and_nothing_that_was_typed_is_lost() {
    let mut stories = 0;
    let clean = Story::begin();
    let mut dirty = Story::begin();
    dirty.go(Deed::Type("mine"));
    for story in [clean, dirty] {
        play(&story, DEEP, &mut stories);
    }
    assert!(stories > 1_600_000, "{stories}");
}

fn told(deeds: &[Deed]) -> Form<Text> {
    let mut story = Story::begin();
    for deed in deeds {
        story.go(*deed);
    }
    story.form
}

fn asks(form: &Form<Text>) -> Option<(&Text, u64)> {
    match form.asked()? {
        News::Newer(now) => Some((&now.values, now.version.0)),
        News::Gone => None,
    }
}

/// RB-7.
#[test]
fn only_unsaved_work_is_asked_about_and_what_is_clean_follows() {
    use Deed::{Hear, OtherWrites, Type};
    let clean = told(&[OtherWrites("theirs"), Hear]);
    assert_eq!((clean.asked(), *clean.shown()), (None, "theirs"));
    let dirty = told(&[Type("mine"), OtherWrites("theirs"), Hear]);
    assert_eq!((asks(&dirty), *dirty.shown()), (Some((&"theirs", 2)), "mine"));
}

#[test]
fn reload_takes_theirs_and_can_be_undone_once() {
    use Deed::{Hear, OtherWrites, Reload, Type, Undo};
    let mut form = told(&[Type("mine"), OtherWrites("theirs"), Hear, Reload]);
    assert_eq!((*form.shown(), form.is_dirty(), form.can_undo()), ("theirs", false, true));
    form.undo();
    assert_eq!((*form.shown(), form.can_undo(), form.asked()), ("mine", false, None));
    assert_eq!(form.over().map(|writer| writer.at), Some(2), "it says whose version it replaces");
    let typed = told(&[Type("mine"), OtherWrites("theirs"), Hear, Reload, Type("new"), Undo]);
    assert_eq!(*typed.shown(), "new", "whoever goes on typing has decided");
}

#[test]
fn after_dismiss_a_save_goes_on_what_was_shown_and_a_third_writer_asks_again() {
    use Deed::{Answered, Dismiss, Hear, OtherWrites, Save, Type};
    let begun = [Type("mine"), OtherWrites("theirs"), Hear, Dismiss];
    let form = told(&begun);
    assert_eq!((form.asked(), form.over().map(|writer| writer.at)), (None, Some(2)));
    let saved = told(&[&begun[..], &[Save, Answered]].concat());
    assert_eq!(
        (*saved.shown(), saved.is_dirty(), saved.base.map(|base| base.version.0)),
        ("mine", false, Some(3))
    );
    let third = told(&[&begun[..], &[OtherWrites("third"), Save, Answered]].concat());
    assert_eq!((asks(&third), *third.shown()), (Some((&"third", 3)), "mine"));
}

#[test]
fn a_save_of_unknown_fate_goes_again_as_it_was_and_what_was_typed_on_stays() {
    use Deed::{AnswerLost, Answered, Save, Type};
    let mut form = told(&[Type("mine"), Save, AnswerLost, Type("mine, and more")]);
    let first = form.sent().cloned().expect("a save of unknown fate");
    assert_eq!(form.save(EditId(99), 0), Pressed::Again);
    assert_eq!(form.sent(), Some(&first), "the same key, the same words");
    let form = told(&[Type("mine"), Save, AnswerLost, Type("mine, and more"), Save, Answered]);
    assert_eq!((*form.shown(), form.sent(), form.is_dirty()), ("mine, and more", None, true));
    assert_eq!(form.base.map(|base| (base.version.0, base.values)), Some((2, "mine")));
}

#[test]
fn a_record_that_is_gone_is_kept_as_something_new_or_thrown_away() {
    let mut form = told(&[Deed::Type("mine")]);
    form.hear_gone();
    assert_eq!((form.asked(), form.is_over()), (Some(&News::Gone), false));
    assert_eq!(form.save(EditId(1), 0), Pressed::Asks);
    form.dismiss();
    assert_eq!((form.is_new(), form.asked()), (true, None));
    assert_eq!(form.save(EditId(1), 0), Pressed::Store);
    let mut clean = told(&[]);
    clean.hear_gone();
    assert!(clean.is_over());
    clean.hear(standing(1, "first"));
    assert!(!clean.is_over(), "it was out of sight only");
}

#[test]
fn something_new_is_saved_as_it_was_begun_and_follows_what_it_becomes() {
    let mut form = Form::blank("blank");
    assert_eq!(form.save(EditId(1), 0), Pressed::Store);
    form.stored();
    assert_eq!(form.save(EditId(2), 0), Pressed::Nothing, "a second press");
    form.type_in(0, "blank, and more");
    form.saved(standing(1, "blank"));
    assert_eq!((*form.shown(), form.is_new(), form.is_dirty()), ("blank, and more", false, true));
}
