//! What matches, in all segments: a large index is asked in stretches, by all
//! cores at the same time.

use std::ops::Range;

use anyhow::Result;
use tantivy::DocId;

use crate::index::day;
use crate::search::asked::Asked;
use crate::search::many::{Often, each};
use crate::search::matching::{Matcher, Rigour, Wanted};
use crate::search::phrase::Phrase;
use crate::search::query::Query;
use crate::search::rank::{KNOWN, idf, passages, word_frequency};
use crate::search::set::Set;
use crate::search::{Page, Searcher, together};

/// Passages that are worth a thread of their own …
const STRETCH: DocId = 8192;
/// … and the stretches that a large index is cut into.
const STRETCHES: DocId = 4;
/// Postings that are to be walked over before more than one thread does it.
const LABOUR: u64 = 20_000;
/// Words that stand nowhere which are told of at the most.
const ABSENT: usize = 3;
/// A query of more parts than this is one of much work.
const MANY: usize = 8;

/// The passages of each segment that match.
pub(super) struct Found {
    pub(super) docs: Vec<Vec<DocId>>,
    /// Of a query that is one string: how often it stands in each of them.
    pub(super) often: Option<Vec<Vec<Often>>>,
    /// None had enough of the words; these have some.
    pub(super) relaxed: bool,
}

/// What a part of a query finds by itself.
pub(super) struct Leaf<'a> {
    pub(super) query: &'a Query,
    pub(super) found: Found,
}

impl Searcher {
    /// `known`: what parts of the query find, where somebody asked for them before.
    pub(super) fn matching(
        &self,
        query: &Query,
        page: &Page,
        words: &[(String, u32)],
        known: &[Leaf<'_>],
    ) -> Result<Found> {
        let wanted = self.wanted(words)?;
        let mut found = self.match_all(query, page, &wanted, Rigour::Enough, known)?;
        if wanted.len() > 1 && found.iter().all(Vec::is_empty) {
            found = self.match_all(query, page, &wanted, Rigour::One, known)?;
            let relaxed = found.iter().any(|docs| !docs.is_empty());
            return Ok(Found {
                docs: found,
                often: None,
                relaxed,
            });
        }
        Ok(Found {
            docs: found,
            often: None,
            relaxed: false,
        })
    }

    /// What matches a query that is an exact string, which has to be counted in each passage
    /// to rank them: both at once, for the places of its characters are most of the work.
    pub(super) fn standing(&self, query: &Query, text: &str, page: &Page) -> Result<Found> {
        let phrase = Phrase::new(text);
        let often = self.in_stretches(query, page, &[], |number, among| {
            let segment = &self.store().segments()[number];
            let mut all = Vec::new();
            each(segment, &[&phrase], among, |_, often| all = often.to_vec())?;
            Ok(all)
        })?;
        let docs = |often: &Vec<Often>| often.iter().map(|often| often.doc).collect();
        Ok(Found {
            docs: often.iter().map(docs).collect(),
            often: Some(often),
            relaxed: false,
        })
    }

    /// The words of free text with their weights.
    pub(super) fn wanted(&self, words: &[(String, u32)]) -> Result<Vec<Wanted>> {
        let mut wanted = Vec::with_capacity(words.len());
        if !words.is_empty() {
            let passages = passages(self.store());
            for (word, count) in words {
                let holding = word_frequency(self.store(), word)?;
                wanted.push(Wanted {
                    word: word.clone(),
                    count: *count,
                    passages: holding,
                    idf: idf(passages, holding),
                });
            }
        }
        Ok(wanted)
    }

    /// The first few of some words that stand nowhere: not cut as a word, and not as
    /// characters inside of another. A short part that was cut into characters is a word too.
    pub(super) fn absent(&self, words: &[(String, u32)], asked: &Asked) -> Result<Vec<String>> {
        let mut absent = Vec::new();
        let short = |text: &&String| Phrase::new(text).units.len() <= KNOWN;
        let unknown = asked.free.iter().filter(short);
        let unknown = unknown.flat_map(|text| self.unknown(text));
        for word in words.iter().map(|(word, _)| word.clone()).chain(unknown) {
            if word_frequency(self.store(), &word)? > 0 {
                continue;
            }
            let found = self.count(&Query::Exact(word.clone()), &Page::default())?;
            if found.passages == 0 {
                absent.push(word);
            }
            if absent.len() == ABSENT {
                break;
            }
        }
        Ok(absent)
    }

    fn match_all(
        &self,
        query: &Query,
        page: &Page,
        words: &[Wanted],
        rigour: Rigour,
        known: &[Leaf<'_>],
    ) -> Result<Vec<Vec<DocId>>> {
        let segmenter = || self.store().segmenter();
        self.in_stretches(query, page, words, |number, among| {
            let segment = &self.store().segments()[number];
            let known = known
                .iter()
                .map(|leaf| (leaf.query, leaf.found.docs[number].as_slice()))
                .collect();
            let matcher = Matcher::new(segment, among.docs(), &segmenter, words, rigour);
            Ok(matcher.knowing(known).run(query, among)?.to_vec())
        })
    }

    /// What `run` tells of the passages that a page asks for, by segment and in order: of
    /// each stretch by itself, by the number of the segment.
    fn in_stretches<T: Clone + Send>(
        &self,
        query: &Query,
        page: &Page,
        words: &[Wanted],
        run: impl Fn(usize, &Set) -> Result<Vec<T>> + Sync + Send,
    ) -> Result<Vec<Vec<T>>> {
        let stretches = self.stretches(query, words)?;
        let found = together::each(stretches, |(number, docs)| {
            let among = self.asked_for(page, number, docs)?;
            Ok((number, run(number, &among)?))
        })?;
        let mut all = vec![Vec::new(); self.store().segments().len()];
        for (number, mut found) in found {
            all[number].append(&mut found);
        }
        Ok(all)
    }

    /// The passages of a stretch that a page asks for, whatever the query is.
    fn asked_for(&self, page: &Page, number: usize, docs: Range<DocId>) -> Result<Set> {
        let segment = &self.store().segments()[number];
        let segmenter = || self.store().segmenter();
        let mut among = Set::all(docs.clone());
        let matcher = Matcher::new(segment, docs, &segmenter, &[], Rigour::Enough);
        if page.since.is_some() || page.until.is_some() {
            among = matcher.date(page.since.map(day), page.until.map(day), &among)?;
        }
        if !page.sources.is_empty() {
            among = matcher.source(&page.sources, &among)?;
        }
        Ok(among)
    }

    /// The passages of each segment, in stretches of whole articles that are
    /// asked by themselves: more than one where there is much to do.
    fn stretches(&self, query: &Query, words: &[Wanted]) -> Result<Vec<(usize, Range<DocId>)>> {
        let segments = self.store().segments();
        let size = match self.is_laborious(query, words)? {
            true => STRETCH.max(passages(self.store()) as DocId / STRETCHES),
            false => DocId::MAX,
        };
        let mut stretches = Vec::with_capacity(segments.len());
        for (number, segment) in segments.iter().enumerate() {
            let mut begin = 0;
            while begin < segment.max_doc() {
                let mut end = segment.max_doc();
                // No rest that is hardly worth it.
                if u64::from(end - begin) > u64::from(size) * 5 / 4 {
                    end = segment.runs().articles.after(begin + size);
                }
                stretches.push((number, begin..end));
                begin = end;
            }
        }
        Ok(stretches)
    }

    /// Whether a query makes enough work for more than one thread: by the
    /// passages that have its words, and the rarest characters of its strings.
    pub(super) fn is_laborious(&self, query: &Query, words: &[Wanted]) -> Result<bool> {
        let mut work: u64 = words.iter().map(|wanted| wanted.passages).sum();
        let leaves = query.leaves();
        if leaves.len() > MANY {
            return Ok(passages(self.store()) > LABOUR);
        }
        for (leaf, _) in leaves {
            for segment in self.store().segments() {
                work += Matcher::at_most(segment, leaf)?;
            }
        }
        Ok(work > LABOUR)
    }
}
