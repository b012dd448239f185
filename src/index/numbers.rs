//! Numbers in files: little-endian, read out of bytes, or a few of many at a time.

use std::io;
use std::sync::OnceLock;

use tantivy::HasLen;
use tantivy::directory::{FileSlice, OwnedBytes};

/// Numbers that are read in one go: few, for most questions need a handful here and
/// there, and what was read stays.
const NUMBERS: usize = 128;

/// Numbers of eight bytes in a file, read as they are asked for.
pub(super) struct Numbers {
    file: FileSlice,
    /// What was read of them.
    read: Vec<OnceLock<OwnedBytes>>,
}

impl Numbers {
    pub(super) fn new(file: FileSlice) -> Numbers {
        let read = (file.len() / 8).div_ceil(NUMBERS);
        Numbers {
            read: vec![OnceLock::new(); read],
            file,
        }
    }

    pub(super) fn get(&self, nth: usize) -> io::Result<u64> {
        let read = self.read.get(nth / NUMBERS).ok_or_else(short)?;
        let numbers = match read.get() {
            Some(numbers) => numbers,
            None => {
                let begin = nth / NUMBERS * NUMBERS * 8;
                let end = self.file.len().min(begin + NUMBERS * 8);
                let numbers = self.file.slice(begin..end).read_bytes()?;
                read.get_or_init(|| numbers)
            }
        };
        eight(numbers, nth % NUMBERS * 8).ok_or_else(short)
    }
}

fn short() -> io::Error {
    invalid("a file of the index is too short")
}

/// What is wrong with bytes that were read.
pub(super) fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Four bytes as a number; `None` beyond the end.
pub(super) fn number4(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(bytes)).ok()
}

/// Eight bytes as a size.
pub(super) fn number8(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(eight(bytes, at)?).ok()
}

/// Eight bytes as a number.
pub(super) fn eight(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(8)?)?.try_into().ok()?;
    Some(u64::from_le_bytes(bytes))
}
