//! Which tickets a view shows, and the folding that makes `ÖL` and `öl` the same word.
//!
//! **Invariant:** no locale: every machine folds, finds and sorts alike.

use std::sync::Arc;

use super::key::Natural;
use super::{BoardRow, Held, Row};
use crate::bridge::{BoardQuery, OpenFilter};

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
    board: Option<String>,
    open: OpenFilter,
}

impl Filter {
    pub(super) fn new(query: &BoardQuery) -> Self {
        let words = query.search.split_whitespace().take(WORDS_MAX).map(fold).collect();
        Self { words, board: query.board.clone(), open: query.open }
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
        let board = row.board.as_ref().map(|board| board.as_str());
        open && (self.board.is_none() || self.board.as_deref() == board)
    }
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
fn fold(text: &str) -> String {
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
