//! The arguments of a subcommand.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::slice;

use crate::messages::Stop;

/// Reads arguments one after the other. File names need not be UTF-8.
pub(crate) struct Args<'a> {
    rest: slice::Iter<'a, OsString>,
    option: &'a str, // the option that `next` returned last
}

pub(crate) enum Arg<'a> {
    File(PathBuf),
    /// The name of an option, with its dashes. Its value, if it has one, is still to be read.
    Option(&'a str),
}

impl<'a> Args<'a> {
    pub(crate) fn new(args: &'a [OsString]) -> Args<'a> {
        Args { rest: args.iter(), option: "" }
    }

    /// The next file or option. `--help` stops.
    pub(crate) fn next(&mut self) -> Result<Option<Arg<'a>>, Stop> {
        let Some(arg) = self.rest.next() else { return Ok(None) };
        if !arg.as_encoded_bytes().starts_with(b"--") {
            return Ok(Some(Arg::File(arg.into())));
        }
        self.option = arg.to_str().ok_or_else(|| unknown(arg))?;
        if self.option == "--help" {
            return Err(Stop::Help);
        }
        Ok(Some(Arg::Option(self.option)))
    }

    /// The value of the option as a path.
    pub(crate) fn path(&mut self) -> Result<PathBuf, Stop> {
        self.value().map(PathBuf::from)
    }

    /// The value of the option as text.
    pub(crate) fn text(&mut self) -> Result<String, Stop> {
        self.parse("text in UTF-8", |text| Some(text.to_owned()))
    }

    /// The value of the option as `parse` reads it. `expected` describes the values for which `parse` is not `None`.
    pub(crate) fn parse<T>(&mut self, expected: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Stop> {
        let value = self.value()?;
        let parsed = value.to_str().and_then(parse);
        parsed.ok_or_else(|| Stop::usage(format!("{}: expected {expected}, found `{}`", self.option, value.display())))
    }

    fn value(&mut self) -> Result<&'a OsStr, Stop> {
        let missing = || Stop::usage(format!("`{}` needs a value", self.option));
        self.rest.next().map(OsString::as_os_str).ok_or_else(missing)
    }
}

/// The error for an option that the subcommand does not have.
pub(crate) fn unknown(option: impl AsRef<OsStr>) -> Stop {
    Stop::usage(format!("unknown option `{}`", option.as_ref().display()))
}
