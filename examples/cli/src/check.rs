//! Checks a model, alone or against the files that it is meant for.

use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use warmth::explain::{LineKind, StepKind};
use warmth::model::{Rule, Worth};
use warmth::{Model, Points, Record, Scorer};

use crate::document::Document;
use crate::messages::{Messages, Stop, counted};
use crate::options::{FileArgs, as_of, next_mapping};
use crate::population::{Files, Population, fields};
use crate::reads::attributes;
use crate::score::now;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A model document, .toml or .json
    model: PathBuf,
    /// Records to check the model against: CSV, TSV, JSON lines or .xlsx; `-` is standard input
    records: Option<PathBuf>,
    /// Events in one of the same forms
    #[arg(long, value_name = "FILE", requires = "records")]
    events: Option<PathBuf>,
    /// RFC 3339, or a date for its midnight in UTC (default: now)
    #[arg(long, value_name = "INSTANT", value_parser = as_of)]
    as_of: Option<DateTime<Utc>>,
    /// Write what never matched to a file of JSON, too
    #[arg(long, value_name = "FILE", requires = "records")]
    report: Option<PathBuf>,
    /// Exit with 3 if there are warnings
    #[arg(long)]
    pub(crate) strict: bool,
    /// Count rows of events that are the same in every cell once
    #[arg(long)]
    drop_duplicates: bool,
    #[command(flatten)]
    file: FileArgs,
}

pub(crate) fn run(args: &Args, messages: &mut Messages, out: &mut dyn Write) -> Result<(), Stop> {
    let document = Document::open(&args.model)?;
    let model = document.model(messages)?;
    let scorer = document.scorer(&model, messages)?;
    let cases = model.verify().map_err(|error| document.problems(&error, messages))?;
    let count = |number: usize, nouns| counted(u64::try_from(number).unwrap_or(u64::MAX), nouns);
    writeln!(
        out,
        "{}: `{}` has no problems: {}, {}; {} passed",
        args.model.display(),
        scorer.name(),
        count(scorer.axes().count(), ["axis", "axes"]),
        count(scorer.rules().count(), ["rule", "rules"]),
        count(cases, ["case", "cases"])
    )?;
    let Some(records) = &args.records else {
        let fields: Vec<String> = scorer.fields().map(|field| format!("{} ({})", field.name(), field.kind())).collect();
        let events: Vec<&str> = model.events().collect();
        writeln!(out, "fields: {}", or_none(&fields.join(", ")))?;
        writeln!(out, "events: {}", or_none(&events.join(", ")))?;
        let attributes = attributes([&model]);
        if !attributes.is_empty() {
            let shown: Vec<String> = attributes.iter().map(|(name, kind)| format!("{name} ({kind})")).collect();
            writeln!(out, "attributes of events: {}", shown.join(", "))?;
        }
        return Ok(());
    };
    let mapping = args.file.mapping()?;
    let files =
        Files { records, events: args.events.as_deref(), mapping: &mapping, drop_duplicates: args.drop_duplicates };
    let opened = Population::open(&files, &[&model], fields(&scorer), messages);
    let population =
        opened.map_err(|stop| stop.with_next(|| next_mapping(records, args.events.as_deref(), &args.model)))?;
    let as_of = args.as_of.unwrap_or_else(now);
    let mut caps = Caps::of(&model);
    let found = population.score((&model, &scorer), as_of, messages, |scored| {
        if scored.score.verdict().is_scored() {
            caps.see(&scorer, scored.record, as_of);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let Some(mut found) = found.filter(|found| found.count() > 0) else {
        return Err(format!("{}: there is no record that can be scored", records.display()).into());
    };
    found.report.set_idle_caps(caps.idle());
    out.flush()?;
    found.write(messages);
    found.report.write_idle(messages);
    if let Some(path) = &args.report {
        let json = serde_json::to_string_pretty(&found.report).map_err(|error| error.to_string())?;
        fs::write(path, json + "\n").map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let all = match messages.warnings() {
        0 => "everything that the model reads matches".to_owned(),
        warnings => counted(warnings, ["warning", "warnings"]),
    };
    let scored = count(found.count(), ["record", "records"]);
    Ok(writeln!(out, "{}: {scored} scored; {all}", records.display())?)
}

fn or_none(list: &str) -> &str {
    if list.is_empty() { "none" } else { list }
}

/// The caps of a model that have changed no points so far: `max` of signals, and clamps of groups.
struct Caps {
    signals: BTreeMap<String, bool>,
    groups: BTreeMap<String, bool>,
}

impl Caps {
    fn of(model: &Model) -> Caps {
        let capped = |rule: &&Rule| matches!(rule.worth(), Worth::Signal(signal) if signal.get_max().is_some());
        let rules = model.axes().iter().flat_map(warmth::model::Axis::rules);
        Caps {
            signals: rules.filter(capped).map(|rule| (rule.id().to_owned(), true)).collect(),
            groups: model
                .axes()
                .iter()
                .flat_map(warmth::model::Axis::groups)
                .map(|group| (group.name().to_owned(), true))
                .collect(),
        }
    }

    fn see(&mut self, scorer: &Scorer<Record>, record: &Record, as_of: DateTime<Utc>) {
        if self.signals.values().chain(self.groups.values()).all(|idle| !idle) {
            return;
        }
        let explanation = scorer.explain(record, as_of);
        for line in explanation.lines() {
            match line.kind {
                LineKind::Group if line.points != Points::ZERO => bind(&mut self.groups, line.id),
                LineKind::Rule if line.steps().iter().any(|step| step.kind == StepKind::Cap) => {
                    bind(&mut self.signals, line.id);
                }
                _ => {}
            }
        }
    }

    fn idle(&self) -> Vec<String> {
        let idle = |caps: &BTreeMap<String, bool>, what: &str| -> Vec<String> {
            caps.iter().filter(|(_, idle)| **idle).map(|(name, _)| format!("{what} `{name}`")).collect()
        };
        [idle(&self.signals, "the `max` of"), idle(&self.groups, "the group")].concat()
    }
}

/// Notes that a cap has changed points.
fn bind(caps: &mut BTreeMap<String, bool>, id: Option<&str>) {
    if let Some(idle) = id.and_then(|id| caps.get_mut(id)) {
        *idle = false;
    }
}
