//! Everything that follows from the axes: promoters, limits, grade, states, segments and plays.

use super::condition::{Condition, IfUnknown};
use crate::num::points::Points;
use crate::time::Span;

/// How the axis scores combine into the total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Total {
    /// Their mean, weighted with the axes' weights. The default.
    #[default]
    Mean,
    /// The least of them.
    Min,
    /// The product of their hundredths, times 100.
    Product,
}

/// Score points that are added to the total if a condition is true.
#[derive(Clone, Debug, PartialEq)]
pub struct Promoter {
    pub(crate) id: String,
    pub(crate) label: Option<String>,
    pub(crate) when: Condition,
    pub(crate) missing: IfUnknown,
    pub(crate) plus: Points,
}

impl Promoter {
    /// Creates a promoter that adds `plus` score points, more than zero, if the condition is true.
    pub fn new(id: impl Into<String>, when: Condition, plus: impl Into<Points>) -> Promoter {
        Promoter { id: id.into(), label: None, when, missing: IfUnknown::Unknown, plus: plus.into() }
    }
}

setters!(Promoter {
    /// Sets the text that explanations show in place of the id. Defaults to the id.
    label(label: impl Into<String>) label = Some(label.into());
    /// Sets how the promoter counts if its condition is unknown. Defaults to [`IfUnknown::Unknown`]: it counts as not true.
    missing(missing: IfUnknown) missing = missing;
});

getters!(Promoter {
    /// Returns the id.
    id(self) -> &str = &self.id;
    /// Returns the label, if the promoter has one.
    get_label(self) -> Option<&str> = self.label.as_deref();
    /// Returns the condition.
    when(self) -> &Condition = &self.when;
    /// Returns the score points that the promoter adds.
    plus(self) -> Points = self.plus;
    /// Returns how the promoter counts if its condition is unknown.
    get_missing(self) -> IfUnknown = self.missing;
});

/// A bound on the total if a condition is true.
///
/// Floors apply before caps, so the score never exceeds a cap.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    pub(crate) id: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) when: Condition,
    pub(crate) missing: IfUnknown,
    pub(crate) bound: Bound,
}

/// The bound of a [`Limit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    AtMost(Points),
    AtLeast(Points),
}

impl Limit {
    /// Creates a cap: the total is at most `score` if the condition is true.
    pub fn at_most(when: Condition, score: impl Into<Points>) -> Limit {
        Limit { id: None, label: None, when, missing: IfUnknown::Unknown, bound: Bound::AtMost(score.into()) }
    }

    /// Creates a floor: the total is at least `score` if the condition is true.
    pub fn at_least(when: Condition, score: impl Into<Points>) -> Limit {
        Limit { id: None, label: None, when, missing: IfUnknown::Unknown, bound: Bound::AtLeast(score.into()) }
    }
}

setters!(Limit {
    /// Sets the id, unique in the model. Defaults to none; explanations then show the position, such as `limit[0]`.
    id(id: impl Into<String>) id = Some(id.into());
    /// Sets the text that explanations show in place of the id. Defaults to the id.
    label(label: impl Into<String>) label = Some(label.into());
    /// Sets how the limit counts if its condition is unknown. Defaults to [`IfUnknown::Unknown`]: it counts as not true.
    missing(missing: IfUnknown) missing = missing;
});

getters!(Limit {
    /// Returns the id, if the limit has one.
    get_id(self) -> Option<&str> = self.id.as_deref();
    /// Returns the label, if the limit has one.
    get_label(self) -> Option<&str> = self.label.as_deref();
    /// Returns the condition.
    when(self) -> &Condition = &self.when;
    /// Returns the most that the total can be, if the limit is a cap.
    cap(self) -> Option<Points> = match self.bound {
        Bound::AtMost(score) => Some(score),
        Bound::AtLeast(_) => None,
    };
    /// Returns the least that the total can be, if the limit is a floor.
    floor(self) -> Option<Points> = match self.bound {
        Bound::AtLeast(score) => Some(score),
        Bound::AtMost(_) => None,
    };
    /// Returns how the limit counts if its condition is unknown.
    get_missing(self) -> IfUnknown = self.missing;
});

/// The two axes of the grade and their cuts: letters for fit, numbers for activity.
///
/// Cuts fall strictly. With `[75, 50, 25]` a score is `A` from 75, `B` from 50, `C` from 25 and `D` below:
///
/// ```
/// use warmth::Model;
/// use warmth::model::GradeCuts;
///
/// let cuts = GradeCuts::fit("fit", [75, 50, 25]).activity("engagement", [50]); // A1 to D2
/// let model = Model::new("readiness").grade(cuts);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct GradeCuts {
    pub(crate) fit: Cuts,
    pub(crate) activity: Cuts,
}

/// The fit side of a grade, which [`activity`](FitCuts::activity) completes.
#[derive(Clone, Debug)]
#[must_use]
pub struct FitCuts(Cuts);

/// One side of the grade.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cuts {
    pub(crate) axis: String,
    pub(crate) cuts: Vec<Points>,
}

impl Cuts {
    fn new<P: Into<Points>>(axis: impl Into<String>, cuts: impl IntoIterator<Item = P>) -> Cuts {
        Cuts { axis: axis.into(), cuts: cuts.into_iter().map(Into::into).collect() }
    }
}

impl GradeCuts {
    /// Starts a grade with the axis of the letters and its cuts.
    pub fn fit<P: Into<Points>>(axis: impl Into<String>, cuts: impl IntoIterator<Item = P>) -> FitCuts {
        FitCuts(Cuts::new(axis, cuts))
    }
}

impl FitCuts {
    /// Adds the axis of the numbers and its cuts.
    pub fn activity<P: Into<Points>>(self, axis: impl Into<String>, cuts: impl IntoIterator<Item = P>) -> GradeCuts {
        GradeCuts { fit: self.0, activity: Cuts::new(axis, cuts) }
    }
}

getters!(GradeCuts {
    /// Returns the name of the axis that gives the letter.
    fit_axis(self) -> &str = &self.fit.axis;
    /// Returns the cuts of the letters, in falling order.
    fit_cuts(self) -> &[Points] = &self.fit.cuts;
    /// Returns the name of the axis that gives the number.
    activity_axis(self) -> &str = &self.activity.axis;
    /// Returns the cuts of the numbers, in falling order.
    activity_cuts(self) -> &[Points] = &self.activity.cuts;
});

/// A named range of the score, from a lower bound up to the next state's.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub(crate) name: String,
    pub(crate) from: StateBound,
}

/// The lower bound of a [`State`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StateBound {
    /// A final score.
    Score(Points),
    /// Raw points, summed over the axes.
    Points(Points),
}

impl StateBound {
    /// Returns the bound in its own unit. All states of a model have the same unit, so the numbers order the states.
    pub(crate) fn value(self) -> Points {
        match self {
            StateBound::Score(bound) | StateBound::Points(bound) => bound,
        }
    }
}

impl State {
    /// Creates a state from this final score on.
    pub fn new(name: impl Into<String>, at_least: impl Into<Points>) -> State {
        State { name: name.into(), from: StateBound::Score(at_least.into()) }
    }

    /// Creates a state from these raw points on, summed over the axes before scaling and promoters.
    pub fn at_least_points(name: impl Into<String>, points: impl Into<Points>) -> State {
        State { name: name.into(), from: StateBound::Points(points.into()) }
    }
}

getters!(State {
    /// Returns the name.
    name(self) -> &str = &self.name;
    /// Returns the final score at which the state starts; `None` if it starts at raw points.
    from_score(self) -> Option<Points> = match self.from {
        StateBound::Score(score) => Some(score),
        StateBound::Points(_) => None,
    };
    /// Returns the raw points at which the state starts; `None` if it starts at a final score.
    from_points(self) -> Option<Points> = match self.from {
        StateBound::Points(points) => Some(points),
        StateBound::Score(_) => None,
    };
});

/// A named group of subjects: the first segment whose condition is true. The last one has no condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    pub(crate) name: String,
    pub(crate) when: Option<Condition>,
    pub(crate) missing: IfUnknown,
}

impl Segment {
    /// Creates a segment with a condition.
    pub fn new(name: impl Into<String>, when: Condition) -> Segment {
        Segment { name: name.into(), when: Some(when), missing: IfUnknown::Unknown }
    }

    /// Creates the last segment, for subjects that are in no other.
    pub fn otherwise(name: impl Into<String>) -> Segment {
        Segment { name: name.into(), when: None, missing: IfUnknown::Unknown }
    }
}

setters!(Segment {
    /// Sets how the segment counts if its condition is unknown. Defaults to [`IfUnknown::Unknown`]: it counts as not true.
    missing(missing: IfUnknown) missing = missing;
});

getters!(Segment {
    /// Returns the name.
    name(self) -> &str = &self.name;
    /// Returns the condition; `None` for the last segment.
    when(self) -> Option<&Condition> = self.when.as_ref();
    /// Returns how the segment counts if its condition is unknown.
    get_missing(self) -> IfUnknown = self.missing;
});

/// What to do about an outcome: the first play whose every list names the outcome.
///
/// [`warmth::Play`](crate::Play) is the play of one score.
#[derive(Clone, Debug, PartialEq)]
pub struct Play {
    pub(crate) name: String,
    pub(crate) grades: Vec<String>,
    pub(crate) states: Vec<String>,
    pub(crate) segments: Vec<String>,
    pub(crate) otherwise: bool,
    pub(crate) owner: Option<String>,
    pub(crate) respond_within: Option<Span>,
}

impl Play {
    /// Creates a play without lists. It needs at least one grade, state or segment.
    pub fn new(name: impl Into<String>) -> Play {
        Play {
            name: name.into(),
            grades: Vec::new(),
            states: Vec::new(),
            segments: Vec::new(),
            otherwise: false,
            owner: None,
            respond_within: None,
        }
    }

    /// Creates the play that applies if no other play does. It has no lists.
    pub fn otherwise(name: impl Into<String>) -> Play {
        Play { otherwise: true, ..Play::new(name) }
    }
}

adders!(Play {
    /// Adds a grade: a cell such as `A1`, or a row or column such as `C*` or `*4`. Without grades the play applies to
    /// every grade.
    grade(grade: impl Into<String>) grades;
    /// Adds a state. Without states the play applies to every state.
    state(state: impl Into<String>) states;
    /// Adds a segment. Without segments the play applies to every segment.
    segment(segment: impl Into<String>) segments;
});

setters!(Play {
    /// Sets the owner, such as a team. Defaults to none.
    owner(owner: impl Into<String>) owner = Some(owner.into());
    /// Sets the time in which the owner responds. Defaults to none.
    respond_within(span: Span) respond_within = Some(span);
});

getters!(Play {
    /// Returns the name.
    name(self) -> &str = &self.name;
    /// Returns the grades, with wildcards as they are written.
    grades(self) -> impl Iterator<Item = &str> = self.grades.iter().map(String::as_str);
    /// Returns the names of the states.
    states(self) -> impl Iterator<Item = &str> = self.states.iter().map(String::as_str);
    /// Returns the names of the segments.
    segments(self) -> impl Iterator<Item = &str> = self.segments.iter().map(String::as_str);
    /// Returns whether the play applies if no other play does.
    is_otherwise(self) -> bool = self.otherwise;
    /// Returns the owner, if the play has one.
    get_owner(self) -> Option<&str> = self.owner.as_deref();
    /// Returns the time in which the owner responds, if the play has one.
    get_respond_within(self) -> Option<Span> = self.respond_within;
});
