//! The events of several names within a span of time.

use std::ops::ControlFlow;

use smallvec::SmallVec;

use super::attributes::{AttributeTable, SetId, ValueId};
use super::event::{Entry, Key};
use super::{Activity, List};
use crate::time::civil_day;

/// A test of the attributes of an event.
pub(crate) trait AttributeTest {
    /// Whether an event with these attributes is selected.
    fn keeps(&self, table: &AttributeTable, attributes: Option<SetId>) -> bool;
}

impl Activity {
    /// The entries of the named events that happened later than `after` and not later than `until`, and whose attributes
    /// pass the test, if there is one.
    pub(crate) fn between<'a>(
        &'a self,
        names: &'a Names,
        after: Option<i64>,
        until: i64,
        test: Option<&'a dyn AttributeTest>,
    ) -> Selection<'a> {
        // Whatever the amount.
        let last = |at| (at, i64::MAX);
        let (lists, table) = (&*self.lists, self.table());
        Selection { lists, table, names, after: after.map(last), until: last(until), test }
    }
}

/// Which event names a model means.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Names {
    /// `"*"`: every name.
    All,
    /// These, sorted.
    Listed(Box<[Box<str>]>),
}

/// Ages in seconds from `from` on, up to but not including `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ages {
    pub(crate) from: i64,
    pub(crate) to: Option<i64>,
}

impl Ages {
    /// Any age: everything that has happened by now.
    pub(crate) const ANY: Ages = Ages { from: 0, to: None };

    /// What happened at or before this instant is too old at `as_of`: an age of exactly `to` is out.
    pub(crate) fn after(self, as_of: i64) -> Option<i64> {
        self.to.map(|to| as_of.saturating_sub(to))
    }

    /// What happened after this instant is too young at `as_of`.
    pub(crate) fn until(self, as_of: i64) -> i64 {
        as_of.saturating_sub(self.from)
    }
}

/// The entries of several event names within a window of ages; nothing is collected.
#[derive(Clone, Copy)]
pub(crate) struct Selection<'a> {
    lists: &'a [List],
    table: &'a AttributeTable,
    names: &'a Names,
    after: Option<Key>, // later than this
    until: Key,         // not later than this
    test: Option<&'a dyn AttributeTest>,
}

/// The number of event names that are merged at once: 16 KiB on the stack.
const NAMES_MERGED: usize = 1_024;

/// The number of sets of attributes whose answers are kept: 4 KiB on the stack.
const TESTED_ONCE: usize = 4_096;

/// Equal events at one instant.
#[derive(Clone, Copy)]
pub(crate) struct Occurrence {
    pub(crate) at: i64,
    pub(crate) amount: i64,
    pub(crate) count: u64,
    pub(crate) attributes: Option<SetId>,
}

impl From<&Entry> for Occurrence {
    fn from(entry: &Entry) -> Occurrence {
        let Entry { at, amount, count, attributes } = *entry;
        Occurrence { at, amount, count: count.into(), attributes }
    }
}

impl<'a> Selection<'a> {
    /// One slice for each selected name, none empty, whatever the attributes.
    pub(super) fn slices(self) -> impl Iterator<Item = &'a [Entry]> {
        let names = match self.names {
            Names::All => self.lists.len(),
            Names::Listed(names) => names.len(),
        };
        (0..names).filter_map(move |index| self.slice(index)).filter(|slice| !slice.is_empty())
    }

    /// The entries of one name, by its index in the selection. May be empty.
    fn slice(&self, index: usize) -> Option<&'a [Entry]> {
        let index = match self.names {
            Names::All => index,
            Names::Listed(names) => {
                let name = names.get(index)?;
                self.lists.binary_search_by(|list| list.name.cmp(name)).ok()?
            }
        };
        let entries = &*self.lists.get(index)?.entries;
        let first = self.after.map_or(0, |after| entries.partition_point(|entry| entry.key() <= after));
        // Nearly always nothing is recorded ahead of time.
        let last = match entries.last() {
            Some(last) if last.key() <= self.until => entries.len(),
            _ => entries.partition_point(|entry| entry.key() <= self.until),
        };
        entries.get(first..last)
    }

    #[inline]
    pub(super) fn keeps(&self, attributes: Option<SetId>) -> bool {
        self.test.is_none_or(|test| test.keeps(self.table, attributes))
    }

    /// When the first of them happened.
    pub(crate) fn first(self) -> Option<i64> {
        let first = |slice: &'a [Entry]| slice.iter().find(|entry| self.keeps(entry.attributes));
        self.slices().filter_map(first).map(|entry| entry.at).min()
    }

    /// When the last of them happened.
    pub(crate) fn last(self) -> Option<i64> {
        let last = |slice: &'a [Entry]| slice.iter().rfind(|entry| self.keeps(entry.attributes));
        self.slices().filter_map(last).map(|entry| entry.at).max()
    }

    /// How many there are.
    pub(crate) fn count(self) -> i64 {
        let add = |count: i64, entry: &Entry| count.saturating_add(entry.count.into());
        match self.whole() {
            Some(slices) => slices.flatten().fold(0, add),
            None => self.entries().fold(0, add),
        }
    }

    /// All of them, in no particular order across names.
    pub(crate) fn entries(self) -> impl Iterator<Item = &'a Entry> {
        self.slices().flatten().filter(move |entry| self.keeps(entry.attributes))
    }

    /// Calls `each` with all of them. Each of the first [`TESTED_ONCE`] sets of attributes is tested once.
    #[inline]
    pub(crate) fn each(self, mut each: impl FnMut(&'a Entry)) {
        // The first answer is for events without attributes.
        let mut answers: SmallVec<[Option<bool>; TESTED_ONCE]> = SmallVec::new();
        answers.resize((self.table.sets() + 1).min(TESTED_ONCE), None);
        for slice in self.slices() {
            for entry in slice {
                let keeps = match answers.get_mut(entry.attributes.map_or(0, SetId::index)) {
                    Some(answer) => *answer.get_or_insert_with(|| self.keeps(entry.attributes)),
                    None => self.keeps(entry.attributes),
                };
                if keeps {
                    each(entry);
                }
            }
        }
    }

    /// One slice for each selected name, none empty; `None` if the attributes of each entry have to be tested.
    #[inline]
    pub(crate) fn whole(self) -> Option<impl Iterator<Item = &'a [Entry]>> {
        self.test.is_none().then(|| self.slices())
    }

    /// Calls `each` with the entries from the latest to the earliest, until it breaks.
    ///
    /// A step takes constant time for one name, and logarithmic time in the number of names for several. More than
    /// [`NAMES_MERGED`] names are split by time into parts, each of which is searched for separately.
    #[inline]
    pub(crate) fn latest_first(self, each: impl FnMut(Occurrence) -> ControlFlow<()>) {
        self.in_order::<true>(each);
    }

    /// Calls `each` with the entries from the earliest to the latest, until it breaks.
    pub(crate) fn earliest_first(self, each: impl FnMut(Occurrence) -> ControlFlow<()>) {
        self.in_order::<false>(each);
    }

    #[inline]
    fn in_order<const LATEST_FIRST: bool>(self, mut each: impl FnMut(Occurrence) -> ControlFlow<()>) {
        let Some(test) = self.test else { return self.all_in_order::<LATEST_FIRST>(each) };
        self.all_in_order::<LATEST_FIRST>(|entry| {
            if test.keeps(self.table, entry.attributes) { each(entry) } else { ControlFlow::Continue(()) }
        });
    }

    /// As [`in_order`](Selection::in_order), whatever the attributes.
    #[inline]
    fn all_in_order<const LATEST_FIRST: bool>(self, mut each: impl FnMut(Occurrence) -> ControlFlow<()>) {
        let mut slices = self.slices();
        let first = slices.next().unwrap_or_default();
        let _: ControlFlow<()> = if slices.next().is_none() {
            if LATEST_FIRST {
                first.iter().rev().try_for_each(|entry| each(entry.into()))
            } else {
                first.iter().try_for_each(|entry| each(entry.into()))
            }
        } else {
            // Moved, so that it stays in registers where there is one name.
            let mut each = each;
            self.several_in_order::<LATEST_FIRST, _>(&mut each)
        };
    }

    /// As [`all_in_order`](Selection::all_in_order), for several names: at most [`NAMES_MERGED`] at once.
    fn several_in_order<const LATEST_FIRST: bool, F: FnMut(Occurrence) -> ControlFlow<()>>(
        self,
        each: &mut F,
    ) -> ControlFlow<()> {
        if let Some(flow) = merged::<LATEST_FIRST>(self.slices(), each) {
            return flow;
        }
        match self.middle() {
            Some(middle) => {
                let (earlier, later) = (Selection { until: middle, ..self }, Selection { after: Some(middle), ..self });
                let (first, second) = if LATEST_FIRST { (later, earlier) } else { (earlier, later) };
                first.several_in_order::<LATEST_FIRST, F>(each)?;
                second.several_in_order::<LATEST_FIRST, F>(each)
            }
            None => self.slices().flatten().try_for_each(|entry| each(entry.into())),
        }
    }

    /// A key that splits the entries: not before the first key, and before the last. `None` if all have the same key.
    fn middle(self) -> Option<Key> {
        let ends = |slice: &[Entry]| Some((slice.first()?.key(), slice.last()?.key()));
        let both = |(first, last): (Key, Key), own: (Key, Key)| (first.min(own.0), last.max(own.1));
        let (first, last) = self.slices().filter_map(ends).reduce(both)?;
        // Rounded towards zero, which is up below it: before the last all the same.
        let before = |last: i64| last.saturating_sub(1);
        if first.0 < last.0 {
            Some((first.0.midpoint(before(last.0)), i64::MAX))
        } else {
            (first.1 < last.1).then(|| (first.0, first.1.midpoint(before(last.1))))
        }
    }

    /// How many fall on the civil day with the most of them.
    pub(crate) fn most_per_day(self, offset_secs: i64) -> i64 {
        let (mut most, mut of_day) = (0_u64, 0_u64);
        let mut current = None;
        self.latest_first(|own| {
            let day = civil_day(own.at, offset_secs);
            if current.replace(day) != Some(day) {
                of_day = 0;
            }
            of_day += own.count;
            most = most.max(of_day);
            ControlFlow::Continue(())
        });
        i64::try_from(most).unwrap_or(i64::MAX)
    }

    /// The number of distinct civil days they fall on.
    pub(crate) fn days(self, offset_secs: i64) -> i64 {
        let mut days = 0;
        let mut current = None;
        self.latest_first(|own| {
            let day = civil_day(own.at, offset_secs);
            if current.replace(day) != Some(day) {
                days += 1;
            }
            ControlFlow::Continue(())
        });
        days
    }
}

impl Selection<'_> {
    /// How many different values an attribute has among them. Entries without the attribute do not count.
    #[inline(never)]
    pub(crate) fn distinct(self, attribute: &str) -> i64 {
        let Some(name) = self.table.name(attribute) else { return 0 };
        let (mut seen, mut distinct) = (ValuesSeen::new(self.table.values()), 0);
        for entry in self.entries() {
            distinct += i64::from(seen.insert(self.table.value_of(entry.attributes, name)));
        }
        distinct
    }

    /// Calls `each` with one event for each value of an attribute, the first or the latest, in that order, until it breaks.
    /// Entries without the attribute are left out.
    #[inline(never)]
    pub(crate) fn once_per(self, attribute: &str, first: bool, mut each: impl FnMut(Occurrence) -> ControlFlow<()>) {
        let Some(name) = self.table.name(attribute) else { return };
        let mut seen = ValuesSeen::new(self.table.values());
        let once = |entry: Occurrence| {
            let is_new = seen.insert(self.table.value_of(entry.attributes, name));
            // The events of one entry are alike.
            if is_new { each(Occurrence { count: 1, ..entry }) } else { ControlFlow::Continue(()) }
        };
        if first { self.earliest_first(once) } else { self.latest_first(once) }
    }
}

/// The values of an attribute that were seen already.
struct ValuesSeen(SmallVec<[u64; SEEN_WORDS]>);

/// 4 KiB on the stack: room for 32,768 different values of an activity. For more, memory is allocated.
const SEEN_WORDS: usize = 512;

impl ValuesSeen {
    /// None of this many values.
    fn new(values: usize) -> ValuesSeen {
        let mut words = SmallVec::new();
        words.resize(values.div_ceil(64), 0);
        ValuesSeen(words)
    }

    /// Adds a value. Returns whether there is one, and it is new.
    #[inline]
    fn insert(&mut self, value: Option<ValueId>) -> bool {
        let Some(value) = value else { return false };
        let word = usize::try_from(value / 64).ok().and_then(|word| self.0.get_mut(word));
        let bit = 1 << (value % 64);
        word.is_some_and(|word| {
            let is_new = *word & bit == 0;
            *word |= bit;
            is_new
        })
    }
}

/// Calls `each` with the entries of all slices in order of time, until it breaks. No slice may be empty. `None` if there
/// are more than [`NAMES_MERGED`] slices.
#[inline(never)]
fn merged<'a, const LATEST_FIRST: bool>(
    mut slices: impl Iterator<Item = &'a [Entry]>,
    each: &mut impl FnMut(Occurrence) -> ControlFlow<()>,
) -> Option<ControlFlow<()>> {
    let mut heap: SmallVec<[&[Entry]; NAMES_MERGED]> = slices.by_ref().take(NAMES_MERGED).collect();
    if slices.next().is_some() {
        return None;
    }
    for index in (0..heap.len() / 2).rev() {
        sift_down::<LATEST_FIRST>(&mut heap, index);
    }
    let next = |slice: &&'a [Entry]| if LATEST_FIRST { slice.split_last() } else { slice.split_first() };
    while let Some((entry, rest)) = heap.first().and_then(next) {
        if each(entry.into()).is_break() {
            return Some(ControlFlow::Break(()));
        }
        match heap.first_mut() {
            Some(top) if !rest.is_empty() => *top = rest,
            _ => _ = heap.swap_remove(0),
        }
        sift_down::<LATEST_FIRST>(&mut heap, 0);
    }
    Some(ControlFlow::Continue(()))
}

/// Sifts the slice at `index` of a heap down until no slice below it comes first.
fn sift_down<const LATEST_FIRST: bool>(heap: &mut [&[Entry]], mut index: usize) {
    let rank = |heap: &[&[Entry]], index: usize| {
        let slice = heap.get(index)?;
        // The complement turns the order around.
        if LATEST_FIRST { slice.last().map(Entry::key) } else { slice.first().map(|own| (!own.at, !own.amount)) }
    };
    loop {
        let (left, right) = (2 * index + 1, 2 * index + 2);
        let below = if rank(heap, left) < rank(heap, right) { right } else { left };
        if rank(heap, below) <= rank(heap, index) {
            return;
        }
        heap.swap(index, below);
        index = below;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// By name, all entries that lie within a selection, and the same put in order by sorting.
    fn sorted(activity: &Activity, names: &Names, after: Option<i64>, until: i64) -> Vec<(i64, i64, u64)> {
        let named = |list: &&List| match names {
            Names::All => true,
            Names::Listed(names) => names.contains(&list.name),
        };
        let entries = activity.lists.iter().filter(named).flat_map(|list| &list.entries);
        let within = entries.filter(|entry| after.is_none_or(|after| entry.at > after) && entry.at <= until);
        let mut sorted: Vec<_> = within.map(|entry| (entry.at, entry.amount, u64::from(entry.count))).collect();
        sorted.sort_unstable();
        sorted.reverse();
        sorted
    }

    fn any_activity() -> impl Strategy<Value = Activity> {
        // Few names, and more than are merged at once. Many may share one instant and one or two amounts.
        let names = prop_oneof![1_usize..6, NAMES_MERGED - 1..2 * NAMES_MERGED];
        let events = (0_usize..usize::MAX, -3_i64..40, -2_i64..2, 1_u32..3);
        let firsts = (-3_i64..1, 1_i64..50, 1_i64..3);
        (names, firsts, proptest::collection::vec(events, 0..60)).prop_map(
            |(names, (from, seconds, amounts), events)| {
                let mut activity = Activity::new();
                for (name, index) in (0..names).zip(0_i64..) {
                    let (at, amount) = (from + index % seconds, -(index % amounts));
                    let entry = Entry { at, amount, count: 1, attributes: None };
                    activity.insert(&format!("name-{name}"), entry);
                }
                for (name, at, amount, count) in events {
                    let entry = Entry { at, amount, count, attributes: None };
                    activity.insert(&format!("name-{}", name % names), entry);
                }
                activity
            },
        )
    }

    fn any_names() -> impl Strategy<Value = Names> {
        let listed = proptest::collection::btree_set(0_usize..6, 0..6);
        let listed = listed.prop_map(|names| names.iter().map(|name| format!("name-{name}").into()).collect());
        prop_oneof![Just(Names::All), listed.prop_map(Names::Listed)]
    }

    proptest! {
        #[test]
        fn the_latest_first_are_those_that_sorting_gives(
            activity in any_activity(),
            names in any_names(),
            after in proptest::option::of(-5_i64..20),
            until in -5_i64..42,
            most in 1_usize..2_000,
        ) {
            let expected = sorted(&activity, &names, after, until);
            let selection = activity.between(&names, after, until, None);
            let mut own = Vec::new();
            selection.latest_first(|entry| {
                own.push((entry.at, entry.amount, entry.count));
                if own.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            // Of one instant and amount, whose name comes first is left open.
            let key = |row: &(i64, i64, u64)| (row.0, row.1);
            prop_assert_eq!(own.len(), expected.len().min(most));
            prop_assert!(own.iter().map(key).eq(expected.iter().take(most).map(key)), "{:?}", own);
            if most >= expected.len() {
                own.sort_unstable();
                own.reverse();
                prop_assert_eq!(&own, &expected);
            }
            let mut turned = Vec::new();
            selection.earliest_first(|entry| {
                turned.push((entry.at, entry.amount, entry.count));
                ControlFlow::Continue(())
            });
            prop_assert!(turned.iter().map(key).eq(expected.iter().rev().map(key)), "{:?}", turned);
            prop_assert_eq!(selection.last(), expected.first().map(|row| row.0));
            prop_assert_eq!(selection.first(), expected.last().map(|row| row.0));
            prop_assert_eq!(selection.count(), expected.iter().map(|row| row.2.cast_signed()).sum::<i64>());
        }
    }
}
