//! From a labelled history to proposed documents and a report, on the terminal and as one page of HTML.
//!
//! ```text
//! cargo run --release -p warmth-cli -- evidence examples/data/history.csv --outcome bought \
//!     --model examples/data/upsell.toml --require nps=rising --out target/evidence
//! ```
//!
//! The command builds models from three quarters of the rows and tests every model on the rest.

mod columns;
mod conclusion;
mod history;
mod leaks;
mod page;
mod parts;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use warmth::evidence::{
    Correlations, Drift, HistoryBuilder, Proposal, Psi, Ranking, Report, Request, Trend, Trial, propose, psi,
};
use warmth::{Model, Record, Review, Scorer};

use crate::document::Document;
use crate::messages::{Messages, Stop, counted};
use crate::output::write_file;
use conclusion::Conclusion;
use history::{Reading, Row, read_history};
use page::Page;
use parts::{Parts, Split};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A table with `as_of`, the outcome, and a column for each factor; empty values are missing, lists are split at `;`
    history: PathBuf,
    /// The column that says whether the outcome came after `as_of`
    #[arg(long, value_name = "COLUMN")]
    outcome: String,
    /// The column that names the subject of a row; rows of one subject stay together in a random split (default: `id`)
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// A label of the outcome, such as `won`; repeat it for several labels (default: `true`, and `false` for no outcome)
    #[arg(long, value_name = "LABEL")]
    positive: Vec<String>,
    /// Columns that are no factors, such as `notes,owner`
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', conflicts_with = "only")]
    ignore: Vec<String>,
    /// The columns that are factors; all others are ignored
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    only: Vec<String>,
    /// Factors to use although they were set aside or refused, because you know that they were known at `as_of`
    #[arg(long, value_name = "FACTORS", value_delimiter = ',')]
    allow: Vec<String>,
    /// Which rows test the models
    #[arg(long, value_enum, default_value_t = Split::Date)]
    split: Split,
    /// The model in use, .toml or .json, to compare with the proposed models
    #[arg(long, value_name = "MODEL")]
    model: Option<PathBuf>,
    /// A factor whose points must only rise or only fall; history decides which
    #[arg(long, value_name = "FACTOR")]
    monotone: Vec<String>,
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

/// Where a model comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Maker {
    InUse,
    Correlation,
    Overlap,
}

/// A model, and its report on the rows that test it.
pub(crate) struct Tried {
    pub(crate) maker: Maker,
    pub(crate) name: String,
    /// The score of each row; `None` if a gate holds the row back.
    pub(crate) scores: Vec<Option<f64>>,
    /// The same for the rows that models are built from.
    pub(crate) built_scores: Vec<Option<f64>>,
    /// The drift of the score from these rows to the others.
    pub(crate) drift: Option<Psi>,
    pub(crate) report: Report,
    pub(crate) ranking: Ranking,
}

pub(crate) fn run(question: &Args, messages: &mut Messages, out: &mut dyn Write) -> Result<(), Stop> {
    let reading = Reading {
        outcome: &question.outcome,
        id: question.id.as_deref(),
        positive: &question.positive,
        ignore: &question.ignore,
        only: &question.only,
        allow: &question.allow,
    };
    let mut labelled = read_history(&question.history, &reading, messages)?;
    let mut builder = HistoryBuilder::of(labelled.fields());
    let parts = Parts::of(&labelled.rows, question.split)?;
    for row in &parts.built {
        builder.add(&row.record, row.as_of, row.outcome);
    }
    let (history, suspects) = leaks::check(builder.build(), question, &labelled.columns, messages)?;
    suspects.mark(&mut labelled.columns);
    let correlations = Correlations::new(&history);

    let mut request = Request::new(&question.outcome);
    for factor in &question.monotone {
        request = request.require(factor, Trend::Monotone);
    }
    for (factor, direction) in &question.required {
        request = request.require(factor, *direction);
    }
    let proposal = propose(&history, &request).map_err(|error| error.to_string())?;

    let mut models: Vec<(Maker, Model)> = Vec::new();
    if let Some(path) = &question.model {
        models.push((Maker::InUse, Document::checked_model(path, messages)?));
    }
    let mut documents = Vec::new();
    if let Proposal::Made(made) = &proposal {
        for (maker, model) in [(Maker::Correlation, &made.correlation), (Maker::Overlap, &made.overlap)] {
            let Some(model) = model else { continue };
            documents.push((model.name().to_owned(), toml::to_string(model).map_err(|error| error.to_string())?));
            models.push((maker, model.clone()));
        }
    }
    let scorers = models.iter().map(|(_, model)| Scorer::new(model)).collect::<Result<Vec<Scorer<Record>>, _>>();
    let scorers = scorers.map_err(|error| error.to_string())?;
    let tried = models.iter().zip(&scorers).map(|((maker, _), scorer)| try_on(*maker, scorer, &parts));
    let tried: Vec<Tried> = tried.collect();
    let in_use = models.iter().find(|(maker, _)| *maker == Maker::InUse).map(|(_, model)| model);
    let doubts = suspects.doubts(in_use, &labelled.columns);
    let conclusion = Conclusion::of(&proposal, &tried, &parts, doubts);

    let mut later = HistoryBuilder::of(labelled.fields());
    for row in &parts.tested {
        later.add(&row.record, row.as_of, row.outcome);
    }

    // The files come first, so that they are complete even if the reader of the output goes away.
    if let Some(folder) = &question.out {
        let page = Page {
            outcome: &question.outcome,
            columns: &labelled.columns,
            suspects: &suspects,
            history: &history,
            bands: &history.bands(),
            drift: &history.drift(&later.build()),
            parts: &parts,
            correlations: &correlations,
            proposal: &proposal,
            conclusion: &conclusion,
            tried: &tried,
            documents: &documents,
        };
        write_files(folder, &documents, &page)?;
    }

    writeln!(out, "# Columns\n\n{}", columns::table(&labelled.columns))?;
    write!(out, "{suspects}")?;
    let (built_words, tested_words) = (&parts.built_words, &parts.tested_words);
    writeln!(out, "# {} rows {built_words}, {} with the outcome\n", history.rows(), history.events())?;
    writeln!(out, "{correlations}\n{proposal}")?;
    if !tried.is_empty() {
        let rows = counted(parts.tested.len(), ["row", "rows"]);
        writeln!(out, "# Tried on {rows} {tested_words}\n")?;
    }
    for Tried { report, .. } in &tried {
        writeln!(out, "{report}")?;
    }
    if let [first, .., last] = &scorers[..] {
        let mut review = Review::new(first, last);
        for row in &parts.tested {
            review.add((&row.record, row.as_of), (&row.record, row.as_of));
        }
        let (from, to, drift) = (first.name(), last.name(), Drift::of(&review));
        writeln!(out, "# From `{from}` to `{to}`\n\n{}\nTo look at\n{drift}", review.sheet())?;
    }
    writeln!(out, "# Conclusion\n\n{conclusion}")?;
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
    write_file(&folder.join("report.html"), &page.html()?)
}

fn try_on(maker: Maker, scorer: &Scorer<Record>, parts: &Parts<'_>) -> Tried {
    let mut trial = Trial::new(scorer);
    for row in &parts.tested {
        trial.add(&row.record, row.as_of, row.outcome);
    }
    let scores = |rows: &[&Row]| -> Vec<Option<f64>> {
        let score = |row: &&Row| {
            let score = scorer.score(&row.record, row.as_of);
            score.verdict().is_scored().then(|| score.value().to_f64())
        };
        rows.iter().map(score).collect()
    };
    let (built_scores, scores) = (scores(&parts.built), scores(&parts.tested));
    let drift = psi(&by_ten_points(&built_scores), &by_ten_points(&scores));
    let (report, ranking) = (trial.report(), trial.ranking());
    Tried { maker, name: scorer.name().to_owned(), scores, built_scores, drift, report, ranking }
}

/// The number of rows in each ten points of score.
fn by_ten_points(scores: &[Option<f64>]) -> Vec<u64> {
    let within = |from: u8, score: f64| {
        let from = f64::from(from) * 10.0;
        from <= score && (score < from + 10.0 || from >= 90.0)
    };
    (0..10).map(|from| scores.iter().flatten().map(|score| u64::from(within(from, *score))).sum()).collect()
}
