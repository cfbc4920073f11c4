//! The errors of questions to a history.

use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

/// A question to a history that has no answer as it was put: a stable code and a message.
///
/// It serializes as a table with the keys `code` and `message`.
///
/// ```
/// use warmth::evidence::{Logistic, Penalty};
///
/// let error = Logistic::fit(&[[1.0], [2.0]], &[true, true], Penalty::None).unwrap_err();
/// assert_eq!(error.code(), "one-outcome");
/// assert_eq!(
///     serde_json::to_value(&error)?,
///     serde_json::json!({
///         "code": "one-outcome",
///         "message": "every row has the same outcome, so there is nothing to fit; give rows with the outcome and without it",
///     })
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceError {
    kind: ErrorKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ErrorKind {
    UnequalRows { row: usize, expected: usize, found: usize },
    NotFinite { row: usize },
    OutcomeCount { rows: usize, outcomes: usize },
    BadRidge,
    DependentColumns,
    OneOutcome,
    Separated,
    NotConverged,
    UnknownFactor { name: String },
    UnorderedFactor { name: String },
    NoSpans,
    NoFactors,
    UnwritableFactor { name: String },
    RefusedDocument { problems: String },
    RefusedSpan { problems: String },
}

impl EvidenceError {
    /// Returns the code of the error. Codes never change; new versions may add some.
    ///
    /// | code | raised by | meaning |
    /// | --- | --- | --- |
    /// | `unequal-rows` | [`Logistic::fit`] | the rows have different numbers of columns |
    /// | `not-finite` | [`Logistic::fit`] | a number is infinite or NaN |
    /// | `outcome-count` | [`Logistic::fit`] | the number of outcomes differs from the number of rows |
    /// | `bad-ridge` | [`Logistic::fit`], [`propose`] | the ridge is not a finite number above 0 |
    /// | `dependent-columns` | [`Logistic::fit`] | a column is a linear combination of the others |
    /// | `one-outcome` | [`Logistic::fit`] | every row has the outcome, or no row has it |
    /// | `separated` | [`Logistic::fit`] | the columns separate the outcomes, so coefficients grow without limit |
    /// | `not-converged` | [`Logistic::fit`], [`propose`] | Newton's method does not converge |
    /// | `unknown-factor` | [`propose`] | a trend is required of a factor that the history does not have |
    /// | `unordered-factor` | [`propose`] | a trend is required of a text |
    /// | `no-factors` | [`propose`] | the history has no factors |
    /// | `unwritable-factor` | [`propose`] | no document can contain the name, a text or the tag of a factor |
    /// | `refused-document` | [`propose`] | the proposed document does not compile |
    /// | `no-spans` | [`HalfLives`] | there is no half-life or window to try |
    /// | `refused-span` | [`HalfLives`] | no model can contain the span or the name of the event |
    ///
    /// [`Logistic::fit`]: super::Logistic::fit
    /// [`propose`]: super::propose
    /// [`HalfLives`]: super::HalfLives
    pub fn code(&self) -> &'static str {
        match &self.kind {
            ErrorKind::UnequalRows { .. } => "unequal-rows",
            ErrorKind::NotFinite { .. } => "not-finite",
            ErrorKind::OutcomeCount { .. } => "outcome-count",
            ErrorKind::BadRidge => "bad-ridge",
            ErrorKind::DependentColumns => "dependent-columns",
            ErrorKind::OneOutcome => "one-outcome",
            ErrorKind::Separated => "separated",
            ErrorKind::NotConverged => "not-converged",
            ErrorKind::UnknownFactor { .. } => "unknown-factor",
            ErrorKind::UnorderedFactor { .. } => "unordered-factor",
            ErrorKind::NoSpans => "no-spans",
            ErrorKind::NoFactors => "no-factors",
            ErrorKind::UnwritableFactor { .. } => "unwritable-factor",
            ErrorKind::RefusedDocument { .. } => "refused-document",
            ErrorKind::RefusedSpan { .. } => "refused-span",
        }
    }
}

impl From<ErrorKind> for EvidenceError {
    fn from(kind: ErrorKind) -> EvidenceError {
        EvidenceError { kind }
    }
}

impl fmt::Display for EvidenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ErrorKind::UnequalRows { row, expected, found } => {
                write!(f, "row {row} has {found} numbers, but row 0 has {expected}; give every row the same number")
            }
            ErrorKind::NotFinite { row } => write!(f, "row {row} has a number that is not finite; leave the row out"),
            ErrorKind::OutcomeCount { rows, outcomes } => {
                write!(f, "there are {rows} rows and {outcomes} outcomes; give one outcome for each row")
            }
            ErrorKind::BadRidge => f.write_str("the ridge must be a finite number above 0, such as 1"),
            ErrorKind::DependentColumns => f.write_str(
                "a column is a linear combination of the others, so it has no coefficient of its own; leave it out or \
                 use a ridge",
            ),
            ErrorKind::OneOutcome => f.write_str(
                "every row has the same outcome, so there is nothing to fit; give rows with the outcome and without it",
            ),
            ErrorKind::Separated => f.write_str(
                "the coefficients grow without limit, because the columns separate the outcomes; use `Penalty::Firth` or \
                 a ridge",
            ),
            ErrorKind::NotConverged => f.write_str("the fit does not converge; use a ridge, or a larger one"),
            ErrorKind::UnknownFactor { name } => {
                write!(f, "there is no factor `{name}` in the history; name one of its factors")
            }
            ErrorKind::UnorderedFactor { name } => write!(
                f,
                "the factor `{name}` is a text, and texts have no order; require a trend only of numbers, dates and flags"
            ),
            ErrorKind::NoSpans => f.write_str("there is no half-life or window to try; give at least one"),
            ErrorKind::NoFactors => f.write_str(
                "the history has no factors; name the fields to read with `HistoryBuilder::of`, or declare them with \
                 `facts!`",
            ),
            ErrorKind::UnwritableFactor { name } => write!(
                f,
                "no document can contain the factor `{name}`: its name is empty, or its name, a text or its tag is longer \
                 than 1,024 bytes; leave the factor out or shorten it"
            ),
            ErrorKind::RefusedDocument { problems } => write!(
                f,
                "the proposed document does not compile; leave out the factors that cause its problems: {problems}"
            ),
            ErrorKind::RefusedSpan { problems } => f.write_str(problems),
        }
    }
}

impl std::error::Error for EvidenceError {}

impl Serialize for EvidenceError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("EvidenceError", 2)?;
        fields.serialize_field("code", self.code())?;
        fields.serialize_field("message", &self.to_string())?;
        fields.end()
    }
}
