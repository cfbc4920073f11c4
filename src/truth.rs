//! Three truth values and the strong Kleene logic on them (S. C. Kleene, Introduction to Metamathematics, §64).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whether a condition holds, fails, or is unknown, usually because a fact is missing.
///
/// Ordered false < unknown < true: "and" is the minimum, "or" the maximum, and "not" reverses the order.
///
/// [`Display`](fmt::Display) and serde write the words of documents: `holds`, `fails` or `unknown`. They are not the
/// words `true` and `false`, because many languages take the text `"false"` for true.
///
/// ```
/// # use warmth::Truth;
/// assert_eq!(serde_json::to_string(&[Truth::True, Truth::False, Truth::Unknown])?, r#"["holds","fails","unknown"]"#);
/// assert_eq!(serde_json::from_str::<Truth>(r#""fails""#)?, Truth::False);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Truth {
    /// The condition fails.
    #[serde(rename = "fails")]
    False,
    /// A missing fact leaves the condition open.
    #[serde(rename = "unknown")]
    Unknown,
    /// The condition holds.
    #[serde(rename = "holds")]
    True,
}

impl Truth {
    /// Returns `holds`, `fails` or `unknown`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Truth::True => "holds",
            Truth::False => "fails",
            Truth::Unknown => "unknown",
        }
    }

    /// True if `known` is `Some(true)`, unknown if it is `None`.
    #[inline]
    pub(crate) fn of(known: Option<bool>) -> Truth {
        match known {
            Some(true) => Truth::True,
            Some(false) => Truth::False,
            None => Truth::Unknown,
        }
    }

    /// Whether at least `count` conditions hold, if `sure` of them hold and `possible` of them hold or are unknown.
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

impl fmt::Display for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
