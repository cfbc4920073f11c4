//! The operators of point tables, in the words of the products.

/// How a row compares a field or an attribute with its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Operator {
    Is,
    IsNot,
    Contains,
    ContainsNot,
    StartsWith,
    EndsWith,
    Known(bool),
    Flag(bool),
    MoreThan,
    AtLeast,
    LessThan,
    AtMost,
    Between,
    Before,
    After,
}

/// An operator as a table writes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Phrase {
    words: &'static str,
    pub(super) operator: Operator,
}

impl Phrase {
    /// Whether commas separate several values, as after `is any of`.
    pub(super) fn takes_list(self) -> bool {
        self.words.ends_with(" of") || self.words.ends_with(" in") || self.words == "in list"
    }
}

const fn phrase(words: &'static str, operator: Operator) -> Phrase {
    Phrase { words, operator }
}

/// All operators. Longer phrases come before their parts.
const OPERATORS: [Phrase; 73] = [
    phrase("is greater than or equal to", Operator::AtLeast),
    phrase("greater than or equal to", Operator::AtLeast),
    phrase("is less than or equal to", Operator::AtMost),
    phrase("does not contain any of", Operator::ContainsNot),
    phrase("is not equal to any of", Operator::IsNot),
    phrase("doesn't contain any of", Operator::ContainsNot),
    phrase("less than or equal to", Operator::AtMost),
    phrase("is equal to any of", Operator::Is),
    phrase("starts with any of", Operator::StartsWith),
    phrase("does not contain", Operator::ContainsNot),
    phrase("contains exactly", Operator::Contains),
    phrase("ends with any of", Operator::EndsWith),
    phrase("is greater than", Operator::MoreThan),
    phrase("is not equal to", Operator::IsNot),
    phrase("doesn't contain", Operator::ContainsNot),
    phrase("contains any of", Operator::Contains),
    phrase("does not equal", Operator::IsNot),
    phrase("is fewer than", Operator::LessThan),
    phrase("is not any of", Operator::IsNot),
    phrase("has any value", Operator::Known(true)),
    phrase("equals any of", Operator::Is),
    phrase("is more than", Operator::MoreThan),
    phrase("is less than", Operator::LessThan),
    phrase("greater than", Operator::MoreThan),
    phrase("is not empty", Operator::Known(true)),
    phrase("is not blank", Operator::Known(true)),
    phrase("not contains", Operator::ContainsNot),
    phrase("not equal to", Operator::IsNot),
    phrase("is equal to", Operator::Is),
    phrase("starts with", Operator::StartsWith),
    phrase("fewer than", Operator::LessThan),
    phrase("is between", Operator::Between),
    phrase("is none of", Operator::IsNot),
    phrase("not equals", Operator::IsNot),
    phrase("is unknown", Operator::Known(false)),
    phrase("is checked", Operator::Flag(true)),
    phrase("more than", Operator::MoreThan),
    phrase("less than", Operator::LessThan),
    phrase("is before", Operator::Before),
    phrase("is any of", Operator::Is),
    phrase("is one of", Operator::Is),
    phrase("ends with", Operator::EndsWith),
    phrase("is not in", Operator::IsNot),
    phrase("not empty", Operator::Known(true)),
    phrase("at least", Operator::AtLeast),
    phrase("is after", Operator::After),
    phrase("equal to", Operator::Is),
    phrase("is known", Operator::Known(true)),
    phrase("is empty", Operator::Known(false)),
    phrase("is blank", Operator::Known(false)),
    phrase("is false", Operator::Flag(false)),
    phrase("contains", Operator::Contains),
    phrase("includes", Operator::Contains),
    phrase("at most", Operator::AtMost),
    phrase("between", Operator::Between),
    phrase("is true", Operator::Flag(true)),
    phrase("none of", Operator::IsNot),
    phrase("in list", Operator::Is),
    phrase("before", Operator::Before),
    phrase("exists", Operator::Known(true)),
    phrase("equals", Operator::Is),
    phrase("is not", Operator::IsNot),
    phrase("any of", Operator::Is),
    phrase("one of", Operator::Is),
    phrase("not in", Operator::IsNot),
    phrase("up to", Operator::AtMost),
    phrase("above", Operator::MoreThan),
    phrase("under", Operator::LessThan),
    phrase("below", Operator::LessThan),
    phrase("after", Operator::After),
    phrase("is in", Operator::Is),
    phrase("over", Operator::MoreThan),
    phrase("is", Operator::Is),
];

/// The operators that are signs, so that no space is around them.
const SIGNS: [Phrase; 9] = [
    phrase(">=", Operator::AtLeast),
    phrase("≥", Operator::AtLeast),
    phrase("<=", Operator::AtMost),
    phrase("≤", Operator::AtMost),
    phrase("!=", Operator::IsNot),
    phrase("≠", Operator::IsNot),
    phrase(">", Operator::MoreThan),
    phrase("<", Operator::LessThan),
    phrase("=", Operator::Is),
];

/// The operator at the beginning of a text, and the rest of the text.
pub(super) fn leading(text: &str) -> Option<(Phrase, &str)> {
    let lower = text.to_ascii_lowercase();
    let is_word = |phrase: &&Phrase| {
        lower.strip_prefix(phrase.words).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ':']))
    };
    let signs = || SIGNS.iter().find(|sign| lower.starts_with(sign.words));
    let found = *OPERATORS.iter().find(is_word).or_else(signs)?;
    Some((found, text.get(found.words.len()..)?.trim_start_matches(':').trim()))
}

/// The first operator inside of a text, with the text before and after it.
pub(super) fn inside(text: &str) -> Option<(&str, Phrase, &str)> {
    for (at, _) in text.char_indices().skip(1) {
        let after_space = text.get(..at)?.ends_with(' ');
        let found = match (after_space, leading(text.get(at..)?)) {
            (_, Some((phrase, rest))) if SIGNS.contains(&phrase) => Some((phrase, rest)),
            (true, Some((phrase, rest))) => Some((phrase, rest)),
            _ => None,
        };
        if let Some((phrase, rest)) = found {
            return Some((text.get(..at)?.trim(), phrase, rest));
        }
    }
    None
}
