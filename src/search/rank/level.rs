//! What is ranked: articles, or passages. Both are runs of neighbouring
//! documents, so one code scores them. A unit is known by its first document.

use std::ops::Range;
use std::sync::Arc;

use anyhow::Result;
use tantivy::DocId;

use crate::index::{Lengths, Runs, Segment, Terms};

/// The units of one segment.
#[derive(Debug)]
pub(crate) struct Level {
    firsts: Units,
    chars: Lengths,
    documents: DocId,
    /// Units that are not deleted.
    pub(crate) alive: u64,
}

/// Where units begin.
#[derive(Debug)]
enum Units {
    Articles(Arc<Runs>),
    Passages,
}

impl Level {
    /// Articles (`whole`) or passages of a segment.
    pub(crate) fn read(segment: &Segment, whole: bool) -> Result<Level> {
        let documents = segment.max_doc();
        let firsts = match whole {
            true => Units::Articles(segment.runs().clone()),
            false => Units::Passages,
        };
        let alive = match (&firsts, segment.alive_bitset()) {
            (Units::Articles(runs), None) => runs.articles.count(),
            (Units::Articles(runs), Some(_)) => (0..documents)
                .filter(|doc| !segment.is_deleted(*doc) && runs.articles.has(*doc))
                .count() as u64,
            (Units::Passages, _) => u64::from(segment.num_docs()),
        };
        Ok(Level {
            firsts,
            chars: segment.chars().lengths()?.clone(),
            documents,
            alive,
        })
    }

    /// The unit of a document.
    pub(crate) fn unit(&self, doc: DocId) -> DocId {
        match &self.firsts {
            Units::Articles(runs) => runs.article(doc),
            Units::Passages => doc,
        }
    }

    /// The documents of a unit.
    pub(crate) fn docs(&self, unit: DocId) -> Range<DocId> {
        match &self.firsts {
            Units::Articles(runs) => unit..runs.articles.after(unit),
            Units::Passages => unit..unit + 1,
        }
    }

    /// Length of a unit in characters.
    pub(crate) fn chars(&self, unit: DocId) -> u32 {
        self.length(unit, &self.chars)
    }

    /// Length of a unit: `lengths` are those of documents, in characters or in words,
    /// which are not read where only strings are asked for.
    pub(crate) fn length(&self, unit: DocId, lengths: &Lengths) -> u32 {
        self.docs(unit).map(|doc| lengths.of(doc)).sum()
    }

    /// Lengths in characters and words of what is not deleted, added up.
    pub(crate) fn totals(&self, segment: &Segment) -> Result<(u64, u64)> {
        let total = |terms: &Terms| -> Result<u64> {
            if segment.alive_bitset().is_none() {
                return Ok(terms.total());
            }
            let lengths = terms.lengths()?;
            let alive = (0..self.documents).filter(|doc| !segment.is_deleted(*doc));
            Ok(alive.map(|doc| u64::from(lengths.of(doc))).sum())
        };
        Ok((total(segment.chars())?, total(segment.words())?))
    }
}
