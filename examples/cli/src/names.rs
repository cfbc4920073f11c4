//! Names that mean the same, such as `Job Title`, `job_title` and `jobTitle`, and tallies of names.

use std::collections::BTreeMap;

/// How alike two names are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Likeness {
    Different,
    /// A few letters differ, or one name contains the other.
    Near,
    /// One is the plural of the other, or another form of the word.
    Number,
    /// They differ in capitals, spaces and punctuation only.
    Spelling,
}

/// The letters and digits of a name, in lower case.
pub(crate) fn folded(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The name as a document writes it: `Job Title` is `job_title`.
pub(crate) fn snake(name: &str) -> String {
    let mut snake = String::new();
    let mut lower_before = false;
    for letter in name.trim().chars() {
        if letter.is_alphanumeric() {
            if letter.is_uppercase() && lower_before && !snake.ends_with('_') {
                snake.push('_');
            }
            snake.extend(letter.to_lowercase());
        } else if !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        lower_before = letter.is_lowercase() || letter.is_ascii_digit();
    }
    snake.trim_end_matches('_').to_owned()
}

pub(crate) fn likeness(a: &str, b: &str) -> Likeness {
    let (a, b) = (folded(a), folded(b));
    if a.is_empty() || b.is_empty() {
        return Likeness::Different;
    }
    if a == b {
        return Likeness::Spelling;
    }
    let singular = |name: &str| name.strip_suffix('s').unwrap_or(name).to_owned();
    if singular(&a) == singular(&b) {
        return Likeness::Number;
    }
    let (longer, shorter) = if a.len() >= b.len() { (&a, &b) } else { (&b, &a) };
    let part = shorter.len() >= 4 && longer.contains(shorter.as_str());
    let allowed = longer.chars().count() / 4;
    if part || strsim::osa_distance(&a, &b) <= allowed { Likeness::Near } else { Likeness::Different }
}

/// Whether one name is probably a misspelling of the other: one or two letters differ, and not only a final `s`.
pub(crate) fn is_misspelt(a: &str, b: &str) -> bool {
    let near = likeness(a, b) == Likeness::Near;
    let (a, b) = (folded(a), folded(b));
    near && !a.contains(&b) && !b.contains(&a) && strsim::osa_distance(&a, &b) <= 2
}

/// The name that is most like the wanted one, if any is.
pub(crate) fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (folded_wanted, mut best) = (folded(wanted), None);
    for name in names.into_iter().filter(|name| *name != wanted) {
        let rank = (likeness(wanted, name), std::cmp::Reverse(strsim::osa_distance(&folded_wanted, &folded(name))));
        if rank.0 > Likeness::Different && best.as_ref().is_none_or(|(known, _)| rank > *known) {
            best = Some((rank, name));
        }
    }
    best.map(|(_, name)| name)
}

/// The most texts that a tally counts.
const TEXTS: usize = 10_000;

/// Counts a row with a text. Returns true if the tally has not counted the text before. A full tally counts no new texts.
pub(crate) fn tally(rows: &mut BTreeMap<String, u64>, text: &str) -> bool {
    if let Some(rows) = rows.get_mut(text) {
        *rows += 1;
        return false;
    }
    if rows.len() < TEXTS {
        rows.insert(text.to_owned(), 1);
    }
    true
}

/// Words of columns that say little about their cells.
const COMMON: [&str; 12] =
    ["date", "name", "number", "score", "total", "type", "status", "time", "value", "count", "last", "first"];

/// The column that is most like the wanted one. Unlike [`nearest`], also one that has a word of it: `NPS Score` for `nps`.
pub(crate) fn nearest_column<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let words = |name: &str| -> Vec<String> { snake(name).split('_').map(str::to_owned).collect() };
    let wanted_words = words(wanted);
    let shared = |name: &str| {
        let own = words(name);
        let tells = |word: &&String| word.chars().count() >= 3 && !COMMON.contains(&word.as_str());
        wanted_words.iter().filter(tells).filter(|word| own.contains(word)).count()
    };
    nearest(wanted, names.clone()).or_else(|| {
        let most = names.into_iter().map(|name| (shared(name), name)).reduce(|a, b| if b.0 > a.0 { b } else { a });
        most.filter(|(shared, _)| *shared > 0).map(|(_, name)| name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_spaces_and_plurals_are_alike() {
        assert_eq!(likeness("Job Title", "job_title"), Likeness::Spelling);
        assert_eq!(likeness("pricing_views", "Pricing View"), Likeness::Number);
        assert_eq!(likeness("pricing_veiw", "pricing_view"), Likeness::Near);
        assert_eq!(likeness("Number of Employees", "employees"), Likeness::Near);
        assert_eq!(likeness("nps", "id"), Likeness::Different);
        assert_eq!(nearest("pricing_view", ["login", "pricing_page", "Pricing View"]), Some("Pricing View"));
        let misspelt = |pairs: [(&str, &str); 4]| pairs.map(|(a, b)| is_misspelt(a, b));
        let pairs = [("job_titel", "Job Title"), ("jobtitle", "Job Title"), ("plans", "plan"), ("nps", "NPS Score")];
        assert_eq!(misspelt(pairs), [true, false, false, false]);
        let columns = ["Date of birth", "NPS Score", "Renewal (MM/DD/YY)"];
        for (wanted, expected) in [
            ("nps", Some("NPS Score")),
            ("renewal_date", Some("Renewal (MM/DD/YY)")),
            ("start_date", None),
            ("lead_score", None),
        ] {
            assert_eq!(nearest_column(wanted, columns), expected, "{wanted}");
        }
        assert_eq!(["Job Title", "jobTitle", "  NPS (last) "].map(snake), ["job_title", "job_title", "nps_last"]);
    }
}
