//! Measurements: ours beside the stock, driven by the same clients in the same run.
//!
//! | module | does |
//! |---|---|
//! | [`figures`] | percentiles, medians, trends |
//! | [`growth`] | whether something grew |
//! | [`load`] | processor time and memory of a process |
//! | [`hint`] | hints that can be recognised |
//! | [`viewer`] | one socket that hears a lot at little cost |
//! | [`publisher`] | whoever says what changed |
//! | [`contestant`] | the servers that are measured, and what they stand on |
//! | [`rooms`] | the figures of the rooms, side by side |
//! | [`save`] | the figures of REST: guarded writes, the change feed |
//! | [`gateways`] | what it costs to tell subscribers over GraphQL and the Pusher protocol |
//! | [`desk`] | what a console costs its person |
//! | [`window`] | the same in a real window, painted |
//! | [`soak`] | many viewers and many updates for a long time |
//! | [`book`] | all samples, and the table they come to |
//! | [`machine`] | on what it was measured, and where the figures go |
//!
//! A measurement is no test: it fails when something is lost or breaks, never because something was slow.
//!
//! **Invariant:** every server is driven by the same code, and the cost of that code is measured too.

pub mod book;
pub mod contestant;
pub mod desk;
pub mod figures;
pub mod gateways;
pub mod growth;
pub mod hint;
pub mod load;
pub mod machine;
pub mod publisher;
pub mod rooms;
pub mod save;
pub mod soak;
pub mod viewer;
pub mod window;
