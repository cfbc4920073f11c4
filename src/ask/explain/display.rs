//! An explanation for people to read.

use std::fmt;

use super::describe::signed;
use super::{CheckKind, Explanation, LineKind, OwnedCheck, OwnedExplanation, OwnedFinding, OwnedLine};
use crate::evaluate::Truth;
use crate::grade::Verdict;
use crate::num::points::Points;
use crate::time::instant;

/// The number of shortfalls that are printed.
const SHORTFALLS: usize = 5;

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_owned().fmt(f)
    }
}

impl fmt::Display for OwnedExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let as_of = instant::written(self.as_of());
        let score = self.score();
        write!(f, "{}: {score}", self.model())?;
        if score.verdict() == Verdict::Uncovered {
            let skipped = || self.axes().iter().filter(|axis| axis.skipped);
            let labels: Vec<&str> = skipped().map(|axis| &*axis.label).collect();
            let little = if skipped().all(|axis| axis.coverage == Points::ZERO) { "nothing" } else { "too little" };
            write!(f, ", {little} is known about {}", labels.join(", "))?;
        } else if !score.verdict().is_scored() {
            write!(f, ", would score {}", self.would_be())?;
        }
        let of = if score.verdict() == Verdict::Uncovered { "" } else { " of 100" };
        writeln!(f, "{of}, as of {as_of}")?;
        if let Some(segment) = score.segment() {
            writeln!(f, "Segment: {segment}")?;
        }
        if let Some(play) = score.play() {
            write!(f, "Play: {}", play.name())?;
            let owner = play.owner().map(str::to_owned);
            let within = play.respond_within().map(|span| format!("within {span}"));
            let details: Vec<_> = owner.into_iter().chain(within).collect();
            writeln!(f, "{}", if details.is_empty() { String::new() } else { format!(" ({})", details.join(", ")) })?;
        }
        self.gates(f)?;
        for axis in self.axes() {
            let result = if axis.skipped { "skipped".to_owned() } else { format!("{} of 100", axis.score) };
            writeln!(f, "\n{}: {} of {} points, {result}", axis.label, axis.raw, axis.available)?;
            let own = |line: &&OwnedLine| line.axis.as_ref() == Some(&axis.name) && line.kind != LineKind::Range;
            self.lines().iter().filter(own).try_for_each(|line| write_line(f, line, line.points))?;
        }
        self.value(f)?;
        let shortfalls = self.shortfalls();
        if !shortfalls.is_empty() {
            writeln!(f, "\nWould add most")?;
            shortfalls
                .iter()
                .take(SHORTFALLS)
                .try_for_each(|line| entry(f, &signed(line.shortfall), &line.label, &line.findings))?;
        }
        if self.coverage() < Points::from(100) || score.coverage().is_some() {
            write!(f, "\nCoverage: {} of 100", self.coverage())?;
            if let [_, _, ..] = self.axes() {
                let axes: Vec<_> = self.axes().iter().map(|axis| format!("{} {}", axis.label, axis.coverage)).collect();
                write!(f, " ({})", axes.join(", "))?;
            }
            writeln!(f)?;
        }
        if !self.missing().is_empty() {
            writeln!(f, "\nNot known: {}", self.missing().join(", "))?;
        }
        Ok(())
    }
}

impl OwnedExplanation {
    fn gates(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, title) in [(CheckKind::Required, "Must hold"), (CheckKind::Disqualifying, "Must not hold")] {
            let mut checks = self.checks().iter().filter(|check| check.kind == kind).peekable();
            if checks.peek().is_some() {
                writeln!(f, "\n{title}")?;
            }
            checks.try_for_each(|check| write_check(f, check))?;
        }
        Ok(())
    }

    /// Prints the contribution of each axis to the value, and the lines on the total.
    fn value(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nScore")?;
        let total: Points = self.axes().iter().filter_map(|axis| axis.weight).sum();
        for axis in self.axes() {
            let own = self.lines().iter().filter(|line| line.axis.as_ref() == Some(&axis.name));
            let part: Points = own.map(|line| line.score).sum();
            let label = match axis.weight {
                _ if axis.skipped => format!("{}, skipped at a coverage of {} of 100", axis.label, axis.coverage),
                Some(weight) if self.axes().len() > 1 => {
                    format!("{}, {} of 100 with weight {weight} of {total}", axis.label, axis.score)
                }
                _ => format!("{}, {} of 100", axis.label, axis.score),
            };
            entry(f, &signed(part), &label, &[])?;
        }
        for line in self.lines().iter().filter(|line| line.axis.is_none() && line.score != Points::ZERO) {
            write_line(f, line, line.score)?;
        }
        writeln!(f, "{:>12}  score", format!("= {}", self.score().value()))
    }
}

fn write_check(f: &mut fmt::Formatter<'_>, check: &OwnedCheck) -> fmt::Result {
    let word = match check.truth {
        Truth::True => "yes",
        Truth::False => "no",
        Truth::Unknown => "unknown",
    };
    entry(f, word, &check.label, &check.findings)
}

fn write_line(f: &mut fmt::Formatter<'_>, line: &OwnedLine, points: Points) -> fmt::Result {
    let figure = if line.unknown && points == Points::ZERO { "unknown".to_owned() } else { signed(points) };
    let label = match (line.kind, line.reach) {
        (LineKind::Group, Some(bound)) => format!("{} together, clamped to {bound}", line.label),
        (LineKind::Limit, Some(bound)) => format!("{}, clamped to {bound}", line.label),
        _ => line.label.to_string(),
    };
    entry(f, &figure, &label, &line.findings)?;
    let steps: Vec<_> = line.steps.iter().map(|step| format!("{} {}", step.kind, signed(step.points))).collect();
    if steps.len() > 1 {
        writeln!(f, "{:>12}  = {}", "", steps.join(", "))?;
    }
    Ok(())
}

/// Prints a figure, its label and the findings.
fn entry(f: &mut fmt::Formatter<'_>, figure: &str, label: &str, findings: &[OwnedFinding]) -> fmt::Result {
    let findings: Vec<_> = findings.iter().map(in_words).collect();
    let findings = if findings.is_empty() { String::new() } else { format!(": {}", findings.join("; ")) };
    writeln!(f, "{figure:>12}  {label}{findings}")
}

/// Returns `nps is 8 (expected: at least 9)`.
fn in_words(finding: &OwnedFinding) -> String {
    let (subject, observed) = (&finding.subject, finding.observed.to_string());
    let is = if subject.contains("events") { ":" } else { " is" };
    match (&finding.expected, finding.truth) {
        (None, _) => format!("{subject}{is} {observed}"),
        (Some(expected), Truth::True) if **expected == *observed => format!("{subject}{is} {observed}"),
        (Some(expected), _) => format!("{subject}{is} {observed} (expected: {expected})"),
    }
}
