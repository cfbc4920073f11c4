//! A model compiled against the fields of a type: no names are looked up any more, nothing can be wrong any more.
//!
//! Every number is in millionths unless it says otherwise, every test on a number is a range of whole numbers: see
//! [`Unit`] for how each quantity is turned into one.

use std::ops::RangeInclusive;

use crate::activity::{Ages, Names};
use crate::decay::Curve;
use crate::decimal::{Excess, scaled};
use crate::facts::{Field, WAYS};
use crate::grade::Grade;
use crate::literal::Literals;
use crate::model::{Calendar, EventMeasure, Fingerprint, GateMissing, Missing, NumberOp, Total};
use crate::time::Span;

#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) name: Box<str>,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) offset_secs: i64,
    pub(crate) fields: Box<[Reading]>,
    pub(crate) disqualifying: Box<[Gate]>,
    pub(crate) required: Box<[Gate]>,
    pub(crate) axes: Box<[Axis]>, // at most 8
    pub(crate) total: Total,
    pub(crate) weight: i64, // of all axes together, positive unless there are none
    pub(crate) grade: Option<Grading>,
    pub(crate) promoters: Box<[Promoter]>,
    pub(crate) limits: Box<[Limit]>,
    pub(crate) states: States,
    pub(crate) segments: Box<[Segment]>,
    pub(crate) plays: Box<[Play]>,
    /// How many tests on texts and tags there are; each has a number among them, its slot.
    pub(crate) slots: usize,
    /// How many gates, rules, promoters and limits there are; each has a number among them.
    pub(crate) numbered: usize,
    /// Whether a promoter or a limit asks for the outcome, so that it depends on every fact anew.
    pub(crate) asks_outcome: bool,
    /// Whether verdict and raw points of the axes alone decide on everything else.
    pub(crate) by_points: bool,
    /// The age in seconds from which on no event can matter; `None` if every event can.
    pub(crate) lifespan_secs: Option<u64>,
    pub(crate) room: Room,
}

/// How much an evaluation may find, for an explanation to make room for it once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Room {
    /// Gates, rules, promoters, limits and segments.
    pub(crate) asked: usize,
    /// Facts, events and outcomes that they look at.
    pub(crate) looks: usize,
    /// Texts among these, with a few for each set of them.
    pub(crate) texts: usize,
}

/// A field that the model reads.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) field: Field,
    /// Whether anything but `known` is asked of it, so that its absence leaves something unknown.
    pub(crate) valued: bool,
    /// Whether it is looked at in several places, or in one whose worth and reach hang together, so that the places
    /// cannot be taken apart.
    pub(crate) shared: bool,
}

/// A place where a program looks at facts.
#[derive(Clone, Copy)]
pub(crate) enum Mention<'m> {
    Test(&'m Test),
    Bands(&'m Quantity, &'m BandRows),
    /// A form that is read from one field.
    Form(&'m Worth),
}

impl Mention<'_> {
    /// The fields that are looked at, at most two.
    pub(crate) fn fields(self) -> impl Iterator<Item = FieldIndex> {
        let of = match self {
            Mention::Test(Test::Number { of, .. }) | Mention::Bands(of, _) => of.fields(),
            Mention::Test(Test::Tags { field, test: TagTest::AnyNotIn(other), .. }) => [Some(*field), Some(*other)],
            Mention::Test(
                Test::Known { field, .. }
                | Test::Flag { field, .. }
                | Test::Text { of: TextSubject::Field(field), .. }
                | Test::Tags { field, .. }
                | Test::Day { field, .. },
            ) => [Some(*field), None],
            Mention::Test(Test::Text { .. } | Test::Happened { .. }) => [None, None],
            Mention::Form(form) => [form.field(), None],
        };
        of.into_iter().flatten()
    }

    /// How many texts there are to see, or about as many.
    fn texts(self) -> usize {
        const TAGS: usize = 4;
        match self {
            Mention::Test(Test::Text { .. }) | Mention::Form(Worth::Texts { .. }) => 1,
            Mention::Test(Test::Tags { .. }) | Mention::Form(Worth::Tags { .. }) => TAGS,
            _ => 0,
        }
    }

    fn asks_outcome(self) -> bool {
        match self {
            Mention::Test(Test::Number { of, .. }) => matches!(of, Quantity::Axis { .. } | Quantity::Score),
            Mention::Test(Test::Text { of, .. }) => matches!(of, TextSubject::Grade | TextSubject::Verdict),
            _ => false,
        }
    }
}

impl Program {
    /// Every place where the program looks at facts.
    pub(crate) fn mentions<'m>(&'m self, mut each: impl FnMut(Mention<'m>)) {
        let gates = self.disqualifying.iter().chain(&self.required).map(|gate| &gate.when);
        gates.for_each(|when| when.mentions(&mut each));
        self.conclusions(&mut each);
        self.rules().for_each(|rule| rule.mentions(&mut each));
    }

    /// Those of them that come after the axes.
    fn conclusions<'m>(&'m self, mut each: impl FnMut(Mention<'m>)) {
        let promoters = self.promoters.iter().map(|promoter| &promoter.when);
        let limits = self.limits.iter().map(|limit| &limit.when);
        let segments = self.segments.iter().filter_map(|segment| segment.when.as_ref());
        promoters.chain(limits).chain(segments).for_each(|when| when.mentions(&mut each));
    }

    /// Everything that can fire, with its number.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (usize, &Title)> {
        let gates = self.disqualifying.iter().chain(&self.required).map(|gate| (gate.number, &gate.title));
        let rules = self.rules().map(|rule| (rule.number, &rule.title));
        let promoters = self.promoters.iter().map(|promoter| (promoter.number, &promoter.title));
        let limits = self.limits.iter().map(|limit| (limit.number, &limit.title));
        gates.chain(rules).chain(promoters).chain(limits)
    }

    /// The required or the disqualifying gates.
    #[inline]
    pub(crate) fn gates(&self, required: bool) -> &[Gate] {
        if required { &self.required } else { &self.disqualifying }
    }

    fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.axes.iter().flat_map(|axis| &axis.parts).flat_map(|part| &part.rules)
    }

    /// The events that the program looks at.
    pub(crate) fn events<'m>(&'m self, mut each: impl FnMut(&'m Names)) {
        self.mentions(|mention| {
            let events = match mention {
                Mention::Test(Test::Number { of, .. }) | Mention::Bands(of, _) => of.events(),
                Mention::Test(Test::Happened { events, .. }) => Some(events),
                _ => None,
            };
            if let Some(events) = events {
                each(&events.names);
            }
        });
        self.rules().for_each(|rule| {
            if let Worth::Signal(signal) = &rule.worth {
                each(&signal.events.names);
            }
        });
    }

    /// Finds out which fields are shared, whether the outcome is asked for and how much there is to find, and numbers
    /// the parts and all that can fire.
    pub(crate) fn tied(mut self) -> Program {
        let mut counts = vec![0_usize; self.fields.len()];
        let count = |counts: &mut [usize], mention: Mention<'_>| {
            mention.fields().for_each(|field| counts.get_mut(field).into_iter().for_each(|count| *count += 1));
        };
        self.mentions(|mention| count(&mut counts, mention));
        for rule in self.rules().filter(|rule| rule.missing == Missing::Skip) {
            rule.mentions(&mut |mention| count(&mut counts, mention));
        }
        let mut asks_outcome = false;
        let promoters = self.promoters.iter().map(|promoter| &promoter.when);
        for when in promoters.chain(self.limits.iter().map(|limit| &limit.when)) {
            when.mentions(&mut |mention| asks_outcome |= mention.asks_outcome());
        }
        let mut by_points = self.axes.iter().all(|axis| !axis.skips);
        self.conclusions(|mention| by_points &= mention.asks_outcome());
        for (reading, count) in self.fields.iter_mut().zip(counts) {
            reading.shared = count > 1;
        }
        for (place, part) in self.axes.iter_mut().flat_map(|axis| &mut axis.parts).enumerate() {
            part.place = place;
        }
        let gates = self.disqualifying.iter_mut().chain(&mut self.required).map(|gate| &mut gate.number);
        let parts = self.axes.iter_mut().flat_map(|axis| &mut axis.parts);
        let rules = parts.flat_map(|part| &mut part.rules).map(|rule| &mut rule.number);
        let promoters = self.promoters.iter_mut().map(|promoter| &mut promoter.number);
        let limits = self.limits.iter_mut().map(|limit| &mut limit.number);
        for (number, own) in gates.chain(rules).chain(promoters).chain(limits).enumerate() {
            *own = number;
            self.numbered = number + 1;
        }
        let gates = self.disqualifying.len() + self.required.len();
        let rules = self.rules().count();
        let signals = self.rules().filter(|rule| matches!(rule.worth, Worth::Signal(_))).count();
        let asked = gates + rules + self.promoters.len() + self.limits.len() + self.segments.len();
        let mut room = Room { asked, looks: signals, texts: 0 };
        self.mentions(|mention| {
            room.looks += 1;
            room.texts += mention.texts();
        });
        Program { asks_outcome, by_points, room, ..self }
    }
}

/// A place in a list that a program has, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(u16); // from 1 on

impl Place {
    pub(crate) const NONE: Place = Place(0);

    #[inline]
    pub(crate) fn at(place: usize) -> Place {
        // No list is as long; see `Limits::held`.
        Place(u16::try_from(place + 1).unwrap_or(0))
    }

    #[inline]
    pub(crate) fn get(self) -> Option<usize> {
        self.0.checked_sub(1).map(usize::from)
    }
}

/// An index into [`Program::fields`].
pub(crate) type FieldIndex = usize;

/// How something is called: its id or name, and what a reader sees.
#[derive(Debug)]
pub(crate) struct Title {
    pub(crate) id: Box<str>,
    pub(crate) label: Option<Box<str>>,
}

impl Title {
    pub(crate) fn shown(&self) -> &str {
        self.label.as_ref().unwrap_or(&self.id)
    }
}

#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) title: Title,
    /// Its number among all that can fire.
    pub(crate) number: usize,
    pub(crate) when: Condition,
    pub(crate) missing: GateMissing,
}

#[derive(Debug)]
pub(crate) struct Condition {
    /// Nowhere unless it is a test.
    pub(crate) ask: Ask,
    pub(crate) form: Form,
}

/// The form of a condition. One tag says this and what is tested, so that an inquiry looks at no other.
#[derive(Debug)]
pub(crate) enum Form {
    All(Box<[Condition]>),
    Any(Box<[Condition]>),
    Not(Box<Condition>),
    AtLeastOf { count: usize, of: Box<[Condition]> },
    Test(Test),
}

impl From<Form> for Condition {
    fn from(form: Form) -> Condition {
        Condition { ask: Ask::NOWHERE, form }
    }
}

/// The place of a test among the inquiries into a type's fields, if it is one of them; see
/// [`Inquiry`](crate::facts::Inquiry).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask(usize);

impl Ask {
    pub(crate) const NUMBER: usize = 0;
    pub(crate) const FLAG: usize = 1;
    pub(crate) const ONE_OF: usize = 2;
    pub(crate) const HAS_ANY: usize = 3;
    pub(crate) const DAYS_SINCE: usize = 4;
    pub(crate) const DAYS_UNTIL: usize = 5;

    /// Into the dividend.
    pub(crate) const RATIO: usize = WAYS - 1;

    const NOWHERE: Ask = Ask(usize::MAX);

    /// The inquiry into a field in one of the ways.
    #[inline]
    pub(crate) fn into(field: &Field, way: usize) -> Ask {
        Ask(field.index() * WAYS + way)
    }

    /// The inquiry that a test is, with the fields that it may be into.
    pub(crate) fn of<'f>(test: &Test, field_at: impl Fn(FieldIndex) -> Option<&'f Field>) -> Ask {
        let (field, way) = match test {
            Test::Number { of: Quantity::Number { field }, .. } => (field, Ask::NUMBER),
            Test::Number { of: Quantity::Calendar { field, by: Calendar::DaysSince }, .. } => (field, Ask::DAYS_SINCE),
            Test::Number { of: Quantity::Calendar { field, by: Calendar::DaysUntil }, .. } => (field, Ask::DAYS_UNTIL),
            Test::Number { of: Quantity::Ratio { field, .. }, .. } => (field, Ask::RATIO),
            Test::Flag { field, .. } => (field, Ask::FLAG),
            Test::Text { of: TextSubject::Field(field), test: TextTest::OneOf(_), ignore_case: false, .. } => {
                (field, Ask::ONE_OF)
            }
            Test::Tags { field, test: TagTest::HasAny(_), .. } => (field, Ask::HAS_ANY),
            _ => return Ask::NOWHERE,
        };
        field_at(*field).map_or(Ask::NOWHERE, |field| Ask::into(field, way))
    }

    /// One that a type does not have, if it is none.
    #[inline]
    pub(crate) fn place(self) -> usize {
        self.0
    }
}

impl Condition {
    fn mentions<'m>(&'m self, each: &mut impl FnMut(Mention<'m>)) {
        match &self.form {
            Form::All(parts) | Form::Any(parts) | Form::AtLeastOf { of: parts, .. } => {
                parts.iter().for_each(|part| part.mentions(each));
            }
            Form::Not(inner) => inner.mentions(each),
            Form::Test(test) => each(Mention::Test(test)),
        }
    }
}

#[derive(Debug)]
#[repr(u8)]
pub(crate) enum Test {
    Known {
        field: FieldIndex,
        known: bool,
    },
    Flag {
        field: FieldIndex,
        is: bool,
    },
    Number {
        of: Quantity,
        within: RangeInclusive<i64>,
        /// The least and the greatest double within, for quantities that are doubles.
        doubles: [f64; 2],
        op: NumberOp,
    },
    Text {
        of: TextSubject,
        test: TextTest,
        ignore_case: bool,
        negate: bool,
        slot: usize,
    },
    Tags {
        field: FieldIndex,
        test: TagTest,
        negate: bool,
        slot: usize,
    },
    /// The day of a date, counted from 1970-01-01.
    Day {
        field: FieldIndex,
        within: RangeInclusive<i64>,
        date: i64,
        from: bool,
    },
    Happened {
        events: Events,
        is: bool,
    },
}

#[derive(Debug)]
#[repr(u8)]
pub(crate) enum Quantity {
    Number { field: FieldIndex },
    Ratio { field: FieldIndex, of: FieldIndex },
    Calendar { field: FieldIndex, by: Calendar },
    TagCount { field: FieldIndex },
    Event { events: Events, by: EventMeasure },
    DaysSinceLast { events: Events },
    Axis { axis: usize },
    Score,
}

impl Quantity {
    fn fields(&self) -> [Option<FieldIndex>; 2] {
        match self {
            Quantity::Ratio { field, of } => [Some(*field), Some(*of)],
            Quantity::Number { field } | Quantity::Calendar { field, .. } | Quantity::TagCount { field } => {
                [Some(*field), None]
            }
            Quantity::Event { .. } | Quantity::DaysSinceLast { .. } | Quantity::Axis { .. } | Quantity::Score => {
                [None, None]
            }
        }
    }

    fn events(&self) -> Option<&Events> {
        match self {
            Quantity::Event { events, .. } | Quantity::DaysSinceLast { events } => Some(events),
            _ => None,
        }
    }

    pub(crate) fn unit(&self) -> Unit {
        match self {
            Quantity::Number { .. } | Quantity::Ratio { .. } => Unit::Double,
            Quantity::Event { by: EventMeasure::Amount, .. } | Quantity::Axis { .. } | Quantity::Score => {
                Unit::Millionth
            }
            Quantity::Calendar { .. }
            | Quantity::TagCount { .. }
            | Quantity::Event { .. }
            | Quantity::DaysSinceLast { .. } => Unit::Whole,
        }
    }
}

/// How a quantity is turned into a whole number that orders like it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Days, months and counts: the number itself.
    Whole,
    /// Decimals: millionths.
    Millionth,
    /// Doubles: their bits, so arranged that the next whole number is the next double.
    Double,
}

impl Unit {
    /// The greatest whole number not above `number` and the least not below it.
    fn around(self, number: f64) -> (i64, i64) {
        let places = match self {
            Unit::Whole => 0,
            Unit::Millionth => 6,
            Unit::Double => return (ordered_bits(number), ordered_bits(number)),
        };
        let end = if number < 0.0 { i64::MIN } else { i64::MAX };
        (scaled(number, places, Excess::Floor).unwrap_or(end), scaled(number, places, Excess::Ceiling).unwrap_or(end))
    }

    /// The whole numbers for which `op` holds; for [`NumberOp::IsNot`] those for which it does not.
    pub(crate) fn range(self, op: NumberOp) -> RangeInclusive<i64> {
        match op {
            NumberOp::Is(number) | NumberOp::IsNot(number) => {
                let (floor, ceiling) = self.around(number);
                ceiling..=floor
            }
            NumberOp::AtLeast(number) => self.around(number).1..=i64::MAX,
            NumberOp::MoreThan(number) => self.around(number).0.saturating_add(1)..=i64::MAX,
            NumberOp::AtMost(number) => i64::MIN..=self.around(number).0,
            NumberOp::LessThan(number) => i64::MIN..=self.around(number).1.saturating_sub(1),
            NumberOp::Between(low, high) => self.around(low).1..=self.around(high).0,
        }
    }

    /// The least whole number at `bound`, or above it.
    pub(crate) fn lower_bound(self, bound: f64, exclusive: bool) -> i64 {
        *self.range(if exclusive { NumberOp::MoreThan(bound) } else { NumberOp::AtLeast(bound) }).start()
    }
}

/// The bits of a double as a whole number that orders as the double does; both zeros are 0.
#[inline]
pub(crate) fn ordered_bits(number: f64) -> i64 {
    let bits = number.to_bits().cast_signed();
    // A negative double's magnitude grows with its bits; the sign bit alone is -0.0.
    if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
}

/// The doubles with these [`ordered_bits`], finite ones alone.
pub(crate) fn doubles_within(within: &RangeInclusive<i64>) -> [f64; 2] {
    let (least, greatest) = (ordered_bits(f64::MIN), ordered_bits(f64::MAX));
    if *within.start() > greatest || *within.end() < least {
        return [f64::MAX, f64::MIN];
    }
    [double_of(*within.start().max(&least)), double_of(*within.end().min(&greatest))]
}

/// The double with these [`ordered_bits`].
pub(crate) fn double_of(ordered: i64) -> f64 {
    let bits = if ordered < 0 { i64::MIN.wrapping_sub(ordered) } else { ordered };
    f64::from_bits(bits.cast_unsigned())
}

#[derive(Debug)]
pub(crate) enum TextSubject {
    Field(FieldIndex),
    Grade,
    Verdict,
}

#[derive(Debug)]
pub(crate) enum TextTest {
    /// Equal to one of these.
    OneOf(Literals),
    StartsWith(Box<str>),
    EndsWith(Box<str>),
    Contains(Box<str>),
}

#[derive(Debug)]
pub(crate) enum TagTest {
    HasAny(Literals),
    HasAll(Literals),
    AnyNotIn(FieldIndex),
}

/// Events by name and age.
#[derive(Debug)]
pub(crate) struct Events {
    pub(crate) names: Names,
    pub(crate) ages: Ages,
}

#[derive(Debug)]
pub(crate) struct Axis {
    pub(crate) title: Title,
    pub(crate) weight: i64,
    pub(crate) base: i64,
    /// What counts as 100, above zero.
    pub(crate) available: i64,
    /// Whether unknown rules may take their reach out of `available`.
    pub(crate) skips: bool,
    pub(crate) parts: Box<[Part]>,
}

/// Rules that count together: those of one group, or those of none.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) group: Option<Group>,
    pub(crate) rules: Box<[Rule]>,
    /// Its place among the parts of all axes.
    pub(crate) place: usize,
    /// What the rules can reach together, before the group's bounds.
    pub(crate) reach: i64,
}

#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) title: Title,
    pub(crate) min: i64,
    pub(crate) max: i64,
}

impl Part {
    /// `points` within the group's bounds.
    pub(crate) fn held(&self, points: i64) -> i64 {
        // Not `clamp`, which panics where the bounds are out of order; compiling has refused those.
        self.group.as_ref().map_or(points, |group| points.min(group.max).max(group.min))
    }
}

#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) title: Title,
    /// Its number among all that can fire.
    pub(crate) number: usize,
    /// Its place among the axis's rules in the document.
    pub(crate) place: usize,
    pub(crate) guard: Option<Condition>,
    pub(crate) worth: Worth,
    pub(crate) missing: Missing,
    /// The most it can be worth; `None` where there is no end to it, which only a given `available` allows.
    pub(crate) reach: Option<i64>,
}

impl Rule {
    fn mentions<'m>(&'m self, each: &mut impl FnMut(Mention<'m>)) {
        self.guard.iter().for_each(|guard| guard.mentions(each));
        match &self.worth {
            Worth::First { rows, .. } => rows.iter().for_each(|(when, _)| when.mentions(each)),
            Worth::Bands { of, rows, .. } => each(Mention::Bands(of, rows)),
            form @ (Worth::Texts { .. } | Worth::Tags { .. } | Worth::PerUnit { .. }) => each(Mention::Form(form)),
            Worth::Points(_) | Worth::Signal(_) => {}
        }
    }
}

/// The points of a rule by what its condition comes to, in a list: no branch has to be guessed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ByTruth([i64; 4]); // where it is false, unknown or true; the fourth is nothing's

impl ByTruth {
    pub(crate) fn new(unknown: i64, points: i64) -> ByTruth {
        ByTruth([0, unknown, points, 0])
    }

    /// The points where the condition is true.
    pub(crate) fn points(&self) -> i64 {
        self.of(2)
    }

    /// Those at a truth's place, from 0 to 2.
    #[inline]
    pub(crate) fn of(&self, place: usize) -> i64 {
        self.0.get(place % self.0.len()).copied().unwrap_or(0)
    }
}

#[derive(Debug)]
#[repr(u8)]
pub(crate) enum Worth {
    /// These points; the rule's condition is its guard.
    Points(ByTruth),
    First {
        rows: Box<[(Condition, i64)]>,
        otherwise: i64,
    },
    Bands {
        of: Quantity,
        rows: BandRows,
        below: i64,
    },
    /// Sorted by text.
    Texts {
        field: FieldIndex,
        rows: Box<[(Box<str>, i64)]>,
        otherwise: i64,
    },
    Tags {
        field: FieldIndex,
        rows: Box<[(Box<str>, i64)]>,
        otherwise: i64,
        sum: bool,
    },
    PerUnit {
        field: FieldIndex,
        points: i64,
        min: i64,
        max: i64,
    },
    Signal(Signal),
}

impl Worth {
    /// The one field that the form's points are read from, of forms that have one.
    pub(crate) fn field(&self) -> Option<FieldIndex> {
        match self {
            Worth::Texts { field, .. } | Worth::Tags { field, .. } | Worth::PerUnit { field, .. } => Some(*field),
            Worth::Points(_) | Worth::First { .. } | Worth::Bands { .. } | Worth::Signal(_) => None,
        }
    }
}

/// Least values and their points, rising.
pub(crate) type BandRows = Box<[(i64, i64)]>;

#[derive(Debug)]
pub(crate) struct Signal {
    pub(crate) events: Events,
    /// Points for an event, or for each unit of its amount.
    pub(crate) points: i64,
    pub(crate) per_unit: bool,
    pub(crate) per_day: u64,
    pub(crate) min_count: u64,
    pub(crate) most_recent: u64,
    /// To either side of zero.
    pub(crate) max: i64,
    pub(crate) curve: Curve,
}

impl Signal {
    /// Whether it matters which events are the latest.
    pub(crate) fn ordered(&self) -> bool {
        self.per_day < u64::MAX || self.most_recent < u64::MAX
    }

    /// Held to its own bound.
    pub(crate) fn held(&self, worth: i64) -> i64 {
        worth.min(self.max).max(-self.max)
    }
}

#[derive(Debug)]
pub(crate) struct Promoter {
    pub(crate) title: Title,
    /// Its number among all that can fire.
    pub(crate) number: usize,
    pub(crate) when: Condition,
    pub(crate) plus: i64,
}

#[derive(Debug)]
pub(crate) struct Limit {
    pub(crate) title: Title,
    /// Its number among all that can fire.
    pub(crate) number: usize,
    pub(crate) when: Condition,
    pub(crate) bound: i64,
    pub(crate) floor: bool,
}

#[derive(Debug)]
pub(crate) struct Grading {
    pub(crate) fit: Cuts,
    pub(crate) activity: Cuts,
}

impl Grading {
    /// The lowest grade that there is.
    pub(crate) fn last(&self) -> Grade {
        let last = |cuts: &Cuts| u8::try_from(cuts.cuts.len()).unwrap_or(u8::MAX);
        Grade::new(last(&self.fit), last(&self.activity))
    }
}

#[derive(Debug)]
pub(crate) struct Cuts {
    pub(crate) axis: usize,
    /// Strictly falling, at most eight.
    pub(crate) cuts: Box<[i64]>,
}

/// States by rising bound.
#[derive(Debug, Default)]
pub(crate) struct States {
    pub(crate) rows: Box<[(i64, Box<str>)]>,
    /// Whether the bounds are raw points.
    pub(crate) by_points: bool,
}

#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) name: Box<str>,
    pub(crate) when: Option<Condition>,
}

#[derive(Debug)]
pub(crate) struct Play {
    pub(crate) name: Box<str>,
    pub(crate) owner: Option<Box<str>>,
    pub(crate) respond_within: Option<Span>,
    pub(crate) otherwise: bool,
    /// The cells that it names, one bit each; none where it names no grades.
    pub(crate) cells: Cells,
    /// Indices into [`States::rows`].
    pub(crate) states: Box<[usize]>,
    /// Indices into [`Program::segments`].
    pub(crate) segments: Box<[usize]>,
}

/// A set of grades: bit `9 x letter + number`, both from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cells(u128);

impl Cells {
    pub(crate) fn add(&mut self, grade: Grade) {
        self.0 |= 1 << grade.place();
    }

    pub(crate) fn has(self, grade: Grade) -> bool {
        self.0 >> grade.place() & 1 == 1
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn a_rule_is_no_larger_than_documented() {
        assert!(size_of::<Rule>() <= 384); // as the page for hosts says
    }

    proptest! {
        #[test]
        fn doubles_within_are_those_whose_bits_are(number: f64, start: i64, end: i64, near in 0_usize..4) {
            let bits = ordered_bits(number);
            let [near_start, near_end] = [bits.saturating_sub(1), bits.saturating_add(1)];
            let within = [start..=end, near_start..=end, start..=near_end, bits..=bits][near].clone();
            let [least, greatest] = doubles_within(&within);
            prop_assert!(least.is_finite() && greatest.is_finite());
            prop_assume!(number.is_finite());
            prop_assert_eq!(least <= number && number <= greatest, within.contains(&bits));
        }

        #[test]
        fn ordered_bits_order_like_doubles(a: f64, b: f64) {
            prop_assume!(!a.is_nan() && !b.is_nan());
            prop_assert_eq!(ordered_bits(a).cmp(&ordered_bits(b)), a.partial_cmp(&b).unwrap());
            prop_assert!(double_of(ordered_bits(a)).eq(&a));
        }

        #[test]
        fn ranges_hold_what_the_operator_says(number in -20_i32..20, whole in -10_i32..10) {
            let operand = f64::from(number) / 2.0;
            let (value, whole) = (f64::from(whole), i64::from(whole));
            for (op, holds) in [
                (NumberOp::Is(operand), value.total_cmp(&operand).is_eq() || (number == 0 && whole == 0)),
                (NumberOp::AtLeast(operand), value >= operand),
                (NumberOp::MoreThan(operand), value > operand),
                (NumberOp::AtMost(operand), value <= operand),
                (NumberOp::LessThan(operand), value < operand),
                (NumberOp::Between(operand, operand + 1.5), value >= operand && value <= operand + 1.5),
            ] {
                prop_assert_eq!(Unit::Whole.range(op).contains(&whole), holds, "{:?} of {}", op, whole);
                prop_assert_eq!(Unit::Millionth.range(op).contains(&(whole * 1_000_000)), holds, "{:?} of {}", op, whole);
                prop_assert_eq!(Unit::Double.range(op).contains(&ordered_bits(value)), holds, "{:?} of {}", op, value);
            }
        }
    }
}
