//! Passages that wait to be worked on together.
//!
//! Cutting into words, lists of words, lists of characters and packing each go through
//! tables of their own, and one after the other for every passage they push each
//! other out of the cache. So some hundred passages are gathered, and each step
//! takes all of them.

use tantivy::DocId;

use crate::index::documents::PassageText;

/// Passages are worked on when they have so many bytes, as [`PassageText::bytes`]
/// counts them: some 200 KB of text, and what one step needs stays in the cache.
const ENOUGH: usize = 512 << 10;

/// The passages that wait.
#[derive(Default)]
pub(super) struct Waiting {
    passages: Vec<(DocId, PassageText)>,
    bytes: usize,
}

impl Waiting {
    /// Adds a passage; says whether it is time to [`Waiting::take`] them all.
    pub(super) fn add(&mut self, doc: DocId, passage: &PassageText) -> bool {
        self.bytes += passage.bytes();
        self.passages.push((doc, passage.clone()));
        self.bytes >= ENOUGH
    }

    /// What waits, in the order in which it came; then nothing does.
    pub(super) fn take(&mut self) -> Vec<(DocId, PassageText)> {
        self.bytes = 0;
        let room = Vec::with_capacity(self.passages.len());
        std::mem::replace(&mut self.passages, room)
    }

    /// Bytes that wait.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}
