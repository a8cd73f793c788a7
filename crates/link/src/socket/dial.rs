//! The byte stream seam: how bytes get to the server's machine. A simulated world replaces what is behind it.
//!
//! TLS and the WebSocket handshake run on top of whatever stream this gives, so they are real in a simulation too.
//!
//! **Invariant:** nothing here knows what the bytes mean.

use std::io;

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
}
