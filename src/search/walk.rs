//! Walks over the passages of a segment that hold all characters of a string.

use std::ops::Range;
use std::sync::Arc;

use anyhow::Result;
use tantivy::{DocId, TERMINATED};

use crate::chars::Unit;
use crate::index::{Dense, Postings, Segment};
use crate::search::phrase::term_of;
use crate::search::set::Set;

/// Walks over the passages that hold all characters of a string, the rarest
/// character leading.
pub(crate) struct Walk<'a> {
    segment: &'a Segment,
    lists: Vec<List>,
    /// The characters of a long string that are more frequent, with their places in
    /// it: their lists are read when all others fit.
    closed: Vec<(char, Vec<u32>)>,
    /// Each list that is read at first is laid open. Those read later need not be: they
    /// decide where a string begins, not where to look for it.
    is_open: bool,
    /// There is but one character to look for.
    is_single: bool,
}

/// Characters of a string that are looked for first, the rarest ones.
const FIRST: usize = 6;

/// The postings of one character and its places in the string.
struct List {
    posted: Posted,
    offsets: Vec<u32>,
    positions: Vec<u32>,
}

/// Postings to walk over, or laid open.
enum Posted {
    Walked(Postings),
    /// With the last passage that was looked up, and its number in the list.
    Open(Arc<Dense>, (DocId, usize)),
}

/// Passages of sixty-four that have every character whose list is laid open, and come next.
struct Ahead {
    at: usize,
    left: u64,
}

impl<'a> Walk<'a> {
    /// `None` when the string is empty or one of its characters stands nowhere.
    /// `string`: its characters, each with its place in it.
    pub(crate) fn new(
        string: impl Iterator<Item = (u32, Unit)>,
        segment: &'a Segment,
    ) -> Result<Option<Walk<'a>>> {
        let mut distinct: Vec<(Unit, Vec<u32>)> = Vec::new();
        for (offset, unit) in string {
            match distinct.iter_mut().find(|(seen, _)| *seen == unit) {
                Some((_, offsets)) => offsets.push(offset),
                None => distinct.push((unit, vec![offset])),
            }
        }
        let mut order = Vec::with_capacity(distinct.len());
        for (unit, offsets) in distinct {
            let Some(term) = term_of(unit) else {
                return Ok(None);
            };
            match segment.chars().doc_freq(term.encode_utf8(&mut [0; 4]))? {
                0 => return Ok(None),
                frequency => order.push((frequency, term, offsets)),
            }
        }
        order.sort_by_key(|(frequency, _, _)| *frequency);
        let mut order = order.into_iter().map(|(_, term, offsets)| (term, offsets));
        let mut walk = Walk {
            segment,
            lists: Vec::new(),
            closed: Vec::new(),
            is_open: false,
            is_single: false,
        };
        for (term, offsets) in order.by_ref().take(FIRST) {
            walk.read(term, offsets)?;
        }
        walk.closed = order.collect();
        let lists = &walk.lists;
        let is_open = |list: &List| matches!(list.posted, Posted::Open(..));
        walk.is_open = lists.iter().all(is_open);
        walk.is_single = lists.iter().map(|list| list.offsets.len()).sum::<usize>() == 1;
        Ok((!walk.lists.is_empty()).then_some(walk))
    }

    fn read(&mut self, term: char, offsets: Vec<u32>) -> Result<()> {
        let (chars, mut utf8) = (self.segment.chars(), [0; 4]);
        let term = term.encode_utf8(&mut utf8);
        let posted = match chars.dense(term)? {
            Some(dense) => Some(Posted::Open(dense, (TERMINATED, 0))),
            None => chars.postings(term)?.map(Posted::Walked),
        };
        self.lists.extend(posted.map(|posted| List {
            posted,
            offsets,
            positions: Vec::new(),
        }));
        Ok(())
    }

    /// The first passage of some that is `among` those wanted and holds every
    /// character, deleted ones included. Some in which the characters cannot stand
    /// side by side may be left out.
    pub(crate) fn from(&mut self, docs: Range<DocId>, among: Option<&Set>) -> Option<DocId> {
        if self.is_open {
            let mut ahead = self.ahead(docs.start, among);
            loop {
                let doc = self.next(&mut ahead, docs.end, among)?;
                if self.is_single || self.may_stand(doc) {
                    return Some(doc);
                }
            }
        }
        let mut doc = docs.start;
        'next: while doc < docs.end {
            doc = self.lists.iter_mut().find_map(List::walked)?.at(doc);
            let next = self.next(&mut self.ahead(doc, among), docs.end, among)?;
            if next > doc {
                doc = next;
                continue;
            }
            for postings in self.lists.iter_mut().filter_map(List::walked) {
                let at = postings.at(doc);
                if at > doc {
                    doc = at;
                    continue 'next;
                }
            }
            if self.may_stand(doc) {
                return Some(doc);
            }
            doc += 1;
        }
        None
    }

    /// Of sixty-four passages those wanted that have every character whose list is laid open.
    #[inline]
    fn word(&self, nth: usize, among: Option<&Set>) -> u64 {
        let mut word = among.map_or(u64::MAX, |among| among.word(nth));
        for list in &self.lists {
            if word == 0 {
                break;
            }
            if let Posted::Open(dense, _) = &list.posted {
                word &= dense.word(nth);
            }
        }
        word
    }

    /// Those from a passage on.
    fn ahead(&self, doc: DocId, among: Option<&Set>) -> Ahead {
        let at = doc as usize / 64;
        let left = self.word(at, among) & u64::MAX << (doc % 64);
        Ahead { at, left }
    }

    /// The next of them before `end`.
    #[inline]
    fn next(&self, ahead: &mut Ahead, end: DocId, among: Option<&Set>) -> Option<DocId> {
        while ahead.left == 0 {
            ahead.at += 1;
            if ahead.at as u64 * 64 >= u64::from(end) {
                return None;
            }
            ahead.left = self.word(ahead.at, among);
        }
        let doc = ahead.at as DocId * 64 + ahead.left.trailing_zeros();
        ahead.left &= ahead.left - 1;
        Some(doc).filter(|doc| *doc < end)
    }

    /// Whether the characters may stand side by side in a passage that holds them.
    #[inline]
    fn may_stand(&mut self, doc: DocId) -> bool {
        let mut starts = u32::MAX;
        for list in &mut self.lists {
            let Posted::Open(dense, at) = &mut list.posted else {
                continue;
            };
            let nth = dense.nth(doc);
            *at = (doc, nth);
            let places = dense.places(nth);
            for offset in &list.offsets {
                starts &= places.rotate_right(*offset % 32);
            }
            if starts == 0 {
                return false;
            }
        }
        true
    }

    /// Whether the string begins in the passage at hand; `room` is for positions.
    pub(crate) fn stands(&mut self, doc: DocId, room: &mut Vec<u32>) -> Result<bool> {
        if self.is_single {
            return Ok(true);
        }
        if self.is_open && self.closed.is_empty() && self.lists.len() <= FIRST {
            return Ok(self.begins(doc));
        }
        self.starts(doc, room)?;
        Ok(!room.is_empty())
    }

    /// The same where every list is laid open: most characters stand in a passage once
    /// or twice, and the first place will do.
    fn begins(&self, doc: DocId) -> bool {
        let mut own = [(&[][..], &[][..]); FIRST];
        for (own, list) in own.iter_mut().zip(&self.lists) {
            *own = (list.open(doc), list.offsets.as_slice());
        }
        let own = &own[..self.lists.len()];
        let Some(((first, offsets), others)) = own.split_first() else {
            return false;
        };
        let Some((offset, again)) = offsets.split_first() else {
            return false;
        };
        let has = |positions: &[u16], start: u32, offsets: &[u32]| {
            let at = |offset: &u32| u16::try_from(start + offset);
            offsets
                .iter()
                .all(|offset| at(offset).is_ok_and(|at| positions.contains(&at)))
        };
        first.iter().any(|at| {
            let start = u32::from(*at).checked_sub(*offset);
            start.is_some_and(|start| {
                has(first, start, again)
                    && others.iter().all(|(own, offsets)| has(own, start, offsets))
            })
        })
    }

    /// Positions at which the string begins in the passage at hand.
    pub(crate) fn starts(&mut self, doc: DocId, found: &mut Vec<u32>) -> Result<()> {
        found.clear();
        let mut nth = 0;
        loop {
            if nth == self.lists.len() {
                for (term, offsets) in std::mem::take(&mut self.closed) {
                    self.read(term, offsets)?;
                }
            }
            let Some(list) = self.lists.get_mut(nth) else {
                return Ok(());
            };
            list.starts(doc, nth == 0, found);
            if found.is_empty() {
                return Ok(());
            }
            nth += 1;
        }
    }
}

impl List {
    /// The postings that are walked over.
    fn walked(&mut self) -> Option<&mut Postings> {
        match &mut self.posted {
            Posted::Walked(postings) => Some(postings),
            Posted::Open(..) => None,
        }
    }

    /// Where the character stands in a passage, in order, if the list is laid open.
    #[inline]
    fn open(&self, doc: DocId) -> &[u16] {
        match &self.posted {
            Posted::Open(dense, (at, nth)) if *at == doc => dense.positions(*nth),
            Posted::Open(dense, _) if dense.has(doc) => dense.positions(dense.nth(doc)),
            _ => &[],
        }
    }

    /// Keeps of some starts those at which the character stands in its places; as the
    /// `first` of the lists, finds them.
    fn starts(&mut self, doc: DocId, first: bool, found: &mut Vec<u32>) {
        match &mut self.posted {
            Posted::Open(..) => fit(found, self.open(doc), &self.offsets, first),
            Posted::Walked(postings) => {
                self.positions.clear();
                // Of a list that nobody walked over the passage may be missing.
                if postings.at(doc) == doc {
                    postings.positions(&mut self.positions);
                }
                fit(found, &self.positions, &self.offsets, first);
            }
        }
    }
}

/// The same of the positions of the character in a passage, sorted.
fn fit<T: Copy + Into<u32>>(found: &mut Vec<u32>, positions: &[T], offsets: &[u32], first: bool) {
    for (nth, offset) in offsets.iter().enumerate() {
        if first && nth == 0 {
            let starts = positions.iter();
            found.extend(starts.filter_map(|at| (*at).into().checked_sub(*offset)));
        } else {
            keep_shifted(found, positions, *offset);
        }
    }
}

/// Keeps the starts for which `start + offset` is among the positions; both sorted.
fn keep_shifted<T: Copy + Into<u32>>(starts: &mut Vec<u32>, positions: &[T], offset: u32) {
    let (mut kept, mut at) = (0, 0);
    for nth in 0..starts.len() {
        let wanted = starts[nth] + offset;
        let position = loop {
            match positions.get(at).map(|position| (*position).into()) {
                Some(position) if position < wanted => at += 1,
                position => break position,
            }
        };
        // Written in any case: whether it stays is anybody's guess.
        starts[kept] = starts[nth];
        kept += usize::from(position == Some(wanted));
    }
    starts.truncate(kept);
}
