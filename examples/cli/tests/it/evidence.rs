//! `warmth evidence`.

use std::fmt::Write;
use std::fs;

use warmth::{Model, Record, Scorer};

use crate::{Folder, Outcome, contains, page, root, shipped, warmth};

fn run(args: &[&str]) -> Outcome {
    Outcome::of(warmth("evidence").current_dir(root()).args(args).output().expect("the program starts"))
}

const SHIPPED: [&str; 7] = [
    "examples/data/history.csv",
    "--outcome",
    "bought",
    "--model",
    "examples/data/upsell.toml",
    "--require",
    "nps=rising",
];

#[test]
fn the_guide_shows_what_the_program_prints() {
    let Outcome { code, out, err } = run(&SHIPPED);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let guide = fs::read_to_string(root().join("src/_guide/evidence.md")).unwrap();
    let blocks = guide.split("```text\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let mut lines = 0;
    for line in blocks.flat_map(str::lines) {
        assert!(out.lines().any(|own| own == line), "not printed: {line}");
        lines += 1;
    }
    assert_eq!(lines, 7);
}

/// The section of the page of the command: the conclusion, and the options.
#[test]
fn the_page_of_the_command_shows_the_conclusion() {
    let page = page();
    let (_, rest) = page.split_once("## Evidence from history\n").unwrap();
    let own = rest.split_once("\n## ").unwrap().0;
    let blocks: Vec<&str> = own.split("```text\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let [command, conclusion] = blocks[..] else { panic!("two blocks") };
    let args: Vec<&str> = command.split_whitespace().skip(2).collect();
    assert_eq!(args[..SHIPPED.len()], SHIPPED);
    assert_eq!(section(&run(&SHIPPED).out, "Conclusion").trim_end(), conclusion.trim_end());
    let help = run(&["--help"]).out;
    for option in own.split("| `--").skip(1).map(|rest| rest.split([' ', '`']).next().unwrap()) {
        assert!(help.contains(&format!("--{option} ")), "{option}");
    }
}

/// The same bits on every machine, down to the documents; another result here is a change that users see.
#[test]
fn the_shipped_history_gives_these_documents() {
    let out = run(&SHIPPED).out;
    for document in
        ["`bought-correlation` 8079d8045f533f15fbca952b062e606f", "`bought-overlap` 708cb9d7de0b52fb44e58cfe7a89eed1"]
    {
        assert!(out.contains(document), "{document} in\n{out}");
    }
}

#[test]
fn documents_and_a_self_contained_page_are_written() {
    let out = Folder::new("evidence/page");
    let outcome = run(&[&SHIPPED[..], &["--out", &out.path("")]].concat());
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
    assert!(outcome.out.ends_with(&format!("\nwritten to {}\n", out.path(""))));
    for name in ["bought-correlation", "bought-overlap"] {
        let model: Model = toml::from_str(&out.read(&format!("{name}.toml"))).unwrap();
        assert_eq!(model.name(), name);
        assert!(Scorer::<Record>::new(&model).is_ok());
    }
    let page = out.read("report.html");
    for outside in ["http", "src=", "url(", "<script", "<link", "@import"] {
        assert!(!page.contains(outside), "{outside}");
    }
    for (chart, count) in [("gains of each model", 1), ("calibration", 3), ("histogram by outcome", 3)] {
        assert_eq!(page.matches(&format!("aria-label=\"{chart}\"")).count(), count, "{chart}");
    }
    // Every colour of a chart is one that the style sheet replaces.
    for part in page.split("=\"#").skip(1) {
        let colour = part.split('"').next().unwrap();
        let replaced = ["fill", "stroke"].iter().any(|what| page.contains(&format!("svg [{what}=\"#{colour}\"] {{")));
        assert!(replaced || colour.chars().all(char::is_lowercase), "{colour}"); // anchors have small letters
    }
    for (anchor, part) in [
        ("points", "<td>nps<td class=\"words\">missing<td>0<td>30"),
        ("bands", "<td class=\"words\">from 6<td>483<td>134<td>27.7%"),
        ("ranking", "<td>nps<td>0.475"),
        ("cuts", "<td>90<td>64<td>24<td>37.5%<td>25.5%"),
        ("drift", "<td>paid_<wbr>late<td>0.008<td>0.008<td class=\"words\"><strong>drifts</strong>"),
        ("correlations", "<th class=\"up\">website_<wbr>visits_<wbr>30d"),
    ] {
        let (_, rest) = page.split_once(&format!("<h2 id=\"{anchor}\">")).unwrap();
        let section = rest.split_once("<h2").map_or(rest, |(section, _)| section);
        assert!(section.contains(part), "{anchor}: {part} in\n{section}");
    }
    // The model in use has 17 rows from 80 on, and 4 with the grade A3.
    assert!(page.contains("<tr class=\"few\"><td>80<td>17<td>7<td>41.2%"), "pale line");
    assert!(
        page.contains("<td class=\"shade few\" style=\"--hue:var(--rate);--s:1.00\">50%<small>of 4</small>"),
        "pale cell"
    );
    assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
    assert!(page.contains("when.not.tech_stack") || page.contains("tech_stack has netsuite"));
}

#[test]
fn too_few_rows_give_no_proposal() {
    let text = fs::read_to_string(shipped("history.csv")).unwrap();
    let few: String = text.lines().take(200).map(|line| line.to_owned() + "\n").collect();
    let few = Folder::new("evidence/few").with("few.csv", few).path("few.csv");
    let Outcome { code, out, err } = run(&[&few, "--outcome", "bought"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("Nothing is proposed: "), "{out}");
    assert!(out.contains("210 of each are needed for 21 factors"), "{out}");
}

/// The text below a heading of the output.
#[track_caller]
fn section<'a>(out: &'a str, heading: &str) -> &'a str {
    contains(out, &[&format!("# {heading}\n\n")]);
    let (_, rest) = out.split_once(&format!("# {heading}\n\n")).unwrap();
    rest.split_once("\n# ").map_or(rest, |(own, _)| own)
}

/// The shipped history with more columns, from the number of the row and the outcome.
fn with_columns(test: &str, header: &str, cells: impl Fn(usize, bool) -> String) -> String {
    let text = fs::read_to_string(shipped("history.csv")).unwrap();
    let mut lines = text.lines();
    let mut wider = format!("{},{header}\n", lines.next().unwrap());
    for (row, line) in lines.enumerate() {
        let more = cells(row, line.split(',').nth(2) == Some("true"));
        writeln!(wider, "{line},{more}").unwrap();
    }
    Folder::new(&format!("evidence/{test}")).with("history.csv", wider).path("history.csv")
}

#[test]
fn columns_come_first_with_their_kinds() {
    let out = run(&SHIPPED).out;
    assert!(out.starts_with("# Columns\n\ncolumn               kind    known  values  use\n"), "{out}");
    let columns = section(&out, "Columns");
    assert!(columns.contains("\nnps                  number    76%      11  factor\n"), "{columns}");
    assert!(columns.contains("\ntech_stack           tags      89%       6  factor\n"), "{columns}");
}

#[test]
fn a_leaking_column_is_refused_by_name_and_overruled_by_name() {
    let copied = with_columns("copied", "copied", |_, bought| bought.to_string());
    let plain = run(&[&SHIPPED[..]].concat());
    let refused = run(&[&[copied.as_str()], &SHIPPED[1..]].concat());
    refused.says(
        0,
        &[
            "`copied` is refused, because it may know the outcome: separates the outcomes: AUC 1.000",
            "pass `--allow copied`",
        ],
    );
    assert!(section(&refused.out, "Columns").contains("refused: it may know the outcome"));
    assert!(
        section(&refused.out, "Refused").starts_with("copied: separates the outcomes: AUC 1.000 of the factor alone\n")
    );
    // Nothing else changes.
    assert_eq!(section(&refused.out, "Conclusion"), section(&plain.out, "Conclusion"));

    let allowed = run(&[&[copied.as_str()], &SHIPPED[1..], &["--allow", "copied"]].concat());
    assert_eq!((allowed.code, allowed.err.as_str()), (Some(0), ""));
    assert!(section(&allowed.out, "Allowed although suspicious").starts_with("copied: separates the outcomes"));
    contains(
        section(&allowed.out, "Conclusion"),
        &["is 1.000", "`copied` counts because you allowed it; if it was not known at `as_of`"],
    );
    let required = run(&[copied.as_str(), "--outcome", "bought", "--require", "copied=rising"]);
    required.says(2, &["a trend is required of `copied`, which is refused"]);
}

#[test]
fn the_conclusion_doubts_a_model_that_reads_other_facts() {
    let copied = with_columns("doubted", "copied", |_, bought| bought.to_string());
    let model = r#"
format = 1
name = "ours"
[[axis]]
name = "fit"
rule = [
  { id = "copied", points = 10, when.copied = true },
  { id = "seats", points = 10, when.seats_used = { at_least = 3 } },
  { id = "visits", signal = { event = "visit", points = 5, max = 20 } },
]
"#;
    let model = Folder::new("evidence/doubted").with("ours.toml", model).path("ours.toml");
    let out = run(&[&copied, "--outcome", "bought", "--model", &model]).out;
    let doubts = [
        "- `ours` reads `copied`, which may know the outcome; so it may rank worse than it does here.",
        "- `ours` reads `seats_used`, `visit`, which the history does not have; so it may rank better than it does here.",
    ];
    contains(section(&out, "Conclusion"), &doubts);
}

#[test]
fn facts_that_exist_only_after_the_outcome_are_refused() {
    let cells = |row: usize, bought: bool| {
        let invoice = if bought == row.is_multiple_of(20) { String::new() } else { (row * 7 % 900).to_string() };
        let reason = if bought { "" } else { ["price", "timing"][row % 2] };
        format!("{invoice},{reason}")
    };
    let later = with_columns("later", "invoice,lost_reason", cells);
    let outcome = run(&[&later, "--outcome", "bought"]);
    outcome.says(0, &["`invoice` is refused", "`lost_reason` is refused"]);
    let refused = section(&outcome.out, "Refused");
    assert!(
        refused.contains("invoice: known in 95.8% of the rows with the outcome and in 5.2% of the others: "),
        "{refused}"
    );
    assert!(
        refused.contains("lost_reason: known in 0.0% of the rows with the outcome and in 100.0% of the others: "),
        "{refused}"
    );
}

/// An id, a free text, a constant and noise: the same points, the same conclusion.
#[test]
fn junk_columns_change_nothing() {
    let cells =
        |row: usize, _| format!("{},called on day {row} and left a message,crm,{}", 9_000 + row, row * 7_919 % 1_009);
    let junk = with_columns("junk", "lead_number,notes,source,noise", cells);
    let (plain, junk) = (run(&SHIPPED), run(&[&[junk.as_str()], &SHIPPED[1..]].concat()));
    assert_eq!((junk.code, junk.err.as_str()), (Some(0), ""));
    for (column, role) in [("lead_number", "ids"), ("notes", "free text"), ("source", "every row has `crm`")] {
        let line = section(&junk.out, "Columns").lines().find(|line| line.starts_with(column)).unwrap();
        assert!(line.ends_with(&format!("  set aside: {role}")), "{line}");
    }
    assert_eq!(section(&junk.out, "Conclusion"), section(&plain.out, "Conclusion"));
    let id = with_columns("numbered", "lead_number", |row, _| (9_000 + row).to_string());
    let allowed = run(&[&id, "--outcome", "bought", "--allow", "lead_number"]);
    assert!(section(&allowed.out, "Columns").trim_end().ends_with("2400  factor"), "{}", allowed.out);
    let points = |out: &str| out.split_once("\nProposed: ").unwrap().1.lines().next().unwrap().to_owned();
    assert_eq!(points(&junk.out), points(&plain.out));
}

#[test]
fn the_conclusions_on_the_shipped_history() {
    let history = "examples/data/history.csv";
    let upsell = ["--model", "examples/data/upsell.toml"];
    for (args, expected) in [
        (
            &SHIPPED[1..],
            &[
                "Replace `upsell` with `bought-overlap`.",
                "- On the 666 rows since 2026-02-01, the AUC of `bought-overlap` is 0.749, and that of `upsell` 0.643. The difference of 0.106 (0.058 to 0.154) is more than chance explains.",
                "- The top tenth disagrees: of 94 outcomes, `upsell` has 26 there, and `bought-overlap` 25. The AUC decides, because it compares all 666 rows, and the top tenth has only 67. If you only work the top tenth, wait for more outcomes.",
                "- Of the two proposals, `bought-overlap` is better: its AUC is higher by 0.044 (0.011 to 0.077) out of fold, and by 0.061 (0.031 to 0.091) on these rows.",
            ][..],
        ),
        (
            &["--outcome", "bought", "--split", "random", upsell[0], upsell[1]],
            &[
                "Keep `upsell`.",
                "- On the 620 rows of the other subjects, the AUC of `bought-overlap` is 0.663, and that of `upsell` 0.662. The difference of 0.001 (-0.060 to 0.062) may be chance.",
                "- Of the two proposals, `bought-overlap` is better: out of fold, its AUC is higher by 0.058 (0.022 to 0.094). On these rows, the difference is -0.004 (-0.052 to 0.044), which may be chance.",
            ],
        ),
        (
            &["--outcome", "bought", "--only", "plan,country,paid_late"],
            &[
                "There is nothing to propose yet.",
                "- No factor says more about the outcome than chance explains. Look for facts that differ before the outcome comes.",
            ],
        ),
    ] {
        let out = run(&[&[history], args].concat()).out;
        assert_eq!(section(&out, "Conclusion").lines().filter(|line| !line.is_empty()).collect::<Vec<_>>(), expected);
    }
}

/// A history in which interest is measured four times, and fit once. Up to the split, fit decides more. `later` gives the odds
/// afterwards, in ninetieths, from fit and interest.
fn turned(test: &str, later: fn(u64, u64) -> u64) -> String {
    let mut state = 7_u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state >> 33
    };
    let mut table = "as_of,won,fit,views,visits,mails,guides\n".to_owned();
    for row in 0..3_000 {
        let (fit, interest) = (draw() % 10, draw() % 10);
        let odds = if row < 2_250 { fit * 4 + interest * 2 } else { later(fit, interest) };
        let won = draw() % 90 < odds;
        let copies: Vec<String> = (0..4).map(|_| (interest + draw() % 3).to_string()).collect();
        let month = if row < 2_250 { "2025-06" } else { "2026-01" };
        writeln!(table, "{month}-01T00:00:00Z,{won},{fit},{}", copies.join(",")).unwrap();
    }
    let path = Folder::new(&format!("evidence/{test}")).with("history.csv", table).path("history.csv");
    section(&run(&[&path, "--outcome", "won"]).out, "Conclusion").to_owned()
}

#[test]
fn the_tested_rows_decide_if_two_tests_disagree() {
    let conclusion = turned("turned", |fit, interest| interest * 6 + (9 - fit) * 2);
    let overlap = "The tests of the two proposals disagree: the AUC of `won-overlap` is higher by";
    contains(&conclusion, &[overlap, "`won-correlation` is preferred, because no weights were made from these rows."]);
    let conclusion = turned("gone", |_, _| 30);
    let rare = turned("rare", |fit, interest| if fit + interest == 18 { 90 } else { 0 });
    contains(
        &rare,
        &["Do not use `won-overlap` yet.", "9 rows with the outcome among the 750 rows since 2026-01-01 do not test"],
    );
    let decide = "perhaps not on the 750 rows since 2026-01-01";
    contains(
        &conclusion,
        &["Do not use `won-overlap` yet.", decide, "`won-overlap` ranks worse than its folds promise"],
    );
}

#[test]
fn labels_may_be_words() {
    let text = fs::read_to_string(shipped("history.csv")).unwrap();
    let words = text.replace(",true,", ",Won,").replace(",false,", ",lost,").replacen(",lost,", ",,", 1);
    // The first of the two is another column.
    let words = words.replacen(",lost,", ",open,", 1).replacen(",lost,", ",open,", 1);
    let folder = Folder::new("evidence/words").with("history.csv", words);
    let path = folder.path("history.csv");
    let run_with = |positive: &[&str]| run(&[&[path.as_str(), "--outcome", "bought"], positive].concat());
    run_with(&[]).says(2, &[":2: column `bought`: expected `true` or `false`, found nothing", "`--positive LABEL`"]);
    run_with(&["--positive", "wonn"]).says(2, &["no row has `wonn` in `bought`; its labels are `Won` (", "`lost` ("]);
    let read = run_with(&["--positive", "won"]);
    read.says(
        1,
        &[
            "left out 1 row without a label in `bought`",
            "`lost` (2040), `open` (1) in `bought` count as rows without the outcome",
        ],
    );
    assert!(read.out.contains("# 1733 rows before 2026-02-01, 264 with the outcome"), "{}", read.out);
}

#[test]
fn columns_are_chosen_by_name() {
    let history = "examples/data/history.csv";
    let roles = |args: &[&str]| {
        let out = run(&[&[history, "--outcome", "bought"], args].concat()).out;
        let lines = section(&out, "Columns").lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
        lines.iter().filter(|line| line.ends_with("  factor")).count()
    };
    assert_eq!(roles(&[]), 16);
    assert_eq!(roles(&["--ignore", "country,plan"]), 14);
    assert_eq!(roles(&["--only", "nps,integrations"]), 2);
    for (args, message) in [
        (["--ignore", "contry"], "the header has no column `contry`; did you mean `country`?"),
        (["--only", "contry"], "the header has no column `contry`; did you mean `country`?"),
        (["--allow", "contry"], "--allow: there is no factor `contry`; did you mean `country`?"),
        (
            [
                "--ignore",
                "nps,health,seat_share,integrations,decision_maker_role,tech_stack,plan,country,employees,contract_start,paid_late,support_tickets_90d,pricing_views_30d,website_visits_30d,emails_opened_30d,guides_read_30d",
            ],
            "no column is left as a factor",
        ),
    ] {
        run(&[&[history, "--outcome", "bought"], &args[..]].concat()).says(2, &[message]);
    }
}

/// Rows of one subject stay together, and the same rows are drawn each time.
#[test]
fn a_random_split_draws_subjects() {
    let text = fs::read_to_string(shipped("history.csv")).unwrap();
    let header = text.lines().next().unwrap().to_owned() + "\n";
    let same = text.lines().skip(1).map(|line| format!("{}\n", line.replacen("2025-", "2026-", 1)));
    let one_day: String = same
        .map(|line| {
            line.split(',')
                .enumerate()
                .map(|(at, cell)| if at == 1 { "2026-01-01T00:00:00Z" } else { cell })
                .collect::<Vec<_>>()
                .join(",")
        })
        .collect();
    let folder = Folder::new("evidence/one_day").with("history.csv", header + &one_day);
    let path = folder.path("history.csv");
    run(&[&path, "--outcome", "bought"]).says(2, &["have the same `as_of`; use `--split random`"]);
    let random = run(&[&path, "--outcome", "bought", "--split", "random"]);
    assert_eq!((random.code, random.err.as_str()), (Some(0), ""));
    assert!(random.out.contains("# 1780 rows of three quarters of the subjects"), "{}", random.out);
    assert!(random.out.contains("# Tried on 620 rows of the other subjects"), "{}", random.out);
    let named = run(&[&path, "--outcome", "bought", "--split", "random", "--id", "employees"]);
    assert!(!section(&named.out, "Columns").contains("\nemployees "), "{}", named.out);
    assert!(!named.out.contains("# 1780 rows"), "{}", named.out);
    run(&[&path, "--outcome", "bought", "--id", "acount"]).says(2, &["the header has no column `acount`"]);
}

#[test]
fn a_monotone_factor_never_turns() {
    let out = Folder::new("evidence/monotone");
    let outcome =
        run(&["examples/data/history.csv", "--outcome", "bought", "--monotone", "nps", "--out", &out.path("")]);
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
    let model: Model = toml::from_str(&out.read("bought-overlap.toml")).unwrap();
    let scorer = Scorer::<Record>::new(&model).unwrap();
    let as_of = "2026-02-01T00:00:00Z".parse().unwrap();
    let scores: Vec<_> = (0..=10).map(|nps| scorer.score(&Record::new().with("nps", nps), as_of).value()).collect();
    assert!(scores.is_sorted() && scores[0] < scores[10], "{scores:?}");
}

#[test]
fn unusable_input_is_refused() {
    let folder = Folder::new("evidence/unusable").with("bad.csv", "as_of,bought,x\n2026-01-01,true,1\n");
    let bad = &*folder.path("bad.csv");
    let instant = "an instant such as `2026-11-22T18:00:00Z`";
    for (args, expected) in [
        (&[][..], "<HISTORY>"),
        (&["x.csv"], "--outcome <COLUMN>"),
        (&["x.csv", "y.csv", "--outcome", "x"], "unexpected argument 'y.csv'"),
        (&["x.csv", "--colour", "red"], "unexpected argument '--colour'"),
        (&["x.csv", "--outcome", "x", "--require", "nps"], "expected FACTOR=rising or FACTOR=falling"),
    ] {
        run(args).refuses(2, &[expected]);
    }
    for (args, expected) in [
        (
            &["examples/data/history.csv", "--outcome", "bougth"][..],
            "examples/data/history.csv: the header has no column `bougth`; did you mean `bought`?".to_owned(),
        ),
        (
            &["examples/data/history.csv", "--outcome", "bought", "--require", "npss=rising"][..],
            "there is no factor `npss` in the history; name one of its factors".to_owned(),
        ),
        (&[bad, "--outcome", "bought"][..], format!("{bad}:2: column `as_of`: expected {instant}, found `2026-01-01`")),
    ] {
        run(args).is(2, "", &format!("evidence: {expected}\n"));
    }
}
