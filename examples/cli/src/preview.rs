//! Scores the same records with two models, and lists who moves.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::ValueEnum;
use warmth::{Kind, Model, Play, Record, Score, Scorer};

use crate::document::Document;
use crate::messages::{Messages, Stop};
use crate::options::{FileArgs, as_of, top};
use crate::output::{write_line, write_table};
use crate::population::{Files, Population, fields};
use crate::score::now;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The model in use, .toml or .json
    old: PathBuf,
    /// The model to come, .toml or .json
    new: PathBuf,
    /// CSV, TSV, JSON lines or .xlsx with an id; `-` is standard input
    records: PathBuf,
    /// Events in one of the same forms
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// RFC 3339, or a date for its midnight in UTC (default: now)
    #[arg(long, value_name = "INSTANT", value_parser = as_of)]
    as_of: Option<DateTime<Utc>>,
    /// `table` counts moves and lists records that move; `csv` has one line per record that moves
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// How many records the table lists: a number or `all`
    #[arg(long, value_name = "N", value_parser = top, default_value = "25")]
    top: usize,
    /// Count rows of events that are the same in every cell once
    #[arg(long)]
    drop_duplicates: bool,
    #[command(flatten)]
    file: FileArgs,
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

/// The counts of one kind of name, from the old to the new model.
type Matrix = BTreeMap<(String, String), u64>;

pub(crate) fn run(args: &Args, messages: &mut Messages, out: &mut dyn Write) -> Result<(), Stop> {
    let (old, new) = (Document::open(&args.old)?, Document::open(&args.new)?);
    let (old_model, new_model) = (old.model(messages)?, new.model(messages)?);
    let (old, new) = (old.scorer(&old_model, messages)?, new.scorer(&new_model, messages)?);
    let mapping = args.file.mapping()?;
    let files = Files {
        records: &args.records,
        events: args.events.as_deref(),
        mapping: &mapping,
        drop_duplicates: args.drop_duplicates,
    };
    let mut records = Population::open(&files, &new_model, both(&old, &new)?, messages)?.records;
    let as_of = args.as_of.unwrap_or_else(now);
    let mut moves = Vec::new();
    let (mut states, mut grades, mut plays) = (Matrix::new(), Matrix::new(), Matrix::new());
    while let Some((id, record)) = records.next(messages)? {
        let (before, after) = (Place::of(old.score(&record, as_of)), Place::of(new.score(&record, as_of)));
        let count = |matrix: &mut Matrix, of: fn(&Place) -> &String| {
            *matrix.entry((of(&before).clone(), of(&after).clone())).or_default() += 1;
        };
        count(&mut states, |place| &place.state);
        count(&mut grades, |place| &place.grade);
        count(&mut plays, |place| &place.play);
        if (&before.state, &before.grade, &before.play) != (&after.state, &after.grade, &after.play) {
            moves.push(Move { id, name: records.name(), old: before, new: after });
        }
    }
    match args.format {
        Format::Csv => write_csv(out, &moves)?,
        Format::Table => {
            let total: u64 = states.values().sum();
            for (what, matrix) in [("state", &states), ("grade", &grades), ("play", &plays)] {
                if matrix.keys().any(|(old, new)| old != new) {
                    write_matrix(out, what, matrix)?;
                } else {
                    writeln!(out, "{what}: nobody moves\n")?;
                }
            }
            write_moves(out, &moves, args.top)?;
            writeln!(
                out,
                "{total} records, {} move; from `{}` to `{}`",
                moves.len(),
                named(&old_model),
                named(&new_model)
            )?;
        }
    }
    out.flush()?;
    records.write_warnings(messages);
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
            grade: score.grade().map_or("-".to_owned(), |grade| grade.to_string()),
            play: text(score.play().map(Play::name)),
            score: if scored { score.value().to_string() } else { "-".to_owned() },
        }
    }
}

fn write_matrix(out: &mut dyn Write, what: &str, matrix: &Matrix) -> Result<(), Stop> {
    let names: std::collections::BTreeSet<&String> = matrix.keys().flat_map(|(old, new)| [old, new]).collect();
    let mut rows = vec![vec![format!("{what}, old \\ new")]];
    if let Some(header) = rows.first_mut() {
        header.extend(names.iter().map(|name| (*name).clone()));
    }
    for old in &names {
        let count = |new: &&String| matrix.get(&((*old).clone(), (*new).clone())).copied().unwrap_or(0);
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

fn write_moves(out: &mut dyn Write, moves: &[Move], top: usize) -> Result<(), Stop> {
    if moves.is_empty() {
        return Ok(());
    }
    let mut rows = vec![["id", "name", "score", "state", "grade", "play"].map(str::to_owned).to_vec()];
    for Move { id, name, old, new } in moves.iter().take(top) {
        let arrow = |of: fn(&Place) -> &String| match (of(old), of(new)) {
            (before, after) if before == after => before.clone(),
            (before, after) => format!("{before} -> {after}"),
        };
        let cells = [
            arrow(|place| &place.score),
            arrow(|place| &place.state),
            arrow(|place| &place.grade),
            arrow(|place| &place.play),
        ];
        rows.push([vec![id.clone(), name.clone()], cells.to_vec()].concat());
    }
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
        "old_play",
        "new_play",
    ];
    write_line(out, &header.map(str::to_owned))?;
    for Move { id, name, old, new } in moves {
        let cells =
            [id, name, &old.score, &new.score, &old.state, &new.state, &old.grade, &new.grade, &old.play, &new.play];
        write_line(out, &cells.map(|cell| if cell == "-" { String::new() } else { cell.clone() }))?;
    }
    Ok(())
}
