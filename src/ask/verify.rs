//! Verification: runs the cases of a model.

use std::collections::BTreeSet;

use crate::input::facts::{Facts, Field, Kind, Record};
use crate::model::{Case, Model};
use crate::num::points::Points;
use crate::problem::{ModelError, Path, Problems};
use crate::score::{Play, Score};
use crate::scorer::Scorer;

impl Model {
    /// Runs the cases of the model and returns the number of cases.
    ///
    /// Each case is scored as a [`Record`] and compared with its `expect` table. Parts without an expectation are not
    /// compared.
    ///
    /// ```
    /// use warmth::Model;
    ///
    /// let model: Model = toml::from_str(
    ///     r#"
    ///     format = 1
    ///     name = "readiness"
    ///     [[axis]]
    ///     name = "fit"
    ///     [[axis.rule]]
    ///     id = "nps"
    ///     bands.nps = [[7, 10], [9, 40]]
    ///     [[case]]
    ///     name = "a promoter"
    ///     as_of = "2026-11-22T09:00:00Z"
    ///     facts.nps = 8
    ///     expect.score = 100
    ///     "#,
    /// )?;
    /// let error = model.verify().unwrap_err();
    /// assert_eq!(
    ///     error.problems()[0].to_string(),
    ///     "case-failed at `case[0].expect.score`: the case `a promoter` expects `100`, found `25`; correct the model; if the \
    ///      change is intended, correct the case"
    /// );
    /// # Ok::<(), toml::de::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the model does not compile for records, if a case gives a fact, an event or an attribute of an event that the
    /// model does not read, or a fact that the model reads as another kind, or if an outcome differs from the expectation.
    /// The error lists every problem of every case.
    pub fn verify(&self) -> Result<usize, ModelError> {
        let scorer = Scorer::<Record>::new(self)?;
        let mut problems = Problems::default();
        let cases = Path::Root.key("case");
        for (index, case) in self.cases.iter().enumerate() {
            let path = cases.index(index);
            check_facts(case, &scorer, &path.key("facts"), &mut problems);
            check_events(case, &scorer, &path.key("events"), &mut problems);
            check_attributes(case, self, &path.key("events"), &mut problems);
            let (score, expect) = (scorer.score(&case.subject, case.as_of), path.key("expect"));
            check_outcome(case, score, &expect, &mut problems);
            if let Some(expected) = case.expect.coverage {
                let found = Some(scorer.coverage(&case.subject, case.as_of).to_string());
                check(case, &expect.key("coverage"), Some(expected.to_string()), found, &mut problems);
            }
        }
        problems.unless_none(Some(self.cases.len()))
    }
}

fn check_facts(case: &Case, scorer: &Scorer<Record>, path: &Path<'_>, problems: &mut Problems) {
    for (name, value) in case.subject.iter() {
        let path = path.key(name);
        match scorer.fields().find(|field| field.name() == name) {
            None => {
                let (message, names) = (format!("the model reads no field `{name}`"), scorer.fields().map(Field::name));
                problems.refuse_unknown::<()>("unknown-field", &path, message, name, names);
            }
            Some(field) if field.kind() != Kind::Any && !value.fits(field.kind()) => {
                let message =
                    format!("the model reads `{name}` as {}, and `{value}` is not", field.kind().with_article());
                problems.refuse::<()>("wrong-kind", &path, message);
            }
            Some(_) => {}
        }
    }
}

fn check_events(case: &Case, scorer: &Scorer<Record>, path: &Path<'_>, problems: &mut Problems) {
    let read: Vec<&str> = scorer.events().collect();
    if read.contains(&"*") {
        return;
    }
    let names: BTreeSet<&str> = case.subject.activity().events().map(|event| event.name).collect();
    for name in names.into_iter().filter(|name| !read.contains(name)) {
        let message = format!("the model reads no event `{name}`");
        problems.refuse_unknown::<()>("unknown-event", path, message, name, read.iter().copied());
    }
}

/// Notes attributes that nothing reads of the events of their name. Events that nothing reads are noted already.
fn check_attributes(case: &Case, model: &Model, path: &Path<'_>, problems: &mut Problems) {
    let events: BTreeSet<&str> = model.events().collect();
    let read: BTreeSet<(&str, &str)> = model.attributes().collect();
    let given: BTreeSet<(&str, &str)> = case
        .subject
        .activity()
        .events()
        .filter(|event| events.contains(event.name) || events.contains("*"))
        .flat_map(|event| event.attributes.iter().map(move |(attribute, _)| (event.name, attribute)))
        .collect();
    for (event, attribute) in given {
        if !read.contains(&(event, attribute)) && !read.contains(&("*", attribute)) {
            let message = format!("the model reads no attribute `{attribute}` of `{event}`");
            let names = read.iter().filter(|(of, _)| *of == event || *of == "*").map(|(_, attribute)| *attribute);
            problems.refuse_unknown::<()>("unknown-attribute", path, message, attribute, names);
        }
    }
}

fn check(case: &Case, path: &Path<'_>, expected: Option<String>, found: Option<String>, problems: &mut Problems) {
    if let Some(expected) = expected.filter(|expected| Some(expected) != found.as_ref()) {
        let found = found.map_or_else(|| "nothing".to_owned(), |found| format!("`{found}`"));
        let message = format!("the case `{}` expects `{expected}`, found {found}", case.name);
        let help = "correct the model; if the change is intended, correct the case";
        problems.refuse_with_help::<()>("case-failed", path, message, help);
    }
}

fn check_outcome(case: &Case, score: Score<'_>, path: &Path<'_>, problems: &mut Problems) {
    let expect = &case.expect;
    let mut compare = |path: &Path<'_>, expected, found| check(case, path, expected, found, problems);
    let printed = |points: Points| points.to_string();
    compare(&path.key("verdict"), expect.verdict.clone(), Some(score.verdict().to_string()));
    compare(&path.key("score"), expect.score.map(printed), Some(score.value().to_string()));
    let axes = path.key("axes");
    for (name, expected) in &expect.axes {
        compare(&axes.key(name), Some(expected.to_string()), score.axis(name).map(|axis| axis.score.to_string()));
    }
    compare(&path.key("grade"), expect.grade.clone(), score.grade().map(|grade| grade.to_string()));
    compare(&path.key("state"), expect.state.clone(), score.state().map(str::to_owned));
    compare(&path.key("segment"), expect.segment.clone(), score.segment().map(str::to_owned));
    compare(&path.key("play"), expect.play.clone(), score.play().map(Play::name).map(str::to_owned));
}
