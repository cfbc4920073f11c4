//! warmth
mod activity;
mod compile;
mod decay;
mod decimal;
mod evaluate;
pub mod explain;
mod facts;
pub mod model;
mod points;
mod problem;
mod program;
mod score;
mod scorer;
mod time;
mod verify;
mod wide;
pub use activity::{Activity, Event, Resolution};
pub use decay::{Decay, Weight};
pub use evaluate::Truth;
pub use explain::Explanation;
#[doc(hidden)]
pub use facts::private as __private;
pub use facts::{Fact, Facts, Field, Kind, Record, Tags, ToFact, Value};
pub use model::{Fingerprint, Limits, Model};
pub use points::{Points, PointsError};
pub use problem::{ModelError, Problem};
pub use score::{AxisScore, Grade, Play, Score, Verdict};
pub use scorer::Scorer;
pub use time::{Span, SpanError};
/// Handles.
pub fn fields<T: model::Declared>() -> T::Handles {
    T::HANDLES
}
#[doc(hidden)]
pub mod _guide {
    #[doc(hidden)]
    pub mod problems {}
}
