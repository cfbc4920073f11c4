//! Unusual files and terminals.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Outcome, folder, root, shipped, warmth};

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
    let warning = |place: &str, number: &str| {
        format!("{place}: warning: `gb` is read as number, so `{number}` counts as missing\n")
    };
    let csv = "id,gb\na,9007199254740992\nb,9007199254740993\nc,-9223372036854775808\nd,18446744073709551616\n";
    let folder = with_records("whole", "records.csv", csv.as_bytes());
    let expected = scored(&[("a", "50"), ("b", "0"), ("c", "0"), ("d", "0")]);
    let (code, found, err) = scores(&folder, "records.csv");
    assert_eq!((code, &found), (Some(0), &expected));
    let warnings = [
        warning("records.csv:3", "9007199254740993"),
        warning("records.csv:4", "-9223372036854775808"),
        warning("records.csv:5", "18446744073709551616"),
    ];
    assert_eq!(err, warnings.concat());

    let json = r#"{"id":"a","gb":9007199254740992}
{"id":"b","gb":9007199254740993}
{"id":"c","gb":-9223372036854775808}
{"id":"d","gb":18446744073709551616}
"#;
    fs::write(folder.join("records.jsonl"), json).unwrap();
    let (code, found, err) = scores(&folder, "records.jsonl");
    assert_eq!((code, found), (Some(0), expected));
    let warnings = [
        warning("records.jsonl:2", "9007199254740993"),
        warning("records.jsonl:3", "-9223372036854775808"),
        warning("records.jsonl:4", "1.8446744073709552e+19"),
    ];
    assert_eq!(err, warnings.concat());

    let history = "as_of,bought,spent\n2026-01-01T00:00:00Z,true,9007199254740993\n2026-02-01T00:00:00Z,false,1\n";
    fs::write(folder.join("history.csv"), history).unwrap();
    let output = warmth("evidence").current_dir(&folder).args(["history.csv", "--outcome", "bought"]).output();
    let warned = "history.csv:2: warning: `spent` is read as number, so `9007199254740993` counts as missing\n";
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
fn a_repeated_column_is_a_warning() {
    let folder = with_records("columns", "records.csv", b"id,gb,other,gb,other,gb\na,1,,0,,0\n");
    let warning = "score: warning: records.csv repeats the column `gb`; the first one is read\n";
    assert_eq!(scores(&folder, "records.csv"), (Some(0), scored(&[("a", "50")]), warning.to_owned()));

    // Of a history every column is read, and a second label is no factor.
    let history = fs::read_to_string(shipped("history.csv")).unwrap();
    let twice: String = history
        .lines()
        .map(|line| {
            let label = line.split(',').nth(2).unwrap();
            [line, ",", label, "\n"].concat()
        })
        .collect();
    fs::write(folder.join("history.csv"), twice).unwrap();
    let evidence = |path: &Path| {
        Outcome::of(warmth("evidence").current_dir(&folder).arg(path).args(["--outcome", "bought"]).output().unwrap())
    };
    let warning = "evidence: warning: history.csv repeats the column `bought`; the first one is read\n";
    let plain = evidence(&shipped("history.csv")).out;
    evidence(Path::new("history.csv")).is(0, &plain, warning);
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
    const COMMANDS: [(&[&str], i32); 3] = [(&SCORE, 2), (&EVIDENCE, 2), (&["watch"], 1)];

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
        score(OsStr::from_bytes(b"--\xff")).refuses(2, &["score: unknown option `--\u{fffd}`; see --help"]);

        let output = warmth("evidence").current_dir(&folder).arg(name).args(["--outcome", "bought"]).output();
        Outcome::of(output.unwrap()).refuses(2, &["evidence: a\u{fffd}.csv: the header has no column `as_of`"]);
        let output = warmth("score").arg("--as-of").arg(name).output();
        Outcome::of(output.unwrap()).refuses(2, &["score: --as-of: expected an instant", "found `a\u{fffd}.csv`"]);
        let output = Command::new(env!("CARGO_BIN_EXE_warmth")).arg(name).output();
        Outcome::of(output.unwrap()).refuses(2, &["warmth: unknown command `a\u{fffd}.csv`"]);
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
        let folder = with_records("stderr", "records.csv", b"id,gb\na,1\nb,many\n");
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
