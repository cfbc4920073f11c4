//! Captures the score of a subject as a case.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::input::activity::{Activity, Event};
use crate::input::facts::{Facts, Record};
use crate::model::{Case, Model};
use crate::problem::ModelError;
use crate::score::{Play, Score};
use crate::scorer::Scorer;
use crate::time::{instant_at, second_of};

impl Model {
    /// Returns a case that expects the score of a subject at `as_of`.
    ///
    /// Add the case to the document. From then on, [`verify`](Model::verify) reports every change of the model that
    /// changes the outcome for this subject.
    ///
    /// The case has the facts and events that the model reads, and leaves out values of another kind and events that
    /// cannot count at `as_of`. It expects the verdict and every other part of the score that exists. A skipped axis has
    /// no expectation.
    ///
    /// A document cannot contain every case: reading refuses an empty name, an amount beyond 2^33 that has decimal places,
    /// and a case over the [limits](crate::DocumentLimits).
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use warmth::{Model, Record};
    ///
    /// let document = r#"
    /// format = 1
    /// name = "readiness"
    /// [[axis]]
    /// name = "fit"
    /// available = 100
    /// [[axis.rule]]
    /// id = "nps"
    /// when.nps.at_least = 9
    /// points = 40
    /// "#;
    /// let model: Model = toml::from_str(document)?;
    /// let account = Record::new().with("nps", 9).with("phone", "0031201");
    /// let case = model.capture_case("acc-1", &account, "2026-11-22T09:00:00Z".parse()?)?;
    ///
    /// let text = toml::to_string(&BTreeMap::from([("case", [case])]))?;
    /// assert_eq!(
    ///     text,
    ///     r#"[[case]]
    /// name = "acc-1"
    /// as_of = "2026-11-22T09:00:00Z"
    ///
    /// [case.facts]
    /// nps = 9
    ///
    /// [case.expect]
    /// verdict = "eligible"
    /// score = 40
    ///
    /// [case.expect.axes]
    /// fit = 40
    /// "#
    /// );
    /// let model: Model = toml::from_str(&format!("{document}\n{text}"))?;
    /// assert_eq!(model.verify(), Ok(1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the model does not compile for subjects of this type. The error lists every problem.
    pub fn capture_case<T: Facts>(
        &self,
        name: impl Into<String>,
        subject: &T,
        as_of: DateTime<Utc>,
    ) -> Result<Case, ModelError> {
        let scorer = Scorer::<T>::new(self)?;
        let record = Record::copied(subject, scorer.fields());
        let mut activity = subject.activity().until(second_of(as_of)).into_owned();
        scorer.prune(&mut activity, as_of);
        let record = record.with_activity(read_by(self, &activity));
        let case = Case::new(name, instant_at(second_of(as_of)), record);
        Ok(expecting(case, &scorer.score(subject, as_of)))
    }
}

/// The events that a model reads, with the attributes that it reads.
fn read_by(model: &Model, activity: &Activity) -> Activity {
    let names: BTreeSet<&str> = model.events().collect();
    let attributes: BTreeSet<(&str, &str)> = model.attributes().collect();
    let mut known = Activity::new();
    for event in activity.events().filter(|event| names.contains(event.name) || names.contains("*")) {
        let reads = |attribute| attributes.contains(&(event.name, attribute)) || attributes.contains(&("*", attribute));
        let own: Vec<_> = event.attributes.iter().filter(|(attribute, _)| reads(attribute)).collect();
        known.record_event(Event::new(event.name, event.at).count(event.count).amount(event.amount).attributes(&own));
    }
    known
}

fn expecting(mut case: Case, score: &Score<'_>) -> Case {
    case = case.expect_verdict(score.verdict());
    case.expect.coverage = score.coverage();
    if !score.verdict().is_scored() {
        return case;
    }
    case = case.expect_score(score.value());
    for axis in score.axes().filter(|axis| !axis.skipped) {
        case = case.expect_axis(axis.name, axis.score);
    }
    case.expect.grade = score.grade().map(|grade| grade.to_string());
    case.expect.state = score.state().map(str::to_owned);
    case.expect.segment = score.segment().map(str::to_owned);
    case.expect.play = score.play().map(Play::name).map(str::to_owned);
    case
}
