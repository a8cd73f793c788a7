//! Which tickets a view shows: by words, by chips, and the folding that makes `ÖL` and `öl` the same word.
//!
//! **Invariant:** no locale: every machine folds, finds and sorts alike.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::key::Natural;
use super::{BoardRow, Held, Row};
use crate::bridge::{BoardQuery, CHIPS_MAX, Chip, ChipKind, OpenFilter};

/// The most words a search looks for; the ones after them do not narrow it further.
const WORDS_MAX: usize = 16;

/// The texts of a row by which it is found and sorted, folded once.
#[derive(Debug)]
pub(super) struct Folded {
    number: Arc<str>,
    pub(super) natural: Natural,
    pub(super) title: Arc<str>,
    pub(super) client: Option<Arc<str>>,
    location: Option<Arc<str>>,
    pub(super) assignee: Option<Arc<str>>,
    pub(super) status: Option<Arc<str>>,
    pub(super) team: Option<Arc<str>>,
}

impl Folded {
    pub(super) fn new(row: &Row) -> Self {
        let number = fold_shared(&row.number);
        Self {
            natural: Natural::new(&number),
            number,
            title: fold_shared(&row.title),
            client: row.client.as_ref().map(fold_shared),
            location: row.location.as_ref().map(fold_shared),
            assignee: row.assignee.as_deref().map(|name| fold(name).into()),
            status: (!row.status.value.is_empty()).then(|| fold(&row.status.label).into()),
            team: row.team.as_ref().map(fold_shared),
        }
    }

    fn contains(&self, word: &str) -> bool {
        let optional = [&self.client, &self.location, &self.assignee];
        self.number.contains(word)
            || self.title.contains(word)
            || optional.into_iter().flatten().any(|text| text.contains(word))
    }
}

/// What a query asks of a row.
#[derive(Debug)]
pub(super) struct Filter {
    words: Vec<String>,
    open: OpenFilter,
    /// Of each kind any will do.
    chips: BTreeMap<ChipKind, BTreeSet<Chip>>,
}

impl Filter {
    pub(super) fn new(query: &BoardQuery) -> Self {
        let words = query.search.split_whitespace().take(WORDS_MAX).map(fold).collect();
        let mut chips: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for chip in query.chips.iter().take(CHIPS_MAX) {
            chips.entry(chip.kind()).or_default().insert(chip.clone());
        }
        Self { words, open: query.open, chips }
    }

    /// The same without the chips of one kind.
    pub(super) fn without(query: &BoardQuery, kind: ChipKind) -> Self {
        let mut filter = Self::new(query);
        filter.chips.remove(&kind);
        filter
    }

    pub(super) fn admits(&self, held: &Held) -> bool {
        self.admits_state(&held.shown) && self.words.iter().all(|word| held.folded.contains(word))
    }

    fn admits_state(&self, row: &BoardRow) -> bool {
        let open = match self.open {
            OpenFilter::Open => !row.closed,
            OpenFilter::Closed => row.closed,
            OpenFilter::All => true,
        };
        open && self.chips.iter().all(|(kind, any)| chips_of(*kind, row).any(|chip| any.contains(&chip)))
    }
}

/// The chips of one kind that let a row through.
pub(super) fn chips_of(kind: ChipKind, row: &BoardRow) -> impl Iterator<Item = Chip> + use<> {
    let facts = &row.facts;
    let chip = match kind {
        ChipKind::Status => Some(Chip::Status(row.row.status.value.clone())),
        ChipKind::Priority => Some(Chip::Priority(facts.priority.clone())),
        ChipKind::Assignee => Some(Chip::Assignee(facts.assignee.clone())),
        ChipKind::Team => Some(Chip::Team(facts.team.clone())),
        ChipKind::Client => Some(Chip::Client(facts.client.clone())),
        ChipKind::Board => Some(Chip::Board(facts.board.clone())),
        ChipKind::Place => Some(Chip::Place(facts.place.clone())),
        ChipKind::Category => Some(Chip::Category(facts.category.clone())),
        ChipKind::Due => Some(Chip::Due(row.row.slack)),
        ChipKind::Work => Some(Chip::Work(row.row.unsent)),
        ChipKind::Watched => facts.is_watched.then_some(Chip::Watched),
    };
    let mine = (kind == ChipKind::Assignee && facts.is_mine).then_some(Chip::Mine);
    chip.into_iter().chain(mine)
}

/// Folds a text, and shares it where folding changes nothing.
fn fold_shared(text: &Arc<str>) -> Arc<str> {
    let folded = fold(text);
    if *folded == **text { Arc::clone(text) } else { folded.into() }
}

/// Takes the difference between upper and lower case out of a text.
///
/// Down, up and down again, letter by letter: that also joins `ß` and `ẞ` with `ss`, and the two small sigmas, which
/// lowering alone would not.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let upper = text.chars().flat_map(char::to_lowercase).flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_differ_only_in_case_fold_to_the_same_text() {
        for (one, other) in
            [("Router", "ROUTER"), ("Öl", "öL"), ("Straße", "STRASSE"), ("ΟΔΟΣ", "οδος"), ("ЩЁ", "щё")]
        {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
    }

    #[test]
    fn folding_twice_is_folding_once() {
        for text in ["İstanbul ı", "ſ ẞ ŉ", "ﬁ", "plain"] {
            assert_eq!(fold(&fold(text)), fold(text), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_folded_already_is_shared_and_not_copied() {
        let text: Arc<str> = "4312".into();
        assert!(Arc::ptr_eq(&text, &fold_shared(&text)));
    }
}
