//! Axes and groups: what they cannot reach, and what their bounds take.

use super::Lints;
use super::warning::About;
use crate::evaluate::{AxisOutcome, FULL_SCORE, Sets};
use crate::model::{self, AxisMissing, Total};
use crate::num::points::{HELD, MICROS, Points};
use crate::problem::Path;
use crate::program::{Axis, AxisPart, Rule};

impl Lints<'_> {
    pub(super) fn axes(&mut self) {
        let (model, program) = (self.model, self.program);
        let list = Path::Root.key("axis");
        self.weights(&list);
        let reached: Vec<AxisOutcome<Sets>> =
            self.reach.outcome.iter().flat_map(|outcome| outcome.axes.iter().cloned()).collect();
        for (index, ((written, axis), reached)) in model.axes.iter().zip(&program.axes).zip(&reached).enumerate() {
            let path = list.index(index);
            self.axis((written, axis), (index, reached), &path);
            for part in &axis.parts {
                self.group(written, part, &path);
            }
        }
    }

    fn axis(
        &mut self,
        (written, axis): (&model::Axis, &Axis),
        (index, reached): (usize, &AxisOutcome<Sets>),
        path: &Path<'_>,
    ) {
        let about = About::axis(&written.name);
        let at = if written.available.is_some() { path.key("available") } else { *path };
        if let Some(only) = reached.score.single() {
            let message = format!("the score of this axis is {} for every subject", Points::from_micros(only));
            self.warnings.warn("constant-axis", path, about, message, "give the axis rules that differ, or remove it");
        } else if reached.score.greatest() < FULL_SCORE {
            let [score, raw, available] =
                [reached.score.greatest(), reached.raw.greatest(), axis.available].map(Points::from_micros);
            let message = if axis.skips {
                format!("the score of this axis is at most {score}")
            } else {
                format!("the score of this axis is at most {score}: subjects reach at most {raw} of {available} points")
            };
            let help = match written.available {
                Some(_) => "lower `available`, or add rules",
                None => "correct the rules that exclude each other, or give the axis `available`",
            };
            self.warnings.warn("top-not-reached", &at, about, message, help);
        } else if written.available.is_some()
            && axis.parts.iter().flat_map(|part| &part.rules).all(|rule| self.is_bounded(rule))
            && reached.raw.greatest() > axis.available.saturating_mul(2)
        {
            let [raw, available] = [reached.raw.greatest(), axis.available].map(Points::from_micros);
            let message = format!("the score is 100 from {available} points on, and subjects reach up to {raw}");
            self.warnings.warn("cap-swallows", &at, about, message, "raise `available`, or lower the points of rules");
        }
        if written.missing == AxisMissing::Skip && !self.reach.is_skipped(index) {
            let message = "no subject skips this axis: enough is always known about it";
            let help = "remove `missing`, or raise `min_coverage`; counts of events are always known";
            self.warnings.warn("idle-missing", &path.key("missing"), about, message, help);
        }
    }

    /// Whether neither end of the points of a rule is the bound of all rules.
    fn is_bounded(&self, rule: &Rule) -> bool {
        self.reach.rule(rule).is_some_and(|points| points.number.greatest() < HELD && points.number.least() > -HELD)
    }

    fn group(&mut self, axis: &model::Axis, part: &AxisPart, path: &Path<'_>) {
        let Some(group) = &part.group else { return };
        let found = axis.groups.iter().enumerate().find(|(_, own)| *own.name == *group.title.id);
        let Some((index, written)) = found else { return };
        let Some((least, greatest)) = self.reach.part(part).map(|sum| (sum.least(), sum.greatest())) else { return };
        // A sum of this size has a rule without a bound.
        let unbounded = HELD / 2;
        let about = About { axis: Some(&axis.name), id: Some(&written.name) };
        let path = path.key("group");
        let path = path.index(index);
        let shown = Points::from_micros;
        if written.max.is_some() {
            let path = path.key("max");
            if greatest < group.max {
                let message =
                    format!("the group `{}` never reaches `max`: it gives at most {}", written.name, shown(greatest));
                self.warnings.warn("cap-never-binds", &path, about, message, "remove `max`, or lower it");
            } else if greatest < unbounded && group.max > 0 && greatest > group.max.saturating_mul(2) {
                let message = format!(
                    "`max` takes more than half of the {} points that the group `{}` gives",
                    shown(greatest),
                    written.name
                );
                self.warnings.warn(
                    "cap-swallows",
                    &path,
                    about,
                    message,
                    "raise `max`, or lower the points of the rules",
                );
            }
        }
        if written.min.is_some() {
            let path = path.key("min");
            if least > group.min {
                let message =
                    format!("the group `{}` never reaches `min`: it gives at least {}", written.name, shown(least));
                self.warnings.warn("cap-never-binds", &path, about, message, "remove `min`, or raise it");
            } else if least > -unbounded && group.min < 0 && least < group.min.saturating_mul(2) {
                let message = format!(
                    "`min` takes more than half of the {} points that the group `{}` gives",
                    shown(least),
                    written.name
                );
                self.warnings.warn("cap-swallows", &path, about, message, "lower `min`, or the points of the rules");
            }
        }
    }

    /// Warns about weights that nearly add up to a whole, and about weights that nothing reads.
    fn weights(&mut self, list: &Path<'_>) {
        let (model, program) = (self.model, self.program);
        let weights: Vec<i64> = model.axes.iter().map(|axis| axis.weight.micros()).collect();
        if weights.len() < 2 {
            return;
        }
        if model.total != Total::Mean && !program.covers() {
            let given = weights.iter().position(|weight| *weight != MICROS && *weight != 0);
            if let Some((index, axis)) = given.and_then(|index| Some((index, model.axes.get(index)?))) {
                let path = list.index(index);
                let message = "`total` is not a mean, so the weights change only the coverage of the whole";
                let help = "remove the weights, or write `total = \"mean\"`";
                self.warnings.warn("idle-weight", &path.key("weight"), About::axis(&axis.name), message, help);
            }
            return;
        }
        let sum = weights.iter().copied().fold(0, i64::saturating_add);
        let counted = || weights.iter().copied().filter(|weight| *weight > 0);
        // Weights below 1 are shares; weights of at least 5 that add up to about 100 are percentages.
        let whole = if counted().all(|weight| weight < MICROS) {
            MICROS
        } else if counted().all(|weight| weight >= 5 * MICROS) {
            100 * MICROS
        } else {
            return;
        };
        let off = (sum - whole).abs();
        // A third is written as 33.33 or 0.33, so a hundredth of the whole is rounding.
        if off > whole / 100 && off <= whole * 3 / 20 {
            let [sum, whole] = [sum, whole].map(Points::from_micros);
            let message = format!("the weights of the axes add up to {sum}, which is near {whole} but not {whole}");
            let help = format!("correct a weight so that they add up to {whole}");
            self.warnings.warn("weights-total", list, About::default(), message, help);
        }
    }
}
