//! What history says: known answers of the figures, laws of rankings and tables, and what is proposed.

#![expect(clippy::float_cmp, reason = "what is counted is exact, and so is what is said of it")]

mod figures;
mod fits;
mod histories;
mod laws;
mod models;

/// `actual` is `expected` to the places that were published.
#[track_caller]
fn close(actual: f64, expected: f64, within: f64) {
    assert!((actual - expected).abs() <= within, "{actual} != {expected}");
}
