//! The guide: pages on topics that span several items.
//!
//! | page | for | what it covers |
//! | --- | --- | --- |
//! | [`document`] | authors of models | the document, key by key |
//! | [`recipes`] | authors of models | rules that people ask for, each with an example |
//! | [`from_a_sheet`] | authors who come from HubSpot, Eloqua, Marketo or Breadcrumbs | what the rows of a scoring sheet become |
//! | [`arithmetic`] | people who defend a number | what is exact, where a number is rounded, every formula with an example |
//! | [`templates`] | authors who start a model | the models that the crate ships: their purpose, and the source of each published number |
//! | [`problems`] | authors who get an error | every problem by its code, and what to do |
//! | [`warnings`] | authors who check a model | every warning by its code, with an example and what to do |
//! | [`questions`] | engineers who need more than a score | what is unknown, when the score will change, why it changed, and what the answers guarantee |
//! | [`hosting`] | engineers who embed the engine | facts, activity, many subjects, storage, changes, schedules, alerts, threads, time zones |
#![cfg_attr(
    feature = "evidence",
    doc = "| [`evidence`] | analysts who validate models | what history can and cannot say, every figure with its formula |"
)]
//! | [`design`] | contributors to the engine | where things are, how the evaluator works, what is left out, and why |
//!
//! The guide is tested. Rust code runs as a doctest. Every TOML block is read and compiled, and its cases are verified.
//! Tests compare the tables of problems, limits, modules and templates with the sources, and check that each example of a
//! warning causes the warning.

/// The model document, key by key.
///
pub mod document {
    #![doc = include_str!("document.md")]
}

/// Rules that people ask for, and how to write them.
///
pub mod recipes {
    #![doc = include_str!("recipes.md")]
}

/// From a HubSpot, Eloqua or Marketo sheet: what each row becomes.
///
pub mod from_a_sheet {
    #![doc = include_str!("from_a_sheet.md")]
}

/// What is exact, where a number is rounded, and how every number is computed.
///
pub mod arithmetic {
    #![doc = include_str!("arithmetic.md")]
}

/// The models that the crate ships, and the sources of their numbers.
///
pub mod templates {
    #![doc = include_str!("templates.md")]
}

/// Every problem that a model can have.
///
pub mod problems {
    #![doc = include_str!("problems.md")]
}

/// Every warning about a model that compiles.
///
pub mod warnings {
    #![doc = include_str!("warnings.md")]
}

/// Questions beyond a score, and what the answers guarantee.
///
pub mod questions {
    #![doc = include_str!("questions.md")]
}

/// Advice for engineers who embed the engine.
///
pub mod hosting {
    #![doc = include_str!("hosting.md")]
}

/// What history can say about factors and models, and what it cannot.
///
#[cfg(feature = "evidence")]
pub mod evidence {
    #![doc = include_str!("evidence.md")]
}

/// How the engine is built, and why.
///
pub mod design {
    #![doc = include_str!("design.md")]
}
