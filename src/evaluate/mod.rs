//! The evaluator: gates, rules, axes and names, evaluated for one subject or for a set of them.
//!
//! One generic pipeline, [`Evaluation`], serves every question. It is generic over three things:
//!
//! - the environment, [`Env`], answers tests on facts and events;
//! - the domain, [`Domain`], is what a truth or a number is: one value for one subject ([`Concrete`]), or a set of values
//!   for a set of subjects ([`Sets`]). The latter is abstract interpretation: the result contains the outcome of every
//!   subject in the set;
//! - the observer, [`Observer`], listens. An explanation is an observer; for a score it is `()`, which compiles to nothing.
//!
//! Columns are evaluated 256 rows at a time by SIMD lanes: see [`columns`].
//!
//! # Glossary
//!
//! | term | meaning |
//! | --- | --- |
//! | environment | what answers atoms, that is tests, points of one fact, and signals: [`Subject`], [`SubjectSet`], [`Must`], [`AnySubject`] |
//! | observer | a listener to an evaluation: [`Observer`] |
//! | concrete | the domain of single values: [`Concrete`] |
//! | sets | the domain of sets of values, for abstract interpretation: [`Sets`] |
//! | soundness | what an evaluation finds for one subject is in what it finds for a set that contains the subject |
//! | lane | one row of a block of columns, one bit of a mask |
//! | interval set | a set of whole numbers as sorted intervals; *widening* merges the closest ones: [`IntervalSet`] |
//! | fact set | the facts that a field may have: [`FactSet`] |
//! | subject set | every subject whose facts are in the fact sets, over a span of time, that is *may*-semantics: [`SubjectSet`] |
//! | any subject | every subject of a subject set with any activity at any instant: [`AnySubject`] |
//! | must | *must*-semantics of a subject set: a test is known only if all members agree: [`Must`] |
//! | residual | what partial evaluation leaves of a program once the known facts are evaluated: [`Residual`] |
//! | breakpoint | the first instant in a span of time at which an answer can change at once |
//! | varies | an answer changes continuously, from second to second |
//! | probe | a compiled read-and-test function of a field: [`Probe`](crate::input::facts::Probe), [`ProbeId`] |
//! | read site | a place in a program that reads facts: [`ReadSite`](crate::program::ReadSite) |
//! | index | a position in a list of the program: [`Index`] |
//! | fire id | the number of a gate, rule, promoter or limit among all that can fire |
//! | slot | a position in a side table, such as the one of dictionary truths |
//! | clamped, saturated | limited to stated bounds; limited to what fits the type |
//! | carried | an axis score to twelve decimal places, before it is rounded to six |
//! | stake | what a rule adds to the coverage of its axis where it is known: its swing, scaled by its group |
//! | expected | what a rule adds to the points that count as 100: its reach, or nothing if it is skipped |

pub(crate) mod columns;
mod counted;
mod domain;
mod env;
mod filter;
mod measure;
mod observer;
mod one;
mod outcome;
mod pipeline;
mod rule;
mod sets;
mod signal;
mod test;
mod tested_rule;
mod total;

pub(crate) use crate::truth::Truth;
pub(crate) use domain::{Atoms, Domain, Numbers};
pub(crate) use env::{Env, MaybeUnknown, PartialSum};
pub(crate) use observer::{Observation, Observer};
pub(crate) use one::{Concrete, Subject};
pub(crate) use outcome::{AxisCoverage, AxisOutcome, Outcome};
pub(crate) use pipeline::{Evaluation, gate_verdict};
pub(crate) use sets::{
    AnySubject, FactSet, IntervalSet, KnownFacts, Measured, Must, OutcomeNames, Residual, Set, Sets, SubjectSet,
};
pub(crate) use signal::Tally;
pub(crate) use test::{by_calendar as calendar, unclamped};
pub(crate) use total::{FULL_SCORE, axis_coverage, base_with, covered, mean_coverage, play};
