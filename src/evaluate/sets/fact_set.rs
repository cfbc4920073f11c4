//! The facts that a field may have.

use std::ops::Deref;

use smallvec::SmallVec;

use super::domain::{Set, Sets};
use super::interval_set::IntervalSet;
use crate::evaluate::domain::Atoms;
use crate::evaluate::{MaybeUnknown, test as concrete};
use crate::input::facts::{Fact, FactCow, Field, Kind};
use crate::literal::Literal;
use crate::program::{RuleBody, TagTest, Test, TextTest, ordered_bits};
use crate::text::{folds_to, has_spellings};
use crate::time::{DAYS_MAX, DAYS_MIN};

/// The facts that a field may have: known ones, and whether it may be missing. Not empty.
#[derive(Clone, Debug)]
pub(crate) struct FactSet<'f> {
    pub(crate) missing: bool,
    pub(crate) known: KnownFacts<'f>,
}

/// A set of facts that are not missing.
#[derive(Clone, Debug)]
pub(crate) enum KnownFacts<'f> {
    /// No fact.
    Nothing,
    /// One fact.
    One(FactCow<'f>),
    /// These facts.
    Among(Vec<Fact<'f>>),
    /// Every number in this range, in the order of doubles.
    Numbers(i64, i64),
    /// Every day in this range.
    Days(i64, i64),
    /// Every text.
    Texts,
    /// Every text except the texts that the model lists for this field. Under `ignore_case`, a listed text in another
    /// spelling is an other text.
    OtherTexts,
    /// Every set of tags that contains the first list and none of the second.
    Tags(Vec<&'f str>, Vec<&'f str>),
}

impl<'f> FactSet<'f> {
    /// The one fact that a subject has.
    pub(crate) fn one(fact: impl Into<FactCow<'f>>) -> FactSet<'f> {
        match fact.into() {
            FactCow::Borrowed(Fact::Missing) => FactSet { missing: true, known: KnownFacts::Nothing },
            fact => FactSet { missing: false, known: KnownFacts::One(fact) },
        }
    }

    /// Every fact that the field can have, or missing.
    pub(crate) fn open(field: &Field) -> FactSet<'f> {
        let known = match field.kind() {
            Kind::Flag => KnownFacts::among([Fact::Flag(false), Fact::Flag(true)]),
            Kind::Number => KnownFacts::Numbers(ordered_bits(f64::MIN), ordered_bits(f64::MAX)),
            Kind::Text => match field.texts() {
                Some(texts) if !texts.is_empty() => KnownFacts::among(texts.iter().copied().map(Fact::Text)),
                _ => KnownFacts::Texts,
            },
            Kind::Date | Kind::Time => KnownFacts::Days(DAYS_MIN, DAYS_MAX),
            Kind::Tags => KnownFacts::Tags(Vec::new(), Vec::new()),
            Kind::Any => KnownFacts::Texts,
        };
        FactSet { missing: true, known }
    }

    /// Whether there is more than one known fact.
    pub(crate) fn is_open(&self) -> bool {
        match &self.known {
            KnownFacts::Nothing | KnownFacts::One(_) => false,
            KnownFacts::Among(facts) => facts.len() > 1,
            KnownFacts::Numbers(a, b) | KnownFacts::Days(a, b) => a != b,
            KnownFacts::Texts | KnownFacts::OtherTexts | KnownFacts::Tags(..) => true,
        }
    }

    fn numbers_of(&self, known: Option<IntervalSet>) -> MaybeUnknown<Sets> {
        MaybeUnknown::numbers(known, self.missing)
    }

    /// Numbers in the order of doubles.
    pub(super) fn numbers(&self) -> MaybeUnknown<Sets> {
        self.numbers_of(match &self.known {
            KnownFacts::Numbers(least, greatest) => Some(IntervalSet::from_to(*least, *greatest)),
            known => known.listed().and_then(|facts| each(&facts, |fact| concrete::number(concrete::double(fact)))),
        })
    }

    /// The ratios of this field's numbers to those of another field; any number if either field is open.
    pub(super) fn ratios(&self, of: &FactSet<'_>) -> MaybeUnknown<Sets> {
        match (self.known.listed(), of.known.listed()) {
            (Some(facts), Some(others)) => {
                let ratios: SmallVec<[Option<i64>; 4]> = facts
                    .iter()
                    .flat_map(|fact| {
                        others.iter().map(|other| {
                            concrete::ratio(concrete::double(*fact), concrete::double(*other)).map(ordered_bits)
                        })
                    })
                    .collect();
                let unknown = self.missing || of.missing || ratios.iter().any(Option::is_none);
                let known = IntervalSet::of(ratios.into_iter().flatten().map(|ratio| (ratio, ratio)));
                MaybeUnknown::numbers(known, unknown)
            }
            _ if self.known.is_nothing() || of.known.is_nothing() => MaybeUnknown::never_known(),
            _ => {
                let any = IntervalSet::from_to(ordered_bits(f64::MIN), ordered_bits(f64::MAX));
                MaybeUnknown::numbers(Some(any), true)
            }
        }
    }

    /// Civil days.
    pub(super) fn days(&self, offset_secs: i64) -> MaybeUnknown<Sets> {
        self.numbers_of(match &self.known {
            KnownFacts::Days(first, last) => Some(IntervalSet::from_to(*first, *last)),
            known => known.listed().and_then(|facts| each(&facts, |fact| concrete::day(fact, offset_secs))),
        })
    }

    pub(super) fn tag_counts(&self) -> MaybeUnknown<Sets> {
        self.numbers_of(match &self.known {
            KnownFacts::Tags(with, _) => {
                Some(IntervalSet::from_to(i64::try_from(with.len()).unwrap_or(i64::MAX), i64::MAX))
            }
            known => known.listed().and_then(|facts| each(&facts, concrete::tag_count)),
        })
    }

    /// The answers of a test that looks at this field alone.
    pub(super) fn holds(&self, test: &Test) -> Set<Option<bool>> {
        let missing = self.missing.then(|| concrete::holds(test, Fact::Missing));
        let known: SmallVec<[Option<bool>; 4]> = match (&self.known, test) {
            (KnownFacts::Nothing | KnownFacts::One(_) | KnownFacts::Among(_), _) => {
                let facts = self.known.listed();
                facts.iter().flat_map(|facts| facts.iter()).map(|fact| concrete::holds(test, *fact)).collect()
            }
            (_, Test::Known { known, .. }) => SmallVec::from_slice(&[Some(*known)]),
            (KnownFacts::Texts | KnownFacts::OtherTexts, Test::Text { test, ignore_case, negate, .. }) => {
                let other = matches!(self.known, KnownFacts::OtherTexts);
                let (can, cannot) = texts_match(test, *ignore_case, other);
                either(can, cannot, *negate)
            }
            (KnownFacts::Tags(with, without), Test::Tags { test, ignore_case, negate, .. }) => {
                let is_there = |tag: &Literal| has_tag(with, tag, *ignore_case);
                let is_absent = |tag: &Literal| lacks_tag(without, tag, *ignore_case);
                let (can, cannot) = match test {
                    TagTest::HasAny(any) => (!any.iter().all(is_absent), !any.iter().any(is_there)),
                    TagTest::HasAll(all) => (!all.iter().any(is_absent), !all.iter().all(is_there)),
                    TagTest::AnyNotIn(_) => (true, true),
                };
                either(can, cannot, *negate)
            }
            _ => SmallVec::from_slice(&[None]),
        };
        Set::of(missing.into_iter().chain(known)).unwrap_or_else(|| Set::one(None))
    }

    /// The answers to whether some tag is not among those of another field.
    pub(super) fn any_not_in(&self, others: &FactSet<'_>, ignore_case: bool) -> Set<Option<bool>> {
        let unknown = (self.missing || others.missing).then_some(None);
        let known: SmallVec<[Option<bool>; 4]> = match (self.known.listed(), others.known.listed()) {
            (Some(facts), Some(others)) => {
                let holds = |fact: &Fact<'_>, other: &Fact<'_>| concrete::any_not_in(*fact, *other, ignore_case);
                facts.iter().flat_map(|fact| others.iter().map(move |other| holds(fact, other))).collect()
            }
            _ if self.known.is_nothing() || others.known.is_nothing() => SmallVec::new(),
            _ => either(true, true, false),
        };
        Set::of(unknown.into_iter().chain(known)).unwrap_or_else(|| Set::one(None))
    }

    /// The points of a body that reads this field.
    pub(super) fn points(&self, body: &RuleBody) -> MaybeUnknown<Sets> {
        self.numbers_of(match (&self.known, body) {
            (known @ (KnownFacts::One(_) | KnownFacts::Among(_)), _) => {
                known.listed().and_then(|facts| each(&facts, |fact| concrete::points(body, fact)))
            }
            (KnownFacts::Texts, RuleBody::Texts { rows, otherwise, .. }) => IntervalSet::of(
                rows.iter().map(|(_, points)| *points).chain([*otherwise]).map(|points| (points, points)),
            ),
            (KnownFacts::OtherTexts, RuleBody::Texts { rows, otherwise, ignore_case, .. }) => {
                let spelt_otherwise = rows.iter().filter(|(text, _)| *ignore_case && has_spellings(text));
                let points = spelt_otherwise.map(|(_, points)| *points).chain([*otherwise]);
                IntervalSet::of(points.map(|points| (points, points)))
            }
            (KnownFacts::Tags(with, without), RuleBody::Tags { rows, otherwise, sum, ignore_case, .. }) => {
                let is_there = |tag: &str| has_tag(with, tag, *ignore_case);
                let is_absent = |tag: &str| lacks_tag(without, tag, *ignore_case);
                Some(tag_points(rows, *otherwise, *sum, is_there, is_absent))
            }
            _ => None,
        })
    }
}

impl<'f> KnownFacts<'f> {
    /// The facts as a list, if they are listed.
    fn listed(&self) -> Option<Listed<'_>> {
        match self {
            KnownFacts::Nothing => Some(Listed::Facts(&[])),
            KnownFacts::One(fact) => Some(Listed::One(fact.as_fact())),
            KnownFacts::Among(facts) => Some(Listed::Facts(facts)),
            _ => None,
        }
    }

    fn is_nothing(&self) -> bool {
        matches!(self, KnownFacts::Nothing)
    }

    pub(crate) fn among(facts: impl IntoIterator<Item = Fact<'f>>) -> KnownFacts<'f> {
        KnownFacts::Among(facts.into_iter().collect())
    }
}

/// A list of facts.
enum Listed<'a> {
    One(Fact<'a>),
    Facts(&'a [Fact<'a>]),
}

impl<'a> Deref for Listed<'a> {
    type Target = [Fact<'a>];

    fn deref(&self) -> &[Fact<'a>] {
        match self {
            Listed::One(fact) => std::slice::from_ref(fact),
            Listed::Facts(facts) => facts,
        }
    }
}

/// The numbers that `f` finds in the facts.
#[inline]
fn each(facts: &[Fact<'_>], f: impl Fn(Fact<'_>) -> Option<i64>) -> Option<IntervalSet> {
    if let [only] = facts {
        return f(*only).map(|number| IntervalSet::from_to(number, number));
    }
    IntervalSet::of(facts.iter().filter_map(|fact| f(*fact)).map(|number| (number, number)))
}

fn either(can: bool, cannot: bool, negate: bool) -> SmallVec<[Option<bool>; 4]> {
    [(can, !negate), (cannot, negate)].into_iter().filter(|(there, _)| *there).map(|(_, holds)| Some(holds)).collect()
}

/// Whether some text matches, and whether some text does not: of all texts, or of [`KnownFacts::OtherTexts`].
fn texts_match(test: &TextTest, ignore_case: bool, other: bool) -> (bool, bool) {
    match test {
        // If case is ignored, another spelling of a listed text is among the other texts.
        TextTest::OneOf(texts) => (texts.iter().any(|text| !other || (ignore_case && has_spellings(text))), true),
        TextTest::StartsWith(parts)
        | TextTest::EndsWith(parts)
        | TextTest::Contains(parts)
        | TextTest::HasWord(parts) => (true, !parts.iter().any(|part| part.is_empty())),
    }
}

/// Whether every set with these tags has one that is equal to `tag`, which is folded if case is ignored.
fn has_tag(with: &[&str], tag: &str, ignore_case: bool) -> bool {
    with.iter().any(|own| if ignore_case { folds_to(own, tag) } else { *own == tag })
}

/// Whether no set without these tags has one that is equal to `tag`: not even in another spelling if case is ignored.
fn lacks_tag(without: &[&str], tag: &str, ignore_case: bool) -> bool {
    without.contains(&tag) && !(ignore_case && has_spellings(tag))
}

/// The points of tags of which some are present, some are absent and the others may be either.
fn tag_points(
    rows: &[(Box<str>, i64)],
    otherwise: i64,
    sum: bool,
    has: impl Fn(&str) -> bool,
    lacks: impl Fn(&str) -> bool,
) -> IntervalSet {
    let free = rows.iter().filter(|(tag, _)| !has(tag) && !lacks(tag)).map(|(_, points)| *points);
    let none = rows.iter().any(|(tag, _)| has(tag)).then(|| concrete::tag_points(rows, otherwise, sum, &has));
    if sum {
        // The sums with at least one row, and the sum of none.
        let some = free.fold(none.map(|sum| (sum, sum)).into_iter().collect::<Intervals>(), |sums, points| {
            let mut longer: Intervals =
                sums.iter().map(|(a, b)| (a.saturating_add(points), b.saturating_add(points))).collect();
            longer.extend(sums);
            if none.is_none() {
                longer.push((points, points));
            }
            IntervalSet::of(longer).map(|ranges| ranges.iter().collect()).unwrap_or_default()
        });
        return IntervalSet::of(some.into_iter().chain(none.is_none().then_some((otherwise, otherwise))))
            .unwrap_or_else(|| IntervalSet::from_to(otherwise, otherwise));
    }
    let least = none.unwrap_or(otherwise);
    let better = free.filter(|points| none.is_none_or(|best| *points > best)).map(|points| (points, points));
    IntervalSet::of(better.chain([(least, least)])).unwrap_or_else(|| IntervalSet::from_to(least, least))
}

type Intervals = SmallVec<[(i64, i64); 4]>;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn points_of_tags_are_those_of_some_set_of_them(
            points in proptest::collection::vec(-20_i64..30, 1..6),
            places in proptest::collection::vec(0_u8..3, 5),
            otherwise in -5_i64..5,
            sum: bool,
        ) {
            let rows: Vec<(Box<str>, i64)> =
                points.iter().enumerate().map(|(place, points)| (place.to_string().into(), *points)).collect();
            let placed = |wanted: u8| {
                rows.iter().zip(&places).filter(move |(_, place)| **place == wanted).map(|((tag, _), _)| &**tag)
            };
            let (with, without): (Vec<&str>, Vec<&str>) = (placed(0).collect(), placed(1).collect());
            let free: Vec<&str> = placed(2).collect();
            let worths: Vec<i64> = (0_u32..1 << free.len())
                .map(|chosen| {
                    let is_chosen = |tag: &str| free.iter().position(|own| *own == tag).is_some_and(|place| chosen >> place & 1 == 1);
                    concrete::tag_points(&rows, otherwise, sum, |tag| with.contains(&tag) || is_chosen(tag))
                })
                .collect();
            let expected = IntervalSet::of(worths.iter().map(|worth| (*worth, *worth))).unwrap();
            prop_assert_eq!(tag_points(&rows, otherwise, sum, |tag| with.contains(&tag), |tag| without.contains(&tag)), expected);
        }
    }

    #[test]
    fn texts_that_match_and_texts_that_do_not() {
        let one_of = |texts: &[&str]| TextTest::OneOf(texts.iter().copied().collect());
        for (test, ignore_case, other, expected) in [
            (one_of(&["a"]), false, false, (true, true)),
            (one_of(&["a"]), false, true, (false, true)),
            (one_of(&["a"]), true, true, (true, true)), // as `A`
            (one_of(&["1"]), true, true, (false, true)),
            (one_of(&[]), false, false, (false, true)),
            (TextTest::Contains(["a"].into_iter().collect()), false, true, (true, true)),
            (TextTest::StartsWith(["a", ""].into_iter().collect()), false, false, (true, false)),
        ] {
            assert_eq!(texts_match(&test, ignore_case, other), expected, "{test:?}");
        }
    }
}
