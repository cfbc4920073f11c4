//! The gates, rules, promoters and limits that fired in a score, without the cost of an explanation.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::evaluate::{Concrete, MaybeUnknown, Observer, Truth};
use crate::input::facts::Facts;
use crate::program::{Gate, Limit, Program, Promoter, Rule};
use crate::score::Score;
use crate::scorer::Scorer;

impl<T: Facts> Scorer<T> {
    /// Scores a subject as [`score`](Scorer::score) does, and records what fired.
    ///
    /// Use it to count how often each rule fires, or to store reasons by id. It costs little more than the score;
    /// [`explain`](Scorer::explain) reports everything. A call overwrites `fired`. It allocates only if the model has
    /// more than 64 gates, rules, promoters and limits, and then only in the first call.
    ///
    /// ```
    /// use warmth::{Fired, Model, Record, Scorer};
    ///
    /// let model: Model = toml::from_str(
    ///     r#"
    ///     format = 1
    ///     name = "readiness"
    ///     [[disqualifying]]
    ///     id = "onboarding"
    ///     when.in_onboarding = true
    ///     [[axis]]
    ///     name = "fit"
    ///     [[axis.rule]]
    ///     id = "nps"
    ///     when.nps.at_least = 9
    ///     points = 40
    ///     "#,
    /// )?;
    /// let scorer = Scorer::<Record>::new(&model)?;
    /// let now = "2026-11-22T09:00:00Z".parse()?;
    /// let mut fired = Fired::new();
    /// scorer.score_fired(&Record::new().with("nps", 9), now, &mut fired);
    /// assert!(fired.ids().eq(["nps"]));
    /// scorer.score_fired(&Record::new().with("nps", 9).with("in_onboarding", true), now, &mut fired);
    /// assert!(fired.ids().eq(["onboarding"]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn score_fired<'m>(&'m self, subject: &T, as_of: DateTime<Utc>, fired: &mut Fired<'m>) -> Score<'m> {
        fired.reset(self.program());
        self.score_with(subject, as_of, fired)
    }
}

/// The gates, rules, promoters and limits that fired.
///
/// - A gate fires if it holds the subject back. Nothing is evaluated after it, so nothing else fires.
/// - A rule fires if its points are not zero.
/// - A promoter or a limit fires if its condition holds.
#[derive(Clone, Default)]
pub struct Fired<'m> {
    program: Option<&'m Program>,
    first: u64,     // bits of the fire ids 0 to 63
    more: Vec<u64>, // bits of the fire ids from 64
}

impl<'m> Fired<'m> {
    /// Creates an empty set, to pass to [`Scorer::score_fired`].
    pub const fn new() -> Fired<'m> {
        Fired { program: None, first: 0, more: Vec::new() }
    }

    #[inline]
    fn reset(&mut self, program: &'m Program) {
        self.program = Some(program);
        self.first = 0;
        self.more.clear();
        self.more.resize(program.fire_ids.saturating_sub(1) / 64, 0);
    }

    #[inline]
    fn insert(&mut self, fire_id: usize) {
        match fire_id.checked_sub(64) {
            None => self.first |= 1 << fire_id,
            Some(bit) => self.more.get_mut(bit / 64).into_iter().for_each(|word| *word |= 1 << (bit % 64)),
        }
    }

    fn has(&self, fire_id: usize) -> bool {
        let word = match fire_id.checked_sub(64) {
            None => self.first,
            Some(bit) => self.more.get(bit / 64).copied().unwrap_or(0),
        };
        word >> (fire_id % 64) & 1 == 1
    }

    /// Returns the ids of what fired, in the order of evaluation: gates, rules axis by axis, promoters, limits. A limit
    /// without an id has its path as the id, such as `limit[0]`.
    pub fn ids(&self) -> impl Iterator<Item = &'m str> {
        let all = self.program.into_iter().flat_map(Program::can_fire);
        all.filter(|(fire_id, _)| self.has(*fire_id)).map(|(_, title)| &*title.id)
    }

    /// Returns whether the gate, rule, promoter or limit with this id fired.
    pub fn contains(&self, id: &str) -> bool {
        self.ids().any(|own| own == id)
    }

    /// Returns the number of gates, rules, promoters and limits that fired.
    pub fn len(&self) -> usize {
        let ones = self.more.iter().chain([&self.first]).map(|word| word.count_ones());
        ones.map(|ones| usize::try_from(ones).unwrap_or(0)).sum()
    }

    /// Returns whether nothing fired.
    pub fn is_empty(&self) -> bool {
        self.first == 0 && self.more.iter().all(|word| *word == 0)
    }
}

impl fmt::Debug for Fired<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.ids()).finish()
    }
}

impl<'m> Observer<'m, Concrete> for Fired<'_> {
    const FULL: bool = false;

    #[inline]
    fn on_gate(&mut self, gate: &'m Gate, required: bool, truth: &Truth) {
        if *truth == if required { Truth::False } else { Truth::True } {
            self.insert(gate.fire_id);
        }
    }

    #[inline]
    fn on_rule(&mut self, rule: &'m Rule, points: impl FnOnce() -> MaybeUnknown<Concrete>) {
        if points().number != 0 {
            self.insert(rule.fire_id);
        }
    }

    fn on_promoter(&mut self, promoter: &'m Promoter, truth: &Truth) {
        if *truth == Truth::True {
            self.insert(promoter.fire_id);
        }
    }

    fn on_limit(&mut self, limit: &'m Limit, truth: &Truth, _: &i64, _: &i64) {
        if *truth == Truth::True {
            self.insert(limit.fire_id);
        }
    }
}
