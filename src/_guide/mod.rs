//! The guide: what the pages of single items have no room for.
//!
//! | page | for whom | what it says |
//! | --- | --- | --- |
//! | [`document`] | who writes models | the document key by key |
//! | [`arithmetic`] | who must defend a number | what is exact, where something is rounded, every formula with an example |
//! | [`templates`] | who starts | the models that the crate ships: what each is for, and where each published number stands |
//! | [`problems`] | who is told that a model is wrong | every problem by its code, and what to do |
//! | [`questions`] | who wants to know more than a score | what is still unknown, when it will change, why it moved, and what the answers promise |
//! | [`hosting`] | who embeds the engine | facts, activity, many subjects, storage, changes, schedules, alerts, threads, time zones |
#![cfg_attr(
    feature = "evidence",
    doc = "| [`evidence`] | who judges models and weighs factors | what history can say and what not, every figure with its formula |"
)]
//! | [`design`] | who changes the engine | why it is as it is, what is left out, which module does what |
//!
//! The guide is tested. Rust code runs as a doctest; every TOML block is read, compiled and, where it has cases, verified;
//! the tables of problems, limits, modules and templates are compared with the sources.

/// The model document, key by key.
///
pub mod document {
    #![doc = include_str!("document.md")]
}

/// What is exact, where something is rounded, and how every number is computed.
///
pub mod arithmetic {
    #![doc = include_str!("arithmetic.md")]
}

/// The models that the crate ships, and where their numbers come from.
///
pub mod templates {
    #![doc = include_str!("templates.md")]
}

/// Every problem that a model can have.
///
pub mod problems {
    #![doc = include_str!("problems.md")]
}

/// Questions beyond a score, and what the answers promise.
///
pub mod questions {
    #![doc = include_str!("questions.md")]
}

/// Advice for those who embed the engine.
///
pub mod hosting {
    #![doc = include_str!("hosting.md")]
}

/// What history says of factors and models, and what it does not.
///
#[cfg(feature = "evidence")]
pub mod evidence {
    #![doc = include_str!("evidence.md")]
}

/// Why it is as it is.
///
pub mod design {
    #![doc = include_str!("design.md")]
}
