//! Words of other products and query languages, and what to write instead. A word never leads to its opposite: what this
//! document cannot say in one operator is said inside `not`.

mod keys;
mod operators;
#[cfg(test)]
mod tests;

pub(super) use self::keys::help_with_key;
use self::operators::{Advice, OPERATORS};

use crate::model::document::names::{DISTINCT, IGNORE_CASE, Named, PREVIOUS, THIS, WHERE, WITHIN};
use crate::model::window::Period;
use crate::problem::Path;

/// Returns a word in lower case and without separators: `notContains`, `not_contains` and `$notContains` are one spelling.
pub(super) fn squashed(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '_' | '-' | ' ' | '$' | '\'')).flat_map(char::to_lowercase).collect()
}

/// How other tools begin the opposite of an operator, [`squashed`], the longest first.
const NEGATIONS: [&str; 13] =
    ["doesnot", "doesnt", "isnot", "hasnot", "didnot", "isnt", "hasnt", "didnt", "dont", "never", "not", "non", "no"];

/// Returns whether a word says that something is not so.
pub(super) fn is_negative(word: &str) -> bool {
    let word = squashed(word);
    NEGATIONS.iter().any(|negation| word.starts_with(negation))
        || ["not", "none", "isn", "hasn", "doesn"].iter().any(|no| word.contains(no))
}

/// Returns what to write instead of an operator of another tool, or of another spelling of an operator. `known` are the
/// operators at that place.
pub(super) fn help_with_operator(op: &str, path: &Path<'_>, known: &[&'static str]) -> Option<String> {
    let op = squashed(op);
    if let Some(own) = known.iter().find(|own| squashed(own) == op) {
        return Some(format!("write `{own}`"));
    }
    let advice = advice(&op, known).or_else(|| opposite(&op, known))?;
    Some(advice.text(path, known))
}

/// Returns whether a list of words, separated by spaces, has this one.
pub(super) fn has(words: &str, word: &str) -> bool {
    words.split(' ').any(|own| own == word)
}

fn advice(op: &str, known: &[&'static str]) -> Option<Advice> {
    let applies = |(words, advice): &&(&str, Advice)| has(words, op) && known.contains(&advice.operator());
    OPERATORS.iter().find(applies).map(|(_, advice)| *advice)
}

/// The opposite of an operator that exists, for a word such as `not_at_least` or `doesNotEndWith`.
fn opposite(op: &str, known: &[&'static str]) -> Option<Advice> {
    let rest = NEGATIONS.iter().find_map(|negation| op.strip_prefix(negation))?;
    let own = match known.iter().find(|own| squashed(own) == rest) {
        Some(own) => own,
        None => match advice(rest, known)? {
            Advice::Write(own) => own,
            Advice::Not(_) | Advice::Say(..) => return None,
        },
    };
    let is_option = [IGNORE_CASE, WITHIN, WHERE, DISTINCT].contains(&own);
    (!is_option).then_some(Advice::Not(own))
}

/// Words for the attributes of events.
const SELECTING: &str = "filter filters filterby property properties attribute attributes with having";

/// Choices of other tools, [`squashed`] and separated by spaces, and the choice.
pub(super) const CHOICES: [(&str, &str); 2] = [("last newest mostrecent", "latest"), ("earliest oldest", "first")];

/// Returns the window that people mean by a text such as `last_month`.
pub(super) fn spoken_window(text: &str) -> Option<(&'static str, Period)> {
    let text = squashed(text);
    let prefixes = [("this", THIS), ("current", THIS), ("last", PREVIOUS), ("previous", PREVIOUS), ("", THIS)];
    prefixes.iter().find_map(|(prefix, key)| Some((*key, Period::named(text.strip_prefix(prefix)?)?)))
}
