//! What was said on the tickets: questions, answers, notes between colleagues, and how it was solved.
//!
//! It exists so that an opened ticket reads like one that people worked on. It has dice of its own, so that more talk
//! changes no ticket.
//!
//! **Invariant:** the words come in order of time, between the opening of a ticket and its closing, and what they say
//! agrees with whose turn it is.

use callboard_model::rest::User;
use callboard_model::{CommentId, Person, Ticket, Timestamp, UserId};

use super::dice::Dice;
use super::people::Staff;
use crate::auth::Role;
use crate::domain::comment::AuthorKind;
use crate::store::comments::{Comment, Reaction};
use crate::store::lookups::Talk;

/// Of a hundred tickets, so many were talked about. The rest keeps a company of 100,000 tickets quick to make.
const TALKED_ABOUT: u64 = 35;
/// Mixed into the seed, so that these dice fall otherwise than those of the tickets.
const APART: u64 = 0x7461_6c6b;
/// Of a hundred comments, so many got a thumb.
const LIKED: u64 = 8;

const NOTES: &[&str] = &[
    "Checked the history: same thing in spring, the cable was loose then.",
    "Remote session booked, they are only in after lunch.",
    "Spare part is on the van.",
    "Not covered by the contract, asked sales before we go on.",
    "Logs look clean, I suspect the switch in the cupboard.",
    "Customer is friendly but in a hurry, please call and do not write.",
    "Left a voicemail, second try at three.",
    "Ordered, the supplier says two working days.",
    "Handed over to the field team, keys are at the reception.",
    "Tested with a fresh profile: works. So it is the profile.",
];
const QUESTIONS: &[&str] = &[
    "Could you tell us since when this happens, and whether a colleague sees it too?",
    "Please send us the exact words of the message when it comes up again.",
    "Would tomorrow between nine and eleven suit you for a visit?",
    "We have changed a setting. Please sign out and in once and tell us whether it helped.",
    "Which of the two printers is it, the one by the window or the one in the hall?",
    "May we restart the machine at noon? It takes about ten minutes.",
];
const ANSWERS: &[&str] = &[
    "Thanks for the quick reply! It started on Monday, and yes, two of us have it.",
    "Still the same this morning, I am afraid.",
    "It says “Connection refused (0x80070005)” and then closes.",
    "Tomorrow at nine is perfect, please ring at the side door.",
    "The one in the hall. The other one is fine.",
    "Noon is OK, everybody is at lunch then.",
];
const NEWS: &[&str] = &[
    "We are on it and will come back to you within the hour.",
    "The part has arrived; our technician comes this afternoon.",
    "We could see the fault from here and are looking for the cause.",
    "A colleague is on the way to you.",
];
const SOLUTIONS: &[&str] = &[
    "Replaced the part and tested with the customer. All is well.",
    "The password had expired on the device only; signed in again everywhere.",
    "Firmware updated, no drop since. We keep an eye on it until Friday.",
    "Profile made anew, the old one is kept for two weeks.",
    "It was the cable after all. Replaced, labelled, tested.",
];

/// Who could say something, and the dice.
struct Voices {
    dice: Dice,
    now: Timestamp,
    staff: Vec<User>,
}

/// What one comment is.
#[derive(Clone, Copy)]
enum Said {
    Note,
    Question,
    Answer,
    News,
    Solution,
}

/// Says what was said on a ticket.
pub(super) fn talk(seed: u64, now: Timestamp, staff: &Staff) -> Talk {
    let works = |role: Role| matches!(role, Role::Dispatcher | Role::Technician);
    let staff = staff.accounts.iter().filter(|one| works(one.role)).map(|one| one.user.clone()).collect();
    let mut voices = Voices { dice: Dice::new(seed ^ APART), now, staff };
    Box::new(move |ticket| voices.on(ticket))
}

impl Voices {
    fn on(&mut self, ticket: &Ticket) -> Vec<Comment> {
        if !self.dice.percent(TALKED_ABOUT) {
            return Vec::new();
        }
        let said = self.course(ticket);
        let Some(from) = ticket.entered_at else { return Vec::new() };
        let until = ticket.closed_at.unwrap_or(self.now).as_millisecond();
        let (count, from) = (i64::try_from(said.len()).unwrap_or(1), from.as_millisecond());
        let step = (until - from).max(0) / (count + 1);
        let mut comments = Vec::with_capacity(said.len());
        for (said, place) in said.into_iter().zip(1..) {
            let at = from + step * place + self.dice.between(0, step / 2);
            let Ok(at) = Timestamp::from_millisecond(at) else { continue };
            comments.extend(self.comment(ticket, said, at));
        }
        comments
    }

    /// What is said, one after the other. Whoever waits has asked last; what is closed was solved last.
    fn course(&mut self, ticket: &Ticket) -> Vec<Said> {
        let mut course = Vec::new();
        for _ in 0..self.dice.below(3) {
            match (self.dice.below(4), ticket.contact_name_id.is_some()) {
                (0, true) => course.extend([Said::Question, Said::Answer]),
                (1, _) => course.push(Said::News),
                _ => course.push(Said::Note),
            }
        }
        let waits = ticket.response_state.is_some();
        course.push(match (ticket.status_is_closed, waits) {
            (true, _) => Said::Solution,
            (false, true) => Said::Question,
            (false, false) => Said::Note,
        });
        course
    }

    fn comment(&mut self, ticket: &Ticket, said: Said, at: Timestamp) -> Option<Comment> {
        let (words, is_internal) = match said {
            Said::Note => (NOTES, true),
            Said::Question => (QUESTIONS, false),
            Said::Answer => (ANSWERS, false),
            Said::News => (NEWS, false),
            Said::Solution => (SOLUTIONS, false),
        };
        let contact = ticket.contact_name_id.clone().filter(|_| matches!(said, Said::Answer));
        let staff = self.dice.one(&self.staff)?.user_id.clone();
        let worker = ticket.assigned_to.clone().filter(|_| self.dice.percent(70)).unwrap_or(staff);
        let id: CommentId = self.dice.id();
        let reactions = self.reactions(&worker);
        Some(Comment {
            comment: id.clone(),
            ticket: ticket.ticket_id.clone(),
            thread: id,
            parent: None,
            text: self.dice.word(words).to_owned(),
            is_internal,
            is_resolution: matches!(said, Said::Solution),
            author: if contact.is_some() { AuthorKind::Client } else { AuthorKind::Internal },
            created_by: contact.is_none().then_some(worker),
            created_by_name: None,
            created_by_avatar_url: None,
            contact,
            contact_name: None,
            contact_email: None,
            time_spent: None,
            metadata: None,
            created_at: at,
            updated_at: None,
            deleted_at: None,
            reactions,
        })
    }

    /// Now and then a colleague agrees.
    fn reactions(&mut self, author: &UserId) -> Vec<Reaction> {
        let liked = self.dice.percent(LIKED);
        let who = self.dice.one(&self.staff).filter(|one| liked && one.user_id != *author);
        let person = |one: &User| Person { user_id: one.user_id.clone(), display_name: "".into() };
        who.map(|one| Reaction { emoji: "👍".into(), people: vec![person(one)] }).into_iter().collect()
    }
}
