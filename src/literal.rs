//! Texts of a model, made ready to be compared with those of subjects.

use std::borrow::Borrow;
use std::ops::Deref;

/// A text of the model, with that of it which decides most comparisons.
#[derive(Debug)]
pub(crate) struct Literal {
    head: u64,
    text: Box<str>,
}

/// A text of a subject, to be compared with literals.
#[derive(Clone, Copy)]
pub(crate) struct Sought<'t> {
    head: u64,
    text: &'t str,
}

impl Literal {
    /// Whether it is this text, byte by byte.
    #[inline]
    pub(crate) fn is(&self, sought: Sought<'_>) -> bool {
        self.begins(sought) && (sought.is_all_head() || *self.text == *sought.text)
    }

    /// Whether it has the length of this text, and its head.
    #[inline]
    fn begins(&self, sought: Sought<'_>) -> bool {
        self.head == sought.head && self.text.len() == sought.text.len()
    }
}

impl<'t> Sought<'t> {
    #[inline]
    pub(crate) fn new(text: &'t str) -> Sought<'t> {
        Sought { head: head(text.as_bytes()), text }
    }

    /// Whether it is one of these.
    #[inline(always)]
    pub(crate) fn is_among(self, literals: &[Literal]) -> bool {
        // Short texts apart, so that nothing is called for them.
        if self.is_all_head() {
            literals.iter().any(|literal| literal.begins(self))
        } else {
            self.is_among_long(literals)
        }
    }

    #[inline(never)]
    fn is_among_long(self, literals: &[Literal]) -> bool {
        literals.iter().any(|literal| literal.is(self))
    }

    /// Whether length and head say all.
    #[inline]
    fn is_all_head(self) -> bool {
        self.text.len() <= size_of::<u64>()
    }
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
        fn a_literal_is_the_text_that_it_was_made_of(a in "[ab]{0,12}", b in "[ab]{0,12}", tail in "[ab]{0,2}") {
            for (literal, text) in [(a.clone(), b.clone()), (a.clone(), a.clone()), (a.clone() + &tail, a.clone() + &b)] {
                prop_assert_eq!(Literal::from(&*literal).is(Sought::new(&text)), literal == text, "{} {}", literal, text);
            }
        }
    }
}
