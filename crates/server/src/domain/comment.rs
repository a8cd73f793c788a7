//! What may be said on a ticket, by whom, and who may see and change it.
//!
//! It exists so that a note between colleagues can never reach a customer by another door: visibility, authorship and
//! threads are decided here and nowhere else.
//!
//! **Invariant:** a customer neither writes nor sees an internal comment, and nothing public hangs below one.

use callboard_model::UserId;
use serde::{Deserialize, Serialize};

use super::Issue;

/// The most characters that a reader sees of one comment.
pub const VISIBLE_MAX: usize = 5000;
/// The most bytes of one comment, blanks and marks that nobody sees included. More is refused, not cut.
pub const BYTES_MAX: usize = 64 * 1024;
/// The most different emojis below one comment. One more is refused; taking one away always works.
pub const EMOJIS_MAX: usize = 20;
/// The longest emoji in bytes: a family of four with skin tones fits.
pub const EMOJI_BYTES_MAX: usize = 64;

/// On which side of the desk somebody stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorKind {
    /// The company's own.
    Internal,
    /// A customer's person.
    Client,
}

impl AuthorKind {
    /// The spelling of `author_type`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Client => "client",
        }
    }

    /// The kind of that spelling.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Internal, Self::Client].into_iter().find(|kind| kind.name() == name)
    }
}

/// Somebody who wants to do something with a comment.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// Who.
    pub user: &'a UserId,
    /// On which side.
    pub kind: AuthorKind,
    /// Whether they may take away what others said.
    pub moderates: bool,
}

/// A comment as far as the rules ask.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// Who wrote it; nobody known for one that came from elsewhere.
    pub author: Option<&'a UserId>,
    /// Whether it is for the company's eyes alone.
    pub is_internal: bool,
    /// Whether it was taken away.
    pub is_deleted: bool,
}

/// Why something cannot be done with a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// For this person there is no such comment.
    Unknown,
    /// There is, but it is not theirs to change.
    NotTheirs,
}

/// What somebody wants to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The text, as [`text`] spells it.
    pub text: String,
    /// For the company's eyes alone.
    pub is_internal: bool,
    /// This is how it was solved.
    pub is_resolution: bool,
}

/// The text as it is stored: no blanks around it, 1 to 5000 visible characters.
pub fn text(sent: &str) -> Result<String, Issue> {
    let issue = |code, message: String| Err(Issue::at("comment_text", code, message));
    let text = sent.trim();
    if text.len() > BYTES_MAX {
        return issue("too_big", format!("A comment has at most {BYTES_MAX} bytes"));
    }
    if text.contains('\0') {
        return issue("invalid_string", "A comment has no NUL characters".to_owned());
    }
    match text.chars().filter(|&one| is_visible(one)).count() {
        0 => issue("too_small", "A comment cannot be empty".to_owned()),
        1..=VISIBLE_MAX => Ok(text.to_owned()),
        _ => issue("too_big", format!("A comment has at most {VISIBLE_MAX} visible characters")),
    }
}

/// Whether a character shows by itself. Blanks, controls, joiners and marks of direction do not.
fn is_visible(one: char) -> bool {
    !one.is_whitespace()
        && !one.is_control()
        && !matches!(one,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether this may be said by somebody of this kind, below `parent` where it is a reply.
pub fn may_say(draft: &Draft, kind: AuthorKind, parent: Option<Standing<'_>>) -> Result<(), Vec<Issue>> {
    let mut issues = Vec::new();
    let client = kind == AuthorKind::Client;
    if client && draft.is_internal {
        issues.push(Issue::at("is_internal", "custom", "Only the company writes internal comments"));
    }
    if client && draft.is_resolution {
        issues.push(Issue::at("is_resolution", "custom", "Only the company marks a resolution"));
    }
    match parent {
        Some(parent) if parent.is_deleted || !sees(kind, parent.is_internal) => {
            issues.push(Issue::at("parent_comment_id", "custom", "There is no such comment on this ticket"));
        }
        Some(parent) if parent.is_internal && !draft.is_internal => {
            issues.push(Issue::at("is_internal", "custom", "A reply to an internal comment is internal"));
        }
        Some(_) | None => {}
    }
    if issues.is_empty() { Ok(()) } else { Err(issues) }
}

/// Whether somebody of this kind sees a comment of this visibility.
#[must_use]
pub const fn sees(kind: AuthorKind, is_internal: bool) -> bool {
    matches!(kind, AuthorKind::Internal) || !is_internal
}

/// Only the author changes the words: nobody is made to say something.
pub fn may_edit(asking: Asking<'_>, comment: Standing<'_>) -> Result<(), Refusal> {
    seen(asking.kind, comment)?;
    if comment.author == Some(asking.user) { Ok(()) } else { Err(Refusal::NotTheirs) }
}

/// The author takes it away, or somebody who moderates.
pub fn may_delete(asking: Asking<'_>, comment: Standing<'_>) -> Result<(), Refusal> {
    seen(asking.kind, comment)?;
    if comment.author == Some(asking.user) || asking.moderates { Ok(()) } else { Err(Refusal::NotTheirs) }
}

/// Whoever sees a comment may react to it.
pub fn may_react(asking: Asking<'_>, comment: Standing<'_>) -> Result<(), Refusal> {
    seen(asking.kind, comment)
}

fn seen(kind: AuthorKind, comment: Standing<'_>) -> Result<(), Refusal> {
    if comment.is_deleted || !sees(kind, comment.is_internal) { Err(Refusal::Unknown) } else { Ok(()) }
}

#[cfg(test)]
#[path = "comment_tests.rs"]
mod tests;
