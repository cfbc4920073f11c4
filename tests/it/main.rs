//! The integration tests: one binary, one module per subject.
//!
//! Random tests run a tenth of their inputs by default. `WARMTH_TEST_SEEDS=full` runs all of them; see [`common::seeds`].

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::items_after_statements,
    clippy::panic,
    clippy::string_slice,
    clippy::struct_field_names,
    clippy::too_many_lines,
    clippy::unreadable_literal,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed; names and numbers are written as in the documents"
)]

mod activity;

mod bounds;
mod broken;
mod capture;
mod columns;
#[path = "../common/mod.rs"]
mod common;
mod compare;
mod coverage;
mod diff;
mod differential;
mod documents;
#[cfg(feature = "evidence")]
mod evidence;
mod explained;
mod facts;
mod facts_macro;
mod figures;
mod fired;
mod forecast;
mod guide;
mod hostile;
mod inspect;
mod laws;
mod ledger;
mod lint;
mod logic;
mod oracle;
mod outline;
mod owned;
mod points;
mod portfolio;
mod readme;
mod real_cases;
mod recourse;
mod release_note;
mod review;
mod robust;
mod rollup;
mod schema;
mod settle;
mod shapes;
mod shipped;
mod stakes;
mod structs;
mod support;
mod templates;
mod tested_rules;
mod testing;
mod texts;
mod vectors;
