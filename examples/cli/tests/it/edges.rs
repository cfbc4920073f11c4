//! Unusual files and terminals.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Outcome, folder, root, warmth};

/// An account gets 50 points for more than 0.24 gigabytes.
const MODEL: &str = r#"
format = 1
name = "x"

[[axis]]
name = "fit"
available = 100

[[axis.rule]]
id = "a"
when.gb.more_than = 0.24
points = 50
"#;

/// A folder with the model and a file of records.
fn with_records(test: &str, file: &str, records: &[u8]) -> PathBuf {
    let folder = folder(&format!("edges/{test}"));
    fs::write(folder.join("model.toml"), MODEL).unwrap();
    fs::write(folder.join(file), records).unwrap();
    folder
}

/// The objects that `score` writes for the records of a file, without what they all have in common.
fn scores(folder: &Path, file: &str) -> (Option<i32>, Vec<(String, String)>, String) {
    scores_by("model.toml", folder, file)
}

fn scores_by(model: &str, folder: &Path, file: &str) -> (Option<i32>, Vec<(String, String)>, String) {
    let args = [model, file, "--as-of", "2026-11-22T12:00:00Z", "--format", "jsonl"];
    let Outcome { code, out, err } = Outcome::of(warmth("score").current_dir(folder).args(args).output().unwrap());
    let scored = out.lines().map(|line| {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        (object["id"].as_str().unwrap().to_owned(), object["score"].to_string())
    });
    (code, scored.collect(), err)
}

fn scored(ids_and_scores: &[(&str, &str)]) -> Vec<(String, String)> {
    ids_and_scores.iter().map(|(id, score)| ((*id).to_owned(), (*score).to_owned())).collect()
}

/// Without `float_roundtrip`, `serde_json` reads this number as 0.24.
#[test]
fn a_number_is_the_same_in_json_and_csv() {
    let above = "0.24000000000000002";
    let json = format!("{{\"id\":\"a\",\"gb\":{above}}}\n{{\"id\":\"b\",\"gb\":0.24}}\n");
    let folder = with_records("numbers", "records.jsonl", json.as_bytes());
    fs::write(folder.join("records.csv"), format!("id,gb\na,{above}\nb,0.24\n")).unwrap();
    let expected = (Some(0), scored(&[("a", "50"), ("b", "0")]), String::new());
    assert_eq!(scores(&folder, "records.jsonl"), expected);
    assert_eq!(scores(&folder, "records.csv"), expected);

    // The bound of a model, too.
    let model = |bound: &str| {
        format!(
            r#"{{"format":1,"name":"x","axis":[{{"name":"fit","available":100,"rule":[
            {{"id":"a","when":{{"gb":{{"at_least":{bound}}}}},"points":50}}]}}]}}"#
        )
    };
    fs::write(folder.join("model.json"), model(above)).unwrap();
    assert_eq!(scores_by("model.json", &folder, "records.csv"), expected);
}

#[test]
fn a_whole_number_beyond_2_to_the_53_counts_as_missing_with_a_warning() {
    let warning = |command: &str, file: &str, field: &str, cells: &str, first: &str| {
        format!(
            "{command}: warning: {file}: `{field}`: {cells} missing, first {first}; \
            whole numbers beyond 2^53 are not exact; shorten them, or test them as texts\n"
        )
    };
    let three = "3 cells are not read as a number and count as";
    let csv = "id,gb\na,9007199254740992\nb,9007199254740993\nc,-9223372036854775808\nd,18446744073709551616\n";
    let folder = with_records("whole", "records.csv", csv.as_bytes());
    let expected = scored(&[("a", "50"), ("b", "0"), ("c", "0"), ("d", "0")]);
    let (code, found, err) = scores(&folder, "records.csv");
    assert_eq!((code, &found), (Some(0), &expected));
    let first = "`9007199254740993` on line 3";
    assert!(err.starts_with(&warning("score", "records.csv", "gb", three, first)), "{err}");

    let json = r#"{"id":"a","gb":9007199254740992}
{"id":"b","gb":9007199254740993}
{"id":"c","gb":-9223372036854775808}
{"id":"d","gb":18446744073709551616}
"#;
    fs::write(folder.join("records.jsonl"), json).unwrap();
    let (code, found, err) = scores(&folder, "records.jsonl");
    assert_eq!((code, found), (Some(0), expected));
    let first = "`9007199254740993` on line 2";
    assert!(err.starts_with(&warning("score", "records.jsonl", "gb", three, first)), "{err}");

    let history = "as_of,bought,spent\n2026-01-01T00:00:00Z,true,9007199254740993\n2026-02-01T00:00:00Z,false,1\n";
    fs::write(folder.join("history.csv"), history).unwrap();
    let output = warmth("evidence").current_dir(&folder).args(["history.csv", "--outcome", "bought"]).output();
    let one = "1 cell is not read as a number and counts as";
    let warned = warning("evidence", "history.csv", "spent", one, "`9007199254740993` on line 2");
    assert_eq!(Outcome::of(output.unwrap()).err, warned);
}

#[test]
fn a_line_that_is_not_utf8_is_skipped() {
    let folder = with_records("utf8", "records.jsonl", b"{\"id\":\"a\"}\n{\"id\":\"\xff\"}\n{\"id\":\"c\",\"gb\":1}\n");
    fs::write(folder.join("records.csv"), b"id,gb\na,\n\xff,\nc,1\n").unwrap();
    let expected = scored(&[("a", "0"), ("c", "50")]);
    for (file, line) in [("records.jsonl", 2), ("records.csv", 3)] {
        let message = format!("{file}:{line}: expected text in UTF-8\n");
        assert_eq!(scores(&folder, file), (Some(1), expected.clone(), message));
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_record() {
    let folder = with_records("mark", "records.jsonl", "\u{feff}{\"id\":\"a\",\"gb\":1}\n{\"id\":\"b\"}\n".as_bytes());
    assert_eq!(scores(&folder, "records.jsonl"), (Some(0), scored(&[("a", "50"), ("b", "0")]), String::new()));
    // Elsewhere it is.
    fs::write(folder.join("records.jsonl"), "{\"id\":\"a\"}\n\u{feff}{\"id\":\"b\"}\n").unwrap();
    assert_eq!(scores(&folder, "records.jsonl").0, Some(1));
}

#[test]
fn a_repeated_column_is_an_error_if_it_is_read() {
    let folder = with_records("columns", "records.csv", b"id,gb,other,gb,other,gb\na,1,,0,,0\n");
    let error = "score: records.csv: the header has 3 columns `gb`; rename all but one\n";
    assert_eq!(scores(&folder, "records.csv"), (Some(2), vec![], error.to_owned()));
    fs::write(folder.join("records.csv"), "id,gb,other,other\na,1,,\n").unwrap();
    assert_eq!(scores(&folder, "records.csv"), (Some(0), scored(&[("a", "50")]), String::new()));

    // Of a history every column is read.
    fs::write(folder.join("history.csv"), "as_of,bought,x,x\n2026-01-01T00:00:00Z,true,1,1\n").unwrap();
    let output = warmth("evidence").current_dir(&folder).args(["history.csv", "--outcome", "bought"]).output();
    let error = "evidence: history.csv: the header has 2 columns `x`; rename all but one\n";
    Outcome::of(output.unwrap()).is(2, "", error);
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::fs::File;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    const EVIDENCE: [&str; 4] = ["evidence", "examples/data/history.csv", "--outcome", "bought"];
    const SCORE: [&str; 5] =
        ["score", "examples/data/cross_sell.toml", "examples/data/accounts.csv", "--format", "jsonl"];

    /// Every subcommand, with its exit code if it cannot do its work.
    const COMMANDS: [(&[&str], i32); 3] = [(&SCORE, 2), (&EVIDENCE, 2), (&["watch"], 2)];

    fn program(args: &[&str]) -> Command {
        let mut program = warmth(args[0]);
        program.current_dir(root()).args(&args[1..]);
        program
    }

    #[test]
    fn file_names_need_not_be_utf8() {
        let name = OsStr::from_bytes(b"a\xff.csv");
        let folder = with_records("names", "records.csv", b"id,gb\na,1\n");
        fs::write(folder.join(name), b"id,gb\na,1\n").unwrap();
        let score = |records: &OsStr| {
            let args = ["--as-of", "2026-11-22T12:00:00Z"];
            let output = warmth("score").current_dir(&folder).arg("model.toml").arg(records).args(args).output();
            Outcome::of(output.unwrap())
        };
        let plain = score(OsStr::new("records.csv"));
        assert_eq!(plain.code, Some(0), "{}", plain.err);
        score(name).is(0, &plain.out, "");
        score(OsStr::from_bytes(b"b\xff.csv")).refuses(2, &["score: b\u{fffd}.csv: "]);
        score(OsStr::from_bytes(b"--\xff")).refuses(2, &["unexpected argument '--\u{fffd}'"]);

        let output = warmth("evidence").current_dir(&folder).arg(name).args(["--outcome", "bought"]).output();
        Outcome::of(output.unwrap()).refuses(2, &["evidence: a\u{fffd}.csv: the header has no column `as_of`"]);
        let output = warmth("score").arg("--as-of").arg(name).output();
        Outcome::of(output.unwrap()).refuses(2, &["invalid UTF-8"]);
        let output = Command::new(env!("CARGO_BIN_EXE_warmth")).arg(name).output();
        Outcome::of(output.unwrap()).refuses(2, &["unrecognized subcommand 'a\u{fffd}.csv'"]);
    }

    #[test]
    fn a_closed_pipe_ends_every_command_quietly() {
        for (args, _) in COMMANDS {
            let mut child = program(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            drop(child.stdout.take());
            Outcome::of(child.wait_with_output().unwrap()).is(0, "", "");
        }
    }

    #[test]
    fn files_are_complete_even_if_nobody_reads_the_output() {
        let out = folder("edges/unread");
        let mut child = program(&EVIDENCE).arg("--out").arg(&out).stdout(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        assert!(child.wait().unwrap().success());
        assert!(fs::read_to_string(out.join("report.html")).unwrap().ends_with("</html>\n"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_an_error() {
        for (args, code) in COMMANDS {
            let full = File::options().write(true).open("/dev/full").unwrap();
            let outcome = Outcome::of(program(args).stdout(full).output().unwrap());
            outcome.refuses(code, &[&format!("{}: output: ", args[0])]);
            let full = File::options().write(true).open("/dev/full").unwrap();
            let help = Outcome::of(program(&[args[0], "--help"]).stdout(full).output().unwrap());
            help.refuses(code, &["output: "]);
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_stderr_does_not_change_the_exit_code() {
        let folder = with_records("stderr", "records.csv", b"id,gb\na,1\nb\n");
        for (records, code) in [("records.csv", 1), ("nowhere.csv", 2)] {
            let full = File::options().write(true).open("/dev/full").unwrap();
            let args = ["model.toml", records];
            let output = warmth("score").current_dir(&folder).args(args).stderr(full).output().unwrap();
            assert_eq!(output.status.code(), Some(code));
        }
        let full = File::options().write(true).open("/dev/full").unwrap();
        assert_eq!(warmth("evidence").stderr(full).output().unwrap().status.code(), Some(2));
    }
}
