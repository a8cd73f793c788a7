//! What handlers take out of a request.
//!
//! It exists so that every handler says in its signature what it needs, and a refusal looks the same everywhere.
//!
//! **Invariant:** whatever is taken out here was checked; a handler never sees raw input.

mod body;
mod caller;
mod conditions;
mod pair;
mod params;
mod spent;
mod values;

pub use body::{BODY_MAX, BODY_PATIENCE, Object};
pub use caller::{Administrator, Colleague, Commenter, Known, Reader, Writer};
pub(crate) use caller::{known, signed_in, spend, text};
pub use conditions::{Entity, WriteHeaders};
pub use pair::Pair;
pub(crate) use params::is_id;
pub use params::{Id, Params, invalid};
pub use spent::Spent;
pub(in crate::http) use values::{each, instant, maybe, said};
