//! Runs of up to 128 whole numbers in as few bits each as the largest needs.
//!
//! Full runs go through SIMD (crate `bitpacking`), shorter ones are packed one
//! after the other, lowest bits first.

use bitpacking::{BitPacker, BitPacker4x};

/// Numbers of a full run.
pub(super) const RUN: usize = BitPacker4x::BLOCK_LEN;

/// Bits of the largest number.
pub(super) fn width(numbers: &[u32]) -> u8 {
    let all = numbers.iter().fold(0, |all, number| all | number);
    (32 - all.leading_zeros()) as u8
}

/// Bytes of `count` numbers of `width` bits, at most [`RUN`] of them.
pub(super) fn size(count: usize, width: u8) -> usize {
    (count * usize::from(width)).div_ceil(8)
}

/// Appends up to [`RUN`] numbers of at most `width` bits.
pub(super) fn write(numbers: &[u32], width: u8, out: &mut Vec<u8>) {
    if width == 0 {
        return;
    }
    if numbers.len() == RUN {
        let at = out.len();
        out.resize(at + size(RUN, width), 0);
        BitPacker4x::new().compress(numbers, &mut out[at..], width);
        return;
    }
    let (mut waiting, mut filled) = (0u64, 0);
    for number in numbers {
        waiting |= u64::from(*number) << filled;
        filled += u32::from(width);
        while filled >= 8 {
            out.push(waiting as u8);
            waiting >>= 8;
            filled -= 8;
        }
    }
    if filled > 0 {
        out.push(waiting as u8);
    }
}

/// Reads `out.len()` numbers, at most [`RUN`]; `None` when the bytes are too few
/// or the width is none.
pub(super) fn read(bytes: &[u8], width: u8, out: &mut [u32]) -> Option<usize> {
    if width > 32 {
        return None;
    }
    let size = size(out.len(), width);
    let bytes = bytes.get(..size)?;
    if width == 0 {
        out.fill(0);
    } else if out.len() == RUN {
        BitPacker4x::new().decompress(bytes, out, width);
    } else {
        let mask = (1u64 << width) - 1;
        let (mut waiting, mut filled) = (0u64, 0);
        let mut rest = bytes.iter();
        for number in out {
            while filled < u32::from(width) {
                waiting |= u64::from(*rest.next()?) << filled;
                filled += 8;
            }
            *number = (waiting & mask) as u32;
            waiting >>= width;
            filled -= u32::from(width);
        }
    }
    Some(size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back(
            numbers in proptest::collection::vec(any::<u32>(), 0..=RUN),
            shift in 0u32..32,
        ) {
            let numbers: Vec<u32> = numbers.iter().map(|number| number >> shift).collect();
            let width = width(&numbers);
            let mut bytes = Vec::new();
            write(&numbers, width, &mut bytes);
            prop_assert_eq!(bytes.len(), size(numbers.len(), width));
            let mut back = vec![0; numbers.len()];
            prop_assert_eq!(read(&bytes, width, &mut back), Some(bytes.len()));
            prop_assert_eq!(&back, &numbers);
            if width > 0 && !bytes.is_empty() {
                prop_assert_eq!(read(&bytes[1..], width, &mut back), None);
            }
        }
    }
}
