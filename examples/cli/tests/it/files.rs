//! Files of exports: forms, encodings, separators, and cells that do not fit.

use std::io::Write as _;
use std::process::Stdio;

use crate::{Folder, Outcome, contains, page, warmth};

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

/// A folder with the model and with records in this file.
fn with_records(test: &str, file: &str, records: impl AsRef<[u8]>) -> Folder {
    Folder::new(&format!("files/{test}")).with("model.toml", MODEL).with(file, records)
}

/// Writes the mapping, and scores the records with it.
fn mapped(folder: &Folder, records: &str, mapping: &str) -> Outcome {
    folder.write("mapping.toml", mapping);
    folder.score(&[records, "--map", "mapping.toml"])
}

#[test]
fn separators_are_detected_and_reported() {
    // A comma needs no message, also if cells have other separators.
    let folder = with_records("separators", "records.csv", "id,nps,products\na,9,x;y\nb,8,x;y\n");
    assert!(!folder.score(&["records.csv"]).err.contains("separated"));
    for (separator, said) in [(";", "`;`"), ("\t", "tabs"), ("|", "`|`")] {
        folder.write("records.csv", "id;nps;opted_in\na;9;true\nb;8;\"x;y\"\n".replace(';', separator));
        let outcome = folder.score(&["records.csv"]);
        outcome.gives(0, "a 70, b 10");
        contains(&outcome.err, &[&format!("note: records.csv is separated by {said}")]);
    }
    // A file of one column is not taken apart.
    folder.write("records.csv", "id#nps\na#9\n");
    let refusal = "the header has no column `id`, only `id#nps`; if another character separates";
    folder.score(&["records.csv"]).refuses(2, &[refusal, "--separator"]);
    folder.write("records.csv", "id;nps\na;9\n");
    folder.score(&["records.csv", "--separator", ","]).refuses(2, &["only `id;nps`"]);
}

#[test]
fn lines_before_the_header_are_passed_over() {
    // As spreadsheets write it for each other.
    let folder = with_records("titles", "records.csv", "sep=;\nid;nps\na;9\nb;many\n");
    let outcome = folder.score(&["records.csv"]);
    outcome.gives(0, "a 50, b 0");
    contains(&outcome.err, &["first `many` on line 4"]);
    folder.write("records.csv", "Leads of November\n\nid,nps\na,9\nb,many\n");
    folder.score(&["records.csv"]).refuses(2, &["only `Leads of November`", "--skip"]);
    let outcome = folder.score(&["records.csv", "--skip", "2"]);
    outcome.gives(0, "a 50, b 0");
    contains(&outcome.err, &["first `many` on line 5"]);
    mapped(&folder, "records.csv", "file.skip = 2").gives(0, "a 50, b 0");
    let draft = folder.run(&["map", "records.csv", "--skip", "2", "--encoding", "utf-8"]).out;
    contains(&draft, &["id = \"id\"\n\n[file]\nencoding = \"utf-8\"\nskip = 2\n"]);
    folder.write("records.csv", "\n\n");
    folder.score(&["records.csv"]).refuses(2, &["records.csv: the file is empty"]);
}

#[test]
fn encodings_are_detected_by_their_mark_or_passed() {
    let text = "id,nps\nMüller,9\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let latin: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
    let folder = with_records("encodings", "records.csv", &little);
    let zeros = "the text has zero bytes, as UTF-16 has; try --encoding utf-16le";
    folder.score(&["records.csv"]).refuses(2, &[zeros]);
    for (bytes, args) in [
        ([&[0xef, 0xbb, 0xbf], text.as_bytes()].concat(), &["records.csv"][..]),
        ([&[0xff, 0xfe], &little[..]].concat(), &["records.csv"]),
        ([&[0xfe, 0xff], &big[..]].concat(), &["records.csv"]),
        (little, &["records.csv", "--encoding", "utf-16le"]),
        (latin, &["records.csv", "--encoding", "latin-1"]),
    ] {
        folder.write("records.csv", bytes);
        folder.score(args).gives(0, "Müller 50");
    }
    // One cell in another encoding loses that cell only.
    folder.write("records.csv", b"id,nps,name,products\na,9,M\xfcller,x\nb,9,,\xfc\n");
    let outcome = folder.score(&["records.csv"]);
    outcome.gives(0, "a 55, b 50");
    contains(
        &outcome.err,
        &["`products`: 1 cell is not read as a list", "line 3; the bytes are no UTF-8: try --encoding latin-1"],
    );
}

#[test]
fn standard_input_may_have_any_form() {
    let folder = Folder::new("files/stdin").with("model.toml", MODEL);
    for text in ["id;nps\na;9\nb;8\n", "{\"id\":\"a\",\"nps\":9}\n{\"id\":\"b\",\"nps\":8}\n"] {
        let mut command = warmth("score");
        command.current_dir(&folder.0).args(["model.toml", "-", "--as-of", "2026-11-22", "--format", "csv"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        Outcome::of(child.wait_with_output().unwrap()).gives(0, "a 50, b 10");
    }
}

#[test]
fn headers_may_differ_in_capitals_and_spaces() {
    let folder = with_records("headers", "records.csv", "ID,NPS,Opted In\na,9,true\n");
    let outcome = folder.score(&["records.csv"]);
    outcome.gives(0, "a 70");
    contains(
        &outcome.err,
        &["note: records.csv: `id` is read from the column `ID`", "`opted_in` is read from the column `Opted In`"],
    );
    folder.write("records.csv", "ID,NPS,nps!,Opted In\na,9,8,true\n");
    folder.score(&["records.csv"]).refuses(2, &["`NPS` and `nps!` are all like `nps`"]);
    // The exact name goes first.
    folder.write("records.csv", "id,NPS,nps\na,0,9\n");
    folder.score(&["records.csv"]).gives(0, "a 50");
}

/// No record is lost for one cell, and each column has one message with the line of the mapping that reads its cells.
#[test]
fn cells_that_do_not_fit_are_reported_once_per_column() {
    let records = "id,nps,opted_in\na,N/A,true\nb,9,TRUE\nc,9,yes\nd,9,1\ne,n/a,no\n";
    let folder = with_records("misfits", "records.csv", records);
    let outcome = folder.score(&["records.csv"]);
    outcome.gives(0, "a 20, b 70, c 50, d 50, e 0");
    contains(
        &outcome.err,
        &[
            "records.csv: `nps`: 2 cells are not read as a number and count as missing, first `N/A` on line 2; \
             to read them, write into the mapping: [fields] nps = { missing = [\"N/A\", \"n/a\"] }",
            "records.csv: `opted_in`: 3 cells are not read as a flag and count as missing, first `yes` on line 4; \
             to read them, write into the mapping: [fields] opted_in = { yes = [\"yes\", \"1\"], no = \"no\" }",
        ],
    );
    let mapping = "[fields]\nnps = { missing = \"N/A\" }\nopted_in = { yes = [\"yes\", \"1\"], no = \"no\" }\n";
    let outcome = mapped(&folder, "records.csv", mapping);
    outcome.gives(0, "a 20, b 70, c 70, d 70, e 0");
    assert!(!outcome.err.contains("not read"), "{}", outcome.err);
}

/// The line that a message proposes reads the cells, for every form of a cell that real exports have.
#[test]
fn the_proposed_line_reads_the_cells() {
    let folder = Folder::new("files/proposals").with("model.toml", MODEL);
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
        folder.write("records.csv", rows.join("\n"));
        let err = folder.score(&["records.csv"]).err;
        let (_, line) =
            err.split_once("write into the mapping: [fields] ").unwrap_or_else(|| panic!("{cells:?}: {err}"));
        let line = line.lines().next().unwrap().split(" (`").next().unwrap();
        let outcome = mapped(&folder, "records.csv", &format!("[fields]\n{line}\n"));
        outcome.gives(0, score);
        assert!(!outcome.err.contains("not read"), "{line}: {}", outcome.err);
    }
}

#[test]
fn events_are_read_in_the_forms_of_exports() {
    let folder = with_records("events", "records.csv", "id,nps\na,0\nb,0\n");
    let events = |rows: &str, mapping: &str| {
        folder.write("events.csv", format!("id,event,at,count\n{rows}"));
        folder.write("mapping.toml", mapping);
        folder.score(&["records.csv", "--events", "events.csv", "--map", "mapping.toml"])
    };
    // 8:30 in New York is 13:30 in UTC, which is after the instant of scoring.
    let late = "a,visit,11/22/2026 08:30,1\n";
    for (rows, mapping, expected) in [
        ("a,visit,2026-11-01,2\n", "", "a 12, b 10"),
        ("a,visit,2026-11-01T08:00:00Z,2.0\n", "", "a 12, b 10"),
        ("a,visit,2026-11-01T08:00:00+0000,2\n", "events.date = \"%Y-%m-%dT%H:%M:%S%z\"", "a 12, b 10"),
        ("a,visit,1793520000,2\n", "events.date = \"unix\"", "a 12, b 10"),
        ("a,visit,1793520000000,2\n", "events.date = \"unix-ms\"", "a 12, b 10"),
        (
            "a,Visit,11/1/2026,\na,Visit,11/2/2026,\n",
            "[events]\ndate = \"%m/%d/%Y\"\nnames = { Visit = \"visit\" }",
            "a 12, b 10",
        ),
        (late, "events.date = \"%m/%d/%Y %H:%M\"", "a 11, b 10"),
        (late, "[events]\ndate = \"%m/%d/%Y %H:%M\"\ntime_zone = \"America/New_York\"", "a 10, b 10"),
    ] {
        events(rows, mapping).gives(0, expected);
    }
    let reports = "events.csv: `at`: 2 cells are not read as a time and the events are left out, first `05.11.2026` on \
        line 2; to read them, write into the mapping: [events] date = \"%d.%m.%Y\"";
    events("a,visit,05.11.2026,1\na,visit,06.11.2026,1\na,visit,2026-11-01,1\n", "").says(1, &[reports]);
}

#[test]
fn an_amount_from_a_double_is_rounded_to_its_decimal() {
    let amounts = "id,event,at,amount\na,visit,2026-11-01,19.990000000000002\nb,visit,2026-11-01,1.2345678\n";
    let folder = with_records("amounts", "records.csv", "id,nps\na,\nb,\n")
        .with("model.toml", MODEL.replace("points = 1, most_recent = 20", "points_per_unit = 1, max = 50"))
        .with("events.csv", amounts);
    let outcome = folder.score(&["records.csv", "--events", "events.csv"]);
    outcome.gives(1, "a 19.99, b 0");
    contains(
        &outcome.err,
        &["`amount`: 1 cell is not read as a decimal with up to 6 places and the event is left out, first `1.2345678`"],
    );
}

#[test]
fn equal_rows_of_events_may_count_once() {
    let row = "a,visit,2026-11-01T08:00:00Z\n";
    let folder = with_records("duplicates", "records.csv", "id,nps\na,0\n")
        .with("events.csv", format!("id,event,at\n{row}{row}a,visit,2026-11-01T08:00:01Z\n{row}"));
    folder.score(&["records.csv", "--events", "events.csv"]).gives(0, "a 14");
    let outcome = folder.score(&["records.csv", "--events", "events.csv", "--drop-duplicates"]);
    outcome.gives(0, "a 12");
    contains(&outcome.err, &["events.csv: 2 rows repeat an earlier row in every cell and are dropped"]);
}

#[test]
fn lists_have_no_empty_items_and_a_separator_of_their_own() {
    let records = "id,products\na,crm\nb,;crm\nc,crm;\nd, crm ; crm\ne,crm;erp\n";
    let folder = with_records("lists", "records.csv", records);
    folder.score(&["records.csv"]).gives(0, "a 5, b 5, c 5, d 5, e 0");
    folder.write("records.csv", "id,products\na,\"crm, erp\"\nb,\"crm, hr\"\nc,crm\n");
    let outcome = folder.score(&["records.csv"]);
    outcome.gives(0, "a 5, b 5, c 5");
    contains(&outcome.err, &["2 cells of `products` look like lists, such as `crm, erp`: set `list` in the mapping"]);
    mapped(&folder, "records.csv", "cells.list = \",\"").gives(0, "a 0, b 0, c 5");
}

#[test]
fn a_flood_of_rows_that_are_left_out_is_counted() {
    let rows: Vec<String> = (0..1_000).map(|row| format!("a,{row}")).collect();
    let folder = with_records("flood", "records.csv", format!("id,nps\n{}\n", rows.join("\n")));
    let outcome = folder.score(&["records.csv"]);
    outcome.gives(1, "a 10");
    assert_eq!(outcome.err.lines().filter(|line| line.ends_with("`a` is the id of an earlier row")).count(), 20);
    contains(&outcome.err, &["\nscore: 979 more rows are left out\n"]);
    contains(&page(), &["reports the first 20 of these rows"]);
    // Objects without the key of the id are refused at once.
    folder.write("records.jsonl", "{\"Record ID\":\"a\"}\n".repeat(1_000));
    folder.score(&["records.jsonl"]).refuses(2, &["no column `id`; the columns are `Record ID`\nnext: "]);
}

#[test]
fn presets_read_the_exports_they_are_named_after() {
    let folder = Folder::new("files/presets").with("model.toml", MODEL);
    for (preset, records, expected) in [
        ("hubspot", "Record ID,NPS,Opted in,Products\n51,9,Yes,;crm;erp\n52,8,No,crm\n", "51 70, 52 15"),
        ("salesforce", "Lead ID,NPS,Opted in\n00Q1,9,1\n00Q2,--None--,0\n", "00Q1 70, 00Q2 0"),
        ("pipedrive", "Person - ID,NPS,Opted in,Products\n1,9,Yes,\"crm, erp\"\n", "1 70"),
        ("marketo", "Id,NPS,Opted in\n7,null,1\n", "7 20"),
    ] {
        let file = format!("{preset}.csv");
        folder.write(&file, records);
        folder.score(&[&file, "--preset", preset]).gives(0, expected);
    }
    // A mapping comes before the preset that it names.
    let mapping = "preset = \"hubspot\"\n[cells]\nno = \"Yes\"\nyes = \"No\"\n";
    mapped(&folder, "hubspot.csv", mapping).gives(0, "51 50, 52 35");
    folder.score(&["hubspot.csv", "--preset", "zoho"]).refuses(2, &["there is no preset `zoho`"]);
}

#[test]
fn workbooks_of_old_and_json_lists_are_refused_with_a_remedy() {
    for (file, bytes, remedy) in [
        ("records.xls", &b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], "save it as .xlsx or .csv"),
        ("records.json", b"[{\"id\":\"a\"}]", "write one object per line instead"),
        ("records.xlsx", b"PK\x03\x04 and no workbook", "records.xlsx: "),
    ] {
        with_records("refused", file, bytes).score(&[file]).refuses(2, &[remedy]);
    }
}
