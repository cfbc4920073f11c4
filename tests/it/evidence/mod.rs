//! Evidence: published values of the statistics, properties of rankings and tables, and proposed models.

#![expect(clippy::float_cmp, reason = "figures computed from counts are exact")]

mod errors;
mod figures;
mod fits;
mod histories;
mod laws;
mod leaks;
mod models;

/// Checks that `actual` differs from `expected` by no more than `within`.
#[track_caller]
fn assert_close(actual: f64, expected: f64, within: f64) {
    assert!((actual - expected).abs() <= within, "{actual} != {expected}");
}
