//! What an operation comes to, from its beginning to its end.
//!
//! **Invariant:** an operation that was begun says how it ended, unless whoever asked has ended it.

use std::sync::Arc;

use async_graphql::Response;
use futures_util::StreamExt;
use futures_util::stream::{BoxStream, unfold};

use super::fault::{coded, refused};
use super::listener::{Ear, Listener};
use super::teller::{Line, Teller, Telling, Words};
use crate::app::App;

/// What comes next of an operation.
pub(super) enum Came {
    /// An answer of its own.
    Answered(Box<Response>),
    /// The payload of what a subscriber is told; a moment ago it was asked whether they may know.
    Told(Arc<str>),
    /// It has ended.
    Ended,
}

/// Where it stands.
enum Course {
    /// It is executed; a subscription leaves its listener behind and has no answers.
    Executed(BoxStream<'static, Response>, Option<Box<Subscribes>>),
    /// Somebody listens, and is told in these words; perhaps by an execution of their own.
    Listens(Box<Listener>, Arc<Teller>, Option<Line>),
    Over,
}

/// What a subscription is begun with.
pub(super) struct Subscribes {
    pub(super) app: App,
    pub(super) ear: Arc<Ear>,
    pub(super) words: Words,
}

/// All that comes of an operation.
pub(super) fn of(
    answers: BoxStream<'static, Response>,
    subscribes: Option<Box<Subscribes>>,
) -> BoxStream<'static, Came> {
    unfold(Some(Course::Executed(answers, subscribes)), async |course| {
        let (came, course) = course?.next().await;
        Some((came, course))
    })
    .boxed()
}

impl Course {
    /// What comes next, and how it goes on.
    async fn next(mut self) -> (Came, Option<Self>) {
        loop {
            self = match self {
                Self::Executed(mut answers, subscribes) => match answers.next().await {
                    Some(response) => {
                        let came = Came::Answered(Box::new(coded(response)));
                        return (came, Some(Self::Executed(answers, subscribes)));
                    }
                    None => subscribes.and_then(|subscribes| subscribes.listens()).unwrap_or(Self::Over),
                },
                Self::Listens(mut listener, teller, mut own) => match listener.next().await {
                    Some(Ok(news)) => match teller.tell(news, &mut own).await {
                        Telling::Told(text) => {
                            return (Came::Told(text), Some(Self::Listens(listener, teller, own)));
                        }
                        Telling::Failed(response) => return (Came::Answered(response), Some(Self::Over)),
                    },
                    Some(Err(end)) => return (Came::Answered(Box::new(refused(end))), Some(Self::Over)),
                    None => Self::Over,
                },
                Self::Over => return (Came::Ended, None),
            }
        }
    }
}

impl Subscribes {
    fn listens(self) -> Option<Course> {
        let listener = self.ear.listener()?;
        let teller = self.app.graph.tellers().of(self.words, &self.app);
        Some(Course::Listens(listener, teller, None))
    }
}
