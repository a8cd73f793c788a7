//! The project's own commands: `cargo xtask demo`, `cargo xtask test`, and what they stand on.
//!
//! | module | does |
//! |---|---|
//! | [`prepare`] | makes the machine ready: Debian packages, npm packages, cargo tools, the built window |
//! | [`steps`] | runs programs, says what it does and how long it took |
//! | [`mod@test`] | everything that must hold, in the order of how fast it fails |
//! | [`demo`] | the product at work, with or without a display |
//! | [`mod@bench`] | measurements beside a peer |
//! | [`dist`] | the packages in which people get the console |
//! | [`codegen`], [`fuzz`] | generated types, fuzz targets |
//! | [`sim`] | plays simulated worlds |
//! | [`kill`] | kills the server under write load, many times |
//!
//! **Invariant:** nothing here is part of the product; the product never needs it to run.

mod bench;
mod codegen;
mod demo;
mod dist;
mod fuzz;
mod kill;
mod prepare;
mod sim;
mod steps;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::steps::Steps;

/// The project's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show the product at work: two consoles and a server with demo tickets.
    Demo(demo::Options),
    /// Check everything: format, lints, dependencies, spelling, the window's code, all tests, real windows.
    Test,
    /// Only the tests in real windows.
    E2e {
        /// Only tests whose name contains this.
        filter: Option<String>,
    },
    /// Make the machine ready and build the window, nothing else.
    Prepare,
    /// Write the generated TypeScript anew.
    Codegen,
    /// Measure the server, beside the stock one where there is one: rooms, save, soak.
    Bench(bench::Options),
    /// Make the packages in which people get the console, and see that they install, start and go away.
    Dist(dist::Options),
    /// Fuzz one target for a while.
    Fuzz(fuzz::Options),
    /// Play simulated worlds, thousands of them, and see that every promise holds.
    Sim(sim::Options),
    /// Kill the server under write load and see that nothing is lost and nothing done twice.
    Kill(kill::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut steps = Steps::new();
    let outcome = match cli.command {
        Command::Demo(options) => demo::run(&mut steps, &options),
        Command::Test => test::everything(&mut steps),
        Command::E2e { filter } => test::windows(&mut steps, filter.as_deref()),
        Command::Prepare => prepare::everything(&mut steps),
        Command::Codegen => codegen::write(&mut steps),
        Command::Bench(options) => bench::run(&mut steps, &options),
        Command::Dist(options) => dist::run(&mut steps, &options),
        Command::Fuzz(options) => fuzz::run(&mut steps, &options),
        Command::Sim(options) => sim::run(&mut steps, &options),
        Command::Kill(options) => kill::run(&mut steps, &options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n✗ {error:#}");
            ExitCode::FAILURE
        }
    }
}
