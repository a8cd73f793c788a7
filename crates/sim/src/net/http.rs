//! Requests and answers over a line: what stands behind the console's HTTP seam.
//!
//! A request goes its way by itself once it was sent, so it may reach the server after its console has given it up, or is
//! dead.
//!
//! **Invariant:** the console is told an answer that the server gave to this very request, or that there is none.

use std::sync::Arc;
use std::time::Duration;

use callboard_link::{HttpAnswer, HttpRequest, HttpSend, SendError};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use crate::net::line::{Line, Way};
use crate::net::port::{Port, Sender};

/// How long a console waits for an answer, as the real one does.
const ANSWER_WAIT: Duration = Duration::from_secs(15);

/// A console's way to ask.
pub struct Asks {
    line: Arc<Line>,
    port: Arc<Port>,
    console: usize,
}

impl Asks {
    /// Over this line, to this port; the console has this number.
    #[must_use]
    pub fn new(line: Arc<Line>, port: Arc<Port>, console: usize) -> Self {
        Self { line, port, console }
    }
}

impl HttpSend for Asks {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpAnswer, SendError>> {
        let (told, answer) = oneshot::channel();
        let (line, port, console) = (Arc::clone(&self.line), Arc::clone(&self.port), self.console);
        tokio::spawn(exchange(line, port, console, request, told));
        async move {
            match timeout(ANSWER_WAIT, answer).await {
                Ok(Ok(answer)) => Ok(answer),
                Ok(Err(_)) => Err(SendError::Unreachable("the connection broke".to_owned())),
                Err(_) => Err(SendError::Unreachable("no answer in time".to_owned())),
            }
        }
        .boxed()
    }
}

async fn exchange(
    line: Arc<Line>,
    port: Arc<Port>,
    console: usize,
    request: HttpRequest,
    told: oneshot::Sender<HttpAnswer>,
) {
    let fate = line.fate();
    line.travel(Way::Up).await;
    if fate.is_lost {
        line.trace.say(&line.name, || "a request is lost".to_owned());
        return sleep(ANSWER_WAIT).await;
    }
    if let Some(after) = fate.again_after {
        let (port, line, request) = (Arc::clone(&port), Arc::clone(&line), request.clone());
        tokio::spawn(async move {
            sleep(after).await;
            line.trace.say(&line.name, || "a request comes once more".to_owned());
            // Whoever sent it twice keeps the second answer to itself.
            drop(port.answer(Sender::Console(console), request, line.tricks).await);
        });
    }
    let Some(answer) = port.answer(Sender::Console(console), request, line.tricks).await else { return };
    if fate.answer_is_lost {
        line.trace.say(&line.name, || "an answer is lost".to_owned());
        return sleep(ANSWER_WAIT).await;
    }
    line.travel(Way::Down).await;
    // A console that is gone does not hear it.
    drop(told.send(answer));
}
