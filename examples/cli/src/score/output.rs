//! The outputs: one line of JSON or CSV per record, or a ranking of the accounts that passed the gates.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::io::{self, Write};

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use warmth::model::Axis;
use warmth::{AxisScore, Grade, Model, Play, Points, Record, Score, Scorer, Verdict};

use crate::messages::Stop;
use crate::output::{clear_empty, write_line, write_table};
use crate::reads::skippable;

/// A line of the output. Unlike the serde form of a score, it has only the name of the play.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    verdict: Verdict,
    score: Points,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<Points>,
    #[serde(serialize_with = "axes")]
    axes: Score<'a>,
    grade: Option<Grade>,
    state: Option<&'a str>,
    segment: Option<&'a str>,
    play: Option<&'a str>,
    missing: Vec<&'a str>,
}

fn axes<S: Serializer>(of: &Score<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(of.axes().map(|axis| (axis.name, AxisCell(axis))))
}

/// An axis as the library serializes it, but without the score of an axis that is skipped.
struct AxisCell<'a>(AxisScore<'a>);

impl Serialize for AxisCell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let AxisCell(axis) = self;
        if !axis.skipped {
            return axis.serialize(serializer);
        }
        let mut fields = serializer.serialize_struct("AxisScore", 3)?;
        fields.serialize_field("raw", &axis.raw)?;
        fields.serialize_field("score", &None::<Points>)?;
        fields.serialize_field("skipped", &true)?;
        fields.end()
    }
}

pub(crate) fn write_outcome(out: &mut dyn Write, id: &str, score: Score<'_>, missing: Vec<&str>) -> Result<(), Stop> {
    let row = Row {
        id,
        verdict: score.verdict(),
        score: score.value(),
        coverage: score.coverage(),
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

/// Writes one line of CSV per record. Records that a gate holds back have a line too.
pub(crate) struct CsvWriter<'m> {
    axes: Vec<&'m str>,
    has_coverage: bool,
}

impl<'m> CsvWriter<'m> {
    /// Writes the header.
    pub(crate) fn new(
        out: &mut dyn Write,
        scorer: &'m Scorer<Record>,
        has_coverage: bool,
    ) -> Result<CsvWriter<'m>, Stop> {
        let axes: Vec<&str> = scorer.axes().map(|axis| axis.id).collect();
        let mut header = vec!["id".to_owned(), "name".to_owned(), "verdict".to_owned(), "score".to_owned()];
        header.extend(has_coverage.then(|| "coverage".to_owned()));
        header.extend(axes.iter().map(|axis| (*axis).to_owned()));
        header.extend(["grade", "state", "segment", "play", "held_back_by", "missing"].map(str::to_owned));
        write_line(out, &header)?;
        Ok(CsvWriter { axes, has_coverage })
    }

    pub(crate) fn write<'a>(
        &self,
        out: &mut dyn Write,
        (id, name): (&str, &str),
        score: Score<'_>,
        gate: Option<&str>,
        missing: impl Iterator<Item = &'a str>,
    ) -> Result<(), Stop> {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let scored = score.verdict().is_scored();
        let mut cells = vec![id.to_owned(), name.to_owned(), score.verdict().to_string()];
        cells.push(if scored { score.value().to_string() } else { String::new() });
        if self.has_coverage {
            cells.push(score.coverage().map_or(String::new(), |coverage| coverage.to_string()));
        }
        let axis = |name: &&str| {
            let axis = score.axis(name).filter(|axis| !axis.skipped);
            axis.map_or(String::new(), |axis| axis.score.to_string())
        };
        cells.extend(self.axes.iter().map(axis));
        cells.extend([
            score.grade().map_or(String::new(), |grade| grade.to_string()),
            text(score.state()),
            text(score.segment()),
            text(score.play().map(Play::name)),
            text(gate),
            missing.collect::<Vec<_>>().join(";"),
        ]);
        write_line(out, &cells)
    }
}

const COLUMNS: [&str; 9] = ["id", "name", "score", "coverage", "grade", "state", "segment", "play", "missing"];
const NAME: usize = 1;
const SCORE: usize = 2;
const COVERAGE: usize = 3;
const MISSING: usize = 8;

/// The accounts that passed the gates, and the number of records with each verdict.
#[derive(Default)]
pub(crate) struct Ranking<'a> {
    accounts: Vec<Ranked<'a>>,
    verdicts: BTreeMap<Verdict, u64>,
    held_back: BTreeMap<(Verdict, &'a str), Few>,
    uncovered: Few,
}

/// The number of some records, and the first of their ids.
#[derive(Default)]
struct Few {
    count: usize,
    ids: Vec<String>,
}

/// How many ids [`Few`] keeps.
const LISTED_IDS: usize = 5;

struct Ranked<'a> {
    id: String,
    name: String,
    score: Score<'a>,
    missing: usize,
}

impl<'a> Ranking<'a> {
    /// Adds a record. `gate` is the gate that holds it back, if one does.
    pub(crate) fn add(&mut self, id: String, name: String, score: Score<'a>, gate: Option<&'a str>, missing: usize) {
        *self.verdicts.entry(score.verdict()).or_default() += 1;
        match gate {
            _ if score.verdict() == Verdict::Uncovered => self.uncovered.add(id),
            None => self.accounts.push(Ranked { id, name, score, missing }),
            Some(gate) => self.held_back.entry((score.verdict(), gate)).or_default().add(id),
        }
    }

    /// Writes the table, the best account first. Accounts of equal score are sorted by id, so that the order is fixed.
    pub(crate) fn write(
        mut self,
        out: &mut dyn Write,
        top: usize,
        model: &Model,
        scorer: &Scorer<Record>,
    ) -> io::Result<()> {
        self.accounts.sort_by(|a, b| b.score.value().cmp(&a.score.value()).then_with(|| a.id.cmp(&b.id)));
        let states = self.states();
        let mut rows = vec![COLUMNS.map(str::to_owned)];
        rows.extend(self.accounts.into_iter().take(top).map(Ranked::into_cells));
        clear_empty(&mut rows, NAME);
        clear_empty(&mut rows, COVERAGE);
        write_table(out, &rows, |column| matches!(column, SCORE | COVERAGE | MISSING))?;
        let scored: u64 = self.verdicts.values().sum();
        let states = if states.is_empty() { String::new() } else { format!("; {}", counts(states)) };
        writeln!(out, "\n{scored} scored: {}{states}", counts(self.verdicts))?;
        for ((verdict, gate), held_back) in self.held_back {
            let mut gates = scorer.required_gates().chain(scorer.disqualifying_gates());
            let label = gates.find(|title| title.id == gate && title.label != gate).map(|title| title.label);
            let label = label.map_or(String::new(), |label| format!(" ({label})"));
            writeln!(out, "{} {verdict} by `{gate}`{label}: {held_back}", held_back.count)?;
        }
        if self.uncovered.count > 0 {
            let axes: Vec<&str> = skippable(model).map(Axis::name).collect();
            let (count, axes) = (self.uncovered.count, axes.join(", "));
            writeln!(out, "{count} uncovered (too little known about {axes}): {}", self.uncovered)?;
        }
        Ok(())
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

impl Few {
    fn add(&mut self, id: String) {
        self.count += 1;
        if self.ids.len() < LISTED_IDS {
            self.ids.push(id);
        }
    }
}

impl fmt::Display for Few {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.ids.join(", "))?;
        match self.count - self.ids.len() {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

impl Ranked<'_> {
    fn into_cells(self) -> [String; 9] {
        let text = |text: Option<&str>| text.unwrap_or("-").to_owned();
        [
            one_line(&self.id),
            one_line(&self.name),
            format!("{:.1}", self.score.value()), // rounded down: 69.97 is not shown as 70.0
            self.score.coverage().map_or(String::new(), |coverage| format!("{coverage:.1}")),
            self.score.grade().map_or("-".to_owned(), |grade| grade.to_string()),
            text(self.score.state()),
            text(self.score.segment()),
            text(self.score.play().map(Play::name)),
            self.missing.to_string(),
        ]
    }
}

/// The text without line breaks and other control characters.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

fn counts(of: impl IntoIterator<Item = (impl Display, u64)>) -> String {
    of.into_iter().map(|(what, count)| format!("{count} {what}")).collect::<Vec<_>>().join(", ")
}
