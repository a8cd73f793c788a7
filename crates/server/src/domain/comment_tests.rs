//! The rules of comments as tables.

use proptest::prelude::*;

use super::*;

const KINDS: [AuthorKind; 2] = [AuthorKind::Internal, AuthorKind::Client];
const BOTH: [bool; 2] = [false, true];

fn code(sent: &str) -> Result<String, &'static str> {
    text(sent).map_err(|issue| issue.code)
}

#[test]
fn a_comment_has_1_to_5000_visible_characters() {
    assert_eq!(code("  Called, no answer. \n"), Ok("Called, no answer.".to_owned()));
    assert_eq!(code("é").map(|text| text.chars().count()), Ok(1));
    let full = "é ".repeat(VISIBLE_MAX);
    assert_eq!(code(&full), Ok(full.trim().to_owned()), "blanks do not count");
    assert_eq!(code(&"é".repeat(VISIBLE_MAX + 1)), Err("too_big"));
    assert_eq!(code(&format!("a{}b", " ".repeat(BYTES_MAX))), Err("too_big"), "but they are bounded");
    for empty in ["", " \t\n", "\u{200b}", "\u{feff}\u{2060}\u{200d}", "\u{202e}", "\u{fe0f}", "\u{7}"] {
        assert_eq!(code(empty), Err("too_small"), "{empty:?}");
    }
    assert_eq!(code("a\0b"), Err("invalid_string"));
}

proptest! {
    #[test]
    fn a_text_that_was_stored_is_stored_as_it_is(sent in ".{0,200}") {
        if let Ok(stored) = text(&sent) {
            let again = text(&stored);
            prop_assert_eq!(again, Ok(stored));
        }
    }
}

/// Everything at once: who writes, which marks, below what.
#[test]
fn what_may_be_said_by_whom_and_below_what() {
    let parents = [
        None,
        Some(Standing { author: None, is_internal: false, is_deleted: false }),
        Some(Standing { author: None, is_internal: true, is_deleted: false }),
        Some(Standing { author: None, is_internal: false, is_deleted: true }),
        Some(Standing { author: None, is_internal: true, is_deleted: true }),
    ];
    for kind in KINDS {
        for is_internal in BOTH {
            for is_resolution in BOTH {
                for (place, parent) in parents.into_iter().enumerate() {
                    let draft = Draft { text: "x".to_owned(), is_internal, is_resolution };
                    let parent_holds = match (kind, place) {
                        (_, 0 | 1) => true,
                        (AuthorKind::Internal, 2) => is_internal,
                        _ => false,
                    };
                    let own_holds = kind == AuthorKind::Internal || (!is_internal && !is_resolution);
                    assert_eq!(
                        may_say(&draft, kind, parent).is_ok(),
                        own_holds && parent_holds,
                        "{kind:?} internal {is_internal} resolution {is_resolution} parent {place}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_client_learns_nothing_of_an_internal_parent() {
    let draft = Draft { text: "x".to_owned(), is_internal: false, is_resolution: false };
    let internal = Standing { author: None, is_internal: true, is_deleted: false };
    let deleted = Standing { author: None, is_internal: false, is_deleted: true };
    assert_eq!(
        may_say(&draft, AuthorKind::Client, Some(internal)),
        may_say(&draft, AuthorKind::Client, Some(deleted)),
    );
}

/// Everything at once: who asks, whose it is, what it is.
#[test]
fn only_the_author_edits_and_the_author_or_a_moderator_deletes() {
    let (me, other) = (UserId::from("me"), UserId::from("other"));
    for kind in KINDS {
        for moderates in BOTH {
            for author in [None, Some(&me), Some(&other)] {
                for is_internal in BOTH {
                    for is_deleted in BOTH {
                        let asking = Asking { user: &me, kind, moderates };
                        let comment = Standing { author, is_internal, is_deleted };
                        let unknown = is_deleted || (kind == AuthorKind::Client && is_internal);
                        let mine = author == Some(&me);
                        let expected = |allowed| match (unknown, allowed) {
                            (true, _) => Err(Refusal::Unknown),
                            (false, true) => Ok(()),
                            (false, false) => Err(Refusal::NotTheirs),
                        };
                        assert_eq!(may_edit(asking, comment), expected(mine), "{asking:?} {comment:?}");
                        let deletes = expected(mine || moderates);
                        assert_eq!(may_delete(asking, comment), deletes, "{asking:?} {comment:?}");
                        assert_eq!(may_react(asking, comment), expected(true), "{asking:?} {comment:?}");
                    }
                }
            }
        }
    }
}
