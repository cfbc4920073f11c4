//! Texts of a model, prepared for comparison with those of subjects.

use std::borrow::Borrow;
use std::ops::Deref;

use crate::text::{folded, folds_to, with_folded};

/// A set of texts of the model.
#[derive(Debug)]
pub(crate) struct Literals {
    /// A bit for each length of a text, modulo 64.
    lengths: u64,
    /// The head of the only text, if there is one text and it is no longer than a head.
    only: Option<u64>,
    all: Box<[Literal]>,
    /// As in the document, if `all` are folded.
    written: Option<Box<[Box<str>]>>,
}

/// A text of the model, with its first bytes, which decide most comparisons.
#[derive(Debug)]
pub(crate) struct Literal {
    head: u64,
    text: Box<str>,
}

/// How many bytes a head has.
const HEAD: usize = size_of::<u64>();

impl Literals {
    /// Whether one of the texts equals this one, byte by byte.
    ///
    /// Compares lengths first: a text of another length is not read.
    #[inline(always)]
    pub(crate) fn has(&self, text: &str) -> bool {
        if self.lengths & length_bit(text) == 0 {
            return false;
        }
        let head = head(text.as_bytes());
        match self.only {
            _ if text.len() > HEAD => self.has_long(text, head),
            Some(only) => only == head, // its length is that of the text
            None => self.has_short(text, head),
        }
    }

    /// Whether one of the texts, which are folded, equals this one regardless of case.
    #[inline(never)]
    pub(crate) fn has_ignoring_case(&self, text: &str) -> bool {
        if text.is_ascii() {
            return self.lengths & length_bit(text) != 0 && self.iter().any(|own| own.eq_ignore_ascii_case(text));
        }
        with_folded(text, |text| self.has(text))
    }

    /// Folds texts, to be compared regardless of case.
    pub(crate) fn folded<'t>(texts: impl Iterator<Item = &'t str> + Clone) -> Literals {
        let all: Vec<Box<str>> = texts.clone().map(folded).collect();
        let written = Some(texts.map(Box::from).collect());
        Literals { written, ..all.iter().map(|text| &**text).collect() }
    }

    /// The texts as in the document.
    pub(crate) fn written(&self) -> impl ExactSizeIterator<Item = &str> {
        let written = |index: usize| self.written.as_ref().and_then(|written| written.get(index));
        self.all.iter().enumerate().map(move |(index, own)| written(index).map_or(&**own, |text| text))
    }

    /// Compares all texts, without an unpredictable branch.
    #[inline(never)]
    fn has_short(&self, text: &str, head: u64) -> bool {
        self.all.iter().fold(false, |found, literal| found | literal.begins(text, head))
    }

    #[inline(never)]
    fn has_long(&self, text: &str, head: u64) -> bool {
        self.all.iter().any(|literal| literal.begins(text, head) && *literal.text == *text)
    }
}

impl Literal {
    /// Whether it equals this text, byte by byte.
    #[inline]
    pub(crate) fn is(&self, text: &str) -> bool {
        self.begins(text, head(text.as_bytes())) && *self.text == *text
    }

    /// Whether it, which is folded, equals this text regardless of case.
    pub(crate) fn is_ignoring_case(&self, text: &str) -> bool {
        folds_to(text, self)
    }

    /// Whether it has the length of this text, and its head.
    #[inline]
    fn begins(&self, text: &str, head: u64) -> bool {
        self.text.len() == text.len() && self.head == head
    }
}

/// The bit of a text's length.
#[inline]
fn length_bit(text: &str) -> u64 {
    1 << (text.len() % 64)
}

/// What no two texts of one length up to eight share, made of the first bytes of longer ones.
#[inline(always)]
fn head(bytes: &[u8]) -> u64 {
    if let Some(first) = bytes.first_chunk() {
        return u64::from_le_bytes(*first);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last));
    }
    match *bytes {
        [a, b, c] => u64::from_le_bytes([a, b, c, 0, 0, 0, 0, 0]),
        [a, b] => u64::from_le_bytes([a, b, 0, 0, 0, 0, 0, 0]),
        [a] => a.into(),
        _ => 0,
    }
}

impl From<&str> for Literal {
    fn from(text: &str) -> Literal {
        Literal { head: head(text.as_bytes()), text: text.into() }
    }
}

impl<'t> FromIterator<&'t str> for Literals {
    fn from_iter<I: IntoIterator<Item = &'t str>>(texts: I) -> Literals {
        let all: Box<[Literal]> = texts.into_iter().map(Literal::from).collect();
        let lengths = all.iter().fold(0, |lengths, literal| lengths | length_bit(literal));
        let only = match &*all {
            [only] if only.len() <= HEAD => Some(only.head),
            _ => None,
        };
        Literals { lengths, only, all, written: None }
    }
}

impl Deref for Literals {
    type Target = [Literal];

    #[inline]
    fn deref(&self) -> &[Literal] {
        &self.all
    }
}

impl Deref for Literal {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        &self.text
    }
}

impl Borrow<str> for Literal {
    fn borrow(&self) -> &str {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_text_is_one_of_those_that_it_is(
            all in proptest::collection::vec("[ab]{0,12}|[ab]{60,66}|a{60,76}", 0..6),
            other in "[ab]{0,12}|[ab]{60,66}|a{0,12}|a{60,76}",
            place: prop::sample::Index,
            tail in "[ab]{0,2}",
        ) {
            let literals: Literals = all.iter().map(String::as_str).collect();
            let one = if all.is_empty() { other.clone() } else { place.get(&all).clone() };
            for text in [other, one.clone() + &tail, one] {
                prop_assert_eq!(literals.has(&text), all.contains(&text), "{:?} {}", &all, &text);
                for (literal, own) in literals.iter().zip(&all) {
                    prop_assert_eq!(literal.is(&text), *own == text, "{} {}", own, &text);
                }
            }
        }
    }
}
