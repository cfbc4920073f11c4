//! Many subjects at once: columns, evaluated a block of rows at a time.
//!
//! [`Bound`] is columns made ready for a program, [`Block`] the world of 256 of their rows, [`Abreast`] the domain.

mod block;
mod bound;
mod kernels;
mod lanes;
mod mask;

pub(crate) use block::Block;
pub(crate) use bound::Bound;
pub(crate) use lanes::{Abreast, LaneNumbers, Masks, Sum, codes};
pub(super) use lanes::{Few, Lanes};
pub(crate) use mask::{BLOCK, LANES, Mask, Rows, WORDS};
