//! `warmth import`: the shipped sheets of each product, plain tables, and files that are no point table.
//!
//! The documents are in the folder `imported`; `UPDATE_SNAPSHOTS=1` writes them.

mod pages;
mod rows;

use std::fs;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

use crate::{Folder, contains, root};

/// The folder of one test with sheets as they ship.
fn folder(test: &str, sheets: &[&str]) -> Folder {
    let folder = Folder::new(&format!("import/{test}"));
    let _ = fs::remove_file(folder.path("model.toml")); // of an earlier run
    let shipped = |name: &str| fs::read(root().join("examples/data/sheets").join(name)).unwrap();
    sheets.iter().fold(folder, |folder, name| folder.with(name, shipped(name)))
}

/// Imports sheets into `model.toml`, which must pass the check and the linter.
#[track_caller]
fn import(folder: &Folder, args: &[&str], code: i32, says: &[&str]) -> String {
    let _ = fs::remove_file(folder.path("model.toml"));
    let outcome = folder.run(&[&["import", "--out", "model.toml"], args].concat());
    outcome.says(code, says);
    assert_eq!(outcome.out, "");
    folder.run(&["check", "model.toml"]).says(0, &[]);
    folder.run(&["lint", "model.toml"]).says(0, &[]);
    folder.read("model.toml")
}

/// Compares a document with its file in the folder `imported`.
#[track_caller]
fn is_snapshot(name: &str, document: &str) {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/imported").join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, document).unwrap();
    }
    assert_eq!(document, fs::read_to_string(&path).unwrap(), "{}", path.display());
}

/// Scores records with `model.toml`: the points of each axis, the score and the grade of each record, as JSON.
#[track_caller]
fn scores(folder: &Folder, records: &str, events: &str) -> Vec<Value> {
    folder.write("records.jsonl", records);
    folder.write("events.jsonl", events);
    let args = ["score", "model.toml", "records.jsonl", "--format", "jsonl", "--as-of", "2026-11-22T12:00:00Z"];
    let with_events: &[&str] = if events.is_empty() { &[] } else { &["--events", "events.jsonl"] };
    let outcome = folder.run(&[&args[..], with_events].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    let lines = outcome.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let points = |line: &Value| {
        let axes = line["axes"].as_object().unwrap();
        axes.iter().map(|(name, axis)| (name.clone(), axis["raw"].clone())).collect::<serde_json::Map<_, _>>()
    };
    lines.map(|line| json!([line["id"], points(&line), line["score"], line["grade"]])).collect()
}

#[test]
fn hubspot() {
    let folder = folder("hubspot", &["hubspot.csv"]);
    let says = [
        "hubspot.csv is read as a HubSpot sheet, because of `Score type`, `Group limit`, `Property or event`",
        "hubspot.csv: the rules do not read `Owner`; the comments have the cells",
        "11 rows read, 9 rules written, 1 row left as a comment",
        "next: read it, then `warmth check model.toml` and `warmth lint model.toml`",
    ];
    is_snapshot("hubspot.toml", &import(&folder, &["hubspot.csv"], 1, &says));
    // a: 40 for the role, 30 + 30 for the company. Mail: 5 lose half in 30 days, 10 are new. Pages: 5 x 10, at most 40; with
    // 25 for the form, at most 60.
    // b: 40 - 20, 10 and 15.
    let records = "\
        {\"id\":\"a\",\"job_title\":\"VP Sales\",\"industry\":\"software\",\"number_of_employees\":600}\n\
        {\"id\":\"b\",\"job_title\":\"Student, later VP\",\"industry\":\"Retail\",\"number_of_employees\":499}\n";
    let events = "\
        {\"id\":\"a\",\"event\":\"email_clicked\",\"at\":\"2026-10-23T12:00:00Z\"}\n\
        {\"id\":\"a\",\"event\":\"email_replied\",\"at\":\"2026-11-21T12:00:00Z\"}\n\
        {\"id\":\"a\",\"event\":\"page_viewed\",\"at\":\"2026-11-12T12:00:00Z\",\"count\":5,\"attributes\":{\"url\":\"/Pricing/teams\"}}\n\
        {\"id\":\"a\",\"event\":\"page_viewed\",\"at\":\"2026-11-12T12:00:00Z\",\"attributes\":{\"url\":\"/jobs\"}}\n\
        {\"id\":\"a\",\"event\":\"form_submission\",\"at\":\"2026-11-22T11:00:00Z\",\"attributes\":{\"form\":\"Demo request\"}}\n";
    assert_eq!(
        scores(&folder, records, events),
        [
            json!(["a", { "fit": 100, "engagement": 72.5 }, 86.25, null]),
            json!(["b", { "fit": 45, "engagement": 0 }, 22.5, null]),
        ]
    );
}

/// The scorecards in the manual of Eloqua give 77 and 83.75.
#[test]
fn eloqua() {
    let sheets = ["eloqua_profile.csv", "eloqua_engagement.csv"];
    let folder = folder("eloqua", &sheets);
    let says = [
        "eloqua_profile.csv is read as an Eloqua sheet, because of `Profile field`, `Field values`, `Weighting`",
        "eloqua_engagement.csv is read as an Eloqua sheet, because of `Weighting`",
        "22 rows read, 8 rules written, 2 rows left as comments",
    ];
    is_snapshot("eloqua.toml", &import(&folder, &sheets, 1, &says));
    // b: the form is 8 days old, so 75 of 35 %; one click is 50 of 20 %.
    let records = "\
        {\"id\":\"a\",\"job_title\":\"vp marketing\",\"industry\":\"Pharmaceutical\",\"annual_revenue\":100000000,\
        \"current_solution\":\"Competitor 2\"}\n\
        {\"id\":\"b\",\"job_title\":\"Director of Sales\",\"annual_revenue\":1000000001,\"industry\":\"Retail\",\
        \"current_solution\":\"none\"}\n";
    let events = "\
        {\"id\":\"a\",\"event\":\"submitted_any_form\",\"at\":\"2026-11-12T12:00:00Z\"}\n\
        {\"id\":\"a\",\"event\":\"clicked_any_email\",\"at\":\"2026-11-20T12:00:00Z\",\"count\":3}\n\
        {\"id\":\"a\",\"event\":\"visited_product_pages\",\"at\":\"2026-11-01T12:00:00Z\",\"count\":3}\n\
        {\"id\":\"a\",\"event\":\"opened_any_email\",\"at\":\"2026-11-20T12:00:00Z\",\"count\":3}\n\
        {\"id\":\"b\",\"event\":\"submitted_any_form\",\"at\":\"2026-11-14T12:00:00Z\"}\n\
        {\"id\":\"b\",\"event\":\"clicked_any_email\",\"at\":\"2026-11-20T12:00:00Z\"}\n";
    assert_eq!(
        scores(&folder, records, events),
        [
            json!(["a", { "profile": 77, "engagement": 83.75 }, 80.375, "A1"]),
            json!(["b", { "profile": 40, "engagement": 36.25 }, 38.125, "C3"]),
        ]
    );
}

#[test]
fn marketo() {
    let folder = folder("marketo", &["marketo.csv"]);
    let says = [
        "marketo.csv is read as a Marketo sheet, because of `Smart campaign`, `Trigger`, `Constraint`, `Change score`",
        "10 rows read, 8 rules written, 2 rows left as comments",
    ];
    is_snapshot("marketo.toml", &import(&folder, &["marketo.csv"], 1, &says));
    // a: 40 + 60; pricing on two days 10 + 10, two clicks 3 + 3, the newsletter 5.
    // b: -20; -10 and -15 after 40 quiet days.
    let records = "\
        {\"id\":\"a\",\"job_title\":\"VP of Sales\",\"number_of_employees\":101}\n\
        {\"id\":\"b\",\"job_title\":\"Student\",\"number_of_employees\":1}\n";
    let visit = |day: &str, count: u32, page: &str, id: &str| {
        format!(
            "{{\"id\":\"{id}\",\"event\":\"visits_web_page\",\"at\":\"{day}T12:00:00Z\",\"count\":{count},\
             \"attributes\":{{\"web_page\":\"{page}\"}}}}\n"
        )
    };
    let events = [
        visit("2026-11-21", 3, "/pricing/teams", "a"),
        visit("2026-11-17", 1, "/pricing", "a"),
        visit("2026-10-13", 1, "/careers", "b"),
        "{\"id\":\"a\",\"event\":\"clicks_link_in_email\",\"at\":\"2026-11-20T12:00:00Z\",\"count\":2}\n".to_owned(),
        "{\"id\":\"a\",\"event\":\"fills_out_form\",\"at\":\"2026-11-12T12:00:00Z\",\"attributes\":{\"form\":\"newsletter\"}}\n".to_owned(),
        "{\"id\":\"a\",\"event\":\"fills_out_form\",\"at\":\"2026-08-12T12:00:00Z\",\"attributes\":{\"form\":\"Newsletter\"}}\n".to_owned(),
    ];
    assert_eq!(
        scores(&folder, records, &events.concat()),
        [
            json!(["a", { "demographic": 100, "behavior": 31 }, 65.5, null]),
            json!(["b", { "demographic": -20, "behavior": -25 }, 0, null]),
        ]
    );
}

/// The manual of Breadcrumbs gives 34 for five visits that are 45 days old.
#[test]
fn breadcrumbs() {
    let folder = folder("breadcrumbs", &["breadcrumbs.csv"]);
    let says = [
        "breadcrumbs.csv is read as a Breadcrumbs sheet, because of `Value weight (%)`, `Min frequency`",
        "8 rows read, 5 rules written, 1 row left as a comment",
    ];
    is_snapshot("breadcrumbs.toml", &import(&folder, &["breadcrumbs.csv"], 1, &says));
    // Fit: 60 of 40 %, and 50 of 60 %. Activity: 34, two of three pages of 30 %, one of two webinars of 30 %.
    let records = "{\"id\":\"a\",\"job_title\":\"manager\",\"employees\":500}\n";
    let events = "\
        {\"id\":\"a\",\"event\":\"support_visit\",\"at\":\"2026-10-08T12:00:00Z\",\"count\":5}\n\
        {\"id\":\"a\",\"event\":\"page_visit\",\"at\":\"2026-11-22T09:00:00Z\",\"count\":2,\"attributes\":{\"page\":\"/pricing\"}}\n\
        {\"id\":\"a\",\"event\":\"webinar_attended\",\"at\":\"2026-01-22T09:00:00Z\"}\n";
    assert_eq!(scores(&folder, records, events), [json!(["a", { "fit": 54, "activity": 69 }, 61.5, "B2"])]);
}

/// A title over the header, merged cells, and rows that no rule can express.
#[test]
fn a_plain_table() {
    let folder = folder("table", &["points.csv"]);
    let says = [
        "points.csv: the header is in line 2; the lines above it are not read",
        "points.csv is read as a plain table; choose a product with --from",
        "8 rows read, 6 rules written, 2 rows left as comments",
    ];
    is_snapshot("points.toml", &import(&folder, &["points.csv"], 1, &says));
    let records = "{\"id\":\"a\",\"company_size\":500,\"industry\":\"software\"}\n";
    let events = "\
        {\"id\":\"a\",\"event\":\"requested_a_demo\",\"at\":\"2026-10-08T12:00:00Z\"}\n\
        {\"id\":\"a\",\"event\":\"visited_the_pricing_page\",\"at\":\"2026-10-08T12:00:00Z\",\"count\":2}\n\
        {\"id\":\"a\",\"event\":\"unsubscribed\",\"at\":\"2026-10-08T12:00:00Z\"}\n";
    assert_eq!(scores(&folder, records, events), [json!(["a", { "firmographic": 18, "behavioral": 40 }, 29, null])]);
}

/// The same table as a workbook, with numbers in cells, merged cells and headings in place of a column of categories.
#[test]
fn a_workbook_with_two_sheets() {
    let folder = folder("workbook", &[]);
    let mut book = Workbook::new();
    let sheets: [(&str, &[[&str; 3]]); 2] = [
        ("Fit", &[["Attribute", "Criteria", "Points"], ["Company size", "500+", "10"], ["", "50-499", "5"]]),
        ("Events", &[["Criterion", "Max points", "Points"], ["Email", "", ""], ["Opened a mail", "20", "5"]]),
    ];
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(cells) {
                match cell.parse::<f64>() {
                    Ok(number) => sheet.write(row, column, number).unwrap(),
                    Err(_) => sheet.write(row, column, *cell).unwrap(),
                };
            }
        }
    }
    book.save(folder.path("scoring.xlsx")).unwrap();
    let args = ["scoring.xlsx", "--sheet", "Fit", "--sheet", "Events", "--name", "scoring"];
    let document = import(&folder, &args, 0, &["3 rows read, 3 rules written, 0 rows left as comments"]);
    let parts = [
        "3 rows became 3 rules.\n",
        "name = \"scoring\"",
        "# scoring.xlsx, row 3: 50-499 | 5\n",
        "when.company_size.between = [50, 499]",
        "[[axis.group]]\nname = \"Email\"\n",
        "signal = { event = \"opened_a_mail\", points = 5, max = 20 }",
    ];
    contains(&document, &parts);
    folder.run(&["import", "scoring.xlsx", "--sheet", "Nope"]).refuses(2, &["there is no sheet `Nope`"]);
}

/// A workbook stores 30 % as 0.3.
#[test]
fn percentages_of_a_workbook_are_no_fractions() {
    let folder = folder("percentages", &[]);
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(["Profile field", "Field values", "Points", "Weighting"]) {
        sheet.write(0, column, name).unwrap();
    }
    let rows = [("Title", "VP", 100, Some(0.3)), ("", "Director", 50, None), ("Industry", "Software", 100, Some(0.7))];
    for (row, (field, value, points, weighting)) in (1..).zip(rows) {
        sheet.write(row, 0, field).unwrap();
        sheet.write(row, 1, value).unwrap();
        sheet.write(row, 2, points).unwrap();
        if let Some(weighting) = weighting {
            sheet.write(row, 3, weighting).unwrap();
        }
    }
    book.save(folder.path("profile.xlsx")).unwrap();
    let document = import(&folder, &["profile.xlsx"], 0, &["3 rows read, 2 rules written"]);
    contains(&document, &["values.title = { VP = 30, Director = 15 }", "values.industry.Software = 70"]);
}

#[test]
fn what_is_no_point_table_is_refused() {
    let folder = folder("refused", &["hubspot.csv"])
        .with("contacts.csv", "id,email,nps\n1,a@b.example,9\n")
        .with("empty.csv", "")
        .with("words.csv", "Criterion,Points\nJob title is CEO,many\n")
        .with("headless.csv", "Criterion,Points\n")
        .with("mine.toml", "mine");
    let expected = [
        "import: contacts.csv: this is not a point table: expected a column for the criterion, such as `Property`",
        "and a column for its worth, such as `Points`, `Score`, `Change score` or `Weighting`",
        "found `id`, `email`, `nps`",
        "pass `--skip` with the number of lines before it",
    ];
    folder.run(&["import", "contacts.csv"]).refuses(2, &expected);
    folder.run(&["import", "contacts.csv", "--from", "marketo"]).refuses(2, &["this is not a Marketo sheet"]);
    folder.run(&["import", "empty.csv"]).refuses(2, &["empty.csv: the file is empty"]);
    folder.run(&["import", "nowhere.csv"]).refuses(2, &["nowhere.csv: "]);
    let nothing = [
        "words.csv: no row became a rule, so nothing is written:\nRow 2: Job title is CEO | many: `many` is not a number",
    ];
    folder.run(&["import", "words.csv"]).refuses(2, &nothing);
    folder.run(&["import", "headless.csv"]).refuses(2, &["it has no rows"]);
    folder.run(&["import"]).refuses(2, &["<SHEET>..."]);
    folder
        .run(&["import", "hubspot.csv", "--from", "pardot"])
        .refuses(2, &["[possible values: hubspot, eloqua, marketo"]);
    let exists = folder.run(&["import", "hubspot.csv", "--output", "mine.toml"]);
    exists.refuses(2, &["import: mine.toml: the file exists; choose another name"]);
    assert_eq!(folder.read("mine.toml"), "mine");
}

/// A product that is chosen decides how the rows count: with Eloqua, the first row of a field that is true.
#[test]
fn the_product_can_be_chosen() {
    let sheet = "Field,Value,Points\nTitle,contains VP,40\nTitle,contains Sales,10\n";
    let folder = folder("chosen", &[]).with("sheet.csv", sheet);
    let record = "{\"id\":\"a\",\"title\":\"VP Sales\"}\n";
    import(&folder, &["sheet.csv"], 0, &["sheet.csv is read as a plain table"]);
    assert_eq!(scores(&folder, record, ""), [json!(["a", { "fit": 50 }, 50, null])]);
    import(&folder, &["sheet.csv", "--from", "eloqua"], 0, &["sheet.csv is read as an Eloqua sheet\n"]);
    assert_eq!(scores(&folder, record, ""), [json!(["a", { "profile": 40 }, 40, null])]);
}
