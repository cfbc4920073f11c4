//! What changes from one model to another, part by part, in words.

use std::io::Write;
use std::path::PathBuf;

use crate::document::Document;
use crate::messages::{Messages, Stop, counted};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The model in use, .toml or .json
    old: PathBuf,
    /// The new model, .toml or .json
    new: PathBuf,
}

pub(crate) fn run(args: &Args, messages: &Messages, out: &mut dyn Write) -> Result<(), Stop> {
    let (old, new) = (Document::checked_model(&args.old, messages)?, Document::checked_model(&args.new, messages)?);
    let diff = old.diff(&new);
    Ok(writeln!(out, "{diff}{}", counted(diff.changes().len(), ["change", "changes"]))?)
}
