//! The postings of characters and of words, as a plugin of tantivy's segments.
//!
//! tantivy keeps segments, commits, deletes, merges and the facts of documents;
//! these two fields are ours. Its own postings writer hashes every token as
//! bytes of a string, which costs forty nanoseconds for a character; here a
//! character is a number that finds its list at once. Positions lie beside the
//! documents they belong to, so that a phrase reads one place and not two.

mod bits;
mod build;
mod merge;
mod read;
mod write;

use std::any::Any;
use std::sync::Arc;

use tantivy::index::SegmentComponent;
use tantivy::indexer::doc_id_mapping::DocIdMapping;
use tantivy::plugin::{PluginMergeContext, PluginWriter, PluginWriterContext, SegmentPlugin};
use tantivy::schema::Schema;
use tantivy::schema::document::ErasedDocument;
use tantivy::{DocId, Segment};

use crate::chars::{Unit, units};
use crate::index::LazySegmenter;
use crate::index::documents::PassageDocument;
use crate::index::gate::Gate;
use crate::segment::Room;

pub(crate) use merge::{check_order, new_numbers};
pub use read::{Postings, Terms};

/// The term of a run of punctuation. No folded character is a comma, for a
/// comma is punctuation itself.
pub const STOP: char = ',';
/// The term of the end of a paragraph. It is in no string, for a string crosses
/// none, and does not count as length.
pub const BREAK: char = '\n';

/// Ending of the file of characters, with positions.
pub(crate) const CHARS: &str = "chars";
/// Ending of the file of words, with frequencies.
pub(crate) const WORDS: &str = "words";

/// The file of a segment with this ending.
pub(crate) fn component(ending: &str) -> SegmentComponent {
    SegmentComponent::Custom(ending.to_owned())
}

/// Makes and merges the postings of segments.
pub(crate) struct PostingsPlugin {
    pub(crate) segmenter: Arc<LazySegmenter>,
    /// Told of every document that leaves the writer's queue.
    pub(crate) gate: Arc<Gate>,
}

impl SegmentPlugin for PostingsPlugin {
    fn extensions(&self) -> &[&str] {
        &[CHARS, WORDS]
    }

    fn create_writer(&self, _: &PluginWriterContext<'_>) -> tantivy::Result<Box<dyn PluginWriter>> {
        Ok(Box::new(PostingsWriter {
            segmenter: self.segmenter.clone(),
            gate: self.gate.clone(),
            chars: Field::default(),
            first_plane: vec![NONE; 0x10000],
            words: Words::default(),
            room: Room::default(),
        }))
    }

    fn merge(&self, context: PluginMergeContext<'_>) -> tantivy::Result<()> {
        merge::merge(&context, CHARS, true)?;
        merge::merge(&context, WORDS, false)
    }
}

#[derive(Default)]
struct Field<T> {
    lists: build::Lists<T>,
    /// One a document.
    lengths: Vec<u8>,
}

/// Bytes of the longest word that is kept: no word of a language is so long.
const LONGEST: usize = 1024;
/// No number of a list.
const NONE: u32 = u32::MAX;

/// The lists of words. One of up to sixteen bytes, as nearly all are, is found as
/// a number: its bytes, filled up with zeros.
#[derive(Default)]
struct Words {
    short: build::Lists<u128>,
    long: build::Lists<String>,
    /// One a document.
    lengths: Vec<u8>,
}

impl Words {
    fn occurrence(&mut self, word: &str, doc: DocId) {
        let mut bytes = [0; 16];
        match bytes.get_mut(..word.len()) {
            Some(begin) if !word.contains('\0') => {
                begin.copy_from_slice(word.as_bytes());
                let number = self.short.number(&u128::from_be_bytes(bytes));
                self.short.occurrence(number, doc);
            }
            _ => {
                let number = self.long.number(word);
                self.long.occurrence(number, doc);
            }
        }
    }

    /// The words in order of their bytes; of each the number of its list, and
    /// whether it is one of the short ones.
    fn sorted(&self) -> Vec<(Vec<u8>, u32, bool)> {
        let short = self.short.terms().map(|(bytes, number)| {
            let bytes = bytes.to_be_bytes();
            let length = bytes.iter().position(|byte| *byte == 0).unwrap_or(16);
            (bytes[..length].to_vec(), number, true)
        });
        let long = self.long.terms();
        let mut words: Vec<_> = short
            .chain(long.map(|(word, number)| (word.clone().into_bytes(), number, false)))
            .collect();
        words.sort_unstable();
        words
    }
}

struct PostingsWriter {
    segmenter: Arc<LazySegmenter>,
    gate: Arc<Gate>,
    chars: Field<char>,
    /// The list of every character of the first plane, so that none is hashed.
    first_plane: Vec<u32>,
    words: Words,
    room: Room,
}

impl PostingsWriter {
    fn add_chars(&mut self, doc: DocId, document: &PassageDocument) {
        let mut position = 0;
        let mut length = 0;
        for text in [document.title(), document.characters()] {
            for placed in units(text) {
                let term = match placed.unit {
                    Unit::Char(c) => c,
                    Unit::Stop => STOP,
                    Unit::Break => BREAK,
                };
                let number = match self.first_plane.get_mut(term as usize) {
                    Some(number) => {
                        if *number == NONE {
                            *number = self.chars.lists.number(&term);
                        }
                        *number
                    }
                    None => self.chars.lists.number(&term),
                };
                self.chars.lists.position(number, doc, position);
                position += 1;
                length += u32::from(term != BREAK);
            }
            // So does the end of the title.
            position += u32::from(document.lead().is_some());
        }
        self.chars.lengths.push(write::length_code(length));
    }

    fn add_words(&mut self, doc: DocId, document: &PassageDocument) {
        let mut length = 0;
        let words = &mut self.words;
        for text in document.ranked() {
            self.segmenter.each(text, &mut self.room, |word, _| {
                if word.len() <= LONGEST {
                    words.occurrence(word, doc);
                    length += 1;
                }
            });
        }
        self.words.lengths.push(write::length_code(length));
    }
}

impl PluginWriter for PostingsWriter {
    fn add_document(
        &mut self,
        doc: DocId,
        document: &dyn ErasedDocument,
        _: &Schema,
    ) -> tantivy::Result<()> {
        let document = PassageDocument::of(document)?;
        self.gate.leave(document.bytes());
        self.add_chars(doc, document);
        self.add_words(doc, document);
        Ok(())
    }

    fn serialize(
        self: Box<Self>,
        segment: &Segment,
        mapping: Option<&DocIdMapping>,
    ) -> tantivy::Result<()> {
        if mapping.is_some() {
            return Err(write::failed(
                "documents of an index of jianbao keep their order",
            ));
        }
        let segment = segment.clone();
        let mut chars: Vec<(char, u32)> = self.chars.lists.terms().map(|(c, n)| (*c, n)).collect();
        chars.sort_unstable();
        let out = segment.open_write(component(CHARS))?;
        let mut file = write::FileWriter::new(out, true)?;
        for (term, number) in chars {
            self.chars.lists.write_positions(number, file.list());
            file.end(term.encode_utf8(&mut [0; 4]).as_bytes())?;
        }
        file.close(&self.chars.lengths)?;
        let out = segment.open_write(component(WORDS))?;
        let mut file = write::FileWriter::new(out, false)?;
        for (word, number, short) in self.words.sorted() {
            match short {
                true => self.words.short.write_frequencies(number, file.list()),
                false => self.words.long.write_frequencies(number, file.list()),
            }
            file.end(&word)?;
        }
        file.close(&self.words.lengths)?;
        Ok(())
    }

    fn mem_usage(&self) -> usize {
        self.chars.lists.bytes()
            + self.words.short.bytes()
            + self.words.long.bytes()
            + self.chars.lengths.capacity()
            + self.words.lengths.capacity()
            + self.first_plane.len() * 4
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

#[cfg(test)]
mod tests;
