//! One program per profile: a second start hands over what it was asked for to the first one, and ends (CO-22).
//!
//! They meet at a socket in the profile's own folder, which nobody else may enter. So two profiles never meet, and no
//! message bus is needed.
//!
//! **Invariant:** all that a second start can say is "show yourself", with a ticket or without.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use callboard_desk::bridge::TicketId;
use tracing::warn;

use crate::deep_link;

/// The longest word that is heard.
const WORD_BYTES_MAX: u64 = 512;

/// How long either side waits for the other.
const ANSWER_WAIT: Duration = Duration::from_secs(2);

/// What the first one says when it has heard.
const HEARD: &str = "heard\n";

/// What came of looking for another one.
#[derive(Debug)]
pub(crate) enum Found {
    /// Nobody: this is the first one, and it listens here.
    First(UnixListener),
    /// Somebody, who was told.
    Another,
    /// Nobody can be told, and nobody will be: the profile's own lock decides.
    Unknown(io::Error),
}

/// Looks for a program with this folder, and tells it what is wanted.
pub(crate) fn look(home: &Path, link: Option<&str>) -> Found {
    let place = socket(home);
    match tell(&place, link) {
        Ok(()) => return Found::Another,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        // Its owner has died.
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            if let Err(error) = std::fs::remove_file(&place) {
                return Found::Unknown(error);
            }
        }
        Err(error) => return Found::Unknown(error),
    }
    let listening = std::fs::create_dir_all(home).and_then(|()| UnixListener::bind(&place));
    listening.map_or_else(Found::Unknown, Found::First)
}

/// Hears whoever starts after us, until the program ends. `asked` must not wait.
pub(crate) fn listen(listener: UnixListener, asked: impl Fn(Option<TicketId>) + Send + 'static) {
    let started = std::thread::Builder::new().name("callboard-instance".to_owned()).spawn(move || {
        for stream in listener.incoming() {
            let heard = stream.and_then(hear);
            match heard {
                Ok(link) => asked(link.as_deref().and_then(deep_link::ticket)),
                Err(error) => warn!(%error, "a second start was not understood"),
            }
        }
    });
    if let Err(error) = started {
        warn!(%error, "nobody hears a second start");
    }
}

fn tell(place: &Path, link: Option<&str>) -> io::Result<()> {
    let mut stream = UnixStream::connect(place)?;
    stream.set_read_timeout(Some(ANSWER_WAIT))?;
    stream.set_write_timeout(Some(ANSWER_WAIT))?;
    stream.write_all(format!("{}\n", link.unwrap_or_default()).as_bytes())?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    if answer == HEARD { Ok(()) } else { Err(io::Error::other("the program that runs does not answer")) }
}

fn hear(stream: UnixStream) -> io::Result<Option<String>> {
    stream.set_read_timeout(Some(ANSWER_WAIT))?;
    stream.set_write_timeout(Some(ANSWER_WAIT))?;
    let mut word = String::new();
    BufReader::new((&stream).take(WORD_BYTES_MAX)).read_line(&mut word)?;
    (&stream).write_all(HEARD.as_bytes())?;
    let word = word.trim();
    Ok((!word.is_empty()).then(|| word.to_owned()))
}

fn socket(home: &Path) -> PathBuf {
    home.join("callboard.sock")
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// CO-22
    #[test]
    fn the_second_start_hands_over_its_ticket_and_a_dead_one_is_no_obstacle() {
        let home = tempfile::tempdir().expect("a folder");
        let Found::First(listener) = look(home.path(), None) else { panic!("nobody is there") };
        let (asked, heard) = mpsc::channel();
        listen(listener, move |ticket| asked.send(ticket).expect("the test listens"));
        assert!(matches!(look(home.path(), Some("callboard://ticket/t-1")), Found::Another));
        assert_eq!(heard.recv(), Ok(Some(TicketId::from("t-1"))));
        assert!(matches!(look(home.path(), None), Found::Another));
        assert_eq!(heard.recv(), Ok(None));
        // Nonsense still means "show yourself".
        assert!(matches!(look(home.path(), Some("callboard://ticket/../../etc")), Found::Another));
        assert_eq!(heard.recv(), Ok(None));

        let other = tempfile::tempdir().expect("a folder");
        let Found::First(dies) = look(other.path(), None) else {
            panic!("another profile is another program")
        };
        drop(dies);
        assert!(socket(other.path()).exists(), "what it left behind");
        assert!(matches!(look(other.path(), None), Found::First(_)));
    }
}
