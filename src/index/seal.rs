//! The seal: a checksum for every 64 KB of every file of a generation.
//!
//! A seal belongs to one state of `meta.json` and bears its checksum in its own
//! name. It is written, and made durable, before that `meta.json` is: so there is
//! no moment at which a commit stands without its seal, a crash leaves the old
//! pair or the new one, and a reader that finds no seal for what it read knows
//! that `meta.json` is not what was written.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

/// Bytes that one checksum covers: few enough that a cold query, which touches
/// little of an index, checks little; enough that the table stays small (10 GB:
/// 1.3 MB).
pub(crate) const BLOCK: u64 = 64 << 10;

/// Counts changes of the form of a seal.
const FORM: u32 = 1;

/// Hexadecimal digits of one checksum: the lower half of xxh3's 64 bits. A
/// damaged block passes once in 4 billion.
const DIGITS: usize = 8;

/// Length and checksums of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sums {
    /// Length in bytes.
    pub(crate) bytes: u64,
    /// One checksum of eight digits for each block.
    sums: String,
}

impl Sums {
    /// Of bytes in memory.
    pub(crate) fn of(bytes: &[u8]) -> Sums {
        let mut summing = Summing::default();
        summing.update(bytes);
        summing.finish()
    }

    /// Number of blocks; the last may be shorter.
    pub(crate) fn blocks(&self) -> u64 {
        self.bytes.div_ceil(BLOCK)
    }

    /// Whether a block (its whole content) is the one that was sealed.
    pub(crate) fn holds(&self, block: u64, content: &[u8]) -> bool {
        let at = (block as usize).saturating_mul(DIGITS);
        self.sums
            .get(at..at.saturating_add(DIGITS))
            .is_some_and(|digits| digits == digits_of(xxh3_64(content)))
    }
}

fn digits_of(hash: u64) -> String {
    format!("{:08x}", hash as u32)
}

/// Computes [`Sums`] as bytes go by.
#[derive(Clone, Default)]
pub(crate) struct Summing {
    done: Sums,
    block: Xxh3Default,
    /// Bytes of the block at hand.
    held: u64,
}

impl Summing {
    pub(crate) fn update(&mut self, mut bytes: &[u8]) {
        self.done.bytes += bytes.len() as u64;
        while !bytes.is_empty() {
            let room = (BLOCK - self.held) as usize;
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.block.update(now);
            self.held += now.len() as u64;
            bytes = later;
            if self.held == BLOCK {
                self.close();
            }
        }
    }

    fn close(&mut self) {
        self.done.sums += &digits_of(self.block.digest());
        self.block.reset();
        self.held = 0;
    }

    /// Bytes that went by.
    pub(crate) fn bytes(&self) -> u64 {
        self.done.bytes
    }

    pub(crate) fn finish(mut self) -> Sums {
        if self.held > 0 {
            self.close();
        }
        self.done
    }
}

/// What was sealed together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seal {
    seal: u32,
    /// Every file that belongs to the commit, by name, but `meta.json` (the name
    /// of the seal says which) and the seal itself.
    pub(crate) files: BTreeMap<String, Sums>,
}

impl Seal {
    pub(crate) fn new(files: BTreeMap<String, Sums>) -> Seal {
        Seal { seal: FORM, files }
    }

    /// The name of the seal of a `meta.json`.
    pub(crate) fn name(meta: &[u8]) -> String {
        format!("seal-{:016x}.json", xxh3_64(meta))
    }

    /// Whether a file of a generation is a seal.
    pub(crate) fn is_name(name: &str) -> bool {
        name.starts_with("seal-") && name.ends_with(".json")
    }

    /// As a file: one line of JSON, and a line with its checksum.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        Ok(Seal::signed(serde_json::to_vec(self)?))
    }

    /// A body, and the line with its checksum.
    pub(crate) fn signed(mut body: Vec<u8>) -> Vec<u8> {
        let sum = xxh3_64(&body);
        body.extend_from_slice(format!("\n\"{sum:016x}\"\n").as_bytes());
        body
    }

    /// From a file.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Seal> {
        let damaged = "the seal is damaged";
        // The checksum, two quotes, a line break before and one behind.
        let at = bytes.len().checked_sub(20).context(damaged)?;
        let (body, line) = bytes.split_at(at);
        if line != format!("\n\"{:016x}\"\n", xxh3_64(body)).as_bytes() {
            bail!(damaged);
        }
        let seal: Seal = serde_json::from_slice(body).context(damaged)?;
        if seal.seal != FORM {
            bail!("another release of jianbao sealed this index");
        }
        Ok(seal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_file_is_summed_block_by_block() {
        let bytes: Vec<u8> = (0..BLOCK * 2 + 7).map(|n| (n % 251) as u8).collect();
        let sums = Sums::of(&bytes);
        assert_eq!(sums.blocks(), 3);
        let blocks: Vec<&[u8]> = bytes.chunks(BLOCK as usize).collect();
        for (number, block) in blocks.iter().enumerate() {
            assert!(sums.holds(number as u64, block));
            assert!(!sums.holds(number as u64 + 1, block));
        }
        assert_ne!(sums, Sums::of(&bytes[1..]));
        assert_eq!(Sums::of(b"").blocks(), 0);
    }

    #[test]
    fn a_seal_survives_the_way_to_disk_and_nothing_else_does() {
        let files = BTreeMap::from([("a.idx".to_owned(), Sums::of(b"abc"))]);
        let bytes = Seal::new(files.clone()).to_bytes().unwrap();
        assert_eq!(Seal::from_bytes(&bytes).unwrap().files, files);
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert!(Seal::from_bytes(&flipped).is_err(), "byte {at}");
            assert!(Seal::from_bytes(&bytes[..at]).is_err(), "cut at {at}");
        }
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(long in 0u64..200_000, cut in 0usize..200_000) {
            let bytes: Vec<u8> = (0..long).map(|n| (n * n % 251) as u8).collect();
            let mut summing = Summing::default();
            let (a, b) = bytes.split_at(cut.min(bytes.len()));
            summing.update(a);
            summing.update(b);
            prop_assert_eq!(summing.finish(), Sums::of(&bytes));
        }

        #[test]
        fn any_bytes_are_no_seal(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Seal::from_bytes(&bytes).is_err());
        }
    }
}
