//! A model's own cases, run.

use crate::input::facts::{Field, Kind, Record};
use crate::model::{Case, Limits, Model};
use crate::points::Points;
use crate::problem::{ModelError, Path, Problem};
use crate::score::{Play, Score};
use crate::scorer::Scorer;

impl Model {
    /// Runs the model's cases and gives their number.
    ///
    /// Each case is scored as a [`Record`]. What a case does not expect is not checked.
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
    ///     "case-failed at `case[0].expect.score`: `a promoter` expects `100`, and it is `25`"
    /// );
    /// # Ok::<(), toml::de::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the model does not compile for records, if a case gives facts that the model does not read or reads as
    /// another kind, or if an outcome is not as expected. Every problem of every case is listed.
    pub fn verify(&self) -> Result<usize, ModelError> {
        self.verify_with_limits(&Limits::default())
    }

    /// Runs the model's cases under other limits than the default ones.
    ///
    /// # Errors
    ///
    /// As [`verify`](Model::verify).
    pub fn verify_with_limits(&self, limits: &Limits) -> Result<usize, ModelError> {
        let scorer = Scorer::<Record>::with_limits(self, limits)?;
        let mut problems = Vec::new();
        let cases = Path::Root.key("case");
        for (place, case) in self.cases.iter().enumerate() {
            let path = cases.index(place);
            check_facts(case, &scorer, &path.key("facts"), &mut problems);
            check_outcome(case, scorer.score(&case.subject, case.as_of), &path.key("expect"), &mut problems);
        }
        ModelError::unless_none(problems, Some(self.cases.len()))
    }
}

fn check_facts(case: &Case, scorer: &Scorer<Record>, path: &Path<'_>, problems: &mut Vec<Problem>) {
    for (name, value) in case.subject.iter() {
        let path = path.key(name);
        match scorer.fields().find(|field| field.name() == name) {
            None => {
                let found = problems.len();
                let problem = Problem::new("unknown-field", &path, format!("the model reads no field `{name}`"));
                problems.push(problem.suggesting(found, name, scorer.fields().map(Field::name)));
            }
            Some(field) if field.kind() != Kind::Any && !value.fits(field.kind()) => {
                let message = format!("the model reads `{name}` as {}, and this is not", field.kind().with_article());
                problems.push(Problem::new("wrong-kind", &path, message));
            }
            Some(_) => {}
        }
    }
}

fn check_outcome(case: &Case, score: Score<'_>, path: &Path<'_>, problems: &mut Vec<Problem>) {
    let expect = &case.expect;
    let mut compare = |path: &Path<'_>, expected: Option<String>, found: Option<String>| {
        if let Some(expected) = expected.filter(|expected| Some(expected) != found.as_ref()) {
            let found = found.map_or_else(|| "there is none".to_owned(), |found| format!("it is `{found}`"));
            let message = format!("`{}` expects `{expected}`, and {found}", case.name);
            problems.push(Problem::new("case-failed", path, message));
        }
    };
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
