//! From a labelled history to a proposed document and a report, on the terminal and as one page of HTML.
//!
//! ```text
//! cargo run --release --features evidence --example evidence -- examples/data/history.csv --outcome bought \
//!     --model examples/data/upsell.toml --require nps=rising --out target/evidence
//! ```
//!
//! The first three quarters of the months are learnt from and the rest is what everything is tried on, as it would have
//! been: models are made before what they are judged by.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to its terminal")]

#[path = "history.rs"]
mod input;
mod page;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use warmth::evidence::{
    Correlations, Direction, HistoryBuilder, Proposal, Ranking, Report, Request, Review, Trial, propose,
};
use warmth::{Model, Record, Scorer};

use input::{Labelled, Row, read_history, read_model};
use page::Page;

const HELP: &str = "\
Weighs the factors of a labelled history, proposes models, and tries them on its last quarter.

usage: evidence HISTORY --outcome COLUMN [--model MODEL] [--require FACTOR=rising|falling]... [--out DIR]

  HISTORY            .csv with `as_of`, the outcome (`true` or `false`), and a column for each factor; what is empty is
                     not known, tags are split at `;`; a column `id` is passed over
  --outcome COLUMN   what came of the subject after `as_of`
  --model MODEL      a model in use, .toml, to be tried beside those that are proposed
  --require F=D      a direction that factor F must keep to
  --out DIR          where report.html and the proposed documents go; made if it is not there";

fn main() -> ExitCode {
    let result = match Asked::from_args(std::env::args().skip(1)) {
        Ok(Some(asked)) => run(&asked),
        Ok(None) => {
            println!("{HELP}");
            Ok(())
        }
        Err(message) => Err(format!("{message}; see --help")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("evidence: {message}");
            ExitCode::from(2)
        }
    }
}

struct Asked {
    history: PathBuf,
    outcome: String,
    model: Option<PathBuf>,
    required: Vec<(String, Direction)>,
    out: Option<PathBuf>,
}

impl Asked {
    /// `None` asks for the help text.
    fn from_args(mut args: impl Iterator<Item = String>) -> Result<Option<Asked>, String> {
        let (mut history, mut outcome, mut model, mut required, mut out) = (None, None, None, Vec::new(), None);
        while let Some(arg) = args.next() {
            if arg == "--help" {
                return Ok(None);
            }
            if !arg.starts_with("--") {
                history = Some(PathBuf::from(arg));
                continue;
            }
            let value = args.next().ok_or_else(|| format!("`{arg}` needs a value"))?;
            match arg.as_str() {
                "--outcome" => outcome = Some(value),
                "--model" => model = Some(PathBuf::from(value)),
                "--out" => out = Some(PathBuf::from(value)),
                "--require" => required.push(match value.split_once('=') {
                    Some((factor, "rising")) => (factor.to_owned(), Direction::Rising),
                    Some((factor, "falling")) => (factor.to_owned(), Direction::Falling),
                    _ => return Err(format!("--require: expected FACTOR=rising or FACTOR=falling, found `{value}`")),
                }),
                _ => return Err(format!("unknown option `{arg}`")),
            }
        }
        let history = history.ok_or("HISTORY is required")?;
        let outcome = outcome.ok_or("`--outcome COLUMN` is required")?;
        Ok(Some(Asked { history, outcome, model, required, out }))
    }
}

/// A model, and what it did on rows that nothing was made from.
pub(crate) struct Tried {
    pub(crate) name: String,
    pub(crate) report: Report,
    pub(crate) ranking: Ranking,
}

fn run(asked: &Asked) -> Result<(), String> {
    let Labelled { rows, fields } = read_history(&asked.history, &asked.outcome)?;
    let split = rows.get(rows.len() * 3 / 4).map(|row| row.as_of).ok_or("the history has no rows")?;
    let (learnt, later) = rows.split_at(rows.partition_point(|row| row.as_of < split));

    let mut builder = HistoryBuilder::of(fields);
    for row in learnt {
        builder.add(&row.record, row.as_of, row.outcome);
    }
    let history = builder.build();
    let correlations = Correlations::new(&history);
    println!("# {} rows before {}, {} with the outcome\n", history.rows(), split.date_naive(), history.events());
    println!("{correlations}");

    let mut request = Request::new(&asked.outcome);
    for (factor, direction) in &asked.required {
        request = request.require(factor, *direction);
    }
    let proposal = propose(&history, &request).map_err(|error| error.to_string())?;
    println!("{proposal}");

    let mut models: Vec<Model> = Vec::new();
    if let Some(path) = &asked.model {
        models.push(read_model(path)?);
    }
    let mut documents = Vec::new();
    if let Proposal::Made(made) = &proposal {
        for model in [&made.correlation, &made.overlap].into_iter().flatten() {
            documents.push((model.name().to_owned(), toml::to_string(model).map_err(|error| error.to_string())?));
            models.push(model.clone());
        }
    }
    let scorers = models.iter().map(Scorer::new).collect::<Result<Vec<Scorer<Record>>, _>>();
    let scorers = scorers.map_err(|error| error.to_string())?;
    println!("# Tried on {} rows since {}\n", later.len(), split.date_naive());
    let tried: Vec<Tried> = scorers.iter().map(|scorer| try_on(scorer, later)).collect();
    for Tried { report, .. } in &tried {
        println!("{report}");
    }
    if let [first, .., last] = &scorers[..] {
        let mut review = Review::new(first, last);
        for row in later {
            review.add((&row.record, row.as_of), (&row.record, row.as_of));
        }
        println!("# From `{}` to `{}`\n\n{}", first.name(), last.name(), review.sheet());
    }

    if let Some(out) = &asked.out {
        let write = |file: &str, text: &str| {
            fs::write(out.join(file), text).map_err(|error| format!("{}: {error}", out.join(file).display()))
        };
        fs::create_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))?;
        for (name, document) in &documents {
            write(&format!("{name}.toml"), document)?;
        }
        let page = Page {
            outcome: &asked.outcome,
            history: &history,
            later: later.len(),
            split: split.date_naive(),
            correlations: &correlations,
            proposal: &proposal,
            tried: &tried,
            documents: &documents,
        };
        write("report.html", &page.to_string())?;
        println!("written to {}", out.display());
    }
    Ok(())
}

fn try_on(scorer: &Scorer<Record>, rows: &[Row]) -> Tried {
    let mut trial = Trial::new(scorer);
    for row in rows {
        trial.add(&row.record, row.as_of, row.outcome);
    }
    Tried { name: scorer.name().to_owned(), report: trial.report(), ranking: trial.ranking() }
}
