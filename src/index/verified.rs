//! Files of tantivy's: one that is read is verified on its way, one that is
//! written is summed on its way.

use std::cell::RefCell;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::HasLen;
use tantivy::directory::{AntiCallToken, FileHandle, OwnedBytes, TerminatingWrite};

use crate::index::directory::Folder;
use crate::index::disk::{NamedBlob, NamedOut};
use crate::index::living::damage;
use crate::index::seal::{BLOCK, Summing, Sums};

/// Bytes that are gathered before they go to the file.
const GATHER: usize = 256 << 10;

/// The first error of a file, in words: tantivy's threads report that they died,
/// but not always of what.
pub(crate) type Trouble = Arc<Mutex<Option<String>>>;

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps the first error.
pub(crate) fn note<T>(trouble: &Trouble, result: io::Result<T>) -> io::Result<T> {
    if let Err(error) = &result {
        locked(trouble).get_or_insert_with(|| error.to_string());
    }
    result
}

thread_local! {
    static AROUND: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A file of the seal that is open: a block is verified when it is first read.
#[derive(Debug)]
pub(crate) struct Verified {
    blob: NamedBlob,
    sums: Sums,
    /// One bit for each block.
    checked: Box<[AtomicU64]>,
    trouble: Trouble,
}

impl Verified {
    pub(crate) fn new(blob: NamedBlob, sums: Sums, trouble: Trouble) -> Verified {
        let words = sums.blocks().div_ceil(64) as usize;
        Verified {
            blob,
            checked: (0..words).map(|_| AtomicU64::new(0)).collect(),
            sums,
            trouble,
        }
    }

    fn is_checked(&self, block: u64) -> bool {
        let word = self.checked[(block / 64) as usize].load(Ordering::Relaxed);
        word >> (block % 64) & 1 == 1
    }

    fn read(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        let (start, end) = (range.start as u64, range.end as u64);
        if start > end || end > self.sums.bytes {
            return Err(damage(self.blob.path(), "it points beyond its end"));
        }
        if start == end {
            return Ok(OwnedBytes::empty());
        }
        let blocks = start / BLOCK..end.div_ceil(BLOCK);
        if blocks.clone().all(|block| self.is_checked(block)) {
            let mut bytes = vec![0; range.len()];
            self.blob.read_at(&mut bytes, start)?;
            return Ok(OwnedBytes::new(bytes));
        }
        let from = blocks.start * BLOCK;
        let to = (blocks.end * BLOCK).min(self.sums.bytes);
        let skip = (start - from) as usize;
        if range.len() as u64 <= BLOCK {
            // What is read around it, to verify it, goes through one piece of
            // memory that is in the cache, and does not stay.
            return AROUND.with_borrow_mut(|around| {
                around.resize((to - from) as usize, 0);
                self.blob.read_at(around, from)?;
                self.verify(blocks, around)?;
                Ok(OwnedBytes::new(around[skip..skip + range.len()].to_vec()))
            });
        }
        let mut bytes = vec![0; (to - from) as usize];
        self.blob.read_at(&mut bytes, from)?;
        self.verify(blocks, &bytes)?;
        Ok(OwnedBytes::new(bytes).slice(skip..skip + range.len()))
    }

    /// Compares whole blocks with the seal.
    fn verify(&self, blocks: Range<u64>, bytes: &[u8]) -> io::Result<()> {
        for (block, content) in blocks.zip(bytes.chunks(BLOCK as usize)) {
            if self.is_checked(block) {
                continue;
            }
            if !self.sums.holds(block, content) {
                let what = format!("the checksum of byte {} and on is wrong", block * BLOCK);
                return Err(damage(self.blob.path(), &what));
            }
            self.checked[(block / 64) as usize].fetch_or(1 << (block % 64), Ordering::Relaxed);
        }
        Ok(())
    }
}

impl HasLen for Verified {
    fn len(&self) -> usize {
        self.sums.bytes as usize
    }
}

impl FileHandle for Verified {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        note(&self.trouble, self.read(range))
    }
}

/// A file of tantivy's that is being written, summed on its way.
pub(crate) struct Writing {
    folder: Folder,
    name: String,
    out: NamedOut,
    gathered: Vec<u8>,
    summing: Summing,
}

impl Writing {
    pub(crate) fn new(folder: Folder, name: String, out: NamedOut) -> Writing {
        Writing {
            folder,
            name,
            out,
            gathered: Vec::new(),
            summing: Summing::default(),
        }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        self.folder.note(self.out.write_all(&self.gathered))?;
        self.summing.update(&self.gathered);
        self.gathered.clear();
        Ok(())
    }
}

impl Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.gathered.len() + bytes.len() > GATHER {
            self.pass_on()?;
        }
        self.gathered.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass_on()?;
        self.folder.note(self.out.flush())
    }
}

impl TerminatingWrite for Writing {
    fn terminate_ref(&mut self, _: AntiCallToken) -> io::Result<()> {
        self.pass_on()?;
        self.folder.note(self.out.sync())?;
        let summing = std::mem::take(&mut self.summing);
        self.folder.adopt(&self.name, summing.finish());
        Ok(())
    }
}
