//! Lint: what is suspicious in a model that compiles, and what its outcomes can be.
//!
//! A claim that something never happens is a proof: the evaluator runs over the set of all subjects, with any facts, any
//! activity and at any instant, and the result contains the outcome of each. [`space`] splits the set into cells, as bounds
//! do, so that facts which exclude each other are not combined. Where the set is too large, warnings are missing, but none
//! is wrong.

mod axes;
mod cases;
mod conditions;
mod gates;
mod outcome;
mod reach;
mod rules;
mod signals;
mod space;
mod warning;

use std::fmt;

use serde::Serialize;

pub use self::warning::Warning;

use self::reach::Reach;
use self::space::Space;
use self::warning::{About, Warnings};
use crate::ask::bounds::{Bounds, OwnedBounds};
use crate::evaluate::{Atoms, Outcome};
use crate::grade::Verdict;
use crate::input::facts::Facts;
use crate::model::Model;
use crate::problem::{ModelError, Path};
use crate::program::{Program, ReadSite};
use crate::scorer::Scorer;

/// The warnings about a model, and everything that its outcomes can be.
///
/// [`Display`](fmt::Display) prints one warning per line. In serde it is a table with the keys `warnings` and `possible`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lint {
    warnings: Vec<Warning>,
    possible: OwnedBounds,
}

impl Lint {
    /// Returns the warnings, in the order gates, rules, axes, promoters, limits, states, grade, segments, plays, cases.
    ///
    /// The list ends after 1,000 warnings, or after a mebibyte of text, with a warning of the code `more-warnings`.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Returns bounds of all subjects, with any facts, any activity and at any instant: the least and the greatest score of
    /// each axis, and every name that a subject can have.
    ///
    /// The bounds may be wider than what subjects reach, but never narrower.
    pub fn possible(&self) -> &OwnedBounds {
        &self.possible
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.warnings.len();
        write!(f, "the model has {count} warning{}", if count == 1 { "" } else { "s" })?;
        self.warnings.iter().try_for_each(|warning| write!(f, "\n  {warning}"))
    }
}

impl Model {
    /// Compiles the model for subjects of a type, and looks for parts of it that do nothing, or probably not what you
    /// meant.
    ///
    /// It finds conditions that are never or always true, gates that the other gates imply, rows, states, grades, segments
    /// and plays that no subject reaches, bounds that never bind or take more than half, bands whose points zigzag, decays
    /// that outlive their window, weights that nearly add up to a whole, and cases of one name. The [guide](crate::_guide::warnings) lists
    /// all warnings.
    ///
    /// ```
    /// use warmth::{Model, Points, Record};
    ///
    /// let model: Model = toml::from_str(
    ///     r#"
    ///     format = 1
    ///     name = "readiness"
    ///     [[axis]]
    ///     name = "fit"
    ///     available = 100
    ///     [[axis.rule]]
    ///     id = "nps"
    ///     bands.nps = [[7, 10], [9, 40]]
    ///     [[state]]
    ///     name = "hot"
    ///     at_least = 75
    ///     [[state]]
    ///     name = "cold"
    ///     at_least = 0
    ///     "#,
    /// )?;
    /// let lint = model.lint::<Record>()?;
    /// let warnings: Vec<_> = lint.warnings().iter().map(|warning| (warning.code(), warning.path())).collect();
    /// assert_eq!(warnings, [("top-not-reached", "axis[0].available"), ("unreachable-state", "state[0].at_least")]);
    /// assert_eq!(lint.possible().axes()[0].score, Points::ZERO..=Points::from(40));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Lint is sound: if a warning says that something never happens, no facts, no events and no instant make it happen.
    /// It may overlook something. The time of a call stays limited for large models, because lint then looks less closely.
    ///
    /// # Errors
    ///
    /// As [`Scorer::new`].
    pub fn lint<T: Facts>(&self) -> Result<Lint, ModelError> {
        let scorer = Scorer::<T>::new(self)?;
        Ok(Lints::of(self, scorer.program()))
    }
}

/// The lint of a model while its warnings are collected.
struct Lints<'m> {
    model: &'m Model,
    program: &'m Program,
    reach: Reach,
    warnings: Warnings,
}

impl<'m> Lints<'m> {
    fn of(model: &'m Model, program: &'m Program) -> Lint {
        let space = Space::new(program);
        let mut sites: Vec<ReadSite<'m>> = Vec::new();
        program.read_sites(|site| sites.push(site));
        let reach = Reach::of(program, &space, &sites);
        let mut lints = Lints { model, program, reach, warnings: Warnings::default() };
        if !lints.gates(&space) {
            lints.nobody_scored();
        }
        lints.rules(&space);
        lints.axes();
        let all = lints.reach.outcome.clone();
        if let Some(all) = all.as_ref().filter(|all| all.verdict.any(Verdict::is_scored)) {
            lints.outcome(&space, all);
        }
        lints.cases();
        let all = all.unwrap_or_else(|| Outcome::gated(Atoms::one(Verdict::Eligible)));
        let possible = Bounds::of_outcome(program, all).to_owned();
        Lint { warnings: lints.warnings.finish(), possible }
    }

    /// Warns if no subject passes the gates together.
    fn nobody_scored(&mut self) {
        let Some(all) = self.reach.outcome.as_ref().filter(|all| !all.verdict.any(Verdict::is_scored)) else { return };
        let (key, message, help) = if all.verdict.any(|verdict| verdict == Verdict::Uncovered) {
            let message = "no subject can be scored: every subject that passes the gates skips every axis";
            ("axis", message, "lower `min_coverage`, or correct the gates")
        } else {
            let key = if self.model.required.is_empty() { "disqualifying" } else { "required" };
            (key, "no subject can be scored: the gates exclude each other", "correct the gates")
        };
        self.warnings.warn("nobody-scored", &Path::Root.key(key), About::default(), message, help);
    }
}
