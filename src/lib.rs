//! Scores customers by rules: who is ready to buy more, why, and until when.
//!
//! You pass what you know about an account (facts) and what the account did (activity). You get back an exact score from 0
//! to 100, a grade such as `A1`, a named state, the next action, and the reason for every point. Revenue teams write the
//! rules as a TOML or JSON document. Engineers embed the engine.
//!
//! # The three things you need
//!
//! 1. [`facts!`] declares which fields of your struct a model may read.
//! 2. [`Model`] is the document.
//! 3. [`Scorer`] is a model compiled against your struct. It scores.
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
//!     bands.nps = [[0, -20], [7, 10], [9, 40]]   # from 0: -20 points, from 7: 10, from 9: 40
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
//!     fit = { axis = "fit", cuts = [75, 50, 25] }            # A from 75, B from 50, C from 25, else D
//!     activity = { axis = "activity", cuts = [75, 50, 25] }  # 1 from 75, 2 from 50, 3 from 25, else 4
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
//! The score of an axis is a percentage of the points that its rules can give. `fit` has 40 of 40 points, so its score
//! is 100 and its letter `A`. `activity` has 12.5 of 50 points, so its score is 25 and its number `3`. The value is the
//! mean of both scores, 62.5.
//!
//! # One example for each idea
//!
//! **Scores age by themselves.** You pass the instant of scoring, so no nightly job has to update anything. In this
//! model, a demo gives 100 points, which halve every 14 days. An account is `warm` from 50 points.
//! [`Scorer::next_change`] returns the instant of the next change, exact to the second:
//!
//! ```
//! # use chrono::{DateTime, TimeDelta, Utc};
//! # use warmth::{Model, Projection, Record, Scorer};
//! # let model: Model = toml::from_str(
//! #     "format = 1\nname = 'x'\n[[axis]]\nname = 'activity'\navailable = 100\n[[axis.rule]]\nid = 'demo'\n\
//! #      signal = { event = 'demo', points = 100, most_recent = 1, decay.half_life = '14d' }\n\
//! #      [[state]]\nname = 'warm'\nat_least = 50\n[[state]]\nname = 'cold'\nat_least = 0",
//! # )?;
//! # let scorer = Scorer::<Record>::new(&model)?;
//! # let now: DateTime<Utc> = "2026-11-22T09:00:00Z".parse()?;
//! let mut account = Record::new();
//! account.activity_mut().record("demo", now);
//! assert_eq!(scorer.score(&account, now + TimeDelta::days(14)).to_string(), "warm 50");
//! assert_eq!(scorer.score(&account, now + TimeDelta::days(28)).to_string(), "cold 25");
//!
//! let next = scorer.next_change(&account, now, now + TimeDelta::days(90), Projection::State);
//! assert_eq!(next.change().unwrap().to_string(), "2026-12-06T09:00:01Z: warm 50 -> cold 49.999971");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **A missing fact is unknown, not false.** This model requires the health `green`, and the health of the account is missing.
//! [`Scorer::bounds`] returns every outcome that is still possible:
//!
//! ```
//! # use warmth::{Model, Record, Scorer, Verdict};
//! # let model: Model = toml::from_str(
//! #     "format = 1\nname = 'x'\n[[required]]\nid = 'healthy'\nwhen.health = 'green'\n\
//! #      [[axis]]\nname = 'fit'\navailable = 100\n[[axis.rule]]\nid = 'nps'\nwhen.nps.at_least = 9\npoints = 40",
//! # )?;
//! # let scorer = Scorer::<Record>::new(&model)?;
//! # let now = "2026-11-22T09:00:00Z".parse()?;
//! let account = Record::new().with("nps", 9);
//! let score = scorer.score(&account, now);
//! assert_eq!((score.verdict(), score.value()), (Verdict::Undetermined, 40.into()));
//! assert!(scorer.missing(&account).eq(["health"]));
//! assert_eq!(scorer.bounds(&account, now).to_string(), "0 to 40; undetermined, ineligible");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Every point has a reason.** The lines of an [`Explanation`] add up to the score, to the last digit:
//!
//! ```
//! # use warmth::{Model, Points, Record, Scorer};
//! # let model: Model = toml::from_str(
//! #     "format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\navailable = 100\n[[axis.rule]]\nid = 'nps'\n\
//! #      label = 'Would recommend us'\nbands.nps = [[7, 10], [9, 40]]",
//! # )?;
//! # let scorer = Scorer::<Record>::new(&model)?;
//! # let now = "2026-11-22T09:00:00Z".parse()?;
//! let explanation = scorer.explain(&Record::new().with("nps", 8), now);
//! let sum: Points = explanation.lines().iter().map(|line| line.score).sum();
//! assert_eq!(sum, explanation.score().value());
//! assert!(explanation.to_string().contains("Would recommend us: nps is 8"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **You see all problems of a document at once,** each with a path and what to do:
//!
//! ```
//! # use warmth::{Model, Scorer, facts};
//! # struct Account { nps: Option<u8> }
//! # facts!(Account { nps });
//! # let account = Account { nps: None }.nps;
//! let model: Model = toml::from_str(
//!     "format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\n[[axis.rule]]\nid = 'a'\nbands.npss = [[7, 10], [6, 40]]",
//! )?;
//! assert_eq!(
//!     Scorer::<Account>::new(&model).unwrap_err().to_string(),
//!     "the model has 2 problems
//!   unknown-field at `axis[0].rule[0].bands.npss`: there is no field `npss`; did you mean `nps`?
//!   bounds-order at `axis[0].rule[0].bands.npss[1]`: the bound `6` comes after `7`; list bounds in ascending order"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What you may ignore at first
//!
//! | to | use |
//! | --- | --- |
//! | score rows of CSV or JSON, without a struct | [`Record`] |
//! | score many accounts | [`Scorer::score_batch`] for a slice, [`columns`] for Arrow arrays and data frames |
//! | know which missing fact to collect next | [`Bounds::questions`] |
//! | schedule the next look at an account | [`Scorer::next_change`], [`Scorer::changes`] |
//! | know the cheapest way to a better state, grade or score | [`Scorer::recourse`] |
//! | know why a score moved: time, events, facts or the model | [`compare`](compare()) |
//! | send alerts without flapping | [`settle`](settle()) |
//! | know which model a stored score came from, and whether it is still right | [`Model::fingerprint`], [`Model::scoring_fingerprint`] |
//! | run the worked cases of a document, or of all documents in a test | [`Model::verify`], [`testing::verify_documents`] |
//! | find rules that never hold, states out of reach and caps that never bind | [`Model::lint`] |
//! | turn the score of an account into a case | [`Model::capture_case`] |
//! | know what changes from one model to another, and who moves | [`Model::diff`], [`Review`], [`ReleaseNote`] |
//! | prune old events | [`Scorer::prune`] |
//! | build documents in Rust, or look into one | [`model`] |
//! | complete and check documents in an editor | [`Model::schema`], [`model::Schema`] |
//! | start from a published model, or from rules of another product | [`templates`], [`shapes`], [from a sheet](_guide::from_a_sheet) |
//! | combine many contacts into one account score | [`rollup`] |
//! | compute plan prices and monthly metrics | [`offer`], [`governance`] |
//!
//! The [guide](_guide) has the document key by key, the arithmetic, every problem, and a page for
//! [hosts](_guide::hosting).
//!
//! # What you can rely on
//!
//! - **Pure.** An outcome depends on the model, the facts, the activity and the instant, and on nothing else. The engine reads
//!   no clock, does no I/O and keeps no state.
//! - **Exact.** Points are decimals, stored as integers of millionths, and decay is integer arithmetic. A score is the same on
//!   every machine, in every build and for every order of events.
//! - **Infallible after compiling.** [`Scorer::new`] reports every problem. After that, scoring returns a value for any facts.
//! - **Three-valued.** A condition on a missing fact is unknown. [`Scorer::missing`] lists missing facts; the engine never
//!   guesses them.
//! - **No allocation** in [`Scorer::score`] and [`Scorer::score_batch`].
//!
//! # Scope
//!
//! This crate scores subjects (accounts, contacts, offers) one by one, with rules that people write. It does not store,
//! send or schedule anything. It does not learn: the optional module `evidence` proposes documents with weights, and
//! people decide whether to use them. It has no expression language: if a rule cannot express something, compute it in
//! your service and pass it as a computed field.
//!
//! # Untrusted input
//!
//! Facts and events may come from anybody. [`DocumentLimits`] bounds documents, and nothing in a document can make
//! scoring fail. The page for hosts says [what you must do](_guide::hosting#untrusted-input) for documents from
//! strangers.
//!
//! # Features
//!
//! - `evidence`: the module `evidence`, which compares models with labelled history and proposes weights. Adds the crate libm,
//!   which has no dependencies. Off by default.
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
mod text;
mod time;
mod truth;

pub use ask::compare::{self, Comparison, OwnedComparison, Snapshot, compare};
pub use ask::explain::{self, Explanation, OwnedExplanation};
pub use ask::recourse::{self, OwnedRecourse, Recourse};
pub use ask::review::{self, Review, ReviewSheet};
pub use ask::settle::{self, Settled, settle};
pub use ask::{
    AxisBounds, Bounds, Change, Changes, Coverage, Fired, Lint, ModelVersion, NextChange, OwnedAxisBounds, OwnedBounds,
    OwnedChange, OwnedNextChange, OwnedQuestion, Projection, Question, ReleaseNote, Warning, columns,
};
pub use decay::{Decay, Weight};
pub use grade::{Grade, GradeError, Verdict, VerdictError};
pub use input::activity::{Activity, Attribute, Attributes, Event, Resolution};
pub use input::facts::{Fact, FactCow, Facts, Field, Kind, Record, Tag, Tags, ToFact};
#[doc(hidden)]
pub use input::facts_macro::private as __private;
pub use input::value::Value;
pub use kit::{governance, offer, rollup, shapes, templates, testing};
pub use model::diff::Diff;
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
