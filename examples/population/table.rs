//! Stores the customers as columns.

use std::error::Error;

use warmth::Activity;
use warmth::columns::{Bits, Column, ColumnError, Columns, Texts};

use crate::customer::{Customer, TECHNOLOGIES};

/// The customers in the layout of a column store. Each column with missing facts has a list of flags. Texts are keys of a
/// dictionary.
pub(crate) struct Table {
    nps: Vec<u8>,
    nps_known: Vec<bool>,
    health: Vec<u8>,
    has_flagship: Vec<bool>,
    renewal_date: Vec<i32>,
    renewal_known: Vec<bool>,
    tech_stack: Vec<u16>,
    tech_stack_ends: Vec<i32>,
    histories: Vec<Activity>,
    technologies: Dictionary,
    healths: Dictionary,
}

/// Texts in the layout of Arrow: all bytes one after the other, and offsets that separate the texts.
struct Dictionary {
    ends: Vec<i32>,
    texts: String,
}

impl Dictionary {
    fn of(texts: &[&str]) -> Result<Dictionary, Box<dyn Error>> {
        let mut dictionary = Dictionary { ends: vec![0], texts: String::new() };
        for text in texts {
            dictionary.texts.push_str(text);
            dictionary.ends.push(dictionary.texts.len().try_into()?);
        }
        Ok(dictionary)
    }

    fn texts(&self) -> Result<Texts<'_>, ColumnError> {
        Texts::new(&self.ends, self.texts.as_bytes())
    }
}

impl Table {
    pub(crate) fn of(customers: &[Customer]) -> Result<Table, Box<dyn Error>> {
        let mut table = Table {
            nps: Vec::new(),
            nps_known: Vec::new(),
            health: Vec::new(),
            has_flagship: Vec::new(),
            renewal_date: Vec::new(),
            renewal_known: Vec::new(),
            tech_stack: Vec::new(),
            tech_stack_ends: vec![0],
            histories: Vec::new(),
            technologies: Dictionary::of(&TECHNOLOGIES)?,
            healths: Dictionary::of(&["green", "yellow", "red"])?,
        };
        for customer in customers {
            table.nps.push(customer.nps.unwrap_or_default());
            table.nps_known.push(customer.nps.is_some());
            table.health.push(customer.health as u8);
            table.has_flagship.push(customer.has_flagship);
            table.renewal_date.push(customer.renewal_date.unwrap_or_default().to_epoch_days());
            table.renewal_known.push(customer.renewal_date.is_some());
            for own in &customer.tech_stack {
                let key = TECHNOLOGIES.iter().position(|known| known == own).ok_or("unknown technology")?;
                table.tech_stack.push(key.try_into()?);
            }
            table.tech_stack_ends.push(table.tech_stack.len().try_into()?);
            table.histories.push(customer.history.clone());
        }
        Ok(table)
    }

    pub(crate) fn columns(&self) -> Result<Columns<'_>, ColumnError> {
        let technologies = self.technologies.texts()?;
        Columns::new(self.nps.len())
            .with("nps", Column::numbers(&self.nps).with_validity(Bits::from(&self.nps_known)))?
            .with("health", Column::dictionary(&self.health, self.healths.texts()?))?
            .with("has_flagship", Column::flags(&self.has_flagship))?
            .with("renewal_date", Column::dates(&self.renewal_date).with_validity(Bits::from(&self.renewal_known)))?
            .with("tech_stack", Column::dictionary_lists(&self.tech_stack_ends, &self.tech_stack, technologies)?)?
            .with_activities(&self.histories)
    }
}
