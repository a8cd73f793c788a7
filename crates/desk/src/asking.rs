//! Whether something is to be asked, and whether it is being asked.
//!
//! **Invariant:** one question about one thing is under way at most, and what is heard meanwhile is asked after it.

/// How a question stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Asking {
    /// Nobody wants to know.
    #[default]
    Rest,
    /// It waits for its turn.
    Wanted,
    /// It is under way.
    Asked {
        /// The answer may be from before something that was heard since.
        again: bool,
    },
}

impl Asking {
    /// Somebody wants to know how it stands from here on.
    pub(crate) fn want(&mut self) {
        *self = match self {
            Self::Rest | Self::Wanted => Self::Wanted,
            Self::Asked { .. } => Self::Asked { again: true },
        };
    }

    /// It is asked.
    pub(crate) fn ask(&mut self) {
        *self = Self::Asked { again: false };
    }

    /// Whether it is under way.
    pub(crate) fn is_asked(self) -> bool {
        matches!(self, Self::Asked { .. })
    }

    /// The answer is here. Says whether nothing was heard since it was asked for.
    pub(crate) fn answered(&mut self) -> bool {
        let is_of_now = *self != Self::Asked { again: true };
        *self = if is_of_now { Self::Rest } else { Self::Wanted };
        is_of_now
    }

    /// There was no answer. `is_final`: nor will there be one to the same question.
    pub(crate) fn unanswered(&mut self, is_final: bool) {
        *self = if is_final { Self::Rest } else { Self::Wanted };
    }
}
