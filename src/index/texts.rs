//! The texts of passages, packed, as a plugin of tantivy's segments.
//!
//! Ranking reads the text of a hundred passages for each query. tantivy's store
//! would unpack a block of sixteen kilobytes for each; here a text is read by
//! itself.
//!
//! ```text
//! file    records · ends · footer
//! record  of a first passage: bytes of the packed title and the lead (two u32),
//!         the title, the text; of the others: the text
//! ends    where each record ends: u32 from the start of its group of 128, after
//!         the start of every group (u64)
//! footer  bytes of the records (u64), number of documents (u32), magic
//! ```

use std::any::Any;
use std::io::{self, Write};
use std::ops::Range;

use anyhow::{Context, Result};
use tantivy::directory::{FileSlice, OwnedBytes, TerminatingWrite, WritePtr};
use tantivy::indexer::doc_id_mapping::DocIdMapping;
use tantivy::plugin::{PluginMergeContext, PluginWriter, PluginWriterContext, SegmentPlugin};
use tantivy::schema::Schema;
use tantivy::schema::document::ErasedDocument;
use tantivy::{DocId, HasLen, Segment, TantivyError};

use crate::index::documents::{PassageDocument, PassageText};
use crate::index::postings::{check_order, component, new_numbers};
use crate::index::waiting::Waiting;
use crate::pack::{pack, unpack};

/// Ending of the file of texts.
pub(crate) const TEXTS: &str = "texts";
const MAGIC: [u8; 4] = *b"jbt1";
const FOOTER: usize = 8 + 4 + 4;
/// Records of a group.
const GROUP: usize = 128;
/// Bytes that stand before the title of a first passage.
const HEAD: usize = 8;

/// The texts of one segment.
pub struct Texts {
    records: FileSlice,
    ends: OwnedBytes,
    documents: usize,
}

/// A passage as it is kept: see [`crate::pack`].
#[derive(Debug, Clone)]
pub struct Packed {
    /// The packed headline; empty for all but a first passage.
    pub title: OwnedBytes,
    /// Where the text proper begins, in bytes of the text; 0 for all but a
    /// first passage.
    pub lead: usize,
    /// The packed text.
    pub text: OwnedBytes,
}

/// What the first passage of an article knows besides its text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opening {
    /// The headline.
    pub title: String,
    /// Where the text proper begins, after captions and datelines: a byte of the body.
    pub lead: usize,
}

fn damaged() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "the texts of the index are damaged",
    )
}

impl Texts {
    pub(crate) fn open(file: FileSlice) -> Result<Texts> {
        let body = file.len().checked_sub(FOOTER).ok_or_else(damaged)?;
        let (rest, footer) = file.split(body);
        let footer = footer.read_bytes()?;
        let records = number8(&footer, 0).ok_or_else(damaged)?;
        let documents = number4(&footer, 8).ok_or_else(damaged)?;
        let ends = documents
            .div_ceil(GROUP)
            .checked_mul(8)
            .and_then(|groups| groups.checked_add(documents.checked_mul(4)?));
        if footer.get(12..) != Some(&MAGIC[..])
            || ends.and_then(|ends| ends.checked_add(records)) != Some(rest.len())
        {
            return Err(damaged().into());
        }
        let (records, ends) = rest.split(records);
        Ok(Texts {
            records,
            ends: ends.read_bytes()?,
            documents,
        })
    }

    fn record(&self, doc: DocId) -> Result<OwnedBytes> {
        let bytes = self.bytes(doc as usize).ok_or_else(damaged);
        bytes
            .and_then(|bytes| self.records.slice(bytes).read_bytes())
            .context("cannot read the text")
    }

    /// Where a record lies.
    fn bytes(&self, doc: usize) -> Option<Range<usize>> {
        if doc >= self.documents {
            return None;
        }
        let group = doc / GROUP;
        let at = group * (8 + GROUP * 4);
        let base = number8(&self.ends, at)?;
        let end = |nth: usize| number4(&self.ends, at + 8 + nth * 4);
        let nth = doc % GROUP;
        let start = base.checked_add(if nth == 0 { 0 } else { end(nth - 1)? })?;
        let end = base.checked_add(end(nth)?)?;
        (start <= end && end <= self.records.len()).then_some(start..end)
    }

    /// Some passages of an article, as they are kept; `docs` are sorted, and
    /// `first` is the first of the article. Neighbours are read in one go.
    pub fn packed(&self, docs: &[DocId], first: DocId) -> Result<Vec<Packed>> {
        self.try_packed(docs, first).context("cannot read the text")
    }

    fn try_packed(&self, docs: &[DocId], first: DocId) -> io::Result<Vec<Packed>> {
        let mut places = Vec::with_capacity(docs.len());
        for doc in docs {
            places.push(self.bytes(*doc as usize).ok_or_else(damaged)?);
        }
        let mut all = Vec::with_capacity(docs.len());
        for run in places.chunk_by(|one, next| one.end == next.start) {
            let (Some(one), Some(last)) = (run.first(), run.last()) else {
                continue;
            };
            let bytes = self.records.slice(one.start..last.end).read_bytes()?;
            let records = run.iter();
            all.extend(
                records.map(|place| bytes.slice(place.start - one.start..place.end - one.start)),
            );
        }
        let packed = docs.iter().zip(all).map(|(doc, record)| {
            if *doc == first {
                return opened(&record);
            }
            Some(Packed {
                title: OwnedBytes::empty(),
                lead: 0,
                text: record,
            })
        });
        packed.collect::<Option<_>>().ok_or_else(damaged)
    }

    /// The text of a passage. `first` tells that it is the first of its article.
    pub fn text(&self, doc: DocId, first: bool) -> Result<String> {
        let mut text = String::new();
        self.append(doc, first, &mut text)?;
        Ok(text)
    }

    /// Appends the text of a passage.
    pub fn append(&self, doc: DocId, first: bool, text: &mut String) -> Result<()> {
        let record = self.record(doc)?;
        let packed = match first {
            false => Some(record),
            true => opened(&record).map(|opened| opened.text),
        };
        packed
            .and_then(|packed| unpack(&packed, text))
            .ok_or_else(damaged)
            .context("cannot read the text")
    }

    /// Title and lead of an article, by its first passage.
    pub fn opening(&self, doc: DocId) -> Result<Opening> {
        let mut opening = Opening::default();
        opened(&self.record(doc)?)
            .and_then(|opened| {
                opening.lead = opened.lead;
                unpack(&opened.title, &mut opening.title)
            })
            .ok_or_else(damaged)
            .context("cannot read the title")?;
        Ok(opening)
    }
}

/// The parts of the record of a first passage.
fn opened(record: &OwnedBytes) -> Option<Packed> {
    let text = HEAD.checked_add(number4(record, 0)?)?;
    (text <= record.len()).then_some(Packed {
        title: record.slice(HEAD..text),
        lead: number4(record, 4)?,
        text: record.slice(text..record.len()),
    })
}

fn number4(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(bytes)).ok()
}

fn number8(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(8)?)?.try_into().ok()?;
    usize::try_from(u64::from_le_bytes(bytes)).ok()
}

/// Writes and merges the texts of segments.
pub(crate) struct TextsPlugin;

impl SegmentPlugin for TextsPlugin {
    fn extensions(&self) -> &[&str] {
        &[TEXTS]
    }

    fn create_writer(
        &self,
        context: &PluginWriterContext<'_>,
    ) -> tantivy::Result<Box<dyn PluginWriter>> {
        let segment = context.segment.clone();
        Ok(Box::new(TextsWriter {
            out: Records::new(segment.open_write(component(TEXTS))?),
            record: Vec::new(),
            waiting: Waiting::default(),
        }))
    }

    fn merge(&self, context: PluginMergeContext<'_>) -> tantivy::Result<()> {
        check_order(&context)?;
        let segment = context.target_segment.clone();
        let mut out = Records::new(segment.open_write(component(TEXTS))?);
        let failed = |error: anyhow::Error| TantivyError::InternalError(format!("{error:#}"));
        for (reader, numbers) in context.readers.iter().zip(new_numbers(context.readers)) {
            let texts = Texts::open(reader.open_read(component(TEXTS))?).map_err(failed)?;
            for (doc, number) in (0..).zip(numbers) {
                if number != DocId::MAX {
                    out.add(&texts.record(doc).map_err(failed)?)?;
                }
            }
        }
        out.close()?;
        Ok(())
    }
}

/// Records on their way to a file.
struct Records {
    out: WritePtr,
    written: u64,
    group: u64,
    documents: u32,
    ends: Vec<u8>,
}

impl Records {
    fn new(out: WritePtr) -> Records {
        Records {
            out,
            written: 0,
            group: 0,
            documents: 0,
            ends: Vec::new(),
        }
    }

    fn add(&mut self, record: &[u8]) -> io::Result<()> {
        if (self.documents as usize).is_multiple_of(GROUP) {
            self.group = self.written;
            self.ends.extend(self.written.to_le_bytes());
        }
        self.out.write_all(record)?;
        self.written += record.len() as u64;
        let end = u32::try_from(self.written - self.group)
            .map_err(|_| io::Error::other("an article is too long for the index"))?;
        self.ends.extend(end.to_le_bytes());
        self.documents += 1;
        Ok(())
    }

    fn close(mut self) -> io::Result<()> {
        self.out.write_all(&self.ends)?;
        self.out.write_all(&self.written.to_le_bytes())?;
        self.out.write_all(&self.documents.to_le_bytes())?;
        self.out.write_all(&MAGIC)?;
        self.out.terminate()
    }
}

struct TextsWriter {
    out: Records,
    record: Vec<u8>,
    waiting: Waiting,
}

impl TextsWriter {
    /// Packs what waits.
    fn settle(&mut self) -> io::Result<()> {
        for (_, passage) in self.waiting.take() {
            self.pack(&passage)?;
        }
        Ok(())
    }

    fn pack(&mut self, passage: &PassageText) -> io::Result<()> {
        self.record.clear();
        if let Some(lead) = passage.lead() {
            self.record.extend([0; HEAD]);
            pack(passage.title(), &mut self.record);
            let title = (self.record.len() - HEAD) as u32;
            self.record[..4].copy_from_slice(&title.to_le_bytes());
            self.record[4..HEAD].copy_from_slice(&(lead as u32).to_le_bytes());
        }
        pack(passage.text(), &mut self.record);
        self.out.add(&self.record)
    }
}

impl PluginWriter for TextsWriter {
    fn add_document(
        &mut self,
        doc: DocId,
        document: &dyn ErasedDocument,
        _: &Schema,
    ) -> tantivy::Result<()> {
        let document = PassageDocument::of(document)?;
        if self.waiting.add(doc, &document.text) {
            self.settle()?;
        }
        Ok(())
    }

    fn serialize(
        mut self: Box<Self>,
        _: &Segment,
        mapping: Option<&DocIdMapping>,
    ) -> tantivy::Result<()> {
        if mapping.is_some() {
            let reason = "documents of an index of jianbao keep their order";
            return Err(TantivyError::InternalError(reason.to_owned()));
        }
        self.settle()?;
        self.out.close()?;
        Ok(())
    }

    fn mem_usage(&self) -> usize {
        self.out.ends.capacity() + self.record.capacity() + self.waiting.bytes()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}
