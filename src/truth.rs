//! Three truth values and the strong Kleene logic on them (S. C. Kleene, Introduction to Metamathematics, §64).

use serde::{Deserialize, Serialize};

/// Whether something holds, does not hold, or cannot be said because a fact is missing.
///
/// Ordered false < unknown < true, so that "and" is the least, "or" the greatest, and "not" turns the order round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// It does not hold.
    False,
    /// It cannot be said.
    Unknown,
    /// It holds.
    True,
}

impl Truth {
    /// True where `known` is `Some(true)`, unknown where it is `None`.
    #[inline]
    pub(crate) fn of(known: Option<bool>) -> Truth {
        match known {
            Some(true) => Truth::True,
            Some(false) => Truth::False,
            None => Truth::Unknown,
        }
    }

    /// Whether at least `count` of several conditions hold, if this many surely and possibly do.
    #[inline]
    pub(crate) fn of_count(sure: usize, possible: usize, count: usize) -> Truth {
        match (sure >= count, possible >= count) {
            (true, _) => Truth::True,
            (false, true) => Truth::Unknown,
            (false, false) => Truth::False,
        }
    }

    /// The opposite; unknown stays unknown.
    #[inline]
    pub(crate) fn negated(self) -> Truth {
        match self {
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
            Truth::True => Truth::False,
        }
    }
}
