//! Rules and their forms.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::Compiler;
use super::condition::Places;
use crate::input::facts::{Field, Kind};
use crate::model::{self, AgeWindow, Band, Combine, Missing, Scope, names};
use crate::num::points::{HELD, Points};
use crate::problem::{Path, Problem};
use crate::program::{BandRows, ByTruth, PerUnit, Quantity, Rule, RuleBody, TextRows};
use crate::text::folded;

impl<'m> Compiler<'m> {
    /// Compiles a rule, whose index in the axis and stake are set later.
    pub(super) fn rule(&mut self, rule: &'m model::Rule, axis: &model::Axis, path: &Path<'_>) -> Option<Rule> {
        let title = self.identify(&rule.id, rule.label.as_deref(), path);
        if let Some(name) = &rule.group
            && !axis.groups.iter().any(|group| group.name == *name)
        {
            self.unknown_group(name, axis, path);
        }
        let guard = rule.when.as_ref().map(|when| self.condition(when, &path.key("when"), Scope::Subject));
        if guard.is_none() && matches!(rule.worth, model::Worth::Points(_)) {
            let problem = Problem::new("missing-key", path, "a rule with `points` needs a `when`");
            self.problems.note(problem.with_help("to give points to every subject, use the axis's `base`"));
        }
        let worth = self.worth(rule, path);
        let missing = match rule.missing {
            Missing::Points(points) => self.points(points, &path.key("missing").key("points")),
            Missing::Skip if axis.available.is_some() => {
                let message = "`skip` lowers a derived `available`, but this axis sets `available`";
                let help = "remove `available`, or write `missing.points`";
                self.problems.refuse_with_help("skip-available", &path.key("missing"), message, help)
            }
            Missing::Skip => Some(0),
        };
        let (guard, worth, missing) = (guard.map_or(Some(None), |guard| guard.map(Some)), worth?, missing?);
        let reach = reach(&worth).map(|reach| reach.max(missing).max(0));
        if reach.is_none() && axis.available.is_none() {
            let message = "this signal is unbounded, so `available` cannot be derived";
            let help = match &worth {
                RuleBody::Signal(signal) if signal.per_unit => "give the signal a `max`, or give the axis `available`",
                _ => "give the signal a `max` or `most_recent`, or give the axis `available`",
            };
            return self.problems.refuse_with_help("unbounded", path, message, help);
        }
        Some(Rule { title, fire_id: 0, index: 0, guard: guard?, body: worth, missing: rule.missing, reach, stake: 0 })
    }

    fn worth(&mut self, rule: &'m model::Rule, path: &Path<'_>) -> Option<RuleBody> {
        match &rule.worth {
            model::Worth::Points(points) => {
                let points = self.points(*points, &path.key("points"))?;
                Some(RuleBody::Points(ByTruth::new(rule.missing.micros(), points)))
            }
            model::Worth::First(first) => self.first(first, path),
            model::Worth::Bands(bands) => self.bands(bands, path),
            model::Worth::Values(values) => self.values(values, path),
            model::Worth::PerUnit(per_unit) => self.per_unit(per_unit, &path.key("per_unit")),
            model::Worth::Signal(signal) => self.signal(signal, &path.key("signal")).map(RuleBody::Signal),
        }
    }

    fn first(&mut self, first: &'m model::First, path: &Path<'_>) -> Option<RuleBody> {
        let otherwise = self.points(first.otherwise, &path.key("otherwise"));
        let path = path.key("first");
        if first.rows.is_empty() {
            return self.problems.refuse("empty", &path, "`first` needs at least one row");
        }
        let rows = self.each(&first.rows, &path, |compiler, (when, points), path| {
            let when = compiler.condition(when, &path.key("when"), Scope::Subject);
            let points = compiler.points(*points, &path.key("points"));
            Some((when?, points?))
        });
        Some(RuleBody::First { rows: rows?, otherwise: otherwise? })
    }

    fn bands(&mut self, bands: &'m model::Bands, path: &Path<'_>) -> Option<RuleBody> {
        let below = self.points(bands.below, &path.key("below"));
        let (table, option) = (*path, path.key(option_of(&bands.of)));
        let path = path.key("bands");
        let source = bands.of.source_keys(Scope::Subject);
        let source = path.keys(&source);
        let of = self.measured(&bands.of, &Places { source, option, table, selection: table }, "bands");
        let rows = self.band_rows(bands, of, &source);
        let ((of, rows), below) = (rows?, below?);
        Some(RuleBody::Bands { of, rows, below })
    }

    /// Returns the bands with their bounds as whole numbers, strictly rising.
    fn band_rows(
        &mut self,
        bands: &model::Bands,
        of: Option<Quantity>,
        path: &Path<'_>,
    ) -> Option<(Quantity, BandRows)> {
        if bands.rows.is_empty() {
            return self.problems.refuse("empty", path, "`bands` needs at least one band");
        }
        let mut rows = Vec::with_capacity(bands.rows.len());
        let same = |a: f64, b: f64| a.partial_cmp(&b).is_some_and(Ordering::is_eq);
        let possible = of.as_ref().and_then(Quantity::possible);
        let beyond = |from: Option<i64>| possible.as_ref().filter(|(possible, _)| from > Some(*possible.end()));
        let mut before: Option<(&Band, Option<i64>)> = None;
        for (index, band) in bands.rows.iter().enumerate() {
            let path = path.index(index);
            let Band { bound, exclusive, points } = band;
            // The row is a list or a table, which a model does not know.
            let points = self.points(*points, &path);
            if !bound.is_finite() {
                self.problems.note(Problem::new("not-finite", &path, "a bound must be finite"));
                continue;
            }
            let from = of.as_ref().map(|of| of.unit().lower_bound(*bound, *exclusive));
            match before {
                Some((last, _)) if same(last.bound, *bound) && last.exclusive == *exclusive => {
                    self.problems.note(Problem::new(
                        "duplicate-band",
                        &path,
                        format!("the bound `{bound}` is repeated"),
                    ));
                }
                Some((last, _)) if same(last.bound, *bound) && last.exclusive => {
                    let message = format!("the band from `{bound}` comes after the band above `{bound}`");
                    let problem = Problem::new("bounds-order", &path, message);
                    self.problems.note(problem.with_help("list bounds in ascending order"));
                }
                Some((last, _)) if last.bound > *bound => {
                    let message = format!("the bound `{bound}` comes after `{}`", last.bound);
                    let problem = Problem::new("bounds-order", &path, message);
                    self.problems.note(problem.with_help("list bounds in ascending order"));
                }
                _ if beyond(from).is_some() => {
                    let what = beyond(from).map_or("", |(_, what)| what);
                    let message = format!("the bound `{bound}` is never reached: {what}");
                    self.problems.note(Problem::new("unreachable-band", &path, message));
                }
                Some((last, Some(start))) if from == Some(start) => {
                    let from = if last.exclusive { "above" } else { "from" };
                    let message = format!("no whole number is {from} `{}` up to `{bound}`", last.bound);
                    let problem = Problem::new("unreachable-band", &path, message);
                    self.problems.note(problem.with_help("merge the two bands"));
                }
                _ => {}
            }
            before = Some((band, from));
            rows.extend(from.zip(points));
        }
        Some((of?, BandRows::new(rows)))
    }

    fn values(&mut self, values: &'m model::Values, path: &Path<'_>) -> Option<RuleBody> {
        let otherwise = self.points(values.otherwise, &path.key("otherwise"));
        let path = path.key("values");
        let source = Scope::Subject.field(&values.field);
        let path = path.keys(&source);
        let field = self.field_of_values(values, &path);
        if values.rows.is_empty() {
            return self.problems.refuse("empty", &path, "`values` needs at least one value");
        }
        let ignore_case = values.ignore_case;
        let mut rows: Vec<(Box<str>, i64)> = Vec::with_capacity(values.rows.len());
        let mut written: BTreeMap<Box<str>, &str> = BTreeMap::new();
        for (text, points) in &values.rows {
            let key = if ignore_case { folded(text) } else { text.as_str().into() };
            match written.insert(key.clone(), text) {
                Some(earlier) if earlier == text => {
                    let message = format!("the value `{text}` is repeated");
                    self.problems.note(Problem::new("duplicate-key", &path, message));
                }
                Some(earlier) => {
                    let message = format!("`{text}` and `{earlier}` are the same value if case is ignored");
                    let problem = Problem::new("duplicate-key", &path.key(text), message);
                    self.problems.note(problem.with_help("remove one"));
                }
                None => {}
            }
            let path = path.key(text);
            if let Some(field) = field {
                self.check_text(field, text, ignore_case, &path);
            }
            rows.extend(self.points(*points, &path).map(|points| (key, points)));
        }
        rows.sort();
        // No rule is worth more than this, so that sums of rules are exact.
        let together = rows.iter().map(|(_, points)| points.saturating_abs()).fold(0, i64::saturating_add);
        if values.combine == Some(Combine::Sum) && together > HELD {
            let (together, max) = (Points::from_micros(together), Points::from_micros(HELD));
            let message = format!("the values add up to `{together}` points, more than {max}");
            let help = "split them into several rules, or lower their points";
            return self.problems.refuse_with_help("limit", &path, message, help);
        }
        let (field, otherwise, rows) = (field?, otherwise?, rows);
        Some(match values.combine {
            None => RuleBody::Texts { field, rows: TextRows::new(rows), otherwise, ignore_case },
            Some(combine) => {
                RuleBody::Tags { field, rows: rows.into(), otherwise, sum: combine == Combine::Sum, ignore_case }
            }
        })
    }

    fn field_of_values(&mut self, values: &'m model::Values, path: &Path<'_>) -> Option<usize> {
        let declared = self.schema.fields.iter().find(|field| field.name() == values.field).map(Field::kind);
        match (declared, values.combine) {
            (Some(Kind::Tags), None) => {
                let message = format!("the field `{}` is tags, so several values can apply", values.field);
                let help = "add `combine = \"best\"` or `combine = \"sum\"`";
                self.problems.refuse_with_help("no-combine", path, message, help)
            }
            (_, Some(_)) => self.field(&values.field, Kind::Tags, path),
            (_, None) => self.field(&values.field, Kind::Text, path),
        }
    }

    fn per_unit(&mut self, per_unit: &'m model::PerUnit, path: &Path<'_>) -> Option<RuleBody> {
        let source = per_unit.of.source_keys(Scope::Subject);
        let path = path.keys(&source);
        let places = Places { source: path, option: path.key(option_of(&per_unit.of)), table: path, selection: path };
        let of = self.measured(&per_unit.of, &places, "per_unit");
        let every = self.step(per_unit.every, &path);
        let points = self.points(per_unit.points, &path.key("points"));
        let min = per_unit.min.map_or(Some(-HELD), |min| self.points(min, &path.key("min")));
        let max = self.points(per_unit.max, &path.key("max"));
        if let (Some(min), Some(max)) = (min, max) {
            self.check_order(min, max, &path);
        }
        Some(RuleBody::PerUnit(PerUnit { of: of?, points: points?, every: every?, min: min?, max: max? }))
    }

    /// Resolves what a form measures. No document can state other quantities.
    fn measured(&mut self, of: &'m model::Quantity, places: &Places<'_>, form: &str) -> Option<Quantity> {
        match of {
            model::Quantity::Event { ages: Some(AgeWindow::Between(..)), .. } | model::Quantity::TagCount { .. } => {
                let message = format!("`{form}` needs a number, a date, or events of any age or `within` an age");
                self.problems.refuse("forms", &places.source, message)
            }
            of => self.quantity(of, places, Scope::Subject),
        }
    }

    /// Checks the units of a step and returns them in millionths. `Some(None)` if there are no steps.
    #[expect(clippy::option_option, reason = "no steps differ from wrong ones")]
    pub(super) fn step(&mut self, every: Option<Points>, path: &Path<'_>) -> Option<Option<i64>> {
        match every {
            Some(units) if units <= Points::ZERO => {
                let message = format!("`{units}` is not a step; `every` must be above 0");
                self.problems.refuse("out-of-range", &path.key("every"), message)
            }
            Some(units) if units.micros() > HELD => {
                let message = format!("`{units}` is too large; `every` is at most 1000000000");
                self.problems.refuse("out-of-range", &path.key("every"), message)
            }
            every => Some(every.map(Points::micros)),
        }
    }
}

/// Returns the key of the divisor or the ages of a measure.
fn option_of(of: &model::Quantity) -> &'static str {
    if let model::Quantity::Ratio { .. } = of { names::RATIO_TO } else { names::WITHIN }
}

/// Returns the first text that is repeated in a sorted list.
pub(super) fn repeated<'t>(sorted: impl IntoIterator<Item = &'t str>) -> Option<&'t str> {
    let mut last = None;
    sorted.into_iter().find(|text| last.replace(*text) == Some(*text))
}

/// Returns the most points of a body; `None` if it is unbounded.
fn reach(body: &RuleBody) -> Option<i64> {
    fn best<'r, K: 'r>(rows: impl IntoIterator<Item = &'r (K, i64)>, otherwise: i64) -> i64 {
        rows.into_iter().map(|(_, points)| *points).fold(otherwise, i64::max)
    }
    Some(match body {
        RuleBody::Points(by_truth) => by_truth.points(),
        RuleBody::First { rows, otherwise } => best(rows.iter(), *otherwise),
        RuleBody::Bands { rows, below, .. } => best(rows.iter(), *below),
        RuleBody::Texts { rows, otherwise, .. } => best(rows.iter(), *otherwise),
        RuleBody::Tags { rows, otherwise, sum: false, .. } => best(rows.iter(), *otherwise),
        RuleBody::Tags { rows, otherwise, sum: true, .. } => {
            rows.iter().map(|(_, points)| (*points).max(0)).fold(0, i64::saturating_add).max(*otherwise)
        }
        RuleBody::PerUnit(per_unit) => per_unit.max,
        // What is left of amounts is never negative.
        RuleBody::Signal(signal) if signal.points <= 0 && (!signal.per_unit || signal.spend.is_some()) => 0,
        RuleBody::Signal(signal) if signal.max < HELD || (!signal.per_unit && signal.most_recent < u64::MAX) => {
            let all = i128::from(signal.points) * i128::from(signal.most_recent);
            let bounded = if signal.per_unit { signal.max.into() } else { all.min(signal.max.into()) };
            i64::try_from(bounded).unwrap_or(HELD)
        }
        RuleBody::Signal(_) => return None,
    })
}
