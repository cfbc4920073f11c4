//! From a model to a program. Compiling finds every problem of the model's meaning, all at once.

mod axis;
mod condition;
mod coverage;
mod outcome;
mod play;
mod rule;
mod signal;
mod tested_rule;
mod window;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Month, Weekday};

use crate::input::facts::{Facts, Field, Kind};
use crate::model::{self, ConditionKey, DocumentLimits, Model, Named as _, Scope};
use crate::num::points::{MICROS, Points};
use crate::problem::{ModelError, Path, PathSegment, Problem, Problems};
use crate::program::{Capacity, CoverageUse, FieldIndex, Gate, Program, Reading, Title};
use crate::text;
use crate::time::Span;

/// The fields and events that a model may read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schema<'s> {
    /// What messages call a field.
    pub(crate) noun: &'static str,
    pub(crate) fields: &'static [Field],
    pub(crate) open: bool,
    /// `None` if any event may occur.
    pub(crate) events: Option<&'s [&'s str]>,
}

/// Compiles a model under the limits that it carries.
pub(crate) fn compile(model: &Model, schema: Schema<'_>) -> Result<Program, ModelError> {
    let limits = model.document_limits.clamped();
    let mut compiler = Compiler {
        limits: &limits,
        schema,
        axes: model.axes.iter().map(|axis| axis.name.as_str()).collect(),
        rules: tested_rule::rules(model),
        tested_rules: Vec::new(),
        greatest_of: BTreeSet::new(),
        grade: model.grade.as_ref(),
        problems: Problems::default(),
        fields: Vec::new(),
        field_indexes: BTreeMap::new(),
        events: BTreeSet::new(),
        ids: BTreeMap::new(),
        week_starts: model.week_starts,
        year_starts: model.year_starts,
        lifespan_secs: Some(0),
        slots: 0,
    };
    let program = compiler.model(model);
    in_order_of_entries(compiler.problems.as_mut_slice());
    compiler.problems.unless_none(program)
}

/// Sorts the problems of each section by entry: names are checked before the rest of each entry.
fn in_order_of_entries(problems: &mut [Problem]) {
    // The problem at `axis[1].rule[0].id` belongs to entry 1 of `axis`. Problems of a whole section come last.
    let section = |problem: &Problem| problem.segments().first().cloned();
    let entry = |problem: &Problem| match problem.segments().get(1) {
        Some(PathSegment::Index(index)) => *index,
        _ => usize::MAX,
    };
    for problems in problems.chunk_by_mut(|a, b| section(a) == section(b)) {
        problems.sort_by_key(entry);
    }
}

struct Compiler<'m> {
    limits: &'m DocumentLimits,
    schema: Schema<'m>,
    axes: Vec<&'m str>,
    /// The axis and the index of each rule in it.
    rules: BTreeMap<&'m str, (usize, usize)>,
    /// The rules whose points conditions test, each as its axis and its index in it.
    tested_rules: Vec<(usize, usize)>,
    /// The axes whose greatest points of a rule conditions test.
    greatest_of: BTreeSet<usize>,
    grade: Option<&'m model::GradeCuts>,
    problems: Problems,
    fields: Vec<FieldUse>,
    /// The index in `fields` of each name.
    field_indexes: BTreeMap<&'m str, FieldIndex>,
    events: BTreeSet<&'m str>,
    /// The ids of gates, rules, promoters and limits, and their paths.
    ids: BTreeMap<&'m str, String>,
    week_starts: Weekday,
    year_starts: Month,
    lifespan_secs: Option<u64>,
    slots: usize,
}

/// A field that the model reads, and the path at which it reads the field first.
struct FieldUse {
    reading: Reading,
    path: String,
}

impl<'m> Compiler<'m> {
    /// Notes that the model is over a limit, and returns `None`.
    fn over<T>(&mut self, path: &Path<'_>, limit: &str, message: String) -> Option<T> {
        self.problems.refuse_with_help("limit", path, message, format!("the limit is `{limit}`"))
    }

    /// Compiles every item of a list. Returns `None` if one of them cannot be compiled.
    fn each<T, U>(
        &mut self,
        items: &'m [T],
        path: &Path<'_>,
        mut compile: impl FnMut(&mut Self, &'m T, &Path<'_>) -> Option<U>,
    ) -> Option<Box<[U]>> {
        let compiled: Vec<Option<U>> =
            items.iter().enumerate().map(|(index, item)| compile(self, item, &path.index(index))).collect();
        compiled.into_iter().collect()
    }

    fn model(&mut self, model: &'m Model) -> Option<Program> {
        let root = Path::Root;
        self.check_sizes(model);
        let required = self.each(&model.required, &root.key("required"), Compiler::gate);
        let disqualifying = self.each(&model.disqualifying, &root.key("disqualifying"), Compiler::gate);
        let axes = self.axes(model);
        let weight = self.total_weight(model);
        let promoters = self.each(&model.promoters, &root.key("promoter"), Compiler::promoter);
        let limits = self.each(&model.limits, &root.key("limit"), Compiler::limit);
        let grade = self.grading(model);
        let states = self.states(model);
        let segments = self.segments(model);
        let plays = self.plays(model);
        self.check_cases(model);
        self.check_reads();
        let mut axes = axes?;
        for axis in &self.greatest_of {
            axes.get_mut(*axis).into_iter().for_each(|axis| axis.tests_greatest = true);
        }
        let program = Program {
            name: model.name.as_str().into(),
            offset_secs: model.utc_offset_secs.into(),
            fields: std::mem::take(&mut self.fields).into_iter().map(|used| used.reading).collect(),
            disqualifying: disqualifying?,
            required: required?,
            tested_rules: self.located(&axes),
            axes,
            total: model.total,
            weight,
            grade: grade?,
            promoters: promoters?,
            limits: limits?,
            states: states?,
            segments: segments?,
            plays: plays?,
            lifespan_secs: self.lifespan_secs,
            slots: self.slots,
            fire_ids: 0,
            asks_outcome: false,
            coverage: if model.coverage { CoverageUse::Scores } else { CoverageUse::Nothing },
            extended: false,
            by_points: false,
            capacity: Capacity::default(),
            // Hashing recurses into conditions, and those that are nested too deeply have been refused by now.
            fingerprint: model.fingerprint(),
        };
        Some(program.analyzed())
    }

    fn check_sizes(&mut self, model: &Model) {
        let rules = model.axes.iter().map(|axis| axis.rules.len()).sum::<usize>()
            + model.required.len()
            + model.disqualifying.len()
            + model.promoters.len()
            + model.limits.len()
            + model.states.len()
            + model.segments.len()
            + model.plays.len();
        let limits = self.limits;
        if rules > limits.rules {
            let message = format!("the model has {rules} rules, more than {}", limits.rules);
            self.over::<()>(&Path::Root, "rules", message);
        }
        let axes = model.axes.len();
        if axes > limits.axes {
            let message = format!("the model has {axes} axes, more than {}", limits.axes);
            self.over::<()>(&Path::Root.key("axis"), "axes", message);
        }
    }

    /// Checks that the events of cases are declared.
    fn check_cases(&mut self, model: &Model) {
        let cases = Path::Root.key("case");
        for (index, case) in model.cases.iter().enumerate() {
            let path = cases.index(index);
            let names: BTreeSet<&str> = case.subject.activity().events().map(|event| event.name).collect();
            for name in names {
                self.check_event(name, &path.key("events"));
            }
        }
    }

    /// Checks that an event is declared, if the events are.
    fn check_event(&mut self, name: &str, path: &Path<'_>) {
        if let Some(events) = self.schema.events
            && !events.contains(&name)
        {
            let (message, known) = (format!("there is no event `{name}`"), events.iter().copied());
            self.problems.refuse_unknown::<()>("unknown-event", path, message, name, known);
        }
    }

    fn check_reads(&mut self) {
        let (limits, fields, events) = (self.limits, self.fields.len(), self.events.len());
        if fields > limits.fields {
            let message = format!("the model reads {fields} fields, more than {}", limits.fields);
            self.over::<()>(&Path::Root, "fields", message);
        }
        if events > limits.event_names {
            let message = format!("the model reads {events} event names, more than {}", limits.event_names);
            self.over::<()>(&Path::Root, "event_names", message);
        }
    }

    fn gate(&mut self, gate: &'m model::Gate, path: &Path<'_>) -> Option<Gate> {
        let title = self.identify(&gate.id, gate.label.as_deref(), path);
        let when = self.condition(&gate.when, &path.key("when"), Scope::Subject);
        Some(Gate { title, fire_id: 0, when: when?, missing: gate.missing })
    }

    /// Checks that an id is unique.
    fn identify(&mut self, id: &'m str, label: Option<&str>, path: &Path<'_>) -> Title {
        let path = path.key("id");
        if id.is_empty() {
            self.problems.note(Problem::new("empty", &path, "a name must not be empty"));
        } else if let Some(first) = self.ids.get(id) {
            let message = format!("the id `{id}` is already used at `{first}`");
            let problem = Problem::new("duplicate-id", &path, message);
            self.problems.note(problem.with_help("ids must be unique in a model"));
        } else {
            self.ids.insert(id, path.to_string());
        }
        Title { id: id.into(), label: label.map(Into::into) }
    }

    /// Checks that the names in one list are unique.
    fn check_names(&mut self, names: impl Iterator<Item = &'m str>, path: &Path<'_>, what: &str) {
        let mut seen = BTreeSet::new();
        for (index, name) in names.enumerate() {
            let path = path.index(index);
            let path = path.key("name");
            if name.is_empty() {
                self.problems.note(Problem::new("empty", &path, "a name must not be empty"));
            } else if !seen.insert(name) {
                let message = format!("another {what} has the name `{name}`");
                self.problems.note(Problem::new("duplicate-name", &path, message));
            }
        }
    }

    /// Returns the index of a field among those that the model reads. The model reads it as `kind`.
    fn field(&mut self, name: &'m str, kind: Kind, path: &Path<'_>) -> Option<FieldIndex> {
        let index = if let Some(index) = self.field_indexes.get(name) {
            *index
        } else {
            let field = self.declared(name, path)?;
            let reading = Reading { field, valued: false, shared: false };
            self.fields.push(FieldUse { reading, path: path.to_string() });
            self.field_indexes.insert(name, self.fields.len() - 1);
            self.fields.len() - 1
        };
        let used = self.fields.get_mut(index)?;
        used.reading.valued |= kind != Kind::Any;
        let own = used.reading.field.kind();
        let both_days = matches!((own, kind), (Kind::Date | Kind::Time, Kind::Date | Kind::Time));
        if kind == Kind::Any || own == kind || both_days {
            return Some(index);
        }
        if !self.schema.open {
            let (own_noun, noun) = (own.with_article(), kind.with_article());
            let message = format!("the field `{name}` is {own_noun}, but this needs {noun}");
            return self.problems.refuse_with_help("wrong-kind", path, message, tests_of(own));
        }
        if own == Kind::Any {
            used.reading.field = Field::named(name, kind).at(index);
            used.path = path.to_string();
            return Some(index);
        }
        let first = &used.path;
        let (what, noun, first_noun) = (self.schema.noun, kind.with_article(), own.with_article());
        let message = format!("the {what} `{name}` is read as {noun} here and as {first_noun} at `{first}`");
        let article = if what == "field" { "a" } else { "an" };
        let help = format!("{article} {what} must have one kind");
        self.problems.refuse_with_help("two-kinds", path, message, help)
    }

    fn declared(&mut self, name: &str, path: &Path<'_>) -> Option<Field> {
        let fields = self.schema.fields;
        if let Some((index, field)) = fields.iter().enumerate().find(|(_, field)| field.name() == name) {
            return Some(field.clone().at(index));
        }
        if self.schema.open {
            return Some(Field::named(name, Kind::Any).at(self.fields.len()));
        }
        let message = format!("there is no field `{name}`");
        if ConditionKey::named(name).is_some_and(ConditionKey::tests_outcome) {
            let help = "only promoters, limits and segments can test the outcome";
            return self.problems.refuse_with_help("unknown-field", path, message, help);
        }
        self.problems.refuse_unknown("unknown-field", path, message, name, fields.iter().map(Field::name))
    }

    /// Checks that a field can have the value `text`.
    fn check_text(&mut self, field: FieldIndex, written: &str, ignore_case: bool, path: &Path<'_>) {
        let Some(texts) = self.fields.get(field).and_then(|used| used.reading.field.texts()) else {
            return;
        };
        let same = |known: &&str| *known == written || (ignore_case && text::same(known, written));
        if !texts.iter().any(same) {
            let (message, known) = (format!("the field never has the value `{written}`"), texts.iter().copied());
            self.problems.refuse_unknown::<()>("unknown-text", path, message, written, known);
        }
    }

    /// Checks points against the limit and returns them in millionths.
    fn points(&mut self, points: Points, path: &Path<'_>) -> Option<i64> {
        let max = self.limits.points;
        let max_micros = i64::from(max) * MICROS;
        if !(-max_micros..=max_micros).contains(&points.micros()) {
            return self.over(path, "points", format!("`{points}` points are outside -{max} to {max}"));
        }
        Some(points.micros())
    }

    /// Checks that a score is from 0 to 100 and returns it in millionths.
    fn score(&mut self, score: Points, path: &Path<'_>) -> Option<i64> {
        if score < Points::ZERO || score > Points::from(100) {
            return self.problems.refuse("out-of-range", path, format!("`{score}` is not a score from 0 to 100"));
        }
        Some(score.micros())
    }

    /// Checks that a span is from one second to the limit and returns it in seconds.
    fn span(&mut self, span: Span, path: &Path<'_>) -> Option<u64> {
        if span.secs() == 0 {
            return self.problems.refuse("out-of-range", path, "a span must be at least one second");
        }
        if span.secs() > self.limits.span_secs {
            let max = Span::seconds(self.limits.span_secs);
            return self.over(path, "span_secs", format!("`{span}` is longer than {max}"));
        }
        Some(span.secs())
    }

    /// Records that events up to this age can matter to the model; `None` for every age.
    fn reaches_back(&mut self, secs: Option<u64>) {
        self.lifespan_secs = self.lifespan_secs.zip(secs).map(|(a, b)| a.max(b));
    }
}

/// Returns how to test a field of a kind.
fn tests_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Flag => "test a flag with `is = true` or `is = false`",
        Kind::Number => "test a number with operators such as `is`, `at_least` and `between`, or use `bands`",
        Kind::Text => "test text with operators such as `is`, `one_of` and `starts_with`",
        Kind::Date | Kind::Time => {
            "test a date with `before`, `on_or_after` or a measure such as `days_since`; for `bands`, add `by`"
        }
        Kind::Tags => "test tags with `has`, `has_any`, `has_all`, `has_none` or `count`",
        Kind::Any => "test whether the field is `known`",
    }
}
