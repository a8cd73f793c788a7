//! From the start of the program to a board that stands: from the copy of its last run, without a server (CO-11).
//!
//! **Invariant:** a board stands when its rows are on the display from the first to the last, in ink.

use std::time::Instant;

use anyhow::{Context, Result};

use super::opened::{Program, lay_out};
use super::{EMPTY, OURS, Options, PERSON, PLAIN, Stage};
use crate::bench::book::{Book, Figure};
use crate::bench::desk;
use crate::bench::figures::milliseconds;
use crate::server::{Server, ServerOptions};

const START: Figure =
    Figure::less("start → a usable board from the copy, painted", "ms").within(1_200.0, 600.0);

/// Measures it.
pub(super) async fn measure(options: &Options, book: &mut Book) -> Result<()> {
    let mut server = Server::start(ServerOptions { tickets: options.tickets, ..Default::default() }).await?;
    let account = server.account(PERSON)?.clone();
    let home = tempfile::tempdir().context("a folder for the profile")?;
    println!("· a run that fills the copy");
    desk::fill_the_copy(home.path(), &server.url(), &account, options.tickets).await?;
    lay_out(&server.rest(PERSON)?.tickets(options.tickets).await?)?;
    server.kill();
    let stage = Stage::set().await?;
    let console = Program::console(&server.url(), &account, 0);
    let (plain, empty) = (Program::plain(options.tickets, 0)?, Program::empty()?);
    for round in 0..options.starts {
        println!("· starts ({} of {})", round + 1, options.starts);
        for (program, column) in [(&console, OURS), (&plain, PLAIN), (&empty, EMPTY)] {
            let other = tempfile::tempdir().context("a folder for the program")?;
            let home = if column == OURS { home.path() } else { other.path() };
            stage.is_bare().await?;
            let began = Instant::now();
            let process = program.alone(&stage, home)?;
            let shown = match column {
                EMPTY => stage.empty_stands(began).await,
                _ => stage.rows_stand(began).await,
            };
            book.note(START, column, milliseconds(shown.with_context(|| process.log_tail())?));
        }
    }
    Ok(())
}
