//! The byte stream seam: how bytes get to the server's machine. A simulated world replaces what is behind it.
//!
//! TLS and the WebSocket handshake run on top of whatever stream this gives, so they are real in a simulation too.
//!
//! **Invariant:** nothing here knows what the bytes mean.

use std::io;
use std::net::{IpAddr, UdpSocket};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// A connection that carries bytes both ways.
pub trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> ByteStream for T {}

/// Opens connections: one of the four seams.
pub trait Dial: Send + Sync {
    /// Opens one. The caller limits the time.
    fn dial<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<Box<dyn ByteStream>>>;

    /// Our address on the network that leads out of this machine, if there is one: where it is another than before, what
    /// was dialled before is not to be trusted.
    fn way_out(&self) -> Option<IpAddr> {
        None
    }
}

/// The real network.
#[derive(Clone, Copy, Debug, Default)]
pub struct TcpDial;

impl Dial for TcpDial {
    fn dial<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<Box<dyn ByteStream>>> {
        async move {
            let stream = TcpStream::connect((host, port)).await?;
            // Our messages are small and wait for nothing.
            stream.set_nodelay(true)?;
            Ok(Box::new(stream) as Box<dyn ByteStream>)
        }
        .boxed()
    }

    fn way_out(&self) -> Option<IpAddr> {
        // Addresses that lead nowhere: nothing is sent, the machine only says from where it would be.
        [("0.0.0.0:0", "192.0.2.1:9"), ("[::]:0", "[2001:db8::1]:9")].into_iter().find_map(|(from, to)| {
            let socket = UdpSocket::bind(from).ok()?;
            socket.connect(to).ok()?;
            socket.local_addr().ok().map(|address| address.ip())
        })
    }
}
