//! The terms of one field of a segment, and what of their postings stays in memory.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use anyhow::{Context, Result};
use foldhash::fast::FixedState;
use tantivy::HasLen;
use tantivy::directory::{FileSlice, OwnedBytes};
use tantivy::postings::TermInfo;

use crate::index::postings::dense::{Counts, Dense};
use crate::index::postings::dictionary::Dictionary;
use crate::index::postings::read::{Lengths, Postings};
use crate::index::postings::shelf::Shelf;
use crate::index::postings::write::{FOOTER, MAGIC};

/// The terms of one field of a segment, with their postings.
pub struct Terms {
    lists: FileSlice,
    dictionary: Dictionary,
    /// The length of every document.
    lengths: Lengths,
    total: u64,
    positions: bool,
    /// Terms that were looked up; `None` for one that stands nowhere.
    infos: RwLock<Infos>,
    kept: Mutex<Kept>,
}

type Infos = HashMap<String, Option<TermInfo>, FixedState>;

/// What was read and stays in memory.
struct Kept {
    /// Lists, by where they begin.
    lists: HashMap<usize, List, FixedState>,
    bytes: usize,
    /// What was laid open of them.
    counts: Shelf<Counts>,
    dense: Shelf<Dense>,
    /// How often a list was not laid open that deserves it.
    waited: u32,
}

#[derive(Default)]
struct List {
    /// `None` when they had to go, or are laid open.
    bytes: Option<OwnedBytes>,
    /// How often it was asked for.
    uses: u32,
    /// When its places were: the beginning of the last time, and of the one before.
    asked: u64,
    before: u64,
}

/// Bytes of lists that stay at the most: what one process asks for again and
/// again is not read again.
const KEEP: usize = 32 << 20;
/// Bytes of counts and of places that are laid open at the most: all of them take about
/// as many bytes as the lists and twice as many, so much of a large archive is not kept.
const KEEP_COUNTS: usize = 256 << 20;
const KEEP_DENSE: usize = 768 << 20;
/// Counts are laid open when a list is asked for again: that costs as much as a
/// walk over it.
const AGAIN: u32 = 2;
/// Places are laid open when it was asked for more often than one question does …
const OFTEN: u32 = 8;
/// … and one list for so many times that one was wanted, for a long question
/// wants hundreds.
const WAIT: u32 = 4;
/// So many askings for places belong together: those of a few questions.
const ONCE: u64 = 512;
/// Lists that fewer than one document in so many has are walked over.
const SPARSE: u32 = 64;
/// Terms that stay looked up.
const TERMS: usize = 1 << 16;

impl Default for Kept {
    fn default() -> Kept {
        Kept {
            lists: HashMap::default(),
            bytes: 0,
            counts: Shelf::new(KEEP_COUNTS),
            dense: Shelf::new(KEEP_DENSE),
            waited: 0,
        }
    }
}

impl Kept {
    /// The bytes of a list, if they stayed; counts that it was asked for.
    fn used(&mut self, info: &TermInfo) -> Option<OwnedBytes> {
        if self.lists.len() >= TERMS {
            self.lists.clear();
            self.bytes = 0;
        }
        let list = self.lists.entry(info.postings_range.start).or_default();
        list.uses = list.uses.saturating_add(1);
        list.bytes.clone()
    }

    /// Keeps the bytes of a list that was asked for.
    fn keep(&mut self, info: &TermInfo, bytes: &OwnedBytes) {
        if bytes.len() > KEEP {
            return;
        }
        if self.bytes + bytes.len() > KEEP {
            self.lists.values_mut().for_each(|list| list.bytes = None);
            self.bytes = 0;
        }
        if let Some(list) = self.lists.get_mut(&info.postings_range.start)
            && list.bytes.is_none()
        {
            self.bytes += bytes.len();
            list.bytes = Some(bytes.clone());
        }
    }

    /// Lets go of the bytes of a list that is laid open.
    fn drop_bytes(&mut self, start: usize) {
        let bytes = self
            .lists
            .get_mut(&start)
            .and_then(|list| list.bytes.take());
        self.bytes -= bytes.map_or(0, |bytes| bytes.len());
    }
}

impl Terms {
    pub(crate) fn open(file: FileSlice, positions: bool) -> Result<Terms> {
        let damaged =
            || io::Error::new(io::ErrorKind::InvalidData, "a file of postings is damaged");
        let body = file.len().checked_sub(FOOTER).ok_or_else(damaged)?;
        let (rest, footer) = file.split(body);
        let footer = footer.read_bytes()?;
        let number = |at: usize| {
            let bytes = footer.get(at..at + 8)?.try_into().ok()?;
            usize::try_from(u64::from_le_bytes(bytes)).ok()
        };
        let lists = number(0).ok_or_else(damaged)?;
        let pieces = number(8).ok_or_else(damaged)?;
        let index = number(16).ok_or_else(damaged)?;
        let total = number(24).ok_or_else(damaged)?;
        let documents = footer
            .get(32..36)
            .and_then(|bytes| bytes.try_into().ok())
            .map(|bytes| u32::from_le_bytes(bytes) as usize)
            .ok_or_else(damaged)?;
        let parts = [lists, pieces, index, documents];
        let whole = parts
            .into_iter()
            .try_fold(0usize, |sum, part| sum.checked_add(part));
        if footer.get(36..) != Some(&MAGIC[..]) || whole != Some(rest.len()) {
            return Err(damaged().into());
        }
        let (lists, rest) = rest.split(lists);
        let (pieces, rest) = rest.split(pieces);
        let (index, codes) = rest.split(index);
        let dictionary = Dictionary::open(pieces, &index.read_bytes()?);
        Ok(Terms {
            lists,
            dictionary: dictionary.ok_or_else(damaged)?,
            lengths: Lengths::new(codes),
            total: total as u64,
            positions,
            infos: RwLock::default(),
            kept: Mutex::default(),
        })
    }

    /// The terms, sorted by their bytes, with the number of documents of each
    /// (deleted ones included).
    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// The number of documents that have a term, deleted ones included.
    pub fn doc_freq(&self, term: &str) -> Result<u32> {
        Ok(self.info(term)?.map_or(0, |info| info.doc_freq))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn info(&self, term: &str) -> Result<Option<TermInfo>> {
        let infos = self.infos.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(info) = infos.get(term) {
            return Ok(info.clone());
        }
        drop(infos);
        let info = self.dictionary.get(term.as_bytes())?;
        let mut infos = self.infos.write().unwrap_or_else(PoisonError::into_inner);
        if infos.len() >= TERMS {
            infos.clear();
        }
        infos.insert(term.to_owned(), info.clone());
        Ok(info)
    }

    /// The postings of a term, on their first document; `None` when no document has it.
    pub fn postings(&self, term: &str) -> Result<Option<Postings>> {
        let Some(info) = self.info(term)? else {
            return Ok(None);
        };
        let list = self.kept().used(&info);
        let bytes = match list {
            Some(bytes) => bytes,
            None => {
                let bytes = self.bytes(&info)?;
                self.kept().keep(&info, &bytes);
                bytes
            }
        };
        Ok(Some(self.walk(bytes, &info)))
    }

    /// Which documents have a term and how often, laid open: if many have it and
    /// it was asked for before.
    pub fn counts(&self, term: &str) -> Result<Option<Arc<Counts>>> {
        match self.common(term)? {
            Some(info) => self.counts_of(&info),
            None => Ok(None),
        }
    }

    /// The same with places, if it was asked for often.
    pub fn dense(&self, term: &str) -> Result<Option<Arc<Dense>>> {
        let Some(info) = self.common(term)? else {
            return Ok(None);
        };
        let start = info.postings_range.start;
        let mut kept = self.kept();
        if let Some(dense) = kept.dense.take(start) {
            return Ok(dense);
        }
        let now = kept.dense.clock();
        let Some(list) = kept.lists.get_mut(&start) else {
            return Ok(None);
        };
        if now.saturating_sub(list.asked) > ONCE {
            list.before = std::mem::replace(&mut list.asked, now);
        }
        let (uses, before) = (list.uses, list.before);
        let size = Dense::about(info.doc_freq);
        if uses < OFTEN || !kept.dense.deserves(size, before) {
            return Ok(None);
        }
        kept.waited += 1;
        if kept.waited < WAIT {
            return Ok(None);
        }
        kept.waited = 0;
        drop(kept);
        // Where two threads make the same one, both are right.
        let dense = match self.counts_of(&info)? {
            Some(counts) => Dense::of(self.list(&info)?, counts),
            None => None,
        };
        let size = dense.as_ref().map_or(0, Dense::size);
        let dense = dense.map(Arc::new);
        let mut kept = self.kept();
        kept.dense.put(start, dense.clone(), size);
        if dense.is_some() {
            kept.drop_bytes(start);
        }
        Ok(dense)
    }

    /// A term that enough documents have for its list to be laid open.
    fn common(&self, term: &str) -> Result<Option<TermInfo>> {
        let least = self.documents().div_ceil(SPARSE);
        Ok(self.info(term)?.filter(|info| info.doc_freq >= least))
    }

    fn counts_of(&self, info: &TermInfo) -> Result<Option<Arc<Counts>>> {
        let start = info.postings_range.start;
        let mut kept = self.kept();
        if let Some(counts) = kept.counts.take(start) {
            return Ok(counts);
        }
        let Some(list) = kept.lists.get_mut(&start) else {
            return Ok(None);
        };
        list.uses = list.uses.saturating_add(1);
        if list.uses <= AGAIN {
            return Ok(None);
        }
        drop(kept);
        let documents = self.documents();
        let counts = Counts::of(self.list(info)?, documents).map(Arc::new);
        let size = Counts::size(info.doc_freq, documents);
        self.kept().counts.put(start, counts.clone(), size);
        Ok(counts)
    }

    /// The postings of a term, which stay no longer than they did.
    pub(super) fn list(&self, info: &TermInfo) -> Result<Postings> {
        let start = info.postings_range.start;
        let list = self.kept().lists.get(&start).map(|list| list.bytes.clone());
        let bytes = match list.flatten() {
            Some(bytes) => bytes,
            None => self.bytes(info)?,
        };
        Ok(self.walk(bytes, info))
    }

    fn walk(&self, bytes: OwnedBytes, info: &TermInfo) -> Postings {
        Postings::new(bytes, info.doc_freq, self.positions)
    }

    fn bytes(&self, info: &TermInfo) -> Result<OwnedBytes> {
        let range = info.postings_range.clone();
        let bytes = if range.start <= range.end && range.end <= self.lists.len() {
            self.lists.slice(range).read_bytes()
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        };
        bytes.context("the postings of a term are damaged")
    }

    fn documents(&self) -> u32 {
        self.lengths.count() as u32
    }

    /// How long each document is.
    pub fn lengths(&self) -> &Lengths {
        &self.lengths
    }

    /// The length of all documents together, deleted ones included.
    pub fn total(&self) -> u64 {
        self.total
    }
}
