//! Faults of the program itself: written to the log, and told to the person, who would else wonder why nothing moves.
//!
//! A fault's own words may quote what somebody wrote, so of them only those that stand in the program are kept; where it
//! happened always is.
//!
//! **Invariant:** the one that breaks does nothing but note it. It may hold any lock, so somebody else tells the person.

use std::any::Any;
use std::backtrace::Backtrace;
use std::sync::mpsc;
use std::{io, panic, thread};

use tracing::error;

/// Faults that wait to be told. One more says nothing that those do not.
const WAITING_MAX: usize = 4;

/// Notes every fault from now on, and has `tell` called for each, on a thread of its own.
pub(crate) fn watch(tell: impl Fn() + Send + 'static) -> io::Result<()> {
    let (noted, faults) = mpsc::sync_channel(WAITING_MAX);
    thread::Builder::new()
        .name("callboard-faults".to_owned())
        .spawn(move || faults.iter().for_each(|()| tell()))?;
    panic::set_hook(Box::new(move |fault| {
        let place = fault.location().map(ToString::to_string).unwrap_or_default();
        let thread = thread::current().name().unwrap_or("a thread without a name").to_owned();
        let path = Backtrace::force_capture();
        error!(place, thread, words = own_words(fault.payload()), %path, "a fault of the program");
        // Full: those that wait tell enough.
        let _ = noted.try_send(());
    }));
    Ok(())
}

/// What the program itself says; what was put together at the time may hold the words of a ticket.
fn own_words(payload: &(dyn Any + Send)) -> &'static str {
    payload.downcast_ref::<&'static str>().copied().unwrap_or("(not kept: they may quote a ticket)")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_fault_is_told_and_its_words_are_kept_only_where_they_are_the_programs_own() {
        let (tell, told) = mpsc::channel();
        watch(move || tell.send(()).expect("the test listens")).expect("a thread");
        let broken = thread::spawn(|| panic!("the board is upside down")).join().expect_err("it broke");
        told.recv_timeout(Duration::from_secs(20)).expect("told");
        assert_eq!(own_words(&*broken), "the board is upside down");
        let title = "Printer of Mrs Smith";
        let broken = thread::spawn(move || panic!("cannot cut {title}")).join().expect_err("it broke");
        told.recv_timeout(Duration::from_secs(20)).expect("told again");
        assert!(!own_words(&*broken).contains("Smith"));
        let _ = panic::take_hook();
    }
}
