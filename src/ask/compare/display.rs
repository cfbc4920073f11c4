//! A comparison for people to read.

use std::fmt;

use super::{Cause, Comparison, OwnedCheckChange, OwnedComparison, OwnedLineChange, OwnedPart, OwnedSide, Part};
use crate::ask::explain::{CheckKind, LineKind, OwnedFinding, OwnedLine};
use crate::evaluate::Truth;
use crate::grade::Verdict;
use crate::num::points::Points;
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
        if before.score == after.score {
            writeln!(f, "{}, unchanged", after.score)?;
        } else {
            writeln!(f, "from {} to {}, {}", before.score, after.score, signed(self.difference()))?;
        }
        self.parts().iter().try_for_each(|part| writeln!(f, "{part}"))
    }
}

impl fmt::Display for OwnedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.cause)?;
        if self.is_empty() {
            return f.write_str("nothing changed");
        }
        f.write_str(&signed(self.difference))?;
        let held_back = !self.before.verdict().is_scored() && !self.after.verdict().is_scored();
        let explains = |line: &&OwnedLineChange| match line.kind {
            // A few millionths.
            LineKind::Rounding => false,
            // If both sides are held back, the line of the gate cancels the other lines.
            LineKind::Gate => !held_back,
            _ => line.difference != Points::ZERO,
        };
        let lines: Vec<_> = self.lines.iter().filter(explains).collect();
        if held_back && self.after.verdict() == Verdict::Uncovered {
            f.write_str(", too little is known for a score")?;
        } else if held_back {
            let gate = self.lines.iter().filter(|line| line.kind == LineKind::Gate).map(|line| line.difference).sum();
            write!(f, ", held back by a gate; without it {}", signed(self.difference - gate))?;
        }
        if !lines.is_empty() {
            write!(f, ", as {}", reasons(&lines, self.cause))?;
        }
        for check in &self.checks {
            if matches!(check.kind, CheckKind::Required | CheckKind::Disqualifying) {
                write!(f, "; {}", turned(check))?;
            }
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

/// Returns the largest changes, and the sum of the others.
fn reasons(lines: &[&OwnedLineChange], cause: Cause) -> String {
    let size = |line: &OwnedLineChange| line.difference.micros().unsigned_abs();
    let largest = lines.first().map_or(0, |line| size(line));
    let worth_naming = lines.iter().take_while(|line| size(line).saturating_mul(SMALLEST) >= largest).count();
    // To name one more line is as short as to count it.
    let all = worth_naming == lines.len() && worth_naming == REASONS + 1;
    let named = if all { worth_naming } else { worth_naming.min(REASONS) };
    let mut reasons: Vec<_> = lines.iter().take(named).map(|line| line.in_words(cause)).collect();
    let rest: Vec<_> = lines.iter().skip(named).map(|line| line.difference).collect();
    if !rest.is_empty() {
        reasons.push(format!("and {} more ({})", rest.len(), signed(rest.iter().copied().sum())));
    }
    reasons.join(", ")
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

/// Returns `Has the flagship product: no, was yes (has_flagship is no, was yes)`.
fn turned(check: &OwnedCheckChange) -> String {
    let word = |truth| match truth {
        Truth::True => "yes",
        Truth::False => "no",
        Truth::Unknown => "unknown",
    };
    match (&check.before, &check.after) {
        (Some(before), Some(after)) => {
            let findings = changes(&before.findings, &after.findings);
            let findings = if findings.is_empty() { String::new() } else { format!(" ({})", findings.join("; ")) };
            format!("{}: {}, was {}{findings}", check.label, word(after.truth), word(before.truth))
        }
        (None, Some(after)) => format!("{}: {}, new in the model", check.label, word(after.truth)),
        (before, None) => {
            format!(
                "{}: no longer in the model, was {}",
                check.label,
                before.as_ref().map_or("", |check| word(check.truth))
            )
        }
    }
}

/// Returns the findings that changed, `nps is 9, was 7`.
fn changes(before: &[OwnedFinding], after: &[OwnedFinding]) -> Vec<String> {
    let mut changes = Vec::new();
    for now in after {
        let subject = &now.subject;
        let Some(then) = before.iter().find(|then| then.subject == *subject) else { continue };
        if then.observed != now.observed {
            let is = if subject.contains("events") { ":" } else { " is" };
            let change = format!("{subject}{is} {}, was {}", now.observed, then.observed);
            if !changes.contains(&change) {
                changes.push(change);
            }
        }
    }
    changes.truncate(FINDINGS);
    changes
}

/// Returns points with their sign; zero has none.
fn signed(points: Points) -> String {
    if points == Points::ZERO { "0".to_owned() } else { format!("{points:+}") }
}
