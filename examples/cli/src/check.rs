//! Checks a model, alone or against the files that it is meant for.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use warmth::explain::{LineKind, StepKind};
use warmth::model::{Axis, Group, Rule, Worth};
use warmth::{Model, Points, Record, Scorer};

use crate::document::Document;
use crate::messages::{Messages, Stop, counted};
use crate::options::{PopulationArgs, ReportArgs};
use crate::population::{Population, fields};
use crate::reads::{attributes, rules};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A model document, .toml or .json
    model: PathBuf,
    /// Records to check the model against: CSV, TSV, JSON lines or .xlsx; `-` is standard input
    records: Option<PathBuf>,
    #[command(flatten)]
    population: PopulationArgs,
    #[command(flatten)]
    pub(crate) reporting: ReportArgs,
}

pub(crate) fn run(args: &Args, messages: &mut Messages, out: &mut dyn Write) -> Result<(), Stop> {
    let document = Document::open(&args.model)?;
    let model = document.model(messages)?;
    let scorer = document.scorer(&model, messages)?;
    let cases = model.verify().map_err(|error| document.problems(&error, messages))?;
    writeln!(
        out,
        "{}: `{}` has no problems: {}, {}; {} passed",
        args.model.display(),
        scorer.name(),
        counted(scorer.axes().count(), ["axis", "axes"]),
        counted(scorer.rules().count(), ["rule", "rules"]),
        counted(cases, ["case", "cases"])
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
    let opened = Population::open(args.population.files(records)?, &[&model], fields(&scorer), messages);
    let population = opened.map_err(|stop| stop.with_next(|| args.population.next_mapping(records, &args.model)))?;
    let as_of = args.population.as_of();
    let mut caps = Caps::of(&model);
    let mut found = population.score((&model, &scorer), as_of, messages, |scored| {
        if scored.score.verdict().is_scored() {
            caps.see(&scorer, scored.record, as_of);
        }
        Ok(())
    })?;
    found.report.set_idle_caps(caps.idle());
    out.flush()?;
    found.write(messages);
    found.report.write_idle(messages);
    if let Some(path) = &args.reporting.report {
        found.report.write_json(path)?;
    }
    let all = match messages.warnings() {
        0 => "everything that the model reads matches".to_owned(),
        warnings => counted(warnings, ["warning", "warnings"]),
    };
    let scored = counted(found.count(), ["record", "records"]);
    Ok(writeln!(out, "{}: {scored} scored; {all}", records.display())?)
}

fn or_none(list: &str) -> &str {
    if list.is_empty() { "none" } else { list }
}

/// The caps of a model that have changed no points so far: `max` of signals, and clamps of groups.
struct Caps<'m> {
    signals: BTreeSet<&'m str>,
    groups: BTreeSet<&'m str>,
}

impl<'m> Caps<'m> {
    fn of(model: &'m Model) -> Caps<'m> {
        let capped = |rule: &&Rule| matches!(rule.worth(), Worth::Signal(signal) if signal.get_max().is_some());
        let groups = model.axes().iter().flat_map(Axis::groups);
        let groups = groups.filter(|group| group.get_max().is_some() || group.get_min().is_some());
        Caps { signals: rules(model).filter(capped).map(Rule::id).collect(), groups: groups.map(Group::name).collect() }
    }

    fn see(&mut self, scorer: &Scorer<Record>, record: &Record, as_of: DateTime<Utc>) {
        if self.signals.is_empty() && self.groups.is_empty() {
            return;
        }
        for line in scorer.explain(record, as_of).lines() {
            let Some(id) = line.id else { continue };
            match line.kind {
                LineKind::Group if line.points != Points::ZERO => self.groups.remove(id),
                LineKind::Rule if line.steps().iter().any(|step| step.kind == StepKind::Cap) => self.signals.remove(id),
                _ => continue,
            };
        }
    }

    fn idle(&self) -> Vec<String> {
        let signals = self.signals.iter().map(|name| format!("the `max` of `{name}`"));
        signals.chain(self.groups.iter().map(|name| format!("the group `{name}`"))).collect()
    }
}
