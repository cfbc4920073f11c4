//! An explanation for people to read.

use std::fmt;

use super::words::{enumerated, in_words, observed, signed};
use super::{CheckKind, Explanation, LineKind, OwnedAxisLine, OwnedExplanation, OwnedLine, Step};
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
        write!(f, "{}: {}", self.model(), score.in_brief())?;
        if score.verdict() == Verdict::Uncovered {
            let skipped = || self.axes().iter().filter(|axis| axis.skipped);
            let labels: Vec<&str> = skipped().map(|axis| &*axis.label).collect();
            let little = if skipped().all(|axis| axis.coverage == Points::ZERO) { "nothing" } else { "too little" };
            write!(f, ", {little} is known about {}", labels.join(", "))?;
        } else if !score.verdict().is_scored() {
            write!(f, ", would score {}", self.would_be().down_to_hundredth())?;
        }
        let of = if score.verdict() == Verdict::Uncovered { "" } else { " of 100" };
        writeln!(f, "{of}, as of {as_of}")?;
        self.gates(f)?;
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
        self.axes().iter().try_for_each(|axis| self.axis(f, axis))?;
        self.value(f)?;
        let shortfalls = self.shortfalls();
        if !shortfalls.is_empty() {
            writeln!(f, "\nWould add most")?;
            shortfalls
                .iter()
                .take(SHORTFALLS)
                .try_for_each(|line| entry(f, &signed(line.shortfall), &line.label, &in_words(&line.findings)))?;
        }
        if self.coverage() < Points::from(100) || score.coverage().is_some() {
            write!(f, "\nCoverage: {} of 100", self.coverage().down_to_hundredth())?;
            if let [_, _, ..] = self.axes() {
                let coverage = |axis: &OwnedAxisLine| format!("{} {}", axis.label, axis.coverage.down_to_hundredth());
                write!(f, " ({})", self.axes().iter().map(coverage).collect::<Vec<_>>().join(", "))?;
            }
            writeln!(f)?;
        }
        if !self.missing().is_empty() {
            writeln!(f, "\nNot known: {}", enumerated(self.missing().iter().map(|field| &**field)))?;
        }
        Ok(())
    }
}

impl OwnedExplanation {
    /// Prints the gates that hold the subject back or are undecided, or that there are none.
    fn gates(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_gate = |kind| matches!(kind, CheckKind::Required | CheckKind::Disqualifying);
        let (mut count, mut passed) = (0, 0);
        for check in self.checks().iter().filter(|check| is_gate(check.kind)) {
            count += 1;
            let title = match (check.kind, check.truth) {
                (CheckKind::Disqualifying, Truth::True) => "Blocked by",
                (CheckKind::Required, Truth::False) => "Fails the requirement",
                (_, Truth::Unknown) => "Undecided",
                _ => {
                    passed += 1;
                    continue;
                }
            };
            let findings = observed(&check.findings);
            let findings = if findings.is_empty() { findings } else { format!(" ({findings})") };
            writeln!(f, "{title}: {}{findings}", one_line(&check.label))?;
        }
        match (passed, count) {
            (0, _) => Ok(()),
            (1, 1) => writeln!(f, "Passes its gate"),
            _ if passed == count => writeln!(f, "Passes all {count} gates"),
            _ => writeln!(f, "Passes {passed} of {count} gates"),
        }
    }

    /// Prints the lines of an axis. With its rounding, they add up to its points.
    fn axis(&self, f: &mut fmt::Formatter<'_>, axis: &OwnedAxisLine) -> fmt::Result {
        let score = axis.score.down_to_hundredth();
        let result = if axis.skipped { "skipped".to_owned() } else { format!("{score} of 100") };
        let (raw, available) = (axis.raw.nearest_hundredth(), axis.available.nearest_hundredth());
        writeln!(f, "\n{}: {raw} of {available} points, {result}", axis.label)?;
        let mut sum = Points::ZERO;
        let own = |line: &&OwnedLine| line.axis.as_ref() == Some(&axis.name) && line.kind != LineKind::Range;
        for line in self.lines().iter().filter(own) {
            sum += line.points.nearest_hundredth();
            write_line(f, line, line.points)?;
        }
        write_rounding(f, raw - sum)
    }

    /// Prints the contribution of each axis to the value, and the lines on the total. With their rounding, they add up to
    /// the value, or to what it would be without gates.
    fn value(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nScore")?;
        let total: Points = self.axes().iter().filter_map(|axis| axis.weight).sum();
        let mut sum = Points::ZERO;
        for axis in self.axes() {
            let own = self.lines().iter().filter(|line| line.axis.as_ref() == Some(&axis.name));
            let part: Points = own.map(|line| line.score).sum();
            let score = axis.score.down_to_hundredth();
            let label = match axis.weight {
                _ if axis.skipped => {
                    format!("{}, skipped at a coverage of {} of 100", axis.label, axis.coverage.down_to_hundredth())
                }
                Some(weight) if self.axes().len() > 1 => {
                    format!("{}, {score} of 100 with weight {weight} of {total}", axis.label)
                }
                _ => format!("{}, {score} of 100", axis.label),
            };
            sum += part.nearest_hundredth();
            entry(f, &signed(part), &label, "")?;
        }
        let shown = |line: &&OwnedLine| {
            line.axis.is_none()
                && line.score != Points::ZERO
                && !matches!(line.kind, LineKind::Rounding | LineKind::Gate)
        };
        for line in self.lines().iter().filter(shown) {
            sum += line.score.nearest_hundredth();
            write_line(f, line, line.score)?;
        }
        let value = self.would_be().down_to_hundredth();
        write_rounding(f, value - sum)?;
        let name = match self.score().verdict() {
            verdict if verdict.is_scored() => "score",
            Verdict::Uncovered => "no score, as too little is known",
            _ => "would be the score",
        };
        entry(f, &format!("= {value}"), name, "")
    }
}

fn write_line(f: &mut fmt::Formatter<'_>, line: &OwnedLine, points: Points) -> fmt::Result {
    let figure = if line.unknown && points == Points::ZERO { "unknown".to_owned() } else { signed(points) };
    let label = match (line.kind, line.reach) {
        (LineKind::Group, Some(bound)) => format!("{} together, clamped to {bound}", line.label),
        (LineKind::Limit, Some(bound)) => format!("{}, clamped to {bound}", line.label),
        _ => line.label.to_string(),
    };
    let mut findings = in_words(&line.findings);
    if let [steps @ .., last] = &line.steps[..]
        && !steps.is_empty()
    {
        // The last step takes the rounding of all, so that the steps add up to the figure.
        let rest = steps.iter().map(|step| step.points.nearest_hundredth()).sum();
        let last = Step { points: points.nearest_hundredth() - rest, ..*last };
        let steps = steps.iter().chain([&last]).map(|step| format!("{} {}", step.kind, signed(step.points)));
        findings = format!("{findings} ({})", steps.collect::<Vec<_>>().join(", "));
    }
    entry(f, &figure, &label, &findings)
}

/// Prints what is missing until the figures above add up to the sum.
fn write_rounding(f: &mut fmt::Formatter<'_>, missing: Points) -> fmt::Result {
    if missing == Points::ZERO { Ok(()) } else { entry(f, &signed(missing), "rounding to two decimals", "") }
}

/// Prints a figure, its label and the findings.
fn entry(f: &mut fmt::Formatter<'_>, figure: &str, label: &str, findings: &str) -> fmt::Result {
    let findings = if findings.is_empty() { String::new() } else { format!(": {findings}") };
    writeln!(f, "{figure:>12}  {}{findings}", one_line(label))
}

fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}
