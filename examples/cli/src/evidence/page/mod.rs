//! A self-contained page of HTML, without scripts, fonts or a network.

mod charts;
mod factors;
mod models;

use std::fmt::Write as _;

use warmth::evidence::{Correlations, FactorBands, FactorDrift, History, Proposal};

use super::Tried;
use super::columns::{ColumnUse, Role};
use super::conclusion::Conclusion;
use super::leaks::Suspects;
use super::parts::Parts;

pub(crate) struct Page<'a> {
    pub(crate) outcome: &'a str,
    pub(crate) columns: &'a [ColumnUse],
    pub(crate) suspects: &'a Suspects,
    pub(crate) history: &'a History,
    pub(crate) bands: &'a [FactorBands],
    pub(crate) drift: &'a [FactorDrift],
    pub(crate) parts: &'a Parts<'a>,
    pub(crate) correlations: &'a Correlations,
    pub(crate) proposal: &'a Proposal,
    pub(crate) conclusion: &'a Conclusion,
    pub(crate) tried: &'a [Tried],
    pub(crate) documents: &'a [(String, String)],
}

const STYLE: &str = include_str!("style.css");

/// Lines with fewer rows are pale.
const FEW: u64 = 20;

/// The sections, by the names of their anchors.
const SECTIONS: [(&str, &str); 10] = [
    ("columns", "Columns"),
    ("ranking", "Information values"),
    ("points", "Points"),
    ("models", "Models"),
    ("calibration", "Calibration"),
    ("scores", "Scores by outcome"),
    ("cuts", "Cuts"),
    ("drift", "Drift"),
    ("bands", "Bands"),
    ("correlations", "Correlations"),
];

/// Why a page cannot be written.
type Failure = String;

impl Page<'_> {
    /// The page as HTML.
    pub(crate) fn html(&self) -> Result<String, Failure> {
        let outcome = escaped(self.outcome);
        let mut html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>What history says about {outcome}</title>\n<style>{STYLE}</style>\n\
             <h1>What history says about <code>{outcome}</code></h1>\n"
        );
        let f = &mut html;
        self.head(f);
        self.columns(f);
        self.ranking(f);
        self.points(f);
        self.models(f)?;
        self.calibration(f)?;
        self.scores(f)?;
        self.cuts(f);
        self.grades(f);
        self.drift(f);
        self.bands(f);
        self.matrix(f);
        for (name, document) in self.documents {
            let (name, document) = (escaped(name), escaped(document));
            put(
                f,
                format_args!(
                    "<details class=\"panel\"><summary>The document <code>{name}</code></summary><pre>{document}</pre></details>"
                ),
            );
        }
        put(f, format_args!("</html>"));
        Ok(html)
    }

    fn head(&self, f: &mut String) {
        let (rows, events, parts) = (self.history.rows(), self.history.events(), self.parts);
        let (built_words, tested, tested_words) = (&parts.built_words, parts.tested.len(), &parts.tested_words);
        put(
            f,
            format_args!(
                "<p>Built from <strong>{rows} rows</strong> {built_words}; {events} of them have the outcome. Tested on the \
                 <strong>{tested} rows</strong> {tested_words}.</p>"
            ),
        );
        put(
            f,
            format_args!("<div class=\"panel\"><p class=\"headline\">{}</p><ul>", ticked(&self.conclusion.headline)),
        );
        for reason in &self.conclusion.reasons {
            put(f, format_args!("<li>{}</li>", ticked(reason)));
        }
        put(f, format_args!("</ul></div><nav>"));
        let missing = |anchor: &str| match anchor {
            "points" => !matches!(self.proposal, Proposal::Made(_)),
            "models" | "calibration" | "scores" | "cuts" => self.tried.is_empty(),
            _ => false,
        };
        for (anchor, title) in SECTIONS.iter().filter(|(anchor, _)| !missing(anchor)) {
            put(f, format_args!("<a href=\"#{anchor}\">{title}</a>"));
        }
        put(f, format_args!("</nav><p>Pale lines and cells have fewer than {FEW} rows. Do not rely on them.</p>"));
    }

    fn columns(&self, f: &mut String) {
        heading(f, "columns");
        for (title, suspicions) in self.suspects.headed() {
            put(f, format_args!("<h3 class=\"warn\">{title}</h3><ul>"));
            for suspicion in suspicions {
                let (factor, sign) = (escaped(&suspicion.factor), escaped(&suspicion.to_string()));
                put(f, format_args!("<li><code>{factor}</code> {sign}</li>"));
            }
            put(
                f,
                format_args!(
                    "</ul><p>If a factor was known at <code>as_of</code>, pass <code>--allow</code> with its name.</p>"
                ),
            );
        }
        let aside = self.columns.iter().filter(|column| column.role != Role::Factor).count();
        let summary = format!("{} columns, {aside} of them not used", self.columns.len());
        put(f, format_args!("<details class=\"panel\"><summary>{summary}</summary>"));
        put(f, format_args!("<table><tr><th>column<th class=\"words\">kind<th>known<th>values<th class=\"words\">use"));
        for column in self.columns {
            let share = column.known_percent();
            let (name, kind, values) = (wrapped(&column.name), column.kind, column.values);
            let role = escaped(&column.role.to_string());
            put(
                f,
                format_args!(
                    "<tr><td>{name}<td class=\"words\">{kind}<td>{share}%<td>{values}<td class=\"words\">{role}"
                ),
            );
        }
        put(f, format_args!("</table></details>"));
    }
}

/// Adds a line. Writing to a text cannot fail.
fn put(f: &mut String, line: std::fmt::Arguments<'_>) {
    let _ = writeln!(f, "{line}");
}

/// Begins a section.
fn heading(f: &mut String, anchor: &str) {
    let title = SECTIONS.iter().find(|(own, _)| *own == anchor).map_or("", |(_, title)| title);
    put(f, format_args!("<h2 id=\"{anchor}\">{title}</h2>"));
}

/// The attribute of a line or a cell with few rows.
fn pale(rows: u64) -> &'static str {
    if rows < FEW { " class=\"few\"" } else { "" }
}

/// A bar with a length from 0 to 1.
fn bar(length: f64) -> String {
    format!("<span class=\"bar\"><i style=\"width:{:.0}%\"></i></span>", length.clamp(0.0, 1.0) * 100.0)
}

/// A share in percent, or `-`.
fn percent(share: Option<f64>) -> String {
    share.map_or("-".to_owned(), |share| format!("{:.1}%", share * 100.0))
}

/// A figure with three decimal places, or `-`.
fn figure(value: Option<f64>) -> String {
    // A figure that rounds to zero has no sign.
    value.map_or("-".to_owned(), |value| format!("{:.3}", (value * 1000.0).round() / 1000.0 + 0.0))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A name that may be broken after an underscore or a hyphen.
fn wrapped(name: &str) -> String {
    escaped(name).replace('_', "_<wbr>").replace('-', "-<wbr>")
}

/// A text whose parts between backticks are code.
fn ticked(text: &str) -> String {
    let parts = escaped(text);
    let parts = parts.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() }).collect()
}
