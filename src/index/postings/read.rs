//! Postings as readers walk over them.
//!
//! Bytes that [`super::write`] never wrote end a list early; nothing here
//! panics on them. That they are sound is for the checksums of the index to say.

use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result};
use tantivy::directory::{FileSlice, OwnedBytes};
use tantivy::fieldnorm::FieldNormReader;
use tantivy::{DocId, DocSet, HasLen, TERMINATED};

use crate::index::postings::bits::{self, RUN};

/// Documents that are looked at one by one before one is searched for.
const NEAR: usize = 8;

/// How long each document of a segment is, in terms: read at the first use, by whoever of
/// those that work at the same time comes to it first. Clones are one.
#[derive(Debug, Clone)]
pub struct Lengths(Arc<Unread>);

#[derive(Debug)]
struct Unread {
    file: FileSlice,
    codes: OnceLock<OwnedBytes>,
}

impl Lengths {
    pub(super) fn new(file: FileSlice) -> Lengths {
        let codes = OnceLock::new();
        Lengths(Arc::new(Unread { file, codes }))
    }

    /// Number of documents.
    pub(super) fn count(&self) -> usize {
        self.0.file.len()
    }

    /// The lengths themselves.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn read(&self) -> Result<Codes<'_>> {
        let Unread { file, codes } = &*self.0;
        if let Some(codes) = codes.get() {
            return Ok(Codes(codes));
        }
        let read = file.read_bytes();
        let read = read.context("the lengths of documents are damaged")?;
        Ok(Codes(codes.get_or_init(|| read)))
    }
}

/// Lengths of documents that were read: exact to 40, then in steps.
#[derive(Debug, Clone, Copy)]
pub struct Codes<'a>(&'a [u8]);

impl<'a> Codes<'a> {
    /// Of one document; 0 beyond the last.
    #[inline]
    pub fn of(self, doc: DocId) -> u32 {
        self.0
            .get(doc as usize)
            .map_or(0, |code| FieldNormReader::id_to_fieldnorm(*code))
    }

    /// As they are kept, one byte each.
    pub(super) fn bytes(self) -> &'a [u8] {
        self.0
    }
}

/// The lengths of documents together.
pub(super) fn total(codes: &[u8]) -> u64 {
    let lengths = codes
        .iter()
        .map(|code| FieldNormReader::id_to_fieldnorm(*code));
    lengths.map(u64::from).sum()
}

/// Walks over the documents of one term.
pub struct Postings {
    bytes: OwnedBytes,
    doc_freq: u32,
    with_positions: bool,
    /// Number of blocks with 128 documents.
    full: usize,
    /// Where the blocks begin.
    blocks: usize,
    /// Number of the block at hand.
    block: usize,
    at: usize,
    count: usize,
    documents: Box<[u32; RUN]>,
    frequencies: Box<[u32; RUN]>,
    /// Where the frequencies of the block at hand stand, while they are unread,
    /// and where its positions do.
    unread: Option<usize>,
    positions_at: usize,
    /// For each document of the block where its positions begin among those of the block,
    /// and where the last ones end; nothing while `starts` is empty.
    begins: Box<[u32; RUN + 1]>,
    /// Where the runs of positions of the block begin, as far as anybody looked: who asks for
    /// those of one document reads the run or two that they are in.
    starts: Vec<usize>,
    /// The run that was read last: its number, and its positions as they were written.
    run: Option<usize>,
    distances: Box<[u32; RUN]>,
    /// All of the block, where somebody wants them.
    all: Vec<u32>,
}

impl Postings {
    pub(super) fn new(bytes: OwnedBytes, doc_freq: u32, with_positions: bool) -> Postings {
        let full = doc_freq as usize / RUN;
        let mut postings = Postings {
            bytes,
            doc_freq,
            with_positions,
            full,
            blocks: full * 8,
            block: 0,
            at: 0,
            count: 0,
            documents: Box::new([TERMINATED; RUN]),
            frequencies: Box::new([0; RUN]),
            unread: None,
            positions_at: 0,
            begins: Box::new([0; RUN + 1]),
            starts: Vec::new(),
            run: None,
            distances: Box::new([0; RUN]),
            all: Vec::new(),
        };
        postings.load(0);
        postings
    }

    /// Documents that have the term, deleted ones included.
    pub fn doc_freq(&self) -> u32 {
        self.doc_freq
    }

    /// The block at hand, whole, positions too if they are wanted; `None` at the end.
    pub(super) fn run(&mut self, positions: bool) -> Option<Run<'_>> {
        if self.count == 0 || self.at >= self.count {
            return None;
        }
        self.all.clear();
        if positions && self.with_positions {
            self.read_all();
        }
        self.read_frequencies();
        Some(Run {
            documents: &self.documents[..self.count],
            frequencies: &self.frequencies[..self.count],
            distances: &self.all,
        })
    }

    /// Goes on to the next block.
    pub(super) fn next_run(&mut self) {
        self.load(self.block + 1);
    }

    /// The last document of a full block, and where it ends.
    fn skip(&self, block: usize) -> Option<(DocId, usize)> {
        let entry = self.bytes.get(block * 8..block * 8 + 8)?;
        let number = |at: usize| Some(u32::from_le_bytes(entry.get(at..at + 4)?.try_into().ok()?));
        Some((number(0)?, number(4)? as usize))
    }

    fn load(&mut self, block: usize) {
        self.block = block;
        self.at = 0;
        self.starts.clear();
        self.run = None;
        self.unread = None;
        if self.try_load(block).is_none() {
            self.count = 0;
            self.documents[0] = TERMINATED;
        }
    }

    fn try_load(&mut self, block: usize) -> Option<()> {
        let count = match block.cmp(&self.full) {
            std::cmp::Ordering::Less => RUN,
            std::cmp::Ordering::Equal => self.doc_freq as usize % RUN,
            std::cmp::Ordering::Greater => 0,
        };
        if count == 0 {
            return None;
        }
        let (next, begin) = match block.checked_sub(1) {
            None => (0, 0),
            Some(before) => {
                let (last, end) = self.skip(before)?;
                (last.checked_add(1)?, end)
            }
        };
        let begin = self.blocks.checked_add(begin)?;
        let documents = &mut self.documents[..count];
        let read = bits::read(self.bytes.get(begin..)?, documents)?;
        let mut next = u64::from(next);
        for document in documents {
            next += u64::from(*document) + 1;
            *document = (next - 1) as u32;
        }
        // The last is the largest.
        if next > u64::from(TERMINATED) {
            return None;
        }
        self.unread = Some(begin + read);
        self.count = count;
        Some(())
    }

    /// Reads the frequencies of the block at hand, if they were not read yet.
    fn read_frequencies(&mut self) {
        let Some(at) = self.unread.take() else {
            return;
        };
        let frequencies = &mut self.frequencies[..self.count];
        let bytes = self.bytes.get(at..).unwrap_or_default();
        match bits::read(bytes, frequencies) {
            Some(read) => self.positions_at = at + read,
            // All are one; or the bytes are damaged, which is for the checksums to say.
            None => {
                frequencies.fill(0);
                self.positions_at = self.bytes.len();
            }
        }
    }

    /// Calls `found` with every document from the one at hand up to `end`, and
    /// stands on the one after.
    pub fn each_before(&mut self, end: DocId, mut found: impl FnMut(DocId)) {
        while self.at < self.count {
            let left = &self.documents[self.at..self.count];
            let before = left.partition_point(|doc| *doc < end);
            left[..before].iter().for_each(|doc| found(*doc));
            self.at += before;
            if self.at < self.count {
                return;
            }
            self.load(self.block + 1);
        }
    }

    /// The document at hand, or the first from `doc` on where that is before it.
    #[inline]
    pub fn at(&mut self, doc: DocId) -> DocId {
        match self.doc() {
            at if at < doc => self.seek(doc),
            at => at,
        }
    }

    /// How often the term stands in the document at hand.
    pub fn term_freq(&mut self) -> u32 {
        self.read_frequencies();
        self.frequencies
            .get(self.at)
            .map_or(1, |frequency| frequency.saturating_add(1))
    }

    /// The positions of the term in the document at hand, sorted; what the list held is cleared.
    pub fn positions(&mut self, out: &mut Vec<u32>) {
        out.clear();
        if !self.with_positions || self.at >= self.count {
            return;
        }
        if self.starts.is_empty() {
            self.read_begins();
        }
        let [begin, end] = [self.begins[self.at], self.begins[self.at + 1]].map(|at| at as usize);
        let mut position = 0u32;
        let mut nth = begin;
        while nth < end {
            let run = nth / RUN;
            if self.read_run(run).is_none() {
                return;
            }
            let to = (end - run * RUN).min(RUN);
            for distance in &self.distances[nth % RUN..to] {
                position = position.wrapping_add(*distance);
                out.push(position);
            }
            nth = run * RUN + to;
        }
    }

    fn read_begins(&mut self) {
        self.read_frequencies();
        let mut end = 0u32;
        let frequencies = &self.frequencies[..self.count];
        for (begin, frequency) in self.begins[1..].iter_mut().zip(frequencies) {
            end = end.saturating_add(frequency.saturating_add(1));
            *begin = end;
        }
        self.starts.push(self.positions_at);
    }

    /// Reads a run of the positions of the block, those before it having been begun: `None`
    /// when it is damaged.
    fn read_run(&mut self, run: usize) -> Option<()> {
        if self.run == Some(run) {
            return Some(());
        }
        while self.starts.len() <= run {
            let at = *self.starts.last()?;
            let long = bits::length(self.bytes.get(at..)?, RUN)?;
            self.starts.push(at.checked_add(long)?);
        }
        let all = self.begins[self.count] as usize;
        let count = all.checked_sub(run * RUN)?.min(RUN);
        let bytes = self.bytes.get(*self.starts.get(run)?..)?;
        self.run = None;
        bits::read(bytes, &mut self.distances[..count])?;
        self.run = Some(run);
        Some(())
    }

    /// Reads all positions of the block.
    fn read_all(&mut self) {
        if self.starts.is_empty() {
            self.read_begins();
        }
        let mut left = self.begins[self.count] as usize;
        let mut at = self.positions_at;
        while left > 0 {
            let count = left.min(RUN);
            let from = self.all.len();
            // Bytes that are none bound what a damaged count can ask for.
            let bytes = self.bytes.get(at..).unwrap_or_default();
            self.all.resize(from + count, 0);
            let Some(read) = bits::read(bytes, &mut self.all[from..]) else {
                self.all.truncate(from);
                break;
            };
            at += read;
            left -= count;
        }
    }
}

/// A block of postings.
pub(super) struct Run<'a> {
    pub(super) documents: &'a [DocId],
    /// How often each has the term, less one.
    pub(super) frequencies: &'a [u32],
    /// Positions, each as far from the one before, document after document.
    pub(super) distances: &'a [u32],
}

impl DocSet for Postings {
    fn advance(&mut self) -> DocId {
        self.at += 1;
        if self.at >= self.count && self.count > 0 {
            self.load(self.block + 1);
        }
        self.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        // Mostly it is one of the next few.
        let near = self.count.min(self.at + NEAR);
        let next = self.documents[..near].get(self.at..).unwrap_or_default();
        if let Some(steps) = next.iter().position(|doc| *doc >= target) {
            self.at += steps;
            return self.documents[self.at];
        }
        if self.at >= self.count {
            return TERMINATED;
        }
        self.at = near - 1;
        let last = self.documents[..self.count].last().copied();
        if last.is_some_and(|last| last < target) {
            // The first full block whose last document is not before the target.
            let (mut low, mut high) = (self.block + 1, self.full);
            while low < high {
                let middle = low + (high - low) / 2;
                match self.skip(middle) {
                    Some((last, _)) if last < target => low = middle + 1,
                    _ => high = middle,
                }
            }
            self.load(low);
        }
        self.at += self.documents[..self.count]
            .get(self.at..)
            .unwrap_or_default()
            .partition_point(|doc| *doc < target);
        if self.at >= self.count && self.count > 0 {
            self.load(self.block + 1);
        }
        self.doc()
    }

    fn doc(&self) -> DocId {
        if self.at < self.count {
            self.documents[self.at]
        } else {
            TERMINATED
        }
    }

    fn size_hint(&self) -> u32 {
        self.doc_freq
    }
}
