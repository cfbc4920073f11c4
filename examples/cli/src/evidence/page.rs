//! A self-contained page of HTML, without scripts, fonts or a network.

use std::fmt::{self, Write as _};

use chrono::NaiveDate;
use warmth::evidence::{Correlation, Correlations, Estimate, GradeCell, History, OutOfFold, Proposal};

use super::Tried;

pub(crate) struct Page<'a> {
    pub(crate) outcome: &'a str,
    pub(crate) history: &'a History,
    pub(crate) later: usize,
    pub(crate) split: NaiveDate,
    pub(crate) correlations: &'a Correlations,
    pub(crate) proposal: &'a Proposal,
    pub(crate) tried: &'a [Tried],
    pub(crate) documents: &'a [(String, String)],
}

const STYLE: &str = "
:root { color-scheme: light dark; --ground: #fbfaf8; --panel: #fff; --ink: #1d2330; --quiet: #5b6475; --line: #d9dce3;
  --a: #5b6475; --b: #c2570c; --c: #1d63c4; --plus: #2f74d0; --minus: #d2691e; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171d; --panel: #1b1f27; --ink: #e8eaef; --quiet: #9aa3b2;
  --line: #343a46; --a: #a9b1bf; --b: #f0965a; --c: #6ea8f5; --plus: #3f7fd6; --minus: #c7692a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 66rem; padding: 2.5rem 1.5rem 4rem; background: var(--ground); color: var(--ink);
  font: 15px/1.55 system-ui, sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; } h2 { font-size: 1.15rem; margin: 2.4rem 0 .5rem; }
p { margin: .3rem 0 .8rem; max-width: 46rem; color: var(--quiet); } strong { color: var(--ink); }
code, pre { font: 12.5px/1.5 ui-monospace, monospace; } h1 code, h2 code { font-size: .88em; font-weight: 600; }
.panel { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; overflow-x: auto; }
.side { display: flex; flex-wrap: wrap; gap: 1rem; align-items: start; } .side > * { flex: 1 1 24rem; min-width: 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; } td, th { padding: .22rem .9rem .22rem 0;
  text-align: right; font-weight: 400; white-space: nowrap; } th { color: var(--quiet); border-bottom: 1px solid var(--line); }
td:first-child, th:first-child { text-align: left; } td:last-child, th:last-child { padding-right: 0; }
.tight td, .tight th { padding-right: .55rem; font-size: 13.5px; }
svg { display: block; max-width: 100%; height: auto; font: 12px system-ui, sans-serif; font-variant-numeric: tabular-nums; }
svg text { fill: var(--ink); } svg .quiet { fill: var(--quiet); } svg .on { fill: #fff; }
svg .rule { stroke: var(--line); } svg .chance { stroke: var(--quiet); stroke-dasharray: 4 4; fill: none; }
svg .curve { fill: none; stroke-width: 2.2; } .key { display: inline-block; width: 1.4em; height: .2em; margin-right: .4em;
  vertical-align: middle; } details { margin: .5rem 0; } summary { cursor: pointer; }
";

/// The colours of the curves, in the order of the models.
const COLOURS: [&str; 3] = ["var(--a)", "var(--b)", "var(--c)"];

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = escaped(self.outcome);
        writeln!(f, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">")?;
        writeln!(f, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
        writeln!(f, "<title>What history says about {outcome}</title>\n<style>{STYLE}</style>")?;
        writeln!(f, "<h1>What history says about <code>{outcome}</code></h1>")?;
        let (rows, events, split) = (self.history.rows(), self.history.events(), self.split);
        writeln!(
            f,
            "<p>Built from <strong>{rows} rows</strong> before {split}; {events} of them have the outcome. Tested on the \
             <strong>{} rows</strong> from {split} on.</p>",
            self.later
        )?;
        self.proposed(f)?;
        self.gains(f)?;
        self.grades(f)?;
        self.matrix(f)?;
        for (name, document) in self.documents {
            writeln!(
                f,
                "<details class=\"panel\"><summary>The document <code>{}</code></summary><pre>{}</pre></details>",
                escaped(name),
                escaped(document)
            )?;
        }
        writeln!(f, "</html>")
    }
}

impl Page<'_> {
    fn proposed(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "<h2>Proposal</h2>")?;
        let comparison = match self.proposal {
            Proposal::Made(made) => &made.comparison,
            Proposal::NoSignal(comparison) => {
                writeln!(f, "<p>Nothing is proposed: the ranking may be chance.</p>")?;
                comparison
            }
            other => return writeln!(f, "<p>{}</p>", escaped(&other.to_string())),
        };
        writeln!(f, "<p>AUC on the parts of the history that did not set the points, with 95 % intervals.</p>")?;
        writeln!(f, "<div class=\"panel\"><table><tr><th><th>AUC<th>interval<th>of the parts")?;
        for (way, own) in
            [("correlation weights", &comparison.correlation), ("overlap-aware weights", &comparison.overlap)]
        {
            let OutOfFold { auc: Estimate { value, low, high, .. }, folds, .. } = own;
            let folds: Vec<_> = folds.iter().map(|auc| format!("{auc:.2}")).collect();
            let folds = folds.join(" ");
            writeln!(f, "<tr><td>{way}<td>{value:.3}<td>{low:.3} to {high:.3}<td>{folds}")?;
        }
        let Estimate { value, low, high, .. } = comparison.difference;
        writeln!(f, "<tr><td>difference<td>{value:+.3}<td>{low:+.3} to {high:+.3}<td></table></div>")
    }

    fn gains(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "<h2>Gains</h2>\n<p>If you work the list from the top, you reach this share of all outcomes.</p>")?;
        writeln!(f, "<div class=\"side\"><div class=\"panel\">")?;
        let (width, height, left, top) = (440.0, 330.0, 44.0, 12.0);
        let x = |share: f64| left + share * (width - left - 16.0);
        let y = |share: f64| height - 40.0 - share * (height - 40.0 - top);
        writeln!(f, "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"gains curve\">")?;
        for quarter in 0..=4 {
            let share = f64::from(quarter) / 4.0;
            let (x0, x1, y0, y1) = (x(0.0), x(1.0), y(0.0), y(1.0));
            writeln!(
                f,
                "<path class=\"rule\" d=\"M{x0:.1} {0:.1}H{x1:.1}M{1:.1} {y0:.1}V{y1:.1}\"/>",
                y(share),
                x(share)
            )?;
            let label = format!("{}%", quarter * 25);
            writeln!(
                f,
                "<text class=\"quiet\" text-anchor=\"end\" x=\"{:.1}\" y=\"{:.1}\">{label}</text>\
                 <text class=\"quiet\" text-anchor=\"middle\" x=\"{:.1}\" y=\"{:.1}\">{label}</text>",
                x0 - 6.0,
                y(share) + 4.0,
                x(share),
                y0 + 16.0
            )?;
        }
        writeln!(f, "<path class=\"chance\" d=\"M{:.1} {:.1}L{:.1} {:.1}\"/>", x(0.0), y(0.0), x(1.0), y(1.0))?;
        for (tried, colour) in self.tried.iter().zip(COLOURS) {
            let mut path = format!("M{:.1} {:.1}", x(0.0), y(0.0));
            let rows = tried.ranking.rows();
            for part in 1..=50_u8 {
                let Some(top) = tried.ranking.top((rows * u64::from(part)).div_ceil(50)) else { continue };
                write!(path, "L{:.1} {:.1}", x(f64::from(part) / 50.0), y(top.capture))?;
            }
            writeln!(f, "<path class=\"curve\" style=\"stroke:{colour}\" d=\"{path}\"/>")?;
        }
        writeln!(
            f,
            "<text class=\"quiet\" text-anchor=\"middle\" x=\"{:.1}\" y=\"{:.1}\">of the list</text></svg></div>",
            x(0.5),
            height - 6.0
        )?;
        writeln!(f, "<div class=\"panel tight\"><table><tr><th>model<th>AUC<th>interval<th>KS<th>top tenth")?;
        for (tried, colour) in self.tried.iter().zip(COLOURS) {
            let report = &tried.report;
            let (value, interval) = report.auc.map_or(("-".to_owned(), "-".to_owned()), |auc| {
                (format!("{:.3}", auc.value), format!("{:.3} to {:.3}", auc.low, auc.high))
            });
            let ks = report.ks.map_or("-".to_owned(), |ks| format!("{:.3}", ks.value));
            let tenth = report.gains.first().map_or("-".to_owned(), |top| format!("{:.0}%", top.capture * 100.0));
            let name = escaped(&tried.name);
            writeln!(
                f,
                "<tr><td><span class=\"key\" style=\"background:{colour}\"></span>{name}<td>{value}<td>{interval}\
                 <td>{ks}<td>{tenth}"
            )?;
        }
        writeln!(f, "</table></div></div>")
    }

    fn grades(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for tried in self.tried.iter().filter(|tried| !tried.report.grades.is_empty()) {
            writeln!(f, "<h2>Grades of <code>{}</code></h2>", escaped(&tried.name))?;
            writeln!(
                f,
                "<p>Each cell shows the share of its rows that have the outcome, and the number of its rows.</p>"
            )?;
            writeln!(f, "<div class=\"panel\">")?;
            grade_matrix(f, &tried.report.grades)?;
            writeln!(f, "</div>")?;
        }
        Ok(())
    }

    fn matrix(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "<h2>Correlations</h2>")?;
        writeln!(
            f,
            "<p>Pearson's r in hundredths: of each factor with the outcome (first column), and with the factors above it. Texts \
             have Cramér's V instead, in italics. Columns have the numbers of the rows. A deep blue cell marks two \
             factors that say nearly the same.</p><div class=\"panel\">"
        )?;
        let factors = &self.correlations.factors;
        let count = factors.len();
        let (left, top, size) = (210, 24, 30);
        let width = left + size * (count + 1) + 8;
        let height = top + size * count + 8;
        writeln!(
            f,
            "<svg viewBox=\"0 0 {width} {height}\" style=\"min-width:{}px\" role=\"img\" aria-label=\"correlation matrix\">",
            width * 9 / 10
        )?;
        for column in 0..=count.saturating_sub(1) {
            let label = if column == 0 { "out".to_owned() } else { column.to_string() };
            let x = left + size * column + size / 2;
            writeln!(f, "<text class=\"quiet\" text-anchor=\"middle\" x=\"{x}\" y=\"{}\">{label}</text>", top - 8)?;
        }
        let mut between = self.correlations.between.iter();
        for (row, (name, own)) in factors.iter().zip(&self.correlations.with_outcome).enumerate() {
            let y = top + size * row;
            writeln!(
                f,
                "<text text-anchor=\"end\" x=\"{}\" y=\"{}\">{} <tspan class=\"quiet\">{}</tspan></text>",
                left - 8,
                y + 19,
                escaped(name),
                row + 1
            )?;
            let cells = std::iter::once(own).chain(between.by_ref().take(row));
            for (column, cell) in cells.enumerate() {
                correlation_cell(f, cell, left + size * column, y, size)?;
            }
        }
        writeln!(f, "</svg></div>")
    }
}

fn correlation_cell(f: &mut fmt::Formatter<'_>, cell: &Correlation, x: usize, y: usize, size: usize) -> fmt::Result {
    let (value, style) = match (cell.pearson, cell.cramers_v) {
        (Some(r), _) => (r.value, ""),
        (None, Some(v)) => (v.value, " font-style=\"italic\""),
        (None, None) => return Ok(()),
    };
    let colour = if value < 0.0 { "var(--minus)" } else { "var(--plus)" };
    let strength = value.abs().min(1.0);
    let class = if strength > 0.75 { " class=\"on\"" } else { "" };
    let inner = size - 2;
    let hundredths = (value * 100.0).round() + 0.0; // -0 is 0
    writeln!(
        f,
        "<rect x=\"{}\" y=\"{}\" width=\"{inner}\" height=\"{inner}\" rx=\"3\" \
         style=\"fill:{colour};fill-opacity:{strength:.2}\"/>\
         <text{class}{style} text-anchor=\"middle\" font-size=\"11\" x=\"{}\" y=\"{}\">{hundredths:.0}</text>",
        x + 1,
        y + 1,
        x + size / 2,
        y + 19
    )
}

fn grade_matrix(f: &mut fmt::Formatter<'_>, cells: &[GradeCell]) -> fmt::Result {
    let letters = cells.iter().map(|own| u32::from(own.grade.fit()) - u32::from('A') + 1).max().unwrap_or(1);
    let numbers = cells.iter().map(|own| u32::from(own.grade.activity())).max().unwrap_or(1);
    let (left, top, across, down) = (90, 40, 118, 62);
    let (width, height) = (left + across * numbers + 8, top + down * letters + 8);
    writeln!(
        f,
        "<svg viewBox=\"0 0 {width} {height}\" style=\"width:{width}px\" role=\"img\" aria-label=\"grade matrix\">"
    )?;
    writeln!(f, "<text class=\"quiet\" text-anchor=\"end\" x=\"{}\" y=\"{}\">activity</text>", left - 14, top - 12)?;
    for number in 1..=numbers {
        let x = left + across * (number - 1) + across / 2;
        writeln!(f, "<text class=\"quiet\" text-anchor=\"middle\" x=\"{x}\" y=\"{}\">{number}</text>", top - 12)?;
    }
    let best = cells.iter().filter_map(|own| own.rate).map(|rate| rate.value).fold(0.01, f64::max);
    for (row, letter) in (0..letters).zip('A'..) {
        let y = top + down * row;
        writeln!(f, "<text text-anchor=\"end\" x=\"{}\" y=\"{}\">fit {letter}</text>", left - 14, y + down / 2 + 4)?;
        for number in 1..=numbers {
            let x = left + across * (number - 1);
            let own = cells.iter().find(|own| own.grade.fit() == letter && u32::from(own.grade.activity()) == number);
            let rate = own.and_then(|own| own.rate).map(|rate| rate.value);
            let strength = rate.map_or(0.0, |rate| rate / best * 0.9);
            let class = if strength > 0.75 { " class=\"on\"" } else { "" };
            let quiet = match strength {
                ..=0.35 => "quiet",
                ..=0.75 => "",
                _ => "on",
            };
            writeln!(
                f,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"5\" class=\"rule\" \
                 style=\"fill:var(--plus);fill-opacity:{strength:.2}\"/>",
                x + 2,
                y + 2,
                across - 4,
                down - 4
            )?;
            let middle = x + across / 2;
            let rate = rate.map_or("no rows".to_owned(), |rate| format!("{:.0}%", rate * 100.0));
            writeln!(
                f,
                "<text{class} text-anchor=\"middle\" font-size=\"15\" x=\"{middle}\" y=\"{}\">{rate}</text>",
                y + 29
            )?;
            if let Some(own) = own {
                let rows = own.rows;
                let below = y + 47;
                writeln!(
                    f,
                    "<text class=\"{quiet}\" text-anchor=\"middle\" x=\"{middle}\" y=\"{below}\">of {rows}</text>"
                )?;
            }
        }
    }
    writeln!(f, "</svg>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
