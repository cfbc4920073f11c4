//! Rows and the rules that they become, or the reasons why they become none.

use super::{folder, import};
use crate::contains;

/// Each row that a rule cannot express keeps its place, its number, its words and the reason.
#[test]
fn rows_that_no_rule_expresses_are_comments() {
    let rows = [
        ("Fit,Job title,resembles,CEO,10,,", "`resembles` is not an operator that the import knows"),
        ("Fit,Job title,is,CEO,lots,,", "`lots` is not a number of points"),
        ("Fit,Job title,is,CEO,,,", "the row has no points"),
        ("Fit,Job title,is,CEO,10,,50% every month", "a fact has no age, so its points neither decay nor expire"),
        ("Fit,Job title,is,CEO,0.0000001,,", "`0.0000001`: "),
        ("Fit,Job title,is,CEO,2000000,,", "`2000000`: a rule gives at most 1,000,000 points"),
        ("Fit,Job title,is greater than,5,10,,", "other rows compare `job_title` as another kind of fact"),
        ("Fit,Total,,,100,,", "a sum or a threshold is not a criterion"),
        ("Engagement,Clicked,,,5,soon,", "`soon` is not a span of time"),
        ("Engagement,Clicked,,,5,,slowly", "`slowly` is not a decay such as `50% every month`"),
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
