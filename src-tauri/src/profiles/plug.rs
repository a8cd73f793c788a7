//! The plug between the person and the company inside the program: pulled, that is an outage to try things with (CO-1).
//!
//! The person's console reaches the company through it; the simulated colleagues do not, and go on meanwhile. That it is
//! pulled is remembered, as an outage outlasts a restart.
//!
//! **Invariant:** what is pulled is this machine's own line to itself; no other network is touched.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

/// The file that says that it is pulled.
const PULLED: &str = "unplugged";

/// A plug.
pub(super) struct Plug {
    /// Where the person's console finds the company.
    pub(super) address: SocketAddr,
    is_in: watch::Sender<bool>,
    note: PathBuf,
}

impl Plug {
    /// Leads from `before`, or from elsewhere where somebody else listens there by now, to the company at `to`.
    pub(super) async fn open(
        folder: &Path,
        before: Option<SocketAddr>,
        to: SocketAddr,
        stop: CancellationToken,
    ) -> io::Result<(Self, JoinHandle<()>)> {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = match TcpListener::bind(before.unwrap_or(free)).await {
            Err(error) if before.is_some() => {
                warn!(%error, "the company moves to another port");
                TcpListener::bind(free).await
            }
            bound => bound,
        }?;
        let address = listener.local_addr()?;
        let note = folder.join(PULLED);
        let (is_in, seen) = watch::channel(!note.exists());
        Ok((Self { address, is_in, note }, tokio::spawn(carry_all(listener, to, seen, stop))))
    }

    /// Whether it is in.
    pub(super) fn is_in(&self) -> bool {
        *self.is_in.borrow()
    }

    /// Pulls it, or puts it back.
    pub(super) fn put(&self, is_in: bool) {
        let noted = match is_in {
            true => std::fs::remove_file(&self.note),
            false => std::fs::write(&self.note, ""),
        };
        if let Err(error) = noted
            && error.kind() != io::ErrorKind::NotFound
        {
            warn!(%error, "the plug is forgotten at the next start");
        }
        self.is_in.send_replace(is_in);
    }
}

/// Carries until the stop, or until nobody can pull it any more.
async fn carry_all(
    listener: TcpListener,
    to: SocketAddr,
    is_in: watch::Receiver<bool>,
    stop: CancellationToken,
) {
    loop {
        let came = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            came = listener.accept() => came,
        };
        match came {
            // Whoever comes while it is pulled finds nobody.
            Ok((near, _)) if *is_in.borrow() => {
                tokio::spawn(carry(near, to, is_in.clone(), stop.clone()));
            }
            Ok(_) => {}
            Err(error) => debug!(%error, "nobody came"),
        }
    }
}

async fn carry(
    mut near: TcpStream,
    to: SocketAddr,
    mut is_in: watch::Receiver<bool>,
    stop: CancellationToken,
) {
    let carried = async {
        let mut far = TcpStream::connect(to).await?;
        // Hints are small and wait for nobody.
        far.set_nodelay(true)?;
        near.set_nodelay(true)?;
        copy_bidirectional(&mut near, &mut far).await
    };
    tokio::select! {
        biased;
        () = stop.cancelled() => {}
        _ = is_in.wait_for(|is_in| !is_in) => {}
        ended = carried => if let Err(error) = ended {
            debug!(%error, "a line broke");
        },
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// Repeats what it hears.
    async fn echo() -> io::Result<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move {
            while let Ok((mut line, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = line.split();
                    tokio::io::copy(&mut from, &mut to).await
                });
            }
        });
        Ok(address)
    }

    async fn says(line: &mut TcpStream) -> io::Result<usize> {
        line.write_all(b"hi").await?;
        line.read(&mut [0; 2]).await
    }

    /// CO-1
    #[tokio::test]
    async fn what_is_pulled_stays_pulled_until_it_is_put_back() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let (to, stop) = (echo().await?, CancellationToken::new());
        let (plug, _) = Plug::open(folder.path(), None, to, stop.clone()).await?;
        let mut line = TcpStream::connect(plug.address).await?;
        assert_eq!(says(&mut line).await?, 2, "it carries");
        plug.put(false);
        assert!(!matches!(says(&mut line).await, Ok(1..)), "the line is cut");
        assert!(
            !matches!(says(&mut TcpStream::connect(plug.address).await?).await, Ok(1..)),
            "nobody is there"
        );

        let (again, _) = Plug::open(folder.path(), None, to, stop.clone()).await?;
        assert!(!again.is_in(), "also after a restart");
        again.put(true);
        assert_eq!(says(&mut TcpStream::connect(again.address).await?).await?, 2, "it carries again");
        let (moved, _) = Plug::open(folder.path(), Some(again.address), to, stop.clone()).await?;
        assert!(moved.is_in() && moved.address != again.address, "somebody else listens there");
        stop.cancel();
        Ok(())
    }
}
