//! `warmth preview`, `warmth diff` and `warmth release-note`.

use std::collections::BTreeMap;

use crate::{Folder, contains, root};

const OLD: &str = r#"
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
label = "Would recommend us"
when.nps.at_least = 9
points = 40
[[axis.rule]]
id = "visits"
signal = { event = "visit", points = 30, most_recent = 2 }
[[state]]
name = "hot"
at_least = 60
[[state]]
name = "cold"
at_least = 0
"#;

#[test]
fn preview_and_diff_say_what_a_change_does() {
    let folder = Folder::new("commands/preview");
    let new = OLD
        .replace("points = 40", "points = 60")
        .replace("left = true", "left = false")
        .replace("id = \"visits\"", "id = \"visit\"");
    folder.write("old.toml", OLD);
    folder.write("new.toml", new);
    folder.write("records.csv", "id,name,nps,left\na,Ann,9,\nb,Bob,8,\nc,Cy,9,true\nd,Di,9,false\n");
    folder.write("events.csv", "id,event,at\nb,visit,2026-11-01\nd,visit,2026-11-01\n");
    let args = ["preview", "old.toml", "new.toml", "records.csv", "--events", "events.csv", "--as-of", "2026-11-22"];
    let table = folder.run(&args);
    assert_eq!(table.code, Some(0), "{}", table.err);
    // Ann rises. The gate disqualifies Di now, and no longer Cy. Bob stays.
    let expected = "\
state, old \\ new  hot  cold  disqualified
hot                 .     .             1
cold                1     1             .
disqualified        1     .             .

id  name  score     state                reasons
a   Ann   40 -> 60  cold -> hot          Would recommend us +20
c   Cy    - -> 60   disqualified -> hot  left +60
d   Di    70 -> -   hot -> disqualified  left -70

4 records, 3 move (2 up, 1 down); from `leads ";
    assert!(table.out.starts_with(expected), "{}", table.out);
    let csv = folder.run(&[&args[..], &["--format", "csv"]].concat()).out;
    let expected = "\
id,name,direction,old_score,new_score,old_state,new_state,old_grade,new_grade,old_segment,new_segment,old_play,new_play,reasons
a,Ann,up,40,60,cold,hot,,,,,,,Would recommend us +20
c,Cy,up,,60,disqualified,hot,,,,,,,left +60
d,Di,down,70,,hot,disqualified,,,,,,,left -70
";
    assert_eq!(csv, expected);

    let jsonl = folder.run(&[&args[..], &["--format", "jsonl"]].concat()).out;
    let first: serde_json::Value = serde_json::from_str(jsonl.lines().next().unwrap()).unwrap();
    assert_eq!((&first["id"], &first["direction"], &first["new"]["state"]), (&"a".into(), &"up".into(), &"hot".into()));
    let reason = serde_json::json!({
        "kind": "rule", "axis": "fit", "id": "nps", "label": "Would recommend us", "change": 20,
    });
    assert_eq!((jsonl.lines().count(), &first["reasons"][0]), (3, &reason));

    let expected = "\
disqualifying gate left: left is yes -> no
Would recommend us: 40 -> 60 points
visits: id visits -> visit
3 changes
";
    folder.run(&["diff", "old.toml", "new.toml"]).is(0, expected, "");
    folder.run(&["diff", "old.toml", "old.toml"]).is(0, "0 changes\n", "");
}

/// States in the order of their bounds, and only what the models have.
#[test]
fn preview_compares_segments_and_orders_states() {
    let folder = Folder::new("commands/segments");
    let model = |at_least: u32| {
        format!(
            "format = 1\nname = \"x\"\n[[axis]]\nname = \"fit\"\navailable = 100\n[[axis.rule]]\nid = \"a\"\n\
             bands.nps = [[4, 40], [5, 50], [10, 100]]\n\
             [[state]]\nname = \"zeal\"\nat_least = 90\n[[state]]\nname = \"able\"\nat_least = {at_least}\n\
             [[state]]\nname = \"mild\"\nat_least = 0\n\
             [[segment]]\nname = \"fans\"\nwhen.score.at_least = {at_least}\n[[segment]]\nname = \"all\"\n"
        )
    };
    folder.write("old.toml", model(50));
    folder.write("new.toml", model(40));
    folder.write("records.csv", "id,nps\na,10\nb,5\nc,4\n");
    let args = ["preview", "old.toml", "new.toml", "records.csv", "--as-of", "2026-11-22"];
    let expected = "\
state, old \\ new  zeal  able  mild
zeal                 1     .     .
able                 .     1     .
mild                 .     1     .

segment, old \\ new  fans  all
fans                   2    .
all                    1    .

id  score  state         segment      reasons
c   40     mild -> able  all -> fans  no points changed

3 records, 1 moves (1 up); from `x ";
    let outcome = folder.run(&args);
    assert!(outcome.out.starts_with(expected), "{}{}", outcome.out, outcome.err);
    folder.write("records.csv", "id,nps\na,10\n");
    let out = folder.run(&args).out;
    assert!(out.starts_with("state: no record moves\n\nsegment: no record moves\n\n1 record, 0 move; from"), "{out}");
}

/// A table with a caption, as rows of cells.
fn tables(page: &str) -> Vec<(String, Vec<Vec<String>>)> {
    let text = |html: &str| {
        let html = html.replace("<span aria-hidden=\"true\">·</span>", "");
        let mut text = String::new();
        let mut inside = false;
        for letter in html.chars() {
            match letter {
                '<' => inside = true,
                '>' => inside = false,
                letter if !inside => text.push(letter),
                _ => {}
            }
        }
        text.trim().to_owned()
    };
    let tables = page.split("<table").skip(1).map(|rest| rest.split("</table>").next().unwrap());
    tables
        .map(|table| {
            let caption = table.split("<caption>").nth(1).unwrap().split("</caption>").next().unwrap();
            let rows = table.split("<tr>").skip(1).map(|row| {
                row.split("</tr>")
                    .next()
                    .unwrap()
                    .replace("<th", "<td")
                    .split("<td")
                    .skip(1)
                    .map(|cell| text(&format!("<td{cell}")))
                    .collect()
            });
            (text(caption), rows.collect())
        })
        .collect()
}

/// The number in a cell such as `▲up 15`.
fn number(cell: &str) -> u64 {
    cell.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().unwrap()
}

/// The column of each name in the output of `warmth score` for every record.
fn scored(folder: &Folder, model: &str, records: &str, column: &str) -> BTreeMap<String, String> {
    let out = folder
        .run(&["score", model, records, "--events", "events.csv", "--as-of", "2026-11-22T18:00:00Z", "--format", "csv"])
        .out;
    let rows = csv::Reader::from_reader(out.as_bytes())
        .into_deserialize()
        .map(Result::unwrap)
        .collect::<Vec<BTreeMap<String, String>>>();
    assert!(rows.len() > 2, "{out}");
    let name = |row: &BTreeMap<String, String>| match row["verdict"].as_str() {
        "disqualified" | "ineligible" | "uncovered" => row["verdict"].clone(),
        _ => Some(row[column].clone()).filter(|name| !name.is_empty()).unwrap_or("-".to_owned()),
    };
    rows.iter().map(|row| (row["id"].clone(), name(row))).collect()
}

/// A template, and edits that make another version of it.
const TEMPLATES: [(&str, &[(&str, &str)]); 2] = [
    ("cross_sell", &[("[[0, -20], [7, 25], [9, 50]]", "[[0, -20], [7, 30], [9, 70]]"), ("points = 30", "points = 10")]),
    (
        "expansion",
        &[("at_least = 65", "at_least = 50"), ("[[0, -20], [7, 15], [9, 30]]", "[[0, -20], [7, 25], [9, 40]]")],
    ),
];

fn template(test: &str, name: &str, edits: &[(&str, &str)]) -> Folder {
    let text = std::fs::read_to_string(root().join("src/kit/templates").join(format!("{name}.toml"))).unwrap();
    let new = edits.iter().fold(text.clone(), |text, (from, to)| {
        assert!(text.contains(from), "{name}: {from}");
        text.replace(from, to)
    });
    let data = |file: &str| std::fs::read(root().join("examples/data").join(file)).unwrap();
    Folder::new(test)
        .with("old.toml", text)
        .with("new.toml", new)
        .with("records.csv", data("accounts.csv"))
        .with("events.csv", data("events.csv"))
}

const PREVIEW: [&str; 8] =
    ["preview", "old.toml", "new.toml", "records.csv", "--events", "events.csv", "--as-of", "2026-11-22T18:00:00Z"];

/// The matrices of the page against counts of the two scored files, joined by id.
#[test]
fn the_page_counts_what_two_runs_of_score_count() {
    for (name, edits) in TEMPLATES {
        let folder = template(&format!("preview/counts-{name}"), name, edits);
        assert_eq!(folder.run(&[&PREVIEW[..], &["--page", "page.html", "--top", "all"]].concat()).code, Some(0));
        let page = folder.read("page.html");
        let tables = tables(&page);
        let mut compared = 0;
        for dimension in ["state", "grade", "segment", "play"] {
            let caption =
                format!("Records by their {dimension} with the old model (rows) and with the new one (columns)");
            let Some((_, rows)) = tables.iter().find(|(own, _)| *own == caption) else { continue };
            let [old, new] = ["old.toml", "new.toml"].map(|model| scored(&folder, model, "records.csv", dimension));
            let mut expected: BTreeMap<(&str, &str), u64> = BTreeMap::new();
            for (id, from) in &old {
                *expected.entry((from, &new[id])).or_default() += 1;
            }
            let header = &rows[0][1..rows[0].len() - 1];
            for row in &rows[1..rows.len() - 1] {
                let counts: Vec<u64> = row[1..].iter().map(|cell| number(cell)).collect();
                for (to, count) in header.iter().zip(&counts) {
                    let expected = expected.get(&(row[0].as_str(), to.as_str())).copied().unwrap_or(0);
                    assert_eq!(*count, expected, "{name}, {dimension}: {} to {to}", row[0]);
                    compared += count;
                }
                assert_eq!(counts.last().copied().unwrap(), counts[..counts.len() - 1].iter().sum::<u64>());
            }
            assert_eq!(rows[1..rows.len() - 1].iter().map(|row| number(row.last().unwrap())).sum::<u64>(), 300);
        }
        assert!(compared >= 600, "{name}: {compared}");
        let listed = folder.run(&PREVIEW).out.lines().filter(|line| line.starts_with("acc-")).count();
        assert_eq!(listed, 25.min(folder.run(&[&PREVIEW[..], &["--format", "csv"]].concat()).out.lines().count() - 1));
        // Each mover has a row, and each counts once for a rule.
        let movers = &tables.iter().find(|(caption, _)| caption.contains("records that move")).unwrap().1;
        let rules = &tables.iter().find(|(caption, _)| caption.starts_with("Each record counts once")).unwrap().1;
        let by_rule: u64 = rules[1..].iter().flat_map(|row| &row[2..5]).map(|cell| number(cell)).sum();
        assert_eq!(u64::try_from(movers.len() - 1).unwrap(), by_rule, "{name}");
        contains(&page, &[&format!("<h1>{by_rule} of 300 records move: ")]);
    }
}

/// The sample after the edits that the page of the command describes.
pub(crate) fn changed_sample(folder: &Folder) -> String {
    let (old, edits) =
        (folder.read("leads.toml"), [("[[100000, 20]", "[[500000, 20]"), ("at_least = 40", "at_least = 70")]);
    edits.iter().fold(old, |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

/// The page of the sample and of two templates, byte by byte. `UPDATE_SNAPSHOTS=1` rewrites the files.
#[test]
fn the_page_is_the_expected_one() {
    let folder = Folder::sample("preview/page");
    folder.write("new.toml", changed_sample(&folder));
    folder.run(&["map", "contacts.csv", "--events", "events.csv", "leads.toml", "--out", "mapping.toml"]);
    let args = ["preview", "leads.toml", "new.toml", "contacts.csv", "--events", "events.csv", "--map", "mapping.toml"];
    folder.run(&[&args[..], &["--as-of", "2026-11-22", "--page", "page.html"]].concat()).says(0, &[]);
    snapshot("sample", &folder.read("page.html"));
    for (name, edits) in TEMPLATES {
        let folder = template(&format!("preview/page-{name}"), name, edits);
        folder.run(&[&PREVIEW[..], &["--page", "page.html", "--top", "3"]].concat()).says(0, &[]);
        let page = folder.read("page.html");
        snapshot(name, &page);
        for outside in ["http:", "https:", "src=", "url(", "<script", "<link", "@import", "<img", "onload"] {
            assert!(!page.contains(outside), "{outside}");
        }
        contains(&page, &["<html lang=\"en\">", "prefers-color-scheme: dark", "<main>", "scope=\"row\""]);
        assert_eq!(page.matches("<table").count(), page.matches("<caption>").count());
    }
}

fn snapshot(name: &str, page: &str) {
    let path = root().join("examples/cli/tests/it/preview").join(format!("{name}.html"));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some_and(|value| value == "1") {
        std::fs::write(&path, page).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let line = page.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
    assert!(page == expected, "{name}: run with UPDATE_SNAPSHOTS=1 and read the difference: {line:?}");
}

/// Names of the model and of the files are text on the page, whatever they contain.
#[test]
fn hostile_names_are_text_on_the_page() {
    let folder = Folder::new("preview/hostile");
    let attack = "<script>alert(1)</script>";
    let old = OLD
        .replace("name = \"leads\"", &format!("name = \"{attack}\""))
        .replace("name = \"hot\"", "name = \"\\\"><img onerror=x>\"")
        .replace("Would recommend us", "</td></table>&\u{202e}evil");
    folder.write("old.toml", &old);
    folder.write("new.toml", old.replace("points = 40", "points = 60"));
    folder.write("records.csv", format!("id,name,nps,left\n{attack},{attack},9,\n"));
    folder.run(&["preview", "old.toml", "new.toml", "records.csv", "--page", "page.html"]).says(0, &[]);
    let page = folder.read("page.html");
    for part in ["<script", "<img", "</td></table>&", "\u{202e}"] {
        assert!(!page.contains(part), "{part}");
    }
    contains(
        &page,
        &[
            "&lt;script&gt;alert(1)&lt;/script&gt;",
            "&quot;&gt;&lt;img onerror=x&gt;",
            "&lt;/td&gt;&lt;/table&gt;&amp;\u{fffd}evil",
        ],
    );
}

#[test]
fn a_page_says_what_could_not_be_scored() {
    let folder = Folder::new("preview/gaps").with("old.toml", OLD).with("new.toml", OLD);
    folder.write("records.csv", "id,nps,left\na,9,\nb,,true\nb,7,\n");
    let outcome = folder.run(&["preview", "old.toml", "new.toml", "records.csv", "--page", "page.html"]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.err);
    let lines = [
        "<h1>0 of 2 records move</h1>",
        "<p>Nothing: the two models are equal.</p>",
        "<p>No record moves to another state.</p>\n<h2>What could not be scored, and what is missing</h2>",
        "<li>disqualified: 1 (before: 1); a disqualifying gate applies, so there is no score</li>",
        "<li>1 row of the files is left out: it cannot be read</li>",
        "<li>the model reads events, and there was no file of events</li>",
        "<li>nps is missing for 1 of 2 records</li>",
    ];
    contains(&folder.read("page.html"), &lines);
    folder.write("records.csv", "id,nps,left\na,9,false\n");
    folder.write("events.csv", "id,event,at\n");
    let args = ["preview", "old.toml", "new.toml", "records.csv", "--events", "events.csv", "--page", "page.html"];
    folder.run(&args).says(0, &[]);
    contains(&folder.read("page.html"), &["<p>Every record is scored, and no fact is missing.</p>"]);
    let nowhere = ["preview", "old.toml", "new.toml", "records.csv", "--page", "nowhere/page.html"];
    folder.run(&nowhere).refuses(2, &["nowhere/page.html: the folder does not exist"]);
}

#[test]
fn a_release_note_has_the_changes_and_with_records_the_moves() {
    let folder = Folder::new("preview/note").with("old.toml", OLD);
    folder.write("new.toml", OLD.replace("points = 40", "points = 60"));
    folder.write("records.csv", "id,name,nps,left\na,Ann,9,\nb,Bob,8,\n");
    folder.write("events.csv", "id,event,at\nb,visit,2026-11-01\n");
    let note = folder.run(&["release-note", "old.toml", "new.toml"]);
    assert_eq!((note.code, note.err.as_str()), (Some(0), ""));
    contains(
        &note.out,
        &["# Changes of leads\n\nScores can change.", "\n## Axis fit\n\n- Would recommend us: 40 -> 60 points\n"],
    );
    assert!(!note.out.contains("Who moves"));
    let args =
        ["release-note", "old.toml", "new.toml", "records.csv", "--events", "events.csv", "--as-of", "2026-11-22"];
    let with_records = folder.run(&args);
    assert!(with_records.out.starts_with(&note.out));
    let moves = "Of 2 subjects, 1 gets another score, and 1 moves (1 up).";
    contains(&with_records.out, &[moves, "\n- 1 up, state cold to hot: Would recommend us +20\n"]);
    let json: serde_json::Value =
        serde_json::from_str(&folder.run(&[&args[..], &["--format", "json"]].concat()).out).unwrap();
    assert_eq!((&json["scores_can_change"], &json["review"]["rescored"]), (&true.into(), &1.into()));
    assert_eq!(json["changes"][0]["details"][0]["after"], "60");

    let case = "[[case]]\nname = \"c\"\nas_of = \"2026-11-22T00:00:00Z\"\nfacts.nps = 9\nexpect.score = 1\n";
    folder.write("new.toml", format!("{OLD}{case}"));
    let failing = folder.run(&["release-note", "old.toml", "new.toml"]);
    failing.says(0, &["warning: new.toml: the cases have 1 problem; run `warmth check new.toml` before you release"]);
    contains(&failing.out, &["No score can change", "\n- case c: new, expects score 1, 1 fact\n"]);
    folder.run(&["release-note", "old.toml", "new.toml", "--events", "events.csv"]).refuses(2, &["<RECORDS>"]);
    folder.run(&["release-note", "old.toml"]).refuses(2, &["<NEW>"]);
    folder.run(&["diff", "old.toml", "gone.toml"]).refuses(2, &["gone.toml: "]);
}
