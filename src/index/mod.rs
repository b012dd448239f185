//! One embedded tantivy index on disk, and the only room that writes it.
//!
//! ```text
//! DIR/CURRENT           the name of the live generation, replaced in one step
//! DIR/lock              held by the one writer, names its process
//! DIR/g000001/          a generation: tantivy's files,
//!             ledger.jsonl   what was read in (ledger.rs)
//!             dict.txt       the user dictionary, in normal form
//!             weights-….json ranking weights that were learnt here, if any
//!             seal-….sums    a checksum for every 16 KB of all these (seal.rs)
//! ```
//!
//! Index and ledger change together or not at all: the commit's payload holds
//! the length of the ledger and the identity of the analysis.

mod again;
mod begin;
mod columns;
mod directory;
mod disk;
mod documents;
mod facts;
mod gate;
mod health;
mod ledger;
mod living;
mod numbers;
mod once;
mod postings;
mod recipe;
mod recut;
mod runs;
mod schema;
mod seal;
mod store;
mod texts;
mod twins;
mod verified;
mod waiting;
mod writer;

pub use documents::{Meta, Spot, day, file_key, key_of};
pub(crate) use facts::Block;
pub use health::{Damage, Health, Part, Salvage};
pub use ledger::Entry;
pub(crate) use postings::hidden;
#[cfg(test)]
pub(crate) use postings::terms_of;
pub use postings::{BREAK, Codes, Counts, Dense, Lengths, Postings, STOP, Terms};
pub use recipe::Recipe;
pub use recut::Recut;
pub use runs::{Firsts, Runs};
pub use schema::{Fields, Zones};
pub use store::{Commit, LazySegmenter, Segment, Store};
pub use texts::{Opening, Packed, Texts};
pub use twins::Signature;
pub use writer::{Added, COMMIT_EVERY, Mode, Options, Standing, Writer};

/// Reads bytes as a ledger, whole and damaged: for fuzzing.
#[doc(hidden)]
pub fn read_ledger(bytes: &[u8]) {
    let whole = ledger::Ledger::parse(std::path::Path::new(ledger::FILE), bytes);
    let (entries, bad) = ledger::Ledger::salvage(bytes);
    assert!(whole.is_err() || bad == 0 && whole.is_ok_and(|whole| whole == entries));
}

/// Reads bytes as a seal, as they are and under the checksum that fits them: for
/// fuzzing.
#[doc(hidden)]
pub fn read_seal_file(bytes: &[u8]) {
    for whole in [bytes.to_vec(), seal::Seal::signed(bytes.to_vec())] {
        let Ok(seal) = seal::Seal::from_bytes(whole) else {
            continue;
        };
        for sums in seal.files.values() {
            for block in [0, 1, sums.blocks(), u64::MAX / 2] {
                sums.holds(block, bytes);
            }
        }
        let again = seal.to_bytes().and_then(seal::Seal::from_bytes);
        assert!(again.is_ok_and(|again| again == seal));
    }
}

#[cfg(test)]
mod tests;
