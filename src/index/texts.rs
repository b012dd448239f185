//! The texts of passages, packed, as a plugin of tantivy's segments.
//!
//! Ranking reads the text of a hundred passages for each query. tantivy's store
//! would unpack a block of sixteen kilobytes for each; here a text is read by
//! itself. What is known of a passage only where its text is wanted stands beside it,
//! so that it costs no reading of its own; what is asked of passages anywhere is few
//! bits.
//!
//! ```text
//! file    groups · heads · tails · sketches · days · titles · owns · runs · tables · footer
//! group   of 128 passages: their records, and the table: where each ends (u32 from
//!         the start of the group)
//! record  of a first passage: bytes of the packed title and the lead (two u32), the
//!         signature but for its sketch (three u64), the title, the text; of the others:
//!         the text
//! heads, tails  of each article the upper two bytes of its key, and the other six: what tells it
//!         from one that is otherwise its equal
//! sketches  of each article (u64): the part of its signature that is looked at first
//! days    of each article: day of publication, counted from the first one; 0 where it is not known
//! titles  of each article: how many positions of its first passage are the title's
//! owns    of each passage: how many positions are its text's own, behind the title and before
//!         what belongs to the next passage
//! runs    see `runs.rs`
//! tables  where the table of each group begins (u64)
//! footer  bytes of the groups (u64), numbers of documents and of articles, the first day (u32
//!         each), bytes of a day, of a title and of an own (one each, as many as the largest needs),
//!         magic
//! ```

mod days;
mod write;

use std::io;
use std::ops::Range;
use std::sync::Arc;

use anyhow::{Context, Result};
use tantivy::directory::{FileSlice, OwnedBytes};
use tantivy::{DocId, HasLen};

use crate::index::numbers::{Numbers, eight, invalid, number4, number8};
use crate::index::once::OnceEach;
use crate::index::runs::Runs;
use crate::index::schema::Zones;
use crate::index::twins::Signature;
use crate::pack::unpack;
pub(crate) use write::TextsPlugin;

/// Ending of the file of texts.
pub(crate) const TEXTS: &str = "texts";
const MAGIC: [u8; 4] = *b"jbt4";
const FOOTER: usize = 8 + 4 + 4 + 4 + 3 + 4;
/// Bytes of the head of a key, and of its tail.
const KEY: [usize; 2] = [2, 6];
/// Records of a group.
const GROUP: usize = 128;
/// Bytes that stand before the title of a first passage.
const HEAD: usize = 8 + 3 * 8;

/// The texts of one segment.
pub struct Texts {
    records: FileSlice,
    documents: usize,
    runs: Arc<Runs>,
    /// Where the table of each group begins.
    tables: OwnedBytes,
    /// The tables, as far as they were read.
    ends: OnceEach<OwnedBytes>,
    heads: Numbers,
    tails: Numbers,
    sketches: Numbers,
    days: Numbers,
    first_day: u64,
    titles: Numbers,
    owns: Numbers,
}

/// A passage as it is kept: see [`crate::pack`].
#[derive(Debug, Clone)]
pub struct Packed {
    /// The packed headline; empty for all but a first passage.
    pub title: OwnedBytes,
    /// Where the text proper begins, in bytes of the text; 0 for all but a
    /// first passage.
    pub lead: usize,
    /// The packed text.
    pub text: OwnedBytes,
}

/// What the first passage of an article knows besides its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The headline.
    pub title: String,
    /// Where the text proper begins, after captions and datelines: a byte of the body.
    pub lead: usize,
    /// What tells its text from those of others.
    pub signature: Signature,
}

/// What cannot be read of the positions of passages.
const DIVIDED: &str = "cannot read how passages are divided";

fn damaged() -> io::Error {
    invalid("the texts of the index are damaged")
}

impl Texts {
    pub(crate) fn open(file: FileSlice) -> Result<Texts> {
        let body = file.len().checked_sub(FOOTER).ok_or_else(damaged)?;
        let (rest, footer) = file.split(body);
        let footer = footer.read_bytes()?;
        let records = number8(&footer, 0).ok_or_else(damaged)?;
        let documents = number4(&footer, 8).ok_or_else(damaged)?;
        let articles = number4(&footer, 12).ok_or_else(damaged)?;
        let first_day = number4(&footer, 16).ok_or_else(damaged)? as u64;
        let width = |nth: usize| {
            let width = usize::from(*footer.get(20 + nth)?);
            (1..=4).contains(&width).then_some(width)
        };
        let widths = || Some((width(0)?, width(1)?, width(2)?));
        let (day, title, own) = widths().ok_or_else(damaged)?;
        let runs = Runs::size(documents);
        let times = |count: usize, width| count.checked_mul(width).ok_or_else(damaged);
        let numbers = [
            times(articles, KEY[0])?,
            times(articles, KEY[1])?,
            times(articles, 8)?,
            times(articles, day)?,
            times(articles, title)?,
            times(documents, own)?,
        ];
        let others = [records, runs, times(documents.div_ceil(GROUP), 8)?];
        let mut sizes = numbers.iter().chain(&others);
        let whole = sizes.try_fold(0usize, |sum, size| sum.checked_add(*size));
        if footer.get(23..) != Some(&MAGIC[..]) || whole != Some(rest.len()) {
            return Err(damaged().into());
        }
        let (records, mut rest) = rest.split(records);
        let mut next = |nth: usize, width: usize| {
            let (own, others) = rest.clone().split(numbers[nth]);
            rest = others;
            Numbers::new(own, width)
        };
        let (heads, tails) = (next(0, KEY[0]), next(1, KEY[1]));
        let (sketches, days) = (next(2, 8), next(3, day));
        let (titles, owns) = (next(4, title), next(5, own));
        // What is made of the first does not keep their bytes.
        let (runs, tables) = rest.split(runs);
        let runs = Runs::read(&runs.read_bytes()?, documents as DocId);
        if runs.articles.count() != articles as u64 {
            return Err(damaged().into());
        }
        Ok(Texts {
            ends: OnceEach::new(documents.div_ceil(GROUP)),
            tables: tables.read_bytes()?,
            runs: Arc::new(runs),
            heads,
            tails,
            sketches,
            days,
            first_day,
            titles,
            owns,
            records,
            documents,
        })
    }

    /// Number of passages.
    pub(crate) fn documents(&self) -> usize {
        self.documents
    }

    /// The key of an article, by its first passage.
    pub fn key(&self, article: DocId) -> Result<u64> {
        let nth = self.runs.articles.rank(article);
        let tail = self.tails.get(nth).context("cannot read a key")?;
        Ok(self.key_head(article)? << (8 * KEY[1]) | tail)
    }

    /// The upper bits of the key of an article, which nearly always tell two apart: four times
    /// as many of them lie in what is read.
    pub fn key_head(&self, article: DocId) -> Result<u64> {
        let nth = self.runs.articles.rank(article);
        self.heads.get(nth).context("cannot read a key")
    }

    /// The sketch of an article, by its first passage: see [`Signature::sketch`].
    pub fn sketch(&self, article: DocId) -> Result<u64> {
        let nth = self.runs.articles.rank(article);
        self.sketches.get(nth).context("cannot read a sketch")
    }

    /// The day of an article as `yyyymmdd`, by its first passage; 0 where it is not known.
    pub fn day(&self, article: DocId) -> Result<u64> {
        let nth = self.runs.articles.rank(article);
        let day = self.days.get(nth).context("cannot read a day")?;
        Ok(days::read(day, self.first_day))
    }

    /// Those of all articles, in order.
    pub(crate) fn days(&self) -> Result<Vec<u64>> {
        let mut all = self.days.all().context("cannot read the days")?;
        for day in &mut all {
            *day = days::read(*day, self.first_day);
        }
        Ok(all)
    }

    /// How many positions of a passage are the title's: 0 of one that begins no article.
    pub fn title(&self, doc: DocId) -> Result<u32> {
        if !self.runs.articles.has(doc) {
            return Ok(0);
        }
        let title = self.titles.get(self.runs.articles.rank(doc));
        Ok(title.context(DIVIDED)? as u32)
    }

    /// The first passages of the articles whose title has so many positions, in order.
    pub fn titled(&self, lengths: &Range<usize>) -> Result<Vec<DocId>> {
        let lengths = lengths.start as u64..lengths.end as u64;
        let articles = self.titles.within(&lengths).context(DIVIDED)?;
        let mut before = 0;
        let mut firsts = Vec::with_capacity(articles.len());
        let mut articles = articles.into_iter().peekable();
        for (word, bits) in self.runs.articles.bits().iter().enumerate() {
            let own = bits.count_ones() as usize;
            while let Some(article) = articles.next_if(|article| *article < before + own) {
                let mut left = *bits;
                for _ in before..article {
                    left &= left - 1;
                }
                firsts.push(word as DocId * 64 + left.trailing_zeros());
            }
            before += own;
        }
        Ok(firsts)
    }

    /// How the positions of a passage are divided.
    pub fn zones(&self, doc: DocId) -> Result<Zones> {
        let title = self.title(doc)?;
        let own = self.owns.get(doc as usize).context(DIVIDED)? as u32;
        Ok(Zones {
            title,
            own: title.saturating_add(own),
        })
    }

    /// How many positions the title of each article has, in order.
    pub(crate) fn titles(&self) -> Result<Vec<u64>> {
        self.titles.all().context(DIVIDED)
    }

    /// Which passages begin an article, and which go on with a paragraph.
    pub fn runs(&self) -> &Arc<Runs> {
        &self.runs
    }

    fn record(&self, doc: DocId) -> Result<OwnedBytes> {
        self.bytes(doc as usize)
            .and_then(|bytes| self.records.slice(bytes).read_bytes())
            .context("cannot read the text")
    }

    /// Where a record lies.
    fn bytes(&self, doc: usize) -> io::Result<Range<usize>> {
        let (group, nth) = (doc / GROUP, doc % GROUP);
        let table = self.table(group)?;
        let base = match group.checked_sub(1) {
            None => 0,
            Some(before) => self.table(before)?.end,
        };
        let ends = self
            .ends
            .get(group, || self.records.slice(table.clone()).read_bytes());
        let ends = ends?.ok_or_else(damaged)?;
        let place = || {
            let end = |nth: usize| number4(ends, nth * 4);
            let start = base.checked_add(if nth == 0 { 0 } else { end(nth - 1)? })?;
            let end = base.checked_add(end(nth)?)?;
            (start <= end && end <= table.start).then_some(start..end)
        };
        place().ok_or_else(damaged)
    }

    /// Where the table of a group lies.
    fn table(&self, group: usize) -> io::Result<Range<usize>> {
        let place = || {
            let begin = number8(&self.tables, group * 8)?;
            let records = GROUP.min(self.documents.checked_sub(group * GROUP)?);
            let end = begin.checked_add(records * 4)?;
            (end <= self.records.len()).then_some(begin..end)
        };
        place().ok_or_else(damaged)
    }

    /// Some passages of an article, as they are kept; `docs` are sorted, and
    /// `first` is the first of the article. Neighbours are read in one go.
    pub fn packed(&self, docs: &[DocId], first: DocId) -> Result<Vec<Packed>> {
        self.try_packed(docs, first).context("cannot read the text")
    }

    fn try_packed(&self, docs: &[DocId], first: DocId) -> io::Result<Vec<Packed>> {
        let mut places = Vec::with_capacity(docs.len());
        for doc in docs {
            places.push(self.bytes(*doc as usize)?);
        }
        let mut all = Vec::with_capacity(docs.len());
        for run in places.chunk_by(|one, next| one.end == next.start) {
            let (Some(one), Some(last)) = (run.first(), run.last()) else {
                continue;
            };
            let bytes = self.records.slice(one.start..last.end).read_bytes()?;
            let records = run.iter();
            all.extend(
                records.map(|place| bytes.slice(place.start - one.start..place.end - one.start)),
            );
        }
        let packed = docs.iter().zip(all).map(|(doc, record)| {
            if *doc == first {
                return opened(&record);
            }
            Some(Packed {
                title: OwnedBytes::empty(),
                lead: 0,
                text: record,
            })
        });
        packed.collect::<Option<_>>().ok_or_else(damaged)
    }

    /// The text of a passage. `first` tells that it is the first of its article.
    pub fn text(&self, doc: DocId, first: bool) -> Result<String> {
        let mut text = String::new();
        self.append(doc, first, &mut text)?;
        Ok(text)
    }

    /// Appends the text of a passage.
    pub fn append(&self, doc: DocId, first: bool, text: &mut String) -> Result<()> {
        let record = self.record(doc)?;
        let packed = match first {
            false => Some(record),
            true => opened(&record).map(|opened| opened.text),
        };
        packed
            .and_then(|packed| unpack(&packed, text))
            .ok_or_else(damaged)
            .context("cannot read the text")
    }

    /// What the first passage of an article knows besides its text.
    pub fn opening(&self, doc: DocId) -> Result<Opening> {
        let record = self.record(doc)?;
        let sketch = self.sketch(doc)?;
        let read = || {
            let opened = opened(&record)?;
            let mut title = String::new();
            unpack(&opened.title, &mut title)?;
            Some(Opening {
                title,
                lead: opened.lead,
                signature: signature(sketch, &record)?,
            })
        };
        read().ok_or_else(damaged).context("cannot read the title")
    }

    /// What tells the text of an article from that of others, by its first passage.
    pub fn signature(&self, doc: DocId) -> Result<Signature> {
        let sketch = self.sketch(doc)?;
        let read = || {
            let place = self.bytes(doc as usize)?;
            let head = place.start..place.end.min(place.start + HEAD);
            let head = self.records.slice(head).read_bytes()?;
            signature(sketch, &head).ok_or_else(damaged)
        };
        read().context("cannot read the text")
    }
}

/// The parts of the record of a first passage.
fn opened(record: &OwnedBytes) -> Option<Packed> {
    let text = HEAD.checked_add(number4(record, 0)?)?;
    if text > record.len() {
        return None;
    }
    Some(Packed {
        title: record.slice(HEAD..text),
        lead: number4(record, 4)?,
        text: record.slice(text..record.len()),
    })
}

/// The signature of an article: its sketch, and the rest in the record of the first passage.
fn signature(sketch: u64, record: &[u8]) -> Option<Signature> {
    let part = |nth: usize| eight(record, 8 * nth);
    Some(Signature([sketch, part(1)?, part(2)?, part(3)?]))
}
