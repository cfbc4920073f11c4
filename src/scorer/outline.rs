//! The parts of a compiled model: what an outcome can contain.

use std::collections::BTreeSet;

use super::Scorer;
use crate::grade::Grade;
use crate::input::activity::Names;
use crate::num::points::Points;
use crate::program::{self, Gate, Grading};
use crate::score::Play;

/// The id of a part of a model, and the label that readers see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Title<'m> {
    /// The id in the document; for an axis its name. For a limit without an id, its path, such as `limit[0]`.
    pub id: &'m str,
    /// The label; the id if the document has no label.
    pub label: &'m str,
}

impl<'m> Title<'m> {
    fn new(title: &'m program::Title) -> Title<'m> {
        Title { id: &title.id, label: title.shown() }
    }
}

/// What is in the model, in the order of the document.
///
/// Use it to declare the shape of your output before the first score, such as the columns of a table or the variants
/// of a database enum. [`Model`](crate::Model) has getters of the same names with all the details.
///
/// ```
/// use warmth::{Model, Record, Scorer};
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
///     label = "Would recommend us"
///     when.nps.at_least = 9
///     points = 40
///     [[state]]
///     name = "ready"
///     at_least = 70
///     [[state]]
///     name = "cold"
///     at_least = 0
///     "#,
/// )?;
/// let scorer = Scorer::<Record>::new(&model)?;
///
/// let columns: Vec<String> = scorer.axes().map(|axis| format!("{}_score numeric", axis.id)).collect();
/// assert_eq!(columns, ["fit_score numeric"]);
/// let states: Vec<String> = scorer.states().map(|(name, _)| format!("'{name}'")).collect();
/// assert_eq!(format!("create type state as enum ({})", states.join(", ")), "create type state as enum ('cold', 'ready')");
/// let labels: Vec<(&str, &str)> = scorer.rules().map(|(axis, rule)| (axis.id, rule.label)).collect();
/// assert_eq!(labels, [("fit", "Would recommend us")]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl<T> Scorer<T> {
    /// Returns the axes.
    pub fn axes(&self) -> impl ExactSizeIterator<Item = Title<'_>> {
        self.program.axes.iter().map(|axis| Title::new(&axis.title))
    }

    /// Returns the rules of every axis, each with its axis.
    pub fn rules(&self) -> impl Iterator<Item = (Title<'_>, Title<'_>)> {
        self.program.axes.iter().flat_map(|axis| {
            // A part is a group, so the parts are not in the order of the document.
            let mut rules: Vec<_> = axis.parts.iter().flat_map(|part| &part.rules).collect();
            rules.sort_unstable_by_key(|rule| rule.index);
            rules.into_iter().map(|rule| (Title::new(&axis.title), Title::new(&rule.title)))
        })
    }

    /// Returns the conditions that must hold.
    pub fn required_gates(&self) -> impl ExactSizeIterator<Item = Title<'_>> {
        gates(&self.program.required)
    }

    /// Returns the conditions that must not hold.
    pub fn disqualifying_gates(&self) -> impl ExactSizeIterator<Item = Title<'_>> {
        gates(&self.program.disqualifying)
    }

    /// Returns the promoters.
    pub fn promoters(&self) -> impl ExactSizeIterator<Item = Title<'_>> {
        self.program.promoters.iter().map(|promoter| Title::new(&promoter.title))
    }

    /// Returns the limits.
    pub fn limits(&self) -> impl ExactSizeIterator<Item = Title<'_>> {
        self.program.limits.iter().map(|limit| Title::new(&limit.title))
    }

    /// Returns every grade that the cuts of the model can give, from the best: `A1`, `A2`, ..., `B1`, ...
    pub fn grades(&self) -> impl Iterator<Item = Grade> {
        self.program.grade.iter().flat_map(Grading::grades)
    }

    /// Returns the states with their lower bounds, the lowest first, even if the document lists them in another order.
    ///
    /// [`Score::state_points`](crate::Score::state_points) are compared with the bounds. A score below the first bound
    /// has the first state too.
    ///
    /// ```
    /// # use warmth::{Model, Points, Record, Scorer};
    /// # let model: Model = toml::from_str("format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\nbase = 60\navailable = 100\n\
    /// #     [[state]]\nname = 'ready'\nat_least = 70\n[[state]]\nname = 'cold'\nat_least = 0")?;
    /// let scorer = Scorer::<Record>::new(&model)?;
    /// assert!(scorer.states().eq([("cold", Points::ZERO), ("ready", Points::from(70))]));
    /// let record = Record::new();
    /// let score = scorer.score(&record, "2026-11-22T09:00:00Z".parse()?);
    /// assert_eq!((score.state(), score.state_points()), (Some("cold"), Points::from(60)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn states(&self) -> impl ExactSizeIterator<Item = (&str, Points)> {
        self.program.states.bounds()
    }

    /// Returns the segments.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = &str> {
        self.program.segments.iter().map(|segment| &*segment.name)
    }

    /// Returns the plays.
    pub fn plays(&self) -> impl ExactSizeIterator<Item = Play<'_>> {
        self.program.plays.iter().map(Play::new)
    }

    /// Returns the event names that the model reads, sorted; `"*"` if it reads the events of all names.
    pub fn events(&self) -> impl ExactSizeIterator<Item = &str> {
        let mut events = BTreeSet::new();
        self.program.events(|names| match names {
            Names::All => _ = events.insert("*"),
            Names::Listed(names) => events.extend(names.iter().map(|name| &**name)),
        });
        events.into_iter()
    }
}

fn gates(gates: &[Gate]) -> impl ExactSizeIterator<Item = Title<'_>> {
    gates.iter().map(|gate| Title::new(&gate.title))
}
