//! A struct of the host's, whose fields are asked in functions of their own, and the record of the same facts, which is
//! read and asked, come to the same.

use chrono::{DateTime, NaiveDate, Utc};
use warmth::{Activity, Fact, Facts, Field, Fired, Record, Score, Scorer, Value, facts};

use crate::support::{on_all_processors, subject};

/// The fields of the generated models.
struct Contact {
    has_flagship: Option<bool>,
    beta: Option<bool>,
    nps: Option<f64>,
    seats: Option<f64>,
    seat_limit: Option<f64>,
    mrr: Option<f64>,
    score: Option<f64>,
    role: Option<String>,
    icp_segment: Option<String>,
    grade: Option<String>,
    tech: Option<Vec<String>>,
    owned: Option<Vec<String>>,
    contract_start: Option<NaiveDate>,
    renewal_date: Option<NaiveDate>,
    last_login: Option<DateTime<Utc>>,
    created_at: Option<DateTime<Utc>>,
    history: Activity,
}
facts!(Contact {
    has_flagship, beta, nps, seats, seat_limit, mrr, score, role, icp_segment, grade, tech, owned, contract_start,
    renewal_date, last_login, created_at;
    activity = history
});

impl Contact {
    fn new(record: &Record) -> Contact {
        let flag = |field| match record.get(field) {
            Some(Value::Flag(flag)) => Some(*flag),
            _ => None,
        };
        let number = |field| match record.get(field) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        };
        let text = |field| match record.get(field) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let tags = |field| match record.get(field) {
            Some(Value::Tags(tags)) => Some(tags.clone()),
            _ => None,
        };
        let date = |field| text(field)?.parse().ok();
        let time = |field| text(field)?.parse().ok();
        Contact {
            has_flagship: flag("has_flagship"),
            beta: flag("beta"),
            nps: number("nps"),
            seats: number("seats"),
            seat_limit: number("seat_limit"),
            mrr: number("mrr"),
            score: number("score"),
            role: text("role"),
            icp_segment: text("icp_segment"),
            grade: text("grade"),
            tech: tags("tech"),
            owned: tags("owned"),
            contract_start: date("contract_start"),
            renewal_date: date("renewal_date"),
            last_login: time("last_login"),
            created_at: time("created_at"),
            history: record.activity().clone(),
        }
    }

    fn record(&self) -> Record {
        let mut record = Record::new().with_activity(self.history.clone());
        for field in Self::FIELDS {
            let value: Value = match self.fact(field) {
                Fact::Flag(flag) => flag.into(),
                Fact::Number(number) => number.into(),
                Fact::Text(text) => text.into(),
                Fact::Tags(tags) => {
                    let mut own = Vec::new();
                    tags.any(|tag| {
                        own.push(tag.to_owned());
                        false
                    });
                    own.into()
                }
                Fact::Date(date) => date.into(),
                Fact::Time(time) => time.into(),
                _ => continue,
            };
            record.set(field.name(), value);
        }
        record
    }
}

/// The same, of a type that has no functions to ask its fields.
struct Read<'a>(&'a Contact);

impl Facts for Read<'_> {
    const FIELDS: &'static [Field] = Contact::FIELDS;

    fn fact(&self, field: &Field) -> Fact<'_> {
        self.0.fact(field)
    }

    fn activity(&self) -> &Activity {
        self.0.activity()
    }
}

#[test]
fn a_struct_comes_to_what_the_record_of_its_facts_does() {
    on_all_processors(0..6_000, |seed| {
        let own = subject(seed);
        let contact = Contact::new(&own.record);
        let record = contact.record();
        let scorer = Scorer::<Contact>::new(&own.model).unwrap();
        let score = scorer.score(&contact, own.as_of);
        assert_eq!(score, own.scorer.score(&record, own.as_of), "seed {seed}");

        let (mut fired, mut of_record) = (Fired::new(), Fired::new());
        assert_eq!(scorer.score_fired(&contact, own.as_of, &mut fired), score, "seed {seed}");
        own.scorer.score_fired(&record, own.as_of, &mut of_record);
        assert!(fired.ids().eq(of_record.ids()), "seed {seed}");

        let (explained, of_record) = (scorer.explain(&contact, own.as_of), own.scorer.explain(&record, own.as_of));
        assert_eq!(explained.score(), score, "seed {seed}");
        assert_eq!(explained.to_string(), of_record.to_string(), "seed {seed}");
        let (bounds, read) = (scorer.bounds(&contact, own.as_of), Read(&contact));
        let of_read = Scorer::<Read<'_>>::new(&own.model).unwrap();
        assert_eq!(bounds.value(), of_read.bounds(&read, own.as_of).value(), "seed {seed}");

        let borrowed = Scorer::<&Contact>::new(&own.model).unwrap();
        assert_eq!(borrowed.score(&&contact, own.as_of), score, "seed {seed}, borrowed");
        let mut scores = [Score::default(); 3];
        borrowed.score_batch(&[&contact; 3], own.as_of, &mut scores);
        assert_eq!(scores, [score; 3], "seed {seed}, in one go");
    });
}
