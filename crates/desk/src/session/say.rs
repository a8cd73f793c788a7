//! Comments of ours: on disk, then visible, then sent, once each; and what others say on the tickets that are open.
//!
//! **Invariant:** nothing that was said here is lost or said twice: it leaves the disk when the server has it, or when the
//! person discards it (CO-11, CO-12).

use std::sync::Arc;

use callboard_model::rest::{Comment, NewComment};
use callboard_model::{EditId, TicketId};

use super::effect::{DraftOf, Effect, Request};
use super::event::{Answer, Failure};
use super::turn::Turn;
use super::{Session, words};
use crate::bridge::{CommentDraft, ComposerView, Reach, SayingId, Update, Visibility};
use crate::edits::TRIES_MAX;
use crate::edits::past::Sent;
use crate::edits::sayings::{Saying, Words};
use crate::edits::work::Stage;
use crate::notes::{Document, Note, NoteKey};
use crate::windows::Part;

/// The names under which hints tell of comments.
const TOLD_AS: [&str; 2] = ["comments", "comment_reactions"];

impl Session {
    /// The person says something.
    pub(super) fn comment(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: TicketId,
        text: &str,
        visibility: Visibility,
    ) {
        let text = text.trim();
        if text.is_empty() || self.tickets.get(&ticket).is_none_or(|known| known.is_lost) {
            return;
        }
        let id = turn.edit_id();
        let name = SayingId(id.to_string().into());
        let (text, at) = (text.into(), turn.now.wall);
        let words = Words { id: name, ticket, text, visibility, at, tried_at: None };
        self.put(turn, &words);
        // The disk keeps the draft until it has the words themselves.
        self.edits.sayings.untype(&words.ticket);
        self.touched.insert(words.ticket.clone());
        let (order, stage) = (self.edits.next_order(), Stage::Storing);
        let saying = Saying { id, words, order, tries: 0, is_on_disk: false, stage };
        self.edits.sayings.put(saying, true);
        self.rooms.is_dirty = true;
    }

    /// What stands in the composer of a ticket.
    pub(super) fn draft_comment(&mut self, ticket: TicketId, text: &str, visibility: Visibility) {
        if self.tickets.get(&ticket).is_some() {
            self.touched.insert(ticket.clone());
            self.edits.sayings.type_into(ticket, text, visibility);
        }
    }

    /// What the last run left unsaid.
    pub(super) fn recall_comment(&mut self, note: &Note) {
        let Some((words, id)) =
            note.read::<Words>().and_then(|words| words.id.0.parse().ok().map(|id| (words, id)))
        else {
            return;
        };
        let stage = Stage::Queued { attempted: words.tried_at.is_some() };
        let (ticket, order) = (words.ticket.clone(), self.edits.next_order());
        if self.edits.sayings.typed(&ticket).is_some_and(|typed| *typed.text.trim() == *words.text) {
            self.edits.sayings.untype(&ticket);
        }
        self.edits.sayings.put(Saying { id, words, order, tries: 0, is_on_disk: true, stage }, false);
        self.unproven.insert(ticket.clone());
        self.touched.insert(ticket);
    }

    /// The disk answered for a comment.
    pub(super) fn comment_kept(
        &mut self,
        turn: &mut Turn<'_>,
        key: &NoteKey,
        outcome: Result<(), &Arc<str>>,
    ) {
        let name = SayingId(key.0.clone());
        if self.unsaid.remove(&name) {
            // It was discarded on its way.
            if outcome.is_ok() {
                self.take_away::<Words>(turn, key.clone());
            }
            return;
        }
        let id = self.edits.sayings.named(&name);
        let Some(saying) = id.and_then(|id| self.edits.sayings.get_mut(id)) else { return };
        if saying.stage != Stage::Storing {
            return;
        }
        saying.is_on_disk = outcome.is_ok();
        saying.stage = match outcome {
            Ok(()) => Stage::Queued { attempted: false },
            // It is as good as discarded when the program ends, so the person reads at once that it is not safe.
            Err(reason) => Stage::Refused(reason.clone()),
        };
        let ticket = saying.words.ticket.clone();
        if self.tickets.get(&ticket).is_some_and(|known| known.is_lost) {
            self.edits.sayings.refuse_all(&ticket, &words::LOST.into());
        }
        if !self.reach.is_open() {
            self.unproven.insert(ticket.clone());
        }
        self.touched.insert(ticket);
    }

    /// Sends a comment.
    pub(super) fn say(&mut self, turn: &mut Turn<'_>, id: EditId) -> Option<Effect> {
        let saying = self.edits.sayings.get_mut(id)?;
        let ticket = saying.words.ticket.clone();
        self.touched.insert(ticket.clone());
        if saying.is_too_old(turn.now.wall) {
            saying.stage = Stage::Refused(words::PERHAPS_SAID.into());
            return None;
        }
        saying.stage = Stage::InFlight;
        let is_first = saying.words.tried_at.is_none();
        saying.words.tried_at.get_or_insert(turn.now.wall);
        let said = saying.words.clone();
        if is_first {
            self.put(turn, &said);
        }
        self.in_flight.insert(id);
        let is_internal = said.visibility == Visibility::Internal;
        let comment = NewComment { comment_text: said.text, is_internal };
        Some(Effect::Ask(self.next_request(), Request::Say { saying: id, ticket, comment }))
    }

    /// What became of a comment.
    pub(super) fn said(
        &mut self,
        turn: &mut Turn<'_>,
        id: EditId,
        ticket: &TicketId,
        outcome: Result<Answer, Failure>,
    ) {
        self.in_flight.remove(&id);
        match outcome {
            Ok(Answer::Said(comment)) => self.heard_ourselves(turn, id, ticket, *comment),
            Err(Failure::Unreachable) => self.unsay(id, Stage::Queued { attempted: true }),
            Err(Failure::Busy(_) | Failure::SignedOut) => self.unsay(id, Stage::Queued { attempted: true }),
            Ok(_) | Err(Failure::Broken | Failure::Stale(_)) => {
                self.unsay(id, Stage::Queued { attempted: true });
                if let Some(saying) = self.edits.sayings.get_mut(id) {
                    saying.tries += 1;
                    if saying.tries >= TRIES_MAX {
                        saying.stage = Stage::Refused(words::BROKEN.into());
                    }
                }
            }
            Err(Failure::Forbidden) => self.unsay(id, Stage::Refused(words::FORBIDDEN.into())),
            Err(Failure::Gone | Failure::TooOld) => {
                self.unsay(id, Stage::Refused(words::LOST.into()));
                self.stale.want_anew(ticket);
            }
            Err(Failure::Refused { message, .. }) => self.unsay(id, Stage::Refused(message)),
        }
        self.touched.insert(ticket.clone());
    }

    /// It is said. The ticket itself has changed with it, of which our own hint tells us nothing.
    fn heard_ourselves(&mut self, turn: &mut Turn<'_>, id: EditId, ticket: &TicketId, comment: Comment) {
        if let Some(saying) = self.edits.sayings.take(id) {
            self.take_away::<Words>(turn, saying.words.key());
            let at = self.clock.now_ms(turn.now.wall);
            self.sent(turn, Sent::new(id, self.about(ticket), saying.words.change(), at));
        }
        self.talks.said(ticket, comment);
        self.stale.want_anew(ticket);
    }

    fn unsay(&mut self, id: EditId, stage: Stage) {
        if let Some(saying) = self.edits.sayings.get_mut(id) {
            saying.stage = stage;
        }
    }

    /// Says a refused comment again: under its key, unless that is forgotten.
    pub(super) fn retry_comment(&mut self, turn: &mut Turn<'_>, name: &SayingId) {
        let id = self.edits.sayings.named(name);
        let Some(saying) = id.and_then(|id| self.edits.sayings.get_mut(id)) else { return };
        if !matches!(saying.stage, Stage::Refused(_)) {
            return;
        }
        let ticket = saying.words.ticket.clone();
        saying.tries = 0;
        let must_store = !saying.is_on_disk || saying.is_too_old(turn.now.wall);
        if must_store {
            saying.words.tried_at = None;
            saying.stage = Stage::Storing;
            let words = saying.words.clone();
            self.put(turn, &words);
        } else {
            saying.stage = Stage::Queued { attempted: saying.words.tried_at.is_some() };
        }
        self.touched.insert(ticket);
    }

    /// Discards a comment that is not on its way.
    pub(super) fn drop_comment(&mut self, turn: &mut Turn<'_>, name: &SayingId) {
        let id = self.edits.sayings.named(name);
        let is_still = |saying: &&mut Saying| saying.stage != Stage::InFlight;
        let Some(saying) = id.and_then(|id| self.edits.sayings.get_mut(id)).filter(is_still) else { return };
        let id = saying.id;
        let Some(saying) = self.edits.sayings.take(id) else { return };
        if saying.stage == Stage::Storing {
            self.unsaid.insert(saying.words.id.clone());
        } else if saying.is_on_disk {
            self.take_away::<Words>(turn, saying.words.key());
        }
        if saying.words.tried_at.is_some() {
            // It may have been said all the same.
            self.stale.want_anew(&saying.words.ticket);
            self.talks.heard(&saying.words.ticket);
        }
        self.touched.insert(saying.words.ticket);
    }

    /// Somebody says that these fields of a ticket changed.
    pub(super) fn heard_talk(&mut self, ticket: &TicketId, fields: &[Arc<str>]) {
        if fields.iter().any(|field| TOLD_AS.contains(&&**field)) {
            self.talks.heard(ticket);
        }
    }

    /// The next question about what is said.
    pub(super) fn next_talk(&mut self) -> Option<Request> {
        let may_ask = self.reach.is_open() && self.me.is_some();
        let (ticket, limit) = if may_ask { self.talks.next() } else { None }?;
        Some(Request::Comments { ticket, limit })
    }

    /// What is said on a ticket.
    pub(super) fn on_comments(
        &mut self,
        turn: &Turn<'_>,
        ticket: TicketId,
        limit: u32,
        outcome: Result<Answer, Failure>,
    ) {
        match outcome {
            Ok(Answer::Comments(comments)) => {
                self.talks.told(&ticket, limit, comments, self.clock.now_ms(turn.now.wall));
            }
            Err(Failure::Unreachable | Failure::Broken | Failure::Busy(_) | Failure::SignedOut) => {
                self.talks.not_told(&ticket, false);
            }
            Ok(_) | Err(_) => self.talks.not_told(&ticket, true),
        }
        self.touched.insert(ticket);
    }

    /// Tells the windows that have a ticket open what is said there.
    pub(super) fn tell_talk(&mut self, turn: &mut Turn<'_>, ticket: &TicketId) {
        if !self.windows.is_open(ticket) {
            self.talks.close(ticket);
            return;
        }
        let is_signed_out = self.reach.reach == Reach::SignedOut;
        let view = self.talks.view(ticket, self.edits.sayings.of(ticket), is_signed_out);
        self.windows.tell_part(ticket, Part::Comments, &Update::Comments(view), turn.effects());
        let draft = self.edits.sayings.typed(ticket).map(|typed| CommentDraft {
            text: typed.text.clone(),
            visibility: typed.visibility,
            kept: self.drafts.is_safe(&DraftOf::Comment(ticket.clone())),
        });
        self.windows.tell_composer(&ComposerView { ticket: ticket.clone(), draft }, turn.effects());
    }
}
