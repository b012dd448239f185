//! Postings in memory, while a segment is being written.
//!
//! Every list is a chain of pieces in one stretch of memory, each piece twice as
//! long as the one before up to a limit: a list grows without being copied, and
//! nothing is asked of the allocator for it.

use tantivy::DocId;

use crate::index::postings::write::ListWriter;

/// Bytes of the first piece of a list, its link included.
const SHORTEST: u32 = 8;
/// And of the longest: of the last piece of a list half is empty on average.
const LONGEST: u32 = 512;
/// Bytes at the end of a piece that say where the next one begins.
const LINK: u32 = 4;

/// Room that is asked for at the start. An allocator maps so much by itself, takes it
/// where it is touched, and gives all of it back when it is dropped; what grows from
/// small leaves holes behind, as large as itself. Only addresses are spent on the rest.
const ROOM: usize = 48 << 20;

/// Lists by number.
pub(super) struct Lists {
    lists: Vec<List>,
    pieces: Vec<u8>,
}

/// One list: for every document the distance from the one before, and what the
/// field wants to know of it.
#[derive(Default, Clone, Copy)]
struct List {
    /// Where its first piece begins.
    first: u32,
    /// Where its next byte goes.
    at: u32,
    /// Bytes that are free there.
    left: u32,
    /// Bytes of the piece at hand; 0 before the first.
    piece: u32,
    /// One more than the last document; 0 before the first.
    next: u32,
    /// The last position, where the field has them.
    last: u32,
}

impl List {
    fn push(&mut self, mut number: u32, pieces: &mut Vec<u8>) {
        while number >= 0x80 {
            self.byte(number as u8 | 0x80, pieces);
            number >>= 7;
        }
        self.byte(number as u8, pieces);
    }

    #[inline]
    fn byte(&mut self, byte: u8, pieces: &mut Vec<u8>) {
        if self.left == 0 {
            self.lengthen(pieces);
        }
        if let Some(place) = pieces.get_mut(self.at as usize) {
            *place = byte;
        }
        self.at += 1;
        self.left -= 1;
    }

    #[cold]
    fn lengthen(&mut self, pieces: &mut Vec<u8>) {
        // A writer's budget is below 4 GB, and so is where anything stands.
        let start = pieces.len() as u32;
        if self.piece == 0 {
            self.first = start;
        } else {
            let at = self.at as usize;
            if let Some(link) = pieces.get_mut(at..at + LINK as usize) {
                link.copy_from_slice(&start.to_le_bytes());
            }
        }
        self.piece = (self.piece * 2).clamp(SHORTEST, LONGEST);
        pieces.resize(pieces.len() + self.piece as usize, 0);
        self.at = start;
        self.left = self.piece - LINK;
    }

    /// Puts the bytes of the list one after the other.
    fn gather(&self, pieces: &[u8], out: &mut Vec<u8>) {
        out.clear();
        if self.piece == 0 {
            return;
        }
        let last = (self.at + self.left + LINK - self.piece) as usize;
        let (mut start, mut piece) = (self.first as usize, SHORTEST);
        while start != last {
            let end = start + (piece - LINK) as usize;
            let link = pieces.get(end..end + LINK as usize);
            let link: [u8; LINK as usize] = link
                .and_then(|link| link.try_into().ok())
                .unwrap_or_default();
            out.extend_from_slice(pieces.get(start..end).unwrap_or_default());
            start = u32::from_le_bytes(link) as usize;
            piece = (piece * 2).min(LONGEST);
        }
        out.extend_from_slice(pieces.get(start..self.at as usize).unwrap_or_default());
    }
}

fn next_number(bytes: &mut std::slice::Iter<'_, u8>) -> Option<u32> {
    let (mut number, mut shift) = (0, 0);
    for byte in bytes {
        number |= u32::from(byte & 0x7F) << shift;
        if *byte < 0x80 {
            return Some(number);
        }
        shift += 7;
    }
    None
}

impl Lists {
    pub(super) fn new() -> Lists {
        Lists {
            lists: Vec::new(),
            pieces: Vec::with_capacity(ROOM),
        }
    }

    /// Bytes in use, about.
    pub(super) fn bytes(&self) -> usize {
        self.pieces.len() + self.lists.len() * size_of::<List>()
    }

    /// Begins a list; returns its number, counted from 0.
    pub(super) fn begin(&mut self) -> u32 {
        self.lists.push(List::default());
        self.lists.len() as u32 - 1
    }

    /// Notes a position of a term. Documents come in order, and positions in a
    /// document; a document has fewer than 2³⁰ of them.
    #[inline]
    pub(super) fn position(&mut self, number: u32, doc: DocId, position: u32) {
        let Some(list) = self.lists.get_mut(number as usize) else {
            return;
        };
        if list.next == doc + 1 {
            list.push((position - list.last) << 1, &mut self.pieces);
        } else {
            list.push((doc - list.next) << 1 | 1, &mut self.pieces);
            list.push(position, &mut self.pieces);
            list.next = doc + 1;
        }
        list.last = position;
    }

    /// Notes how often a term stands in a document, at least once. Documents come in
    /// order, each once.
    #[inline]
    pub(super) fn frequency(&mut self, number: u32, doc: DocId, frequency: u32) {
        let Some(list) = self.lists.get_mut(number as usize) else {
            return;
        };
        // Nearly all stand there once.
        list.push(
            (doc - list.next) << 1 | u32::from(frequency == 1),
            &mut self.pieces,
        );
        if frequency != 1 {
            list.push(frequency - 2, &mut self.pieces);
        }
        list.next = doc + 1;
    }

    /// Hands a list of positions to a writer. `room` is used again from list to list.
    pub(super) fn write_positions(&self, number: u32, room: &mut Vec<u8>, out: &mut ListWriter) {
        let Some(list) = self.lists.get(number as usize) else {
            return;
        };
        list.gather(&self.pieces, room);
        let mut bytes = room.iter();
        let mut next = 0u32;
        while let Some(number) = next_number(&mut bytes) {
            if number & 1 == 0 {
                out.again(number >> 1);
                continue;
            }
            next += (number >> 1) + 1;
            out.document(next - 1, 1);
            if let Some(first) = next_number(&mut bytes) {
                out.position(first);
            }
        }
    }

    /// Hands a list of frequencies to a writer. `room` is used again from list to list.
    pub(super) fn write_frequencies(&self, number: u32, room: &mut Vec<u8>, out: &mut ListWriter) {
        let Some(list) = self.lists.get(number as usize) else {
            return;
        };
        list.gather(&self.pieces, room);
        let mut bytes = room.iter();
        let mut next = 0u32;
        while let Some(number) = next_number(&mut bytes) {
            next += (number >> 1) + 1;
            let frequency = match number & 1 {
                1 => 1,
                _ => next_number(&mut bytes).unwrap_or_default() + 2,
            };
            out.document(next - 1, frequency);
        }
    }
}
