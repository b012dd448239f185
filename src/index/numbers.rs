//! Numbers in files: little-endian, read out of bytes, or a few of many at a time, and how
//! those get there.

use std::io;
use std::ops::Range;

use tantivy::HasLen;
use tantivy::directory::{FileSlice, OwnedBytes};

use crate::index::once::OnceEach;

/// Bytes of numbers that are read in one go: few, for most questions need a handful here and
/// there, and what was read stays.
const STRETCH: usize = 1024;

/// Numbers in a file, each in so many bytes, read as they are asked for.
pub(super) struct Numbers {
    file: FileSlice,
    width: usize,
    /// What was read of them.
    read: OnceEach<OwnedBytes>,
}

impl Numbers {
    /// `width`: bytes of each number, one to eight.
    pub(super) fn new(file: FileSlice, width: usize) -> Numbers {
        let stretch = Numbers::stretch(width);
        let read = (file.len() / width).div_ceil(stretch);
        Numbers {
            read: OnceEach::new(read),
            file,
            width,
        }
    }

    /// Numbers of a stretch.
    fn stretch(width: usize) -> usize {
        STRETCH / width
    }

    pub(super) fn get(&self, nth: usize) -> io::Result<u64> {
        let stretch = Numbers::stretch(self.width);
        let numbers = self.read.get(nth / stretch, || {
            let begin = nth / stretch * stretch * self.width;
            let end = self.file.len().min(begin + stretch * self.width);
            self.file.slice(begin..end).read_bytes()
        });
        let numbers = numbers?.ok_or_else(short)?;
        number(numbers, nth % stretch * self.width, self.width).ok_or_else(short)
    }

    /// The places of those in a range, in order.
    pub(super) fn within(&self, range: &Range<u64>) -> io::Result<Vec<usize>> {
        let bytes = self.file.read_bytes()?;
        // One byte each, nearly always, and no number to be made of it.
        if self.width == 1 {
            let own = bytes.iter().enumerate();
            let within = own.filter(|(_, byte)| range.contains(&u64::from(**byte)));
            return Ok(within.map(|(nth, _)| nth).collect());
        }
        let numbers = bytes.chunks_exact(self.width).enumerate();
        let within = numbers.filter(|(_, own)| {
            number(own, 0, self.width).is_some_and(|number| range.contains(&number))
        });
        Ok(within.map(|(nth, _)| nth).collect())
    }

    /// All of them, in order: for who looks at every one.
    pub(super) fn all(&self) -> io::Result<Vec<u64>> {
        let bytes = self.file.read_bytes()?;
        let numbers = bytes.chunks_exact(self.width);
        Ok(numbers
            .map(|bytes| number(bytes, 0, self.width).unwrap_or(0))
            .collect())
    }
}

/// Bytes that the largest of some numbers needs, at least one.
pub(super) fn width(numbers: &[u32]) -> u8 {
    let largest = numbers.iter().fold(0, |all, number| all | number);
    (u32::BITS - largest.leading_zeros()).div_ceil(8).max(1) as u8
}

/// Appends numbers, each in so many bytes.
pub(super) fn put(numbers: &[u32], width: u8, out: &mut Vec<u8>) {
    for number in numbers {
        out.extend_from_slice(&number.to_le_bytes()[..usize::from(width)]);
    }
}

/// A number of so many bytes.
#[inline]
fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(width)?)?;
    // Nearly all that are asked for in passing.
    if let [low, high] = bytes {
        return Some(u64::from(u16::from_le_bytes([*low, *high])));
    }
    let mut whole = [0; 8];
    whole.get_mut(..width)?.copy_from_slice(bytes);
    Some(u64::from_le_bytes(whole))
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn numbers_of(all: &[u32], width: u8) -> Numbers {
        let mut bytes = Vec::new();
        put(all, width, &mut bytes);
        Numbers::new(FileSlice::from(bytes), usize::from(width))
    }

    #[test]
    fn a_number_takes_as_many_bytes_as_the_largest() {
        for (all, want) in [
            (&[][..], 1),
            (&[0], 1),
            (&[255], 1),
            (&[256, 3], 2),
            (&[0x1_0000], 3),
            (&[20_180_131], 4),
            (&[u32::MAX], 4),
        ] {
            assert_eq!(width(all), want, "{all:?}");
        }
    }

    proptest! {
        /// Over the borders of what is read in one go, at every width.
        #[test]
        fn what_was_put_is_got(
            all in (1u32..=4).prop_flat_map(|bytes| {
                let largest = u32::MAX >> (32 - 8 * bytes);
                prop::collection::vec(0..=largest, 0..3_000)
            }),
            picked in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        ) {
            let numbers = numbers_of(&all, width(&all));
            if !all.is_empty() {
                for nth in picked.iter().map(|nth| nth.index(all.len())) {
                    prop_assert_eq!(numbers.get(nth).unwrap(), u64::from(all[nth]), "{}", nth);
                }
            }
            prop_assert!(numbers.get(all.len()).is_err());
            let want: Vec<u64> = all.iter().copied().map(u64::from).collect();
            prop_assert_eq!(numbers.all().unwrap(), &want[..]);
            let range = want.first().map_or(0..9, |first| *first..first + 9);
            let places = (0..).zip(&want).filter(|(_, number)| range.contains(*number));
            let places: Vec<usize> = places.map(|(place, _)| place).collect();
            prop_assert_eq!(numbers.within(&range).unwrap(), places);
        }
    }
}
