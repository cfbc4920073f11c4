//! Questions about an evaluation, beyond the score itself.

mod bounds;
pub mod columns;
pub mod compare;
pub mod explain;
mod fired;
mod forecast;
pub mod recourse;
pub mod settle;
mod verify;

pub use bounds::{AxisBounds, Bounds, Question};
pub use fired::Fired;
pub use forecast::{Change, Changes, NextChange, Projection};
