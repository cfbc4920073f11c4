//! Cases: examples with their expected outcomes.

use chrono::{DateTime, Utc};

use crate::grade::{Grade, Verdict};
use crate::input::facts::Record;
use crate::num::points::Points;

/// An example with its expected outcome, checked by [`Model::verify`](super::Model::verify).
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub(crate) name: String,
    pub(crate) as_of: DateTime<Utc>,
    pub(crate) subject: Record,
    pub(crate) expect: Expect,
}

/// The expectations of a [`Case`].
///
/// Verdict and grade are text because a document can misspell them: [`Model::verify`](super::Model::verify) reports
/// that together with the outcome.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Expect {
    pub(crate) verdict: Option<String>,
    pub(crate) score: Option<Points>,
    pub(crate) coverage: Option<Points>,
    pub(crate) axes: Vec<(String, Points)>,
    pub(crate) grade: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) segment: Option<String>,
    pub(crate) play: Option<String>,
}

impl Case {
    /// Creates a case that scores `subject` at `as_of` and expects nothing yet.
    ///
    /// ```
    /// use warmth::model::Case;
    /// use warmth::{Record, Verdict};
    ///
    /// let case = Case::new("a promoter", "2026-11-22T09:00:00Z".parse()?, Record::new().with("nps", 9))
    ///     .expect_verdict(Verdict::Eligible)
    ///     .expect_grade("A1".parse()?)
    ///     .expect_score(100);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(name: impl Into<String>, as_of: DateTime<Utc>, subject: Record) -> Case {
        Case { name: name.into(), as_of, subject, expect: Expect::default() }
    }

    /// Expects this score on the named axis. Axes without an expectation are not checked.
    #[must_use]
    pub fn expect_axis(mut self, axis: impl Into<String>, score: impl Into<Points>) -> Case {
        self.expect.axes.push((axis.into(), score.into()));
        self
    }
}

/// Setters for the expectations of a case.
macro_rules! expectations {
    ($($(#[$doc:meta])* $name:ident($argument:ident: $from:ty) $field:ident = $value:expr;)*) => {
        impl Case {$(
            $(#[$doc])*
            #[must_use]
            pub fn $name(mut self, $argument: $from) -> Case {
                self.expect.$field = Some($value);
                self
            }
        )*}
    };
}

expectations! {
    /// Expects this verdict. By default the verdict is not checked.
    expect_verdict(verdict: Verdict) verdict = verdict.to_string();
    /// Expects exactly this score. By default the score is not checked.
    expect_score(score: impl Into<Points>) score = score.into();
    /// Expects exactly this coverage, even if the model does not ask for it. By default the coverage is not checked.
    expect_coverage(percent: impl Into<Points>) coverage = percent.into();
    /// Expects this grade. By default the grade is not checked.
    expect_grade(grade: Grade) grade = grade.to_string();
    /// Expects the state of this name. By default the state is not checked.
    expect_state(state: impl Into<String>) state = state.into();
    /// Expects the segment of this name. By default the segment is not checked.
    expect_segment(segment: impl Into<String>) segment = segment.into();
    /// Expects the play of this name. By default the play is not checked.
    expect_play(play: impl Into<String>) play = play.into();
}

getters!(Case {
    /// Returns the name.
    name(self) -> &str = &self.name;
    /// Returns the instant at which the case is scored.
    as_of(self) -> DateTime<Utc> = self.as_of;
    /// Returns the facts and events of the case.
    subject(self) -> &Record = &self.subject;
    /// Returns the expected verdict as written, if there is one.
    expected_verdict(self) -> Option<&str> = self.expect.verdict.as_deref();
    /// Returns the expected score, if there is one.
    expected_score(self) -> Option<Points> = self.expect.score;
    /// Returns the expected coverage, if there is one.
    expected_coverage(self) -> Option<Points> = self.expect.coverage;
    /// Returns the names of the axes with an expected score, and that score.
    expected_axes(self) -> impl Iterator<Item = (&str, Points)> =
        self.expect.axes.iter().map(|(axis, score)| (axis.as_str(), *score));
    /// Returns the expected grade as written, if there is one.
    expected_grade(self) -> Option<&str> = self.expect.grade.as_deref();
    /// Returns the name of the expected state, if there is one.
    expected_state(self) -> Option<&str> = self.expect.state.as_deref();
    /// Returns the name of the expected segment, if there is one.
    expected_segment(self) -> Option<&str> = self.expect.segment.as_deref();
    /// Returns the name of the expected play, if there is one.
    expected_play(self) -> Option<&str> = self.expect.play.as_deref();
});
