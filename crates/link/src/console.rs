//! A running console: the handle that the shell holds.
//!
//! **Invariant:** the handle holds no state of tickets or windows. It passes on.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use callboard_desk::bridge::{Command, Signal, ToastAction, ToastId, Update};
use callboard_desk::notes::Owner;
use callboard_desk::session::effect::WindowId;
use callboard_desk::session::event::Kept;
use callboard_desk::{Effect, Event, Moment, Session};
use callboard_model::SessionId;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};
use uuid::Uuid;

use crate::LinkError;
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, RoomsUrl};
use crate::disk::copy::{CopyStore, Copyist, open_copy};
use crate::disk::open::{SetAside, open_outbox};
use crate::disk::profile::ProfileLock;
use crate::disk::sqlite::Place;
use crate::disk::threads::{OwnThreads, Threads};
use crate::disk::writer::Writer;
use crate::disk::{OutboxStore, REPLIES_WAITING_MAX};
use crate::rest::send::{HttpSend, ReqwestSend};
use crate::rest::{Caller, Rest};
use crate::runtime::{Input, Runtime, Step};
use crate::socket::Socket;
use crate::socket::dial::{Dial, TcpDial};

/// Commands that may wait for the loop; beyond that [`Console::command`] waits.
const INPUTS_WAITING_MAX: usize = 256;

/// What a console finds around it: the four seams. A simulated world brings its own.
pub struct World {
    /// Wall time and luck.
    pub clock: Arc<dyn Clock>,
    /// HTTP.
    pub http: Arc<dyn HttpSend>,
    /// Byte streams.
    pub dial: Arc<dyn Dial>,
    /// The disk: what must survive.
    pub outbox: Box<dyn OutboxStore>,
    /// The disk: what is only faster to have.
    pub copy: Box<dyn CopyStore>,
    /// Where the disk's loops run.
    pub threads: Arc<dyn Threads>,
    /// Sees every step, and changes none; `None` where nobody looks.
    pub witness: Option<Witness>,
}

/// What happened, when, and what the session asked for.
pub type Witness = Box<dyn FnMut(Moment, &Event, &[Effect]) + Send>;

/// A running console.
pub struct Console {
    inputs: mpsc::Sender<Input>,
    stop: CancellationToken,
    task: Mutex<Option<JoinHandle<()>>>,
    set_aside: Option<SetAside>,
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").field("set_aside", &self.set_aside).finish_non_exhaustive()
    }
}

impl Console {
    /// Starts a console in the real world. Must be called within a tokio runtime. `paint` and `signal` must
    /// not wait.
    ///
    /// # Errors
    /// Its profile cannot be used, or is in use by another console.
    pub fn start(
        config: Config,
        paint: impl Fn(WindowId, Update) + Send + 'static,
        signal: impl Fn(Signal) + Send + 'static,
    ) -> Result<Self, LinkError> {
        let profile = ProfileLock::take(&config.profile_dir)?;
        let clock = Arc::new(SystemClock);
        let address = config.server.address();
        let mut copy = open_copy(&config.profile_dir, &address, clock.wall());
        let kept = recalled(copy.as_mut());
        let last = kept.me.as_ref().map(Owner::of);
        let at = Place { server: &address, last: last.as_ref(), now: clock.wall() };
        let (outbox, set_aside) = open_outbox(&config.profile_dir, &at)?;
        let http = Arc::new(ReqwestSend::new(&config.server)?);
        let (dial, threads) = (Arc::new(TcpDial), Arc::new(OwnThreads));
        let world = World { clock, http, dial, outbox, copy, threads, witness: None };
        let mut console = Self::with_session(world, kept, config, paint, signal, Some(profile))?;
        console.set_aside = set_aside;
        Ok(console)
    }

    /// Starts a console in a world of the caller's making; `config.profile_dir` is not touched: see
    /// [`disk`](crate::disk).
    ///
    /// # Errors
    /// Its outbox cannot be read.
    pub fn start_in(
        mut world: World,
        config: Config,
        paint: impl Fn(WindowId, Update) + Send + 'static,
        signal: impl Fn(Signal) + Send + 'static,
    ) -> Result<Self, LinkError> {
        let kept = recalled(world.copy.as_mut());
        Self::with_session(world, kept, config, paint, signal, None)
    }

    fn with_session(
        mut world: World,
        kept: Kept,
        config: Config,
        paint: impl Fn(WindowId, Update) + Send + 'static,
        signal: impl Fn(Signal) + Send + 'static,
        profile: Option<ProfileLock>,
    ) -> Result<Self, LinkError> {
        let origin = SessionId::from(Uuid::from_u128(world.clock.dice()).to_string());
        let session = Session::new(origin.clone()).under(config.live.policy);
        let step = steps(session, world.witness);
        let work = world.outbox.load().map_err(LinkError::Unread)?;
        let stop = CancellationToken::new();
        let (inputs, incoming) = mpsc::channel(INPUTS_WAITING_MAX);
        let (replies, stored) = mpsc::channel(REPLIES_WAITING_MAX);
        let copyist =
            Copyist::begin(world.copy, world.threads.as_ref(), replies.clone()).map_err(LinkError::Thread)?;
        let writer =
            Writer::begin(world.outbox, world.threads.as_ref(), replies).map_err(LinkError::Thread)?;
        // 32 random bits, as stock ends draw them.
        let first_client_id = (world.clock.dice() & u128::from(u32::MAX)) as u64;
        let rooms = config.live.rooms.as_ref().map_or_else(|| config.server.socket(), RoomsUrl::socket);
        let socket = Socket::spawn(Arc::clone(&world.dial), rooms, first_client_id, stop.clone());
        let caller = Caller::new(world.http, config.server, config.api_key, config.tenant.as_ref(), &origin)
            .known_as(config.live.user, config.live.session.as_ref());
        let runtime = Runtime {
            step,
            paint: Box::new(paint),
            signal: Box::new(signal),
            clock: world.clock,
            dial: world.dial,
            inputs: incoming,
            disk: writer,
            copyist,
            stored,
            rest: Rest::new(caller),
            socket,
            stop: stop.clone(),
        };
        let task = tokio::spawn(async move {
            runtime.run(work, kept).await;
            // Only now may another console take it.
            drop(profile);
        });
        Ok(Self { inputs, stop, task: Mutex::new(Some(task)), set_aside: None })
    }

    /// The outbox file that could not be used, if there was one: something to tell the person.
    #[must_use]
    pub fn set_aside(&self) -> Option<&SetAside> {
        self.set_aside.as_ref()
    }

    /// Hands a window's command over.
    ///
    /// # Errors
    /// The console has ended.
    pub async fn command(&self, window: WindowId, command: Command) -> Result<(), LinkError> {
        self.input(Input::Command(window, command)).await
    }

    /// Hands a window's command over without waiting, so that commands keep the order of the calls.
    ///
    /// # Errors
    /// The console has ended, or is too far behind to take another command.
    pub fn offer(&self, window: WindowId, command: Command) -> Result<(), LinkError> {
        self.inputs.try_send(Input::Command(window, command)).map_err(|error| match error {
            TrySendError::Full(_) => LinkError::Behind,
            TrySendError::Closed(_) => LinkError::Ended,
        })
    }

    /// The person clicked a toast of the machine: its name and the number that it had.
    ///
    /// # Errors
    /// The console has ended.
    pub async fn toast_clicked(&self, id: ToastId, rev: u32, action: ToastAction) -> Result<(), LinkError> {
        self.input(Input::Clicked(id, rev, action)).await
    }

    /// A window is gone.
    ///
    /// # Errors
    /// The console has ended.
    pub async fn close_window(&self, window: WindowId) -> Result<(), LinkError> {
        self.input(Input::Closed(window)).await
    }

    /// Ends the console: what is ordered of the disk is done, the socket says goodbye, the profile is free again.
    /// A second call returns at once.
    pub async fn stop(&self) {
        self.stop.cancel();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task
            && let Err(panic) = task.await
        {
            error!(%panic, "the loop ended badly");
        }
    }

    /// Ends the console as a loss of power would: nothing more is done, not even what was ordered. Whatever else it
    /// started (the disk's loops, its streams) is for its world to end.
    pub fn kill(&self) {
        if let Some(task) = self.task.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }

    async fn input(&self, input: Input) -> Result<(), LinkError> {
        self.inputs.send(input).await.map_err(|_| LinkError::Ended)
    }
}

/// What the server had said when the profile was last used. It is worth nothing, so trouble with it stops nobody.
fn recalled(copy: &mut dyn CopyStore) -> Kept {
    copy.load().unwrap_or_else(|reason| {
        warn!(%reason, "the copy of the board cannot be read");
        Kept::default()
    })
}

/// The session as the loop sees it, and whoever looks on.
fn steps(mut session: Session, witness: Option<Witness>) -> Step {
    match witness {
        None => Box::new(move |now, event, out| session.step(now, event, out)),
        Some(mut witness) => Box::new(move |now, event, out| {
            session.step(now, event.clone(), out);
            witness(now, &event, out);
        }),
    }
}
