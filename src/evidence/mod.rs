//! What history says: how factors go together with an outcome, how well a model ranks it, and what model to propose.
//!
//! | question | asked with | answer |
//! | --- | --- | --- |
//! | What was known when? | [`Timeline`] | a [`Record`](crate::Record) as of an instant, an outcome within a horizon |
//! | What goes together with the outcome? | [`HistoryBuilder`] | [`Correlations`] of a [`History`] |
//! | What are a model's conditions and scores worth? | [`Trial`] | a [`Report`] |
//! | What moved between two models or dates? | [`Review`] | a [`Sheet`] |
//! | Which model does history support? | [`propose`] | a [`Proposal`]: documents, or the reason why there are none |
//! | How long does an event matter? | [`HalfLives`] | a [`HalfLifeCurve`] |
//!
//! The figures that they are made of can be had on their own: [`Ranking`], [`Table`], [`pearson`], [`spearman`],
//! [`phi`], [`cramers_v`], [`wilson`], [`psi`], [`brier`], [`Scale`] and [`Logistic`].
//!
//! Everything is plain data: it can be printed, and written with serde. Nothing changes a model; what is proposed is a
//! document for people to read. The [guide](crate::_guide::evidence) has the method and the formulas.
//!
//! # Exactness
//!
//! What is counted is counted in whole numbers: AUC, KS, gains and every table are exact until one division. The rest
//! is floating point, in a fixed order, with square roots as IEEE 754 rounds them and logarithms, exponentials and gamma
//! functions from libm, which is compiled in: the same rows in the same order give the same bits on every machine. In
//! another order the last digits of correlations and fits may differ; rankings, tables and indices do not.
//!
//! # Cost
//!
//! Steps in proportion to rows: columns are sorted byte by byte. By the clock, correlations of numbers take longer than
//! that where a column's different values do not fit into the caches any more. A history takes 8 bytes a number while it is
//! gathered and 4 a cell afterwards, a [`Trial`] and a [`Review`] 16 bytes a row, [`HalfLives`] 8 bytes a row for each
//! span. One million rows of 40 factors, from gathering to a proposal, fit into 768 MiB.

mod association;
mod correlations;
mod distribution;
mod error;
mod estimate;
mod fit;
mod grid;
mod half_life;
mod history;
mod order;
mod probability;
mod propose;
mod ranking;
mod report;
mod review;
mod scorecard;
mod stability;
mod tables;
mod timeline;

pub use association::{cramers_v, pearson, phi, spearman};
pub use correlations::{Correlation, Correlations};
pub use error::EvidenceError;
pub use estimate::{Estimate, wilson};
pub use fit::{Logistic, Penalty};
pub use half_life::{CurvePoint, HalfLifeCurve, HalfLives};
pub use history::{History, HistoryBuilder};
pub use probability::{Brier, Scale, brier};
pub use propose::{Comparison, OutOfFold, Proposal, Proposed, Request, Shortage, propose};
pub use ranking::{Ks, Ranking, Top};
pub use report::{ConditionKind, ConditionReport, GradeCell, Report, Trial};
pub use review::{FireRate, Move, Period, Reason, Review, Sheet};
pub use scorecard::Direction;
pub use stability::{Psi, psi};
pub use tables::{Band, Table};
pub use timeline::Timeline;
