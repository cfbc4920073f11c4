//! A comparison for people to read.

use std::fmt;

use super::{Cause, Comparison, OwnedCheckChange, OwnedComparison, OwnedLineChange, OwnedPart, OwnedSide, Part};
use crate::ask::explain::{CheckKind, LineKind, OwnedFinding, OwnedLine, signed, with_verb};
use crate::evaluate::Truth;
use crate::grade::Verdict;
use crate::num::points::Points;
use crate::score::OwnedScore;
use crate::time::instant;

/// The number of lines that a sentence names; it adds up the others.
const REASONS: usize = 3;

/// A sentence names a change only if it is at least the largest change divided by this number. Smaller changes are
/// decay, which happens every second.
const SMALLEST: u64 = 1_000;

/// The number of findings that are printed with a line.
const FINDINGS: usize = 2;

impl fmt::Display for Comparison<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_owned().fmt(f)
    }
}

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_owned().fmt(f)
    }
}

impl fmt::Display for OwnedComparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = (self.before(), self.after());
        let sides = |of: fn(&OwnedSide) -> String| {
            let (was, is) = (of(before), of(after));
            if was == is { is } else { format!("{was} to {is}") }
        };
        let models = sides(|side| side.model.to_string());
        let instants = sides(|side| instant::written(side.as_of));
        write!(f, "{models}, {instants}: ")?;
        let (was, is) = (before.score.in_brief(), after.score.in_brief());
        if before.score == after.score {
            writeln!(f, "{is}, unchanged")?;
        } else {
            writeln!(f, "from {was} to {is}, {}", gain(&before.score, &after.score))?;
        }
        self.parts().iter().try_for_each(|part| writeln!(f, "{part}"))
    }
}

/// The difference between two values as they are printed, so that the differences of all parts add up.
fn shown_gain(before: &OwnedScore, after: &OwnedScore) -> Points {
    after.value().down_to_hundredth() - before.value().down_to_hundredth()
}

/// Returns the difference in words; a difference that is not to be seen is `+0.00` or `-0.00`.
fn gain(before: &OwnedScore, after: &OwnedScore) -> String {
    match shown_gain(before, after) {
        Points::ZERO if after.value() > before.value() => "+0.00".to_owned(),
        Points::ZERO if after.value() < before.value() => "-0.00".to_owned(),
        gain => signed(gain),
    }
}

impl fmt::Display for OwnedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.cause)?;
        if self.is_empty() {
            return f.write_str("nothing changed");
        }
        f.write_str(&gain(&self.before, &self.after))?;
        let held_back = !self.before.verdict().is_scored() && !self.after.verdict().is_scored();
        let explains = |line: &&OwnedLineChange| match line.kind {
            // A few millionths.
            LineKind::Rounding => false,
            // If both sides are held back, the line of the gate cancels the other lines.
            LineKind::Gate => !held_back,
            _ => line.difference != Points::ZERO,
        };
        let lines: Vec<_> = self.lines.iter().filter(explains).collect();
        let mut sum = shown_gain(&self.before, &self.after);
        if held_back && self.after.verdict() == Verdict::Uncovered {
            f.write_str(", too little is known for a score")?;
        } else if held_back {
            let gate = self.lines.iter().filter(|line| line.kind == LineKind::Gate).map(|line| line.difference).sum();
            sum = (self.difference - gate).nearest_hundredth();
            write!(f, ", held back by a gate; without it {}", signed(self.difference - gate))?;
        }
        if !lines.is_empty() {
            write!(f, ", as {}", self.reasons(&lines, sum))?;
        }
        if !lines.iter().any(|line| line.kind == LineKind::Gate) {
            self.gates().try_for_each(|gate| write!(f, "; {}{}", turned(gate), in_brackets(&gate_changes(gate))))?;
        }
        for name in &self.names {
            match (&name.before, &name.after) {
                (Some(before), Some(after)) => write!(f, "; {} {after}, was {before}", name.of)?,
                (_, Some(after)) => write!(f, "; {} {after}", name.of)?,
                // A subject that a gate holds back has no names, and the verdict is printed.
                (Some(before), None) if self.after.verdict().is_scored() => {
                    write!(f, "; no {}, was {before}", name.of)?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl OwnedPart {
    /// The gates with another result.
    fn gates(&self) -> impl Iterator<Item = &OwnedCheckChange> {
        self.checks.iter().filter(|check| matches!(check.kind, CheckKind::Required | CheckKind::Disqualifying))
    }

    /// Returns the largest changes, and what the others add up to. The figures add up to `sum`.
    fn reasons(&self, lines: &[&OwnedLineChange], sum: Points) -> String {
        let size = |line: &OwnedLineChange| line.difference.micros().unsigned_abs();
        let shown = |line: &&OwnedLineChange| line.difference.nearest_hundredth();
        let largest = lines.first().map_or(0, |line| size(line));
        let is_worth_naming =
            |line: &&OwnedLineChange| size(line).saturating_mul(SMALLEST) >= largest && shown(line) != Points::ZERO;
        // Of changes that are all too small to be seen, the largest is named.
        let worth_naming = lines.iter().take_while(|line| is_worth_naming(line)).count().max(1);
        // To name one more line is as short as to count it.
        let all = worth_naming == lines.len() && worth_naming == REASONS + 1;
        let named = if all { worth_naming } else { worth_naming.min(REASONS) };
        let (named, rest) = lines.split_at_checked(named).unwrap_or((lines, &[]));
        let mut reasons: Vec<_> = named.iter().map(|line| self.reason(line)).collect();
        let missing = sum - named.iter().map(shown).sum();
        if rest.iter().any(|line| shown(line) != Points::ZERO) {
            reasons.push(format!("and {} more ({})", rest.len(), signed(missing)));
        } else if missing != Points::ZERO {
            reasons.push(format!("and rounding ({})", signed(missing)));
        }
        reasons.join(", ")
    }

    /// Returns `Would recommend us (+30: nps is 9, was 7)`. The line of a gate names the gates that turned.
    fn reason(&self, line: &OwnedLineChange) -> String {
        let gates: Vec<_> = self.gates().collect();
        if line.kind != LineKind::Gate || gates.is_empty() {
            return line.in_words(self.cause);
        }
        let names: Vec<_> = gates.iter().map(|gate| turned(gate)).collect();
        let changes: Vec<_> = gates.iter().flat_map(|gate| gate_changes(gate)).collect();
        let changes = if changes.is_empty() { String::new() } else { format!(": {}", changes.join("; ")) };
        format!("{} ({}{changes})", names.join(" and "), signed(line.difference))
    }
}

impl OwnedLineChange {
    /// Returns `Would recommend us (+30: nps is 9, was 7)`.
    fn in_words(&self, cause: Cause) -> String {
        let subject = self.subject();
        let reason = matches!(self.kind, LineKind::Rule | LineKind::Promoter | LineKind::Base);
        let findings = match (&self.before, &self.after) {
            (Some(before), Some(after)) => changes(&before.findings, &after.findings),
            _ => Vec::new(),
        };
        let signal = self.after.as_ref().is_some_and(|line| !line.steps.is_empty());
        let text = match (self.before.is_some(), self.after.is_some()) {
            (true, true) if cause == Cause::Time && signal && findings.is_empty() => format!("{subject} aged"),
            (false, _) if reason => format!("{subject}, new in the model"),
            (_, false) if reason => format!("{subject}, no longer in the model"),
            (_, false) => format!("no longer {subject}"),
            _ => subject,
        };
        let findings = if findings.is_empty() { String::new() } else { format!(": {}", findings.join("; ")) };
        format!("{text} ({}{findings})", signed(self.difference))
    }

    /// Returns the label, with the axis if the label alone is ambiguous.
    fn subject(&self) -> String {
        let bound = self.after.as_ref().or(self.before.as_ref()).and_then(|line: &OwnedLine| line.reach);
        match (self.kind, &self.axis, bound) {
            (LineKind::Base | LineKind::Range, Some(axis), _) => format!("{axis} {}", self.label),
            (LineKind::Group, _, Some(bound)) => format!("{} together, clamped to {bound}", self.label),
            (LineKind::Limit, _, Some(bound)) => format!("{}, clamped to {bound}", self.label),
            (LineKind::Total, ..) => format!("the score {}", self.label),
            (LineKind::Gate, ..) => format!("held back as {}", self.label),
            _ => self.label.to_string(),
        }
    }
}

/// Returns `blocked by In a renewal period`, or what else became of a gate.
fn turned(check: &OwnedCheckChange) -> String {
    let label = &check.label;
    let Some(after) = &check.after else { return format!("{label} is no longer in the model") };
    let text = match (check.kind, after.truth) {
        (_, Truth::Unknown) => format!("{label} is undecided"),
        (CheckKind::Required, Truth::True) => format!("requirement {label} holds"),
        (CheckKind::Required, Truth::False) => format!("requirement {label} fails"),
        (_, Truth::True) => format!("blocked by {label}"),
        (_, Truth::False) if check.before.is_none() => format!("not blocked by {label}"),
        (_, Truth::False) => format!("no longer blocked by {label}"),
    };
    if check.before.is_none() { format!("{text}, new in the model") } else { text }
}

/// Returns the findings of a gate that changed.
fn gate_changes(check: &OwnedCheckChange) -> Vec<String> {
    match (&check.before, &check.after) {
        (Some(before), Some(after)) => changes(&before.findings, &after.findings),
        _ => Vec::new(),
    }
}

fn in_brackets(texts: &[String]) -> String {
    if texts.is_empty() { String::new() } else { format!(" ({})", texts.join("; ")) }
}

/// Returns the findings that changed, `nps is 9, was 7`.
fn changes(before: &[OwnedFinding], after: &[OwnedFinding]) -> Vec<String> {
    let mut changes = Vec::new();
    for now in after {
        let subject = &now.subject;
        let Some(then) = before.iter().find(|then| then.subject == *subject) else { continue };
        if then.observed != now.observed && (then.decisive || now.decisive) {
            let change = format!("{} {}, was {}", with_verb(subject), now.observed, then.observed);
            if !changes.contains(&change) {
                changes.push(change);
            }
        }
    }
    changes.truncate(FINDINGS);
    changes
}
