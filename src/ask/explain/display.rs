//! An explanation for people to read.

use std::fmt;

use chrono::SecondsFormat;

use super::describe::signed;
use super::{Check, CheckKind, Explanation, Finding, Line, LineKind};
use crate::evaluate::Truth;
use crate::model::Total;
use crate::num::points::Points;

/// How many shortfalls are worth reading.
const SHORTFALLS: usize = 5;

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let as_of = self.as_of.to_rfc3339_opts(SecondsFormat::Secs, true);
        write!(f, "{}: {}", self.model(), self.score)?;
        if !self.score.verdict().is_scored() {
            write!(f, ", would score {}", self.would_be())?;
        }
        writeln!(f, " of 100, as of {as_of}")?;
        if let Some(segment) = self.score.segment() {
            writeln!(f, "Segment: {segment}")?;
        }
        if let Some(play) = self.score.play() {
            write!(f, "Play: {}", play.name())?;
            let owner = play.owner().map(str::to_owned);
            let within = play.respond_within().map(|span| format!("within {span}"));
            let details: Vec<_> = owner.into_iter().chain(within).collect();
            writeln!(f, "{}", if details.is_empty() { String::new() } else { format!(" ({})", details.join(", ")) })?;
        }
        self.gates(f)?;
        let lines = self.lines();
        for axis in self.axes() {
            writeln!(f, "\n{}: {} of {} points, {} of 100", axis.label, axis.raw, axis.available, axis.score)?;
            let own = |line: &&Line<'_, '_>| line.axis == Some(axis.name) && line.kind != LineKind::Range;
            lines.iter().filter(own).try_for_each(|line| write_line(f, line, line.points))?;
        }
        self.value(f, &lines)?;
        let shortfalls = self.shortfalls();
        if !shortfalls.is_empty() {
            writeln!(f, "\nWould add most")?;
            shortfalls
                .iter()
                .take(SHORTFALLS)
                .try_for_each(|line| entry(f, &signed(line.shortfall), line.label, line.findings()))?;
        }
        if !self.missing.is_empty() {
            writeln!(f, "\nNot known: {}", self.missing.join(", "))?;
        }
        Ok(())
    }
}

impl Explanation<'_> {
    fn gates(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, title) in [(CheckKind::Required, "Must hold"), (CheckKind::Disqualifying, "Must not hold")] {
            let mut checks = self.checks().filter(|check| check.kind == kind).peekable();
            if checks.peek().is_some() {
                writeln!(f, "\n{title}")?;
            }
            checks.try_for_each(|check| write_check(f, &check))?;
        }
        Ok(())
    }

    /// The axes' parts in the value, and what came on top.
    fn value(&self, f: &mut fmt::Formatter<'_>, lines: &[Line<'_, '_>]) -> fmt::Result {
        writeln!(f, "\nScore")?;
        let weight: Points = self.axes().map(|axis| axis.weight).sum();
        for axis in self.axes() {
            let part: Points = lines.iter().filter(|line| line.axis == Some(axis.name)).map(|line| line.score).sum();
            let weighted = matches!(self.ledger.program.total, Total::Mean) && self.axes().len() > 1;
            let label = if weighted {
                format!("{}, {} of 100 with weight {} of {weight}", axis.label, axis.score, axis.weight)
            } else {
                format!("{}, {} of 100", axis.label, axis.score)
            };
            entry(f, &signed(part), &label, [].into_iter())?;
        }
        for line in lines.iter().filter(|line| line.axis.is_none() && line.score != Points::ZERO) {
            write_line(f, line, line.score)?;
        }
        writeln!(f, "{:>12}  score", format!("= {}", self.score.value()))
    }
}

fn write_check(f: &mut fmt::Formatter<'_>, check: &Check<'_, '_>) -> fmt::Result {
    let word = match check.truth {
        Truth::True => "yes",
        Truth::False => "no",
        Truth::Unknown => "unknown",
    };
    entry(f, word, check.label, check.findings())
}

fn write_line(f: &mut fmt::Formatter<'_>, line: &Line<'_, '_>, points: Points) -> fmt::Result {
    let figure = if line.unknown && points == Points::ZERO { "unknown".to_owned() } else { signed(points) };
    let label = match (line.kind, line.reach) {
        (LineKind::Group, Some(bound)) => format!("{} together, held at {bound}", line.label),
        (LineKind::Limit, Some(bound)) => format!("{}, held at {bound}", line.label),
        _ => line.label.to_owned(),
    };
    entry(f, &figure, &label, line.findings())?;
    let steps: Vec<_> = line.steps().iter().map(|step| format!("{} {}", step.kind, signed(step.points))).collect();
    if steps.len() > 1 {
        writeln!(f, "{:>12}  = {}", "", steps.join(", "))?;
    }
    Ok(())
}

/// A figure, what it is for, and what was seen.
fn entry<'e>(
    f: &mut fmt::Formatter<'_>,
    figure: &str,
    label: &str,
    findings: impl Iterator<Item = Finding<'e>>,
) -> fmt::Result {
    let findings: Vec<_> = findings.map(|finding| in_words(&finding)).collect();
    let seen = if findings.is_empty() { String::new() } else { format!(": {}", findings.join("; ")) };
    writeln!(f, "{figure:>12}  {label}{seen}")
}

/// `nps is 8, not at least 9`.
fn in_words(finding: &Finding<'_>) -> String {
    let (subject, observed) = (finding.subject(), finding.observed().to_string());
    let is = if subject.contains("events") { ":" } else { " is" };
    match (finding.expected(), finding.truth()) {
        (None, _) => format!("{subject}{is} {observed}"),
        (Some(expected), Truth::True) if expected == observed => format!("{subject}{is} {observed}"),
        (Some(expected), _) => format!("{subject}{is} {observed} (asked: {expected})"),
    }
}
