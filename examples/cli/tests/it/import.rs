//! `warmth import`: the shipped sheets of each product, plain tables, and files that are no point table.
//!
//! The documents are in the folder `imported`; `UPDATE_SNAPSHOTS=1` writes them.

use std::fs;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use warmth::Model;

use crate::{Folder, contains, page, root};

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

/// Each row that a rule cannot express keeps its place, its number, its words and the reason.
#[test]
fn rows_that_no_rule_expresses_are_comments() {
    let rows = [
        ("Fit,Job title,resembles,CEO,10,,", "`resembles` is no operator that the import knows"),
        ("Fit,Job title,is,CEO,lots,,", "`lots` is no number of points"),
        ("Fit,Job title,is,CEO,,,", "the row has no points"),
        ("Fit,Job title,is,CEO,10,,50% every month", "a fact has no age, so its points neither decay nor expire"),
        ("Fit,Job title,is,CEO,0.0000001,,", "`0.0000001`: "),
        ("Fit,Job title,is,CEO,2000000,,", "`2000000`: a rule gives at most 1,000,000 points"),
        ("Fit,Job title,is greater than,5,10,,", "other rows compare `job_title` as another kind of fact"),
        ("Fit,Total,,,100,,", "a sum or a threshold is no criterion"),
        ("Engagement,Clicked,,,5,soon,", "`soon` is no span of time"),
        ("Engagement,Clicked,,,5,,slowly", "`slowly` is no decay such as `50% every month`"),
        ("Engagement,Opened 3 emails,,,5,,", "`Opened 3 emails` has a number in its name"),
        ("Engagement,No activity,,,-5,,", "without a time frame, such as `30 days`, nobody is inactive"),
        ("Engagement,Clicked,,,5,30 days", "expected 7 cells, found 6"),
    ];
    let header = "Category,Criterion,Operator,Value,Points,Timeframe,Decay\n";
    let good = "Fit,Job title,contains,CEO,10,,\nFit,Job title,is,CTO,5,,\n";
    for (row, reason) in rows {
        // A number cannot be compared with a text, so the field is a text only without the row of numbers.
        let good =
            if row.contains("greater") { "Fit,Job title,contains,CEO,10,,\nEngagement,Clicked,,,1,,\n" } else { good };
        let folder = folder("comments", &[]).with("sheet.csv", format!("{header}{good}{row}\n"));
        let outcome = folder.run(&["import", "sheet.csv"]);
        if row.contains("greater") {
            // The range makes a number of the field, so the text is left out.
            contains(&outcome.out, &["# Not imported. Row 2: Fit | Job title | contains | CEO | 10", reason]);
            continue;
        }
        outcome.says(1, &["3 rows read, ", "1 row left as a comment"]);
        let words = row.split(',').filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" | ");
        contains(&outcome.out, &[&format!("# Not imported. Row 4: {words}\n# Reason: "), reason]);
    }
}

/// The rows of one criterion have one weighting, and a category of Breadcrumbs has one event.
#[test]
fn rows_of_one_criterion_agree() {
    let sheet = "\
        Profile field,Field values,Points,Weighting\n\
        Title,VP,100,30%\nTitle,CEO,50,40%\nIndustry,Software,100,70%\n";
    let folder = folder("agree", &[]).with("profile.csv", sheet);
    let document = import(&folder, &["profile.csv"], 1, &["3 rows read, 1 rule written, 2 rows left as comments"]);
    contains(&document, &["# Not imported. Row 2: Title", "the rows of one criterion have different weightings"]);
    let sheet = "\
        Category,Event,Weight,Min frequency,Max frequency,Value weight\n\
        Visits,Page visit,30,1,3,\n,Shop visit,,,,\nCalls,Call,30,1,1,50\nMails,Mail opened,40,1,1,\n";
    folder.write("activity.csv", sheet);
    let document = import(&folder, &["activity.csv"], 1, &["4 rows read, 2 rules written, 2 rows left as comments"]);
    let reasons = [
        "# Not imported. Row 3: Shop visit\n# Reason: the category has an event already",
        "# Not imported. Row 4: Calls | Call | 30 | 1 | 1 | 50\n# Reason: an activity category gives its whole weight",
    ];
    contains(&document, &reasons);
}

/// A cell that no rule of its kind reads makes a comment of the row, so that nothing is lost.
#[test]
fn cells_that_a_rule_cannot_have_are_reasons() {
    for (header, row, reason) in [
        (
            "Criterion,Points,Weight",
            "Has budget,10,30%",
            "`30%`: a row of this kind has no weighting, unless you pass `--from eloqua`",
        ),
        (
            "Behavior,Frequency,Points,Weighting,Decay",
            "Clicked,once,100,10%,50% every month",
            "a row of this kind has no decay",
        ),
        (
            "Category,Weight,Min frequency,Event,Timeframe",
            "Clicks,30,1,Clicked,30 days",
            "a row of this kind has no time frame",
        ),
        ("Model,Category,Weight,Min frequency,Map field,Value", "Fit,Role,30,2,Title,VP", "no minimum frequency"),
        ("Criterion,Points,Frequency,Timeframe", "No activity,-5,3 times,30 days", "nobody is inactive several times"),
    ] {
        let folder = folder("cells", &[]).with("sheet.csv", format!("{header}\n{row}\n"));
        folder.run(&["import", "sheet.csv"]).refuses(2, &["no row became a rule", reason]);
    }
}

/// One row of each form, and the lines of its rule.
#[test]
fn rows_become_rules() {
    let header = "Criterion,Operator,Value,Points,Max points,Frequency,Timeframe (weeks),Decay\n";
    for (row, rule) in [
        ("Has budget,,,10,,,,", "when.has_budget.is = true\npoints = 10"),
        ("Company size > 500,,,10,,,,", "when.company_size.more_than = 500"),
        ("Email,is known,,5,,,,", "when.email.known = true"),
        ("Created,is less than,30 days ago,5,,,,", "when.created.days_since.between = [0, 29]"),
        ("Contract end,is before,2026-12-31,5,,,,", "when.contract_end.before = \"2026-12-31\""),
        ("Plan,doesn't contain,trial,5,,,,", "when.not.plan = { contains = \"trial\", ignore_case = true }"),
        ("Size,is none of,1;2,5,,,,", "when.not.any = [\n  { size.is = 1 },\n  { size.is = 2 },\n]"),
        ("Opened a mail,,,2,,,,", "signal = { event = \"opened_a_mail\", points = 2 }"),
        ("Opened a mail,,,2,10,,,", "signal = { event = \"opened_a_mail\", points = 2, max = 10 }"),
        ("Opened a mail,,,2,,once per week,,", "signal = { event = \"opened_a_mail\", points = 2, per_week = 1 }"),
        (
            "Opened a mail,,,2,10,every 5 times,,",
            "per_unit.events.opened_a_mail = { points = 2, every = 5, max = 10, by = \"count\" }",
        ),
        ("Opened a mail,,,2,,3+ times,,", "when.events.opened_a_mail.count.at_least = 3\npoints = 2"),
        ("Opened a mail,,,2,,only once,2,", "when.events.opened_a_mail.count = { within = \"14d\", at_least = 1 }"),
        ("Opened a mail,,,2,,,this month,", "signal.window.this = \"month\""),
        ("Opened a mail,,,2,,,,half-life 14 days", "signal.decay.half_life = \"14d\""),
        ("Opened a mail,,,2,,,,linear over 90 days", "signal.decay.linear = \"90d\""),
        ("Opened a mail,,,2,,,,0.5 points every week", "signal.decay.drop = { percent = 25, every = \"7d\" }"),
        ("Visited a page,,Seconds more than 30,2,,,,", "signal.where.seconds.more_than = 30"),
        ("Visited a page,,Path: /pricing,2,,,,", "signal.where.path = { is = \"/pricing\", ignore_case = true }"),
        (
            "Visited a page,contains,/pricing,2,,,,",
            "# Check: the sheet does not name the attribute, and `page` is a guess.\n",
        ),
        ("No activity in 30 days,,,-5,,,,", "when.events.\"*\".none_within = \"30d\"\npoints = -5"),
    ] {
        let folder = folder("forms", &[]).with("sheet.csv", format!("{header}{row}\n"));
        contains(&import(&folder, &["sheet.csv"], 0, &["1 row read, 1 rule written"]), &[rule]);
    }
}

/// The library refuses more than 64 names of events. The rules beyond become comments.
#[test]
fn rules_that_the_library_refuses_are_comments() {
    let letters = || (b'a'..=b'z').map(char::from);
    let names = letters().flat_map(|a| letters().map(move |b| format!("Clicked {a}{b},1\n"))).take(70);
    let sheet = format!("Behavior,Points\n{}", names.collect::<String>());
    let folder = folder("refused_rules", &[]).with("sheet.csv", sheet);
    let document = import(&folder, &["sheet.csv"], 1, &["70 rows read, 64 rules written, 6 rows left as comments"]);
    contains(
        &document,
        &["# Not imported. Row 71: Clicked cr | 1\n# Reason: the model reads 65 event names, more than 64"],
    );
}

#[test]
fn a_group_has_one_limit() {
    let sheet = "\
        Group,Group limit,Criterion,Value,Points\n\
        Role,20,Job title,CEO,30\n\
        Role,25,Job title,CTO,30\n\
        Role,,Job title,CFO,30\n";
    let folder = folder("limit", &[]).with("sheet.csv", sheet);
    let document = import(&folder, &["sheet.csv"], 1, &["1 row left as a comment"]);
    let parts = ["name = \"Role\"\nmax = 20\n", "# Reason: an earlier row limits the group to 20", "CFO"];
    contains(&document, &parts);
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
        "words.csv: no row became a rule, so nothing is written:\nRow 2: Job title is CEO | many: `many` is no number",
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

/// The tables of the guide: each row on the left begins a row of a shipped sheet, and each part on the right is a line of the
/// document that the import writes.
#[test]
fn the_guide_shows_what_the_import_writes() {
    let read = |folder: &str| -> String {
        let files = fs::read_dir(root().join(folder)).unwrap().map(|file| file.unwrap().path());
        files.map(|file| fs::read_to_string(file).unwrap()).collect::<Vec<_>>().join("\n")
    };
    let (sheets, documents) = (read("examples/data/sheets"), read("examples/cli/tests/imported"));
    let page = fs::read_to_string(root().join("src/_guide/from_a_sheet.md")).unwrap();
    let code = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let mut rows = 0;
    for table in page.split("| row of the sheet | rule |\n| --- | --- |\n").skip(1) {
        for row in table.lines().take_while(|line| line.starts_with('|')) {
            let (left, right) = row.trim_matches('|').split_once(" | ").unwrap();
            let [left] = &code(left)[..] else { panic!("{row}") };
            assert!(sheets.lines().any(|line| line.starts_with(left.as_str())), "{row}");
            for part in code(right) {
                assert!(documents.lines().any(|line| line.trim() == part), "{row}: {part}");
            }
            rows += 1;
        }
    }
    assert_eq!(rows, 19);
}

/// The first example of the guide, without the key that it is about.
#[test]
fn without_available_the_points_are_scaled() {
    let page = fs::read_to_string(root().join("src/_guide/from_a_sheet.md")).unwrap();
    let example = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let lines: Vec<&str> = example.lines().filter(|line| !line.starts_with("available = 100")).collect();
    assert_eq!(lines.len() + 1, example.lines().count());
    let scaled = lines.join("\n").replace("expect.score = 20", "expect.score = 100");
    for document in [example, &scaled] {
        assert_eq!(toml::from_str::<Model>(document).unwrap().verify().unwrap(), 1);
    }
}

/// The texts of the page of the command, and of the guide.
#[test]
fn the_pages_show_what_the_import_prints() {
    let folder = folder("pages", &["hubspot.csv"]);
    let outcome = folder.run(&["import", "hubspot.csv", "--out", "model.toml"]);
    contains(&page(), &[&format!("$ warmth import hubspot.csv --out model.toml\n{}```", outcome.err)]);
    let document = folder.read("model.toml");
    let shown = page().split("each rule has its row as a comment:\n\n```text\n").nth(1).unwrap().to_owned();
    contains(&document, &[shown.split("```").next().unwrap()]);
    let guide = fs::read_to_string(root().join("src/_guide/from_a_sheet.md")).unwrap();
    let shown = guide.rsplit("```text\n").next().unwrap();
    contains(&document, &[shown.split("```").next().unwrap()]);
}
