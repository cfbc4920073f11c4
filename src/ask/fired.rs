//! What fired in a score, without the cost of an explanation.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::evaluate::{Concrete, MaybeUnknown, Observer, Truth};
use crate::input::facts::Facts;
use crate::program::{Gate, Limit, Program, Promoter, Rule};
use crate::score::Score;
use crate::scorer::Scorer;

impl<T: Facts> Scorer<T> {
    /// Scores a subject as [`score`](Scorer::score) does, and notes what fired.
    ///
    /// For counting and for reasons by id, at little more than the cost of the score;
    /// [`explain`](Scorer::explain) tells all. `fired` is overwritten, and allocates only for the first model of more
    /// than 64 gates, rules, promoters and limits.
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

/// Which gates, rules, promoters and limits fired.
///
/// A gate fires where it holds the subject back, and is then the only one that fired, as nothing is looked at after
/// it. A rule fires where it is worth something, promoters and limits where their condition holds.
#[derive(Clone, Default)]
pub struct Fired<'m> {
    program: Option<&'m Program>,
    first: u64,
    more: Vec<u64>, // of those from the 65th on
}

impl<'m> Fired<'m> {
    /// Nothing fired yet.
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
    fn note(&mut self, number: usize) {
        match number.checked_sub(64) {
            None => self.first |= 1 << number,
            Some(number) => self.more.get_mut(number / 64).into_iter().for_each(|word| *word |= 1 << (number % 64)),
        }
    }

    fn has(&self, number: usize) -> bool {
        let word = match number.checked_sub(64) {
            None => self.first,
            Some(number) => self.more.get(number / 64).copied().unwrap_or(0),
        };
        word >> (number % 64) & 1 == 1
    }

    /// The ids of what fired, in the order in which it is looked at: gates, rules axis by axis, promoters, limits. A
    /// limit without an id goes by its path, such as `limit[0]`.
    pub fn ids(&self) -> impl Iterator<Item = &'m str> {
        let all = self.program.into_iter().flat_map(Program::can_fire);
        all.filter(|(number, _)| self.has(*number)).map(|(_, title)| &*title.id)
    }

    /// Whether the gate, rule, promoter or limit of that id fired.
    pub fn contains(&self, id: &str) -> bool {
        self.ids().any(|own| own == id)
    }

    /// How many fired.
    pub fn len(&self) -> usize {
        let ones = self.more.iter().chain([&self.first]).map(|word| word.count_ones());
        ones.map(|ones| usize::try_from(ones).unwrap_or(0)).sum()
    }

    /// Whether nothing fired.
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
            self.note(gate.fire_id);
        }
    }

    #[inline]
    fn on_rule(&mut self, rule: &'m Rule, points: impl FnOnce() -> MaybeUnknown<Concrete>) {
        if points().number != 0 {
            self.note(rule.fire_id);
        }
    }

    fn on_promoter(&mut self, promoter: &'m Promoter, truth: &Truth) {
        if *truth == Truth::True {
            self.note(promoter.fire_id);
        }
    }

    fn on_limit(&mut self, limit: &'m Limit, truth: &Truth, _: &i64, _: &i64) {
        if *truth == Truth::True {
            self.note(limit.fire_id);
        }
    }
}
