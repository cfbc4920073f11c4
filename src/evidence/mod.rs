//! Tests models and factors on labelled history, and proposes models from it.
//!
//! A history has one row for each subject at an instant, labelled with whether the outcome came afterwards. Fields
//! named `events` count rows with the outcome, as in credit scoring.
//!
//! | question | use | answer |
//! | --- | --- | --- |
//! | What was known at an instant? | [`Timeline`] | a [`Record`](crate::Record) as of the instant, the outcome within a horizon |
//! | Which factors go together with the outcome? | [`HistoryBuilder`] | [`Correlations`] and [`FactorBands`] of a [`History`] |
//! | Does a factor know the outcome? | [`History::suspicions`] | a [`Suspicion`] for each sign of a leak |
//! | Which factors drift? | [`History::drift`] | a [`FactorDrift`] for each factor |
//! | How well do a model's scores and conditions predict? | [`Trial`] | a [`Report`] |
//! | What moved in a [`Review`](crate::Review) by more than chance explains? | [`Drift`] | changes of scores and fire rates |
//! | Which model does history support? | [`propose`] | a [`Proposal`]: documents, or the reason why there are none |
//! | How long does an event matter? | [`HalfLives`] | a [`HalfLifeCurve`] |
//!
//! You can also compute single figures: [`Ranking`], [`auc_difference`], [`BandTable`], [`information_value`], [`pearson`], [`spearman`], [`phi`], [`cramers_v`],
//! [`wilson`], [`psi`], [`brier`], [`OddsScale`] and [`Logistic`].
//!
//! All results are plain data: print them, or write them with serde. Nothing changes a model; a proposal is a document
//! for people to read. The [guide](crate::_guide::evidence) explains the method and every formula.
//!
//! # Exactness
//!
//! Counts are integers, so AUC, KS, gains and every table are exact up to one division. All other figures are floating
//! point in a fixed order of operations: square roots are those of IEEE 754, and logarithms, exponentials and gamma
//! functions come from libm, which is compiled in. So the same rows in the same order give the same bits on every
//! machine. In another order, the last digits of correlations and fits may differ; rankings, tables and indices do not.
//!
//! # Cost
//!
//! Time grows in proportion to the rows, because columns are sorted by radix. Correlations of numbers take longer if a
//! column has more distinct values than fit in cache.
//!
//! | what | memory |
//! | --- | --- |
//! | a [`HistoryBuilder`] | 8 bytes a number |
//! | a [`History`] | 4 bytes a cell |
//! | a [`Trial`], a [`Review`](crate::Review) | 16 bytes a row |
//! | [`HalfLives`] | 8 bytes a row for each span |
//!
//! One million rows of 40 factors, from the first row to a proposal, fit in 768 MiB.

mod association;
mod bands;
mod correlations;
mod distribution;
mod drift;
mod effect;
mod error;
mod estimate;
mod fit;
mod grid;
mod half_life;
mod history;
mod leak;
mod merge;
mod order;
mod probability;
mod propose;
mod ranking;
mod report;
mod scorecard;
mod stability;
mod tables;
mod timeline;
mod trial;

pub use association::{cramers_v, pearson, phi, spearman};
pub use bands::{FactorBands, FactorDrift};
pub use correlations::{Correlation, Correlations};
pub use drift::{Drift, FireRate};
pub use error::EvidenceError;
pub use estimate::{Estimate, wilson};
pub use fit::{Logistic, Penalty};
pub use half_life::{CurvePoint, HalfLifeCurve, HalfLives};
pub use history::{History, HistoryBuilder};
pub use leak::{LeakSign, Suspicion};
pub use probability::{Brier, OddsScale, brier};
pub use propose::{
    BandPoints, FactorPoints, OutOfFold, Proposal, Proposed, Request, Shortage, WeightComparison, propose,
};
pub use ranking::{Ks, Ranking, Top, auc_difference};
pub use report::{ConditionReport, GradeCell, Report};
pub use scorecard::Trend;
pub use stability::{Psi, psi};
pub use tables::{Band, BandTable, information_value};
pub use timeline::Timeline;
pub use trial::Trial;
