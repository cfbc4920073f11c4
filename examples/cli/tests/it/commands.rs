//! `warmth check`, `warmth map` and `warmth completions`.

use crate::{Folder, Outcome, contains, shipped, warmth};

#[test]
fn check_says_what_a_model_reads() {
    let outcome = Outcome::of(warmth("check").arg(shipped("upsell.toml")).output().unwrap());
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
    let parts = ["has no problems: 2 axes, ", "\nfields: ", "nps (number)", "\nevents: ", "pricing_view"];
    contains(&outcome.out, &parts);
}

#[test]
fn problems_are_shown_at_their_place() {
    let folder = Folder::new("commands/problems");
    let toml = "format = 1\nname = \"x\"\n\n[[axis]]\nname = \"fit\"\navailable = 100\n\n[[axis.rule]]\nid = \"a\"\nsignal = { event = \"e\", points = 1, most_recnt = 2 }\n";
    folder.write("typo.toml", toml);
    let expected = "\
error[unknown-key]: unknown key `most_recnt`
  --> typo.toml:10:37
   |
10 | signal = { event = \"e\", points = 1, most_recnt = 2 }
   |                                     ^^^^^^^^^^^^^^ axis[0].rule[0].signal.most_recnt
   |
   = help: did you mean `most_recent`? The keys here are `event`, `where`, `points`";
    let outcome = folder.run(&["check", "typo.toml"]);
    assert_eq!((outcome.code, outcome.out.as_str()), (Some(2), ""));
    assert!(outcome.err.starts_with(expected), "{}", outcome.err);
    contains(&outcome.err, &["typo.toml: the model has "]);

    let json = "{\n  \"format\": 1,\n  \"name\": \"x\",\n  \"total\": \"maen\"\n}\n";
    folder.write("typo.json", json);
    folder.run(&["check", "typo.json"]).refuses(2, &[" --> typo.json:4:3", "did you mean `mean`?"]);
    folder.write("comma.json", "{\n  \"format\": 1,,\n}\n");
    folder.run(&["check", "comma.json"]).refuses(2, &[" --> comma.json:2:15"]);
    folder.write("quote.toml", "format = 1\nname = \"x\n");
    folder.run(&["check", "quote.toml"]).refuses(2, &[" --> quote.toml:2:"]);

    let case = "[[case]]\nname = \"c\"\nas_of = \"2026-11-22T09:00:00Z\"\nevents = []\nexpect.score = 5\n";
    folder.write("case.toml", toml.replace("most_recnt", "most_recent") + case);
    folder.run(&["check", "case.toml"]).refuses(2, &["error[case-failed]", "--> case.toml:15:", "expect.score = 5"]);
}

#[test]
fn map_drafts_every_column_if_there_is_no_model() {
    let folder = Folder::new("commands/map");
    let sheet = "Deal ID,Company,Number of Employees,Opted In,Created,Phone,Tags\n\
                 17,Acme,\"1,200\",Yes,01/02/2026,0031201,a;b\n18,Bolt,12,No,03/04/2026,0049302,a\n";
    folder.write("deals.csv", sheet);
    let outcome = folder.run(&["map", "deals.csv"]);
    assert_eq!(outcome.code, Some(0));
    let expected = "\
# Drafted from deals.csv (2 rows). Read every line: it says how the cells are read.
id = \"Deal ID\"
name = \"Company\"

[fields]
company = { column = \"Company\" }   # text, such as `Acme`
number_of_employees = { column = \"Number of Employees\", thousands = \",\" }   # number, such as `1,200`
# check: `1,200` is read as 1200; with `decimal = \",\"` it is 1.200
opted_in = { column = \"Opted In\", yes = \"Yes\", no = \"No\" }   # flag, such as `Yes`
created = { column = \"Created\", date = \"%m/%d/%Y\" }   # date, such as `01/02/2026`
# check: `01/02/2026` fits `%d/%m/%Y` as well
phone = { column = \"Phone\" }   # text, such as `0031201`
tags = { column = \"Tags\" }   # tags, such as `a;b`
";
    assert_eq!(outcome.out, expected);
    contains(
        &outcome.err,
        &[
            "map: note: check: `created`: `01/02/2026` fits `%d/%m/%Y` as well",
            "next: save it as mapping.toml, read it, then `warmth score MODEL deals.csv",
        ],
    );
}

#[test]
fn shells_get_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let outcome = Outcome::of(warmth("completions").arg(shell).output().unwrap());
        assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
        assert!(outcome.out.contains("drop-duplicates"), "{shell}");
    }
}

const MODEL: &str = r#"
format = 1
name = "leads"
[[disqualifying]]
id = "left"
when.left = true
[[axis]]
name = "fit"
available = 100
[[axis.rule]]
id = "nps"
when.nps.at_least = 9
points = 40
"#;

/// What a newcomer stumbled over: each draft names the right column, or asks about it.
#[test]
fn map_finds_ids_and_columns_that_share_a_word() {
    let folder = Folder::new("commands/map-names");
    let model = "format = 1\nname = \"x\"\n[[axis]]\nname = \"fit\"\navailable = 100\n[[axis.rule]]\nid = \"a\"\n\
        when.nps.at_least = 9\npoints = 1\n[[axis.rule]]\nid = \"b\"\nwhen.renewal_date.days_until.at_most = 9\npoints = 1\n\
        [[axis.rule]]\nid = \"c\"\nwhen.spend.at_least = 9\npoints = 1\n\
        [[axis.rule]]\nid = \"d\"\nsignal = { event = \"visit\", points = 1, max = 9 }\n";
    folder.write("model.toml", model);
    let records = "Customer ID,Company,NPS Score,Renewal (MM/DD/YY),Monthly spend\n\
        17,Acme,9,12/31/26,\"$1,250.50\"\n18,Bolt,8,01/15/27,1e3\n17,Cord,7,02/01/27,100\n19,Dune,,,lots\n";
    folder.write("records.csv", records);
    folder.write("events.csv", "Cust,What,When\n17,visit,2026-11-01\n18,visit,2026-11-02\n");
    let outcome = folder.run(&["map", "records.csv", "model.toml", "--events", "events.csv"]);
    let lines = [
        "id = \"Customer ID\"\n# check: `Customer ID` has `17` twice; only the first row of an id is scored\n",
        "\nnps = { column = \"NPS Score\" }",
        "\nrenewal_date = { column = \"Renewal (MM/DD/YY)\", date = \"%m/%d/%y\" }",
        "\nspend = { column = \"Monthly spend\", thousands = \",\", strip = \"$\" }",
        "\nid = \"Cust\"\nname = \"What\"\ntime = \"When\"\n",
    ];
    contains(&outcome.out, &lines);
    let questions = [
        "check: is `nps` the column `NPS Score`?",
        "check: is `renewal_date` the column `Renewal (MM/DD/YY)`?",
        "check: `spend`: the cell `lots` of `Monthly spend` is not read as number",
    ];
    contains(&outcome.err, &questions);

    // A misspelling in the model is better corrected there than mapped.
    folder.write("typo.toml", model.replace("renewal_date", "compnay"));
    let err = folder.run(&["map", "records.csv", "typo.toml", "--events", "events.csv"]).err;
    let question =
        "is `compnay` the column `Company`? If `compnay` is a misspelling, write `company` in the model first";
    contains(&err, &[question]);
    assert!(!outcome.err.contains("misspelling"), "{}", outcome.err);

    folder.write("events.csv", "x,y\n1,2\n");
    let err = folder.run(&["map", "records.csv", "model.toml", "--events", "events.csv"]).err;
    contains(&err, &["which column of events.csv holds the id of the record?"]);
    folder.write("records.csv", format!("Customers of November,,,,\n{records}"));
    let err = folder.run(&["map", "records.csv"]).err;
    contains(&err, &["`Customers of November`, which looks like a title: pass `--skip N`"]);
    folder.run(&["score", "model.toml", "records.csv"]).refuses(2, &["looks like a title: pass `--skip N`"]);
}

#[test]
fn refusals_say_what_to_write() {
    let folder = Folder::new("commands/refusals")
        .with("model.toml", MODEL)
        .with("records.csv", "id,nps,left\n0012,9,false\n")
        .with("other.csv", "key,nps\n1,9\n")
        .with("none.csv", "id,nps\n")
        .with("e.csv", "id,event,at\n");
    let next = "next: `warmth map other.csv --events e.csv model.toml --out mapping.toml` drafts a mapping";
    for (args, saying) in [
        (&["score", "model.toml", "records.csv", "--as-of", "22.11.2026"][..], "or a date such as `2026-11-22`"),
        (&["score", "model.toml", "records.csv", "--explain", "12"], "`12`; did you mean `0012`?"),
        (&["score", "model.toml", "other.csv", "--events", "e.csv"], next),
        (&["preview", "model.toml", "model.toml", "other.csv", "--events", "e.csv"], next),
        (&["preview", "model.toml", "model.toml", "none.csv"], "none.csv: there is no record that can be scored"),
        (&["map", "records.csv", "--out", "nowhere/mapping.toml"], "nowhere/mapping.toml: the folder does not exist"),
        (&["check", "model.toml", "--events", "e.csv"], "required arguments were not provided:\n  <RECORDS>"),
        (&["check", "model.toml", "--report", "report.json"], "required arguments were not provided:\n  <RECORDS>"),
    ] {
        folder.run(args).refuses(2, &[saying]);
    }
    folder.run(&["check", "model.toml", "other.csv", "--events", "e.csv"]).says(2, &[next]);
    let check = folder.run(&["check", "model.toml", "records.csv", "--as-of", "2026-11-22"]);
    contains(&check.out, &["\nrecords.csv: 1 record scored; everything that the model reads matches\n"]);
}
