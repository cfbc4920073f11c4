//! Changes that a forecast finds, borrowed and owned.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, Serializer};

use crate::ask::compare::{Comparison, compare};
use crate::input::facts::Facts;
use crate::score::{OwnedScore, Score};
use crate::scorer::Scorer;
use crate::time::{instant, instant_at, second_of};

/// A change of the outcome that happens without any new fact or event.
///
/// It borrows the scorer and the subject to compute the reason. The scores in it borrow the scorer only.
///
/// [`Display`](fmt::Display) prints `2026-11-22T09:00:01Z: warm 50 -> cold 49.999971`. In serde a change is
/// `{"at", "before", "after"}`: an instant in RFC 3339 and two [`Score`]s. To read a change back, use [`OwnedChange`].
pub struct Change<'m, 's, T> {
    pub(super) scorer: &'m Scorer<T>,
    pub(super) subject: &'s T,
    /// The instant of the question.
    pub(super) as_of: DateTime<Utc>,
    pub(super) at: DateTime<Utc>, // whole seconds
    pub(super) before: Score<'m>,
    pub(super) after: Score<'m>,
}

impl<'m, T: Facts> Change<'m, '_, T> {
    /// Returns the first second at which the outcome differs.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// Returns the score one second earlier.
    pub fn before(&self) -> Score<'m> {
        self.before
    }

    /// Returns the score at that second.
    pub fn after(&self) -> Score<'m> {
        self.after
    }

    /// Returns the reason: a [comparison](crate::compare()) of the instant of the question and the second of the change.
    ///
    /// If a score decays across a bound, the comparison shows the whole decay until then.
    pub fn why(&self) -> Comparison<'m> {
        compare(self.scorer.snapshot(self.subject, self.as_of), self.scorer.snapshot(self.subject, self.at))
    }
}

impl<T> Change<'_, '_, T> {
    /// Returns a copy that borrows nothing; see [`OwnedChange`].
    pub fn to_owned(&self) -> OwnedChange {
        OwnedChange { at: self.at, before: self.before.to_owned(), after: self.after.to_owned() }
    }
}

/// The next change of an outcome, or the certainty that there is none for some time; see [`Scorer::next_change`].
///
/// In serde it is `{"at": CHANGE}`, `{"not_before": "2026-11-20T00:00:00Z"}` or `"never"`, where `CHANGE` is a [`Change`].
/// To read it back, use [`OwnedNextChange`].
#[derive(Debug)]
#[non_exhaustive]
pub enum NextChange<'m, 's, T> {
    /// The outcome changes at this second.
    At(Box<Change<'m, 's, T>>),
    /// The outcome does not change up to and including this instant. It may change later, so ask again then.
    ///
    /// The instant is the end of the requested time, or an earlier one if the search stopped after 100,000 evaluations. It
    /// is never before `as_of`.
    NotBefore(DateTime<Utc>),
    /// The outcome never changes.
    Never,
}

impl<'m, 's, T> NextChange<'m, 's, T> {
    /// Returns the change, if there is one.
    pub fn change(self) -> Option<Change<'m, 's, T>> {
        if let NextChange::At(change) = self { Some(*change) } else { None }
    }

    /// Returns the instant at which to look at the subject again; `None` if nothing ever changes.
    ///
    /// This is the second of the change, or the instant up to which nothing changes.
    pub fn next_look(&self) -> Option<DateTime<Utc>> {
        match self {
            NextChange::At(change) => Some(change.at),
            NextChange::NotBefore(until) => Some(*until),
            NextChange::Never => None,
        }
    }

    /// Returns a copy that borrows nothing; see [`OwnedNextChange`].
    ///
    /// The instant of `NotBefore` is truncated to whole seconds.
    pub fn to_owned(&self) -> OwnedNextChange {
        match self {
            NextChange::At(change) => OwnedNextChange::At(Box::new(change.as_ref().to_owned())),
            NextChange::NotBefore(until) => OwnedNextChange::NotBefore(instant_at(second_of(*until))),
            NextChange::Never => OwnedNextChange::Never,
        }
    }
}

/// A [`Change`] that borrows nothing: to queue, to return from a function, and to read back from a database.
///
/// `Send + Sync + 'static`. [`Display`](fmt::Display) and serde write the same text as the [`Change`]. The reason is not
/// part of it: call [`Change::why`] and store the comparison if you need it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "Change")]
#[non_exhaustive]
pub struct OwnedChange {
    /// The first second at which the outcome differs.
    #[serde(with = "instant")]
    pub at: DateTime<Utc>,
    /// The score one second earlier.
    pub before: OwnedScore,
    /// The score at that second.
    pub after: OwnedScore,
}

/// A [`NextChange`] that borrows nothing: to queue, to return from a function, and to read back from a database.
///
/// `Send + Sync + 'static`. It is written in serde like the [`NextChange`]:
///
/// ```
/// # use warmth::{Model, Record, Scorer};
/// use warmth::{OwnedNextChange, Projection};
///
/// # let model: Model = toml::from_str("format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\nbase = 60\navailable = 80")?;
/// # let scorer = Scorer::<Record>::new(&model)?;
/// # let (now, until) = ("2026-11-22T09:00:00Z".parse()?, "2027-11-22T09:00:00Z".parse()?);
/// let account = Record::new();
/// let next = scorer.next_change(&account, now, until, Projection::State).to_owned();
/// assert_eq!(serde_json::to_string(&next)?, r#""never""#);
/// assert_eq!(serde_json::from_str::<OwnedNextChange>(r#""never""#)?, next);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "NextChange", rename_all = "snake_case")]
#[non_exhaustive]
pub enum OwnedNextChange {
    /// As [`NextChange::At`].
    At(Box<OwnedChange>),
    /// As [`NextChange::NotBefore`], in whole seconds.
    NotBefore(#[serde(with = "instant")] DateTime<Utc>),
    /// As [`NextChange::Never`].
    Never,
}

impl OwnedNextChange {
    /// Returns the change, if there is one.
    pub fn change(self) -> Option<OwnedChange> {
        if let OwnedNextChange::At(change) = self { Some(*change) } else { None }
    }

    /// Returns the instant at which to look at the subject again, as [`NextChange::next_look`] does.
    pub fn next_look(&self) -> Option<DateTime<Utc>> {
        match self {
            OwnedNextChange::At(change) => Some(change.at),
            OwnedNextChange::NotBefore(until) => Some(*until),
            OwnedNextChange::Never => None,
        }
    }
}

impl<T> Serialize for Change<'_, '_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_owned().serialize(serializer)
    }
}

impl<T> Serialize for NextChange<'_, '_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_owned().serialize(serializer)
    }
}

impl<T> fmt::Display for Change<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} -> {}", instant::written(self.at), self.before, self.after)
    }
}

impl fmt::Display for OwnedChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} -> {}", instant::written(self.at), self.before, self.after)
    }
}

impl<T> fmt::Debug for Change<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change")
            .field("at", &self.at)
            .field("before", &self.before)
            .field("after", &self.after)
            .finish_non_exhaustive()
    }
}
