//! A query becomes ranked passages: plain data, byte ranges, no colours.

mod abbreviations;
mod asked;
mod copies;
mod enough;
mod explain;
mod found;
pub mod judge;
mod many;
mod marks;
mod matching;
mod near;
mod page;
mod phrase;
pub mod query;
mod rank;
mod searcher;
mod set;
mod standing;
mod suggest;
mod together;
mod tune;
mod units;
mod walk;

#[cfg(test)]
pub(crate) use explain::evidence;
pub use explain::{Explanation, Part, Points, Pool, Rule, Weight, Weights};
pub use page::{Count, Group, Page, Sort};
pub use searcher::{Searcher, Stored};
pub use suggest::{Suggestion, Why, is_reading};
pub use tune::{Lessons, Teaching, Tuned, headlines, lessons, tune, weights};

use std::ops::Range;

use serde::Serialize;

use crate::article::Date;

/// One passage found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hit {
    /// Place in the whole list, from 1.
    pub rank: usize,
    /// Score; comparable within one query only.
    pub score: f64,
    /// Id of the article.
    pub article: String,
    /// Number of the passage within the article, from 0.
    pub passage: u32,
    /// Title of the article.
    pub title: String,
    /// Byte ranges of `title` to mark.
    pub title_marks: Vec<Range<usize>>,
    /// Day of publication.
    pub date: Option<Date>,
    /// Who published it.
    pub source: Option<String>,
    /// File, entry and record it came from.
    pub path: String,
    /// The passage: one or more paragraphs, one a line.
    pub text: String,
    /// Byte ranges of `text` to mark: sorted, apart, on character boundaries.
    pub marks: Vec<Range<usize>>,
    /// Further passages of the same article that match.
    pub more: u64,
    /// Further articles among the thousand best that hold the same text.
    pub copies: u64,
    /// The summands of the score, where [`Page::explain`] asked for them.
    pub points: Vec<Points>,
    /// Every part of the free text stands in it as asked: it comes before all
    /// that lack one.
    pub whole: bool,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Hits {
    /// The page asked for, in order.
    pub hits: Vec<Hit>,
    /// Matching passages in the whole index.
    pub passages: u64,
    /// Matching articles in the whole index.
    pub articles: u64,
    /// What the reader should know about how the query was read.
    pub notes: Vec<String>,
    /// No passage had enough of the query, so these have some of it.
    pub relaxed: bool,
    /// Words of the free text that stand nowhere in the index; a few of them where there are
    /// many.
    pub absent: Vec<String>,
    /// In how many articles (or passages, where those are ranked) every part of the free text
    /// stands as it was asked; `None` without free text.
    pub whole: Option<u64>,
    /// How it came about, where [`Page::explain`] asked for it.
    pub explanation: Option<Explanation>,
}
