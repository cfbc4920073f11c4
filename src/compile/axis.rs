//! Axes: rules in their groups, and what counts as 100.

use std::cmp::Ordering;

use super::Compiler;
use crate::decay::{Curve, Decay};
use crate::input::facts::Kind;
use crate::model::{
    AgeWindow, Axis as Document, Bands, Combine, Each, First, Missing, Model, PerUnit, Quantity as Measured,
    Rule as RuleDocument, Signal as SignalDocument, Values, Worth as Form,
};
use crate::points::{HELD, Points};
use crate::problem::{Path, Problem};
use crate::program::{Axis, BandRows, ByTruth, Events, Group, Part, Quantity, Rule, RuleBody, Signal, Title};
use crate::time::Span;

impl<'m> Compiler<'m> {
    pub(super) fn axes(&mut self, model: &'m Model) -> Option<Box<[Axis]>> {
        let path = Path::Root.key("axis");
        self.unique(model.axes.iter().map(|axis| axis.name.as_str()), &path, "axis");
        let axes: Vec<_> =
            model.axes.iter().enumerate().map(|(place, axis)| self.axis(axis, &path.index(place))).collect();
        axes.into_iter().collect()
    }

    /// The weights of all axes together.
    pub(super) fn total_weight(&mut self, model: &Model) -> i64 {
        let weight = model.axes.iter().map(|axis| axis.weight.micros()).fold(0_i64, i64::saturating_add);
        if model.axes.iter().all(|axis| axis.weight == Points::ZERO) && !model.axes.is_empty() {
            let problem = Problem::new(
                "no-weight",
                &Path::Root.key("axis"),
                "all axes have the weight 0, so none of them counts",
            );
            self.note(problem.with_help("give one of them a weight above 0"));
        }
        weight
    }

    fn axis(&mut self, axis: &'m Document, path: &Path<'_>) -> Option<Axis> {
        let weight = self.points(axis.weight, &path.key("weight"));
        if axis.weight < Points::ZERO {
            self.note(Problem::new("out-of-range", &path.key("weight"), "a weight is never negative"));
        }
        let base = self.points(axis.base, &path.key("base"));
        let given = axis.available.map(|available| self.available(available, &path.key("available")));
        let groups = self.groups(axis, path);
        let rules: Vec<_> = {
            let path = path.key("rule");
            axis.rules
                .iter()
                .enumerate()
                .map(|(place, rule)| self.rule(rule, place, axis, &path.index(place)))
                .collect()
        };
        let mut parts: Vec<_> = groups?
            .into_iter()
            .map(|group| Part { group: Some(group), rules: Box::default(), index: 0, reach: 0 })
            .collect();
        parts.push(Part { group: None, rules: Box::default(), index: 0, reach: 0 });
        let mut members: Vec<Vec<Rule>> = parts.iter().map(|_| Vec::new()).collect();
        for (rule, document) in rules.into_iter().zip(&axis.rules) {
            let part = document
                .group
                .as_ref()
                .and_then(|name| axis.groups.iter().position(|group| group.name == *name))
                .unwrap_or(axis.groups.len());
            members.get_mut(part)?.push(rule?);
        }
        for (part, rules) in parts.iter_mut().zip(members) {
            part.reach = rules.iter().filter_map(|rule| rule.reach).fold(0, i64::saturating_add);
            part.rules = rules.into();
        }
        let skips = axis.rules.iter().any(|rule| rule.missing == Missing::Skip);
        let available = match given {
            Some(available) => available?,
            None => self.derived(base?, &parts, path)?,
        };
        Some(Axis {
            title: Title { id: axis.name.as_str().into(), label: axis.label.as_deref().map(Into::into) },
            weight: weight?,
            base: base?,
            available,
            skips,
            parts: parts.into_iter().filter(|part| !part.rules.is_empty()).collect(),
        })
    }

    fn available(&mut self, available: Points, path: &Path<'_>) -> Option<i64> {
        if available <= Points::ZERO {
            self.note(Problem::new(
                "not-available",
                path,
                format!("`{available}` cannot count as 100; it must be above zero"),
            ));
            return None;
        }
        // Capacity for every rule there may be at the most points there may be.
        if available.micros() > HELD {
            self.over(
                path,
                "points",
                format!("`{available}` available points are more than {}", Points::from_micros(HELD)),
            );
            return None;
        }
        Some(available.micros())
    }

    fn derived(&mut self, base: i64, parts: &[Part], path: &Path<'_>) -> Option<i64> {
        let available = parts.iter().map(|part| part.clamped(part.reach)).fold(base, i64::saturating_add);
        if available <= 0 {
            let message =
                format!("the rules can reach {} points, which cannot count as 100", Points::from_micros(available));
            self.note(
                Problem::new("not-available", path, message)
                    .with_help("give `available`, or rules with points above zero"),
            );
            return None;
        }
        Some(available)
    }

    fn groups(&mut self, axis: &'m Document, path: &Path<'_>) -> Option<Vec<Group>> {
        let group_path = path.key("group");
        self.unique(axis.groups.iter().map(|group| group.name.as_str()), &group_path, "group");
        let groups: Vec<_> = axis
            .groups
            .iter()
            .enumerate()
            .map(|(place, group)| {
                let path = group_path.index(place);
                let min = group.min.map(|min| self.points(min, &path.key("min")));
                let max = group.max.map(|max| self.points(max, &path.key("max")));
                let bounds = (min.unwrap_or(Some(i64::MIN)), max.unwrap_or(Some(i64::MAX)));
                let (Some(min), Some(max)) = bounds else { return None };
                self.in_order(min, max, &path);
                if !axis.rules.iter().any(|rule| rule.group.as_deref() == Some(&group.name)) {
                    self.note(Problem::new(
                        "unused-group",
                        &path,
                        format!("no rule of the axis is in the group `{}`", group.name),
                    ));
                }
                Some(Group {
                    title: Title { id: group.name.as_str().into(), label: group.label.as_deref().map(Into::into) },
                    min,
                    max,
                })
            })
            .collect();
        groups.into_iter().collect()
    }

    fn in_order(&mut self, min: i64, max: i64, path: &Path<'_>) {
        if min > max {
            let (min, max) = (Points::from_micros(min), Points::from_micros(max));
            self.note(Problem::new(
                "bounds-order",
                path,
                format!("the least, `{min}`, is more than the most, `{max}`"),
            ));
        }
    }

    fn rule(&mut self, rule: &'m RuleDocument, place: usize, axis: &Document, path: &Path<'_>) -> Option<Rule> {
        let available_given = axis.available.is_some();
        let title = self.identify(&rule.id, rule.label.as_deref(), path);
        if let Some(name) = &rule.group
            && !axis.groups.iter().any(|group| group.name == *name)
        {
            let problem = Problem::new("unknown-group", &path.key("group"), format!("the axis has no group `{name}`"));
            self.note(problem.suggesting(
                self.problems.len(),
                name,
                axis.groups.iter().map(|group| group.name.as_str()),
            ));
        }
        let guard = rule.when.as_ref().map(|when| self.condition(when, &path.key("when"), false));
        if guard.is_none() && matches!(rule.worth, Form::Points(_)) {
            let problem = Problem::new("missing-key", path, "a rule with `points` needs a `when`");
            self.note(problem.with_help("points that everybody has are the axis's `base`"));
        }
        let worth = match &rule.worth {
            Form::Points(points) => {
                let points = self.points(*points, &path.key("points"));
                points.map(|points| RuleBody::Points(ByTruth::new(rule.missing.micros(), points)))
            }
            Form::First(first) => self.first(first, path),
            Form::Bands(bands) => self.bands(bands, path),
            Form::Values(values) => self.values(values, path),
            Form::PerUnit(per_unit) => self.per_unit(per_unit, &path.key("per_unit")),
            Form::Signal(signal) => self.signal(signal, &path.key("signal")).map(RuleBody::Signal),
        };
        let missing = match rule.missing {
            Missing::Points(points) => self.points(points, &path.key("missing").key("points")),
            Missing::Skip if available_given => {
                let message = "`skip` takes what the rule can reach out of `available`, which this axis gives itself";
                self.note(Problem::new("skip-available", &path.key("missing"), message));
                None
            }
            Missing::Skip => Some(0),
        };
        let (guard, worth, missing) = (guard.map_or(Some(None), |guard| guard.map(Some)), worth?, missing?);
        let reach = reach(&worth).map(|reach| reach.max(missing).max(0));
        if reach.is_none() && !available_given {
            let message = "there is no end to what this signal can reach, so `available` cannot be derived";
            let help = "give the signal a `max` or `most_recent`, or the axis an `available`";
            self.note(Problem::new("unbounded", path, message).with_help(help));
            return None;
        }
        Some(Rule { title, fire_id: 0, index: place, guard: guard?, body: worth, missing: rule.missing, reach })
    }

    fn first(&mut self, first: &'m First, path: &Path<'_>) -> Option<RuleBody> {
        let otherwise = self.points(first.otherwise, &path.key("otherwise"));
        let path = path.key("first");
        if first.rows.is_empty() {
            self.note(Problem::new("empty", &path, "there must be a row"));
            return None;
        }
        let rows: Vec<_> = first
            .rows
            .iter()
            .enumerate()
            .map(|(place, (when, points))| {
                let path = path.index(place);
                let when = self.condition(when, &path.key("when"), false);
                let points = self.points(*points, &path.key("points"));
                Some((when?, points?))
            })
            .collect();
        Some(RuleBody::First { rows: rows.into_iter().collect::<Option<_>>()?, otherwise: otherwise? })
    }

    fn bands(&mut self, bands: &'m Bands, path: &Path<'_>) -> Option<RuleBody> {
        let below = self.points(bands.below, &path.key("below"));
        let within = match bands.of {
            Measured::Event { ages: Some(AgeWindow::Within(span)), .. } => {
                self.span(span, &path.key("within")).map(|_| ())
            }
            _ => Some(()),
        };
        let path = path.key("bands");
        let of = match &bands.of {
            // Noted where it stands in a rule.
            _ if within.is_none() => None,
            Measured::Event { ages: Some(AgeWindow::Between(..)), .. } | Measured::TagCount { .. } => {
                self.note(Problem::new(
                    "forms",
                    &path,
                    "bands are over a number, a date or events, these within an age or of any",
                ));
                None
            }
            of => self.quantity(of, &path, false),
        };
        let (name, inner) = match &bands.of {
            Measured::Number { field }
            | Measured::Ratio { field, .. }
            | Measured::Calendar { field, .. }
            | Measured::TagCount { field } => (field.as_str(), None),
            Measured::Event { events, .. } | Measured::DaysSinceLast { events } => {
                ("events", events.0.first().map(String::as_str))
            }
            Measured::Axis { name } => ("axis", Some(name.as_str())),
            Measured::Score => ("score", None),
        };
        let outer = path.key(name);
        let deeper = inner.map(|inner| outer.key(inner));
        self.rows(bands, of, deeper.as_ref().unwrap_or(&outer)).zip(below).map(|((of, rows), below)| RuleBody::Bands {
            of,
            rows,
            below,
        })
    }

    /// The bands with their bounds as whole numbers, strictly rising.
    fn rows(&mut self, bands: &Bands, of: Option<Quantity>, path: &Path<'_>) -> Option<(Quantity, BandRows)> {
        if bands.rows.is_empty() {
            self.note(Problem::new("empty", path, "there must be a band"));
            return None;
        }
        let mut rows = Vec::with_capacity(bands.rows.len());
        let mut before: Option<(f64, Option<i64>)> = None;
        for (place, (bound, points)) in bands.rows.iter().enumerate() {
            let path = path.index(place);
            let points = self.points(*points, &path.index(1));
            if !bound.is_finite() {
                self.note(Problem::new("not-finite", &path, "a bound must be finite"));
                continue;
            }
            let from = of.as_ref().map(|of| of.unit().lower_bound(*bound, bands.exclusive));
            match before {
                Some((last, _)) if last.partial_cmp(bound).is_some_and(Ordering::is_eq) => {
                    self.note(Problem::new("duplicate-band", &path, format!("there is another band from `{bound}`")));
                }
                Some((last, _)) if last > *bound => {
                    self.note(Problem::new(
                        "bounds-order",
                        &path,
                        format!("the bound `{bound}` comes after `{last}`; bounds rise"),
                    ));
                }
                Some((last, Some(start))) if from == Some(start) => {
                    let message = format!(
                        "no whole number lies from `{last}` up to `{bound}`, so the band before is never reached"
                    );
                    self.note(Problem::new("unreachable-band", &path, message));
                }
                _ => {}
            }
            before = Some((*bound, from));
            rows.extend(from.zip(points));
        }
        Some((of?, rows.into()))
    }

    fn values(&mut self, values: &'m Values, path: &Path<'_>) -> Option<RuleBody> {
        let otherwise = self.points(values.otherwise, &path.key("otherwise"));
        let kind = if values.combine.is_some() { Kind::Tags } else { Kind::Text };
        let path = path.key("values");
        let path = path.key(&values.field);
        let declared =
            self.schema.fields.iter().find(|field| field.name() == values.field).map(crate::input::facts::Field::kind);
        let field = match (declared, values.combine) {
            (Some(Kind::Tags), None) => {
                let message = format!("the field `{}` is tags, of which a subject may have several", values.field);
                self.note(
                    Problem::new("no-combine", &path, message)
                        .with_help("say `combine = \"best\"` or `combine = \"sum\"`"),
                );
                None
            }
            _ => self.field(&values.field, kind, &path),
        };
        if values.rows.is_empty() {
            self.note(Problem::new("empty", &path, "there must be a value"));
            return None;
        }
        let mut rows: Vec<(Box<str>, i64)> = Vec::with_capacity(values.rows.len());
        for (text, points) in &values.rows {
            let path = path.key(text);
            if let Some(field) = field {
                self.known_text(field, text, false, &path);
            }
            rows.extend(self.points(*points, &path).map(|points| (text.as_str().into(), points)));
        }
        rows.sort();
        if rows.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a == b)) {
            self.note(Problem::new("duplicate-key", &path, "a value stands here twice"));
        }
        // What a rule is worth is held within as much, so that sums of rules are exact.
        let together = rows.iter().map(|(_, points)| points.saturating_abs()).fold(0, i64::saturating_add);
        if values.combine == Some(Combine::Sum) && together > HELD {
            let (together, most) = (Points::from_micros(together), Points::from_micros(HELD));
            let message = format!("`sum` of entries that are worth `{together}` points together, more than {most}");
            let help = "spread them over several rules, or give each fewer points";
            self.note(Problem::new("limit", &path, message).with_help(help));
            return None;
        }
        let (field, otherwise, rows) = (field?, otherwise?, rows.into());
        Some(match values.combine {
            None => RuleBody::Texts { field, rows, otherwise },
            Some(combine) => RuleBody::Tags { field, rows, otherwise, sum: combine == Combine::Sum },
        })
    }

    fn per_unit(&mut self, per_unit: &'m PerUnit, path: &Path<'_>) -> Option<RuleBody> {
        let path = path.key(&per_unit.field);
        let field = self.field(&per_unit.field, Kind::Number, &path);
        let points = self.points(per_unit.points, &path.key("points"));
        let min = per_unit.min.map_or(Some(-HELD), |min| self.points(min, &path.key("min")));
        let max = self.points(per_unit.max, &path.key("max"));
        if let (Some(min), Some(max)) = (min, max) {
            self.in_order(min, max, &path);
        }
        Some(RuleBody::PerUnit { field: field?, points: points?, min: min?, max: max? })
    }

    fn signal(&mut self, signal: &'m SignalDocument, path: &Path<'_>) -> Option<Signal> {
        let names = self.names(&signal.events, &path.key("event"));
        let window = signal.window.map(|window| self.span(window, &path.key("window")));
        let counts =
            [("per_day", signal.per_day), ("min_count", signal.min_count), ("most_recent", signal.most_recent)];
        for (key, count) in counts {
            if count == Some(0) {
                self.note(Problem::new("out-of-range", &path.key(key), "a count is at least 1"));
            }
        }
        if let (Some(least), Some(most)) = (signal.min_count, signal.most_recent)
            && least > most
        {
            let message = format!(
                "`min_count` is {least}, but only the {most} most recent events count, so the signal is always worth 0"
            );
            self.note(Problem::new("bounds-order", &path.key("min_count"), message));
        }
        let (points, per_unit) = match signal.each {
            Each::Event(points) => (self.points(points, &path.key("points")), false),
            Each::Unit(points) => (self.points(points, &path.key("points_per_unit")), true),
        };
        let max = signal.max.map_or(Some(HELD), |max| self.points(max, &path.key("max")));
        let decay = self.decay(&signal.decay, &path.key("decay"));
        if signal.max.is_some_and(|max| max < Points::ZERO) {
            self.note(Problem::new(
                "out-of-range",
                &path.key("max"),
                "`max` holds both sides of zero, so it is never negative",
            ));
            return None;
        }
        let window = window.map_or(Some(None), |window| window.map(Some))?;
        decay?;
        let curve = Curve::new(&signal.decay);
        // An event without weight still counts towards `min_count`.
        let fades = if signal.min_count.is_some() { None } else { curve.ends() };
        self.reaches_back(match (window, fades) {
            (Some(window), Some(fades)) => Some(window.min(fades)),
            (window, fades) => window.or(fades),
        });
        let most = |count: Option<u32>| count.map_or(u64::MAX, u64::from);
        Some(Signal {
            events: Events {
                names: names?,
                ages: crate::input::activity::Ages {
                    from: 0,
                    to: window.and_then(|window| i64::try_from(window).ok()),
                },
            },
            points: points?,
            per_unit,
            per_day: most(signal.per_day),
            min_count: signal.min_count.map_or(0, u64::from),
            most_recent: most(signal.most_recent),
            max: max?,
            curve,
        })
    }

    fn decay(&mut self, decay: &Decay, path: &Path<'_>) -> Option<()> {
        let before = self.problems.len();
        match decay {
            Decay::None => {}
            Decay::HalfLife(span) => _ = self.span(*span, &path.key("half_life")),
            Decay::Linear(span) => _ = self.span(*span, &path.key("linear")),
            Decay::Drop { percent, every } => self.stepped(*percent, *every, &path.key("drop")),
            Decay::Keep { percent, every } => self.stepped(*percent, *every, &path.key("keep")),
            Decay::Table(rows) => self.table(rows, &path.key("table")),
        }
        (self.problems.len() == before).then_some(())
    }

    fn stepped(&mut self, percent: Points, every: Span, path: &Path<'_>) {
        if percent <= Points::ZERO || percent > Points::from(100) {
            let message = format!("a percentage lies above 0 and up to 100, and `{percent}` does not");
            self.note(Problem::new("out-of-range", &path.key("percent"), message));
        }
        self.span(every, &path.key("every"));
    }

    fn table(&mut self, rows: &[(Span, Points)], path: &Path<'_>) {
        if rows.first() != Some(&(Span::seconds(0), Points::from(100))) {
            let problem = Problem::new("decay-table", path, "a decay table starts at age 0 with 100 %");
            self.note(problem.with_help("begin it with `[\"0d\", 100]`"));
        }
        for (place, pair) in rows.windows(2).enumerate() {
            let path = path.index(place + 1);
            let [(age, percent), (later, less)] = pair else { continue };
            if later > age {
                self.span(*later, &path.index(0));
            } else {
                self.note(Problem::new(
                    "bounds-order",
                    &path,
                    format!("the age `{later}` comes after `{age}`; ages rise"),
                ));
            }
            if less > percent || *less < Points::ZERO {
                let message =
                    format!("the weight goes from {percent} % to {less} %; it never rises and never falls below 0");
                self.note(Problem::new("decay-table", &path, message));
            }
        }
    }
}

/// The most the form can be worth, `None` where there is no end to it.
fn reach(worth: &RuleBody) -> Option<i64> {
    fn best<K>(rows: &[(K, i64)], otherwise: i64) -> i64 {
        rows.iter().map(|(_, points)| *points).fold(otherwise, i64::max)
    }
    Some(match worth {
        RuleBody::Points(by_truth) => by_truth.points(),
        RuleBody::First { rows, otherwise } => best(rows, *otherwise),
        RuleBody::Bands { rows, below, .. } => best(rows, *below),
        RuleBody::Texts { rows, otherwise, .. } | RuleBody::Tags { rows, otherwise, sum: false, .. } => {
            best(rows, *otherwise)
        }
        RuleBody::Tags { rows, otherwise, sum: true, .. } => {
            rows.iter().map(|(_, points)| (*points).max(0)).fold(0, i64::saturating_add).max(*otherwise)
        }
        RuleBody::PerUnit { max, .. } => *max,
        RuleBody::Signal(signal) if !signal.per_unit && signal.points <= 0 => 0,
        RuleBody::Signal(signal) if signal.max < HELD || (!signal.per_unit && signal.most_recent < u64::MAX) => {
            let all = i128::from(signal.points) * i128::from(signal.most_recent);
            let bounded = if signal.per_unit { signal.max.into() } else { all.min(signal.max.into()) };
            i64::try_from(bounded).unwrap_or(HELD)
        }
        RuleBody::Signal(_) => return None,
    })
}
