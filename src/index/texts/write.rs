//! Texts and facts on their way to files.

use std::any::Any;
use std::io::{self, Write};

use tantivy::directory::{TerminatingWrite, WritePtr};
use tantivy::indexer::doc_id_mapping::DocIdMapping;
use tantivy::plugin::{PluginMergeContext, PluginWriter, PluginWriterContext, SegmentPlugin};
use tantivy::schema::Schema;
use tantivy::schema::document::ErasedDocument;
use tantivy::{DocId, Segment, TantivyError};

use crate::index::documents::{PassageDocument, PassageText};
use crate::index::facts::{Block, FACTS, Facts, FactsWriter};
use crate::index::numbers::{put, width};
use crate::index::postings::{check_order, component, keeps_order, new_numbers};
use crate::index::runs::RunsWriter;
use crate::index::schema::Zones;
use crate::index::texts::{GROUP, HEAD, KEY, MAGIC, TEXTS, Texts, days};
use crate::index::waiting::Waiting;
use crate::pack::pack;

/// Writes and merges the texts of segments, and the facts of their articles.
pub(crate) struct TextsPlugin;

impl SegmentPlugin for TextsPlugin {
    fn extensions(&self) -> &[&str] {
        &[TEXTS, FACTS]
    }

    fn create_writer(
        &self,
        context: &PluginWriterContext<'_>,
    ) -> tantivy::Result<Box<dyn PluginWriter>> {
        let segment = context.segment.clone();
        Ok(Box::new(TextsWriter {
            out: Records::new(segment.open_write(component(TEXTS))?),
            facts: FactsWriter::new(segment.open_write(component(FACTS))?)?,
            record: Vec::new(),
            waiting: Waiting::default(),
        }))
    }

    fn merge(&self, context: PluginMergeContext<'_>) -> tantivy::Result<()> {
        check_order(&context)?;
        let segment = context.target_segment.clone();
        let mut out = Records::new(segment.open_write(component(TEXTS))?);
        let mut facts = FactsWriter::new(segment.open_write(component(FACTS))?)?;
        let failed = |error: anyhow::Error| TantivyError::InternalError(format!("{error:#}"));
        for (reader, numbers) in context.readers.iter().zip(new_numbers(context.readers)) {
            let texts = Texts::open(reader.open_read(component(TEXTS))?).map_err(failed)?;
            let known = Facts::open(reader.open_read(component(FACTS))?).map_err(failed)?;
            if known.articles() as u64 != texts.runs().articles.count() {
                return Err(failed(anyhow::anyhow!(
                    "the facts of a segment are damaged"
                )));
            }
            let is_copied = known.is_full() && !numbers.contains(&DocId::MAX);
            if is_copied {
                facts.add_all(&known)?;
            }
            let mut block = Block::default();
            for (doc, number) in (0..).zip(numbers) {
                if number != DocId::MAX {
                    let record = texts.record(doc).map_err(failed)?;
                    let runs = texts.runs();
                    let begins = runs.articles.has(doc);
                    if begins && !is_copied {
                        let nth = runs.articles.rank(doc);
                        facts.add(known.read(nth, &mut block).map_err(failed)?)?;
                    }
                    let article = match begins {
                        true => Some(Article {
                            key: texts.key(doc).map_err(failed)?,
                            sketch: texts.sketch(doc).map_err(failed)?,
                            day: texts.day(doc).map_err(failed)? as u32,
                        }),
                        false => None,
                    };
                    let zones = texts.zones(doc).map_err(failed)?;
                    out.add(&record, article, zones, runs.paragraphs.has(doc))?;
                }
            }
        }
        out.close()?;
        facts.close()?;
        Ok(())
    }
}

/// What is kept of an article in numbers.
struct Article {
    key: u64,
    sketch: u64,
    /// Its day as `yyyymmdd`, 0 where it is not known.
    day: u32,
}

/// Records on their way to a file.
struct Records {
    out: WritePtr,
    written: u64,
    /// Where the group at hand begins, and its table.
    group: u64,
    ends: Vec<u8>,
    documents: u32,
    /// What comes behind the groups.
    heads: Vec<u8>,
    tails: Vec<u8>,
    sketches: Vec<u8>,
    days: Vec<u32>,
    titles: Vec<u32>,
    owns: Vec<u32>,
    runs: RunsWriter,
    tables: Vec<u8>,
}

impl Records {
    fn new(out: WritePtr) -> Records {
        Records {
            out,
            written: 0,
            group: 0,
            ends: Vec::new(),
            documents: 0,
            heads: Vec::new(),
            tails: Vec::new(),
            sketches: Vec::new(),
            days: Vec::new(),
            titles: Vec::new(),
            owns: Vec::new(),
            runs: RunsWriter::default(),
            tables: Vec::new(),
        }
    }

    /// `article`: the one that the passage begins; `paragraph`: whether it begins one.
    fn add(
        &mut self,
        record: &[u8],
        article: Option<Article>,
        zones: Zones,
        paragraph: bool,
    ) -> io::Result<()> {
        self.out.write_all(record)?;
        self.written += record.len() as u64;
        let end = u32::try_from(self.written - self.group)
            .map_err(|_| io::Error::other("an article is too long for the index"))?;
        self.ends.extend(end.to_le_bytes());
        self.documents += 1;
        self.runs.add(article.is_some(), paragraph);
        self.owns.push(zones.own.saturating_sub(zones.title));
        if let Some(article) = article {
            let key = article.key.to_le_bytes();
            let (tail, head) = key.split_at(KEY[1]);
            self.heads.extend(head);
            self.tails.extend(tail);
            self.sketches.extend(article.sketch.to_le_bytes());
            self.days.push(article.day);
            self.titles.push(zones.title);
        }
        if self.ends.len() == GROUP * 4 {
            self.end_group()?;
        }
        Ok(())
    }

    fn end_group(&mut self) -> io::Result<()> {
        self.tables.extend(self.written.to_le_bytes());
        self.out.write_all(&self.ends)?;
        self.written += self.ends.len() as u64;
        self.group = self.written;
        self.ends.clear();
        Ok(())
    }

    /// Bytes that wait, about.
    fn bytes(&self) -> usize {
        let lists = [
            &self.ends,
            &self.heads,
            &self.tails,
            &self.sketches,
            &self.tables,
        ];
        let numbers = [&self.days, &self.titles, &self.owns];
        lists.map(Vec::capacity).iter().sum::<usize>()
            + numbers.map(Vec::capacity).iter().sum::<usize>() * size_of::<u32>()
            + self.runs.bytes()
    }

    fn close(mut self) -> io::Result<()> {
        if !self.ends.is_empty() {
            self.end_group()?;
        }
        self.out.write_all(&self.heads)?;
        self.out.write_all(&self.tails)?;
        self.out.write_all(&self.sketches)?;
        let (first_day, days) = days::write(&self.days);
        let numbers = [&days, &self.titles, &self.owns];
        let widths = numbers.map(|numbers| width(numbers));
        let mut bytes = Vec::new();
        for (numbers, width) in numbers.into_iter().zip(widths) {
            put(numbers, width, &mut bytes);
        }
        self.out.write_all(&bytes)?;
        self.out.write_all(&self.runs.finish())?;
        self.out.write_all(&self.tables)?;
        self.out.write_all(&self.written.to_le_bytes())?;
        self.out.write_all(&self.documents.to_le_bytes())?;
        let articles = self.days.len() as u32;
        self.out.write_all(&articles.to_le_bytes())?;
        self.out.write_all(&first_day.to_le_bytes())?;
        self.out.write_all(&widths)?;
        self.out.write_all(&MAGIC)?;
        self.out.terminate()
    }
}

struct TextsWriter {
    out: Records,
    facts: FactsWriter,
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
            self.record.extend([0; 4]);
            self.record.extend((lead as u32).to_le_bytes());
            for part in passage.signature().rest() {
                self.record.extend(part.to_le_bytes());
            }
            pack(passage.title(), &mut self.record);
            let title = (self.record.len() - HEAD) as u32;
            self.record[..4].copy_from_slice(&title.to_le_bytes());
        }
        pack(passage.text(), &mut self.record);
        if let Some(facts) = passage.facts() {
            self.facts.add(facts)?;
        }
        let article = passage.first.then(|| Article {
            key: passage.key(),
            sketch: passage.signature().sketch(),
            day: passage.day(),
        });
        self.out
            .add(&self.record, article, passage.zones(), !passage.inside)
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
        keeps_order(mapping.is_none())?;
        self.settle()?;
        self.out.close()?;
        self.facts.close()?;
        Ok(())
    }

    fn mem_usage(&self) -> usize {
        self.out.bytes() + self.facts.bytes() + self.record.capacity() + self.waiting.bytes()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;
    use tantivy::Directory;
    use tantivy::directory::{FileSlice, RamDirectory};

    use super::*;
    use crate::index::texts::days::tests::day;
    use crate::index::twins::Signature;

    /// What is kept of a passage; a first one has a title, a key and a signature.
    #[derive(Debug, Clone)]
    struct Passage {
        opens: Option<(String, u64, [u64; 4], u32)>,
        zones: Zones,
        paragraph: bool,
        text: String,
    }

    fn passage() -> impl Strategy<Value = Passage> {
        let opens = ("[一-十]{0,6}", any::<u64>(), any::<[u64; 4]>(), day());
        let zones = (0u32..1 << 20, 0u32..1 << 20, 0u32..20);
        (
            prop::option::of(opens),
            zones,
            any::<bool>(),
            "[一-十a-c]{0,9}",
        )
            .prop_map(|(opens, (title, own, shift), paragraph, text)| {
                let title = opens.as_ref().map_or(0, |_| title >> shift);
                Passage {
                    opens,
                    zones: Zones {
                        title,
                        own: title + (own >> shift),
                    },
                    paragraph,
                    text,
                }
            })
    }

    fn file(passages: &[Passage]) -> FileSlice {
        let directory = RamDirectory::create();
        let path = Path::new("texts");
        let mut out = Records::new(directory.open_write(path).unwrap());
        for passage in passages {
            let mut record = Vec::new();
            if let Some((title, _, signature, _)) = &passage.opens {
                let mut packed = Vec::new();
                pack(title, &mut packed);
                record.extend((packed.len() as u32).to_le_bytes());
                record.extend(3u32.to_le_bytes());
                record.extend(signature[1..].iter().flat_map(|part| part.to_le_bytes()));
                record.extend(packed);
            }
            pack(&passage.text, &mut record);
            let article = passage
                .opens
                .as_ref()
                .map(|(_, key, signature, day)| Article {
                    key: *key,
                    sketch: signature[0],
                    day: *day,
                });
            out.add(&record, article, passage.zones, passage.paragraph)
                .unwrap();
        }
        out.close().unwrap();
        directory.open_read(path).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn what_is_written_is_read(passages in prop::collection::vec(passage(), 0..400)) {
            let texts = Texts::open(file(&passages)).unwrap();
            // From the end: what is read first of a group need not be its first record.
            for (nth, passage) in passages.iter().enumerate().rev() {
                let doc = nth as DocId;
                let first = passage.opens.is_some();
                prop_assert_eq!(texts.text(doc, first).unwrap(), passage.text.as_str());
                prop_assert_eq!(texts.runs().articles.has(doc), first);
                prop_assert_eq!(texts.runs().paragraphs.has(doc), passage.paragraph);
                prop_assert_eq!(texts.zones(doc).unwrap(), passage.zones);
                if let Some((title, key, signature, day)) = &passage.opens {
                    let opening = texts.opening(doc).unwrap();
                    prop_assert_eq!(&opening.title, title);
                    prop_assert_eq!(opening.lead, 3);
                    prop_assert_eq!(opening.signature, Signature(*signature));
                    prop_assert_eq!(texts.signature(doc).unwrap(), Signature(*signature));
                    prop_assert_eq!(texts.key(doc).unwrap(), *key);
                    prop_assert_eq!(texts.key_head(doc).unwrap(), *key >> 48);
                    prop_assert_eq!(texts.day(doc).unwrap(), u64::from(*day));
                }
            }
            prop_assert!(texts.text(passages.len() as DocId, false).is_err());
            prop_assert!(texts.zones(passages.len() as DocId).is_err());
            let opens = passages.iter().filter(|passage| passage.opens.is_some());
            let titles = opens.map(|passage| u64::from(passage.zones.title));
            prop_assert_eq!(texts.titles().unwrap(), titles.collect::<Vec<_>>());
            let lengths = 2..6;
            let numbered = (0..).zip(&passages);
            let titled = numbered.filter(|(_, passage)| {
                passage.opens.is_some() && lengths.contains(&(passage.zones.title as usize))
            });
            let titled: Vec<DocId> = titled.map(|(doc, _)| doc).collect();
            prop_assert_eq!(texts.titled(&lengths).unwrap(), titled);
        }

        #[test]
        fn damaged_bytes_are_no_panic(
            passages in prop::collection::vec(passage(), 0..200),
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        ) {
            let mut bytes = file(&passages).read_bytes().unwrap().to_vec();
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let Ok(texts) = Texts::open(FileSlice::from(bytes)) else {
                return Ok(());
            };
            for doc in 0..passages.len() as DocId {
                for first in [false, true] {
                    let _ = texts.text(doc, first);
                }
                let _ = (texts.opening(doc), texts.signature(doc), texts.key(doc));
                let _ = (texts.zones(doc), texts.day(doc));
            }
        }
    }
}
