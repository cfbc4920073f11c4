//! Unusual files and terminals.

use std::process::{Command, Stdio};

use crate::{Folder, Outcome, root, warmth};

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
fn with_records(test: &str, file: &str, records: impl AsRef<[u8]>) -> Folder {
    Folder::new(&format!("edges/{test}")).with("model.toml", MODEL).with(file, records)
}

const EVIDENCE: [&str; 4] = ["evidence", "history.csv", "--outcome", "bought"];

/// Without `float_roundtrip`, `serde_json` reads this number as 0.24.
#[test]
fn a_number_is_the_same_in_json_and_csv() {
    let above = "0.24000000000000002";
    let json = format!("{{\"id\":\"a\",\"gb\":{above}}}\n{{\"id\":\"b\",\"gb\":0.24}}\n");
    let csv = format!("id,gb\na,{above}\nb,0.24\n");
    let folder = with_records("numbers", "records.jsonl", json).with("records.csv", csv);
    folder.score(&["records.jsonl"]).gives(0, "a 50, b 0");
    folder.score(&["records.csv"]).gives(0, "a 50, b 0");

    // The bound of a model, too.
    let model = format!(
        r#"{{"format":1,"name":"x","axis":[{{"name":"fit","available":100,"rule":[
        {{"id":"a","when":{{"gb":{{"at_least":{above}}}}},"points":50}}]}}]}}"#
    );
    folder.write("model.json", model);
    folder.run(&["score", "model.json", "records.csv", "--format", "csv"]).gives(0, "a 50, b 0");
}

#[test]
fn a_whole_number_beyond_2_to_the_53_counts_as_missing_with_a_warning() {
    let warning = |command: &str, column: &str, cells: &str, line: u32| {
        format!(
            "{command}: warning: {column}: {cells} missing, first `9007199254740993` on line {line}; \
            whole numbers beyond 2^53 are not exact; shorten them, or test them as texts\n"
        )
    };
    let csv = "id,gb\na,9007199254740992\nb,9007199254740993\nc,-9223372036854775808\nd,18446744073709551616\n";
    let json = r#"{"id":"a","gb":9007199254740992}
{"id":"b","gb":9007199254740993}
{"id":"c","gb":-9223372036854775808}
{"id":"d","gb":18446744073709551616}
"#;
    let folder = with_records("whole", "records.csv", csv).with("records.jsonl", json);
    for (file, line) in [("records.csv", 3), ("records.jsonl", 2)] {
        let outcome = folder.score(&[file]);
        outcome.gives(0, "a 50, b 0, c 0, d 0");
        let three = "3 cells are not read as a number and count as";
        assert!(outcome.err.starts_with(&warning("score", &format!("{file}: `gb`"), three, line)), "{}", outcome.err);
    }
    let history = "as_of,bought,spent\n2026-01-01T00:00:00Z,true,9007199254740993\n2026-02-01T00:00:00Z,false,1\n";
    folder.write("history.csv", history);
    let one = "1 cell is not read as a number and counts as";
    assert_eq!(folder.run(&EVIDENCE).err, warning("evidence", "history.csv: `spent`", one, 2));
}

#[test]
fn a_line_that_is_not_utf8_is_skipped() {
    let folder = with_records("utf8", "records.jsonl", b"{\"id\":\"a\"}\n{\"id\":\"\xff\"}\n{\"id\":\"c\",\"gb\":1}\n")
        .with("records.csv", b"id,gb\na,\n\xff,\nc,1\n");
    for (file, line) in [("records.jsonl", 2), ("records.csv", 3)] {
        let outcome = folder.score(&[file]);
        outcome.gives(1, "a 0, c 50");
        assert_eq!(outcome.err, format!("{file}:{line}: expected text in UTF-8\n"));
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_record() {
    let folder = with_records("mark", "records.jsonl", "\u{feff}{\"id\":\"a\",\"gb\":1}\n{\"id\":\"b\"}\n");
    let outcome = folder.score(&["records.jsonl"]);
    outcome.gives(0, "a 50, b 0");
    assert_eq!(outcome.err, "");
    // Elsewhere it is.
    folder.write("records.jsonl", "{\"id\":\"a\"}\n\u{feff}{\"id\":\"b\"}\n");
    folder.score(&["records.jsonl"]).gives(1, "a 0");
}

#[test]
fn a_repeated_column_is_an_error_if_it_is_read() {
    let folder = with_records("columns", "records.csv", "id,gb,other,gb,other,gb\na,1,,0,,0\n");
    let error = "score: records.csv: the header has 3 columns `gb`; rename all but one\n";
    folder.score(&["records.csv"]).is(2, "", error);
    folder.write("records.csv", "id,gb,other,other\na,1,,\n");
    let outcome = folder.score(&["records.csv"]);
    outcome.gives(0, "a 50");
    assert_eq!(outcome.err, "");

    // Of a history every column is read.
    folder.write("history.csv", "as_of,bought,x,x\n2026-01-01T00:00:00Z,true,1,1\n");
    folder.run(&EVIDENCE).is(2, "", "evidence: history.csv: the header has 2 columns `x`; rename all but one\n");
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
        let folder = with_records("names", "records.csv", "id,gb\na,1\n");
        folder.write(name, "id,gb\na,1\n");
        let score = |records: &OsStr| folder.run(&["score".as_ref(), "model.toml".as_ref(), records]);
        let plain = score(OsStr::new("records.csv"));
        assert_eq!(plain.code, Some(0), "{}", plain.err);
        score(name).is(0, &plain.out, "");
        score(OsStr::from_bytes(b"b\xff.csv")).refuses(2, &["score: b\u{fffd}.csv: "]);
        score(OsStr::from_bytes(b"--\xff")).refuses(2, &["unexpected argument '--\u{fffd}'"]);

        let run = |args: &[&OsStr]| folder.run(args);
        run(&["evidence".as_ref(), name, "--outcome".as_ref(), "bought".as_ref()])
            .refuses(2, &["evidence: a\u{fffd}.csv: the header has no column `as_of`"]);
        run(&["score".as_ref(), "--as-of".as_ref(), name]).refuses(2, &["invalid UTF-8"]);
        run(&[name]).refuses(2, &["unrecognized subcommand 'a\u{fffd}.csv'"]);
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
    fn files_are_complete_even_if_the_output_is_not_read() {
        let out = Folder::new("edges/unread");
        let mut child = program(&EVIDENCE).arg("--out").arg(&out.0).stdout(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        assert!(child.wait().unwrap().success());
        assert!(out.read("report.html").ends_with("</html>\n"));
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
        let folder = with_records("stderr", "records.csv", "id,gb\na,1\nb\n");
        for (records, code) in [("records.csv", 1), ("nowhere.csv", 2)] {
            let full = File::options().write(true).open("/dev/full").unwrap();
            let args = ["model.toml", records];
            let output = warmth("score").current_dir(&folder.0).args(args).stderr(full).output().unwrap();
            assert_eq!(output.status.code(), Some(code));
        }
        let full = File::options().write(true).open("/dev/full").unwrap();
        assert_eq!(warmth("evidence").stderr(full).output().unwrap().status.code(), Some(2));
    }
}
