//! The two fields of a segment in memory: which list is whose.

use std::collections::HashMap;
use std::io;

use tantivy::DocId;
use tantivy::directory::WritePtr;

use crate::index::postings::build::Lists;
use crate::index::postings::hidden;
use crate::index::postings::write::{FileWriter, length_code};
use crate::segment::Segmenter;

/// Bytes of the longest word that is kept: no word of a language is so long.
const LONGEST: usize = 1024;
/// No number of a list.
const NONE: u32 = u32::MAX;
/// Characters of the first plane.
const PLANE: usize = 0x10000;

/// Characters with their positions.
pub(super) struct Chars {
    lists: Lists,
    /// The list of every character of the first plane, so that none is hashed.
    plane: Vec<u32>,
    /// Those of the characters beyond it.
    beyond: HashMap<char, u32, foldhash::fast::FixedState>,
    /// One a document.
    lengths: Vec<u8>,
}

impl Chars {
    pub(super) fn new() -> Chars {
        Chars {
            lists: Lists::new(),
            plane: vec![NONE; PLANE],
            beyond: HashMap::default(),
            lengths: Vec::new(),
        }
    }

    #[inline]
    pub(super) fn position(&mut self, term: char, doc: DocId, position: u32) {
        let list = match self.plane.get_mut(term as usize) {
            Some(list) => list,
            None => self.beyond.entry(term).or_insert(NONE),
        };
        if *list == NONE {
            *list = self.lists.begin();
        }
        self.lists.position(*list, doc, position);
    }

    /// Ends a document.
    pub(super) fn end(&mut self, length: u32) {
        self.lengths.push(length_code(length));
    }

    pub(super) fn write(&self, out: WritePtr) -> io::Result<()> {
        let plane = (0..).zip(&self.plane);
        let mut terms: Vec<(char, u32)> = plane
            .filter(|(_, list)| **list != NONE)
            .filter_map(|(code, list)| Some((char::from_u32(code)?, *list)))
            .collect();
        let beyond = terms.len();
        terms.extend(self.beyond.iter().map(|(c, list)| (*c, *list)));
        terms[beyond..].sort_unstable();
        let mut file = FileWriter::new(out, true)?;
        let mut room = Vec::new();
        for (term, list) in terms {
            self.lists.write_positions(list, &mut room, file.list());
            file.end(term.encode_utf8(&mut [0; 4]).as_bytes())?;
        }
        file.close(&self.lengths)
    }

    /// Bytes that grow, about: no flush gives back the table of characters.
    pub(super) fn bytes(&self) -> usize {
        self.lists.bytes() + self.lengths.capacity()
    }
}

/// The list of a word, and that of the word where it is hidden: each one more than it is, so
/// that a table of them is made of nothing.
type Numbered = [u32; 2];

/// Marks a word that is hidden in a document, in what was met there. tantivy has fewer
/// documents in a segment.
const IS_HIDDEN: u64 = 1 << 31;
/// What else is below the number.
const DOC: u64 = IS_HIDDEN - 1;
/// Below this are numbers of words, and from here on lists of the others.
const NUMBERS: u32 = Segmenter::NUMBERS as u32;

/// Words with their frequencies. A word of the dictionary has a number that finds
/// its list at once; the others, a few of a hundred, are hashed.
pub(super) struct Words {
    lists: Lists,
    /// What is known of each number.
    numbered: Vec<Numbered>,
    others: HashMap<String, u32, foldhash::fast::RandomState>,
    /// The words one after the other, and where that of each list ends.
    names: Vec<u8>,
    ends: Vec<u32>,
    /// One a document.
    lengths: Vec<u8>,
    /// What was met since [`Words::settle`]: the number, and below it the document. One after
    /// the other, for the tables of numbers and lists are too large for the cache.
    met: Vec<u64>,
    /// Room to sort it, and for what it comes to.
    room: Vec<u64>,
    standing: Vec<Standing>,
}

/// A word and a document in which it stands.
struct Standing {
    /// Its list; before that is known, its number.
    list: u32,
    doc: DocId,
    /// How often it was cut there; 0 where it is hidden.
    cut: u32,
}

impl Words {
    pub(super) fn new() -> Words {
        Words {
            lists: Lists::new(),
            numbered: vec![[0; 2]; Segmenter::NUMBERS],
            others: HashMap::default(),
            names: Vec::new(),
            ends: Vec::new(),
            lengths: Vec::new(),
            met: Vec::new(),
            room: Vec::new(),
            standing: Vec::new(),
        }
    }

    /// Notes that a word stands in a document, for [`Words::settle`]; `number` is the
    /// segmenter's. Says whether it is kept.
    #[inline]
    pub(super) fn occurrence(&mut self, word: &str, number: u32, doc: DocId) -> bool {
        let number = match number {
            0 => match self.other(word) {
                Some(list) => NUMBERS + list,
                None => return false,
            },
            number => number,
        };
        self.met.push(u64::from(number) << 32 | u64::from(doc));
        true
    }

    /// Notes that the characters of a numbered word stand in a document. Where it is among
    /// the words of the document this is nothing new, but where it was cut as a user's, without a number:
    /// that it stands there is true of those too.
    #[inline]
    pub(super) fn hidden_word(&mut self, number: u32, doc: DocId) {
        self.met
            .push(u64::from(number) << 32 | IS_HIDDEN | u64::from(doc));
    }

    /// Begins the list of a term.
    fn begin(&mut self, term: &str) -> u32 {
        self.names.extend(term.as_bytes());
        self.ends.push(self.names.len() as u32);
        self.lists.begin()
    }

    /// The list of a word without a number; `None` for one that is too long.
    fn other(&mut self, word: &str) -> Option<u32> {
        if word.len() > LONGEST {
            return None;
        }
        if let Some(list) = self.others.get(word) {
            return Some(*list);
        }
        let list = self.begin(word);
        self.others.insert(word.to_owned(), list);
        Some(list)
    }

    /// The list of a number, or that of where its word is hidden.
    #[inline]
    fn list(&mut self, number: u32, is_hidden: bool) -> u32 {
        let lists = self.numbered.get(number as usize);
        match lists.map(|lists| lists[usize::from(is_hidden)]) {
            None => number - NUMBERS,
            Some(0) => self.begin_numbered(number, is_hidden),
            Some(list) => list - 1,
        }
    }

    #[cold]
    fn begin_numbered(&mut self, number: u32, is_hidden: bool) -> u32 {
        let word = Segmenter::spell(number);
        let list = match is_hidden {
            true => self.begin(&hidden(&word)),
            false => self.begin(&word),
        };
        self.numbered[number as usize][usize::from(is_hidden)] = list + 1;
        list
    }

    /// Ends a document.
    pub(super) fn end(&mut self, length: u32) {
        self.lengths.push(length_code(length));
    }

    /// Puts into lists what was met in some documents, number by number: each list is
    /// looked for and touched once. In three passes that branch little, so that the
    /// processor fetches from memory for several numbers at a time.
    pub(super) fn settle(&mut self) {
        let numbers = Segmenter::NUMBERS + self.ends.len();
        by_number(&mut self.met, &mut self.room, numbers);
        let mut standing = std::mem::take(&mut self.standing);
        let number_and_doc = |entry: &u64| entry & !IS_HIDDEN;
        let groups = self
            .met
            .chunk_by(|one, next| number_and_doc(one) == number_and_doc(next));
        standing.extend(groups.filter_map(|group| {
            let first = *group.first()?;
            let cut = group.iter().filter(|entry| *entry & IS_HIDDEN == 0);
            Some(Standing {
                list: (first >> 32) as u32,
                doc: (first & DOC) as DocId,
                cut: cut.count() as u32,
            })
        }));
        for one in &mut standing {
            one.list = self.list(one.list, one.cut == 0);
        }
        for one in &standing {
            self.lists.frequency(one.list, one.doc, one.cut.max(1));
        }
        standing.clear();
        self.standing = standing;
        self.met.clear();
    }

    fn name(&self, list: u32) -> &[u8] {
        let list = list as usize;
        let start = list.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.names[start as usize..self.ends[list] as usize]
    }

    /// The lists in order of the bytes of their words.
    fn sorted(&self) -> Vec<u32> {
        // Sixteen bytes tell nearly all words apart, if not from their hidden ones.
        let begin = |list: u32| {
            let mut begin = [0; 16];
            let name = self.name(list);
            let length = name.len().min(begin.len());
            begin[..length].copy_from_slice(&name[..length]);
            u128::from_be_bytes(begin)
        };
        let mut lists: Vec<(u128, u32)> = (0..self.ends.len() as u32)
            .map(|list| (begin(list), list))
            .collect();
        lists.sort_unstable_by(|(a, one), (b, other)| {
            a.cmp(b)
                .then_with(|| self.name(*one).cmp(self.name(*other)))
        });
        lists.into_iter().map(|(_, list)| list).collect()
    }

    pub(super) fn write(&self, out: WritePtr) -> io::Result<()> {
        let mut file = FileWriter::new(out, false)?;
        let mut room = Vec::new();
        for list in self.sorted() {
            self.lists.write_frequencies(list, &mut room, file.list());
            file.end(self.name(list))?;
        }
        file.close(&self.lengths)
    }

    /// Bytes that grow, about: no flush gives back the table of numbers, 6 MB.
    pub(super) fn bytes(&self) -> usize {
        /// What a hashed word takes besides its bytes.
        const HASHED: usize = 64;
        self.lists.bytes()
            + self.names.capacity()
            + self.ends.capacity() * size_of::<u32>()
            + self.others.len() * HASHED
            + self.lengths.capacity()
            + (self.met.capacity() + self.room.capacity()) * size_of::<u64>()
            + self.standing.capacity() * size_of::<Standing>()
    }
}

/// Sorts entries by their number, one of `numbers`, without changing the order of those of
/// one number: digit by digit, from the lowest.
fn by_number(entries: &mut Vec<u64>, room: &mut Vec<u64>, numbers: usize) {
    /// Bits of a digit: so many ends of stretches stay in the cache.
    const DIGIT: u32 = 11;
    let bits = usize::BITS - numbers.leading_zeros();
    room.resize(entries.len(), 0);
    for shift in (0..bits).step_by(DIGIT as usize) {
        let digit = |entry: u64| (entry >> (32 + shift)) as usize & ((1 << DIGIT) - 1);
        let mut places = [0_u32; 1 << DIGIT];
        for entry in entries.iter() {
            places[digit(*entry)] += 1;
        }
        let mut start = 0;
        for place in &mut places {
            start += std::mem::replace(place, start);
        }
        for entry in entries.iter() {
            let place = &mut places[digit(*entry)];
            if let Some(to) = room.get_mut(*place as usize) {
                *to = *entry;
            }
            *place += 1;
        }
        std::mem::swap(entries, room);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn entries_of_a_number_keep_their_order(
            numbers in 1u32..6_000_000,
            entries in proptest::collection::vec((any::<u32>(), any::<u32>()), 0..2000),
        ) {
            let entries = entries.into_iter();
            let mut sorted: Vec<u64> = entries
                .map(|(number, doc)| u64::from(number % numbers) << 32 | u64::from(doc))
                .collect();
            let mut expected = sorted.clone();
            expected.sort_by_key(|entry| entry >> 32);
            by_number(&mut sorted, &mut Vec::new(), numbers as usize);
            prop_assert_eq!(sorted, expected);
        }
    }
}
