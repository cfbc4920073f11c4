//! Files as they are: forms, encodings, separators, and cells that do not fit.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::{Outcome, folder, warmth};

const MODEL: &str = r#"
format = 1
name = "x"

[[axis]]
name = "fit"
available = 100

[[axis.rule]]
id = "nps"
bands.nps = [[0, 10], [9, 50]]

[[axis.rule]]
id = "opt-in"
when.opted_in = true
points = 20

[[axis.rule]]
id = "one-product"
when.products.count = 1
points = 5

[[axis.rule]]
id = "visits"
signal = { event = "visit", points = 1, most_recent = 20 }
"#;

/// A folder with the model.
fn with_model(test: &str) -> PathBuf {
    let folder = folder(&format!("files/{test}"));
    fs::write(folder.join("model.toml"), MODEL).unwrap();
    folder
}

fn run(folder: &Path, args: &[&str]) -> Outcome {
    Outcome::of(warmth("score").current_dir(folder).args(args).args(["--as-of", "2026-11-22"]).output().unwrap())
}

/// Ids with scores, as `a 50, b 0`, of a run with these arguments.
fn scores(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let outcome = run(folder, &[&["model.toml"], args, &["--format", "csv"]].concat());
    let mut reader = csv::Reader::from_reader(outcome.out.as_bytes());
    let rows = reader.records().map(|row| row.unwrap());
    let scores: Vec<String> = rows.map(|row| format!("{} {}", &row[0], &row[3])).collect();
    (outcome.code, scores.join(", "), outcome.err)
}

fn mapped(folder: &Path, records: &str, mapping: &str) -> (Option<i32>, String, String) {
    fs::write(folder.join("mapping.toml"), mapping).unwrap();
    scores(folder, &[records, "--map", "mapping.toml"])
}

fn contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
}

#[test]
fn separators_are_found_out_and_said() {
    let folder = with_model("separators");
    for (separator, said) in [(";", "`;`"), ("\t", "tabs"), ("|", "`|`")] {
        let text = "id;nps;opted_in\na;9;true\nb;8;\"x;y\"\n".replace(';', separator);
        fs::write(folder.join("records.csv"), text).unwrap();
        let (code, found, err) = scores(&folder, &["records.csv"]);
        assert_eq!((code, found.as_str()), (Some(0), "a 70, b 10"), "{err}");
        contains(&err, &[&format!("note: records.csv is separated by {said}")]);
    }
    // A comma needs no word, also if cells have other separators.
    fs::write(folder.join("records.csv"), "id,nps,products\na,9,x;y\nb,8,x;y\n").unwrap();
    assert!(!scores(&folder, &["records.csv"]).2.contains("separated"));
    // A file of one column is not taken apart.
    fs::write(folder.join("records.csv"), "id#nps\na#9\n").unwrap();
    let refused = run(&folder, &["model.toml", "records.csv"]);
    refused
        .refuses(2, &["the header has no column `id`, only `id#nps`; if another character separates", "--separator"]);
    fs::write(folder.join("records.csv"), "id;nps\na;9\n").unwrap();
    contains(&run(&folder, &["model.toml", "records.csv", "--separator", ","]).err, &["only `id;nps`"]);
}

#[test]
fn lines_before_the_header_are_passed_over() {
    let folder = with_model("titles");
    // As spreadsheets write it for each other.
    fs::write(folder.join("records.csv"), "sep=;\nid;nps\na;9\nb;many\n").unwrap();
    let (code, found, err) = scores(&folder, &["records.csv"]);
    assert_eq!((code, found.as_str()), (Some(0), "a 50, b 0"), "{err}");
    contains(&err, &["first `many` on line 4"]);
    fs::write(folder.join("records.csv"), "Leads of November\n\nid,nps\na,9\nb,many\n").unwrap();
    run(&folder, &["model.toml", "records.csv"]).refuses(2, &["only `Leads of November`", "--skip"]);
    let (code, found, err) = scores(&folder, &["records.csv", "--skip", "2"]);
    assert_eq!((code, found.as_str()), (Some(0), "a 50, b 0"), "{err}");
    contains(&err, &["first `many` on line 5"]);
    assert_eq!(mapped(&folder, "records.csv", "file.skip = 2").1, "a 50, b 0");
    let args = ["records.csv", "--skip", "2", "--encoding", "utf-8"];
    let draft = Outcome::of(warmth("map").current_dir(&folder).args(args).output().unwrap()).out;
    contains(&draft, &["id = \"id\"\n\n[file]\nencoding = \"utf-8\"\nskip = 2\n"]);
    fs::write(folder.join("records.csv"), "\n\n").unwrap();
    run(&folder, &["model.toml", "records.csv"]).refuses(2, &["records.csv: the file is empty"]);
}

#[test]
fn encodings_are_found_out_by_their_mark_or_said() {
    let folder = with_model("encodings");
    let text = "id,nps\nMüller,9\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let latin: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
    let score = |bytes: &[u8], args: &[&str]| {
        fs::write(folder.join("records.csv"), bytes).unwrap();
        scores(&folder, &[&["records.csv"], args].concat())
    };
    for (bytes, args) in [
        ([&[0xef, 0xbb, 0xbf], text.as_bytes()].concat(), &[][..]),
        ([&[0xff, 0xfe], &little[..]].concat(), &[]),
        ([&[0xfe, 0xff], &big[..]].concat(), &[]),
        (little.clone(), &["--encoding", "utf-16le"]),
        (latin.clone(), &["--encoding", "latin-1"]),
    ] {
        let (code, found, err) = score(&bytes, args);
        assert_eq!((code, found.as_str()), (Some(0), "Müller 50"), "{err}");
    }
    contains(&score(&little, &[]).2, &["the text has zero bytes, as UTF-16 has; try --encoding utf-16le"]);
    // One cell in another encoding loses that cell only.
    fs::write(folder.join("records.csv"), b"id,nps,name,products\na,9,M\xfcller,x\nb,9,,\xfc\n").unwrap();
    let (code, found, err) = scores(&folder, &["records.csv"]);
    assert_eq!((code, found.as_str()), (Some(0), "a 55, b 50"));
    contains(
        &err,
        &["`products`: 1 cell is not read as a list", "line 3; the bytes are no UTF-8: try --encoding latin-1"],
    );
}

#[test]
fn standard_input_may_have_any_form() {
    let folder = with_model("stdin");
    for text in ["id;nps\na;9\nb;8\n", "{\"id\":\"a\",\"nps\":9}\n{\"id\":\"b\",\"nps\":8}\n"] {
        let mut command = warmth("score");
        command.current_dir(&folder).args(["model.toml", "-", "--as-of", "2026-11-22", "--format", "csv"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let outcome = Outcome::of(child.wait_with_output().unwrap());
        assert_eq!(outcome.code, Some(0), "{}", outcome.err);
        contains(&outcome.out, &["\na,,eligible,50,50,", "\nb,,eligible,10,10,"]);
    }
}

#[test]
fn headers_may_differ_in_capitals_and_spaces() {
    let folder = with_model("headers");
    fs::write(folder.join("records.csv"), "ID,NPS,Opted In\na,9,true\n").unwrap();
    let (code, found, err) = scores(&folder, &["records.csv"]);
    assert_eq!((code, found.as_str()), (Some(0), "a 70"), "{err}");
    contains(
        &err,
        &["note: records.csv: `id` is read from the column `ID`", "`opted_in` is read from the column `Opted In`"],
    );
    fs::write(folder.join("records.csv"), "ID,NPS,nps!,Opted In\na,9,8,true\n").unwrap();
    run(&folder, &["model.toml", "records.csv"]).refuses(2, &["`NPS` and `nps!` are all like `nps`"]);
    // The exact name goes first.
    fs::write(folder.join("records.csv"), "id,NPS,nps\na,0,9\n").unwrap();
    assert_eq!(scores(&folder, &["records.csv"]).1, "a 50");
}

/// Nobody is lost for one cell, and each column has one message with the line of the mapping that reads its cells.
#[test]
fn cells_that_do_not_fit_are_reported_once_per_column() {
    let folder = with_model("misfits");
    fs::write(folder.join("records.csv"), "id,nps,opted_in\na,N/A,true\nb,9,TRUE\nc,9,yes\nd,9,1\ne,n/a,no\n").unwrap();
    let (code, found, err) = scores(&folder, &["records.csv"]);
    assert_eq!((code, found.as_str()), (Some(0), "a 20, b 70, c 50, d 50, e 0"));
    contains(
        &err,
        &[
            "records.csv: `nps`: 2 cells are not read as a number and count as missing, first `N/A` on line 2; \
             to read them, write into the mapping: [fields] nps = { missing = [\"N/A\", \"n/a\"] }",
            "records.csv: `opted_in`: 3 cells are not read as a flag and count as missing, first `yes` on line 4; \
             to read them, write into the mapping: [fields] opted_in = { yes = [\"yes\", \"1\"], no = \"no\" }",
        ],
    );
    let mapping = "[fields]\nnps = { missing = \"N/A\" }\nopted_in = { yes = [\"yes\", \"1\"], no = \"no\" }\n";
    let (code, found, err) = mapped(&folder, "records.csv", mapping);
    assert_eq!((code, found.as_str()), (Some(0), "a 20, b 70, c 70, d 70, e 0"));
    assert!(!err.contains("not read"), "{err}");
}

/// The line that a message proposes reads the cells, for every form of a cell that real exports have.
#[test]
fn the_proposed_line_reads_the_cells() {
    let folder = with_model("proposals");
    for (cells, score) in [
        (&["85%", "9%"][..], "0 50, 1 50"),
        (&["\"1,200\"", "\"1,200,000\""], "0 50, 1 50"),
        (&["\"9,5\"", "\"8,5\""], "0 50, 1 10"),
        (&["€9", "€ 8"], "0 50, 1 10"),
        (&["300+", "8"], "0 50, 1 10"),
        (&["NULL", "-", "#N/A", "9"], "0 0, 1 0, 2 0, 3 50"),
    ] {
        let rows = cells.iter().enumerate().map(|(id, cell)| format!("{id},{cell}"));
        let rows: Vec<String> = ["id,nps".to_owned()].into_iter().chain(rows).collect();
        fs::write(folder.join("records.csv"), rows.join("\n")).unwrap();
        let err = scores(&folder, &["records.csv"]).2;
        let (_, line) =
            err.split_once("write into the mapping: [fields] ").unwrap_or_else(|| panic!("{cells:?}: {err}"));
        let line = line.lines().next().unwrap().split(" (`").next().unwrap();
        let (_, found, err) = mapped(&folder, "records.csv", &format!("[fields]\n{line}\n"));
        assert_eq!(found, score, "{line}");
        assert!(!err.contains("not read"), "{line}: {err}");
    }
}

#[test]
fn events_are_read_in_the_forms_of_exports() {
    let folder = with_model("events");
    fs::write(folder.join("records.csv"), "id,nps\na,0\nb,0\n").unwrap();
    let events = |rows: &str, mapping: &str| {
        fs::write(folder.join("events.csv"), format!("id,event,at,count\n{rows}")).unwrap();
        fs::write(folder.join("mapping.toml"), mapping).unwrap();
        scores(&folder, &["records.csv", "--events", "events.csv", "--map", "mapping.toml"])
    };
    for (rows, mapping) in [
        ("a,visit,2026-11-01,2\n", ""),
        ("a,visit,2026-11-01T08:00:00Z,2.0\n", ""),
        ("a,visit,2026-11-01T08:00:00+0000,2\n", "events.date = \"%Y-%m-%dT%H:%M:%S%z\""),
        ("a,visit,1793520000,2\n", "events.date = \"unix\""),
        ("a,visit,1793520000000,2\n", "events.date = \"unix-ms\""),
        ("a,Visit,11/1/2026,\na,Visit,11/2/2026,\n", "[events]\ndate = \"%m/%d/%Y\"\nnames = { Visit = \"visit\" }"),
    ] {
        let (code, found, err) = events(rows, mapping);
        assert_eq!((code, found.as_str()), (Some(0), "a 12, b 10"), "{rows}: {err}");
    }
    // The zone of local times: 23:30 on the 21st in New York is the 22nd in UTC, after the instant of scoring.
    let late = "a,visit,11/21/2026 23:30,1\n";
    assert_eq!(events(late, "events.date = \"%m/%d/%Y %H:%M\"").1, "a 11, b 10");
    assert_eq!(events(late, "[events]\ndate = \"%m/%d/%Y %H:%M\"\ntime_zone = \"America/New_York\"").1, "a 10, b 10");

    let (code, _, err) = events("a,visit,05.11.2026,1\na,visit,06.11.2026,1\na,visit,2026-11-01,1\n", "");
    assert_eq!(code, Some(1));
    contains(
        &err,
        &[
            "events.csv: `at`: 2 cells are not read as a time and the events are left out, first `05.11.2026` on line 2; \
           to read them, write into the mapping: [events] date = \"%d.%m.%Y\"",
        ],
    );
}

#[test]
fn an_amount_that_a_double_wrote_is_the_decimal_it_stands_for() {
    let folder = with_model("amounts");
    fs::write(
        folder.join("model.toml"),
        MODEL.replace("points = 1, most_recent = 20", "points_per_unit = 1, max = 50"),
    )
    .unwrap();
    fs::write(folder.join("records.csv"), "id,nps\na,\nb,\n").unwrap();
    let amounts = "id,event,at,amount\na,visit,2026-11-01,19.990000000000002\nb,visit,2026-11-01,1.2345678\n";
    fs::write(folder.join("events.csv"), amounts).unwrap();
    let (code, found, err) = scores(&folder, &["records.csv", "--events", "events.csv"]);
    assert_eq!((code, found.as_str()), (Some(1), "a 19.99, b 0"), "{err}");
    contains(
        &err,
        &["`amount`: 1 cell is not read as a decimal with up to 6 places and the event is left out, first `1.2345678`"],
    );
}

#[test]
fn equal_rows_of_events_may_count_once() {
    let folder = with_model("duplicates");
    fs::write(folder.join("records.csv"), "id,nps\na,0\n").unwrap();
    let row = "a,visit,2026-11-01T08:00:00Z\n";
    fs::write(folder.join("events.csv"), format!("id,event,at\n{row}{row}a,visit,2026-11-01T08:00:01Z\n{row}"))
        .unwrap();
    assert_eq!(scores(&folder, &["records.csv", "--events", "events.csv"]).1, "a 14");
    let (_, found, err) = scores(&folder, &["records.csv", "--events", "events.csv", "--drop-duplicates"]);
    assert_eq!(found, "a 12");
    contains(&err, &["events.csv: 2 rows repeat an earlier row in every cell and are dropped"]);
}

#[test]
fn lists_have_no_empty_items_and_a_separator_of_their_own() {
    let folder = with_model("lists");
    fs::write(folder.join("records.csv"), "id,products\na,crm\nb,;crm\nc,crm;\nd, crm ; crm\ne,crm;erp\n").unwrap();
    assert_eq!(scores(&folder, &["records.csv"]).1, "a 5, b 5, c 5, d 5, e 0");
    fs::write(folder.join("records.csv"), "id,products\na,\"crm, erp\"\nb,\"crm, hr\"\nc,crm\n").unwrap();
    let (_, found, err) = scores(&folder, &["records.csv"]);
    assert_eq!(found, "a 5, b 5, c 5");
    contains(&err, &["2 cells of `products` look like lists, such as `crm, erp`: set `list` in the mapping"]);
    assert_eq!(mapped(&folder, "records.csv", "cells.list = \",\"").1, "a 0, b 0, c 5");
}

#[test]
fn a_flood_of_rows_that_are_left_out_is_counted() {
    let folder = with_model("flood");
    let rows: Vec<String> = (0..1_000).map(|row| format!("a,{row}")).collect();
    fs::write(folder.join("records.csv"), format!("id,nps\n{}\n", rows.join("\n"))).unwrap();
    let (code, found, err) = scores(&folder, &["records.csv"]);
    assert_eq!((code, found.as_str()), (Some(1), "a 10"));
    assert_eq!(err.lines().filter(|line| line.ends_with("`a` is the id of an earlier row")).count(), 20);
    contains(&err, &["\nscore: 979 more rows are left out\n"]);
    // Objects without the key of the id are refused at once.
    fs::write(folder.join("records.jsonl"), "{\"Record ID\":\"a\"}\n".repeat(1_000)).unwrap();
    run(&folder, &["model.toml", "records.jsonl"]).refuses(2, &["no column `id`; the columns are `Record ID`\nnext: "]);
}

#[test]
fn presets_read_the_exports_they_are_named_after() {
    let folder = with_model("presets");
    let record = "Record ID,NPS,Opted in,Products\n51,9,Yes,;crm;erp\n52,8,No,crm\n";
    fs::write(folder.join("hubspot.csv"), record).unwrap();
    let (code, found, err) = scores(&folder, &["hubspot.csv", "--preset", "hubspot"]);
    assert_eq!((code, found.as_str()), (Some(0), "51 70, 52 15"), "{err}");
    fs::write(folder.join("salesforce.csv"), "Lead ID,NPS,Opted in\n00Q1,9,1\n00Q2,--None--,0\n").unwrap();
    assert_eq!(scores(&folder, &["salesforce.csv", "--preset", "salesforce"]).1, "00Q1 70, 00Q2 0");
    fs::write(folder.join("pipedrive.csv"), "Person - ID,NPS,Opted in,Products\n1,9,Yes,\"crm, erp\"\n").unwrap();
    assert_eq!(scores(&folder, &["pipedrive.csv", "--preset", "pipedrive"]).1, "1 70");
    fs::write(folder.join("marketo.csv"), "Id,NPS,Opted in\n7,null,1\n").unwrap();
    assert_eq!(scores(&folder, &["marketo.csv", "--preset", "marketo"]).1, "7 20");
    // A mapping comes before the preset that it names.
    let (_, found, _) = mapped(&folder, "hubspot.csv", "preset = \"hubspot\"\n[cells]\nno = \"Yes\"\nyes = \"No\"\n");
    assert_eq!(found, "51 50, 52 35");
    run(&folder, &["model.toml", "hubspot.csv", "--preset", "zoho"]).refuses(2, &["there is no preset `zoho`"]);
}

#[test]
fn workbooks_of_old_and_json_lists_are_refused_with_a_remedy() {
    let folder = with_model("refused");
    fs::write(folder.join("records.xls"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").unwrap();
    run(&folder, &["model.toml", "records.xls"]).refuses(2, &["save it as .xlsx or .csv"]);
    fs::write(folder.join("records.json"), "[{\"id\":\"a\"}]").unwrap();
    run(&folder, &["model.toml", "records.json"]).refuses(2, &["write one object per line instead"]);
    fs::write(folder.join("records.xlsx"), b"PK\x03\x04 and no workbook").unwrap();
    run(&folder, &["model.toml", "records.xlsx"]).refuses(2, &["records.xlsx: "]);
}
