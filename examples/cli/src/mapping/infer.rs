//! Proposes forms from the cells of a column: for drafts, and for cells that a mapping does not read.
//!
//! A proposal is for people to read. Nothing here decides how a cell is read during scoring.

use warmth::{Kind, Value};

use super::form::{DateForm, Form, Read};
use crate::input::Cell;

/// The keys of a mapping that read a column, and what remains to be checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Proposal {
    /// Keys with their values, as TOML.
    pub(crate) keys: Vec<(&'static str, String)>,
    /// The number of cells that the keys read, or count as missing.
    pub(crate) read: usize,
    /// Another reading that gives other values, if the cells do not decide.
    pub(crate) doubt: Option<String>,
}

impl Proposal {
    /// The keys as in an inline table: `yes = "Yes", no = "No"`.
    pub(crate) fn toml(&self) -> String {
        self.keys.iter().map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>().join(", ")
    }
}

const YES: [&str; 12] = ["yes", "y", "true", "t", "1", "on", "x", "ja", "oui", "si", "sí", "checked"];
const NO: [&str; 9] = ["no", "n", "false", "f", "0", "off", "nein", "non", "unchecked"];

/// Words that mean missing in every column.
const MISSING: [&str; 15] = [
    "n/a",
    "#n/a",
    "null",
    "select",
    "-",
    "--",
    "—",
    "(blank)",
    "(none)",
    "--none--",
    "(no value)",
    "not set",
    "#null!",
    "#value!",
    "#ref!",
];

/// Words that mean missing in a column of flags, numbers or dates. In a column of texts they may be values.
const MISSING_IF_NO_TEXT: [&str; 9] = ["na", "none", "nan", "unknown", "tbd", "?", "nil", "never", "not provided"];

const CURRENCIES: [&str; 14] = ["$", "€", "£", "¥", "₹", "USD", "EUR", "GBP", "CHF", "SEK", "NOK", "DKK", "AUD", "CAD"];
const SUFFIXES: [&str; 2] = ["%", "+"];

const DAYS: [&str; 19] = [
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y-%m-%d",
    "%m/%d/%y",
    "%d/%m/%y",
    "%d.%m.%y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%b %d, %Y",
    "%b %d %Y",
    "%B %d, %Y",
    "%d %B %Y",
    "%a %b %d %Y",
];
const TIMES: [&str; 15] = [
    "",
    " %H:%M",
    " %H:%M:%S",
    " %H:%M:%S%.f",
    " %I:%M %p",
    " %I:%M:%S %p",
    ", %H:%M",
    ", %H:%M:%S",
    ", %I:%M %p",
    ", %I:%M:%S %p",
    "T%H:%M",
    "T%H:%M:%S",
    "T%H:%M:%S%.f%z",
    " %H:%M:%S %z",
    " %H:%M:%S UTC",
];

/// A text as TOML writes it.
pub(crate) fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// A key as TOML writes it, quoted if it must be.
pub(crate) fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if bare { name.to_owned() } else { quoted(name) }
}

fn quoted_list(words: &[String]) -> String {
    match words {
        [word] => quoted(word),
        words => format!("[{}]", words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(", ")),
    }
}

/// Hints from other columns of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Hints {
    /// Numbers are written with a decimal comma.
    pub(crate) comma_is_decimal: bool,
    /// Dates begin with the day, not with the month.
    pub(crate) day_first: bool,
}

/// Whether a text means missing in every column.
pub(crate) fn means_missing(text: &str) -> bool {
    MISSING.contains(&text.to_lowercase().as_str())
}

/// Proposes keys with which the column is read as a kind. `base` reads the column now.
///
/// `None` if the cells do not need any, or if none read more of them.
pub(crate) fn propose(kind: Kind, cells: &[String], base: &Form, hints: Hints) -> Option<Proposal> {
    let unread: Vec<&String> = cells.iter().filter(|cell| base.read(&Cell::text(cell), kind) == Read::Misfit).collect();
    // With a decimal comma, `1.234` is probably 1234.
    let suspect = hints.comma_is_decimal && kind == Kind::Number && cells.iter().any(|cell| cell.contains('.'));
    let list = (kind == Kind::Tags).then(|| list(cells, base)).flatten();
    if unread.is_empty() && !suspect && list.is_none() {
        return None;
    }
    let mut missing: Vec<String> = Vec::new();
    let mut rest: Vec<&str> = Vec::new();
    for cell in unread {
        let lower = cell.to_lowercase();
        let may_be_text = matches!(kind, Kind::Text | Kind::Tags | Kind::Any);
        if means_missing(cell) || !may_be_text && MISSING_IF_NO_TEXT.contains(&lower.as_str()) {
            if !missing.contains(cell) {
                missing.push(cell.clone());
            }
        } else {
            rest.push(cell);
        }
    }
    // All cells judge the forms, so that a form for the rest does not lose the other cells.
    let others: Vec<&str> =
        cells.iter().map(String::as_str).filter(|cell| !missing.iter().any(|word| word == cell)).collect();
    let mut proposal = match kind {
        _ if rest.is_empty() && !suspect => Proposal::default(),
        Kind::Flag => flag(&others, base),
        Kind::Number => number(&others, base, hints.comma_is_decimal),
        Kind::Date | Kind::Time => date(&others, base, hints.day_first),
        _ => Proposal::default(),
    };
    proposal.keys.extend(list.map(|list| ("list", quoted(list))));
    if !missing.is_empty() {
        proposal.keys.push(("missing", quoted_list(&missing)));
    }
    let counted = cells.iter().filter(|cell| missing.contains(cell)).count();
    proposal.read += counted;
    (!proposal.keys.is_empty()).then_some(proposal)
}

/// The separator of lists, if the form has another one. Two cells contain it, or a part of one cell is another cell.
fn list(cells: &[String], base: &Form) -> Option<&'static str> {
    if cells.iter().any(|cell| cell.contains(base.list.as_str())) {
        return None;
    }
    [";", "|", ",", "/", "\n"].into_iter().find(|separator| {
        let mut lists = cells.iter().filter(|cell| cell.contains(separator));
        let is_cell = |part: &str| cells.iter().any(|cell| cell == part.trim());
        match (lists.next(), lists.next()) {
            (Some(_), Some(_)) => *separator != "/",
            (Some(list), None) => list.split(separator).any(is_cell),
            _ => false,
        }
    })
}

fn flag(cells: &[&str], base: &Form) -> Proposal {
    let (mut yes, mut no) = (base.yes.clone(), base.no.clone());
    let mut read = 0;
    for cell in cells {
        let lower = cell.to_lowercase();
        let words = if YES.contains(&lower.as_str()) {
            &mut yes
        } else if NO.contains(&lower.as_str()) {
            &mut no
        } else {
            continue;
        };
        read += 1;
        if lower != "true" && lower != "false" && !words.iter().any(|word| word.eq_ignore_ascii_case(cell)) {
            words.push((*cell).to_owned());
        }
    }
    let mut keys = Vec::new();
    if yes.len() > base.yes.len() {
        keys.push(("yes", quoted_list(&yes)));
    }
    if no.len() > base.no.len() {
        keys.push(("no", quoted_list(&no)));
    }
    Proposal { keys, read, doubt: None }
}

fn number(cells: &[&str], base: &Form, comma_is_decimal: bool) -> Proposal {
    let mut strip = base.strip.clone();
    for word in CURRENCIES.iter().chain(&SUFFIXES) {
        let around = |cell: &&str| cell.trim_start_matches('-').starts_with(word) || cell.ends_with(word);
        if cells.iter().any(around) && !strip.iter().any(|known| known == word) {
            strip.push((*word).to_owned());
        }
    }
    let candidates = [
        ('.', None),
        ('.', Some(',')),
        (',', None),
        (',', Some('.')),
        (',', Some(' ')),
        ('.', Some(' ')),
        (',', Some('\u{a0}')),
        (',', Some('\u{202f}')),
        ('.', Some('\'')),
        ('.', Some('’')),
    ];
    let mut forms: Vec<Form> = candidates
        .map(|(decimal, thousands)| Form { decimal, thousands, strip: strip.clone(), ..base.clone() })
        .to_vec();
    if comma_is_decimal {
        forms.sort_by_key(|form| form.decimal != ',');
    }
    let Some((form, read, other)) = best(&forms, cells, Kind::Number) else { return Proposal::default() };
    let mut keys = Vec::new();
    if form.decimal != base.decimal {
        keys.push(("decimal", quoted(&form.decimal.to_string())));
    }
    if let Some(thousands) = form.thousands
        && form.thousands != base.thousands
    {
        keys.push(("thousands", quoted(&thousands.to_string())));
    }
    if strip.len() > base.strip.len() {
        keys.push(("strip", quoted_list(&strip)));
    }
    let doubt = other.map(|(other, cell)| {
        let shown = |form: &Form| form.plain_number(cell).unwrap_or_default();
        format!("`{cell}` is read as {}; with `decimal = \"{}\"` it is {}", shown(form), other.decimal, shown(other))
    });
    Proposal { keys, read, doubt }
}

fn date(cells: &[&str], base: &Form, day_first: bool) -> Proposal {
    let mut days = DAYS;
    if day_first {
        days.sort_by_key(|day| !day.starts_with("%d"));
    }
    let patterns = days.iter().flat_map(|day| TIMES.iter().map(move |time| format!("{day}{time}")));
    let patterns: Vec<String> = patterns.chain(["unix".to_owned(), "unix-ms".to_owned()]).collect();
    let plausible = |pattern: &str| match pattern {
        "unix" => cells.iter().all(|cell| matches!(cell.len(), 9 | 10) && cell.parse::<u64>().is_ok()),
        "unix-ms" => cells.iter().all(|cell| matches!(cell.len(), 12 | 13) && cell.parse::<u64>().is_ok()),
        _ => true,
    };
    let mut named = Vec::new();
    for pattern in patterns.into_iter().filter(|pattern| plausible(pattern)) {
        if let Ok(form) = DateForm::new(&pattern) {
            named.push((pattern, Form { dates: vec![form], ..base.clone() }));
        }
    }
    let forms: Vec<Form> = named.iter().map(|(_, form)| form.clone()).collect();
    let Some((_, read, other)) = best(&forms, cells, Kind::Date) else { return Proposal::default() };
    let pattern = |read_most: &dyn Fn(&Form) -> bool| {
        named.iter().find(|(_, form)| read_most(form)).map(|(pattern, _)| pattern.clone()).unwrap_or_default()
    };
    let count = |form: &Form| cells.iter().filter(|cell| fits(form, cell, Kind::Date)).count();
    let chosen = pattern(&|form| count(form) == read);
    let doubt = other.map(|(other, cell)| {
        let alternative = pattern(&|form| {
            count(form) == read && form.read(&Cell::text(cell), Kind::Date) == other.read(&Cell::text(cell), Kind::Date)
        });
        format!("`{cell}` fits `{alternative}` as well")
    });
    Proposal { keys: vec![("date", quoted(&chosen))], read, doubt }
}

fn fits(form: &Form, cell: &str, kind: Kind) -> bool {
    matches!(form.read(&Cell::text(cell), kind), Read::Value(_) | Read::Missing)
}

/// A form, the number of cells that it reads, and another form with a cell that both read as different values.
type Best<'f, 'c> = (&'f Form, usize, Option<(&'f Form, &'c str)>);

/// The first form that reads the most cells, their number, and a form that reads as many but gives another value.
fn best<'f, 'c>(forms: &'f [Form], cells: &[&'c str], kind: Kind) -> Option<Best<'f, 'c>> {
    let count = |form: &Form| cells.iter().filter(|cell| fits(form, cell, kind)).count();
    let most = forms.iter().map(count).max().filter(|most| *most > 0)?;
    let mut equal = forms.iter().filter(|form| count(form) == most);
    let chosen = equal.next()?;
    let other = equal.find_map(|form| {
        // Only a cell that both read can show a difference.
        let differs = |cell: &&&str| match (value(form, cell, kind), value(chosen, cell, kind)) {
            (Some(own), Some(of_chosen)) => own != of_chosen,
            _ => false,
        };
        cells.iter().find(differs).map(|cell| (form, *cell))
    });
    Some((chosen, most, other))
}

/// The probable kind of a column, from its cells. Used without a model.
pub(crate) fn kind(cells: &[String]) -> Kind {
    let known: Vec<&str> = cells.iter().map(String::as_str).filter(|cell| !means_missing(cell)).collect();
    if known.is_empty() {
        return Kind::Text;
    }
    let words = |cell: &&str| {
        let lower = cell.to_lowercase();
        YES.contains(&lower.as_str()) || NO.contains(&lower.as_str())
    };
    if known.iter().all(words) && known.iter().any(|cell| cell.parse::<f64>().is_err()) {
        return Kind::Flag;
    }
    let owned: Vec<String> = known.iter().map(|cell| (*cell).to_owned()).collect();
    let reads = |kind: Kind| {
        let plain = known.iter().filter(|cell| fits(&Form::default(), cell, kind)).count();
        let proposed = propose(kind, &owned, &Form::default(), Hints::default()).map_or(0, |proposal| proposal.read);
        plain.max(proposed) * 10 >= known.len() * 9
    };
    // Telephone numbers, postcodes and ids begin with zeros or are long.
    let code = |cell: &&str| cell.len() > 1 && cell.starts_with('0') && !cell.contains(['.', ',']) || cell.len() > 15;
    if reads(Kind::Number) && !known.iter().any(code) {
        Kind::Number
    } else if known.iter().all(|cell| cell.len() >= 6) && reads(Kind::Date) {
        Kind::Date
    } else if known.iter().filter(|cell| cell.contains(';')).count() * 10 >= known.len() {
        Kind::Tags
    } else {
        Kind::Text
    }
}

/// The value that a form reads from a cell, if it reads one.
pub(crate) fn value(form: &Form, cell: &str, kind: Kind) -> Option<Value> {
    match form.read(&Cell::text(cell), kind) {
        Read::Value(value) => Some(value),
        Read::Missing | Read::Misfit => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposed(kind: Kind, cells: &[&str]) -> (String, Option<String>) {
        let cells: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
        let proposal = propose(kind, &cells, &Form::default(), Hints::default()).unwrap_or_default();
        (proposal.toml(), proposal.doubt)
    }

    #[test]
    fn the_cells_of_real_exports_get_their_keys() {
        for (kind, cells, keys) in [
            (Kind::Flag, &["Yes", "No", "Yes"][..], r#"yes = "Yes", no = "No""#),
            (Kind::Flag, &["1", "0", "N/A"], r#"yes = "1", no = "0", missing = "N/A""#),
            (Kind::Flag, &["TRUE", "FALSE"], ""),
            (Kind::Number, &["$1,200,000", "$450,000"], r#"thousands = ",", strip = "$""#),
            (Kind::Number, &["$1,250.50", "1e3", "100"], r#"thousands = ",", strip = "$""#),
            (Kind::Number, &["85%", "9.5%"], r#"strip = "%""#),
            (Kind::Number, &["9,5", "12"], r#"decimal = ",""#),
            (Kind::Number, &["1.200,50 €", "3,00 €"], r#"decimal = ",", thousands = ".", strip = "€""#),
            (Kind::Number, &["300+", "12"], r#"strip = "+""#),
            (Kind::Number, &["12", "NULL", "-"], r#"missing = ["NULL", "-"]"#),
            (Kind::Date, &["02/15/2025", "01/05/2026"], r#"date = "%m/%d/%Y""#),
            (Kind::Date, &["05.01.2026", "N/A"], r#"date = "%d.%m.%Y", missing = "N/A""#),
            (Kind::Date, &["2026-01-05 00:00:00"], r#"date = "%Y-%m-%d %H:%M:%S""#),
            (Kind::Date, &["2026-01-05T08:00:00+0000"], r#"date = "%Y-%m-%dT%H:%M:%S%.f%z""#),
            (Kind::Date, &["1/5/2026 3:05 PM", "12/31/2025 11:00 AM"], r#"date = "%m/%d/%Y %I:%M %p""#),
            (Kind::Date, &["1767614400"], r#"date = "unix""#),
        ] {
            assert_eq!(proposed(kind, cells).0, keys, "{cells:?}");
        }
    }

    #[test]
    fn what_the_cells_do_not_decide_is_a_doubt() {
        assert_eq!(
            proposed(Kind::Date, &["01/05/2026", "03/04/2026"]).1.as_deref(),
            Some("`01/05/2026` fits `%d/%m/%Y` as well")
        );
        assert_eq!(proposed(Kind::Date, &["01/15/2026"]).1, None);
        let hints = Hints { day_first: true, ..Hints::default() };
        let proposal = propose(Kind::Date, &["01/05/2026".to_owned()], &Form::default(), hints).unwrap();
        assert_eq!(proposal.toml(), r#"date = "%d/%m/%Y""#);
        let doubt = proposed(Kind::Number, &["1,200"]).1.unwrap();
        assert_eq!(doubt, "`1,200` is read as 1200; with `decimal = \",\"` it is 1.200");
        assert_eq!(proposed(Kind::Number, &["1,200,000", "1,200"]).1, None);
        assert_eq!(proposed(Kind::Number, &["$1,250.50", "1e3", "100"]).1, None);
    }

    #[test]
    fn kinds_follow_from_cells() {
        for (cells, expected) in [
            (&["Yes", "No", ""][..2], Kind::Flag),
            (&["1", "0"], Kind::Number),
            (&["$5", "1,000"], Kind::Number),
            (&["00123", "04567"], Kind::Text),
            (&["02/15/2025"], Kind::Date),
            (&["A;B", "A"], Kind::Tags),
            (&["VP Sales", "CEO"], Kind::Text),
        ] {
            let cells: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
            assert_eq!(kind(&cells), expected, "{cells:?}");
        }
    }
}
