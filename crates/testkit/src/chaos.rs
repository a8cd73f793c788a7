//! A network that can be cut, held and slowed: a TCP proxy on the loopback.
//!
//! Three troubles, because they look different to the ends. A *cut* is seen at once: connections break, new ones are
//! dropped. A *hold* is silence: bytes of one direction stay on the way and arrive, complete and in order, when it
//! ends. A *delay* makes every piece of a direction late.
//!
//! **Invariant:** no byte is lost, changed or reordered within a connection that survives.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How many bytes are carried at a time.
const PIECE_BYTES: usize = 16 * 1024;

/// A direction, seen from whoever connects to the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the connecting end to the far end.
    Up,
    /// From the far end back.
    Down,
}

/// How the network is.
#[derive(Clone, Copy, Debug, Default)]
struct Weather {
    cut: bool,
    /// +1 with each cut, so that a cut healed at once still breaks what was open.
    cuts: u32,
    held: [bool; 2],
    delay: [Duration; 2],
}

/// The proxy. Dropping it ends everything that goes through it.
#[derive(Debug)]
pub struct Chaos {
    address: SocketAddr,
    weather: watch::Sender<Weather>,
    door: JoinHandle<()>,
}

impl Chaos {
    /// A proxy in front of `far`.
    pub async fn before(far: SocketAddr) -> Result<Self> {
        let listener =
            TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await.context("a port for the proxy")?;
        let address = listener.local_addr().context("the proxy's own address")?;
        let (weather, seen) = watch::channel(Weather::default());
        let door = tokio::spawn(accept(listener, far, seen));
        Ok(Self { address, weather, door })
    }

    /// Where to connect instead.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as people type it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Breaks every connection, and every new one, until [`Chaos::restore`].
    pub fn cut(&self) {
        self.weather.send_modify(|weather| {
            weather.cut = true;
            weather.cuts += 1;
        });
    }

    /// Holds what goes one way; nothing breaks, nothing arrives.
    pub fn hold(&self, way: Way) {
        self.weather.send_modify(|weather| weather.held[way as usize] = true);
    }

    /// Makes every piece that goes one way late.
    pub fn delay(&self, way: Way, by: Duration) {
        self.weather.send_modify(|weather| weather.delay[way as usize] = by);
    }

    /// Fair weather again; what was held arrives now.
    pub fn restore(&self) {
        self.weather.send_modify(|weather| *weather = Weather { cuts: weather.cuts, ..Weather::default() });
    }
}

impl Drop for Chaos {
    fn drop(&mut self) {
        self.door.abort();
        self.cut();
    }
}

async fn accept(listener: TcpListener, far: SocketAddr, weather: watch::Receiver<Weather>) {
    // A failed accept is the machine's trouble, not the proxy's: the connecting end sees it as a broken network.
    while let Ok((near, _)) = listener.accept().await {
        if !weather.borrow().cut {
            tokio::spawn(carry(near, far, weather.clone()));
        }
    }
}

/// Carries one connection until an end closes or a cut comes.
async fn carry(near: TcpStream, far: SocketAddr, mut weather: watch::Receiver<Weather>) {
    let cuts = weather.borrow().cuts;
    let Ok(far) = TcpStream::connect(far).await else { return };
    // Neither is worth failing for: without it pieces are only slower.
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let (near_out, near_in) = near.into_split();
    let (far_out, far_in) = far.into_split();
    let (up, down) = (weather.clone(), weather.clone());
    tokio::select! {
        biased; // A cut outranks traffic.
        _ = weather.wait_for(|now| now.cuts != cuts) => {}
        _ = async { tokio::join!(pour(Way::Up, near_out, far_in, up), pour(Way::Down, far_out, near_in, down)) } => {}
    }
}

/// Carries one direction, then closes it at the far side.
async fn pour(
    way: Way,
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut weather: watch::Receiver<Weather>,
) {
    let mut piece = vec![0; PIECE_BYTES];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        let delay = weather.borrow().delay[way as usize];
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        if weather.wait_for(|now| !now.held[way as usize]).await.is_err() {
            return;
        }
        if to.write_all(&piece[..length]).await.is_err() {
            return;
        }
    }
    // The other end may be gone already.
    let _ = to.shutdown().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wait;

    /// A far end that says back whatever it hears.
    async fn echo() -> Result<(SocketAddr, JoinHandle<()>)> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = socket.split();
                    tokio::io::copy(&mut from, &mut to).await
                });
            }
        });
        Ok((address, task))
    }

    async fn heard(socket: &mut TcpStream) -> Result<String> {
        let mut buffer = [0; 64];
        let length =
            tokio::time::timeout(wait::FACT_MAX, socket.read(&mut buffer)).await.context("silence")??;
        Ok(String::from_utf8_lossy(&buffer[..length]).into_owned())
    }

    #[tokio::test]
    async fn in_fair_weather_everything_passes() -> Result<()> {
        let (far, _echo) = echo().await?;
        let chaos = Chaos::before(far).await?;
        let mut socket = TcpStream::connect(chaos.address()).await?;
        socket.write_all(b"hello").await?;
        assert_eq!(heard(&mut socket).await?, "hello");
        Ok(())
    }

    #[tokio::test]
    async fn a_cut_breaks_what_is_open_and_what_comes_until_it_is_restored() -> Result<()> {
        let (far, _echo) = echo().await?;
        let chaos = Chaos::before(far).await?;
        let mut open = TcpStream::connect(chaos.address()).await?;
        open.write_all(b"a").await?;
        assert_eq!(heard(&mut open).await?, "a");
        chaos.cut();
        assert_eq!(heard(&mut open).await.unwrap_or_default(), "", "closed or reset");
        let mut late = TcpStream::connect(chaos.address()).await?;
        assert_eq!(heard(&mut late).await.unwrap_or_default(), "", "closed or reset");
        chaos.restore();
        let mut again = TcpStream::connect(chaos.address()).await?;
        again.write_all(b"b").await?;
        assert_eq!(heard(&mut again).await?, "b");
        Ok(())
    }

    #[tokio::test]
    async fn what_is_held_arrives_complete_when_the_hold_ends() -> Result<()> {
        let (far, _echo) = echo().await?;
        let chaos = Chaos::before(far).await?;
        let mut socket = TcpStream::connect(chaos.address()).await?;
        chaos.hold(Way::Down);
        socket.write_all(b"kept").await?;
        let mut byte = [0; 1];
        let early = tokio::time::timeout(Duration::from_millis(100), socket.peek(&mut byte)).await;
        assert!(early.is_err(), "nothing arrives while it is held");
        chaos.restore();
        assert_eq!(heard(&mut socket).await?, "kept");
        Ok(())
    }

    #[tokio::test]
    async fn a_delay_makes_a_direction_late() -> Result<()> {
        let (far, _echo) = echo().await?;
        let chaos = Chaos::before(far).await?;
        let mut socket = TcpStream::connect(chaos.address()).await?;
        chaos.delay(Way::Up, Duration::from_millis(150));
        let began = tokio::time::Instant::now();
        socket.write_all(b"slow").await?;
        assert_eq!(heard(&mut socket).await?, "slow");
        assert!(began.elapsed() >= Duration::from_millis(150), "{:?}", began.elapsed());
        Ok(())
    }
}
