//! Postings in memory, while a segment is being written.
//!
//! One growing list of bytes a term, so that memory is what the numbers take
//! and not what a table of them would.

use std::collections::HashMap;

use tantivy::DocId;

use crate::index::postings::write::ListWriter;

/// Bytes a list takes before it holds anything.
const EMPTY: usize = size_of::<List>() + 48;

/// The lists of one field, by term.
#[derive(Default)]
pub(super) struct Lists<T> {
    numbers: HashMap<T, u32, foldhash::fast::RandomState>,
    lists: Vec<List>,
    bytes: usize,
}

/// One list: for every document the distance from the one before, and what the
/// field wants to know of it.
#[derive(Default)]
struct List {
    bytes: Vec<u8>,
    /// One more than the last document; 0 before the first.
    next: u32,
    /// Positions: the last one. Frequencies: that of the last document, not yet written.
    last: u32,
}

impl List {
    fn push(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }
}

fn next_number(bytes: &mut std::slice::Iter<'_, u8>) -> Option<u64> {
    let (mut number, mut shift) = (0, 0);
    for byte in bytes {
        number |= u64::from(byte & 0x7F) << shift;
        if *byte < 0x80 {
            return Some(number);
        }
        shift += 7;
    }
    None
}

impl<T: std::hash::Hash + Eq> Lists<T> {
    /// Bytes in use, about.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The number of a term, which it keeps.
    pub(super) fn number<Q>(&mut self, term: &Q) -> u32
    where
        T: std::borrow::Borrow<Q>,
        Q: std::hash::Hash + Eq + ToOwned<Owned = T> + ?Sized,
    {
        if let Some(number) = self.numbers.get(term) {
            return *number;
        }
        let number = self.lists.len() as u32;
        self.lists.push(List::default());
        self.bytes += EMPTY;
        self.numbers.insert(term.to_owned(), number);
        number
    }

    fn grow(&mut self, number: u32, change: impl FnOnce(&mut List)) {
        let Some(list) = self.lists.get_mut(number as usize) else {
            return;
        };
        let before = list.bytes.capacity();
        change(list);
        self.bytes += list.bytes.capacity() - before;
    }

    /// Notes a position of a term. Documents come in order, and positions in a document.
    pub(super) fn position(&mut self, number: u32, doc: DocId, position: u32) {
        self.grow(number, |list| {
            if list.next == doc + 1 {
                list.push(u64::from(position - list.last) << 1);
            } else {
                list.push(u64::from(doc - list.next) << 1 | 1);
                list.push(u64::from(position));
                list.next = doc + 1;
            }
            list.last = position;
        });
    }

    /// Notes that a term stands once more in a document. Documents come in order.
    pub(super) fn occurrence(&mut self, number: u32, doc: DocId) {
        self.grow(number, |list| {
            if list.next == doc + 1 {
                list.last += 1;
                return;
            }
            if list.last > 0 {
                list.push(u64::from(list.last - 1));
            }
            list.push(u64::from(doc - list.next));
            list.next = doc + 1;
            list.last = 1;
        });
    }

    /// The terms with their numbers, in no order.
    pub(super) fn terms(&self) -> impl Iterator<Item = (&T, u32)> {
        self.numbers.iter().map(|(term, number)| (term, *number))
    }

    /// Hands a list of positions to a writer.
    pub(super) fn write_positions(&self, number: u32, out: &mut ListWriter) {
        let Some(list) = self.lists.get(number as usize) else {
            return;
        };
        let mut bytes = list.bytes.iter();
        let mut doc = 0u32;
        let mut distances: Vec<u32> = Vec::new();
        let mut flush = |doc: u32, distances: &mut Vec<u32>| {
            if !distances.is_empty() {
                out.document(doc - 1, distances.len() as u32);
                distances
                    .drain(..)
                    .for_each(|distance| out.position(distance));
            }
        };
        while let Some(number) = next_number(&mut bytes) {
            let distance = (number >> 1) as u32;
            if number & 1 == 0 {
                distances.push(distance);
                continue;
            }
            flush(doc, &mut distances);
            doc += distance + 1;
            distances.extend(next_number(&mut bytes).map(|first| first as u32));
        }
        flush(doc, &mut distances);
    }

    /// Hands a list of frequencies to a writer.
    pub(super) fn write_frequencies(&self, number: u32, out: &mut ListWriter) {
        let Some(list) = self.lists.get(number as usize) else {
            return;
        };
        let mut bytes = list.bytes.iter();
        let mut doc = 0u32;
        while let Some(distance) = next_number(&mut bytes) {
            doc += distance as u32 + 1;
            // That of the last document is not among the bytes yet.
            let frequency = next_number(&mut bytes).map_or(list.last, |less| less as u32 + 1);
            out.document(doc - 1, frequency);
        }
    }
}
