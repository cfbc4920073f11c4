//! Questions about an evaluation, beyond the score itself.

/// Implements `Serialize` for borrowed forms by way of their owned forms, so that both write the same bytes.
macro_rules! serialize_as_owned {
    ($($borrowed:ty),*) => {$(
        impl serde::Serialize for $borrowed {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.to_owned().serialize(serializer)
            }
        }
    )*};
}

mod bounds;
mod capture;
mod cells;
pub mod columns;
pub mod compare;
mod coverage;
pub mod explain;
mod fired;
mod forecast;
mod lint;
pub mod recourse;
mod release_note;
pub mod review;
pub mod settle;
mod verify;

pub use bounds::{AxisBounds, Bounds, OwnedAxisBounds, OwnedBounds, OwnedQuestion, Question};
pub use coverage::Coverage;
pub use fired::Fired;
pub use forecast::{Change, Changes, NextChange, OwnedChange, OwnedNextChange, Projection};
pub use lint::{Lint, Warning};
pub use release_note::{ModelVersion, ReleaseNote};
