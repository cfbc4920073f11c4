//! A progress bar for long files, on a terminal only.

use std::fs::File;
use std::io::{self, IsTerminal, Read};

use indicatif::{ProgressBar, ProgressStyle};

/// Files below this size are read in a moment.
const LONG: u64 = 16 * 1024 * 1024;

/// The file, with a bar on a terminal if it is long.
pub(crate) fn reading(file: File, name: &str) -> Box<dyn Read> {
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    if length < LONG || !io::stderr().is_terminal() {
        return Box::new(file);
    }
    let bar = ProgressBar::new(length).with_prefix(name.to_owned());
    let style = ProgressStyle::with_template("{prefix} {wide_bar} {percent}% {eta}");
    let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    Box::new(bar.wrap_read(file))
}
