//! The postings of characters and of words, as a plugin of tantivy's segments.
//!
//! tantivy keeps segments, commits, deletes and merges; these two fields are ours. Its own postings writer hashes every token as
//! bytes of a string, which costs forty nanoseconds for a character; here a
//! character is a number that finds its list at once. Positions lie beside the
//! documents they belong to, so that a phrase reads one place and not two.

mod bits;
mod build;
mod dense;
mod dictionary;
mod fields;
mod merge;
mod read;
mod shelf;
mod terms;
mod write;

use std::any::Any;
use std::sync::Arc;

use tantivy::index::SegmentComponent;
use tantivy::indexer::doc_id_mapping::DocIdMapping;
use tantivy::plugin::{PluginMergeContext, PluginWriter, PluginWriterContext, SegmentPlugin};
use tantivy::schema::Schema;
use tantivy::schema::document::ErasedDocument;
use tantivy::{DocId, Segment};

use crate::index::LazySegmenter;
use crate::index::documents::{PassageDocument, PassageText};
use crate::index::gate::Gate;
use crate::index::postings::fields::{Chars, Words};
use crate::index::waiting::Waiting;
use crate::passage::TAIL;
use crate::segment::{Met, Room, Segmenter, known_at};

pub use dense::{Counts, Dense};
pub(crate) use merge::{check_order, keeps_order, new_numbers};
pub use read::{Codes, Lengths, Postings};
pub use terms::Terms;
#[cfg(test)]
pub(crate) use tests::terms_of;

/// The term of a run of punctuation. No folded character is a comma, for a
/// comma is punctuation itself.
pub const STOP: char = ',';
/// The term of the end of a paragraph. It is in no string, for a string crosses
/// none, and does not count as length.
pub const BREAK: char = '\n';

/// Ends the term of a hidden word: a word of the dictionary whose characters stand in a
/// passage though it was not cut there (or was, as a user's own). Its list stands beside
/// that of the word, and both together say where the string stands
/// ([`is_known`](crate::segment::is_known) tells of which words). No word holds a control
/// character.
const HIDDEN: char = '\0';
// What of a paragraph is indexed with a passage holds every word that begins in it.
const _: () = assert!(Segmenter::LONGEST <= TAIL);

/// The term of the passages in which a word is hidden.
pub(crate) fn hidden(word: &str) -> String {
    format!("{word}{HIDDEN}")
}

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
            chars: Chars::new(),
            words: Words::new(),
            room: Room::default(),
            waiting: Waiting::default(),
        }))
    }

    fn merge(&self, context: PluginMergeContext<'_>) -> tantivy::Result<()> {
        merge::merge(&context, CHARS, true)?;
        merge::merge(&context, WORDS, false)
    }
}

struct PostingsWriter {
    segmenter: Arc<LazySegmenter>,
    gate: Arc<Gate>,
    chars: Chars,
    words: Words,
    room: Room,
    waiting: Waiting,
}

impl PostingsWriter {
    /// Makes postings of what waits.
    fn settle(&mut self) {
        let passages = self.waiting.take();
        for (doc, passage) in &passages {
            self.add_words(*doc, passage);
        }
        self.words.settle();
        for (doc, passage) in &passages {
            self.add_chars(*doc, passage);
        }
    }

    fn add_chars(&mut self, doc: DocId, passage: &PassageText) {
        let mut position = 0;
        let mut length = 0;
        for units in passage.units() {
            for term in units {
                self.chars.position(*term, doc, position);
                position += 1;
                length += u32::from(*term != BREAK);
            }
            // So does the end of the title.
            position += u32::from(passage.lead().is_some());
        }
        self.chars.end(length);
    }

    fn add_words(&mut self, doc: DocId, passage: &PassageText) {
        let mut length = 0;
        let words = &mut self.words;
        // `on`: the text and what of the passage is indexed behind it.
        for (text, on) in passage.ranked() {
            let room = &mut self.room;
            self.segmenter.each_met(text, room, |met| match met {
                Met::Word(word, number) => {
                    length += u32::from(words.occurrence(word, number, doc));
                }
                Met::Passed(number) => words.hidden_word(number, doc),
                Met::Open(at) => known_at(&on[at..], |number| words.hidden_word(number, doc)),
            });
        }
        for (own, on) in passage.unranked() {
            for (at, _) in on[..own].char_indices() {
                known_at(&on[at..], |number| words.hidden_word(number, doc));
            }
        }
        self.words.end(length);
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
        self.gate.leave(document.text.bytes());
        if self.waiting.add(doc, &document.text) {
            self.settle();
        }
        Ok(())
    }

    fn serialize(
        mut self: Box<Self>,
        segment: &Segment,
        mapping: Option<&DocIdMapping>,
    ) -> tantivy::Result<()> {
        keeps_order(mapping.is_none())?;
        self.settle();
        let segment = segment.clone();
        self.chars.write(segment.open_write(component(CHARS))?)?;
        self.words.write(segment.open_write(component(WORDS))?)?;
        Ok(())
    }

    fn mem_usage(&self) -> usize {
        self.chars.bytes() + self.words.bytes() + self.waiting.bytes()
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
