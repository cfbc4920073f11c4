//! The two outputs: one JSON object per record, or a ranking of the accounts that passed the gates.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Write};

use serde::{Serialize, Serializer};
use warmth::{Grade, Play, Points, Score, Verdict};

use crate::messages::Stop;

/// A line of the output. Unlike the serde form of a score, it has only the name of the play.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    verdict: Verdict,
    score: Points,
    #[serde(serialize_with = "axes")]
    axes: Score<'a>,
    grade: Option<Grade>,
    state: Option<&'a str>,
    segment: Option<&'a str>,
    play: Option<&'a str>,
    missing: Vec<&'a str>,
}

fn axes<S: Serializer>(of: &Score<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(of.axes().map(|axis| (axis.name, axis)))
}

pub(crate) fn write_outcome(out: &mut dyn Write, id: &str, score: Score<'_>, missing: Vec<&str>) -> Result<(), Stop> {
    let row = Row {
        id,
        verdict: score.verdict(),
        score: score.value(),
        axes: score,
        grade: score.grade(),
        state: score.state(),
        segment: score.segment(),
        play: score.play().map(Play::name),
        missing,
    };
    serde_json::to_writer(&mut *out, &row).map_err(io::Error::from)?;
    Ok(writeln!(out)?)
}

const COLUMNS: [&str; 8] = ["id", "name", "score", "grade", "state", "segment", "play", "missing"];
const SCORE: usize = 2;
const MISSING: usize = 7;

/// The accounts that passed the gates, and the number of records with each verdict.
#[derive(Default)]
pub(crate) struct Ranking<'a> {
    accounts: Vec<Ranked<'a>>,
    verdicts: BTreeMap<Verdict, u64>,
}

struct Ranked<'a> {
    id: String,
    name: String,
    score: Score<'a>,
    missing: usize,
}

impl<'a> Ranking<'a> {
    pub(crate) fn add(&mut self, id: String, name: String, score: Score<'a>, missing: usize) {
        *self.verdicts.entry(score.verdict()).or_default() += 1;
        if score.verdict().is_scored() {
            self.accounts.push(Ranked { id, name, score, missing });
        }
    }

    /// Writes the table, the best account first. Accounts of equal score are sorted by id, so that the order is fixed.
    pub(crate) fn write(mut self, out: &mut dyn Write, top: usize) -> io::Result<()> {
        self.accounts.sort_by(|a, b| b.score.value().cmp(&a.score.value()).then_with(|| a.id.cmp(&b.id)));
        let states = self.states();
        let mut rows = vec![COLUMNS.map(str::to_owned)];
        rows.extend(self.accounts.into_iter().take(top).map(Ranked::into_cells));
        if rows.iter().skip(1).all(|[_, name, ..]| name.is_empty()) {
            for [_, name, ..] in &mut rows {
                name.clear();
            }
        }
        let mut widths = [0; 8];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        for row in &rows {
            let columns = row.iter().zip(widths).enumerate().filter(|(_, (_, width))| *width > 0);
            let aligned = columns.map(|(column, (cell, width))| match column {
                SCORE | MISSING => format!("{cell:>width$}"),
                _ => format!("{cell:<width$}"),
            });
            writeln!(out, "{}", aligned.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        let scored: u64 = self.verdicts.values().sum();
        let states = if states.is_empty() { String::new() } else { format!("; {}", counts(states)) };
        writeln!(out, "\n{scored} scored: {}{states}", counts(self.verdicts))
    }

    /// The number of accounts in each state, the states in the order of the accounts.
    fn states(&self) -> Vec<(&'a str, u64)> {
        let mut states: Vec<(&str, u64)> = Vec::new();
        for state in self.accounts.iter().filter_map(|account| account.score.state()) {
            match states.iter_mut().find(|(seen, _)| *seen == state) {
                Some((_, count)) => *count += 1,
                None => states.push((state, 1)),
            }
        }
        states
    }
}

impl Ranked<'_> {
    fn into_cells(self) -> [String; 8] {
        let text = |text: Option<&str>| text.unwrap_or("-").to_owned();
        [
            self.id,
            self.name,
            format!("{:.1}", self.score.value()), // rounded down: 69.97 is not shown as 70.0
            self.score.grade().map_or("-".to_owned(), |grade| grade.to_string()),
            text(self.score.state()),
            text(self.score.segment()),
            text(self.score.play().map(Play::name)),
            self.missing.to_string(),
        ]
    }
}

fn counts(of: impl IntoIterator<Item = (impl Display, u64)>) -> String {
    of.into_iter().map(|(what, count)| format!("{count} {what}")).collect::<Vec<_>>().join(", ")
}
