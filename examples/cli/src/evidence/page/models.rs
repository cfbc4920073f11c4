//! The sections about models: gains, calibration, scores by outcome, cuts and grades.

use warmth::evidence::{Estimate, GradeCell, Logistic, OutOfFold, Penalty, Proposal, brier, wilson};

use super::charts::{self, Stated};
use super::{Failure, Page, escaped, figure, heading, pale, percent, put, wrapped};
use crate::evidence::{Maker, Tried};

impl Page<'_> {
    /// How well each model ranks.
    pub(super) fn models(&self, f: &mut String) -> Result<(), Failure> {
        self.out_of_fold(f);
        if self.tried.is_empty() {
            return Ok(());
        }
        heading(f, "models");
        let (rows, words) = (self.parts.tested.len(), &self.parts.tested_words);
        put(
            f,
            format_args!(
                "<p>Tested on the {rows} rows {words}. The curve says which share of all outcomes you reach if you work the list \
                 from the top. The dashed line is a list without order.</p>"
            ),
        );
        let curve = |tried: &Tried| {
            let rows = tried.ranking.rows();
            let point = |part: u8| {
                let top = tried.ranking.top((rows * u64::from(part)).div_ceil(50))?;
                Some((f64::from(part) / 50.0, top.capture))
            };
            let points = std::iter::once((0.0, 0.0)).chain((1..=50).filter_map(point)).collect();
            (tried.maker, points)
        };
        let curves: Vec<_> = self.tried.iter().map(curve).collect();
        put(f, format_args!("<figure class=\"panel\">{}</figure><div class=\"panel\">", charts::gains(&curves)?));
        put(f, format_args!("<table><tr><th>model<th>AUC<th>95% interval<th>KS<th>in the top tenth"));
        for tried in self.tried {
            let report = &tried.report;
            let interval = report.auc.map_or("-".to_owned(), |auc| format!("{:.3} to {:.3}", auc.low, auc.high));
            let tenth = report.gains.first().map(|top| top.capture);
            put(
                f,
                format_args!(
                    "<tr><td>{}<td>{}<td>{interval}<td>{}<td>{}",
                    named(tried),
                    figure(report.auc.map(|auc| auc.value)),
                    figure(report.ks.map(|ks| ks.value)),
                    percent(tenth)
                ),
            );
        }
        put(f, format_args!("</table></div>"));
        Ok(())
    }

    fn out_of_fold(&self, f: &mut String) {
        let comparison = match self.proposal {
            Proposal::Made(made) => &made.comparison,
            Proposal::NoSignal(comparison) => comparison,
            _ => return,
        };
        put(
            f,
            format_args!(
                "<h2>Out of fold</h2><p>The AUC on parts of the history that did not set the points, with 95% intervals.</p>\
                 <div class=\"panel\"><table><tr><th>weights<th>AUC<th>95% interval<th>of each part"
            ),
        );
        for (way, own) in [("correlation", &comparison.correlation), ("overlap-aware", &comparison.overlap)] {
            let OutOfFold { auc: Estimate { value, low, high, .. }, folds, .. } = own;
            let folds: Vec<_> = folds.iter().map(|auc| format!("{auc:.2}")).collect();
            let folds = folds.join(" ");
            put(f, format_args!("<tr><td>{way}<td>{value:.3}<td>{low:.3} to {high:.3}<td>{folds}"));
        }
        let Estimate { value, low, high, .. } = comparison.difference;
        put(f, format_args!("<tr><td>difference<td>{value:+.3}<td>{low:+.3} to {high:+.3}<td></table></div>"));
    }

    /// Whether scores give probabilities.
    pub(super) fn calibration(&self, f: &mut String) -> Result<(), Failure> {
        if self.tried.is_empty() {
            return Ok(());
        }
        heading(f, "calibration");
        put(
            f,
            format_args!(
                "<p>A score is no probability. A logistic curve through the rows {} turns scores into probabilities. The points are \
                 fifths of the rows {}, with the 95% intervals of their rates. On the dashed line, probabilities are right.</p>\
                 <div class=\"side\">",
                self.parts.built_words, self.parts.tested_words
            ),
        );
        let calibrated: Vec<_> = self.tried.iter().map(|tried| (tried, calibrated(tried, self))).collect();
        let ends = calibrated.iter().flat_map(|(_, own)| own).flat_map(|(groups, _)| groups);
        let top = ends.flat_map(|group| [group.probability, group.rate.2]).fold(0.05, f64::max);
        for (tried, own) in &calibrated {
            put(f, format_args!("<figure class=\"panel\"><figcaption>{}", named(tried)));
            match own {
                Some((groups, score)) => {
                    let chart = charts::calibration(tried.maker, groups, top)?;
                    put(f, format_args!("<br>Brier score {score:.3}</figcaption>{chart}"));
                }
                None => put(f, format_args!("<br>no curve fits the rows</figcaption>")),
            }
            put(f, format_args!("</figure>"));
        }
        put(f, format_args!("</div>"));
        Ok(())
    }

    /// Histograms of the scores.
    pub(super) fn scores(&self, f: &mut String) -> Result<(), Failure> {
        if self.tried.is_empty() {
            return Ok(());
        }
        heading(f, "scores");
        let key = |hue: &str| format!("<span class=\"key box\" style=\"background:var(--{hue})\"></span>");
        put(
            f,
            format_args!(
                "<p>{}rows with the outcome, {}rows without it, each as shares of their kind, by ten points of score. The less \
                 the two overlap, the better the score separates them.</p><div class=\"side\">",
                key("with"),
                key("without")
            ),
        );
        for tried in self.tried {
            let mut bins = [(0.0_f64, 0.0_f64); 10];
            let (events, others) = (tried.report.events, tried.report.scored - tried.report.events);
            let share = |part: u64, of: u64| wilson(part, of).map_or(0.0, |share| share.value);
            for (from, with, without) in deciles(tried) {
                if let Some(bin) = bins.get_mut(from / 10) {
                    *bin = (share(with, events), share(without, others));
                }
            }
            let chart = charts::histogram(&bins)?;
            put(f, format_args!("<figure class=\"panel\"><figcaption>{}</figcaption>{chart}</figure>", named(tried)));
        }
        put(f, format_args!("</div>"));
        Ok(())
    }

    /// Precision and capture of each cut.
    pub(super) fn cuts(&self, f: &mut String) {
        if self.tried.is_empty() {
            return;
        }
        heading(f, "cuts");
        put(
            f,
            format_args!(
                "<p>If you work everybody from a score on: the rows, the share of them that has the outcome (precision), and the \
                 share of all outcomes that you reach (capture).</p><div class=\"side\">"
            ),
        );
        for tried in self.tried {
            put(f, format_args!("<div class=\"panel\"><h3>{}</h3>", named(tried)));
            put(f, format_args!("<table><tr><th>score from<th>rows<th>outcomes<th>precision<th>capture"));
            let (mut rows, mut outcomes) = (0, 0);
            for (from, with, without) in deciles(tried) {
                rows += with + without;
                outcomes += with;
                let share = |of: u64| wilson(outcomes, of).map(|share| share.value);
                let (precision, capture) = (share(rows), share(tried.report.events));
                put(
                    f,
                    format_args!(
                        "<tr{}><td>{from}<td>{rows}<td>{outcomes}<td>{}<td>{}",
                        pale(rows),
                        percent(precision),
                        percent(capture)
                    ),
                );
            }
            put(f, format_args!("</table></div>"));
        }
        put(f, format_args!("</div>"));
    }

    pub(super) fn grades(&self, f: &mut String) {
        for tried in self.tried.iter().filter(|tried| !tried.report.grades.is_empty()) {
            put(
                f,
                format_args!(
                    "<h2>Grades of <code>{}</code></h2><p>Each cell shows the share of its rows that have the outcome, and the \
                     number of its rows.</p><div class=\"panel\">",
                    escaped(&tried.name)
                ),
            );
            grade_matrix(f, &tried.report.grades);
            put(f, format_args!("</div>"));
        }
    }
}

/// A model with its colour.
fn named(tried: &Tried) -> String {
    let (hue, whence) = match tried.maker {
        Maker::InUse => ("in-use", " (in use)"),
        Maker::Correlation => ("correlation", ""),
        Maker::Overlap => ("overlap", ""),
    };
    format!("<span class=\"key\" style=\"background:var(--{hue})\"></span>{}{whence}", wrapped(&tried.name))
}

/// The ten-point bands of the scores that have rows, the highest first: the score they begin at, the rows with the outcome,
/// and the rows without it.
fn deciles(tried: &Tried) -> impl Iterator<Item = (usize, u64, u64)> {
    tried.report.bands.bands.iter().filter_map(|band| {
        let from = band.label.strip_prefix("from ")?.parse().ok()?;
        Some((from, band.events, band.rows - band.events))
    })
}

/// Fits a curve to the scores of the rows that models are built from. Returns the fifths of the other rows, and their Brier
/// score.
fn calibrated(tried: &Tried, page: &Page<'_>) -> Option<(Vec<Stated>, f64)> {
    let known = |scores: &[Option<f64>], outcomes: Vec<bool>| -> (Vec<[f64; 1]>, Vec<bool>) {
        scores.iter().zip(outcomes).filter_map(|(score, outcome)| Some(([(*score)?], outcome))).unzip()
    };
    let built = known(&tried.built_scores, page.parts.built.iter().map(|row| row.outcome).collect());
    let (scores, outcomes) = known(&tried.scores, page.parts.tested.iter().map(|row| row.outcome).collect());
    let curve = Logistic::fit(&built.0, &built.1, Penalty::Firth).ok()?;
    let mut stated: Vec<(f64, bool)> = scores.iter().map(|score| curve.probability(score)).zip(outcomes).collect();
    let score = brier(stated.iter().copied())?.value;
    stated.sort_by(|a, b| a.0.total_cmp(&b.0));
    let fifth = stated.len().div_ceil(5).max(1);
    let group = |rows: &[(f64, bool)]| {
        let count = u64::try_from(rows.len()).ok()?;
        let events = u64::try_from(rows.iter().filter(|row| row.1).count()).ok()?;
        let Estimate { value, low, high, .. } = wilson(events, count)?;
        let probability = rows.iter().map(|row| row.0).sum::<f64>() / f64::from(u32::try_from(count).ok()?);
        Some(Stated { probability, rate: (value, low, high) })
    };
    Some((stated.chunks(fifth).filter_map(group).collect(), score))
}

fn grade_matrix(f: &mut String, cells: &[GradeCell]) {
    let letters = cells.iter().map(|own| own.grade.fit()).max().unwrap_or('A');
    let numbers = cells.iter().map(|own| own.grade.activity()).max().unwrap_or(1);
    put(f, format_args!("<table class=\"grades\"><tr><th>"));
    (1..=numbers).for_each(|number| put(f, format_args!("<th>activity {number}")));
    let best = cells.iter().filter(|own| own.rows >= super::FEW).filter_map(|own| own.rate);
    let best = best.map(|rate| rate.value).fold(0.01, f64::max);
    for letter in 'A'..=letters {
        put(f, format_args!("<tr><th>fit {letter}"));
        for number in 1..=numbers {
            let own = cells.iter().find(|own| own.grade.fit() == letter && own.grade.activity() == number);
            let Some((own, rate)) = own.and_then(|own| Some((own, own.rate?))) else {
                put(f, format_args!("<td>-"));
                continue;
            };
            let (few, strength) = (if own.rows < super::FEW { " few" } else { "" }, (rate.value / best).min(1.0));
            put(
                f,
                format_args!(
                    "<td class=\"shade{few}\" style=\"--hue:var(--rate);--s:{strength:.2}\">{:.0}%<small>of {}</small>",
                    rate.value * 100.0,
                    own.rows
                ),
            );
        }
    }
    put(f, format_args!("</table>"));
}
