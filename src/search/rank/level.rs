//! What is ranked: articles, or passages. Both are runs of neighbouring
//! documents, so one code scores them. A unit is known by its first document.

use std::ops::Range;
use std::sync::Arc;

use anyhow::Result;
use tantivy::DocId;

use crate::index::{Lengths, Runs, Segment, Terms};
use crate::search::set::Set;
use crate::search::units::Units;

/// The units of one segment.
#[derive(Debug)]
pub(crate) struct Level {
    firsts: Firsts,
    chars: Lengths,
    documents: DocId,
    /// Units that are not deleted.
    pub(crate) alive: u64,
}

/// Where units begin.
#[derive(Debug)]
enum Firsts {
    Articles(Arc<Runs>),
    Passages,
}

impl Level {
    /// Articles (`whole`) or passages of a segment.
    pub(crate) fn read(segment: &Segment, whole: bool) -> Result<Level> {
        let documents = segment.max_doc();
        let firsts = match whole {
            true => Firsts::Articles(segment.runs().clone()),
            false => Firsts::Passages,
        };
        let alive = match (&firsts, segment.alive_bitset()) {
            (Firsts::Articles(runs), None) => runs.articles.count(),
            (Firsts::Articles(runs), Some(_)) => (0..documents)
                .filter(|doc| !segment.is_deleted(*doc) && runs.articles.has(*doc))
                .count() as u64,
            (Firsts::Passages, _) => u64::from(segment.num_docs()),
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
            Firsts::Articles(runs) => runs.article(doc),
            Firsts::Passages => doc,
        }
    }

    /// The documents of a unit.
    pub(crate) fn docs(&self, unit: DocId) -> Range<DocId> {
        match &self.firsts {
            Firsts::Articles(runs) => unit..runs.articles.after(unit),
            Firsts::Passages => unit..unit + 1,
        }
    }

    /// All passages of the units that have some.
    pub(crate) fn spread(&self, docs: &Set) -> Set {
        match &self.firsts {
            Firsts::Articles(runs) => docs.spread(runs.articles.bits()),
            Firsts::Passages => docs.clone(),
        }
    }

    /// The units of some passages.
    pub(crate) fn units(&self, docs: &Set) -> Units {
        let all = self.spread(docs);
        let mut begins = all.clone();
        if let Firsts::Articles(runs) = &self.firsts {
            let bits = runs.articles.bits();
            begins.keep_words(|nth| bits.get(nth).copied().unwrap_or(0));
        }
        Units::of(all, begins)
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
