//! The loop with a scripted session: what it hands in, and that it does what it is told.

use std::time::Duration;

use callboard_desk::bridge::{Counts, Saving};
use callboard_desk::notes::{Note, NoteName, NoteOrder, Owner, Shelf};
use callboard_desk::session::effect::{Request, RequestId, Sockets, StoredEdit, Timer};
use callboard_desk::session::event::Failure;
use callboard_model::{EditId, Field, Timestamp, Value};
use futures_util::future::BoxFuture;
use std::path::Path;

use super::*;
use crate::clock::SystemClock;
use crate::config::{ApiKey, ServerUrl};
use crate::disk::copy::NoCopy;
use crate::disk::open::open_outbox;
use crate::disk::sqlite::Place;
use crate::disk::threads::OwnThreads;
use crate::disk::{OutboxStore, REPLIES_WAITING_MAX, Unkept};
use crate::rest::Caller;
use crate::rest::send::{HttpAnswer, HttpRequest, HttpSend, SendError};
use crate::socket::dial::TcpDial;

/// A server that is never there.
struct Nobody;

impl HttpSend for Nobody {
    fn send(&self, _: HttpRequest) -> BoxFuture<'_, Result<HttpAnswer, SendError>> {
        Box::pin(async { Err(SendError::Unreachable(String::new())) })
    }
}

struct Rig {
    events: mpsc::Receiver<(Moment, Event)>,
    painted: mpsc::Receiver<(WindowId, Update)>,
    signalled: mpsc::Receiver<Signal>,
    inputs: mpsc::Sender<Input>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Rig {
    /// Runs a loop on the outbox in `dir`, with a session that answers as `script` says.
    fn start(dir: &Path, mut script: impl FnMut(&Event) -> Vec<Effect> + Send + 'static) -> Self {
        let (mut outbox, _) =
            open_outbox(dir, &Place { server: "https://a/", last: None, now: Timestamp::UNIX_EPOCH })
                .expect("an outbox");
        let work = outbox.load().expect("our work");
        Self::on(outbox, work, move |event| script(event))
    }

    fn on(
        outbox: Box<dyn OutboxStore>,
        work: Work,
        mut script: impl FnMut(&Event) -> Vec<Effect> + Send + 'static,
    ) -> Self {
        let (seen, events) = mpsc::channel(1024);
        let (paint, painted) = mpsc::channel(1024);
        let (signals, signalled) = mpsc::channel(1024);
        let (inputs, incoming) = mpsc::channel(8);
        let (replies, stored) = mpsc::channel(REPLIES_WAITING_MAX);
        let stop = CancellationToken::new();
        let server = ServerUrl::new("http://127.0.0.1:9").expect("loopback");
        let socket = Socket::spawn(Arc::new(TcpDial), server.socket(), 7, stop.clone());
        let key = ApiKey::new("k").expect("a key");
        let runtime = Runtime {
            step: Box::new(move |moment, event, out| {
                out.extend(script(&event));
                seen.try_send((moment, event)).expect("the test keeps up");
            }),
            paint: Box::new(move |window, update| {
                paint.try_send((window, update)).expect("the test keeps up");
            }),
            signal: Box::new(move |signal| signals.try_send(signal).expect("the test keeps up")),
            clock: Arc::new(SystemClock),
            dial: Arc::new(TcpDial),
            inputs: incoming,
            copyist: Copyist::begin(Box::new(NoCopy), &OwnThreads, replies.clone()).expect("a thread"),
            disk: Writer::begin(outbox, &OwnThreads, replies).expect("a thread"),
            stored,
            rest: Rest::new(Caller::new(Arc::new(Nobody), server, key, None, &"s".into())),
            socket,
            stop: stop.clone(),
        };
        Self {
            events,
            painted,
            signalled,
            inputs,
            stop,
            task: tokio::spawn(runtime.run(work, Kept::default())),
        }
    }

    async fn event(&mut self) -> Event {
        self.moment().await.1
    }

    async fn moment(&mut self) -> (Moment, Event) {
        let next = tokio::time::timeout(Duration::from_secs(20), self.events.recv());
        next.await.expect("an event in time").expect("the loop lives")
    }

    async fn command(&self, command: Command) {
        self.inputs.send(Input::Command(window(), command)).await.expect("the loop lives");
    }

    async fn end(self) {
        self.stop.cancel();
        self.task.await.expect("an orderly end");
    }
}

fn window() -> WindowId {
    WindowId("main".into())
}

fn store(id: u128) -> Effect {
    Effect::Store { edit: edit(id), repeats: None }
}

fn edit(id: u128) -> StoredEdit {
    StoredEdit {
        id: EditId(id),
        owner: None,
        ticket: "T-1".into(),
        field: Field::Title,
        base: Value::from("a"),
        base_version: None,
        mine: Value::from("b"),
        at: Timestamp::UNIX_EPOCH,
    }
}

/// CO-14: a command that was taken is on disk though the console was told to end before it came to it.
#[tokio::test]
async fn commands_that_wait_at_the_end_reach_the_disk() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut next = 0;
    let mut rig = Rig::start(dir.path(), move |event| match event {
        Event::Command { .. } => {
            next += 1;
            vec![store(next), Effect::Ask(RequestId(1), Request::Lookups)]
        }
        _ => Vec::new(),
    });
    rig.event().await;
    for _ in 0..3 {
        let command = Input::Command(window(), Command::RetryLink);
        // Without waiting, so that the loop finds the end before it finds them.
        rig.inputs.try_send(command).expect("room for a few");
    }
    rig.end().await;

    let mut rig = Rig::start(dir.path(), |_| Vec::new());
    assert!(
        matches!(rig.event().await, Event::Started { outbox, .. } if outbox == [edit(1), edit(2), edit(3)])
    );
    rig.end().await;
}

/// CO-14: what was stored is there after the next start, whatever the end was like.
#[tokio::test]
async fn a_stored_edit_is_in_the_outbox_of_the_next_start() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = |event: &Event| match event {
        Event::Command { .. } => vec![store(1), store(2)],
        _ => Vec::new(),
    };
    let mut rig = Rig::start(dir.path(), store);
    assert!(matches!(rig.event().await, Event::Started { outbox, .. } if outbox.is_empty()), "always first");
    rig.command(Command::Hello).await;
    assert!(matches!(rig.event().await, Event::Command { command: Command::Hello, .. }));
    assert!(matches!(rig.event().await, Event::Stored(EditId(1))));
    assert!(matches!(rig.event().await, Event::Stored(EditId(2))));
    // Not an orderly end: the loop is simply gone.
    rig.task.abort();

    let forget = |event: &Event| match event {
        Event::Started { .. } => vec![Effect::Forget(EditId(1))],
        _ => Vec::new(),
    };
    let mut rig = Rig::start(dir.path(), forget);
    assert!(matches!(rig.event().await, Event::Started { outbox, .. } if outbox == [edit(1), edit(2)]));
    rig.end().await;

    let mut rig = Rig::start(dir.path(), |_| Vec::new());
    assert!(matches!(rig.event().await, Event::Started { outbox, .. } if outbox == [edit(2)]));
    rig.end().await;
}

fn note(key: &str) -> Note {
    let owner = Owner { tenant: "t".into(), user: "nora".into() };
    let name = NoteName { owner, shelf: Shelf::Draft, key: key.into() };
    Note { name, at: Timestamp::UNIX_EPOCH, json: "{}".into() }
}

/// CO-14: what was typed last is written at the end, though nobody was left to hear that it is kept.
#[tokio::test]
async fn notes_are_kept_and_the_last_of_them_at_the_very_end() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut rig = Rig::start(dir.path(), |event| match event {
        Event::Started { .. } => vec![Effect::Note(NoteOrder::Put(note("first")))],
        Event::Ending => vec![
            Effect::Note(NoteOrder::Put(note("last"))),
            Effect::Note(NoteOrder::Drop(note("first").name)),
        ],
        _ => Vec::new(),
    });
    rig.event().await;
    assert!(matches!(rig.event().await, Event::NoteKept(name) if name == note("first").name));
    rig.end().await;

    let mut rig = Rig::start(dir.path(), |_| Vec::new());
    assert!(matches!(rig.event().await, Event::Started { notes, .. } if notes == [note("last")]));
    rig.end().await;
}

/// A disk on which nothing can be kept.
struct Full;

impl OutboxStore for Full {
    fn load(&mut self) -> Result<Work, Arc<str>> {
        Ok(Work::default())
    }

    fn carry_out(&mut self, _: &[DiskOrder]) -> Result<(), Unkept> {
        Err(Unkept::Full("the disk is full".into()))
    }

    fn scrub(&mut self) -> Result<(), Unkept> {
        Ok(())
    }
}

#[tokio::test]
async fn an_edit_that_finds_no_room_on_disk_is_said_to_be_not_stored() {
    let mut rig = Rig::on(Box::new(Full), Work::default(), |event| match event {
        Event::Started { .. } => vec![store(1), Effect::Note(NoteOrder::Put(note("a")))],
        _ => Vec::new(),
    });
    rig.event().await;
    let (mut edits, mut notes, mut states) = (0, 0, 0);
    while (edits, notes, states) != (1, 1, 1) {
        match rig.event().await {
            Event::NotStored(EditId(1), reason) if &*reason == "the disk is full" => edits += 1,
            Event::NoteNotKept(name, reason) if name == note("a").name && &*reason == "the disk is full" => {
                notes += 1;
            }
            Event::Saving(Saving::Full) => states += 1,
            other => panic!("{other:?}"),
        }
    }
    rig.end().await;
}

#[tokio::test]
async fn every_effect_is_carried_out_and_answered() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut rig = Rig::start(dir.path(), |event| match event {
        Event::Started { .. } => vec![
            Effect::Paint(window(), Update::Counts(Counts::default())),
            Effect::Signal(Signal::Attention),
            Effect::Ask(RequestId(4), Request::Lookups),
        ],
        Event::Answered { .. } => vec![
            Effect::Arm(Timer::Clock, Duration::from_millis(1)),
            Effect::Arm(Timer::Rooms, Duration::ZERO),
            Effect::Disarm(Timer::Rooms),
        ],
        Event::Rang(_) => vec![Effect::Link(LinkOrder::Connect(Sockets::Shared))],
        _ => Vec::new(),
    });
    rig.event().await;
    assert_eq!(rig.painted.recv().await, Some((window(), Update::Counts(Counts::default()))));
    assert_eq!(rig.signalled.recv().await, Some(Signal::Attention));
    let answered = rig.event().await;
    assert!(
        matches!(
            answered,
            Event::Answered {
                id: RequestId(4),
                request: Request::Lookups,
                outcome: Err(Failure::Unreachable),
                ..
            }
        ),
        "{answered:?}"
    );
    assert!(matches!(rig.event().await, Event::Rang(Timer::Clock)));
    assert!(matches!(rig.event().await, Event::Link(LinkEvent::Down(_))));
    rig.inputs.send(Input::Closed(window())).await.expect("the loop lives");
    assert!(matches!(rig.event().await, Event::WindowClosed(gone) if gone == window()));
    rig.end().await;
}

#[tokio::test]
async fn every_event_has_its_own_moment_and_dice() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut rig = Rig::start(dir.path(), |_| Vec::new());
    let (mut before, _) = rig.moment().await;
    for _ in 0..50 {
        rig.command(Command::RetryLink).await;
        let (now, _) = rig.moment().await;
        assert!(now.uptime >= before.uptime);
        assert!(now.dice > before.dice, "ids sort by time");
        before = now;
    }
    rig.end().await;
}

#[tokio::test]
async fn too_much_to_say_on_the_socket_closes_it() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut rig = Rig::start(dir.path(), |event| match event {
        Event::Started { .. } => {
            let leave = || Effect::Link(LinkOrder::Leave(callboard_model::Room::Board("t".into())));
            std::iter::repeat_with(leave).take(ORDERS_WAITING_MAX + 1).collect()
        }
        _ => Vec::new(),
    });
    rig.event().await;
    let next = rig.event().await;
    assert!(matches!(&next, Event::Link(LinkEvent::Down(_))), "{next:?}");
    rig.end().await;
}

#[tokio::test]
async fn a_console_that_nobody_can_command_any_more_ends() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut rig = Rig::start(dir.path(), |_| Vec::new());
    rig.event().await;
    drop(rig.inputs);
    rig.task.await.expect("an orderly end");
}
