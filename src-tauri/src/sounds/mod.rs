//! Sounds of the machine, played by the program itself and not by its page.
//!
//! The device is opened for each sound and closed behind it: one that is held open keeps the machine awake, and is the
//! wrong one as soon as somebody puts headphones on. All of that waits, so it is a thread's own work.
//!
//! **Invariant:** who asks for a sound never waits; a machine without a device has sounds that nobody hears, and says so.

mod tones;

use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::thread;
use std::time::Duration;

use callboard_desk::bridge::SoundClass;
use rodio::buffer::SamplesBuffer;
use rodio::{ChannelCount, DeviceSinkBuilder, SampleRate};
use tracing::{debug, warn};

/// Sounds that wait for the one that plays. Beyond that one is lost: by then it would tell of something old.
const WAITING_MAX: usize = 2;

/// How long the device is left open after a sound, for what it has taken in and not played yet.
const TAIL: Duration = Duration::from_millis(250);

/// A sound, and how loud: 0 to 100.
type Order = (SoundClass, u8);

/// Who plays.
pub(crate) struct Sounds {
    orders: SyncSender<Order>,
}

impl Sounds {
    /// Starts the thread; `failed` is told why a sound was not heard.
    pub(crate) fn new(failed: impl Fn(String) + Send + 'static) -> Self {
        let (orders, wanted) = mpsc::sync_channel(WAITING_MAX);
        let started = thread::Builder::new()
            .name("callboard-sound".to_owned())
            .spawn(move || play_all(&wanted, failed));
        if let Err(error) = started {
            warn!(%error, "nobody plays sounds");
        }
        Self { orders }
    }

    /// Plays a sound, 0 to 100 loud, after those that play already. Never waits.
    pub(crate) fn play(&self, class: SoundClass, volume: u8) {
        if volume == 0 {
            return;
        }
        match self.orders.try_send((class, volume)) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => debug!(?class, "enough sounds wait already"),
            Err(TrySendError::Disconnected(_)) => debug!(?class, "nobody plays sounds"),
        }
    }
}

fn play_all(wanted: &Receiver<Order>, failed: impl Fn(String)) {
    while let Ok((class, volume)) = wanted.recv() {
        if let Err(error) = play(class, volume) {
            failed(error.to_string());
        }
    }
}

fn play(class: SoundClass, volume: u8) -> Result<(), rodio::DeviceSinkError> {
    let samples = tones::samples(class, f32::from(volume) / 100.0);
    let length = Duration::from_secs_f32(samples.len() as f32 / tones::RATE as f32);
    let (Some(rate), Some(one)) = (SampleRate::new(tones::RATE), ChannelCount::new(1)) else { return Ok(()) };
    let mut device = DeviceSinkBuilder::open_default_sink()?;
    device.log_on_drop(false);
    device.mixer().add(SamplesBuffer::new(one, rate, samples));
    thread::sleep(length + TAIL);
    Ok(())
}
