//! Runs of up to 128 whole numbers, each in as few bits as most of them need;
//! of those that need more the rest stands behind, with their places.
//!
//! ```text
//! run  head · low bits of all · places of the exceptions (one byte each) · their high bits
//! head width of the low bits; 128 more when there are exceptions, and then their
//!      number and the width of their high bits
//! ```
//!
//! Full runs go through SIMD (crate `bitpacking`), shorter ones are packed one
//! after the other, lowest bits first. Measured on 33,449 stories, where
//! the largest number of a run gave the width of all before: characters 28.9 MB, now
//! 26.0, words 12.4 MB, now 11.2.

use bitpacking::{BitPacker, BitPacker4x};

/// Numbers of a full run.
pub(super) const RUN: usize = BitPacker4x::BLOCK_LEN;

/// Marks a head that tells of exceptions.
const EXCEPTIONS: u8 = 0x80;

/// Bytes of `count` numbers of `width` bits, at most [`RUN`] of them.
fn size(count: usize, width: u8) -> usize {
    (count * usize::from(width)).div_ceil(8)
}

/// The width of the low bits for which a run takes the fewest bytes, the width of
/// its largest number, and how many need more than the low bits.
fn widths(numbers: &[u32]) -> (u8, u8, usize) {
    let mut counts = [0_u8; 33];
    for number in numbers {
        counts[(32 - number.leading_zeros()) as usize] += 1;
    }
    let largest = counts.iter().rposition(|count| *count > 0).unwrap_or(0) as u8;
    let (mut best, mut fewest, mut exceptions) = (largest, size(numbers.len(), largest), 0);
    let mut above = 0;
    for width in (0..largest).rev() {
        above += usize::from(counts[usize::from(width) + 1]);
        let bytes = size(numbers.len(), width) + 2 + above + size(above, largest - width);
        if bytes < fewest {
            (best, fewest, exceptions) = (width, bytes, above);
        }
    }
    (best, largest, exceptions)
}

/// Appends a run of up to [`RUN`] numbers.
pub(super) fn write(numbers: &[u32], out: &mut Vec<u8>) {
    let (width, largest, exceptions) = widths(numbers);
    if exceptions == 0 {
        out.push(width);
        return write_low(numbers, width, out);
    }
    out.extend([width | EXCEPTIONS, exceptions as u8, largest - width]);
    let mask = ((1_u64 << width) - 1) as u32;
    let (mut low, mut high) = ([0; RUN], [0; RUN]);
    let mut places = [0; RUN];
    let mut count = 0;
    for (place, (number, low)) in numbers.iter().zip(&mut low).enumerate() {
        *low = number & mask;
        if number > &mask {
            high[count] = number >> width;
            places[count] = place as u8;
            count += 1;
        }
    }
    write_low(&low[..numbers.len()], width, out);
    out.extend(&places[..count]);
    write_each(&high[..count], largest - width, out);
}

fn write_low(numbers: &[u32], width: u8, out: &mut Vec<u8>) {
    if width == 0 {
        return;
    }
    if numbers.len() == RUN {
        let at = out.len();
        out.resize(at + size(RUN, width), 0);
        BitPacker4x::new().compress(numbers, &mut out[at..], width);
        return;
    }
    write_each(numbers, width, out);
}

fn write_each(numbers: &[u32], width: u8, out: &mut Vec<u8>) {
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

/// Reads `out.len()` numbers, at most [`RUN`], and returns how many bytes they
/// take; `None` when the bytes are too few or none that [`write`] made.
pub(super) fn read(bytes: &[u8], out: &mut [u32]) -> Option<usize> {
    let (head, rest) = bytes.split_first()?;
    let width = head & !EXCEPTIONS;
    if head & EXCEPTIONS == 0 {
        return Some(1 + read_low(rest, width, out)?);
    }
    let ([count, more], rest) = rest.split_first_chunk()?;
    if width.checked_add(*more)? > 32 || usize::from(*count) > out.len() {
        return None;
    }
    let low = read_low(rest, width, out)?;
    let (places, rest) = rest.get(low..)?.split_at_checked(usize::from(*count))?;
    let mut high = [0; RUN];
    let high = &mut high[..places.len()];
    let size = read_each(rest, *more, high)?;
    for (place, high) in places.iter().zip(high) {
        *out.get_mut(usize::from(*place))? |= high.checked_shl(u32::from(width))?;
    }
    Some(3 + low + places.len() + size)
}

/// How many bytes a run of `count` numbers takes, without a look at them; `None` when the
/// bytes are too few.
pub(super) fn length(bytes: &[u8], count: usize) -> Option<usize> {
    let head = *bytes.first()?;
    let low = size(count, head & !EXCEPTIONS);
    if head & EXCEPTIONS == 0 {
        return Some(1 + low);
    }
    let (exceptions, more) = (usize::from(*bytes.get(1)?), *bytes.get(2)?);
    Some(3 + low + exceptions + size(exceptions, more))
}

fn read_low(bytes: &[u8], width: u8, out: &mut [u32]) -> Option<usize> {
    if width > 32 {
        return None;
    }
    if width == 0 {
        out.fill(0);
    } else if out.len() == RUN {
        let bytes = bytes.get(..size(RUN, width))?;
        BitPacker4x::new().decompress(bytes, out, width);
    } else {
        return read_each(bytes, width, out);
    }
    Some(size(out.len(), width))
}

fn read_each(bytes: &[u8], width: u8, out: &mut [u32]) -> Option<usize> {
    let size = size(out.len(), width);
    if bytes.len() < size {
        return None;
    }
    let mask = (1u64 << width) - 1;
    for (nth, number) in out.iter_mut().enumerate() {
        let bit = nth * usize::from(width);
        // A number and what it begins behind are 39 bits at the most. Mostly there is more to
        // come, and eight bytes are read in one go.
        let word = match bytes.get(bit / 8..bit / 8 + 8) {
            Some(&[a, b, c, d, e, f, g, h]) => u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            _ => last(bytes, bit / 8),
        };
        *number = (word >> (bit % 8) & mask) as u32;
    }
    Some(size)
}

/// The last bytes of some, fewer than eight, as a number.
#[cold]
fn last(bytes: &[u8], from: usize) -> u64 {
    let mut word = [0; 8];
    let rest = bytes.get(from..).unwrap_or_default();
    for (byte, rest) in word.iter_mut().zip(rest) {
        *byte = *rest;
    }
    u64::from_le_bytes(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Few bits for most, more for some.
    fn numbers() -> impl Strategy<Value = Vec<u32>> {
        (0u32..32, 0u32..32, 0u32..40).prop_flat_map(|(most, few, share)| {
            let number = (any::<u32>(), 0u32..40)
                .prop_map(move |(number, dice)| number >> if dice < share { few } else { most });
            proptest::collection::vec(number, 0..=RUN)
        })
    }

    proptest! {
        #[test]
        fn numbers_come_back(numbers in numbers()) {
            let mut bytes = Vec::new();
            write(&numbers, &mut bytes);
            let largest = numbers.iter().fold(0, |all, number| all | number);
            let plain = size(numbers.len(), (32 - largest.leading_zeros()) as u8);
            prop_assert!(bytes.len() <= 1 + plain);
            let mut back = vec![0; numbers.len()];
            prop_assert_eq!(read(&bytes, &mut back), Some(bytes.len()));
            prop_assert_eq!(&back, &numbers);
            prop_assert_eq!(length(&bytes, numbers.len()), Some(bytes.len()));
            // What stands behind is not looked at.
            let mut more = bytes.clone();
            more.extend([0xA5; 9]);
            back.fill(7);
            prop_assert_eq!(read(&more, &mut back), Some(bytes.len()));
            prop_assert_eq!(&back, &numbers);
            prop_assert_eq!(read(&bytes[..bytes.len() - 1], &mut back), None);
        }

        #[test]
        fn any_bytes_are_read_or_refused(
            bytes in proptest::collection::vec(any::<u8>(), 0..600),
            count in 0..=RUN,
        ) {
            let read = read(&bytes, &mut vec![0; count]);
            prop_assert!(read.is_none() || read == length(&bytes, count));
        }
    }
}
