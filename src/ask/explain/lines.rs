//! What was written down, as lines that add up.

use super::ledger::{Asked, Entry, Ledger, Look};
use super::{AxisLine, Check, CheckKind, Findings, Line, LineKind};
use crate::evaluate::{AxisOutcome, Concrete, Truth, base_with};
use crate::model::Total;
use crate::num::points::{HELD, MICROS, Points};
use crate::num::u384::{rounded, saturated_i64};
use crate::program::{Axis, Limit, Part, Promoter, Rule, Title};
use crate::score::Score;

/// A line of an axis, before it has its place.
struct Draft<'e, 'm> {
    line: Line<'e, 'm>,
    place: usize,
    /// Raw points that the rule falls short of its reach, as far as its group has room for them.
    gap: i64,
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
        saturated_i64(score).clamp(-HELD, HELD)
    }
}

impl<'m> Ledger<'m> {
    pub(super) fn checks(&self) -> impl Iterator<Item = Check<'_, 'm>> {
        self.entries().filter_map(|(entry, looks)| {
            let titled = |kind, title: &'m Title| (kind, &*title.id, title.shown());
            let (kind, id, label) = match entry.of {
                Asked::Disqualifying(gate) => titled(CheckKind::Disqualifying, &gate.title),
                Asked::Required(gate) => titled(CheckKind::Required, &gate.title),
                Asked::Promoter(promoter) => titled(CheckKind::Promoter, &promoter.title),
                Asked::Limit(limit) => titled(CheckKind::Limit, &limit.title),
                Asked::Segment(segment) => (CheckKind::Segment, &*segment.name, &*segment.name),
                Asked::Rule(_) => return None,
            };
            Some(Check { kind, id, label, truth: entry.truth, findings: Findings { ledger: self, looks } })
        })
    }

    pub(super) fn axis_lines(&self) -> impl ExactSizeIterator<Item = AxisLine<'m>> {
        self.program.axes.iter().zip(&self.axes).map(|(axis, result)| AxisLine {
            name: &axis.title.id,
            label: axis.title.shown(),
            raw: Points::from_micros(result.raw),
            available: Points::from_micros(result.available),
            score: Points::from_micros(result.score),
            weight: Points::from_micros(axis.weight),
        })
    }

    /// Every line in score points, with the adjustments that make them add up.
    pub(super) fn lines(&self, score: &Score<'m>) -> Vec<Line<'_, 'm>> {
        let mut book = Book { lines: Vec::with_capacity(self.program.capacity.entries), sum: 0 };
        let least = self.axes.iter().enumerate().min_by_key(|(_, result)| result.carried).map(|(place, _)| place);
        let mut rules = self.rules();
        for (place, (axis, result)) in self.program.axes.iter().zip(&self.axes).enumerate() {
            let scale = self.scale(axis, result, least == Some(place));
            let (sum, lines) = (book.sum, book.lines.len());
            if axis.base != 0 {
                let base = self.line(LineKind::Base, "starts from");
                book.add(base.worth(axis.base, scale), Some(axis));
            }
            let mut drafts = Vec::with_capacity(axis.parts.iter().map(|part| part.rules.len() + 1).sum());
            for part in &axis.parts {
                self.draft(part, scale, &mut rules, &mut drafts);
            }
            drafts.sort_by_key(|draft: &Draft<'_, '_>| draft.place);
            for Draft { line, gap, .. } in drafts {
                let shortfall = self.shortfall(place, result.raw, gap);
                book.add(Line { shortfall, ..line }, Some(axis));
            }
            let lines = book.lines.len().saturating_sub(lines);
            let part = scale.of(result.raw.clamp(0, result.available.max(0)));
            let beyond = part.saturating_sub(book.sum.saturating_sub(sum));
            // What is no more than a millionth a line comes from rounding each of them.
            if usize::try_from(beyond.unsigned_abs()).map_or(true, |beyond| beyond > lines) {
                let score = Points::from_micros(beyond);
                book.add(Line { score, ..self.line(LineKind::Range, "held within 0 to 100") }, Some(axis));
            }
        }
        let joined = match self.program.total {
            Total::Mean | Total::Min => self.line(LineKind::Rounding, "rounding"),
            Total::Product => self.line(LineKind::Joining, "the axes multiply"),
        };
        book.settle(joined, self.base);
        self.entries().filter_map(|(entry, looks)| self.on_total(entry, looks)).for_each(|line| book.add(line, None));
        book.settle(self.line(LineKind::Total, "held within 0 to 100"), self.value);
        if !score.verdict().is_scored() {
            book.settle(self.line(LineKind::Gate, score.verdict().as_str()), 0);
        }
        book.lines
    }

    /// A line that looked at nothing and is worth nothing.
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
            findings: Findings { ledger: self, looks: &[] },
        }
    }

    fn titled(&self, kind: LineKind, title: &'m Title, reach: Option<i64>) -> Line<'_, 'm> {
        let reach = reach.map(Points::from_micros);
        Line { id: Some(&title.id), reach, ..self.line(kind, title.shown()) }
    }

    /// Adds the rules of a part to `drafts`, and a line for the bound of its group where that holds them.
    fn draft<'e>(
        &'e self,
        part: &'m Part,
        scale: Scale,
        rules: &mut impl Iterator<Item = (&'m Rule, &'e Entry<'m>, &'e [Look<'m>])>,
        drafts: &mut Vec<Draft<'e, 'm>>,
    ) {
        let members = drafts.len();
        let mut sum = 0_i64;
        for (rule, entry, looks) in rules.take(part.rules.len()) {
            sum = sum.saturating_add(entry.micros);
            let line = Line {
                unknown: entry.truth == Truth::Unknown,
                findings: Findings { ledger: self, looks },
                ..self.titled(LineKind::Rule, &rule.title, rule.reach).worth(entry.micros, scale)
            };
            let gap = rule.reach.map_or(0, |reach| reach.saturating_sub(entry.micros).max(0));
            drafts.push(Draft { line, place: rule.index, gap });
        }
        let Some(group) = &part.group else { return };
        let held = part.clamped(sum);
        let own = drafts.get_mut(members..).unwrap_or_default();
        // The group's lines stand together, where its last rule does.
        let place = own.iter().map(|draft| draft.place).max().unwrap_or(0);
        for draft in own {
            draft.gap = draft.gap.min(group.max.saturating_sub(held).max(0));
            draft.place = place;
        }
        if sum != held {
            let line = self.titled(LineKind::Group, &group.title, Some(held)).worth(held.saturating_sub(sum), scale);
            drafts.push(Draft { line, place, gap: 0 });
        }
    }

    /// By how much the score before promoters would rise with so many more raw points of an axis.
    fn shortfall(&self, place: usize, raw: i64, gap: i64) -> Points {
        if gap == 0 {
            return Points::ZERO;
        }
        let raised = base_with(self.program, &self.axes, place, raw.saturating_add(gap));
        Points::from_micros(raised.saturating_sub(self.base).clamp(0, self.room()))
    }

    /// By how much the value could still rise.
    fn room(&self) -> i64 {
        (100 * MICROS).saturating_sub(self.value).max(0)
    }

    /// The line of a promoter, or of a limit that moved the score.
    fn on_total<'e>(&'e self, entry: &Entry<'m>, looks: &'e [Look<'m>]) -> Option<Line<'e, 'm>> {
        match entry.of {
            Asked::Promoter(Promoter { title, plus, .. }) => {
                let score = if entry.truth == Truth::True { *plus } else { 0 };
                Some(Line {
                    score: Points::from_micros(score),
                    shortfall: Points::from_micros((plus - score).min(self.room())),
                    unknown: entry.truth == Truth::Unknown,
                    findings: Findings { ledger: self, looks },
                    ..self.titled(LineKind::Promoter, title, Some(*plus))
                })
            }
            Asked::Limit(Limit { title, bound, .. }) if entry.micros != 0 => Some(Line {
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

impl Line<'_, '_> {
    /// With these raw points of its axis.
    fn worth(self, points: i64, scale: Scale) -> Self {
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

    /// Adds what is wanting to `value`, if anything is.
    fn settle(&mut self, line: Line<'e, 'm>, value: i64) {
        let wanting = value.saturating_sub(self.sum);
        if wanting != 0 {
            self.add(Line { score: Points::from_micros(wanting), ..line }, None);
        }
    }
}
