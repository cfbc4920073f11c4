//! The command line, run as a user runs it.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod attributes;
mod case;
mod commands;
mod coverage;
mod edges;
mod evidence;
mod files;
mod import;
mod lint;
mod matched;
mod new;
mod newcomer;
mod preview;
mod readme;
mod schema;
mod score;
mod watch;

use std::collections::BTreeMap;
use std::ffi::OsStr;
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

/// The page of the command.
fn page() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap()
}

/// Fails if a part is not in the text.
#[track_caller]
fn contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
}

/// The folder of one test. Commands run in it.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        fs::create_dir_all(&folder).expect("the target folder is writable");
        Folder(folder)
    }

    /// The folder with a copy of the sample.
    fn sample(test: &str) -> Folder {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample");
        let file = |name: &str| fs::read(sample.join(name)).unwrap();
        ["leads.toml", "contacts.csv", "events.csv"]
            .into_iter()
            .fold(Folder::new(test), |folder, name| folder.with(name, file(name)))
    }

    /// The folder with a file more.
    fn with(self, file: &str, contents: impl AsRef<[u8]>) -> Folder {
        self.write(file, contents);
        self
    }

    fn write(&self, file: impl AsRef<Path>, contents: impl AsRef<[u8]>) {
        fs::write(self.0.join(file), contents).expect("the folder was just made");
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap()
    }

    fn json(&self, file: &str) -> serde_json::Value {
        serde_json::from_str(&self.read(file)).unwrap()
    }

    fn path(&self, file: &str) -> String {
        self.0.join(file).to_str().expect("the target folder has a name in UTF-8").to_owned()
    }

    /// Runs a command with its arguments.
    fn run(&self, args: &[impl AsRef<OsStr>]) -> Outcome {
        let mut program = Command::new(env!("CARGO_BIN_EXE_warmth"));
        Outcome::of(program.current_dir(&self.0).args(args).output().expect("the program starts"))
    }

    /// Scores records with `model.toml`. The output is CSV, for [`Outcome::scores`].
    fn score(&self, args: &[&str]) -> Outcome {
        self.run(&[&["score", "model.toml", "--as-of", "2026-11-22T12:00:00Z", "--format", "csv"], args].concat())
    }
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

    /// The command ended with this code, and wrote a message with each of these parts.
    #[track_caller]
    fn says(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.err);
        contains(&self.err, parts);
    }

    /// Ids with scores of an output in CSV: `a 50, b 0`.
    fn scores(&self) -> String {
        let mut reader = csv::Reader::from_reader(self.out.as_bytes());
        let rows = reader.deserialize().map(|row| row.expect("the output is CSV"));
        let scores = rows.map(|row: BTreeMap<String, String>| format!("{} {}", row["id"], row["score"]));
        scores.collect::<Vec<_>>().join(", ")
    }

    /// The command ended with this code, and gave these scores.
    #[track_caller]
    fn gives(&self, code: i32, scores: &str) {
        assert_eq!((self.code, self.scores().as_str()), (Some(code), scores), "{}", self.err);
    }

    /// Nothing was printed but a refusal that contains all of this.
    #[track_caller]
    fn refuses(&self, code: i32, saying: &[&str]) {
        assert_eq!((self.code, self.out.as_str()), (Some(code), ""), "{}", self.err);
        contains(&self.err, saying);
    }
}

#[test]
fn commands_are_listed_and_described() {
    let help = Outcome::of(warmth("--help").output().unwrap());
    assert_eq!((help.code, help.err.as_str()), (Some(0), ""));
    let commands = [
        "score",
        "check",
        "lint",
        "new",
        "import",
        "map",
        "preview",
        "case",
        "schema",
        "diff",
        "release-note",
        "evidence",
        "watch",
        "completions",
    ];
    for command in commands {
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
