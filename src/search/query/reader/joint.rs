//! Operators without blanks between quotations: `“党建”与“品牌”`, `（“甲”或“乙”）非“丙”`.
//!
//! As people type with a Chinese keyboard. In `“一带一路”与“中国制造”建设` the same characters are
//! text, so an operator counts only if the quotations it joins are whole terms: no text touches
//! their outer sides.

use super::Reader;
use crate::search::query::chars::{self, OPERATORS, Operator};

impl Reader {
    /// Finds out for each place whether what an operator takes begins there, from the last
    /// place to the first, for one operator may hang on the next.
    pub(super) fn find_terms(&mut self) {
        self.takes = vec![false; self.signs.len()];
        for at in (0..self.signs.len()).rev() {
            let takes = self.is_term(at)
                || self.is_field(at)
                || self.operators_at(at).any(|(_, end)| self.takes(end));
            if let Some(place) = self.takes.get_mut(at) {
                *place = takes;
            }
        }
    }

    /// Whether a quotation without text behind it, a field, or an operator before one of them
    /// begins at `at`.
    pub(super) fn takes(&self, at: usize) -> bool {
        self.takes.get(at).copied().unwrap_or(false)
    }

    /// Whether an operator at `at` joins the quotation that ends there with what follows.
    pub(super) fn joins(&self, at: usize) -> bool {
        self.operators_at(at)
            .any(|(_, end)| self.is_blank(end) || self.is(end, chars::is_open) || self.takes(end))
    }

    /// The operators that are spelled at `at`, whatever follows, with where they end.
    pub(super) fn operators_at(&self, at: usize) -> impl Iterator<Item = (Operator, usize)> + '_ {
        OPERATORS
            .iter()
            .filter_map(move |(word, operator)| Some((*operator, self.spells(at, word)?)))
    }

    /// Whether a quotation begins at `at` whose other side no text touches; the mark that ends
    /// a question is none.
    fn is_term(&self, at: usize) -> bool {
        self.closing(at).is_some_and(|close| {
            let mut end = self.past_marks(close);
            while self.is(end, chars::is_separator) {
                end += 1;
            }
            // Between two parts of a list a mark is text like any other.
            if !self.is_end(end) && !self.is_blank(end) {
                end = self.past_marks(close);
            }
            self.is_end(end)
                || self.is_blank(end)
                || self.is(end, |c| chars::is_open(c) || chars::is_close(c))
                || self.joins(end)
        })
    }
}
