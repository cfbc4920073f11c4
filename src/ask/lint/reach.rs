//! What all subjects that pass the gates can reach: one evaluation of the whole program for each combination of cells.

use super::space::{Space, unite};
use crate::evaluate::{
    AnySubject, Atoms, AxisOutcome, Evaluation, IntervalSet, MaybeUnknown, Observer, Outcome, Set, Sets, Truth,
};
use crate::program::{AxisPart, Limit, Program, Promoter, ReadSite, Rule};

/// What the subjects that pass the gates can reach.
pub(super) struct Reach {
    pub(super) outcome: Option<Outcome<Sets>>,
    /// The score before the first promoter.
    pub(super) base: Option<IntervalSet>,
    /// By fire id.
    rules: Vec<Option<MaybeUnknown<Sets>>>,
    /// The sum of each part before the bounds of its group, by [`AxisPart::index`].
    parts: Vec<Option<IntervalSet>>,
    /// By fire id: the truths of the conditions of promoters and limits.
    truths: Vec<Option<Set<Truth>>>,
    /// By fire id: the scores before a limit where its condition holds.
    before: Vec<Option<IntervalSet>>,
    /// Whether some subject skips each axis, also if it has no score because of that.
    skipped: Vec<bool>,
    /// The index of the current axis.
    axis: usize,
}

impl Reach {
    pub(super) fn of<'m>(program: &'m Program, space: &Space<'m>, sites: &[ReadSite<'m>]) -> Reach {
        let parts = program.axes.iter().map(|axis| axis.parts.len()).sum();
        let mut reach = Reach {
            outcome: None,
            base: None,
            rules: vec![None; program.fire_ids],
            parts: vec![None; parts],
            truths: vec![None; program.fire_ids],
            before: vec![None; program.fire_ids],
            skipped: vec![false; program.axes.len()],
            axis: 0,
        };
        space.each(sites, |evaluation| reach.add(evaluation));
        reach
    }

    fn add(&mut self, evaluation: &Evaluation<AnySubject<'_, '_>>) {
        self.axis = 0;
        let outcome = evaluation.outcome(self);
        unite(Some(&mut self.outcome), &outcome, Outcome::union_with);
    }

    /// The points of a rule; `None` if no subject passes the gates.
    pub(super) fn rule(&self, rule: &Rule) -> Option<&MaybeUnknown<Sets>> {
        self.rules.get(rule.fire_id)?.as_ref()
    }

    /// Whether some subject that passes the gates skips the axis at this index.
    pub(super) fn is_skipped(&self, axis: usize) -> bool {
        self.skipped.get(axis).copied().unwrap_or(true)
    }

    /// The sum of a part, before the bounds of its group.
    pub(super) fn part(&self, part: &AxisPart) -> Option<&IntervalSet> {
        self.parts.get(part.index)?.as_ref()
    }

    /// The truths of the condition of a promoter or a limit.
    pub(super) fn truths(&self, fire_id: usize) -> Option<&Set<Truth>> {
        self.truths.get(fire_id)?.as_ref()
    }

    /// The scores before a limit where its condition holds.
    pub(super) fn before(&self, limit: &Limit) -> Option<&IntervalSet> {
        self.before.get(limit.fire_id)?.as_ref()
    }
}

impl<'m> Observer<'m, Sets> for Reach {
    const FULL: bool = false;

    fn on_rule(&mut self, rule: &'m Rule, points: impl FnOnce() -> MaybeUnknown<Sets>) {
        unite(self.rules.get_mut(rule.fire_id), &points(), |all, own| {
            all.number.union_with(&own.number);
            all.unknown.union_with(&own.unknown);
        });
    }

    fn on_part(&mut self, part: &'m AxisPart, sum: &IntervalSet) {
        unite(self.parts.get_mut(part.index), sum, IntervalSet::union_with);
    }

    fn on_axis(&mut self, axis: &AxisOutcome<Sets>) {
        if let Some(skipped) = self.skipped.get_mut(self.axis) {
            *skipped |= axis.skipped().any(|skipped| skipped);
        }
        self.axis += 1;
    }

    fn on_promoter(&mut self, promoter: &'m Promoter, truth: &Set<Truth>) {
        unite(self.truths.get_mut(promoter.fire_id), truth, Set::union_with);
    }

    fn on_limit(&mut self, limit: &'m Limit, truth: &Set<Truth>, before: &IntervalSet, _: &IntervalSet) {
        unite(self.truths.get_mut(limit.fire_id), truth, Set::union_with);
        if truth.any(|truth| truth == Truth::True) {
            unite(self.before.get_mut(limit.fire_id), before, IntervalSet::union_with);
        }
    }

    fn on_total(&mut self, base: &IntervalSet, _: &IntervalSet) {
        unite(Some(&mut self.base), base, IntervalSet::union_with);
    }
}
