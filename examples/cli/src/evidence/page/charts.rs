//! Charts of the page, as SVG in HTML.
//!
//! Plotters writes colours as numbers, so a chart would have one theme. Each colour here is a code for a meaning, and the
//! style sheet replaces it with a colour of the theme.

use std::fmt::Display;

use plotters::prelude::*;

use crate::evidence::Maker;

const INK: RGBColor = RGBColor(1, 1, 1);
const QUIET: RGBColor = RGBColor(2, 2, 2);
const LINE: RGBColor = RGBColor(3, 3, 3);
const WITH: RGBColor = RGBColor(0x0d, 0x0d, 0x0d);
const WITHOUT: RGBColor = RGBColor(0x0e, 0x0e, 0x0e);

/// The size of a chart. A phone shows it nearly at this size, so that its texts are readable.
const SIZE: (u32, u32) = (400, 300);

/// Returns the colour of the curve of a model.
fn colour(maker: Maker) -> RGBColor {
    match maker {
        Maker::InUse => RGBColor(0x0a, 0x0a, 0x0a),
        Maker::Correlation => RGBColor(0x0b, 0x0b, 0x0b),
        Maker::Overlap => RGBColor(0x0c, 0x0c, 0x0c),
    }
}

/// The ends of the axes, in shares, and what they show.
struct Axes<'a> {
    right: f64,
    top: f64,
    x: &'a str,
    y: &'a str,
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Chart<'a> = ChartContext<
    'a,
    SVGBackend<'a>,
    Cartesian2d<plotters::coord::types::RangedCoordf64, plotters::coord::types::RangedCoordf64>,
>;

fn shown(error: impl Display) -> String {
    format!("chart: {error}")
}

/// Draws a chart with axes in percent.
fn draw(
    label: &str,
    axes: &Axes<'_>,
    percent_x: bool,
    series: impl for<'a> FnOnce(&mut Chart<'a>) -> Result<(), String>,
) -> Result<String, String> {
    let mut svg = String::new();
    {
        let area: Area<'_> = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let mut builder = ChartBuilder::on(&area);
        builder.margin(6).margin_right(16).x_label_area_size(40).y_label_area_size(52);
        let mut chart = builder.build_cartesian_2d(0.0..axes.right, 0.0..axes.top).map_err(shown)?;
        let font = |colour: &RGBColor| ("sans-serif", 13).into_font().color(colour);
        let percent = |share: &f64| format!("{:.0}%", share * 100.0);
        let points = |points: &f64| format!("{points:.0}");
        let mut mesh = chart.configure_mesh();
        mesh.light_line_style(TRANSPARENT).bold_line_style(LINE).axis_style(QUIET).label_style(font(&QUIET));
        mesh.axis_desc_style(font(&INK)).x_labels(6).y_labels(6).x_desc(axes.x).y_desc(axes.y);
        mesh.y_label_formatter(&percent).x_label_formatter(if percent_x { &percent } else { &points });
        mesh.draw().map_err(shown)?;
        drop(mesh);
        series(&mut chart)?;
        area.present().map_err(shown)?;
    }
    let drawing = svg.split_once("<svg").and_then(|(_, rest)| rest.split_once('>')).map_or("", |(_, drawing)| drawing);
    let (width, height) = SIZE;
    Ok(format!("<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{label}\">{drawing}"))
}

/// Draws the share of all outcomes that the top of the list reaches, for each model.
pub(super) fn gains(curves: &[(Maker, Vec<(f64, f64)>)]) -> Result<String, String> {
    let axes = Axes { right: 1.0, top: 1.0, x: "of the list, from the top", y: "of all outcomes" };
    draw("gains of each model", &axes, true, |chart| {
        chance(chart, 1.0)?;
        for (maker, curve) in curves {
            let style = colour(*maker).stroke_width(2);
            chart.draw_series(LineSeries::new(curve.iter().copied(), style)).map_err(shown)?;
        }
        Ok(())
    })
}

/// A group of rows with about the same stated probability.
pub(super) struct Stated {
    pub(super) probability: f64,
    /// The rate of the rows with the outcome, with the ends of its interval.
    pub(super) rate: (f64, f64, f64),
}

/// Draws the rates of groups of rows by their stated probabilities, on axes that reach `top`.
pub(super) fn calibration(maker: Maker, groups: &[Stated], top: f64) -> Result<String, String> {
    let top = (top * 10.0).ceil() / 10.0;
    let axes = Axes { right: top, top, x: "stated probability", y: "rate" };
    draw("calibration", &axes, true, |chart| {
        chance(chart, top)?;
        let style = colour(maker).filled();
        let bars = groups.iter().map(|group| {
            let (rate, low, high) = group.rate;
            ErrorBar::new_vertical(group.probability, low, rate, high, style, 8)
        });
        chart.draw_series(bars).map_err(shown)?;
        Ok(())
    })
}

/// Draws the shares of the rows with the outcome and without it by ten points of score, the lowest first.
pub(super) fn histogram(bins: &[(f64, f64)]) -> Result<String, String> {
    let top = bins.iter().fold(0.05, |top: f64, (with, without)| top.max(*with).max(*without));
    let axes = Axes { right: 100.0, top: (top * 10.0).ceil() / 10.0, x: "score", y: "of the rows of each kind" };
    draw("histogram by outcome", &axes, false, |chart| {
        for (at, (with, without)) in (0_u8..).zip(bins) {
            let left = f64::from(at) * 10.0;
            let bar = |from: f64, share: f64, colour: RGBColor| {
                Rectangle::new([(left + from, 0.0), (left + from + 4.2, share)], colour.filled())
            };
            chart.draw_series([bar(0.5, *without, WITHOUT), bar(5.0, *with, WITH)]).map_err(shown)?;
        }
        Ok(())
    })
}

/// Draws the diagonal: a list without order, or probabilities that are all right.
fn chance(chart: &mut Chart<'_>, top: f64) -> Result<(), String> {
    chart.draw_series(DashedLineSeries::new([(0.0, 0.0), (top, top)], 4, 4, QUIET.stroke_width(1))).map_err(shown)?;
    Ok(())
}
