//! The sections about factors: information values, points, bands, drift and correlations.

use warmth::evidence::{Correlation, FactorBands, FactorPoints, Proposal, Psi};

use super::{Page, bar, escaped, figure, heading, pale, percent, put, wrapped};

impl Page<'_> {
    /// The factors by information value.
    pub(super) fn ranking(&self, f: &mut String) {
        heading(f, "ranking");
        put(
            f,
            format_args!(
                "<p>How much each factor says alone. Chance exceeds the critical value in one of twenty cases; a factor counts in a \
                 proposal if it is above.</p><div class=\"panel\"><table><tr><th>factor<th>value<th><th>critical\
                 <th class=\"words\">"
            ),
        );
        let ranked = self.ranked();
        let most = ranked.first().map_or(1.0, |own| iv(own)).max(f64::MIN_POSITIVE);
        for own in ranked {
            let counts = own.iv.is_some_and(|iv| iv.is_drift());
            let word = if counts { "counts" } else { "may be chance" };
            let (name, value, critical) =
                (wrapped(&own.factor), figure(own.iv.map(|iv| iv.value)), figure(own.iv.map(|iv| iv.critical)));
            put(
                f,
                format_args!(
                    "<tr><td>{name}<td>{value}<td class=\"size\">{}<td>{critical}<td class=\"words\">{word}",
                    bar(iv(own) / most)
                ),
            );
        }
        put(f, format_args!("</table></div>"));
    }

    /// The factors, the one with the highest information value first.
    fn ranked(&self) -> Vec<&FactorBands> {
        let mut ranked: Vec<&FactorBands> = self.bands.iter().collect();
        ranked.sort_by(|a, b| iv(b).total_cmp(&iv(a)));
        ranked
    }

    /// The points of the proposals.
    pub(super) fn points(&self, f: &mut String) {
        let Proposal::Made(made) = self.proposal else { return };
        heading(f, "points");
        put(
            f,
            format_args!(
                "<p>What the two proposals give for each band. The score is the sum. Factors without points are left out.</p>\
                 <div class=\"panel\"><table><tr><th>factor<th class=\"words\">band<th>correlation weights<th>overlap-aware weights"
            ),
        );
        let worth = |own: &&FactorPoints| own.bands.iter().any(|band| band.correlation != 0 || band.overlap != 0);
        for own in made.points.iter().filter(worth) {
            for (at, band) in own.bands.iter().enumerate() {
                let (class, name) =
                    if at == 0 { (" class=\"factor\"", wrapped(&own.factor)) } else { ("", String::new()) };
                let (label, correlation, overlap) = (escaped(&band.band), band.correlation, band.overlap);
                put(f, format_args!("<tr{class}><td>{name}<td class=\"words\">{label}<td>{correlation}<td>{overlap}"));
            }
        }
        put(f, format_args!("</table></div>"));
    }

    /// The bands of each factor, with their outcomes.
    pub(super) fn bands(&self, f: &mut String) {
        heading(f, "bands");
        put(
            f,
            format_args!(
                "<p>The outcomes of each band in the rows that the models were built from. Neighbouring bands that do not differ \
                 are merged. A weight of evidence (WoE) above 0 speaks for the outcome.</p>"
            ),
        );
        let most = self.bands.iter().flat_map(|own| &own.table.bands).filter(|band| band.rows >= super::FEW);
        let most = most.filter_map(|band| band.rate).map(|rate| rate.value).fold(0.01, f64::max);
        for own in self.ranked() {
            let open = if own.iv.is_some_and(|iv| iv.is_drift()) { " open" } else { "" };
            put(
                f,
                format_args!("<details class=\"panel\"{open}><summary><code>{}</code></summary>", wrapped(&own.factor)),
            );
            put(
                f,
                format_args!(
                    "<table><tr><th class=\"words\">band<th>rows<th>outcomes<th>rate<th><th>95% interval<th>WoE"
                ),
            );
            for band in &own.table.bands {
                let rate = band.rate.map(|rate| rate.value);
                let interval = band
                    .rate
                    .map_or("-".to_owned(), |rate| format!("{:.1}% to {:.1}%", rate.low * 100.0, rate.high * 100.0));
                let (class, label, share) = (pale(band.rows), escaped(&band.label), percent(rate));
                put(
                    f,
                    format_args!(
                        "<tr{class}><td class=\"words\">{label}<td>{}<td>{}<td>{share}<td>{}<td>{interval}<td>{}",
                        band.rows,
                        band.events,
                        bar(rate.unwrap_or(0.0) / most),
                        figure(band.woe)
                    ),
                );
            }
            put(f, format_args!("</table></details>"));
        }
    }

    /// The drift of factors and scores.
    pub(super) fn drift(&self, f: &mut String) {
        heading(f, "drift");
        put(
            f,
            format_args!(
                "<p>Whether the rows {} differ from the rows {}, by the population stability index (PSI). Chance exceeds the \
                 critical value in one of twenty cases.</p><div class=\"panel\"><table><tr><th>factor or score<th>PSI<th>critical\
                 <th class=\"words\">",
                self.parts.tested_words, self.parts.built_words
            ),
        );
        let mut line = |name: &str, psi: Option<Psi>| {
            let drifts = psi.is_some_and(|psi| psi.is_drift());
            let word = if drifts { "<strong>drifts</strong>" } else { "" };
            let (name, value, critical) =
                (wrapped(name), figure(psi.map(|psi| psi.value)), figure(psi.map(|psi| psi.critical)));
            put(f, format_args!("<tr><td>{name}<td>{value}<td>{critical}<td class=\"words\">{word}"));
        };
        for tried in self.tried {
            line(&format!("score of {}", tried.name), tried.drift);
        }
        let mut drift: Vec<_> = self.drift.iter().collect();
        let above = |psi: Option<Psi>| psi.map_or(0.0, |psi| psi.value / psi.critical);
        drift.sort_by(|a, b| above(b.psi).total_cmp(&above(a.psi)));
        for own in drift {
            line(&own.factor, own.psi);
        }
        put(f, format_args!("</table></div>"));
    }

    /// The correlations of the factors.
    pub(super) fn matrix(&self, f: &mut String) {
        heading(f, "correlations");
        let key = |hue: &str| format!("<span class=\"key box\" style=\"background:var(--{hue})\"></span>");
        put(
            f,
            format_args!(
                "<p>Correlations in hundredths: of each factor with the outcome, and with the factors above it. \
                 {}they rise together, {}one falls as the other rises, {}texts, by Cramér's V, which has no direction. Two factors \
                 with a deep colour say nearly the same.</p><div class=\"panel\"><table class=\"matrix\"><tr><th>",
                key("plus"),
                key("minus"),
                key("unsigned")
            ),
        );
        let factors = &self.correlations.factors;
        let columns = factors.iter().take(factors.len().saturating_sub(1)).map(String::as_str);
        for name in std::iter::once("the outcome").chain(columns) {
            put(f, format_args!("<th class=\"up\">{}", wrapped(name)));
        }
        let mut between = self.correlations.between.iter();
        for (row, (name, own)) in factors.iter().zip(&self.correlations.with_outcome).enumerate() {
            put(f, format_args!("<tr><th>{}", wrapped(name)));
            std::iter::once(own).chain(between.by_ref().take(row)).for_each(|cell| correlation_cell(f, cell));
        }
        put(f, format_args!("</table></div>"));
    }
}

fn iv(own: &FactorBands) -> f64 {
    own.iv.map_or(0.0, |iv| iv.value)
}

fn correlation_cell(f: &mut String, cell: &Correlation) {
    let (value, hue) = match (cell.pearson, cell.cramers_v) {
        (Some(r), _) => (r.value, if r.value < 0.0 { "minus" } else { "plus" }),
        (None, Some(v)) => (v.value, "unsigned"),
        (None, None) => return put(f, format_args!("<td>")),
    };
    let (strength, hundredths) = (value.abs().min(1.0), (value * 100.0).round() + 0.0);
    put(f, format_args!("<td class=\"shade\" style=\"--hue:var(--{hue});--s:{strength:.2}\">{hundredths:.0}"));
}
