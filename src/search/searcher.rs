//! The searcher: a snapshot of an index that answers queries.

use std::collections::HashMap;
use std::path::Path;
use std::sync::OnceLock;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, TERMINATED, Term};

use crate::article::{Date, Origin};
use crate::index::{Block, Meta, Segment, Store, key_of};
use crate::search::asked::Asked;
use crate::search::found::{Found, Leaf};
use crate::search::query::Query;
use crate::search::rank::{
    Candidate, Collection, Evidence, FEATURES, HEAD, Model, READ, Ranked, Said, built_in, by_score,
    know_days, know_keys,
};
use crate::search::suggest::Readings;
use crate::search::{
    Count, Explanation, Group, Hit, Hits, Page, Part, Pool, Rule, Sort, Weights, copies, explain,
    marks, together, tune,
};

/// An article as the index holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// What is known of it.
    pub meta: Meta,
    /// Its repaired body: paragraphs, one a line.
    pub body: String,
}

/// Answers queries on one snapshot.
pub struct Searcher {
    store: Store,
    articles: OnceLock<Collection>,
    passages: OnceLock<Collection>,
    readings: OnceLock<Readings>,
    model: Model,
    /// The weights are those that `tune` learnt here.
    learnt: bool,
}

impl Searcher {
    /// Opens the index in a folder.
    pub fn open(dir: &Path) -> Result<Searcher> {
        let store = Store::open(dir)?;
        let learnt = tune::stored(&store)?;
        Ok(Searcher::with(store, learnt))
    }

    /// The same with the weights that come with jianbao, whatever was learnt, even by another
    /// release.
    pub fn open_untuned(dir: &Path) -> Result<Searcher> {
        Ok(Searcher::with(Store::open(dir)?, None))
    }

    fn with(store: Store, learnt: Option<Model>) -> Searcher {
        Searcher {
            learnt: learnt.is_some(),
            model: learnt.unwrap_or_else(built_in),
            store,
            articles: OnceLock::new(),
            passages: OnceLock::new(),
            readings: OnceLock::new(),
        }
    }

    /// The index below.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Finds and ranks.
    pub fn search(&self, query: &Query, page: &Page) -> Result<Hits> {
        let asked = Asked::of(query);
        let words = self.words(&asked.free);
        if words.is_empty() && !page.explain && !self.is_laborious(query, &[])? {
            return self.answer(query, page, &asked, &words);
        }
        together::inside(|| self.answer(query, page, &asked, &words))
    }

    fn answer(
        &self,
        query: &Query,
        page: &Page,
        asked: &Asked,
        words: &[(String, u32)],
    ) -> Result<Hits> {
        let leaves = match page.explain {
            true => self.leaves(query)?,
            false => Vec::new(),
        };
        let found = match query {
            Query::Exact(text) | Query::Prefix(text) => self.standing(query, text, page)?,
            _ => self.matching(query, page, words, &leaves)?,
        };
        let mut hits = Hits {
            relaxed: found.relaxed,
            absent: self.absent(words, asked)?,
            ..Hits::default()
        };
        let evidence = self.evidence(words, asked)?;
        let collection = self.collection(page.group)?;
        let until = page.offset.saturating_add(page.limit);
        let mut wanted = match page.sort {
            Sort::Relevance => until,
            Sort::Newest | Sort::Oldest => usize::MAX,
        };
        let (mut ranked, rows, mut kept) = loop {
            let mut ranked = evidence.rank(&self.store, collection, &found, wanted)?;
            let rows = self.order(&mut ranked, page.sort, &evidence, collection)?;
            let kept = match page.group {
                Group::Article if page.fold => copies::fold(&self.store, &ranked.best, until)?,
                _ => (0..ranked.best.len().min(until))
                    .map(|nth| (nth, 0))
                    .collect(),
            };
            // Where copies were folded, the page may need more of the list.
            if kept.len() >= until || ranked.best.len() >= ranked.all {
                break (ranked, rows, kept);
            }
            wanted = usize::MAX;
        };
        hits.whole = (!asked.free.is_empty()).then_some(ranked.whole as u64);
        hits.passages = found.docs.iter().map(|docs| docs.len() as u64).sum();
        hits.articles = match page.group {
            Group::Article => ranked.all as u64,
            Group::Passage => self.articles_of(&found.docs)?,
        };
        if page.explain {
            let pool = Pool {
                passages: hits.passages,
                articles: hits.articles,
                rule: match (query.is_free(), found.relaxed) {
                    (false, _) => Rule::Conditions,
                    (_, true) => Rule::One,
                    _ => Rule::Enough,
                },
                whole: ranked.whole as u64,
                tiered: evidence.tiered(ranked.whole),
                rescored: rows.len() as u64,
            };
            hits.explanation = Some(self.explanation(query, words, pool, &leaves)?);
        }
        kept.drain(..page.offset.min(kept.len()));
        let mut shown = kept.iter().map(|(nth, _)| *nth).peekable();
        let unchosen = (0..)
            .zip(&mut ranked.best)
            .filter(|(nth, one)| shown.next_if_eq(nth).is_some() && one.docs.is_empty())
            .map(|(_, one)| one)
            .collect();
        evidence.choose(&self.store, collection, &found.docs, unchosen)?;
        let strings = self.strings_to_mark(words, asked);
        let shown: Vec<_> = kept.into_iter().enumerate().collect();
        let (ranked, model) = (&ranked, &self.model);
        hits.hits = together::each(shown, |(index, (nth, copies))| {
            let candidate = &ranked.best[nth];
            let segment = &self.store.segments()[candidate.segment];
            let facts: Shown = facts(segment, candidate.article(), &mut Block::default())?;
            let text = segment.texts();
            let text = text.text(candidate.doc, candidate.number == 0)?;
            Ok(Hit {
                rank: page.offset + index + 1,
                score: candidate.score,
                article: facts.id,
                passage: candidate.number,
                title_marks: marks::marks(&facts.title.value, &strings),
                title: facts.title.value,
                date: facts.date.map(|date| date.value),
                source: facts.source.map(|source| source.value),
                path: facts.origin.to_string(),
                marks: marks::marks(&text, &strings),
                text,
                more: self.more(candidate, &found.docs[candidate.segment])?,
                copies,
                points: match rows.get(&(candidate.segment, candidate.unit)) {
                    _ if !page.explain => Vec::new(),
                    Some(row) => explain::second(model, row, candidate),
                    None => explain::first(candidate),
                },
                whole: candidate.whole,
            })
        })?;
        Ok(hits)
    }

    /// How a query was read and what its parts find.
    fn explanation(
        &self,
        query: &Query,
        words: &[(String, u32)],
        candidates: Pool,
        leaves: &[Leaf<'_>],
    ) -> Result<Explanation> {
        let counts = leaves.iter().map(|leaf| self.count_of(&leaf.found));
        let counts = counts.collect::<Result<Vec<Count>>>()?;
        let mut parts = Vec::new();
        for (part, excluded) in query.leaves() {
            if let Some(nth) = leaves.iter().position(|leaf| leaf.query == part) {
                parts.push(Part::new(part.to_string(), excluded, counts[nth]));
            }
        }
        Ok(Explanation {
            reading: query.to_string(),
            parts,
            words: explain::weigh(&self.store, words)?,
            weights: match (candidates.rescored, self.learnt) {
                (0, _) => Weights::Unused,
                (_, true) => Weights::Learnt,
                _ => Weights::BuiltIn,
            },
            candidates,
        })
    }

    /// What the parts of a query find by themselves; of those typed twice, once.
    fn leaves<'a>(&self, query: &'a Query) -> Result<Vec<Leaf<'a>>> {
        let mut leaves: Vec<&Query> = Vec::new();
        for (leaf, _) in query.leaves() {
            if !leaves.contains(&leaf) {
                leaves.push(leaf);
            }
        }
        together::each(leaves, |query| {
            let found = self.found(query, &Page::default())?;
            Ok(Leaf { query, found })
        })
    }

    /// Counts exactly, without ranking.
    pub fn count(&self, query: &Query, page: &Page) -> Result<Count> {
        Ok(self.counted(query, page)?.0)
    }

    /// The same, and whether it holds only for some of the words.
    pub(super) fn counted(&self, query: &Query, page: &Page) -> Result<(Count, bool)> {
        let found = self.found(query, page)?;
        Ok((self.count_of(&found)?, found.relaxed))
    }

    /// What matches, unranked.
    fn found(&self, query: &Query, page: &Page) -> Result<Found> {
        let words = self.words(&Asked::of(query).free);
        let wanted = self.wanted(&words)?;
        match self.is_laborious(query, &wanted)? {
            true => together::inside(|| self.matching(query, page, &words, &[])),
            false => self.matching(query, page, &words, &[]),
        }
    }

    fn count_of(&self, found: &Found) -> Result<Count> {
        let passages = found.docs.iter().map(|docs| docs.len() as u64);
        Ok(Count {
            passages: passages.sum(),
            articles: self.articles_of(&found.docs)?,
        })
    }

    /// How many articles passages are of.
    fn articles_of(&self, docs: &[Vec<DocId>]) -> Result<u64> {
        let mut articles = 0;
        for (segment, docs) in self.store.segments().iter().zip(docs) {
            let firsts = &segment.runs().articles;
            // The end of the last article that was counted.
            let mut end = 0;
            for doc in docs {
                if *doc >= end {
                    articles += 1;
                    end = firsts.after(*doc);
                }
            }
        }
        Ok(articles)
    }

    /// How many passages of an article match besides the one that is shown;
    /// `docs` are all that match in its segment.
    fn more(&self, candidate: &Candidate, docs: &[DocId]) -> Result<u64> {
        let runs = self.store.segments()[candidate.segment].runs();
        let first = candidate.article();
        let end = runs.articles.after(first);
        let before = |end: DocId| docs.partition_point(|doc| *doc < end) as u64;
        Ok((before(end) - before(first)).saturating_sub(1))
    }

    /// Reads an article; `None` when the index holds none of this id.
    pub fn article(&self, id: &str) -> Result<Option<Stored>> {
        let fields = self.store.fields();
        let term = Term::from_field_u64(fields.key, key_of(id));
        for segment in self.store.segments() {
            let Some(mut postings) = segment
                .inverted_index(fields.key)?
                .read_postings(&term, IndexRecordOption::Basic)?
            else {
                continue;
            };
            let runs = segment.runs();
            let mut doc = postings.doc();
            while doc != TERMINATED {
                if !segment.is_deleted(doc) && runs.articles.has(doc) {
                    let meta: Meta = facts(segment, doc, &mut Block::default())?;
                    let mut body = segment.texts().text(doc, true)?;
                    for next in doc + 1..doc + meta.passages {
                        if !runs.is_inside(next) {
                            body.push('\n');
                        }
                        segment.texts().append(next, false, &mut body)?;
                    }
                    if meta.id == id {
                        return Ok(Some(Stored { meta, body }));
                    }
                }
                doc = postings.advance();
            }
        }
        Ok(None)
    }

    /// Calls `each` with the facts of every article, in no particular order.
    pub fn articles(&self, mut each: impl FnMut(Meta)) -> Result<()> {
        for segment in self.store.segments() {
            let runs = segment.runs();
            let mut block = Block::default();
            for doc in 0..segment.max_doc() {
                if !segment.is_deleted(doc) && runs.articles.has(doc) {
                    each(facts(segment, doc, &mut block)?);
                }
            }
        }
        Ok(())
    }

    /// What is ranked, and how long it all is: read at the first use.
    pub(super) fn collection(&self, group: Group) -> Result<&Collection> {
        let (cell, whole) = match group {
            Group::Article => (&self.articles, true),
            Group::Passage => (&self.passages, false),
        };
        if let Some(collection) = cell.get() {
            return Ok(collection);
        }
        let collection = Collection::read(&self.store, whole)?;
        Ok(cell.get_or_init(|| collection))
    }

    /// How the characters of the index are read: read at the first use.
    pub(super) fn readings(&self) -> Result<&Readings> {
        if let Some(readings) = self.readings.get() {
            return Ok(readings);
        }
        let readings = Readings::read(&self.store)?;
        Ok(self.readings.get_or_init(|| readings))
    }

    /// The words of the free text with their counts, in order of first use.
    pub(super) fn words(&self, free: &[String]) -> Vec<(String, u32)> {
        let mut words: Vec<(String, u32)> = Vec::new();
        for text in free {
            for word in self.store.segmenter().indexed(text) {
                match words.iter_mut().find(|(seen, _)| *seen == word.text) {
                    Some((_, count)) => *count += 1,
                    None => words.push((word.text, 1)),
                }
            }
        }
        words
    }

    pub(super) fn evidence(&self, words: &[(String, u32)], asked: &Asked) -> Result<Evidence> {
        let titled = |text: &&String| asked.titled.contains(*text);
        let exact: Vec<(&str, bool)> = asked
            .exact
            .iter()
            .map(|text| (text.as_str(), titled(&text)))
            .collect();
        Evidence::new(&self.store, words, &asked.free, &exact)
    }

    /// Sorts the candidates for good; scores the head again when rank decides,
    /// and hands back what it was scored by.
    fn order(
        &self,
        ranked: &mut Ranked,
        sort: Sort,
        evidence: &Evidence,
        collection: &Collection,
    ) -> Result<Rows> {
        let mut scored = Rows::new();
        if sort == Sort::Relevance {
            if !evidence.has_free_text() {
                return Ok(scored);
            }
            let tiered = evidence.tiered(ranked.whole);
            let head = ranked.best.len().min(HEAD);
            let (head, tail) = ranked.best.split_at_mut(head);
            let said = |candidate: &Candidate| self.said(candidate, collection);
            let rows = evidence.rows(collection, head, said, None)?;
            let units = head.iter().map(|one| (one.segment, one.unit));
            scored.extend(units.zip(rows.iter().copied()));
            evidence.rescore(&self.store, &self.model, &rows, tiered, head)?;
            // The rest keeps its order below the head, on a scale that fits.
            let least = head
                .iter()
                .map(|one| one.score)
                .fold(f64::INFINITY, f64::min);
            if let Some(first) = tail
                .first()
                .map(|one| one.score)
                .filter(|first| *first > 0.0)
            {
                for candidate in tail {
                    candidate.score *= least / first;
                }
            }
            return Ok(scored);
        }
        let ranked = &mut ranked.best;
        know_days(&self.store, ranked)?;
        know_keys(&self.store, ranked)?;
        ranked.sort_by(|a, b| {
            let undated = (a.day == Some(u64::MAX)).cmp(&(b.day == Some(u64::MAX)));
            let days = match sort {
                Sort::Oldest => a.day.cmp(&b.day),
                _ => b.day.cmp(&a.day),
            };
            undated.then(days).then_with(|| by_score(a, b))
        });
        Ok(scored)
    }

    /// What a candidate says: title and text of an article, or of a passage.
    pub(super) fn said(&self, candidate: &Candidate, collection: &Collection) -> Result<Said> {
        let texts = self.store.segments()[candidate.segment].texts();
        let unit = collection.levels[candidate.segment].docs(candidate.unit);
        let first = candidate.article();
        let mut docs: Vec<DocId> = if unit.len() <= READ {
            unit.clone().collect()
        } else {
            let best = candidate.docs.iter().take(READ - 1).copied();
            std::iter::once(unit.start).chain(best).collect()
        };
        docs.sort_unstable();
        docs.dedup();
        // The title stands with the first passage, whether that is read or not.
        let is_apart = docs.first() != Some(&first);
        if is_apart {
            docs.insert(0, first);
        }
        let mut said = Said::default();
        for (doc, packed) in docs.iter().zip(texts.packed(&docs, first)?) {
            if *doc == first {
                said.title = Some(packed.title);
                said.lead = packed.lead;
            }
            if *doc != first || !is_apart {
                said.text.push((*doc != first, packed.text));
            }
        }
        if is_apart {
            said.lead = 0;
        }
        Ok(said)
    }
}

/// The facts of an article, by its first passage.
fn facts<T: DeserializeOwned>(segment: &Segment, article: DocId, block: &mut Block) -> Result<T> {
    let facts = segment.facts(article, block)?;
    serde_json::from_slice(facts).context("the facts of an article are damaged")
}

/// What of [`Meta`] is shown of every hit: the rest of it is passed over.
#[derive(Deserialize)]
struct Shown {
    id: String,
    title: Told<String>,
    date: Option<Told<Date>>,
    source: Option<Told<String>>,
    origin: Origin,
}

#[derive(Deserialize)]
struct Told<T> {
    value: T,
}

/// What the second stage saw of each unit (segment, number) of the head.
type Rows = HashMap<(usize, DocId), [f64; FEATURES]>;
