//! Two colleagues with the same board before them, and a ticket to meet on.
//!
//! **Invariant:** both are live before anything is told, so that what one does afterwards must reach the other.

use std::sync::Arc;

use anyhow::{Context, Result};
use callboard_model::rest::Status;
use callboard_model::{Ticket, TicketId};

use crate::page::{part, row};
use crate::rest::Rest;
use crate::scene::Scene;
use crate::window::ConsoleWindow;

/// Whose console is behind the network that a scene can cut.
pub const NORA: &str = "Nora Berg";

/// Who works beside her on a network that always holds.
pub const BOB: &str = "Bob Kessler";

/// Two consoles and a ticket that both have on screen.
#[derive(Debug)]
pub struct Pair {
    /// Nora's console.
    pub nora: Arc<ConsoleWindow>,
    /// Bob's console.
    pub bob: Arc<ConsoleWindow>,
    /// The ticket as it stood when they met.
    pub ticket: Ticket,
    /// Three open statuses of the ticket's board, none of which it has.
    pub others: [Status; 3],
    /// The server's own word on everything, past every network trouble.
    pub truth: Rest,
}

impl Pair {
    /// Opens both consoles and waits until both are live.
    pub async fn meet(scene: &Scene) -> Result<Self> {
        let nora = scene.console(NORA).await?;
        Self::join(scene, nora).await
    }

    /// Opens Bob's console beside Nora's and waits until both are live.
    pub async fn join(scene: &Scene, nora: Arc<ConsoleWindow>) -> Result<Self> {
        let bob = scene.console_with(BOB, &scene.server.url(), crate::window::Options::default()).await?;
        let truth = scene.server.rest(NORA)?;
        let (ticket, others) = meeting_place(&nora, &truth).await?;
        for console in [&nora, &bob] {
            console.link_is("live").await?;
            console.sees(&row(&ticket.ticket_id)).await?;
        }
        Ok(Self { nora, bob, ticket, others, truth })
    }

    /// The ticket's id.
    #[must_use]
    pub fn id(&self) -> &TicketId {
        &self.ticket.ticket_id
    }

    /// Both open the ticket.
    pub async fn open_ticket(&self) -> Result<()> {
        self.nora.open_ticket(self.id()).await?;
        self.bob.open_ticket(self.id()).await
    }

    /// The ticket as the server has it now.
    pub async fn stored(&self) -> Result<Ticket> {
        self.truth.ticket(self.id()).await
    }
}

/// The tickets whose rows are drawn, from the top.
pub async fn tickets_on_screen(console: &ConsoleWindow) -> Result<Vec<TicketId>> {
    let shown = "return [...document.querySelectorAll(arguments[0])].map((row) => row.dataset.ticket)";
    console.script(shown, &[part("row").0.into()]).await
}

/// The first ticket on screen whose board offers enough to choose from.
async fn meeting_place(nora: &ConsoleWindow, truth: &Rest) -> Result<(Ticket, [Status; 3])> {
    for id in tickets_on_screen(nora).await? {
        let ticket = truth.ticket(&id).await?;
        let mut others = truth.statuses(&ticket).await?;
        others.retain(|status| !status.is_closed && Some(&status.status_id) != ticket.status_id.as_ref());
        others.truncate(3);
        if let Ok(others) = others.try_into() {
            return Ok((ticket, others));
        }
    }
    Err(anyhow::anyhow!("no ticket on screen has three more open statuses"))
        .context("looking for a ticket to meet on")
}
