//! From a model to a program: everything that can be wrong with it is found here, all of it at once.

mod axis;
mod condition;
mod outcome;

use std::collections::{BTreeMap, BTreeSet};

use crate::input::facts::{Field, Kind};
use crate::model::{GradeCuts, Limits, Model, RESERVED_OUTCOME};
use crate::points::{MICROS, Points};
use crate::problem::{ModelError, Path, Problem};
use crate::program::{Capacity, FieldIndex, Gate, Program, Reading, Title};
use crate::time::Span;

/// The fields that a model may read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schema {
    pub(crate) fields: &'static [Field],
    pub(crate) open: bool,
}

pub(crate) fn compile(model: &Model, schema: Schema, limits: &Limits) -> Result<Program, ModelError> {
    let limits = limits.held();
    let mut compiler = Compiler {
        limits: &limits,
        schema,
        axes: model.axes.iter().map(|axis| axis.name.as_str()).collect(),
        grade: model.grade.as_ref(),
        problems: Vec::new(),
        fields: Vec::new(),
        events: BTreeSet::new(),
        ids: BTreeMap::new(),
        lifespan_secs: Some(0),
        slots: 0,
    };
    let program = compiler.model(model);
    in_order_of_entries(&mut compiler.problems);
    ModelError::unless_none(compiler.problems, program)
}

/// Names are compared before what stands beside them is looked at; here each problem goes to its entry.
fn in_order_of_entries(problems: &mut [Problem]) {
    // `axis[1].rule[0].id` is of entry 1; what is of all entries comes after them.
    let entry = |problem: &Problem| {
        let (first, _) = problem.path().split_once('.').unwrap_or((problem.path(), ""));
        let (section, place) = first.split_once('[').unwrap_or((first, ""));
        (section.to_owned(), place.trim_end_matches(']').parse().unwrap_or(usize::MAX))
    };
    for section in problems.chunk_by_mut(|a, b| entry(a).0 == entry(b).0) {
        section.sort_by_key(|problem| entry(problem).1);
    }
}

struct Compiler<'m> {
    limits: &'m Limits,
    schema: Schema,
    axes: Vec<&'m str>,
    grade: Option<&'m GradeCuts>,
    problems: Vec<Problem>,
    fields: Vec<Use>,
    events: BTreeSet<&'m str>,
    /// Ids of gates, rules, promoters and limits, and where each stands.
    ids: BTreeMap<&'m str, String>,
    lifespan_secs: Option<u64>,
    slots: usize,
}

/// A field that the model reads, and where it does so first.
struct Use {
    reading: Reading,
    path: String,
}

impl<'m> Compiler<'m> {
    fn note(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn over(&mut self, path: &Path<'_>, limit: &str, message: String) {
        self.note(Problem::new("limit", path, message).with_help(format!("the limit is `{limit}`")));
    }

    fn model(&mut self, model: &'m Model) -> Option<Program> {
        let root = Path::Root;
        self.sizes(model);
        let required = self.gates(&model.required, &root.key("required"));
        let disqualifying = self.gates(&model.disqualifying, &root.key("disqualifying"));
        let axes = self.axes(model);
        let weight = self.total_weight(model);
        let promoters = self.promoters(model);
        let limits = self.limits(model);
        let grade = self.grading(model);
        let states = self.states(model);
        let segments = self.segments(model);
        let plays = self.plays(model);
        let read = self.fields.len();
        if read > self.limits.fields {
            self.over(&root, "fields", format!("the model reads {read} fields, more than {}", self.limits.fields));
        }
        let named = self.events.len();
        if named > self.limits.event_names {
            self.over(
                &root,
                "event_names",
                format!("the model reads {named} event names, more than {}", self.limits.event_names),
            );
        }
        let program = Program {
            name: model.name.as_str().into(),
            offset_secs: model.utc_offset_secs.into(),
            fields: std::mem::take(&mut self.fields).into_iter().map(|used| used.reading).collect(),
            disqualifying: disqualifying?,
            required: required?,
            axes: axes?,
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
            by_points: false,
            capacity: Capacity::default(),
            // Last, as it goes through all conditions and those that are nested too deep have been refused by now.
            fingerprint: model.fingerprint(),
        };
        Some(program.analyzed())
    }

    fn sizes(&mut self, model: &Model) {
        let rules = model.axes.iter().map(|axis| axis.rules.len()).sum::<usize>()
            + model.required.len()
            + model.disqualifying.len()
            + model.promoters.len()
            + model.limits.len()
            + model.states.len()
            + model.segments.len()
            + model.plays.len();
        if rules > self.limits.rules {
            self.over(&Path::Root, "rules", format!("the model has {rules} rules, more than {}", self.limits.rules));
        }
        if model.axes.len() > self.limits.axes {
            let message = format!("the model has {} axes, more than {}", model.axes.len(), self.limits.axes);
            self.over(&Path::Root.key("axis"), "axes", message);
        }
    }

    fn gates(&mut self, gates: &'m [crate::model::Gate], path: &Path<'_>) -> Option<Box<[Gate]>> {
        let gates: Vec<_> = gates
            .iter()
            .enumerate()
            .map(|(place, gate)| {
                let path = path.index(place);
                let title = self.identify(&gate.id, gate.label.as_deref(), &path);
                let when = self.condition(&gate.when, &path.key("when"), false);
                Some(Gate { title, fire_id: 0, when: when?, missing: gate.missing })
            })
            .collect();
        gates.into_iter().collect()
    }

    /// Takes note of an id, which must be unique.
    fn identify(&mut self, id: &'m str, label: Option<&str>, path: &Path<'_>) -> Title {
        let path = path.key("id");
        if id.is_empty() {
            self.note(Problem::new("empty", &path, "a name must not be empty"));
        } else if let Some(first) = self.ids.get(id) {
            let message = format!("the id `{id}` is taken by `{first}`");
            self.note(Problem::new("duplicate-id", &path, message).with_help("ids are unique in a model"));
        } else {
            self.ids.insert(id, path.to_string());
        }
        Title { id: id.into(), label: label.map(Into::into) }
    }

    /// Notes names that stand twice in one list.
    fn unique(&mut self, names: impl Iterator<Item = &'m str>, path: &Path<'_>, what: &str) {
        let mut seen = BTreeSet::new();
        for (place, name) in names.enumerate() {
            if name.is_empty() {
                self.note(Problem::new("empty", &path.index(place).key("name"), "a name must not be empty"));
            } else if !seen.insert(name) {
                self.note(Problem::new(
                    "duplicate-name",
                    &path.index(place).key("name"),
                    format!("there is another {what} `{name}`"),
                ));
            }
        }
    }

    /// The place of a field among those the model reads; `kind` is what is asked of it.
    fn field(&mut self, name: &str, kind: Kind, path: &Path<'_>) -> Option<FieldIndex> {
        let index = if let Some(index) = self.fields.iter().position(|used| used.reading.field.name() == name) {
            index
        } else {
            let field = self.declared(name, path)?;
            self.fields.push(Use { reading: Reading { field, valued: false, shared: false }, path: path.to_string() });
            self.fields.len() - 1
        };
        let used = self.fields.get_mut(index)?;
        used.reading.valued |= kind != Kind::Any;
        let own = used.reading.field.kind();
        let both_days = matches!((own, kind), (Kind::Date | Kind::Time, Kind::Date | Kind::Time));
        if kind == Kind::Any || own == kind || both_days {
            return Some(index);
        }
        if self.schema.open {
            if own == Kind::Any {
                used.reading.field = Field::named(name, kind, index);
                used.path = path.to_string();
                return Some(index);
            }
            let message = format!(
                "the field `{name}` is read as {} here and as {} at `{}`",
                kind.with_article(),
                own.with_article(),
                used.path
            );
            self.note(Problem::new("two-kinds", path, message).with_help("a field has one kind"));
        } else {
            let message =
                format!("the field `{name}` is {}, and this reads {}", own.with_article(), kind.with_article());
            self.note(Problem::new("wrong-kind", path, message).with_help(asked_of(own)));
        }
        None
    }

    fn declared(&mut self, name: &str, path: &Path<'_>) -> Option<Field> {
        let fields = self.schema.fields;
        if let Some((index, field)) = fields.iter().enumerate().find(|(_, field)| field.name() == name) {
            return Some(field.clone().at(index));
        }
        if self.schema.open {
            return Some(Field::named(name, Kind::Any, self.fields.len()));
        }
        let problem = Problem::new("unknown-field", path, format!("there is no field `{name}`"));
        self.note(if RESERVED_OUTCOME.contains(&name) {
            problem.with_help("only promoters, limits and segments may ask for the outcome")
        } else {
            problem.suggesting(self.problems.len(), name, fields.iter().map(Field::name))
        });
        None
    }

    /// Notes a text that a field never holds.
    fn known_text(&mut self, field: FieldIndex, text: &str, ignore_case: bool, path: &Path<'_>) {
        let Some(texts) = self.fields.get(field).and_then(|used| used.reading.field.texts()) else {
            return;
        };
        let same = |known: &&str| *known == text || (ignore_case && known.eq_ignore_ascii_case(text));
        if !texts.iter().any(same) {
            let problem = Problem::new("unknown-text", path, format!("the field never holds `{text}`"));
            self.note(problem.suggesting(self.problems.len(), text, texts.iter().copied()));
        }
    }

    /// Points within the limit, in millionths.
    fn points(&mut self, points: Points, path: &Path<'_>) -> Option<i64> {
        let most = i64::from(self.limits.points) * MICROS;
        if !(-most..=most).contains(&points.micros()) {
            self.over(
                path,
                "points",
                format!("`{points}` points are more than {} to either side of zero", self.limits.points),
            );
            return None;
        }
        Some(points.micros())
    }

    /// A score from 0 to 100, in millionths.
    fn score(&mut self, score: Points, path: &Path<'_>) -> Option<i64> {
        if score < Points::ZERO || score > Points::from(100) {
            self.note(Problem::new(
                "out-of-range",
                path,
                format!("a score lies from 0 to 100, and `{score}` does not"),
            ));
            return None;
        }
        Some(score.micros())
    }

    /// A span from one second to the limit, in seconds.
    fn span(&mut self, span: Span, path: &Path<'_>) -> Option<u64> {
        if span.secs() == 0 {
            self.note(Problem::new("out-of-range", path, "a span lasts at least one second"));
            return None;
        }
        if span.secs() > self.limits.span_secs {
            self.over(path, "span_secs", format!("`{span}` is longer than {}", Span::seconds(self.limits.span_secs)));
            return None;
        }
        Some(span.secs())
    }

    /// Events older than this may matter to the model; `None` where all do.
    fn reaches_back(&mut self, secs: Option<u64>) {
        self.lifespan_secs = self.lifespan_secs.zip(secs).map(|(a, b)| a.max(b));
    }
}

/// How fields of a kind are asked for.
fn asked_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Flag => "ask a flag for `is = true` or `is = false`",
        Kind::Number => "ask a number with `is`, `at_least`, `between` and the like, or give it `bands`",
        Kind::Text => "ask a text with `is`, `one_of`, `starts_with` and the like; `has` and `combine` are for tags",
        Kind::Date | Kind::Time => {
            "ask a date with `before`, `on_or_after` or `days_since` and the like, which stands in `by` beside `bands`"
        }
        Kind::Tags => "ask tags with `has`, `has_any`, `has_all`, `has_none` or `count`",
        Kind::Any => "ask whether it is `known`",
    }
}
