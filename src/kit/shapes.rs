//! Converts scoring settings of other products into rules.
//!
//! Each function takes the fields of a form in the other product and returns a part of a model. The result is an
//! ordinary part: write the model with serde to get an ordinary document.
//!
//! | product | its form | function |
//! | --- | --- | --- |
//! | Breadcrumbs | an activity category: weight, frequency, absolute decay, interval | [`breadcrumbs_category`] |
//! | Eloqua | a criterion of a profile or of engagement: rows of points out of 100, and a weighting | [`eloqua_criterion`] |
//! | HubSpot | a group of events with points, a limit and score decay | [`hubspot_group`] |

use std::ops::RangeInclusive;

use crate::decay::Decay;
use crate::model::{Axis, Condition, First, Group, Rule, Signal};
use crate::num::points::{MICROS, Points};
use crate::time::Span;

/// Returns a Breadcrumbs activity category as a rule.
///
/// The rule is worth `weight` when `event` occurs as often as the end of `frequency`. `weight` is a percentage of the
/// axis, so give the axis `available(100)`. With fewer events than the start of `frequency`, the rule is worth nothing.
/// Each event that counts is worth the same. An event loses `absolute_decay` percent of its original worth after each
/// `interval`, until nothing is left. An `absolute_decay` of 0 means no decay.
///
/// In the vendor's example, visits to a support centre have a weight of 40 %, count one to five times and lose 15 %
/// every 45 days:
///
/// ```
/// use warmth::model::Axis;
/// use warmth::shapes::breadcrumbs_category;
/// use warmth::{Model, Points, Record, Scorer, Span};
///
/// let visits = breadcrumbs_category("support-centre", "support_visit", 40, 1..=5, 15, Span::days(45));
/// let model = Model::new("upsell").axis(Axis::new("activity").available(100).rule(visits));
/// let scorer = Scorer::<Record>::new(&model)?;
///
/// let mut record = Record::new();
/// for day in ["2026-10-08", "2026-10-08", "2026-10-08", "2026-10-08", "2026-10-08"] {
///     record.activity_mut().record("support_visit", format!("{day}T12:00:00Z").parse()?);
/// }
/// let on = |day: &str| Ok::<_, chrono::ParseError>(scorer.score(&record, format!("{day}T12:00:00Z").parse()?).value());
/// assert_eq!(on("2026-11-21")?, Points::from(40)); // 44 days
/// assert_eq!(on("2026-11-22")?, Points::from(34)); // 45 days
/// assert_eq!(on("2027-01-06")?, Points::from(28)); // 90 days
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A negative `weight` subtracts points in the same way. If the points per event have more than six decimal places,
/// they are rounded away from zero, and the rule is clamped to `weight`. Values that a model does not allow, such as a
/// frequency that ends at 0, are problems when the model is compiled.
pub fn breadcrumbs_category(
    id: impl Into<String>,
    event: impl Into<String>,
    weight: impl Into<Points>,
    frequency: RangeInclusive<u32>,
    absolute_decay: impl Into<Points>,
    interval: Span,
) -> Rule {
    let (weight, percent) = (weight.into(), absolute_decay.into());
    let (least, most) = frequency.into_inner();
    let (whole, parts) = (i128::from(weight.micros()), i128::from(most.max(1)));
    // Rounds away from zero. With a denominator of 1, `from_fraction` does not round again.
    let each = Points::from_fraction((whole + whole.signum() * (parts - 1)) / parts, 1);
    let decay = if percent == Points::ZERO { Decay::None } else { Decay::Drop { percent, every: interval } };
    let signal = Signal::new(event, each).most_recent(most).max(weight.max(-weight)).decay(decay);
    Rule::new(id, if least > 0 { signal.min_count(least) } else { signal })
}

/// Returns an Eloqua criterion, for a profile or for engagement, as a rule.
///
/// The first row that is true gives its points, out of 100, times `weighting` percent. Give the axis `available(100)`,
/// or the sum of the weightings. The vendor's example scorecard contains these two criteria:
///
/// ```
/// use warmth::model::{Axis, Handle, event, kind};
/// use warmth::shapes::eloqua_criterion;
/// use warmth::{Model, Points, Record, Scorer, Span};
///
/// const TITLE: Handle<kind::Text> = Handle::new("title");
/// let title = [(TITLE.is("VP Marketing"), 100), (TITLE.is("Director of Sales"), 50)];
/// let form = || event("form").count();
/// let forms = [
///     (form().within(Span::days(7)).at_least(1), 100),
///     (form().within(Span::days(14)).at_least(1), 75),
///     (form().within(Span::days(30)).at_least(1), 50),
/// ];
/// let model = Model::new("lead")
///     .axis(Axis::new("profile").available(100).rule(eloqua_criterion("title", 30, title)))
///     .axis(Axis::new("engagement").available(100).rule(eloqua_criterion("forms", 35, forms)));
/// let scorer = Scorer::<Record>::new(&model)?;
///
/// let mut record = Record::new().with("title", "Director of Sales");
/// record.activity_mut().record("form", "2026-11-12T12:00:00Z".parse()?);
/// let score = scorer.score(&record, "2026-11-22T12:00:00Z".parse()?);
/// assert_eq!(score.axis("profile").unwrap().score, Points::from(15)); // 50 x 30 %
/// assert_eq!(score.axis("engagement").unwrap().score, "26.25".parse()?); // 75 x 35 %
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Products with more than six decimal places are rounded to the nearest millionth, ties away from zero.
pub fn eloqua_criterion<P: Into<Points>>(
    id: impl Into<String>,
    weighting: impl Into<Points>,
    rows: impl IntoIterator<Item = (Condition, P)>,
) -> Rule {
    let weighting = i128::from(weighting.into().micros());
    let weighted = |points: Points| {
        let product = i128::from(points.micros()) * weighting;
        Points::from_fraction(product, 100 * i128::from(MICROS))
    };
    Rule::new(id, First::new(rows.into_iter().map(|(when, points)| (when, weighted(points.into())))))
}

/// Adds a HubSpot score group to an axis: points for each event, with decay, capped at `limit` for the group.
///
/// Set `available` of the axis to the overall limit of the score. Each event becomes a rule with the id `GROUP/EVENT`.
/// Write a month of score decay as 30 days. The decay takes a share of the original points: in the vendor's example, 10
/// points that lose 50 % every month are 5 points after one month and 0 after two.
///
/// ```
/// use warmth::model::Axis;
/// use warmth::shapes::hubspot_group;
/// use warmth::{Decay, Model, Points, Record, Scorer, Span};
///
/// let decay = Decay::Drop { percent: Points::from(50), every: Span::days(30) };
/// let axis = hubspot_group(Axis::new("engagement").available(100), "forms", 60, &decay, [("form_submit", 10)]);
/// let scorer = Scorer::<Record>::new(&Model::new("lead").axis(axis))?;
///
/// let mut record = Record::new();
/// record.activity_mut().record("form_submit", "2026-09-01T12:00:00Z".parse()?);
/// let on = |day: &str| Ok::<_, chrono::ParseError>(scorer.score(&record, format!("{day}T12:00:00Z").parse()?).value());
/// assert_eq!(on("2026-09-01")?, Points::from(10));
/// assert_eq!(on("2026-10-01")?, Points::from(5));
/// assert_eq!(on("2026-10-31")?, Points::ZERO);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn hubspot_group<E: Into<String>, P: Into<Points>>(
    axis: Axis,
    group: impl Into<String>,
    limit: impl Into<Points>,
    decay: &Decay,
    events: impl IntoIterator<Item = (E, P)>,
) -> Axis {
    let group = group.into();
    let axis = axis.group(Group::new(&*group).max(limit));
    events.into_iter().fold(axis, |axis, (event, points)| {
        let event = event.into();
        let id = format!("{group}/{event}");
        axis.rule(Rule::new(id, Signal::new(event, points).decay(decay.clone())).group(&*group))
    })
}
