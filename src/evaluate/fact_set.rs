//! The facts that a field may have.

use smallvec::SmallVec;

use super::Values;
use super::fact;
use super::possible::{Found, Set};
use super::ranges::Ranges;
use crate::decimal::nearest_micros;
use crate::input::facts::{Fact, Field, Kind};
use crate::points::HELD;
use crate::program::{TagTest, Test, TextTest, Worth, double_of, ordered_bits};
use crate::time::{DAYS_MAX, DAYS_MIN};

/// The facts that a field may have: those that are known, and whether it may be missing. At least one of both.
#[derive(Clone, Debug)]
pub(crate) struct FactSet<'f> {
    pub(crate) missing: bool,
    pub(crate) known: Known<'f>,
}

/// Facts that are not missing.
#[derive(Clone, Debug)]
pub(crate) enum Known<'f> {
    /// None at all.
    Nothing,
    /// This one.
    One(Fact<'f>),
    /// These.
    Among(Vec<Fact<'f>>),
    /// Every number in this range, in the order of doubles.
    Numbers(i64, i64),
    /// Every day in this range.
    Days(i64, i64),
    /// Every text.
    Texts,
    /// Every text that the model does not compare with as a whole.
    OtherTexts,
    /// Every set that has the first of these tags and not the second.
    Tags(Vec<&'f str>, Vec<&'f str>),
}

impl<'f> FactSet<'f> {
    /// The one fact that a subject has.
    pub(crate) fn one(fact: Fact<'f>) -> FactSet<'f> {
        match fact {
            Fact::Missing => FactSet { missing: true, known: Known::Nothing },
            fact => FactSet { missing: false, known: Known::One(fact) },
        }
    }

    /// Whatever may become known of a field, or nothing.
    pub(crate) fn open(field: &Field) -> FactSet<'f> {
        let known = match field.kind() {
            Kind::Flag => Known::among([Fact::Flag(false), Fact::Flag(true)]),
            Kind::Number => Known::Numbers(ordered_bits(f64::MIN), ordered_bits(f64::MAX)),
            Kind::Text => match field.texts() {
                Some(texts) if !texts.is_empty() => Known::among(texts.iter().copied().map(Fact::Text)),
                _ => Known::Texts,
            },
            Kind::Date | Kind::Time => Known::Days(DAYS_MIN, DAYS_MAX),
            Kind::Tags => Known::Tags(Vec::new(), Vec::new()),
            Kind::Any => Known::Texts,
        };
        FactSet { missing: true, known }
    }

    /// Whether more than one thing may be known.
    pub(crate) fn is_open(&self) -> bool {
        match &self.known {
            Known::Nothing | Known::One(_) => false,
            Known::Among(facts) => facts.len() > 1,
            Known::Numbers(a, b) | Known::Days(a, b) => a != b,
            Known::Texts | Known::OtherTexts | Known::Tags(..) => true,
        }
    }

    fn found(&self, known: Option<Ranges>) -> Found {
        Found { unknown: self.missing || known.is_none(), known }
    }

    /// Numbers in the order of doubles.
    pub(super) fn numbers(&self) -> Found {
        self.found(match &self.known {
            Known::Numbers(least, greatest) => Some(Ranges::from_to(*least, *greatest)),
            known => known.listed().and_then(|facts| each(facts, |fact| fact::number(fact::double(fact)))),
        })
    }

    /// The ratios of numbers to those of another field. Those of an open field may be anything.
    pub(super) fn ratios(&self, of: &FactSet<'_>) -> Found {
        match (self.known.listed(), of.known.listed()) {
            (Some(facts), Some(others)) => {
                let ratios: SmallVec<[Option<i64>; 4]> = facts
                    .iter()
                    .flat_map(|fact| {
                        others
                            .iter()
                            .map(|other| fact::ratio(fact::double(*fact), fact::double(*other)).map(ordered_bits))
                    })
                    .collect();
                let unknown = self.missing || of.missing || ratios.iter().any(Option::is_none);
                let known = Ranges::of(ratios.into_iter().flatten().map(|ratio| (ratio, ratio)));
                Found { known, unknown }
            }
            _ if self.known.is_nothing() || of.known.is_nothing() => Found { known: None, unknown: true },
            _ => {
                let any = Ranges::from_to(ordered_bits(f64::MIN), ordered_bits(f64::MAX));
                Found { known: Some(any), unknown: true }
            }
        }
    }

    /// Civil days.
    pub(super) fn days(&self, offset_secs: i64) -> Found {
        self.found(match &self.known {
            Known::Days(first, last) => Some(Ranges::from_to(*first, *last)),
            known => known.listed().and_then(|facts| each(facts, |fact| fact::day(fact, offset_secs))),
        })
    }

    pub(super) fn tag_counts(&self) -> Found {
        self.found(match &self.known {
            Known::Tags(with, _) => Some(Ranges::from_to(i64::try_from(with.len()).unwrap_or(i64::MAX), i64::MAX)),
            known => known.listed().and_then(|facts| each(facts, fact::tag_count)),
        })
    }

    /// Whether a test that looks at nothing but this field holds.
    pub(super) fn holds(&self, test: &Test) -> Set<Option<bool>> {
        let missing = self.missing.then(|| fact::holds(test, Fact::Missing));
        let known: SmallVec<[Option<bool>; 4]> = match (&self.known, test) {
            (known, _) if known.listed().is_some() => {
                known.listed().into_iter().flatten().map(|fact| fact::holds(test, *fact)).collect()
            }
            (_, Test::Known { known, .. }) => SmallVec::from_slice(&[Some(*known)]),
            (Known::Texts | Known::OtherTexts, Test::Text { test, ignore_case, negate, .. }) => {
                let other = matches!(self.known, Known::OtherTexts);
                let (can, cannot) = texts_match(test, *ignore_case, other);
                either(can, cannot, *negate)
            }
            (Known::Tags(with, without), Test::Tags { test, negate, .. }) => {
                let among = |tags: &[&str], tag: &str| tags.contains(&tag);
                let (can, cannot) = match test {
                    TagTest::HasAny(any) => {
                        (any.iter().any(|tag| !among(without, tag)), !any.iter().any(|tag| among(with, tag)))
                    }
                    TagTest::HasAll(all) => {
                        (!all.iter().any(|tag| among(without, tag)), all.iter().any(|tag| !among(with, tag)))
                    }
                    TagTest::AnyNotIn(_) => (true, true),
                };
                either(can, cannot, *negate)
            }
            _ => SmallVec::from_slice(&[None]),
        };
        Set::of(missing.into_iter().chain(known)).unwrap_or_else(|| Set::one(None))
    }

    /// Whether there is a tag that is not among those of another field.
    pub(super) fn any_not_in(&self, others: &FactSet<'_>) -> Set<Option<bool>> {
        let unknown = (self.missing || others.missing).then_some(None);
        let known: SmallVec<[Option<bool>; 4]> = match (self.known.listed(), others.known.listed()) {
            (Some(facts), Some(others)) => {
                facts.iter().flat_map(|fact| others.iter().map(|other| fact::any_not_in(*fact, *other))).collect()
            }
            _ if self.known.is_nothing() || others.known.is_nothing() => SmallVec::new(),
            _ => either(true, true, false),
        };
        Set::of(unknown.into_iter().chain(known)).unwrap_or_else(|| Set::one(None))
    }

    /// The points of a form that is read from this field.
    pub(super) fn points(&self, form: &Worth) -> Found {
        self.found(match (&self.known, form) {
            (Known::One(fact), _) => each(&[*fact], |fact| fact::points(form, fact)),
            (Known::Among(facts), _) => each(facts, |fact| fact::points(form, fact)),
            (Known::Texts, Worth::Texts { rows, otherwise, .. }) => {
                Ranges::of(rows.iter().map(|(_, points)| *points).chain([*otherwise]).map(|points| (points, points)))
            }
            (Known::OtherTexts, Worth::Texts { otherwise, .. }) => Ranges::of([(*otherwise, *otherwise)]),
            (Known::Tags(with, without), Worth::Tags { rows, otherwise, sum, .. }) => {
                Some(tag_points(rows, *otherwise, *sum, with, without))
            }
            (Known::Numbers(least, greatest), Worth::PerUnit { points, min, max, .. }) => {
                let at = |number| {
                    let units = nearest_micros(double_of(number), HELD).unwrap_or(0);
                    fact::per_unit(*points, units, *min, *max)
                };
                Some(Ranges::from_to(at(*least), at(*greatest)))
            }
            _ => None,
        })
    }
}

impl<'f> Known<'f> {
    /// The facts one by one, where they are.
    fn listed(&self) -> Option<&[Fact<'f>]> {
        match self {
            Known::Nothing => Some(&[]),
            Known::One(fact) => Some(std::slice::from_ref(fact)),
            Known::Among(facts) => Some(facts),
            _ => None,
        }
    }

    fn is_nothing(&self) -> bool {
        matches!(self, Known::Nothing)
    }

    pub(crate) fn among(facts: impl IntoIterator<Item = Fact<'f>>) -> Known<'f> {
        Known::Among(facts.into_iter().collect())
    }
}

/// What `f` finds in each of the facts.
#[inline]
fn each(facts: &[Fact<'_>], f: impl Fn(Fact<'_>) -> Option<i64>) -> Option<Ranges> {
    if let [only] = facts {
        return f(*only).map(|number| Ranges::from_to(number, number));
    }
    Ranges::of(facts.iter().filter_map(|fact| f(*fact)).map(|number| (number, number)))
}

fn either(can: bool, cannot: bool, negate: bool) -> SmallVec<[Option<bool>; 4]> {
    [(can, !negate), (cannot, negate)].into_iter().filter(|(there, _)| *there).map(|(_, holds)| Some(holds)).collect()
}

/// Whether there is a text that matches, and one that does not: of all texts, or of those alone that the model does
/// not compare with as a whole.
fn texts_match(test: &TextTest, ignore_case: bool, other: bool) -> (bool, bool) {
    match test {
        // Of what is compared with regardless of case, another spelling may be left.
        TextTest::OneOf(texts) => {
            let spelt_otherwise = |text: &str| ignore_case && text.bytes().any(|byte| byte.is_ascii_alphabetic());
            (texts.iter().any(|text| !other || spelt_otherwise(text)), true)
        }
        TextTest::StartsWith(part) | TextTest::EndsWith(part) | TextTest::Contains(part) => (true, !part.is_empty()),
    }
}

/// What tags may be worth, of which some are there, some are not and the rest may be either.
fn tag_points(rows: &[(Box<str>, i64)], otherwise: i64, sum: bool, with: &[&str], without: &[&str]) -> Ranges {
    let has = |tag: &str| with.contains(&tag);
    let free = rows.iter().filter(|(tag, _)| !has(tag) && !without.contains(&&**tag)).map(|(_, points)| *points);
    let none = rows.iter().any(|(tag, _)| has(tag)).then(|| fact::tag_points(rows, otherwise, sum, has));
    if sum {
        // What comes of some row or other, and what of none of them.
        let some = free.fold(none.map(|sum| (sum, sum)).into_iter().collect::<Sums>(), |sums, points| {
            let mut longer: Sums =
                sums.iter().map(|(a, b)| (a.saturating_add(points), b.saturating_add(points))).collect();
            longer.extend(sums);
            if none.is_none() {
                longer.push((points, points));
            }
            Ranges::of(longer).map(|ranges| ranges.iter().collect()).unwrap_or_default()
        });
        return Ranges::of(some.into_iter().chain(none.is_none().then_some((otherwise, otherwise))))
            .unwrap_or_else(|| Ranges::from_to(otherwise, otherwise));
    }
    let least = none.unwrap_or(otherwise);
    let better = free.filter(|points| none.is_none_or(|best| *points > best)).map(|points| (points, points));
    Ranges::of(better.chain([(least, least)])).unwrap_or_else(|| Ranges::from_to(least, least))
}

type Sums = SmallVec<[(i64, i64); 4]>;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn tags_are_worth_what_some_set_of_them_is(
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
                    fact::tag_points(&rows, otherwise, sum, |tag| with.contains(&tag) || is_chosen(tag))
                })
                .collect();
            let expected = Ranges::of(worths.iter().map(|worth| (*worth, *worth))).unwrap();
            prop_assert_eq!(tag_points(&rows, otherwise, sum, &with, &without), expected);
        }
    }

    #[test]
    fn some_text_matches_and_some_does_not() {
        let one_of = |texts: &[&str]| TextTest::OneOf(texts.iter().copied().collect());
        for (test, ignore_case, other, expected) in [
            (one_of(&["a"]), false, false, (true, true)),
            (one_of(&["a"]), false, true, (false, true)),
            (one_of(&["a"]), true, true, (true, true)), // as `A`
            (one_of(&["1"]), true, true, (false, true)),
            (one_of(&[]), false, false, (false, true)),
            (TextTest::Contains("a".into()), false, true, (true, true)),
            (TextTest::StartsWith("".into()), false, false, (true, false)),
        ] {
            assert_eq!(texts_match(&test, ignore_case, other), expected, "{test:?}");
        }
    }
}
