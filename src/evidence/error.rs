//! What can be wrong with a question.

use std::fmt;

/// A question to history cannot be answered as it was put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceError {
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Ragged { row: usize, expected: usize, found: usize },
    NotFinite { row: usize },
    Lengths { rows: usize, outcomes: usize },
    Ridge,
    Singular,
    OneSided,
    Separated,
    Unsettled,
    UnknownFactor { name: String },
    Unordered { name: String },
    NoCandidates,
    NoFactors,
    Unwritable { name: String },
    Refused { problems: String },
    Span { text: String },
}

impl From<Kind> for EvidenceError {
    fn from(kind: Kind) -> EvidenceError {
        EvidenceError { kind }
    }
}

impl fmt::Display for EvidenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Ragged { row, expected, found } => {
                write!(f, "row {row} has {found} numbers and the first one {expected}; give every row the same")
            }
            Kind::NotFinite { row } => write!(f, "row {row} has a number that is not finite; leave the row out"),
            Kind::Lengths { rows, outcomes } => {
                write!(f, "there are {rows} rows and {outcomes} outcomes; give one outcome for each row")
            }
            Kind::Ridge => f.write_str("the ridge is not a finite number above 0; give one that is, such as 1"),
            Kind::Singular => {
                f.write_str("some column follows from the others, so it has no coefficient of its own; use a ridge")
            }
            Kind::OneSided => {
                f.write_str("every outcome is the same, so there is nothing to fit; give rows of both kinds")
            }
            Kind::Separated => f.write_str(
                "the coefficients grow without end, as they do where the columns tell the outcomes apart; use \
                 `Penalty::Firth` or a ridge",
            ),
            Kind::Unsettled => f.write_str("the fit does not settle; use a ridge, or a greater one"),
            Kind::UnknownFactor { name } => {
                write!(f, "there is no factor `{name}` in the history; name one of its factors")
            }
            Kind::Unordered { name } => {
                write!(f, "the texts of `{name}` have no order; require a direction of numbers, dates and flags")
            }
            Kind::NoCandidates => f.write_str("there is no half-life to try; give at least one"),
            Kind::NoFactors => f.write_str(
                "the history has no factors; name the fields to read with `HistoryBuilder::of`, or declare them",
            ),
            Kind::Unwritable { name } => write!(
                f,
                "the factor `{name}` has a name, a text or a tag that no document holds, as it is empty or longer than \
                 1,024 bytes; leave it out, or shorten it"
            ),
            Kind::Refused { problems } => {
                write!(f, "the document that follows from the history is refused; leave out what it names: {problems}")
            }
            Kind::Span { text } => f.write_str(text),
        }
    }
}

impl std::error::Error for EvidenceError {}
