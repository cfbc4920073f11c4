//! Lines and checks from a ledger. The lines add up.

use super::ledger::{Ledger, LedgerEntry, Source, StoredObservation};
use super::{AxisLine, Check, CheckKind, Findings, Line, LineKind};
use crate::evaluate::{AxisOutcome, Concrete, Truth, base_with};
use crate::model::Total;
use crate::num::points::{HELD, MICROS, Points};
use crate::num::u384::{rounded, saturated_i64};
use crate::program::{Axis, AxisPart, InnerGroups, Limit, Promoter, Rule, Title};
use crate::score::Score;

/// A line of an axis, before the lines are sorted.
struct Draft<'e, 'm> {
    line: Line<'e, 'm>,
    /// The position in the document of the rule; for the rules of a group, of the outermost group's last rule.
    position: usize,
    /// The raw points that its groups let the axis gain if the rule gave its reach.
    gap: i64,
}

/// The conversion of the raw points of one axis to score points: times `share`, divided by `whole`.
#[derive(Clone, Copy)]
struct Scale {
    share: i128,
    whole: i128,
}

impl Scale {
    fn of(self, points: i64) -> i64 {
        // A line far beyond the range of scores is clamped to 10^9; the axis's range line compensates.
        let score = rounded(i128::from(points).saturating_mul(self.share), self.whole);
        saturated_i64(score).clamp(-HELD, HELD)
    }
}

impl<'m> Ledger<'m> {
    pub(super) fn checks(&self) -> impl Iterator<Item = Check<'_, 'm>> {
        self.entries().filter_map(|(entry, observations)| {
            let titled = |kind, title: &'m Title| (kind, &*title.id, title.shown());
            let (kind, id, label) = match entry.source {
                Source::Disqualifying(gate) => titled(CheckKind::Disqualifying, &gate.title),
                Source::Required(gate) => titled(CheckKind::Required, &gate.title),
                Source::Promoter(promoter) => titled(CheckKind::Promoter, &promoter.title),
                Source::Limit(limit) => titled(CheckKind::Limit, &limit.title),
                Source::Segment(segment) => (CheckKind::Segment, &*segment.name, &*segment.name),
                Source::Rule(_) => return None,
            };
            Some(Check { kind, id, label, truth: entry.truth, findings: self.findings(entry, observations) })
        })
    }

    pub(super) fn axis_lines(&self) -> impl ExactSizeIterator<Item = AxisLine<'m>> {
        let coverage = self.coverage().axes();
        self.program.axes.iter().zip(&self.axes).zip(coverage).map(|((axis, result), (_, coverage))| AxisLine {
            name: &axis.title.id,
            label: axis.title.shown(),
            raw: Points::from_micros(result.raw),
            available: Points::from_micros(result.available),
            score: Points::from_micros(result.reported_score()),
            weight: matches!(self.program.total, Total::Mean).then(|| Points::from_micros(axis.weight)),
            coverage,
            skipped: result.skipped(),
        })
    }

    /// Every line, with the adjustments that make the lines add up.
    pub(super) fn lines(&self, score: &Score<'m>) -> Vec<Line<'_, 'm>> {
        let mut book = Book { lines: Vec::with_capacity(self.program.capacity.entries), sum: 0 };
        let kept = self.axes.iter().enumerate().filter(|(_, result)| !result.skipped());
        let least = kept.min_by_key(|(_, result)| result.carried).map(|(index, _)| index);
        let mut rules = self.rules();
        for (index, (axis, result)) in self.program.axes.iter().zip(&self.axes).enumerate() {
            let scale = self.scale(axis, result, least == Some(index));
            let (sum, lines) = (book.sum, book.lines.len());
            if axis.base != 0 {
                let base = self.line(LineKind::Base, "starts from");
                book.add(base.with_points(axis.base, scale), Some(axis));
            }
            let mut drafts = Vec::with_capacity(axis.parts.iter().map(|part| part.rules.len() + 1).sum());
            let mut inner = InnerGroups::NONE;
            for part in &axis.parts {
                self.draft(part, scale, &mut rules, &mut drafts, &mut inner);
            }
            drafts.sort_by_key(|draft: &Draft<'_, '_>| draft.position);
            for Draft { line, gap, .. } in drafts {
                let shortfall = self.shortfall(index, result.raw, gap);
                book.add(Line { shortfall, ..line }, Some(axis));
            }
            let lines = book.lines.len().saturating_sub(lines);
            let part = scale.of(result.raw.clamp(0, result.available.max(0)));
            let beyond = part.saturating_sub(book.sum.saturating_sub(sum));
            // A difference of at most a millionth for each line is from rounding the lines.
            if usize::try_from(beyond.unsigned_abs()).map_or(true, |beyond| beyond > lines) {
                let score = Points::from_micros(beyond);
                book.add(Line { score, ..self.line(LineKind::Range, "clamped to 0-100") }, Some(axis));
            }
        }
        let joined = match self.program.total {
            Total::Mean if self.axes.iter().any(AxisOutcome::skipped) => {
                self.line(LineKind::Skipped, "the weight of what is not known goes to the other axes")
            }
            Total::Mean | Total::Min => self.line(LineKind::Rounding, "rounding"),
            Total::Product => self.line(LineKind::Joining, "the axes multiply"),
        };
        book.settle(joined, self.base);
        self.entries()
            .filter_map(|(entry, observations)| self.on_total(entry, observations))
            .for_each(|line| book.add(line, None));
        book.settle(self.line(LineKind::Total, "clamped to 0-100"), self.value);
        if !score.verdict().is_scored() {
            book.settle(self.line(LineKind::Gate, score.verdict().as_str()), 0);
        }
        book.lines
    }

    /// What was observed for an entry.
    fn findings<'e>(&'e self, entry: &'e LedgerEntry<'m>, observations: &'e [StoredObservation<'m>]) -> Findings<'e> {
        Findings { ledger: self, observations, entry: Some(entry) }
    }

    /// A line without findings and points.
    fn line(&self, kind: LineKind, label: &'m str) -> Line<'_, 'm> {
        Line {
            kind,
            axis: None,
            id: None,
            label,
            points: Points::ZERO,
            score: Points::ZERO,
            reach: None,
            shortfall: Points::ZERO,
            unknown: false,
            findings: Findings { ledger: self, observations: &[], entry: None },
        }
    }

    fn titled(&self, kind: LineKind, title: &'m Title, reach: Option<i64>) -> Line<'_, 'm> {
        let reach = reach.map(Points::from_micros);
        Line { id: Some(&title.id), reach, ..self.line(kind, title.shown()) }
    }

    /// Adds the rules of a part to `drafts`, and a line for its group if the group clamps their sum.
    ///
    /// `inner` says where the drafts of the groups inside of a group start, and what these groups add up to.
    fn draft<'e>(
        &'e self,
        part: &'m AxisPart,
        scale: Scale,
        rules: &mut impl Iterator<Item = (&'m Rule, &'e LedgerEntry<'m>, &'e [StoredObservation<'m>])>,
        drafts: &mut Vec<Draft<'e, 'm>>,
        inner: &mut InnerGroups<(usize, i64)>,
    ) {
        let (members, mut sum) = inner.take(part).unwrap_or((drafts.len(), 0));
        for (rule, entry, observations) in rules.take(part.rules.len()) {
            sum = sum.saturating_add(entry.micros);
            let line = Line {
                unknown: entry.truth == Truth::Unknown,
                findings: self.findings(entry, observations),
                ..self.titled(LineKind::Rule, &rule.title, rule.reach).with_points(entry.micros, scale)
            };
            let gap = rule.reach.map_or(0, |reach| reach.saturating_sub(entry.micros).max(0));
            drafts.push(Draft { line, position: rule.index, gap });
        }
        let Some(group) = &part.group else { return };
        let clamped = part.clamped(sum);
        let own = drafts.get_mut(members..).unwrap_or_default();
        // The lines of a group are together, at the position of its last rule.
        let position = own.iter().map(|draft| draft.position).max().unwrap_or(0);
        for draft in own {
            draft.gap = part.clamped(sum.saturating_add(draft.gap)).saturating_sub(clamped).max(0);
            draft.position = position;
        }
        if sum != clamped {
            let line = self
                .titled(LineKind::Group, &group.title, Some(clamped))
                .with_points(clamped.saturating_sub(sum), scale);
            drafts.push(Draft { line, position, gap: 0 });
        }
        if let Some(around) = inner.around(part) {
            let (start, sum) = around.unwrap_or((members, 0));
            *around = Some((start, sum.saturating_add(clamped)));
        }
    }

    /// The gain of the score before promoters from `gap` more raw points of an axis.
    fn shortfall(&self, axis: usize, raw: i64, gap: i64) -> Points {
        if gap == 0 {
            return Points::ZERO;
        }
        let raised = base_with(self.program, &self.axes, axis, raw.saturating_add(gap));
        Points::from_micros(raised.saturating_sub(self.base).clamp(0, self.room()))
    }

    /// The distance of the value from 100.
    fn room(&self) -> i64 {
        (100 * MICROS).saturating_sub(self.value).max(0)
    }

    /// The line of a promoter, or of a limit that changed the score.
    fn on_total<'e>(
        &'e self,
        entry: &'e LedgerEntry<'m>,
        observations: &'e [StoredObservation<'m>],
    ) -> Option<Line<'e, 'm>> {
        match entry.source {
            Source::Promoter(Promoter { title, plus, .. }) => {
                let score = if entry.truth == Truth::True { *plus } else { 0 };
                Some(Line {
                    score: Points::from_micros(score),
                    shortfall: Points::from_micros((plus - score).min(self.room())),
                    unknown: entry.truth == Truth::Unknown,
                    findings: self.findings(entry, observations),
                    ..self.titled(LineKind::Promoter, title, Some(*plus))
                })
            }
            Source::Limit(Limit { title, bound, .. }) if entry.micros != 0 => Some(Line {
                score: Points::from_micros(entry.micros),
                ..self.titled(LineKind::Limit, title, Some(*bound))
            }),
            _ => None,
        }
    }

    fn scale(&self, axis: &Axis, result: &AxisOutcome<Concrete>, least: bool) -> Scale {
        // Score points are hundredths of what is available.
        let available = i128::from(result.available.max(1));
        let share = |weight: i64, weights: i64| Scale {
            share: if result.available > 0 && !result.skipped() {
                100 * i128::from(MICROS) * i128::from(weight)
            } else {
                0
            },
            whole: available * i128::from(weights),
        };
        let kept = self.axes.iter().filter(|axis| !axis.skipped()).count();
        let count = i64::try_from(kept.max(1)).unwrap_or(1);
        match self.program.total {
            Total::Mean => share(axis.weight, self.program.weight),
            Total::Min => share(i64::from(least), 1),
            Total::Product => share(1, count),
        }
    }
}

impl Line<'_, '_> {
    /// The line with these raw points of its axis.
    fn with_points(self, points: i64, scale: Scale) -> Self {
        Line { points: Points::from_micros(points), score: Points::from_micros(scale.of(points)), ..self }
    }
}

/// Lines with their sum.
struct Book<'e, 'm> {
    lines: Vec<Line<'e, 'm>>,
    sum: i64,
}

impl<'e, 'm> Book<'e, 'm> {
    fn add(&mut self, line: Line<'e, 'm>, axis: Option<&'m Axis>) {
        self.sum = self.sum.saturating_add(line.score.micros());
        self.lines.push(Line { axis: axis.map(|axis| &*axis.title.id), ..line });
    }

    /// Adds a line for the difference from `value`, if there is one.
    fn settle(&mut self, line: Line<'e, 'm>, value: i64) {
        let difference = value.saturating_sub(self.sum);
        if difference != 0 {
            self.add(Line { score: Points::from_micros(difference), ..line }, None);
        }
    }
}
