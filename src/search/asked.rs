//! What a query looks for as text.

use std::collections::HashSet;

use crate::search::query::{Query, spellings};

/// The strings a query looks for, each once, apart from what it excludes.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Free text.
    pub(super) free: Vec<String>,
    /// Strings as they are.
    pub(super) exact: Vec<String>,
    /// Those of them that were asked for in the title.
    pub(super) titled: HashSet<String>,
    /// Other spellings of document numbers: found and marked like the normal form.
    pub(super) spellings: Vec<String>,
}

impl Asked {
    pub(super) fn of(query: &Query) -> Asked {
        let mut asked = Asked::default();
        asked.add(query);
        for strings in [&mut asked.free, &mut asked.exact, &mut asked.spellings] {
            let mut seen = HashSet::new();
            strings.retain(|text| seen.insert(text.clone()));
        }
        asked
    }

    fn add(&mut self, query: &Query) {
        match query {
            Query::Words(text) => self.free.push(text.clone()),
            Query::Exact(text) | Query::Prefix(text) => self.exact.push(text.clone()),
            Query::Number(text) => {
                self.exact.push(text.clone());
                self.spellings.extend(spellings(text));
            }
            Query::Near { parts, .. } => self.exact.extend(parts.iter().cloned()),
            Query::Title(inner) => {
                let mut inside = Asked::default();
                inside.add(inner);
                let strings = inside.free.into_iter().chain(inside.exact);
                for string in strings {
                    self.titled.insert(string.clone());
                    self.exact.push(string);
                }
                self.spellings.extend(inside.spellings);
            }
            Query::Any(parts) | Query::And(parts) | Query::Or(parts) => {
                for part in parts {
                    self.add(part);
                }
            }
            Query::Source(_) | Query::Date { .. } | Query::Not(_) => {}
        }
    }
}
