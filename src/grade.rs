//! The verdict and the grade of an outcome.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Whether a subject can be scored: what the gates say and, if the model can skip axes, whether enough is known.
///
/// Ordered by precedence: if there are reasons for several verdicts, the greatest applies.
///
/// [`Display`](fmt::Display), [`FromStr`] and serde use the word in lower case:
///
/// ```
/// # use warmth::Verdict;
/// let verdict: Verdict = "ineligible".parse()?;
/// assert_eq!((verdict, verdict.to_string()), (Verdict::Ineligible, "ineligible".to_owned()));
/// # Ok::<(), warmth::VerdictError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every required condition holds, and no disqualifying condition holds.
    Eligible,
    /// No disqualifying condition holds and no required condition fails, but a required condition is unknown.
    Undetermined,
    /// Too little is known for a score: every axis that counts in the total was skipped, and no gate holds the subject back.
    Uncovered,
    /// A required condition fails.
    Ineligible,
    /// A disqualifying condition holds.
    Disqualified,
}

impl Verdict {
    pub(crate) const ALL: [Verdict; 5] =
        [Verdict::Eligible, Verdict::Undetermined, Verdict::Uncovered, Verdict::Ineligible, Verdict::Disqualified];

    /// Returns the verdict in lower case, as documents write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Verdict::Eligible => "eligible",
            Verdict::Undetermined => "undetermined",
            Verdict::Uncovered => "uncovered",
            Verdict::Ineligible => "ineligible",
            Verdict::Disqualified => "disqualified",
        }
    }

    /// Returns whether a subject with this verdict has a value, a grade, a state, a segment and a play.
    pub const fn is_scored(self) -> bool {
        matches!(self, Verdict::Eligible | Verdict::Undetermined)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The error of a text that is not a [`Verdict`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a verdict; write `eligible`, `undetermined`, `uncovered`, `ineligible` or `disqualified`")]
pub struct VerdictError {
    text: String,
}

impl FromStr for Verdict {
    type Err = VerdictError;

    /// # Errors
    ///
    /// If the text is not one of the five words in lower case.
    fn from_str(text: &str) -> Result<Verdict, VerdictError> {
        let verdict = Verdict::ALL.into_iter().find(|verdict| verdict.as_str() == text);
        verdict.ok_or_else(|| VerdictError { text: text.to_owned() })
    }
}

/// A grade: a letter for fit and a number for activity. `A1` is the best of both.
///
/// The letter and the number do not add up, so grades have no total order; [`dominates`](Grade::dominates) is their
/// partial order.
///
/// ```
/// # use warmth::{Model, Record, Scorer};
/// # let model: Model = serde_json::from_str(r#"{ "format": 1, "name": "x",
/// #   "axis": [{ "name": "f", "base": 60, "available": 100 }, { "name": "a", "base": 20, "available": 100 }],
/// #   "grade": { "fit": { "axis": "f", "cuts": [75, 50, 25] }, "activity": { "axis": "a", "cuts": [75, 50, 25] } } }"#)?;
/// # let scorer = Scorer::<Record>::new(&model)?;
/// # let record = Record::new();
/// # let now = "2026-11-22T00:00:00Z".parse()?;
/// let grade = scorer.score(&record, now).grade().unwrap();
/// assert_eq!((grade.as_str(), grade.fit(), grade.activity()), ("B4", 'B', 4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grade {
    letter: u8, // from 0, below 9
    number: u8, // from 0, below 9
}

/// The text of every possible grade, two bytes each.
const GRADES: &str = "A1A2A3A4A5A6A7A8A9B1B2B3B4B5B6B7B8B9C1C2C3C4C5C6C7C8C9D1D2D3D4D5D6D7D8D9E1E2E3E4E5E6E7E8E9\
F1F2F3F4F5F6F7F8F9G1G2G3G4G5G6G7G8G9H1H2H3H4H5H6H7H8H9I1I2I3I4I5I6I7I8I9";

impl Grade {
    pub(crate) fn new(letter: u8, number: u8) -> Grade {
        Grade { letter: letter.min(8), number: number.min(8) }
    }

    /// Returns the grade with this [`index`](Grade::index).
    pub(crate) fn at(index: usize) -> Grade {
        let part = |part: usize| u8::try_from(part).unwrap_or(u8::MAX);
        Grade::new(part(index / 9), part(index % 9))
    }

    /// Returns the index among all possible grades, from 0 to 80.
    pub(crate) fn index(self) -> usize {
        usize::from(self.letter) * 9 + usize::from(self.number)
    }

    /// Returns the letter for fit, `'A'` for the best.
    pub fn fit(self) -> char {
        char::from(b'A' + self.letter)
    }

    /// Returns the number for activity, 1 for the best.
    pub fn activity(self) -> u8 {
        self.number + 1
    }

    /// Returns the grade as text, such as `A1`.
    pub fn as_str(self) -> &'static str {
        let start = self.index() * 2;
        GRADES.get(start..start + 2).unwrap_or_default()
    }

    /// Returns whether this grade is better in one part and not worse in the other.
    ///
    /// `A2` dominates `B2` and `C4`. Neither of `A2` and `B1` dominates the other.
    pub fn dominates(self, other: Grade) -> bool {
        self != other && self.letter <= other.letter && self.number <= other.number
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The error of a text that is not a [`Grade`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a grade; write a letter from `A` to `I` and a number from 1 to 9, such as `A1`")]
pub struct GradeError {
    text: String,
}

impl FromStr for Grade {
    type Err = GradeError;

    /// # Errors
    ///
    /// If the text is not a letter from `A` to `I` followed by a digit from 1 to 9.
    fn from_str(text: &str) -> Result<Grade, GradeError> {
        match text.as_bytes() {
            [letter @ b'A'..=b'I', number @ b'1'..=b'9'] => Ok(Grade::new(letter - b'A', number - b'1')),
            _ => Err(GradeError { text: text.to_owned() }),
        }
    }
}

impl<'de> Deserialize<'de> for Grade {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Grade, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Grade {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
