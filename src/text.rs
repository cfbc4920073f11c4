//! Texts regardless of case, and where words end.
//!
//! Two texts are equal regardless of case if their folded forms are equal. The folded form is the full case folding of
//! Unicode, with composed letters: `Straße` and `STRASSE` are `strasse`, and `e` with a separate accent is `é`.

use smallvec::SmallVec;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Up to this many bytes, a folded text needs no allocation.
const ON_STACK: usize = 1_024;

/// Calls `then` with the folded form of a text. Not inlined, as the buffer would be on the stack of every caller.
#[inline(never)]
pub(crate) fn with_folded<T>(text: &str, then: impl FnOnce(&str) -> T) -> T {
    let mut folded: SmallVec<[u8; ON_STACK]> = SmallVec::new();
    if text.is_ascii() {
        folded.extend_from_slice(text.as_bytes());
        folded.make_ascii_lowercase();
    } else if text.chars().all(|c| c < FIRST_ACCENT && c != SPLITS) {
        text.chars().flat_map(folded_char).for_each(|c| push(&mut folded, c));
    } else {
        text.nfd().flat_map(folded_char).nfc().for_each(|c| push(&mut folded, c));
    }
    // Characters are pushed whole, so the bytes are always a text.
    then(std::str::from_utf8(&folded).unwrap_or_default())
}

/// The first character that can change the form of the one before it.
const FIRST_ACCENT: char = '\u{300}';

/// The only earlier character whose folded form contains an accent that combines.
const SPLITS: char = '\u{1F0}';

fn push(folded: &mut SmallVec<[u8; ON_STACK]>, c: char) {
    folded.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// The case folding of a character: by way of upper case, as `ß` has the upper case `SS`.
///
/// The result equals the table of Unicode, except that letters of Cherokee become lower case instead of upper case, which
/// makes the same texts equal.
fn folded_char(c: char) -> impl Iterator<Item = char> {
    // The upper case of `ı` is `I`, but `ı` and `i` are different letters.
    let (ascii, other) = match c {
        c if c.is_ascii() || c == 'ı' => (Some(c.to_ascii_lowercase()), None),
        c => (None, Some(c)),
    };
    let folded =
        other.into_iter().flat_map(char::to_lowercase).flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    ascii.into_iter().chain(folded)
}

/// The folded form of a text.
pub(crate) fn folded(text: &str) -> Box<str> {
    with_folded(text, |text| text.into())
}

/// Whether the folded form of a text is this one.
#[inline]
pub(crate) fn folds_to(text: &str, folded: &str) -> bool {
    // The folded form of an ASCII text is its lower case.
    if text.is_ascii() { text.eq_ignore_ascii_case(folded) } else { with_folded(text, |text| text == folded) }
}

/// Whether two texts are equal regardless of case.
pub(crate) fn same(text: &str, other: &str) -> bool {
    if text.is_ascii() && other.is_ascii() {
        text.eq_ignore_ascii_case(other)
    } else {
        with_folded(other, |other| folds_to(text, other))
    }
}

/// Whether a text other than this folded one has this folded form. May be true although there is none.
pub(crate) fn has_spellings(folded: &str) -> bool {
    !folded.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a character is part of a word: a letter, a digit, or an accent of its own.
pub(crate) fn is_in_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn normal(text: &str) -> Box<str> {
        let folded: String = text.nfd().flat_map(folded_char).nfc().collect();
        folded.into()
    }

    fn every_char() -> impl Iterator<Item = char> {
        ('\0'..=char::MAX).filter(|c| !c.is_ascii())
    }

    #[test]
    fn every_letter_folds_as_its_upper_and_its_lower_case() {
        for c in every_char() {
            let own = folded(&c.to_string());
            assert_eq!(folded(&c.to_lowercase().to_string()), own, "{c:?}");
            if c != 'ı' {
                assert_eq!(folded(&c.to_uppercase().to_string()), own, "{c:?}");
            }
            assert_eq!(folded(&own), own, "{c:?}");
            let is_ready = |c: char| char::to_lowercase(c).eq([c]);
            assert!(own.chars().all(is_ready), "{c:?}");
        }
    }

    #[test]
    fn letters_without_accents_of_their_own_need_no_composing() {
        for c in every_char().take_while(|c| *c < FIRST_ACCENT) {
            let text = c.to_string();
            assert_eq!(folded(&text), normal(&text), "{c:?}");
        }
    }

    /// Full foldings in Unicode's table, some of each kind.
    #[test]
    fn letters_fold_as_in_the_table_of_unicode() {
        for (text, expected) in [
            ("GESCHÄFTSFÜHRER", "geschäftsführer"),
            ("Straße STRASSE ẞ", "strasse strasse ss"),
            ("ΣΊΣΥΦΟΣ σίσυφος", "σίσυφοσ σίσυφοσ"),
            ("ﬁ ﬃ ﬆ", "fi ffi st"),
            ("ŉ ǰ ẖ ẚ", "ʼn ǰ ẖ aʾ"),
            ("İ I ı i", "i\u{307} i ı i"),
            ("Ǆ ǅ ǆ", "ǆ ǆ ǆ"),
            ("K Å Ω µ ſ", "k å ω μ s"),
            ("ᾳ ᾼ ᾷ", "αι αι ᾶι"),
            ("և ԵՒ", "եւ եւ"),
            ("ЙОД Й", "йод й"),
            ("Ა ა", "ა ა"),
            ("각 가", "각 가"),
            ("E\u{301} é e\u{301}", "é é é"),
            ("e\u{323}\u{301} e\u{301}\u{323}", "ẹ\u{301} ẹ\u{301}"),
        ] {
            assert_eq!(&*folded(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn folding_is_stable_and_the_same_for_composed_and_decomposed_texts(text in "[a-eA-EÀ-ÿǰıİſßẞΣςй\u{300}-\u{304}\u{323}\u{345}ᾳ가각\u{1100}\u{1161}]{0,8}") {
            let own = folded(&text);
            prop_assert_eq!(&folded(&own), &own);
            prop_assert_eq!(&folded(&text.nfd().collect::<String>()), &own);
            prop_assert_eq!(&folded(&text.nfc().collect::<String>()), &own);
            prop_assert_eq!(&normal(&text), &own);
            prop_assert!(folds_to(&text, &own) && same(&text, &own) && same(&own, &text));
        }
    }
}
