//! Sets of texts.

use std::collections::{BTreeSet, HashSet};
use std::fmt;

use super::super::texts::Items;
use super::fact::{Fact, FactCow, Kind};
use super::to_fact::ToFact;
use crate::literal::{Literal, Literals};

/// A borrowed set of texts. The order does not matter, and a text that is repeated counts once.
///
/// Made from a slice or a set of strings without copying. A computed field can be of this type:
///
/// ```
/// use warmth::{Tags, facts};
///
/// struct Offer { purposes: [&'static str; 2] }
/// facts!(Offer { purposes: Tags<'_> = |offer| offer.purposes[..].into() });
/// ```
#[derive(Clone, Copy)]
pub struct Tags<'a>(TagLayout<'a>);

#[derive(Clone, Copy)]
enum TagLayout<'a> {
    Strings(&'a [String]),
    /// A long list, with the order of its different texts.
    Indexed {
        tags: &'a [String],
        index: &'a TagIndex,
    },
    Texts(&'a [&'a str]),
    Sorted(&'a BTreeSet<String>),
    Hashed(&'a HashSet<String>),
    /// A list or set of another type.
    Other(&'a (dyn TagSet + Sync)),
    /// The items of a list in a column.
    Listed {
        items: &'a Items<'a>,
        from: usize,
        to: usize,
    },
}

/// A list or set whose elements are [`Tag`]s.
trait TagSet {
    fn any(&self, holds: &mut dyn FnMut(&str) -> bool) -> bool;
}

macro_rules! tag_sets {
    ($([$($generics:tt)*] $set:ty;)*) => {$(
        impl<$($generics)*> TagSet for $set {
            fn any(&self, holds: &mut dyn FnMut(&str) -> bool) -> bool {
                self.iter().any(|tag| holds(tag.tag()))
            }
        }
    )*};
}

tag_sets! {
    [T: Tag] Vec<T>;
    [T: Tag] &[T];
    [T: Tag, const N: usize] [T; N];
    [T: Tag] BTreeSet<T>;
    [T: Tag] HashSet<T>;
}

/// The different texts of a long list in ascending order, as positions in the list.
///
/// A list without an index is searched tag by tag, and counting its different texts takes quadratic time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TagIndex(Box<[usize]>);

impl TagIndex {
    /// Shorter lists need no index.
    const TAGS_MIN: usize = 16;

    /// The index of a list, if the list is long enough to need one.
    pub(super) fn of(tags: &[String]) -> Option<TagIndex> {
        if tags.len() < TagIndex::TAGS_MIN {
            return None;
        }
        let mut order: Vec<usize> = (0..tags.len()).collect();
        order.sort_unstable_by_key(|position| tags.get(*position));
        order.dedup_by_key(|position| tags.get(*position));
        Some(TagIndex(order.into()))
    }

    fn contains(&self, tags: &[String], tag: &str) -> bool {
        let at = |position: &usize| tags.get(*position).map_or("", String::as_str);
        self.0.binary_search_by(|position| at(position).cmp(tag)).is_ok()
    }

    fn iter<'a>(&'a self, tags: &'a [String]) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter_map(|position| tags.get(*position)).map(String::as_str)
    }
}

impl<'a> Tags<'a> {
    /// A list with its index.
    pub(super) fn indexed(tags: &'a [String], index: &'a TagIndex) -> Tags<'a> {
        Tags(TagLayout::Indexed { tags, index })
    }

    /// The items of a list in a column.
    pub(crate) fn listed(items: &'a Items<'a>, from: usize, to: usize) -> Tags<'a> {
        Tags(TagLayout::Listed { items, from, to })
    }
}

impl Tags<'_> {
    /// Returns whether `tag` is in the set.
    pub fn contains(&self, tag: &str) -> bool {
        match self.0 {
            TagLayout::Sorted(set) => set.contains(tag),
            TagLayout::Hashed(set) => set.contains(tag),
            TagLayout::Indexed { tags, index } => index.contains(tags, tag),
            TagLayout::Strings(_) | TagLayout::Texts(_) | TagLayout::Other(_) | TagLayout::Listed { .. } => {
                self.any(|own| own == tag)
            }
        }
    }

    /// Whether a text of a model is in the set.
    #[inline]
    pub(crate) fn has(&self, literal: &Literal) -> bool {
        match self.0 {
            TagLayout::Strings(tags) => tags.iter().any(|tag| literal.is(tag)),
            TagLayout::Texts(tags) => tags.iter().any(|tag| literal.is(tag)),
            TagLayout::Sorted(set) => set.contains(&**literal),
            TagLayout::Hashed(set) => set.contains(&**literal),
            TagLayout::Indexed { tags, index } => index.contains(tags, literal),
            TagLayout::Other(_) | TagLayout::Listed { .. } => self.any(|tag| literal.is(tag)),
        }
    }

    /// Whether one of the texts of a model is in the set.
    #[inline(always)]
    pub(crate) fn has_any(&self, literals: &Literals) -> bool {
        match self.0 {
            TagLayout::Strings(tags) => tags.iter().any(|tag| literals.has(tag)),
            TagLayout::Texts(tags) => tags.iter().any(|tag| literals.has(tag)),
            TagLayout::Indexed { .. }
            | TagLayout::Sorted(_)
            | TagLayout::Hashed(_)
            | TagLayout::Other(_)
            | TagLayout::Listed { .. } => self.contains_any(literals),
        }
    }

    #[inline(never)]
    fn contains_any(&self, literals: &[Literal]) -> bool {
        literals.iter().any(|literal| self.has(literal))
    }

    /// Returns the number of different texts.
    ///
    /// Takes constant time for a set of strings and for the tags of a [`Record`](super::Record). Takes quadratic time for
    /// lists and for sets of other types, which may repeat a text.
    pub fn count(&self) -> usize {
        match self.0 {
            TagLayout::Sorted(set) => set.len(),
            TagLayout::Hashed(set) => set.len(),
            TagLayout::Indexed { index, .. } => index.0.len(),
            TagLayout::Strings(_) | TagLayout::Texts(_) | TagLayout::Other(_) | TagLayout::Listed { .. } => {
                self.distinct()
            }
        }
    }

    fn distinct(&self) -> usize {
        let (mut index, mut distinct) = (0, 0);
        self.any(|tag| {
            let mut earlier = 0;
            self.any(|other| {
                earlier += 1;
                earlier > index || other == tag
            });
            // The search ends at the tag itself unless an equal one comes first.
            distinct += usize::from(earlier > index);
            index += 1;
            false
        });
        distinct
    }

    /// Whether some text in the set is not among the others.
    pub(crate) fn any_not_in(&self, others: &Tags<'_>) -> bool {
        let TagLayout::Indexed { tags, index } = self.0 else {
            return self.any(|tag| !others.contains(tag));
        };
        let TagLayout::Indexed { tags: other_tags, index: other_index } = others.0 else {
            return index.iter(tags).any(|tag| !others.contains(tag));
        };
        // Both are in ascending order, so one pass over the others finds all tags.
        let mut others = other_index.iter(other_tags);
        index.0.len() > other_index.0.len()
            || index.iter(tags).any(|tag| others.by_ref().find(|other| *other >= tag) != Some(tag))
    }

    /// Returns whether `holds` is true for some text in the set.
    pub fn any(&self, mut holds: impl FnMut(&str) -> bool) -> bool {
        match self.0 {
            TagLayout::Strings(tags) | TagLayout::Indexed { tags, .. } => tags.iter().any(|tag| holds(tag)),
            TagLayout::Texts(tags) => tags.iter().any(|tag| holds(tag)),
            TagLayout::Sorted(set) => set.iter().any(|tag| holds(tag)),
            TagLayout::Hashed(set) => set.iter().any(|tag| holds(tag)),
            TagLayout::Other(set) => set.any(&mut holds),
            TagLayout::Listed { items, from, to } => (from..to).filter_map(|item| items.get(item)).any(holds),
        }
    }

    pub(crate) fn to_vec(self) -> Vec<String> {
        let mut tags = Vec::new();
        self.any(|tag| {
            tags.push(tag.to_owned());
            false
        });
        tags
    }
}

impl fmt::Debug for Tags<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.to_vec()).finish()
    }
}

impl<'a> From<&'a [String]> for Tags<'a> {
    fn from(tags: &'a [String]) -> Tags<'a> {
        Tags(TagLayout::Strings(tags))
    }
}

impl<'a> From<&'a [&'a str]> for Tags<'a> {
    fn from(tags: &'a [&'a str]) -> Tags<'a> {
        Tags(TagLayout::Texts(tags))
    }
}

impl<'a> From<&'a BTreeSet<String>> for Tags<'a> {
    fn from(tags: &'a BTreeSet<String>) -> Tags<'a> {
        Tags(TagLayout::Sorted(tags))
    }
}

impl<'a> From<&'a HashSet<String>> for Tags<'a> {
    fn from(tags: &'a HashSet<String>) -> Tags<'a> {
        Tags(TagLayout::Hashed(tags))
    }
}

/// A type whose every value is one text, so that lists and sets of it are tags.
///
/// Implemented for `String` and `&str`. [`facts!`](crate::facts!) implements it for your enums.
#[diagnostic::on_unimplemented(
    message = "models cannot read a list or set of `{Self}`",
    label = "`{Self}` is not a type of tag",
    note = "tags are `String`, `&str`, and enums declared with `facts!(enum {Self} {{ Variant => \"text\", ... }})`",
    note = "for any other list write a computed field: `name: Vec<String> = |subject| ...`"
)]
pub trait Tag: Sized {
    /// The only texts that exist, if they are known.
    const TEXTS: Option<&'static [&'static str]> = None;

    /// Returns the text.
    fn tag(&self) -> &str;

    /// Returns a slice as tags, for types that [`Tags`] reads without dynamic dispatch.
    #[doc(hidden)]
    #[inline]
    fn slice(_: &[Self]) -> Option<Tags<'_>> {
        None
    }

    /// Returns a sorted set as tags, for types that [`Tags`] can look up.
    #[doc(hidden)]
    #[inline]
    fn sorted(_: &BTreeSet<Self>) -> Option<Tags<'_>> {
        None
    }

    /// Returns a hashed set as tags, for types that [`Tags`] can look up.
    #[doc(hidden)]
    #[inline]
    fn hashed(_: &HashSet<Self>) -> Option<Tags<'_>> {
        None
    }
}

impl Tag for String {
    fn tag(&self) -> &str {
        self
    }

    #[inline]
    fn slice(tags: &[String]) -> Option<Tags<'_>> {
        Some(tags.into())
    }

    #[inline]
    fn sorted(tags: &BTreeSet<String>) -> Option<Tags<'_>> {
        Some(tags.into())
    }

    #[inline]
    fn hashed(tags: &HashSet<String>) -> Option<Tags<'_>> {
        Some(tags.into())
    }
}

impl Tag for &str {
    fn tag(&self) -> &str {
        self
    }

    #[inline]
    fn slice(tags: &[Self]) -> Option<Tags<'_>> {
        Some(tags.into())
    }
}

macro_rules! tags {
    ($([$($generics:tt)*] $tags:ty => |$own:ident| $known:expr;)*) => {$(
        impl<$($generics)*> ToFact for $tags {
            const KIND: Kind = Kind::Tags;
            const TEXTS: Option<&'static [&'static str]> = T::TEXTS;

            #[inline]
            fn to_fact(&self) -> Fact<'_> {
                let $own = self;
                Fact::Tags($known.unwrap_or(Tags(TagLayout::Other(self))))
            }
        }
    )*};
}

tags! {
    [T: Tag + Sync] Vec<T> => |tags| T::slice(tags);
    [T: Tag + Sync] &[T] => |tags| T::slice(tags);
    [T: Tag + Sync, const N: usize] [T; N] => |tags| T::slice(tags);
    [T: Tag + Sync] BTreeSet<T> => |tags| T::sorted(tags);
    [T: Tag + Sync] HashSet<T> => |tags| T::hashed(tags);
}

impl ToFact for Tags<'_> {
    const KIND: Kind = Kind::Tags;
    const OWNED: bool = false;

    #[inline]
    fn to_fact(&self) -> Fact<'_> {
        Fact::Tags(*self)
    }

    #[inline]
    fn into_fact<'a>(self) -> FactCow<'a>
    where
        Self: 'a,
    {
        FactCow::Borrowed(Fact::Tags(self))
    }
}

impl<'a> From<Tags<'a>> for Fact<'a> {
    fn from(tags: Tags<'a>) -> Fact<'a> {
        Fact::Tags(tags)
    }
}
