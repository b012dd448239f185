//! The seal: a checksum for every 16 KB of every file of a generation.
//!
//! A seal belongs to one state of `meta.json` and bears its checksum in its own
//! name. It is written, and made durable, before that `meta.json` is: so there is
//! no moment at which a commit stands without its seal, a crash leaves the old
//! pair or the new one, and a reader that finds no seal for what it read knows
//! that `meta.json` is not what was written.
//!
//! ```text
//! files   one line of JSON: the form of the seal, and the length of each file by name
//! sums    of each file in this order, of each block: the lower half of xxh3's 64 bits
//! sum     xxh3 of all before (u64)
//! ```
//!
//! Every question reads the whole seal, so the checksums are no text: nothing of them is
//! looked at but those that are asked for.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use tantivy::directory::OwnedBytes;
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

/// Bytes that one checksum covers: few enough that a cold query, which touches a little of an
/// index in many places, reads little around it (a third less than with 64 KB); enough that
/// the seal stays small (10 GB: 2.6 MB).
pub(crate) const BLOCK: u64 = 16 << 10;

/// Counts changes of the form of a seal.
const FORM: u32 = 2;

/// Bytes of one checksum. A damaged block passes once in 4 billion.
const SUM: usize = 4;

/// Length and checksums of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sums {
    /// Length in bytes.
    pub(crate) bytes: u64,
    /// One checksum for each block.
    sums: OwnedBytes,
}

impl Default for Sums {
    fn default() -> Sums {
        Sums {
            bytes: 0,
            sums: OwnedBytes::empty(),
        }
    }
}

/// How many blocks a file has; the last may be shorter.
fn blocks(bytes: u64) -> u64 {
    bytes.div_ceil(BLOCK)
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
        blocks(self.bytes)
    }

    /// Whether a block (its whole content) is the one that was sealed.
    pub(crate) fn holds(&self, block: u64, content: &[u8]) -> bool {
        let sums = self.sums.as_chunks::<SUM>().0;
        let sum = usize::try_from(block).ok().and_then(|nth| sums.get(nth));
        sum.is_some_and(|sum| *sum == sum_of(xxh3_64(content)))
    }
}

fn sum_of(hash: u64) -> [u8; SUM] {
    (hash as u32).to_le_bytes()
}

/// Computes [`Sums`] as bytes go by.
#[derive(Clone, Default)]
pub(crate) struct Summing {
    bytes: u64,
    sums: Vec<u8>,
    block: Xxh3Default,
    /// Bytes of the block at hand.
    held: u64,
}

impl Summing {
    pub(crate) fn update(&mut self, mut bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        while !bytes.is_empty() {
            let room = (BLOCK - self.held) as usize;
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            bytes = later;
            if now.len() as u64 == BLOCK {
                self.sums.extend(sum_of(xxh3_64(now)));
                continue;
            }
            self.block.update(now);
            self.held += now.len() as u64;
            if self.held == BLOCK {
                self.close();
            }
        }
    }

    fn close(&mut self) {
        self.sums.extend(sum_of(self.block.digest()));
        self.block.reset();
        self.held = 0;
    }

    /// Bytes that went by.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn finish(mut self) -> Sums {
        if self.held > 0 {
            self.close();
        }
        Sums {
            bytes: self.bytes,
            sums: OwnedBytes::new(self.sums),
        }
    }
}

/// What was sealed together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seal {
    /// Every file that belongs to the commit, by name, but `meta.json` (the name
    /// of the seal says which) and the seal itself.
    pub(crate) files: BTreeMap<String, Sums>,
}

/// The first line of a seal.
#[derive(Serialize, Deserialize)]
struct Head {
    seal: u32,
    /// Lengths in bytes.
    files: BTreeMap<String, u64>,
}

impl Seal {
    pub(crate) fn new(files: BTreeMap<String, Sums>) -> Seal {
        Seal { files }
    }

    /// The name of the seal of a `meta.json`.
    pub(crate) fn name(meta: &[u8]) -> String {
        format!("seal-{:016x}.sums", xxh3_64(meta))
    }

    /// Whether a file of a generation is a seal.
    pub(crate) fn is_name(name: &str) -> bool {
        name.starts_with("seal-") && name.ends_with(".sums")
    }

    /// As a file.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        let lengths = self.files.iter().map(|(name, it)| (name.clone(), it.bytes));
        let mut body = serde_json::to_vec(&Head {
            seal: FORM,
            files: lengths.collect(),
        })?;
        body.push(b'\n');
        self.files.values().for_each(|it| body.extend(&*it.sums));
        Ok(Seal::signed(body))
    }

    /// A body, and its checksum.
    pub(crate) fn signed(mut body: Vec<u8>) -> Vec<u8> {
        let sum = xxh3_64(&body);
        body.extend(sum.to_le_bytes());
        body
    }

    /// From a file.
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Result<Seal> {
        let damaged = "the seal is damaged";
        let (body, sum) = bytes.split_last_chunk::<8>().context(damaged)?;
        if xxh3_64(body) != u64::from_le_bytes(*sum) {
            bail!(damaged);
        }
        let line = body.iter().position(|byte| *byte == b'\n');
        let line = line.context(damaged)?;
        let head: Head = serde_json::from_slice(&body[..line]).context(damaged)?;
        if head.seal != FORM {
            bail!("another release of jianbao sealed this index");
        }
        let (mut at, end) = (line + 1, body.len());
        let bytes_of_all = OwnedBytes::new(bytes);
        let mut files = BTreeMap::new();
        for (name, bytes) in head.files {
            let long = usize::try_from(blocks(bytes)).ok();
            let long = long.and_then(|blocks| blocks.checked_mul(SUM));
            let next = long.and_then(|long| at.checked_add(long));
            let next = next.filter(|next| *next <= end).context(damaged)?;
            let sums = bytes_of_all.slice(at..next);
            files.insert(name, Sums { bytes, sums });
            at = next;
        }
        if at != end {
            bail!(damaged);
        }
        Ok(Seal { files })
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
        let long = vec![7; BLOCK as usize * 2 + 1];
        let files = BTreeMap::from([
            ("a.idx".to_owned(), Sums::of(b"abc")),
            ("b\n.idx".to_owned(), Sums::of(&long)),
            ("c.idx".to_owned(), Sums::of(b"")),
        ]);
        let bytes = Seal::new(files.clone()).to_bytes().unwrap();
        assert_eq!(Seal::from_bytes(bytes.clone()).unwrap().files, files);
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert!(Seal::from_bytes(flipped).is_err(), "byte {at}");
            let cut = bytes[..at].to_vec();
            assert!(Seal::from_bytes(cut).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_seal_whose_lengths_do_not_fit_is_none() {
        for lengths in [
            r#"{"seal":2,"files":{"a":18446744073709551615}}"#,
            r#"{"seal":2,"files":{"a":16385}}"#,
            r#"{"seal":2,"files":{}}"#,
            r#"{"seal":1,"files":{"a":1}}"#,
        ] {
            let body = format!("{lengths}\nabcd").into_bytes();
            assert!(Seal::from_bytes(Seal::signed(body)).is_err(), "{lengths}");
        }
        let body = br#"{"seal":2,"files":{"a":1}}"#.iter().chain(b"\nabcd");
        let body: Vec<u8> = body.copied().collect();
        assert!(Seal::from_bytes(Seal::signed(body)).is_ok());
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
            prop_assert!(Seal::from_bytes(bytes).is_err());
        }
    }
}
