//! A comparison for people to read.

use std::fmt;

use super::{Cause, CheckChange, Comparison, LineChange, Part, written};
use crate::ask::explain::{CheckKind, Explanation, Finding, LineKind};
use crate::evaluate::Truth;
use crate::num::points::Points;

/// How many lines a sentence names before it sums up the rest.
const REASONS: usize = 3;

/// How many times smaller than the largest move a line may be and still be named. In any second something ages a little.
const SMALLEST: u64 = 1_000;

/// How many of the things that a line looked at it names.
const SEEN: usize = 2;

impl fmt::Display for Comparison<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = (&self.before, &self.after);
        let sides = |of: fn(&Explanation<'_>) -> String| {
            let (was, is) = (of(before), of(after));
            if was == is { is } else { format!("{was} to {is}") }
        };
        let models = sides(|side| side.model().to_owned());
        let instants = sides(|side| written(side.as_of()));
        let (was, is) = (before.score(), after.score());
        write!(f, "{models}, {instants}: ")?;
        if was == is {
            writeln!(f, "{is}, unchanged")?;
        } else {
            writeln!(f, "from {was} to {is}, {}", signed(self.difference()))?;
        }
        self.parts().iter().try_for_each(|part| writeln!(f, "{part}"))
    }
}

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.cause)?;
        if self.is_empty() {
            return f.write_str("nothing changed");
        }
        f.write_str(&signed(self.difference))?;
        let held_back = !self.before.verdict().is_scored() && !self.after.verdict().is_scored();
        let explains = |line: &&LineChange<'_>| match line.kind {
            // Some millionths.
            LineKind::Rounding => false,
            // Behind a gate it takes away again whatever the others moved.
            LineKind::Gate => !held_back,
            _ => line.difference != Points::ZERO,
        };
        let lines: Vec<_> = self.lines.iter().filter(explains).collect();
        if held_back {
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
            match (name.before, name.after) {
                (Some(before), Some(after)) => write!(f, "; {} {after}, was {before}", name.of)?,
                (_, Some(after)) => write!(f, "; {} {after}", name.of)?,
                // Who is held back has none of them, and the verdict says so.
                (Some(before), None) if self.after.verdict().is_scored() => {
                    write!(f, "; no {}, was {before}", name.of)?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The largest moves, and the rest together.
fn reasons(lines: &[&LineChange<'_>], cause: Cause) -> String {
    let size = |line: &LineChange<'_>| line.difference.micros().unsigned_abs();
    let largest = lines.first().map_or(0, |line| size(line));
    let worth_naming = lines.iter().take_while(|line| size(line).saturating_mul(SMALLEST) >= largest).count();
    // Naming one more is as short as saying that there is one more.
    let all = worth_naming == lines.len() && worth_naming == REASONS + 1;
    let named = if all { worth_naming } else { worth_naming.min(REASONS) };
    let mut reasons: Vec<_> = lines.iter().take(named).map(|line| line.in_words(cause)).collect();
    let rest: Vec<_> = lines.iter().skip(named).map(|line| line.difference).collect();
    if !rest.is_empty() {
        reasons.push(format!("and {} more ({})", rest.len(), signed(rest.iter().copied().sum())));
    }
    reasons.join(", ")
}

impl LineChange<'_> {
    /// `Would recommend us (+30: nps is 9, was 7)`.
    fn in_words(&self, cause: Cause) -> String {
        let subject = self.subject();
        let reason = matches!(self.kind, LineKind::Rule | LineKind::Promoter | LineKind::Base);
        let seen = match (self.before, self.after) {
            (Some(before), Some(after)) => changes(before.findings(), after.findings()),
            _ => Vec::new(),
        };
        let signal = self.after.is_some_and(|line| !line.steps().is_empty());
        let text = match (self.before.is_some(), self.after.is_some()) {
            (true, true) if cause == Cause::Time && signal && seen.is_empty() => format!("{subject} aged"),
            (false, _) if reason => format!("{subject}, new in the model"),
            (_, false) if reason => format!("{subject}, no longer in the model"),
            (_, false) => format!("no longer {subject}"),
            _ => subject,
        };
        let seen = if seen.is_empty() { String::new() } else { format!(": {}", seen.join("; ")) };
        format!("{text} ({}{seen})", signed(self.difference))
    }

    /// What moved, with its axis where the label alone would not tell.
    fn subject(&self) -> String {
        let bound = self.after.or(self.before).and_then(|line| line.reach);
        match (self.kind, self.axis, bound) {
            (LineKind::Base | LineKind::Range, Some(axis), _) => format!("{axis} {}", self.label),
            (LineKind::Group, _, Some(bound)) => format!("{} together, held at {bound}", self.label),
            (LineKind::Limit, _, Some(bound)) => format!("{}, held at {bound}", self.label),
            (LineKind::Total, ..) => format!("the score {}", self.label),
            (LineKind::Gate, ..) => format!("held back as {}", self.label),
            _ => self.label.to_owned(),
        }
    }
}

/// `Has the flagship product: no, was yes (has_flagship is no, was yes)`.
fn turned(check: &CheckChange<'_>) -> String {
    let word = |truth| match truth {
        Truth::True => "yes",
        Truth::False => "no",
        Truth::Unknown => "unknown",
    };
    match (check.before, check.after) {
        (Some(before), Some(after)) => {
            let seen = changes(before.findings(), after.findings());
            let seen = if seen.is_empty() { String::new() } else { format!(" ({})", seen.join("; ")) };
            format!("{}: {}, was {}{seen}", check.label, word(after.truth), word(before.truth))
        }
        (None, Some(after)) => format!("{}: {}, new in the model", check.label, word(after.truth)),
        (before, None) => {
            format!("{}: no longer in the model, was {}", check.label, before.map_or("", |check| word(check.truth)))
        }
    }
}

/// What was seen otherwise, `nps is 9, was 7`.
fn changes<'e>(before: impl Iterator<Item = Finding<'e>>, after: impl Iterator<Item = Finding<'e>>) -> Vec<String> {
    let before: Vec<_> = before.map(|then| (then.subject(), then)).collect();
    let mut changes = Vec::new();
    for now in after {
        let subject = now.subject();
        let Some((_, then)) = before.iter().find(|(own, _)| *own == subject) else { continue };
        if then.observed() != now.observed() {
            let is = if subject.contains("events") { ":" } else { " is" };
            let change = format!("{subject}{is} {}, was {}", now.observed(), then.observed());
            if !changes.contains(&change) {
                changes.push(change);
            }
        }
    }
    changes.truncate(SEEN);
    changes
}

/// Points with their sign, but for zero.
fn signed(points: Points) -> String {
    if points == Points::ZERO { "0".to_owned() } else { format!("{points:+}") }
}
