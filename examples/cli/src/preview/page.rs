//! The preview as one page of HTML: who moves, why, and what changes in the model.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::{self, Formatter};

use warmth::Points;
use warmth::model::diff::{Part, PartChange};
use warmth::review::{Dimension, Direction, Period};

use super::compared::{Compared, Matrix, Mover, NO_POINTS, NONE, Pair};
use super::named;
use crate::messages::counted;
use crate::page::{Escaped, head};

/// A preview to print as a page.
pub(super) struct Page<'a> {
    pub(super) pair: &'a Pair,
    pub(super) compared: &'a Compared<'a>,
    pub(super) top: usize,
}

const STYLE: &str = "
:root { color-scheme: light dark; --ground: #fbfaf8; --panel: #fff; --ink: #1d2330; --quiet: #545d6e; --line: #d9dce3;
  --up: #0b6b3a; --up-ground: #dcf3e4; --down: #a2330b; --down-ground: #fce6dc; --across: #2a57a5; --across-ground: #e2ebfa; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171d; --panel: #1b1f27; --ink: #e8eaef; --quiet: #a3acbb;
  --line: #343a46; --up: #7fdba4; --up-ground: #163526; --down: #f8ab88; --down-ground: #402318; --across: #9dc0fb;
  --across-ground: #1e2f4d; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 66rem; padding: 2.5rem 1.5rem 4rem; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem; } h2 { font-size: 1.2rem; margin: 2.4rem 0 .5rem; }
p, ul { margin: .3rem 0 .8rem; max-width: 46rem; } .quiet, caption { color: var(--quiet); } li { overflow-wrap: anywhere; }
.panel { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .6rem; }
th, td { padding: .3rem .75rem; text-align: right; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; } thead th { color: var(--quiet); font-weight: 400; }
th:first-child, .text td, .text th { text-align: left; } .text .number { text-align: right; }
.matrix td { min-width: 5.5rem; } .many td { min-width: 2.8rem; } .many th, .many td { padding: .3rem .4rem; }
.matrix td.same { background: var(--ground); } .same { color: var(--quiet); } .total { color: var(--quiet); border-left: 1px solid var(--line); }
.up { color: var(--up); background: var(--up-ground); font-weight: 600; }
.down { color: var(--down); background: var(--down-ground); font-weight: 600; }
.across { color: var(--across); background: var(--across-ground); font-weight: 600; }
.matrix td.none { color: var(--quiet); } summary { cursor: pointer; }
.key { padding: .1rem .45rem; border-radius: 4px; white-space: nowrap; }
.movers td:last-child { min-width: 14rem; } .movers th[scope=row] { min-width: 9rem; overflow-wrap: break-word; }
.matrix th[scope=row] { position: sticky; left: 0; background: var(--panel); } th.total { white-space: nowrap; }
caption span { position: sticky; left: 0; display: block; width: max-content; max-width: min(46rem, 78vw); }
.id { display: block; color: var(--quiet); font-weight: 400; font-size: .88em; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 40rem) { body { padding: 1.25rem .9rem 3rem; } .panel { padding: .75rem; } th, td { padding: .3rem .5rem; } }
@media print { body { max-width: none; } .panel { overflow: visible; } }
";

/// The mark and the word of a direction, which say without colour what the colour says.
fn way(direction: Direction) -> (&'static str, &'static str) {
    match direction {
        Direction::Up => ("▲", "up"),
        Direction::Down => ("▼", "down"),
        Direction::Same => ("", "same"),
        _ => ("◆", "across"),
    }
}

fn mark(direction: Direction) -> String {
    let (mark, word) = way(direction);
    format!("<span aria-hidden=\"true\">{mark}</span><span class=\"hidden\">{word}</span>")
}

/// A region that scrolls, which the keyboard can reach.
fn panel(f: &mut Formatter<'_>, label: &str, inside: impl FnOnce(&mut Formatter<'_>) -> fmt::Result) -> fmt::Result {
    writeln!(f, "<div class=\"panel\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">", Escaped(label))?;
    inside(f)?;
    writeln!(f, "</div>")
}

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Page { pair, compared, .. } = self;
        let (rows, moved) = (compared.sheet.after.rows, compared.sheet.moved);
        let records = counted(rows, ["record", "records"]);
        let moves = if moved.total() == 1 { "moves" } else { "move" };
        let ways = if moved.total() == 0 { String::new() } else { format!(": {moved}") };
        let headline = format!("{} of {records} {moves}{ways}", moved.total());
        f.write_str(&head(&format!("{headline} - {}", pair.new_model.name()), STYLE))?;
        writeln!(f, "<body>\n<main>\n<h1>{headline}</h1>")?;
        self.summary(f)?;
        self.changes(f)?;
        for dimension in &compared.dimensions {
            self.matrix(f, *dimension)?;
        }
        if moved.total() > 0 {
            self.rules(f)?;
            self.movers(f)?;
        }
        self.coverage(f)?;
        writeln!(f, "</main>\n</body>\n</html>")
    }
}

impl Page<'_> {
    fn summary(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let sheet = &self.compared.sheet;
        let (old, new) = (Escaped(named(&self.pair.old_model)), Escaped(named(&self.pair.new_model)));
        let as_of = self.compared.as_of.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        writeln!(
            f,
            "<p class=\"quiet\">From <strong>{old}</strong> to <strong>{new}</strong>, scored as of {as_of}.</p>"
        )?;
        let mean = |period: &Period| period.mean.map_or("none".to_owned(), |mean| format!("{mean:.2}"));
        let rescored = counted(sheet.rescored, ["record gets another score", "records get another score"]);
        let (before, after) = (mean(&sheet.before), mean(&sheet.after));
        let (was, scored) = (sheet.before.scored, sheet.after.scored);
        writeln!(
            f,
            "<p>{rescored}. The mean score is {after} (before: {before}), and {scored} are scored (before: {was}).</p>"
        )
    }

    fn changes(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Pair { old_model, new_model, .. } = self.pair;
        writeln!(f, "<h2>What changes in the model</h2>")?;
        let diff = old_model.diff(new_model);
        if diff.is_empty() {
            return writeln!(f, "<p>Nothing: the two models are equal.</p>");
        }
        if old_model.scoring_fingerprint() == new_model.scoring_fingerprint() {
            writeln!(f, "<p>No score can change: the scoring fingerprint is the same.</p>")?;
        }
        let (cases, changes): (Vec<_>, Vec<_>) = diff.changes().iter().partition(|change| change.part == Part::Case);
        list(f, &changes)?;
        if !cases.is_empty() {
            let count = counted(cases.len(), ["case changes", "cases change"]);
            writeln!(f, "<details><summary>{count}</summary>")?;
            list(f, &cases)?;
            writeln!(f, "</details>")?;
        }
        Ok(())
    }

    fn matrix(&self, f: &mut Formatter<'_>, dimension: Dimension) -> fmt::Result {
        let matrix = Matrix::of(self.pair, &self.compared.sheet, dimension);
        let name = dimension.as_str();
        let title = match dimension {
            Dimension::State => "States",
            Dimension::Grade => "Grades",
            Dimension::Segment => "Segments",
            _ => "Plays",
        };
        writeln!(f, "<h2>{title}</h2>")?;
        if !matrix.has_moves() {
            return writeln!(f, "<p>No record moves to another {name}.</p>");
        }
        let many = if matrix.names.len() > 8 { " many" } else { "" };
        let ordered = matches!(dimension, Dimension::State | Dimension::Grade);
        panel(f, &format!("{title}, from old to new"), |f| {
            writeln!(
                f,
                "<table class=\"matrix{many}\"><caption><span>Records by their {name} with the old model (rows) and with the new one (columns)\
                 </span></caption>\n<thead><tr><th scope=\"col\">old \\ new</th>"
            )?;
            for new in &matrix.names {
                writeln!(f, "<th scope=\"col\">{}</th>", Escaped(new))?;
            }
            writeln!(f, "<th scope=\"col\" class=\"total\">all old</th></tr></thead>\n<tbody>")?;
            for old in &matrix.names {
                writeln!(f, "<tr><th scope=\"row\">{}</th>", Escaped(old))?;
                for new in &matrix.names {
                    match matrix.count(old, new) {
                        (count, _) if old == new => writeln!(f, "<td class=\"same\">{count}</td>")?,
                        (0, _) => writeln!(f, "<td class=\"none\">{NOBODY}</td>")?,
                        (count, own) => writeln!(f, "<td class=\"{}\">{} {count}</td>", way(own).1, mark(own))?,
                    }
                }
                let all: u64 = matrix.names.iter().map(|new| matrix.count(old, new).0).sum();
                writeln!(f, "<td class=\"total\">{all}</td></tr>")?;
            }
            writeln!(f, "</tbody>\n<tfoot><tr><th scope=\"row\" class=\"same\">all new</th>")?;
            for new in &matrix.names {
                let all: u64 = matrix.names.iter().map(|old| matrix.count(old, new).0).sum();
                writeln!(f, "<td class=\"same\">{all}</td>")?;
            }
            let all: u64 = self.compared.sheet.after.rows;
            writeln!(f, "<td class=\"total\">{all}</td></tr></tfoot></table>")
        })?;
        write!(f, "<p class=\"quiet\">")?;
        let across = if ordered { "neither better nor worse" } else { "another one" };
        for (direction, meaning) in [(Direction::Up, "up"), (Direction::Down, "down"), (Direction::Across, across)] {
            let (sign, class) = way(direction);
            write!(f, "<span class=\"key {class}\"><span aria-hidden=\"true\">{sign}</span> {meaning}</span> ")?;
        }
        writeln!(f, "</p>")
    }

    /// The first reason of each mover.
    fn rules(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut rules: BTreeMap<(&str, &str), Tally> = BTreeMap::new();
        for Mover { own, .. } in &self.compared.movers {
            let reason = own.reasons.first();
            let rule = reason.map_or((NO_POINTS, ""), |reason| (&*reason.label, reason.axis.as_deref().unwrap_or("")));
            let tally = rules.entry(rule).or_default();
            match own.direction {
                Direction::Up => tally.up += 1,
                Direction::Down => tally.down += 1,
                _ => tally.across += 1,
            }
            tally.change += reason.map_or(0, |reason| i128::from(reason.change.micros()));
        }
        writeln!(f, "<h2>Which rules move them</h2>")?;
        let mut rules: Vec<_> = rules.into_iter().collect();
        rules.sort_by_key(|(rule, tally)| (Reverse(tally.total()), *rule));
        panel(f, "Rules that move records", |f| {
            writeln!(
                f,
                "<table class=\"text\"><caption><span>Each record counts once, for the line that explains most of its move</span></caption>\n\
                 <thead><tr><th scope=\"col\">rule</th><th scope=\"col\">axis</th><th scope=\"col\" class=\"number\">up</th>\
                 <th scope=\"col\" class=\"number\">down</th><th scope=\"col\" class=\"number\">across</th>\
                 <th scope=\"col\" class=\"number\">mean change of the score</th></tr></thead>\n<tbody>"
            )?;
            for ((label, axis), tally) in &rules {
                // Cut after two decimal places.
                let mean = tally.change / i128::from(tally.total().max(1)) / 10_000 * 10_000;
                let mean = Points::from_micros(i64::try_from(mean).unwrap_or(0));
                let Tally { up, down, across, .. } = tally;
                writeln!(
                    f,
                    "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"number\">{up}</td><td class=\"number\">{down}</td>\
                     <td class=\"number\">{across}</td><td class=\"number\">{mean:+}</td></tr>",
                    Escaped(label),
                    Escaped(if axis.is_empty() { NONE } else { axis })
                )?;
            }
            writeln!(f, "</tbody></table>")
        })
    }

    fn movers(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Compared { movers, dimensions, .. } = self.compared;
        writeln!(f, "<h2>Who moves</h2>")?;
        let shown = movers.len().min(self.top);
        panel(f, "Records that move", |f| {
            let caption = if shown == movers.len() {
                format!("All {}", counted(movers.len(), ["record that moves", "records that move"]))
            } else {
                format!("The first {shown} of {} records that move, in the order of the file", movers.len())
            };
            writeln!(
                f,
                "<table class=\"text movers\"><caption><span>{caption}</span></caption>\n<thead><tr><th scope=\"col\">record</th>"
            )?;
            writeln!(f, "<th scope=\"col\">direction</th><th scope=\"col\">score</th>")?;
            for dimension in dimensions {
                writeln!(f, "<th scope=\"col\">{}</th>", dimension.as_str())?;
            }
            writeln!(f, "<th scope=\"col\">reasons</th></tr></thead>\n<tbody>")?;
            for mover in movers.iter().take(shown) {
                let direction = mover.own.direction;
                let (id, (sign, word)) = (Escaped(&mover.id), way(direction));
                let name = match mover.name.as_str() {
                    "" => format!("{id}"),
                    name => format!("{}<span class=\"id\">{id}</span>", Escaped(name)),
                };
                writeln!(f, "<tr><th scope=\"row\">{name}</th>")?;
                writeln!(
                    f,
                    "<td><span class=\"key {word}\"><span aria-hidden=\"true\">{sign}</span> {word}</span></td>"
                )?;
                writeln!(f, "<td>{}</td>", from_to(mover.scores(2)))?;
                for dimension in dimensions {
                    writeln!(f, "<td>{}</td>", from_to(mover.places(*dimension)))?;
                }
                writeln!(f, "<td>{}</td></tr>", Escaped(mover.reasons()))?;
            }
            writeln!(f, "</tbody></table>")
        })?;
        match movers.len() - shown {
            0 => Ok(()),
            more => {
                let more = counted(more, ["more record moves", "more records move"]);
                writeln!(
                    f,
                    "<p>{more}. <code>--top all</code> lists all of them here, and <code>--format csv</code> in a file.</p>"
                )
            }
        }
    }

    /// What could not be scored, and what is not known.
    fn coverage(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Compared { sheet, missing, left_out, lacks_events, .. } = self.compared;
        writeln!(f, "<h2>What could not be scored, and what is missing</h2>")?;
        let mut lines = Vec::new();
        let verdicts = [&sheet.before, &sheet.after].map(|period| &period.verdicts);
        for verdict in ["disqualified", "ineligible", "uncovered", "undetermined"] {
            let [before, after] = verdicts.map(|verdicts| verdicts.get(verdict).copied().unwrap_or(0));
            if before + after > 0 {
                let meaning = match verdict {
                    "disqualified" => "a disqualifying gate applies, so there is no score",
                    "ineligible" => "a required gate fails, so there is no score",
                    "uncovered" => "too little is known for a score",
                    _ => "a required gate is unknown; the score counts",
                };
                lines.push(format!("{verdict}: {after} (before: {before}); {meaning}"));
            }
        }
        if *left_out > 0 {
            let rows = if *left_out == 1 {
                "row of the files is left out: it"
            } else {
                "rows of the files are left out: they"
            };
            lines.push(format!("{left_out} {rows} cannot be read"));
        }
        if *lacks_events {
            lines.push("the model reads events, and there was no file of events".to_owned());
        }
        let rows = sheet.after.rows;
        for (field, count) in missing.iter().take(FIELDS_MAX) {
            lines.push(format!("{field} is missing for {count} of {}", counted(rows, ["record", "records"])));
        }
        let more = missing.len().saturating_sub(FIELDS_MAX);
        if more > 0 {
            lines.push(format!("{} are missing for fewer records", counted(more, ["more field", "more fields"])));
        }
        if lines.is_empty() {
            return writeln!(f, "<p>Every record is scored, and no fact is missing.</p>");
        }
        writeln!(f, "<ul>")?;
        lines.iter().try_for_each(|line| writeln!(f, "<li>{}</li>", Escaped(line)))?;
        writeln!(f, "</ul>")
    }
}

/// A cell without records.
const NOBODY: &str = "<span aria-hidden=\"true\">·</span><span class=\"hidden\">0</span>";

/// The most changes of the model that the page lists.
const CHANGES_MAX: usize = 100;

/// The most fields that the page lists as missing.
const FIELDS_MAX: usize = 10;

fn list(f: &mut Formatter<'_>, changes: &[&PartChange]) -> fmt::Result {
    if changes.is_empty() {
        return Ok(());
    }
    writeln!(f, "<ul>")?;
    for change in changes.iter().take(CHANGES_MAX) {
        writeln!(f, "<li>{}</li>", Escaped(change))?;
    }
    writeln!(f, "</ul>")?;
    match changes.len().saturating_sub(CHANGES_MAX) {
        0 => Ok(()),
        more => writeln!(f, "<p>{more} more; <code>warmth diff</code> lists all.</p>"),
    }
}

/// The movers of one rule.
#[derive(Default)]
struct Tally {
    up: u64,
    down: u64,
    across: u64,
    change: i128, // millionths
}

impl Tally {
    fn total(&self) -> u64 {
        self.up + self.down + self.across
    }
}

/// The value if it stays the same, and both values if it does not.
fn from_to<T: AsRef<str>>(sides: [Option<T>; 2]) -> String {
    let [before, after] = sides.map(|side| Escaped(side.as_ref().map_or(NONE, AsRef::as_ref).to_owned()).to_string());
    if before == after {
        return format!("<span class=\"same\">{after}</span>");
    }
    format!("{before} <span aria-hidden=\"true\">→</span><span class=\"hidden\">to</span> {after}")
}
