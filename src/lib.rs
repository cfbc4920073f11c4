//! An embeddable engine that scores customers by rules: who is ready to buy more, why, and until when.
//!
//! A host service hands over what it knows about an account (facts) and what the account did (activity), and gets back
//! an exact score from 0 to 100, a fit-by-activity grade such as `A1`, a named state, what to do, and the reasons.
//! People in revenue operations write the model as a document; engineers embed the engine.
//!
//! # The three things you need
//!
//! 1. [`facts!`] declares which fields of your own struct a model may read.
//! 2. [`Model`] is the document, read with serde from TOML, JSON or any other format, or built in Rust.
//! 3. [`Scorer`] is a model compiled against your type, with every problem found beforehand. It scores.
//!
//! ```
//! use chrono::{DateTime, Utc};
//! use warmth::{Activity, Model, Scorer, facts};
//!
//! struct Account {
//!     nps: Option<u8>,
//!     has_flagship: bool,
//!     history: Activity,
//! }
//! facts!(Account { nps, has_flagship; activity = history });
//!
//! let model: Model = toml::from_str(
//!     r#"
//!     format = 1
//!     name = "readiness"
//!
//!     [[required]]
//!     id = "flagship"
//!     when.has_flagship = true
//!
//!     [[axis]]
//!     name = "fit"
//!     [[axis.rule]]
//!     id = "nps"
//!     bands.nps = [[0, -20], [7, 10], [9, 40]]   # from 0: -20, from 7: 10, from 9: 40
//!
//!     [[axis]]
//!     name = "activity"
//!     [[axis.rule]]
//!     id = "pricing"
//!     signal.event = "pricing_view"
//!     signal.points = 25
//!     signal.most_recent = 2
//!     signal.decay.half_life = "14d"
//!
//!     [grade]
//!     fit = { axis = "fit", cuts = [75, 50, 25] }
//!     activity = { axis = "activity", cuts = [75, 50, 25] }
//!     "#,
//! )?;
//! let scorer = Scorer::<Account>::new(&model)?;
//!
//! let now: DateTime<Utc> = "2026-11-22T09:00:00Z".parse()?;
//! let mut account = Account { nps: Some(9), has_flagship: true, history: Activity::new() };
//! account.history.record("pricing_view", "2026-11-08T09:00:00Z".parse()?); // two weeks ago
//!
//! let score = scorer.score(&account, now);
//! assert_eq!(score.grade().unwrap().to_string(), "A3");
//! assert_eq!(score.axis("activity").unwrap().raw, "12.5".parse()?); // 25 points, halved exactly
//! assert_eq!(score.value(), "62.5".parse()?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What else there is
//!
//! - [`Scorer::score_batch`] and [`columns`] score many subjects in one go, the latter from the buffers of Arrow arrays as they
//!   lie, each with the outcome that it has alone.
//! - [`Scorer::explain`] gives the same numbers line by line: an [`Explanation`] whose lines add up to the score.
//! - [`Scorer::bounds`] says what the outcome may still be while facts are missing: [`Bounds`], whether they matter at all, and
//!   which fact to ask for next.
//! - [`Scorer::next_change`] and [`Scorer::changes`] say when an outcome changes by itself, to the second and why, or that it
//!   never does. A host can wake up then instead of scoring everybody every night.
//! - [`Scorer::recourse`] finds the cheapest changes that reach a state, a grade or a score.
//! - [`compare`](compare()) tells why a score moved between two looks at a subject: how much of it is time, events, facts
//!   and the model, line by line.
//! - [`settle`](settle()) holds a state still while a value swings around a bound, and gives the crossings that are left as
//!   values to publish.
//! - [`Model::verify`] runs the examples that a document carries with it.
//! - [`Record`] is a subject without a Rust type, for rows of CSV or JSON.
//! - [`Activity`] holds what a subject did. It knows nothing of models; [`Scorer::lifespan`] says how far back to keep.
//! - [`Model::fingerprint`] tells which model a stored score came from.
//! - [`model`] builds documents in Rust, where a wrong operator is a compile error.
//! - [`templates`] are the models that the field publishes, to start from; [`shapes`] are those of other products.
//! - [`rollup`] says what many contacts come to for one account; [`offer`] and [`governance`] have the arithmetic beside.
//! - The [guide](_guide) has the document key by key, the arithmetic, the problems, the questions beyond a score and the
//!   reasons.
//!
//! # What you can rely on
//!
//! - **Pure.** An outcome follows from model, facts, activity and instant alone. There is no clock, no I/O, no state.
//! - **Exact.** Points are decimals held as whole numbers of millionths, decay is integer arithmetic. A score is the
//!   same on every machine, in every build and for every order of events.
//! - **Infallible after compiling.** [`Scorer::new`] finds all that can be wrong, at once. Scoring returns a value for
//!   any facts.
//! - **Missing is not false.** Conditions are three-valued; what is unknown is named, never guessed.
//! - **No allocation** in [`Scorer::score`] and [`Scorer::score_batch`].
//!
//! # Scope
//!
//! This crate scores subjects, each by itself, with rules that people wrote. It stores nothing, sends nothing and learns
//! nothing by itself (`evidence` proposes documents, and people decide), and it has no expression language: what rules
//! cannot say is a computed field of the host's.
//!
//! # Untrusted input
//!
//! Facts and events may be anything. Documents from people you do not trust are held by [`DocumentLimits`]; reading one takes
//! time and memory in proportion to its size, and nothing in it can make scoring fail.
//!
//! # Features
//!
//! - `evidence`: the module `evidence`, which tries models on labelled history and proposes weights from it. Adds libm,
//!   a crate without dependencies of its own. Off by default.
//!
//! The dependencies are chrono (without its clock), serde, smallvec and thiserror.

#![forbid(unsafe_code)]
// Shows on docs.rs which feature an item needs. Only nightly has it.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod _guide;
mod ask;
mod compile;
mod decay;
mod evaluate;
#[cfg(feature = "evidence")]
pub mod evidence;
mod grade;
mod input;
mod kit;
mod literal;
pub mod model;
mod num;
mod problem;
mod program;
mod score;
mod scorer;
mod time;
mod truth;

pub use ask::compare::{self, Comparison, OwnedComparison, Snapshot, compare};
pub use ask::explain::{self, Explanation, OwnedExplanation};
pub use ask::recourse::{self, OwnedRecourse, Recourse};
pub use ask::settle::{self, Settled, settle};
pub use ask::{
    AxisBounds, Bounds, Change, Changes, Fired, NextChange, OwnedAxisBounds, OwnedBounds, OwnedChange, OwnedNextChange,
    OwnedQuestion, Projection, Question, columns,
};
pub use decay::{Decay, Weight};
pub use grade::{Grade, GradeError, Verdict, VerdictError};
pub use input::activity::{Activity, Event, Resolution};
pub use input::facts::{Fact, Facts, Field, Kind, Record, Tags, ToFact, Value};
#[doc(hidden)]
pub use input::facts_macro::private as __private;
pub use kit::{governance, offer, rollup, shapes, templates};
pub use model::{DocumentLimits, Fingerprint, Model, fields};
pub use num::points::{Points, PointsError};
pub use problem::{ModelError, PathSegment, Problem};
pub use score::{AxisScore, OwnedAxisScore, OwnedPlay, OwnedScore, Play, Score};
pub use scorer::{NameMap, NameMapError, Scorer, Title};
pub use time::{Span, SpanError};
pub use truth::Truth;

/// Runs the program of the README as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
