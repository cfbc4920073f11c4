//! Rules that decide nothing, rows that no subject reaches, and ladders that zigzag.

use std::cmp::Ordering;

use super::Lints;
use super::conditions::{Both, Role, filter};
use super::space::{Space, unite};
use super::warning::About;
use crate::evaluate::{AnySubject, Atoms, Domain, Evaluation, Set, Sets, Truth, unclamped};
use crate::model::{self, IfUnknown, Missing, Scope, Worth, names};
use crate::num::points::Points;
use crate::num::u384::saturated_i64;
use crate::problem::Path;
use crate::program::{BandRows, Condition, PerUnit, Quantity, ReadSite, Rule, RuleBody};

/// A rule of a model, and the same rule compiled.
#[derive(Clone, Copy)]
pub(super) struct BothRules<'m> {
    pub(super) written: &'m model::Rule,
    pub(super) compiled: &'m Rule,
    pub(super) about: About<'m>,
}

impl<'m> Lints<'m> {
    pub(super) fn rules(&mut self, space: &Space<'m>) {
        let (model, program) = (self.model, self.program);
        let list = Path::Root.key("axis");
        for (index, (axis, compiled)) in model.axes.iter().zip(&program.axes).enumerate() {
            let path = list.index(index);
            let path = path.key("rule");
            let mut rules: Vec<&'m Rule> = compiled.parts.iter().flat_map(|part| &part.rules).collect();
            rules.sort_unstable_by_key(|rule| rule.index);
            for (index, (written, compiled)) in axis.rules.iter().zip(rules).enumerate() {
                let about = About { axis: Some(&axis.name), id: Some(&written.id) };
                self.rule(space, BothRules { written, compiled, about }, &path.index(index));
                self.repeated_rule(axis, index, &path.index(index), about);
            }
        }
    }

    fn rule(&mut self, space: &Space<'m>, rule: BothRules<'m>, path: &Path<'_>) {
        let BothRules { written, compiled, about } = rule;
        let is_points = matches!(written.worth, Worth::Points(_));
        let mut settled = false;
        if let (Some(when), Some(guard)) = (&written.when, &compiled.guard) {
            let role = if is_points { Role::Points } else { Role::Guard };
            let both = Both { written: when, compiled: guard, role, missing: IfUnknown::Unknown, about };
            let truths = both.check(self.program, space, &path.key("when"), Scope::Subject, &mut self.warnings);
            settled = truths.is_never() || (is_points && truths.is_constant());
        }
        if let Some(points) = self.reach.rule(compiled) {
            let (only, may_be_unknown) = (points.number.single(), points.unknown.any(|unknown| unknown));
            if let Some(only) = only.filter(|_| !settled) {
                let (message, help) = match only {
                    0 => ("no subject gets points by this rule".to_owned(), "correct the rule, or remove it"),
                    points => (
                        format!("every subject gets {} points by this rule", Points::from_micros(points)),
                        "correct the rule, or use the `base` of the axis",
                    ),
                };
                self.warnings.warn("constant-rule", path, about, message, help);
                settled = true;
            }
            if !may_be_unknown && written.missing != Missing::default() && !settled {
                let message = "the rule is never unknown, so `missing` never applies";
                let help = "remove `missing`; counts of events and tests with `known` are never unknown";
                self.warnings.warn("idle-missing", &path.key("missing"), about, message, help);
            }
        }
        match (&written.worth, &compiled.body) {
            (Worth::First(first), RuleBody::First { rows, .. }) => {
                self.rows(space, rule, (first, rows), &path.key("first"));
            }
            (Worth::Bands(bands), RuleBody::Bands { of, rows, below }) => {
                self.where_of(&bands.of, of, path, about);
                if !settled {
                    self.bands(space, rule, bands, (of, rows, *below), path);
                }
            }
            (Worth::PerUnit(per_unit), RuleBody::PerUnit(form)) => {
                let keys = per_unit.of.source_keys(Scope::Subject);
                let path = path.key("per_unit");
                self.per_unit(space, rule, per_unit, form, &path.keys(&keys));
            }
            (Worth::Signal(signal), RuleBody::Signal(compiled)) => {
                self.signal(signal, compiled, &path.key("signal"), about);
            }
            _ => {}
        }
    }

    /// Warns if an earlier rule of the axis gives the same points for the same reason.
    fn repeated_rule(&mut self, axis: &model::Axis, index: usize, path: &Path<'_>, about: About<'_>) {
        let Some(own) = axis.rules.get(index) else { return };
        let same = |other: &&model::Rule| other.worth == own.worth && other.when == own.when;
        if let Some(first) = axis.rules.iter().take(index).find(same) {
            let message = format!("the rule `{}` already gives these points for the same reason", first.id);
            self.warnings.warn("repeated-rule", path, about, message, "remove one of the two, or correct it");
        }
    }

    /// Warns about the condition on attributes of the events that a form measures.
    fn where_of(&mut self, written: &'m model::Quantity, of: &'m Quantity, path: &Path<'_>, about: About<'m>) {
        let matching = written.event().and_then(|event| event.matching.as_deref());
        if let (Some(written), [Some(events), _]) = (matching, of.events()) {
            filter(self.program, events, written, &path.key(names::WHERE), about, &mut self.warnings);
        }
    }

    fn rows(
        &mut self,
        space: &Space<'m>,
        rule: BothRules<'m>,
        (first, rows): (&'m model::First, &'m [(Condition, i64)]),
        path: &Path<'_>,
    ) {
        let mut never = Vec::new();
        for (index, ((when, _), (compiled, _))) in first.rows.iter().zip(rows).enumerate() {
            let both =
                Both { written: when, compiled, role: Role::Row, missing: IfUnknown::Unknown, about: rule.about };
            let path = path.index(index);
            let truths = both.check(self.program, space, &path.key("when"), Scope::Subject, &mut self.warnings);
            never.push(truths.is_never());
        }
        let mut chosen = vec![false; rows.len()];
        each_of_rule(space, rule.compiled, |evaluation| {
            for ((when, _), chosen) in rows.iter().zip(&mut chosen) {
                let truth: Set<Truth> = evaluation.truth(when);
                *chosen |= truth.any(|truth| truth == Truth::True);
                if truth.is(Truth::True) {
                    break;
                }
            }
        });
        for (index, _) in chosen.iter().zip(&never).enumerate().filter(|(_, (chosen, never))| !**chosen && !**never) {
            let message = "no subject reaches this row: wherever it is true, an earlier row is true or the guard fails";
            let help = "move the row up, correct its condition, or remove it";
            self.warnings.warn("unreachable-row", &path.index(index), rule.about, message, help);
        }
    }

    fn bands(
        &mut self,
        space: &Space<'m>,
        rule: BothRules<'m>,
        bands: &'m model::Bands,
        (of, rows, below): (&'m Quantity, &'m BandRows, i64),
        path: &Path<'_>,
    ) {
        let mut reached: Option<Set<usize>> = None;
        each_of_rule(space, rule.compiled, |evaluation| {
            let value = evaluation.env().value(of);
            let Some(known) = value.some() else { return };
            let own = Sets::rank(known, |number| rows.rank(number));
            unite(Some(&mut reached), &own, Set::union_with);
        });
        let Some(reached) = reached else { return };
        let keys = bands.of.source_keys(Scope::Subject);
        let form = path.key("bands");
        let form = form.keys(&keys);
        for rank in (0..=bands.rows.len()).filter(|rank| !reached.any(|own| own == *rank)) {
            let help = "correct the bound, or remove the row";
            match rank.checked_sub(1) {
                Some(row) => {
                    let message = "no value of any subject is in this band";
                    self.warnings.warn("unreachable-row", &form.index(row), rule.about, message, help);
                }
                None if below != 0 => {
                    let message = "no value of any subject is below the first bound, so `below` never applies";
                    self.warnings.warn("unreachable-row", &path.key("below"), rule.about, message, "remove `below`");
                }
                None => {}
            }
        }
        self.zigzag(bands, &form, rule.about);
    }

    /// Warns about bands whose points change their direction twice.
    fn zigzag(&mut self, bands: &model::Bands, path: &Path<'_>, about: About<'_>) {
        let below = (bands.below != Points::ZERO).then_some((None, bands.below));
        let rows = bands.rows.iter().enumerate().map(|(row, band)| (Some(row), band.points));
        let steps: Vec<(Option<usize>, Points)> = below.into_iter().chain(rows).collect();
        let mut turns: Vec<usize> = Vec::new();
        let mut before = Ordering::Equal;
        for pair in steps.windows(2) {
            let [(from, points), (_, next)] = pair else { continue };
            let direction = next.cmp(points);
            if direction != Ordering::Equal {
                if before != Ordering::Equal && before != direction {
                    turns.extend(*from);
                }
                before = direction;
            }
        }
        if let (2.., Some(row)) = (turns.len(), turns.first()) {
            let message = format!("the points of the bands change their direction {} times", turns.len());
            let help = "let the points rise, fall, or rise to one peak; correct the row that is out of order";
            self.warnings.warn("not-monotone", &path.index(*row), about, message, help);
        }
    }

    fn per_unit(
        &mut self,
        space: &Space<'m>,
        rule: BothRules<'m>,
        written: &'m model::PerUnit,
        form: &'m PerUnit,
        path: &Path<'_>,
    ) {
        self.where_of(&written.of, &form.of, path, rule.about);
        let mut ends: Option<(i64, i64)> = None;
        each_of_rule(space, rule.compiled, |evaluation| {
            let value = evaluation.env().value(&form.of);
            let Some(known) = value.some() else { return };
            let (least, greatest) = ends.unwrap_or((known.least(), known.greatest()));
            ends = Some((least.min(known.least()), greatest.max(known.greatest())));
        });
        let Some((least, greatest)) = ends else { return };
        let [least, greatest] = [unclamped(form, least), unclamped(form, greatest)];
        let (least, greatest) = (least.min(greatest), least.max(greatest));
        let help = "correct the bound; the points that count as 100 include an unreachable `max`";
        if i128::from(form.max) > greatest && form.points != 0 {
            let message = format!(
                "the rule never reaches `max`: it gives at most {} points",
                shown(greatest.max(form.min.into()))
            );
            self.warnings.warn("cap-never-binds", &path.key("max"), rule.about, message, help);
        }
        if written.min.is_some() && i128::from(form.min) < least && form.points != 0 {
            let message =
                format!("the rule never reaches `min`: it gives at least {} points", shown(least.min(form.max.into())));
            self.warnings.warn("cap-never-binds", &path.key("min"), rule.about, message, "remove `min`, or correct it");
        }
    }
}

/// Evaluates a rule where its guard may hold, for each combination of the cells that it distinguishes.
fn each_of_rule<'m>(space: &Space<'m>, rule: &'m Rule, mut each: impl FnMut(&Evaluation<AnySubject<'m, '_>>)) {
    let mut sites: Vec<ReadSite<'m>> = Vec::new();
    rule.read_sites(&mut |site| sites.push(site));
    space.each(&sites, |evaluation| {
        let guard = rule.guard.as_ref().map(|guard| evaluation.truth(guard));
        if guard.is_none_or(|guard| guard.any(|truth| truth != Truth::False)) {
            each(evaluation);
        }
    });
}

fn shown(micros: i128) -> Points {
    Points::from_micros(saturated_i64(micros))
}
