//! Sets of subjects: abstract interpretation of a program.
//!
//! [`SubjectSet`] evaluates every member at once: the result contains the outcome of each (may-semantics). [`Must`] finds
//! what all members have in common (must-semantics). [`Residual`] is what partial evaluation leaves once the known facts are
//! evaluated.

mod any_subject;
mod domain;
mod fact_set;
mod interval_set;
mod must;
mod outcome;
mod residual;
mod subject_set;
mod windows;

pub(crate) use any_subject::{AnySubject, Measured, OutcomeNames};
pub(crate) use domain::{Set, Sets};
pub(crate) use fact_set::{FactSet, KnownFacts};
pub(crate) use interval_set::IntervalSet;
pub(crate) use must::Must;
pub(crate) use residual::Residual;
pub(crate) use subject_set::SubjectSet;
