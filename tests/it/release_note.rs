//! Release notes: as text and as data.

use warmth::{Record, ReleaseNote, Review};

use crate::support::{at, scorer, toml_model};

const OLD: &str = "
format = 1
name = 'leads'
[[disqualifying]]
id = 'left'
when.left = true
[[axis]]
name = 'fit'
label = 'Fit'
available = 100
[[axis.rule]]
id = 'nps'
label = 'Would recommend us'
when.nps.at_least = 9
points = 40
[[state]]
name = 'hot'
at_least = 60
[[state]]
name = 'cold'
at_least = 0
[[case]]
name = 'a promoter'
as_of = '2026-11-22T09:00:00Z'
facts.nps = 9
expect.score = 40
";

#[test]
fn a_note_says_what_changes_and_who_moves() {
    let (old, new) = (OLD, OLD.replace("points = 40", "points = 60").replace("score = 40", "score = 60"));
    let new = new.replace("left = true", "lost = true");
    let (old, new) = (toml_model(old), toml_model(&new));
    let (before, after) = (scorer(&old), scorer(&new));
    let mut review = Review::new(&before, &after);
    for (nps, lost) in [(9, false), (9, false), (7, false), (9, true)] {
        let record = Record::new().with("nps", nps).with("lost", lost).with("left", false);
        let now = at("2026-11-22T09:00:00Z");
        review.add((&record, now), (&record, now));
    }
    let note = ReleaseNote::new(&old, &new).with_review(review.sheet());
    let expected = format!(
        "\
# Changes of leads

Scores can change. Score your subjects again.

- old model: leads, fingerprint `{}`, scoring fingerprint `{}`
- new model: leads, fingerprint `{}`, scoring fingerprint `{}`

## Gates

- disqualifying gate left: when left is yes -> lost is yes

## Axis fit

- Would recommend us: 40 -> 60 points

## Cases

- case a promoter: expects score 40 -> 60

## Who moves

Of 4 subjects, 3 get another score, and 3 move (2 up, 1 down). 3 are scored (before: 4), with a mean score of 40.00 (before: 30.00).

- 2 up, state cold to hot: Would recommend us +20
- 1 down, state cold to disqualified: left -40
",
        old.fingerprint(),
        old.scoring_fingerprint(),
        new.fingerprint(),
        new.scoring_fingerprint()
    );
    assert_eq!(note.to_string(), expected);
    let json = serde_json::to_value(&note).unwrap();
    assert_eq!(json["scores_can_change"], true);
    assert_eq!(json["before"]["fingerprint"], old.fingerprint().to_string());
    assert_eq!(json["changes"].as_array().unwrap().len(), 3);
    assert_eq!(json["review"]["moved"], serde_json::json!({ "up": 2, "down": 1, "across": 0 }));
}

#[test]
fn a_note_says_if_no_score_can_change() {
    let old = toml_model(OLD);
    let new = toml_model(&OLD.replace("label = 'Fit'", "label = 'Ideal customer'"));
    let note = ReleaseNote::new(&old, &new);
    assert!(!note.scores_can_change);
    let text = note.to_string();
    assert!(
        text.contains("\nNo score can change, and stored scores stay right: the scoring fingerprint is the same.\n")
    );
    assert!(text.contains("\n## Axis fit\n\n- axis Ideal customer: label \"Fit\" -> \"Ideal customer\"\n"), "{text}");
    assert!(ReleaseNote::new(&old, &old).to_string().contains("\nThe two models are equal.\n"));
}
