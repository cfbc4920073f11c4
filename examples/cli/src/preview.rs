//! Scores the same records with two models, and lists the records that move.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;
use warmth::{Kind, Model, Play, Points, Record, Score, Scorer};

use crate::document::Document;
use crate::matched::NO_EVENTS;
use crate::messages::{Messages, Stop, counted};
use crate::options::{PopulationArgs, top};
use crate::output::{clear_empty, write_line, write_table};
use crate::population::{Population, fields};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The model in use, .toml or .json
    old: PathBuf,
    /// The new model, .toml or .json
    new: PathBuf,
    /// CSV, TSV, JSON lines or .xlsx with an id; `-` is standard input
    records: PathBuf,
    /// `table` counts moves and lists records that move; `csv` has one line per record that moves
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// How many records the table lists: a number or `all`
    #[arg(long, value_name = "N", value_parser = top, default_value = "25")]
    top: usize,
    #[command(flatten)]
    population: PopulationArgs,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    Table,
    Csv,
}

/// Where a record is with one model.
#[derive(Clone, PartialEq, Eq)]
struct Place {
    /// The state, or the verdict of a record that a gate holds back.
    state: String,
    grade: String,
    segment: String,
    play: String,
    score: String,
}

/// A record that moves.
struct Move {
    id: String,
    name: String,
    old: Place,
    new: Place,
}

/// A dimension in which records move, such as the state: its values in order, and the number of moves.
struct Kept {
    what: &'static str,
    of: fn(&Place) -> &String,
    order: Vec<String>,
    /// The counts from the old to the new model.
    counts: BTreeMap<(String, String), u64>,
}

pub(crate) fn run(args: &Args, messages: &mut Messages, out: &mut dyn Write) -> Result<(), Stop> {
    let (old, new) = (Document::open(&args.old)?, Document::open(&args.new)?);
    let (old_model, new_model) = (old.model(messages)?, new.model(messages)?);
    let (old, new) = (old.scorer(&old_model, messages)?, new.scorer(&new_model, messages)?);
    let files = args.population.files(&args.records)?;
    let opened = Population::open(files, &[&new_model, &old_model], both(&old, &new)?, messages);
    let next = || args.population.next_mapping(&args.records, &args.new);
    let population = opened.map_err(|stop| stop.with_next(next))?;
    let lacks_events = population.lacks_events(&[&old_model, &new_model]);
    let mut records = population.records;
    let as_of = args.population.as_of();
    let mut moves = Vec::new();
    let mut kept = Kept::all(&old, &new);
    while let Some((id, record)) = records.next(messages)? {
        let (before, after) = (Place::of(old.score(&record, as_of)), Place::of(new.score(&record, as_of)));
        for Kept { of, counts, .. } in &mut kept {
            *counts.entry((of(&before).clone(), of(&after).clone())).or_default() += 1;
        }
        if kept.iter().any(|kept| (kept.of)(&before) != (kept.of)(&after)) {
            moves.push(Move { id, name: records.name(), old: before, new: after });
        }
    }
    records.refuse_none()?;
    match args.format {
        Format::Csv => write_csv(out, &moves)?,
        Format::Table => {
            for kept in kept.iter().filter(|kept| !kept.is_empty()) {
                if kept.counts.keys().any(|(old, new)| old != new) {
                    kept.write(out)?;
                } else {
                    writeln!(out, "{}: no record moves\n", kept.what)?;
                }
            }
            write_moves(out, &moves, &kept, args.top)?;
            let records = counted(records.count(), ["record", "records"]);
            let moved = counted(moves.len(), ["moves", "move"]);
            writeln!(out, "{records}, {moved}; from `{}` to `{}`", named(&old_model), named(&new_model))?;
        }
    }
    out.flush()?;
    records.write_warnings(messages);
    if lacks_events {
        messages.note(NO_EVENTS);
    }
    Ok(())
}

fn named(model: &Model) -> impl fmt::Display {
    format!("{} {:.8}", model.name(), model.fingerprint().to_string())
}

/// The fields that either model reads.
fn both(old: &Scorer<Record>, new: &Scorer<Record>) -> Result<Vec<(String, Kind)>, Stop> {
    let mut both = fields(old);
    for (name, kind) in fields(new) {
        match both.iter_mut().find(|(own, _)| *own == name) {
            None => both.push((name, kind)),
            Some((_, own)) if *own == kind || kind == Kind::Any => {}
            Some((_, own)) if *own == Kind::Any => *own = kind,
            Some((_, own)) => {
                return Err(format!("the old model reads `{name}` as {own}, and the new one as {kind}").into());
            }
        }
    }
    Ok(both)
}

impl Place {
    fn of(score: Score<'_>) -> Place {
        let text = |text: Option<&str>| text.unwrap_or("-").to_owned();
        let scored = score.verdict().is_scored();
        Place {
            state: if scored { text(score.state()) } else { score.verdict().to_string() },
            segment: text(score.segment()),
            grade: score.grade().map_or("-".to_owned(), |grade| grade.to_string()),
            play: text(score.play().map(Play::name)),
            score: if scored { score.value().to_string() } else { "-".to_owned() },
        }
    }
}

impl Kept {
    /// States by their bound, the highest first; grades, segments and plays as the models list them. Verdicts are last.
    fn all(old: &Scorer<Record>, new: &Scorer<Record>) -> [Kept; 4] {
        let kept = |what, of: fn(&Place) -> &String, order| Kept { what, of, order, counts: BTreeMap::new() };
        let mut states: Vec<(&str, Points)> = new.states().chain(old.states()).collect();
        states.sort_by_key(|(_, bound)| Reverse(*bound));
        let models = [new, old];
        let grades = models.iter().flat_map(|model| model.grades()).map(|grade| grade.to_string());
        let segments = models.iter().flat_map(|model| model.segments()).map(str::to_owned);
        let plays = models.iter().flat_map(|model| model.plays()).map(|play| play.name().to_owned());
        [
            kept("state", |place| &place.state, states.into_iter().map(|(name, _)| name.to_owned()).collect()),
            kept("grade", |place| &place.grade, grades.collect()),
            kept("segment", |place| &place.segment, segments.collect()),
            kept("play", |place| &place.play, plays.collect()),
        ]
    }

    /// Whether no record has a value, because the models define none.
    fn is_empty(&self) -> bool {
        self.counts.keys().all(|(old, new)| old == "-" && new == "-")
    }

    fn write(&self, out: &mut dyn Write) -> Result<(), Stop> {
        let names: BTreeSet<&String> = self.counts.keys().flat_map(|(old, new)| [old, new]).collect();
        let mut names: Vec<&String> = names.into_iter().collect();
        names.sort_by_key(|name| self.order.iter().position(|own| own == *name).unwrap_or(usize::MAX));
        let mut header = vec![format!("{}, old \\ new", self.what)];
        header.extend(names.iter().map(|name| (*name).clone()));
        let mut rows = vec![header];
        for old in &names {
            let count = |new: &String| self.counts.get(&((*old).clone(), new.clone())).copied().unwrap_or(0);
            let mut row = vec![(*old).clone()];
            row.extend(names.iter().map(|new| match count(new) {
                0 => ".".to_owned(),
                count => count.to_string(),
            }));
            rows.push(row);
        }
        write_table(out, &rows, |column| column > 0)?;
        Ok(writeln!(out)?)
    }
}

/// The column of the name in the list of moves.
const NAME: usize = 1;

fn write_moves(out: &mut dyn Write, moves: &[Move], kept: &[Kept], top: usize) -> Result<(), Stop> {
    if moves.is_empty() {
        return Ok(());
    }
    let kept: Vec<&Kept> = kept.iter().filter(|kept| !kept.is_empty()).collect();
    let header = ["id", "name", "score"].into_iter().chain(kept.iter().map(|kept| kept.what));
    let mut rows = vec![header.map(str::to_owned).collect::<Vec<_>>()];
    for Move { id, name, old, new } in moves.iter().take(top) {
        let arrow = |of: fn(&Place) -> &String| match (of(old), of(new)) {
            (before, after) if before == after => before.clone(),
            (before, after) => format!("{before} -> {after}"),
        };
        let mut row = vec![id.clone(), name.clone(), arrow(|place| &place.score)];
        row.extend(kept.iter().map(|kept| arrow(kept.of)));
        rows.push(row);
    }
    clear_empty(&mut rows, NAME);
    write_table(out, &rows, |_| false)?;
    Ok(writeln!(out)?)
}

fn write_csv(out: &mut dyn Write, moves: &[Move]) -> Result<(), Stop> {
    let header = [
        "id",
        "name",
        "old_score",
        "new_score",
        "old_state",
        "new_state",
        "old_grade",
        "new_grade",
        "old_segment",
        "new_segment",
        "old_play",
        "new_play",
    ];
    write_line(out, &header.map(str::to_owned))?;
    for Move { id, name, old, new } in moves {
        let cells = [
            id,
            name,
            &old.score,
            &new.score,
            &old.state,
            &new.state,
            &old.grade,
            &new.grade,
            &old.segment,
            &new.segment,
            &old.play,
            &new.play,
        ];
        write_line(out, &cells.map(|cell| if cell == "-" { String::new() } else { cell.clone() }))?;
    }
    Ok(())
}
