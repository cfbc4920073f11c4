//! The witness that writes an evaluation down.

use chrono::{DateTime, Utc};

use super::{AxisLine, Check, CheckKind, Explanation, Finding, Line, LineKind, Object, Observed, Step, StepKind};
use crate::evaluate::{
    AxisResult, AxisResults, Evaluation, Exact, Seen, Subject, Tally, Truth, Witness, Worth, base_with,
};
use crate::facts::{Fact, Facts};
use crate::model::Total;
use crate::points::{HELD, MICROS, Points};
use crate::program::{
    Axis, FieldIndex, Gate, Limit, Part, Program, Promoter, Quantity, Rule, Segment, Signal, Test, Title, Unit,
    double_of,
};
use crate::score::Score;
use crate::time::second_of;
use crate::wide::{held_in_i64, rounded};

/// Evaluates in full and writes everything down.
pub(crate) fn explain<'m, T: Facts>(program: &'m Program, subject: &T, as_of: DateTime<Utc>) -> Explanation<'m> {
    let evaluation = Evaluation::new(program, Subject::new(program, subject, second_of(as_of)));
    let mut ledger = Ledger::new(program);
    let outcome = evaluation.outcome(&mut ledger);
    let score = Score::new(program, &outcome);
    let (would_be, lines) = ledger.balanced(&score);
    Explanation {
        program,
        score,
        as_of,
        would_be: Points::from_micros(would_be),
        checks: ledger.checks,
        axes: ledger.axes,
        lines,
        missing: Subject::new(program, subject, second_of(as_of)).missing().collect(),
    }
}

struct Ledger<'m> {
    program: &'m Program,
    /// Of the gate, rule, promoter, limit or segment that is being evaluated.
    findings: Vec<Finding<'m>>,
    tally: Option<Tally>,
    negated: bool,
    checks: Vec<Check<'m>>,
    axes: Vec<AxisLine<'m>>,
    /// The lines of each axis, in raw points, before they are turned into score points.
    drafts: Vec<(&'m Axis, AxisResult<Exact>, Vec<Draft<'m>>)>,
    current: Vec<Draft<'m>>,
    promoted: Vec<(&'m Promoter, Truth, Vec<Finding<'m>>)>,
    limited: Vec<(&'m Limit, i64, i64)>,
    totals: Totals,
}

/// The steps from the axes to the value.
#[derive(Clone, Copy)]
struct Totals {
    /// From the axes alone.
    base: i64,
    /// With promoters and limits, held within 0 to 100.
    value: i64,
}

/// A line of an axis in raw points.
struct Draft<'m> {
    kind: LineKind,
    title: Option<&'m Title>,
    place: usize,
    points: i64,
    reach: Option<i64>,
    /// Raw points that the rule falls short of its reach, as far as its group has room for them.
    gap: i64,
    unknown: bool,
    findings: Vec<Finding<'m>>,
    steps: Vec<Step>,
}

impl<'m> Ledger<'m> {
    fn new(program: &'m Program) -> Ledger<'m> {
        Ledger {
            program,
            findings: Vec::new(),
            tally: None,
            negated: false,
            checks: Vec::new(),
            axes: Vec::new(),
            drafts: Vec::new(),
            current: Vec::new(),
            promoted: Vec::new(),
            limited: Vec::new(),
            totals: Totals { base: 0, value: 0 },
        }
    }

    fn check(&mut self, kind: CheckKind, id: &'m str, label: &'m str, truth: Truth) {
        let findings = std::mem::take(&mut self.findings);
        self.checks.push(Check { kind, id, label, truth, findings });
    }

    fn found(&mut self, of: Object<'m>, observed: Observed, truth: Truth) {
        let truth = if self.negated { truth.negated() } else { truth };
        self.findings.push(Finding { program: self.program, of, observed, truth, negated: self.negated });
    }
}

fn observed(fact: Fact<'_>) -> Observed {
    match fact {
        Fact::Missing => Observed::Missing,
        Fact::Flag(flag) => Observed::Flag(flag),
        Fact::Number(number) => Observed::Number(number),
        Fact::Text(text) => Observed::Text(text.to_owned()),
        Fact::Date(date) => Observed::Date(date),
        Fact::Time(time) => Observed::Time(time),
        Fact::Tags(tags) => Observed::Tags(tags.sorted().into_iter().collect()),
    }
}

fn measured(of: &Quantity, value: Option<i64>) -> Observed {
    value.map_or(Observed::Missing, |value| match of.unit() {
        Unit::Whole => Observed::Whole(value),
        Unit::Millionth => Observed::Points(Points::from_micros(value)),
        Unit::Double => Observed::Number(double_of(value)),
    })
}

fn known(observed: &Observed) -> Truth {
    if *observed == Observed::Missing { Truth::Unknown } else { Truth::True }
}

impl<'m> Witness<'m, Exact> for Ledger<'m> {
    const FULL: bool = true;

    fn tested(&mut self, test: &'m Test, seen: Seen<'_, Exact>, truth: &Truth) {
        let observed = match (seen, test) {
            (Seen::Fact(fact), _) => observed(fact),
            (Seen::Quantity(value), Test::Number { of, .. }) => measured(of, value),
            (Seen::Quantity(value), _) => value.map_or(Observed::Missing, Observed::Whole),
            (Seen::Events(count), _) => Observed::Whole(count),
        };
        self.found(Object::Test(test), observed, *truth);
    }

    fn turned(&mut self) {
        self.negated = !self.negated;
    }

    fn measured(&mut self, of: &'m Quantity, value: Option<i64>) {
        let observed = measured(of, value);
        let truth = known(&observed);
        self.found(Object::Quantity(of), observed, truth);
    }

    fn read(&mut self, field: FieldIndex, fact: Fact<'_>) {
        let observed = observed(fact);
        let truth = known(&observed);
        self.found(Object::Field(field), observed, truth);
    }

    fn tallied(&mut self, signal: &'m Signal, tally: Tally) {
        self.tally = Some(tally);
        self.found(
            Object::Signal(signal),
            Observed::Whole(i64::try_from(tally.events).unwrap_or(i64::MAX)),
            Truth::True,
        );
    }

    fn gate(&mut self, gate: &'m Gate, required: bool, truth: &Truth) {
        let kind = if required { CheckKind::Required } else { CheckKind::Disqualifying };
        self.check(kind, &gate.title.id, gate.title.shown(), *truth);
    }

    fn rule(&mut self, rule: &'m Rule, _part: &'m Part, worth: &Worth<Exact>) {
        let step = |kind, micros| Step { kind, points: Points::from_micros(micros) };
        let steps = self.tally.take().map_or_else(Vec::new, |Tally { fresh, decayed, worth, .. }| {
            let later = [(StepKind::Decay, decayed - fresh), (StepKind::Cap, worth - decayed)];
            let later = later.into_iter().filter(|(_, micros)| *micros != 0).map(|(kind, micros)| step(kind, micros));
            std::iter::once(step(StepKind::Events, fresh)).chain(later).collect()
        });
        self.current.push(Draft {
            kind: LineKind::Rule,
            title: Some(&rule.title),
            place: rule.place,
            points: worth.points,
            reach: rule.reach,
            gap: rule.reach.map_or(0, |reach| reach.saturating_sub(worth.points).max(0)),
            unknown: worth.unknown,
            findings: std::mem::take(&mut self.findings),
            steps,
        });
    }

    fn group(&mut self, part: &'m Part, &sum: &i64, &held: &i64) {
        let Some(group) = &part.group else { return };
        let members = self.current.len().saturating_sub(part.rules.len());
        let last = part.rules.iter().map(|rule| rule.place).max().unwrap_or(0);
        for draft in self.current.iter_mut().skip(members) {
            draft.gap = draft.gap.min(group.max.saturating_sub(held).max(0));
            // The group's lines stand together, where its last rule does.
            draft.place = last;
        }
        if sum != held {
            self.current.push(Draft {
                kind: LineKind::Group,
                title: Some(&group.title),
                place: last,
                points: held.saturating_sub(sum),
                reach: Some(held),
                gap: 0,
                unknown: false,
                findings: Vec::new(),
                steps: Vec::new(),
            });
        }
    }

    fn axis(&mut self, axis: &'m Axis, result: &AxisResult<Exact>) {
        let mut drafts = std::mem::take(&mut self.current);
        drafts.sort_by_key(|draft| draft.place);
        self.axes.push(AxisLine {
            name: &axis.title.id,
            label: axis.title.shown(),
            raw: Points::from_micros(result.raw),
            available: Points::from_micros(result.available),
            score: Points::from_micros(result.score),
            weight: Points::from_micros(axis.weight),
        });
        self.drafts.push((axis, *result, drafts));
    }

    fn promoter(&mut self, promoter: &'m Promoter, &truth: &Truth) {
        let findings = self.findings.clone();
        self.check(CheckKind::Promoter, &promoter.title.id, promoter.title.shown(), truth);
        self.promoted.push((promoter, truth, findings));
    }

    fn limit(&mut self, limit: &'m Limit, &truth: &Truth, &before: &i64, &after: &i64) {
        self.check(CheckKind::Limit, &limit.title.id, limit.title.shown(), truth);
        self.limited.push((limit, before, after));
    }

    fn segment(&mut self, segment: &'m Segment, &truth: &Truth) {
        self.check(CheckKind::Segment, &segment.name, &segment.name, truth);
    }

    fn total(&mut self, &base: &i64, &value: &i64) {
        self.totals = Totals { base, value };
    }
}

/// How raw points of one axis become score points: times `share`, divided by `whole`.
#[derive(Clone, Copy)]
struct Scale {
    share: i128,
    whole: i128,
}

impl Scale {
    fn of(self, points: i64) -> i64 {
        // A line far beyond the range of scores is held at 10^9; the axis's line for its range makes up for it.
        let score = rounded(i128::from(points).saturating_mul(self.share), self.whole);
        held_in_i64(score).clamp(-HELD, HELD)
    }
}

impl<'m> Ledger<'m> {
    /// The value without gates, and every line in score points with the adjustments that make them add up.
    fn balanced(&mut self, score: &Score<'m>) -> (i64, Vec<Line<'m>>) {
        let totals = self.totals;
        let mut book = Book { lines: Vec::new(), sum: 0 };
        let least =
            self.drafts.iter().enumerate().min_by_key(|(_, (_, result, _))| result.carried).map(|(place, _)| place);
        let drafts = std::mem::take(&mut self.drafts);
        let results: AxisResults<Exact> = drafts.iter().map(|(_, result, _)| *result).collect();
        let room = (100 * MICROS).saturating_sub(totals.value);
        for (place, (axis, result, drafts)) in drafts.into_iter().enumerate() {
            let before = (book.sum, book.lines.len());
            let scale = self.scale(axis, result, least == Some(place));
            let name = Some(&*axis.title.id);
            if axis.base != 0 {
                book.add(LineKind::Base, name, "starts from", axis.base, scale.of(axis.base));
            }
            for draft in drafts {
                let raised = base_with(self.program, &results, place, result.raw.saturating_add(draft.gap));
                let shortfall = raised.saturating_sub(totals.base).clamp(0, room.max(0));
                book.add_draft(draft, name, scale, shortfall);
            }
            let lines = book.lines.len().saturating_sub(before.1);
            let part = scale.of(result.raw.clamp(0, result.available.max(0)));
            let beyond = part.saturating_sub(book.sum.saturating_sub(before.0));
            // What is no more than a millionth a line comes from rounding each of them.
            if usize::try_from(beyond.unsigned_abs()).map_or(true, |beyond| beyond > lines) {
                book.add(LineKind::Range, name, "held within 0 to 100", 0, beyond);
            }
        }
        let label = match self.program.total {
            Total::Mean | Total::Min => (LineKind::Rounding, "rounding"),
            Total::Product => (LineKind::Joining, "the axes multiply"),
        };
        book.settle(label.0, label.1, totals.base);
        for (promoter, truth, findings) in std::mem::take(&mut self.promoted) {
            book.add_promoter(promoter, truth, findings, totals.value);
        }
        for (limit, before, after) in &self.limited {
            if before != after {
                book.add(LineKind::Limit, None, limit.title.shown(), 0, after - before);
                if let Some(line) = book.lines.last_mut() {
                    line.id = Some(&limit.title.id);
                    line.reach = Some(Points::from_micros(limit.bound));
                }
            }
        }
        book.settle(LineKind::Total, "held within 0 to 100", totals.value);
        if !score.verdict().is_scored() {
            book.settle(LineKind::Gate, score.verdict().as_str(), 0);
        }
        (totals.value, book.lines)
    }

    fn scale(&self, axis: &Axis, result: AxisResult<Exact>, least: bool) -> Scale {
        // Score points are hundredths of what is available.
        let available = i128::from(result.available.max(1));
        let share = |weight: i64, weights: i64| Scale {
            share: if result.available > 0 { 100 * i128::from(MICROS) * i128::from(weight) } else { 0 },
            whole: available * i128::from(weights),
        };
        let count = i64::try_from(self.program.axes.len()).unwrap_or(1);
        match self.program.total {
            Total::Mean => share(axis.weight, self.program.weight),
            Total::Min => share(i64::from(least), 1),
            Total::Product => share(1, count),
        }
    }
}

/// Lines with their sum.
struct Book<'m> {
    lines: Vec<Line<'m>>,
    sum: i64,
}

impl<'m> Book<'m> {
    fn add(&mut self, kind: LineKind, axis: Option<&'m str>, label: &'m str, points: i64, score: i64) {
        self.sum = self.sum.saturating_add(score);
        self.lines.push(Line {
            kind,
            axis,
            id: None,
            label,
            points: Points::from_micros(points),
            score: Points::from_micros(score),
            reach: None,
            shortfall: Points::ZERO,
            unknown: false,
            findings: Vec::new(),
            steps: Vec::new(),
        });
    }

    /// Adds what is wanting to `value`, if anything is.
    fn settle(&mut self, kind: LineKind, label: &'m str, value: i64) {
        let wanting = value.saturating_sub(self.sum);
        if wanting != 0 {
            self.add(kind, None, label, 0, wanting);
        }
    }

    fn add_draft(&mut self, draft: Draft<'m>, axis: Option<&'m str>, scale: Scale, shortfall: i64) {
        let score = scale.of(draft.points);
        self.add(draft.kind, axis, draft.title.map_or("", Title::shown), draft.points, score);
        if let Some(line) = self.lines.last_mut() {
            line.id = draft.title.map(|title| &*title.id);
            line.reach = draft.reach.map(Points::from_micros);
            line.shortfall = Points::from_micros(shortfall);
            line.unknown = draft.unknown;
            line.findings = draft.findings;
            line.steps = draft.steps;
        }
    }

    fn add_promoter(&mut self, promoter: &'m Promoter, truth: Truth, findings: Vec<Finding<'m>>, value: i64) {
        let plus = if truth == Truth::True { promoter.plus } else { 0 };
        self.add(LineKind::Promoter, None, promoter.title.shown(), 0, plus);
        if let Some(line) = self.lines.last_mut() {
            line.id = Some(&promoter.title.id);
            line.reach = Some(Points::from_micros(promoter.plus));
            let room = (100 * MICROS).saturating_sub(value);
            line.shortfall = Points::from_micros((promoter.plus - plus).min(room));
            line.unknown = truth == Truth::Unknown;
            line.findings = findings;
        }
    }
}
