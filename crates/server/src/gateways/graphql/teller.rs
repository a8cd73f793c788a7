//! What is told of one event, put into words once for everybody who asks in the same words and may know the same.
//!
//! It exists because executing a query and writing its answer out is most of what a delivery would cost, and a thousand
//! windows that show the same board ask for the same things. Who may know what is asked for each of them all the same, before
//! they come here: only those whose questions were answered from one snapshot, and with the same, share an answer. Words for
//! which something more has to be looked up are told to each by itself, with what that one may read.
//!
//! **Invariant:** nobody is told an answer that was made of more than they may know, or of what was read before they asked;
//! and nobody waits for another's socket.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Poll;

use async_graphql::{Request, Response, Value, Variables};
use futures_util::stream::{BoxStream, poll_fn};
use futures_util::{FutureExt, StreamExt};
use sha2::{Digest, Sha256};

use super::fault::{coded, refused};
use super::news::{News, Same};
use super::protocol;
use super::schema::event::SupportTicketEvent;
use crate::app::App;
use crate::http::problem::Problem;

/// Answers of this process that are kept for whoever comes a moment later. Overflow: the oldest are made anew for them.
const KEPT: usize = 1024;

/// What somebody subscribes with.
pub(super) struct Words {
    query: String,
    operation: Option<String>,
    variables: Variables,
}

impl Words {
    pub(super) fn of(request: &Request) -> Self {
        Self {
            query: request.query.clone(),
            operation: request.operation_name.clone(),
            variables: request.variables.clone(),
        }
    }

    fn request(&self) -> Request {
        let request = Request::new(&self.query).variables(self.variables.clone());
        match &self.operation {
            Some(name) => request.operation_name(name),
            None => request,
        }
    }

    /// Two that have the same are the same words.
    fn print(&self) -> Print {
        let mut print = Sha256::new();
        let variables = self.variables.to_string();
        for part in [self.query.as_str(), self.operation.as_deref().unwrap_or_default(), &variables] {
            print.update(part.len().to_le_bytes());
            print.update(part);
        }
        print.finalize().into()
    }
}

type Print = [u8; 32];

/// Everybody who tells. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Tellers(Arc<Common>);

#[derive(Default)]
struct Common {
    by_words: Mutex<HashMap<Print, Weak<Teller>>>,
    /// What was told last: in which words, of what, and how.
    told: Mutex<VecDeque<(Print, Same, Arc<str>)>>,
}

impl Tellers {
    /// Who tells in these words, to everybody who subscribed with them.
    pub(super) fn of(&self, words: Words, app: &App) -> Arc<Teller> {
        let print = words.print();
        let mut by_words = lock(&self.0.by_words);
        if let Some(teller) = by_words.get(&print).and_then(Weak::upgrade) {
            return teller;
        }
        let line = Mutex::new(Some(Line::of(&words, app)));
        let teller = Arc::new(Teller { words, app: app.clone(), line, print, all: self.clone() });
        by_words.insert(print, Arc::downgrade(&teller));
        teller
    }

    fn told(&self, words: &Print, same: &Same) -> Option<Arc<str>> {
        let told = lock(&self.0.told);
        let known = told.iter().rev().find(|(its_words, its_same, _)| its_same == same && its_words == words);
        known.map(|(_, _, text)| Arc::clone(text))
    }

    fn keep(&self, words: Print, same: Same, text: &Arc<str>) {
        let mut told = lock(&self.0.told);
        if told.len() == KEPT {
            told.pop_front();
        }
        told.push_back((words, same, Arc::clone(text)));
    }
}

/// Tells in the same words.
pub(super) struct Teller {
    words: Words,
    app: App,
    /// For all of them; `None` when something has to be looked up for these words.
    line: Mutex<Option<Line>>,
    print: Print,
    all: Tellers,
}

/// What became of telling.
pub(super) enum Telling {
    /// The payload of a message, for everybody.
    Told(Arc<str>),
    /// It cannot be answered, and so the subscription is over.
    Failed(Box<Response>),
}

impl Teller {
    /// What one event is in these words. `own` is for this listener alone, and empty at first.
    pub(super) async fn tell(self: &Arc<Self>, news: News, own: &mut Option<Line>) -> Telling {
        if let Some(own) = own {
            return Telling::of(own.answer(news.event()).await);
        }
        if let Some(telling) = self.at_once(&news) {
            return telling;
        }
        let own = own.insert(Line::of(&self.words, &self.app));
        Telling::of(own.answer(news.event()).await)
    }

    /// The same for all who may know the same; `None` when something has to be looked up.
    fn at_once(self: &Arc<Self>, news: &News) -> Option<Telling> {
        let mut shared = lock(&self.line);
        let line = shared.as_mut()?;
        // Whoever is alone with these words has nobody to share with.
        let same = news.same().filter(|_| Arc::strong_count(self) > 1);
        if let Some(text) = same.as_ref().and_then(|same| self.all.told(&self.print, same)) {
            return Some(Telling::Told(text));
        }
        let Some(response) = line.answer(news.event()).now_or_never() else {
            *shared = None;
            return None;
        };
        let telling = Telling::of(response);
        if let (Telling::Told(text), Some(same)) = (&telling, same) {
            self.all.keep(self.print, same, text);
        }
        Some(telling)
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        let mut by_words = lock(&self.all.0.by_words);
        // Somebody else may have begun with the same words meanwhile.
        if by_words.get(&self.print).is_some_and(|teller| teller.strong_count() == 0) {
            by_words.remove(&self.print);
        }
    }
}

impl Telling {
    fn of(response: Option<Response>) -> Self {
        let response = response.map_or_else(|| refused(Problem::failed()), coded);
        if response.data == Value::Null {
            return Self::Failed(Box::new(response));
        }
        Self::Told(protocol::payload(&response).into())
    }
}

/// One execution of the words: an event in, its answer out.
pub(super) struct Line {
    next: Arc<Mutex<Option<SupportTicketEvent>>>,
    answers: BoxStream<'static, Response>,
}

impl Line {
    fn of(words: &Words, app: &App) -> Self {
        let next = Arc::new(Mutex::new(None));
        let request = words.request().data(app.clone()).data(Feed(Arc::clone(&next)));
        Self { next, answers: app.graph.schema().execute_stream(request).boxed() }
    }

    /// To be waited for to its end, or never used again.
    async fn answer(&mut self, event: SupportTicketEvent) -> Option<Response> {
        *lock(&self.next) = Some(event);
        self.answers.next().await
    }
}

/// The events of an execution.
pub(super) struct Feed(Arc<Mutex<Option<SupportTicketEvent>>>);

impl Feed {
    pub(super) fn events(&self) -> BoxStream<'static, SupportTicketEvent> {
        let next = Arc::clone(&self.0);
        // Nobody waits for an event here: it is put there first, and then asked for.
        poll_fn(move |_| lock(&next).take().map_or(Poll::Pending, |event| Poll::Ready(Some(event)))).boxed()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
