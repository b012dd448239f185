//! The query language, for people who type with a Chinese keyboard.
//!
//! [`parse`] never fails: what cannot be read as syntax is searched as text,
//! and a [`Note`] says so. A query that was read prints (`Display`) as its
//! canonical form, which reads as the same query again.
//!
//! From loose to tight: `或`, a blank, `与`, `非`. So `甲 乙 或 丙` is
//! `（甲 乙） 或 丙`, and `甲 乙 与 丙` is `甲 （乙 与 丙）`.

mod chars;
mod day;
mod note;
mod number;
mod reader;
mod sequence;
mod show;

use crate::article::Date;

pub use day::date_range;
pub use note::{Lang, Note};
pub(crate) use number::{series, spellings};

/// The longest query that is read, in bytes; the rest is cut off with a note.
pub const MAX_BYTES: usize = 4096;
/// How deep brackets may nest; deeper ones are ignored with a note.
pub const MAX_DEPTH: usize = 32;
/// How many parts a query may have; further ones are ignored with a note.
pub const MAX_PARTS: usize = 64;
/// The largest distance `"…"~N` takes, in characters.
pub const MAX_WITHIN: u32 = 1000;

/// How a query was read. See `surface.md` of the design, "Query language".
///
/// What [`parse`] makes keeps these rules: no list has fewer than two parts; an
/// `Any` never stands in an `Any`, nor an `And` in an `And`, nor an `Or` in an
/// `Or`; `Not` stands only in `Any` or `And`, beside at least one part that is
/// no `Not`; below a `Not` every `Words` has become `Exact`; every string holds
/// a letter, digit or hanzi; at most [`MAX_PARTS`] leaves.
#[derive(Debug, Clone, PartialEq)]
pub enum Query {
    /// Free text without blanks: ranked, cut into words.
    Words(String),
    /// `"…"`: exactly this string.
    Exact(String),
    /// `主题*`: a string that begins so.
    Prefix(String),
    /// `"党建 品牌"~8`: all parts within so many characters, in any order.
    Near {
        /// The parts, each an exact string; at least two.
        parts: Vec<String>,
        /// Characters between the end of the first and the start of the last;
        /// at most [`MAX_WITHIN`].
        within: u32,
    },
    /// `国发〔2023〕12号`, in normal form.
    Number(String),
    /// `标题：…`: in the title. Holds no field.
    Title(Box<Query>),
    /// `来源：…`: the source holds this string.
    Source(String),
    /// `日期：2016..2018`: both ends included; at least one is given.
    Date {
        /// First day.
        since: Option<Date>,
        /// Last day.
        until: Option<Date>,
    },
    /// Parts with blanks between: ranked, those that have all of it first.
    /// Parts that are [`Query::required`] must match; the others are wanted.
    Any(Vec<Query>),
    /// All of them must match.
    And(Vec<Query>),
    /// At least one must match.
    Or(Vec<Query>),
    /// Must not match. Stands only inside `And` or `Any`.
    Not(Box<Query>),
}

impl Query {
    /// Whether this part, standing in an [`Query::Any`], must match for a
    /// passage to be found: free text is wanted, everything that was put in
    /// quotes, brackets, fields or operators is meant as said.
    pub fn required(&self) -> bool {
        !matches!(self, Query::Words(_) | Query::Any(_) | Query::Not(_))
    }
}

impl Query {
    /// Whether it is free text and nothing else: enough of its words will do.
    pub fn is_free(&self) -> bool {
        match self {
            Query::Words(_) => true,
            Query::Any(parts) => parts.iter().all(Query::is_free),
            _ => false,
        }
    }

    /// The parts that look for something by themselves, in order, each with
    /// whether it is excluded.
    pub fn leaves(&self) -> Vec<(&Query, bool)> {
        let mut leaves = Vec::new();
        // As deep as brackets may nest, no deeper.
        fn walk<'a>(query: &'a Query, excluded: bool, out: &mut Vec<(&'a Query, bool)>) {
            match query {
                Query::Any(parts) | Query::And(parts) | Query::Or(parts) => {
                    parts.iter().for_each(|part| walk(part, excluded, out));
                }
                Query::Not(inner) => walk(inner, true, out),
                part => out.push((part, excluded)),
            }
        }
        walk(self, false, &mut leaves);
        leaves
    }
}

/// A query as it was read, with what the reader should know about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The query; `None` when nothing searchable was left.
    pub query: Option<Query>,
    /// What was not read as syntax, each once, in the order of the text.
    pub notes: Vec<Note>,
}

/// Reads a query. Any string is a query; see [`Parsed`].
pub fn parse(input: &str) -> Parsed {
    reader::read(input)
}

#[cfg(test)]
mod tests;
