//! Attributes of events: names and values, each stored once per activity.

use std::cmp::Ordering;
use std::fmt;
use std::num::NonZeroU32;

use crate::input::value::Value;

/// The value of an attribute of an event: a flag, a number or a text.
///
/// ```
/// use warmth::Attribute;
///
/// assert_eq!(Attribute::from("/pricing"), Attribute::Text("/pricing"));
/// assert_eq!(Attribute::from(40), Attribute::Number(40.0));
/// assert_eq!(Attribute::from(true), Attribute::Flag(true));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Attribute<'a> {
    /// True or false.
    Flag(bool),
    /// A number. A number that is not finite is missing.
    Number(f64),
    /// A text.
    Text(&'a str),
}

macro_rules! attribute_from {
    ($($from:ty => $variant:ident($value:ident) $convert:expr;)*) => {$(
        impl<'a> From<$from> for Attribute<'a> {
            fn from($value: $from) -> Attribute<'a> {
                Attribute::$variant($convert)
            }
        }
    )*};
}

attribute_from! {
    bool => Flag(flag) flag;
    f64 => Number(number) number;
    f32 => Number(number) number.into();
    i32 => Number(number) number.into();
    i16 => Number(number) number.into();
    i8 => Number(number) number.into();
    u32 => Number(number) number.into();
    u16 => Number(number) number.into();
    u8 => Number(number) number.into();
    &'a str => Text(text) text;
    &'a String => Text(text) text;
}

impl Value {
    /// The value as an attribute of an event; `None` for tags and dates.
    pub(crate) fn as_attribute(&self) -> Option<Attribute<'_>> {
        match self {
            Value::Flag(flag) => Some(Attribute::Flag(*flag)),
            Value::Number(number) => Some(Attribute::Number(*number)),
            Value::Text(text) => Some(Attribute::Text(text)),
            Value::Tags(_) | Value::Date(_) | Value::Time(_) => None,
        }
    }
}

/// Named values as attributes, in the same order. Tags and dates are left out.
pub(crate) fn listed<'a>(values: impl IntoIterator<Item = (&'a String, &'a Value)>) -> Vec<(&'a str, Attribute<'a>)> {
    values.into_iter().filter_map(|(name, value)| Some((name.as_str(), value.as_attribute()?))).collect()
}

impl From<Attribute<'_>> for Value {
    fn from(attribute: Attribute<'_>) -> Value {
        match attribute {
            Attribute::Flag(flag) => Value::Flag(flag),
            Attribute::Number(number) => Value::Number(number),
            Attribute::Text(text) => Value::Text(text.to_owned()),
        }
    }
}

/// The attributes of an [`Event`](super::Event), sorted by name.
///
/// ```
/// use warmth::{Activity, Attribute, Event};
///
/// let at = "2026-11-20T08:00:00Z".parse()?;
/// let mut activity = Activity::new();
/// activity.record_event(Event::new("page_view", at).attributes(&[("path", "/pricing".into()), ("seconds", 40.into())]));
///
/// let event = activity.events().next().unwrap();
/// assert_eq!(event.attributes.get("path"), Some(Attribute::Text("/pricing")));
/// assert_eq!(event.attributes.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["path", "seconds"]);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Copy, Default)]
pub struct Attributes<'a>(View<'a>);

#[derive(Clone, Copy)]
enum View<'a> {
    /// As a caller lists them: in any order. Of several with one name, the last counts.
    Listed(&'a [(&'a str, Attribute<'a>)]),
    Stored(&'a AttributeTable, SetId),
}

impl Default for View<'_> {
    fn default() -> Self {
        View::Listed(&[])
    }
}

impl<'a> Attributes<'a> {
    /// Creates attributes from names and values. Of several values with one name, the last counts.
    pub fn new(attributes: &'a [(&'a str, Attribute<'a>)]) -> Attributes<'a> {
        Attributes(View::Listed(attributes))
    }

    /// Returns the value of an attribute, if there is one.
    pub fn get(&self, name: &str) -> Option<Attribute<'a>> {
        self.iter().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// Returns the names and values, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Attribute<'a>)> + use<'a> {
        let (listed, stored) = match self.0 {
            View::Listed(attributes) => (normal(attributes), None),
            View::Stored(table, set) => (Vec::new(), Some(table.attributes(Some(set)))),
        };
        listed.into_iter().chain(stored.into_iter().flatten())
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Whether nothing is listed, which is known without looking at values.
    pub(super) fn is_unlisted(&self) -> bool {
        matches!(self.0, View::Listed([]))
    }
}

/// Attributes sorted by name, each name once, without numbers that are not finite.
fn normal<'a>(attributes: &[(&'a str, Attribute<'a>)]) -> Vec<(&'a str, Attribute<'a>)> {
    // Reversed before a stable sort, so that the last of several comes first.
    let mut normal: Vec<_> = attributes.iter().rev().copied().collect();
    normal.sort_by_key(|(name, _)| *name);
    normal.dedup_by(|(a, _), (b, _)| a == b);
    normal.retain(|(_, value)| !matches!(value, Attribute::Number(number) if !number.is_finite()));
    normal
}

impl PartialEq for Attributes<'_> {
    fn eq(&self, other: &Attributes<'_>) -> bool {
        self.iter().eq(other.iter())
    }
}

/// Equality is reflexive: no attribute is NaN.
impl Eq for Attributes<'_> {}

impl fmt::Debug for Attributes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Different items, each with a number in the order in which they came in.
#[derive(Clone, Debug)]
struct Interned<T> {
    items: Vec<T>,
    /// The numbers of most items, sorted by item.
    sorted: Vec<u32>,
    /// The numbers of the others, sorted too. A new item moves only these, not all numbers.
    recent: Vec<u32>,
}

/// How many items are recent before they are merged with the others, besides one in 64 of those.
const RECENT: usize = 512;

impl<T: Ord> Interned<T> {
    const fn new() -> Interned<T> {
        Interned { items: Vec::new(), sorted: Vec::new(), recent: Vec::new() }
    }

    fn get(&self, number: u32) -> Option<&T> {
        self.items.get(usize::try_from(number).ok()?)
    }

    /// The number of an item, if it is there.
    fn find(&self, compare: impl Fn(&T) -> Ordering) -> Option<u32> {
        let find = |numbers: &[u32]| {
            let place = numbers.binary_search_by(|number| self.get(*number).map_or(Ordering::Less, &compare));
            numbers.get(place.ok()?).copied()
        };
        find(&self.sorted).or_else(|| find(&self.recent))
    }

    /// The number of an item, which is added if it is new. `None` if there are 2^32 - 1 others.
    fn intern(&mut self, compare: impl Fn(&T) -> Ordering, item: impl FnOnce() -> T) -> Option<u32> {
        if let Some(number) = self.find(&compare) {
            return Some(number);
        }
        let number = u32::try_from(self.items.len()).ok().filter(|number| *number < u32::MAX)?;
        let place = self.recent.partition_point(|number| self.get(*number).is_some_and(|own| compare(own).is_lt()));
        self.recent.insert(place, number);
        self.items.push(item());
        if self.recent.len() > RECENT + self.sorted.len() / 64 {
            self.sorted.append(&mut self.recent);
            let items = &self.items;
            // Merges two sorted runs in linear time.
            self.sorted.sort_by_key(|number| usize::try_from(*number).ok().and_then(|number| items.get(number)));
        }
        Some(number)
    }
}

/// A value as it is stored. Numbers are the bits of finite doubles, never of -0.0.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum StoredValue {
    Flag(bool),
    Number(u64),
    Text(Box<str>),
}

impl StoredValue {
    fn as_attribute(&self) -> Attribute<'_> {
        match self {
            StoredValue::Flag(flag) => Attribute::Flag(*flag),
            StoredValue::Number(bits) => Attribute::Number(f64::from_bits(*bits)),
            StoredValue::Text(text) => Attribute::Text(text),
        }
    }

    fn of(attribute: Attribute<'_>) -> StoredValue {
        match attribute {
            Attribute::Flag(flag) => StoredValue::Flag(flag),
            Attribute::Number(number) => StoredValue::Number(bits_of(number)),
            Attribute::Text(text) => StoredValue::Text(text.into()),
        }
    }

    /// As the order of the stored values, without an allocation.
    fn compare(&self, other: Attribute<'_>) -> Ordering {
        match (self, other) {
            (StoredValue::Text(own), Attribute::Text(text)) => (**own).cmp(text),
            (StoredValue::Text(_), _) => Ordering::Greater,
            (_, Attribute::Text(_)) => Ordering::Less,
            (own, other) => own.cmp(&StoredValue::of(other)),
        }
    }
}

/// The bits of a number; those of 0.0 for -0.0, because the two are equal.
fn bits_of(number: f64) -> u64 {
    (number + 0.0).to_bits()
}

/// The number of a set of attributes in the table of an activity, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SetId(NonZeroU32);

impl SetId {
    /// The number itself.
    pub(super) fn number(self) -> u32 {
        self.0.get()
    }

    /// The number as an index.
    #[inline]
    pub(super) fn index(self) -> usize {
        usize::try_from(self.0.get()).unwrap_or(usize::MAX)
    }
}

/// The number of a value in the table of an activity, below [`AttributeTable::values`].
pub(crate) type ValueId = u32;

/// The attributes of one event: numbers of names and of values, sorted by the text of the name.
type Set = Box<[(u32, ValueId)]>;

/// Every name, value and set of attributes of an activity once.
#[derive(Clone, Debug)]
pub(crate) struct AttributeTable {
    names: Interned<Box<str>>,
    values: Interned<StoredValue>,
    sets: Interned<Set>,
}

/// The sets of one table as sets of another, each moved once.
pub(super) struct MovedSets<'a> {
    from: &'a AttributeTable,
    /// By number; `None` if it is not moved yet.
    moved: Vec<Option<SetId>>,
}

impl<'a> MovedSets<'a> {
    pub(super) fn new(from: &'a AttributeTable) -> MovedSets<'a> {
        MovedSets { from, moved: vec![None; from.sets.items.len()] }
    }

    /// The number of a set in the other table, which is added if it is new.
    pub(super) fn get(&mut self, set: Option<SetId>, to: &mut AttributeTable) -> Option<SetId> {
        let moved = self.moved.get_mut(usize::try_from(set?.number() - 1).ok()?)?;
        if moved.is_none() {
            *moved = to.intern(self.from.view(set));
        }
        *moved
    }
}

impl Default for AttributeTable {
    fn default() -> AttributeTable {
        AttributeTable::new()
    }
}

impl AttributeTable {
    pub(super) const fn new() -> AttributeTable {
        AttributeTable { names: Interned::new(), values: Interned::new(), sets: Interned::new() }
    }

    /// The number of a set, if there is one like this.
    pub(super) fn find(&self, attributes: Attributes<'_>) -> Option<SetId> {
        let number = |(name, value)| {
            let value = self.values.find(|own| own.compare(value))?;
            Some((self.name(name)?, value))
        };
        let set: Vec<_> = attributes.iter().map(number).collect::<Option<_>>()?;
        let number = self.sets.find(|own| (**own).cmp(&*set))?;
        NonZeroU32::new(number + 1).map(SetId)
    }

    /// The number of a set, which is added if it is new; `None` for no attributes.
    pub(super) fn intern(&mut self, attributes: Attributes<'_>) -> Option<SetId> {
        let mut set = Vec::new();
        for (name, value) in attributes.iter() {
            set.push((self.intern_name(name)?, self.intern_value(value)?));
        }
        self.intern_set(&set)
    }

    pub(super) fn intern_name(&mut self, name: &str) -> Option<u32> {
        self.names.intern(|own| (**own).cmp(name), || name.into())
    }

    pub(super) fn intern_value(&mut self, value: Attribute<'_>) -> Option<ValueId> {
        self.values.intern(|own| own.compare(value), || StoredValue::of(value))
    }

    /// The number of a set of names and values of this table, sorted by the text of the name, each name once.
    pub(super) fn intern_set(&mut self, set: &[(u32, ValueId)]) -> Option<SetId> {
        if set.is_empty() {
            return None;
        }
        let number = self.sets.intern(|own| (**own).cmp(set), || set.into())?;
        NonZeroU32::new(number + 1).map(SetId)
    }

    fn set(&self, set: Option<SetId>) -> &[(u32, ValueId)] {
        set.and_then(|SetId(number)| self.sets.get(number.get() - 1)).map_or(&[], |set| set)
    }

    /// The names and values of a set.
    fn attributes(&self, set: Option<SetId>) -> impl Iterator<Item = (&str, Attribute<'_>)> {
        self.set(set).iter().filter_map(|(name, value)| Some((&**self.names.get(*name)?, self.value(*value)?)))
    }

    /// The view of a set.
    pub(super) fn view(&self, set: Option<SetId>) -> Attributes<'_> {
        set.map_or_else(Attributes::default, |set| Attributes(View::Stored(self, set)))
    }

    fn value(&self, value: ValueId) -> Option<Attribute<'_>> {
        self.values.get(value).map(StoredValue::as_attribute)
    }

    /// The names, the values and the sets, each in the order of their numbers.
    pub(super) fn parts(
        &self,
    ) -> (impl Iterator<Item = &str>, impl Iterator<Item = Attribute<'_>>, impl Iterator<Item = &[(u32, ValueId)]>)
    {
        (
            self.names.items.iter().map(|name| &**name),
            self.values.items.iter().map(StoredValue::as_attribute),
            self.sets.items.iter().map(|set| &**set),
        )
    }

    /// How many sets there are.
    pub(super) fn sets(&self) -> usize {
        self.sets.items.len()
    }

    /// How many different values there are.
    pub(crate) fn values(&self) -> usize {
        self.values.items.len()
    }

    /// The number of a name, if an event has an attribute of this name.
    pub(crate) fn name(&self, name: &str) -> Option<u32> {
        self.names.find(|own| (**own).cmp(name))
    }

    /// The value of the attribute of this name, in a set.
    #[inline]
    pub(crate) fn attribute(&self, set: Option<SetId>, name: &str) -> Option<Attribute<'_>> {
        let own = |(own, _): &&(u32, ValueId)| self.names.get(*own).is_some_and(|own| **own == *name);
        self.set(set).iter().find(own).and_then(|(_, value)| self.value(*value))
    }

    /// The number of the value of the attribute whose name has this number, in a set.
    #[inline]
    pub(crate) fn value_of(&self, set: Option<SetId>, name: u32) -> Option<ValueId> {
        self.set(set).iter().find(|(own, _)| *own == name).map(|(_, value)| *value)
    }

    /// The order of two sets by their names and values, whatever their numbers are.
    pub(super) fn compare(&self, a: Option<SetId>, b: Option<SetId>) -> Ordering {
        if a == b {
            return Ordering::Equal;
        }
        let stored = |set| {
            let named = |(name, value): &(u32, ValueId)| (self.names.get(*name), self.values.get(*value));
            self.set(set).iter().map(named)
        };
        stored(a).cmp(stored(b))
    }
}
