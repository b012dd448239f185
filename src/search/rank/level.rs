//! What is ranked: articles, or passages. Both are runs of neighbouring
//! documents, so one code scores them. A unit is known by its first document.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use anyhow::Result;
use tantivy::DocId;

use crate::index::{Codes, Lengths, Runs, Segment, Terms};
use crate::search::set::Set;
use crate::search::units::Units;

/// The units of one segment.
#[derive(Debug)]
pub(crate) struct Level {
    firsts: Firsts,
    chars: Lengths,
    words: Words,
    documents: DocId,
    /// Units that are not deleted.
    pub(crate) alive: u64,
}

/// Lengths in words of all articles, added up once somebody asks again and again.
#[derive(Debug, Default)]
struct Words {
    all: OnceLock<Vec<u32>>,
    asked: AtomicUsize,
}

/// Lengths are asked for so often before those of all articles are added up, which takes
/// as long as a few questions.
const AGAIN: usize = 8;

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
            chars: segment.chars().lengths().clone(),
            words: Words::default(),
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

    /// Lengths of units in words, in order; `lengths` are those of documents.
    pub(crate) fn words(&self, units: &Units, lengths: Codes<'_>) -> Vec<u32> {
        let Firsts::Articles(runs) = &self.firsts else {
            return units.sums(|doc| lengths.of(doc));
        };
        let articles = &runs.articles;
        let all = match self.words.all.get() {
            Some(all) => all,
            None if self.words.asked.fetch_add(1, Ordering::Relaxed) < AGAIN => {
                return units.sums(|doc| lengths.of(doc));
            }
            None => self.words.all.get_or_init(|| {
                let all = Set::all(0..self.documents);
                self.units(&all).sums(|doc| lengths.of(doc))
            }),
        };
        let of = |first| all.get(articles.rank(first)).copied().unwrap_or(0);
        let mut lengths = Vec::with_capacity(units.count());
        lengths.extend(units.begins().iter().map(of));
        lengths
    }

    /// Length of a unit in characters.
    pub(crate) fn chars(&self, unit: DocId) -> Result<u32> {
        let lengths = self.chars.read()?;
        Ok(self.docs(unit).map(|doc| lengths.of(doc)).sum())
    }

    /// The same of units, in order.
    pub(crate) fn all_chars(&self, units: &Units) -> Result<Vec<u32>> {
        let lengths = self.chars.read()?;
        Ok(units.sums(|doc| lengths.of(doc)))
    }

    /// Lengths in characters and words of what is not deleted, added up.
    pub(crate) fn totals(&self, segment: &Segment) -> Result<(u64, u64)> {
        let total = |terms: &Terms| -> Result<u64> {
            if segment.alive_bitset().is_none() {
                return Ok(terms.total());
            }
            let lengths = terms.lengths().read()?;
            let alive = (0..self.documents).filter(|doc| !segment.is_deleted(*doc));
            Ok(alive.map(|doc| u64::from(lengths.of(doc))).sum())
        };
        Ok((total(segment.chars())?, total(segment.words())?))
    }
}
