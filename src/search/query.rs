//! The query language, for people who type with a Chinese keyboard.

use crate::article::Date;

/// How a query was read. See `surface.md` of the design, "Query language".
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
        /// The parts, each an exact string.
        parts: Vec<String>,
        /// Characters between the end of the first and the start of the last.
        within: u32,
    },
    /// `国发〔2023〕12号`, in normal form.
    Number(String),
    /// `标题：…`: in the title.
    Title(Box<Query>),
    /// `来源：…`: the source holds this string.
    Source(String),
    /// `日期：2016..2018`: both ends included.
    Date {
        /// First day.
        since: Option<Date>,
        /// Last day.
        until: Option<Date>,
    },
    /// Parts with blanks between: ranked, those that have all of it first.
    Any(Vec<Query>),
    /// All of them must match.
    And(Vec<Query>),
    /// At least one must match.
    Or(Vec<Query>),
    /// Must not match. Stands only inside `And` or `Any`.
    Not(Box<Query>),
}

/// A query as it was read, with what the reader should know about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The query; `None` when nothing searchable was left.
    pub query: Option<Query>,
    /// One line each, in plain words, for a person who typed the query.
    pub notes: Vec<String>,
}
