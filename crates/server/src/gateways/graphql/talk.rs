//! What is under way on one socket: who it is, which operations run, and when it is time for what.
//!
//! **Invariant:** nothing is begun for anybody whose key was not checked for it a moment ago.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_graphql::Response;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use serde_json::{Map, Value};
use tokio::time::{Instant, timeout};

use super::answer::asked_by;
use super::course::{self, Came, Subscribes};
use super::document::{Kind, weigh};
use super::fault::{Fault, Why, refused};
use super::limits::{
    ACCESS_CHECKED_EVERY, CHECK_PATIENCE, INIT_PATIENCE, MESSAGES, PING_EVERY, SILENCE_MAX,
    SUBSCRIPTIONS_PER_CONNECTION, UNCHECKED_FOR,
};
use super::listener::Ear;
use super::protocol::{self, Close, Heard};
use super::teller::Words;
use crate::app::App;
use crate::auth::api_key::KeyHash;
use crate::error::ServerError;
use crate::gateways::crowd::{Crowd, Seat, Subscribed};
use crate::http::extract::{signed_in, spend};
use crate::http::problem::Problem;
use crate::listen::Source;
use crate::quota::Bucket;
use crate::store::witness::{Bearer, Pass};

/// What goes out: messages in their order, or the end.
pub(super) type Said = Result<Vec<String>, Close>;

/// One socket's part.
pub(super) struct Talk {
    app: App,
    crowd: Crowd,
    seat: Seat,
    source: Option<Source>,
    /// Who was let in, and with what.
    pass: Option<Pass>,
    running: Vec<Running>,
    /// Which of them is looked at first.
    turn: usize,
    messages: Bucket,
    began: Instant,
    heard_at: Instant,
    ping_at: Instant,
    check_at: Instant,
    /// When it was last known that the key opens.
    checked_at: Instant,
}

/// An operation under way. Dropped, it is ended.
struct Running {
    id: String,
    kind: Kind,
    comes: BoxStream<'static, Came>,
    /// Counted for as long as it runs.
    _counted: Option<Subscribed>,
}

impl Talk {
    pub(super) fn new(app: App, seat: Seat, source: Option<Source>) -> Self {
        let (crowd, now) = (app.graph.0.crowd.clone(), Instant::now());
        Self {
            app,
            crowd,
            seat,
            source,
            pass: None,
            running: Vec::new(),
            turn: 0,
            messages: Bucket::default(),
            began: now,
            heard_at: now,
            ping_at: now + PING_EVERY,
            check_at: now + ACCESS_CHECKED_EVERY,
            checked_at: now,
        }
    }

    /// The peer has shown a sign of life.
    pub(super) fn lives(&mut self) {
        self.heard_at = Instant::now();
    }

    /// Takes in a message.
    pub(super) async fn heard(&mut self, text: &str) -> Said {
        self.lives();
        let at: Duration = self.began.elapsed();
        self.messages.take(MESSAGES, at).map_err(|_| {
            Close::too_many(format!("Too many messages: at most {} per minute", MESSAGES.per_minute))
        })?;
        match (protocol::read(text)?, self.pass.clone()) {
            (Heard::Ping, _) => Ok(vec![protocol::pong()]),
            (Heard::Pong, _) => Ok(Vec::new()),
            (Heard::Init(said), None) => self.let_in(&said).await,
            (Heard::Init(_), Some(_)) => Err(Close::second_init()),
            (_, None) => Err(Close::unauthorized()),
            (Heard::Subscribe(id, request), Some(pass)) => self.begin(id, *request, pass).await,
            (Heard::Complete(id), Some(_)) => {
                // Unknown where both sides ended it at once.
                self.running.retain(|running| running.id != id);
                Ok(Vec::new())
            }
        }
    }

    async fn let_in(&mut self, said: &Map<String, Value>) -> Said {
        let token =
            protocol::token(said).ok_or_else(|| Close::forbidden("Unauthorized: No token provided"))?;
        let key = KeyHash::of(token);
        let caller = signed_in(&self.app, key, None, self.source).await;
        let caller = match caller {
            Ok(caller) => caller,
            Err(problem) => return Err(not_let_in(&problem)),
        };
        if !self.seat.is_for(&caller) {
            return Err(Close::too_many("Too many connections of one person: close some"));
        }
        self.pass = Some(Pass { key, tenant: caller.tenant });
        self.checked(Instant::now());
        Ok(vec![protocol::ack()])
    }

    /// Begins an operation. Before anything else is read on this socket a subscription hears what happens.
    async fn begin(&mut self, id: String, mut request: async_graphql::Request, pass: Pass) -> Said {
        if self.running.iter().any(|running| running.id == id) {
            return Err(Close::subscriber_exists(&id));
        }
        let Bearer { caller, is_live } = match self.who(&pass).await {
            Ok(Some(bearer)) => bearer,
            Ok(None) => return Err(revoked()),
            Err(error) => return Ok(vec![self.refuse(&id, Problem::from(error))]),
        };
        if let Err(problem) = spend(&self.app, &pass.key).await {
            return Ok(vec![self.refuse(&id, problem)]);
        }
        if self.running.len() >= SUBSCRIPTIONS_PER_CONNECTION {
            let message = format!("At most {SUBSCRIPTIONS_PER_CONNECTION} operations run on one connection");
            return Ok(vec![self.refuse(&id, Fault::new(Why::TooManySubscriptions, message))]);
        }
        let kind = match weigh(&mut request) {
            Ok(kind) => kind,
            Err(fault) => return Ok(vec![self.refuse(&id, fault)]),
        };
        if kind == Kind::Subscription && !is_live {
            return Ok(vec![self.refuse(&id, Problem::live_updates_off())]);
        }
        let mut request = asked_by(request, &self.app, caller);
        let (mut counted, mut subscribes) = (None, None);
        if kind == Kind::Subscription {
            let ear = match self.app.tail.subscribe(&pass.tenant).await {
                Ok(heard) => Arc::new(Ear::new(pass, heard)),
                Err(error) => return Ok(vec![self.refuse(&id, Problem::from(error))]),
            };
            let words = Words::of(&request);
            request = request.data(Arc::clone(&ear));
            subscribes = Some(Box::new(Subscribes { app: self.app.clone(), ear, words }));
            counted = Some(self.crowd.subscribes());
        }
        let answers = self.app.graph.schema().execute_stream(request).boxed();
        let comes = course::of(answers, subscribes);
        self.running.push(Running { id, kind, comes, _counted: counted });
        Ok(Vec::new())
    }

    fn refuse(&self, id: &str, why: impl Into<async_graphql::Error>) -> String {
        self.crowd.refused();
        protocol::error(id, &refused(why))
    }

    /// What comes next of what is under way. May be dropped while it waits.
    pub(super) async fn next(&mut self) -> Vec<String> {
        let (place, came) = poll_fn(|context| self.poll(context)).await;
        vec![match came {
            Came::Told(payload) => {
                self.crowd.delivered();
                // Whether the key still opens was asked for this.
                self.checked(Instant::now());
                protocol::next(&self.running[place].id, &payload)
            }
            Came::Answered(response) => self.answered(place, &response),
            Came::Ended => protocol::complete(&self.running.remove(place).id),
        }]
    }

    /// Each has its turn: one of which there is always more does not hold up the others.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<(usize, Came)> {
        let count = self.running.len();
        for place in (0..count).map(|step| (self.turn + step) % count) {
            if let Poll::Ready(came) = self.running[place].comes.poll_next_unpin(context) {
                self.turn = place + 1;
                return Poll::Ready((place, came.unwrap_or(Came::Ended)));
            }
        }
        Poll::Pending
    }

    fn answered(&mut self, place: usize, response: &Response) -> String {
        let kind = self.running[place].kind;
        // A subscription that fails is over, and so is what was never begun.
        let is_data = response.data != async_graphql::Value::Null;
        let is_over =
            !is_data && (kind == Kind::Subscription || response.errors.iter().all(|one| one.path.is_empty()));
        if !is_over {
            return protocol::next(&self.running[place].id, &protocol::payload(response));
        }
        let Running { id, .. } = self.running.remove(place);
        if has_code(response, Why::EventsMissed.code()) {
            self.crowd.too_slow();
        }
        self.crowd.refused();
        // Perhaps the key is why.
        self.check_at = Instant::now();
        protocol::error(&id, response)
    }

    /// When it is time for [`Talk::tick`].
    pub(super) fn next_tick(&self) -> Instant {
        let silence = self.heard_at + SILENCE_MAX;
        let soonest = self.ping_at.min(silence);
        if self.pass.is_some() { soonest.min(self.check_at) } else { soonest.min(self.began + INIT_PATIENCE) }
    }

    /// Does what it is time for.
    pub(super) async fn tick(&mut self) -> Said {
        let now = Instant::now();
        if now >= self.heard_at + SILENCE_MAX {
            return Err(Close::silent());
        }
        let Some(pass) = self.pass.clone() else {
            return if now >= self.began + INIT_PATIENCE {
                Err(Close::init_timeout())
            } else {
                Ok(self.ping(now))
            };
        };
        let mut said = Vec::new();
        if now >= self.check_at {
            self.check_at = now + ACCESS_CHECKED_EVERY;
            said = self.check(&pass).await?;
        }
        said.extend(self.ping(now));
        Ok(said)
    }

    fn ping(&mut self, now: Instant) -> Vec<String> {
        if now < self.ping_at {
            return Vec::new();
        }
        self.ping_at = now + PING_EVERY;
        // Before somebody was let in, a client expects nothing but that.
        if self.pass.is_some() { vec![protocol::ping()] } else { Vec::new() }
    }

    /// Whether the key still opens, and what is said of it. Fails closed, as soon as the next check could come too late.
    async fn check(&mut self, pass: &Pass) -> Said {
        match self.who(pass).await {
            Ok(Some(Bearer { is_live: true, .. })) => Ok(Vec::new()),
            Ok(Some(_)) => Ok(self.switched_off()),
            Ok(None) => Err(revoked()),
            Err(error) => {
                tracing::warn!(%error, "cannot check whether a key still opens");
                let unchecked = self.checked_at.elapsed() + ACCESS_CHECKED_EVERY + CHECK_PATIENCE;
                if unchecked > UNCHECKED_FOR { Err(Close::try_later()) } else { Ok(Vec::new()) }
            }
        }
    }

    /// The company has no live updates any more (LT-20): every subscription ends, and the rest goes on.
    fn switched_off(&mut self) -> Vec<String> {
        let subscriptions = self.running.extract_if(.., |running| running.kind == Kind::Subscription);
        let ended: Vec<Running> = subscriptions.collect();
        ended.iter().map(|running| self.refuse(&running.id, Problem::live_updates_off())).collect()
    }

    /// It is known that the key opens.
    fn checked(&mut self, now: Instant) {
        self.checked_at = now;
        self.check_at = now + ACCESS_CHECKED_EVERY;
    }

    /// Who it is, as they stand now; `None` when the key opens nothing any more.
    async fn who(&mut self, pass: &Pass) -> Result<Option<Bearer>, ServerError> {
        let asked = timeout(CHECK_PATIENCE, self.app.store.bearer(pass)).await;
        let bearer = asked.unwrap_or(Err(ServerError::Closed))?;
        self.checked_at = Instant::now();
        Ok(bearer)
    }
}

fn revoked() -> Close {
    Close::forbidden("Forbidden: this key opens nothing any more")
}

fn not_let_in(problem: &Problem) -> Close {
    match problem.status().as_u16() {
        401 => Close::forbidden("Unauthorized: Invalid token"),
        429 => Close::too_many("Too many attempts: try again later"),
        _ => Close::try_later(),
    }
}

fn has_code(response: &Response, code: &str) -> bool {
    response.errors.iter().any(|error| {
        let extensions = error.extensions.as_ref();
        extensions
            .and_then(|all| all.get("code"))
            .is_some_and(|told| *told == async_graphql::Value::from(code))
    })
}
