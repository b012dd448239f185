//! Postings on their way to a file: lists in order of term, a dictionary of
//! the terms, and the length of every document.
//!
//! ```text
//! file   lists · dictionary (pieces · index, see `dictionary.rs`) · lengths · footer
//! list   skips (last document, end: two u32) of the full blocks · blocks
//! block  documents · frequencies · positions (where the field has them), in runs
//! ```
//!
//! Runs are those of `bits.rs`. A block has 128 documents, the last of a list the
//! rest; its positions are as many as its frequencies say. Documents are
//! written as the distance from the one before less one, frequencies less one,
//! positions as the distance from the one before in the same document. Where there are
//! no positions the last block, if it is not full, leaves out frequencies that are all one.

use std::io::{self, Write};

use tantivy::directory::{TerminatingWrite, WritePtr};
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::TermInfo;
use tantivy::{DocId, TantivyError};

use crate::index::postings::bits::{self, RUN};
use crate::index::postings::dictionary::DictionaryWriter;
use crate::index::postings::read::total;

/// Ends every file: bytes of the lists, of the pieces of the dictionary and of their
/// index, the length of all documents together (u64 each), number of documents
/// (u32), and this, which names the format.
pub(super) const MAGIC: [u8; 4] = *b"jbp4";
/// Bytes of the footer.
pub(super) const FOOTER: usize = 4 * 8 + 4 + 4;

/// Writes one file of postings.
pub(super) struct FileWriter {
    out: WritePtr,
    dictionary: DictionaryWriter,
    written: u64,
    list: ListWriter,
}

impl FileWriter {
    /// `positions`: whether the field has them.
    pub(super) fn new(out: WritePtr, positions: bool) -> io::Result<FileWriter> {
        Ok(FileWriter {
            out,
            dictionary: DictionaryWriter::new(),
            written: 0,
            list: ListWriter::new(positions),
        })
    }

    /// The list of the next term.
    pub(super) fn list(&mut self) -> &mut ListWriter {
        &mut self.list
    }

    /// Ends the list of a term; terms come in order of their bytes. A list
    /// without documents leaves the term out.
    pub(super) fn end(&mut self, term: &[u8]) -> io::Result<()> {
        let documents = self.list.finish();
        if documents == 0 {
            return Ok(());
        }
        let start = self.written as usize;
        self.out.write_all(&self.list.skips)?;
        self.out.write_all(&self.list.blocks)?;
        let end = start + self.list.skips.len() + self.list.blocks.len();
        self.written = end as u64;
        self.list.clear();
        self.dictionary.insert(
            term,
            &TermInfo {
                doc_freq: documents,
                postings_range: start..end,
                positions_range: 0..0,
            },
        )
    }

    /// Ends the file: `lengths` of all documents in terms.
    pub(super) fn close(mut self, lengths: &[u8]) -> io::Result<()> {
        let (pieces, index) = self.dictionary.finish()?;
        for part in [&pieces, &index, lengths] {
            self.out.write_all(part)?;
        }
        let parts = [self.written, pieces.len() as u64, index.len() as u64];
        for number in parts.into_iter().chain([total(lengths)]) {
            self.out.write_all(&number.to_le_bytes())?;
        }
        self.out.write_all(&(lengths.len() as u32).to_le_bytes())?;
        self.out.write_all(&MAGIC)?;
        self.out.terminate()
    }
}

/// A length as it is kept, in one byte: exact to 40, then in steps.
pub(super) fn length_code(length: u32) -> u8 {
    FieldNormReader::fieldnorm_to_id(length)
}

/// The list of one term.
pub(super) struct ListWriter {
    with_positions: bool,
    skips: Vec<u8>,
    blocks: Vec<u8>,
    /// One more than the last document.
    next: u32,
    documents: Vec<u32>,
    frequencies: Vec<u32>,
    positions: Vec<u32>,
    total: u32,
}

impl ListWriter {
    fn new(with_positions: bool) -> ListWriter {
        ListWriter {
            with_positions,
            skips: Vec::new(),
            blocks: Vec::new(),
            next: 0,
            documents: Vec::with_capacity(RUN),
            frequencies: Vec::with_capacity(RUN),
            positions: Vec::new(),
            total: 0,
        }
    }

    /// Appends a document; `frequency` is at least 1. Documents come in order.
    pub(super) fn document(&mut self, doc: DocId, frequency: u32) {
        if self.documents.len() == RUN {
            self.block(true);
        }
        self.documents.push(doc - self.next);
        self.frequencies.push(frequency - 1);
        self.next = doc + 1;
        self.total += 1;
    }

    /// Appends a position of the last document, as its distance from the one before.
    pub(super) fn position(&mut self, distance: u32) {
        self.positions.push(distance);
    }

    /// Appends one more position of the last document than were announced.
    pub(super) fn again(&mut self, distance: u32) {
        if let Some(frequency) = self.frequencies.last_mut() {
            *frequency += 1;
            self.positions.push(distance);
        }
    }

    fn block(&mut self, full: bool) {
        bits::write(&self.documents, &mut self.blocks);
        let once = self.frequencies.iter().all(|frequency| *frequency == 0);
        if full || self.with_positions || !once {
            bits::write(&self.frequencies, &mut self.blocks);
        }
        if self.with_positions {
            for run in self.positions.chunks(RUN) {
                bits::write(run, &mut self.blocks);
            }
        }
        if full {
            self.skips.extend((self.next - 1).to_le_bytes());
            self.skips.extend((self.blocks.len() as u32).to_le_bytes());
        }
        self.documents.clear();
        self.frequencies.clear();
        self.positions.clear();
    }

    /// Ends the list; returns its number of documents.
    fn finish(&mut self) -> u32 {
        if !self.documents.is_empty() {
            let full = self.documents.len() == RUN;
            self.block(full);
        }
        self.total
    }

    fn clear(&mut self) {
        self.skips.clear();
        self.blocks.clear();
        self.next = 0;
        self.total = 0;
    }
}

/// An error of reading or writing, as tantivy wants it.
pub(super) fn failed(what: &str) -> TantivyError {
    TantivyError::InternalError(what.to_owned())
}
