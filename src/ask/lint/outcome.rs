//! Promoters and limits that change nothing, and names that no subject gets.

use std::collections::BTreeSet;

use super::Lints;
use super::conditions::{Both, Role, Truths, sites};
use super::space::{Narrowed, Space, clipped};
use super::warning::About;
use crate::evaluate::{
    Atoms, Concrete, FULL_SCORE, IntervalSet, MaybeUnknown, Measured, Outcome, OutcomeNames, Set, Sets, Truth, play,
};
use crate::grade::{Grade, Verdict};
use crate::model::{self, Scope};
use crate::num::points::Points;
use crate::problem::Path;
use crate::program::{Condition, Cuts, Index, Limit, Program, Quantity, ReadSite, Test};

/// How many combinations of a grade, a state and a segment are compared with the plays.
const NAME_COMBINATIONS_MAX: usize = 100_000;

impl<'m> Lints<'m> {
    /// Warns about everything that follows from the axes. `all` is what the subjects that pass the gates can have.
    pub(super) fn outcome(&mut self, space: &Space<'m>, all: &Outcome<Sets>) {
        self.promoters(space, all);
        self.limits(space, all);
        self.states(all);
        self.cuts(all);
        self.segments(space, all);
        self.plays(all);
    }

    /// The space of all subjects that pass the gates, for a condition on the outcome whose `score` is one of these.
    fn with_score(
        &self,
        space: &Space<'m>,
        all: &Outcome<Sets>,
        condition: &'m Condition,
        score: &IntervalSet,
    ) -> Space<'m> {
        let verdicts = all.verdict.iter().filter(|verdict| verdict.is_scored());
        let verdicts = Set::of(verdicts).unwrap_or_else(|| Set::one(Verdict::Eligible));
        let mut quantities: Narrowed<'m> = Vec::new();
        for site in sites(condition) {
            if let ReadSite::Test(Test::Number { of, .. }) = site
                && let Some(value) = self.outcome_value(of, all, score)
            {
                quantities.push((Measured::of(of), value));
            }
        }
        space.with_outcomes(OutcomeNames { grades: all.grade.clone(), verdicts }, quantities)
    }

    /// The values of a quantity of the outcome.
    fn outcome_value(&self, of: &Quantity, all: &Outcome<Sets>, score: &IntervalSet) -> Option<MaybeUnknown<Sets>> {
        match of {
            Quantity::Score => Some(MaybeUnknown::numbers(Some(score.clone()), false)),
            Quantity::Axis { axis } => {
                let axis = all.axes.get(*axis)?;
                Some(MaybeUnknown::numbers(Some(axis.score.clone()), axis.skipped().any(|skipped| skipped)))
            }
            Quantity::Coverage => Some(MaybeUnknown::numbers(Some(all.coverage.clone()?), false)),
            Quantity::Rule { slot } => self.reach.rule(self.program.tested_rule(*slot)?).cloned(),
            _ => None,
        }
    }

    fn base(&self) -> IntervalSet {
        self.reach.base.clone().unwrap_or_else(|| IntervalSet::from_to(0, FULL_SCORE))
    }

    fn promoters(&mut self, space: &Space<'m>, all: &Outcome<Sets>) {
        let (model, program) = (self.model, self.program);
        let (list, base) = (Path::Root.key("promoter"), self.base());
        for (index, (written, compiled)) in model.promoters.iter().zip(&program.promoters).enumerate() {
            let (path, about) = (list.index(index), About::id(&written.id));
            let both = Both {
                written: &written.when,
                compiled: &compiled.when,
                role: Role::Promoter,
                missing: written.missing,
                about,
            };
            if !self.may_apply(space, all, &both, compiled.fire_id, &path) {
                continue;
            }
            let below = clipped(&base, 0, FULL_SCORE - 1);
            let holds_below = below.is_some_and(|below| {
                let own = self.with_score(space, all, &compiled.when, &below);
                Truths::of(&own, &compiled.when).may_hold(compiled.missing)
            });
            if !holds_below {
                let message = "the promoter adds to no score: where its condition holds, the score is 100 already";
                let help = "correct the condition, or remove the promoter";
                self.warnings.warn("idle-promoter", &path, about, message, help);
            }
        }
    }

    /// Warns about the condition of a promoter or a limit. Returns whether it may hold for a subject that passes the gates.
    fn may_apply(
        &mut self,
        space: &Space<'m>,
        all: &Outcome<Sets>,
        both: &Both<'m>,
        fire_id: usize,
        path: &Path<'_>,
    ) -> bool {
        if !self.may_hold(space, all, both, &self.base(), path) {
            return false;
        }
        let applies = self.reach.truths(fire_id).is_none_or(|truths| truths.any(|truth| truth == Truth::True));
        if !applies {
            let message = format!("this is true for no subject that passes the gates, so {}", both.role.never());
            let help = "correct the condition, or remove it";
            self.warnings.warn("never-true", &path.key("when"), both.about, message, help);
        }
        applies
    }

    /// Warns about a condition on the outcome whose `score` is one of these. Returns whether it may hold.
    fn may_hold(
        &mut self,
        space: &Space<'m>,
        all: &Outcome<Sets>,
        both: &Both<'m>,
        score: &IntervalSet,
        path: &Path<'_>,
    ) -> bool {
        let own = self.with_score(space, all, both.compiled, score);
        let truths = both.check(self.program, &own, &path.key("when"), Scope::Outcome, &mut self.warnings);
        self.idle_policy(both.missing, &truths, path, both.about);
        truths.may_hold(both.missing)
    }

    fn limits(&mut self, space: &Space<'m>, all: &Outcome<Sets>) {
        let (model, program) = (self.model, self.program);
        let (list, base) = (Path::Root.key("limit"), self.base());
        for (index, (written, compiled)) in model.limits.iter().zip(&program.limits).enumerate() {
            let path = list.index(index);
            let about = About { axis: None, id: written.id.as_deref() };
            let both = Both {
                written: &written.when,
                compiled: &compiled.when,
                role: Role::Limit,
                missing: written.missing,
                about,
            };
            if !self.may_apply(space, all, &both, compiled.fire_id, &path) {
                continue;
            }
            let path = path.key(if compiled.floor { "at_least" } else { "at_most" });
            if !self.binds(space, all, compiled, &base) {
                let (bound, side) =
                    (Points::from_micros(compiled.bound), if compiled.floor { "below" } else { "above" });
                let message = format!("the limit changes nothing: where it applies, no score is {side} {bound}");
                self.warnings.warn("cap-never-binds", &path, about, message, "correct the bound, or remove the limit");
            } else if compiled.floor
                && let Some(cap) = over(model, program, index)
            {
                let cap = Points::from_micros(cap);
                let message = format!("a limit with the same condition caps the score at {cap}, and caps win");
                self.warnings.warn("opposed-limits", &path, about, message, "remove one of the two limits");
            }
        }
    }

    /// Whether a limit can change a score.
    fn binds(&self, space: &Space<'m>, all: &Outcome<Sets>, limit: &'m Limit, base: &IntervalSet) -> bool {
        let Some(before) = self.reach.before(limit) else { return false };
        let (least, greatest) = if limit.floor { (i64::MIN, limit.bound - 1) } else { (limit.bound + 1, i64::MAX) };
        if clipped(before, least, greatest).is_none() {
            return false;
        }
        // Where nothing changes the score before this limit, the score in its condition is the one that it bounds.
        let mut others = self.program.limits.iter().filter(|other| other.fire_id != limit.fire_id);
        let unchanged = self.program.promoters.is_empty() && !others.any(|other| limit.floor || other.floor);
        !unchanged
            || clipped(base, least, greatest).is_some_and(|score| {
                let own = self.with_score(space, all, &limit.when, &score);
                Truths::of(&own, &limit.when).may_hold(limit.missing)
            })
    }

    fn states(&mut self, all: &Outcome<Sets>) {
        let (model, program) = (self.model, self.program);
        let reached: BTreeSet<&str> = all
            .state
            .iter()
            .filter_map(Index::get)
            .filter_map(|index| program.states.rows().get(index))
            .map(|(_, name)| &**name)
            .collect();
        let list = Path::Root.key("state");
        for (index, state) in model.states.iter().enumerate().filter(|(_, state)| !reached.contains(&*state.name)) {
            let path = list.index(index);
            let key = if program.states.by_points { "at_least_points" } else { "at_least" };
            let message = format!("no subject is in the state `{}`", state.name);
            let help = "correct the bounds of the states, or remove the state";
            self.warnings.warn("unreachable-state", &path.key(key), About::id(&state.name), message, help);
        }
    }

    fn cuts(&mut self, all: &Outcome<Sets>) {
        let (Some(written), Some(grading)) = (&self.model.grade, &self.program.grade) else { return };
        let grade = Path::Root.key("grade");
        let sides = [("fit", &written.fit, &grading.fit), ("activity", &written.activity, &grading.activity)];
        let mut complete = true;
        for (side, written, cuts) in sides {
            let Some(axis) = all.axes.get(cuts.axis) else { return };
            complete &= is_complete(cuts, &axis.score);
            // An axis whose score never differs has a warning of its own.
            if axis.score.single().is_none() {
                let path = grade.key(side);
                self.cuts_of(written, &axis.score, &path.key("cuts"));
            }
        }
        let reached: Vec<Grade> = all.grade.iter().filter_map(Index::get).map(Grade::at).collect();
        let missing: Vec<String> =
            grading.grades().filter(|grade| !reached.contains(grade)).map(|grade| format!("`{grade}`")).collect();
        if complete && !missing.is_empty() {
            let message = format!("no subject has the grade {}", missing.join(", "));
            let help = "correct the cuts, or the rules that exclude each other";
            self.warnings.warn("unreachable-grade", &grade, About::default(), message, help);
        }
    }

    fn cuts_of(&mut self, written: &model::Cuts, score: &IntervalSet, path: &Path<'_>) {
        let (least, greatest) = (score.least(), score.greatest());
        for (index, cut) in written.cuts.iter().enumerate() {
            let (end, what) = match cut.micros() {
                cut if cut > greatest => (greatest, "most"),
                cut if cut <= least => (least, "least"),
                _ => continue,
            };
            let end = Points::from_micros(end);
            let message =
                format!("no score is on the other side of this cut: the scores of the axis are at {what} {end}");
            let help = "move the cut into the range of the axis, or remove it";
            self.warnings.warn("unreachable-cut", &path.index(index), About::axis(&written.axis), message, help);
        }
    }

    fn segments(&mut self, space: &Space<'m>, all: &Outcome<Sets>) {
        let (model, program) = (self.model, self.program);
        let list = Path::Root.key("segment");
        for (index, (written, compiled)) in model.segments.iter().zip(&program.segments).enumerate() {
            let (path, about) = (list.index(index), About::id(&written.name));
            let mut settled = false;
            if let (Some(when), Some(condition)) = (&written.when, &compiled.when) {
                let both =
                    Both { written: when, compiled: condition, role: Role::Segment, missing: written.missing, about };
                settled = !self.may_hold(space, all, &both, &all.value, &path);
            }
            if !settled && !all.segment.any(|own| own == Index::at(index)) {
                let message = format!("no subject that passes the gates is in the segment `{}`", written.name);
                let help = "correct its condition, move it up if an earlier segment takes its subjects, or remove it";
                self.warnings.warn("unreachable-segment", &path, about, message, help);
            }
        }
    }

    fn plays(&mut self, all: &Outcome<Sets>) {
        let (model, program) = (self.model, self.program);
        let reached = self.reached_plays(all);
        let list = Path::Root.key("play");
        for (index, _) in program.plays.iter().enumerate().filter(|(index, _)| !reached.contains(index)) {
            let Some(play) = model.plays.get(index) else { continue };
            let (message, help) = if play.otherwise {
                (format!("no subject gets the play `{}`: the other plays take them all", play.name), "remove the play")
            } else {
                let message = format!("no subject gets the play `{}`", play.name);
                (message, "correct its lists, move it up, or remove it")
            };
            self.warnings.warn("unreachable-play", &list.index(index), About::id(&play.name), message, help);
        }
    }

    /// The plays of every combination of a grade, a state and a segment.
    fn reached_plays(&self, all: &Outcome<Sets>) -> BTreeSet<usize> {
        let count = |indexes: &Set<Index>| indexes.iter().count();
        let combinations = count(&all.grade).saturating_mul(count(&all.state)).saturating_mul(count(&all.segment));
        if combinations.saturating_mul(self.program.plays.len().max(1)) > NAME_COMBINATIONS_MAX {
            return all.play.iter().filter_map(Index::get).collect();
        }
        let mut reached = BTreeSet::new();
        for grade in all.grade.iter() {
            for state in all.state.iter() {
                for segment in all.segment.iter() {
                    reached.extend(play::<Concrete>(self.program, &grade, &state, &segment).get());
                }
            }
        }
        reached
    }
}

/// Whether some score is in each part between the cuts.
fn is_complete(cuts: &Cuts, score: &IntervalSet) -> bool {
    let mut ranks = BTreeSet::new();
    for (least, greatest) in score.iter() {
        ranks.extend(cuts.rank(greatest)..=cuts.rank(least));
    }
    ranks.len() == usize::from(cuts.lowest()) + 1
}

/// The lowest cap with the same condition as a floor, if it is below the floor.
fn over(model: &model::Model, program: &Program, floor: usize) -> Option<i64> {
    let (own, bound) = (model.limits.get(floor)?, program.limits.get(floor)?.bound);
    let both = model.limits.iter().zip(&program.limits);
    let caps = both.filter(|(written, compiled)| {
        !compiled.floor && compiled.bound < bound && written.when == own.when && written.missing == own.missing
    });
    caps.map(|(_, compiled)| compiled.bound).min()
}
