//! Questions that come while another is being answered, answered together from the next snapshot.
//!
//! It exists because one event is asked about once for everybody who is about to be told: alone, each of them would cost a
//! walk to a thread of the database and a snapshot, and read the same ticket again.
//!
//! **Invariant:** a question is answered from a snapshot that began after it was asked, and nothing is kept from one snapshot
//! to the next.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::Store;
use super::sql::Sql;
use crate::error::{Result, ServerError};

/// Questions answered from one snapshot. More simply take another one.
const TOGETHER: usize = 256;

/// Takes the answer to a question, or hears that there is none.
pub(super) type Reply<A> = Box<dyn FnOnce(Result<A>) + Send>;

/// How many questions are answered, each in its place.
pub(super) type AnswerAll<Q, A> = fn(&mut dyn Sql, &[Q], &Store) -> Result<Vec<A>>;

/// Questions of one kind. Cheap to clone.
pub(super) struct Gather<Q, A>(Arc<Mutex<Waiting<Q, A>>>);

struct Waiting<Q, A> {
    questions: Vec<(Q, Reply<A>)>,
    /// Whether a task answers them.
    is_answered: bool,
}

impl<Q, A> Clone for Gather<Q, A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<Q, A> Default for Gather<Q, A> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Waiting { questions: Vec::new(), is_answered: false })))
    }
}

impl<Q: Send + 'static, A: Send + 'static> Gather<Q, A> {
    /// The answer to a question, given together with those of others.
    pub(super) async fn ask(&self, store: &Store, question: Q, all: AnswerAll<Q, A>) -> Result<A> {
        let (answer, answered) = oneshot::channel();
        // Whoever asked may be gone by then, and not asking any more.
        self.ask_for(store, question, all, Box::new(|given| drop(answer.send(given))));
        answered.await.map_err(|_| ServerError::Closed)?
    }

    /// Asks for somebody who need not wait: the answer is what wakes them. Answers come in the order of the questions.
    pub(super) fn ask_for(&self, store: &Store, question: Q, all: AnswerAll<Q, A>, reply: Reply<A>) {
        let begins = {
            let mut waiting = self.lock();
            waiting.questions.push((question, reply));
            !std::mem::replace(&mut waiting.is_answered, true)
        };
        if begins {
            // A task of its own: whoever asked first may give up, and the others still wait.
            tokio::spawn(self.clone().answer(store.clone(), all));
        }
    }

    /// Answers until nobody waits.
    async fn answer(self, store: Store, all: AnswerAll<Q, A>) {
        self.company().await;
        loop {
            let asked: Vec<_> = {
                let mut waiting = self.lock();
                if waiting.questions.is_empty() {
                    // Under the lock: whoever asks now begins another task.
                    waiting.is_answered = false;
                    return;
                }
                let many = waiting.questions.len().min(TOGETHER);
                waiting.questions.drain(..many).collect()
            };
            let (questions, whom): (Vec<Q>, Vec<_>) = asked.into_iter().unzip();
            let same = store.clone();
            match store.read(move |db| all(db, &questions, &same)).await {
                Ok(answers) => whom.into_iter().zip(answers).for_each(|(whom, answer)| whom(Ok(answer))),
                Err(error) => {
                    tracing::warn!(%error, "what listeners may know cannot be read");
                    whom.into_iter().for_each(|whom| whom(Err(ServerError::Closed)));
                }
            }
        }
    }

    /// Lets those ask who were woken by the same event, for as long as there are any.
    async fn company(&self) {
        let mut asked = 0;
        loop {
            let now = self.lock().questions.len();
            if now == asked || now >= TOGETHER {
                return;
            }
            asked = now;
            tokio::task::yield_now().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<Q, A>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
