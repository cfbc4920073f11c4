//! Many subjects at once: columns, evaluated a block of rows at a time.
//!
//! [`BoundColumns`] is columns bound to a program, [`Block`] evaluates 256 of their rows.

mod block;
mod bound;
mod kernels;
mod lanes;
mod mask;

pub(crate) use block::Block;
pub(crate) use bound::BoundColumns;
pub(crate) use lanes::{LaneNumbers, LaneSum, Verdicts, subsets};
pub(crate) use mask::{BLOCK, LANES, Mask, Rows, WORDS};
