//! What of an answer is wanted, and in which order.

use crate::article::Date;

/// Which part of the list is wanted, and how.
#[derive(Debug, Clone)]
pub struct Page {
    /// Hits on the page.
    pub limit: usize,
    /// Hits before it.
    pub offset: usize,
    /// Order.
    pub sort: Sort,
    /// What a hit is.
    pub group: Group,
    /// First day.
    pub since: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
    /// Strings one of which the source must hold; empty for any source.
    pub sources: Vec<String>,
    /// Reprints stand as one hit. Who judges a list wants every article in it.
    pub fold: bool,
    /// Whether to say how the query was read and where each score comes from.
    pub explain: bool,
}

impl Default for Page {
    fn default() -> Page {
        Page {
            limit: 10,
            offset: 0,
            sort: Sort::Relevance,
            group: Group::Article,
            since: None,
            until: None,
            sources: Vec::new(),
            fold: true,
            explain: false,
        }
    }
}

/// The order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Best first.
    Relevance,
    /// Latest day first; the undated last.
    Newest,
    /// Earliest day first; the undated last.
    Oldest,
}

/// What a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The best passage of each article, copies of one text as one hit.
    Article,
    /// Each passage.
    Passage,
}

/// How many passages and articles match.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Passages.
    pub passages: u64,
    /// Articles.
    pub articles: u64,
}
