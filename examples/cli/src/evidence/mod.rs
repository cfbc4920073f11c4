//! From a labelled history to proposed documents and a report, on the terminal and as one page of HTML.
//!
//! ```text
//! cargo run --release -p warmth-cli -- evidence examples/data/history.csv --outcome bought \
//!     --model examples/data/upsell.toml --require nps=rising --out target/evidence
//! ```
//!
//! The command builds models from the first three quarters of the rows, by time, and tests every model on the rest.

mod history;
mod page;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use warmth::evidence::{
    Correlations, Drift, HistoryBuilder, Proposal, Ranking, Report, Request, Trend, Trial, propose,
};
use warmth::{Model, Record, Review, Scorer};

use crate::document::Document;
use crate::messages::{Messages, Stop};
use crate::output::write_file;
use history::{Labelled, Row, read_history};
use page::Page;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// CSV with `as_of`, the outcome (`true` or `false`), and a column for each factor; empty values are missing, lists are
    /// split at `;`; a column `id` is not read
    history: PathBuf,
    /// The column that says whether the outcome came after `as_of`
    #[arg(long, value_name = "COLUMN")]
    outcome: String,
    /// The model in use, .toml or .json, to compare with the proposed models
    #[arg(long, value_name = "MODEL")]
    model: Option<PathBuf>,
    /// A direction that a factor must keep
    #[arg(long = "require", value_name = "FACTOR=rising|falling", value_parser = direction)]
    required: Vec<(String, Trend)>,
    /// The folder for report.html and the proposed documents; made if it does not exist
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

fn direction(text: &str) -> Result<(String, Trend), String> {
    match text.split_once('=') {
        Some((factor, "rising")) => Ok((factor.to_owned(), Trend::Rising)),
        Some((factor, "falling")) => Ok((factor.to_owned(), Trend::Falling)),
        _ => Err("expected FACTOR=rising or FACTOR=falling".to_owned()),
    }
}

/// A model, and its report on later rows.
pub(crate) struct Tried {
    pub(crate) name: String,
    pub(crate) report: Report,
    pub(crate) ranking: Ranking,
}

pub(crate) fn run(question: &Args, messages: &mut Messages, out: &mut dyn Write) -> Result<(), Stop> {
    let Labelled { rows, fields } = read_history(&question.history, &question.outcome, messages)?;
    let split = rows.get(rows.len() * 3 / 4).map(|row| row.as_of).ok_or("the history has no rows".to_owned())?;
    let (learnt, later) = rows.split_at(rows.partition_point(|row| row.as_of < split));

    let mut builder = HistoryBuilder::of(fields);
    for row in learnt {
        builder.add(&row.record, row.as_of, row.outcome);
    }
    let history = builder.build();
    let correlations = Correlations::new(&history);

    let mut request = Request::new(&question.outcome);
    for (factor, direction) in &question.required {
        request = request.require(factor, *direction);
    }
    let proposal = propose(&history, &request).map_err(|error| error.to_string())?;

    let mut models: Vec<Model> = Vec::new();
    if let Some(path) = &question.model {
        models.push(Document::checked_model(path, messages)?);
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
    let tried: Vec<Tried> = scorers.iter().map(|scorer| try_on(scorer, later)).collect();

    // The files come first, so that they are complete even if the reader of the output goes away.
    if let Some(folder) = &question.out {
        let page = Page {
            outcome: &question.outcome,
            history: &history,
            later: later.len(),
            split: split.date_naive(),
            correlations: &correlations,
            proposal: &proposal,
            tried: &tried,
            documents: &documents,
        };
        write_files(folder, &documents, &page)?;
    }

    writeln!(out, "# {} rows before {}, {} with the outcome\n", history.rows(), split.date_naive(), history.events())?;
    writeln!(out, "{correlations}\n{proposal}")?;
    writeln!(out, "# Tried on {} rows since {}\n", later.len(), split.date_naive())?;
    for Tried { report, .. } in &tried {
        writeln!(out, "{report}")?;
    }
    if let [first, .., last] = &scorers[..] {
        let mut review = Review::new(first, last);
        for row in later {
            review.add((&row.record, row.as_of), (&row.record, row.as_of));
        }
        let (from, to, drift) = (first.name(), last.name(), Drift::of(&review));
        writeln!(out, "# From `{from}` to `{to}`\n\n{}\nTo look at\n{drift}", review.sheet())?;
    }
    if let Some(folder) = &question.out {
        writeln!(out, "written to {}", folder.display())?;
    }
    Ok(())
}

fn write_files(folder: &Path, documents: &[(String, String)], page: &Page<'_>) -> Result<(), Stop> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (name, document) in documents {
        write_file(&folder.join(format!("{name}.toml")), document)?;
    }
    write_file(&folder.join("report.html"), &page.to_string())
}

fn try_on(scorer: &Scorer<Record>, rows: &[Row]) -> Tried {
    let mut trial = Trial::new(scorer);
    for row in rows {
        trial.add(&row.record, row.as_of, row.outcome);
    }
    Tried { name: scorer.name().to_owned(), report: trial.report(), ranking: trial.ranking() }
}
