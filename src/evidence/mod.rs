//! Evidence: what history says about factors, conditions and scores.
#![allow(unused)]

mod association;
mod distribution;
mod error;
mod estimate;
mod fit;
mod grid;
mod order;
mod probability;
mod ranking;
mod stability;
mod tables;

pub use association::{cramers_v, pearson, phi, spearman};
pub use error::EvidenceError;
pub use estimate::{Estimate, wilson};
pub use fit::{Logistic, Penalty};
pub use probability::{Brier, Scale, brier};
pub use ranking::{Ks, Ranking, Top};
pub use stability::{Psi, psi};
pub use tables::{Band, Table};
