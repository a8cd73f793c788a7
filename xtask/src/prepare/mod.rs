//! Makes the machine ready for the commands: each part looks first, says what it is about to do, and does only that.
//!
//! | module | cares for |
//! |---|---|
//! | [`debian`] | system libraries and programs, by apt |
//! | [`tools`] | cargo tools |
//! | [`npm`] | npm packages |
//! | [`window`] | the built files of the window |
//! | [`stamp`] | "was this already done for these very inputs?" |
//!
//! **Invariant:** when nothing is to be done, all of it together takes well under two seconds.

mod debian;
mod npm;
pub(crate) mod stamp;
mod tools;
mod window;

use anyhow::Result;

use crate::steps::Steps;

/// All that `cargo xtask test` needs.
pub(crate) fn everything(steps: &mut Steps) -> Result<()> {
    for_a_window(steps)?;
    npm::install_foreign(steps)?;
    tools::install(steps)
}

/// All that is needed to build and start the console and its tests.
pub(crate) fn for_a_window(steps: &mut Steps) -> Result<()> {
    debian::install(steps)?;
    npm::install_for_window(steps)?;
    window::build(steps)
}

/// All that is needed to start servers, ours and foreign ones, without a window.
pub(crate) fn for_servers(steps: &mut Steps) -> Result<()> {
    debian::install(steps)?;
    npm::install_foreign(steps)
}
