//! The outputs: one line of JSON or CSV per record, or a ranking of the accounts that passed the gates.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Write};

use serde::{Serialize, Serializer};
use warmth::{Grade, Play, Points, Record, Score, Scorer, Verdict};

use crate::messages::Stop;
use crate::output::{write_line, write_table};

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

/// Writes one line of CSV per record, also for those that a gate holds back.
pub(crate) struct CsvWriter<'m> {
    axes: Vec<&'m str>,
}

impl<'m> CsvWriter<'m> {
    /// Writes the header.
    pub(crate) fn new(out: &mut dyn Write, scorer: &'m Scorer<Record>) -> Result<CsvWriter<'m>, Stop> {
        let axes: Vec<&str> = scorer.axes().map(|axis| axis.id).collect();
        let mut header = vec!["id".to_owned(), "name".to_owned(), "verdict".to_owned(), "score".to_owned()];
        header.extend(axes.iter().map(|axis| (*axis).to_owned()));
        header.extend(["grade", "state", "segment", "play", "held_back_by", "missing"].map(str::to_owned));
        write_line(out, &header)?;
        Ok(CsvWriter { axes })
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
        let axis = |name: &&str| score.axis(name).map_or(String::new(), |axis| axis.score.to_string());
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

const COLUMNS: [&str; 8] = ["id", "name", "score", "grade", "state", "segment", "play", "missing"];
const SCORE: usize = 2;
const MISSING: usize = 7;

/// The accounts that passed the gates, and the number of records with each verdict.
#[derive(Default)]
pub(crate) struct Ranking<'a> {
    accounts: Vec<Ranked<'a>>,
    verdicts: BTreeMap<Verdict, u64>,
    held_back: BTreeMap<(Verdict, &'a str), HeldBack>,
}

/// The records that a gate held back.
#[derive(Default)]
struct HeldBack {
    count: usize,
    ids: Vec<String>, // the first few
}

/// How many ids the table lists for each gate.
const HELD_BACK_IDS: usize = 5;

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
            None => self.accounts.push(Ranked { id, name, score, missing }),
            Some(gate) => {
                let held_back = self.held_back.entry((score.verdict(), gate)).or_default();
                held_back.count += 1;
                if held_back.ids.len() < HELD_BACK_IDS {
                    held_back.ids.push(id);
                }
            }
        }
    }

    /// Writes the table, the best account first. Accounts of equal score are sorted by id, so that the order is fixed.
    pub(crate) fn write(mut self, out: &mut dyn Write, top: usize, scorer: &Scorer<Record>) -> io::Result<()> {
        self.accounts.sort_by(|a, b| b.score.value().cmp(&a.score.value()).then_with(|| a.id.cmp(&b.id)));
        let states = self.states();
        let mut rows = vec![COLUMNS.map(str::to_owned)];
        rows.extend(self.accounts.into_iter().take(top).map(Ranked::into_cells));
        if rows.iter().skip(1).all(|[_, name, ..]| name.is_empty()) {
            for [_, name, ..] in &mut rows {
                name.clear();
            }
        }
        write_table(out, &rows, |column| matches!(column, SCORE | MISSING))?;
        let scored: u64 = self.verdicts.values().sum();
        let states = if states.is_empty() { String::new() } else { format!("; {}", counts(states)) };
        writeln!(out, "\n{scored} scored: {}{states}", counts(self.verdicts))?;
        for ((verdict, gate), held_back) in self.held_back {
            let mut gates = scorer.required_gates().chain(scorer.disqualifying_gates());
            let label = gates.find(|title| title.id == gate && title.label != gate).map(|title| title.label);
            let label = label.map_or(String::new(), |label| format!(" ({label})"));
            let more = held_back.count - held_back.ids.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            writeln!(out, "{} {verdict} by `{gate}`{label}: {}{more}", held_back.count, held_back.ids.join(", "))?;
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

impl Ranked<'_> {
    fn into_cells(self) -> [String; 8] {
        let text = |text: Option<&str>| text.unwrap_or("-").to_owned();
        [
            one_line(&self.id),
            one_line(&self.name),
            format!("{:.1}", self.score.value()), // rounded down: 69.97 is not shown as 70.0
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
