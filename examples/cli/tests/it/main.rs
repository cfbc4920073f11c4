//! The command line, run as a user runs it.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod attributes;
mod commands;
mod coverage;
mod edges;
mod evidence;
mod files;
mod lint;
mod matched;
mod newcomer;
mod readme;
mod schema;
mod score;
mod watch;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// `warmth COMMAND`.
fn warmth(command: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_warmth"));
    program.arg(command);
    program
}

/// The root of the repository.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn shipped(file: &str) -> PathBuf {
    root().join("examples/data").join(file)
}

/// A folder of its own for each test.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    fs::create_dir_all(&folder).expect("the target folder is writable");
    folder
}

struct Outcome {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Outcome {
    fn of(output: Output) -> Outcome {
        let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
        Outcome { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    #[track_caller]
    fn is(&self, code: i32, out: &str, err: &str) {
        assert_eq!((self.code, self.out.as_str(), self.err.as_str()), (Some(code), out, err));
    }

    /// Nothing was printed but a refusal that contains all of this.
    #[track_caller]
    fn refuses(&self, code: i32, saying: &[&str]) {
        assert_eq!((self.code, self.out.as_str()), (Some(code), ""), "{}", self.err);
        for part in saying {
            assert!(self.err.contains(part), "`{part}` is not in: {}", self.err);
        }
    }
}

#[test]
fn commands_are_listed_and_described() {
    let help = Outcome::of(warmth("--help").output().unwrap());
    assert_eq!((help.code, help.err.as_str()), (Some(0), ""));
    for command in ["score", "check", "lint", "map", "preview", "schema", "diff", "evidence", "watch", "completions"] {
        assert!(help.out.contains(&format!("\n  {command} ")), "{}", help.out);
        let own = Outcome::of(warmth(command).arg("--help").output().unwrap());
        assert_eq!((own.code, own.err.as_str()), (Some(0), ""));
        assert!(own.out.contains(&format!("Usage: warmth {command}")), "{}", own.out);
    }
    let misspelt = Outcome::of(warmth("scroe").output().unwrap());
    misspelt.refuses(2, &["unrecognized subcommand 'scroe'", "'score'"]);
    let bare = Command::new(env!("CARGO_BIN_EXE_warmth")).output().unwrap();
    Outcome::of(bare).refuses(2, &["Usage: warmth <COMMAND>"]);
}
