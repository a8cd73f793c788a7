//! A form over the end of the program.
//!
//! **Invariant:** what comes back is what was there, but for a save: it may have been sent, and nobody knows what came of it.

use serde::{Deserialize, Serialize};

use super::{Form, Sent, Stage};
use crate::records::{Standing, Writer};

/// A form as it outlives the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept<V> {
    base: Option<Standing<V>>,
    blank: Option<V>,
    typed: Option<V>,
    over: Option<Writer>,
    sent: Option<KeptSave<V>>,
}

/// A save as it outlives the program: only what the form beside it does not say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct KeptSave<V> {
    key: String,
    at: i64,
    base: Option<Standing<V>>,
    is_on_base: bool,
    values: Option<V>,
}

impl<V: Clone + PartialEq> Form<V> {
    /// What has to outlive the program; `None` where nobody's work is in it.
    pub(crate) fn kept(&self) -> Option<Kept<V>> {
        let sent = self.sent.as_ref().map(|sent| {
            let is_on_base = sent.base == self.base;
            KeptSave {
                key: sent.key.to_string(),
                at: sent.at,
                base: sent.base.clone().filter(|_| !is_on_base),
                is_on_base,
                values: (self.typed.as_ref() != Some(&sent.values)).then(|| sent.values.clone()),
            }
        });
        self.is_dirty().then(|| Kept {
            base: self.base.clone(),
            blank: self.base.is_none().then(|| self.blank.clone()),
            typed: self.typed.clone(),
            over: self.over.clone(),
            sent,
        })
    }

    /// A form of the last run. A save of it may have been sent: nobody knows what came of it.
    pub(crate) fn restored(kept: Kept<V>) -> Option<Self> {
        let Kept { base, blank, typed, over, sent } = kept;
        let ground = base.as_ref().map(|base| base.values.clone()).or(blank)?;
        let sent = match sent {
            Some(save) => Some(Sent {
                key: save.key.parse().ok()?,
                at: save.at,
                base: if save.is_on_base { base.clone() } else { save.base },
                values: save.values.or_else(|| typed.clone())?,
            }),
            None => None,
        };
        let stage = if sent.is_some() { Stage::Unknown } else { Stage::Rest };
        Some(Self { base, typed, over, sent, stage, ..Self::blank(ground) })
    }
}
