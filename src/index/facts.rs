//! The facts of articles, packed a few together, as a file of the plugin of texts.
//!
//! A page of hits asks for those of ten articles that lie anywhere. tantivy's store unpacks a
//! block of sixteen kilobytes for each, with a context of zstd's that it makes for the
//! occasion; here it is eight articles, some five kilobytes, and the context stays. What all
//! facts have in common stands in a dictionary, so that small blocks take no more than large
//! ones: 5.2 MB for the 22.4 MB of 33,449 stories, as much as the store took.
//!
//! ```text
//! file       blocks · ends · stretches · footer
//! block      the facts of eight articles, the last of a stretch of fewer, one a line:
//!            a frame of zstd with the dictionary
//! ends       where each block ends (u64)
//! stretches  of each the articles and the blocks up to its end (u32 each): a segment that was
//!            merged has one for each of those it was made of, so that blocks are copied
//! footer     bytes of the blocks (u64), numbers of blocks and of stretches (u32 each), magic
//! ```

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::LazyLock;

use anyhow::{Context, Result};
use tantivy::HasLen;
use tantivy::directory::{FileSlice, OwnedBytes, TerminatingWrite, WritePtr};
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::DecoderDictionary;

use crate::index::numbers::{Numbers, invalid, number4, number8};

/// Ending of the file of facts.
pub(crate) const FACTS: &str = "facts";
const MAGIC: [u8; 4] = *b"jbf1";
const FOOTER: usize = 8 + 4 + 4 + 4;
/// Articles of a block.
const BLOCK: usize = 8;
/// Where blocks hold fewer on average, they are packed again and not copied.
const FULL: usize = BLOCK / 2;
/// Higher ones take longer and make it no smaller.
const LEVEL: i32 = 1;
/// Bytes that are copied in one go when segments are merged.
const COPIED: usize = 1 << 20;

/// What facts look like, the commonest last. Changing it changes the format of the index.
const DICTIONARY: &[u8] = include_bytes!("facts/dictionary.txt");

static PREPARED: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));

thread_local! {
    /// Made once: making it takes longer than unpacking a block.
    static UNPACKER: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// The facts of the articles of one segment.
pub(crate) struct Facts {
    blocks: FileSlice,
    ends: Numbers,
    stretches: Vec<Stretch>,
}

/// Articles whose blocks are all full but the last.
#[derive(Debug, Clone, Copy, Default)]
struct Stretch {
    /// Up to its end, those of the stretches before among them.
    articles: usize,
    blocks: usize,
}

/// A block that was read: the next article is likely to be in it.
#[derive(Debug, Default)]
pub(crate) struct Block {
    nth: Option<usize>,
    lines: Vec<u8>,
}

fn damaged() -> io::Error {
    invalid("the facts of the index are damaged")
}

impl Facts {
    pub(crate) fn open(file: FileSlice) -> Result<Facts> {
        let body = file.len().checked_sub(FOOTER).ok_or_else(damaged)?;
        let (rest, footer) = file.split(body);
        let footer = footer.read_bytes()?;
        let bytes = number8(&footer, 0).ok_or_else(damaged)?;
        let blocks = number4(&footer, 8).ok_or_else(damaged)?;
        let stretches = number4(&footer, 12).ok_or_else(damaged)?;
        let size = bytes.checked_add((blocks + stretches) * 8);
        if footer.get(16..) != Some(&MAGIC[..]) || size != Some(rest.len()) {
            return Err(damaged().into());
        }
        let (packed, rest) = rest.split(bytes);
        let (ends, stretches) = rest.split(blocks * 8);
        let stretches = stretches.read_bytes()?;
        let stretches = stretches.chunks_exact(8).map(|stretch| {
            Some(Stretch {
                articles: number4(stretch, 0)?,
                blocks: number4(stretch, 4)?,
            })
        });
        let facts = Facts {
            blocks: packed,
            ends: Numbers::new(ends, 8),
            stretches: stretches.collect::<Option<_>>().ok_or_else(damaged)?,
        };
        let mut pairs = facts.stretches.windows(2);
        let grows = |a: &Stretch, b: &Stretch| a.articles < b.articles && a.blocks < b.blocks;
        if facts.whole().blocks != blocks || !pairs.all(|pair| grows(&pair[0], &pair[1])) {
            return Err(damaged().into());
        }
        Ok(facts)
    }

    /// All articles and blocks.
    fn whole(&self) -> Stretch {
        self.stretches.last().copied().unwrap_or_default()
    }

    /// How many articles there are.
    pub(super) fn articles(&self) -> usize {
        self.whole().articles
    }

    /// Whether its blocks are as good as full: an archive that grows by an article a day is
    /// packed again when segments are merged.
    pub(super) fn is_full(&self) -> bool {
        self.articles() >= self.whole().blocks * FULL
    }

    /// The facts of an article of the segment, as JSON. Who asks for many, one after the
    /// other, hands the same `block` in again.
    pub(crate) fn read<'a>(&self, nth: usize, block: &'a mut Block) -> Result<&'a [u8]> {
        self.try_read(nth, block)
            .context("cannot read the facts of an article")
    }

    fn try_read<'a>(&self, nth: usize, block: &'a mut Block) -> io::Result<&'a [u8]> {
        let stretch = self.stretches.partition_point(|it| it.articles <= nth);
        let before = match stretch.checked_sub(1) {
            None => Stretch::default(),
            Some(before) => self.stretches[before],
        };
        let end = self.stretches.get(stretch).ok_or_else(damaged)?.blocks;
        let within = nth - before.articles;
        let number = before.blocks + within / BLOCK;
        if number >= end {
            return Err(damaged());
        }
        if block.nth != Some(number) {
            block.nth = None;
            self.unpack(number, &mut block.lines)?;
            block.nth = Some(number);
        }
        let mut ends = memchr::memchr_iter(b'\n', &block.lines);
        let begin = match within % BLOCK {
            0 => Some(0),
            nth => ends.nth(nth - 1).map(|end| end + 1),
        };
        let line = begin.zip(ends.next());
        let line = line.and_then(|(begin, end)| block.lines.get(begin..end));
        line.ok_or_else(damaged)
    }

    /// Reads a block.
    fn unpack(&self, nth: usize, lines: &mut Vec<u8>) -> io::Result<()> {
        let packed = self.packed(nth)?;
        let size = Decompressor::upper_bound(&packed).ok_or_else(damaged)?;
        lines.clear();
        lines.try_reserve(size).map_err(|_| damaged())?;
        UNPACKER.with_borrow_mut(|unpacker| {
            let unpacker = match unpacker {
                Some(unpacker) => unpacker,
                None => unpacker.insert(Decompressor::with_prepared_dictionary(&PREPARED)?),
            };
            unpacker.decompress_to_buffer(&packed, lines)?;
            Ok(())
        })
    }

    /// A block as it is kept.
    fn packed(&self, nth: usize) -> io::Result<OwnedBytes> {
        let begin = match nth.checked_sub(1) {
            None => 0,
            Some(before) => self.end(before)?,
        };
        let end = self.end(nth)?;
        if begin > end || end > self.blocks.len() {
            return Err(damaged());
        }
        self.blocks.slice(begin..end).read_bytes()
    }

    fn end(&self, nth: usize) -> io::Result<usize> {
        usize::try_from(self.ends.get(nth)?).map_err(|_| damaged())
    }
}

/// Facts on their way to a file.
pub(super) struct FactsWriter {
    out: WritePtr,
    written: u64,
    packer: Compressor<'static>,
    /// The facts of the block at hand, and how many articles they are of.
    lines: Vec<u8>,
    waiting: usize,
    packed: Vec<u8>,
    articles: u32,
    /// What comes behind the blocks.
    ends: Vec<u8>,
    stretches: Vec<u8>,
}

impl FactsWriter {
    pub(super) fn new(out: WritePtr) -> io::Result<FactsWriter> {
        Ok(FactsWriter {
            out,
            written: 0,
            packer: Compressor::with_dictionary(LEVEL, DICTIONARY)?,
            lines: Vec::new(),
            waiting: 0,
            packed: Vec::new(),
            articles: 0,
            ends: Vec::new(),
            stretches: Vec::new(),
        })
    }

    /// Adds the facts of the next article, in one line.
    pub(super) fn add(&mut self, facts: &[u8]) -> io::Result<()> {
        self.lines.extend(facts);
        self.lines.push(b'\n');
        self.waiting += 1;
        match self.waiting {
            BLOCK => self.end_block(),
            _ => Ok(()),
        }
    }

    fn end_block(&mut self) -> io::Result<()> {
        self.packed.clear();
        self.packed
            .reserve(zstd::zstd_safe::compress_bound(self.lines.len()));
        self.packer
            .compress_to_buffer(&self.lines, &mut self.packed)?;
        self.out.write_all(&self.packed)?;
        self.written += self.packed.len() as u64;
        self.ends.extend(self.written.to_le_bytes());
        self.articles += self.waiting as u32;
        self.lines.clear();
        self.waiting = 0;
        Ok(())
    }

    fn end_stretch(&mut self) -> io::Result<()> {
        if self.waiting > 0 {
            self.end_block()?;
        }
        let before = self.stretches.len().checked_sub(8);
        let before = before.and_then(|at| number4(&self.stretches, at));
        if before.unwrap_or(0) < self.articles as usize {
            let blocks = (self.ends.len() / 8) as u32;
            self.stretches.extend(self.articles.to_le_bytes());
            self.stretches.extend(blocks.to_le_bytes());
        }
        Ok(())
    }

    /// Copies all that a file holds.
    pub(super) fn add_all(&mut self, facts: &Facts) -> io::Result<()> {
        self.end_stretch()?;
        let (before, blocks) = (self.written, (self.ends.len() / 8) as u32);
        let articles = self.articles;
        for nth in 0..facts.whole().blocks {
            let end = before + facts.end(nth)? as u64;
            self.ends.extend(end.to_le_bytes());
        }
        let mut begin = 0;
        while begin < facts.blocks.len() {
            let end = facts.blocks.len().min(begin + COPIED);
            self.out
                .write_all(&facts.blocks.slice(begin..end).read_bytes()?)?;
            begin = end;
        }
        self.written += facts.blocks.len() as u64;
        for stretch in &facts.stretches {
            self.articles = articles + stretch.articles as u32;
            self.stretches.extend(self.articles.to_le_bytes());
            let blocks = blocks + stretch.blocks as u32;
            self.stretches.extend(blocks.to_le_bytes());
        }
        Ok(())
    }

    /// Bytes that wait, about.
    pub(super) fn bytes(&self) -> usize {
        let lists = [&self.lines, &self.packed, &self.ends, &self.stretches];
        lists.map(Vec::capacity).iter().sum()
    }

    pub(super) fn close(mut self) -> io::Result<()> {
        self.end_stretch()?;
        self.out.write_all(&self.ends)?;
        self.out.write_all(&self.stretches)?;
        self.out.write_all(&self.written.to_le_bytes())?;
        for list in [&self.ends, &self.stretches] {
            self.out
                .write_all(&((list.len() / 8) as u32).to_le_bytes())?;
        }
        self.out.write_all(&MAGIC)?;
        self.out.terminate()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;
    use tantivy::Directory;
    use tantivy::directory::RamDirectory;

    use super::*;

    /// A file of some segments that were merged: of each its facts, and whether they were
    /// copied or added one by one.
    fn file(segments: &[(Vec<String>, bool)]) -> FileSlice {
        let directory = RamDirectory::create();
        let open = |name: &str| directory.open_write(Path::new(name)).unwrap();
        let mut all = FactsWriter::new(open("all")).unwrap();
        for (nth, (segment, copied)) in segments.iter().enumerate() {
            if !copied {
                segment
                    .iter()
                    .for_each(|it| all.add(it.as_bytes()).unwrap());
                continue;
            }
            let name = nth.to_string();
            let mut one = FactsWriter::new(open(&name)).unwrap();
            segment
                .iter()
                .for_each(|it| one.add(it.as_bytes()).unwrap());
            one.close().unwrap();
            let one = directory.open_read(Path::new(&name)).unwrap();
            all.add_all(&Facts::open(one).unwrap()).unwrap();
        }
        all.close().unwrap();
        directory.open_read(Path::new("all")).unwrap()
    }

    fn segments() -> impl Strategy<Value = Vec<(Vec<String>, bool)>> {
        let facts = prop_oneof![
            r#"\{"id":"[a-c]{0,4}","title":\{"value":"[一-十]{0,5}"\}\}"#,
            "[一-十a-c]{0,40}",
        ];
        prop::collection::vec((prop::collection::vec(facts, 0..30), any::<bool>()), 0..5)
    }

    /// What was packed with it cannot be unpacked with another.
    #[test]
    fn the_dictionary_is_that_of_this_format() {
        assert_eq!(xxhash_rust::xxh3::xxh3_64(DICTIONARY), 0x16dc6775c949f43f);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn what_is_written_is_read(segments in segments()) {
            let facts = Facts::open(file(&segments)).unwrap();
            let want: Vec<&String> = segments.iter().flat_map(|(segment, _)| segment).collect();
            let mut block = Block::default();
            for (nth, want) in want.iter().enumerate() {
                prop_assert_eq!(facts.read(nth, &mut block).unwrap(), want.as_bytes());
            }
            for (nth, want) in want.iter().enumerate().rev() {
                let mut block = Block::default();
                prop_assert_eq!(facts.read(nth, &mut block).unwrap(), want.as_bytes());
            }
            prop_assert!(facts.read(want.len(), &mut block).is_err());
        }

        #[test]
        fn damaged_bytes_are_no_panic(
            segments in segments(),
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        ) {
            let mut bytes = file(&segments).read_bytes().unwrap().to_vec();
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if let Ok(facts) = Facts::open(FileSlice::from(bytes)) {
                let directory = RamDirectory::create();
                let out = directory.open_write(Path::new("all")).unwrap();
                let _ = FactsWriter::new(out).unwrap().add_all(&facts);
                for nth in 0..200 {
                    let _ = facts.read(nth, &mut Block::default());
                }
            }
        }
    }
}
