//! Which passages of a segment a query matches.
//!
//! Conditions hold for articles, evidence for passages: `党建 与 品牌` finds
//! articles that have both, wherever, and shows the passages that have either;
//! `-廉政` leaves out every article that names it. The passages of an article
//! are neighbours, so an article is known by its first document.
//!
//! No part is asked about a passage whose fate is known: those of `或` only for
//! what the others before did not find, those of `与` only in articles that have
//! the others, the rarest first. So a long query costs little more than a short
//! one, however frequent its parts.

use std::ops::Range;

use anyhow::Result;
use tantivy::DocId;

use crate::fold::fold_str;
use crate::index::{Segment, day};
use crate::search::enough::enough;
use crate::search::near::near;
use crate::search::phrase::{Phrase, Scope, alive};
use crate::search::query::{Query, spellings};
use crate::search::set::Set;
use crate::search::standing::{with_text, with_word};
use crate::segment::Segmenter;

/// Passages of one segment, none deleted.
#[derive(Debug)]
struct Matched {
    /// The passages.
    docs: Set,
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
    /// Passages of the index that hold it.
    pub(crate) passages: u64,
    /// Its weight: inverse document frequency.
    pub(crate) idf: f64,
}

/// Answers for one segment, or a part of it.
pub(crate) struct Matcher<'a> {
    segment: &'a Segment,
    /// Loaded only when a query has words.
    segmenter: &'a dyn Fn() -> &'a Segmenter,
    /// The words of all free text of the query together.
    words: &'a [Wanted],
    rigour: Rigour,
    /// What it answers for: whole articles.
    docs: Range<DocId>,
    /// What parts of the query find in the segment, where that is known.
    known: Vec<(&'a Query, &'a [DocId])>,
}

/// Where the parts of a list are looked for.
#[derive(Debug, Clone, Copy)]
enum Where {
    Anywhere,
    Title,
}

impl<'a> Matcher<'a> {
    pub(crate) fn new(
        segment: &'a Segment,
        docs: Range<DocId>,
        segmenter: &'a dyn Fn() -> &'a Segmenter,
        words: &'a [Wanted],
        rigour: Rigour,
    ) -> Matcher<'a> {
        Matcher {
            segment,
            segmenter,
            words,
            rigour,
            docs,
            known: Vec::new(),
        }
    }

    /// With what parts of the query find in the segment: they are not looked for again.
    pub(crate) fn knowing(mut self, known: Vec<(&'a Query, &'a [DocId])>) -> Matcher<'a> {
        self.known = known;
        self
    }

    /// The passages of `among` that match.
    pub(crate) fn run(&self, query: &Query, among: &Set) -> Result<Set> {
        let mut docs = self.look(query, among)?.docs;
        docs.keep(among);
        Ok(docs)
    }

    /// Passages that match: all of `among` that do, and perhaps some besides.
    fn look(&self, query: &Query, among: &Set) -> Result<Matched> {
        Ok(match query {
            Query::Words(_) => self.any(std::slice::from_ref(query), among)?,
            Query::Any(parts) => self.any(parts, among)?,
            Query::Exact(text) | Query::Prefix(text) => {
                self.phrase(text, Scope::Anywhere, among)?
            }
            Query::Number(text) => self.number(text, Scope::Anywhere, among)?,
            Query::Near { parts, within } => {
                let known = self.known.iter().find(|(part, _)| *part == query);
                match known {
                    Some((_, docs)) => matched(self.none().with(docs.iter().copied())),
                    None => self.near(parts, *within, Scope::Anywhere, among)?,
                }
            }
            Query::Title(inner) => self.title(inner, among)?,
            Query::Source(text) => self.found(self.source(std::slice::from_ref(text), among)?),
            Query::Date { since, until } => {
                self.found(self.date(since.map(day), until.map(day), among)?)
            }
            Query::And(parts) => self.all(parts, among, Where::Anywhere)?,
            Query::Or(parts) => self.either(parts, among, Where::Anywhere)?,
            // Alone it says nothing; `all` and `any` take it from what they have.
            Query::Not(_) => matched(self.none()),
        })
    }

    /// As [`Matcher::look`], but free text must be there with all its words.
    fn strict(&self, query: &Query, among: &Set) -> Result<Matched> {
        let Query::Words(text) = query else {
            return self.look(query, among);
        };
        let mut all: Option<Set> = None;
        for word in (self.segmenter)().indexed(text) {
            all = Some(with_word(
                self.segment,
                &word.text,
                all.as_ref().unwrap_or(among),
            )?);
        }
        let mut docs = all.unwrap_or_else(|| self.none());
        let mut left = among.clone();
        left.remove_all(&docs);
        docs.add(&self.phrase(text, Scope::Anywhere, &left)?.docs);
        Ok(matched(docs))
    }

    /// A part of a list.
    fn part(&self, query: &Query, place: Where, among: &Set) -> Result<Matched> {
        match place {
            Where::Anywhere => self.strict(query, among),
            Where::Title => self.title(query, among),
        }
    }

    fn none(&self) -> Set {
        Set::none(self.docs.clone())
    }

    fn found(&self, docs: Set) -> Matched {
        Matched { docs, filter: true }
    }

    fn phrase(&self, text: &str, scope: Scope, among: &Set) -> Result<Matched> {
        let phrase = Phrase::new(text);
        Ok(matched(match scope {
            Scope::Anywhere => with_text(self.segment, &phrase, among)?,
            Scope::Title => phrase.within(self.segment, scope, among)?,
        }))
    }

    /// A document number, however it is written.
    fn number(&self, text: &str, scope: Scope, among: &Set) -> Result<Matched> {
        let mut docs = self.none();
        let mut left = among.clone();
        for spelling in spellings(text) {
            let found = self.phrase(&spelling, scope, &left)?.docs;
            left.remove_all(&found);
            docs.add(&found);
        }
        Ok(matched(docs))
    }

    fn near(&self, parts: &[String], within: u32, scope: Scope, among: &Set) -> Result<Matched> {
        let docs = near(self.segment, parts, within, scope, among)?;
        Ok(matched(docs))
    }

    /// Conditions joined by `与`.
    fn all(&self, parts: &[Query], among: &Set, place: Where) -> Result<Matched> {
        let mut joined = Joined::new(self.spread(among)?);
        self.require(parts, &mut joined, place)?;
        self.exclude(parts, &mut joined, place)?;
        Ok(joined.finish(self.none()))
    }

    /// Parts of which one will do.
    fn either(&self, parts: &[Query], among: &Set, place: Where) -> Result<Matched> {
        let mut docs = self.none();
        let mut left = among.clone();
        for part in once(parts) {
            let found = self.part(part, place, &left)?.docs;
            left.remove_all(&found);
            docs.add(&found);
            if left.is_empty() {
                break;
            }
        }
        Ok(matched(docs))
    }

    /// Parts with blanks between.
    fn any(&self, parts: &[Query], among: &Set) -> Result<Matched> {
        let free = |part: &&Query| matches!(part, Query::Words(_));
        let (free, asked): (Vec<&Query>, Vec<&Query>) = once(parts).partition(free);
        if asked.is_empty() {
            return self.free(&free, among);
        }
        let asked: Vec<Query> = asked.into_iter().cloned().collect();
        let mut joined = Joined::new(self.spread(among)?);
        self.require(&asked, &mut joined, Where::Anywhere)?;
        // What was asked for exactly decides what is found; free text beside it
        // decides the order.
        if !free.is_empty() && joined.filters() && !joined.left.is_empty() {
            let found = self.free(&free, &joined.left)?;
            joined.push(found, self)?;
        }
        self.exclude(&asked, &mut joined, Where::Anywhere)?;
        Ok(joined.finish(self.none()))
    }

    /// Free text: passages that have enough of its words, or a part of it as it is.
    fn free(&self, parts: &[&Query], among: &Set) -> Result<Matched> {
        let mut docs = self.enough()?;
        let mut left = among.clone();
        for part in parts {
            if let Query::Words(text) = part {
                left.remove_all(&docs);
                docs.add(&self.phrase(text, Scope::Anywhere, &left)?.docs);
            }
        }
        Ok(matched(docs))
    }

    /// Looks for the parts that must be there, what is rarest first.
    fn require(&self, parts: &[Query], joined: &mut Joined, place: Where) -> Result<()> {
        let wanted = once(parts).filter(|part| !matches!(part, Query::Not(_)));
        let mut wanted: Vec<(u64, &Query)> = wanted.map(|part| (0, part)).collect();
        if wanted.len() > 1 {
            for (cost, part) in &mut wanted {
                *cost = Self::at_most(self.segment, part)?;
            }
            wanted.sort_by_key(|(cost, _)| *cost);
        }
        for (_, part) in wanted {
            if joined.left.is_empty() && !joined.parts.is_empty() {
                break;
            }
            let part = self.part(part, place, &joined.left)?;
            joined.push(part, self)?;
        }
        Ok(())
    }

    /// Takes away the articles that have what must not be there.
    fn exclude(&self, parts: &[Query], joined: &mut Joined, place: Where) -> Result<()> {
        for part in once(parts) {
            if let Query::Not(inner) = part
                && !joined.left.is_empty()
            {
                let out = self.part(inner, place, &joined.left)?.docs;
                joined.left.remove_all(&self.spread(&out)?);
            }
        }
        Ok(())
    }

    /// About how many passages a part can find at most: its rarest character
    /// says so.
    pub(crate) fn at_most(segment: &Segment, query: &Query) -> Result<u64> {
        let rarest = |text: &str| Phrase::new(text).at_most(segment);
        Ok(match query {
            Query::Words(text) | Query::Exact(text) | Query::Prefix(text) => rarest(text)?,
            Query::Number(text) => {
                let each = spellings(text);
                let each: Result<Vec<u64>> = each.iter().map(|text| rarest(text)).collect();
                each?.into_iter().sum()
            }
            Query::Near { parts, .. } => rarest(&parts.concat())?,
            Query::Title(inner) => Self::at_most(segment, inner)?,
            Query::And(parts) | Query::Any(parts) => {
                let each: Result<Vec<u64>> = parts
                    .iter()
                    .map(|part| Self::at_most(segment, part))
                    .collect();
                each?.into_iter().min().unwrap_or_default()
            }
            Query::Or(parts) => {
                let each: Result<Vec<u64>> = parts
                    .iter()
                    .map(|part| Self::at_most(segment, part))
                    .collect();
                each?.into_iter().sum()
            }
            Query::Not(_) => u64::MAX,
            // A look at a column costs less than any string.
            Query::Source(_) | Query::Date { .. } => 0,
        })
    }

    /// Passages that hold enough of the words, by weight. One or two words must
    /// all be there; of longer texts a seventh of the weight is enough, for
    /// a question says more than its answer.
    fn enough(&self) -> Result<Set> {
        let share = match (self.rigour, self.words.len()) {
            (Rigour::One, _) => 0.0,
            (_, 0..=2) => 0.999,
            (_, 3) => 0.6,
            _ => 0.15,
        };
        let total: f32 = self.words.iter().map(|wanted| wanted.idf as f32).sum();
        let least = (total * share).max(f32::MIN_POSITIVE);
        let terms = self.segment.words();
        let docs = enough(terms, self.words, least, self.docs.clone())?;
        Ok(alive(self.segment, docs))
    }

    /// All passages of the articles of passages.
    fn spread(&self, docs: &Set) -> Result<Set> {
        Ok(docs.spread(self.segment.runs().articles.bits()))
    }

    /// The title as a field: every part of it is an exact string there.
    fn title(&self, query: &Query, among: &Set) -> Result<Matched> {
        Ok(match query {
            Query::Words(text) | Query::Exact(text) | Query::Prefix(text) => {
                self.phrase(text, Scope::Title, among)?
            }
            Query::Number(text) => self.number(text, Scope::Title, among)?,
            Query::Any(parts) | Query::And(parts) => self.all(parts, among, Where::Title)?,
            Query::Or(parts) => self.either(parts, among, Where::Title)?,
            Query::Title(inner) | Query::Not(inner) => self.title(inner, among)?,
            Query::Near { parts, within } => self.near(parts, *within, Scope::Title, among)?,
            Query::Source(_) | Query::Date { .. } => self.look(query, among)?,
        })
    }

    /// Passages whose source holds one of the strings.
    pub(crate) fn source(&self, strings: &[String], among: &Set) -> Result<Set> {
        let strings: Vec<String> = strings.iter().map(|text| fold_str(text)).collect();
        let Some(column) = self.segment.sources()? else {
            return Ok(self.none());
        };
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
        if wanted.is_empty() {
            return Ok(self.none());
        }
        Ok(self.kept(among, |doc| {
            column
                .term_ords(doc)
                .any(|ordinal| wanted.binary_search(&ordinal).is_ok())
        }))
    }

    /// Passages of articles of these days, both ends included; those without a
    /// date never match.
    pub(crate) fn date(&self, since: Option<u64>, until: Option<u64>, among: &Set) -> Result<Set> {
        let days = self.segment.days()?;
        let range = since.unwrap_or(1).max(1)..=until.unwrap_or(u64::MAX);
        let own = |doc: DocId| u64::from(days.get(doc as usize).copied().unwrap_or(0));
        Ok(self.kept(among, |doc| range.contains(&own(doc))))
    }

    /// The passages of `among` to keep, deleted ones left out.
    fn kept(&self, among: &Set, keep: impl Fn(DocId) -> bool) -> Set {
        let mut docs = self.none();
        for doc in among.iter() {
            if !self.segment.is_deleted(doc) && keep(doc) {
                docs.insert(doc);
            }
        }
        docs
    }
}

/// Conditions that hold together for an article.
struct Joined {
    parts: Vec<Matched>,
    /// All passages of the articles that meet them so far.
    left: Set,
}

impl Joined {
    fn new(left: Set) -> Joined {
        Joined {
            parts: Vec::new(),
            left,
        }
    }

    fn push(&mut self, part: Matched, matcher: &Matcher<'_>) -> Result<()> {
        self.left.keep(&matcher.spread(&part.docs)?);
        self.parts.push(part);
        Ok(())
    }

    fn filters(&self) -> bool {
        self.parts.iter().all(|part| part.filter)
    }

    /// The passages of the articles that match one of the parts; where all of
    /// them are filters, all of the parts.
    fn finish(self, none: Set) -> Matched {
        let filter = self.filters();
        let mut docs = none;
        if filter {
            let mut parts = self.parts.into_iter();
            docs = parts.next().map_or(docs, |part| part.docs);
            parts.for_each(|part| docs.keep(&part.docs));
        } else {
            let brought = self.parts.iter().filter(|part| !part.filter);
            brought.for_each(|part| docs.add(&part.docs));
        }
        docs.keep(&self.left);
        Matched { docs, filter }
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

fn matched(docs: Set) -> Matched {
    Matched {
        docs,
        filter: false,
    }
}
