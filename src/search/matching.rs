//! Which passages of a segment a query matches.
//!
//! Conditions hold for articles, evidence for passages: `党建 与 品牌` finds
//! articles that have both, wherever, and shows the passages that have either;
//! `-廉政` leaves out every article that names it. The passages of an article
//! are neighbours, so an article is known by its first document.

use anyhow::Result;
use tantivy::{DocId, DocSet, TERMINATED};

use crate::fold::fold_str;
use crate::index::{Fact, Postings, Segment, day};
use crate::search::near::near;
use crate::search::phrase::{Phrase, Scope};
use crate::search::query::{Query, spellings};
use crate::segment::Segmenter;

/// Documents whose words are added up together.
const STRETCH: usize = 4096;

/// Passages of one segment, sorted, none deleted.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Matched {
    /// The passages.
    pub(crate) docs: Vec<DocId>,
    /// Restricts others and brings no passages of its own (a date, a source).
    filter: bool,
}

/// How many of the words of free text a passage must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rigour {
    /// Enough of them, by weight.
    Enough,
    /// One will do: when nothing has enough.
    One,
}

/// A word of the free text, with its weight in this index.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wanted {
    /// The folded word.
    pub(crate) word: String,
    /// How often the query has it.
    pub(crate) count: u32,
    /// Its weight: inverse document frequency.
    pub(crate) idf: f64,
}

/// What matching needs besides the query.
pub(crate) struct Matcher<'a> {
    pub(crate) segment: &'a Segment,
    /// Loaded only when a query has words.
    pub(crate) segmenter: &'a dyn Fn() -> &'a Segmenter,
    /// The words of all free text of the query together.
    pub(crate) words: &'a [Wanted],
    pub(crate) rigour: Rigour,
}

impl Matcher<'_> {
    /// The passages that match.
    pub(crate) fn run(&self, query: &Query) -> Result<Matched> {
        Ok(match query {
            Query::Words(_) => self.any(std::slice::from_ref(query))?,
            Query::Any(parts) => self.any(parts)?,
            Query::Exact(text) | Query::Prefix(text) => self.phrase(text, Scope::Anywhere)?,
            Query::Number(text) => self.number(text, Scope::Anywhere)?,
            Query::Near { parts, within } => self.near(parts, *within, Scope::Anywhere)?,
            Query::Title(inner) => self.title(inner)?,
            Query::Source(text) => self.source(std::slice::from_ref(text))?,
            Query::Date { since, until } => self.date(since.map(day), until.map(day))?,
            Query::And(parts) => self.all(parts)?,
            Query::Or(parts) => {
                let mut docs = Vec::new();
                for part in once(parts) {
                    docs.extend(self.strict(part)?.docs);
                }
                matched(docs)
            }
            // Alone it says nothing; `all` and `any` take it from what they have.
            Query::Not(_) => Matched::default(),
        })
    }

    /// As [`Matcher::run`], but free text must be there with all its words.
    fn strict(&self, query: &Query) -> Result<Matched> {
        let Query::Words(text) = query else {
            return self.run(query);
        };
        let mut all: Option<Vec<DocId>> = None;
        for word in (self.segmenter)().words(text) {
            let having = self.word(&word.text)?;
            all = Some(match all {
                Some(all) => both(&all, &having),
                None => having,
            });
        }
        let docs = self.phrase_or(text, all.unwrap_or_default())?;
        Ok(Matched {
            docs,
            filter: false,
        })
    }

    /// The passages that hold a string, and those that are wanted without it.
    fn phrase_or(&self, text: &str, known: Vec<DocId>) -> Result<Vec<DocId>> {
        Phrase::new(text).docs_and(self.segment, Scope::Anywhere, known)
    }

    fn phrase(&self, text: &str, scope: Scope) -> Result<Matched> {
        let places = Phrase::new(text).places(self.segment, scope, false)?;
        Ok(Matched {
            docs: places.into_iter().map(|place| place.doc).collect(),
            filter: false,
        })
    }

    /// A document number, however it is written.
    fn number(&self, text: &str, scope: Scope) -> Result<Matched> {
        let mut docs = Vec::new();
        for spelling in spellings(text) {
            docs.extend(self.phrase(&spelling, scope)?.docs);
        }
        Ok(matched(docs))
    }

    fn word(&self, word: &str) -> Result<Vec<DocId>> {
        let mut docs = Vec::new();
        if let Some(mut postings) = self.segment.words().postings(word)? {
            docs.reserve(postings.doc_freq() as usize);
            let mut doc = postings.doc();
            while doc != TERMINATED {
                if !self.segment.is_deleted(doc) {
                    docs.push(doc);
                }
                doc = postings.advance();
            }
        }
        Ok(docs)
    }

    /// Conditions joined by `与`.
    fn all(&self, parts: &[Query]) -> Result<Matched> {
        let mut wanted: Vec<Matched> = Vec::new();
        let mut unwanted = Vec::new();
        let mut left: Option<Vec<DocId>> = None;
        for part in once(parts) {
            let Query::Not(inner) = part else {
                let part = self.strict(part)?;
                let articles = self.articles(&part.docs)?;
                let shared = left.map_or(articles.clone(), |left| both(&left, &articles));
                if shared.is_empty() {
                    // Nothing has all of them, whatever the others find.
                    return Ok(Matched {
                        docs: Vec::new(),
                        filter: part.filter && wanted.iter().all(|part| part.filter),
                    });
                }
                left = Some(shared);
                wanted.push(part);
                continue;
            };
            unwanted.push(self.strict(inner)?);
        }
        self.combine(wanted, unwanted)
    }

    /// Parts with blanks between.
    fn any(&self, parts: &[Query]) -> Result<Matched> {
        let mut required = Vec::new();
        let mut unwanted = Vec::new();
        let mut free = Vec::new();
        for part in once(parts) {
            match part {
                Query::Not(inner) => unwanted.push(self.strict(inner)?),
                Query::Words(text) => free.push(text.as_str()),
                part => required.push(self.strict(part)?),
            }
        }
        // What was asked for exactly decides what is found; free text beside it
        // decides the order.
        if !free.is_empty() && required.iter().all(|part| part.filter) {
            let mut docs = self.enough()?;
            for text in free {
                docs = self.phrase_or(text, docs)?;
            }
            required.push(Matched {
                docs,
                filter: false,
            });
        }
        self.combine(required, unwanted)
    }

    /// Passages that hold enough of the words, by weight. One or two words must
    /// all be there; of longer texts a seventh of the weight is enough, for
    /// a question says more than its answer.
    fn enough(&self) -> Result<Vec<DocId>> {
        let share = match (self.rigour, self.words.len()) {
            (Rigour::One, _) => 0.0,
            (_, 0..=2) => 0.999,
            (_, 3) => 0.6,
            _ => 0.15,
        };
        let total: f32 = self.words.iter().map(|wanted| wanted.idf as f32).sum();
        let least = (total * share).max(f32::MIN_POSITIVE);
        let mut lists = Vec::with_capacity(self.words.len());
        for wanted in self.words {
            if let Some(postings) = self.segment.words().postings(&wanted.word)? {
                lists.push((postings, wanted.idf as f32));
            }
        }
        let mut docs = Vec::new();
        // A stretch of documents at a time: its sums stay in the cache, and where
        // no list has anything nothing is read.
        let mut mass = [0f32; STRETCH];
        let next = |lists: &[(Postings, f32)]| lists.iter().map(|(list, _)| list.doc()).min();
        while let Some(first) = next(&lists).filter(|doc| *doc != TERMINATED) {
            let begin = first - first % STRETCH as DocId;
            let end = begin + STRETCH as DocId;
            for (list, idf) in &mut lists {
                list.each_before(end, |doc| {
                    if let Some(mass) = mass.get_mut(doc.wrapping_sub(begin) as usize) {
                        *mass += *idf;
                    }
                });
            }
            for (doc, mass) in (begin..).zip(&mut mass) {
                if *mass >= least && !self.segment.is_deleted(doc) {
                    docs.push(doc);
                }
                *mass = 0.0;
            }
        }
        Ok(docs)
    }

    /// Articles that match all of the wanted and none of the unwanted parts,
    /// as the passages of theirs that match one of the wanted.
    fn combine(&self, wanted: Vec<Matched>, unwanted: Vec<Matched>) -> Result<Matched> {
        let filter = wanted.iter().all(|part| part.filter);
        let mut docs: Vec<DocId> = if filter {
            let mut parts = wanted.iter();
            let mut docs = parts
                .next()
                .map(|part| part.docs.clone())
                .unwrap_or_default();
            for part in parts {
                docs = both(&docs, &part.docs);
            }
            docs
        } else {
            let brought = wanted.iter().filter(|part| !part.filter);
            matched(brought.flat_map(|part| part.docs.iter().copied()).collect()).docs
        };
        if wanted.len() > 1 && !filter {
            for part in &wanted {
                let articles = self.articles(&part.docs)?;
                self.retain(&mut docs, |article| {
                    articles.binary_search(&article).is_ok()
                })?;
            }
        }
        for part in &unwanted {
            let articles = self.articles(&part.docs)?;
            self.retain(&mut docs, |article| {
                articles.binary_search(&article).is_err()
            })?;
        }
        Ok(Matched { docs, filter })
    }

    /// First documents of the articles of passages, sorted.
    fn articles(&self, docs: &[DocId]) -> Result<Vec<DocId>> {
        let place = self.segment.column(Fact::Place)?;
        let mut articles: Vec<DocId> = docs
            .iter()
            .map(|doc| doc - (place.first(*doc).unwrap_or_default() >> 1) as DocId)
            .collect();
        articles.dedup();
        Ok(articles)
    }

    fn retain(&self, docs: &mut Vec<DocId>, keep: impl Fn(DocId) -> bool) -> Result<()> {
        let place = self.segment.column(Fact::Place)?;
        docs.retain(|doc| keep(doc - (place.first(*doc).unwrap_or_default() >> 1) as DocId));
        Ok(())
    }

    /// The title as a field: every part of it is an exact string there.
    fn title(&self, query: &Query) -> Result<Matched> {
        Ok(match query {
            Query::Words(text) | Query::Exact(text) | Query::Prefix(text) => {
                self.phrase(text, Scope::Title)?
            }
            Query::Number(text) => self.number(text, Scope::Title)?,
            Query::Any(parts) | Query::And(parts) => {
                let mut wanted = Vec::new();
                let mut unwanted = Vec::new();
                for part in parts {
                    match part {
                        Query::Not(inner) => unwanted.push(self.title(inner)?),
                        part => wanted.push(self.title(part)?),
                    }
                }
                self.combine(wanted, unwanted)?
            }
            Query::Or(parts) => {
                let mut docs = Vec::new();
                for part in parts {
                    docs.extend(self.title(part)?.docs);
                }
                matched(docs)
            }
            Query::Title(inner) | Query::Not(inner) => self.title(inner)?,
            Query::Near { parts, within } => self.near(parts, *within, Scope::Title)?,
            Query::Source(_) | Query::Date { .. } => self.run(query)?,
        })
    }

    /// Passages whose source holds one of the strings.
    pub(crate) fn source(&self, strings: &[String]) -> Result<Matched> {
        let strings: Vec<String> = strings.iter().map(|text| fold_str(text)).collect();
        let mut docs = Vec::new();
        if let Some(column) = self.segment.sources()? {
            let mut wanted = Vec::new();
            let mut name = String::new();
            for ordinal in 0..column.num_terms() as u64 {
                name.clear();
                if column.ord_to_str(ordinal, &mut name)?
                    && strings.iter().any(|text| name.contains(text.as_str()))
                {
                    wanted.push(ordinal);
                }
            }
            if !wanted.is_empty() {
                docs = self.alive(|doc| {
                    column
                        .term_ords(doc)
                        .any(|ordinal| wanted.binary_search(&ordinal).is_ok())
                });
            }
        }
        Ok(Matched { docs, filter: true })
    }

    /// Passages of articles of these days, both ends included; those without a
    /// date never match.
    pub(crate) fn date(&self, since: Option<u64>, until: Option<u64>) -> Result<Matched> {
        let column = self.segment.column(Fact::Date)?;
        let range = since.unwrap_or(1).max(1)..=until.unwrap_or(u64::MAX);
        let docs = self.alive(|doc| range.contains(&column.first(doc).unwrap_or_default()));
        Ok(Matched { docs, filter: true })
    }

    fn alive(&self, keep: impl Fn(DocId) -> bool) -> Vec<DocId> {
        (0..self.segment.max_doc())
            .filter(|doc| !self.segment.is_deleted(*doc) && keep(*doc))
            .collect()
    }

    fn near(&self, parts: &[String], within: u32, scope: Scope) -> Result<Matched> {
        Ok(Matched {
            docs: near(self.segment, parts, within, scope)?,
            filter: false,
        })
    }
}

/// The parts, each once however often it was typed.
fn once(parts: &[Query]) -> impl Iterator<Item = &Query> {
    let seen = |nth: usize| parts.get(..nth).unwrap_or_default();
    (0..)
        .zip(parts)
        .filter(move |(nth, part)| !seen(*nth).contains(part))
        .map(|(_, part)| part)
}

fn matched(mut docs: Vec<DocId>) -> Matched {
    // A few sorted runs, one after the other: this sort merges them.
    docs.sort();
    docs.dedup();
    Matched {
        docs,
        filter: false,
    }
}

/// What stands in both of two sorted lists.
pub(crate) fn both(a: &[DocId], b: &[DocId]) -> Vec<DocId> {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let mut rest = long;
    let mut docs = Vec::with_capacity(short.len());
    for doc in short {
        let ahead = rest.partition_point(|other| other < doc);
        rest = &rest[ahead..];
        if rest.first() == Some(doc) {
            docs.push(*doc);
        }
    }
    docs
}
