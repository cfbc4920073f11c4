//! Many subjects in one go have the outcomes that they have alone.

use warmth::{Fact, Facts, Field, Kind, Record, Score, Scorer};

use crate::support::{on_all_processors, subject, subjects};

#[test]
fn a_batch_scores_each_subject_as_alone() {
    let strangers: Vec<Record> = subjects(700_000..700_150).map(|own| own.record).collect();
    on_all_processors(0..3_000, |seed| {
        let own = subject(seed);
        // Of every length up to some blocks, so that the last is full, nearly empty or between.
        let count = usize::try_from(seed).unwrap() % (strangers.len() + 1);
        let mut records = strangers[..count].to_vec();
        records.push(own.record.clone());
        let mut scores = vec![Score::default(); records.len()];
        own.scorer.score_batch(&records, own.as_of, &mut scores);
        for (record, score) in records.iter().zip(&scores) {
            assert_eq!(*score, own.scorer.score(record, own.as_of), "seed {seed}, {count} strangers");
        }
    });
}

#[test]
fn subjects_may_be_borrowed() {
    let own = subject(1);
    let records: Vec<Record> = subjects(700_000..700_150).map(|own| own.record).collect();
    let borrowed: Vec<&Record> = records.iter().rev().collect();
    let scorer = Scorer::<&Record>::new(&own.model).unwrap();
    let mut scores = vec![Score::default(); borrowed.len()];
    scorer.score_batch(&borrowed, own.as_of, &mut scores);
    assert!(scores.iter().copied().eq(borrowed.iter().map(|record| own.scorer.score(record, own.as_of))));

    let mut called = 0;
    Counted::each_fact(&Field::new("a", Kind::Any), std::iter::empty(), |_| called += 1);
    <&Counted>::each_fact(&Field::new("a", Kind::Any), std::iter::empty(), |_| called += 1);
    assert_eq!(called, 2, "a type's own `each_fact` is used for its references too");
}

/// Its own `each_fact` calls once, whatever there is.
struct Counted;

impl Facts for Counted {
    const FIELDS: &'static [Field] = &[];

    fn fact(&self, _: &Field) -> Fact<'_> {
        Fact::Missing
    }

    fn each_fact<'s>(_: &Field, _: impl Iterator<Item = &'s Self>, mut each: impl FnMut(Fact<'s>)) {
        each(Fact::Missing);
    }
}

#[test]
fn as_many_are_scored_as_there_are_of_subjects_and_places() {
    let own = subject(1);
    let records = [own.record.clone(), own.record.clone()];
    let score = own.scorer.score(&own.record, own.as_of);
    for places in 0..4 {
        let mut scores = vec![Score::default(); places];
        own.scorer.score_batch(&records, own.as_of, &mut scores);
        let scored = scores.iter().take(2).filter(|own| **own == score).count();
        assert_eq!(scored, places.min(2));
        assert!(scores.iter().skip(2).all(|own| *own == Score::default()));
    }
    assert_eq!(format!("{}", Score::default()), "ineligible");
    assert_eq!(Score::default().states().count(), 0);
}

#[test]
fn more_than_the_caches_hold_are_scored_as_well() {
    let own = subject(1);
    let strangers: Vec<Record> = subjects(700_000..700_150).map(|own| own.record).collect();
    let expected: Vec<Score<'_>> = strangers.iter().map(|record| own.scorer.score(record, own.as_of)).collect();
    for count in [(1 << 15) - 1, 1 << 15, (1 << 15) + 1] {
        let records: Vec<&Record> = strangers.iter().cycle().take(count).collect();
        let scorer = Scorer::<&Record>::new(&own.model).unwrap();
        let mut scores = vec![Score::default(); count];
        scorer.score_batch(&records, own.as_of, &mut scores);
        assert!(scores.iter().eq(expected.iter().cycle().take(count)), "{count}");
    }
}
